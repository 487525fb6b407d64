#include "hub/as_at.hpp"

#include <algorithm>

#include "hub/pages.hpp"
#include "records/known_at.hpp"

namespace wider::hub {
namespace {

// The holdings of that moment: what came later is cut off, and of what had come only what stood then is live.
Holdings holdings_known_at(const Holdings& today, Instant moment) {
  const auto& all = today.records();
  // Rows stand in order of receipt: the clock of a ledger never goes back.
  const auto end =
      std::partition_point(all.begin(), all.end(), [&](const RecordRow& row) { return row.received <= moment; });
  std::vector<RecordRow> records(all.begin(), end);
  for (RecordRow& row : records) row.live = false;
  const KnownAt question{moment, KnownBasis::by_both, std::nullopt};
  for (const RecordIndex standing : known_at(today, question)) records[standing.value].live = true;
  // What had come but was not known yet says nothing.
  const auto unsaid = [&](RecordIndex record) { return !was_known(today.at(record), question); };
  const std::uint32_t mentions =
      end == all.end() ? static_cast<std::uint32_t>(today.mentions().size()) : end->first_mention;
  const std::uint32_t things = end == all.end() ? static_cast<std::uint32_t>(today.things().size()) : end->first_thing;
  std::vector<MentionRow> mention_rows(today.mentions().begin(), today.mentions().begin() + mentions);
  std::vector<ThingRow> thing_rows(today.things().begin(), today.things().begin() + things);
  for (MentionRow& row : mention_rows) {
    if (unsaid(row.record)) row = {.record = row.record, .birth_date = {}};
  }
  for (ThingRow& row : thing_rows) {
    if (unsaid(row.record)) row = {.record = row.record};
  }
  return Holdings::from_blocks(today.strings(), std::move(records), std::move(mention_rows), std::move(thing_rows));
}

}  // namespace

Facts facts_known_at(const Facts& today, Date day) {
  const Instant moment = end_of(day);
  Facts then;
  then.through = today.through;
  then.holdings = holdings_known_at(today.holdings, moment);
  then.accounts = today.accounts;
  for (const LinkDecision& word : today.decision_history) {
    if (word.at > moment) break;
    then.decision_history.push_back(word);
    apply_word(then.link_decisions, word);
  }
  for (const FindingEvent& event : today.finding_events) {
    if (event.at <= moment) then.finding_events.push_back(event);
  }
  then.model = today.model;
  then.versions = today.versions;
  then.seals = today.seals;
  then.sealed_rows = today.sealed_rows;
  for (std::uint32_t r = 0; r < then.holdings.records().size(); ++r) {
    const RecordRow& row = then.holdings.records()[r];
    if (!then.is_sealed(r)) then.take_receipt(row.agency, row.handling, row.received);
  }
  then.identity_version = today.identity_version;
  then.past_version = today.past_version;
  return then;
}

Result<std::unique_ptr<Projection>> as_known_at(const Projection& today, Date day, const SettleOptions& options) {
  auto then = std::make_unique<Projection>();
  then->facts = facts_known_at(today.facts, day);
  if (auto concluded = conclude(*then, day, options); !concluded) return std::unexpected(concluded.error());
  return then;
}

bool all_known_at(const Facts& today, Date day) {
  const Instant moment = end_of(day);
  if (!today.holdings.records().empty() && today.holdings.records().back().received > moment) return false;
  const auto told_by_then = [&](Date told) { return !told.valid() || told <= day; };
  return std::ranges::all_of(today.holdings.records(),
                             [&](const RecordRow& row) {
                               return row.received <= moment && told_by_then(row.known) &&
                                      told_by_then(row.outcome_date);
                             }) &&
         std::ranges::all_of(today.decision_history, [&](const LinkDecision& word) { return word.at <= moment; }) &&
         std::ranges::all_of(today.finding_events, [&](const FindingEvent& event) { return event.at <= moment; });
}

PersonId person_known_at(const Projection& today, const Projection& then, PersonId person) {
  const MentionIndex mention(person.value);
  if (person.value < then.holdings().mentions().size() && then.people.of(mention).valid())
    return then.people.of(mention);
  if (person.value >= today.holdings().mentions().size()) return {};
  const RecordRow& record = today.holdings().at(today.holdings().at(mention).record);
  const auto version = then.holdings().find_mention(record.agency, today.holdings().name(mention));
  return version ? then.people.of(*version) : PersonId();
}

bool PastPictures::holds(const Picture& picture, const Facts& today, Date day) const {
  if (!picture.projection || picture.day != day || picture.past_version != today.past_version) return false;
  // What came since must be later than the day; nothing that came before can have changed.
  const auto& rows = today.holdings.records();
  const bool later =
      picture.rows == rows.size() || (picture.rows < rows.size() && rows[picture.rows].received > end_of(day));
  const auto until_then = [&](const auto& list) {
    return std::ranges::count_if(list, [&](const auto& one) { return one.at <= end_of(day); });
  };
  const Facts& then = picture.projection->facts;
  return later && until_then(today.decision_history) == std::ssize(then.decision_history) &&
         until_then(today.finding_events) == std::ssize(then.finding_events);
}

std::shared_ptr<const Projection> PastPictures::kept(const Facts& today, Date day) {
  const auto found = std::ranges::find_if(kept_, [&](const Picture& picture) { return holds(picture, today, day); });
  if (found == kept_.end()) return nullptr;
  std::rotate(kept_.begin(), found, found + 1);
  return kept_.front().projection;
}

// Lets go of those that were not asked for longest, and of older pictures of the same day.
void PastPictures::make_room(std::size_t rows) {
  std::size_t all = rows;
  std::size_t fit = 0;
  for (const Picture& picture : kept_) {
    all += picture.projection->holdings().records().size();
    if (all > most_rows_) break;
    ++fit;
  }
  kept_.resize(fit);
}

void PastPictures::begin(std::shared_ptr<const Projection> today, Date day) {
  being_made_ = day;
  failed_.reset();
  std::erase_if(kept_, [&](const Picture& picture) { return picture.day == day; });
  make_room(today->holdings().records().size());
  maker_ = std::jthread([this, today = std::move(today), day](const std::stop_token& stop) {
    SettleOptions quietly;
    quietly.threads = 1;  // pages are answered meanwhile
    quietly.stop = stop;
    auto made = as_known_at(*today, day, quietly);
    const std::scoped_lock lock(mutex_);
    being_made_ = {};
    if (made) {
      ++made_;
      const auto rows = static_cast<std::uint32_t>(today->holdings().records().size());
      kept_.insert(kept_.begin(), {day, today->facts.past_version, rows, std::move(*made)});
    } else {
      failed_ = made.error();
    }
    changed_.notify_all();
  });
}

Result<std::shared_ptr<const Projection>> PastPictures::of(const std::shared_ptr<const Projection>& today, Date day,
                                                           std::chrono::milliseconds patience) {
  if (all_known_at(today->facts, day)) return today;
  std::unique_lock lock(mutex_);
  if (auto picture = kept(today->facts, day)) return picture;
  if (!being_made_.valid()) {
    // The one before has said that it is done, and takes no lock after that.
    if (maker_.joinable()) maker_.join();
    begin(today, day);
  }
  const bool mine = being_made_ == day;
  if (mine) changed_.wait_for(lock, patience, [&] { return being_made_ != day; });
  if (auto picture = kept(today->facts, day)) return picture;
  if (mine && failed_) return std::unexpected(*failed_);
  return failure(ErrorCode::unavailable, std::string(being_put_together));
}

void PastPictures::forget() {
  const std::scoped_lock lock(mutex_);
  if (being_made_.valid()) maker_.request_stop();
  kept_.clear();
}

std::size_t PastPictures::made() const {
  const std::scoped_lock lock(mutex_);
  return made_;
}

}  // namespace wider::hub
