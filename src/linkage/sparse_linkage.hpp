// Average linkage over one component from the few pairs that speak for joining. Two clusters join only while the mean
// between them is above the threshold, so some pair between them is: a cluster's possible partners are those that such
// a pair leads to, and what the other pairs weigh is asked for only between those. It gives the clusters that
// make_clusters() gives, which weighs every pair.
// When entries come to a component, its history tells most of what would happen again.
// Thread safety: free functions on const arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
  std::span<const std::pair<std::uint32_t, std::uint32_t>> same;       // must-link, people's and own ids
  std::span<const std::pair<std::uint32_t, std::uint32_t>> different;  // cannot-link, people's
  std::function<Weighed(std::uint32_t left, std::uint32_t right)> weigh;  // left < right
  std::function<OwnMarks(std::uint32_t entry)> own_marks;                 // empty: nothing tells look-alikes apart
};

struct SparseClusters {
  std::vector<std::uint32_t> cluster;  // by entry: the least entry of its cluster
  History history;
};

// Anew, from all favourable pairs, each once, left < right. At most largest_component entries.
[[nodiscard]] SparseClusters cluster_sparsely(const SparseInput& input, std::span<const Favourable> favourable);

// What is known of a component that entries come to.
struct Grown {
  std::span<const Joined> joined;        // who joined whom before they came, in order; of the same numbers
  std::span<const std::uint8_t> is_new;  // by entry; new and old ones are not must-link, and no pair is cannot-link
  // Appends the favourable pairs of an entry with all others.
  std::function<void(std::uint32_t entry, std::vector<Favourable>& favourable)> favourable_of;
};
// The same clusters from the history: what was joined is joined again, but where a new entry comes between, and only
// what that changes is weighed. Nothing, where look-alikes are told apart now: then it has to be done anew.
[[nodiscard]] std::optional<SparseClusters> cluster_grown(const SparseInput& input, const Grown& grown);

}  // namespace wider::linkage
