// Marks: how values of different kinds are told apart in the one dictionary of the search index. A word of a name has
// none. Which values may be looked at follows from the mark: who somebody is, is shared wherever the record's existence
// is; where they live, how they are reached and what they drove only with the record's outline (hub/profile.cpp).
#pragma once

namespace wider::hub::mark {

inline constexpr char birth_date = '@';
inline constexpr char nhs_number = '#';
inline constexpr char upn = '^';
inline constexpr char phone = '+';
inline constexpr char phone_used = '*';  // a phone named in a record together with people
inline constexpr char registration = '=';
inline constexpr char postcode = '%';
inline constexpr char area = '>';     // the first half of a postcode
inline constexpr char address = '/';  // two words of an address that stand together
inline constexpr char uprn = '~';
inline constexpr char local_id = '!';
inline constexpr char sound = '&';  // how a name sounds; borne by nobody

[[nodiscard]] constexpr bool is_mark(char c) {
  return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
}
// Whether the value says who somebody is, and not where or how to find them.
[[nodiscard]] constexpr bool says_who(char c) {
  return !is_mark(c) || c == birth_date || c == nhs_number || c == upn;
}

}  // namespace wider::hub::mark
