// Intelligence grades and handling, kept exactly as written. Grades are ordinal and never multiplied, and the 5x5x5 of
// 2007 to 2012 is never converted to the later 3x5x2 by machine (DOMAIN, "Grading and marking").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wider {

enum class GradingSystem : std::uint8_t { none, five_by_five_by_five, three_by_five_by_two };

// As written: 5x5x5 is source A-E, information 1-5, handling 1-5; 3x5x2 is source 1-3, information A-E, handling P or
// C.
struct Grade {
  GradingSystem system = GradingSystem::none;
  char source = 0;
  char information = 0;
  char handling = 0;

  friend auto operator<=>(const Grade&, const Grade&) = default;
};

// Reads "B24", "B 2 4", "B/2/4" (5x5x5) or "2B P", "2/B/C" (3x5x2); "" gives no grade. nullopt: not a grade.
[[nodiscard]] std::optional<Grade> parse_grade(std::string_view text);
[[nodiscard]] std::string to_text(const Grade& grade);   // "B24", "2BP", ""
[[nodiscard]] std::string to_words(const Grade& grade);  // "5x5x5 B24: mostly reliable source; ..."; "not graded"

// How much a fact may be leant on, for "a path is as good as its weakest fact": 0 weakest. A fact without a grade is an
// agency's own record and ranks above any graded intelligence. Source E of 5x5x5 means untested, not worst.
[[nodiscard]] int strength(const Grade& grade);

// Whether somebody other than the originating agency may be influenced by the fact. `originator_only` facts change
// nothing that others see until the originator releases them (DESIGN, invariant 10).
enum class Handling : std::uint8_t { shared, originator_only };
// 5x5x5 handling 4 (originating agency only) and 5 (conditions), and 3x5x2 C (conditions), are originator_only.
[[nodiscard]] Handling handling_of(const Grade& grade);

}  // namespace wider
