#include "base/date.hpp"

#include <gtest/gtest.h>

namespace wider {
namespace {

TEST(Date, KnowsLeapYearsAndRefusesDaysThatAreNot) {
  EXPECT_TRUE(make_date(2008, 2, 29).has_value());
  EXPECT_FALSE(make_date(2009, 2, 29).has_value());
  EXPECT_FALSE(make_date(2009, 13, 1).has_value());
  EXPECT_EQ(to_iso(*make_date(2009, 3, 3)), "2009-03-03");
  EXPECT_EQ(make_date(1970, 1, 1)->days, 0);
}

TEST(Date, SaysTheWeekday) {
  EXPECT_EQ(weekday(*make_date(2009, 3, 2)), 0);    // a Monday
  EXPECT_EQ(weekday(*make_date(1969, 12, 28)), 6);  // a Sunday before the epoch
}

TEST(Date, AgeInLawTurnsOnTheBirthday) {
  const Date born = *make_date(1994, 6, 15);
  EXPECT_EQ(age_years(born, *make_date(2007, 6, 14)), 12);
  EXPECT_EQ(age_years(born, *make_date(2007, 6, 15)), 13);
  EXPECT_EQ(age_years(*make_date(1996, 2, 29), *make_date(2009, 2, 28)), 12);
  EXPECT_EQ(age_years(*make_date(1996, 2, 29), *make_date(2009, 3, 1)), 13);
}

TEST(Date, PartialDatesKeepTheirPrecision) {
  const auto march = parse_iso_partial("1985-03");
  ASSERT_TRUE(march.has_value());
  EXPECT_EQ(to_iso(march->last()), "1985-03-31");
  EXPECT_EQ(to_words(*march), "March 1985");
  EXPECT_EQ(to_iso(*parse_iso_partial("1985")), "1985");
  EXPECT_FALSE(parse_iso_partial("1985-3").has_value());
}

TEST(Date, WordsAsPagesShowThem) {
  const Date day = *make_date(2009, 3, 3);
  EXPECT_EQ(to_words(When{day, day, Precision::day, 22 * 60 + 40}), "3 March 2009, 10:40pm");
  EXPECT_EQ(to_words(When{day, day + 2, Precision::day, -1}), "3 to 5 March 2009");
}

TEST(Date, InstantsGoThereAndBack) {
  const auto instant = parse_iso_instant("2009-03-03T22:40:05Z");
  ASSERT_TRUE(instant.has_value());
  EXPECT_EQ(to_iso(*instant), "2009-03-03T22:40:05Z");
  EXPECT_EQ(to_iso(day_of(*instant)), "2009-03-03");
  EXPECT_FALSE(parse_iso_instant("2009-03-03 22:40:05").has_value());
}

TEST(Date, MonthsAreAddedToTheLastDayAtMost) {
  EXPECT_EQ(to_iso(add_months(*make_date(2009, 1, 31), 1)), "2009-02-28");
  EXPECT_EQ(to_iso(add_months(*make_date(2009, 1, 31), -12)), "2008-01-31");
}

}  // namespace
}  // namespace wider
