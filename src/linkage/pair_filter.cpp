#include "linkage/pair_filter.hpp"

#include <algorithm>
#include <initializer_list>

#include "base/check.hpp"
#include "linkage/parallel.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace wider::linkage {
namespace {

constexpr std::size_t at(Field field) {
  return static_cast<std::size_t>(field);
}

// One text of the left entry.
struct One {
  std::uint32_t code, low, high, first, length, unheld, groups;
  std::int32_t adjustment;
};
struct Left {
  One forename, surname, town, postcode, address;
  std::array<One, 5> texts;
  std::uint32_t address_words, house, flags, source, birth, birth_swapped;
  std::int32_t birth_same, part_adjustment;
  std::array<BlockNumber, slot_count> blocks;
};
// Which blocks in common take a pair away from the block at hand.
struct Ownership {
  std::array<std::uint8_t, slot_count> singles;  // places of earlier rules with one key
  std::size_t single_count = 0;
  std::size_t names = 0;        // first place of the rule with two keys
  std::size_t names_count = 0;  // 0: it is a later rule
  BlockNumber names_below = 0;  // a common block below this takes the pair away
  bool between_sources = false;
};

// Each kind of processor has the loops once. The plain ones work everywhere.
namespace plain {
#define WIDER_TARGET
#define WIDER_LANES 4
#define POPCOUNT(low, high) bits_in(low, high)
#define MASK_OF(mask) mask_of(mask)
typedef std::uint32_t FourWords __attribute__((vector_size(16), may_alias));
typedef std::int32_t FourInts __attribute__((vector_size(16), may_alias));
// Bits in both words of each lane, by halves (Warren, Hacker's Delight, figure 5-2).
inline FourInts bits_in(FourWords low, FourWords high) {
  low -= (low >> 1) & 0x55555555U;
  high -= (high >> 1) & 0x55555555U;
  low = (low & 0x33333333U) + ((low >> 2) & 0x33333333U) + (high & 0x33333333U) + ((high >> 2) & 0x33333333U);
  low = (low & 0x0F0F0F0FU) + ((low >> 4) & 0x0F0F0F0FU);
  low += low >> 8;
  low += low >> 16;
  return (FourInts)(low & 0xFFU);
}
inline std::uint32_t mask_of(FourInts mask) {
  std::uint32_t set = 0;
  for (unsigned i = 0; i < 4; ++i) set |= mask[i] != 0 ? 1U << i : 0U;
  return set;
}
#include "linkage/bound_loops.inc"
#undef WIDER_TARGET
#undef WIDER_LANES
#undef POPCOUNT
#undef MASK_OF
}  // namespace plain

#if defined(__x86_64__)
namespace avx2 {
#define WIDER_TARGET __attribute__((target("avx2,fma,bmi,popcnt")))
#define WIDER_LANES 8
#define POPCOUNT(low, high) bits_in((__m256i)(low), (__m256i)(high))
#define MASK_OF(mask) static_cast<std::uint32_t>(_mm256_movemask_ps((__m256)(mask)))
typedef std::int32_t EightInts __attribute__((vector_size(32), may_alias));
// Bits in both words of each lane: a table look-up for each half of a byte (Muła, Kurz and Lemire 2018).
WIDER_TARGET inline __attribute__((always_inline)) EightInts bits_in(__m256i low, __m256i high) {
  const __m256i table =
      _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  const __m256i half = _mm256_set1_epi8(15);
  const auto in_bytes = [&](__m256i word) __attribute__((target("avx2,fma,bmi,popcnt"), always_inline)) {
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(word, half)),
                           _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi32(word, 4), half)));
  };
  const __m256i bytes = _mm256_add_epi8(in_bytes(low), in_bytes(high));
  return (EightInts)_mm256_madd_epi16(_mm256_maddubs_epi16(bytes, _mm256_set1_epi8(1)), _mm256_set1_epi16(1));
}
#include "linkage/bound_loops.inc"
#undef WIDER_TARGET
#undef WIDER_LANES
#undef POPCOUNT
#undef MASK_OF
}  // namespace avx2

namespace avx512 {
// Clang knows no such preference in an attribute, and these vectors are written out as wide as they are meant.
#if defined(__clang__)
#define WIDER_WIDTH ""
#else
#define WIDER_WIDTH ",prefer-vector-width=512"
#endif
#define WIDER_TARGET \
  __attribute__((target("avx2,fma,bmi,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq" WIDER_WIDTH)))
#define WIDER_LANES 16
#define POPCOUNT(low, high) \
  ((Ints)_mm512_add_epi32(_mm512_popcnt_epi32((__m512i)(low)), _mm512_popcnt_epi32((__m512i)(high))))
#define MASK_OF(mask) static_cast<std::uint32_t>(_mm512_movepi32_mask((__m512i)(mask)))
#include "linkage/bound_loops.inc"
#undef WIDER_WIDTH
#undef WIDER_TARGET
#undef WIDER_LANES
#undef POPCOUNT
#undef MASK_OF
}  // namespace avx512
#endif

bool can_run(PairFilter::Loops loops) {
#if defined(__x86_64__)
  if (loops == PairFilter::Loops::avx512) {
    return __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
  if (loops == PairFilter::Loops::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return loops == PairFilter::Loops::plain;
}

PairFilter::Loops widest_loops() {
  for (const auto loops : {PairFilter::Loops::avx512, PairFilter::Loops::avx2}) {
    if (can_run(loops)) return loops;
  }
  return PairFilter::Loops::plain;
}

std::uint32_t digits_of(int year, int month, int day) {
  std::uint32_t digits = 0;
  for (const int digit :
       {year / 1000 % 10, year / 100 % 10, year / 10 % 10, year % 10, month / 10, month % 10, day / 10, day % 10})
    digits = digits << 4 | static_cast<std::uint32_t>(digit);
  return digits;
}

void put(Tile::TextColumn& column, std::size_t place, Code code, const Sketches& sketches) {
  const Sketch& sketch = sketches.of[code];
  column.code[place] = code;
  column.low[place] = sketch.low;
  column.high[place] = sketch.high;
  column.first[place] = sketch.first;
  column.length[place] = sketch.length;
  column.unheld[place] = sketch.unheld;
}

One one_of(const Tile::TextColumn& column, std::size_t place, std::uint32_t groups = 0) {
  return {column.code[place],
          column.low[place],
          column.high[place],
          column.first[place],
          column.length[place],
          column.unheld[place],
          groups,
          column.adjustment[place]};
}

std::uint32_t flags_of(const Entry& entry, const Established& established) {
  std::uint32_t flags = 0;
  const bool other_names = entry.other_names[0] != 0;
  if (other_names || entry.forename_whole != entry.forename) flags |= Tile::several_forenames;
  if (other_names || entry.surname_first != 0 || entry.surname_last != 0) flags |= Tile::surname_in_parts;
  if (entry.forename != 0 && established[entry.forename]) flags |= Tile::established;
  if (entry.uprn != 0) flags |= Tile::has_uprn;
  if (entry.sex == Sex::female) flags |= Tile::female;
  if (entry.sex == Sex::male) flags |= Tile::male;
  return flags;
}

Left left_of(const Tile& tile, std::uint32_t place, const Bounds& bounds, std::size_t stride) {
  Left left{};
  left.forename = one_of(tile.forename, place, tile.forename.groups[place]);
  left.surname = one_of(tile.surname, place, tile.surname.groups[place]);
  if (tile.any_town) left.town = one_of(tile.town, place, tile.town.groups[place]);
  if (tile.any_home) {
    left.postcode = one_of(tile.postcode, place);
    left.address = one_of(tile.address, place);
    left.address_words = tile.address_words[place];
    left.house = tile.house[place];
  }
  for (std::size_t t = 0; t < left.texts.size(); ++t) {
    if (tile.any_text[t]) left.texts[t] = one_of(tile.texts[t], place);
  }
  left.part_adjustment = tile.part_adjustment[place];
  left.flags = tile.flags[place];
  left.source = tile.source[place];
  left.birth = tile.birth[place];
  left.birth_swapped = (left.birth & 0xFFFF0000U) | (left.birth & 0xFFU) << 8 | (left.birth >> 8 & 0xFFU);
  const bool new_year = (left.birth & 0xFFFFU) == 0x0101U;
  left.birth_same = (new_year ? bounds.birth_first_january : bounds.birth_same) + tile.birth_adjustment[place];
  for (std::size_t b = 0; b < stride; ++b) left.blocks[b] = tile.blocks[b][place];
  return left;
}

}  // namespace

Sketches::Sketches(const Entries& entries, unsigned threads)
    : of(entries.strings.size()), groups(entries.strings.size()) {
  constexpr std::size_t portion = 1U << 14;
  in_parallel(threads, (of.size() + portion - 1) / portion, [&](std::size_t, std::size_t part) {
    for (std::size_t code = part * portion; code < std::min((part + 1) * portion, of.size()); ++code) {
      of[code] = sketch_of(entries.strings.view(static_cast<Code>(code)));
      groups[code] = bits_of(entries.names[code].groups);
    }
  });
}

Bounds make_bounds(const Scorer& scorer) {
  using namespace level;
  const auto most = [&](Field field, std::initializer_list<std::uint8_t> levels) {
    std::int32_t weight = INT32_MIN;
    for (const std::uint8_t l : levels) weight = std::max(weight, scorer.field_weight(at(field), l));
    return weight;
  };
  Bounds bounds{};
  bounds.prior = scorer.prior();
  bounds.threshold = scorer.threshold();
  constexpr Field f = Field::forename, s = Field::surname, b = Field::birth_date, h = Field::home;
  bounds.forename.same = most(f, {forename_same});
  bounds.forename.different = most(f, {forename_different});
  bounds.forename.near = most(f, {forename_near});
  bounds.forename.alike = most(f, {forename_alike, forename_different});
  bounds.forename.variant = most(f, {forename_variant});
  bounds.forename.initial = most(f, {forename_initial});
  bounds.forename.part = most(f, {forename_same, forename_part, forename_initial, forename_alike, forename_different});
  bounds.swapped = most(f, {forename_swapped}) + most(s, {surname_swapped}) + scorer.most_swapped_weight();
  bounds.surname.same = most(s, {surname_same});
  bounds.surname.different = most(s, {surname_different});
  bounds.surname.near = bounds.surname.variant = most(s, {surname_near});
  bounds.surname.alike = most(s, {surname_alike, surname_different});
  bounds.surname.part = most(s, {surname_part});
  bounds.birth_same = most(b, {birth_same});
  bounds.birth_first_january = most(b, {birth_same_first_january});
  bounds.birth_swapped = most(b, {birth_swapped});
  bounds.birth_one_digit = most(b, {birth_one_digit});
  bounds.birth_same_month = most(b, {birth_same_month});
  bounds.birth_same_year = most(b, {birth_same_year});
  bounds.birth_day_month = most(b, {birth_day_month, birth_different});
  bounds.birth_different = most(b, {birth_different});
  bounds.birth_partial = most(b, {birth_same_month, birth_same_year, birth_different});
  bounds.sex_same = most(Field::sex, {sex_same});
  bounds.sex_different = most(Field::sex, {sex_different});
  bounds.home_same = most(h, {home_same});
  bounds.home_alike = most(h, {home_alike, home_street, home_other_address});
  bounds.home_postcode = most(h, {home_postcode});
  bounds.home_like_address = most(h, {home_like_address});
  bounds.home_other_address = most(h, {home_other_address, home_street});
  bounds.home_without_postcode = most(h, {home_like_address, home_street, home_different});
  bounds.home_near_postcode = most(h, {home_near_postcode});
  bounds.home_district = most(h, {home_district});
  bounds.home_different = most(h, {home_different});
  bounds.home_any = most(h, {home_same, home_alike, home_street, home_postcode, home_like_address, home_other_address,
                             home_near_postcode, home_district, home_different}) +
                    most_adjustment;
  bounds.town_same = most(Field::town, {town_same});
  bounds.town_near = most(Field::town, {town_near});
  bounds.town_different = most(Field::town, {town_different});
  bounds.town_same_at_home = most(Field::town, {town_same_at_home});
  bounds.town_other_at_home = most(Field::town, {town_other_at_home});
  static constexpr std::pair<Field, int> texts[] = {
      {Field::phone, 1}, {Field::email, 4}, {Field::nhs_number, 1}, {Field::upn, 1}, {Field::occupation, 2}};
  for (std::size_t t = 0; t < bounds.texts.size(); ++t) {
    const auto [field, within] = texts[t];
    bounds.texts[t] = {most(field, {plain_same}), most(field, {plain_near}), most(field, {plain_different}), within};
  }
  for (int prefix = 0; prefix < 5; ++prefix) {
    // The least similarity that any rule of Comparer::name_likeness takes for "alike" or "near", and of home_level.
    bounds.alike_shares[static_cast<std::size_t>(prefix)] = least_share(.75, prefix);
    bounds.alike_shares_of_three[static_cast<std::size_t>(prefix)] = least_share(.70, prefix);
    bounds.address_shares[static_cast<std::size_t>(prefix)] = least_share(.93, prefix);
    // The words of an address in another order are the same characters; how far they start alike is not looked at.
    bounds.words_shares[static_cast<std::size_t>(prefix)] = least_share(.93, 4);
  }
  return bounds;
}

PairFilter::PairFilter(const Entries& entries, const Scorer& scorer, const Sketches& sketches, const Blocking& blocking,
                       bool between_sources_only)
    : entries_(&entries),
      scorer_(&scorer),
      sketches_(&sketches),
      blocking_(&blocking),
      between_sources_only_(between_sources_only),
      loops_(widest_loops()),
      bounds_(make_bounds(scorer)) {}

bool PairFilter::use(Loops loops) {
  if (can_run(loops)) loops_ = loops;
  return loops_ == loops;
}

void PairFilter::load(Tile& tile, std::span<const std::uint32_t> members) const {
  CHECK(members.size() <= tile_size);
  tile.count = static_cast<std::uint32_t>(members.size());
  tile.any_town = tile.any_home = tile.any_sex = false;
  tile.any_text = {};
  for (const std::uint32_t member : members) {
    const auto* bytes = reinterpret_cast<const char*>(&entries_->all[member]);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
    __builtin_prefetch(blocking_->blocks_of(member).data());
  }
  const std::size_t stride = blocking_->blocks_of(0).size();
  const auto adjustment = [&](Term term, Code code) { return scorer_->adjustment(term, code); };
  const auto part_adjustment = [&](const Entry& entry) {
    return std::max({0, adjustment(Term::surname, entry.surname), adjustment(Term::surname, entry.surname_first),
                     adjustment(Term::surname, entry.surname_last),
                     entry.surname == 0 ? adjustment(Term::surname, entry.forename) : 0});
  };
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Entry& entry = entries_->all[members[i]];
    tile.entry[i] = members[i];
    tile.flags[i] = flags_of(entry, scorer_->established());
    tile.source[i] = entry.source;
    put(tile.forename, i, entry.forename, *sketches_);
    tile.forename.groups[i] = sketches_->groups[entry.forename];
    tile.forename.adjustment[i] = adjustment(Term::forename, entry.forename);
    put(tile.surname, i, entry.surname, *sketches_);
    tile.surname.groups[i] = sketches_->groups[entry.surname];
    tile.surname.adjustment[i] = adjustment(Term::surname, entry.surname);
    tile.part_adjustment[i] = part_adjustment(entry);
    tile.birth[i] = digits_of(entry.birth.year, entry.birth.month, entry.birth.day);
    tile.birth_adjustment[i] = adjustment(Term::birth_date, entry.birth_text);
    tile.any_sex = tile.any_sex || entry.sex != Sex::unknown;
    tile.any_home = tile.any_home || entry.postcode != 0 || entry.address != 0 || entry.uprn != 0;
    tile.any_town = tile.any_town || entry.town != 0;
    tile.any_text[Tile::phone] = tile.any_text[Tile::phone] || entry.phone != 0;
    tile.any_text[Tile::email] = tile.any_text[Tile::email] || entry.email != 0;
    tile.any_text[Tile::nhs_number] = tile.any_text[Tile::nhs_number] || entry.nhs_number != 0;
    tile.any_text[Tile::upn] = tile.any_text[Tile::upn] || entry.upn != 0;
    tile.any_text[Tile::occupation] = tile.any_text[Tile::occupation] || entry.occupation != 0;
    const auto blocks = blocking_->blocks_of(members[i]);
    for (std::size_t b = 0; b < stride; ++b) tile.blocks[b][i] = blocks[b];
  }
  const auto load_text = [&](Tile::TextColumn& column, Code Entry::* field, int term) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Code code = entries_->all[members[i]].*field;
      put(column, i, code, *sketches_);
      column.adjustment[i] = term < 0 ? 0 : adjustment(static_cast<Term>(term), code);
    }
  };
  if (tile.any_home) {
    load_text(tile.postcode, &Entry::postcode, static_cast<int>(Term::postcode));
    load_text(tile.address, &Entry::address, -1);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Entry& entry = entries_->all[members[i]];
      tile.postcode.first[i] = entry.outward;
      tile.house[i] = entry.house;
      tile.address_words[i] = entry.address_words;
      tile.address.adjustment[i] = adjustment(Term::address, entry.address_words);
    }
  }
  if (tile.any_town) {
    load_text(tile.town, &Entry::town, static_cast<int>(Term::town));
    for (std::size_t i = 0; i < members.size(); ++i) tile.town.groups[i] = sketches_->groups[tile.town.code[i]];
  }
  if (tile.any_text[Tile::phone]) load_text(tile.texts[Tile::phone], &Entry::phone, static_cast<int>(Term::phone));
  if (tile.any_text[Tile::email]) {
    load_text(tile.texts[Tile::email], &Entry::email, static_cast<int>(Term::email));
    for (std::size_t i = 0; i < members.size(); ++i)
      tile.texts[Tile::email].first[i] = entries_->all[members[i]].email_user;
  }
  if (tile.any_text[Tile::nhs_number]) load_text(tile.texts[Tile::nhs_number], &Entry::nhs_number, -1);
  if (tile.any_text[Tile::upn]) load_text(tile.texts[Tile::upn], &Entry::upn, -1);
  if (tile.any_text[Tile::occupation])
    load_text(tile.texts[Tile::occupation], &Entry::occupation, static_cast<int>(Term::occupation));
}

PairFilter::Sifted PairFilter::sift(const Tile& lefts, std::uint32_t left, const Tile& rights, std::uint32_t from,
                                    Rule rule, BlockNumber block, std::uint16_t* may_reach) const {
  Ownership ownership;
  ownership.between_sources = between_sources_only_;
  for (std::size_t r = 0; r < static_cast<std::size_t>(rule) + 1; ++r) {
    const Slots places = blocking_->places_of(static_cast<Rule>(r));
    if (places.count == 2) {
      ownership.names = places.first;
      ownership.names_count = 2;
      ownership.names_below = r == static_cast<std::size_t>(rule) ? block : UINT32_MAX;
    } else if (places.count == 1 && r != static_cast<std::size_t>(rule)) {
      ownership.singles[ownership.single_count++] = static_cast<std::uint8_t>(places.first);
    }
  }
  const Left its = left_of(lefts, left, bounds_, blocking_->blocks_of(0).size());
#if defined(__x86_64__)
  if (loops_ == Loops::avx512) return avx512::sift_loop(its, rights, from, bounds_, ownership, may_reach);
  if (loops_ == Loops::avx2) return avx2::sift_loop(its, rights, from, bounds_, ownership, may_reach);
#endif
  return plain::sift_loop(its, rights, from, bounds_, ownership, may_reach);
}

}  // namespace wider::linkage
