// Normal forms of places, vehicles and phones: what two spellings of one thing have in common.
// Thread safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace wider::picture {

// "w123 abo" → "W123AB0": letters and digits alone, O read as 0 and I as 1 (both are confused on sight and on keys).
// "" when it cannot be a whole registration (under 4 or over 8 characters, no digit, no letter).
[[nodiscard]] std::string normal_registration(std::string_view text);

// "+44 (0)7700 900123", "07700-900123" → "+447700900123". "" when it has fewer than 7 digits.
[[nodiscard]] std::string normal_phone(std::string_view text);

// "rm1 1aa" → "RM11AA".
[[nodiscard]] std::string normal_postcode(std::string_view text);

// The parts of an address line that survive retelling.
struct AddressParts {
  std::string number;  // "4", "12a", "3/10" for flat 3 of number 10; "" when none
  std::string street;  // "station road", abbreviations written out; "" when none
  std::string name;    // what stands before the number: "station kebabs"; the whole line when there is no number
};
[[nodiscard]] AddressParts address_parts(std::string_view text);

// Letters of any case and spelling marks alike: lower case, runs of anything else become one space.
[[nodiscard]] std::string plain_words(std::string_view text);

}  // namespace wider::picture
