#include "linkage/block_keys.hpp"

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <utility>

#include "base/random.hpp"

namespace wider::linkage {
namespace {

// A value of an entry that refines an over-full block; in the order in which they are tried.
enum class Refiner : std::uint8_t { birth_year, forename, surname, home, birth_day, town };
constexpr std::array refiners = {Refiner::birth_year, Refiner::forename,  Refiner::surname,
                                 Refiner::home,       Refiner::birth_day, Refiner::town};
static_assert(refiners.size() == refiner_count);

// 0 when any of the values is missing: then the rule gives no key.
std::uint64_t all_of(Rule rule, std::initializer_list<std::uint64_t> values) {
  std::uint64_t hash = mix64(static_cast<std::uint64_t>(rule) + 1);
  for (const std::uint64_t value : values) {
    if (value == 0) return 0;
    hash = mix64(hash ^ value);
  }
  return hash | 1;
}
std::uint64_t month_of(BirthDate birth) {
  return birth.month == 0 ? 0 : static_cast<std::uint64_t>(birth.year * 16 + birth.month);
}
// The same for a date and the date with day and month changed places.
std::uint64_t day_of(BirthDate birth) {
  if (!birth.full()) return 0;
  return static_cast<std::uint64_t>((birth.year * 64 + std::min(birth.month, birth.day)) * 64 +
                                    std::max(birth.month, birth.day));
}

}  // namespace

std::string_view name_of(Rule rule) {
  static constexpr std::array<std::string_view, rule_count> names = {"NHS number",
                                                                     "UPN",
                                                                     "e-mail",
                                                                     "phone",
                                                                     "birth date",
                                                                     "names",
                                                                     "postcode",
                                                                     "address",
                                                                     "surname and month of birth",
                                                                     "forename and month of birth",
                                                                     "forename and day of birth",
                                                                     "surname and town",
                                                                     "forename, town and occupation"};
  return names[static_cast<std::size_t>(rule)];
}

std::string_view model_name_of(Rule rule) {
  static constexpr std::array<std::string_view, rule_count> names = {"nhs_number",
                                                                     "upn",
                                                                     "email",
                                                                     "phone",
                                                                     "birth_date",
                                                                     "names",
                                                                     "postcode",
                                                                     "address",
                                                                     "surname_and_month",
                                                                     "forename_and_month",
                                                                     "forename_and_day",
                                                                     "surname_and_town",
                                                                     "forename_town_occupation"};
  return names[static_cast<std::size_t>(rule)];
}

KeySet::KeySet(const std::vector<std::uint64_t>& keys) {
  for (const std::uint64_t key : keys) insert(key);
}

void KeySet::insert(std::uint64_t key) {
  if (contains(key)) return;
  if ((held_ + 1) * 4 > slots_.size()) grow();
  std::size_t slot = key >> shift_;
  while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
  slots_[slot] = key;
  ++held_;
}

void KeySet::grow() {
  std::vector<std::uint64_t> before(std::max<std::size_t>(16, slots_.size() * 4));
  before.swap(slots_);
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(slots_.size()));
  for (const std::uint64_t key : before) {
    if (key == 0) continue;
    std::size_t slot = key >> shift_;
    while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
    slots_[slot] = key;
  }
}

BlockKeys::BlockKeys(const Entries& entries, const BlockingPlan& plan) : entries_(&entries) {
  for (std::size_t rule = 0; rule < rule_count; ++rule) refined_[rule] = KeySet(plan.refined[rule]);
}

std::uint64_t BlockKeys::names(Code one, Code other) const {
  const std::uint64_t a = sound(one), b = sound(other);  // in either order: forename and surname change places
  return all_of(Rule::names, {std::min(a, b), std::max(a, b)});
}

RuleKeys BlockKeys::base(Rule rule, const Entry& entry) const {
  switch (rule) {
    case Rule::nhs_number:
      return {all_of(rule, {text(entry.nhs_number)}), 0};
    case Rule::upn:
      return {all_of(rule, {text(entry.upn)}), 0};
    case Rule::email:
      return {all_of(rule, {text(entry.email)}), 0};
    case Rule::phone:
      return {all_of(rule, {text(entry.phone)}), 0};
    case Rule::birth_date:
      return {all_of(rule, {day_of(entry.birth)}), 0};
    case Rule::names: {
      const MoreFields& more = entries_->more_of(entry);
      const Code second = more.surname_last != 0 ? more.surname_last : more.other_names[0];
      const std::uint64_t first_key =
          names(entry.forename, more.surname_first != 0 ? more.surname_first : entry.surname);
      const std::uint64_t second_key =
          more.surname_last != 0 ? names(entry.forename, second) : names(second, entry.surname);
      return {first_key, second_key == first_key ? 0 : second_key};
    }
    case Rule::postcode:
      return {all_of(rule, {text(entry.postcode)}), 0};
    case Rule::address:
      return {all_of(rule, {text(entry.house != 0 ? entry.house : entry.address)}), 0};
    case Rule::surname_and_month:
      return {all_of(rule, {plain_sound(entry.surname), month_of(entry.birth)}), 0};
    case Rule::forename_and_month:
      return {all_of(rule, {sound(entry.forename), month_of(entry.birth)}), 0};
    case Rule::forename_and_day: {
      const BirthDate birth = entry.birth;
      const std::uint64_t day = birth.full() ? static_cast<std::uint64_t>(birth.month * 32 + birth.day) : 0;
      return {all_of(rule, {sound(entry.forename), day}), 0};
    }
    case Rule::surname_and_town:
      return {all_of(rule, {plain_sound(entry.surname), text(entry.town)}), 0};
    case Rule::forename_town_occupation:
      return {all_of(rule, {sound(entry.forename), text(entry.town), text(entry.occupation)}), 0};
  }
  std::unreachable();
}

std::uint64_t BlockKeys::refine(std::uint64_t key, std::size_t step, const Entry& entry) const {
  const auto value = [&]() -> std::uint64_t {
    switch (refiners[step]) {
      case Refiner::birth_year:
        return static_cast<std::uint64_t>(entry.birth.year);
      case Refiner::forename:
        return sound(entry.forename);
      case Refiner::surname:
        return plain_sound(entry.surname);
      case Refiner::home:
        return text(entry.postcode != 0 ? entry.postcode : entry.address);
      case Refiner::birth_day:
        return day_of(entry.birth);
      case Refiner::town:
        return text(entry.town);
    }
    std::unreachable();
  };
  return mix64(key ^ value() ^ (step + 1)) | 1;
}

RuleKeys BlockKeys::of(Rule rule, const Entry& entry) const {
  RuleKeys keys = base(rule, entry);
  for (std::uint64_t& key : keys) {
    for (std::size_t step = 0; key != 0 && step < refiner_count && is_refined(rule, key); ++step)
      key = refine(key, step, entry);
  }
  return keys;
}

}  // namespace wider::linkage
