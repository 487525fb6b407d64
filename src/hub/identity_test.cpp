#include "hub/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "hub/profile.hpp"
#include "hub/settling.hpp"
#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using ::testing::HasSubstr;
using testing::hub_of_town;
using testing::shared_hub;
using testing::social_worker;
using testing::TemporaryFolder;

const Viewer officer =
    testing::viewer_of(access::UserRole::police_analyst, Agency::police, access::PurposeKind::strategy_discussion);

TEST(Identity, ThePairAloneIsExplainedAsOverAllRows) {
  const auto projection = shared_hub().projection();
  const Holdings& holdings = projection->holdings();
  const LinkageRows all = gather(holdings);
  const auto model = shared_hub().model_of(*projection);
  Random random(5);
  int same = 0;
  for (int i = 0; i < 400; ++i) {
    const MentionIndex left = all.mention_of[random.below(all.mention_of.size())];
    const auto of_left = projection->people.mentions_of(projection->people.of(left));
    // Half of them one person's, so that what an agency's index lends is there in many.
    const MentionIndex right =
        i % 2 == 0 ? of_left[random.below(of_left.size())] : all.mention_of[random.below(all.mention_of.size())];
    auto whole = linkage::explain(all.input, *model, *all.row(left), *all.row(right));
    const auto few = explain_two(*projection, *model, left, right);
    linkage::tell_partition(whole, few.same_cluster);
    ASSERT_EQ(few.total_weight, whole.total_weight);
    ASSERT_EQ(few.says, whole.says);
    ASSERT_EQ(few.fields.size(), whole.fields.size());
    for (std::size_t f = 0; f < few.fields.size(); ++f) {
      ASSERT_EQ(few.fields[f].left, whole.fields[f].left);
      ASSERT_EQ(few.fields[f].right, whole.fields[f].right);
      ASSERT_EQ(few.fields[f].weight, whole.fields[f].weight);
      ASSERT_EQ(few.fields[f].term_frequency, whole.fields[f].term_frequency);
    }
    same += few.same_cluster ? 1 : 0;
  }
  EXPECT_GE(same, 200);
}

TEST(Identity, TheWeakestTieIsAmongTheRecordsShownAndItsReviewSaysTheSame) {
  const auto projection = shared_hub().projection();
  const Holdings& holdings = projection->holdings();
  const auto model = shared_hub().model_of(*projection);
  const auto visible = [&](const Viewer& viewer, MentionIndex m) {
    return decide_for(viewer, holdings.at(holdings.at(m).record)).depth >= access::Depth::outline;
  };
  int ties = 0;
  for (const Viewer& viewer : {social_worker(), officer}) {
    for (const PersonId person : projection->people.all()) {
      std::vector<MentionIndex> shown;
      for (const MentionIndex m : projection->people.mentions_of(person)) {
        if (visible(viewer, m)) shown.push_back(m);
      }
      const auto tie = weakest_tie_of(*projection, *model, viewer, person);
      ASSERT_EQ(tie.has_value(), shown.size() > 1);
      if (!tie) continue;
      ASSERT_TRUE(visible(viewer, tie->left) && visible(viewer, tie->right));
      ASSERT_EQ(tie->in_all, shown.size());
      if (tie->kind != linkage::TieKind::machine || shown.size() > 12) continue;
      ++ties;
      // No pair across the two sides is stronger than the pair that is shown for review.
      const auto weight = [&](MentionIndex a, MentionIndex b) {
        return explain_two(*projection, *model, a, b).total_weight;
      };
      const double shown_weight = weight(tie->left, tie->right);
      for (const MentionIndex a : tie->right_side) {
        for (const MentionIndex b : shown) {
          if (std::find(tie->right_side.begin(), tie->right_side.end(), b) != tie->right_side.end()) continue;
          ASSERT_LE(weight(a, b), shown_weight);
        }
      }
    }
  }
  EXPECT_GT(ties, 500);
}

TEST(Identity, AValueLentByARecordThatMayNotBeSeenIsNotShown) {
  const auto projection = shared_hub().projection();
  const Holdings& holdings = projection->holdings();
  const auto model = shared_hub().model_of(*projection);
  int restricted = 0;
  for (const PersonId person : projection->people.all()) {
    const auto mentions = projection->people.mentions_of(person);
    const bool any = std::any_of(mentions.begin(), mentions.end(), [&](MentionIndex m) {
      return holdings.at(holdings.at(m).record).kind == RecordKind::sexual_health;
    });
    if (!any) continue;
    ++restricted;
    std::vector<MentionIndex> visible;
    for (const MentionIndex m : mentions) {
      if (decide_for(social_worker(), holdings.at(holdings.at(m).record)).depth >= access::Depth::outline)
        visible.push_back(m);
    }
    if (visible.size() < 2) continue;
    const LinkageRows rows = gather_few(holdings, visible);
    const auto told = explain_two_to(*projection, *model, social_worker(), visible.front(), visible.back());
    const auto known = linkage::explain(rows.input, *model, *rows.row(visible.front()), *rows.row(visible.back()));
    for (const auto& field : told.fields) {
      if (field.left.empty() || field.left == "(not shown to you)") continue;
      const auto same =
          std::find_if(known.fields.begin(), known.fields.end(), [&](const auto& f) { return f.field == field.field; });
      ASSERT_NE(same, known.fields.end()) << field.field;
      ASSERT_EQ(same->left, field.left);
    }
  }
  EXPECT_GT(restricted, 0);
}

TEST(Identity, APersonsWordConfirmsTheTieAndIsTakenBack) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  auto projection = hub->projection();
  auto model = hub->model_of(*projection);
  PersonId person;
  std::optional<PersonTie> tie;
  for (const PersonId one : projection->people.all()) {
    tie = weakest_tie_of(*projection, *model, social_worker(), one);
    if (tie && tie->in_all == 2 && tie->kind == linkage::TieKind::machine) {
      person = one;
      break;
    }
  }
  ASSERT_TRUE(person.valid());
  const std::string left = mention_text(projection->holdings(), tie->left);
  const std::string right = mention_text(projection->holdings(), tie->right);
  const auto page = hub->person(social_worker(), person_text(person), {});
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->how_sure, HasSubstr("likely but not confirmed"));
  EXPECT_EQ(page->weakest_left, left);
  EXPECT_EQ(page->weakest_right, right);

  EXPECT_EQ(hub->decide_link(social_worker(), left, right, LinkWord::same, " ").error().code, ErrorCode::usage);
  const Viewer reviewer =
      testing::viewer_of(access::UserRole::review_author, Agency::partnership, access::PurposeKind::case_review);
  EXPECT_EQ(hub->decide_link(reviewer, left, right, LinkWord::same, "I know them").error().code, ErrorCode::denied);
  ASSERT_TRUE(hub->decide_link(social_worker(), left, right, LinkWord::same, "I know them").has_value());
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  const auto confirmed = hub->person(social_worker(), person_text(person), {});
  EXPECT_THAT(confirmed->how_sure, HasSubstr("confirmed: "));
  EXPECT_THAT(confirmed->how_sure, HasSubstr("by Sam Okafor on "));
  EXPECT_THAT(hub->explain(social_worker(), right, left)->decided,
              HasSubstr("Sam Okafor said (“I know them”): they are one person."));

  ASSERT_TRUE(hub->decide_link(social_worker(), right, left, LinkWord::different, "They are cousins").has_value());
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_FALSE(hub->explain(social_worker(), left, right)->same);
  ASSERT_TRUE(hub->decide_link(social_worker(), left, right, LinkWord::withdraw, "A mistake").has_value());
  ASSERT_TRUE(hub->settle({2, {}}).has_value());
  EXPECT_TRUE(hub->explain(social_worker(), left, right)->same);
  EXPECT_EQ(hub->person(social_worker(), person_text(person), {})->how_sure, page->how_sure);
}

}  // namespace
}  // namespace wider::hub
