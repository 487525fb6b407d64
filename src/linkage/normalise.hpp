// Normalising: the texts of rows → what is compared. Each function takes one value as it was given and interns what it
// reads out of it into the pool that the Normaliser was given; entries.cpp gives each worker one and puts them
// together. Not thread-safe: one pool for each worker.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/string_pool.hpp"
#include "linkage/linkage.hpp"
#include "linkage/text.hpp"

namespace wider::linkage {

inline constexpr std::size_t other_name_count = 4;

// What is known of a folded name, by code.
struct NameFacts {
  NameGroups groups{};
  Code sound = 0;  // sound key of the fullest form, for forenames
  Code plain_sound = 0;
};

// All members of these are codes, so that those of one pool can be made those of another (recode()).
struct ParsedForename {
  Code first = 0, whole = 0;
  std::array<Code, other_name_count> others{};
};
struct ParsedSurname {
  Code whole = 0, first = 0, last = 0;
};
struct ParsedFullName {
  ParsedForename forename;
  ParsedSurname surname;
  std::array<Code, other_name_count> beyond{};  // what stands neither as first forename nor as surname
};
struct ParsedAddress {
  Code address = 0, words = 0, house = 0, street = 0;
};
struct ParsedPostcode {
  Code postcode = 0, outward = 0;
};
struct ParsedText {
  Code text = 0;
};
struct ParsedNumber {
  Code number = 0;
  std::uint32_t fails = 0;  // 1: the check digit is wrong; no code
};

template <typename Parsed>
void recode(Parsed& parsed, const std::vector<Code>& code_of) {
  static_assert(sizeof(Parsed) % sizeof(Code) == 0 && alignof(Parsed) == alignof(Code));
  auto* codes = reinterpret_cast<Code*>(&parsed);
  for (std::size_t i = 0; i < sizeof(Parsed) / sizeof(Code); ++i) codes[i] = code_of[codes[i]];
}

inline void recode(ParsedNumber& parsed, const std::vector<Code>& code_of) {
  parsed.number = code_of[parsed.number];
}

class Normaliser {
 public:
  // names: by code of the pool; it is made longer as needed, perhaps not as long as the pool. Both outlive it.
  Normaliser(StringPool& pool, std::vector<NameFacts>& facts) : strings_(pool), names_(facts) {}
  ParsedForename forename(std::string_view text);
  ParsedSurname surname(std::string_view text);
  ParsedFullName full_name(std::string_view text);
  ParsedText alias(std::string_view text);
  ParsedAddress address(std::string_view text);
  ParsedPostcode postcode(std::string_view text);
  ParsedText email(std::string_view text);
  ParsedNumber nhs_number(std::string_view text);
  ParsedNumber upn(std::string_view text);
  ParsedText tight(std::string_view text) { return {strings_.intern(fold_tight(text))}; }
  ParsedText folded(std::string_view text) { return {strings_.intern(fold(text))}; }
  ParsedText phone(std::string_view text) { return {strings_.intern(fold_phone(text))}; }
  ParsedText as_given(std::string_view text) { return {strings_.intern(text)}; }

 private:
  Code name(std::string_view word);
  ParsedForename forename_of(std::span<const std::string_view> parts);
  ParsedSurname surname_of(std::span<const std::string_view> parts);

  StringPool& strings_;
  std::vector<NameFacts>& names_;
};

template <std::size_t size>
void add_name(std::array<Code, size>& names, Code name) {
  if (name == 0) return;
  for (Code& place : names) {
    if (place == name) return;
    if (place == 0) {
      place = name;
      return;
    }
  }
}

}  // namespace wider::linkage
