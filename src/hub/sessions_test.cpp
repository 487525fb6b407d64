#include "hub/sessions.hpp"

#include <gtest/gtest.h>

namespace wider::hub {
namespace {

constexpr std::int64_t minute = 60'000'000;

TEST(Sessions, EndAfterAQuarterOfAnHourWithoutUseAndAfterTwelveHours) {
  Sessions sessions;
  const SignIn one = sessions.open({}, 0);
  EXPECT_TRUE(sessions.find(one.token, 15 * minute).has_value());
  EXPECT_TRUE(sessions.find(one.token, 30 * minute).has_value());  // used meanwhile
  EXPECT_FALSE(sessions.find(one.token, 30 * minute + 15 * minute + 1).has_value());
  EXPECT_FALSE(sessions.find(one.token, 30 * minute).has_value());  // gone for good
  const SignIn busy = sessions.open({}, 0);
  for (std::int64_t now = 0; now <= 12 * 60 * minute; now += 10 * minute)
    EXPECT_TRUE(sessions.find(busy.token, now).has_value());
  EXPECT_FALSE(sessions.find(busy.token, 12 * 60 * minute + 1).has_value());
}

TEST(Sessions, TokensAreLongAndDifferentAndOnlyTheRightOneOpens) {
  Sessions sessions;
  const SignIn one = sessions.open({}, 0);
  const SignIn other = sessions.open({}, 0);
  EXPECT_EQ(one.token.size(), 64U);
  EXPECT_NE(one.token, other.token);
  EXPECT_NE(one.csrf, one.token);
  EXPECT_EQ(sessions.find(one.token, 1)->csrf, one.csrf);
  for (const std::string& wrong :
       {std::string(), one.token.substr(1), one.token + "0", std::string(64, '0'), one.csrf}) {
    EXPECT_FALSE(sessions.find(wrong, 1).has_value());
  }
  sessions.close(one.token);
  EXPECT_FALSE(sessions.find(one.token, 1).has_value());
  EXPECT_TRUE(sessions.find(other.token, 1).has_value());
}

TEST(Sessions, APurposeHoldsForItsSessionAlone) {
  Sessions sessions;
  const SignIn one = sessions.open({}, 0);
  const SignIn other = sessions.open({}, 0);
  EXPECT_TRUE(sessions.set_purpose(one.token, access::PurposeKind::assessment, "A 12"));
  EXPECT_EQ(sessions.find(one.token, 1)->viewer.purpose, access::PurposeKind::assessment);
  EXPECT_FALSE(sessions.find(other.token, 1)->viewer.purpose.has_value());
  EXPECT_FALSE(sessions.set_purpose("nobody", access::PurposeKind::assessment, ""));
}

TEST(Sessions, AFloodOfMadeUpNamesTakesNobodysWaitAway) {
  Sessions sessions;
  for (int i = 0; i < 12; ++i) sessions.failed("sam", 1000 * minute);
  const double wait = sessions.wait_seconds("sam", 1000 * minute);
  EXPECT_GT(wait, 60);
  for (int i = 0; i < 25'000; ++i) sessions.failed("made up " + std::to_string(i), 1000 * minute);
  EXPECT_EQ(sessions.wait_seconds("sam", 1000 * minute), wait);
}

TEST(Sessions, WrongPasswordsSlowTheNextTryDownForNamesThereAreAndAreNot) {
  Sessions sessions;
  for (const char* name : {"sam", "nobody"}) {
    for (int i = 0; i < 4; ++i) sessions.failed(name, 0);
    EXPECT_EQ(sessions.wait_seconds(name, 0), 0);
    sessions.failed(name, 0);
    const double first = sessions.wait_seconds(name, 0);
    EXPECT_GE(first, 1);
    sessions.failed(name, 0);
    EXPECT_GT(sessions.wait_seconds(name, 0), first);
    for (int i = 0; i < 40; ++i) sessions.failed(name, 0);
    EXPECT_LE(sessions.wait_seconds(name, 0), 15 * 60);  // nobody is locked out for good
    EXPECT_EQ(sessions.wait_seconds(name, 16 * minute), 0);
  }
  sessions.succeeded("sam");
  EXPECT_EQ(sessions.wait_seconds("sam", 0), 0);
}

}  // namespace
}  // namespace wider::hub
