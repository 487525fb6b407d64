#include "access/unusual.hpp"

#include <gtest/gtest.h>

namespace wider::access {
namespace {

constexpr Date first{14'000};

DayOfLooks day(std::uint32_t account, int after, std::uint32_t people, UserRole role = UserRole::social_worker) {
  return {account, role, first + after, people};
}

TEST(Unusual, ADayIsNamedOnlyWhereItIsManyForThemAndForTheirRole) {
  std::vector<DayOfLooks> days;
  for (int i = 0; i < 9; ++i) {
    days.push_back(day(1, i, 4));
    days.push_back(day(2, i, 5));
    if (i % 3 == 0) days.push_back(day(3, i, 40));  // a duty desk: many every day, and so usual for them
  }
  days.push_back(day(1, 20, 31));
  const auto found = unusual_days(days, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].looks.account, 1U);
  EXPECT_EQ(found[0].looks.people, 31U);
  EXPECT_EQ(found[0].usual_for_them, 4);
  EXPECT_EQ(found[0].usual_for_role, 5);
}

TEST(Unusual, FewAreNeverNamedAndTheLimitsThemselvesAreNot) {
  const std::vector<DayOfLooks> few = {day(1, 0, 1), day(1, 1, 1), day(1, 2, 9), day(2, 0, 1)};
  EXPECT_TRUE(unusual_days(few, {}).empty());
  const std::vector<DayOfLooks> just = {day(1, 0, 4), day(1, 1, 12), day(2, 0, 4)};
  EXPECT_TRUE(unusual_days(just, {}).empty());
  const std::vector<DayOfLooks> more = {day(1, 0, 4), day(1, 1, 13), day(2, 0, 4)};
  EXPECT_EQ(unusual_days(more, {}).size(), 1U);
  EXPECT_TRUE(unusual_days({}, {}).empty());
}

TEST(Unusual, WhoHasNobodyToBeComparedWithIsNamedByTheLeastAloneAndRolesAreApart) {
  const std::vector<DayOfLooks> alone = {day(1, 0, 10)};
  EXPECT_EQ(unusual_days(alone, {}).size(), 1U);
  const std::vector<DayOfLooks> another_role = {day(1, 0, 30), day(2, 0, 20, UserRole::police_analyst),
                                                day(3, 0, 25, UserRole::police_analyst)};
  const auto found = unusual_days(another_role, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].looks.account, 1U);
}

TEST(Unusual, TheAnswerIsInOrderOfDayNeverOfNumber) {
  const std::vector<DayOfLooks> days = {day(5, 3, 99), day(4, 2, 10, UserRole::prosecutor),
                                        day(9, 3, 500, UserRole::chair), day(9, 0, 1, UserRole::chair),
                                        day(4, 0, 1, UserRole::prosecutor)};
  const auto found = unusual_days(days, {});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].looks.account, 4U);
  EXPECT_EQ(found[1].looks.account, 5U);
  EXPECT_EQ(found[2].looks.account, 9U);
}

}  // namespace
}  // namespace wider::access
