// For tests: what the rules of src/picture find, told a second time in the simplest way there is. Every path and every
// window is listed and every control applied to it, with no state, no index and no early end: quadratic and worse, for
// worlds of some dozen records. What anchor_rule.cpp, referral_rule.cpp, tied.cpp and the households of facts.cpp do
// quickly is compared with it. What it takes as given: who a mention is, which thing a telling is, who is a child,
// which schools a child goes to. Thread safety: free functions over const arguments.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "picture/evaluator.hpp"

namespace wider::picture {

struct NaiveHit {
  NodeId anchor;
  RecordIndex met_by;
  std::int32_t first = 0;  // days of what counted, by what has come since too
  std::int32_t last = 0;
  std::uint32_t needed = 0;  // by the bar; households there were. 0 for referrals
  std::uint32_t households = 0;
  std::set<PersonId> children;  // tied in the window, or since

  friend bool operator==(const NaiveHit&, const NaiveHit&) = default;
  friend auto operator<=>(const NaiveHit&, const NaiveHit&) = default;
};

// In order of the record that met them, then of anchor.
[[nodiscard]] std::vector<NaiveHit> hits_naively(const Facts& facts, const Pattern& pattern, bool no_single_agency);

// Whether what these records alone say meets the pattern for the anchor, where the bar asks for so many households and
// second hops go through these nodes alone (who is a hub and passes none on is a matter of all records).
[[nodiscard]] bool meets_naively(const Facts& facts, const Pattern& pattern, bool no_single_agency, NodeId anchor,
                                 const std::vector<NodeId>& via, const std::vector<RecordIndex>& records,
                                 std::uint32_t needed);

}  // namespace wider::picture
