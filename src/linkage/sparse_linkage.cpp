#include "linkage/sparse_linkage.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <unordered_set>

#include "base/check.hpp"
#include "linkage/cluster_order.hpp"

namespace wider::linkage {
namespace {

std::uint64_t pair_key(std::uint32_t a, std::uint32_t b) {
  return (static_cast<std::uint64_t>(std::min(a, b)) << 32) | std::max(a, b);
}

// What a pair weighs once people's word and look-alikes are heard.
class PairWeights {
 public:
  explicit PairWeights(const SparseInput& input) : input_(&input) {
    for (const auto& [a, b] : input.different) different_.insert(pair_key(a, b));
    if (!input.own_marks) return;
    marks_.reserve(input.entries);
    for (std::uint32_t entry = 0; entry < input.entries; ++entry) marks_.push_back(input.own_marks(entry));
    for (const Favourable& its : input.favourable) {
      if (heard(its.left, its.right, its.pair).apart && its.pair.weight > look_alike_most)
        look_alikes_.told_apart(marks_[its.left], marks_[its.right]);
    }
    look_alikes_.finish(marks_);
  }
  [[nodiscard]] Weighed of(std::uint32_t a, std::uint32_t b) const {
    return of(a, b, input_->weigh(std::min(a, b), std::max(a, b)));
  }
  [[nodiscard]] Weighed of(std::uint32_t a, std::uint32_t b, Weighed pair) const {
    pair = heard(a, b, pair);
    if (marks_.empty() || look_alikes_.none()) return pair;
    if (look_alikes_.by_name(marks_[a], marks_[b])) pair.weight = std::min(pair.weight, look_alike_most);
    if (look_alikes_.by_number(marks_[a], marks_[b])) pair.weight = std::min(pair.weight, most_against);
    return pair;
  }

 private:
  [[nodiscard]] Weighed heard(std::uint32_t a, std::uint32_t b, Weighed pair) const {
    pair.apart = pair.apart || (!different_.empty() && different_.contains(pair_key(a, b)));
    return pair;
  }
  const SparseInput* input_;
  std::unordered_set<std::uint64_t> different_;
  std::vector<OwnMarks> marks_;  // by entry
  LookAlikes look_alikes_;
};

class SparseLinkage {
 public:
  explicit SparseLinkage(const SparseInput& input) : input_(&input), weights_(input) {
    make_units();
    for (const Favourable& its : input.favourable) {
      const std::uint32_t one = std::min(unit_of_[its.left], unit_of_[its.right]);
      const std::uint32_t other = std::max(unit_of_[its.left], unit_of_[its.right]);
      if (one == other) continue;
      const bool single = clusters_[one].members.size() == 1 && clusters_[other].members.size() == 1;
      if (!single && known(one, other) != nullptr) continue;
      const Sum sum = single ? Sum::of(weights_.of(its.left, its.right, its.pair)) : weigh_whole(one, other);
      clusters_[one].known.push_back({other, sum});
      clusters_[other].known.push_back({one, sum});
    }
    for (Cluster& cluster : clusters_) std::ranges::sort(cluster.known, {}, &Known::with);
  }

  std::vector<std::uint32_t> run() {
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      for (const Known& tie : clusters_[i].known) {
        if (i < tie.with) wait(i, tie.with, tie.sum);
      }
    }
    while (!waiting_.empty()) {
      const Waiting best = waiting_.top();
      waiting_.pop();
      if (clusters_[best.left].changes != best.left_changes || clusters_[best.tie.with].changes != best.right_changes)
        continue;
      merge(best.left, static_cast<std::uint32_t>(best.tie.with));
    }
    std::vector<std::uint32_t> least(input_->entries);
    for (const Cluster& cluster : clusters_) {
      if (cluster.members.empty()) continue;
      const std::uint32_t first = *std::ranges::min_element(cluster.members);
      for (const std::uint32_t member : cluster.members) least[member] = first;
    }
    return least;
  }

 private:
  struct Known {  // the sum of all pairs to another cluster
    std::uint32_t with;
    Sum sum;
  };
  // Invariant: known holds every other cluster that the mean to is above the threshold, and some others; both sides of
  // a tie know it.
  struct Cluster {
    std::vector<std::uint32_t> members;  // empty: it went into another
    std::vector<Known> known;            // ascending
    std::uint32_t changes = 0;
  };
  struct Waiting {
    std::uint32_t left;  // less than tie.with
    Tie tie;
    std::uint32_t left_changes, right_changes;
    // The one that comes later in the order of joining.
    friend bool operator<(const Waiting& a, const Waiting& b) {
      const auto order = strength_order(a.tie, b.tie);
      return order != 0 ? order < 0 : std::pair(a.left, a.tie.with) > std::pair(b.left, b.tie.with);
    }
  };

  void make_units() {
    std::vector<std::uint32_t> root(input_->entries);
    std::iota(root.begin(), root.end(), 0U);
    const auto find = [&](std::uint32_t x) {
      while (root[x] != x) x = root[x] = root[root[x]];
      return x;
    };
    for (const auto& [a, b] : input_->same) {
      const std::uint32_t one = find(a), other = find(b);
      root[std::max(one, other)] = std::min(one, other);
    }
    unit_of_.resize(input_->entries);
    for (std::uint32_t entry = 0; entry < input_->entries; ++entry) {
      const std::uint32_t first = find(entry);
      if (first == entry) {
        unit_of_[entry] = static_cast<std::uint32_t>(clusters_.size());
        clusters_.emplace_back();
      } else {
        unit_of_[entry] = unit_of_[first];
      }
      clusters_[unit_of_[entry]].members.push_back(entry);
    }
  }
  [[nodiscard]] const Known* known(std::uint32_t of, std::uint32_t with) const {
    const auto found = std::ranges::find_if(clusters_[of].known, [&](const Known& tie) { return tie.with == with; });
    return found == clusters_[of].known.end() ? nullptr : &*found;
  }
  [[nodiscard]] Sum weigh_whole(std::uint32_t one, std::uint32_t other) const {
    Sum sum;
    for (const std::uint32_t a : clusters_[one].members) {
      for (const std::uint32_t b : clusters_[other].members) sum += Sum::of(weights_.of(a, b));
    }
    return sum;
  }
  void wait(std::uint32_t left, std::uint32_t right, const Sum& sum) {
    if (!sum.above(0)) return;
    const auto pairs = static_cast<std::int64_t>(clusters_[left].members.size() * clusters_[right].members.size());
    waiting_.push({left, {right, sum, pairs}, clusters_[left].changes, clusters_[right].changes});
  }

  // The sum of a cluster that two made to a third, when one or both of the sums are known; nothing: it is not above the
  // threshold for certain.
  [[nodiscard]] bool joined_sum(const Known* one, const Known* other, std::uint32_t into, std::uint32_t from,
                                Sum& sum) const {
    if (one != nullptr && other != nullptr) {
      sum = one->sum;
      sum += other->sum;
      return true;
    }
    const Known& first = one != nullptr ? *one : *other;
    if (first.sum.limited != Sum::never && !first.sum.above(0)) return false;
    sum = first.sum;
    if (sum.limited != Sum::never) sum += weigh_whole(one != nullptr ? from : into, first.with);
    return true;
  }

  void merge(std::uint32_t into, std::uint32_t from) {
    const std::vector<Known> ones = std::move(clusters_[into].known), others = std::move(clusters_[from].known);
    std::vector<Known> made;
    made.reserve(std::max(ones.size(), others.size()));
    auto one = ones.begin();
    auto other = others.begin();
    while (one != ones.end() || other != others.end()) {
      const bool has_one = one != ones.end() && (other == others.end() || one->with <= other->with);
      const bool has_other = other != others.end() && (one == ones.end() || other->with <= one->with);
      const std::uint32_t third = has_one ? one->with : other->with;
      Sum sum;
      if (third != into && third != from) {
        const bool is_known = joined_sum(has_one ? &*one : nullptr, has_other ? &*other : nullptr, into, from, sum);
        if (is_known) made.push_back({third, sum});
        tell(third, into, from, has_one, has_other, is_known ? &sum : nullptr);
      }
      if (has_one) ++one;
      if (has_other) ++other;
    }
    auto& members = clusters_[into].members;
    members.insert(members.end(), clusters_[from].members.begin(), clusters_[from].members.end());
    clusters_[from].members.clear();
    ++clusters_[from].changes;
    ++clusters_[into].changes;
    clusters_[into].known = std::move(made);
    for (const Known& tie : clusters_[into].known) wait(std::min(into, tie.with), std::max(into, tie.with), tie.sum);
  }
  // A third cluster learns of the merge.
  void tell(std::uint32_t third, std::uint32_t into, std::uint32_t from, bool knew_into, bool knew_from,
            const Sum* sum) {
    auto& known = clusters_[third].known;
    const auto place = [&](std::uint32_t with) { return std::ranges::lower_bound(known, with, {}, &Known::with); };
    if (knew_from) known.erase(place(from));
    if (sum == nullptr) {
      if (knew_into) known.erase(place(into));
    } else if (knew_into) {
      place(into)->sum = *sum;
    } else {
      known.insert(place(into), {into, *sum});
    }
  }

  const SparseInput* input_;
  PairWeights weights_;
  std::vector<Cluster> clusters_;       // those that there are at first, in the order of their least entries
  std::vector<std::uint32_t> unit_of_;  // by entry
  std::priority_queue<Waiting> waiting_;
};

}  // namespace

std::vector<std::uint32_t> cluster_sparsely(const SparseInput& input) {
  CHECK(input.entries <= largest_component);
  return SparseLinkage(input).run();
}

}  // namespace wider::linkage
