#include "linkage/blocking_recall.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <span>

#include <fmt/format.h>

#include "linkage/parallel.hpp"

namespace wider::linkage {

std::string BlockingRecall::says() const {
  return fmt::format(
      "blocking brought together {:.2f} to {:.2f} % of the pairs that belong together: {:.0f} found, {:.0f} to {:.0f} "
      "missed (95 %)",
      std::floor(1e4 * least_recall()) / 100, std::ceil(1e4 * most_recall()) / 100, found, least_missed, most_missed);
}

double most_unseen(double by_one, double by_two) {
  const double more = by_one * std::max(by_one - 1, 0.) / (2 * (by_two + 1));
  const double ratio = by_one / std::max(by_two, 1.);
  const double variance = std::max(by_two, 1.) * (std::pow(ratio, 4) / 4 + std::pow(ratio, 3) + ratio * ratio / 2);
  return more + 1.96 * std::sqrt(variance);
}

BlockingRecall estimate_recall(const Entries& entries, const Blocking& blocking,
                               const std::vector<std::uint32_t>& cluster, bool between_sources_only, unsigned threads) {
  // Cluster by cluster: a cluster is named by one of its entries.
  std::vector<std::uint32_t> begins(cluster.size() + 1);
  const auto counted = [&](std::uint32_t entry) { return cluster[entry] != UINT32_MAX; };
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    if (counted(i)) ++begins[cluster[i] + 1];
  }
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<std::uint32_t> members(begins.back()), place(begins.begin(), begins.end() - 1);
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    if (counted(i)) members[place[cluster[i]]++] = i;
  }
  struct Counts {
    std::uint64_t within_entries = 0, unseen = 0, by_one = 0, by_two = 0, by_more = 0;
  };
  constexpr std::size_t portion = 4096;
  std::vector<Counts> found(std::max(threads, 1U));
  in_parallel(threads, (cluster.size() + portion - 1) / portion, [&](std::size_t worker, std::size_t part) {
    Counts counts = found[worker];  // a copy: what lies beside it is another worker's
    for (std::size_t c = part * portion; c < std::min(cluster.size(), (part + 1) * portion); ++c) {
      const auto its = std::span(members).subspan(begins[c], begins[c + 1] - begins[c]);
      for (std::size_t i = 0; i < its.size(); ++i) {
        const std::uint64_t rows = entries.rows_of(its[i]).size();
        if (!between_sources_only) counts.within_entries += rows * (rows - 1) / 2;
        for (std::size_t j = i + 1; j < its.size(); ++j) {
          if (between_sources_only && entries.all[its[i]].source == entries.all[its[j]].source) continue;
          const std::uint64_t pairs = rows * entries.rows_of(its[j]).size();
          const int rules = std::popcount(blocking.rules_giving(its[i], its[j]));
          (rules == 0   ? counts.unseen
           : rules == 1 ? counts.by_one
           : rules == 2 ? counts.by_two
                        : counts.by_more) += pairs;
        }
      }
    }
    found[worker] = counts;
  });
  std::uint64_t within_entries = 0, unseen = 0, by_one = 0, by_two = 0, by_more = 0;
  for (const Counts& counts : found) {
    within_entries += counts.within_entries;
    unseen += counts.unseen;
    by_one += counts.by_one;
    by_two += counts.by_two;
    by_more += counts.by_more;
  }
  BlockingRecall recall;
  recall.found = static_cast<double>(within_entries + by_one + by_two + by_more);
  const auto u = static_cast<double>(unseen), one = static_cast<double>(by_one), two = static_cast<double>(by_two);
  // Limits of a Poisson count, and of what no rule gives nor others brought together.
  recall.least_missed = std::max(0., u - 1.96 * std::sqrt(u) - 1);
  recall.most_missed = u + 1.96 * std::sqrt(u) + 3 + most_unseen(one, two);
  return recall;
}

std::string forecast_says(const Blocking& blocking, const BlockingPlan& plan) {
  std::string says = fmt::format("{} pairs to compare at most", blocking.pairs());
  if (plan.least_recall == 0) return says;  // a plan that was not learnt
  says += fmt::format("; training expects its rules to bring together about {:.2f} % of the pairs that belong together",
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
