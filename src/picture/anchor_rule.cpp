// Patterns 2 and 3: several children tied to one anchor within a window. State for each node: the children tied to it,
// the adults and things linked to it, and the days of all records that name it (its degree, which raises the bar).
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <unordered_map>
#include <utility>

#include "picture/naming.hpp"
#include "picture/rules.hpp"

namespace wider::picture {

namespace {

struct Tie {
  std::int32_t day;
  PersonId child;
  RecordIndex record;
};
struct Link {
  NodeId other;
  std::int32_t day;
  RecordIndex record;
  bool lasting;
};
struct NodeState {
  NodeId node;
  AnchorKind kind = AnchorKind::person;
  double per_record = -1;            // by chance; looked up when first needed
  std::vector<Tie> ties;             // by day
  std::vector<std::int32_t> events;  // days of the records that name it, in order
  std::vector<Link> links;           // to what a second hop may go through
  std::vector<Link> linked_from;     // whose links lead here: a new tie here is news there
  std::vector<std::uint32_t> hits;   // positions of its hits
};

template <typename T, typename Day>
void insert_by_day(std::vector<T>& list, T item, Day day) {
  auto at = list.end();
  while (at != list.begin() && day(*(at - 1)) > day(item)) --at;
  list.insert(at, item);
}

class AnchorRule final : public RuleState {
 public:
  AnchorRule(const Facts& facts, PatternPtr pattern, bool no_single_agency)
      : facts_(facts), scene_(facts.scene()), pattern_(std::move(pattern)), no_single_agency_(no_single_agency) {
    slot_.assign(scene_.holdings.mentions().size() + scene_.things.count(), UINT32_MAX);
  }

  void observe(RecordIndex index) override {
    const RecordRow& record = scene_.holdings.at(index);
    if (!record.day().valid()) return;
    day_ = record.day().days;
    touched_.clear();
    name_under(facts_, *pattern_, index, named_);
    for (const NodeId node : named_.anchors) {
      insert_by_day(state_of(node).events, day_, [](std::int32_t d) { return d; });
    }
    if (pattern_->records.has(record.kind)) take_ties(index);
    if (pattern_->hops > 1 && pattern_->links.has(record.kind)) take_links(index, pattern_->lasting.has(record.kind));
    for (const auto& [node, day] : touched_) {
      day_ = day;
      evaluate(node, index);
    }
  }

  [[nodiscard]] const std::vector<Hit>& hits() const override { return hits_; }

 private:
  // ---- what the record names ----
  template <typename T>
  static void unique(std::vector<T>& list) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }

  NodeState& state_of(NodeId node) {
    std::uint32_t& slot = slot_[node.value];
    if (slot == UINT32_MAX) {
      slot = static_cast<std::uint32_t>(states_.size());
      states_.emplace_back();
      states_.back().node = node;
      states_.back().kind = kind_of(scene_, node);
    }
    return states_[slot];
  }

  [[nodiscard]] bool no_tie(PersonId child, NodeId anchor) const { return is_own(facts_, *pattern_, child, anchor); }

  // The anchor has something new round that day.
  void touch(NodeId node, std::int32_t day) {
    if (pattern_->anchors.has(kind_of(scene_, node))) touched_.emplace_back(node, day);
  }

  void take_ties(RecordIndex index) {
    for (const NodeId node : named_.anchors) {
      bool any = false;
      NodeState& state = state_of(node);
      for (const PersonId child : named_.children) {
        if (no_tie(child, node)) continue;
        insert_by_day(state.ties, Tie{day_, child, index}, [](const Tie& tie) { return tie.day; });
        any = true;
      }
      if (!any) continue;
      touch(node, day_);
      if (pattern_->hops < 2 || !pattern_->through.has(state.kind) ||
          events_within(state, day_) > pattern_->controls.hub_limit)
        continue;
      for (const Link& from : state.linked_from) {
        if (makes_path(from, day_)) touch(from.other, day_);
      }
    }
    unique(touched_);
  }

  void take_links(RecordIndex index, bool lasting) {
    for (const NodeId a : named_.anchors) {
      for (const NodeId b : named_.anchors) {
        if (a == b || !pattern_->through.has(kind_of(scene_, b))) continue;
        state_of(a).links.push_back({b, day_, index, lasting});
        NodeState& via = state_of(b);
        const Link& from = via.linked_from.emplace_back(Link{a, day_, index, lasting});
        for (const Tie& tie : via.ties) {
          const std::int32_t day = lasting ? tie.day : day_;
          const bool is_news = tie.record != index && makes_path(from, tie.day);
          if (is_news && events_within(via, day) <= pattern_->controls.hub_limit) touch(a, day);
        }
      }
    }
    unique(touched_);
  }

  // What is lasting counts for ties of any later day, and a little before, because it is recorded late; what is not,
  // for ties near its own.
  [[nodiscard]] bool makes_path(const Link& link, std::int32_t tie_day) const {
    return link.lasting ? link.day < tie_day + window() : std::abs(link.day - tie_day) < window();
  }

  // ---- evaluation ----
  [[nodiscard]] std::int32_t window() const { return pattern_->window_days; }

  // Records naming the node in the year round a day: whether it is a hub.
  [[nodiscard]] std::uint32_t events_between(const NodeState& state, std::int32_t first, std::int32_t last) const {
    const auto from = std::lower_bound(state.events.begin(), state.events.end(), first);
    const auto to = std::upper_bound(state.events.begin(), state.events.end(), last);
    return static_cast<std::uint32_t>(to - from);
  }
  [[nodiscard]] std::uint32_t events_within(const NodeState& state, std::int32_t day) const {
    return events_between(state, day - window() + 1, day);
  }

  // How many unrelated children chance would bring to the node in those days. How busy it is, the records say that tie
  // no child to it: the children themselves, and how often each was there, have no part in it.
  ByChance expected_between(NodeState& state, std::int32_t first, std::int32_t last) {
    const auto before = [](const Tie& tie, std::int32_t day) { return tie.day < day; };
    std::uint32_t tying = 0;
    RecordIndex record;
    auto at = std::lower_bound(state.ties.begin(), state.ties.end(), first, before);
    for (; at != state.ties.end() && at->day <= last; ++at) {
      if (at->record != record) ++tying;
      record = at->record;
    }
    return by_chance(per_record(state), events_between(state, first, last) - tying);
  }

  double per_record(NodeState& state) const {
    if (state.per_record < 0) state.per_record = chance_per_record(facts_, *pattern_, state.node);
    return state.per_record;
  }

  void add_paths(const NodeState& from, const Link* link, NodeId anchor) {
    auto at = std::lower_bound(from.ties.begin(), from.ties.end(), day_ - window() + 1,
                               [](const Tie& tie, std::int32_t day) { return tie.day < day; });
    for (; at != from.ties.end() && at->day < day_ + window(); ++at) {
      Path path{at->child, at->record, RecordIndex(), NodeId(), at->day, at->day};
      if (link != nullptr) {
        // Where one record names all three, the tie of one hop is there already.
        if (link->record == at->record || !makes_path(*link, at->day) || no_tie(at->child, anchor)) continue;
        path.second = link->record;
        path.via = link->other;
        if (!link->lasting) {
          path.low = std::min(path.low, link->day);
          path.high = std::max(path.high, link->day);
        }
      }
      paths_.push_back(path);
    }
  }

  void evaluate(NodeId anchor, RecordIndex met_by) {
    NodeState& state = state_of(anchor);
    paths_.clear();
    const bool hub = events_within(state, day_) > pattern_->controls.hub_limit;
    add_paths(state, nullptr, anchor);
    const std::size_t direct = paths_.size();
    if (pattern_->hops > 1 && !hub) {
      for (const Link& link : state.links) {
        if (!link.lasting && (link.day <= day_ - window() || link.day >= day_ + window())) continue;
        const NodeState& via = state_of(link.other);
        if (!via.ties.empty() && events_within(via, day_) <= pattern_->controls.hub_limit)
          add_paths(via, &link, anchor);
      }
    }
    if (distinct_children(paths_) < pattern_->minimum_children) return;
    ends_.clear();
    for (const Path& path : paths_) {
      if (path.high >= day_ && path.high < day_ + window()) ends_.push_back(path.high);
    }
    ends_.push_back(day_);
    unique(ends_);
    for (const std::int32_t end : ends_) {
      if (evaluate_window(state, end, direct, met_by)) break;
    }
  }

  std::uint32_t distinct_children(const std::vector<Path>& paths) {
    children_.clear();
    for (const Path& path : paths) children_.push_back(path.child);
    unique(children_);
    return static_cast<std::uint32_t>(children_.size());
  }

  // Direct ties alone first (the tightest), then with second hops, each with the degree it takes in.
  bool evaluate_window(NodeState& state, std::int32_t end, std::size_t direct, RecordIndex met_by) {
    const std::int32_t start = end - window() + 1;
    for (const bool second_hop : {false, true}) {
      if (second_hop && direct == paths_.size()) break;
      std::vector<Path> within;
      std::vector<NodeId> via;
      for (std::size_t i = 0; i < (second_hop ? paths_.size() : direct); ++i) {
        if (paths_[i].low < start || paths_[i].high > end) continue;
        within.push_back(paths_[i]);
        if (paths_[i].via.valid()) via.push_back(paths_[i].via);
      }
      if (second_hop && via.empty()) break;
      unique(via);
      const std::uint32_t children = distinct_children(within);
      if (children < pattern_->minimum_children) continue;
      ByChance chance = expected_between(state, start, end);
      for (const NodeId node : via) chance += expected_between(state_of(node), start, end);
      // What cannot stand, however the children's households come out, is left before they are looked at.
      if (chance.mean >= children) continue;
      const std::uint32_t bar = needed(chance, pattern_->chance.bar, pattern_->minimum_children);
      if (children < bar) continue;
      const Tied tied = tied_by(facts_, *pattern_, within);
      if (!is_met(*pattern_, tied, bar, no_single_agency_)) continue;
      stand(state, within, tied, bar, chance, met_by);
      return true;
    }
    return false;
  }

  void stand(NodeState& state, const std::vector<Path>& within, const Tied& tied, std::uint32_t bar,
             const ByChance& chance, RecordIndex met_by) {
    std::int32_t first = INT32_MAX;
    std::int32_t last = INT32_MIN;
    for (const Path& path : within) {
      first = std::min(first, path.low);
      last = std::max(last, path.high);
    }
    if (Hit* near = hit_near(hits_, state.hits, first, last, window())) {
      add_to(*near, within, tied, last);
      return;
    }
    Hit hit;
    hit.pattern = pattern_;
    hit.anchor = state.node;
    hit.met_by = met_by;
    hit.first = Date{first};
    hit.last = Date{last};
    hit.needed = bar;
    hit.households = tied.households;
    hit.expected = chance_of(chance, bar);
    const Proof proof = least_proof(facts_, *pattern_, within, bar, no_single_agency_);
    hit.proof = proof.records;
    for (const Path& path : proof.paths) {
      hit.children.push_back(path.child);
      if (path.via.valid()) hit.via.push_back(path.via);
    }
    unique(hit.children);
    unique(hit.via);
    add_to(hit, within, tied, last);
    state.hits.push_back(static_cast<std::uint32_t>(hits_.size()));
    hits_.push_back(std::move(hit));
  }

  static void add_to(Hit& hit, const std::vector<Path>& within, const Tied& tied, std::int32_t last) {
    hit.last = std::max(hit.last, Date{last});
    for (const PersonId child : tied.children) {
      if (!std::binary_search(hit.children.begin(), hit.children.end(), child)) hit.more_children.push_back(child);
    }
    unique(hit.more_children);
    for (const Path& path : within) {
      for (const RecordIndex record : {path.first, path.second}) {
        if (record.valid() && !std::binary_search(hit.proof.begin(), hit.proof.end(), record))
          hit.also.push_back(record);
      }
    }
    unique(hit.also);
  }

  const Facts& facts_;
  const Scene scene_;
  PatternPtr pattern_;
  bool no_single_agency_;
  std::vector<std::uint32_t> slot_;  // by node
  std::deque<NodeState> states_;     // references stay good
  std::vector<Hit> hits_;

  // Of the record that is being observed.
  std::int32_t day_ = 0;
  Named named_;
  std::vector<std::pair<NodeId, std::int32_t>> touched_;
  std::vector<Path> paths_;
  std::vector<std::int32_t> ends_;
  std::vector<PersonId> children_;  // scratch
};

}  // namespace

std::unique_ptr<RuleState> make_anchor_rule(const Facts& facts, PatternPtr pattern, bool no_single_agency) {
  return std::make_unique<AnchorRule>(facts, std::move(pattern), no_single_agency);
}

}  // namespace wider::picture
