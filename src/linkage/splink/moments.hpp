// Dates and times as DuckDB reads and writes them: strptime with its format, casts of texts, the parts of a date.
// A moment is a number of seconds since 1970 (proleptic Gregorian calendar, no time zone).
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wider::linkage::splink {

// Whether a format names only what is read here: %Y %y %m %d %H %M %S %f %b %B %j %I %p and %%.
[[nodiscard]] bool format_is_known(std::string_view format);
// The moment that the text says in that format; nothing when it does not follow it.
[[nodiscard]] std::optional<double> strptime(std::string_view text, std::string_view format);
// A text as DuckDB casts it to a date (the time of day is dropped) or a timestamp: YYYY-MM-DD, also with / , and
// optionally a time.
[[nodiscard]] std::optional<double> date_of_text(std::string_view text);
[[nodiscard]] std::optional<double> timestamp_of_text(std::string_view text);
// YYYY-MM-DD, and YYYY-MM-DD HH:MM:SS[.ffffff].
[[nodiscard]] std::string date_text(double seconds);
[[nodiscard]] std::string timestamp_text(double seconds);

struct MomentParts {
  std::int64_t year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  std::int64_t second_of_day = 0;
};
[[nodiscard]] MomentParts parts_of(double seconds);
// Days since 1970-01-01, and whether there is such a day.
[[nodiscard]] std::int64_t days_since_1970(std::int64_t year, unsigned month, unsigned day);
[[nodiscard]] bool is_day(std::int64_t year, unsigned month, unsigned day);

// How many boundaries of the part lie between the two (date_diff): "year", "month", "day", "week", "hour", … in the
// singular or the plural. Nothing for a part that is not known.
[[nodiscard]] bool part_is_known(std::string_view part);
[[nodiscard]] double boundaries_between(std::string_view part, double from, double to);
// How many whole parts lie between the two (date_sub).
[[nodiscard]] double whole_between(std::string_view part, double from, double to);

}  // namespace wider::linkage::splink
