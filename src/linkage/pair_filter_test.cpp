#include "linkage/pair_filter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "linkage/pairs.hpp"
#include "linkage/people_for_tests.hpp"
#include "linkage/similarity.hpp"

namespace wider::linkage {
namespace {

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

constexpr std::array every_loop = {Loops::plain, Loops::avx2, Loops::avx512};

// A model with every weight at random, so that nothing rests on "same" weighing most; values are common or rare.
Model any_model(const Model& trained, Random& numbers) {
  Model model = trained;
  for (auto& levels : model.fields) {
    for (auto& level : levels)
      level = {.0001 + .9 * numbers.unit() * numbers.unit(), .0001 + .9 * numbers.unit() * numbers.unit()};
  }
  model.match_probability = std::pow(10, -1 - 6 * numbers.unit());
  model.family_share = numbers.chance(.5) ? .5 : 0;
  model.namesake_share = numbers.chance(.5) ? .5 : 0;
  model.twin_share = numbers.chance(.5) ? .5 : 0;
  for (double& bits : model.name_dependence) bits = 5 * numbers.unit();
  return model;
}

struct Sifting {
  const Blocking& blocking;
  const TileMaker& maker;
  const Bounds& bounds;
  bool between;
  Loops loops;
  std::unique_ptr<Tile> lefts = std::make_unique<Tile>(), rights = std::make_unique<Tile>();
  Pairs passed{};
  std::uint64_t own = 0;

  // Each block in parts of `part` entries: as one tile, and as several.
  void sift(std::size_t part) {
    for (std::size_t rule = 0; rule < rule_count; ++rule) {
      const RuleBlocks& made = blocking.of(static_cast<Rule>(rule));
      const Ownership ownership = ownership_of(blocking, static_cast<Rule>(rule), between);
      for (std::size_t b = 0; b < made.blocks.size(); ++b) {
        const auto members = std::span(made.members).subspan(made.blocks[b].first, made.blocks[b].count);
        for (std::size_t l = 0; l < members.size(); l += part) {
          maker.lay_out(*lefts, members.subspan(l, std::min(part, members.size() - l)));
          for (std::size_t r = l; r < members.size(); r += part) {
            maker.lay_out(*rights, members.subspan(r, std::min(part, members.size() - r)));
            for (std::uint32_t i = 0; i < lefts->count; ++i)
              sift({*lefts, i, *rights, r == l ? i + 1 : 0, rights->count}, ownership, static_cast<BlockNumber>(b + 1));
          }
        }
      }
    }
  }

 private:
  void sift(const Against& against, const Ownership& ownership, BlockNumber block) {
    std::vector<std::uint16_t> places(tile_room);
    const Sifted sifted = wider::linkage::sift(loops, against, bounds, ownership, block, places.data());
    own += sifted.own;
    for (std::uint32_t k = 0; k < sifted.may_reach; ++k) {
      EXPECT_TRUE(passed.emplace(against.lefts.entry[against.left], against.rights.entry[places[k]]).second)
          << "sifted twice";
    }
  }
};

TEST(PairFilterProperty, WhatReachesTheThresholdAlwaysPassesAndEveryPairIsCountedOnce) {
  std::uint64_t below = 0, stopped = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random numbers(seed);
    const EveryCase cases(seed, 300);
    Options options;
    options.seed = seed;
    const auto trained = train(cases.input, options);
    ASSERT_TRUE(trained.has_value());
    const Entries entries = make_entries(cases.input, {});
    const Model model = seed % 3 == 0 ? **trained : any_model(**trained, numbers);
    BlockingPlan plan;
    plan.largest_block = seed % 2 == 0 ? 40U : 1000U;
    if (seed % 3 != 0) plan.used.fill(true);
    const Blocking blocking = Blocking::learn(entries, plan, 2);
    Pairs candidates;
    const bool between = seed % 4 == 0;
    for (std::size_t rule = 0; rule < rule_count; ++rule) {
      const Rule rules[] = {static_cast<Rule>(rule)};
      Entries all = entries;
      all.ordinary = static_cast<std::uint32_t>(all.all.size());
      for (const Chunk& chunk : chunks_of(blocking, rules))
        for_each_pair(all, blocking, chunk, between, [&](auto left, auto right) { candidates.emplace(left, right); });
    }
    ASSERT_GT(candidates.size(), 500U);
    for (const double threshold : {1e-6, .001, .2, .9, .9999, .9999999}) {
      Scorer scorer(model, entries);
      scorer.set_threshold(threshold);
      Pairs wanted;
      Comparer comparer(entries, scorer.established());
      const Sketches sketches(entries, scorer.established(), 2);
      const TileMaker maker(entries, sketches, blocking, scorer);
      const Bounds bounds = make_bounds(scorer);
      for (const auto& [left, right] : candidates) {
        const Entry &a = entries.all[left], &b = entries.all[right];
        if (scorer.score(a, b, comparer.compare(a, b)).weight >= scorer.threshold()) wanted.emplace(left, right);
      }
      Pairs first;
      for (const auto loops : every_loop) {
        if (!can_run(loops)) continue;
        Sifting sifting{blocking, maker, bounds, between, loops};
        sifting.sift(loops == Loops::avx2 ? 7 : tile_size);
        EXPECT_EQ(sifting.own, candidates.size());
        for (const auto& pair : wanted) {
          ASSERT_TRUE(sifting.passed.contains(pair))
              << "seed " << seed << ", threshold " << threshold << ", loops " << static_cast<int>(loops) << ", entries "
              << pair.first << " and " << pair.second;
        }
        if (loops == every_loop[0]) {
          first = sifting.passed;
          below += candidates.size() - wanted.size();
          stopped += candidates.size() - sifting.passed.size();
        } else {
          EXPECT_EQ(sifting.passed, first) << "the loops do not agree";
        }
      }
    }
  }
  EXPECT_GT(stopped * 2, below) << "a filter that lets everything pass would be right and useless";
}

RC_GTEST_PROP(SketchProperty, BoundsAreNeverTheWrongWay, ()) {
  const auto text =
      rc::gen::container<std::string>(rc::gen::element('a', 'a', 'b', 'e', 'q', 'z', '1', '2', ' ', '\xC3', '\xB8'));
  const std::string left = *text;
  std::string right = *text;
  if (*rc::gen::element(true, false)) {
    Random numbers(*rc::gen::arbitrary<std::uint64_t>());
    right = with_slips(left, numbers);
  }
  const Sketch a = sketch_of(left), b = sketch_of(right);
  const double similarity = jaro_winkler_naive(left, right);
  for (const double least : {.70, .75, .93}) {
    if (similarity >= least) RC_ASSERT(may_be_alike(a, b, least));
  }
  const int distance = edit_distance_naive(left, right);
  for (const int most : {1, 2, 4}) {
    if (distance <= most) RC_ASSERT(may_be_within(a, b, most));
  }
  RC_ASSERT(most_common(a, b) == most_common(b, a));
}

TEST(Sketch, KnowsMostDifferentNames) {
  const auto alike = [](const char* a, const char* b) { return may_be_alike(sketch_of(a), sketch_of(b), .75); };
  EXPECT_TRUE(alike("jonathan", "jonathon"));
  EXPECT_FALSE(alike("jonathan", "elizabeth"));
  EXPECT_FALSE(alike("marsh", "kowalski"));
  EXPECT_FALSE(may_be_within(sketch_of("7700900123"), sketch_of("7118460395"), 1));
}

}  // namespace
}  // namespace wider::linkage
