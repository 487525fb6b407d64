// Doubts against what they mean: small worlds whose answer can be seen, and a dirty population with known truth.
#include "linkage/doubts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "linkage/edges.hpp"
#include "linkage/model.hpp"
#include "linkage/people_for_tests.hpp"
#include "linkage/prepared.hpp"

namespace wider::linkage {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// A world of six entries: pairs without a weight speak against.
struct World {
  std::vector<Edge> edges, near;
  Pairs same, different;
  std::vector<std::uint32_t> cluster = {0, 1, 2, 3, 4, 5};

  [[nodiscard]] std::vector<EntryDoubt> doubts() const {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::int32_t> weights;
    for (const auto* list : {&edges, &near}) {
      for (const Edge& edge : *list) weights[{edge.left, edge.right}] = edge.weight;
    }
    DoubtInput input{6, edges, near, same, different, cluster, {}};
    input.weigh = [&](std::uint32_t a, std::uint32_t b) {
      const auto found = weights.find(std::minmax(a, b));
      return found == weights.end() ? -4 * weight_scale : found->second;
    };
    return find_doubts(input);
  }
};

TEST(Doubts, TheWorstTieOfAClusterUnlessItIsCertainOrSure) {
  World world;
  world.cluster = {0, 0, 0, 3, 3, 5};
  world.edges = {{0, 1, 2 * weight_scale}, {1, 2, 4 * weight_scale}, {3, 4, 11 * weight_scale}};
  auto doubts = world.doubts();
  ASSERT_EQ(doubts.size(), 1U) << "one of the first cluster, none of the sure pair";
  EXPECT_EQ(doubts[0].left, 0U);
  EXPECT_EQ(doubts[0].right, 1U);
  EXPECT_EQ(doubts[0].kind, DoubtKind::joined);
  EXPECT_DOUBLE_EQ(doubts[0].mean, -1) << "0 with 1 and 2: +2 and -4";
  world.same = {{0, 1}};
  doubts = world.doubts();
  ASSERT_EQ(doubts.size(), 1U) << "the next one shows when the worst is confirmed";
  EXPECT_EQ(doubts[0].left, 1U);
  EXPECT_EQ(doubts[0].right, 2U);
}

TEST(Doubts, TheBestPairBetweenTwoThatWereKeptApartOrMissedEachOther) {
  World world;
  world.cluster = {0, 0, 2, 3, 4, 5};
  world.edges = {{0, 1, 12 * weight_scale}, {0, 2, weight_scale}, {1, 2, 2 * weight_scale}};
  world.near = {{3, 4, -2 * weight_scale}, {4, 5, weight_scale}};  // the last: two ids of one index
  auto doubts = world.doubts();
  ASSERT_EQ(doubts.size(), 3U);
  EXPECT_EQ(doubts[0].left, 1U);
  EXPECT_EQ(doubts[0].kind, DoubtKind::kept_apart);
  EXPECT_DOUBLE_EQ(doubts[0].mean, 1.5);
  EXPECT_EQ(doubts[1].kind, DoubtKind::near_miss);
  EXPECT_EQ(doubts[2].kind, DoubtKind::kept_apart);
  world.different = {{0, 2}, {3, 4}};
  doubts = world.doubts();
  ASSERT_EQ(doubts.size(), 1U) << "who was told to be two is not asked about again, by whichever of their records";
  EXPECT_EQ(doubts[0].left, 4U);
}

TEST(Doubts, WhatIsDoubtedIsWrongMoreOftenThanWhatIsNot) {
  const People people(11, 900);
  Options options;
  const ModelPtr model = train(people.input, options).value();
  options.with_doubts = options.with_alternatives = true;
  const Linked linked = link(people.input, *model, {}, options).value();
  ASSERT_GT(linked.doubts.size(), 20U);
  // How likely a doubted pair is one person's has something to do with whether it is.
  std::array<double, 2> right{}, all{};
  for (const Doubt& doubt : linked.doubts) {
    ASSERT_LT(doubt.left, doubt.right);
    const bool joined = linked.cluster[doubt.left] == linked.cluster[doubt.right];
    ASSERT_EQ(joined, doubt.kind == DoubtKind::joined);
    ASSERT_TRUE(doubt.probability > 0 && doubt.probability < 1);
    const std::size_t band = doubt.probability > .5 ? 1 : 0;
    all[band] += 1;
    right[band] += people.truth[doubt.left] == people.truth[doubt.right] ? 1 : 0;
  }
  ASSERT_TRUE(all[0] > 0 && all[1] > 0);
  EXPECT_GT(right[1] / all[1], right[0] / all[0]);
  // The same on two threads, and nothing where nobody asks.
  options.threads = 2;
  const Linked again = link(people.input, *model, {}, options).value();
  ASSERT_EQ(again.doubts.size(), linked.doubts.size());
  for (std::size_t i = 0; i < again.doubts.size(); ++i) {
    EXPECT_EQ(again.doubts[i].left, linked.doubts[i].left);
    EXPECT_EQ(again.doubts[i].probability, linked.doubts[i].probability);
  }
  options.with_doubts = false;
  const Linked without = link(people.input, *model, {}, options).value();
  EXPECT_TRUE(without.doubts.empty());
  EXPECT_EQ(without.cluster, linked.cluster) << "asking for doubts changes no answer";
}

// What the sieve lets pass is neither more nor less than what comparing every pair in full finds.
TEST(Doubts, EveryNearMissAmongTheCandidatesIsFound) {
  const People people(17, 2000);
  Options options;
  const ModelPtr model = train(people.input, options).value();
  options.with_doubts = true;
  auto rows = Prepared::make(people.input, {}, options).value();
  const Entries& entries = rows.state().entries;
  const Scorer scorer(*model, entries);
  const EdgeInput input{entries, scorer, rows.state().blocks(model->blocking, 1), false, options};
  const FoundEdges naive = find_edges_naive(input);
  ASSERT_GT(naive.near.size(), 50U);
  const auto listed = [](const std::vector<Edge>& edges) {
    std::vector<std::array<std::int64_t, 3>> all;
    for (const Edge& edge : edges) all.push_back({edge.left, edge.right, edge.weight});
    return all;
  };
  for (const Loops loops : {Loops::plain, Loops::avx2, Loops::avx512}) {
    if (!can_run(loops)) continue;
    const FoundEdges found = find_edges(input, loops);
    EXPECT_EQ(listed(found.near), listed(naive.near));
    EXPECT_EQ(listed(found.edges), listed(naive.edges));
  }
}

TEST(Doubts, RowsOfOriginatorsAloneGiveNoDoubt) {
  People people(13, 300);
  for (std::size_t row = 0; row < people.input.rows.size(); row += 5) people.input.rows[row].attach_only = true;
  Options options;
  const ModelPtr model = train(people.input, options).value();
  options.with_doubts = true;
  const Linked linked = link(people.input, *model, {}, options).value();
  ASSERT_FALSE(linked.doubts.empty());
  for (const Doubt& doubt : linked.doubts) {
    EXPECT_FALSE(people.input.rows[doubt.left].attach_only);
    EXPECT_FALSE(people.input.rows[doubt.right].attach_only);
  }
}

}  // namespace
}  // namespace wider::linkage
