// Alternatives: the other ways in which an uncertain component may be partitioned, each with a weight.
// The merges of average linkage, gone on with to the end, are a tree. Each node
// is right with a probability that its mean weight gives, on condition that what is below it is right; so every way of
// cutting the tree has a probability, and these sum to one. The likeliest 64 are kept, the adopted one always among
// them, and their weights are made to sum to one. A pure function of the tree; thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace wider::linkage {

inline constexpr std::size_t most_alternatives = 64;
// A component whose adopted partition is likelier than this is not uncertain.
inline constexpr double certain = .99;

// One merge of two nodes: leaves are numbered from 0, the node that merge i makes is leaves + i.
struct Merge {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  double mean_weight = 0;  // in bits above the threshold; merges above 0 are adopted
};

struct Alternative {
  double weight = 0;
  std::vector<std::uint32_t> cluster;  // by leaf: the least leaf of its cluster
};

// Probability that a merge of this mean weight is right (measured on generated towns: bench/alternatives.py).
[[nodiscard]] double probability_of_merge(double mean_weight);

// The adopted partition first, the others by falling weight.
[[nodiscard]] std::vector<Alternative> alternatives_of(std::uint32_t leaves, std::span<const Merge> merges);

}  // namespace wider::linkage
