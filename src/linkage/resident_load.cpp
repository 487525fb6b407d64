// A whole population at once, by the batch's own way: entries, edges and clusters are made by many threads, and then
// laid out so that they can change one by one.
#include <algorithm>
#include <numeric>
#include <utility>

#include "base/check.hpp"
#include "linkage/blocking.hpp"
#include "linkage/cluster.hpp"
#include "linkage/cluster_order.hpp"
#include "linkage/edges.hpp"
#include "linkage/parallel.hpp"
#include "linkage/resident_state.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t portion = 1U << 14;

template <typename Work>
void each_entry(unsigned threads, std::size_t entries, Work&& work) {
  in_parallel(threads, (entries + portion - 1) / portion, [&](std::size_t worker, std::size_t part) {
    for (std::size_t i = part * portion; i < std::min((part + 1) * portion, entries); ++i)
      work(worker, static_cast<std::uint32_t>(i));
  });
}

// Members of each component of two entries or more, in the order of their least entries.
std::vector<std::vector<std::uint32_t>> components_of(std::uint32_t entries, std::span<const Edge> edges,
                                                      std::span<const IndexPair> same) {
  std::vector<std::uint32_t> root(entries);
  std::iota(root.begin(), root.end(), 0U);
  const auto find = [&](std::uint32_t x) {
    while (root[x] != x) x = root[x] = root[root[x]];
    return x;
  };
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    root[std::max(a, b)] = std::min(a, b);
  };
  for (const Edge& edge : edges) join(edge.left, edge.right);
  for (const auto& [a, b] : same) join(a, b);
  std::vector<std::vector<std::uint32_t>> components;
  std::vector<std::uint32_t> number(entries, none);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::uint32_t first = find(i);
    if (first == i) continue;
    if (number[first] == none) {
      number[first] = static_cast<std::uint32_t>(components.size());
      components.push_back({first});
    }
    components[number[first]].push_back(i);
  }
  return components;
}

}  // namespace

void Resident::State::load(std::vector<Row>&& rows, unsigned threads) {
  CHECK(entry_of.empty() && live.empty());
  Input input;
  input.strings = &strings;
  input.rows = std::move(rows);
  name_of.reserve(input.rows.size());
  for (const Row& row : input.rows) name_of.push_back(row.name);
  entries = make_entries(input, {}, threads);
  std::vector<Row>().swap(input.rows);
  tools.emplace(strings, entries, *model);
  seat(threads);
  const std::vector<IndexPair> same = load_entries(threads);
  load_components(same, threads);
  tools->finder.lay_cards(entries.all.size(), threads);
  std::vector<std::uint32_t> ordinary_ones(entries.ordinary);
  std::iota(ordinary_ones.begin(), ordinary_ones.end(), 0U);
  tools->finder.add(ordinary_ones, threads);
}

// Makes the entries live; returns those that an own id joins, as pairs with the first of them.
std::vector<IndexPair> Resident::State::load_entries(unsigned threads) {
  const auto count = static_cast<std::uint32_t>(entries.all.size());
  live.resize(count);
  each_entry(threads, count, [&](std::size_t worker, std::uint32_t i) {
    const auto its = entries.rows_of(i);
    live[i].content = entries.content[i];
    live[i].cluster = i;
    live[i].rows.assign(its.begin(), its.end());
    if (its.size() > 1 && own_id(i) == 0) live[i].together = says_enough(i, *tools->desks[worker]);
  });
  std::vector<IndexPair> same;
  for (std::uint32_t i = 0; i < count; ++i) {
    entry_with.add(mark_of(live[i].content, 0), i);
    if (i >= entries.ordinary || own_id(i) == 0) continue;
    if (!own_group(i).empty()) same.emplace_back(own_group(i).front(), i);
    of_own_id.add(own_id_key(i), i);
  }
  // What `live` holds now.
  entry_of = std::move(entries.entry_of);
  std::vector<std::uint64_t>().swap(entries.content);
  std::vector<std::uint32_t>().swap(entries.rows);
  std::vector<std::uint32_t>().swap(entries.first_row);
  return same;
}

void Resident::State::load_components(std::span<const IndexPair> same, unsigned threads) {
  Options options;
  options.threads = threads;
  FoundEdges found;
  {
    const Blocking blocking(entries, model->blocking, threads);
    found = find_edges({entries, tools->scorer, blocking, false, options});
  }
  loaded_compared = found.compared;
  for (const Edge& edge : found.edges) {
    live[edge.left].edges.push_back({edge.right, edge.weight});
    live[edge.right].edges.push_back({edge.left, edge.weight});
  }
  ClusterInput of;
  of.entries = entries.ordinary;
  of.edges = found.edges;
  of.same = same;
  of.threads = threads;
  of.weigh = [&](std::size_t worker, std::uint32_t left, std::uint32_t right) {
    return weigh(left, right, *tools->desks[worker]);
  };
  of.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[entry]); };
  struct Told {
    std::uint32_t least;
    History history;
  };
  std::vector<std::vector<Told>> told(std::max(threads, 1U));
  of.each_history = [&](std::size_t worker, std::span<const std::uint32_t> component, History&& history) {
    if (component.size() >= least_sparse) told[worker].push_back({component.front(), std::move(history)});
  };
  const Clustered made = make_clusters(of);
  for (std::uint32_t i = 0; i < of.entries; ++i) live[i].cluster = made.cluster[i];
  for (auto& members : components_of(of.entries, found.edges, same)) {
    for (const std::uint32_t member : members) live[member].component = static_cast<std::uint32_t>(components.size());
    components.push_back({std::move(members), nullptr});
  }
  for (auto& of_worker : told) {
    for (Told& its : of_worker) {
      Component& component = components[live[its.least].component];
      if (component.members.size() <= largest_component)  // not of what was cut
        component.history = std::make_unique<History>(std::move(its.history));
    }
  }
}

}  // namespace wider::linkage
