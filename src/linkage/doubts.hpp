// Doubts: the links that a person should look at: of each cluster the tie that holds it together worst, and pairs that
// speak for one person though clustering kept them apart or they fall a little short of the threshold. Computed from
// the scored pairs that clustering had, without comparing the population again. Deterministic; a pure function.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "linkage/cluster.hpp"
#include "linkage/linkage.hpp"

namespace wider::linkage {

// A pair is a near miss when its weight is at most this far below the threshold.
inline constexpr std::int32_t near_miss_bits = 6;
// A pair that alone is so far above the threshold leaves no doubt.
inline constexpr std::int32_t sure_bits = 10;

struct DoubtInput {
  std::uint32_t entries = 0;    // that cluster: attach_only ones give no doubt
  std::span<const Edge> edges;  // above the threshold, ascending by (left, right)
  std::span<const Edge> near;   // below it, or above it and of two ids of one index; the same order
  std::span<const std::pair<std::uint32_t, std::uint32_t>> same;       // certain, as clustering had them
  std::span<const std::pair<std::uint32_t, std::uint32_t>> different;  // people's
  std::span<const std::uint32_t> cluster;                              // by entry, the answer
  // Weight of a pair relative to the threshold, whoever must stay apart.
  std::function<std::int32_t(std::uint32_t left, std::uint32_t right)> weigh;
};
struct EntryDoubt {
  std::uint32_t left = 0, right = 0;  // entries
  DoubtKind kind = DoubtKind::joined;
  std::int32_t weight = 0;  // of the pair, relative to the threshold
  double mean = 0;          // bits: between the two sides, as far as they were weighed
};
// By (left, right); at most one of each cluster, and at most one between any two.
[[nodiscard]] std::vector<EntryDoubt> find_doubts(const DoubtInput& input);

}  // namespace wider::linkage
