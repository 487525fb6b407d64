// Clustering what a change touched, and who is one person with whom.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "linkage/cluster_order.hpp"
#include "linkage/number_map.hpp"
#include "linkage/parallel.hpp"
#include "linkage/resident_state.hpp"

namespace wider::linkage {
// What is said of a part's entries beside their weights; by place in the part.
struct Resident::State::Ties {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> same, different;
};

void Resident::State::settle(unsigned threads, Regrouped* regrouped) {
  std::erase_if(affected, [&](std::uint32_t entry) {
    live[entry].touched = false;
    return live[entry].rows.empty();
  });
  std::vector<std::vector<std::uint32_t>> parts = parts_of_affected();
  std::vector<std::uint32_t> numbers(parts.size(), none);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    if (parts[p].size() > 1) numbers[p] = new_component();
    for (const std::uint32_t entry : parts[p]) live[entry].component = numbers[p];
  }
  seat(threads);
  constexpr std::size_t portion = 4;
  in_parallel(threads, (parts.size() + portion - 1) / portion, [&](std::size_t worker, std::size_t part) {
    for (std::size_t p = part * portion; p < std::min(parts.size(), (part + 1) * portion); ++p) {
      if (numbers[p] == none) {
        live[parts[p].front()].cluster = parts[p].front();
      } else {
        cluster(parts[p], components[numbers[p]], *tools->desks[worker]);
      }
    }
  });
  if (regrouped != nullptr) {
    Groups after;
    add_groups(affected, after);
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    regrouped->before.clear();
    regrouped->after.clear();
    std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(regrouped->before));
    std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(regrouped->after));
  }
  free_entries.insert(free_entries.end(), dropped.begin(), dropped.end());
  dropped.clear();
  affected.clear();
  parted.clear();
  before.clear();
}

// Connected parts of the affected entries: by scored pairs, own ids and people's "same". No connection leads out of
// them, since both ends of a connection that came or went were touched.
std::vector<std::vector<std::uint32_t>> Resident::State::parts_of_affected() {
  std::vector<std::vector<std::uint32_t>> parts;
  for (const std::uint32_t start : affected) {
    if (live[start].touched) continue;
    std::vector<std::uint32_t>& part = parts.emplace_back();
    const auto reach = [&](std::uint32_t entry) {
      if (live[entry].touched || !ordinary(entry)) return;
      live[entry].touched = true;  // here: reached
      part.push_back(entry);
    };
    reach(start);
    for (std::size_t next = 0; next < part.size(); ++next) {
      const std::uint32_t entry = part[next];
      for (const Live::Neighbour& edge : live[entry].edges) reach(edge.entry);
      // The group's first leads to all of it.
      if (const auto group = own_group(entry); !group.empty() && group.front() != entry) {
        reach(group.front());
      } else {
        for (const std::uint32_t other : group) reach(other);
      }
      each_said(entry, [&](std::uint32_t other, bool same) {
        if (same) reach(other);
      });
    }
  }
  for (const std::uint32_t entry : affected) live[entry].touched = false;
  return parts;
}

void Resident::State::cluster(std::vector<std::uint32_t>& part, Component& component, Desk& desk) {
  std::sort(part.begin(), part.end(), [&](std::uint32_t a, std::uint32_t b) { return precedes(a, b); });
  for (std::uint32_t i = 0; i < part.size(); ++i) live[part[i]].local = i;
  if (part.size() < least_sparse || part.size() > largest_component) {
    cluster_small(part, desk);
  } else {
    cluster_large(part, component, desk);
  }
  component.members = std::move(part);
}

// A "different" may lead to an entry of another part, which another thread numbers now: only its component is read.
Resident::State::Ties Resident::State::ties_of(const std::vector<std::uint32_t>& part) const {
  Ties ties;
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (const auto group = own_group(part[i]); !group.empty() && group.front() != part[i]) {
      const std::uint32_t j = live[group.front()].local;
      ties.same.emplace_back(std::min(i, j), std::max(i, j));
    }
    each_said(part[i], [&](std::uint32_t other, bool is_same) {
      if (live[other].component != live[part[i]].component) return;
      if (const std::uint32_t j = live[other].local; i < j) (is_same ? ties.same : ties.different).emplace_back(i, j);
    });
  }
  return ties;
}

// Every pair is weighed; also of components that are too large to be clustered whole, which the batch cuts.
void Resident::State::cluster_small(const std::vector<std::uint32_t>& part, Desk& desk) {
  const Ties ties = ties_of(part);
  std::vector<Edge> edges;
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    for (const Live::Neighbour& edge : live[part[i]].edges) {
      if (const std::uint32_t j = live[edge.entry].local; i < j) edges.push_back({i, j, edge.weight});
    }
  }
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
  ClusterInput input;
  input.entries = static_cast<std::uint32_t>(part.size());
  input.edges = edges;
  input.same = ties.same;
  input.different = ties.different;
  input.weigh = [&](std::size_t, std::uint32_t left, std::uint32_t right) {
    return weigh_near(part[left], part[right], desk);
  };
  input.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[part[entry]]); };
  const Clustered made = make_clusters(input);
  for (std::uint32_t i = 0; i < part.size(); ++i) live[part[i]].cluster = part[made.cluster[i]];
}

// The largest former component that is here as a whole and whose history tells what would happen without the entries
// that came to it; nullptr where it has to be done anew.
const Component* Resident::State::grown_from(const std::vector<std::uint32_t>& part, const Ties& ties) const {
  if (!ties.different.empty()) return nullptr;
  std::map<std::uint32_t, std::size_t> formers;
  for (const std::uint32_t entry : part) {
    if (live[entry].former != none) ++formers[live[entry].former];
  }
  std::uint32_t largest = none;
  for (const auto& [former, count] : formers) {
    const Component& was = parted[former];
    if (!was.history || was.history->look_alikes || count != was.members.size()) continue;
    if (largest == none || count > parted[largest].members.size()) largest = former;
  }
  if (largest == none) return nullptr;
  for (const auto& [a, b] : ties.same) {
    if ((live[part[a]].former == largest) != (live[part[b]].former == largest)) return nullptr;
  }
  return &parted[largest];
}

SparseClusters Resident::State::cluster_anew(const std::vector<std::uint32_t>& part, SparseInput& input, Desk& desk) {
  NumberMap<std::int32_t> weights;  // with whether they are apart, and one bit that says that they are known
  input.weigh = [&](std::uint32_t left, std::uint32_t right) {
    std::int32_t& kept = weights[static_cast<std::uint64_t>(left) << 32 | right];
    if (kept == 0) {
      const Weighed found = weigh_near(part[left], part[right], desk);
      kept = found.weight * 4 + (found.apart ? 2 : 0) + 1;
    }
    return Weighed{kept >> 2, (kept & 2) != 0};
  };
  std::vector<Favourable> favourable;
  for (std::uint32_t j = 1; j < part.size(); ++j) {
    tools->finder.each_favourable(j, j, desk, [&](std::size_t i) {
      const auto left = static_cast<std::uint32_t>(i);
      const Weighed pair = input.weigh(left, j);
      if (pair.weight > 0) favourable.push_back({left, j, pair});
    });
  }
  return cluster_sparsely(input, favourable);
}

void Resident::State::cluster_large(const std::vector<std::uint32_t>& part, Component& component, Desk& desk) {
  const Ties ties = ties_of(part);
  tools->finder.lay_out(part, desk);
  SparseInput input;
  input.entries = static_cast<std::uint32_t>(part.size());
  input.same = ties.same;
  input.different = ties.different;
  input.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[part[entry]]); };
  std::optional<SparseClusters> made;
  if (const Component* const was = grown_from(part, ties); was != nullptr) {
    const auto local_of = [&](std::uint32_t entry) { return live[entry].local; };
    std::vector<Joined> joined = was->history->joined;
    for (Joined& its : joined) {
      its.into = local_of(its.into);
      its.from = local_of(its.from);
    }
    std::vector<std::uint8_t> is_new(part.size(), 1);
    for (const std::uint32_t member : was->members) is_new[local_of(member)] = 0;
    input.weigh = [&](std::uint32_t left, std::uint32_t right) { return weigh_near(part[left], part[right], desk); };
    made = cluster_grown(input, {joined, is_new, [&](std::uint32_t entry, std::vector<Favourable>& favourable) {
                                   tools->finder.each_favourable(entry, part.size(), desk, [&](std::size_t other) {
                                     const auto one = static_cast<std::uint32_t>(other);
                                     const std::uint32_t left = std::min(entry, one), right = std::max(entry, one);
                                     const Weighed pair = input.weigh(left, right);
                                     if (pair.weight > 0) favourable.push_back({left, right, pair});
                                   });
                                 }});
  }
  if (!made) made = cluster_anew(part, input, desk);
  for (std::uint32_t i = 0; i < part.size(); ++i) live[part[i]].cluster = part[made->cluster[i]];
  for (Joined& its : made->history.joined) {
    its.into = part[its.into];
    its.from = part[its.from];
  }
  component.history = std::make_unique<History>(std::move(made->history));
}

std::uint32_t Resident::State::new_component() {
  if (free_components.empty()) {
    components.emplace_back();
    return static_cast<std::uint32_t>(components.size() - 1);
  }
  const std::uint32_t component = free_components.back();
  free_components.pop_back();
  return component;
}

// ---- people ----

// Entries of one cluster: the ordinary ones.
std::vector<std::uint32_t> Resident::State::cluster_of(std::uint32_t entry) const {
  if (live[entry].component == none) return {entry};
  std::vector<std::uint32_t> members;
  for (const std::uint32_t member : components[live[entry].component].members) {
    if (live[member].cluster == live[entry].cluster) members.push_back(member);
  }
  return members;
}

// All entries by cluster, found in one pass: to ask cluster_of() for every entry would cost the square of a component.
class Resident::State::ByCluster {
 public:
  explicit ByCluster(const State& state) : state_(&state), end_(state.live.size() + 1) {
    each([&](std::uint32_t entry) { ++end_[state.live[entry].cluster + 1]; });
    for (std::size_t label = 1; label < end_.size(); ++label) end_[label] += end_[label - 1];
    members_.resize(end_.back());
    each([&](std::uint32_t entry) { members_[end_[state.live[entry].cluster]++] = entry; });
  }
  // As cluster_of() does, in any order.
  [[nodiscard]] std::span<const std::uint32_t> operator()(const std::uint32_t& entry) const {
    if (state_->live[entry].component == none) return {&entry, 1};
    const std::uint32_t label = state_->live[entry].cluster;
    const std::size_t begin = label == 0 ? 0 : end_[label - 1];
    return std::span(members_).subspan(begin, end_[label] - begin);
  }

 private:
  template <typename Visit>
  void each(Visit&& visit) const {
    for (const Component& component : state_->components) {
      for (const std::uint32_t member : component.members) visit(member);
    }
  }
  const State* state_;
  std::vector<std::uint32_t> end_;  // by cluster: where its members end
  std::vector<std::uint32_t> members_;
};

// Whether a cluster's rows are one person: not when it is one entry that says too little.
bool Resident::State::stands(std::span<const std::uint32_t> cluster) const {
  return cluster.size() > 1 || live[cluster.front()].together;
}

// The ordinary rows of these entries as groups: one a person.
void Resident::State::add_groups(const std::vector<std::uint32_t>& of, Groups& groups) const {
  std::map<std::uint32_t, std::vector<std::uint32_t>> clusters;
  for (const std::uint32_t entry : of) {
    if (!live[entry].rows.empty()) clusters[live[entry].cluster].push_back(entry);
  }
  for (const auto& [label, members] : clusters) {
    std::vector<std::uint32_t> rows;
    for (const std::uint32_t member : members)
      rows.insert(rows.end(), live[member].rows.begin(), live[member].rows.end());
    std::sort(rows.begin(), rows.end());
    if (stands(members)) {
      groups.push_back(std::move(rows));
    } else {
      for (const std::uint32_t row : rows) groups.push_back({row});
    }
  }
}

// The ordinary entry whose cluster an attach_only entry belongs with; none when there is none. As link() does.
template <typename ClusterOf>
std::uint32_t Resident::State::attached_to(std::uint32_t at, ClusterOf&& members_of) {
  if (const auto group = own_group(at); !group.empty()) return group.front();
  tools->finder.find(entries.all[at], at, desk());
  std::vector<std::uint32_t> candidates = desk().candidates;
  std::sort(candidates.begin(), candidates.end(), [&](std::uint32_t a, std::uint32_t b) { return precedes(a, b); });
  std::vector<std::uint32_t> tried;
  std::int64_t best = 0;
  std::uint32_t found = none;
  for (const std::uint32_t companion : candidates) {
    if (std::find(tried.begin(), tried.end(), live[companion].cluster) != tried.end()) continue;
    tried.push_back(live[companion].cluster);
    const auto& members = members_of(companion);
    std::int64_t sum = 0;
    bool apart = false;
    for (const std::uint32_t member : members) {
      const Score one = score(at, member, desk());
      apart = apart || one.apart;
      sum += one.weight - tools->scorer.threshold();
    }
    const std::int64_t mean = sum / static_cast<std::int64_t>(members.size());
    if (apart || mean <= best) continue;
    best = mean;
    found = companion;
  }
  return found;
}

// The ordinary entry that stands for the row's person; none: the row is a person by itself.
template <typename ClusterOf>
std::uint32_t Resident::State::standing(std::uint32_t row, ClusterOf&& members_of) {
  const std::uint32_t at = entry_of[row];
  const std::uint32_t of = ordinary(at) ? at : attached_to(at, members_of);
  return of != none && stands(members_of(of)) ? live[of].cluster : none;
}
std::uint32_t Resident::State::standing(std::uint32_t row) {
  return standing(row, [&](std::uint32_t entry) { return cluster_of(entry); });
}

// By row number: the least row of its person.
std::vector<std::uint32_t> Resident::State::partition() {
  std::vector<std::uint32_t> label(entry_of.size(), none);
  std::unordered_map<std::uint32_t, std::uint32_t> least;
  std::unordered_map<std::uint32_t, std::uint32_t> of_entry;
  const ByCluster by_cluster(*this);
  for (std::uint32_t row = 0; row < entry_of.size(); ++row) {
    if (entry_of[row] == none) continue;
    const auto [found, first] = of_entry.try_emplace(entry_of[row], none);
    if (first) found->second = standing(row, by_cluster);
    label[row] = found->second == none ? row : least.try_emplace(found->second, row).first->second;
  }
  return label;
}

}  // namespace wider::linkage
