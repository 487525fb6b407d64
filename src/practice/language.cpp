// The language check: phrases that blame a child, found in a text that somebody is writing.
#include <algorithm>

#include "practice/practice.hpp"

namespace wider::practice {
namespace {

// One character of the text made plain: lower case, straight apostrophes, any white space as one blank.
struct Plain {
  std::string text;
  std::vector<std::size_t> offset;  // in the text as written, for each byte of `text`
};

constexpr std::string_view open_quote = "\xE2\x80\x9C";   // “
constexpr std::string_view close_quote = "\xE2\x80\x9D";  // ”
constexpr std::string_view apostrophe = "\xE2\x80\x99";   // ’

Plain make_plain(std::string_view text) {
  Plain plain;
  const auto add = [&](char c, std::size_t at) {
    plain.text += c;
    plain.offset.push_back(at);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (text.substr(i).starts_with(apostrophe)) {
      add('\'', i);
      i += apostrophe.size() - 1;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (plain.text.empty() || plain.text.back() != ' ') add(' ', i);
    } else {
      add(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c, i);
    }
  }
  plain.offset.push_back(text.size());
  return plain;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '\'' || static_cast<unsigned char>(c) >= 0x80;
}

// Where quotation marks that close again hold somebody's own words: true for each byte of the plain text.
std::vector<bool> quoted_bytes(std::string_view text) {
  std::vector<bool> quoted(text.size(), false);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool curly = text.substr(i).starts_with(open_quote);
    if (!curly && text[i] != '"') continue;
    const std::string_view closing = curly ? close_quote : std::string_view("\"");
    const std::size_t end = text.find(closing, i + 1);
    if (end == std::string_view::npos) continue;
    std::fill(quoted.begin() + static_cast<std::ptrdiff_t>(i), quoted.begin() + static_cast<std::ptrdiff_t>(end), true);
    i = end + closing.size() - 1;
  }
  return quoted;
}

}  // namespace

std::vector<LanguageHint> check_language(std::string_view text, const std::vector<LanguageTerm>& terms,
                                         std::optional<int> age_years) {
  const Plain plain = make_plain(text);
  const std::vector<bool> quoted = quoted_bytes(plain.text);
  std::vector<LanguageHint> hints;
  for (const LanguageTerm& term : terms) {
    if (term.under_age && age_years && *age_years >= *term.under_age) continue;
    for (const std::string& phrase : term.phrases) {
      for (std::size_t at = plain.text.find(phrase); at != std::string::npos; at = plain.text.find(phrase, at + 1)) {
        const std::size_t end = at + phrase.size();
        const bool whole =
            (at == 0 || !is_word(plain.text[at - 1])) && (end == plain.text.size() || !is_word(plain.text[end]));
        if (!whole || quoted[at]) continue;
        const std::size_t from = plain.offset[at];
        const std::size_t length = plain.offset[end] - from;
        hints.push_back({from, length, std::string(text.substr(from, length)), term.why, term.instead});
      }
    }
  }
  std::sort(hints.begin(), hints.end(), [](const LanguageHint& a, const LanguageHint& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.length > b.length;
  });
  std::vector<LanguageHint> kept;
  for (LanguageHint& hint : hints) {
    if (kept.empty() || hint.offset >= kept.back().offset + kept.back().length) kept.push_back(std::move(hint));
  }
  return kept;
}

}  // namespace wider::practice
