#include "picture/naming.hpp"

#include <algorithm>

namespace wider::picture {

namespace {

template <typename T>
void make_distinct(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

void name_under(const Facts& facts, const Pattern& pattern, RecordIndex index, Named& named) {
  named.children.clear();
  named.anchors.clear();
  const Scene& scene = facts.scene();
  const Holdings& holdings = scene.holdings;
  const RecordRow& record = holdings.at(index);
  const bool missing = pattern.rule == Rule::missing_same_end;
  for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
    const PersonId person = scene.people.of(MentionIndex(m));
    const Role role = holdings.mentions()[m].role;
    if (!person.valid() || pattern.controls.duty_roles.has(role)) continue;
    if (facts.is_child(person, record.day())) {
      named.children.push_back(person);
    } else if (!missing || role == Role::found_with || role == Role::driver || role == Role::associate ||
               role == Role::suspect) {
      named.anchors.push_back(node_of(person));
    }
  }
  for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
    const EntityId entity = scene.things.of(ThingIndex(t));
    const ThingRole role = holdings.things()[t].role;
    if (!entity.valid() || role == ThingRole::home || role == ThingRole::school) continue;
    if (missing && record.kind == RecordKind::missing && role != ThingRole::found_at && role != ThingRole::used)
      continue;
    named.anchors.push_back(node_of(scene, entity));
  }
  make_distinct(named.children);
  make_distinct(named.anchors);
}

bool is_own(const Facts& facts, const Pattern& pattern, PersonId child, NodeId anchor) {
  const Scene& scene = facts.scene();
  if (is_person(scene, anchor)) {
    return person_of(anchor) == child ||
           (pattern.controls.household_counts_once && facts.same_household(child, person_of(anchor)));
  }
  if (!pattern.controls.own_home_is_no_tie) return false;
  const EntityId entity = entity_of(scene, anchor);
  return scene.things.kind(entity) == ThingKind::place && facts.lives_at(child, entity);
}

std::string_view kind_of_use(const Facts& facts, NodeId anchor) {
  const Scene& scene = facts.scene();
  const AnchorKind kind = kind_of(scene, anchor);
  if (kind == AnchorKind::place) {
    const std::string_view category = facts.category(entity_of(scene, anchor));
    if (!category.empty()) return category;
  }
  if (kind == AnchorKind::vehicle && facts.is_licensed(entity_of(scene, anchor))) return "licensed-vehicle";
  return name_of(kind);
}

double chance_per_record(const Facts& facts, const Pattern& pattern, NodeId anchor) {
  const auto found = pattern.chance.per_record_at.find(kind_of_use(facts, anchor));
  return found != pattern.chance.per_record_at.end()
             ? found->second
             : pattern.chance.per_record[static_cast<std::size_t>(kind_of(facts.scene(), anchor))];
}

}  // namespace wider::picture
