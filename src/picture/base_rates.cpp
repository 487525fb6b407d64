#include "picture/base_rates.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "picture/naming.hpp"
#include "picture/rules.hpp"

namespace wider::picture {

namespace {

// One window of one anchor.
struct Count {
  std::uint32_t others = 0;  // records that tie no child
  std::uint32_t children = 0;
};

struct Naming {
  NodeId anchor;
  std::int32_t window;
  RecordIndex record;
  PersonId child;  // none: the record names the anchor and ties no child to it
  std::int32_t day;
};

std::vector<Naming> all_namings(const Facts& facts, const Pattern& pattern) {
  std::vector<Naming> namings;
  Named named;
  const Holdings& holdings = facts.scene().holdings;
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordRow& record = holdings.records()[r];
    if (!facts.view().admits(record) || !record.day().valid()) continue;
    name_under(facts, pattern, RecordIndex(r), named);
    const std::int32_t day = record.day().days;
    for (const NodeId anchor : named.anchors) {
      if (!pattern.anchors.has(kind_of(facts.scene(), anchor))) continue;
      namings.push_back({anchor, day / pattern.window_days, RecordIndex(r), PersonId(), day});
      if (!pattern.records.has(record.kind)) continue;
      for (const PersonId child : named.children) {
        if (!is_own(facts, pattern, child, anchor))
          namings.push_back({anchor, day / pattern.window_days, RecordIndex(r), child, day});
      }
    }
  }
  std::stable_sort(namings.begin(), namings.end(), [](const Naming& a, const Naming& b) {
    return std::pair(a.anchor, a.window) < std::pair(b.anchor, b.window);
  });
  return namings;
}

Count count_of(const Facts& facts, const Pattern& pattern, std::span<const Naming> window) {
  std::uint32_t records = 0;
  std::uint32_t tying = 0;
  std::vector<Path> paths;
  for (const Naming& naming : window) {
    if (naming.child.valid()) {
      if (paths.empty() || paths.back().first != naming.record) ++tying;
      paths.push_back({naming.child, naming.record, RecordIndex(), NodeId(), naming.day, naming.day});
    } else {
      ++records;
    }
  }
  if (paths.empty()) return {records, 0};
  return {records - tying, tied_by(facts, pattern, paths).households};
}

// The normal approximation of the one-sided 95 % limit of a Poisson count, for each of `exposure`, to two figures.
// What was never seen is still given a rate: about 2.6 in all there was.
double upper_rate(std::uint64_t children, std::uint64_t exposure) {
  const double next = static_cast<double>(children) + 1;
  const double upper = (next + 1.645 * std::sqrt(next)) / static_cast<double>(exposure);
  const double unit = std::pow(10.0, std::floor(std::log10(upper)) - 1);
  return std::round(upper / unit) * unit;
}

BaseRate summed(const Pattern& pattern, std::string_view at, const std::vector<Count>& counts, double stated) {
  BaseRate rate;
  rate.at = at;
  rate.stated = stated;
  for (const Count& count : counts) {
    rate.others += count.others;
    rate.children += count.children;
  }
  rate.windows = counts.size();
  rate.per_record = static_cast<double>(rate.children) / static_cast<double>(rate.others + rate.windows);
  rate.to_state = upper_rate(rate.children, rate.others + rate.windows);
  double square = 0;
  double variance = 0;
  for (const Count& count : counts) {
    const ByChance chance = by_chance(rate.per_record, count.others);
    square += (count.children - chance.mean) * (count.children - chance.mean);
    variance += chance.variance;
    const std::uint32_t asked = needed(chance, pattern.chance.bar, pattern.minimum_children);
    rate.expected_over_bar += chance_of(chance, asked);
    if (count.children >= asked) ++rate.over_bar;
    if (count.children >= needed(by_chance(stated, count.others), pattern.chance.bar, pattern.minimum_children))
      ++rate.over_stated;
  }
  if (variance > 0) rate.spread = square / variance;
  return rate;
}

}  // namespace

std::vector<BaseRate> measure_base_rates(const Facts& facts, const Pattern& pattern) {
  const std::vector<Naming> namings = all_namings(facts, pattern);
  std::map<std::string, std::vector<Count>> counts;
  std::map<std::string, double> stated;
  for (std::size_t first = 0, last = 0; first < namings.size(); first = last) {
    while (last < namings.size() && namings[last].anchor == namings[first].anchor &&
           namings[last].window == namings[first].window) {
      ++last;
    }
    const std::string key(kind_of_use(facts, namings[first].anchor));
    counts[key].push_back(count_of(facts, pattern, std::span(namings).subspan(first, last - first)));
    stated.try_emplace(key, chance_per_record(facts, pattern, namings[first].anchor));
  }
  std::vector<BaseRate> rates;
  rates.reserve(counts.size());
  for (const auto& [key, list] : counts) rates.push_back(summed(pattern, key, list, stated.at(key)));
  return rates;
}

}  // namespace wider::picture
