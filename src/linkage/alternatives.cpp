#include "linkage/alternatives.hpp"

#include <algorithm>
#include <cmath>

namespace wider::linkage {
namespace {

// Fitted to how often merges of a mean weight are right in generated towns (bench/alternatives.py).
constexpr double merge_slope = .75;
constexpr double merge_offset = 0;

// Nodes under which all is put together, and what that has for a probability.
struct Cut {
  double probability = 1;
  std::vector<std::uint32_t> nodes;  // tops of clusters, ascending
};

bool likelier(const Cut& a, const Cut& b) {
  return a.probability != b.probability ? a.probability > b.probability : a.nodes < b.nodes;
}

// The likeliest ways of cutting below a node; the first is the node whole.
struct Cuts {
  double whole = 1;
  std::vector<Cut> parted;  // by falling probability
};

Cuts join(const Merge& merge, const Cuts& left, const Cuts& right) {
  const double p = probability_of_merge(merge.mean_weight);
  Cuts cuts;
  cuts.whole = left.whole * right.whole * p;
  std::vector<Cut> lefts = left.parted, rights = right.parted;
  lefts.push_back({left.whole, {merge.left}});
  rights.push_back({right.whole, {merge.right}});
  for (std::size_t i = 0; i < lefts.size(); ++i) {
    for (std::size_t j = 0; j < rights.size(); ++j) {
      const bool both_whole = i + 1 == lefts.size() && j + 1 == rights.size();
      Cut cut{lefts[i].probability * rights[j].probability * (both_whole ? 1 - p : 1), lefts[i].nodes};
      cut.nodes.insert(cut.nodes.end(), rights[j].nodes.begin(), rights[j].nodes.end());
      std::sort(cut.nodes.begin(), cut.nodes.end());
      cuts.parted.push_back(std::move(cut));
    }
  }
  const std::size_t kept = std::min(cuts.parted.size(), most_alternatives);
  std::partial_sort(cuts.parted.begin(), cuts.parted.begin() + static_cast<std::ptrdiff_t>(kept), cuts.parted.end(),
                    likelier);
  cuts.parted.resize(kept);
  return cuts;
}

}  // namespace

double probability_of_merge(double mean_weight) {
  return std::clamp(1 / (1 + std::exp2(-(merge_slope * mean_weight + merge_offset))), 1e-6, 1 - 1e-6);
}

std::vector<Alternative> alternatives_of(std::uint32_t leaves, std::span<const Merge> merges) {
  std::vector<std::vector<std::uint32_t>> under(leaves + merges.size());
  std::vector<Cuts> cuts(leaves + merges.size());
  std::vector<bool> is_top(leaves + merges.size(), true), adopted(leaves + merges.size(), true);
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) under[leaf] = {leaf};
  std::vector<std::uint32_t> parent_of(leaves + merges.size(), UINT32_MAX);
  for (std::uint32_t i = 0; i < merges.size(); ++i) {
    const std::uint32_t node = leaves + i;
    const Merge& merge = merges[i];
    cuts[node] = join(merge, cuts[merge.left], cuts[merge.right]);
    under[node] = under[merge.left];
    under[node].insert(under[node].end(), under[merge.right].begin(), under[merge.right].end());
    is_top[merge.left] = is_top[merge.right] = false;
    parent_of[merge.left] = parent_of[merge.right] = node;
    adopted[node] = merge.mean_weight > 0 && adopted[merge.left] && adopted[merge.right];
  }
  // Tops that nothing joins are cut each for itself.
  Cuts all;
  all.parted = {Cut{}};
  Cut now;
  for (std::uint32_t node = 0; node < under.size(); ++node) {
    if (adopted[node] && (parent_of[node] == UINT32_MAX || !adopted[parent_of[node]])) now.nodes.push_back(node);
    if (!is_top[node]) continue;
    std::vector<Cut> ways = cuts[node].parted;
    ways.push_back({cuts[node].whole, {node}});
    std::vector<Cut> together;
    for (const Cut& before : all.parted) {
      for (const Cut& way : ways) {
        Cut cut{before.probability * way.probability, before.nodes};
        cut.nodes.insert(cut.nodes.end(), way.nodes.begin(), way.nodes.end());
        std::sort(cut.nodes.begin(), cut.nodes.end());
        together.push_back(std::move(cut));
      }
    }
    std::sort(together.begin(), together.end(), likelier);
    if (together.size() > most_alternatives) together.resize(most_alternatives);
    all.parted = std::move(together);
  }
  std::sort(now.nodes.begin(), now.nodes.end());
  const auto found =
      std::find_if(all.parted.begin(), all.parted.end(), [&](const Cut& cut) { return cut.nodes == now.nodes; });
  if (found == all.parted.end()) {  // so unlikely that 64 others come first: it is said with the least of their weights
    now.probability = all.parted.back().probability;
    all.parted.back() = now;
    std::rotate(all.parted.begin(), all.parted.end() - 1, all.parted.end());
  } else {
    std::rotate(all.parted.begin(), found, found + 1);
  }
  double sum = 0;
  for (const Cut& cut : all.parted) sum += cut.probability;
  std::vector<Alternative> alternatives;
  for (const Cut& cut : all.parted) {
    Alternative alternative{cut.probability / sum, std::vector<std::uint32_t>(leaves)};
    for (const std::uint32_t node : cut.nodes) {
      const std::uint32_t least = *std::min_element(under[node].begin(), under[node].end());
      for (const std::uint32_t leaf : under[node]) alternative.cluster[leaf] = least;
    }
    alternatives.push_back(std::move(alternative));
  }
  return alternatives;
}

}  // namespace wider::linkage
