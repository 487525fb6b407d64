// Normalising text for comparison: folding to lower-case ASCII, words, sound keys, name tables.
// Folding keeps letters and digits of Latin scripts (diacritics dropped, ß → ss, ø → o, þ → th); other scripts are kept
// byte for byte, so that equal texts stay equal. Pure; thread-safe after the first call (tables are read-only).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wider::linkage {

// Lower-case, without diacritics; apostrophes vanish (but not full stops: "J.R." is two words); everything that is
// neither letter nor digit becomes one space.
[[nodiscard]] std::string fold(std::string_view text);
// Letters and digits only, lower case: postcodes, identifiers.
[[nodiscard]] std::string fold_tight(std::string_view text);
[[nodiscard]] std::vector<std::string_view> words(std::string_view folded);
[[nodiscard]] bool is_title(std::string_view folded_word);
[[nodiscard]] bool is_placeholder(std::string_view folded_word);  // no name even where no other word stands
[[nodiscard]] bool is_no_forename(std::string_view folded_word);  // "girl", "unborn": what somebody is, not their name
// A key that names of the same sound share, whatever the spelling or the transliteration ("mohammed", "muhamad").
[[nodiscard]] std::string sound_key(std::string_view folded_word);
// Abbreviations made one: "12 station rd".
[[nodiscard]] std::string fold_address(std::string_view text);
// Digits of a phone number without the country or trunk prefix; "" when fewer than six.
[[nodiscard]] std::string fold_phone(std::string_view text);

// Groups of forenames that may be one person's (models/names/forename_groups.txt); 0 is no group.
using NameGroups = std::array<std::uint16_t, 6>;
[[nodiscard]] NameGroups groups_of(std::string_view folded_word);
// The fullest form of the name's first group, or the name itself: what blocking uses.
[[nodiscard]] std::string_view fullest_form(std::string_view folded_word);

}  // namespace wider::linkage
