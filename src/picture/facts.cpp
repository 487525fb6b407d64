#include "picture/facts.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/hash.hpp"
#include "picture/normal_form.hpp"

namespace wider::picture {

namespace {

constexpr std::uint64_t address_key = 1ULL << 60;
constexpr std::uint64_t surname_key = 2ULL << 60;
constexpr std::uint64_t parent_key = 3ULL << 60;
constexpr std::uint64_t key_mask = (1ULL << 60) - 1;
constexpr std::int32_t household_slack = 365;

// Records that only children are the subject of.
bool only_children(RecordKind kind) {
  switch (kind) {
    case RecordKind::contact:
    case RecordKind::referral:
    case RecordKind::assessment:
    case RecordKind::plan:
    case RecordKind::protection_plan:
    case RecordKind::missing:
    case RecordKind::census:
    case RecordKind::school_nurse:
    case RecordKind::absence:
      return true;
    default:
      return false;
  }
}

// The value told most often with the greatest precision; on a tie the earlier told.
PartialDate best_birth_date(std::vector<PartialDate>& told) {
  PartialDate best;
  std::size_t best_times = 0;
  for (std::size_t i = 0; i < told.size(); ++i) {
    const auto times = static_cast<std::size_t>(std::count(told.begin(), told.end(), told[i]));
    if (told[i].precision > best.precision || (told[i].precision == best.precision && times > best_times)) {
      best = told[i];
      best_times = times;
    }
  }
  return best;
}

std::optional<bool> child_by(PartialDate birth, bool child_role, Date day) {
  if (birth.known() && day.valid()) {
    // Where only a month or year is known, the middle of it.
    const Date middle = birth.first + (birth.last() - birth.first) / 2;
    return age_years(middle, day) < 18;
  }
  if (child_role) return true;
  return std::nullopt;
}

}  // namespace

bool View::admits(const RecordRow& record) const {
  if (!record.live) return false;
  if (record.handling == Handling::originator_only && (!restricted_of || *restricted_of != record.agency)) return false;
  if (only_agency && *only_agency != record.agency) return false;
  if (as_known_at) {
    if (record.known.valid() && record.known > *as_known_at) return false;
    if (day_of(record.received) > *as_known_at) return false;
  }
  return true;
}

Groups::Groups(std::size_t n) : parent_(n) {
  std::iota(parent_.begin(), parent_.end(), 0U);
}

std::uint32_t Groups::root(std::uint32_t at) {
  while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
  return at;
}

void Groups::join(std::uint32_t a, std::uint32_t b) {
  a = root(a);
  b = root(b);
  if (a != b) parent_[std::max(a, b)] = std::min(a, b);
}

Facts::Facts(const Scene& scene, const View& view) : scene_(scene), view_(view) {
  const std::size_t n = scene.holdings.mentions().size();
  birth_.resize(n);
  child_roles_.resize(n);
  first_key_.assign(n, 0);
  key_count_.assign(n, 0);
  first_school_.assign(n, 0);
  school_count_.assign(n, 0);
  surname_hash_.assign(scene.holdings.strings().size(), 0);
  std::vector<Key> keys;
  std::vector<EntityId> schools;
  for (const PersonId person : scene.people.all()) {
    keys.clear();
    schools.clear();
    take_person(person, keys, schools);
    first_key_[person.value] = static_cast<std::uint32_t>(keys_.size());
    key_count_[person.value] = static_cast<std::uint32_t>(keys.size());
    keys_.insert(keys_.end(), keys.begin(), keys.end());
    first_school_[person.value] = static_cast<std::uint32_t>(schools_.size());
    school_count_[person.value] = static_cast<std::uint16_t>(schools.size());
    schools_.insert(schools_.end(), schools.begin(), schools.end());
  }
  surname_hash_ = {};
}

void Facts::take_person(PersonId person, std::vector<Key>& keys, std::vector<EntityId>& schools) {
  const Holdings& holdings = scene_.holdings;
  std::vector<PartialDate> births;
  for (const MentionIndex index : scene_.people.mentions_of(person)) {
    const MentionRow& mention = holdings.at(index);
    const RecordRow& record = holdings.at(mention.record);
    if (!view_.admits(record)) continue;
    if (mention.birth_date.known()) births.push_back(mention.birth_date);
    if (mention.role == Role::subject && only_children(record.kind)) child_roles_[person.value] = true;
    const std::int32_t day = record.day().valid() ? record.day().days : day_of(record.received).days;
    if (const EntityId home = scene_.things.home_of(index); home.valid())
      keys.push_back({address_key | home.value, day, day});
    if (mention.surname != 0 && mention.postcode != 0) {
      std::uint64_t& hash = surname_hash_[mention.surname];
      if (hash == 0) hash = hash_bytes(plain_words(holdings.text(mention.surname)), 1) | 1;
      const std::uint64_t both = hash_bytes(normal_postcode(holdings.text(mention.postcode)), hash);
      keys.push_back({surname_key | (both & key_mask), INT32_MIN / 2, INT32_MAX / 2});
    }
    for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
      const ThingRow& thing = holdings.things()[t];
      const EntityId entity = scene_.things.of(ThingIndex(t));
      if (!entity.valid() || mention.role != Role::subject) continue;
      if (thing.role == ThingRole::home) keys.push_back({address_key | entity.value, day, day});
      if (thing.role == ThingRole::school) schools.push_back(entity);
    }
    // A record that names children and a parent: the parent is a key of all of them, and of the parent.
    if (mention.role == Role::parent) keys.push_back({parent_key | person.value, INT32_MIN / 2, INT32_MAX / 2});
    if (mention.role != Role::subject) continue;
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      if (holdings.mentions()[m].role != Role::parent) continue;
      const PersonId parent = scene_.people.of(MentionIndex(m));
      if (parent.valid()) keys.push_back({parent_key | parent.value, INT32_MIN / 2, INT32_MAX / 2});
    }
  }
  birth_[person.value] = best_birth_date(births);
  // One entry a key: from the first day to the last day it is told of.
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) { return a.key < b.key; });
  std::size_t kept = 0;
  for (const Key& key : keys) {
    if (kept > 0 && keys[kept - 1].key == key.key) {
      keys[kept - 1].first = std::min(keys[kept - 1].first, key.first);
      keys[kept - 1].last = std::max(keys[kept - 1].last, key.last);
    } else {
      keys[kept++] = key;
    }
  }
  keys.resize(kept);
  std::sort(schools.begin(), schools.end());
  schools.erase(std::unique(schools.begin(), schools.end()), schools.end());
}

std::optional<bool> Facts::child_on(PersonId person, Date day) const {
  return child_by(birth_[person.value], child_roles_[person.value], day);
}

std::span<const Facts::Key> Facts::keys_of(PersonId person) const {
  return std::span(keys_).subspan(first_key_[person.value], key_count_[person.value]);
}

std::span<const EntityId> Facts::schools_of(PersonId person) const {
  return std::span(schools_).subspan(first_school_[person.value], school_count_[person.value]);
}

bool Facts::same_household(PersonId a, PersonId b) const {
  const auto left = keys_of(a);
  const auto right = keys_of(b);
  for (std::size_t i = 0, j = 0; i < left.size() && j < right.size();) {
    if (left[i].key < right[j].key) {
      ++i;
    } else if (right[j].key < left[i].key) {
      ++j;
    } else {
      if (left[i].first - household_slack <= right[j].last && right[j].first - household_slack <= left[i].last)
        return true;
      ++i;
      ++j;
    }
  }
  return false;
}

bool Facts::lives_at(PersonId person, EntityId place) const {
  const auto keys = keys_of(person);
  const std::uint64_t wanted = address_key | place.value;
  const auto found =
      std::lower_bound(keys.begin(), keys.end(), wanted, [](const Key& key, std::uint64_t w) { return key.key < w; });
  return found != keys.end() && found->key == wanted;
}

bool Facts::is_licensed(EntityId entity) const {
  const auto all = scene_.things.mentions_of(entity);
  return std::any_of(all.begin(), all.end(), [&](ThingIndex index) {
    const ThingRow& thing = scene_.holdings.at(index);
    return thing.role == ThingRole::licensed && view_.admits(scene_.holdings.at(thing.record));
  });
}

bool Facts::same_school(PersonId a, PersonId b) const {
  for (const EntityId school : schools_of(a)) {
    const auto other = schools_of(b);
    if (std::binary_search(other.begin(), other.end(), school)) return true;
  }
  return false;
}

std::vector<std::uint32_t> Facts::households(std::span<const PersonId> people, std::int32_t slack_days) const {
  struct Held {
    Key key;
    std::uint32_t at;
  };
  std::vector<Held> held;
  for (std::uint32_t at = 0; at < people.size(); ++at) {
    for (const Key& key : keys_of(people[at])) held.push_back({key, at});
  }
  std::sort(held.begin(), held.end(), [](const Held& a, const Held& b) {
    return std::tuple(a.key.key, a.key.first, a.at) < std::tuple(b.key.key, b.key.first, b.at);
  });
  Groups groups(people.size());
  // Along one key by first day: whoever starts before the latest end so far (with slack) lived there with somebody.
  for (std::size_t i = 1, latest = 0; i < held.size(); ++i) {
    if (held[i].key.key != held[i - 1].key.key) {
      latest = i;
      continue;
    }
    if (held[i].key.first - slack_days <= held[latest].key.last) groups.join(held[i].at, held[latest].at);
    if (held[i].key.last > held[latest].key.last) latest = i;
  }
  std::vector<std::uint32_t> numbers(people.size());
  for (std::uint32_t at = 0; at < people.size(); ++at) numbers[at] = groups.root(at);
  return numbers;
}

namespace {
// The code told most often; the earlier told on a tie; 0 when none.
Code commonest(std::vector<Code>& codes) {
  Code best = 0;
  std::ptrdiff_t best_times = 0;
  std::vector<Code> sorted = codes;
  std::sort(sorted.begin(), sorted.end());
  for (auto at = sorted.begin(); at != sorted.end();) {
    const auto end = std::upper_bound(at, sorted.end(), *at);
    if (end - at > best_times) {
      best_times = end - at;
      best = *at;
    }
    at = end;
  }
  return best;
}
}  // namespace

namespace {
constexpr std::size_t enough_to_name = 300;

// The first few hundred tellings of a thing that the view admits.
template <typename Take>
void each_telling(const Scene& scene, const View& view, EntityId entity, const Take& take) {
  std::size_t taken = 0;
  for (const ThingIndex index : scene.things.mentions_of(entity)) {
    const ThingRow& thing = scene.holdings.at(index);
    if (!view.admits(scene.holdings.at(thing.record))) continue;
    take(thing);
    if (++taken == enough_to_name) return;
  }
}
}  // namespace

std::string_view category_of(const Scene& scene, const View& view, EntityId entity) {
  std::vector<Code> codes;
  each_telling(scene, view, entity, [&](const ThingRow& thing) {
    if (thing.category != 0) codes.push_back(thing.category);
  });
  return scene.holdings.text(commonest(codes));
}

std::string label_of(const Scene& scene, const View& view, EntityId entity) {
  std::vector<Code> codes;
  each_telling(scene, view, entity,
               [&](const ThingRow& thing) { codes.push_back(thing.text != 0 ? thing.text : thing.id); });
  return std::string(scene.holdings.text(commonest(codes)));
}

std::optional<bool> child_on_day(const Scene& scene, const View& view, PersonId person, Date day) {
  std::vector<PartialDate> births;
  bool child_role = false;
  for (const MentionIndex index : scene.people.mentions_of(person)) {
    const MentionRow& mention = scene.holdings.at(index);
    const RecordRow& record = scene.holdings.at(mention.record);
    if (!view.admits(record)) continue;
    if (mention.birth_date.known()) births.push_back(mention.birth_date);
    if (mention.role == Role::subject && only_children(record.kind)) child_role = true;
  }
  return child_by(best_birth_date(births), child_role, day);
}

std::optional<bool> is_child_on(const Scene& scene, PersonId person, Date day, std::optional<Date> as_known_at,
                                std::optional<Agency> viewer) {
  return child_on_day(scene, View{as_known_at, std::nullopt, viewer}, person, day);
}

}  // namespace wider::picture
