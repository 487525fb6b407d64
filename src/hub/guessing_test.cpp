#include "hub/guessing.hpp"

#include <gtest/gtest.h>

namespace wider::hub {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t hour = 3600 * second;

// Whether an attempt may be made; if so it fails.
bool guess(Guessing& guessing, const Attempt& attempt, std::int64_t now) {
  if (guessing.begin(attempt, now) > 0) return false;
  guessing.failed(attempt, now);
  return true;
}

TEST(Guessing, SlowsTheNextTryDownForNamesThereAreAndAreNot) {
  Guessing guessing;
  const Attempt sam{"sam", "", ""};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(guess(guessing, sam, 0));
  EXPECT_EQ(guessing.begin(sam, 0), 1);
  EXPECT_TRUE(guess(guessing, sam, 1 * second));
  EXPECT_EQ(guessing.begin(sam, 1 * second), 2);
  EXPECT_TRUE(guess(guessing, sam, 3 * second));
  EXPECT_EQ(guessing.begin(sam, 3 * second), 4);
}

TEST(Guessing, AtMostAHundredAreEvaluatedInADayWhoeverMakesThem) {
  Guessing guessing;
  int evaluated = 0;
  // Ten thousand tries in a day, from a thousand addresses, every other one from the owner's own browser.
  for (int i = 0; i < 10'000; ++i) {
    const Attempt attempt{"sam", "192.0.2." + std::to_string(i % 1000),
                          i % 2 == 1 ? "browser" + std::to_string(i % 7) : ""};
    evaluated += guess(guessing, attempt, i * (24 * hour / 10'000)) ? 1 : 0;
  }
  EXPECT_LE(evaluated, 100);
  EXPECT_GE(evaluated, 50);
  EXPECT_EQ(guessing.begin({"sam", "", ""}, 49 * hour), 0) << "nobody is locked out for good";
}

TEST(Guessing, OthersGuessesDoNotMakeTheOwnersBrowserWait) {
  Guessing guessing;
  for (int i = 0; i < 1000; ++i) (void)guess(guessing, {"sam", "198.51.100.7", ""}, i * second);
  EXPECT_GT(guessing.begin({"sam", "203.0.113.9", ""}, 1000 * second), 0);
  EXPECT_EQ(guessing.begin({"sam", "198.51.100.7", "own"}, 1000 * second), 0);
}

TEST(Guessing, OneAddressIsSlowedDownOverManyNames) {
  Guessing guessing;
  int evaluated = 0;
  for (int i = 0; i < 2000; ++i)
    evaluated += guess(guessing, {"name" + std::to_string(i), "198.51.100.7", ""}, i * second) ? 1 : 0;
  EXPECT_LE(evaluated, 45);
  EXPECT_EQ(guessing.begin({"another", "198.51.100.8", ""}, 2000 * second), 0);
}

TEST(Guessing, SigningInManyTimesADayIsNoGuessing) {
  Guessing guessing;
  const Attempt program{"feed", "192.0.2.1", ""};
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(guessing.begin(program, i * second), 0);
    guessing.succeeded(program, i * second);
  }
}

TEST(Guessing, WhatCameToNothingTakesNoPlaceInTheDay) {
  Guessing guessing;
  const Attempt own{"sam", "192.0.2.1", "own"};
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(guessing.begin(own, i * second), 0);
    guessing.withdrawn(own);
  }
  // Failures in one browser do not make another wait.
  for (int i = 0; i < 6; ++i) (void)guess(guessing, {"sam", "", "stolen"}, 200 * second);
  EXPECT_GT(guessing.begin({"sam", "", "stolen"}, 200 * second), 0);
  EXPECT_EQ(guessing.begin(own, 200 * second), 0);
}

TEST(Guessing, FourGuessesAreRememberedThroughAFlood) {
  Guessing guessing;
  const Attempt sam{"sam", "", ""};
  int evaluated = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) evaluated += guess(guessing, sam, round) ? 1 : 0;
    for (int i = 0; i < 21'000; ++i)
      (void)guess(guessing, {std::to_string(round) + " " + std::to_string(i), "", ""}, round);
  }
  EXPECT_LE(evaluated, 5);
}

TEST(Guessing, AFloodOfMadeUpNamesTakesNobodysWaitAway) {
  Guessing guessing;
  for (int i = 0; i < 12; ++i) guessing.failed({"sam", "", ""}, 0);
  const double wait = guessing.begin({"sam", "", ""}, 0);
  EXPECT_GT(wait, 60);
  for (int i = 0; i < 25'000; ++i) guessing.failed({"made up " + std::to_string(i), "", ""}, 0);
  EXPECT_EQ(guessing.begin({"sam", "", ""}, 0), wait);
}

}  // namespace
}  // namespace wider::hub
