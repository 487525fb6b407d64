#include "base/working_days.hpp"

#include <gtest/gtest.h>

#include <string>

namespace wider {
namespace {

Date iso(const char* text) {
  return *parse_iso_date(text);
}

std::string listed(int year) {
  std::string text;
  for (const Date date : bank_holidays(year)) text += to_iso(date).substr(5) + " ";
  return text;
}

TEST(WorkingDays, EasterIsWhereTheAlmanacHasIt) {
  EXPECT_EQ(to_iso(easter_sunday(2007)), "2007-04-08");
  EXPECT_EQ(to_iso(easter_sunday(2008)), "2008-03-23");
  EXPECT_EQ(to_iso(easter_sunday(2011)), "2011-04-24");
  EXPECT_EQ(to_iso(easter_sunday(2024)), "2024-03-31");
  EXPECT_EQ(to_iso(easter_sunday(2038)), "2038-04-25");
}

TEST(WorkingDays, BankHolidaysOfTheReviewYears) {
  EXPECT_EQ(listed(2007), "01-01 04-06 04-09 05-07 05-28 08-27 12-25 12-26 ");
  EXPECT_EQ(listed(2008), "01-01 03-21 03-24 05-05 05-26 08-25 12-25 12-26 ");
  EXPECT_EQ(listed(2009), "01-01 04-10 04-13 05-04 05-25 08-31 12-25 12-28 ");
  EXPECT_EQ(listed(2010), "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28 ");
  EXPECT_EQ(listed(2011), "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27 ");
  EXPECT_EQ(listed(2012), "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26 ");
}

TEST(WorkingDays, BankHolidaysSince) {
  EXPECT_EQ(listed(2020), "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28 ");
  EXPECT_EQ(listed(2022), "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27 ");
  EXPECT_EQ(listed(2023), "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26 ");
}

TEST(WorkingDays, CountsOverWeekendsAndHolidays) {
  EXPECT_EQ(to_iso(add_working_days(iso("2009-04-09"), 1)), "2009-04-14");  // Maundy Thursday to Tuesday
  EXPECT_EQ(to_iso(add_working_days(iso("2009-03-06"), 1)), "2009-03-09");  // Friday to Monday
  EXPECT_EQ(to_iso(add_working_days(iso("2009-03-07"), 1)), "2009-03-09");  // Saturday to Monday
  EXPECT_EQ(to_iso(add_working_days(iso("2010-12-24"), 1)), "2010-12-29");
  EXPECT_EQ(to_iso(add_working_days(iso("2009-03-07"), 0)), "2009-03-07");
}

TEST(WorkingDays, AddingAndCountingAgree) {
  for (Date from = iso("2007-01-01"); from < iso("2013-01-01"); from = from + 11) {
    for (int count = 1; count < 40; count += 7) {
      const Date to = add_working_days(from, count);
      EXPECT_TRUE(is_working_day(to));
      EXPECT_EQ(working_days_between(from, to), count);
    }
  }
  EXPECT_EQ(working_days_between(iso("2009-03-09"), iso("2009-03-09")), 0);
}

}  // namespace
}  // namespace wider
