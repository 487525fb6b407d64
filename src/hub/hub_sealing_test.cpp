// Sealing through the hub: it holds when the call returns, for whoever is not on the list; and nothing is answered that
// could not be recorded first.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

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

TEST(HubSealing, ASealHoldsAtOnceAndAConcernReachesItsListAloneWithTheSameAnswer) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const Viewer worker = testing::social_worker();
  const auto& people = hub->projection()->people.all();
  std::string id;
  PersonView before;
  for (const PersonId person : people) {
    const auto view = hub->person(worker, person_text(person), {});
    if (!view || view->chronology.size() < 3 || view->name.find(' ') == std::string::npos) continue;
    id = view->id;
    before = *view;
    break;
  }
  ASSERT_FALSE(id.empty());
  ASSERT_TRUE(hub->seal_person(officer(), {id, "adoption", "Order of 3 March", {}}).has_value());
  // As anybody who never was here: the same refusal, on the page and in a search.
  const auto sealed = hub->person(worker, id, {});
  const auto never = hub->person(worker, "P99999999", {});
  ASSERT_FALSE(sealed.has_value());
  EXPECT_EQ(sealed.error().message, never.error().message);
  EXPECT_EQ(sealed.error().code, never.error().code);
  const auto found = hub->search(worker, before.name);
  ASSERT_TRUE(found.has_value());
  for (const SearchHit& hit : found->hits) EXPECT_NE(hit.person, id);
  EXPECT_EQ(hub->sealed(worker).error().code, ErrorCode::denied);
  EXPECT_EQ(hub->seal_person(officer(), {id, "adoption", "Again", {}}).error().code, ErrorCode::usage);
  const auto listed = hub->sealed(officer());
  ASSERT_TRUE(listed.has_value());
  ASSERT_EQ(listed->seals.size(), 1U);
  EXPECT_FALSE(listed->seals[0].records.empty());
  EXPECT_TRUE(listed->seals[0].concerns.empty());
  // A concern: the author's answer and lists are of the same form for a sealed child and for one nobody knows.
  const auto about_sealed = hub->raise_concern(worker, {before.name, "", "Seen late at night.", ""});
  const auto about_nobody = hub->raise_concern(worker, {"Zzyzx Qwertz", "", "Seen late at night.", ""});
  ASSERT_TRUE(about_sealed.has_value() && about_nobody.has_value());
  EXPECT_EQ(about_sealed->size(), about_nobody->size());
  EXPECT_EQ(hub->concerns(worker)->yours.size(), 2U);
  const auto inbox = hub->sealed(officer());
  ASSERT_TRUE(inbox.has_value());
  ASSERT_EQ(inbox->seals[0].concerns.size(), 1U);
  EXPECT_EQ(inbox->seals[0].concerns[0].reference, *about_sealed);
  // Another officer, on no list, finds no seal to take off.
  Viewer other = officer();
  other.account = 3;
  EXPECT_EQ(hub->unseal(other, listed->seals[0].number, "x").error().code, ErrorCode::not_found);
  ASSERT_TRUE(hub->unseal(officer(), listed->seals[0].number, "The order was set aside").has_value());
  const auto again = hub->person(worker, id, {});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->chronology.size(), before.chronology.size());
  EXPECT_EQ(again->name, before.name);
}

// WIDER_FAIL_CLOSED_TIMES=10000 for the campaign.
TEST(FailClosed, WhereNoEntryCanBeWrittenNothingIsAnswered) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const Viewer worker = testing::social_worker();
  const std::string id = person_text(hub->projection()->people.all().front());
  ASSERT_TRUE(hub->home(worker).has_value());
  const char* given = std::getenv("WIDER_FAIL_CLOSED_TIMES");
  const long times = given != nullptr ? std::strtol(given, nullptr, 10) : 300;
  // No file may grow: every write of the ledger fails from here on, as on a full or broken disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  long answered = 0;
  for (long i = 0; i < times; ++i) {
    switch (i % 5) {
      case 0:
        answered += hub->home(worker).has_value() ? 1 : 0;
        break;
      case 1:
        answered += hub->person(worker, id, {}).has_value() ? 1 : 0;
        break;
      case 2:
        answered += hub->search(worker, "Ann").has_value() ? 1 : 0;
        break;
      case 3:
        answered += hub->findings(worker, {}).has_value() ? 1 : 0;
        break;
      default:
        answered += hub->governance(officer()).has_value() ? 1 : 0;
    }
  }
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(answered, 0) << "of " << times;
}

}  // namespace
}  // namespace wider::hub
