#include "hub/query.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wider::hub {
namespace {

constexpr std::array<std::string_view, 12> months = {"january",   "february", "march",    "april",
                                                     "may",       "june",     "july",     "august",
                                                     "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 5> words_between = {"born", "dob", "d.o.b", "d.o.b.", "b."};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// A number of at most four digits and nothing else; -1 when it is none.
int number_of(std::string_view text) {
  if (text.empty() || text.size() > 4 || !std::all_of(text.begin(), text.end(), is_digit)) return -1;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

// "3", "3rd", "03" → the day; 0 when it is none.
int day_of_month(std::string_view text) {
  std::string word = lower(text);
  for (const std::string_view ending : {"st", "nd", "rd", "th"}) {
    if (word.size() > 2 && word.ends_with(ending)) word.resize(word.size() - 2);
  }
  const int day = word.size() <= 2 ? number_of(word) : -1;
  return day >= 1 && day <= 31 ? day : 0;
}

// "April", "apr", "Sept." → 4; 0 when it is none.
int month_named(std::string_view text) {
  std::string word = lower(text);
  if (word.ends_with('.')) word.pop_back();
  if (word.size() < 3) return 0;
  for (std::size_t m = 0; m < months.size(); ++m) {
    if (months[m].starts_with(word)) return static_cast<int>(m) + 1;
  }
  return 0;
}

// "1994", "94", "'94" → the year; 0 when it is none. Two digits: 1930 to 2029.
int year_of(std::string_view text) {
  if (text.starts_with('\'')) text.remove_prefix(1);
  const int number = number_of(text);
  if (text.size() == 4) return number >= 1880 && number < 2100 ? number : 0;
  if (text.size() != 2 || number < 0) return 0;
  return number < 30 ? 2000 + number : 1900 + number;
}

std::optional<PartialDate> whole(int year, int month, int day) {
  const auto date = make_date(year, month, day);
  if (!date) return std::nullopt;
  return PartialDate{*date, Precision::day};
}
PartialDate month_of(int year, int month) {
  return {*make_date(year, month, 1), Precision::month};
}

// Day, month and year in one of the usual orders: the year first where it has four digits; day first otherwise, unless
// there is no such day and there is one with the month first.
std::optional<PartialDate> of_three(std::string_view a, std::string_view b, std::string_view c) {
  const int month = month_named(b);
  if (a.size() == 4) {
    const int year = year_of(a);
    return year == 0 ? std::nullopt : whole(year, month != 0 ? month : number_of(b), day_of_month(c));
  }
  const int year = year_of(c);
  if (year == 0) return std::nullopt;
  if (month != 0) return whole(year, month, day_of_month(a));
  if (month_named(a) != 0) return whole(year, month_named(a), day_of_month(b));
  if (b.size() > 2 || number_of(b) < 0 || day_of_month(a) == 0) return std::nullopt;
  const auto day_first = whole(year, number_of(b), day_of_month(a));
  return day_first ? day_first : whole(year, day_of_month(a), number_of(b));
}

std::vector<std::string_view> parts_of(std::string_view word) {
  std::vector<std::string_view> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    if (i < word.size() && word[i] != '/' && word[i] != '-' && word[i] != '.') continue;
    parts.push_back(word.substr(from, i - from));
    from = i + 1;
  }
  return parts;
}

// A date in one word: 3/4/1994, 3-Apr-94, 04/1994, 1994-04.
std::optional<PartialDate> in_one_word(std::string_view word) {
  const auto parts = parts_of(word);
  if (parts.size() == 3) return of_three(parts[0], parts[1], parts[2]);
  if (parts.size() == 2) {
    const bool year_first = parts[0].size() == 4;
    const std::string_view month_text = year_first ? parts[1] : parts[0];
    const std::string_view year_text = year_first ? parts[0] : parts[1];
    const int month = month_named(month_text) != 0 ? month_named(month_text)
                      : month_text.size() <= 2     ? number_of(month_text)
                                                   : 0;
    if (year_text.size() == 4 && year_of(year_text) != 0 && month >= 1 && month <= 12)
      return month_of(year_of(year_text), month);
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> query_words(std::string_view query) {
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (word.empty()) return;
    const bool between = std::find(words_between.begin(), words_between.end(), lower(word)) != words_between.end();
    const bool nothing = std::none_of(word.begin(), word.end(), [](char c) {
      return is_digit(c) || is_letter(c) || static_cast<unsigned char>(c) >= 0x80;
    });
    if (!between && !nothing) words.push_back(word);
    word.clear();
  };
  query = query.substr(0, longest_query);
  for (std::size_t i = 0; i < query.size(); ++i) {
    const char c = query[i];
    const std::string_view three = query.substr(i, 3);
    if (c == ' ' || c == ',' || c == ';' || c == '\t' || c == '\r' || c == '\n' || c == '"') {
      end_word();
    } else if (three == "\xE2\x80\x9C" || three == "\xE2\x80\x9D") {  // “ and ”
      end_word();
      i += 2;
    } else {
      word += c;
    }
  }
  end_word();
  return words;
}

std::optional<DateInQuery> date_at(const std::vector<std::string>& words, std::size_t at) {
  const auto word = [&](std::size_t i) {
    return at + i < words.size() ? std::string_view(words[at + i]) : std::string_view();
  };
  if (const auto date = in_one_word(word(0))) return DateInQuery{*date, 1};
  // "3 April 1994", "April 3 1994", "03 04 1994": three words, the year in full where the month is a number.
  const bool named = month_named(word(0)) != 0 || month_named(word(1)) != 0;
  if (!word(2).empty() && (named || word(2).size() == 4 || word(0).size() == 4)) {
    if (const auto date = of_three(word(0), word(1), word(2))) return DateInQuery{*date, 3};
  }
  if (const int month = month_named(word(0)); month != 0 && word(1).size() == 4 && year_of(word(1)) != 0) {
    return DateInQuery{month_of(year_of(word(1)), month), 2};
  }
  if (word(0).size() == 4 && year_of(word(0)) != 0) {
    return DateInQuery{{*make_date(year_of(word(0)), 1, 1), Precision::year}, 1};
  }
  return std::nullopt;
}

}  // namespace wider::hub
