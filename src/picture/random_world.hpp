// For tests: random small worlds. A dozen people (some of one household, some never given a birth date), a few places,
// vehicles and a phone, and records of random kinds by random agencies over three years, some for their originator
// only. A world is a list of plain records, so that a failing one is shrunk by leaving records out.
#pragma once

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "picture/scene_builder.hpp"

namespace wider::picture {

struct WorldRecord {
  int agency = 0;
  int kind = 0;
  int day = 0;
  int known_after = 0;
  int outcome = 0;
  int closed_after = 0;
  int source = 0;
  bool originator_only = false;
  std::vector<std::pair<int, int>> people;  // who, role
  std::vector<std::pair<int, int>> things;  // which, role
  // Fixed once and for all, so that a world made smaller can be compared with it.
  std::string id;
  int received = 0;
  std::optional<RecordKind> stands_for;  // the kind it is given instead
};
using World = std::vector<WorldRecord>;

inline constexpr std::array world_agencies{Agency::social_care, Agency::police, Agency::health, Agency::education};
inline constexpr std::array world_kinds{
    RecordKind::missing, RecordKind::stop,    RecordKind::intelligence, RecordKind::concern, RecordKind::contact,
    RecordKind::crime,   RecordKind::vehicle, RecordKind::phone,        RecordKind::absence, RecordKind::referral};
inline constexpr std::array world_roles{Role::subject, Role::associate,  Role::victim,
                                        Role::suspect, Role::parent,     Role::driver,
                                        Role::keeper,  Role::found_with, Role::professional};
inline constexpr std::array world_outcomes{Outcome::no_further_action, Outcome::none, Outcome::assessment};
inline constexpr std::array world_sources{"", "police", "education", "health"};
// The first are children: two of one household, one who lives at a place of the world.
inline constexpr std::array world_people{"Ann", "Ben",  "Cat", "Dan",  "Eve", "Fay",  "Gil",
                                         "Hal", "Ivor", "Jo",  "Kurt", "Lou", "Some1"};
inline constexpr int world_children = 8;
inline const std::array world_things{
    Something{ThingKind::place, "4 Station Road", ThingRole::at, "takeaway"},
    Something{ThingKind::place, "9 Mill Lane", ThingRole::at, ""},
    Something{ThingKind::vehicle, "W123 ABC", ThingRole::used, "silver Vauxhall Vectra"},
    Something{ThingKind::vehicle, "X7 DEF", ThingRole::used, ""},
    Something{ThingKind::phone, "01632 960100", ThingRole::used, ""},
    Something{ThingKind::place, "Hill School, 1 Hill Road", ThingRole::school, "school"},
    Something{ThingKind::place, "Vale School, 2 Vale Road", ThingRole::school, "school"},
};
inline constexpr std::array world_thing_roles{ThingRole::at, ThingRole::found_at, ThingRole::used, ThingRole::home};

inline std::ostream& operator<<(std::ostream& out, const WorldRecord& record) {
  out << fmt::format("\n  {} {} {} day {} +{}{}", record.id,
                     name_of(world_agencies[static_cast<std::size_t>(record.agency)]),
                     name_of(world_kinds[static_cast<std::size_t>(record.kind)]), record.day, record.known_after,
                     record.originator_only ? " originator only" : "");
  if (world_kinds[static_cast<std::size_t>(record.kind)] == RecordKind::referral) {
    out << fmt::format(" from '{}' {} +{}", world_sources[static_cast<std::size_t>(record.source)],
                       name_of(world_outcomes[static_cast<std::size_t>(record.outcome)]), record.closed_after);
  }
  for (const auto& [who, role] : record.people) {
    out << fmt::format(" {}:{}", world_people[static_cast<std::size_t>(who)],
                       name_of(world_roles[static_cast<std::size_t>(role)]));
  }
  for (const auto& [which, role] : record.things) {
    out << fmt::format(" '{}':{}", world_things[static_cast<std::size_t>(which)].id, role);
  }
  return out;
}

// Every number of the range as often, however small the case is.
inline rc::Gen<int> any_in(int low, int end) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, end));
}

struct WorldShape {
  int most_records = 60;
  int one_in = 0;                                      // one record in so many is for its originator only; 0: none is
  std::optional<RecordKind> mostly = {};               // two records in three are of this kind
  int people = static_cast<int>(world_people.size());  // only the first so many
  int days = 900;
};

inline rc::Gen<WorldRecord> any_world_record(const WorldShape& shape) {
  using rc::gen::just;
  using rc::gen::set;
  using rc::gen::weightedOneOf;
  const auto below = [](std::size_t end) { return any_in(0, static_cast<int>(end)); };
  auto kind = below(world_kinds.size());
  if (shape.mostly) {
    const auto at = std::ranges::find(world_kinds, *shape.mostly) - world_kinds.begin();
    kind = weightedOneOf<int>({{2, just(static_cast<int>(at))}, {1, kind}});
  }
  const auto lot =
      shape.one_in > 0 ? rc::gen::map(any_in(0, shape.one_in), [](int one) { return one == 1; }) : just(false);
  // A role that says nothing against a tie comes more often than the others.
  const auto role = weightedOneOf<int>({{3, just(0)}, {2, below(world_roles.size())}});
  const auto thing_role = weightedOneOf<int>({{4, just(0)}, {1, below(world_thing_roles.size())}});
  using Pairs = std::vector<std::pair<int, int>>;
  const auto people = rc::gen::resize(3, rc::gen::container<Pairs>(rc::gen::pair(any_in(0, shape.people), role)));
  const auto things =
      rc::gen::resize(2, rc::gen::container<Pairs>(rc::gen::pair(below(world_things.size()), thing_role)));
  return rc::gen::build<WorldRecord>(
      set(&WorldRecord::agency, below(world_agencies.size())), set(&WorldRecord::kind, kind),
      set(&WorldRecord::day, any_in(0, shape.days)), set(&WorldRecord::known_after, any_in(0, 30)),
      set(&WorldRecord::outcome, weightedOneOf<int>({{5, just(0)}, {1, below(world_outcomes.size())}})),
      set(&WorldRecord::closed_after, any_in(0, 60)), set(&WorldRecord::source, below(world_sources.size())),
      set(&WorldRecord::originator_only, lot), set(&WorldRecord::people, people), set(&WorldRecord::things, things));
}
inline rc::Gen<World> any_world(const WorldShape& shape) {
  const auto world = rc::gen::resize(shape.most_records, rc::gen::container<World>(any_world_record(shape)));
  return rc::gen::map(world, [](World records) {
    int clock = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].id = "r" + std::to_string(i + 1);
      records[i].received = clock = std::max(clock, records[i].day + records[i].known_after);
    }
    return records;
  });
}

inline void tell_people(SceneBuilder& builder) {
  for (std::size_t who = 0; who + 1 < world_people.size(); ++who) {
    builder.born(world_people[who], static_cast<int>(who) < world_children ? 1995 : 1975);
  }
  builder.lives("Ann", "7 Hill Road");
  builder.lives("Ben", "7 Hill Road");
  builder.lives("Cat", "9 Mill Lane");
  builder.lives("Kurt", "12 Vale Road");
}

inline Record record_of(const WorldRecord& told) {
  const Date day = on(2008, 1, 1) + told.day;
  Record record = SceneBuilder::make(world_agencies[static_cast<std::size_t>(told.agency)],
                                     world_kinds[static_cast<std::size_t>(told.kind)], day);
  record.id = told.id;
  record.known = day + told.known_after;
  if (told.stands_for) record.kind = *told.stands_for;
  if (told.originator_only) record.handling = Handling::originator_only;
  if (record.kind == RecordKind::referral) {
    record.outcome = world_outcomes[static_cast<std::size_t>(told.outcome)];
    record.outcome_date = day + told.closed_after;
    record.source_agency = world_sources[static_cast<std::size_t>(told.source)];
  }
  return record;
}

// Adds one record of a world. Nobody is named twice in one record, nor anything.
inline RecordIndex add_to(SceneBuilder& builder, const WorldRecord& told) {
  std::vector<Someone> people;
  std::vector<Something> things;
  for (const auto& [who, role] : told.people) {
    const Someone someone{world_people[static_cast<std::size_t>(who)], world_roles[static_cast<std::size_t>(role)]};
    const bool twice = std::ranges::any_of(people, [&](const Someone& other) { return other.who == someone.who; });
    if (!twice) people.push_back(someone);
  }
  for (const auto& [which, role] : told.things) {
    Something something = world_things[static_cast<std::size_t>(which)];
    if (something.role != ThingRole::school) something.role = world_thing_roles[static_cast<std::size_t>(role)];
    const bool missing = world_kinds[static_cast<std::size_t>(told.kind)] == RecordKind::missing;
    if (missing && something.role == ThingRole::at) something.role = ThingRole::found_at;
    const bool twice = std::ranges::any_of(things, [&](const Something& other) { return other.id == something.id; });
    if (!twice) things.push_back(something);
  }
  builder.clock(on(2008, 1, 1) + told.received);
  return builder.add(record_of(told), people, things);
}

inline SceneBuilder build(const World& world) {
  SceneBuilder builder;
  tell_people(builder);
  for (const WorldRecord& record : world) add_to(builder, record);
  return builder;
}

}  // namespace wider::picture
