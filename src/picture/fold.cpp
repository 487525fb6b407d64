#include "picture/fold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/hash.hpp"
#include "picture/rules.hpp"
#include "picture/words.hpp"
#include "records/grade.hpp"

namespace wider::picture {

namespace {

bool one_child(const Hit& hit) {
  return hit.pattern->rule == Rule::repeat_referrals_closed;
}

bool too_wide(const Facts& facts, const Hit& hit) {
  const std::size_t people = hit.children.size() + (!one_child(hit) && is_person(facts.scene(), hit.anchor) ? 1 : 0);
  return people > hit.pattern->most_people;
}

bool near(const Hit& a, const Hit& b) {
  const std::int32_t days = std::min(a.pattern->fold_days, b.pattern->fold_days);
  return a.first - b.last <= days && b.first - a.last <= days;
}

bool among(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

template <typename T>
std::size_t shared(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both.size();
}

// The children of the proof and those tied since, while they are few enough to be one network's: a busy place goes on
// to meet everybody's children.
std::vector<PersonId> all_children(const Hit& hit) {
  std::vector<PersonId> all;
  std::set_union(hit.children.begin(), hit.children.end(), hit.more_children.begin(), hit.more_children.end(),
                 std::back_inserter(all));
  return all.size() <= hit.pattern->most_people ? all : hit.children;
}

// A hit as folding sees it. References: the hits stay where they are.
struct Foldable {
  const Hit* hit;
  std::vector<PersonId> all;
};

// Whether two hits that share so many children are about one network: half of the wider one's, so that a few children
// in one car do not go under in the dozen of a busy takeaway that two of them were also seen at.
bool enough_of_both(const Hit& a, const Hit& b, std::size_t shared) {
  return shared * 2 >= std::max(a.children.size(), b.children.size());
}

bool one_network(const Foldable& left, const Foldable& right) {
  const Hit& a = *left.hit;
  const Hit& b = *right.hit;
  if (!near(a, b)) return false;
  if (a.anchor == b.anchor) return true;
  if (one_child(a) || one_child(b)) return shared(a.children, b.children) > 0;
  const std::size_t of_all = shared(left.all, right.all);
  return of_all >= 2 && enough_of_both(a, b, of_all);
}

}  // namespace

std::vector<std::vector<std::uint32_t>> fold(const Facts& facts, const std::vector<Hit>& hits) {
  Groups groups(hits.size());
  std::vector<bool> left_out(hits.size());
  std::vector<Foldable> foldable;
  foldable.reserve(hits.size());
  for (const Hit& hit : hits) foldable.push_back({&hit, all_children(hit)});
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_child;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_anchor;
  for (std::uint32_t i = 0; i < hits.size(); ++i) {
    left_out[i] = too_wide(facts, hits[i]);
    if (left_out[i]) continue;
    if (!one_child(hits[i])) by_anchor[hits[i].anchor.value].push_back(i);
    for (const PersonId child : foldable[i].all) by_child[child.value].push_back(i);
  }
  // Networks first; a child's own referrals then fold into the network, and join no two networks to each other.
  const auto join_all = [&](const std::vector<std::uint32_t>& members) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        if (!one_child(hits[members[i]]) && !one_child(hits[members[j]]) &&
            one_network(foldable[members[i]], foldable[members[j]])) {
          groups.join(members[i], members[j]);
        }
      }
    }
  };
  for (const auto& [anchor, members] : by_anchor) join_all(members);
  for (const auto& [child, members] : by_child) join_all(members);
  for (const auto& [child, members] : by_child) {
    for (const std::uint32_t own : members) {
      if (!one_child(hits[own])) continue;
      for (const std::uint32_t other : members) {
        if (other == own || !one_network(foldable[own], foldable[other]) || groups.root(own) == groups.root(other))
          continue;
        groups.join(own, other);
        if (!one_child(hits[other])) break;
      }
    }
  }
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_root;
  for (std::uint32_t i = 0; i < hits.size(); ++i) {
    if (!left_out[i]) by_root[groups.root(i)].push_back(i);
  }
  std::vector<std::vector<std::uint32_t>> folded;
  for (auto& [root, members] : by_root) {
    // The wider one first: a network before one child's referrals; then the earliest met, so that a finding keeps its
    // id while facts are added to it; then the tightest.
    std::sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::tuple(one_child(hits[a]), hits[a].met_by, hits[a].expected, a) <
             std::tuple(one_child(hits[b]), hits[b].met_by, hits[b].expected, b);
    });
    folded.push_back(members);
  }
  return folded;
}

namespace {

class FindingMaker {
 public:
  FindingMaker(const Facts& facts, const std::vector<Hit>& hits, const std::vector<std::uint32_t>& group)
      : facts_(facts), scene_(facts.scene()), hits_(hits), group_(group), lead_(hits[group.front()]) {}

  Finding make() {
    finding_.pattern = lead_.pattern->name;
    finding_.proof = lead_.proof;
    finding_.expected_by_chance = lead_.expected;
    take_proof();
    take_people();
    take_also();
    finding_.says = sentence();
    finding_.id = id();
    explain();
    return std::move(finding_);
  }

 private:
  void take_proof() {
    const Holdings& holdings = scene_.holdings;
    finding_.strength = INT32_MAX;
    for (const RecordIndex index : lead_.proof) {
      const RecordRow& record = holdings.at(index);
      Date met = record.happened.last.valid() ? record.happened.last : record.day();
      if (record.known.valid()) met = std::max(met, record.known);
      if (one_child(lead_) && record.outcome_date.valid()) met = std::max(met, record.outcome_date);
      finding_.met_on = std::max(finding_.met_on, met);
      finding_.received = std::max(finding_.received, record.received);
      finding_.agencies.add(record.agency);
      finding_.strength = std::min(finding_.strength, strength(record.grade));
      if (record.handling == Handling::originator_only) finding_.audience = record.agency;
      for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
        const PersonId person = scene_.people.of(MentionIndex(m));
        if (person.valid() && is_named(person)) finding_.mentions.emplace_back(m);
      }
    }
  }

  // A child of the proof, the anchor, or what a second hop goes through.
  [[nodiscard]] bool is_named(PersonId person) const {
    return std::binary_search(lead_.children.begin(), lead_.children.end(), person) ||
           lead_.anchor == node_of(person) || among(lead_.via, node_of(person));
  }

  void take_people() {
    finding_.children = lead_.children;
    std::vector<PersonId> adults;
    const auto take_node = [&](NodeId node) {
      if (is_person(scene_, node)) {
        adults.push_back(person_of(node));
      } else if (std::find(finding_.things.begin(), finding_.things.end(), entity_of(scene_, node)) ==
                 finding_.things.end()) {
        finding_.things.push_back(entity_of(scene_, node));
      }
    };
    if (!one_child(lead_)) take_node(lead_.anchor);
    for (const NodeId node : lead_.via) take_node(node);
    finding_.people = finding_.children;
    for (const PersonId adult : adults) {
      if (finding_.people.size() < lead_.pattern->most_people) finding_.people.push_back(adult);
    }
  }

  void take_also() {
    for (const std::uint32_t at : group_) {
      const Hit& hit = hits_[at];
      finding_.also.insert(finding_.also.end(), hit.also.begin(), hit.also.end());
      if (at != group_.front()) finding_.also.insert(finding_.also.end(), hit.proof.begin(), hit.proof.end());
    }
    std::sort(finding_.also.begin(), finding_.also.end());
    finding_.also.erase(std::unique(finding_.also.begin(), finding_.also.end()), finding_.also.end());
    std::erase_if(finding_.also,
                  [&](RecordIndex r) { return std::binary_search(finding_.proof.begin(), finding_.proof.end(), r); });
  }

  // ---- sentences ----
  [[nodiscard]] std::string anchor_words() const {
    if (is_person(scene_, lead_.anchor)) return one_child(lead_) ? "one child" : "one adult";
    const EntityId entity = entity_of(scene_, lead_.anchor);
    const std::string_view category = facts_.category(entity);
    switch (scene_.things.kind(entity)) {
      case ThingKind::place:
        return category.empty() || category == "home" ? "one address" : with_article(spaced(category));
      case ThingKind::vehicle:
        return category.empty() ? "one vehicle" : with_article(spaced(category));
      case ThingKind::phone:
        return "one phone";
      case ThingKind::online_handle:
        return "one online handle";
      case ThingKind::organisation:
        return "one organisation";
    }
    return "one thing";
  }

  static std::string spaced(std::string_view category) {
    std::string text(category);
    std::replace(text.begin(), text.end(), '-', ' ');
    return text;
  }

  [[nodiscard]] std::string_view preposition() const {
    switch (kind_of(scene_, lead_.anchor)) {
      case AnchorKind::person:
        return "with";
      case AnchorKind::vehicle:
        return "in";
      case AnchorKind::phone:
        return "through";
      default:
        return "at";
    }
  }

  [[nodiscard]] std::string sentence() const {
    AgencySet agencies = finding_.agencies;
    if (one_child(lead_)) {
      AgencySet sources;
      for (const RecordIndex record : lead_.proof) {
        const std::uint8_t from = scene_.holdings.at(record).source_agency;
        if (from != 255) sources.add(static_cast<Agency>(from));
      }
      if (sources.count() > 0) agencies = sources;
    }
    const std::string anchor = anchor_words();
    return as_sentence(
        filled(lead_.pattern->sentence, {{"children", counted(lead_.children.size(), "child", "children")},
                                         {"count", std::to_string(lead_.proof.size())},
                                         {"anchor", anchor},
                                         {"at_anchor", fmt::format("{} {}", preposition(), anchor)},
                                         {"agencies", listed(agencies)},
                                         {"period", between(lead_.first, lead_.last)}}));
  }

  // From what does not change when later facts arrive: the pattern, the anchor's place in the proof, the proof.
  [[nodiscard]] std::string id() const {
    std::string basis = finding_.pattern;
    for (const RecordIndex index : lead_.proof) {
      const RecordRow& record = scene_.holdings.at(index);
      basis += fmt::format("\n{}/{}", name_of(record.agency), scene_.holdings.name(index));
      for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
        if (node_of(scene_.people.of(MentionIndex(m))) == lead_.anchor)
          basis += fmt::format("#{}", m - record.first_mention);
      }
      for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
        const EntityId entity = scene_.things.of(ThingIndex(t));
        if (entity.valid() && node_of(scene_, entity) == lead_.anchor)
          basis += fmt::format("~{}", t - record.first_thing);
      }
    }
    return fmt::format("{}-{:016x}", finding_.pattern, hash_bytes(basis, 7));
  }

  void explain() {
    if (one_child(lead_)) {
      finding_.explanations.push_back(
          {"Are these referrals about one event?",
           fmt::format("They are of {} different days, {}.", different_days(), between(lead_.first, lead_.last))});
      return;
    }
    const auto households =
        facts_.households(lead_.children, static_cast<std::int32_t>(lead_.pattern->controls.household_slack_days));
    std::size_t homes = 0;
    for (std::uint32_t i = 0; i < households.size(); ++i) homes += households[i] == i ? 1 : 0;
    finding_.explanations.push_back(
        {"Do the children live together?",
         homes == lead_.children.size()
             ? fmt::format("No: {}, as far as addresses are known.", counted(homes, "household", "households"))
             : fmt::format("Some do: {} of {}.", counted(lead_.children.size(), "child", "children"),
                           counted(homes, "household", "households"))});
    finding_.explanations.push_back({"Do the children go to the same school?", school_answer()});
    finding_.explanations.push_back(use_answer());
  }

  [[nodiscard]] std::size_t different_days() const {
    std::vector<Date> days;
    days.reserve(lead_.proof.size());
    for (const RecordIndex record : lead_.proof) days.push_back(scene_.holdings.at(record).day());
    std::sort(days.begin(), days.end());
    return static_cast<std::size_t>(std::unique(days.begin(), days.end()) - days.begin());
  }

  [[nodiscard]] std::string school_answer() const {
    std::map<EntityId, std::size_t> pupils;
    std::size_t unknown = 0;
    std::size_t most = 0;
    for (const PersonId child : lead_.children) {
      const auto schools = facts_.schools_of(child);
      if (schools.empty()) ++unknown;
      for (const EntityId school : schools) most = std::max(most, ++pupils[school]);
    }
    std::string answer = most < 2 ? "None are known to share a school."
                                  : fmt::format("{} of {} share a school.", most, lead_.children.size());
    if (unknown > 0)
      answer += fmt::format(" The school of {} is not recorded.",
                            unknown == 1 ? "1 child" : fmt::format("{} children", unknown));
    return answer;
  }

  [[nodiscard]] OrdinaryExplanation use_answer() const {
    std::size_t records = 0;
    std::size_t duty = 0;
    const auto in_window = [&](const RecordRow& record) {
      return facts_.view().admits(record) && record.day() >= lead_.first && record.day() <= lead_.last;
    };
    if (is_person(scene_, lead_.anchor)) {
      for (const MentionIndex index : scene_.people.mentions_of(person_of(lead_.anchor))) {
        const MentionRow& mention = scene_.holdings.at(index);
        if (!in_window(scene_.holdings.at(mention.record))) continue;
        ++records;
        if (lead_.pattern->controls.duty_roles.has(mention.role)) ++duty;
      }
      return {"Is the adult there because of a duty?",
              duty == 0 ? fmt::format("None of the {} that name the adult in that time says so.",
                                      counted(records, "record", "records"))
                        : fmt::format("{} of {} name the adult in the course of a duty; those are not counted.", duty,
                                      counted(records, "record", "records"))};
    }
    const auto of_the_children = [&](RecordIndex record) {
      return std::binary_search(lead_.proof.begin(), lead_.proof.end(), record) ||
             std::binary_search(lead_.also.begin(), lead_.also.end(), record);
    };
    RecordIndex before;
    for (const ThingIndex index : scene_.things.mentions_of(entity_of(scene_, lead_.anchor))) {
      const RecordIndex record = scene_.holdings.at(index).record;
      if (record != before && in_window(scene_.holdings.at(record)) && !of_the_children(record)) ++records;
      before = record;
    }
    const std::string others =
        records == 0 ? "No other record names it in that time"
                     : counted(records, "other record names it", "other records name it") + " in that time";
    return {"Is it something that many people use?",
            fmt::format("{}. By that, fewer than {} children tied to it could well be chance; {} are.", others,
                        lead_.needed, lead_.households)};
  }

  const Facts& facts_;
  const Scene& scene_;
  const std::vector<Hit>& hits_;
  const std::vector<std::uint32_t>& group_;
  const Hit& lead_;
  Finding finding_;
};

}  // namespace

Finding to_finding(const Facts& facts, const std::vector<Hit>& hits, const std::vector<std::uint32_t>& group) {
  return FindingMaker(facts, hits, group).make();
}

}  // namespace wider::picture
