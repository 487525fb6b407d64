// The past as pages and reports ask for it: kept while nothing can have changed it, and one day for the whole page.
// That it is what a hub would have said then is a property (projection_property_test.cpp).
#include "hub/as_at.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hub/testing/random_entries.hpp"
#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using namespace testing;
using std::chrono::seconds;

// A missing episode that becomes known and is received on the day it happens.
Step told(int number, int day, int who) {
  Step step;
  step.number = number;
  step.day = step.received = day;
  step.people = {{who, 0}};
  return step;
}

std::shared_ptr<const Projection> shared(const Steps& steps) {
  return std::shared_ptr<const Projection>(project(steps));
}

TEST(PastPictures, AreMadeOnceADayAndKept) {
  const auto today = shared({told(1, 10, 0), told(2, 20, 1), told(3, 30, 2)});
  PastPictures past;
  for (const int day : {10, 20, 10, 20, 10}) {
    const auto then = past.of(today, step_start + day, seconds(60));
    ASSERT_TRUE(then.has_value()) << then.error().message;
    EXPECT_EQ((*then)->people.all().size(), static_cast<std::size_t>(day / 10));
  }
  EXPECT_EQ(past.made(), 2U);
  EXPECT_EQ(past.of(today, step_start + 30, seconds(60)).value(), today) << "nothing is later: no other picture is made";
  EXPECT_EQ(past.made(), 2U);
}

TEST(PastPictures, OfALargeHubOnlyTheLatestIsKept) {
  const auto today = shared({told(1, 10, 0), told(2, 20, 1), told(3, 30, 2)});
  PastPictures past(1);
  for (const int day : {10, 10, 20, 10}) ASSERT_TRUE(past.of(today, step_start + day, seconds(60)).has_value());
  EXPECT_EQ(past.made(), 3U);
}

TEST(PastPictures, AreMadeAgainWhenWhatIsSaidOfThatDayChanges) {
  Steps steps = {told(1, 10, 0), told(2, 20, 1)};
  PastPictures past;
  const auto people_then = [&] { return past.of(shared(steps), step_start + 10, seconds(60)).value()->people.all().size(); };
  EXPECT_EQ(people_then(), 1U);
  steps.push_back(told(3, 30, 2));  // later than the day
  EXPECT_EQ(people_then(), 1U);
  EXPECT_EQ(past.made(), 1U);
  Step withdrawal;
  withdrawal.kind = StepKind::withdrawal;
  withdrawal.left_agency = step_agencies[0];
  withdrawal.left_name = "missing-1";
  withdrawal.received = 40;
  steps.push_back(withdrawal);
  EXPECT_EQ(people_then(), 0U);
  EXPECT_EQ(past.made(), 2U);
}

TEST(PastPictures, SayThatTheyAreBeingPutTogether) {
  const auto today = shared({told(1, 10, 0), told(2, 20, 1)});
  PastPictures past;
  const auto at_once = past.of(today, step_start + 10, std::chrono::milliseconds(0));
  if (!at_once) {
    EXPECT_EQ(at_once.error().code, ErrorCode::unavailable);
    EXPECT_EQ(at_once.error().message, being_put_together);
  }
  while (past.made() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(past.of(today, step_start + 10, std::chrono::milliseconds(0)).has_value());
}

TEST(PastPages, ShowOneDayInEverythingTheySay) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const auto today = hub->projection();
  const Date day = *parse_iso_date("2010-03-31");
  const auto then = as_known_at(*today, day, {}).value();
  // Those who are put together from fewer records then than now.
  std::vector<PersonId> changed;
  for (const PersonId person : today->people.all()) {
    const PersonId before = person_known_at(*today, *then, person);
    if (before.valid() && then->people.mentions_of(before).size() > 3 && then->people.mentions_of(before).size() < today->people.mentions_of(person).size()) {
      changed.push_back(person);
    }
  }
  ASSERT_FALSE(changed.empty());
  for (const PersonId person : {changed.front(), changed.back()}) {
    PersonQuery query;
    query.as_known_at = to_iso(day);
    query.all = true;
    const auto past = hub->person(social_worker(), person_text(person), query);
    ASSERT_TRUE(past.has_value()) << past.error().message;
    query.as_known_at.clear();
    const auto now = hub->person(social_worker(), person_text(person), query);
    ASSERT_TRUE(now.has_value());
    EXPECT_EQ(past->id, person_text(person_known_at(*today, *then, person)));
    EXPECT_EQ(past->as_known_at, "2010-03-31");
    EXPECT_LT(past->records_in_all, now->records_in_all);
    EXPECT_LE(past->chronology.size(), then->people.mentions_of(person_known_at(*today, *then, person)).size());
    for (const ChronologyRow& row : past->chronology) EXPECT_LE(row.iso, "2010-03-31") << row.says;
    for (const FindingLine& line : past->findings) {
      EXPECT_TRUE(std::ranges::any_of(then->findings, [&](const Finding& one) { return one.id == line.id; })) << line.says;
    }
  }
}

}  // namespace
}  // namespace wider::hub
