// Average linkage from few pairs against that from every pair.
#include "linkage/sparse_linkage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/random.hpp"
#include "linkage/cluster.hpp"

namespace wider::linkage {
namespace {

// A component with random weights: groups that belong together more or less, ties in plenty, some pairs apart, some
// decided by people, and names and numbers that may tell look-alikes apart.
struct Component {
  std::uint32_t entries;
  std::vector<std::vector<Weighed>> pair;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> same, different;
  std::vector<OwnMarks> marks;

  Component(std::uint64_t seed, std::uint32_t size) : entries(size), pair(size, std::vector<Weighed>(size)) {
    Random random(seed);
    const std::int32_t step = random.chance(.5) ? 2048 : 1;  // coarse weights are often equal
    const auto groups = 1 + random.below(1 + size / 3);
    std::vector<std::uint64_t> group(size);
    for (auto& of : group) of = random.below(groups);
    for (std::uint32_t i = 0; i < size; ++i) {
      marks.push_back({static_cast<std::uint32_t>(random.below(4)),
                       {random.chance(.3) ? static_cast<std::uint32_t>(1 + group[i] % 5) : 0, 0}});
      for (std::uint32_t j = 0; j < i; ++j) {
        const bool alike = group[i] == group[j] ? random.chance(.8) : random.chance(.05);
        const std::int64_t weight = alike ? random.between(-2000, 20'000) : random.between(-30'000, 1000);
        pair[i][j] = pair[j][i] = {static_cast<std::int32_t>(weight) / step * step, random.chance(.01)};
      }
      if (i > 0 && random.chance(.05)) same.emplace_back(random.below(i), i);
      if (i > 0 && random.chance(.03)) different.emplace_back(random.below(i), i);
    }
    // A path holds all of it together.
    for (std::uint32_t i = 1; i < size; ++i) {
      if (pair[i][i - 1].weight <= 0) pair[i][i - 1].weight = pair[i - 1][i].weight = step;
      pair[i][i - 1].apart = pair[i - 1][i].apart = false;
    }
  }
};

TEST(SparseLinkage, GivesTheClustersThatWeighingEveryPairGives) {
  std::size_t joined = 0, weighed = 0, pairs = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Component component(seed, 2 + static_cast<std::uint32_t>(seed % 90));
    std::vector<Edge> edges;
    std::vector<Favourable> favourable;
    for (std::uint32_t i = 0; i < component.entries; ++i) {
      for (std::uint32_t j = i + 1; j < component.entries; ++j) {
        const Weighed& its = component.pair[i][j];
        if (its.weight > 0) favourable.push_back({i, j, its});
        if (its.weight >= 0 && !its.apart) edges.push_back({i, j, its.weight});
      }
    }
    pairs += component.entries * (component.entries - 1) / 2;
    Random random(seed);
    for (std::size_t i = favourable.size(); i > 1; --i) std::swap(favourable[i - 1], favourable[random.below(i)]);
    const auto own_marks = [&](std::uint32_t entry) { return component.marks[entry]; };
    ClusterInput dense;
    dense.entries = component.entries;
    dense.edges = edges;
    dense.same = component.same;
    dense.different = component.different;
    dense.weigh = [&](std::size_t, std::uint32_t a, std::uint32_t b) { return component.pair[a][b]; };
    SparseInput sparse{component.entries, component.same, component.different, {}, {}};
    sparse.weigh = [&](std::uint32_t a, std::uint32_t b) {
      ++weighed;
      EXPECT_LT(a, b);
      return component.pair[a][b];
    };
    if (seed % 3 != 0) {
      dense.own_marks = own_marks;
      sparse.own_marks = own_marks;
    }
    const auto wanted = make_clusters(dense).cluster;
    ASSERT_EQ(cluster_sparsely(sparse, favourable).cluster, wanted) << "seed " << seed;
    for (std::uint32_t i = 0; i < component.entries; ++i) joined += wanted[i] != i ? 1 : 0;
  }
  EXPECT_GT(joined, 1000U);
  EXPECT_LT(weighed, pairs * 2);
}

// A component with the history of what it was before some of its entries came, against all of it anew.
TEST(SparseLinkage, GrowsFromItsHistoryToWhatItWouldBeAnew) {
  std::size_t grown_well = 0, weighed_anew = 0, weighed_grown = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Component component(seed + 5000, 3 + static_cast<std::uint32_t>(seed % 80));
    component.different.clear();
    Random random(seed);
    std::vector<std::uint8_t> is_new(component.entries);
    const bool several = random.chance(.5);
    for (auto& its : is_new) its = several && random.chance(.15) ? 1 : 0;
    is_new[random.below(component.entries)] = 1;
    std::erase_if(component.same, [&](const auto& pair) { return is_new[pair.first] != is_new[pair.second]; });
    // Numbers and names tell few of these apart, so that most can grow.
    for (OwnMarks& marks : component.marks) marks.numbers = {0, 0};

    std::size_t weighed = 0;
    std::vector<std::uint32_t> old, place(component.entries);
    for (std::uint32_t i = 0; i < component.entries; ++i) {
      place[i] = static_cast<std::uint32_t>(old.size());
      if (is_new[i] == 0) old.push_back(i);
    }
    const auto input_of = [&](std::span<const std::uint32_t> which,
                              std::span<const std::pair<std::uint32_t, std::uint32_t>> same) {
      SparseInput input{static_cast<std::uint32_t>(which.size()), same, {}, {}, {}};
      input.weigh = [&, which](std::uint32_t a, std::uint32_t b) {
        ++weighed;
        return component.pair[which[a]][which[b]];
      };
      if (seed % 2 == 0) input.own_marks = [&, which](std::uint32_t entry) { return component.marks[which[entry]]; };
      return input;
    };
    const auto favourable_in = [&](std::span<const std::uint32_t> which) {
      std::vector<Favourable> favourable;
      for (std::uint32_t i = 0; i < which.size(); ++i) {
        for (std::uint32_t j = i + 1; j < which.size(); ++j) {
          const Weighed& its = component.pair[which[i]][which[j]];
          if (its.weight > 0) favourable.push_back({i, j, its});
        }
      }
      return favourable;
    };
    std::vector<std::uint32_t> all(component.entries);
    for (std::uint32_t i = 0; i < component.entries; ++i) all[i] = i;
    const SparseInput input = input_of(all, component.same);
    const SparseClusters wanted = cluster_sparsely(input, favourable_in(all));
    weighed_anew += weighed;

    std::vector<std::pair<std::uint32_t, std::uint32_t>> same_old;
    for (const auto& [a, b] : component.same) {
      if (is_new[a] == 0) same_old.emplace_back(place[a], place[b]);
    }
    SparseClusters before = cluster_sparsely(input_of(old, same_old), favourable_in(old));
    if (before.history.look_alikes) continue;
    for (Joined& its : before.history.joined) {
      its.into = old[its.into];
      its.from = old[its.from];
    }
    weighed = 0;
    const auto grown = cluster_grown(
        input, {before.history.joined, is_new, [&](std::uint32_t entry, std::vector<Favourable>& favourable) {
                  for (std::uint32_t other = 0; other < component.entries; ++other) {
                    const Weighed& its = component.pair[entry][other];
                    if (other != entry && its.weight > 0)
                      favourable.push_back({std::min(entry, other), std::max(entry, other), its});
                  }
                }});
    weighed_grown += weighed;
    if (!grown) continue;
    ++grown_well;
    ASSERT_EQ(grown->cluster, wanted.cluster) << "seed " << seed;
    ASSERT_EQ(grown->history.joined.size(), wanted.history.joined.size()) << "seed " << seed;
    for (std::size_t i = 0; i < wanted.history.joined.size(); ++i) {
      const Joined &one = grown->history.joined[i], &other = wanted.history.joined[i];
      ASSERT_EQ(std::tuple(one.into, one.from, one.limited, one.whole, one.pairs),
                std::tuple(other.into, other.from, other.limited, other.whole, other.pairs))
          << "seed " << seed << ", step " << i;
    }
  }
  EXPECT_GT(grown_well, 250U);
  EXPECT_LT(weighed_grown, weighed_anew);
}

}  // namespace
}  // namespace wider::linkage
