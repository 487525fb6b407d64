#include "hub/sessions.hpp"

#include <gtest/gtest.h>

namespace wider::hub {
namespace {

constexpr std::int64_t minute = 60'000'000;

TEST(Sessions, EndAfterAQuarterOfAnHourWithoutUseAndAfterTwelveHours) {
  Sessions sessions;
  const SignIn one = sessions.open({}, "", 0);
  EXPECT_TRUE(sessions.find(one.token, 15 * minute).has_value());
  EXPECT_TRUE(sessions.find(one.token, 30 * minute).has_value());  // used meanwhile
  EXPECT_FALSE(sessions.find(one.token, 30 * minute + 15 * minute + 1).has_value());
  EXPECT_FALSE(sessions.find(one.token, 30 * minute).has_value());  // gone for good
  const SignIn busy = sessions.open({}, "", 0);
  for (std::int64_t now = 0; now <= 12 * 60 * minute; now += 10 * minute)
    EXPECT_TRUE(sessions.find(busy.token, now).has_value());
  EXPECT_FALSE(sessions.find(busy.token, 12 * 60 * minute + 1).has_value());
}

TEST(Sessions, TokensAreLongAndDifferentAndOnlyTheRightOneOpens) {
  Sessions sessions;
  const SignIn one = sessions.open({}, "", 0);
  const SignIn other = sessions.open({}, "", 0);
  EXPECT_EQ(one.token.size(), 64U);
  EXPECT_NE(one.token, other.token);
  EXPECT_NE(one.csrf, one.token);
  EXPECT_EQ(sessions.find(one.token, 1)->view.csrf, one.csrf);
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
  const SignIn one = sessions.open({}, "", 0);
  const SignIn other = sessions.open({}, "", 0);
  EXPECT_TRUE(sessions.set_purpose(one.token, access::PurposeKind::assessment, "A 12", {}));
  EXPECT_EQ(sessions.find(one.token, 1)->view.viewer.purpose, access::PurposeKind::assessment);
  EXPECT_FALSE(sessions.find(other.token, 1)->view.viewer.purpose.has_value());
  EXPECT_FALSE(sessions.set_purpose("nobody", access::PurposeKind::assessment, "", {}));
}

TEST(Sessions, APendingSignInLastsFiveMinutesAndFiveTries) {
  Sessions sessions;
  const std::string token = sessions.open_pending({7, "so"}, 0);
  for (int i = 0; i < 5; ++i) {
    const auto found = sessions.try_pending(token, 5 * minute);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->account, 7U);
    EXPECT_EQ(found->standing, "so");
  }
  EXPECT_FALSE(sessions.try_pending(token, 5 * minute).has_value());
  EXPECT_FALSE(sessions.try_pending(sessions.open_pending({7, ""}, 0), 5 * minute + 1).has_value());
  EXPECT_FALSE(sessions.find(sessions.open_pending({7, ""}, 0), 0).has_value()) << "it opens no session";
  const std::string closed = sessions.open_pending({7, ""}, 0);
  sessions.close_pending(closed);
  EXPECT_FALSE(sessions.try_pending(closed, 0).has_value());
}

}  // namespace
}  // namespace wider::hub
