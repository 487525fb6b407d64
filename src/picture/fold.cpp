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

// How many children of the proofs two hits share.
std::size_t shared_children(const Hit& a, const Hit& b) {
  std::vector<PersonId> both;
  std::set_intersection(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                        std::back_inserter(both));
  return both.size();
}

bool share_a_record(const Hit& a, const Hit& b) {
  std::vector<RecordIndex> both;
  std::set_intersection(a.proof.begin(), a.proof.end(), b.proof.begin(), b.proof.end(), std::back_inserter(both));
  return !both.empty();
}

bool one_network(const Hit& a, const Hit& b) {
  if (!near(a, b)) return false;
  if (a.anchor == b.anchor) return true;
  const std::size_t shared = shared_children(a, b);
  if (one_child(a) || one_child(b)) return shared > 0;
  return shared >= 2 || (shared == 1 && (share_a_record(a, b) || among(a.via, b.anchor) || among(b.via, a.anchor)));
}

}  // namespace

std::vector<std::vector<std::uint32_t>> fold(const Facts& facts, const std::vector<Hit>& hits) {
  Groups groups(hits.size());
  std::vector<bool> left_out(hits.size());
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_child;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_anchor;
  for (std::uint32_t i = 0; i < hits.size(); ++i) {
    left_out[i] = too_wide(facts, hits[i]);
    if (left_out[i]) continue;
    if (!one_child(hits[i])) by_anchor[hits[i].anchor.value].push_back(i);
    for (const PersonId child : hits[i].children) by_child[child.value].push_back(i);
  }
  // Networks first; a child's own referrals then fold into the network, and join no two networks to each other.
  const auto join_all = [&](const std::vector<std::uint32_t>& members) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t j = i + 1; j < members.size(); ++j) {
        if (!one_child(hits[members[i]]) && !one_child(hits[members[j]]) &&
            one_network(hits[members[i]], hits[members[j]])) {
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
        if (other == own || !one_network(hits[own], hits[other]) || groups.root(own) == groups.root(other)) continue;
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
    RecordIndex before;
    for (const ThingIndex index : scene_.things.mentions_of(entity_of(scene_, lead_.anchor))) {
      const RecordIndex record = scene_.holdings.at(index).record;
      if (record != before && in_window(scene_.holdings.at(record))) ++records;
      before = record;
    }
    return {"Is it something that many people use?",
            fmt::format("{} in that time. At so many, fewer than {} children tied to it could well be chance; {} are.",
                        counted(records, "record names it", "records name it"), lead_.needed, lead_.households)};
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
