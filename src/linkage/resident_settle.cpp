// Clustering what a change touched, and who is one person with whom.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "linkage/cluster_order.hpp"
#include "linkage/parallel.hpp"
#include "linkage/resident_state.hpp"

namespace wider::linkage {
namespace {

// Entries of a component: of fewer every pair is weighed, again each time.
constexpr std::size_t least_sparse = 8;

}  // namespace

// What is said of a part's entries beside their weights; by place in the part.
struct Resident::State::Ties {
  std::vector<Edge> edges;  // ascending
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
  }
  seat(threads);
  constexpr std::size_t portion = 4;
  in_parallel(threads, (parts.size() + portion - 1) / portion, [&](std::size_t worker, std::size_t part) {
    for (std::size_t p = part * portion; p < std::min(parts.size(), (part + 1) * portion); ++p) {
      for (const std::uint32_t entry : parts[p]) live[entry].component = numbers[p];
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
      for (const std::uint32_t other : own_group(entry)) reach(other);
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

Resident::State::Ties Resident::State::ties_of(const std::vector<std::uint32_t>& part) const {
  Ties ties;
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    for (const Live::Neighbour& edge : live[part[i]].edges) {
      if (const std::uint32_t j = live[edge.entry].local; i < j) ties.edges.push_back({i, j, edge.weight});
    }
    for (const std::uint32_t other : own_group(part[i])) {
      if (const std::uint32_t j = live[other].local; i < j) ties.same.emplace_back(i, j);
    }
    each_said(part[i], [&](std::uint32_t other, bool is_same) {
      const std::uint32_t j = live[other].local;
      const bool here = j < part.size() && part[j] == other;
      if (here && i < j) (is_same ? ties.same : ties.different).emplace_back(i, j);
    });
  }
  std::sort(ties.edges.begin(), ties.edges.end(),
            [](const Edge& a, const Edge& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
  return ties;
}

// Every pair is weighed; also of components that are too large to be clustered whole, which the batch cuts.
void Resident::State::cluster_small(const std::vector<std::uint32_t>& part, Desk& desk) {
  const Ties ties = ties_of(part);
  ClusterInput input;
  input.entries = static_cast<std::uint32_t>(part.size());
  input.edges = ties.edges;
  input.same = ties.same;
  input.different = ties.different;
  input.weigh = [&](std::size_t, std::uint32_t left, std::uint32_t right) {
    return weigh(part[left], part[right], desk);
  };
  input.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[part[entry]]); };
  const Clustered made = make_clusters(input);
  for (std::uint32_t i = 0; i < part.size(); ++i) live[part[i]].cluster = part[made.cluster[i]];
}

// What is known of the part's pairs: that of the largest former component that is here as a whole, and what the entries
// that came to it are found to weigh.
std::unique_ptr<KnownPairs> Resident::State::known_of(const std::vector<std::uint32_t>& part, Desk& desk) {
  std::map<std::uint32_t, std::size_t> formers;
  for (const std::uint32_t entry : part) {
    if (live[entry].former != none) ++formers[live[entry].former];
  }
  std::uint32_t largest = none;
  for (const auto& [former, count] : formers) {
    const Component& was = parted[former];
    if (!was.known || count != was.members.size()) continue;
    if (largest == none || count > parted[largest].members.size()) largest = former;
  }
  std::vector<std::uint32_t> order;
  auto known = largest == none ? std::make_unique<KnownPairs>() : std::move(parted[largest].known);
  if (largest != none) order = parted[largest].members;
  const std::size_t done = order.size();
  for (const std::uint32_t entry : part) {
    if (largest == none || live[entry].former != largest) order.push_back(entry);
  }
  tools->finder.each_favourable(order, done, desk, [&](std::size_t i, std::size_t j) {
    const Weighed pair =
        known->weigh(order[i], order[j], [&](std::uint32_t a, std::uint32_t b) { return weigh(a, b, desk); });
    if (pair.weight > 0) known->favourable.push_back({order[i], order[j], pair});
  });
  return known;
}

void Resident::State::cluster_large(const std::vector<std::uint32_t>& part, Component& component, Desk& desk) {
  const Ties ties = ties_of(part);
  component.known = known_of(part, desk);
  KnownPairs& known = *component.known;
  std::vector<Favourable> favourable;
  favourable.reserve(known.favourable.size());
  for (const Favourable& its : known.favourable) {
    const auto [left, right] = std::minmax(live[its.left].local, live[its.right].local);
    favourable.push_back({left, right, its.pair});
  }
  SparseInput input;
  input.entries = static_cast<std::uint32_t>(part.size());
  input.favourable = favourable;
  input.same = ties.same;
  input.different = ties.different;
  input.weigh = [&](std::uint32_t left, std::uint32_t right) {
    return known.weigh(part[left], part[right], [&](std::uint32_t a, std::uint32_t b) { return weigh(a, b, desk); });
  };
  input.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[part[entry]]); };
  const std::vector<std::uint32_t> made = cluster_sparsely(input);
  for (std::uint32_t i = 0; i < part.size(); ++i) live[part[i]].cluster = part[made[i]];
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

// Whether a cluster's rows are one person: not when it is one entry that says too little.
bool Resident::State::stands(const std::vector<std::uint32_t>& cluster) const {
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
std::uint32_t Resident::State::attached_to(std::uint32_t at) {
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
    const auto members = cluster_of(companion);
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
std::uint32_t Resident::State::standing(std::uint32_t row) {
  const std::uint32_t at = entry_of[row];
  const std::uint32_t of = ordinary(at) ? at : attached_to(at);
  return of != none && stands(cluster_of(of)) ? live[of].cluster : none;
}

// By row number: the least row of its person.
std::vector<std::uint32_t> Resident::State::partition() {
  std::vector<std::uint32_t> label(entry_of.size(), none);
  std::unordered_map<std::uint32_t, std::uint32_t> least;
  std::unordered_map<std::uint32_t, std::uint32_t> of_entry;
  for (std::uint32_t row = 0; row < entry_of.size(); ++row) {
    if (entry_of[row] == none) continue;
    const auto [found, first] = of_entry.try_emplace(entry_of[row], none);
    if (first) found->second = standing(row);
    label[row] = found->second == none ? row : least.try_emplace(found->second, row).first->second;
  }
  return label;
}

}  // namespace wider::linkage
