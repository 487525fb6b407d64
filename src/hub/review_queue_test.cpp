#include "hub/review_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using ::testing::HasSubstr;
using testing::hub_of_town;
using testing::shared_hub;
using testing::social_worker;
using testing::TemporaryFolder;

Viewer another() {
  Viewer viewer = social_worker();
  viewer.account = 2;
  viewer.name = "Priya Nair";
  return viewer;
}

LinkDecision word(bool same, std::uint32_t account) {
  LinkDecision said;
  said.left = "a";
  said.right = "b";
  said.same = same;
  said.account = account;
  said.by = account == 1 ? "Sam" : "Priya";
  return said;
}

TEST(LinkWords, WhatWaitsCountsOnlyWhenASecondPersonAgrees) {
  std::vector<LinkDecision> standing;
  apply_word(standing, word(false, 1));
  LinkDecision joins = word(true, 1);
  joins.waits = true;
  std::swap(joins.left, joins.right);  // the same two, whichever is named first
  apply_word(standing, joins);
  ASSERT_EQ(standing.size(), 2U) << "what counted before counts until then";
  LinkDecision agrees = word(true, 1);
  agrees.agrees = true;
  apply_word(standing, agrees);
  EXPECT_EQ(standing.size(), 2U) << "nobody agrees with themselves";
  agrees = word(true, 2);
  agrees.agrees = true;
  apply_word(standing, agrees);
  ASSERT_EQ(standing.size(), 1U);
  EXPECT_TRUE(standing[0].counts() && standing[0].same);
  EXPECT_EQ(standing[0].agreed_by, "Priya");
  LinkDecision back = word(true, 1);
  back.withdrawn = true;
  apply_word(standing, back);
  EXPECT_TRUE(standing.empty());
  apply_word(standing, agrees);
  EXPECT_TRUE(standing.empty()) << "there is nothing to agree with";
}

TEST(LinkWords, TakingBackTakesWhatWaitsFirstAndWhoCannotTellChangesNothing) {
  std::vector<LinkDecision> standing;
  apply_word(standing, word(false, 1));
  LinkDecision unsure = word(false, 2);
  unsure.unsure = true;
  apply_word(standing, unsure);
  LinkDecision joins = word(true, 2);
  joins.waits = true;
  apply_word(standing, joins);
  LinkDecision back = word(true, 3);
  back.withdrawn = true;
  apply_word(standing, back);
  ASSERT_EQ(standing.size(), 1U);
  EXPECT_TRUE(standing[0].counts() && !standing[0].same);
  EXPECT_EQ(encode_decision(decode_decision(encode_decision(joins))), encode_decision(joins));
}

TEST(HarmCosts, AreReadOrRefusedByName) {
  const auto costs =
      parse_harm_costs("families_joined = 8\nhousehold_joined = 4.5\nchild_apart = 10\nadult_apart = 2\nfinding = 0\n");
  ASSERT_TRUE(costs.has_value());
  EXPECT_EQ(costs->household_joined, 4.5);
  EXPECT_THAT(parse_harm_costs("families_joined = 8\n").error().message, HasSubstr("household_joined"));
  EXPECT_THAT(parse_harm_costs("families_joined = -1\n").error().message, HasSubstr("families_joined"));
  EXPECT_FALSE(parse_harm_costs("families_joined = \n").has_value());
}

TEST(ReviewQueue, IsOrderedByTheChanceOfAMistakeTimesItsCost) {
  const auto projection = shared_hub().projection();
  const Date today = day_of(shared_hub().now());
  const ReviewBook book = review_book(*projection, today);
  ASSERT_GT(book.items.size(), 5U);
  EXPECT_EQ(book.items.size(), projection->doubts.size());
  for (std::size_t i = 1; i < book.items.size(); ++i) EXPECT_GE(book.items[i - 1].harm, book.items[i].harm);
  // Where only children's records lying apart costs anything, nothing else has harm.
  HarmCosts only;
  only.child_apart = 1;
  for (const ReviewItem& item : review_book(*projection, only, today).items) {
    const bool joined = item.doubt.kind == static_cast<std::uint32_t>(linkage::DoubtKind::joined);
    EXPECT_EQ(item.harm > 0, !joined && item.child);
    if (item.harm > 0) {
      EXPECT_FLOAT_EQ(static_cast<float>(item.harm), item.doubt.probability);
    }
  }
}

TEST(ReviewQueue, NobodyIsToldOfAPairWhoseRecordsTheyMayNotBothSee) {
  const auto projection = shared_hub().projection();
  const Holdings& holdings = projection->holdings();
  const ReviewBook book = review_book(*projection, day_of(shared_hub().now()));
  for (std::size_t r = 0; r < access::user_role_count; ++r) {
    for (std::size_t a = 0; a < agency_count; ++a) {
      for (std::size_t kind = 0; kind < access::purpose_kind_count; ++kind) {
        const Viewer viewer = testing::viewer_of(static_cast<access::UserRole>(r), static_cast<Agency>(a),
                                                 static_cast<access::PurposeKind>(kind));
        std::size_t may = 0;
        for (const ReviewItem& item : book.items) {
          const auto depth = [&](MentionIndex m) {
            return decide_for(viewer, holdings.at(holdings.at(m).record)).depth;
          };
          may += depth(item.doubt.left) >= access::Depth::outline && depth(item.doubt.right) >= access::Depth::outline
                     ? 1
                     : 0;
          EXPECT_NE(holdings.at(holdings.at(item.doubt.left).record).handling, Handling::originator_only);
          EXPECT_NE(holdings.at(holdings.at(item.doubt.right).record).handling, Handling::originator_only);
        }
        const ReviewView view = make_review_view(*projection, book, {}, viewer, {});
        ASSERT_EQ(view.in_all[0], may);
        ASSERT_EQ(view.lines.size(), std::min<std::size_t>(may, ReviewView::on_a_page));
      }
    }
  }
}

// A pair of the queue that would join two homes, by a word that they are one.
const ReviewItem* joins_two_homes(const Projection& projection, const ReviewBook& book) {
  for (const ReviewItem* item : open_items(projection, book, {}, social_worker())) {
    if (item->two_homes && projection.people.of(item->doubt.left) != projection.people.of(item->doubt.right))
      return item;
  }
  return nullptr;
}

TEST(ReviewQueue, ATwoPersonWordIsFollowedFromTheQueueToThePeopleAndBack) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const auto before = hub->projection();
  const ReviewBook book = review_book(*before, day_of(hub->now()));
  const ReviewItem* item = joins_two_homes(*before, book);
  ASSERT_NE(item, nullptr);
  const MentionIndex a = item->doubt.left, b = item->doubt.right;
  const std::string left = mention_text(before->holdings(), a), right = mention_text(before->holdings(), b);
  const std::uint32_t waiting = hub->review(social_worker(), {})->in_all[0];
  EXPECT_THAT(hub->explain(social_worker(), left, right)->second_person, HasSubstr("two people who say so"));

  // Cannot tell: set aside, and nothing else.
  ASSERT_TRUE(hub->decide_link(social_worker(), left, right, LinkWord::unsure, "two cousins?").has_value());
  auto view = *hub->review(another(), {ReviewPart::unsure, 1});
  EXPECT_EQ(view.in_all[0], waiting - 1);
  ASSERT_EQ(view.lines.size(), 1U);
  EXPECT_THAT(view.lines[0].state, HasSubstr("Sam Okafor could not tell (“two cousins?”)"));

  // One person: waits, joins nothing, and is shown to somebody else as the second person.
  ASSERT_TRUE(hub->decide_link(social_worker(), left, right, LinkWord::same, "her aunt told me").has_value());
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_NE(hub->projection()->people.of(a), hub->projection()->people.of(b));
  EXPECT_EQ(hub->home(social_worker())->second_words_in_all, 0U);
  ASSERT_EQ(hub->home(another())->second_words.size(), 1U);
  EXPECT_THAT(hub->home(another())->second_words[0].state, HasSubstr("It waits for a second person."));
  EXPECT_FALSE(hub->explain(social_worker(), left, right)->may_agree);
  EXPECT_TRUE(hub->explain(another(), right, left)->may_agree);
  EXPECT_EQ(hub->decide_link(social_worker(), left, right, LinkWord::agree, "").error().code, ErrorCode::usage);

  // Agreed: they are one person from the next settling on, also after the snapshot is read again.
  ASSERT_TRUE(hub->decide_link(another(), right, left, LinkWord::agree, "").has_value());
  EXPECT_EQ(hub->review(another(), {ReviewPart::decided, 1})->lines.size(), 1U) << "at once, before settling";
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_EQ(hub->projection()->people.of(a), hub->projection()->people.of(b));
  EXPECT_THAT(hub->explain(social_worker(), left, right)->decided, HasSubstr("Priya Nair agreed."));

  // Taken back, with a reason: as before.
  EXPECT_EQ(hub->decide_link(another(), left, right, LinkWord::withdraw, "").error().code, ErrorCode::usage);
  ASSERT_TRUE(hub->decide_link(another(), left, right, LinkWord::withdraw, "another aunt").has_value());
  EXPECT_EQ(hub->decide_link(another(), left, right, LinkWord::withdraw, "twice").error().code, ErrorCode::usage);
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_EQ(hub->projection()->people.labels(), before->people.labels());
  EXPECT_EQ(hub->review(social_worker(), {})->in_all[0], waiting);
}

TEST(ReviewQueue, WhoWorksOnWhatAWordTouchesIsTold) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  ASSERT_TRUE(
      hub->add_account({"sam", "Sam Okafor", "a long password", access::UserRole::social_worker, Agency::social_care})
          .has_value());
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  const auto projection = hub->projection();
  const Holdings& holdings = projection->holdings();
  // Two records of somebody whom a finding names, that this viewer may see.
  for (const Finding& finding : projection->findings) {
    if (finding.audience) continue;
    std::vector<MentionIndex> seen;
    for (const MentionIndex m : projection->people.mentions_of(finding.people.front())) {
      if (decide_for(social_worker(), holdings.at(holdings.at(m).record)).depth >= access::Depth::outline)
        seen.push_back(m);
    }
    if (seen.size() < 2) continue;
    const std::string left = mention_text(holdings, seen.front()), right = mention_text(holdings, seen.back());
    ASSERT_TRUE(hub->act_on_finding(social_worker(), finding.id, FindingAction::take, "", "").has_value());
    const auto page = hub->explain(another(), left, right);
    const bool rests = std::any_of(page->rests.begin(), page->rests.end(), [&](const RestingLine& line) {
      return line.finding == finding.id && line.taken_by == "taken by Sam Okafor";
    });
    EXPECT_TRUE(rests);
    EXPECT_TRUE(hub->home(social_worker())->identity_notices.empty());
    ASSERT_TRUE(hub->decide_link(another(), left, right, LinkWord::different, "two sisters").has_value());
    for (const bool settled : {false, true}) {
      const auto notices = hub->home(social_worker())->identity_notices;
      ASSERT_EQ(notices.size(), 1U) << settled;
      EXPECT_THAT(notices[0].says, HasSubstr("Priya Nair said (“two sisters”): they are two people."));
      const auto names = [&](const RestingLine& line) { return line.finding == finding.id; };
      EXPECT_TRUE(std::any_of(notices[0].touches.begin(), notices[0].touches.end(), names));
      ASSERT_TRUE(hub->settle({2, {}}).has_value());
    }
    Viewer elsewhere =
        testing::viewer_of(access::UserRole::police_analyst, Agency::police, access::PurposeKind::strategy_discussion);
    elsewhere.account = 9;
    const auto home_elsewhere = hub->home(elsewhere);
    ASSERT_TRUE(home_elsewhere.has_value());
    for (const IdentityNotice& notice : home_elsewhere->identity_notices) {
      for (const RestingLine& line : notice.touches) EXPECT_NE(line.finding, finding.id) << "not theirs";
    }
    return;
  }
  FAIL() << "no finding to try it on";
}

}  // namespace
}  // namespace wider::hub
