// The audit as an officer reads it: who looked at a person and why, what was refused, and unusual days.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using testing::hub_of_town;
using testing::TemporaryFolder;

Viewer officer() {
  Viewer viewer =
      testing::viewer_of(access::UserRole::governance_officer, Agency::partnership, access::PurposeKind::governance);
  viewer.account = 2;
  return viewer;
}

void add_accounts(Hub& hub) {
  for (const char* name : {"sam", "grace", "tom"}) {
    const auto role = name == std::string_view("grace") ? access::UserRole::governance_officer
                                                        : access::UserRole::social_worker;
    ASSERT_TRUE(
        hub.add_account({name, std::string("Person ") + name, random_password(), role, Agency::social_care}).has_value());
  }
}

TEST(HubAudit, AnOfficerReadsWhoLookedAtAPersonAndWhyAndWhatWasRefused) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  add_accounts(*hub);
  const auto& people = hub->projection()->people.all();
  const std::string one = person_text(people[0]), other = person_text(people[1]);
  Viewer worker = testing::social_worker();
  worker.purpose_reference = "concern 2012-0441";
  ASSERT_TRUE(hub->who_looked(officer(), one)->looks.empty());
  ASSERT_TRUE(hub->person(worker, one, {}).has_value());
  ASSERT_TRUE(hub->person(worker, other, {}).has_value());
  EXPECT_EQ(hub->who_looked(worker, one).error().code, ErrorCode::denied);
  const auto looked = hub->who_looked(officer(), one);
  ASSERT_TRUE(looked.has_value());
  ASSERT_EQ(looked->looks.size(), 1U);
  EXPECT_EQ(looked->looks[0].who, "Person sam");
  EXPECT_EQ(looked->looks[0].what, "Person " + one);
  EXPECT_EQ(looked->looks[0].purpose, "Child protection enquiry, concern 2012-0441");
  const auto refused = hub->refusals(officer());
  ASSERT_TRUE(refused.has_value());
  ASSERT_EQ(refused->lines.size(), 1U);
  EXPECT_EQ(refused->lines[0].who, "Person sam");
  EXPECT_EQ(hub->who_looked(officer(), "Ann").error().code, ErrorCode::usage);
  // A number that nobody has is answered like any other, and so is a sealed one.
  EXPECT_TRUE(hub->who_looked(officer(), "P99999999")->looks.empty());
  ASSERT_TRUE(hub->seal_person(officer(), {one, "adoption", "Order", {}}).has_value());
  EXPECT_FALSE(hub->person(worker, one, {}).has_value());
  EXPECT_EQ(hub->who_looked(officer(), one)->looks.size(), 2U);
}

TEST(HubAudit, ADayOnWhichSomebodyOpensManyPagesIsAFactForTheOfficerAlone) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  add_accounts(*hub);
  const auto& people = hub->projection()->people.all();
  const Viewer worker = testing::social_worker();
  Viewer other = worker;
  other.account = 3;
  ASSERT_TRUE(hub->person(other, person_text(people[0]), {}).has_value());
  for (int again = 0; again < 20; ++again) (void)hub->person(worker, person_text(people[0]), {});
  EXPECT_TRUE(hub->unusual_looks(officer())->lines.empty()) << "the same person again and again is one person";
  for (std::size_t i = 0; i < 15; ++i) (void)hub->person(worker, person_text(people[i]), {});
  const auto unusual = hub->unusual_looks(officer());
  ASSERT_TRUE(unusual.has_value());
  ASSERT_EQ(unusual->lines.size(), 1U);
  EXPECT_EQ(unusual->lines[0].who, "Person sam");
  EXPECT_EQ(unusual->lines[0].people, 15U);
  EXPECT_EQ(unusual->lines[0].usual_for_role, "1");
  EXPECT_EQ(unusual->lines[0].day, to_words(day_of(system_now())));
  EXPECT_EQ(hub->unusual_looks(worker).error().code, ErrorCode::denied);
}

TEST(HubAudit, ARefusalThatCannotBeEnteredIsAnsweredWithoutOne) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const Viewer worker = testing::social_worker();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const auto answered = hub->governance(worker);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(answered.has_value());
  EXPECT_NE(answered.error().code, ErrorCode::denied);
}

}  // namespace
}  // namespace wider::hub
