// link(): block → compare → score → cluster, then the attach_only rows.
#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "linkage/blocking.hpp"
#include "linkage/blocking_recall.hpp"
#include "linkage/cluster.hpp"
#include "linkage/doubts.hpp"
#include "linkage/edges.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"
#include "linkage/pairs.hpp"
#include "linkage/prepared.hpp"

namespace wider::linkage {
namespace {

using IndexPair = std::pair<std::uint32_t, std::uint32_t>;

struct Work {
  const Options& options;
  const Entries& entries;
  const Scorer& scorer;
  bool between_sources_only;
  std::vector<Comparer> comparers;  // one for each worker

  Score score(std::size_t worker, std::uint32_t left, std::uint32_t right) {
    const Entry& a = entries.all[left];
    const Entry& b = entries.all[right];
    return scorer.score(a, b, comparers[worker].compare(a, b));
  }
};

// Entries that hold rows of one (source, own id), as pairs with the first of them; ordinary entries only.
std::vector<IndexPair> own_id_links(const Entries& entries) {
  std::map<std::pair<std::uint16_t, Code>, std::uint32_t> first;
  std::vector<IndexPair> links;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    const Entry& entry = entries.all[i];
    const Code own_id = entries.own_id(entry);
    if (own_id == 0) continue;
    const auto [found, fresh] = first.emplace(std::pair(entry.source, own_id), i);
    if (!fresh) links.emplace_back(found->second, i);
  }
  return links;
}

// Rows of one entry are one person only when what they say suffices: two rows that say "John" and no more do not.
std::vector<bool> hold_together(Work& work) {
  std::vector<bool> together(work.entries.all.size(), true);
  for (std::uint32_t i = 0; i < work.entries.all.size(); ++i) {
    if (work.entries.rows_of(i).size() < 2 || work.entries.own_id(work.entries.all[i]) != 0) continue;
    const Score score = work.score(0, i, i);
    together[i] = !score.apart && score.weight >= work.scorer.threshold();
  }
  return together;
}

// attach_only entries: each to the settled cluster that its best ordinary companion lies in, when the mean weight with
// the cluster's entries is above the threshold. Nothing settled changes.
std::vector<std::uint32_t> attach(Work& work, const Blocking& blocking, const std::vector<std::uint32_t>& cluster) {
  const Entries& entries = work.entries;
  if (entries.all.size() == entries.ordinary) return {};
  std::vector<std::vector<std::uint32_t>> members(entries.ordinary);
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) members[cluster[i]].push_back(i);
  std::map<std::pair<std::uint16_t, Code>, std::uint32_t> of_own_id;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    if (const Code own_id = entries.own_id(entries.all[i]); own_id != 0)
      of_own_id.emplace(std::pair(entries.all[i].source, own_id), cluster[i]);
  }
  std::vector<std::uint32_t> attached(entries.all.size(), UINT32_MAX);
  for (std::uint32_t i = entries.ordinary; i < entries.all.size(); ++i) {
    const Entry& entry = entries.all[i];
    if (const Code own_id = entries.own_id(entry); own_id != 0) {
      const auto settled = of_own_id.find(std::pair(entry.source, own_id));
      if (settled != of_own_id.end()) {
        attached[i] = settled->second;
        continue;
      }
    }
    std::int64_t best = 0;
    std::vector<std::uint32_t> tried;
    for (const std::uint32_t companion : blocking.companions(i)) {
      const std::uint32_t candidate = cluster[companion];
      if (std::find(tried.begin(), tried.end(), candidate) != tried.end()) continue;
      if (work.between_sources_only && entries.all[companion].source == entry.source) continue;
      tried.push_back(candidate);
      std::int64_t sum = 0;
      bool apart = false;
      for (const std::uint32_t member : members[candidate]) {
        const Score score = work.score(0, i, member);
        apart = apart || score.apart;
        sum += score.weight - work.scorer.threshold();
      }
      const std::int64_t mean = sum / static_cast<std::int64_t>(members[candidate].size());
      if (!apart && mean > best) {
        best = mean;
        attached[i] = candidate;
      }
    }
  }
  return attached;
}

void report_pairs(Work& work, const std::vector<Edge>& edges, const std::vector<bool>& together) {
  const auto row = [&](std::uint32_t entry) { return work.entries.rows_of(entry)[0]; };
  for (const Edge& edge : edges) {
    work.options.each_pair(std::min(row(edge.left), row(edge.right)), std::max(row(edge.left), row(edge.right)),
                           probability_of(edge.weight + work.scorer.threshold()));
  }
  for (std::uint32_t i = 0; i < work.entries.ordinary; ++i) {
    const auto rows = work.entries.rows_of(i);
    if (rows.size() < 2 || !together[i] || work.between_sources_only) continue;
    const double probability = probability_of(work.score(0, i, i).weight);
    for (std::size_t k = 1; k < rows.size(); ++k) work.options.each_pair(rows[0], rows[k], probability);
  }
}

void report_candidates(Work& work, const Blocking& blocking) {
  const auto each = [&](std::uint32_t a, std::uint32_t b) {
    work.options.each_candidate(std::min(a, b), std::max(a, b));
  };
  for (std::uint32_t i = 0; i < work.entries.ordinary; ++i) {
    const auto rows = work.entries.rows_of(i);
    for (std::size_t k = 0; k < rows.size(); ++k) {
      for (std::size_t l = k + 1; l < rows.size(); ++l) each(rows[k], rows[l]);
    }
  }
  for (const Chunk& chunk : chunks_of(blocking, every_rule)) {
    for_each_pair(work.entries, blocking, chunk, work.between_sources_only,
                  [&](std::uint32_t left, std::uint32_t right) {
                    for (const std::uint32_t a : work.entries.rows_of(left)) {
                      for (const std::uint32_t b : work.entries.rows_of(right)) each(a, b);
                    }
                  });
  }
}

std::vector<IndexPair> as_entries(const Entries& entries, std::span<const IndexPair> rows) {
  std::vector<IndexPair> pairs;
  for (const auto& [a, b] : rows) {
    if (entries.entry_of[a] < entries.ordinary && entries.entry_of[b] < entries.ordinary)
      pairs.emplace_back(entries.entry_of[a], entries.entry_of[b]);
  }
  return pairs;
}

UncertainRows as_rows(const Entries& entries, const Uncertain& component, bool between_sources_only) {
  UncertainRows rows;
  std::vector<std::uint32_t> leaf_of, first_of;  // by place; by leaf
  for (std::uint32_t leaf = 0; leaf < component.units.size(); ++leaf) {
    first_of.push_back(static_cast<std::uint32_t>(rows.rows.size()));
    for (const std::uint32_t entry : component.units[leaf]) {
      const auto its = entries.rows_of(entry);
      for (const std::uint32_t row : between_sources_only ? its.first(1) : its) {
        rows.rows.push_back(row);
        leaf_of.push_back(leaf);
      }
    }
  }
  for (const Alternative& alternative : component.alternatives) {
    UncertainRows::Partition partition{alternative.weight, {}};
    for (const std::uint32_t leaf : leaf_of) partition.cluster.push_back(first_of[alternative.cluster[leaf]]);
    rows.partitions.push_back(std::move(partition));
  }
  return rows;
}

// The least row of each row's cluster. Rows of a cluster that is one entry which does not hold together stay single,
// and an attach_only row that came to it holds nothing together either; between sources, one row of several equal rows
// of a source may join.
std::vector<std::uint32_t> rows_of_clusters(const Entries& entries, const std::vector<std::uint32_t>& cluster,
                                            const std::vector<bool>& together, bool between_sources_only) {
  std::vector<std::uint32_t> size(entries.all.size());
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) ++size[cluster[i]];
  std::vector<std::uint32_t> least(entries.all.size(), UINT32_MAX);
  std::vector<std::uint32_t> by_row(entries.entry_of.size());
  for (std::uint32_t row = 0; row < by_row.size(); ++row) {
    const std::uint32_t entry = entries.entry_of[row];
    const std::uint32_t of = cluster[entry];
    const bool second = between_sources_only && entries.rows_of(entry)[0] != row;
    if (of == UINT32_MAX || second || (size[of] < 2 && !together[of])) {
      by_row[row] = row;
      continue;
    }
    least[of] = std::min(least[of], row);
    by_row[row] = least[of];
  }
  return by_row;
}

// How likely the two of each doubt are one person's: what the alternatives of an uncertain component say, or else what
// the mean weight between their sides says.
std::vector<Doubt> doubts_as_rows(const Entries& entries, const std::vector<EntryDoubt>& doubts,
                                  const std::vector<Uncertain>& uncertain) {
  std::unordered_map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> place;  // by entry: component and leaf
  for (std::uint32_t c = 0; c < uncertain.size(); ++c) {
    for (std::uint32_t leaf = 0; leaf < uncertain[c].units.size(); ++leaf) {
      for (const std::uint32_t entry : uncertain[c].units[leaf]) place.emplace(entry, std::pair(c, leaf));
    }
  }
  std::vector<Doubt> rows;
  for (const EntryDoubt& doubt : doubts) {
    double probability = probability_of_merge(doubt.mean);
    const auto left_place = place.find(doubt.left);
    const auto right_place = place.find(doubt.right);
    if (left_place != place.end() && right_place != place.end() &&
        left_place->second.first == right_place->second.first) {
      probability = 0;
      for (const Alternative& one : uncertain[left_place->second.first].alternatives) {
        if (one.cluster[left_place->second.second] == one.cluster[right_place->second.second])
          probability += one.weight;
      }
      probability = std::clamp(probability, 1e-6, 1 - 1e-6);  // what is not among the likeliest is not impossible
    }
    const std::uint32_t left = entries.rows_of(doubt.left)[0];
    const std::uint32_t right = entries.rows_of(doubt.right)[0];
    rows.push_back({std::min(left, right), std::max(left, right), doubt.kind,
                    static_cast<double>(doubt.weight) / weight_scale, probability});
  }
  std::sort(rows.begin(), rows.end(),
            [](const Doubt& a, const Doubt& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
  return rows;
}

}  // namespace

Result<Linked> link(const Input& input, const Model& model, const Decisions& decisions, const Options& options) {
  auto rows = Prepared::make(input, decisions, options);
  if (!rows) return std::unexpected(rows.error());
  return link(*rows, model, options);
}

Result<Linked> link(Prepared& rows, const Model& model, const Options& options) {
  const auto stopped = [&] { return options.stop.stop_requested(); };
  const auto stop = failure(ErrorCode::unavailable, "Linking was stopped before its end, as was asked.");
  const Entries& entries = rows.state().entries;
  const Decisions& decisions = rows.state().decisions;
  const bool between = rows.state().between_sources_only;
  Scorer scorer(model, entries);
  if (options.threshold > 0) scorer.set_threshold(options.threshold);
  const Blocking& blocking = rows.state().blocks(model.blocking, options.threads);
  if (options.before_comparing) options.before_comparing(forecast_says(blocking, model.blocking));
  Work work{options, entries, scorer, between,
            std::vector<Comparer>(std::max(options.threads, 1U), Comparer(entries, scorer.established()))};

  Linked linked;
  FoundEdges found = find_edges({entries, scorer, blocking, between, options});
  if (stopped()) return stop;
  const std::vector<Edge> near = std::move(found.near);
  const std::vector<Edge> edges = std::move(found.edges);
  linked.pairs_compared = found.compared;
  linked.pairs_joined = edges.size();
  std::vector<IndexPair> same = own_id_links(entries);
  const std::vector<IndexPair> told_same = as_entries(entries, decisions.same);
  same.insert(same.end(), told_same.begin(), told_same.end());
  const std::vector<IndexPair> different = as_entries(entries, decisions.different);
  ClusterInput cluster_input;
  cluster_input.entries = entries.ordinary;
  cluster_input.edges = edges;
  cluster_input.same = same;
  cluster_input.different = different;
  cluster_input.threads = options.threads;
  cluster_input.with_alternatives = options.with_alternatives;
  cluster_input.components_only = options.components_only;
  cluster_input.weigh = [&](std::size_t worker, std::uint32_t left, std::uint32_t right) {
    const bool one_source = between && entries.all[left].source == entries.all[right].source;
    const Score score = work.score(worker, left, right);
    return Weighed{score.weight - scorer.threshold(), score.apart || one_source};
  };
  cluster_input.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[entry]); };
  if (options.progress) options.progress("cluster", 0, 1);
  Clustered clustered = make_clusters(cluster_input);
  if (stopped()) return stop;
  const std::vector<std::uint32_t> attached = attach(work, blocking, clustered.cluster);
  if (options.with_doubts) {
    DoubtInput asked{entries.ordinary, edges, near, same, different, clustered.cluster, {}};
    asked.weigh = [&](std::uint32_t left, std::uint32_t right) {
      return work.score(0, left, right).weight - scorer.threshold();
    };
    linked.doubts = doubts_as_rows(entries, find_doubts(asked), clustered.uncertain);
  }
  std::vector<std::uint32_t> cluster = std::move(clustered.cluster);
  cluster.resize(entries.all.size());
  for (std::uint32_t i = entries.ordinary; i < cluster.size(); ++i) cluster[i] = attached[i];

  for (const Uncertain& component : clustered.uncertain)
    linked.uncertain.push_back(as_rows(entries, component, between));
  const std::vector<bool> together = hold_together(work);
  if (options.each_pair) report_pairs(work, edges, together);
  if (options.each_candidate) report_candidates(work, blocking);
  linked.cluster = rows_of_clusters(entries, cluster, together, between);
  linked.blocking_note = blocking.note();
  if (!options.components_only) {  // a component of half the rows says nothing of what blocking missed
    const BlockingRecall recall = estimate_recall(entries, blocking, cluster, between, options.threads);
    linked.blocking = {recall.least_recall(), recall.most_recall(), recall.least_missed, recall.most_missed};
    linked.blocking_note = recall.says() + "; " + linked.blocking_note;
  }
  if (clustered.split_components > 0) {
    linked.blocking_note +=
        fmt::format("; {} large components were cut at a higher weight before clustering", clustered.split_components);
  }
  return linked;
}

}  // namespace wider::linkage
