// One entry held against many at once, by codes and sketches alone. Two questions:
//   sift: which pairs may reach the threshold at all? Every field adds the most that it can weigh; what stays below is
//     done with, and only the few others are compared and scored in full.
//   levels: which pattern has each pair? Most levels of most pairs are certain; the others are compared in full.
// Invariants: a pair whose score reaches the threshold always passes the sieve; a pattern that is called certain is the
// one that Comparer gives. Both know the levels of comparison.cpp (tile_loops.inc names each); pair_filter_test holds
// them against it. The loops exist for AVX-512, AVX2 and any processor; which run is found out when the program starts.
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
  // established.
  Table forename, surname;
  std::int32_t same_forename, same_surname, several_forenames, surname_in_parts, swapped;
  Table birth;  // by level; the one after the last: a date that is not given whole
  std::int32_t sex_same, sex_different;
  std::int32_t home_same, home_same_postcode, home_like_address, home_postcode_only, home_near_postcode, home_district,
      home_different, home_any;
  std::int32_t town_same, town_near, town_different;
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

// Packed patterns as pack() makes them, by place among the rights; those below against.from hold anything.
struct Levels {
  std::array<std::uint32_t, tile_room> high, low;
  std::array<std::uint32_t, tile_room> certain;  // 0: compare in full
  [[nodiscard]] std::uint64_t pattern(std::size_t place) const {
    return static_cast<std::uint64_t>(high[place]) << 32 | low[place];
  }
};
void find_levels(Loops loops, const Against& against, Levels& levels);

}  // namespace wider::linkage
