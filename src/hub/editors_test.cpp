// Many people act at once, and forms are sent more than once: nothing is entered twice, and nobody's act is undone by
// somebody who had not seen it. WIDER_EDITORS_TIMES=… for the campaign.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <latch>
#include <thread>

#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using testing::hub_of_town;
using testing::social_worker;
using testing::TemporaryFolder;

constexpr std::uint32_t editors = 100;

Viewer editor(std::uint32_t number) {
  Viewer viewer = social_worker();
  viewer.account = number;
  viewer.name = "Editor " + std::to_string(number);
  return viewer;
}

template <typename Act>
std::size_t all_at_once(Act act) {
  std::atomic<std::size_t> done = 0;
  std::latch ready(editors);
  std::vector<std::jthread> threads;
  for (std::uint32_t number = 1; number <= editors; ++number) {
    threads.emplace_back([&, number] {
      ready.arrive_and_wait();
      done += act(number) ? 1 : 0;
    });
  }
  threads.clear();
  return done;
}

class EditorsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    hub_ = hub_of_town(folder_.path / "hub");
    const auto findings = hub_->findings(social_worker(), {});
    ASSERT_TRUE(findings.has_value() && !findings->lines.empty());
    finding_ = findings->lines.front().id;
  }
  std::size_t history() { return hub_->finding(social_worker(), finding_)->history.size(); }
  TemporaryFolder folder_;
  std::unique_ptr<Hub> hub_;
  std::string finding_;
};

TEST_F(EditorsTest, OfAHundredWhoSawOnePageOneActsAndTheOthersAreTold) {
  const char* given = std::getenv("WIDER_EDITORS_TIMES");
  const long times = given != nullptr ? std::strtol(given, nullptr, 10) : 5;
  for (long round = 0; round < times; ++round) {
    const std::uint64_t seen = history();
    const bool take = round % 2 == 0;
    const std::size_t done = all_at_once([&](std::uint32_t number) {
      const auto acted =
          hub_->act_on_finding(editor(number), finding_, take ? FindingAction::take : FindingAction::reopen,
                               take ? "" : "Given back by " + std::to_string(number), "", seen);
      if (!acted) {
        EXPECT_NE(acted.error().message.find("after you opened this page"), std::string::npos);
      }
      return acted.has_value();
    });
    EXPECT_EQ(done, 1U);
    EXPECT_EQ(history(), seen + 1);
  }
}

TEST_F(EditorsTest, TheSameFormSentOnceToTenTimesIsDoneOnce) {
  for (std::uint32_t times = 1; times <= 10; ++times) {
    const std::uint64_t seen = history();
    const bool take = times % 2 == 1;
    for (std::uint32_t time = 0; time < times; ++time) {
      EXPECT_TRUE(hub_->act_on_finding(editor(1), finding_, take ? FindingAction::take : FindingAction::reopen,
                                       take ? "" : "It goes back", "", seen)
                      .has_value());
    }
    EXPECT_EQ(history(), seen + 1);
    const std::string about = "Somebody " + std::to_string(times);
    const NewConcern concern{about, "", "Seen at the station late", ""};
    const auto first = hub_->raise_concern(editor(1), concern);
    ASSERT_TRUE(first.has_value());
    for (std::uint32_t time = 1; time < times; ++time)
      EXPECT_EQ(hub_->raise_concern(editor(1), concern).value_or(""), *first);
    EXPECT_EQ(hub_->concerns(editor(1))->yours.size(), times);
  }
}

TEST_F(EditorsTest, AHundredConcernsAtOnceAreAHundredAndOneSentByAHundredThreadsIsOne) {
  EXPECT_EQ(all_at_once([&](std::uint32_t number) {
              return hub_->raise_concern(editor(number), {"A child", "", "Seen at the station late", ""}).has_value();
            }),
            editors);
  EXPECT_EQ(hub_->concerns(editor(editors + 1))->waiting.size(), editors);
  EXPECT_EQ(all_at_once([&](std::uint32_t) {
              return hub_->raise_concern(editor(7), {"Another child", "", "Seen twice", ""}).has_value();
            }),
            editors);
  EXPECT_EQ(hub_->concerns(editor(7))->yours.size(), 2U);
}

TEST_F(EditorsTest, NothingIsLostOrDoubledAfterANewStart) {
  all_at_once([&](std::uint32_t number) {
    return hub_->act_on_finding(editor(number), finding_, FindingAction::take, "", "", 0).has_value();
  });
  const auto before = hub_->finding(social_worker(), finding_);
  ASSERT_TRUE(before.has_value());
  hub_.reset();
  auto opened = Hub::open(ledger::testing_support::place_in(folder_.path / "hub"));
  ASSERT_TRUE(opened.has_value());
  hub_ = std::move(*opened);
  ASSERT_TRUE(hub_->settle({2, {}}).has_value());
  const auto after = hub_->finding(social_worker(), finding_);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->history.size(), 1U);
  EXPECT_EQ(after->state, before->state);
}

}  // namespace
}  // namespace wider::hub
