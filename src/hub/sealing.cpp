#include "hub/sealing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/identifiers.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"

namespace wider::hub {
namespace {

using nlohmann::json;

std::set<std::string> texts_of(const json& list) {
  std::set<std::string> texts;
  for (const json& one : list) texts.insert(one.get<std::string>());
  return texts;
}

// What a mention says of who it is.
struct MarksOf {
  std::vector<std::string> identifiers;
  std::string named;                   // full name with full birth date; "" where either is not full
  std::string name;                    // folded
  std::array<std::string, 2> numbers;  // of the identifiers: NHS number and UPN, where they pass their checks
};
constexpr std::array<std::string_view, 2> number_kinds = {"nhs ", "upn "};

MarksOf read_marks(const Holdings& holdings, MentionIndex index) {
  const MentionRow& mention = holdings.at(index);
  MarksOf marks;
  const auto number = [&](std::size_t kind, Code code, bool valid) {
    if (code == 0) return;
    marks.identifiers.push_back(fmt::format("{}{}", number_kinds[kind], holdings.text(code)));
    if (valid) marks.numbers[kind] = marks.identifiers.back();
  };
  number(0, mention.nhs_number, nhs_number_valid(holdings.text(mention.nhs_number)));
  number(1, mention.upn, upn_valid(holdings.text(mention.upn)));
  if (mention.local_id != 0) {
    marks.identifiers.push_back(
        fmt::format("{} {}", name_of(holdings.at(mention.record).agency), holdings.text(mention.local_id)));
  }
  marks.name = fold(mention_name(holdings, mention));
  if (marks.name.find(' ') != std::string::npos && mention.birth_date.precision == Precision::day)
    marks.named = fmt::format("named {} {}", marks.name, to_iso(mention.birth_date.first));
  return marks;
}

bool has_one_of(const Seal& seal, std::string_view kind) {
  const auto at = seal.marks.lower_bound(std::string(kind));
  return at != seal.marks.end() && at->starts_with(kind);
}

// Two children may bear one name and one birth date: who bears a number of their own is not the sealed one. Setting
// that child's records aside would leave them unseen by everybody.
bool is_somebody_else(const MarksOf& marks, const Seal& seal) {
  for (std::size_t kind = 0; kind < number_kinds.size(); ++kind) {
    const std::string& number = marks.numbers[kind];
    if (!number.empty() && !seal.marks.contains(number) && has_one_of(seal, number_kinds[kind])) return true;
  }
  return false;
}

// What a record of the sealed person that came later adds: its own identifiers, so that the next one, which may bear
// nothing else, is known too. Only where the name agrees as well: a number may have been written into a wrong record.
// A second number of a kind is not learnt.
bool learn(Seal& seal, const MarksOf& marks) {
  if (!seal.names.contains(marks.name)) return false;
  bool grown = false;
  for (const std::string& mark : marks.identifiers) {
    const auto kind = std::ranges::find_if(number_kinds, [&](std::string_view one) { return mark.starts_with(one); });
    if (kind != number_kinds.end() && has_one_of(seal, *kind)) continue;
    grown |= seal.marks.insert(mark).second;
  }
  return grown;
}

// Agency and name of every record that a seal covers, and the seals' marks grown by them. One pass over the records,
// and another as long as marks grow, however many seals there are.
std::set<std::pair<Agency, std::string>> names_covered(const Holdings& holdings, std::vector<Seal>& seals) {
  std::set<std::pair<Agency, std::string>> names;
  for (const Seal& seal : seals) names.insert(seal.records.begin(), seal.records.end());
  for (bool grown = true; grown;) {
    grown = false;
    std::unordered_multimap<std::string, Seal*> by_mark;
    for (Seal& seal : seals) {
      for (const std::string& mark : seal.marks) by_mark.emplace(mark, &seal);
    }
    for (std::uint32_t m = 0; m < holdings.mentions().size(); ++m) {
      const MarksOf marks = read_marks(holdings, MentionIndex(m));
      const RecordIndex record = holdings.at(MentionIndex(m)).record;
      const auto meets = [&](const std::string& mark, bool by_name) {
        const auto [first, end] = by_mark.equal_range(mark);
        for (auto at = first; at != end; ++at) {
          if (by_name && is_somebody_else(marks, *at->second)) continue;
          names.emplace(holdings.at(record).agency, holdings.name(record));
          grown |= learn(*at->second, marks);
        }
      };
      for (const std::string& mark : marks.identifiers) meets(mark, false);
      if (!marks.named.empty()) meets(marks.named, true);
    }
  }
  return names;
}

}  // namespace

std::optional<SealKind> seal_kind_named(std::string_view name) {
  const auto found = std::ranges::find(seal_names, name, &SealNames::name);
  if (found == seal_names.end()) return std::nullopt;
  return static_cast<SealKind>(found - seal_names.begin());
}

std::vector<std::string> marks_of(const Holdings& holdings, MentionIndex index) {
  const MarksOf marks = read_marks(holdings, index);
  std::vector<std::string> all = marks.identifiers;
  if (!marks.named.empty()) all.push_back(marks.named);
  return all;
}

Seal seal_of(const Holdings& holdings, const People& people, PersonId person) {
  Seal seal;
  seal.person = person_text(person);
  for (const MentionIndex m : people.mentions_of(person)) {
    const MentionRow& mention = holdings.at(m);
    seal.records.emplace(holdings.at(mention.record).agency, holdings.name(mention.record));
    for (std::string& mark : marks_of(holdings, m)) seal.marks.insert(std::move(mark));
    if (std::string name = fold(mention_name(holdings, mention)); !name.empty()) seal.names.insert(std::move(name));
    if (mention.alias != 0) seal.names.insert(fold(holdings.text(mention.alias)));
  }
  return seal;
}

bool covers(const Seal& seal, const Holdings& holdings, RecordIndex record) {
  const RecordRow& row = holdings.at(record);
  if (seal.records.contains({row.agency, holdings.name(record)})) return true;
  for (std::uint32_t i = 0; i < row.mention_count; ++i) {
    const MarksOf marks = read_marks(holdings, MentionIndex(row.first_mention + i));
    if (std::ranges::any_of(marks.identifiers, [&](const std::string& mark) { return seal.marks.contains(mark); }))
      return true;
    if (seal.marks.contains(marks.named) && !is_somebody_else(marks, seal)) return true;
  }
  return false;
}

bool set_aside_sealed(Facts& facts) {
  if (facts.seals.empty()) return false;
  Holdings& holdings = facts.holdings;
  const auto count = static_cast<std::uint32_t>(holdings.records().size());
  const std::set<std::pair<Agency, std::string>> names = names_covered(holdings, facts.seals);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t r = 0; r < count; ++r) {
    const RecordIndex record(r);
    if (!names.contains({holdings.at(record).agency, holdings.name(record)})) continue;
    rows.push_back(r);
    holdings.withdraw(record);
  }
  if (rows == facts.sealed_rows) return false;
  facts.sealed_rows = std::move(rows);
  // How old the data is, is told by what may be known of alone.
  facts.last_received = {};
  facts.last_received_from.clear();
  for (std::uint32_t r = 0; r < count; ++r) {
    const RecordRow& row = holdings.records()[r];
    if (!facts.is_sealed(r)) facts.take_receipt(row.agency, row.handling, row.received);
  }
  ++facts.identity_version;
  ++facts.past_version;
  return true;
}

std::string encode_seal(const Seal& seal) {
  json records = json::array();
  for (const auto& [agency, name] : seal.records) records.push_back({name_of(agency), name});
  return json{{"kind", name_of(seal.kind)}, {"reason", seal.reason}, {"person", seal.person},
              {"records", records},         {"marks", seal.marks},   {"names", seal.names},
              {"may_open", seal.may_open},  {"by", seal.by},         {"account", seal.account}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Seal decode_seal(std::string_view text, std::uint64_t sequence, Instant at) {
  const json body = json::parse(text);
  Seal seal;
  seal.number = sequence;
  seal.at = at;
  seal.kind = seal_kind_named(body.at("kind").get<std::string>()).value();
  seal.reason = body.at("reason").get<std::string>();
  seal.person = body.at("person").get<std::string>();
  for (const json& one : body.at("records"))
    seal.records.emplace(agency_named(one.at(0).get<std::string>()).value(), one.at(1).get<std::string>());
  seal.marks = texts_of(body.at("marks"));
  seal.names = texts_of(body.at("names"));
  seal.may_open = body.at("may_open").get<std::set<std::uint32_t>>();
  seal.by = body.at("by").get<std::string>();
  seal.account = body.at("account").get<std::uint32_t>();
  return seal;
}

std::string encode_concern(const Concern& concern) {
  return json{{"reference", concern.reference}, {"about", concern.about},           {"born", concern.born},
              {"what", concern.what},           {"person", concern.person},         {"by", concern.by},
              {"account", concern.account},     {"agency", name_of(concern.agency)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

Concern decode_concern(std::string_view text, Instant at) {
  const json body = json::parse(text);
  const auto field = [&](const char* name) { return body.at(name).get<std::string>(); };
  Concern concern{field("reference"),
                  field("about"),
                  field("born"),
                  field("what"),
                  field("person"),
                  field("by"),
                  0,
                  Agency::social_care,
                  at};
  concern.account = body.at("account").get<std::uint32_t>();
  concern.agency = agency_named(field("agency")).value();
  return concern;
}

bool may_be_about(const Concern& concern, const Seal& seal) {
  if (!concern.person.empty() && concern.person == seal.person) return true;
  const std::string typed = " " + fold(concern.about) + " ";
  return std::ranges::any_of(seal.names, [&](const std::string& name) {
    // Every word of a name was typed, in any order: too many concerns in the inbox do less harm than one too few.
    for (std::size_t at = 0; at < name.size();) {
      const std::size_t end = std::min(name.find(' ', at), name.size());
      if (end > at && typed.find(" " + name.substr(at, end - at) + " ") == std::string::npos) return false;
      at = end + 1;
    }
    return !name.empty();
  });
}

}  // namespace wider::hub
