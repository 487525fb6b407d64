#include "linkage/doubts.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "linkage/model.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t most_weighed = 8;               // of each side: a mean over some dozens of pairs says enough
constexpr std::int32_t most_for = 12 * weight_scale;  // as in clustering, no pair speaks louder than this

std::uint64_t key_of(std::uint32_t a, std::uint32_t b) {
  return (static_cast<std::uint64_t>(std::min(a, b)) << 32) | std::max(a, b);
}

bool in_order(const EntryDoubt& a, const EntryDoubt& b) {
  return std::pair(a.left, a.right) < std::pair(b.left, b.right);
}

// Entries joined so far, with the members of each.
class Sides {
 public:
  explicit Sides(std::uint32_t size) : root_(size) { std::iota(root_.begin(), root_.end(), 0U); }
  std::uint32_t find(std::uint32_t x) {
    while (root_[x] != x) x = root_[x] = root_[root_[x]];
    return x;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    if (a == b) return;
    if (a > b) std::swap(a, b);
    root_[b] = a;
    std::vector<std::uint32_t> of_b = members(b);
    std::vector<std::uint32_t>& of_a = members_[a];
    if (of_a.empty()) of_a.push_back(a);
    of_a.insert(of_a.end(), of_b.begin(), of_b.end());
    members_.erase(b);
  }
  [[nodiscard]] std::vector<std::uint32_t> members(std::uint32_t root) const {
    const auto found = members_.find(root);
    return found == members_.end() ? std::vector<std::uint32_t>{root} : found->second;
  }

 private:
  std::vector<std::uint32_t> root_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> members_;
};

double mean_between(const DoubtInput& input, std::vector<std::uint32_t> left, std::vector<std::uint32_t> right) {
  for (auto* side : {&left, &right}) {
    std::sort(side->begin(), side->end());
    if (side->size() > most_weighed) side->resize(most_weighed);
  }
  std::int64_t sum = 0;
  for (const std::uint32_t a : left) {
    for (const std::uint32_t b : right) sum += std::clamp(input.weigh(a, b), -most_for, most_for);
  }
  return static_cast<double>(sum) / static_cast<double>(left.size() * right.size()) / weight_scale;
}

// The worst tie of each cluster that no certain tie and no sure pair bridges.
void add_worst_ties(const DoubtInput& input, std::vector<EntryDoubt>& doubts) {
  Sides sides(input.entries);
  for (const auto& [a, b] : input.same) sides.join(a, b);
  std::vector<Edge> weak;
  for (const Edge& edge : input.edges) {
    if (input.cluster[edge.left] != input.cluster[edge.right]) continue;
    if (edge.weight >= sure_bits * weight_scale) {
      sides.join(edge.left, edge.right);
    } else {
      weak.push_back(edge);
    }
  }
  std::stable_sort(weak.begin(), weak.end(), [](const Edge& a, const Edge& b) { return a.weight > b.weight; });
  std::unordered_map<std::uint32_t, EntryDoubt> worst;  // by cluster
  for (const Edge& edge : weak) {
    const std::uint32_t left = sides.find(edge.left);
    const std::uint32_t right = sides.find(edge.right);
    if (left == right) continue;
    const double mean = mean_between(input, sides.members(left), sides.members(right));
    const EntryDoubt doubt{edge.left, edge.right, DoubtKind::joined, edge.weight, mean};
    const auto [place, fresh] = worst.emplace(input.cluster[edge.left], doubt);
    if (!fresh && mean < place->second.mean) place->second = doubt;
    sides.join(left, right);
  }
  for (const auto& [cluster, doubt] : worst) doubts.push_back(doubt);
}

// The best pair between any two clusters that have one.
void add_kept_apart(const DoubtInput& input, std::vector<EntryDoubt>& doubts) {
  std::unordered_set<std::uint64_t> told;  // between clusters: somebody said that they are two
  for (const auto& [a, b] : input.different) told.insert(key_of(input.cluster[a], input.cluster[b]));
  std::unordered_map<std::uint64_t, EntryDoubt> best;
  const auto consider = [&](const Edge& edge, DoubtKind kind) {
    const std::uint32_t left = input.cluster[edge.left];
    const std::uint32_t right = input.cluster[edge.right];
    if (left == right || told.contains(key_of(left, right))) return;
    const EntryDoubt doubt{edge.left, edge.right, kind, edge.weight, 0};
    const auto [place, fresh] = best.emplace(key_of(left, right), doubt);
    if (!fresh && edge.weight > place->second.weight) place->second = doubt;
  };
  for (const Edge& edge : input.edges) consider(edge, DoubtKind::kept_apart);
  for (const Edge& edge : input.near) consider(edge, edge.weight >= 0 ? DoubtKind::kept_apart : DoubtKind::near_miss);
  if (best.empty()) return;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> members;
  for (const auto& [key, doubt] : best) {
    members.try_emplace(input.cluster[doubt.left]);
    members.try_emplace(input.cluster[doubt.right]);
  }
  for (std::uint32_t i = 0; i < input.entries; ++i) {
    const auto found = members.find(input.cluster[i]);
    if (found != members.end() && found->second.size() < most_weighed) found->second.push_back(i);
  }
  for (auto& [key, doubt] : best) {
    doubt.mean = mean_between(input, members.at(input.cluster[doubt.left]), members.at(input.cluster[doubt.right]));
    doubts.push_back(doubt);
  }
}

}  // namespace

std::vector<EntryDoubt> find_doubts(const DoubtInput& input) {
  std::vector<EntryDoubt> doubts;
  add_worst_ties(input, doubts);
  add_kept_apart(input, doubts);
  std::sort(doubts.begin(), doubts.end(), in_order);
  return doubts;
}

}  // namespace wider::linkage
