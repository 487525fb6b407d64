// Average linkage from few pairs against that from every pair.
#include "linkage/sparse_linkage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

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
    SparseInput sparse{component.entries, favourable, component.same, component.different, {}, {}};
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
    ASSERT_EQ(cluster_sparsely(sparse), wanted) << "seed " << seed;
    for (std::uint32_t i = 0; i < component.entries; ++i) joined += wanted[i] != i ? 1 : 0;
  }
  EXPECT_GT(joined, 1000U);
  EXPECT_LT(weighed, pairs * 2);
}

}  // namespace
}  // namespace wider::linkage
