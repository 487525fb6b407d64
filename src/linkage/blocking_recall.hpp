// How many matches blocking missed, told from the answer itself: pairs of rows that were put together through others
// though no rule gives them are known to be missed, and how many more there may be follows from how few rules gave
// those that were found (Chao 1987: with f1 pairs given by one rule and f2 by two, f1²/2f2 more). The rules are not
// independent: one key often implies another, which makes f1 great and f2 small, so that the sum is an upper limit and
// not a mean. Pure; thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "linkage/blocking.hpp"

namespace wider::linkage {

struct BlockingRecall {
  double found = 0;         // pairs of rows put together that a rule gives
  double least_missed = 0;  // with 95 % assurance that no fewer
  double most_missed = 0;   // and no more

  [[nodiscard]] double least_recall() const { return found / std::max(found + most_missed, 1.); }
  [[nodiscard]] double most_recall() const { return found / std::max(found + least_missed, 1.); }
  [[nodiscard]] std::string says() const;  // one sentence
};

// `cluster` is by entry; entries whose number is UINT32_MAX are in none.
[[nodiscard]] BlockingRecall estimate_recall(const Entries& entries, const Blocking& blocking,
                                             const std::vector<std::uint32_t>& cluster, bool between_sources_only,
                                             unsigned threads);

// How many pairs no rule gives, at most (95 %), told from how many one rule and two give: the upper limit of Chao's
// estimate in its form that needs no pairs of two (Chao 1987), with its variance.
[[nodiscard]] double most_unseen(double by_one, double by_two);

// Before anything is compared: what the blocks cost, and what training expects of the rules, in one sentence.
[[nodiscard]] std::string forecast_says(const Blocking& blocking, const BlockingPlan& plan);

}  // namespace wider::linkage
