// Edges: the candidate pairs that reach the threshold. Blocks are streamed, each pair is looked at once, in its own
// block, and only edges are kept.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/blocking.hpp"
#include "linkage/cluster.hpp"
#include "linkage/comparison.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"
#include "linkage/pair_filter.hpp"

namespace wider::linkage {

struct EdgeInput {
  const Entries& entries;
  const Scorer& scorer;
  const Blocking& blocking;
  bool between_sources_only;
  const Options& options;  // threads and progress
};
struct FoundEdges {
  std::vector<Edge> edges;  // ascending by (left, right)
  // Where options.with_doubts, pairs that a person might look at though they do not join: not far below the threshold,
  // or of two ids of one index; those that look like kin are not. Ascending.
  std::vector<Edge> near;
  std::uint64_t compared = 0;  // distinct pairs
};
[[nodiscard]] FoundEdges find_edges(const EdgeInput& of);
[[nodiscard]] FoundEdges find_edges(const EdgeInput& of, Loops loops);
// The reference: every pair compared and scored in full.
[[nodiscard]] FoundEdges find_edges_naive(const EdgeInput& of);

}  // namespace wider::linkage
