// What people do about a finding, where it then stands, and what its page and the home page say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/leaning.hpp"
#include "hub/profile.hpp"
#include "hub/testing/small_town.hpp"
#include "ledger/testing/test_place.hpp"
#include "picture/picture.hpp"

namespace wider::hub {
namespace {

using ::testing::HasSubstr;
using testing::hub_of_town;
using ::testing::Not;
using testing::shared_hub;
using testing::social_worker;
using testing::TemporaryFolder;
using testing::viewer_of;

const std::vector<Account> accounts = {{1, {}, "sam", "Sam Okafor", "", {}, {}, false},
                                       {2, {}, "priya", "Priya Nair", "", {}, {}, false}};
const Date today = *make_date(2009, 7, 2);

FindingState after(std::vector<FindingEvent> events, Date on = today) {
  for (FindingEvent& event : events) event.finding = "f";
  return state_in(finding_states(events, accounts, on), "f");
}
FindingEvent did(FindingAction action, std::uint32_t account, std::string reason = "", std::string until = "") {
  return {"f", action, std::move(reason), std::move(until), account, {}};
}

TEST(FindingState, ADismissalWaitsForASecondPersonAndCanBeUndone) {
  using enum FindingAction;
  EXPECT_EQ(after({}).stage, FindingStage::open);
  EXPECT_EQ(after({did(take, 1)}).words, "Taken by Sam Okafor");
  const FindingState dismissed = after({did(take, 1), did(dismiss, 1, "one family")});
  EXPECT_EQ(dismissed.stage, FindingStage::second_look);
  EXPECT_EQ(dismissed.words, "Dismissed by Sam Okafor: one family");
  EXPECT_FALSE(allowed(dismissed, agree, 1).has_value());
  EXPECT_TRUE(allowed(dismissed, agree, 2).has_value());
  EXPECT_FALSE(allowed(dismissed, take, 2).has_value());
  EXPECT_FALSE(allowed(dismissed, dismiss, 2).has_value());
  const FindingState agreed = after({did(dismiss, 1, "one family"), did(agree, 2)});
  EXPECT_EQ(agreed.stage, FindingStage::dismissed);
  EXPECT_EQ(agreed.words, "Dismissed by Sam Okafor: one family (Priya Nair agreed)");
  EXPECT_FALSE(allowed(agreed, agree, 2).has_value());
  for (const FindingState& closed : {dismissed, agreed}) EXPECT_TRUE(allowed(closed, reopen, 2).has_value());
  EXPECT_EQ(after({did(dismiss, 1, "x"), did(agree, 2), did(reopen, 2, "a third child")}).stage, FindingStage::open);
  EXPECT_FALSE(allowed(after({}), reopen, 1).has_value());
}

TEST(FindingState, OnePutOffComesBackOnItsDay) {
  const auto events = {did(FindingAction::snooze, 1, "", "2009-07-03")};
  EXPECT_EQ(after(events).stage, FindingStage::put_off);
  EXPECT_EQ(after(events, today + 1).stage, FindingStage::open);
  EXPECT_THAT(after(events, today + 1).words, HasSubstr("New again"));
  // A later step ends it.
  EXPECT_EQ(after({did(FindingAction::snooze, 1, "", "2009-07-03"), did(FindingAction::take, 2)}, today + 30).stage,
            FindingStage::taken);
}

TEST(FindingState, WhatIsFilledInIsChecked) {
  using enum FindingAction;
  for (const FindingAction action : {dismiss, reopen}) {
    EXPECT_FALSE(filled_in(action, " \n", "", today).has_value());
    EXPECT_TRUE(filled_in(action, "one family", "", today).has_value());
  }
  for (const char* wrong : {"", "tomorrow", "2009-07-02", "2008-01-01"})
    EXPECT_FALSE(filled_in(snooze, "", wrong, today).has_value()) << wrong;
  EXPECT_FALSE(filled_in(snooze, " ", "2009-07-03", today).has_value()) << "nobody learns why it waits";
  EXPECT_TRUE(filled_in(snooze, "the strategy meeting is on that day", "2009-07-03", today).has_value());
  EXPECT_TRUE(filled_in(snooze, "why", to_iso(today + longest_snooze_days), today).has_value());
  EXPECT_FALSE(filled_in(snooze, "why", to_iso(today + longest_snooze_days + 1), today).has_value());
  EXPECT_FALSE(filled_in(snooze, "why", "9999-12-31", today).has_value())
      << "put off for ever is dismissed by one person";
}

TEST(Finding, EveryStepIsAnEntryAndOutlivesANewStart) {
  const TemporaryFolder folder;
  auto hub = hub_of_town(folder.path / "hub");
  ASSERT_TRUE(
      hub->add_account({"sam", "Sam Okafor", "a long password", access::UserRole::social_worker, Agency::social_care})
          .has_value());
  ASSERT_TRUE(
      hub->add_account({"alex", "Alex Novak", "a long password", access::UserRole::police_analyst, Agency::police})
          .has_value());
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  const auto worker = [&](const char* name, access::PurposeKind purpose) {
    const auto session = hub->sign_in(name, "a long password");
    EXPECT_TRUE(hub->choose_purpose(session->token, purpose, "concern 2012-0441").has_value());
    return hub->session(session->token)->viewer;
  };
  const Viewer sam = worker("sam", access::PurposeKind::child_protection_enquiry);
  const Viewer alex = worker("alex", access::PurposeKind::strategy_discussion);
  const auto waiting = hub->findings(sam, {});
  ASSERT_TRUE(waiting.has_value() && !waiting->lines.empty());
  const std::string id = waiting->lines.front().id;
  const auto part = [&](const Viewer& viewer, FindingsPart which) {
    return hub->findings(viewer, {which, 1})->in_all[static_cast<std::size_t>(which)];
  };
  const auto act = [&](const Viewer& viewer, FindingAction action, std::string_view reason = "") {
    const std::uint64_t entries = hub->ledger().size();
    const bool done = hub->act_on_finding(viewer, id, action, reason, "").has_value();
    EXPECT_EQ(hub->ledger().size(), entries + (done ? 1 : 0));  // a step is an entry; a refused one is none
    return done;
  };
  EXPECT_TRUE(act(sam, FindingAction::take));
  EXPECT_FALSE(act(sam, FindingAction::take));
  EXPECT_EQ(part(sam, FindingsPart::yours), 1U);
  EXPECT_EQ(part(alex, FindingsPart::taken), 1U);
  EXPECT_GT(hub->home(sam)->findings_yours, 0U);
  EXPECT_FALSE(act(sam, FindingAction::dismiss));
  EXPECT_TRUE(act(sam, FindingAction::dismiss, "one family"));
  EXPECT_EQ(hub->home(sam)->second_looks_in_all, 0U);  // not one's own
  EXPECT_EQ(hub->home(alex)->second_looks_in_all, 1U);
  EXPECT_FALSE(act(sam, FindingAction::agree));
  EXPECT_TRUE(act(alex, FindingAction::agree));
  EXPECT_EQ(part(sam, FindingsPart::dismissed), 1U);
  // After a settling, and from the ledger alone, it stands as it did.
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_EQ(part(sam, FindingsPart::dismissed), 1U);
  EXPECT_EQ(hub->finding(sam, id)->history.size(), 3U);
  hub.reset();
  std::filesystem::remove(folder.path / "hub" / "snapshot.sealed");
  hub = std::move(*Hub::open(ledger::testing_support::place_in(folder.path / "hub")));
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_EQ(part(sam, FindingsPart::dismissed), 1U);
  EXPECT_TRUE(act(sam, FindingAction::reopen, "a third child"));
  EXPECT_EQ(part(sam, FindingsPart::dismissed), 0U);
  EXPECT_THAT(hub->finding(sam, id)->state, HasSubstr("Opened again by Sam Okafor: a third child"));
}

TEST(Finding, ThePageSaysWhatFallsIfATieFalls) {
  const auto projection = shared_hub().projection();
  const auto model = shared_hub().model_of(*projection);
  int machine = 0, told = 0;
  for (const Finding& finding : projection->findings) {
    if (finding.audience) continue;
    const auto leanings = leanings_of(*projection, *model, finding);
    const auto page = shared_hub().finding(social_worker(), finding.id);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->leanings.size(), leanings.size());
    for (const Leaning& leaning : leanings) {
      EXPECT_EQ(projection->people.of(leaning.left), leaning.person);
      EXPECT_EQ(projection->people.of(leaning.right), leaning.person);
      if (leaning.kind != linkage::TieKind::machine) continue;
      ++machine;
      told += leaning.left_over != Leaning::Left::unknown ? 1 : 0;
      // Without the tie no more children than before are tied together.
      EXPECT_LE(leaning.children_left, finding.children.size() + 1);
    }
    // One record of a person's part in the proof needs no tie.
    for (const PersonId person : finding.people) {
      std::set<RecordIndex> records;
      for (const MentionIndex m : finding.mentions) {
        if (projection->people.of(m) == person) records.insert(projection->holdings().at(m).record);
      }
      const bool leans = std::any_of(leanings.begin(), leanings.end(),
                                     [&](const Leaning& leaning) { return leaning.person == person; });
      EXPECT_EQ(leans, records.size() > 1);
    }
  }
  EXPECT_GT(machine, 0);
  EXPECT_GT(told, 0);
}

TEST(Finding, WhoHeldWhichPartSaysNoMoreThanTheRecordsThatAreShown) {
  const auto projection = shared_hub().projection();
  int hidden = 0;
  for (const access::UserRole role :
       {access::UserRole::safeguarding_lead, access::UserRole::prosecutor, access::UserRole::social_worker}) {
    const Agency agency = role == access::UserRole::safeguarding_lead ? Agency::education
                          : role == access::UserRole::prosecutor      ? Agency::prosecution
                                                                      : Agency::social_care;
    const Viewer viewer = viewer_of(role, agency, access::PurposeKind::child_protection_enquiry);
    for (const Finding& finding : projection->findings) {
      if (finding.audience) continue;
      const auto page = shared_hub().finding(viewer, finding.id);
      if (!page) continue;  // the role opens no findings
      for (const HolderRow& holder : page->holders) {
        bool any_shown = false;
        for (const RecordIndex record : finding.proof) {
          const RecordRow& row = projection->holdings().at(record);
          if (title_of(row.agency) == holder.agency)
            any_shown |= decide_for(viewer, row).depth >= access::Depth::outline;
        }
        if (any_shown) continue;
        ++hidden;
        EXPECT_EQ(holder.part, "What cannot be shown to you");
        EXPECT_EQ(holder.knowable_since, to_words(Date{}));
      }
    }
  }
  EXPECT_GT(hidden, 0);
}

TEST(Home, NamesAreForThoseWhoMayOpenPeople) {
  using access::UserRole;
  for (std::size_t i = 0; i < access::user_role_count; ++i) {
    const auto role = static_cast<UserRole>(i);
    Viewer viewer = testing::viewer_of(role, Agency::partnership, std::nullopt);
    for (std::size_t kind = 0; kind < access::purpose_kind_count; ++kind) {
      if (access::suits(role, static_cast<access::PurposeKind>(kind)))
        viewer.purpose = static_cast<access::PurposeKind>(kind);
    }
    const auto home = shared_hub().home(viewer);
    ASSERT_TRUE(home.has_value());
    const bool any_clock = !home->overdue.empty() || !home->today.empty() || !home->this_week.empty();
    EXPECT_TRUE(!any_clock || access::may(role, access::Action::person)) << access::name_of(role);
    EXPECT_TRUE(home->findings.empty() || access::may(role, access::Action::findings)) << access::name_of(role);
    EXPECT_EQ(!home->partners.empty(), role == UserRole::chair) << access::name_of(role);
    EXPECT_LE(home->overdue.size(), 10U);
    EXPECT_GE(home->overdue_in_all, home->overdue.size());
  }
}

}  // namespace
}  // namespace wider::hub
