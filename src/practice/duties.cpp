// Statutory clocks over the records: from rules and holdings to duties.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "base/working_days.hpp"
#include "practice/practice.hpp"
#include "records/known_at.hpp"

namespace wider::practice {
namespace {

// When a duty began and, where it is met, when.
struct Course {
  Date began;
  bool met = false;
  Date met_on;
};

// The day a record's event happened where it is known to the day; otherwise the day the agency recorded it.
Date exact_day(const RecordRow& row) {
  return row.happened.known() && row.happened.precision == Precision::day ? row.happened.first : row.known;
}

std::optional<Course> referral_course(const RecordRow& row, Date today) {
  if (row.kind != RecordKind::referral || row.agency != Agency::social_care) return std::nullopt;
  const Date began = exact_day(row);
  if (!began.valid() || began > today) return std::nullopt;
  Course course{began, false, {}};
  const bool decided = row.outcome != Outcome::none && row.outcome != Outcome::open;
  // A decision with a later date than today is not known today, though its row may be.
  if (decided && (!row.outcome_date.valid() || row.outcome_date <= today)) {
    course.met = true;
    course.met_on = row.outcome_date;
  }
  return course;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool interview_offered(std::string_view reason) {
  const std::string said = lower(reason);
  if (said == "y" || said == "yes" || said == "true" || said == "1") return true;
  if (said.find("not") != std::string::npos) return false;
  for (const std::string_view word : {"offered", "accepted", "declined", "refused", "held", "done", "completed"}) {
    if (said.ends_with(word)) return true;
  }
  return false;
}

std::optional<Course> missing_course(const Holdings& holdings, const RecordRow& row, Date today) {
  if (row.kind != RecordKind::missing || row.agency != Agency::social_care) return std::nullopt;
  Date returned = row.outcome_date;
  const bool ended = row.outcome == Outcome::returned ||
                     (row.happened.precision == Precision::day && row.happened.last > row.happened.first);
  if (!returned.valid() && ended) returned = row.happened.last;
  if (!returned.valid() || returned > today) return std::nullopt;
  return Course{returned, interview_offered(holdings.text(row.reason)), {}};
}

PersonId child_of(const Holdings& holdings, const People& people, const RecordRow& row) {
  PersonId first;
  for (std::uint32_t i = row.first_mention; i < row.first_mention + row.mention_count; ++i) {
    const PersonId person = people.of(MentionIndex(i));
    const Role role = holdings.mentions()[i].role;
    if (role == Role::subject || role == Role::victim) return person;
    if (i == row.first_mention) first = person;
  }
  return first;
}

std::string says_of(const Duty& duty) {
  const auto days = [](int count) { return fmt::format("{} {}", count, count == 1 ? "day" : "days"); };
  const std::string due = to_words(duty.due);
  switch (duty.state) {
    case DutyState::overdue:
      return fmt::format("{}: {} over, due by {}.", duty.title, days(duty.days_over), due);
    case DutyState::today:
      return fmt::format("{}: due today, {}.", duty.title, due);
    case DutyState::this_week:
    case DutyState::later:
      return fmt::format("{}: due by {}.", duty.title, due);
    case DutyState::met:
      break;
  }
  if (!duty.met_on.valid()) return fmt::format("{}: recorded, on a day not given.", duty.title);
  if (duty.met_late)
    return fmt::format("{}: on {}, {} after it was due.", duty.title, to_words(duty.met_on),
                       days(duty.met_on - duty.due));
  return fmt::format("{}: in time, on {}.", duty.title, to_words(duty.met_on));
}

void set_state(Duty& duty, const Course& course, Date today) {
  if (course.met) {
    duty.state = DutyState::met;
    duty.met_on = course.met_on;
    duty.met_late = course.met_on.valid() && course.met_on > duty.due;
  } else if (today > duty.due) {
    duty.state = DutyState::overdue;
    duty.days_over = today - duty.due;
  } else if (today == duty.due) {
    duty.state = DutyState::today;
  } else {
    duty.state = duty.due - today < 7 ? DutyState::this_week : DutyState::later;
  }
  duty.says = says_of(duty);
}

}  // namespace

std::string_view name_of(DutyState state) {
  switch (state) {
    case DutyState::overdue:
      return "overdue";
    case DutyState::today:
      return "today";
    case DutyState::this_week:
      return "this-week";
    case DutyState::later:
      return "later";
    case DutyState::met:
      return "met";
  }
  return "";
}

const ClockVersion* Clocks::in_force(std::string_view rule, Date day) const {
  for (const ClockVersion& version : versions_) {
    const bool begun = !version.in_force_from.valid() || version.in_force_from <= day;
    const bool ended = version.in_force_to.valid() && version.in_force_to < day;
    if (version.rule == rule && begun && !ended) return &version;
  }
  return nullptr;
}

Date due_day(const ClockVersion& clock, Date begins) {
  CHECK(begins.valid());
  switch (clock.unit) {
    case TimeUnit::hour:
      return begins + (clock.limit + 23) / 24;
    case TimeUnit::day:
      return begins + clock.limit;
    case TimeUnit::working_day:
      return add_working_days(begins, clock.limit);
    case TimeUnit::week:
      return begins + 7 * clock.limit;
    case TimeUnit::month:
      return add_months(begins, clock.limit);
    case TimeUnit::year:
      return add_months(begins, 12 * clock.limit);
  }
  return begins;
}

std::vector<Duty> duties(const Holdings& holdings, const People& people, const Clocks& clocks, Instant now) {
  const Date today = day_of(now);
  std::vector<Duty> found;
  for (const RecordIndex index : known_at(holdings, {now, KnownBasis::by_both, std::nullopt})) {
    const RecordRow& row = holdings.at(index);
    std::string_view rule = "referral-decision";
    auto course = referral_course(row, today);
    if (!course) {
      rule = "return-interview";
      course = missing_course(holdings, row, today);
    }
    if (!course) continue;
    const ClockVersion* clock = clocks.in_force(rule, course->began);
    if (clock == nullptr || clock->limit == 0) continue;
    Duty duty;
    duty.rule = clock->rule;
    duty.version = clock->version;
    duty.title = clock->title;
    duty.person = child_of(holdings, people, row);
    duty.record = index;
    duty.owner = clock->owner;
    duty.began = course->began;
    duty.due = due_day(*clock, course->began);
    if (row.handling == Handling::originator_only) duty.audience = row.agency;
    set_state(duty, *course, today);
    found.push_back(std::move(duty));
  }
  const auto order = [](const Duty& duty) { return std::tuple(duty.state == DutyState::met, duty.due, duty.record); };
  std::sort(found.begin(), found.end(), [&](const Duty& a, const Duty& b) { return order(a) < order(b); });
  return found;
}

}  // namespace wider::practice
