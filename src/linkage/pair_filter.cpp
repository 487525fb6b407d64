#include "linkage/pair_filter.hpp"

#include <algorithm>
#include <bit>
#include <initializer_list>

#if defined(__x86_64__)
#if !defined(__clang__)
// GCC 12 takes its own intrinsics' "any value" for a mistake (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#endif

namespace wider::linkage {
namespace {

constexpr std::size_t at_field(Field field) {
  return static_cast<std::size_t>(field);
}

// The edit distance up to which Comparer calls two texts near: phone, e-mail, NHS number, UPN, occupation.
constexpr std::array<std::uint32_t, Tile::text_count> text_distances = {1, 4, 1, 1, 2};
constexpr std::array<Field, Tile::text_count> text_fields = {Field::phone, Field::email, Field::nhs_number, Field::upn,
                                                             Field::occupation};

// By length of the common prefix, and from 8 on for texts of three letters: what least_share() says of the least
// similarity that any rule of Comparer::name_likeness, or of home_level, takes for near or alike.
using Shares = std::array<float, 16>;
constexpr Shares shares_of(double least, double least_of_three) {
  Shares shares{};
  for (int prefix = 0; prefix < 5; ++prefix) {
    shares[static_cast<std::size_t>(prefix)] = least_share(least, prefix);
    shares[static_cast<std::size_t>(prefix) + 8] = least_share(least_of_three, prefix);
  }
  return shares;
}
constexpr Shares shares_of_names = shares_of(.75, .70);
constexpr Shares shares_of_addresses = shares_of(.93, .93);
// The words of an address in another order are the same characters; how far they start alike is not looked at.
constexpr Shares shares_of_words = [] {
  Shares shares{};
  shares.fill(least_share(.93, 4));
  return shares;
}();
// Less than any sum of weights that matters, and far from overflow.
constexpr std::int32_t never = -(1 << 28);

namespace plain {
#include "linkage/lanes_plain.inc"
#include "linkage/tile_loops.inc"
}  // namespace plain

#if defined(__x86_64__)
namespace avx2 {
#include "linkage/lanes_avx2.inc"
#include "linkage/tile_loops.inc"
}  // namespace avx2

namespace avx512 {
#include "linkage/lanes_avx512.inc"
#include "linkage/tile_loops.inc"
}  // namespace avx512
#endif

}  // namespace

bool can_run(Loops loops) {
#if defined(__x86_64__)
  if (loops == Loops::avx512) {
    return __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && can_run(Loops::avx2);
  }
  if (loops == Loops::avx2)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#endif
  return loops == Loops::plain;
}

Loops widest_loops() {
  static const Loops widest = can_run(Loops::avx512) ? Loops::avx512
                              : can_run(Loops::avx2) ? Loops::avx2
                                                     : Loops::plain;
  return widest;
}

Bounds make_bounds(const Scorer& scorer) {
  using namespace level;
  const auto most = [&](Field field, std::initializer_list<std::uint8_t> levels) {
    std::int32_t weight = INT32_MIN;
    for (const std::uint8_t l : levels) weight = std::max(weight, scorer.field_weight(at_field(field), l));
    return weight;
  };
  Bounds bounds{};
  bounds.prior = scorer.prior();
  bounds.threshold = scorer.threshold();
  constexpr Field f = Field::forename, s = Field::surname, h = Field::home;
  for (std::uint32_t seen = 0; seen < 16; ++seen) {
    std::int32_t forename = most(f, {forename_different}), surname = most(s, {surname_different});
    std::int32_t forename_half = never, surname_half = never;
    const bool both_established = (seen & 8) != 0;
    if ((seen & 1) != 0) {
      forename = std::max(forename, most(f, {forename_alike}));
      if (!both_established) forename_half = most(f, {forename_near});
      surname = std::max(surname, most(s, {surname_alike}));
      surname_half = most(s, {surname_near});
    }
    if ((seen & 2) != 0) {
      forename_half = std::max(forename_half, most(f, {forename_variant}));
      surname_half = most(s, {surname_near});
    }
    if ((seen & 4) != 0) forename = std::max(forename, most(f, {forename_initial}));
    bounds.forename[seen] = forename;
    bounds.surname[seen] = surname;
    bounds.forename_half[seen] = forename_half;
    bounds.surname_half[seen] = surname_half;
  }
  bounds.same_forename = most(f, {forename_same});
  bounds.same_surname = most(s, {surname_same});
  bounds.several_forenames =
      most(f, {forename_same, forename_part, forename_initial, forename_alike, forename_different});
  bounds.several_forenames_half = most(f, {forename_variant, forename_near});
  bounds.surname_in_parts = most(s, {surname_part});
  bounds.swapped = most(f, {forename_swapped}) + most(s, {surname_swapped}) + scorer.most_swapped_weight();
  for (std::uint8_t l = birth_same; l <= birth_different; ++l) bounds.birth[l] = most(Field::birth_date, {l});
  bounds.birth[9] = most(Field::birth_date, {birth_same_month, birth_same_year, birth_different});
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
  for (std::size_t t = 0; t < Tile::text_count; ++t) {
    const Field field = text_fields[t];
    if (field == Field::nhs_number || field == Field::upn) {
      bounds.texts[t] = {most(field, {number_same, number_same_failing}), most(field, {number_near}),
                         most(field, {number_different, number_different_failing})};
    } else {
      bounds.texts[t] = {most(field, {plain_same}), most(field, {plain_near}), most(field, {plain_different})};
    }
  }
  return bounds;
}

Ownership ownership_of(const Blocking& blocking, Rule rule, bool between_sources_only) {
  Ownership ownership;
  ownership.between_sources = between_sources_only;
  for (const Rule earlier : every_rule) {
    const Slots places = blocking.places_of(earlier);
    if (earlier > rule || places.count == 0) continue;
    if (places.count == 2) {
      ownership.pair_at = places.first;
      ownership.has_pair = true;
      ownership.pair_is_own = earlier == rule;
    } else if (earlier != rule) {
      ownership.singles[ownership.single_count++] = static_cast<std::uint8_t>(places.first);
    }
  }
  return ownership;
}

Sifted sift(Loops loops, const Against& against, const Bounds& bounds, const Ownership& ownership, BlockNumber block,
            std::uint16_t* may_reach) {
#if defined(__x86_64__)
  if (loops == Loops::avx512) return avx512::sift_loop(against, bounds, ownership, block, may_reach);
  if (loops == Loops::avx2) return avx2::sift_loop(against, bounds, ownership, block, may_reach);
#endif
  return plain::sift_loop(against, bounds, ownership, block, may_reach);
}

}  // namespace wider::linkage
