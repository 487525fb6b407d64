// Average linkage over one component from the few pairs that speak for joining. Two clusters join only while the mean
// between them is above the threshold, so some pair between them is: a cluster's possible partners are those that such
// a pair leads to, and what the other pairs weigh is asked for only between those. It gives the clusters that
// make_clusters() gives, which weighs every pair.
// Thread safety: free functions on const arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "linkage/cluster.hpp"

namespace wider::linkage {

// A pair whose weight is above the threshold, apart or not.
struct Favourable {
  std::uint32_t left = 0, right = 0;
  Weighed pair;
};

struct SparseInput {
  std::uint32_t entries = 0;                                           // in the order of their content; one component
  std::span<const Favourable> favourable;                              // all there are, each once, left < right
  std::span<const std::pair<std::uint32_t, std::uint32_t>> same;       // must-link, people's and own ids
  std::span<const std::pair<std::uint32_t, std::uint32_t>> different;  // cannot-link, people's
  std::function<Weighed(std::uint32_t left, std::uint32_t right)> weigh;  // left < right
  std::function<OwnMarks(std::uint32_t entry)> own_marks;                 // empty: nothing tells look-alikes apart
};

// By entry: the least entry of its cluster. At most largest_component entries.
[[nodiscard]] std::vector<std::uint32_t> cluster_sparsely(const SparseInput& input);

}  // namespace wider::linkage
