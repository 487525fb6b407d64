// Measures what the [chance.per_record] table of a pattern states: how many unrelated children come to each kind of
// anchor when nothing but ordinary life goes on. A partnership measures its own records with it before
// it adopts a table; a table never follows the records by itself.
// Thread safety: pure function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "picture/facts.hpp"
#include "picture/pattern.hpp"

namespace wider::picture {

struct BaseRate {
  std::string at;                 // the key in the table: a kind of anchor, or a category of place
  std::uint64_t windows = 0;      // anchors times windows in which a record names them
  std::uint64_t others = 0;       // records that name such an anchor and tie no child to it
  std::uint64_t children = 0;     // tied to it by them; a household once in a window, as the pattern's controls say
  double per_record = 0;          // children / (others + windows)
  double to_state = 0;            // the upper end of its 95 % interval (one-sided), to two figures
  double spread = 1;              // variance over what ByChance says: 1 is as stated, more is uneven
  std::uint64_t over_bar = 0;     // windows in which this rate would call the children more than chance
  double expected_over_bar = 0;   // how many of them chance alone would give at this rate
  std::uint64_t over_stated = 0;  // windows that stand at the rate the pattern states
  double stated = 0;              // that rate
};

// By key. Windows are those of the pattern, one after another, so that no record counts twice.
[[nodiscard]] std::vector<BaseRate> measure_base_rates(const Facts& facts, const Pattern& pattern);

}  // namespace wider::picture
