// What a Resident holds, for its own files: resident.cpp (rows, entries and what is known of pairs), resident_load.cpp
// (a whole population by the batch's way) and resident_settle.cpp (clustering what a change touched).
//
// A change runs in three steps: rows come to entries and leave them; fresh entries are linked, all of a change together
// and in parallel; the components that the change touched are clustered again, in parallel.
// Invariants: an edge stands with both its entries; live[e].component names the component whose members e is one of,
// but for those touched in a change that is under way; an entry's number is not used again within a change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "linkage/candidate_finder.hpp"
#include "linkage/entries.hpp"
#include "linkage/resident.hpp"
#include "linkage/sparse_linkage.hpp"

namespace wider::linkage {

inline constexpr std::uint32_t none = UINT32_MAX;

using IndexPair = std::pair<std::uint32_t, std::uint32_t>;  // two entries

// An entry of the population: rows that say the same.
struct Live {
  struct Neighbour {
    std::uint32_t entry;
    std::int32_t weight;  // above the threshold
  };
  std::uint64_t content = 0;  // with `alone` the order of entries, as in a batch
  std::uint64_t alone = 0;
  std::uint32_t component = none;   // none: alone in it
  std::uint32_t cluster = 0;        // the least entry of its cluster
  std::uint32_t former = none;      // while touched: the component that it was in, among those parted
  std::uint32_t local = 0;          // its place in the part that is being clustered
  bool together = true;             // what its rows say suffices to make them one person
  bool touched = false;             // in this change
  bool fresh = false;               // not linked yet
  std::vector<std::uint32_t> rows;  // ascending; empty: the place is free
  std::vector<Neighbour> edges;
};

// Entries of a component: of fewer every pair is weighed each time, and no history is kept.
inline constexpr std::size_t least_sparse = 8;

// Entries that are connected.
struct Component {
  std::vector<std::uint32_t> members;  // in the order of their content
  std::unique_ptr<History> history;    // of entries; of large ones, so that the next entry need not do it anew
};

// What people said of two rows.
struct Said {
  std::uint32_t other;
  bool same;
};

struct Resident::State {
  explicit State(ModelPtr adopted);
  State(const State&) = delete;  // its parts point to each other
  State& operator=(const State&) = delete;

  // Made for the entries' pool as it stands, and grown with it.
  struct Tools {
    Tools(const StringPool& from, Entries& entries, const Model& model);
    EntryReader reader;
    BlockKeys keys;
    Scorer scorer;
    Sketches sketches;
    TileMaker tile_maker;
    CandidateFinder finder;
    std::vector<std::unique_ptr<Desk>> desks;  // one for each thread
  };

  ModelPtr model;
  StringPool strings;
  Entries entries;  // its strings, names, `all` and `more`; which rows they hold is in `live`
  std::optional<Tools> tools;
  std::vector<Live> live;  // by entry
  std::vector<std::uint32_t> free_entries;
  std::vector<std::uint32_t> free_more;  // places in entries.more
  KeyIndex entry_with;                   // by content and alone
  KeyIndex of_own_id;                    // ordinary entries, by source and own id
  std::vector<Component> components;
  std::vector<std::uint32_t> free_components;
  std::vector<std::uint32_t> entry_of;                        // by row; none: not there any more
  std::vector<std::uint64_t> name_of;                         // by row
  std::unordered_map<std::uint32_t, std::vector<Said>> said;  // by row, both ways
  bool holding = false;
  std::uint64_t loaded_compared = 0;  // pairs

  // ---- the change that is under way ----
  bool wants_groups = false;
  std::vector<std::uint32_t> fresh;     // entries to link
  std::vector<std::uint32_t> affected;  // entries whose components it touched, those that it dropped, too
  std::vector<Component> parted;        // the components that it touched, as they were
  std::vector<std::uint32_t> dropped;   // entries
  Groups before;

  // ---- rows and entries: resident.cpp ----
  ReadRow read(const Row& row);
  void touch(std::uint32_t entry);
  void place(std::uint32_t row, const ReadRow& read);
  ReadRow unplace(std::uint32_t row);
  std::uint32_t make_entry(const ReadRow& read, std::uint64_t content, std::uint64_t alone);
  void drop_entry(std::uint32_t at);
  void link_fresh(unsigned threads);
  void forget(std::uint32_t left, std::uint32_t right);
  std::uint32_t keep_more(const MoreFields& more);
  template <typename Change>
  void say(const std::vector<std::uint32_t>& rows, Change&& change);
  void begin(bool groups_wanted) { wants_groups = groups_wanted && !holding; }
  // Ends a change, unless changes are held.
  void end(unsigned threads, Regrouped* regrouped);

  // ---- a whole population: resident_load.cpp ----
  void load(std::vector<Row>&& rows, unsigned threads);
  [[nodiscard]] std::vector<IndexPair> load_entries(unsigned threads);
  void load_components(std::span<const IndexPair> same, unsigned threads);

  // ---- components and people: resident_settle.cpp ----
  void settle(unsigned threads, Regrouped* regrouped);
  std::vector<std::vector<std::uint32_t>> parts_of_affected();
  void cluster(std::vector<std::uint32_t>& part, Component& component, Desk& desk);
  void cluster_small(const std::vector<std::uint32_t>& part, Desk& desk);
  void cluster_large(const std::vector<std::uint32_t>& part, Component& component, Desk& desk);
  struct Ties;
  [[nodiscard]] Ties ties_of(const std::vector<std::uint32_t>& part) const;
  [[nodiscard]] const Component* grown_from(const std::vector<std::uint32_t>& part, const Ties& ties) const;
  [[nodiscard]] SparseClusters cluster_anew(const std::vector<std::uint32_t>& part, SparseInput& input, Desk& desk);
  [[nodiscard]] std::uint32_t new_component();
  [[nodiscard]] std::vector<std::uint32_t> cluster_of(std::uint32_t entry) const;
  [[nodiscard]] bool stands(std::span<const std::uint32_t> cluster) const;
  void add_groups(const std::vector<std::uint32_t>& of, Groups& groups) const;
  class ByCluster;
  // members_of: by an entry, those of its cluster.
  template <typename ClusterOf>
  std::uint32_t attached_to(std::uint32_t at, ClusterOf&& members_of);
  template <typename ClusterOf>
  std::uint32_t standing(std::uint32_t row, ClusterOf&& members_of);
  std::uint32_t standing(std::uint32_t row);
  std::vector<std::uint32_t> partition();

  // ---- small things ----
  void seat(unsigned threads);  // a desk for each thread
  Desk& desk() { return *tools->desks.front(); }
  [[nodiscard]] Score score(std::uint32_t left, std::uint32_t right, Desk& at) const {
    const Entry &a = entries.all[left], &b = entries.all[right];
    return tools->scorer.score(a, b, at.comparer.compare(a, b));
  }
  // Relative to the threshold, whichever of the two stands first.
  [[nodiscard]] Weighed weigh(std::uint32_t left, std::uint32_t right, Desk& at) const {
    const Score found = precedes(left, right) ? score(left, right, at) : score(right, left, at);
    return {found.weight - tools->scorer.threshold(), found.apart};
  }
  // The same, for pairs of one component: of candidates the weight is known already.
  [[nodiscard]] Weighed weigh_near(std::uint32_t left, std::uint32_t right, Desk& at) const {
    if (live[right].edges.size() < live[left].edges.size()) std::swap(left, right);
    for (const Live::Neighbour& edge : live[left].edges) {
      if (edge.entry == right) return {edge.weight, false};
    }
    return weigh(left, right, at);
  }
  [[nodiscard]] bool precedes(std::uint32_t left, std::uint32_t right) const {
    return std::pair(live[left].content, live[left].alone) < std::pair(live[right].content, live[right].alone);
  }
  [[nodiscard]] bool ordinary(std::uint32_t entry) const { return !entries.all[entry].attach_only; }
  [[nodiscard]] bool is_there(std::uint32_t row) const { return row < entry_of.size() && entry_of[row] != none; }
  [[nodiscard]] bool says_enough(std::uint32_t entry, Desk& at) const {
    const Score self = score(entry, entry, at);
    return !self.apart && self.weight >= tools->scorer.threshold();
  }
  [[nodiscard]] Code own_id(std::uint32_t entry) const { return entries.own_id(entries.all[entry]); }
  // The ordinary entries of the entry's own id; none where it has none.
  [[nodiscard]] std::span<const std::uint32_t> own_group(std::uint32_t entry) const {
    return own_id(entry) == 0 ? std::span<const std::uint32_t>() : of_own_id.of(own_id_key(entry));
  }
  [[nodiscard]] std::uint64_t own_id_key(std::uint32_t entry) const;
  // Names an entry. Never 0.
  static std::uint64_t mark_of(std::uint64_t content, std::uint64_t alone);
  // Entries that people spoke of together with one of this entry's rows. Only a row that stands alone is spoken of.
  template <typename Visit>
  void each_said(std::uint32_t entry, Visit&& visit) const {
    if (live[entry].alone == 0) return;
    const auto found = said.find(live[entry].rows.front());
    if (found == said.end()) return;
    for (const Said& word : found->second) visit(entry_of[word.other], word.same);
  }
};

}  // namespace wider::linkage
