#include "linkage/resident.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/random.hpp"
#include "linkage/block_keys.hpp"
#include "linkage/cluster.hpp"
#include "linkage/comparison.hpp"
#include "linkage/entries.hpp"
#include "linkage/key_index.hpp"
#include "linkage/model.hpp"
#include "linkage/pair_filter.hpp"
#include "linkage/tile.hpp"

namespace wider::linkage {
namespace {

constexpr std::uint32_t none = UINT32_MAX;

// An entry of the population: rows that say the same.
struct Live {
  std::uint64_t content = 0;  // with `alone` the order of entries, as in a batch
  std::uint64_t alone = 0;
  std::vector<std::uint32_t> rows;                            // ascending; empty: the place is free
  std::vector<std::pair<std::uint32_t, std::int32_t>> edges;  // other entry, weight above the threshold
  std::uint32_t component = none;                             // none: alone in it
  std::uint32_t cluster = 0;                                  // the least entry of its cluster
  bool together = true;                                       // what its rows say suffices to make them one person
  bool touched = false;                                       // in this change
};

// What is known of a name lies beside its text, also where that is nothing.
Entries& with_names(Entries& entries) {
  if (entries.names.size() < entries.strings.size()) entries.names.resize(entries.strings.size());
  return entries;
}

// Names an entry.
std::uint64_t mark_of(std::uint64_t content, std::uint64_t alone) {
  return mix64(content ^ mix64(alone));
}

// The keys of one entry.
class EntryKeys {
 public:
  void add(std::uint64_t key) { keys_[count_++] = key; }
  [[nodiscard]] const std::uint64_t* begin() const { return keys_.data(); }
  [[nodiscard]] const std::uint64_t* end() const { return keys_.data() + count_; }

 private:
  std::array<std::uint64_t, 2 * rule_count> keys_{};
  std::size_t count_ = 0;
};

// Entries that are connected, and what each two of them weigh: a large component is clustered again with every entry
// that comes to it, and nearly all of its pairs are those of the time before.
struct Component {
  std::vector<std::uint32_t> members;  // in the order of their content
  std::vector<std::uint64_t> marks;    // of the members; empty where weights are not kept
  std::vector<std::int64_t> weights;   // of each two members, row by row below the diagonal
  [[nodiscard]] static std::size_t place(std::size_t a, std::size_t b) {  // a != b
    return a > b ? a * (a - 1) / 2 + b : b * (b - 1) / 2 + a;
  }
  static constexpr std::int64_t unknown = INT64_MIN;
  static std::int64_t pack(const Weighed& weighed) {
    return std::int64_t{weighed.weight} * 2 + (weighed.apart ? 1 : 0);
  }
  static Weighed unpack(std::int64_t packed) { return {static_cast<std::int32_t>(packed >> 1), (packed & 1) != 0}; }
};
constexpr std::size_t least_remembered = 6;  // entries of a component: fewer are few pairs

// Fewer candidates than these are compared in less time than they are laid out in.
constexpr std::size_t least_sifted = 4;

// What people said of two rows.
struct Said {
  std::uint32_t other;
  bool same;
};

}  // namespace

struct Resident::State {
  explicit State(ModelPtr adopted)
      : model(std::move(adopted)),
        reader(strings, entries),
        keys(entries, model->blocking),
        scorer(*model, entries),
        comparer(entries, scorer.established()),
        sketches(with_names(entries), scorer.established(), 1),
        tile_maker(entries, sketches, scorer),
        bounds(make_bounds(scorer)) {}
  State(const State&) = delete;  // its parts point to each other
  State& operator=(const State&) = delete;

  ModelPtr model;
  StringPool strings;
  Entries entries;  // its strings, names, `all` and `more`; which rows they hold is in `live`
  EntryReader reader;
  BlockKeys keys;
  Scorer scorer;
  Comparer comparer;
  Sketches sketches;
  TileMaker tile_maker;
  Bounds bounds;
  std::unique_ptr<Tile> entry_tile = std::make_unique<Tile>(), tile = std::make_unique<Tile>();
  std::array<std::uint16_t, tile_room> may_reach{};
  KeyIndex index;
  std::vector<Live> live;  // by entry
  std::vector<std::uint32_t> free_entries;
  std::vector<std::uint32_t> free_more;                                     // places in entries.more
  std::unordered_map<std::uint64_t, std::uint32_t> entry_with;              // by content and alone
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> of_own_id;  // ordinary entries, by source and own id
  std::vector<Component> components;
  std::vector<std::uint32_t> free_components;
  std::vector<std::uint32_t> entry_of;                        // by row; none: not there any more
  std::vector<std::uint64_t> name_of;                         // by row
  std::unordered_map<std::uint32_t, std::vector<Said>> said;  // by row, both ways
  std::vector<std::uint32_t> affected;  // entries whose components a change touched, as far as they still hold rows
  std::vector<Component> parted;        // the components that a change touched, as they were
  Groups before;
  bool holding = false;
  std::uint64_t compared = 0;
  std::vector<std::uint32_t> candidates;  // of the entry that is being made

  // ---- reading ----
  ReadRow read(const Row& row) {
    ReadRow read = reader.read(row, false);
    scorer.extend(*model, with_names(entries));
    sketches.extend(entries, scorer.established(), read.entry, read.more);
    return read;
  }
  [[nodiscard]] Code own_id(std::uint32_t entry) const { return entries.own_id(entries.all[entry]); }
  [[nodiscard]] std::uint64_t own_id_key(std::uint32_t entry) const {
    return (static_cast<std::uint64_t>(entries.all[entry].source) << 32) | own_id(entry);
  }
  std::uint32_t keep_more(const MoreFields& more) {
    if (more == MoreFields{}) return 0;
    if (free_more.empty()) {
      entries.more.push_back(more);
      return static_cast<std::uint32_t>(entries.more.size() - 1);
    }
    const std::uint32_t at = free_more.back();
    free_more.pop_back();
    entries.more[at] = more;
    return at;
  }
  [[nodiscard]] bool precedes(std::uint32_t left, std::uint32_t right) const {
    return std::pair(live[left].content, live[left].alone) < std::pair(live[right].content, live[right].alone);
  }
  Score score(std::uint32_t left, std::uint32_t right) {
    const Entry& a = entries.all[left];
    const Entry& b = entries.all[right];
    return scorer.score(a, b, comparer.compare(a, b));
  }
  [[nodiscard]] bool ordinary(std::uint32_t entry) const { return !entries.all[entry].attach_only; }
  [[nodiscard]] bool is_there(std::uint32_t row) const { return row < entry_of.size() && entry_of[row] != none; }

  // ---- rows and entries ----
  // A component is about to change: what it was is noted, and it will be clustered again.
  void touch(std::uint32_t entry) {
    if (live[entry].touched || !ordinary(entry)) return;
    const std::uint32_t component = live[entry].component;
    std::vector<std::uint32_t> members = {entry};
    if (component != none) {
      parted.push_back(std::exchange(components[component], {}));
      members = parted.back().members;
      free_components.push_back(component);
    }
    for (const std::uint32_t member : members) {
      live[member].touched = true;
      live[member].component = none;
      affected.push_back(member);
    }
    if (!holding) add_groups(members, before);
  }

  void place(std::uint32_t row, const ReadRow& read) {
    const std::uint64_t content = content_hash(read.entry, read.more, entries.strings);
    const std::uint64_t own = name_of[row] != 0 ? name_of[row] : row + 1ULL;
    const std::uint64_t alone = said.contains(row) ? own : 0;
    const auto [found, fresh] = entry_with.try_emplace(mark_of(content, alone), none);
    if (fresh) found->second = make_entry(read, content, alone);
    const std::uint32_t at = found->second;
    touch(at);
    auto& rows = live[at].rows;
    rows.insert(std::lower_bound(rows.begin(), rows.end(), row), row);
    entry_of[row] = at;
    if (rows.size() == 2 && own_id(at) == 0) {
      const Score self = score(at, at);
      live[at].together = !self.apart && self.weight >= scorer.threshold();
    }
  }

  ReadRow unplace(std::uint32_t row) {
    const std::uint32_t at = std::exchange(entry_of[row], none);
    touch(at);
    const ReadRow read{entries.all[at], entries.more_of(entries.all[at])};
    auto& rows = live[at].rows;
    rows.erase(std::lower_bound(rows.begin(), rows.end(), row));
    if (rows.empty()) {
      drop_entry(at);
    } else if (rows.size() == 1) {
      live[at].together = true;
    }
    return read;
  }

  // Each key of the entry once.
  [[nodiscard]] EntryKeys keys_of(const Entry& entry) const {
    EntryKeys found;
    for (const Rule rule : every_rule) {
      const RuleKeys of_rule = keys.of(rule, entry);
      if (of_rule[0] != 0) found.add(of_rule[0]);
      if (of_rule[1] != 0 && of_rule[1] != of_rule[0]) found.add(of_rule[1]);
    }
    return found;
  }

  void find_candidates(const EntryKeys& of) {
    candidates.clear();
    for (const std::uint64_t key : of) index.prefetch(key);
    for (const std::uint64_t key : of) index.visit(key, [&](std::uint32_t other) { candidates.push_back(other); });
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  }
  // Of the candidates those that codes and sketches alone do not rule out (pair_filter.hpp).
  void sift_candidates(std::uint32_t at) {
    compared += candidates.size();
    if (candidates.size() < least_sifted) return;
    tile_maker.lay_out(*entry_tile, std::span(&at, 1));
    std::size_t kept = 0;
    for (std::size_t from = 0; from < candidates.size(); from += tile_size) {
      const std::size_t count = std::min(tile_size, candidates.size() - from);
      tile_maker.lay_out(*tile, std::span(candidates).subspan(from, count));
      const Sifted sifted =
          sift(widest_loops(), {*entry_tile, 0, *tile, 0, tile->count}, bounds, {}, 0, may_reach.data());
      for (std::uint32_t k = 0; k < sifted.may_reach; ++k) candidates[kept++] = tile->entry[may_reach[k]];
    }
    candidates.resize(kept);
  }

  std::uint32_t make_entry(const ReadRow& read, std::uint64_t content, std::uint64_t alone) {
    Entry entry = read.entry;
    entry.more = keep_more(read.more);
    std::uint32_t at = static_cast<std::uint32_t>(live.size());
    if (free_entries.empty()) {
      live.emplace_back();
      entries.all.push_back(entry);
    } else {
      at = free_entries.back();
      free_entries.pop_back();
      live[at] = {};
      entries.all[at] = entry;
    }
    live[at].content = content;
    live[at].alone = alone;
    live[at].cluster = at;
    if (entry.attach_only) return at;
    live[at].touched = true;
    affected.push_back(at);
    const EntryKeys of_entry = keys_of(entry);
    find_candidates(of_entry);
    sift_candidates(at);
    for (const std::uint32_t other : candidates) {
      const Score found = precedes(at, other) ? score(at, other) : score(other, at);
      if (found.apart || found.weight < scorer.threshold()) continue;
      touch(other);
      live[at].edges.emplace_back(other, found.weight - scorer.threshold());
      live[other].edges.emplace_back(at, found.weight - scorer.threshold());
    }
    for (const std::uint64_t key : of_entry) index.add(key, at);
    if (own_id(at) != 0) {
      auto& group = of_own_id[own_id_key(at)];
      for (const std::uint32_t other : group) touch(other);
      group.push_back(at);
    }
    return at;
  }

  void drop_entry(std::uint32_t at) {
    Live& gone = live[at];
    entry_with.erase(mark_of(gone.content, gone.alone));
    const Entry& entry = entries.all[at];
    if (!entry.attach_only) {
      for (const std::uint64_t key : keys_of(entry)) index.remove(key, at);
      for (const auto& [other, weight] : gone.edges)
        std::erase_if(live[other].edges, [&](const auto& edge) { return edge.first == at; });
      if (own_id(at) != 0) {
        const auto group = of_own_id.find(own_id_key(at));
        std::erase(group->second, at);
        if (group->second.empty()) of_own_id.erase(group);
      }
    }
    if (entry.more != 0) free_more.push_back(entry.more);
    gone.edges.clear();
    gone.touched = false;
    std::erase(affected, at);
    free_entries.push_back(at);
  }

  // ---- decisions ----
  void forget(std::uint32_t left, std::uint32_t right) {
    const std::pair<std::uint32_t, std::uint32_t> both_ways[] = {{left, right}, {right, left}};
    for (const auto& [one, other] : both_ways) {
      const auto found = said.find(one);
      if (found == said.end()) continue;
      std::erase_if(found->second, [&](const Said& word) { return word.other == other; });
      if (found->second.empty()) said.erase(found);
    }
  }
  // Takes the rows out, changes what is said, and puts them back: whether a row stands alone depends on that.
  template <typename Change>
  void say(std::vector<std::uint32_t> rows, Change&& change) {
    std::vector<ReadRow> held;
    held.reserve(rows.size());
    for (const std::uint32_t row : rows) held.push_back(unplace(row));
    change();
    for (std::size_t i = 0; i < rows.size(); ++i) place(rows[i], held[i]);
  }

  // ---- clustering what a change touched ----
  void settle(Regrouped* regrouped) {
    for (const std::uint32_t entry : affected) live[entry].touched = false;
    std::vector<std::vector<std::uint32_t>> parts = parts_of_affected();
    for (auto& part : parts) cluster(std::move(part));
    if (regrouped != nullptr) {
      Groups after;
      add_groups(affected, after);
      std::sort(before.begin(), before.end());
      std::sort(after.begin(), after.end());
      regrouped->before.clear();
      regrouped->after.clear();
      std::set_difference(before.begin(), before.end(), after.begin(), after.end(),
                          std::back_inserter(regrouped->before));
      std::set_difference(after.begin(), after.end(), before.begin(), before.end(),
                          std::back_inserter(regrouped->after));
    }
    affected.clear();
    parted.clear();
    before.clear();
  }

  // Connected parts of the affected entries: by scored pairs, own ids and people's "same". No connection leads out of
  // them, since both ends of a connection that came or went were touched.
  std::vector<std::vector<std::uint32_t>> parts_of_affected() {
    std::vector<std::vector<std::uint32_t>> parts;
    std::vector<std::uint32_t> open;
    for (const std::uint32_t start : affected) {
      if (live[start].touched) continue;
      std::vector<std::uint32_t>& part = parts.emplace_back();
      const auto reach = [&](std::uint32_t entry) {
        if (live[entry].touched || !ordinary(entry)) return;
        live[entry].touched = true;  // here: reached
        part.push_back(entry);
        open.push_back(entry);
      };
      reach(start);
      while (!open.empty()) {
        const std::uint32_t entry = open.back();
        open.pop_back();
        for (const auto& [other, weight] : live[entry].edges) reach(other);
        if (own_id(entry) != 0) {
          for (const std::uint32_t other : of_own_id.at(own_id_key(entry))) reach(other);
        }
        each_said(entry, [&](std::uint32_t other, bool same) {
          if (same) reach(other);
        });
      }
    }
    for (const std::uint32_t entry : affected) live[entry].touched = false;
    return parts;
  }

  // Entries that people spoke of together with one of this entry's rows. Only a row that stands alone is spoken of.
  template <typename Visit>
  void each_said(std::uint32_t entry, Visit&& visit) const {
    if (live[entry].alone == 0) return;
    const auto found = said.find(live[entry].rows.front());
    if (found == said.end()) return;
    for (const Said& word : found->second) visit(entry_of[word.other], word.same);
  }

  // Takes over what is known of the part's pairs from the components that it was made of.
  void remember(const std::vector<std::uint32_t>& part, const std::unordered_map<std::uint32_t, std::uint32_t>& local,
                Component& into) const {
    for (const std::uint32_t entry : part) into.marks.push_back(mark_of(live[entry].content, live[entry].alone));
    into.weights.assign(part.size() * (part.size() - 1) / 2, Component::unknown);
    std::vector<std::uint32_t> now;
    for (const Component& was : parted) {
      if (was.weights.empty()) continue;
      now.assign(was.members.size(), none);
      for (std::size_t i = 0; i < now.size(); ++i) {
        const auto found = local.find(was.members[i]);
        // An entry's number may be another's since.
        if (found != local.end() && into.marks[found->second] == was.marks[i]) now[i] = found->second;
      }
      for (std::size_t i = 1; i < now.size(); ++i) {
        if (now[i] == none) continue;
        const std::int64_t* const row = &was.weights[Component::place(i, 0)];
        for (std::size_t j = 0; j < i; ++j) {
          if (now[j] != none) into.weights[Component::place(now[i], now[j])] = row[j];
        }
      }
    }
  }

  void cluster(std::vector<std::uint32_t>&& part) {
    if (part.size() == 1) {
      live[part.front()].cluster = part.front();
      return;
    }
    std::sort(part.begin(), part.end(), [&](std::uint32_t a, std::uint32_t b) { return precedes(a, b); });
    std::unordered_map<std::uint32_t, std::uint32_t> local;
    for (std::uint32_t i = 0; i < part.size(); ++i) local.emplace(part[i], i);
    std::vector<Edge> edges;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> same, different;
    for (std::uint32_t i = 0; i < part.size(); ++i) {
      for (const auto& [other, weight] : live[part[i]].edges) {
        const std::uint32_t j = local.at(other);
        if (i < j) edges.push_back({i, j, weight});
      }
      if (own_id(part[i]) != 0) {
        for (const std::uint32_t other : of_own_id.at(own_id_key(part[i]))) {
          if (const std::uint32_t j = local.at(other); i < j) same.emplace_back(i, j);
        }
      }
      each_said(part[i], [&](std::uint32_t other, bool is_same) {
        const auto found = local.find(other);
        if (found != local.end() && i < found->second) (is_same ? same : different).emplace_back(i, found->second);
      });
    }
    std::sort(edges.begin(), edges.end(),
              [](const Edge& a, const Edge& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
    ClusterInput input;
    input.entries = static_cast<std::uint32_t>(part.size());
    input.edges = edges;
    input.same = same;
    input.different = different;
    const auto weigh = [&](std::uint32_t left, std::uint32_t right) {
      const Score found = score(part[left], part[right]);
      return Weighed{found.weight - scorer.threshold(), found.apart};
    };
    Component made_of;
    if (part.size() >= least_remembered) remember(part, local, made_of);
    input.weigh = [&](std::size_t, std::uint32_t left, std::uint32_t right) {
      if (made_of.weights.empty()) return weigh(left, right);
      std::int64_t& known = made_of.weights[Component::place(left, right)];
      if (known == Component::unknown) known = Component::pack(weigh(std::min(left, right), std::max(left, right)));
      return Component::unpack(known);
    };
    input.own_marks = [&](std::uint32_t entry) { return own_marks_of(entries.all[part[entry]]); };
    const Clustered made = make_clusters(input);
    const std::uint32_t component = new_component();
    for (std::uint32_t i = 0; i < part.size(); ++i) {
      live[part[i]].cluster = part[made.cluster[i]];
      live[part[i]].component = component;
    }
    made_of.members = std::move(part);
    components[component] = std::move(made_of);
  }

  std::uint32_t new_component() {
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
  [[nodiscard]] std::vector<std::uint32_t> cluster_of(std::uint32_t entry) const {
    if (live[entry].component == none) return {entry};
    std::vector<std::uint32_t> members;
    for (const std::uint32_t member : components[live[entry].component].members) {
      if (live[member].cluster == live[entry].cluster) members.push_back(member);
    }
    return members;
  }
  // Whether a cluster's rows are one person: not when it is one entry that says too little.
  [[nodiscard]] bool stands(const std::vector<std::uint32_t>& cluster) const {
    return cluster.size() > 1 || live[cluster.front()].together;
  }

  // The ordinary rows of these entries as groups: one a person.
  void add_groups(const std::vector<std::uint32_t>& of, Groups& groups) const {
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
  std::uint32_t attached_to(std::uint32_t at) {
    if (own_id(at) != 0) {
      const auto group = of_own_id.find(own_id_key(at));
      if (group != of_own_id.end()) return group->second.front();
    }
    find_candidates(keys_of(entries.all[at]));
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
        const Score one = score(at, member);
        apart = apart || one.apart;
        sum += one.weight - scorer.threshold();
      }
      const std::int64_t mean = sum / static_cast<std::int64_t>(members.size());
      if (apart || mean <= best) continue;
      best = mean;
      found = companion;
    }
    return found;
  }

  // The ordinary entry that stands for the row's person; none: the row is a person by itself.
  std::uint32_t standing(std::uint32_t row) {
    const std::uint32_t at = entry_of[row];
    const std::uint32_t of = ordinary(at) ? at : attached_to(at);
    return of != none && stands(cluster_of(of)) ? live[of].cluster : none;
  }

  // By row number: the least row of its person.
  std::vector<std::uint32_t> partition() {
    std::vector<std::uint32_t> label(entry_of.size(), none);
    std::unordered_map<std::uint32_t, std::uint32_t> least;
    std::unordered_map<std::uint32_t, std::uint32_t> of_entry;
    for (std::uint32_t row = 0; row < entry_of.size(); ++row) {
      if (entry_of[row] == none) continue;
      const auto [found, fresh] = of_entry.try_emplace(entry_of[row], none);
      if (fresh) found->second = standing(row);
      label[row] = found->second == none ? row : least.try_emplace(found->second, row).first->second;
    }
    return label;
  }
};

Resident::Resident(ModelPtr model) : state_(std::make_unique<State>(std::move(model))) {}
Resident::~Resident() = default;
Resident::Resident(Resident&&) noexcept = default;

StringPool& Resident::strings() {
  return state_->strings;
}

void Resident::reserve(std::size_t rows) {
  state_->live.reserve(rows);
  state_->entries.all.reserve(rows);
  state_->entry_of.reserve(rows);
  state_->name_of.reserve(rows);
  state_->entry_with.reserve(rows);
  state_->index.reserve(rows * 4);
}

std::uint32_t Resident::add(const Row& row, Regrouped* regrouped) {
  State& state = *state_;
  const auto number = static_cast<std::uint32_t>(state.entry_of.size());
  state.entry_of.push_back(none);
  state.name_of.push_back(row.name);
  state.place(number, state.read(row));
  if (!state.holding) state.settle(regrouped);
  return number;
}

void Resident::correct(std::uint32_t row, const Row& now, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(state.is_there(row));
  (void)state.unplace(row);
  state.place(row, state.read(now));
  if (!state.holding) state.settle(regrouped);
}

void Resident::withdraw(std::uint32_t row, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(state.is_there(row));
  std::vector<std::uint32_t> partners;
  if (const auto found = state.said.find(row); found != state.said.end()) {
    for (const Said& word : found->second) partners.push_back(word.other);
  }
  (void)state.unplace(row);
  state.say(partners, [&] {
    for (const std::uint32_t partner : partners) state.forget(row, partner);
  });
  if (!state.holding) state.settle(regrouped);
}

void Resident::decide(std::uint32_t left, std::uint32_t right, bool same, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(left != right && state.is_there(left) && state.is_there(right));
  state.say({left, right}, [&] {
    state.forget(left, right);
    state.said[left].push_back({right, same});
    state.said[right].push_back({left, same});
  });
  if (!state.holding) state.settle(regrouped);
}

void Resident::take_back(std::uint32_t left, std::uint32_t right, Regrouped* regrouped) {
  State& state = *state_;
  CHECK(left != right && state.is_there(left) && state.is_there(right));
  state.say({left, right}, [&] { state.forget(left, right); });
  if (!state.holding) state.settle(regrouped);
}

void Resident::hold() {
  state_->holding = true;
}

void Resident::settle(Regrouped* regrouped) {
  state_->holding = false;
  state_->settle(regrouped);
}

std::vector<std::uint32_t> Resident::person_of(std::uint32_t row) const {
  State& state = *state_;
  CHECK(state.is_there(row));
  const std::uint32_t label = state.standing(row);
  if (label == none) return {row};
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t member : state.cluster_of(label))
    rows.insert(rows.end(), state.live[member].rows.begin(), state.live[member].rows.end());
  if (!state.ordinary(state.entry_of[row])) rows.push_back(row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::uint32_t> Resident::partition() const {
  return state_->partition();
}
std::uint64_t Resident::pairs_compared() const {
  return state_->compared;
}

std::uint64_t Resident::bytes() const {
  const State& state = *state_;
  return state.index.bytes() + state.sketches.of.capacity() * (sizeof(Sketch) + 4) +
         state.live.capacity() * sizeof(Live) + state.entries.all.capacity() * sizeof(Entry) +
         state.entries.more.capacity() * sizeof(MoreFields) + state.entries.names.capacity() * sizeof(NameFacts) +
         state.entry_with.size() * 48 + state.entry_of.capacity() * 12;
}

}  // namespace wider::linkage
