#include "base/date.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>

#include "base/check.hpp"

namespace wider {
namespace {

constexpr std::array<const char*, 12> month_names = {"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};

// Reads exactly `width` decimal digits at `offset`; -1 when they are not all digits.
int digits(std::string_view text, std::size_t offset, std::size_t width) {
  if (offset + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = offset; i < offset + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::string clock_words(int minute) {
  const int hour = minute / 60;
  const int hour12 = hour % 12 == 0 ? 12 : hour % 12;
  const char* half = hour < 12 ? "am" : "pm";
  if (minute % 60 == 0) return fmt::format("{}{}", hour12, half);
  return fmt::format("{}:{:02}{}", hour12, minute % 60, half);
}

}  // namespace

std::optional<Date> make_date(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

YearMonthDay split(Date date) {
  CHECK(date.valid());
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  return {int{ymd.year()}, static_cast<int>(unsigned{ymd.month()}), static_cast<int>(unsigned{ymd.day()})};
}

int weekday(Date date) {
  CHECK(date.valid());
  const int since_monday = (date.days + 3) % 7;  // 1970-01-01 was a Thursday
  return since_monday < 0 ? since_monday + 7 : since_monday;
}

Date last_of_month(int year, int month) {
  const auto next = month == 12 ? make_date(year + 1, 1, 1) : make_date(year, month + 1, 1);
  CHECK(next.has_value());
  return *next + -1;
}

Date add_months(Date date, int months) {
  const YearMonthDay parts = split(date);
  const int total = parts.year * 12 + parts.month - 1 + months;
  const int year = total / 12;
  const int month = total % 12 + 1;
  const Date last = last_of_month(year, month);
  const auto wanted = make_date(year, month, parts.day);
  return wanted ? *wanted : last;
}

std::string to_iso(Date date) {
  if (!date.valid()) return {};
  const YearMonthDay parts = split(date);
  return fmt::format("{:04}-{:02}-{:02}", parts.year, parts.month, parts.day);
}

std::optional<Date> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  return make_date(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
}

std::string to_words(Date date) {
  if (!date.valid()) return "not known";
  const YearMonthDay parts = split(date);
  return fmt::format("{} {} {}", parts.day, month_names[static_cast<std::size_t>(parts.month - 1)], parts.year);
}

Date PartialDate::last() const {
  if (!first.valid()) return {};
  const YearMonthDay parts = split(first);
  switch (precision) {
    case Precision::year:
      return *make_date(parts.year, 12, 31);
    case Precision::month:
      return last_of_month(parts.year, parts.month);
    case Precision::day:
      return first;
    case Precision::unknown:
      break;
  }
  return {};
}

std::string to_iso(PartialDate date) {
  std::string whole = to_iso(date.first);
  switch (date.precision) {
    case Precision::year:
      return whole.substr(0, 4);
    case Precision::month:
      return whole.substr(0, 7);
    case Precision::day:
      return whole;
    case Precision::unknown:
      break;
  }
  return {};
}

std::optional<PartialDate> parse_iso_partial(std::string_view text) {
  if (text.empty()) return PartialDate{};
  Precision precision = Precision::day;
  std::string whole(text);
  if (text.size() == 4) {
    whole += "-01-01";
    precision = Precision::year;
  } else if (text.size() == 7) {
    whole += "-01";
    precision = Precision::month;
  }
  const auto date = parse_iso_date(whole);
  if (!date) return std::nullopt;
  return PartialDate{*date, precision};
}

std::string to_words(PartialDate date) {
  if (!date.known()) return "not known";
  const YearMonthDay parts = split(date.first);
  const char* month = month_names[static_cast<std::size_t>(parts.month - 1)];
  if (date.precision == Precision::year) return fmt::format("{}", parts.year);
  if (date.precision == Precision::month) return fmt::format("{} {}", month, parts.year);
  return to_words(date.first);
}

std::string to_words(const When& when) {
  if (!when.known()) return "not known";
  if (when.precision != Precision::day) return to_words(PartialDate{when.first, when.precision});
  if (when.last.valid() && when.last != when.first) {
    const YearMonthDay a = split(when.first);
    const YearMonthDay b = split(when.last);
    if (a.year == b.year && a.month == b.month) return fmt::format("{} to {}", a.day, to_words(when.last));
    return fmt::format("{} to {}", to_words(when.first), to_words(when.last));
  }
  if (when.minute < 0) return to_words(when.first);
  return fmt::format("{}, {}", to_words(when.first), clock_words(when.minute));
}

Date day_of(Instant instant) {
  if (!instant.valid()) return {};
  constexpr std::int64_t day = 86'400'000'000;
  std::int64_t days = instant.microseconds / day;
  if (instant.microseconds % day < 0) --days;
  return Date{static_cast<std::int32_t>(days)};
}

Instant start_of(Date date) {
  if (!date.valid()) return {};
  return Instant{static_cast<std::int64_t>(date.days) * 86'400'000'000};
}

std::string to_iso(Instant instant) {
  if (!instant.valid()) return {};
  const Date day = day_of(instant);
  const std::int64_t seconds = (instant.microseconds - start_of(day).microseconds) / 1'000'000;
  return fmt::format("{}T{:02}:{:02}:{:02}Z", to_iso(day), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::optional<Instant> parse_iso_instant(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text.back() != 'Z')
    return std::nullopt;
  const auto day = parse_iso_date(text.substr(0, 10));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (!day || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::int64_t micros = 0;
  if (text.size() > 20) {
    const std::string_view fraction = text.substr(20, text.size() - 21);
    if (text[19] != '.' || fraction.empty() || fraction.size() > 6) return std::nullopt;
    micros = digits(fraction, 0, fraction.size());
    if (micros < 0) return std::nullopt;
    for (std::size_t i = fraction.size(); i < 6; ++i) micros *= 10;
  }
  return Instant{start_of(*day).microseconds + ((hour * 60LL + minute) * 60 + second) * 1'000'000 + micros};
}

int age_years(Date birth, Date on) {
  const YearMonthDay born = split(birth);
  const YearMonthDay then = split(on);
  const bool before_birthday = then.month < born.month || (then.month == born.month && then.day < born.day);
  return then.year - born.year - (before_birthday ? 1 : 0);
}

}  // namespace wider
