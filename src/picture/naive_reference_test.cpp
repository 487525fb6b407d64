// The naive reference (naive_reference.hpp), and that it says of small scenes what a reader would say.
#include "picture/naive_reference.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "picture/naming.hpp"
#include "picture/scene_builder.hpp"

namespace wider::picture {

namespace {

using Records = std::vector<RecordIndex>;

bool usable(const Facts& facts, RecordIndex index) {
  const RecordRow& record = facts.scene().holdings.at(index);
  return facts.view().admits(record) && record.day().valid();
}

// What lies within a window of an earlier hit of the anchor adds to it: the latest of them.
void add(NaiveHit hit, std::int32_t window, std::vector<NaiveHit>& hits) {
  const auto near = std::find_if(hits.rbegin(), hits.rend(), [&](const NaiveHit& other) {
    return other.anchor == hit.anchor && hit.first - other.last < window && other.first - hit.last < window;
  });
  if (near == hits.rend()) {
    hits.push_back(std::move(hit));
    return;
  }
  near->last = std::max(near->last, hit.last);
  near->children.merge(hit.children);
}

// ---- patterns 2 and 3 ----

struct Path {
  PersonId child;
  RecordIndex tie;   // names the child
  RecordIndex link;  // names the anchor, where the tie does not
  NodeId via;
  std::int32_t low = 0;
  std::int32_t high = 0;
};
using Paths = std::vector<Path>;

struct Named {
  std::set<PersonId> children;
  std::set<NodeId> anchors;
};

class Anchors {
 public:
  Anchors(const Facts& facts, const Pattern& pattern, bool no_single_agency)
      : facts_(facts), scene_(facts.scene()), pattern_(pattern), no_single_agency_(no_single_agency) {
    for (std::uint32_t r = 0; r < scene_.holdings.records().size(); ++r) {
      if (usable(facts, RecordIndex(r))) name(RecordIndex(r));
    }
    for (const PersonId person : scene_.people.all()) live(person);
  }

  // One record after another: an anchor to which a record makes new paths is looked at round the day of each.
  std::vector<NaiveHit> hits() const {
    std::vector<NaiveHit> hits;
    Records so_far;
    for (const auto& [record, ignored] : named_) {
      so_far.push_back(record);
      std::set<NodeId> anchors;
      for (const RecordIndex one : so_far) anchors.insert(named_.at(one).anchors.begin(), named_.at(one).anchors.end());
      for (const NodeId anchor : anchors) {
        if (!pattern_.anchors.has(kind_of(scene_, anchor))) continue;
        // A child that cannot be tied to this anchor makes one look as well: it is seen only then that it cannot.
        std::set<std::int32_t> days;
        for (const Path& path : paths_to(anchor, so_far, false)) {
          if (path.tie != record && path.link != record) continue;
          const std::int32_t round = day_of_news(path, record);
          if (!path.via.valid() || !is_hub(path.via, round, so_far)) days.insert(round);
        }
        const Paths paths = paths_to(anchor, so_far);
        for (const std::int32_t day : days) look(anchor, day, paths, so_far, hits);
      }
    }
    std::stable_sort(hits.begin(), hits.end(), [](const NaiveHit& a, const NaiveHit& b) {
      return std::pair(a.met_by, a.anchor) < std::pair(b.met_by, b.anchor);
    });
    return hits;
  }

  bool meets(NodeId anchor, const std::vector<NodeId>& via, const Records& records, std::uint32_t needed) const {
    Paths paths = paths_to(anchor, records);
    std::erase_if(paths,
                  [&](const Path& path) { return path.via.valid() && std::ranges::find(via, path.via) == via.end(); });
    return std::ranges::any_of(paths, [&](const Path& last) {
      const Paths within = in_window(paths, last.high, true);
      return households(within) >= needed && enough_otherwise(within);
    });
  }

 private:
  const RecordRow& at(RecordIndex record) const { return scene_.holdings.at(record); }
  std::int32_t day(RecordIndex record) const { return at(record).day().days; }
  std::int32_t window() const { return pattern_.window_days; }

  void name(RecordIndex index) {
    Named& named = named_[index];
    const RecordRow& record = at(index);
    const bool missing = pattern_.rule == Rule::missing_same_end;
    const std::set<Role> ends{Role::found_with, Role::driver, Role::associate, Role::suspect};
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      const Role role = scene_.holdings.mentions()[m].role;
      const PersonId person = scene_.people.of(MentionIndex(m));
      if (pattern_.controls.duty_roles.has(role)) continue;
      if (facts_.is_child(person, record.day())) {
        named.children.insert(person);
      } else if (!missing || ends.contains(role)) {
        named.anchors.insert(node_of(person));
      }
    }
    for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
      const ThingRole role = scene_.holdings.things()[t].role;
      const bool is_end = role == ThingRole::found_at || role == ThingRole::used;
      if (role == ThingRole::home || role == ThingRole::school) continue;
      if (missing && record.kind == RecordKind::missing && !is_end) continue;
      const EntityId entity = scene_.things.of(ThingIndex(t));
      if (entity.valid()) named.anchors.insert(node_of(scene_, entity));
    }
  }

  // Where a person lives, from when to when, and whose child they are (the tests' worlds give no surnames).
  void live(PersonId person) {
    for (const MentionIndex m : scene_.people.mentions_of(person)) {
      const MentionRow& mention = scene_.holdings.at(m);
      const RecordRow& record = at(mention.record);
      if (!facts_.view().admits(record)) continue;
      std::vector<EntityId> told{scene_.things.home_of(m)};
      for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
        const bool home = scene_.holdings.things()[t].role == ThingRole::home && mention.role == Role::subject;
        if (home) told.push_back(scene_.things.of(ThingIndex(t)));
      }
      for (const EntityId place : told) {
        if (!place.valid()) continue;
        const std::int32_t when = record.day().days;
        auto& [first, last] = homes_[person].try_emplace(place, when, when).first->second;
        first = std::min(first, when);
        last = std::max(last, when);
      }
      if (mention.role == Role::parent) parents_[person].insert(person);
      if (mention.role != Role::subject) continue;
      for (std::uint32_t o = record.first_mention; o < record.first_mention + record.mention_count; ++o) {
        if (scene_.holdings.mentions()[o].role == Role::parent)
          parents_[person].insert(scene_.people.of(MentionIndex(o)));
      }
    }
  }

  bool one_household(PersonId a, PersonId b, std::int32_t slack) const {
    static const std::map<EntityId, std::pair<std::int32_t, std::int32_t>> nowhere;
    static const std::set<PersonId> nobody;
    const auto homes = [&](PersonId p) -> const auto& { return homes_.contains(p) ? homes_.at(p) : nowhere; };
    const auto parents = [&](PersonId p) -> const auto& { return parents_.contains(p) ? parents_.at(p) : nobody; };
    for (const auto& [place, of_a] : homes(a)) {
      const auto found = homes(b).find(place);
      if (found == homes(b).end()) continue;
      if (of_a.first - slack <= found->second.second && found->second.first - slack <= of_a.second) return true;
    }
    return std::ranges::any_of(parents(a), [&](PersonId parent) { return parents(b).contains(parent); });
  }
  // Not known to go to different schools.
  bool one_school(PersonId a, PersonId b) const {
    const auto of_b = facts_.schools_of(b);
    if (facts_.schools_of(a).empty() || of_b.empty()) return true;
    return std::ranges::any_of(facts_.schools_of(a),
                               [&](EntityId school) { return std::ranges::find(of_b, school) != of_b.end(); });
  }
  bool named_in_one_event(const Paths& paths, PersonId a, PersonId b) const {
    for (const Path& left : paths) {
      if (left.child != a || !pattern_.controls.shared_events.has(at(left.tie).kind)) continue;
      if (std::ranges::any_of(paths, [&](const Path& right) { return right.child == b && right.tie == left.tie; }))
        return true;
    }
    return false;
  }

  // Those of one household, and schoolmates whom one shared event names, count once; so do those joined by a third.
  std::uint32_t households(const Paths& paths) const {
    const Controls& controls = pattern_.controls;
    const auto count_once = [&](PersonId a, PersonId b) {
      if (controls.household_counts_once &&
          one_household(a, b, static_cast<std::int32_t>(controls.household_slack_days)))
        return true;
      return (controls.shared_events_any_school || one_school(a, b)) && named_in_one_event(paths, a, b);
    };
    std::set<PersonId> left;
    for (const Path& path : paths) left.insert(path.child);
    std::uint32_t count = 0;
    for (; !left.empty(); ++count) {
      std::vector<PersonId> open{*left.begin()};
      left.erase(left.begin());
      while (!open.empty()) {
        const PersonId one = open.back();
        open.pop_back();
        const std::set<PersonId> others = left;
        for (const PersonId other : others) {
          if (!count_once(one, other)) continue;
          open.push_back(other);
          left.erase(other);
        }
      }
    }
    return count;
  }

  bool is_tied(PersonId child, NodeId anchor) const {
    if (is_person(scene_, anchor)) {
      const PersonId other = person_of(anchor);
      return other != child && !(pattern_.controls.household_counts_once && one_household(child, other, 365));
    }
    const bool home = kind_of(scene_, anchor) == AnchorKind::place && homes_.contains(child) &&
                      homes_.at(child).contains(entity_of(scene_, anchor));
    return !(pattern_.controls.own_home_is_no_tie && home);
  }

  Paths paths_to(NodeId anchor, const Records& records, bool controlled = true) const {
    Paths paths;
    for (const RecordIndex tie : records) {
      if (!pattern_.records.has(at(tie).kind)) continue;
      for (const PersonId child : named_.at(tie).children) {
        const bool may_tie = is_tied(child, anchor);
        if (controlled && !may_tie) continue;
        if (may_tie && named_.at(tie).anchors.contains(anchor))
          paths.push_back({child, tie, RecordIndex(), NodeId(), day(tie), day(tie)});
        if (pattern_.hops < 2) continue;
        for (const NodeId via : named_.at(tie).anchors) {
          if (via == anchor || !pattern_.through.has(kind_of(scene_, via)) || !is_tied(child, via)) continue;
          for (const RecordIndex link : records) add_second_hop(anchor, child, tie, via, link, paths);
        }
      }
    }
    return paths;
  }
  void add_second_hop(NodeId anchor, PersonId child, RecordIndex tie, NodeId via, RecordIndex link,
                      Paths& paths) const {
    const Named& named = named_.at(link);
    if (link == tie || !pattern_.links.has(at(link).kind)) return;
    if (!named.anchors.contains(anchor) || !named.anchors.contains(via)) return;
    if (pattern_.lasting.has(at(link).kind)) {
      // In force from its day on; a little before too, because it is recorded late.
      if (day(link) < day(tie) + window()) paths.push_back({child, tie, link, via, day(tie), day(tie)});
    } else if (std::abs(day(link) - day(tie)) < window()) {
      paths.push_back({child, tie, link, via, std::min(day(tie), day(link)), std::max(day(tie), day(link))});
    }
  }
  // The day round which a new path makes one look: of the tie, or of a link that is new itself.
  std::int32_t day_of_news(const Path& path, RecordIndex news) const {
    const bool lasting = path.link.valid() && pattern_.lasting.has(at(path.link).kind);
    return path.link == news && !lasting ? day(path.link) : day(path.tie);
  }

  std::uint32_t degree(NodeId node, std::int32_t first, std::int32_t last, const Records& records) const {
    return static_cast<std::uint32_t>(std::ranges::count_if(records, [&](RecordIndex record) {
      return day(record) >= first && day(record) <= last && named_.at(record).anchors.contains(node);
    }));
  }
  // How busy a node is, the records say that name it and tie no child to it.
  std::uint32_t busy_without_ties(NodeId node, std::int32_t first, std::int32_t last, const Records& records) const {
    return static_cast<std::uint32_t>(std::ranges::count_if(records, [&](RecordIndex record) {
      if (day(record) < first || day(record) > last || !named_.at(record).anchors.contains(node)) return false;
      return !pattern_.records.has(at(record).kind) ||
             std::ranges::none_of(named_.at(record).children, [&](PersonId child) { return is_tied(child, node); });
    }));
  }

  Paths in_window(const Paths& paths, std::int32_t end, bool second_hop) const {
    Paths within;
    for (const Path& path : paths) {
      if (path.high <= end && path.low > end - window() && (second_hop || !path.via.valid())) within.push_back(path);
    }
    return within;
  }
  // What a pattern asks for beside households: episodes, and that no single agency holds all.
  bool enough_otherwise(const Paths& paths) const {
    std::map<PersonId, std::set<std::int32_t>> days;
    std::map<PersonId, std::set<Agency>> alone;
    for (const Path& path : paths) {
      days[path.child].insert(path.low);
      alone.try_emplace(path.child);
      const Agency agency = at(path.tie).agency;
      if (!path.link.valid() || at(path.link).agency == agency) alone[path.child].insert(agency);
    }
    if (pattern_.rule == Rule::missing_same_end) {
      std::uint32_t episodes = 0;  // two agencies may date one episode some days apart
      for (const auto& [child, told] : days) {
        for (auto one = told.begin(); one != told.end(); ++one) {
          if (one == told.begin() || *one - *std::prev(one) > 2) ++episodes;
        }
      }
      if (episodes < pattern_.minimum_episodes) return false;
    }
    if (!no_single_agency_ || !pattern_.no_single_agency) return true;
    for (std::size_t a = 0; a < agency_count; ++a) {
      const auto agency = static_cast<Agency>(a);
      if (std::ranges::all_of(alone, [&](const auto& held) { return held.second.contains(agency); })) return false;
    }
    return true;
  }

  // A hub passes no second hop on. It is one by the records of the window that ends on the day round which one looks.
  bool is_hub(NodeId node, std::int32_t round, const Records& so_far) const {
    return degree(node, round - window() + 1, round, so_far) > pattern_.controls.hub_limit;
  }
  void look(NodeId anchor, std::int32_t round, const Paths& all, const Records& so_far,
            std::vector<NaiveHit>& hits) const {
    Paths paths;
    std::set<std::int32_t> ends{round};
    for (const Path& path : all) {
      if (path.via.valid() && (is_hub(anchor, round, so_far) || is_hub(path.via, round, so_far))) continue;
      paths.push_back(path);
      if (path.high >= round && path.high < round + window()) ends.insert(path.high);
    }
    for (const std::int32_t end : ends) {
      for (const bool second_hop : {false, true}) {
        const Paths within = in_window(paths, end, second_hop);
        std::set<NodeId> nodes{anchor};
        for (const Path& path : within) {
          if (path.via.valid()) nodes.insert(path.via);
        }
        ByChance chance;
        for (const NodeId node : nodes) {
          chance += by_chance(chance_per_record(facts_, pattern_, node),
                              busy_without_ties(node, end - window() + 1, end, so_far));
        }
        const std::uint32_t bar = needed(chance, pattern_.chance.bar, pattern_.minimum_children);
        const std::uint32_t there = households(within);
        if (there < bar || !enough_otherwise(within)) continue;
        stand(anchor, within, bar, there, so_far.back(), hits);
        return;
      }
    }
  }
  void stand(NodeId anchor, const Paths& within, std::uint32_t bar, std::uint32_t there, RecordIndex met_by,
             std::vector<NaiveHit>& hits) const {
    NaiveHit hit{anchor, met_by, INT32_MAX, INT32_MIN, bar, there, {}};
    for (const Path& path : within) {
      hit.first = std::min(hit.first, path.low);
      hit.last = std::max(hit.last, path.high);
      hit.children.insert(path.child);
    }
    add(std::move(hit), window(), hits);
  }

  const Facts& facts_;
  const Scene scene_;
  const Pattern& pattern_;
  bool no_single_agency_;
  std::map<RecordIndex, Named> named_;
  std::map<PersonId, std::map<EntityId, std::pair<std::int32_t, std::int32_t>>> homes_;
  std::map<PersonId, std::set<PersonId>> parents_;
};

// ---- pattern 1 ----

// One referral, however often it was told.
struct Referral {
  std::int32_t day = 0;
  std::int32_t closed = 0;
  std::uint8_t from = 255;
  bool unhelped = true;
  RecordIndex record;
};

class Referrals {
 public:
  Referrals(const Facts& facts, const Pattern& pattern) : facts_(facts), scene_(facts.scene()), pattern_(pattern) {}

  std::vector<NaiveHit> hits() const {
    std::vector<NaiveHit> hits;
    Records so_far;
    for (std::uint32_t r = 0; r < scene_.holdings.records().size(); ++r) {
      const RecordRow& record = scene_.holdings.at(RecordIndex(r));
      if (!usable(facts_, RecordIndex(r)) || record.kind != RecordKind::referral) continue;
      so_far.emplace_back(r);
      if (record.outcome != Outcome::no_further_action) continue;
      for (const PersonId child : children_of(RecordIndex(r))) {
        const auto told = referrals_of(child, so_far);
        // A copy that says nothing new is no news.
        Records before = so_far;
        before.pop_back();
        const auto known = referrals_of(child, before);
        if (std::ranges::equal(told, known, {}, &Referral::from, &Referral::from)) continue;
        look(child, record.day().days, told, RecordIndex(r), hits);
      }
    }
    return hits;
  }

  bool meets(PersonId child, const Records& records) const {
    const auto told = referrals_of(child, records);
    return std::ranges::any_of(told, [&](const Referral& first) { return !window_met(told, first.day).empty(); });
  }

 private:
  std::set<PersonId> children_of(RecordIndex index) const {
    std::set<PersonId> children;
    const RecordRow& record = scene_.holdings.at(index);
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      const PersonId person = scene_.people.of(MentionIndex(m));
      if (scene_.holdings.mentions()[m].role == Role::subject && facts_.is_child(person, record.day()))
        children.insert(person);
    }
    return children;
  }

  // By day, then as received. A referral without a source is a copy of the first one of its day, if there is one.
  std::vector<Referral> referrals_of(PersonId child, const Records& records) const {
    std::vector<Referral> told;
    for (const RecordIndex index : records) {
      const RecordRow& record = scene_.holdings.at(index);
      const bool helped = record.outcome == Outcome::assessment || record.outcome == Outcome::plan ||
                          record.outcome == Outcome::charged || record.outcome == Outcome::convicted;
      const bool closed = record.outcome == Outcome::no_further_action;
      const std::optional<Date>& at = facts_.view().as_known_at;
      const bool open_still = at && record.outcome_date.valid() && record.outcome_date > *at;
      if ((!helped && !closed) || open_still || !children_of(index).contains(child)) continue;
      const std::int32_t day = record.day().days;
      const std::int32_t end = record.outcome_date.valid() ? std::max(record.outcome_date.days, day) : day;
      const auto same = std::ranges::find_if(told, [&](const Referral& other) {
        return other.day == day &&
               (other.from == record.source_agency || other.from == 255 || record.source_agency == 255);
      });
      if (same == told.end()) {
        told.push_back({day, end, record.source_agency, closed, index});
      } else {
        // The telling that names its source stands for both.
        if (same->from == 255 && record.source_agency != 255)
          *same = {day, end, record.source_agency, same->unhelped, index};
        same->unhelped = same->unhelped && closed;
      }
    }
    std::ranges::stable_sort(told, {}, &Referral::day);
    return told;
  }

  // What meets the pattern in the window that opens on a day; empty when it does not.
  std::vector<Referral> window_met(const std::vector<Referral>& told, std::int32_t opens) const {
    std::vector<Referral> within;
    std::map<std::uint8_t, std::uint32_t> from;
    std::set<std::uint8_t> agencies;
    for (const Referral& one : told) {
      if (one.day < opens || one.day >= opens + pattern_.window_days) continue;
      if (!one.unhelped) return {};
      if (one.closed >= opens + pattern_.window_days) continue;
      within.push_back(one);
      ++from[one.from];
      if (one.from != 255) agencies.insert(one.from);
    }
    if (agencies.size() >= pattern_.minimum_agencies) return within;
    const bool enough =
        std::ranges::any_of(from, [&](const auto& one) { return one.second >= pattern_.minimum_from_one_agency; });
    return enough ? within : std::vector<Referral>{};
  }

  void look(PersonId child, std::int32_t day, const std::vector<Referral>& told, RecordIndex news,
            std::vector<NaiveHit>& hits) const {
    for (const Referral& first : told) {
      if (first.day > day || first.day + pattern_.window_days <= day) continue;
      const auto within = window_met(told, first.day);
      if (within.empty()) continue;
      add({node_of(child), news, within.front().day, within.back().day, 0, 0, {child}}, pattern_.window_days, hits);
      return;
    }
  }

  const Facts& facts_;
  const Scene scene_;
  const Pattern& pattern_;
};

}  // namespace

std::vector<NaiveHit> hits_naively(const Facts& facts, const Pattern& pattern, bool no_single_agency) {
  if (pattern.rule == Rule::repeat_referrals_closed) return Referrals(facts, pattern).hits();
  return Anchors(facts, pattern, no_single_agency).hits();
}

bool meets_naively(const Facts& facts, const Pattern& pattern, bool no_single_agency, NodeId anchor,
                   const std::vector<NodeId>& via, const std::vector<RecordIndex>& records, std::uint32_t needed) {
  if (pattern.rule == Rule::repeat_referrals_closed) return Referrals(facts, pattern).meets(person_of(anchor), records);
  return Anchors(facts, pattern, no_single_agency).meets(anchor, via, records, needed);
}

namespace {

TEST(NaiveReference, ThreeChildrenInOneCarAndNotTwo) {
  SceneBuilder builder;
  const Something car{ThingKind::vehicle, "W123 ABC"};
  for (int child = 1; child <= 3; ++child) {
    const std::string who = "child " + std::to_string(child);
    builder.born(who, 1995);
    builder.add(child == 2 ? Agency::social_care : Agency::police, RecordKind::stop, on(2009, child, 3), {{who}},
                {car});
  }
  const Scene scene = builder.scene();
  const Facts facts(scene, View{});
  const PatternPtr pattern = pattern_for_test("children-tied-to-one");
  const auto hits = hits_naively(facts, *pattern, true);
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].met_by, RecordIndex(2));
  EXPECT_EQ(hits[0].children.size(), 3U);
  const NodeId vehicle = node_of(scene, scene.things.of(ThingIndex(0)));
  const std::vector<RecordIndex> all{RecordIndex(0), RecordIndex(1), RecordIndex(2)};
  EXPECT_TRUE(meets_naively(facts, *pattern, true, vehicle, {}, all, 3));
  EXPECT_FALSE(meets_naively(facts, *pattern, true, vehicle, {}, {RecordIndex(0), RecordIndex(1)}, 3));
}

TEST(NaiveReference, TwoClosedReferralsFromTwoAgencies) {
  SceneBuilder builder;
  builder.born("child", 1995);
  for (const auto& [from, month] : {std::pair("education", 1), std::pair("police", 3)}) {
    Record record = SceneBuilder::make(Agency::social_care, RecordKind::referral, on(2009, month, 3));
    record.source_agency = from;
    record.outcome = Outcome::no_further_action;
    builder.add(record, {{"child"}});
  }
  const Facts facts(builder.scene(), View{});
  const auto hits = hits_naively(facts, *pattern_for_test("repeat-referrals-closed"), true);
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hits[0].met_by, RecordIndex(1));
}

}  // namespace
}  // namespace wider::picture
