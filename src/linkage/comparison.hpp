// Comparison: two entries → a pattern, one level for each field. The levels are the model's vocabulary: m and u are
// learnt for each. Pure; thread-safe (one Comparer for each thread: it remembers name comparisons).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "linkage/entries.hpp"

namespace wider::linkage {

enum class Field : std::uint8_t {
  forename,
  surname,
  birth_date,
  sex,
  home,
  town,
  phone,
  email,
  nhs_number,
  upn,
  occupation
};
inline constexpr std::size_t field_count = 11;
inline constexpr std::size_t most_levels = 12;

// Level 0 of every field is "not given" and weighs nothing.
namespace level {
enum Forename : std::uint8_t {
  forename_missing,
  forename_same,
  forename_variant,
  forename_near,
  forename_part,
  forename_initial,
  forename_swapped,
  forename_alike,
  forename_different
};
enum Surname : std::uint8_t {
  surname_missing,
  surname_same,
  surname_near,
  surname_part,
  surname_swapped,
  surname_alike,
  surname_different
};
enum Birth : std::uint8_t {
  birth_missing,
  birth_same,
  birth_same_first_january,
  birth_swapped,
  birth_one_digit,
  birth_same_month,
  birth_same_year,
  birth_day_month,
  birth_different
};
enum Sexes : std::uint8_t { sex_missing, sex_same, sex_different };
enum Home : std::uint8_t {
  home_missing,
  home_same,
  home_alike,          // same postcode, address alike
  home_street,         // same postcode and street; the number differs or is not given
  home_postcode,       // same postcode, no address to compare
  home_like_address,   // same house and street, another postcode
  home_other_address,  // same postcode, another address
  home_near_postcode,
  home_district,
  home_different
};
// What a home that agrees says of the town is another matter than what the town says alone: correlated fields are not
// counted twice. Its last two levels are compared with each other only.
enum Town : std::uint8_t { town_missing, town_same, town_near, town_different, town_same_at_home, town_other_at_home };
// NHS number and UPN. No single slip leaves the check digit right: two numbers that both pass their check are the same
// or of two people, and one that fails it says less.
enum Number : std::uint8_t {
  number_missing,
  number_same,
  number_same_failing,  // the same, and the check digit is wrong: copied, or a placeholder
  number_near,          // one character differs, and a check digit is wrong
  number_different,
  number_different_failing
};
enum Plain : std::uint8_t { plain_missing, plain_same, plain_near, plain_different };
}  // namespace level

struct LevelInfo {
  std::string_view name;   // in model files
  std::string_view words;  // in explanations
  double m = 0;            // what is assumed before anything is learnt
  double u = 0;
  std::uint8_t group = 0;  // levels of a group share their probability out among themselves
};
struct FieldInfo {
  std::string_view name;
  std::vector<LevelInfo> levels;
};
[[nodiscard]] const std::array<FieldInfo, field_count>& field_infos();

using Pattern = std::array<std::uint8_t, field_count>;
[[nodiscard]] constexpr std::uint64_t pack(const Pattern& pattern) {
  std::uint64_t packed = 0;
  for (const std::uint8_t at : pattern) packed = (packed << 4) | at;
  return packed;
}
[[nodiscard]] constexpr Pattern unpack(std::uint64_t packed) {
  Pattern pattern{};
  for (std::size_t i = field_count; i-- > 0; packed >>= 4) pattern[i] = static_cast<std::uint8_t>(packed & 15U);
  return pattern;
}

// Whether a folded name, by code, is an established name (held by many): then a small difference is another name, not a
// typo.
using Established = std::vector<bool>;

class Comparer {
 public:
  Comparer(const Entries& entries, const Established& forenames);
  [[nodiscard]] Pattern compare(const Entry& left, const Entry& right);

 private:
  enum Likeness : std::uint8_t { different, alike, near, variant, same };
  // What is known of names is known only of those that some row bears: it must not tell on towns that are called like
  // them, or a pair's weight would be a matter of other rows.
  enum class NameOf : std::uint8_t { person, town };
  Likeness name_likeness(Code left, Code right, NameOf of = NameOf::person);
  Likeness name_likeness_uncached(Code left, Code right, NameOf of) const;
  [[nodiscard]] bool variants(Code left, Code right) const;
  void compare_names(const Entry& left, const Entry& right, Pattern& pattern);
  std::uint8_t forename_level(const Entry& left, const Entry& right);
  std::uint8_t surname_level(const Entry& left, const Entry& right);
  std::uint8_t home_level(const Entry& left, const Entry& right) const;
  std::uint8_t town_level(const Entry& left, const Entry& right, std::uint8_t home_at);
  std::uint8_t plain_level(Code left, Code right, int within) const;
  std::uint8_t number_level(Code left, Code right, bool failing) const;

  struct Remembered {
    std::uint64_t pair = ~0ULL;
    Likeness likeness = different;
  };
  const Entries* entries_;
  const Established* established_;
  std::vector<Remembered> memory_;
};

[[nodiscard]] std::uint8_t birth_level(BirthDate left, BirthDate right);

}  // namespace wider::linkage
