// Erasure, legal hold and retention: by a named officer with a reason, each an entry, and a hold above all of them.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hub/erasing.hpp"
#include "hub/hub.hpp"
#include "hub/retention.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;

constexpr std::size_t longest_reason = 2000;

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string record_text(const Holdings& holdings, RecordIndex record) {
  return fmt::format("{}/{}", name_of(holdings.at(record).agency), holdings.name(record));
}

std::unexpected<Error> held(const Hold& hold) {
  return failure(ErrorCode::denied, fmt::format("Nothing was erased: legal hold {} of {} by {} lies on it ({}).",
                                                hold.number, to_words(day_of(hold.at)), hold.by, hold.reason));
}

// Entries that say what was told of somebody. What says who did what (looks, searches, decisions on findings, accounts)
// is the record of lawfulness and stays.
bool may_go_alone(EntryKind kind) {
  switch (kind) {
    case EntryKind::held_back:
    case EntryKind::concern:
    case EntryKind::protected_record:
    case EntryKind::link_decision:
    case EntryKind::identity_notice:
      return true;
    default:
      return false;
  }
}

std::optional<PersonId> person_named(const Projection& projection, std::string_view text) {
  auto id = person_of_text(text);
  if (id && !projection.people.exists(*id) && id->value < projection.holdings().mentions().size())
    id = projection.people.of(MentionIndex(id->value));
  if (!id || !projection.people.exists(*id)) return std::nullopt;
  return id;
}

bool names_others(const Projection& projection, RecordIndex record, PersonId person) {
  const RecordRow& row = projection.holdings().at(record);
  for (std::uint32_t i = 0; i < row.mention_count; ++i) {
    const MentionIndex mention(row.first_mention + i);
    const Role role = projection.holdings().at(mention).role;
    if (role == Role::professional || role == Role::reporter) continue;
    if (projection.people.of(mention) != person) return true;
  }
  return false;
}

std::unexpected<Error> no_record(std::string_view text) {
  return failure(ErrorCode::not_found, fmt::format("There is no record {}. Write it as agency/kind-id.", text));
}

}  // namespace

Result<std::string> Hub::officer(const Officer& who) {
  if (blank(who.reason) || who.reason.size() > longest_reason)
    return failure(ErrorCode::usage, "Write the reason, in at most 2,000 letters and without naming anybody.");
  if (auto loaded = load_accounts(); !loaded) return std::unexpected(loaded.error());
  const auto account = accounts_.named(who.username);
  if (!account || account->closed || account->role != access::UserRole::governance_officer)
    return failure(ErrorCode::denied,
                   "Name a governance officer of this hub with --by: the user name that they sign in with.");
  return fmt::format("{} ({})", account->name, account->username);
}

// The holds that stand now: the projection's, and what was said since.
Result<std::vector<Hold>> Hub::holds_now() {
  const auto projection = this->projection();
  Facts since;
  since.holds = projection->facts.holds;
  std::vector<std::uint64_t> news;
  auto read = ledger_->read_headers(projection->facts.through + 1, ledger_->size(), [&](const ledger::Header& header) {
    if (header.kind == EntryKind::hold_placed || header.kind == EntryKind::hold_lifted) news.push_back(header.sequence);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  for (const std::uint64_t sequence : news) {
    const auto entry = ledger_->read(sequence);
    if (!entry) return std::unexpected(entry.error());
    if (auto applied = since.apply(*entry); !applied) return std::unexpected(applied.error());
  }
  return std::move(since.holds);
}

// The entry first; then the keys; then everything is put together without it. A crash between is made good by the next
// settling, which finds the entry.
Result<EraseReport> Hub::erase_entries(std::map<std::uint64_t, std::uint32_t> entries, const Officer& who,
                                       const std::string& officer, std::string_view why) {
  EraseReport report;
  Erasure erasure{std::move(entries), who.reason, officer, who.operator_name, std::string(why)};
  std::vector<std::uint64_t> sequences;
  for (const auto& [sequence, mentions] : erasure.entries) sequences.push_back(sequence);
  const auto entered = append_small(EntryKind::erasure, {}, encode_erasure(erasure));
  if (!entered) return std::unexpected(entered.error());
  for (std::uint64_t before = sealed_through_.load(); before < *entered;) {
    if (sealed_through_.compare_exchange_weak(before, *entered)) break;
  }
  if (auto erased = ledger_->erase(sequences); !erased) return std::unexpected(erased.error());
  {
    const std::scoped_lock lock(work_mutex_);
    known_.reset();  // what was erased is known no more
  }
  past_.forget();
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  past_.forget();
  report.entry = *entered;
  report.entries = sequences.size();
  return report;
}

Result<EraseReport> Hub::erase(const EraseWish& wish, const Officer& who) {
  const std::scoped_lock lock(erasing_mutex_);
  const auto by = officer(who);
  if (!by) return std::unexpected(by.error());
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  const auto projection = this->projection();
  const Holdings& holdings = projection->holdings();
  EraseReport report;
  std::vector<std::string> names = wish.records;
  if (!wish.person.empty()) {
    const auto person = person_named(*projection, wish.person);
    if (!person) return failure(ErrorCode::not_found, "There is nobody of that number. Write it such as P12.");
    for (const MentionIndex mention : projection->people.mentions_of(*person)) {
      const RecordIndex record = holdings.at(mention).record;
      const std::string name = record_text(holdings, record);
      auto& list = !wish.shared_too && names_others(*projection, record, *person) ? report.left : names;
      if (std::ranges::find(list, name) == list.end()) list.push_back(name);
    }
  }
  std::vector<RecordIndex> rows;
  for (const std::string& name : names) {
    const auto versions = versions_of(*projection, name);
    if (versions.empty()) return no_record(name);
    rows.insert(rows.end(), versions.begin(), versions.end());
  }
  const auto holds = holds_now();
  if (!holds) return std::unexpected(holds.error());
  const HeldRecords held_records(*projection, *holds);
  for (const RecordIndex row : rows)
    if (const Hold* hold = held_records.on(row)) return held(*hold);
  auto entries = entries_about(*ledger_, *projection, rows);
  if (!entries) return std::unexpected(entries.error());
  for (const std::uint64_t sequence : wish.entries) {
    const auto entry = ledger_->read(sequence);
    if (!entry) return std::unexpected(entry.error());
    if (entry->erased) continue;
    if (!may_go_alone(entry->header.kind))
      return failure(
          ErrorCode::usage,
          fmt::format("Entry {} cannot be erased by number: a record goes by its name, with all its versions, "
                      "and what says who did what stays.",
                      sequence));
    // Nobody can tell from a held-back row whom a hold means: any hold keeps it.
    if (held_records.any() != nullptr) return held(*held_records.any());
    entries->emplace(sequence, 0);
  }
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordRow& row = holdings.records()[r];
    if (!row.live || row.related == 0) continue;
    const std::string related = fmt::format("{}/{}", name_of(row.agency), holdings.text(row.related));
    if (std::ranges::find(names, related) == names.end()) continue;
    std::string name = record_text(holdings, RecordIndex(r));
    if (std::ranges::find(names, name) == names.end()) report.belonging.push_back(std::move(name));
  }
  report.records = std::move(names);
  if (wish.only_show || entries->empty()) {
    report.entries = entries->size();
    if (auto recorded = record_operator_read({who.operator_name, "administration"}, "what an erasure would take");
        !recorded)
      return std::unexpected(recorded.error());
    return report;
  }
  const auto done = erase_entries(std::move(*entries), who, *by, "request");
  if (!done) return std::unexpected(done.error());
  report.entry = done->entry;
  report.entries = done->entries;
  return report;
}

Result<std::uint64_t> Hub::place_hold(const HoldWish& wish, const Officer& who) {
  const std::scoped_lock lock(erasing_mutex_);
  const auto by = officer(who);
  if (!by) return std::unexpected(by.error());
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  const auto projection = this->projection();
  const Holdings& holdings = projection->holdings();
  Hold hold;
  hold.reason = who.reason;
  hold.by = *by;
  hold.operator_name = who.operator_name;
  if (!wish.record.empty()) {
    hold.scope = HoldScope::record;
    const auto rows = versions_of(*projection, wish.record);
    if (rows.empty()) return no_record(wish.record);
    hold.records.emplace(holdings.at(rows.front()).agency, holdings.name(rows.front()));
  } else if (!wish.person.empty()) {
    hold.scope = HoldScope::person;
    const auto person = person_named(*projection, wish.person);
    if (!person) return failure(ErrorCode::not_found, "There is nobody of that number. Write it such as P12.");
    Seal same = seal_of(holdings, projection->people, *person);
    hold.records = std::move(same.records);
    hold.marks = std::move(same.marks);
    for (const MentionIndex mention : projection->people.mentions_of(*person))
      hold.mentions.emplace(holdings.at(holdings.at(mention).record).agency, holdings.name(mention));
  }
  return append_small(EntryKind::hold_placed, {}, encode_hold(hold));
}

Result<void> Hub::lift_hold(std::uint64_t number, const Officer& who) {
  const std::scoped_lock lock(erasing_mutex_);
  const auto by = officer(who);
  if (!by) return std::unexpected(by.error());
  const auto holds = holds_now();
  if (!holds) return std::unexpected(holds.error());
  if (std::ranges::find(*holds, number, &Hold::number) == holds->end())
    return failure(ErrorCode::not_found, fmt::format("No hold {} stands. See them with wider hold list.", number));
  return append_only(
      EntryKind::hold_lifted, {},
      nlohmann::json{{"hold", number}, {"reason", who.reason}, {"by", *by}, {"operator", who.operator_name}}.dump(
          -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Result<std::vector<HoldLine>> Hub::holds(const Operator& who) {
  const auto standing = holds_now();
  if (!standing) return std::unexpected(standing.error());
  if (auto recorded = record_operator_read(who, "legal holds"); !recorded) return std::unexpected(recorded.error());
  const auto projection = this->projection();
  std::vector<HoldLine> lines;
  for (const Hold& hold : *standing) {
    const HeldRecords held_records(*projection, std::span(&hold, 1));
    HoldLine line{hold.number, std::string(name_of(hold.scope)), 0, hold.reason, hold.by, to_iso(hold.at)};
    for (std::uint32_t r = 0; r < projection->holdings().records().size(); ++r)
      line.records += projection->holdings().records()[r].live && held_records.on(RecordIndex(r)) != nullptr ? 1 : 0;
    lines.push_back(std::move(line));
  }
  return lines;
}

Result<DueReport> Hub::retention_due(std::optional<Date> on, const Operator& who) {
  const auto projection = this->projection();
  const Date today = day_of(now_of(*projection));
  if (on && *on > today + 366 * 120) return failure(ErrorCode::usage, "That day is too far away.");
  const Date day = on.value_or(today);
  const auto holds = holds_now();
  if (!holds) return std::unexpected(holds.error());
  if (auto recorded = record_operator_read(who, "records due for disposal"); !recorded)
    return std::unexpected(recorded.error());
  const HeldRecords held_records(*projection, *holds);
  const Holdings& holdings = projection->holdings();
  const Retention& retention = shipped_retention();
  DueReport report;
  report.on = to_iso(day);
  std::vector<std::pair<Date, DueLine>> lines;
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordIndex record(r);
    const RecordRow& row = holdings.at(record);
    if (!row.live) continue;
    const Date due = retention.due(holdings, record);
    if (!due.valid() || due > day) continue;
    const auto kept = projection->facts.kept.find({row.agency, holdings.name(record)});
    if (kept != projection->facts.kept.end() && kept->second > day) {
      ++report.kept;
      continue;
    }
    const Hold* hold = held_records.on(record);
    ++(hold != nullptr ? report.held : report.due);
    lines.emplace_back(due, DueLine{record_text(holdings, record), std::string(name_of(row.kind)), to_iso(due),
                                    retention.rule(row.kind).basis, hold != nullptr ? hold->number : 0});
  }
  std::ranges::stable_sort(lines, {}, [](const auto& line) { return line.first; });
  for (auto& [due, line] : lines) report.lines.push_back(std::move(line));
  return report;
}

Result<ledger::KeyReport> Hub::rotate_keys(const ledger::Rotation& rotation, std::string_view operator_name) {
  const auto entered = append_only(
      EntryKind::keys_rotated, {},
      nlohmann::json{{"of", rotation.agency ? std::string(wider::name_of(*rotation.agency)) : "all agencies and the hub"},
                     {"operator", operator_name}}
          .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!entered) return std::unexpected(entered.error());
  return ledger_->rotate_keys(rotation);
}

// What is named must be due today; otherwise nothing is done at all.
Result<std::vector<RecordIndex>> Hub::due_records(const std::vector<std::string>& records) {
  const auto projection = this->projection();
  const Date today = day_of(now_of(*projection));
  std::vector<RecordIndex> rows;
  for (const std::string& name : records) {
    const auto versions = versions_of(*projection, name);
    if (versions.empty() || !projection->holdings().at(versions.back()).live) return no_record(name);
    const Date due = shipped_retention().due(projection->holdings(), versions.back());
    if (!due.valid() || due > today)
      return failure(ErrorCode::denied, fmt::format("{} is not due for disposal{}. Nothing was done.", name,
                                                    due.valid() ? fmt::format(" before {}", to_words(due)) : ""));
    rows.insert(rows.end(), versions.begin(), versions.end());
  }
  return rows;
}

Result<EraseReport> Hub::approve_disposal(const std::vector<std::string>& records, const Officer& who) {
  const std::scoped_lock lock(erasing_mutex_);
  const auto by = officer(who);
  if (!by) return std::unexpected(by.error());
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  const auto rows = due_records(records);
  if (!rows) return std::unexpected(rows.error());
  const auto projection = this->projection();
  const Date today = day_of(now_of(*projection));
  const auto holds = holds_now();
  if (!holds) return std::unexpected(holds.error());
  const HeldRecords held_records(*projection, *holds);
  for (const RecordIndex row : *rows) {
    if (const Hold* hold = held_records.on(row)) return held(*hold);
    const auto kept =
        projection->facts.kept.find({projection->holdings().at(row).agency, projection->holdings().name(row)});
    if (kept != projection->facts.kept.end() && kept->second > today)
      return failure(ErrorCode::denied, fmt::format("{} is kept until {}. Nothing was done.",
                                                    record_text(projection->holdings(), row), to_words(kept->second)));
  }
  auto entries = entries_about(*ledger_, *projection, *rows);
  if (!entries) return std::unexpected(entries.error());
  auto report = erase_entries(std::move(*entries), who, *by, "retention");
  if (report) report->records = records;
  return report;
}

Result<void> Hub::keep_records(const std::vector<std::string>& records, Date until, const Officer& who) {
  const std::scoped_lock lock(erasing_mutex_);
  const auto by = officer(who);
  if (!by) return std::unexpected(by.error());
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  if (const auto rows = due_records(records); !rows) return std::unexpected(rows.error());
  const auto projection = this->projection();
  const Date today = day_of(now_of(*projection));
  if (until <= today || until > today + 366 * 10)
    return failure(ErrorCode::usage, "Keep them until a day after today and at most ten years away; then look again.");
  // One entry a record, so that each can go by itself one day.
  std::vector<ledger::NewEntry> entries;
  for (const std::string& name : records) {
    const std::size_t slash = name.find('/');
    Keeping keeping{{{agency_named(name.substr(0, slash)).value(), name.substr(slash + 1)}},
                    until,
                    who.reason,
                    *by,
                    who.operator_name};
    entries.push_back(small_entry(EntryKind::retention_kept, {}, encode_keeping(keeping)));
  }
  const auto appended = ledger_->append(entries);
  if (!appended) return std::unexpected(appended.error());
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  return {};
}

}  // namespace wider::hub
