#include "base/working_days.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace wider {
namespace {

constexpr int monday = 0;
constexpr int saturday = 5;

Date day(int year, int month, int day_of_month) {
  return *make_date(year, month, day_of_month);
}
bool on_weekend(Date date) {
  return weekday(date) >= saturday;
}
Date first_monday(int year, int month) {
  const Date first = day(year, month, 1);
  return first + (7 - weekday(first)) % 7;
}
Date last_monday(int year, int month) {
  const Date last = last_of_month(year, month);
  return last + (monday - weekday(last));
}

// Moved by proclamation: the early May holiday to VE Day in 1995 and 2020, the spring holiday for jubilees.
Date early_may(int year) {
  return year == 1995 || year == 2020 ? day(year, 5, 8) : first_monday(year, 5);
}
Date spring(int year) {
  if (year == 2002 || year == 2012) return day(year, 6, 4);
  if (year == 2022) return day(year, 6, 2);
  return last_monday(year, 5);
}

// Added by proclamation for one year.
std::vector<Date> added(int year) {
  switch (year) {
    case 1981:
      return {day(1981, 7, 29)};  // wedding of the Prince of Wales
    case 1999:
      return {day(1999, 12, 31)};  // millennium
    case 2002:
      return {day(2002, 6, 3)};  // golden jubilee
    case 2011:
      return {day(2011, 4, 29)};  // wedding of Prince William
    case 2012:
      return {day(2012, 6, 5)};  // diamond jubilee
    case 2022:
      return {day(2022, 6, 3), day(2022, 9, 19)};  // platinum jubilee; funeral of Queen Elizabeth II
    case 2023:
      return {day(2023, 5, 8)};  // coronation of King Charles III
    default:
      return {};
  }
}

}  // namespace

Date easter_sunday(int year) {
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return day(year, n / 31, n % 31 + 1);
}

std::vector<Date> bank_holidays(int year) {
  std::vector<Date> days = added(year);
  Date new_year = day(year, 1, 1);
  while (on_weekend(new_year)) new_year = new_year + 1;
  const Date easter = easter_sunday(year);
  days.insert(days.end(), {new_year, easter + -2, easter + 1, early_may(year), spring(year), last_monday(year, 8)});
  // Christmas and Boxing Day: whichever falls on a weekend moves to the next weekday that is not a holiday already.
  const Date christmas = day(year, 12, 25);
  std::vector<Date> at_christmas;
  std::vector<Date> to_move;
  for (const Date date : {christmas, christmas + 1}) (on_weekend(date) ? to_move : at_christmas).push_back(date);
  for (Date date : to_move) {
    while (on_weekend(date) || std::find(at_christmas.begin(), at_christmas.end(), date) != at_christmas.end())
      date = date + 1;
    at_christmas.push_back(date);
  }
  days.insert(days.end(), at_christmas.begin(), at_christmas.end());
  std::sort(days.begin(), days.end());
  return days;
}

bool is_working_day(Date date) {
  CHECK(date.valid());
  if (on_weekend(date)) return false;
  const std::vector<Date> holidays = bank_holidays(split(date).year);
  return !std::binary_search(holidays.begin(), holidays.end(), date);
}

Date add_working_days(Date date, int count) {
  CHECK(date.valid() && count >= 0);
  while (count > 0) {
    date = date + 1;
    if (is_working_day(date)) --count;
  }
  return date;
}

int working_days_between(Date from, Date to) {
  int count = 0;
  for (Date date = from + 1; date <= to; date = date + 1) count += is_working_day(date) ? 1 : 0;
  return count;
}

}  // namespace wider
