// The blocking plan: which rules there are, and which of their keys are refined, frozen when a model is trained. With
// it, whether two entries are a candidate pair is decided by the two alone, whoever else is there: they are one if
// under some rule both have the same key. Values; thread-safe once made.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace wider::linkage {

enum class Rule : std::uint8_t {
  nhs_number,
  upn,
  email,
  phone,
  birth_date,
  names,
  postcode,
  address,
  surname_and_month,
  forename_and_month,
  forename_and_day,
  surname_and_town,
  forename_town_occupation,
};
inline constexpr std::size_t rule_count = 13;
inline constexpr std::size_t slot_count = 14;  // "names" has two keys
inline constexpr std::array all_rules = {Rule::nhs_number,
                                         Rule::upn,
                                         Rule::email,
                                         Rule::phone,
                                         Rule::birth_date,
                                         Rule::names,
                                         Rule::postcode,
                                         Rule::address,
                                         Rule::surname_and_month,
                                         Rule::forename_and_month,
                                         Rule::forename_and_day,
                                         Rule::surname_and_town,
                                         Rule::forename_town_occupation};
static_assert(all_rules.size() == rule_count);
[[nodiscard]] std::string_view name_of(Rule rule);        // in sentences: "surname and town"
[[nodiscard]] std::string_view model_name_of(Rule rule);  // in model files: "surname_and_town"

// The places of a rule's keys among an entry's.
struct Slots {
  std::size_t first, count;
};
[[nodiscard]] constexpr Slots slots_of(Rule rule) {
  const auto number = static_cast<std::size_t>(rule);
  constexpr auto names = static_cast<std::size_t>(Rule::names);
  if (number == names) return {number, 2};
  return {number < names ? number : number + 1, 1};
}

struct BlockingPlan {
  std::uint32_t largest_block = 400;  // entries; in training a larger one is refined
  // By rule, ascending: the keys that are refined, first those of the values themselves, then those already refined
  // that still give too many. A key is a hash of values that more than largest_block entries share, so it names nobody.
  std::array<std::vector<std::uint64_t>, rule_count> refined;

  friend bool operator==(const BlockingPlan&, const BlockingPlan&) = default;
};

}  // namespace wider::linkage
