#include "linkage/splink/moments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace wider::linkage::splink {
namespace {

constexpr double day_seconds = 86400;
constexpr std::array<std::string_view, 12> months = {"january",   "february", "march",    "april",
                                                     "may",       "june",     "july",     "august",
                                                     "september", "october",  "november", "december"};
constexpr std::string_view known_letters = "YymdHMSfgbBjIp%";

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// What a format has read so far.
struct Reading {
  std::string_view text;
  std::size_t at = 0;
  std::int64_t year = 1900;
  unsigned month = 1, day = 1, day_of_year = 0;
  std::int64_t hour = 0, minute = 0, second = 0;
  double fraction = 0;
  bool twelve_hours = false, afternoon = false, half_given = false;

  // A number of one digit up to `most`.
  std::optional<std::int64_t> number(std::size_t most) {
    std::size_t digits = 0;
    std::int64_t value = 0;
    while (digits < most && at < text.size() && is_digit(text[at])) {
      value = value * 10 + (text[at++] - '0');
      ++digits;
    }
    if (digits == 0) return std::nullopt;
    return value;
  }
  bool read(char letter);
  bool read_fraction();
  bool read_month_name(bool whole);
  bool read_half();
  [[nodiscard]] std::optional<double> moment() const;
};

bool Reading::read_fraction() {
  double unit = .1;
  std::size_t digits = 0;
  while (at < text.size() && is_digit(text[at])) {
    if (digits < 6) fraction += unit * (text[at] - '0');
    unit /= 10;
    ++digits;
    ++at;
  }
  fraction = std::round(fraction * 1e6) / 1e6;
  return digits > 0;
}

bool Reading::read_month_name(bool whole) {
  for (std::size_t m = 0; m < months.size(); ++m) {
    const std::string_view name = whole ? months[m] : months[m].substr(0, 3);
    if (text.size() - at < name.size()) continue;
    if (!std::equal(name.begin(), name.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, char b) { return a == lower(b); }))
      continue;
    month = static_cast<unsigned>(m + 1);
    at += name.size();
    return true;
  }
  return false;
}

bool Reading::read_half() {
  if (text.size() - at < 2 || lower(text[at + 1]) != 'm') return false;
  const char half = lower(text[at]);
  if (half != 'a' && half != 'p') return false;
  afternoon = half == 'p';
  half_given = true;
  at += 2;
  return true;
}

// Reads what one letter of the format stands for.
bool Reading::read(char letter) {
  const auto within = [&](std::size_t digits, std::int64_t least, std::int64_t most, auto& into) {
    const auto value = number(digits);
    if (!value || *value < least || *value > most) return false;
    into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
    return true;
  };
  switch (letter) {
    case 'Y':
      return within(4, 0, 9999, year);
    case 'y':
      if (!within(2, 0, 99, year)) return false;
      year += year < 69 ? 2000 : 1900;
      return true;
    case 'm':
      return within(2, 1, 12, month);
    case 'd':
      return within(2, 1, 31, day);
    case 'j':
      return within(3, 1, 366, day_of_year);
    case 'H':
      return within(2, 0, 23, hour);
    case 'I':
      twelve_hours = true;
      return within(2, 1, 12, hour);
    case 'M':
      return within(2, 0, 59, minute);
    case 'S':
      return within(2, 0, 59, second);
    case 'f':
    case 'g':
      return read_fraction();
    case 'b':
      return read_month_name(false);
    case 'B':
      return read_month_name(true);
    case 'p':
      return read_half();
    case '%':
      if (at == text.size() || text[at] != '%') return false;
      ++at;
      return true;
    default:
      return false;
  }
}

std::optional<double> Reading::moment() const {
  std::int64_t hours = hour;
  if (twelve_hours && half_given) hours = hour % 12 + (afternoon ? 12 : 0);
  std::int64_t days = 0;
  if (day_of_year > 0) {
    days = days_since_1970(year, 1, 1) + day_of_year - 1;
    if (parts_of(static_cast<double>(days) * day_seconds).year != year) return std::nullopt;
  } else {
    if (!is_day(year, month, day)) return std::nullopt;
    days = days_since_1970(year, month, day);
  }
  return static_cast<double>(days) * day_seconds + static_cast<double>(hours * 3600 + minute * 60 + second) + fraction;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The part in the singular.
std::string_view singular(std::string_view part) {
  if (part.ends_with('s')) part.remove_suffix(1);
  return part;
}

double months_of(double seconds) {
  const MomentParts parts = parts_of(seconds);
  return static_cast<double>(parts.year) * 12 + parts.month - 1;
}

// Seconds of a part that always lasts as long; 0 for the others.
double length_of(std::string_view part) {
  if (part == "second") return 1;
  if (part == "minute") return 60;
  if (part == "hour") return 3600;
  if (part == "day") return day_seconds;
  if (part == "week") return 7 * day_seconds;
  return 0;
}

double months_in(std::string_view part) {
  if (part == "month") return 1;
  if (part == "quarter") return 3;
  if (part == "year") return 12;
  if (part == "decade") return 120;
  if (part == "century") return 1200;
  return 0;
}

}  // namespace

bool format_is_known(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    ++i;
    if (i == format.size() || known_letters.find(format[i]) == std::string_view::npos) return false;
  }
  return true;
}

std::optional<double> strptime(std::string_view text, std::string_view format) {
  Reading reading;
  reading.text = text;
  const auto skip_spaces = [&] {
    while (reading.at < text.size() && is_space(text[reading.at])) ++reading.at;
  };
  skip_spaces();
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] == '%' && i + 1 < format.size()) {
      if (!reading.read(format[++i])) return std::nullopt;
    } else if (is_space(format[i])) {
      // A blank of the format stands for any blanks of the text, none among them at the end.
      skip_spaces();
    } else if (reading.at >= text.size() || text[reading.at] != format[i]) {
      return std::nullopt;
    } else {
      ++reading.at;
    }
  }
  skip_spaces();
  if (reading.at != text.size()) return std::nullopt;
  return reading.moment();
}

std::optional<double> date_of_text(std::string_view text) {
  const auto moment = timestamp_of_text(text);
  if (!moment) return std::nullopt;
  return std::floor(*moment / day_seconds) * day_seconds;
}

std::optional<double> timestamp_of_text(std::string_view text) {
  text = trimmed(text);
  const std::size_t gap = text.find_first_of(" T");
  const std::string_view date = text.substr(0, gap);
  const std::size_t mark = date.find_first_of("-/");
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view form = date[mark] == '-' ? "%Y-%m-%d" : "%Y/%m/%d";
  const auto day = strptime(date, form);
  if (!day || gap == std::string_view::npos) return day;
  std::string_view time = trimmed(text.substr(gap + 1));
  if (time.ends_with('Z')) time.remove_suffix(1);
  for (const std::string_view time_form : {"%H:%M:%S.%f", "%H:%M:%S", "%H:%M"}) {
    if (const auto read = strptime(time, time_form))
      return *day + (*read - static_cast<double>(days_since_1970(1900, 1, 1)) * day_seconds);
  }
  return std::nullopt;
}

std::string date_text(double seconds) {
  const MomentParts parts = parts_of(seconds);
  if (parts.year <= 0) return fmt::format("{:04}-{:02}-{:02} (BC)", 1 - parts.year, parts.month, parts.day);
  return fmt::format("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
}

std::string timestamp_text(double seconds) {
  const MomentParts parts = parts_of(seconds);
  const std::int64_t second = parts.second_of_day;
  std::string text =
      fmt::format("{} {:02}:{:02}:{:02}", date_text(seconds), second / 3600, second / 60 % 60, second % 60);
  const double micros = std::round((seconds - std::floor(seconds)) * 1e6);
  if (micros <= 0 || micros >= 1e6) return text;
  text += fmt::format(".{:06}", static_cast<std::int64_t>(micros));
  while (text.ends_with('0')) text.pop_back();
  return text;
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013): days_from_civil and civil_from_days.
std::int64_t days_since_1970(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t shifted = month > 2 ? month - 3 : month + 9;
  const std::int64_t day_of_year = (153 * shifted + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

MomentParts parts_of(double seconds) {
  const double whole_days = std::floor(seconds / day_seconds);
  const auto since = static_cast<std::int64_t>(whole_days) + 719468;
  const std::int64_t era = (since >= 0 ? since : since - 146096) / 146097;
  const std::int64_t day_of_era = since - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  MomentParts parts;
  parts.day = static_cast<unsigned>(day_of_year - (153 * shifted + 2) / 5 + 1);
  parts.month = static_cast<unsigned>(shifted < 10 ? shifted + 3 : shifted - 9);
  parts.year = year_of_era + era * 400 + (parts.month <= 2 ? 1 : 0);
  parts.second_of_day = static_cast<std::int64_t>(std::floor(seconds - whole_days * day_seconds));
  return parts;
}

bool is_day(std::int64_t year, unsigned month, unsigned day) {
  if (month < 1 || month > 12 || day < 1) return false;
  constexpr std::array<unsigned, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= lengths[month - 1] + (month == 2 && leap ? 1U : 0U);
}

bool part_is_known(std::string_view part) {
  return length_of(singular(part)) > 0 || months_in(part == "century" ? part : singular(part)) > 0;
}

double boundaries_between(std::string_view part, double from, double to) {
  const std::string_view unit = part == "century" ? part : singular(part);
  if (unit == "week")  // DuckDB 2 counts whole weeks of days here, not Mondays
    return std::trunc((std::floor(to / day_seconds) - std::floor(from / day_seconds)) / 7);
  if (const double length = length_of(unit); length > 0) return std::floor(to / length) - std::floor(from / length);
  const double size = months_in(unit);
  return std::floor(months_of(to) / size) - std::floor(months_of(from) / size);
}

double whole_between(std::string_view part, double from, double to) {
  const std::string_view unit = part == "century" ? part : singular(part);
  if (const double length = length_of(unit); length > 0) return std::trunc((to - from) / length);
  if (to < from) return -whole_between(part, to, from);
  const MomentParts a = parts_of(from), b = parts_of(to);
  double between = months_of(to) - months_of(from);
  const auto in_month = [](const MomentParts& parts) {
    return static_cast<double>(parts.day) * day_seconds + static_cast<double>(parts.second_of_day);
  };
  // The last day of a short month completes the month.
  const bool last_day = !is_day(b.year, b.month, b.day + 1);
  if (between > 0 && in_month(b) < in_month(a) && !(last_day && a.day > b.day && b.second_of_day >= a.second_of_day))
    --between;
  return std::trunc(between / months_in(unit));
}

}  // namespace wider::linkage::splink
