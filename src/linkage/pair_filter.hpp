// The pair filter: which pairs of a block may reach the threshold at all. A block's entries are laid out in columns (a
// Tile), and one entry is held against many at once: every field adds the most that it can weigh, judged by codes and
// sketches alone. What stays below the threshold is done with; only the few others are compared and scored in full.
//
// Invariant: a pair whose score reaches the threshold always passes. The bounds know the levels of comparison.cpp (each
// is named in make_bounds and in bound_loops.inc); pair_filter_test holds them against the full score.
// Thread safety: a Sketches and a Bounds may be shared once made; a Tile belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "linkage/blocking.hpp"
#include "linkage/model.hpp"
#include "linkage/sketch.hpp"

namespace wider::linkage {

// The sketches and group bits of all texts, by code.
struct Sketches {
  std::vector<Sketch> of;
  std::vector<std::uint32_t> groups;
  Sketches(const Entries& entries, unsigned threads);
};

// The most that a field can weigh in each case that codes and sketches can tell apart. Fixed point; "not given" is 0.
struct Bounds {
  // near, variant: with half the rarity of the commoner of the two names.
  struct Name {
    std::int32_t same, different, near, alike, variant, initial, part;
  };
  struct Text {
    std::int32_t same, near, different;
    std::int32_t within;  // the edit distance up to which two are near
  };
  std::int32_t prior, threshold;
  Name forename, surname;
  std::int32_t swapped;  // with the rarity of both names of the entry whose are commoner
  std::int32_t birth_same, birth_first_january, birth_swapped, birth_one_digit, birth_same_month, birth_same_year,
      birth_day_month, birth_different, birth_partial;
  std::int32_t sex_same, sex_different;
  std::int32_t home_same, home_alike, home_postcode, home_like_address, home_other_address, home_without_postcode,
      home_near_postcode, home_district, home_different, home_any;
  std::int32_t town_same, town_near, town_different, town_same_at_home, town_other_at_home;
  std::array<Text, 5> texts;  // phone, email, nhs_number, upn, occupation
  std::array<float, 5> alike_shares, alike_shares_of_three, address_shares,  // by common prefix
      words_shares;                                                            // whatever the prefix
};
[[nodiscard]] Bounds make_bounds(const Scorer& scorer);

inline constexpr std::size_t tile_size = 512;
inline constexpr std::size_t tile_room = tile_size + 16;  // the loops read whole vectors

struct Tile {
  template <typename T>
  using Column = std::array<T, tile_room>;
  struct TextColumn {
    alignas(64) Column<std::uint32_t> code, low, high, first, length, unheld;
    alignas(64) Column<std::int32_t> adjustment;  // for a value that is the same
  };
  struct NameColumn : TextColumn {
    alignas(64) Column<std::uint32_t> groups;
  };
  // Flags: forenames, or surnames, that may agree in more ways than by the first; and what is known in one bit.
  static constexpr std::uint32_t several_forenames = 1, surname_in_parts = 2, established = 4, has_uprn = 8,
                                 female = 16, male = 32;
  enum TextField : std::uint8_t { phone, email, nhs_number, upn, occupation };

  std::uint32_t count = 0;
  Column<std::uint32_t> entry;
  alignas(64) Column<std::uint32_t> flags;
  alignas(64) Column<std::uint32_t> source;
  NameColumn forename, surname, town;
  Column<std::int32_t> part_adjustment;  // the most that a part of the surname which another entry has adds
  alignas(64) Column<std::uint32_t> birth;  // year, month and day, a digit in each four bits
  alignas(64) Column<std::int32_t> birth_adjustment;
  TextColumn postcode, address;  // first of a postcode: its outward code; an address is rare by its words
  alignas(64) Column<std::uint32_t> address_words;
  alignas(64) Column<std::uint32_t> house;
  std::array<TextColumn, 5> texts;  // first of an e-mail: its user
  std::array<Column<std::uint32_t>, slot_count> blocks;
  // What the tile's entries have none of is left out.
  bool any_town = false, any_home = false, any_sex = false;
  std::array<bool, 5> any_text{};
};

class PairFilter {
 public:
  PairFilter(const Entries& entries, const Scorer& scorer, const Sketches& sketches, const Blocking& blocking,
             bool between_sources_only);

  // Lays the entries out. At most tile_size.
  void load(Tile& tile, std::span<const std::uint32_t> members) const;

  // Holds entry `left` of one tile against the entries [from, count) of another (or the same). Writes the places of
  // those that are the pair's own (Blocking::owns) and may reach the threshold; returns how many those are and how many
  // pairs were the block's own.
  struct Sifted {
    std::uint32_t may_reach = 0;
    std::uint32_t own = 0;
  };
  Sifted sift(const Tile& lefts, std::uint32_t left, const Tile& rights, std::uint32_t from, Rule rule,
              BlockNumber block, std::uint16_t* may_reach) const;

  // For tests: the loops for other processors. False where this one cannot run them.
  enum class Loops : std::uint8_t { plain, avx2, avx512 };
  [[nodiscard]] bool use(Loops loops);

 private:
  const Entries* entries_;
  const Scorer* scorer_;
  const Sketches* sketches_;
  const Blocking* blocking_;
  bool between_sources_only_;
  Loops loops_;
  Bounds bounds_;
};

}  // namespace wider::linkage
