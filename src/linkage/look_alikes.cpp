#include "linkage/look_alikes.hpp"

#include <algorithm>
#include <map>

namespace wider::linkage {
namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

constexpr std::uint32_t least_bearers = 2;  // one may be a number written into the wrong record

bool holds(const std::vector<Pair>& pairs, std::uint32_t a, std::uint32_t b) {
  return std::ranges::binary_search(pairs, Pair(std::minmax(a, b)));
}

void note(std::vector<Pair>& pairs, std::uint32_t a, std::uint32_t b) {
  if (a != b && a != 0 && b != 0) pairs.emplace_back(std::minmax(a, b));
}

void put_in_order(std::vector<Pair>& pairs) {
  std::ranges::sort(pairs);
  const auto repeated = std::ranges::unique(pairs);
  pairs.erase(repeated.begin(), repeated.end());
}

struct Bearers {
  std::uint32_t count = 0;
  std::vector<std::uint32_t> names;  // ascending, distinct
};

bool share_one(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  return std::ranges::any_of(a, [&](std::uint32_t name) { return std::ranges::binary_search(b, name); });
}

}  // namespace

void LookAlikes::told_apart(const OwnMarks& one, const OwnMarks& other) {
  note(names_, one.name, other.name);
}

void LookAlikes::finish(std::span<const OwnMarks> entries) {
  for (std::size_t kind = 0; kind < numbers_.size(); ++kind) {
    const auto with_number =
        std::ranges::count_if(entries, [&](const OwnMarks& one) { return one.numbers[kind] != 0; });
    if (with_number < 2 * least_bearers) continue;  // two numbers are told apart, each of so many bearers
    std::map<std::uint32_t, Bearers> bearers;
    for (const OwnMarks& entry : entries) {
      if (entry.numbers[kind] == 0) continue;
      Bearers& of = bearers[entry.numbers[kind]];
      ++of.count;
      if (entry.name != 0) of.names.push_back(entry.name);
    }
    std::erase_if(bearers,
                  [](const auto& one) { return one.second.count < least_bearers || one.second.names.empty(); });
    for (auto& [number, of] : bearers) {
      std::ranges::sort(of.names);
      const auto repeated = std::ranges::unique(of.names);
      of.names.erase(repeated.begin(), repeated.end());
    }
    for (auto a = bearers.begin(); a != bearers.end(); ++a) {
      for (auto b = std::next(a); b != bearers.end(); ++b) {
        if (share_one(a->second.names, b->second.names)) continue;
        note(numbers_[kind], a->first, b->first);
        for (const std::uint32_t one : a->second.names) {
          for (const std::uint32_t other : b->second.names) note(names_, one, other);
        }
      }
    }
    put_in_order(numbers_[kind]);
  }
  put_in_order(names_);
}

bool LookAlikes::by_name(const OwnMarks& one, const OwnMarks& other) const {
  return holds(names_, one.name, other.name);
}

bool LookAlikes::by_number(const OwnMarks& one, const OwnMarks& other) const {
  for (std::size_t kind = 0; kind < numbers_.size(); ++kind) {
    if (holds(numbers_[kind], one.numbers[kind], other.numbers[kind])) return true;
  }
  return false;
}

}  // namespace wider::linkage
