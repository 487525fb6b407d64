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
  // From here on: for sparse and dirty rows. Each is used where training finds that it brings enough for its cost.
  surname_and_day,
  surname_and_year,
  surname_and_district,
  forename_and_district,
  forename_and_town,
  forename_and_surname_start,
  forename_and_surname_end,
  surname_and_forename_end,
  surname_start_and_town,
  surname_end_and_town,
  surname_start_and_birth,
  surname_end_and_birth,
  email_sound,
  surname_alone,
  forename_alone,
};
inline constexpr std::size_t rule_count = 28;
inline constexpr std::size_t base_rule_count = 13;        // always used
inline constexpr std::size_t slot_count = 29;             // "names" has two keys
[[nodiscard]] std::string_view name_of(Rule rule);        // in sentences: "surname and town"
[[nodiscard]] std::string_view model_name_of(Rule rule);  // in model files: "surname_and_town"

inline constexpr std::array<Rule, rule_count> every_rule = [] {
  std::array<Rule, rule_count> rules{};
  for (std::size_t rule = 0; rule < rule_count; ++rule) rules[rule] = static_cast<Rule>(rule);
  return rules;
}();

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

// What training saw a rule bring: shares of the matches that all rules in use bring together.
struct RuleForecast {
  double recall = 0;
  double alone = 0;  // that no other rule brings
  double pairs = 0;  // candidates it gave: its cost
  friend bool operator==(const RuleForecast&, const RuleForecast&) = default;
};

struct BlockingPlan {
  std::uint32_t largest_block = 400;  // entries; in training a larger one is refined
  // By rule, ascending: the keys that are refined, first those of the values themselves, then those already refined
  // that still give too many. A key is a hash of values that more than largest_block entries share, so it names nobody.
  std::array<std::vector<std::uint64_t>, rule_count> refined;
  std::array<bool, rule_count> used = base_rules();  // the others give no key

  std::array<RuleForecast, rule_count> forecast{};
  double least_recall = 0;  // of all matches, those reckoned in that no rule is seen to bring; told from a sample

  [[nodiscard]] static constexpr std::array<bool, rule_count> base_rules() {
    std::array<bool, rule_count> base{};
    for (std::size_t rule = 0; rule < base_rule_count; ++rule) base[rule] = true;
    return base;
  }

  friend bool operator==(const BlockingPlan&, const BlockingPlan&) = default;
};

}  // namespace wider::linkage
