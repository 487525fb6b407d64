// Tiles: the entries of blocks laid out in columns, so that one entry can be held against many others at once
// (pair_filter.hpp). What lies far apart in memory is brought near while a tile is laid out, many entries at a time.
// Thread safety: Sketches and TileMaker may be shared once made; a Tile belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "linkage/blocking.hpp"
#include "linkage/entries.hpp"
#include "linkage/model.hpp"
#include "linkage/sketch.hpp"

namespace wider::linkage {

// The sketches of all texts, and what is known of names in bits; by code.
struct Sketches {
  static constexpr std::uint32_t established = 1U << 31;  // the other bits are the name's groups
  std::vector<Sketch> of;
  std::vector<std::uint32_t> names;
  Sketches(const Entries& entries, const Established& forenames, unsigned threads);
  // Takes in strings that came to the entries' pool since, and what has become known of the names of one row.
  void extend(const Entries& entries, const Established& forenames, const Entry& entry, const MoreFields& more);
};

inline constexpr std::size_t tile_size = 512;
inline constexpr std::size_t tile_room = tile_size + 16;  // the loops read whole vectors

struct Tile {
  template <typename T>
  struct alignas(64) Column : std::array<T, tile_room> {};
  using Words = Column<std::uint32_t>;

  struct TextColumn {
    Words code, low, high, first;
    Words sizes;                      // Sketch::length, and Sketch::unheld in the high half
    Column<std::int32_t> adjustment;  // of the weight of a value that is the same
  };
  struct NameColumn : TextColumn {
    Words known;  // Sketches::names
  };
  // Flags: forenames, or surnames, that may agree in more ways than by the first; and what is known in one bit.
  static constexpr std::uint32_t several_forenames = 1, surname_in_parts = 2, has_uprn = 4, female = 8, male = 16;
  enum TextField : std::uint8_t { phone, email, nhs_number, upn, occupation };
  static constexpr std::size_t text_count = 5;

  std::uint32_t count = 0;
  Words entry, flags, source, house, outward, address_words;
  Words birth;  // year, month and day, a digit in each four bits
  Column<std::int32_t> birth_adjustment;
  NameColumn forename, surname, town;
  Column<std::int32_t> part_adjustment;  // the most that a part of the surname which another entry has adds
  TextColumn postcode, address;          // an address is as rare as its words in any order
  std::array<TextColumn, text_count> texts;
  std::array<Words, slot_count> blocks;  // by place, as Blocking::blocks_of
  // What the tile's entries have none of is left out, and its columns hold anything.
  bool any_town = false, any_home = false, any_sex = false;
  std::array<bool, text_count> any_text{};
};

// What a tile takes in of an entry, laid out in two cache lines: for entries that are held against others time and
// again, each at its own time.
struct alignas(64) Card {
  Code forename = 0, surname = 0, town = 0, postcode = 0, address = 0, address_words = 0, house = 0, outward = 0;
  std::uint32_t birth = 0;
  std::array<Code, Tile::text_count> texts{};
  Sketch postcode_sketch, address_sketch, phone_sketch;
  std::int16_t forename_adjustment = 0, surname_adjustment = 0, part_adjustment = 0, birth_adjustment = 0;
  std::int16_t postcode_adjustment = 0, address_adjustment = 0, phone_adjustment = 0;
  std::uint16_t source = 0;
  std::uint8_t flags = 0;
};
static_assert(sizeof(Card) == 128);

class TileMaker {
 public:
  TileMaker(const Entries& entries, const Sketches& sketches, const Blocking& blocking, const Scorer& scorer)
      : entries_(&entries), sketches_(&sketches), blocking_(&blocking), scorer_(&scorer) {}
  // For entries in no blocks: the columns of blocks hold anything.
  TileMaker(const Entries& entries, const Sketches& sketches, const Scorer& scorer)
      : entries_(&entries), sketches_(&sketches), blocking_(nullptr), scorer_(&scorer) {}
  // Lays entries out in place of what the tile held. At most tile_size.
  void lay_out(Tile& tile, std::span<const std::uint32_t> members) const;
  // The same from cards, by entry: for entries in no blocks.
  void lay_out(Tile& tile, std::span<const std::uint32_t> members, std::span<const Card> cards) const;
  [[nodiscard]] Card card_of(const Entry& entry) const;

 private:
  void bring_near(std::span<const std::uint32_t> members) const;
  // term: of which a value's rarity is laid out, too.
  static void put(Tile::TextColumn& column, std::size_t at, Code code, const Sketch& sketch, std::int32_t adjustment);
  // Of the rarer fields, which cards hold by code alone.
  void lay_out_rare_text(Tile::TextColumn& column, const Tile& tile, std::span<const Card> cards, Tile::TextField field,
                         const Term* term) const;
  void lay_out_text(Tile::TextColumn& column, const Tile& tile, Code Entry::* field, const Term* term) const;
  [[nodiscard]] std::int32_t part_adjustment(const Entry& entry) const;

  const Entries* entries_;
  const Sketches* sketches_;
  const Blocking* blocking_;
  const Scorer* scorer_;
};

}  // namespace wider::linkage
