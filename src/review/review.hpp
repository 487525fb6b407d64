// Review: what was known at a date, side by side by agency; and cutting a text down to what may leave the review.
// (Missed chances, packs and the re-identification test follow; see docs/adr and the issues.)
// Pure: no SQL, HTTP, files, clock or randomness.
//
// Invariants
//  1. As-at a date uses only records known, or received, by that date (DESIGN, invariant 8; records/known_at.hpp).
//  2. Records under handling conditions stand only in their own agency's column, for a reader of that agency
//     (invariant 10): they change neither the others' lines nor gaps nor counts.
// Thread safety: free functions over const arguments.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "records/holdings.hpp"
#include "records/known_at.hpp"
#include "records/people.hpp"

namespace wider::review {

struct Question {
  KnownAt known;                 // the moment, the basis, and one agency or all
  std::optional<Agency> reader;  // whose own originator-only records may be shown; none: nobody's
};

// One month of the combined chronology: what each agency recorded that happened in it.
struct Month {
  int year = 0;
  int month = 0;
  std::map<Agency, std::vector<RecordIndex>> columns;  // oldest first
};
// A stretch without an entry of anybody (agency empty) or of one agency, between two entries.
struct Gap {
  std::optional<Agency> agency;
  Date after;      // the day of the last entry before it
  Date before;     // the day of the first entry after it
  int months = 0;  // whole calendar months without an entry
};
struct CombinedChronology {
  AgencySet agencies;                // the columns, in the enum's order
  std::vector<Month> months;         // months with an entry, oldest first
  std::vector<Gap> gaps;             // by first day, then everybody's before one agency's
  std::vector<RecordIndex> undated;  // records of which no day is known
};
// The chronology of some people (a child, or siblings) merged over agencies. The month is that of the first day on
// which an event may have happened; where that is not known, of the day on which it became known. gap_months: shorter
// stretches are no gap; at least 1.
[[nodiscard]] CombinedChronology combined_chronology(const Holdings& holdings, const People& people,
                                                     std::span<const PersonId> persons, const Question& question,
                                                     int gap_months = 3);

// The first day on which each agency knew of the person, as far as the question allows.
[[nodiscard]] std::map<Agency, Date> first_known(const Holdings& holdings, const People& people, PersonId person,
                                                 const Question& question);

// Names to be replaced and what stands for each: {"Amy Smith", "Child A"}.
struct Alias {
  std::string name;
  std::string stands_as;
};
// Replaces each name, whatever its case, where it stands as whole words; a name of several words also by its parts, so
// that "Amy" and "Miss Smith" do not remain ("Child A", longer names first). A part shared by two names becomes
// "[name]".
[[nodiscard]] std::string redact_names(std::string_view text, const std::vector<Alias>& aliases);
// "A. S."
[[nodiscard]] std::string initials(std::string_view name);

// A count as it may be published: counts from 1 to 4 become "fewer than 5".
[[nodiscard]] std::string publishable_count(std::uint64_t count);
// A row of counts beside its total: where exactly one would be hidden, the next smallest is hidden too, so that it
// cannot be had by subtraction. nullopt is hidden. Zero is shown.
[[nodiscard]] std::vector<std::optional<std::uint64_t>> suppress_small(std::span<const std::uint64_t> counts);

}  // namespace wider::review
