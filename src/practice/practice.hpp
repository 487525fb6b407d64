// Practice: which duties run, which have run out, and whether a text blames a child. Rules come in as text
// (rules/*.toml, which a partnership may change); the time comes in as an argument. Pure: no SQL, HTTP, files, clock or
// randomness.
//
// Invariants
//  1. No version of a rule in force on the day a duty would begin: no clock, and no breach.
//  2. A duty names the record it rests on. It uses only records known and received by the moment asked about.
//  3. A duty says who must act, never how a person is to be judged.
// Thread safety: free functions over const arguments.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::practice {

enum class TimeUnit : std::uint8_t { hour, day, working_day, week, month, year };
enum class Force : std::uint8_t { statute, regulation, guidance, local };

// One version of a rule: rules/statutory_clocks.toml says what each key means.
struct ClockVersion {
  std::string rule;     // "referral-decision"
  std::string version;  // "D01"
  std::string title;    // "Decision on a referral"
  std::string begins;   // "a referral is received"
  Agency owner = Agency::social_care;
  int limit = 0;  // in `unit`; 0: as soon as possible, which gives no clock
  TimeUnit unit = TimeUnit::working_day;
  Date in_force_from;  // none: no known start
  Date in_force_to;    // none: no known end
  Force force = Force::guidance;
  bool background = false;  // not read in a primary source
  std::string source;
  std::string note;
};

class Clocks {
 public:
  // The version in force on the day; nullptr when there is none.
  [[nodiscard]] const ClockVersion* in_force(std::string_view rule, Date day) const;
  [[nodiscard]] const std::vector<ClockVersion>& all() const { return versions_; }

 private:
  friend Result<Clocks> parse_clocks(std::string_view toml);
  std::vector<ClockVersion> versions_;
};
// malformed: names the entry and the key. Versions of one rule may not overlap.
[[nodiscard]] Result<Clocks> parse_clocks(std::string_view toml);

// The last day of a period that begins on a day. Hours are whole days from the end of the first day, rounded up: where
// only the day of the beginning is known, the period is never shown shorter than it is.
[[nodiscard]] Date due_day(const ClockVersion& clock, Date begins);

enum class DutyState : std::uint8_t { overdue, today, this_week, later, met };
[[nodiscard]] std::string_view name_of(DutyState state);  // "this-week"

struct Duty {
  std::string rule;     // "return-interview"
  std::string version;  // of the rule: "D08"
  std::string title;    // "Return home interview"
  PersonId person;      // the child; none when the record names nobody who is somebody today
  RecordIndex record;   // what the duty rests on
  Agency owner = Agency::social_care;
  Date began;
  Date due;     // the last day on which it is in time
  Date met_on;  // none when not met, or met on a day nobody recorded
  DutyState state = DutyState::later;
  bool met_late = false;
  int days_over = 0;               // whole days after `due`; 0 when not overdue
  std::string says;                // "Return home interview: 2 days over, due by 3 March 2009."
  std::optional<Agency> audience;  // set when the record is its originator's only: only that agency may see it
};

// Every duty that had begun at the moment `now`: overdue first (longest over first), then by due day, then met ones.
//  referral-decision: from a referral of children's social care to its outcome.
//  return-interview: from the end of a missing episode recorded by children's social care to an interview offered. The
//  record's `reason` says whether it was: "Y", "yes", "offered", "accepted", "declined", "held", "done", or a phrase
//  that ends in one of them and holds no "not". An episode that only the police recorded gives no clock: from it nobody
//  can tell whether an interview was held.
[[nodiscard]] std::vector<Duty> duties(const Holdings& holdings, const People& people, const Clocks& clocks,
                                       Instant now);

// A phrase that blames a child or hides who did what, and what to write instead.
struct LanguageTerm {
  std::vector<std::string> phrases;  // lower case
  std::string why;
  std::string instead;
  std::optional<int> under_age;  // only of a child under this age
  std::string source;
};
[[nodiscard]] Result<std::vector<LanguageTerm>> parse_language_terms(std::string_view toml);

struct LanguageHint {
  std::size_t offset = 0;  // in bytes
  std::size_t length = 0;
  std::string phrase;  // as written in the text
  std::string why;
  std::string instead;
};
// Whole words, whatever their case or spacing; in order, longest first where they overlap. What stands in quotation
// marks is somebody's own words and is left alone. age_years: the child's on the day, where known.
[[nodiscard]] std::vector<LanguageHint> check_language(std::string_view text, const std::vector<LanguageTerm>& terms,
                                                       std::optional<int> age_years = std::nullopt);

}  // namespace wider::practice
