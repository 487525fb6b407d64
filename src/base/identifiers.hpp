// Checks and normal forms of the identifiers that agencies hold: NHS number, unique pupil number (UPN), unique property
// reference number (UPRN) and vehicle registration. An identifier is evidence, not proof: a number that fails its check
// is kept and an issue noted, and a number that passes may still be pasted onto the wrong record.
// Pure functions; thread safe.
#pragma once

#include <string>
#include <string_view>

namespace wider {

// Ten digits (spaces and hyphens aside) whose last is the check digit: weights 10 to 2, 11 - (sum mod 11), 11 becomes 0
// and 10 is never issued (NHS Data Dictionary, "NHS NUMBER"). One digit ten times over is a placeholder: false.
[[nodiscard]] bool nhs_number_valid(std::string_view text);
// A check letter and twelve characters, the last a digit, or a letter in a temporary UPN (Department for Education,
// "Unique pupil numbers"): the letter is number (sum of value × position, positions 2 to 13) mod 23 of
// ABCDEFGHJKLMNPQRTUVWXYZ. A letter in the last place counts by its place in the same alphabet.
[[nodiscard]] bool upn_valid(std::string_view text);
// One to twelve digits, not all nought; a UPRN has no check digit.
[[nodiscard]] bool uprn_plausible(std::string_view text);
// The shape of a whole registration of the United Kingdom: current (AB51 CDE), prefix (W123 ABC), suffix (ABC 123W),
// dateless (ABC 1, 1 ABC) or Northern Ireland (ABZ 1234); O and 0, I and 1 may stand for one another.
[[nodiscard]] bool registration_plausible(std::string_view text);

// Normal forms, for comparing and blocking. Two texts of one identifier give one form; "" when nothing is left.
[[nodiscard]] std::string normal_nhs_number(std::string_view text);    // digits alone
[[nodiscard]] std::string normal_upn(std::string_view text);           // capitals and digits alone
[[nodiscard]] std::string normal_uprn(std::string_view text);          // digits alone, without leading noughts
[[nodiscard]] std::string normal_registration(std::string_view text);  // capitals and digits; O written 0, I written 1

}  // namespace wider
