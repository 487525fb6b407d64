#include "access/one_time_code.hpp"

#include <gtest/gtest.h>

#include <set>

namespace wider::access {
namespace {

constexpr Instant at_second(std::int64_t second) {
  return Instant{second * 1'000'000};
}

// RFC 6238, appendix B: the secret "12345678901234567890", SHA-1; the last six of the eight digits printed there.
TEST(OneTimeCode, IsTheStandards) {
  const std::string secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  EXPECT_EQ(code_of(secret, code_step(at_second(59))), "287082");
  EXPECT_EQ(code_of(secret, code_step(at_second(1111111109))), "081804");
  EXPECT_EQ(code_of(secret, code_step(at_second(1111111111))), "050471");
  EXPECT_EQ(code_of(secret, code_step(at_second(1234567890))), "005924");
  EXPECT_EQ(code_of(secret, code_step(at_second(2000000000))), "279037");
  EXPECT_EQ(code_of(secret, code_step(at_second(20000000000))), "353130");
}

TEST(OneTimeCode, IsTakenOnceAndOnlyAroundItsTime) {
  const std::string secret = new_code_secret();
  const Instant now = at_second(1'700'000'015);
  const std::uint64_t step = code_step(now);
  const std::string code = code_of(secret, step);
  EXPECT_EQ(step_of_code(secret, code, now, 0), step);
  EXPECT_EQ(step_of_code(secret, code.substr(0, 3) + " " + code.substr(3), now, 0), step);
  EXPECT_FALSE(step_of_code(secret, code, now, step)) << "used";
  EXPECT_EQ(step_of_code(secret, code, at_second(1'700'000'015 + 30), 0), step) << "a clock half a minute off";
  EXPECT_EQ(step_of_code(secret, code, at_second(1'700'000'015 - 30), 0), step);
  if (code != code_of(secret, step + 2)) {  // one in a million
    EXPECT_FALSE(step_of_code(secret, code, at_second(1'700'000'015 + 90), 0));
  }
  EXPECT_FALSE(step_of_code(secret, "", now, 0));
  EXPECT_FALSE(step_of_code(secret, code + "0", now, 0));
  EXPECT_FALSE(step_of_code("", "", now, 0));
  EXPECT_FALSE(step_of_code("not base32!", "123456", now, 0));
}

TEST(RecoveryCode, IsKnownHoweverItIsTyped) {
  const auto codes = new_recovery_codes();
  ASSERT_EQ(codes.size(), recovery_code_count);
  EXPECT_EQ(std::set<std::string>(codes.begin(), codes.end()).size(), recovery_code_count);
  std::string typed;
  for (const char c : codes[0]) typed += c == '-' ? ' ' : static_cast<char>(std::toupper(c));
  EXPECT_EQ(digest_of_code(typed), digest_of_code(codes[0]));
  EXPECT_NE(digest_of_code(codes[0]), digest_of_code(codes[1]));
  EXPECT_EQ(codes[0].size(), 19U);
}

TEST(Token, IsLongAndNoTwoAreAlike) {
  EXPECT_EQ(random_token().size(), 64U);
  EXPECT_NE(random_token(), random_token());
  EXPECT_TRUE(same_secret("a", "a"));
  EXPECT_FALSE(same_secret("", ""));
  EXPECT_FALSE(same_secret("a", "ab"));
}

}  // namespace
}  // namespace wider::access
