#include "hub/erasing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "hub/hub.hpp"
#include "records/protected.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;
using nlohmann::json;
using Named = std::set<std::pair<Agency, std::string>>;

constexpr std::array<std::string_view, 3> scope_names = {"record", "person", "everything"};

json pairs_of(const Named& names) {
  json list = json::array();
  for (const auto& [agency, name] : names) list.push_back({name_of(agency), name});
  return list;
}
Named named_of(const json& list) {
  Named names;
  for (const json& one : list)
    names.emplace(agency_named(one.at(0).get<std::string>()).value(), one.at(1).get<std::string>());
  return names;
}
std::string text_of(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

// "crime-C1#2" → "crime-C1".
std::string record_of_mention(const std::string& mention) {
  return mention.substr(0, mention.rfind('#'));
}

// Which of the small entries tell of the records.
class Telling {
 public:
  Telling(const Projection& projection, std::span<const RecordIndex> rows) {
    const Holdings& holdings = projection.holdings();
    for (const RecordIndex row : rows) {
      records_.emplace(holdings.at(row).agency, holdings.name(row));
      sequences_.insert(holdings.at(row).sequence);
    }
  }
  [[nodiscard]] bool names(Agency agency, const std::string& mention) const {
    return records_.contains({agency, mention}) || records_.contains({agency, record_of_mention(mention)});
  }
  [[nodiscard]] bool decided(const LinkDecision& word) const {
    return names(word.left_agency, word.left) || names(word.right_agency, word.right);
  }
  [[nodiscard]] bool tells(const ledger::Entry& entry) const {
    switch (entry.header.kind) {
      case EntryKind::protected_record: {
        const auto stated = decode_protected(entry.body);
        return stated && names(stated->agency, stated->mention);
      }
      case EntryKind::withdrawal: {
        const json body = json::parse(entry.body);
        const auto agency = agency_named(body.at("agency").get<std::string>());
        return agency && names(*agency, body.at("record").get<std::string>());
      }
      case EntryKind::link_decision:
        return decided(decode_decision(entry.body));
      case EntryKind::identity_notice:
        return decided(decode_notice(entry.body, entry.header.received).word);
      case EntryKind::retention_kept: {
        // Who keeps several records keeps them in one entry each (Hub::keep_records), so none is let go with another.
        const Keeping keeping = decode_keeping(entry.body);
        return std::ranges::any_of(keeping.records, [&](const auto& one) { return records_.contains(one); });
      }
      default:
        return false;
    }
  }
  [[nodiscard]] bool has(std::uint64_t sequence) const { return sequences_.contains(sequence); }

 private:
  Named records_;
  std::set<std::uint64_t> sequences_;
};

bool is_of_a_row(EntryKind kind) {
  return kind == EntryKind::record || kind == EntryKind::protected_record;
}

}  // namespace

std::string_view name_of(HoldScope scope) {
  return scope_names[static_cast<std::size_t>(scope)];
}

std::string encode_hold(const Hold& hold) {
  return text_of({{"scope", name_of(hold.scope)},
                  {"reason", hold.reason},
                  {"by", hold.by},
                  {"operator", hold.operator_name},
                  {"records", pairs_of(hold.records)},
                  {"mentions", pairs_of(hold.mentions)},
                  {"marks", hold.marks}});
}

Hold decode_hold(std::string_view text, std::uint64_t sequence, Instant at) {
  const json body = json::parse(text);
  Hold hold;
  hold.number = sequence;
  hold.at = at;
  const auto scope = std::ranges::find(scope_names, body.at("scope").get<std::string>());
  if (scope == scope_names.end()) throw std::invalid_argument("scope");
  hold.scope = static_cast<HoldScope>(scope - scope_names.begin());
  hold.reason = body.at("reason").get<std::string>();
  hold.by = body.at("by").get<std::string>();
  hold.operator_name = body.at("operator").get<std::string>();
  hold.records = named_of(body.at("records"));
  hold.mentions = named_of(body.at("mentions"));
  hold.marks = body.at("marks").get<std::set<std::string>>();
  return hold;
}

HeldRecords::HeldRecords(const Projection& projection, std::span<const Hold> holds)
    : projection_(projection), holds_(holds), persons_(holds.size()) {
  for (std::size_t h = 0; h < holds.size(); ++h) {
    for (const auto& [agency, name] : holds[h].mentions) {
      const auto mention = projection.holdings().find_mention(agency, name);
      if (mention && projection.people.of(*mention).valid()) persons_[h].insert(projection.people.of(*mention));
    }
  }
}

const Hold* HeldRecords::on(RecordIndex record) const {
  const Holdings& holdings = projection_.holdings();
  const RecordRow& row = holdings.at(record);
  for (std::size_t h = 0; h < holds_.size(); ++h) {
    const Hold& hold = holds_[h];
    if (hold.scope == HoldScope::everything) return &hold;
    if (hold.records.contains({row.agency, holdings.name(record)})) return &hold;
    if (hold.scope == HoldScope::record) continue;
    for (std::uint32_t i = 0; i < row.mention_count; ++i) {
      const MentionIndex mention(row.first_mention + i);
      if (const PersonId person = projection_.people.of(mention); person.valid() && persons_[h].contains(person))
        return &hold;
      const auto marks = marks_of(holdings, mention);
      if (std::ranges::any_of(marks, [&](const std::string& mark) { return hold.marks.contains(mark); })) return &hold;
    }
  }
  return nullptr;
}

std::vector<RecordIndex> versions_of(const Projection& projection, std::string_view record) {
  const Holdings& holdings = projection.holdings();
  std::vector<RecordIndex> rows;
  const std::size_t slash = record.find('/');
  const auto agency = agency_named(record.substr(0, slash));
  if (slash == std::string_view::npos || !agency) return rows;
  const std::string_view name = record.substr(slash + 1);
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordRow& row = holdings.records()[r];
    const std::string_view id = holdings.text(row.id);
    // The cheap comparison first: this runs over every row there is.
    if (row.agency != *agency || id.empty() || !name.ends_with(id) || holdings.name(RecordIndex(r)) != name) continue;
    if (!projection.facts.is_sealed(r)) rows.emplace_back(r);
  }
  return rows;
}

std::string encode_erasure(const Erasure& erasure) {
  json entries = json::array();
  for (const auto& [sequence, mentions] : erasure.entries) entries.push_back({sequence, mentions});
  return text_of({{"entries", entries},
                  {"reason", erasure.reason},
                  {"by", erasure.by},
                  {"operator", erasure.operator_name},
                  {"why", erasure.why}});
}

Erasure decode_erasure(std::string_view text) {
  const json body = json::parse(text);
  Erasure erasure;
  for (const json& one : body.at("entries"))
    erasure.entries.emplace(one.at(0).get<std::uint64_t>(), one.at(1).get<std::uint16_t>());
  erasure.reason = body.at("reason").get<std::string>();
  erasure.by = body.at("by").get<std::string>();
  erasure.operator_name = body.at("operator").get<std::string>();
  erasure.why = body.at("why").get<std::string>();
  return erasure;
}

Result<std::map<std::uint64_t, std::uint32_t>> entries_about(ledger::Ledger& ledger, const Projection& projection,
                                                             std::span<const RecordIndex> rows) {
  const Telling telling(projection, rows);
  std::map<std::uint64_t, std::uint32_t> entries;
  for (const RecordIndex row : rows) {
    const RecordRow& record = projection.holdings().at(row);
    entries.emplace(record.sequence, record.mention_count);
  }
  // The headers say which small entries there are; only those are opened. A row's own entries, when it had been held
  // back, stand before the word that it was settled.
  std::vector<std::uint64_t> candidates, settled;
  bool run_has_one = false;
  auto read = ledger.read_headers(1, ledger.size(), [&](const ledger::Header& header) {
    switch (header.kind) {
      case EntryKind::record:
        run_has_one = telling.has(header.sequence);
        return true;
      case EntryKind::held_back_settled:
        if (run_has_one) settled.push_back(header.sequence);
        break;
      case EntryKind::withdrawal:
      case EntryKind::link_decision:
      case EntryKind::identity_notice:
      case EntryKind::retention_kept:
      case EntryKind::protected_record:
        candidates.push_back(header.sequence);
        break;
      default:
        break;
    }
    run_has_one = run_has_one && is_of_a_row(header.kind);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  for (const std::uint64_t sequence : candidates) {
    const auto entry = ledger.read(sequence);
    if (!entry) return std::unexpected(entry.error());
    try {
      if (!entry->erased && telling.tells(*entry)) entries.emplace(sequence, 0);
    } catch (const std::exception&) {
      return failure(ErrorCode::corrupt, fmt::format("Entry {} does not hold what its kind says.", sequence));
    }
  }
  for (const std::uint64_t sequence : settled) {
    const auto entry = ledger.read(sequence);
    if (!entry) return std::unexpected(entry.error());
    entries.emplace(json::parse(entry->body).at("entry").get<std::uint64_t>(), 0);
  }
  return entries;
}

std::string encode_keeping(const Keeping& keeping) {
  return text_of({{"records", pairs_of(keeping.records)},
                  {"until", to_iso(keeping.until)},
                  {"reason", keeping.reason},
                  {"by", keeping.by},
                  {"operator", keeping.operator_name}});
}

Keeping decode_keeping(std::string_view text) {
  const json body = json::parse(text);
  return {named_of(body.at("records")), parse_iso_date(body.at("until").get<std::string>()).value(),
          body.at("reason").get<std::string>(), body.at("by").get<std::string>(),
          body.at("operator").get<std::string>()};
}

}  // namespace wider::hub
