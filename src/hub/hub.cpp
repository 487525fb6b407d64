#include "hub/hub.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include "base/check.hpp"
#include "hub/identity.hpp"
#include "hub/search.hpp"
#include "hub/snapshot.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;

constexpr const char* snapshot_file = "snapshot.sealed";

// The fields of one line of a CSV file (RFC 4180), for showing it: reading it for good is intake's.
std::vector<std::string> fields_of(std::string_view line, char separator) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == separator && !quoted) {
      fields.emplace_back();
    } else if (c != '\r' && c != '\n') {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<HeldBackLine::Cell> cells_of(const intake::HeldBackRow& row) {
  char separator = ',';
  for (const char candidate : {';', '\t', '|'}) {
    if (std::count(row.header.begin(), row.header.end(), candidate) >
        std::count(row.header.begin(), row.header.end(), separator))
      separator = candidate;
  }
  const auto names = fields_of(row.header, separator);
  const auto values = fields_of(row.raw, separator);
  std::vector<HeldBackLine::Cell> cells;
  if (row.header.empty() || names.size() != values.size()) return cells;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool meant = names[i] == row.column;
    if (meant || !values[i].empty()) cells.push_back({names[i], values[i], meant});
  }
  return cells;
}

}  // namespace

Instant system_now() {
  return Instant{
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count()};
}

std::string day_and_time(Instant instant) {
  const Date day = day_of(instant);
  const auto minute = static_cast<std::int16_t>((instant.microseconds - start_of(day).microseconds) / 60'000'000);
  return to_words(When{day, day, Precision::day, minute});
}

Hub::Hub(ledger::Place place, std::unique_ptr<ledger::Ledger> ledger)
    : place_(std::move(place)), ledger_(std::move(ledger)) {}

Result<std::unique_ptr<Hub>> Hub::create(const ledger::Place& place, bool simulated) {
  ledger::Options options;
  options.simulated = simulated;
  options.clock = system_now;
  auto made = ledger::Ledger::create(place, options);
  if (!made) return std::unexpected(made.error());
  auto hub = std::unique_ptr<Hub>(new Hub(place, std::move(*made)));
  // The first entry says what the hub is; a simulated one's clock goes with its deliveries and is never to be trusted.
  const auto said = hub->append_only(EntryKind::hub_created, {}, nlohmann::json{{"simulated", simulated}}.dump());
  if (!said) return std::unexpected(said.error());
  return hub;
}

Result<std::unique_ptr<Hub>> Hub::open(const ledger::Place& place) {
  ledger::Options options;
  options.clock = system_now;
  auto opened = ledger::Ledger::open(place, options);
  if (!opened) return std::unexpected(opened.error());
  return std::unique_ptr<Hub>(new Hub(place, std::move(*opened)));
}

Instant Hub::now_of(const Projection& projection) const {
  if (ledger_->simulated() && projection.facts.last_received.valid()) return projection.facts.last_received;
  return system_now();
}

Instant Hub::now() const {
  const auto projection = this->projection();
  return projection ? now_of(*projection) : system_now();
}

std::shared_ptr<const Projection> Hub::projection() const {
  const std::scoped_lock lock(publish_mutex_);
  return projection_;
}

bool Hub::behind() const {
  const auto projection = this->projection();
  return !projection || projection->facts.through < ledger_->size();
}

bool Hub::has_news_after(std::uint64_t sequence) {
  bool news = false;
  const auto read = ledger_->read_headers(sequence + 1, ledger_->size(), [&](const ledger::Header& header) {
    switch (header.kind) {
      case EntryKind::look:
      case EntryKind::search:
      case EntryKind::sign_in:
      case EntryKind::sign_out:
      case EntryKind::sign_in_refused:
      case EntryKind::purpose:
      case EntryKind::submission:
      case EntryKind::refused:
      case EntryKind::emergency:
      case EntryKind::emergency_review:
      case EntryKind::tie:
      case EntryKind::evidence_request:
      case EntryKind::evidence_decision:
      case EntryKind::hold_placed:
      case EntryKind::hold_lifted:
      case EntryKind::keys_rotated:
        break;
      default:
        news = true;
    }
    return !news;
  });
  return read.has_value() && news;
}

Result<IntakeReport> Hub::take_in(const std::vector<Submission>& submissions, const IntakeProgress& progress) {
  const std::scoped_lock lock(work_mutex_);
  if (!known_) {
    auto known = Known::of(*ledger_);
    if (!known) return std::unexpected(known.error());
    known_ = std::make_unique<Known>(std::move(*known));
  }
  auto report = hub::take_in(*ledger_, *known_, submissions, progress, stop_work_.get_token());
  if (!report) known_.reset();  // what did become durable is read again
  return report;
}

Result<std::vector<StageTime>> Hub::settle(const SettleOptions& options) {
  const std::scoped_lock lock(work_mutex_);
  const auto before = std::chrono::steady_clock::now();
  std::unique_ptr<Projection> start;
  const auto published = projection();
  if (!published) {
    start = load_snapshot(*ledger_, place_.folder / snapshot_file);
  } else if (published->facts.through == ledger_->size()) {
    return std::vector<StageTime>{};
  } else {
    start = std::make_unique<Projection>();
    start->facts = published->facts;  // pages go on reading the published one meanwhile
  }
  const double loading = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  SettleOptions stoppable = options;
  stoppable.stop = stop_work_.get_token();
  auto settled = hub::settle(*ledger_, std::move(start), stoppable);
  if (!settled) return std::unexpected(settled.error());
  settled->times.insert(settled->times.begin(), {"open the snapshot", loading});
  const bool worth_keeping = settled->changed;
  if (!accounts_.loaded()) accounts_.load(settled->projection->facts.accounts);
  load_trust(settled->projection->facts);
  std::shared_ptr<const Projection> next = std::move(settled->projection);
  // What the first page would otherwise wait for.
  (void)duties_of(next);
  (void)reviews_of(next);
  (void)model_of(*next);
  {
    const std::scoped_lock publish(publish_mutex_, events_mutex_);
    projection_ = next;
    // What people did while this projection was being made is not in it yet.
    const auto is_in_it = [&](const auto& event) { return event.first <= next->facts.through; };
    std::erase_if(recent_events_, is_in_it);
    std::erase_if(recent_concerns_, is_in_it);
    std::erase_if(recent_words_, is_in_it);
    std::erase_if(recent_notices_, is_in_it);
  }
  if (worth_keeping) {
    const auto saving = std::chrono::steady_clock::now();
    if (auto saved = save_snapshot(*ledger_, place_.folder / snapshot_file, *next); !saved)
      return std::unexpected(saved.error());
    settled->times.push_back(
        {"keep a snapshot", std::chrono::duration<double>(std::chrono::steady_clock::now() - saving).count()});
  }
  return settled->times;
}

ledger::NewEntry Hub::small_entry(EntryKind kind, const ledger::Ref& actor, std::string body) const {
  ledger::NewEntry entry;
  entry.kind = kind;
  entry.actor = actor;
  // In a simulated hub nothing people do moves its clock: the entry is received when the one before it was.
  entry.received = ledger_->simulated() ? Instant{0} : Instant{};
  entry.gateway = ledger::Gateway::operator_task;
  entry.body = std::move(body);
  return entry;
}

Result<std::uint64_t> Hub::append_small(EntryKind kind, const ledger::Ref& actor, std::string body,
                                        const ledger::Ref& purpose) {
  ledger::NewEntry entry = small_entry(kind, actor, std::move(body));
  entry.purpose = purpose;
  auto appended = ledger_->append_now(entry);
  could_write_ = appended.has_value();
  return appended;
}

Readiness Hub::readiness() {
  const auto projection = this->projection();
  const std::uint64_t size = ledger_->size();
  return {projection != nullptr && could_write_, size, projection ? size - projection->facts.through : size};
}

Result<void> Hub::append_only(EntryKind kind, const ledger::Ref& actor, std::string body, const ledger::Ref& purpose) {
  const auto appended = append_small(kind, actor, std::move(body), purpose);
  if (!appended) return std::unexpected(appended.error());
  return {};
}

Result<void> Hub::record_operator_read(const Operator& who, std::string_view what) {
  return append_only(EntryKind::look, {},
                     nlohmann::json{{"operator", who.user}, {"purpose", who.purpose}, {"what", what}}.dump(
                         -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

Result<void> Hub::adopt_model(std::string_view model, const Operator& who) {
  std::string text(model);
  if (text.empty()) {
    auto learnt = learn_model(projection()->holdings(), {});
    if (!learnt) return std::unexpected(learnt.error());
    text = std::move(*learnt);
  }
  if (auto parsed = linkage::parse_model(text); !parsed) return std::unexpected(parsed.error());
  std::string by = who.user;
  std::ranges::replace_if(by, [](unsigned char c) { return c < ' '; }, ' ');
  return append_only(EntryKind::model_adopted, {}, fmt::format("# adopted by {}\n{}", by, text));
}

Result<std::vector<std::uint64_t>> Hub::held_back_entries() {
  // Read from the ledger, not from the projection: rows held back a second ago are there too.
  std::vector<std::uint64_t> waiting;
  std::vector<std::uint64_t> settled;
  auto read = ledger_->read_headers(1, ledger_->size(), [&](const ledger::Header& header) {
    if (header.kind == EntryKind::held_back) waiting.push_back(header.sequence);
    if (header.kind == EntryKind::held_back_settled) settled.push_back(header.sequence);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  for (std::uint64_t& sequence : settled) {
    const auto entry = ledger_->read(sequence);
    if (!entry) return std::unexpected(entry.error());
    sequence = nlohmann::json::parse(entry->body).at("entry").get<std::uint64_t>();
  }
  std::sort(settled.begin(), settled.end());
  std::erase_if(waiting,
                [&](std::uint64_t sequence) { return std::binary_search(settled.begin(), settled.end(), sequence); });
  return waiting;
}

Result<std::vector<HeldBackLine>> Hub::held_back_lines(std::span<const std::uint64_t> entries) {
  std::vector<HeldBackLine> lines;
  for (const std::uint64_t sequence : entries) {
    const auto entry = ledger_->read(sequence);
    if (!entry) return std::unexpected(entry.error());
    if (entry->erased) continue;
    const auto row = intake::decode_held_back(entry->body);
    if (!row) return std::unexpected(row.error());
    lines.push_back({sequence, row->file, std::to_string(row->row), row->column, row->reason, row->remedy, row->raw,
                     std::string(name_of(row->agency)), cells_of(*row)});
  }
  return lines;
}

Result<std::vector<HeldBackLine>> Hub::held_back_rows() {
  const auto entries = held_back_entries();
  if (!entries) return std::unexpected(entries.error());
  return held_back_lines(*entries);
}

Result<IntakeReport> Hub::mend(const HeldBackMend& mend) {
  const std::scoped_lock lock(work_mutex_);
  if (!known_) {
    auto known = Known::of(*ledger_);
    if (!known) return std::unexpected(known.error());
    known_ = std::make_unique<Known>(std::move(*known));
  }
  return retry_held_back(*ledger_, *known_, mend);
}

linkage::ModelPtr Hub::model_of(const Projection& projection) const {
  const std::scoped_lock lock(model_mutex_);
  const std::string& text = model_in_use(projection.facts);
  if (!model_ || model_text_ != text) {
    auto parsed = linkage::parse_model(text);
    CHECK(parsed.has_value());  // settling parsed the same text
    model_ = std::move(*parsed);
    model_text_ = text;
  }
  return model_;
}

ledger::Ref Hub::reference_of(std::uint32_t account) const {
  const auto known = accounts_.numbered(account);
  return known ? known->reference : ledger::Ref{};
}

std::string person_text(PersonId person) {
  return fmt::format("P{}", person.value);
}

std::optional<PersonId> person_of_text(std::string_view text) {
  if (text.size() < 2 || text[0] != 'P') return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return PersonId(value);
}

std::optional<MentionIndex> mention_of_text(const Holdings& holdings, std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto agency = agency_named(text.substr(0, slash));
  if (!agency) return std::nullopt;
  return holdings.find_mention(*agency, text.substr(slash + 1));
}

std::string mention_text(const Holdings& holdings, MentionIndex mention) {
  return fmt::format("{}/{}", name_of(holdings.at(holdings.at(mention).record).agency), holdings.name(mention));
}

}  // namespace wider::hub
