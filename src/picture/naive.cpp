#include "picture/naive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "picture/evaluator.hpp"

namespace wider::picture {

namespace {

struct Seen {
  std::int32_t day;
  PersonId child;
  RecordIndex record;
};
struct Anchor {
  std::vector<Seen> seen;  // by day, of the last window
  bool standing = false;
};

class NaiveRule {
 public:
  NaiveRule(const Facts& facts, const Pattern& pattern, std::vector<Finding>& findings)
      : facts_(facts), pattern_(pattern), findings_(findings) {}

  void observe(RecordIndex index) {
    const Scene& scene = facts_.scene();
    const RecordRow& record = scene.holdings.at(index);
    const Date day = record.day();
    if (!facts_.view().admits(record) || !day.valid()) return;
    std::vector<PersonId> children;
    std::vector<NodeId> others;
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      const PersonId person = scene.people.of(MentionIndex(m));
      if (!person.valid()) continue;
      if (facts_.is_child(person, day)) {
        children.push_back(person);
      } else {
        others.push_back(node_of(person));
      }
    }
    if (children.empty()) return;
    for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
      const EntityId entity = scene.things.of(ThingIndex(t));
      if (entity.valid()) others.push_back(node_of(scene, entity));
    }
    for (const NodeId other : others) tie(anchors_[other.value], other, children, day.days, index);
  }

 private:
  void tie(Anchor& anchor, NodeId node, const std::vector<PersonId>& children, std::int32_t day, RecordIndex index) {
    std::erase_if(anchor.seen, [&](const Seen& seen) { return seen.day <= day - pattern_.window_days; });
    for (const PersonId child : children) {
      const auto same =
          std::find_if(anchor.seen.begin(), anchor.seen.end(), [&](const Seen& seen) { return seen.child == child; });
      if (same != anchor.seen.end()) {
        same->day = std::max(same->day, day);
      } else if (anchor.seen.size() < 16) {
        anchor.seen.push_back({day, child, index});
      }
    }
    const bool met = anchor.seen.size() >= 3;
    if (met && !anchor.standing) report(anchor, node, index);
    anchor.standing = met;
  }

  void report(const Anchor& anchor, NodeId node, RecordIndex index) {
    const Scene& scene = facts_.scene();
    Finding finding;
    finding.pattern = pattern_.name;
    finding.id = fmt::format("naive-{}-{}", node.value, index.value);
    finding.says = "Three or more children tied to one adult or thing, without any control";
    for (const Seen& seen : anchor.seen) {
      finding.children.push_back(seen.child);
      finding.proof.push_back(seen.record);
      const RecordRow& record = scene.holdings.at(seen.record);
      finding.agencies.add(record.agency);
      finding.met_on = std::max({finding.met_on, record.day(), record.known});
      finding.received = std::max(finding.received, record.received);
    }
    std::sort(finding.children.begin(), finding.children.end());
    std::sort(finding.proof.begin(), finding.proof.end());
    finding.proof.erase(std::unique(finding.proof.begin(), finding.proof.end()), finding.proof.end());
    finding.people = finding.children;
    if (is_person(scene, node)) {
      finding.people.push_back(person_of(node));
    } else {
      finding.things.push_back(entity_of(scene, node));
    }
    for (const RecordIndex record : finding.proof) {
      const RecordRow& row = scene.holdings.at(record);
      for (std::uint32_t m = row.first_mention; m < row.first_mention + row.mention_count; ++m) {
        const PersonId person = scene.people.of(MentionIndex(m));
        if (std::find(finding.people.begin(), finding.people.end(), person) != finding.people.end())
          finding.mentions.emplace_back(m);
      }
    }
    findings_.push_back(std::move(finding));
  }

  const Facts& facts_;
  const Pattern& pattern_;
  std::vector<Finding>& findings_;
  std::unordered_map<std::uint32_t, Anchor> anchors_;
};

}  // namespace

std::vector<Finding> find_naively(const Scene& scene, std::span<const PatternPtr> patterns,
                                  const FindOptions& options) {
  std::vector<Finding> findings;
  const Facts facts(scene, View{options.as_known_at, options.only_agency, std::nullopt});
  for (const PatternPtr& pattern : patterns) {
    if (pattern->rule != Rule::children_tied_to_one) continue;
    NaiveRule rule(facts, *pattern, findings);
    for (std::uint32_t r = 0; r < scene.holdings.records().size(); ++r) rule.observe(RecordIndex(r));
  }
  std::sort(findings.begin(), findings.end(),
            [](const Finding& a, const Finding& b) { return std::tie(a.received, a.id) < std::tie(b.received, b.id); });
  return findings;
}

}  // namespace wider::picture
