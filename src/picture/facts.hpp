// What a view of the records says of each person: whether they are a child on a day, where and with whom they live,
// which school they go to. A view is the set of records that may be used for one answer; nothing outside it has a say
// (invariants 8 and 10: a restricted or later record changes no birth date, household or school that others rely on).
// Thread safety: const members may be called together.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "picture/picture.hpp"

namespace wider::picture {

struct View {
  std::optional<Date> as_known_at;
  std::optional<Agency> only_agency;
  std::optional<Agency> restricted_of;  // whose originator-only records count too; none: no one's

  [[nodiscard]] bool admits(const RecordRow& record) const;
};

// As Facts::child_on, for one person and without facts at hand.
[[nodiscard]] std::optional<bool> child_on_day(const Scene& scene, const View& view, PersonId person, Date day);
// "a silver Vauxhall Vectra", "Station Kebabs": as most of the admitted records say it (of the first few hundred).
[[nodiscard]] std::string label_of(const Scene& scene, const View& view, EntityId entity);
// The category most of them give; "" when none.
[[nodiscard]] std::string_view category_of(const Scene& scene, const View& view, EntityId entity);

class Facts {
 public:
  Facts(const Scene& scene, const View& view);

  [[nodiscard]] const Scene& scene() const { return scene_; }
  [[nodiscard]] const View& view() const { return view_; }

  // nullopt: not known.
  [[nodiscard]] std::optional<bool> child_on(PersonId person, Date day) const;
  // Whether a child on that day, where "not known" is no.
  [[nodiscard]] bool is_child(PersonId person, Date day) const { return child_on(person, day).value_or(false); }

  // Whether two people share an address at one time, or surname and postcode, or a parent; or one is the other's
  // parent.
  [[nodiscard]] bool same_household(PersonId a, PersonId b) const;
  [[nodiscard]] bool lives_at(PersonId person, EntityId place) const;
  [[nodiscard]] bool same_school(PersonId a, PersonId b) const;
  [[nodiscard]] std::span<const EntityId> schools_of(PersonId person) const;

  // Numbers the people so that two of one household have the same number, also by way of a third who is among them.
  // Shape: one number for each person, the least position of its household.
  [[nodiscard]] std::vector<std::uint32_t> households(std::span<const PersonId> people, std::int32_t slack_days) const;

  // Whether a licence is recorded for it: a taxi, a licensed premises.
  [[nodiscard]] bool is_licensed(EntityId entity) const;
  [[nodiscard]] std::string_view category(EntityId entity) const { return category_of(scene_, view_, entity); }

 private:
  // A thing two people of one household have in common, and when: an address, surname with postcode, a parent.
  struct Key {
    std::uint64_t key;
    std::int32_t first;
    std::int32_t last;
  };
  [[nodiscard]] std::span<const Key> keys_of(PersonId person) const;
  void take_person(PersonId person, std::vector<Key>& keys, std::vector<EntityId>& schools);

  Scene scene_;
  View view_;
  std::vector<PartialDate> birth_;        // by person
  std::vector<bool> child_roles_;         // by person: named in a role only children have
  std::vector<std::uint32_t> first_key_;  // by person: offset into keys_; the end is first_key_ of the next
  std::vector<std::uint32_t> key_count_;
  std::vector<Key> keys_;
  std::vector<std::uint32_t> first_school_;
  std::vector<std::uint16_t> school_count_;
  std::vector<EntityId> schools_;
  std::vector<std::uint64_t> surname_hash_;  // by string code; 0 until needed
};

// Union-find over positions 0 … n-1; the least position is the root.
class Groups {
 public:
  explicit Groups(std::size_t n);
  std::uint32_t root(std::uint32_t at);
  void join(std::uint32_t a, std::uint32_t b);

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace wider::picture
