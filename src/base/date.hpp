// Dates, dates of stated precision, and instants. No clock here: "now" always comes in as an argument.
// Thread safety: values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wider {

// A day in the proleptic Gregorian calendar, as days since 1970-01-01. `Date{}` is "no date".
struct Date {
  static constexpr std::int32_t none = INT32_MIN;
  std::int32_t days = none;

  [[nodiscard]] constexpr bool valid() const { return days != none; }
  friend constexpr auto operator<=>(Date, Date) = default;
  friend constexpr Date operator+(Date date, std::int32_t more) { return Date{date.days + more}; }
  friend constexpr std::int32_t operator-(Date a, Date b) { return a.days - b.days; }
};

struct YearMonthDay {
  int year;
  int month;  // 1 to 12
  int day;    // 1 to 31
};

// nullopt when there is no such day.
[[nodiscard]] std::optional<Date> make_date(int year, int month, int day);
[[nodiscard]] YearMonthDay split(Date date);  // date must be valid
[[nodiscard]] int weekday(Date date);         // 0 Monday to 6 Sunday
[[nodiscard]] Date last_of_month(int year, int month);
[[nodiscard]] Date add_months(Date date, int months);                     // clamps to the last day of the month
[[nodiscard]] std::string to_iso(Date date);                              // "2009-03-03"; "" when none
[[nodiscard]] std::optional<Date> parse_iso_date(std::string_view text);  // exactly YYYY-MM-DD
[[nodiscard]] std::string to_words(Date date);                            // "3 March 2009", as pages show it

// What is known of a day: 1985 alone, March 1985, or the whole day. Birth dates and event dates carry it.
enum class Precision : std::uint8_t { unknown, year, month, day };

struct PartialDate {
  Date first;  // the first day it may be; none when unknown
  Precision precision = Precision::unknown;

  [[nodiscard]] bool known() const { return precision != Precision::unknown; }
  [[nodiscard]] Date last() const;  // the last day it may be; none when unknown
  friend auto operator<=>(const PartialDate&, const PartialDate&) = default;
};
[[nodiscard]] std::string to_iso(PartialDate date);  // "1985", "1985-03", "1985-03-03", ""
[[nodiscard]] std::optional<PartialDate> parse_iso_partial(std::string_view text);
[[nodiscard]] std::string to_words(PartialDate date);  // "1985", "March 1985", "3 March 1985", "not known"

// When something happened: a range of days (one day when first == last) and, where known, the local minute of the day.
struct When {
  Date first;
  Date last;
  Precision precision = Precision::unknown;
  std::int16_t minute = -1;  // minute of the day, local time; -1 unknown

  [[nodiscard]] bool known() const { return first.valid(); }
  friend auto operator<=>(const When&, const When&) = default;
};
[[nodiscard]] std::string to_words(const When& when);  // "3 March 2009, 10:40pm", "March 2009", "3 to 5 March 2009"

// An instant, UTC, in microseconds since 1970-01-01T00:00:00Z.
struct Instant {
  static constexpr std::int64_t none = INT64_MIN;
  std::int64_t microseconds = none;
  [[nodiscard]] constexpr bool valid() const { return microseconds != none; }
  friend constexpr auto operator<=>(Instant, Instant) = default;
};
[[nodiscard]] Date day_of(Instant instant);         // the UTC day
[[nodiscard]] Instant start_of(Date date);          // midnight UTC
[[nodiscard]] std::string to_iso(Instant instant);  // "2009-03-03T22:40:00Z"
[[nodiscard]] std::optional<Instant> parse_iso_instant(
    std::string_view text);  // the form above; seconds may carry a fraction

// Whole years between birth and a day: the age in law (a birthday on 29 February counts from 1 March in other years).
[[nodiscard]] int age_years(Date birth, Date on);

}  // namespace wider
