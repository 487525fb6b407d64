#include "linkage/sparse_linkage.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>
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
  PairWeights(const SparseInput& input, std::span<const Favourable> favourable,
              const std::vector<std::uint32_t>& unit_of)
      : input_(&input) {
    for (const auto& [a, b] : input.different) different_.insert(pair_key(a, b));
    if (!input.own_marks) return;
    marks_.reserve(input.entries);
    for (std::uint32_t entry = 0; entry < input.entries; ++entry) marks_.push_back(input.own_marks(entry));
    for (const Favourable& its : favourable) {
      if (unit_of[its.left] != unit_of[its.right] && tells_apart(its.left, its.right, its.pair))
        look_alikes_.told_apart(marks_[its.left], marks_[its.right]);
    }
    look_alikes_.finish(marks_);
  }
  [[nodiscard]] bool look_alikes() const { return !look_alikes_.none(); }
  [[nodiscard]] bool tells_apart(std::uint32_t a, std::uint32_t b, Weighed pair) const {
    const std::uint32_t one = marks_.empty() ? 0 : marks_[a].name, other = marks_.empty() ? 0 : marks_[b].name;
    return one != other && one != 0 && other != 0 && pair.weight > look_alike_most && heard(a, b, pair).apart;
  }
  [[nodiscard]] Weighed of(std::uint32_t a, std::uint32_t b) const {
    return of(a, b, input_->weigh(std::min(a, b), std::max(a, b)));
  }
  [[nodiscard]] Weighed of(std::uint32_t a, std::uint32_t b, Weighed pair) const {
    pair = heard(a, b, pair);
    if (look_alikes_.none()) return pair;
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

// Invariant: `known` of two clusters holds their tie where one of them is complete and the mean between them is above
// the threshold. All are complete when it is done anew; when a component grows, those that a new entry changed.
class SparseLinkage {
 public:
  SparseLinkage(const SparseInput& input, std::span<const Favourable> favourable)
      : input_(&input), unit_of_(make_units()), weights_(input, favourable, unit_of_) {
    made_.history.look_alikes = weights_.look_alikes();
  }

  SparseClusters anew(std::span<const Favourable> favourable) {
    for (Cluster& cluster : clusters_) cluster.complete = true;
    for (const Favourable& its : favourable) {
      const std::uint32_t one = std::min(unit_of_[its.left], unit_of_[its.right]);
      const std::uint32_t other = std::max(unit_of_[its.left], unit_of_[its.right]);
      if (one == other) continue;
      const bool single = clusters_[one].members.size() == 1 && clusters_[other].members.size() == 1;
      const auto& known = clusters_[one].known;
      if (!single && std::ranges::find(known, other, &Known::with) != known.end()) continue;
      const Sum sum = single ? Sum::of(weights_.of(its.left, its.right, its.pair)) : weigh_whole(one, other);
      clusters_[one].known.push_back({other, sum});
      clusters_[other].known.push_back({one, sum});
    }
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      std::ranges::sort(clusters_[i].known, {}, &Known::with);
      for (const Known& tie : clusters_[i].known) {
        if (i < tie.with) wait(i, tie.with, tie.sum);
      }
    }
    while (const Waiting* best = next_waiting()) join_best(*best);
    return finish();
  }

  std::optional<SparseClusters> grown(const Grown& grown) {
    if (weights_.look_alikes()) return std::nullopt;
    for (std::uint32_t entry = 0; entry < input_->entries; ++entry) {
      if (grown.is_new[entry] != 0 && !clusters_[unit_of_[entry]].complete) complete(unit_of_[entry], grown);
    }
    auto event = grown.joined.begin();
    while (true) {
      const Waiting* best = next_waiting();
      if (event == grown.joined.end()) {
        if (best == nullptr) break;
      } else {
        const Waiting then = as_waiting(*event);
        if (best == nullptr || !(then < *best)) {
          join_again(then, grown);
          ++event;
          continue;
        }
      }
      const Waiting now = *best;  // what follows may move it
      for (const std::uint32_t side : {now.left, static_cast<std::uint32_t>(now.tie.with)}) {
        if (!clusters_[side].complete) complete(side, grown);
      }
      join_best(now);
    }
    if (told_apart_) return std::nullopt;
    return finish();
  }

 private:
  struct Known {  // the sum of all pairs to another cluster
    std::uint32_t with;
    Sum sum;
  };
  // Both sides of a tie know it.
  struct Cluster {
    explicit Cluster(std::pmr::memory_resource* room) : members(room), known(room) {}
    std::pmr::vector<std::uint32_t> members;  // empty: it went into another
    std::pmr::vector<Known> known;            // ascending
    std::uint32_t changes = 0;
    bool complete = false;
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

  // Makes the clusters that there are at first; by entry: which one it is in.
  std::vector<std::uint32_t> make_units() {
    std::vector<std::uint32_t> unit_of(input_->entries);
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
    for (std::uint32_t entry = 0; entry < input_->entries; ++entry) {
      const std::uint32_t first = find(entry);
      if (first == entry) {
        unit_of[entry] = static_cast<std::uint32_t>(clusters_.size());
        clusters_.emplace_back(&room_);
      } else {
        unit_of[entry] = unit_of[first];
      }
      clusters_[unit_of[entry]].members.push_back(entry);
    }
    into_.resize(clusters_.size());
    std::iota(into_.begin(), into_.end(), 0U);
    return unit_of;
  }
  [[nodiscard]] std::uint32_t holder_of(std::uint32_t unit) {
    while (into_[unit] != unit) unit = into_[unit] = into_[into_[unit]];
    return unit;
  }
  [[nodiscard]] Sum weigh_whole(std::uint32_t one, std::uint32_t other) const {
    Sum sum;
    for (const std::uint32_t a : clusters_[one].members) {
      for (const std::uint32_t b : clusters_[other].members) sum += Sum::of(weights_.of(a, b));
    }
    return sum;
  }
  // The tie that is to join next of those that wait; good until the next change.
  const Waiting* next_waiting() {
    while (!waiting_.empty()) {
      const Waiting& best = waiting_.top();
      if (clusters_[best.left].changes == best.left_changes && clusters_[best.tie.with].changes == best.right_changes)
        return &best;
      waiting_.pop();
    }
    return nullptr;
  }
  void join_best(const Waiting best) {
    merge(best.left, static_cast<std::uint32_t>(best.tie.with), best.tie);
    clusters_[best.left].complete = true;
  }

  // From now on all of the cluster's ties are known.
  void complete(std::uint32_t cluster, const Grown& grown) {
    clusters_[cluster].complete = true;
    for (const std::uint32_t member : clusters_[cluster].members) {
      favourable_.clear();
      grown.favourable_of(member, favourable_);
      for (const Favourable& its : favourable_) {
        const std::uint32_t third = holder_of(unit_of_[its.left == member ? its.right : its.left]);
        if (third == cluster) continue;
        told_apart_ = told_apart_ || weights_.tells_apart(its.left, its.right, its.pair);
        auto& known = clusters_[cluster].known;
        const auto place = std::ranges::lower_bound(known, third, {}, &Known::with);
        if (place != known.end() && place->with == third) continue;
        const bool single = clusters_[cluster].members.size() == 1 && clusters_[third].members.size() == 1;
        const Sum sum = single ? Sum::of(its.pair) : weigh_whole(cluster, third);
        known.insert(place, {third, sum});
        auto& back = clusters_[third].known;
        back.insert(std::ranges::lower_bound(back, cluster, {}, &Known::with), {cluster, sum});
        wait(std::min(cluster, third), std::max(cluster, third), sum);
      }
    }
  }
  [[nodiscard]] Waiting as_waiting(const Joined& joined) const {
    return {unit_of_[joined.into], {unit_of_[joined.from], {joined.limited, joined.whole}, joined.pairs}, 0, 0};
  }
  // What was joined before is joined again, if both are what they were; else the one that is has lost its partner.
  void join_again(const Waiting& then, const Grown& grown) {
    const auto from = static_cast<std::uint32_t>(then.tie.with);
    const auto as_it_was = [&](std::uint32_t cluster) {
      return !clusters_[cluster].members.empty() && !clusters_[cluster].complete;
    };
    const bool one = as_it_was(then.left), other = as_it_was(from);
    if (one && other) {
      merge(then.left, from, then.tie);
    } else if (one || other) {
      complete(one ? then.left : from, grown);
    }
  }

  SparseClusters finish() {
    made_.cluster.resize(input_->entries);
    for (const Cluster& cluster : clusters_) {
      for (const std::uint32_t member : cluster.members) made_.cluster[member] = cluster.members.front();
    }
    return std::move(made_);
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

  void merge(std::uint32_t into, std::uint32_t from, const Tie& by) {
    made_.history.joined.push_back(
        {clusters_[into].members.front(), clusters_[from].members.front(), by.sum.limited, by.sum.whole, by.pairs});
    into_[from] = into;
    const std::pmr::vector<Known> ones = std::move(clusters_[into].known), others = std::move(clusters_[from].known);
    std::pmr::vector<Known> made(&room_);
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
  std::array<std::byte, 1U << 15> first_room_;  // many small lists that come and go together
  std::pmr::monotonic_buffer_resource room_{first_room_.data(), first_room_.size()};
  std::vector<Cluster> clusters_;       // those that there are at first, in the order of their least entries
  std::vector<std::uint32_t> into_;     // by cluster: what it went into, perhaps by way of others
  std::vector<std::uint32_t> unit_of_;  // by entry: the cluster that it is in at first
  PairWeights weights_;
  std::priority_queue<Waiting, std::pmr::vector<Waiting>> waiting_{{}, std::pmr::vector<Waiting>(&room_)};
  std::vector<Favourable> favourable_;  // scratch
  bool told_apart_ = false;             // by a pair of a complete cluster
  SparseClusters made_;
};

}  // namespace

SparseClusters cluster_sparsely(const SparseInput& input, std::span<const Favourable> favourable) {
  CHECK(input.entries <= largest_component);
  return SparseLinkage(input, favourable).anew(favourable);
}

std::optional<SparseClusters> cluster_grown(const SparseInput& input, const Grown& grown) {
  CHECK(input.entries <= largest_component && input.different.empty());
  return SparseLinkage(input, {}).grown(grown);
}

}  // namespace wider::linkage
