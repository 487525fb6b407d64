#include "hub/sealing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

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

}  // namespace

std::optional<SealKind> seal_kind_named(std::string_view name) {
  const auto found = std::ranges::find(seal_names, name, &SealNames::name);
  if (found == seal_names.end()) return std::nullopt;
  return static_cast<SealKind>(found - seal_names.begin());
}

std::vector<std::string> marks_of(const Holdings& holdings, MentionIndex index) {
  const MentionRow& mention = holdings.at(index);
  std::vector<std::string> marks;
  if (mention.nhs_number != 0) marks.push_back(fmt::format("nhs {}", holdings.text(mention.nhs_number)));
  if (mention.upn != 0) marks.push_back(fmt::format("upn {}", holdings.text(mention.upn)));
  if (mention.local_id != 0) {
    marks.push_back(fmt::format("{} {}", name_of(holdings.at(mention.record).agency), holdings.text(mention.local_id)));
  }
  const std::string name = fold(mention_name(holdings, mention));
  if (name.find(' ') != std::string::npos && mention.birth_date.precision == Precision::day)
    marks.push_back(fmt::format("named {} {}", name, to_iso(mention.birth_date.first)));
  return marks;
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
    for (const std::string& mark : marks_of(holdings, MentionIndex(row.first_mention + i))) {
      if (seal.marks.contains(mark)) return true;
    }
  }
  return false;
}

bool set_aside_sealed(Facts& facts) {
  if (facts.seals.empty()) return false;
  Holdings& holdings = facts.holdings;
  const auto count = static_cast<std::uint32_t>(holdings.records().size());
  std::set<std::pair<Agency, std::string>> names;
  for (const Seal& seal : facts.seals) {
    for (std::uint32_t r = 0; r < count; ++r) {
      const RecordIndex record(r);
      if (covers(seal, holdings, record)) names.emplace(holdings.at(record).agency, holdings.name(record));
    }
  }
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
