#include "linkage/cluster.hpp"

#include <algorithm>
#include <deque>
#include <numeric>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "base/check.hpp"
#include "linkage/cluster_order.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t most_units = 64;  // of a component whose alternatives are looked for

class UnionFind {
 public:
  explicit UnionFind(std::uint32_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t find(std::uint32_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    if (a != b) parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

std::uint64_t pair_key(std::uint32_t a, std::uint32_t b) {
  return (static_cast<std::uint64_t>(std::min(a, b)) << 32) | std::max(a, b);
}

// Average linkage over one component. Units are what people (or own ids) joined already.
class Agglomeration {
 public:
  Agglomeration(std::vector<std::vector<std::uint32_t>> units)
      : units_(std::move(units)), size_(units_.size()), sums_(size_ * size_), best_(size_) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  // Of what run() joined, where that is to be noted.
  void note_history() { noted_ = true; }
  [[nodiscard]] History history() { return std::move(history_); }
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& units() const { return units_; }
  Sum& sum(std::size_t i, std::size_t j) { return sums_[i * size_ + j]; }

  // Entries of look-alikes gather by their own names before those of both do.
  template <typename Weigh, typename MarksOf>
  void weigh_all(Weigh&& weigh, MarksOf&& marks_of) {
    const auto each_pair = [&](auto&& of_entries) {
      for (std::size_t i = 0; i < size_; ++i) {
        for (std::size_t j = i + 1; j < size_; ++j) sum(i, j) = sum(j, i) = weigh_pair(i, j, of_entries);
      }
    };
    LookAlikes look_alikes;
    each_pair([&](std::uint32_t a, std::uint32_t b) {
      const Weighed pair = weigh(a, b);
      if (pair.apart && pair.weight > look_alike_most) look_alikes.told_apart(marks_of(a), marks_of(b));
      return pair;
    });
    std::vector<OwnMarks> marks;
    for (const auto& unit : units_) {
      for (const std::uint32_t entry : unit) marks.push_back(marks_of(entry));
    }
    look_alikes.finish(marks);
    if (look_alikes.none()) return;
    history_.look_alikes = true;
    each_pair([&](std::uint32_t a, std::uint32_t b) {
      Weighed pair = weigh(a, b);
      const OwnMarks one = marks_of(a), other = marks_of(b);
      if (look_alikes.by_name(one, other)) pair.weight = std::min(pair.weight, look_alike_most);
      if (look_alikes.by_number(one, other)) pair.weight = std::min(pair.weight, most_against);
      return pair;
    });
  }

  // Goes on to the end, beyond what may join, and notes every merge.
  std::vector<Merge> run_to_the_end() {
    floor_ = Sum::never;
    node_.resize(size_);
    std::iota(node_.begin(), node_.end(), 0U);
    run();
    return std::move(merges_);
  }

  std::vector<std::vector<std::uint32_t>> run() {
    std::vector<bool> alive(size_, true);
    for (std::size_t i = 0; i < size_; ++i) find_best(i, alive);
    while (true) {
      std::size_t winner = size_;
      for (std::size_t i = 0; i < size_; ++i) {
        if (!alive[i] || best_[i].with == size_) continue;
        if (winner == size_ || strength_order(best_[i], best_[winner]) > 0) winner = i;
      }
      if (winner == size_) break;
      merge(std::min(winner, best_[winner].with), std::max(winner, best_[winner].with), alive);
    }
    std::vector<std::vector<std::uint32_t>> clusters;
    for (std::size_t i = 0; i < size_; ++i) {
      if (alive[i]) clusters.push_back(std::move(units_[i]));
    }
    return clusters;
  }

 private:
  template <typename OfEntries>
  Sum weigh_pair(std::size_t i, std::size_t j, OfEntries&& of_entries) {
    Sum total;
    for (const std::uint32_t a : units_[i]) {
      for (const std::uint32_t b : units_[j]) {
        total += Sum::of(of_entries(a, b));
      }
    }
    return total;
  }
  // Of a cluster's own ties: the stronger one, and of two as strong the one with the lesser cluster.
  static bool before(const Tie& a, const Tie& b) {
    const auto order = strength_order(a, b);
    return order != 0 ? order > 0 : a.with < b.with;
  }
  void find_best(std::size_t i, const std::vector<bool>& alive) {
    best_[i] = {size_, {}, 1};
    for (std::size_t j = 0; j < size_; ++j) {
      if (j == i || !alive[j] || !sum(i, j).above(floor_)) continue;
      const Tie candidate{j, sum(i, j), static_cast<std::int64_t>(units_[i].size() * units_[j].size())};
      if (best_[i].with == size_ || before(candidate, best_[i])) best_[i] = candidate;
    }
  }
  void merge(std::size_t into, std::size_t from, std::vector<bool>& alive) {
    alive[from] = false;
    if (noted_) {
      const Sum& its = sum(into, from);
      history_.joined.push_back({units_[into].front(), units_[from].front(), its.limited, its.whole,
                                 static_cast<std::int64_t>(units_[into].size() * units_[from].size())});
    }
    if (!node_.empty()) {
      const auto pairs = static_cast<double>(units_[into].size() * units_[from].size());
      merges_.push_back({node_[into], node_[from], static_cast<double>(sum(into, from).limited) / pairs / 1024});
      node_[into] = static_cast<std::uint32_t>(size_ + merges_.size() - 1);
    }
    for (std::size_t k = 0; k < size_; ++k) {
      if (!alive[k] || k == into) continue;
      sum(into, k) += sum(from, k);
      sum(k, into) = sum(into, k);
    }
    units_[into].insert(units_[into].end(), units_[from].begin(), units_[from].end());
    find_best(into, alive);
    for (std::size_t k = 0; k < size_; ++k) {
      if (!alive[k] || k == into) continue;
      if (best_[k].with == from || best_[k].with == into) {
        find_best(k, alive);
      } else if (sum(k, into).above(floor_)) {
        const Tie candidate{into, sum(k, into), static_cast<std::int64_t>(units_[into].size() * units_[k].size())};
        if (best_[k].with == size_ || before(candidate, best_[k])) best_[k] = candidate;
      }
    }
  }

  std::vector<std::vector<std::uint32_t>> units_;
  std::size_t size_;
  std::vector<Sum> sums_;
  std::vector<Tie> best_;
  std::int64_t floor_ = 0;
  std::vector<std::uint32_t> node_;  // by unit, while merges are noted
  std::vector<Merge> merges_;
  History history_;
  bool noted_ = false;
};

// Components of the edges above `floor` among the members, must-links always kept; too large ones are cut higher.
struct Splitter {
  const ClusterInput& input;
  std::vector<std::vector<std::uint32_t>> components;
  std::uint64_t splits = 0;

  void split(const std::vector<Edge>& edges, const std::vector<std::uint32_t>& members, UnionFind& units,
             std::int32_t floor) {
    std::unordered_map<std::uint32_t, std::uint32_t> local;
    for (std::uint32_t i = 0; i < members.size(); ++i) local.emplace(members[i], i);
    UnionFind joined(static_cast<std::uint32_t>(members.size()));
    for (std::uint32_t i = 0; i < members.size(); ++i) joined.join(i, local.at(units.find(members[i])));
    for (const Edge& edge : edges) {
      if (edge.weight >= floor) joined.join(local.at(edge.left), local.at(edge.right));
    }
    std::unordered_map<std::uint32_t, std::uint32_t> number;
    std::vector<std::vector<std::uint32_t>> parts;
    for (std::uint32_t i = 0; i < members.size(); ++i) {
      const auto [found, fresh] = number.emplace(joined.find(i), parts.size());
      if (fresh) parts.emplace_back();
      parts[found->second].push_back(members[i]);
    }
    std::vector<std::vector<Edge>> part_edges(parts.size());
    for (const Edge& edge : edges) {
      const std::uint32_t part = number.at(joined.find(local.at(edge.left)));
      if (part == number.at(joined.find(local.at(edge.right)))) part_edges[part].push_back(edge);
    }
    for (std::size_t p = 0; p < parts.size(); ++p) {
      if (parts[p].size() > largest_component && floor < 60 * 1024) {
        ++splits;
        split(std::move(part_edges[p]), std::move(parts[p]), units, floor + 1024);
      } else if (parts[p].size() > 1) {
        components.push_back(std::move(parts[p]));
      }
    }
  }
};

// Which entries hang together by edges and must-links, in one array: components of one entry are left out, the others
// stand in the order of their least entries, each ascending.
struct Components {
  std::vector<std::uint32_t> members;
  std::vector<std::size_t> begins;        // one more than there are components
  std::vector<std::uint32_t> number;      // by entry; UINT32_MAX: alone
  std::vector<std::int32_t> edge_weight;  // of components of two entries that an edge joins

  [[nodiscard]] std::size_t count() const { return begins.size() - 1; }
  [[nodiscard]] std::span<const std::uint32_t> of(std::size_t component) const {
    return std::span(members).subspan(begins[component], begins[component + 1] - begins[component]);
  }
};

Components components_of(const ClusterInput& input, UnionFind& whole) {
  Components made;
  std::vector<std::uint32_t> root(input.entries), size(input.entries);
  for (std::uint32_t i = 0; i < input.entries; ++i) ++size[root[i] = whole.find(i)];
  made.number.assign(input.entries, UINT32_MAX);
  made.begins.push_back(0);
  // The root is the least entry, so it is met first.
  for (std::uint32_t i = 0; i < input.entries; ++i) {
    if (root[i] != i || size[i] < 2) continue;
    made.number[i] = static_cast<std::uint32_t>(made.begins.size() - 1);
    made.begins.push_back(made.begins.back() + size[i]);
  }
  made.members.resize(made.begins.back());
  std::vector<std::size_t> place(made.begins.begin(), made.begins.end() - 1);
  for (std::uint32_t i = 0; i < input.entries; ++i) {
    if (size[root[i]] < 2) continue;
    made.number[i] = made.number[root[i]];
    made.members[place[made.number[i]]++] = i;
  }
  made.edge_weight.assign(made.count(), 0);
  for (const Edge& edge : input.edges) {
    const std::uint32_t component = made.number[edge.left];
    if (made.of(component).size() == 2) made.edge_weight[component] = edge.weight;
  }
  return made;
}

// Units, in the order of their least entries, of a component that ascends.
std::vector<std::vector<std::uint32_t>> units_in(std::span<const std::uint32_t> component,
                                                 const std::vector<std::uint32_t>& unit_of) {
  std::vector<std::vector<std::uint32_t>> parts;
  std::unordered_map<std::uint32_t, std::size_t> part_of;
  for (const std::uint32_t entry : component) {
    if (unit_of[entry] == entry) {  // a unit's least entry, which no other came before
      if (component.size() > 2) part_of.emplace(entry, parts.size());
      parts.push_back({entry});
    } else {
      parts[component.size() > 2 ? part_of.at(unit_of[entry]) : 0].push_back(entry);
    }
  }
  return parts;
}

}  // namespace

Clustered make_clusters(const ClusterInput& input) {
  Clustered made;
  made.cluster.resize(input.entries);
  std::iota(made.cluster.begin(), made.cluster.end(), 0U);
  std::unordered_set<std::uint64_t> different;
  for (const auto& [a, b] : input.different) different.insert(pair_key(a, b));

  UnionFind units(input.entries);
  for (const auto& [a, b] : input.same) units.join(a, b);
  UnionFind whole(units);
  for (const Edge& edge : input.edges) whole.join(edge.left, edge.right);
  if (input.components_only) {
    for (std::uint32_t i = 0; i < input.entries; ++i) made.cluster[i] = whole.find(i);
    return made;
  }
  const Components components = components_of(input, whole);
  // Only components that are too large need their edges again; they are few, and theirs alone are copied.
  Splitter splitter{input, {}, 0};
  std::unordered_map<std::uint32_t, std::vector<Edge>> large;
  for (std::uint32_t c = 0; c < components.count(); ++c) {
    if (components.of(c).size() > largest_component) large[c];
  }
  for (const Edge& edge : large.empty() ? std::span<const Edge>() : input.edges) {
    const auto found = large.find(components.number[edge.left]);
    if (found != large.end()) found->second.push_back(edge);
  }
  struct Part {
    std::span<const std::uint32_t> members;
    std::int32_t edge_weight;
  };
  std::vector<Part> parts;
  parts.reserve(components.count());
  std::deque<std::vector<std::uint32_t>> cut;  // the members of what was cut: they stay where they are
  for (std::uint32_t c = 0; c < components.count(); ++c) {
    const auto its = components.of(c);
    if (its.size() <= largest_component) {
      parts.push_back({its, components.edge_weight[c]});
      continue;
    }
    ++splitter.splits;
    splitter.split(std::move(large[c]), {its.begin(), its.end()}, units, 1024);
    for (auto& component : splitter.components) parts.push_back({cut.emplace_back(std::move(component)), 0});
    splitter.components.clear();
  }
  made.split_components = splitter.splits;

  // Units are read only from here on: found once, since find() shortens paths.
  std::vector<std::uint32_t> unit_of(input.entries);
  for (std::uint32_t i = 0; i < input.entries; ++i) unit_of[i] = units.find(i);
  std::vector<Uncertain> uncertain(input.with_alternatives ? parts.size() : 0);
  const auto cluster_part = [&](std::size_t worker, std::size_t p) {
    const auto& component = parts[p].members;
    // Most components are two entries and the edge between them, which says all that weighing would say again.
    if (component.size() == 2 && parts[p].edge_weight > 0 && !input.with_alternatives) {
      if (unit_of[component[1]] == component[0] || !different.contains(pair_key(component[0], component[1])))
        made.cluster[component[1]] = component[0];
      return;
    }
    Agglomeration agglomeration(units_in(component, unit_of));
    agglomeration.weigh_all(
        [&](std::uint32_t a, std::uint32_t b) {
          Weighed pair = input.weigh(worker, a, b);
          pair.apart |= different.contains(pair_key(a, b));
          return pair;
        },
        [&](std::uint32_t entry) { return input.own_marks ? input.own_marks(entry) : OwnMarks{}; });
    if (input.with_alternatives && agglomeration.size() <= most_units) {
      Uncertain found{agglomeration.units(), {}};
      found.alternatives = alternatives_of(static_cast<std::uint32_t>(agglomeration.size()),
                                           Agglomeration(agglomeration).run_to_the_end());
      if (found.alternatives.front().weight <= certain) uncertain[p] = std::move(found);
    }
    if (input.each_history) agglomeration.note_history();
    for (const auto& cluster : agglomeration.run()) {
      const std::uint32_t least = *std::min_element(cluster.begin(), cluster.end());
      for (const std::uint32_t entry : cluster) made.cluster[entry] = least;
    }
    if (input.each_history && component.size() > 2) input.each_history(worker, component, agglomeration.history());
  };
  constexpr std::size_t portion = 64;  // so few that a portion of large ones does not keep the others waiting
  in_parallel(input.threads, (parts.size() + portion - 1) / portion, [&](std::size_t worker, std::size_t part) {
    for (std::size_t p = part * portion; p < std::min(parts.size(), (part + 1) * portion); ++p) cluster_part(worker, p);
  });
  std::erase_if(uncertain, [](const Uncertain& component) { return component.alternatives.empty(); });
  made.uncertain = std::move(uncertain);
  return made;
}

}  // namespace wider::linkage
