// What decides who joins whom: the mean weight between two clusters, limited and whole, then the clusters' order. Both
// ways of average linkage (cluster.cpp with every pair, sparse_linkage.cpp with few) go by it, so that they agree.
// A joined cluster's tie to a third is never stronger than the stronger of its parts' ties: of means, of their whole
// sums where they are equal, and of the lesser of two numbers. Values.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>

#include "linkage/cluster.hpp"

namespace wider::linkage {

inline constexpr std::uint32_t largest_component = 1200;
inline constexpr std::int32_t most_for = 12 * 1024;       // bits that one pair may speak for or against: one odd pair
inline constexpr std::int32_t most_against = -12 * 1024;  // does not outweigh a cluster
inline constexpr std::int32_t look_alike_most = 1024;     // the same of two names that are two people's here: it still
                                                          // joins

// Sum of the weights of pairs: each limited to what one pair may say, which decides whether two clusters may join, and
// whole, which decides who joins first where the limited ones are equal.
struct Sum {
  std::int64_t limited = 0;
  std::int64_t whole = 0;
  static constexpr std::int64_t never = INT64_MIN;
  static Sum forbidden() { return {never, 0}; }
  static Sum of(const Weighed& pair) {
    return pair.apart ? forbidden() : Sum{std::clamp(pair.weight, most_against, most_for), pair.weight};
  }
  [[nodiscard]] bool above(std::int64_t floor) const { return limited != never && limited > floor; }
  Sum& operator+=(const Sum& other) {
    limited = limited == never || other.limited == never ? never : limited + other.limited;
    whole += other.whole;
    return *this;
  }
};

// A tie of two clusters: the mean as a fraction, sum over count of pairs.
struct Tie {
  std::size_t with = 0;
  Sum sum;
  std::int64_t pairs = 1;
};
// By the mean alone.
inline std::weak_ordering strength_order(const Tie& a, const Tie& b) {
  const auto compare = [&](std::int64_t left, std::int64_t right) {
    const double one = static_cast<double>(left) * static_cast<double>(b.pairs);
    const double other = static_cast<double>(right) * static_cast<double>(a.pairs);
    return one < other   ? std::weak_ordering::less
           : one > other ? std::weak_ordering::greater
                         : std::weak_ordering::equivalent;
  };
  const auto limited = compare(a.sum.limited, b.sum.limited);
  return limited != 0 ? limited : compare(a.sum.whole, b.sum.whole);
}

}  // namespace wider::linkage
