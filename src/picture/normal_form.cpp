#include "picture/normal_form.hpp"

#include <array>
#include <utility>
#include <vector>

namespace wider::picture {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Street words as agencies shorten them. "st" is left alone at the start of a name (Saint).
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> shortened{{{"rd", "road"},
                                                                                   {"st", "street"},
                                                                                   {"str", "street"},
                                                                                   {"ave", "avenue"},
                                                                                   {"av", "avenue"},
                                                                                   {"cl", "close"},
                                                                                   {"dr", "drive"},
                                                                                   {"ln", "lane"},
                                                                                   {"la", "lane"},
                                                                                   {"ct", "court"},
                                                                                   {"cres", "crescent"},
                                                                                   {"cr", "crescent"},
                                                                                   {"gdns", "gardens"},
                                                                                   {"pl", "place"},
                                                                                   {"sq", "square"},
                                                                                   {"tce", "terrace"}}};

std::vector<std::string> words_of(std::string_view piece) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : piece) {
    if (is_letter(c) || is_digit(c) || (static_cast<unsigned char>(c) & 0x80) != 0) {
      word += lower(c);
    } else if (c != '\'' && !word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string join(const std::vector<std::string>& words, std::size_t from) {
  std::string text;
  for (std::size_t i = from; i < words.size(); ++i) {
    if (!text.empty()) text += ' ';
    std::string_view word = words[i];
    if (i > from) {
      for (const auto& [from_word, to_word] : shortened) {
        if (word == from_word) {
          word = to_word;
          break;
        }
      }
    }
    text += word;
  }
  return text;
}

}  // namespace

std::string plain_words(std::string_view text) {
  std::string plain;
  for (const std::string& word : words_of(text)) {
    if (!plain.empty()) plain += ' ';
    plain += word;
  }
  return plain;
}

std::string normal_registration(std::string_view text) {
  std::string plate;
  bool digit = false;
  bool letter = false;
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c)) {
      if (c == ' ' || c == '-' || c == '.') continue;
      return {};
    }
    digit = digit || is_digit(c);
    letter = letter || is_letter(c);
    const char big = upper(c);
    plate += big == 'O' ? '0' : big == 'I' ? '1' : big;
  }
  if (plate.size() < 4 || plate.size() > 8 || !digit || !letter) return {};
  return plate;
}

std::string normal_phone(std::string_view text) {
  std::string digits;
  bool plus = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && digits.empty()) plus = true;
    // "(0)" after a country code is not dialled.
    if (text[i] == '(' && i + 2 < text.size() && text[i + 1] == '0' && text[i + 2] == ')' && !digits.empty()) {
      i += 2;
      continue;
    }
    if (is_digit(text[i])) digits += text[i];
  }
  // With its country code: "+…", 00…, 0… of this country, 44…, or a number whose zero a spreadsheet ate.
  std::string whole = "44" + digits;
  if (plus || (digits.size() == 12 && digits.starts_with("44"))) {
    whole = digits;
  } else if (digits.starts_with("00")) {
    whole = digits.substr(2);
  } else if (digits.starts_with("0")) {
    whole = "44" + digits.substr(1);
  }
  if (digits.size() < 7 || whole.size() < 7 || whole.size() > 15) return {};
  return "+" + whole;
}

std::string normal_postcode(std::string_view text) {
  std::string code;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c)) code += upper(c);
  }
  return code;
}

AddressParts address_parts(std::string_view text) {
  AddressParts parts;
  std::string flat;
  std::size_t at = 0;
  while (at <= text.size()) {
    std::size_t comma = text.find(',', at);
    if (comma == std::string_view::npos) comma = text.size();
    const std::vector<std::string> words = words_of(text.substr(at, comma - at));
    at = comma + 1;
    std::size_t i = 0;
    if (words.size() >= 2 &&
        (words[0] == "flat" || words[0] == "unit" || words[0] == "apartment" || words[0] == "apt")) {
      flat = words[1];
      i = 2;
    }
    if (i >= words.size()) continue;
    if (parts.number.empty() && is_digit(words[i][0])) {
      parts.number = words[i];
      parts.street = join(words, i + 1);
    } else if (parts.number.empty()) {
      if (!parts.name.empty()) parts.name += ' ';
      parts.name += join(words, i);
    } else if (parts.street.empty()) {
      parts.street = join(words, i);  // "4, Station Road"
    }
  }
  if (!flat.empty()) parts.number = flat + "/" + parts.number;
  return parts;
}

}  // namespace wider::picture
