#include "intake/date_text.hpp"

#include <fmt/format.h>

#include <array>

#include "base/check.hpp"

namespace wider::intake {
namespace {

constexpr std::array<std::string_view, 12> months = {"january",   "february", "march",    "april",
                                                     "may",       "june",     "july",     "august",
                                                     "september", "october",  "november", "december"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_letters(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

// Takes a number of least to most digits off the front; -1 when there is none.
int take_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t length = 0;
  int value = 0;
  while (length < most && length < text.size() && is_digit(text[length])) value = value * 10 + (text[length++] - '0');
  if (length < least) return -1;
  text.remove_prefix(length);
  return value;
}

// Takes "Mar", "March" or "Sept" off the front; 0 when there is none.
int take_month_name(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_letter(text[length])) ++length;
  const std::string_view word = text.substr(0, length);
  if (length < 3) return 0;
  for (std::size_t i = 0; i < months.size(); ++i) {
    const bool abbreviated =
        length <= 4 && length <= months[i].size() && same_letters(word, months[i].substr(0, length));
    if (abbreviated || same_letters(word, months[i])) {
      text.remove_prefix(length);
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<DateForm> DateForm::parse(std::string_view form) {
  const auto wrong = [&](const char* why) {
    return failure(
        ErrorCode::malformed,
        fmt::format("the date form '{}' {}; write it with DD, MM or MMM, YYYY or YY, such as DD/MM/YYYY", form, why));
  };
  DateForm out;
  int days = 0;
  int month_count = 0;
  int years = 0;
  for (std::size_t at = 0; at < form.size();) {
    const char letter = form[at];
    std::size_t run = 1;
    while (at + run < form.size() && form[at + run] == letter) ++run;
    const bool next_is_field = at + run < form.size() && is_letter(form[at + run]);
    if (letter == 'D' && run <= 2) {
      out.steps_.push_back({Field::day, 0, next_is_field});
      ++days;
    } else if (letter == 'M' && run <= 4) {
      out.steps_.push_back({run <= 2 ? Field::month : Field::month_name, 0, next_is_field});
      ++month_count;
    } else if (letter == 'Y' && (run == 2 || run == 4)) {
      out.steps_.push_back({run == 4 ? Field::year : Field::short_year, 0, true});
      ++years;
    } else if (is_letter(letter) || is_digit(letter)) {
      return wrong("has a part that is no day, month or year");
    } else {
      run = 1;
      out.steps_.push_back({Field::literal, letter, false});
    }
    // A one- or two-digit number right after another number cannot be told apart unless that one has two digits.
    if (out.steps_.size() >= 2 && out.steps_.back().field != Field::literal) {
      if (out.steps_[out.steps_.size() - 2].field != Field::literal) out.steps_.back().exact = true;
    }
    at += run;
  }
  if (years != 1) return wrong("does not have one year");
  if (days > 1 || month_count > 1) return wrong("names a part twice");
  if (days == 1 && month_count == 0) return wrong("has a day without a month");
  out.precision_ = days == 1 ? Precision::day : month_count == 1 ? Precision::month : Precision::year;
  return out;
}

Result<DateForms> DateForms::parse(const std::vector<std::string>& forms) {
  DateForms out;
  for (const std::string& text : forms) {
    auto form = DateForm::parse(text);
    if (!form) return std::unexpected(form.error());
    out.forms_.push_back(std::move(*form));
  }
  return out;
}

const DateForms& DateForms::usual() {
  static const DateForms forms = [] {
    auto parsed = parse({"DD/MM/YYYY", "YYYY-MM-DD", "DD-MM-YYYY", "DD-MMM-YYYY", "DD MMM YYYY", "DD/MM/YY", "MM/YYYY",
                         "YYYY-MM", "YYYY"});
    CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return forms;
}

std::optional<std::int16_t> read_time(std::string_view text) {
  text = trimmed(text);
  int hour = -1;
  int minute = 0;
  if (text.size() == 4 && text.find_first_not_of("0123456789") == std::string_view::npos) {
    hour = take_number(text, 2, 2);
    minute = take_number(text, 2, 2);
  } else {
    hour = take_number(text, 1, 2);
    if (hour < 0) return std::nullopt;
    const bool separated = !text.empty() && (text[0] == ':' || text[0] == '.');
    if (separated) {
      text.remove_prefix(1);
      minute = take_number(text, 2, 2);
      if (!text.empty() && text[0] == ':') {  // seconds, and perhaps a fraction: read and not kept
        text.remove_prefix(1);
        const int second = take_number(text, 2, 2);
        if (second < 0 || second > 59) return std::nullopt;
        if (!text.empty() && text[0] == '.') {
          text.remove_prefix(1);
          if (take_number(text, 1, 9) < 0) return std::nullopt;
        }
      }
    } else if (text.empty()) {
      return std::nullopt;  // a bare number is no time
    }
    text = trimmed(text);
    if (same_letters(text, "am") || same_letters(text, "pm")) {
      if (hour < 1 || hour > 12) return std::nullopt;
      hour = hour % 12 + (lower(text[0]) == 'p' ? 12 : 0);
      text = {};
    } else if (!separated) {
      return std::nullopt;
    }
    if (text == "Z") text = {};
  }
  if (!text.empty() || hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  return static_cast<std::int16_t>(hour * 60 + minute);
}

ReadDate DateForms::read(std::string_view text) const {
  text = trimmed(text);
  if (text.empty()) return {};
  ReadDate out;
  out.trouble = DateTrouble::not_a_date;
  for (const DateForm& form : forms_) {
    std::string_view rest = text;
    int day = 1;
    int month = 1;
    int year = -1;
    bool short_year = false;
    bool fits = true;
    for (const DateForm::Step& step : form.steps_) {
      int* number = nullptr;
      std::size_t most = 2;
      switch (step.field) {
        case DateForm::Field::literal:
          fits = !rest.empty() && rest[0] == step.literal;
          if (fits) rest.remove_prefix(1);
          break;
        case DateForm::Field::month_name:
          month = take_month_name(rest);
          fits = month > 0;
          break;
        case DateForm::Field::day:
          number = &day;
          break;
        case DateForm::Field::month:
          number = &month;
          break;
        case DateForm::Field::year:
          number = &year;
          most = 4;
          break;
        case DateForm::Field::short_year:
          number = &year;
          short_year = true;
          break;
      }
      if (number != nullptr) {
        *number = take_number(rest, step.exact ? most : 1, most);
        fits = *number >= 0;
      }
      if (!fits) break;
    }
    if (!fits) continue;
    std::int16_t minute = -1;
    if (!rest.empty()) {
      if (form.precision_ != Precision::day || (rest[0] != ' ' && rest[0] != 'T')) continue;
      const auto time = read_time(rest.substr(1));
      if (!time) continue;
      minute = *time;
    }
    if (short_year) year += year < 30 ? 2000 : 1900;
    const auto date = make_date(year, month, day);
    if (!date || year < 1800 || year > 2199) {
      out.trouble = DateTrouble::no_such_day;
      continue;  // another form may read it: 03/25/2009 after DD/MM/YYYY
    }
    return {{*date, form.precision_}, minute, short_year, DateTrouble::none};
  }
  return out;
}

}  // namespace wider::intake
