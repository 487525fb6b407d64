#include "linkage/block_keys.hpp"

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <utility>

#include "base/hash.hpp"
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
std::uint64_t day_of_year(BirthDate birth) {
  return birth.full() ? static_cast<std::uint64_t>(birth.month * 32 + birth.day) : 0;
}
std::uint64_t year_of(BirthDate birth) {
  return static_cast<std::uint64_t>(birth.year);
}
// A row with one name only may hold a surname in the forename's place: the lone name stands for both.
Code surname_or_lone(const Entry& entry) {
  return entry.surname != 0 ? entry.surname : entry.forename;
}
Code forename_or_lone(const Entry& entry) {
  return entry.forename != 0 ? entry.forename : entry.surname;
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
                                                                     "forename, town and occupation",
                                                                     "surname and day of birth",
                                                                     "surname and year of birth",
                                                                     "surname and postcode district",
                                                                     "forename and postcode district",
                                                                     "forename and town",
                                                                     "forename and start of surname",
                                                                     "forename and end of surname",
                                                                     "surname and end of forename",
                                                                     "start of surname and town",
                                                                     "end of surname and town",
                                                                     "start of surname and birth date",
                                                                     "end of surname and birth date",
                                                                     "sound of e-mail",
                                                                     "surname",
                                                                     "forename"};
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
                                                                     "forename_town_occupation",
                                                                     "surname_and_day",
                                                                     "surname_and_year",
                                                                     "surname_and_district",
                                                                     "forename_and_district",
                                                                     "forename_and_town",
                                                                     "forename_and_surname_start",
                                                                     "forename_and_surname_end",
                                                                     "surname_and_forename_end",
                                                                     "surname_start_and_town",
                                                                     "surname_end_and_town",
                                                                     "surname_start_and_birth",
                                                                     "surname_end_and_birth",
                                                                     "email_sound",
                                                                     "surname_alone",
                                                                     "forename_alone"};
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

BlockKeys::BlockKeys(const Entries& entries, const BlockingPlan& plan) : entries_(&entries), used_(plan.used) {
  for (std::size_t rule = 0; rule < rule_count; ++rule) refined_[rule] = KeySet(plan.refined[rule]);
}

std::uint64_t BlockKeys::names(Code one, Code other) const {
  const std::uint64_t a = sound(one), b = sound(other);  // in either order: forename and surname change places
  return all_of(Rule::names, {std::min(a, b), std::max(a, b)});
}

// One slip of the pen spares a name's first three letters or its last three.
std::uint64_t BlockKeys::start(Code name) const {
  const std::string_view text = entries_->strings.view(name);
  return text.size() < 3 ? 0 : hash_bytes(text.substr(0, 3), 11) | 1;
}
std::uint64_t BlockKeys::end(Code name) const {
  const std::string_view text = entries_->strings.view(name);
  return text.size() < 3 ? 0 : hash_bytes(text.substr(text.size() - 3), 12) | 1;
}
std::uint64_t BlockKeys::district(const Entry& entry) const {
  if (entry.outward != 0) return text(entry.outward);
  const std::string_view postcode = entries_->strings.view(entry.postcode);
  return postcode.size() < 4 ? 0 : hash_bytes(postcode.substr(0, 3), 13) | 1;
}

std::uint64_t BlockKeys::sparse(Rule rule, const Entry& entry) const {
  const Code surname = surname_or_lone(entry), forename = forename_or_lone(entry);
  const auto birth = [&] { return entry.birth.full() ? day_of(entry.birth) : year_of(entry.birth); };
  switch (rule) {
    case Rule::surname_and_day:
      return all_of(rule, {plain_sound(surname), day_of_year(entry.birth)});
    case Rule::surname_and_year:
      return all_of(rule, {plain_sound(surname), year_of(entry.birth)});
    case Rule::surname_and_district:
      return all_of(rule, {plain_sound(surname), district(entry)});
    case Rule::forename_and_district:
      return all_of(rule, {sound(forename), district(entry)});
    case Rule::forename_and_town:
      return all_of(rule, {sound(forename), text(entry.town)});
    case Rule::forename_and_surname_start:
      return all_of(rule, {sound(entry.forename), start(entry.surname)});
    case Rule::forename_and_surname_end:
      return all_of(rule, {sound(entry.forename), end(entry.surname)});
    case Rule::surname_and_forename_end:
      return all_of(rule, {plain_sound(entry.surname), end(entry.forename)});
    case Rule::surname_start_and_town:
      return all_of(rule, {start(surname), text(entry.town)});
    case Rule::surname_end_and_town:
      return all_of(rule, {end(surname), text(entry.town)});
    case Rule::surname_start_and_birth:
      return all_of(rule, {start(surname), birth()});
    case Rule::surname_end_and_birth:
      return all_of(rule, {end(surname), birth()});
    case Rule::email_sound:
      return all_of(rule, {text(entry.email_sound)});
    case Rule::surname_alone:
      return all_of(rule, {plain_sound(surname)});
    case Rule::forename_alone:
      return all_of(rule, {sound(forename)});
    default:
      std::unreachable();
  }
}

RuleKeys BlockKeys::base(Rule rule, const Entry& entry) const {
  if (!used_[static_cast<std::size_t>(rule)]) return {0, 0};
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
      const Code second = entry.surname_last != 0 ? entry.surname_last : entry.other_names[0];
      const std::uint64_t first_key =
          names(entry.forename, entry.surname_first != 0 ? entry.surname_first : entry.surname);
      const std::uint64_t second_key =
          entry.surname_last != 0 ? names(entry.forename, second) : names(second, entry.surname);
      return {first_key, second_key == first_key ? 0 : second_key};
    }
    case Rule::postcode:
      return {all_of(rule, {text(entry.postcode)}), 0};
    case Rule::address:
      return {all_of(rule, {text(entry.house != 0 ? entry.house : entry.address)}), 0};
    case Rule::surname_and_month:
      return {all_of(rule, {plain_sound(surname_or_lone(entry)), month_of(entry.birth)}), 0};
    case Rule::forename_and_month:
      return {all_of(rule, {sound(forename_or_lone(entry)), month_of(entry.birth)}), 0};
    case Rule::forename_and_day:
      return {all_of(rule, {sound(forename_or_lone(entry)), day_of_year(entry.birth)}), 0};
    case Rule::surname_and_town:
      return {all_of(rule, {plain_sound(surname_or_lone(entry)), text(entry.town)}), 0};
    case Rule::forename_town_occupation:
      return {all_of(rule, {sound(forename_or_lone(entry)), text(entry.town), text(entry.occupation)}), 0};
    default:
      return {sparse(rule, entry), 0};
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
