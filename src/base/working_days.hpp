// England's bank holidays and working days, computed: Easter, substitute days, and the days that were moved or added.
// Good from 1978, when the early May holiday began. Thread safety: free functions.
#pragma once

#include <vector>

#include "base/date.hpp"

namespace wider {

// Western Easter (the anonymous Gregorian algorithm; Meeus, Astronomical Algorithms, 1991, chapter 8).
[[nodiscard]] Date easter_sunday(int year);
// In order; substitute days stand in place of holidays that fall on a weekend.
[[nodiscard]] std::vector<Date> bank_holidays(int year);
[[nodiscard]] bool is_working_day(Date day);  // day must be valid
// The working day that is `count` working days after the day (the day itself is day 0, working or not); count >= 0.
// With count 0: the day itself.
[[nodiscard]] Date add_working_days(Date day, int count);
// How many working days lie after `from`, up to and including `to`; 0 when `to` is not later.
[[nodiscard]] int working_days_between(Date from, Date to);

}  // namespace wider
