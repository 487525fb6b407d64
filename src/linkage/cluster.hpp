// Clustering: scored pairs → clusters. Connected components of dirty data merge whole families, so inside each
// component clusters grow by average linkage: the two clusters with the greatest mean weight between their entries
// join, as long as that mean is above the threshold and no pair between them must stay apart. Pairs that blocking did
// not give are scored here, so that what speaks against is heard too. Deterministic: entries are in content order,
// weights are integers, ties go to the lesser entry.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "linkage/alternatives.hpp"
#include "linkage/look_alikes.hpp"

namespace wider::linkage {

struct Edge {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::int32_t weight = 0;  // above the threshold
};

struct Weighed {
  std::int32_t weight = 0;  // of a pair, relative to the threshold
  bool apart = false;       // whatever the weight says, the pair must stay apart
};

// How a component's clusters came to be: who joined whom, in order. Clusters are named by their least entries.
struct Joined {
  std::uint32_t into = 0, from = 0;     // into < from
  std::int64_t limited = 0, whole = 0;  // of the pairs between them (cluster_order.hpp)
  std::int64_t pairs = 1;
};
struct History {
  std::vector<Joined> joined;
  bool look_alikes = false;  // were told apart: then one entry more may change what other pairs weigh
};

struct ClusterInput {
  std::uint32_t entries = 0;
  std::span<const Edge> edges;                                         // ascending by (left, right), distinct
  std::span<const std::pair<std::uint32_t, std::uint32_t>> same;       // must-link, people's and own ids
  std::span<const std::pair<std::uint32_t, std::uint32_t>> different;  // cannot-link, people's
  // Called from several threads.
  std::function<Weighed(std::size_t worker, std::uint32_t left, std::uint32_t right)> weigh;
  // What tells look-alikes apart; empty: nothing does.
  std::function<OwnMarks(std::uint32_t entry)> own_marks;
  // Called from several threads, with the entries of each component of more than two; may be empty.
  std::function<void(std::size_t worker, std::span<const std::uint32_t> component, History&& history)> each_history;
  unsigned threads = 1;
  bool with_alternatives = false;
  bool components_only = false;  // whoever is connected is one person: for comparison only
};

// A component whose partition is not certain.
struct Uncertain {
  std::vector<std::vector<std::uint32_t>> units;  // of entries that are joined for certain; the leaves of alternatives
  std::vector<Alternative> alternatives;          // the adopted one first
};

struct Clustered {
  std::vector<std::uint32_t> cluster;  // by entry: the least entry of its cluster
  std::vector<Uncertain> uncertain;    // by their least entry
  std::uint64_t split_components = 0;  // too large to weigh whole: cut at a higher weight first
};
[[nodiscard]] Clustered make_clusters(const ClusterInput& input);

}  // namespace wider::linkage
