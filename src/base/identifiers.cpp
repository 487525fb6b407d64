#include "base/identifiers.hpp"

namespace wider {
namespace {

constexpr std::string_view upn_letters = "ABCDEFGHJKLMNPQRTUVWXYZ";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
char capital(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// Capitals and digits alone.
std::string letters_and_digits(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const char upper = capital(c);
    if (is_digit(upper) || is_capital(upper)) out += upper;
  }
  return out;
}

std::string digits_alone(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_digit(c)) out += c;
  }
  return out;
}

// Nothing but the wanted characters and the separators people type.
bool only_digits_and_separators(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c) && c != ' ' && c != '-') return false;
  }
  return true;
}

// The character may stand for a digit or a letter, with O and 0, I and 1 confused.
bool as_digit(char c) {
  return is_digit(c) || c == 'O' || c == 'I';
}
bool as_letter(char c) {
  return is_capital(c) || c == '0' || c == '1';
}

// Follows a shape of runs, such as 1 letter, 1 to 3 digits, 3 letters; the runs are tried greedily and shorter.
struct Run {
  bool letters;
  std::size_t least;
  std::size_t most;
};

bool follows(std::string_view text, const Run* runs, std::size_t count) {
  if (count == 0) return text.empty();
  const Run& run = runs[0];
  for (std::size_t length = 1; length <= run.most && length <= text.size(); ++length) {
    const char c = text[length - 1];
    if (run.letters ? !as_letter(c) : !as_digit(c)) return false;
    if (length >= run.least && follows(text.substr(length), runs + 1, count - 1)) return true;
  }
  return false;
}

template <std::size_t N>
bool follows(std::string_view text, const Run (&runs)[N]) {
  return follows(text, runs, N);
}

}  // namespace

bool nhs_number_valid(std::string_view text) {
  if (!only_digits_and_separators(text)) return false;
  const std::string digits = digits_alone(text);
  if (digits.size() != 10 || digits.find_first_not_of(digits[0]) == std::string::npos) return false;
  int sum = 0;
  for (int i = 0; i < 9; ++i) sum += (digits[static_cast<std::size_t>(i)] - '0') * (10 - i);
  const int check = 11 - sum % 11;
  return check != 10 && check % 11 == digits[9] - '0';
}

bool upn_valid(std::string_view text) {
  const std::string upn = letters_and_digits(text);
  if (upn.size() != 13 || !is_capital(upn[0])) return false;
  std::size_t sum = 0;
  for (std::size_t i = 1; i < 13; ++i) {
    std::size_t value = 0;
    if (is_digit(upn[i])) {
      value = static_cast<std::size_t>(upn[i] - '0');
    } else {
      value = upn_letters.find(upn[i]);
      if (i != 12 || value == std::string_view::npos) return false;
    }
    sum += value * (i + 1);
  }
  return upn_letters[sum % 23] == upn[0];
}

bool uprn_plausible(std::string_view text) {
  if (text.empty() || text.size() > 12) return false;
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return text.find_first_not_of('0') != std::string_view::npos;
}

bool registration_plausible(std::string_view text) {
  for (const char c : text) {
    const char upper = capital(c);
    if (!is_digit(upper) && !is_capital(upper) && c != ' ' && c != '-') return false;
  }
  static constexpr Run current[] = {{true, 2, 2}, {false, 2, 2}, {true, 3, 3}};
  static constexpr Run prefix[] = {{true, 1, 1}, {false, 1, 3}, {true, 3, 3}};
  static constexpr Run suffix[] = {{true, 3, 3}, {false, 1, 3}, {true, 1, 1}};
  static constexpr Run letters_first[] = {{true, 1, 3}, {false, 1, 4}};
  static constexpr Run digits_first[] = {{false, 1, 4}, {true, 1, 3}};
  const std::string plate = letters_and_digits(text);
  // Both kinds must be there as written: a plain number is none, though its 1 might be an I.
  if (plate.find_first_of("0123456789") == std::string::npos) return false;
  if (plate.find_first_not_of("0123456789") == std::string::npos) return false;
  return follows(plate, current) || follows(plate, prefix) || follows(plate, suffix) || follows(plate, letters_first) ||
         follows(plate, digits_first);
}

std::string normal_nhs_number(std::string_view text) {
  return digits_alone(text);
}
std::string normal_upn(std::string_view text) {
  return letters_and_digits(text);
}

std::string normal_uprn(std::string_view text) {
  std::string digits = digits_alone(text);
  digits.erase(0, digits.find_first_not_of('0'));
  return digits;
}

std::string normal_registration(std::string_view text) {
  std::string plate = letters_and_digits(text);
  for (char& c : plate) {
    if (c == 'O') c = '0';
    if (c == 'I') c = '1';
  }
  return plate;
}

}  // namespace wider
