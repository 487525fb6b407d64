// The sieve: one entry held against many at once, by codes and sketches alone. Which pairs may reach the threshold at
// all? Every field adds the most that it can weigh; what stays below is done with, and only the few others are compared
// and scored in full.
// Invariant: a pair whose score reaches the threshold always passes. The sieve knows the levels of comparison.cpp and
// the weights of Scorer::score; pair_filter_test holds it against them. The loop exists for AVX-512, AVX2 and any
// processor; which runs is found out when the program starts.
// Thread safety: const members and free functions may be called together.
#pragma once

#include <array>
#include <cstdint>

#include "linkage/blocking.hpp"
#include "linkage/model.hpp"
#include "linkage/tile.hpp"

namespace wider::linkage {

enum class Loops : std::uint8_t { plain, avx2, avx512 };
[[nodiscard]] bool can_run(Loops loops);
[[nodiscard]] Loops widest_loops();

// The most that a field can weigh in each case that codes and sketches can tell apart. Fixed point; "not given" is 0.
struct Bounds {
  using Table = std::array<std::int32_t, 16>;
  struct Text {
    std::int32_t same, near, different;
  };
  std::int32_t prior, threshold;
  // By what is seen of two names that are not the same: 1 alike, 2 in one group, 4 one is an initial, 8 both
  // established. To those of the second kind half the rarity of the commoner of the two is added.
  Table forename, surname, forename_half, surname_half;
  std::int32_t same_forename, same_surname, several_forenames, several_forenames_half, surname_in_parts;
  std::int32_t swapped;  // with the rarity of both names of the entry whose are commoner
  Table birth;           // by level; the one after the last: a date that is not given whole
  std::int32_t sex_same, sex_different;
  std::int32_t home_same, home_alike, home_postcode, home_like_address, home_other_address, home_without_postcode,
      home_near_postcode, home_district, home_different, home_any;
  std::int32_t town_same, town_near, town_different, town_same_at_home, town_other_at_home;
  std::array<Text, Tile::text_count> texts;
};
[[nodiscard]] Bounds make_bounds(const Scorer& scorer);

// Which blocks in common take a pair away from a block of a rule: those of earlier rules, and earlier ones of the rule.
struct Ownership {
  std::array<std::uint8_t, slot_count> singles{};  // places of earlier rules with one key
  std::size_t single_count = 0;
  std::size_t pair_at = 0;  // the first place of the rule with two keys
  bool has_pair = false;    // it is the rule at hand or an earlier one
  bool pair_is_own = false;
  bool between_sources = false;
};
[[nodiscard]] Ownership ownership_of(const Blocking& blocking, Rule rule, bool between_sources_only);

// Entry `left` of one tile against the entries [from, end) of another, or of the same.
struct Against {
  const Tile& lefts;
  std::uint32_t left;
  const Tile& rights;
  std::uint32_t from, end;
};

struct Sifted {
  std::uint32_t may_reach = 0;  // pairs that are the block's own and may reach the threshold
  std::uint32_t own = 0;        // pairs that are the block's own (Blocking::owns)
};
// Writes the places among the rights of the pairs that may reach the threshold, ascending.
[[nodiscard]] Sifted sift(Loops loops, const Against& against, const Bounds& bounds, const Ownership& ownership,
                          BlockNumber block, std::uint16_t* may_reach);

}  // namespace wider::linkage
