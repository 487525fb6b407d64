#include "linkage/blocking_recall.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>

#include <fmt/format.h>

namespace wider::linkage {

std::string BlockingRecall::says() const {
  return fmt::format(
      "blocking brought together {:.2f} to {:.2f} % of the pairs that belong together: {:.0f} found, {:.0f} to {:.0f} "
      "missed (95 %)",
      std::floor(1e4 * least_recall()) / 100, std::ceil(1e4 * most_recall()) / 100, found, least_missed, most_missed);
}

BlockingRecall estimate_recall(const Entries& entries, const Blocking& blocking,
                               const std::vector<std::uint32_t>& cluster, bool between_sources_only) {
  std::vector<std::uint32_t> members;  // cluster by cluster
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    if (cluster[i] != UINT32_MAX) members.push_back(i);
  }
  std::stable_sort(members.begin(), members.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return cluster[a] < cluster[b]; });
  std::uint64_t within_entries = 0, unseen = 0, by_one = 0, by_two = 0, by_more = 0;
  for (std::size_t from = 0, to = 0; from < members.size(); from = to) {
    while (to < members.size() && cluster[members[to]] == cluster[members[from]]) ++to;
    const auto its = std::span(members).subspan(from, to - from);
    for (std::size_t i = 0; i < its.size(); ++i) {
      const std::uint64_t rows = entries.rows_of(its[i]).size();
      if (!between_sources_only) within_entries += rows * (rows - 1) / 2;
      for (std::size_t j = i + 1; j < its.size(); ++j) {
        if (between_sources_only && entries.all[its[i]].source == entries.all[its[j]].source) continue;
        const std::uint64_t pairs = rows * entries.rows_of(its[j]).size();
        const int rules = std::popcount(blocking.rules_giving(its[i], its[j]));
        (rules == 0 ? unseen : rules == 1 ? by_one : rules == 2 ? by_two : by_more) += pairs;
      }
    }
  }
  BlockingRecall recall;
  recall.found = static_cast<double>(within_entries + by_one + by_two + by_more);
  const auto u = static_cast<double>(unseen), one = static_cast<double>(by_one), two = static_cast<double>(by_two);
  // Limits of a Poisson count, and of Chao's estimate in its form that needs no f2 (Chao 1987), with its variance.
  recall.least_missed = std::max(0., u - 1.96 * std::sqrt(u) - 1);
  const double more = one * std::max(one - 1, 0.) / (2 * (two + 1));
  const double ratio = one / std::max(two, 1.);
  const double variance = std::max(two, 1.) * (std::pow(ratio, 4) / 4 + std::pow(ratio, 3) + ratio * ratio / 2);
  recall.most_missed = u + 1.96 * std::sqrt(u) + 3 + more + 1.96 * std::sqrt(variance);
  return recall;
}

std::string forecast_says(const Blocking& blocking, const BlockingPlan& plan) {
  std::string says = fmt::format("{} pairs to compare at most", blocking.pairs());
  if (plan.least_recall == 0) return says;  // a plan that was not learnt
  says +=
      fmt::format("; training expects its rules to bring together {:.2f} % or more of the pairs that belong together",
                  std::floor(1e4 * plan.least_recall) / 100);
  bool first = true;
  for (const Rule rule : every_rule) {
    const RuleForecast& its = plan.forecast[static_cast<std::size_t>(rule)];
    if (its.recall < .0005) continue;
    says += fmt::format("{}{} {:.1f} %", first ? ": " : ", ", name_of(rule), 100 * its.recall);
    first = false;
  }
  return says;
}

}  // namespace wider::linkage
