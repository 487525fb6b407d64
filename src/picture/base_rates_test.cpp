// Base rates: counted on scenes small enough to count by hand, and fit for the table they are stated in.
#include "picture/base_rates.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "picture/scene_builder.hpp"

namespace wider::picture {
namespace {

const Something kebabs{ThingKind::place, "Station Kebabs, 4 Station Road", ThingRole::at, "takeaway"};
const Something flat{ThingKind::place, "9 Cross Street", ThingRole::at, "home"};

BaseRate rate_at(SceneBuilder& builder, const std::string& key, const std::string& rates = "place = 0.5\n") {
  const Scene scene = builder.scene();
  const auto all = measure_base_rates(Facts(scene, View{}), *pattern_for_test("children-tied-to-one", "", "", rates));
  const auto found = std::find_if(all.begin(), all.end(), [&](const BaseRate& rate) { return rate.at == key; });
  return found == all.end() ? BaseRate{} : *found;
}

TEST(BaseRates, CountChildrenForEachRecordWithoutOne) {
  SceneBuilder builder;
  builder.born("child 1", 1995);
  builder.born("child 2", 1996);
  builder.lives("child 1", "7 Mill Lane");
  builder.lives("child 2", "7 Mill Lane");
  builder.born("child 3", 1997);
  // Two children of one household, one of them twice; another child; and three records without a child.
  builder.add(Agency::police, RecordKind::missing, on(2009, 3, 1), {{"child 1"}}, {kebabs});
  builder.add(Agency::police, RecordKind::missing, on(2009, 3, 2), {{"child 1"}}, {kebabs});
  builder.add(Agency::police, RecordKind::missing, on(2009, 3, 3), {{"child 2"}}, {kebabs});
  builder.add(Agency::police, RecordKind::missing, on(2009, 3, 4), {{"child 3"}}, {kebabs});
  for (int i = 1; i <= 3; ++i)
    builder.add(Agency::police, RecordKind::crime, on(2009, 4, i), {{"somebody", Role::victim}}, {kebabs});
  const BaseRate rate = rate_at(builder, "takeaway", "place = 0.5\ntakeaway = 0.25\n");
  EXPECT_EQ(rate.windows, 1U);
  EXPECT_EQ(rate.others, 3U);
  EXPECT_EQ(rate.children, 2U);
  EXPECT_DOUBLE_EQ(rate.per_record, 2.0 / (3 + 1));
  EXPECT_DOUBLE_EQ(rate.stated, 0.25);
  EXPECT_GT(rate.to_state, rate.per_record);
}

TEST(BaseRates, WindowsFollowEachOtherAndOwnHomesTieNobody) {
  SceneBuilder builder;
  builder.born("child 1", 1995);
  builder.lives("child 1", "9 Cross Street");
  builder.born("child 2", 1996);
  for (const int year : {2007, 2009}) {
    builder.add(Agency::police, RecordKind::missing, on(year, 3, 1), {{"child 1"}}, {flat});
    builder.add(Agency::police, RecordKind::missing, on(year, 3, 2), {{"child 2"}}, {flat});
  }
  const BaseRate rate = rate_at(builder, "home");
  EXPECT_EQ(rate.windows, 2U);
  EXPECT_EQ(rate.children, 2U);  // child 2, once a window
  EXPECT_EQ(rate.others, 2U);    // child 1 at home
}

// A taxi rank where children come as often as other people: at the measured rate hardly a window is over the bar, at a
// tenth of it many are.
TEST(BaseRates, StatedTooLowTheyLetOrdinaryLifeStand) {
  SceneBuilder builder;
  for (int rank = 0; rank < 60; ++rank) {
    const Something place{ThingKind::place, std::to_string(rank + 1) + " Low Road", ThingRole::at, "taxi-rank"};
    for (int i = 0; i < 16; ++i) {
      const std::string who = std::to_string(rank) + "/" + std::to_string(i);
      const bool child = (i * 7 + rank) % 2 == 0;
      builder.born(who, child ? 1995 : 1970);
      builder.add(i % 3 == 0 ? Agency::police : Agency::social_care, RecordKind::missing, on(2009, 2, 1) + i, {{who}},
                  {place});
    }
  }
  const BaseRate right = rate_at(builder, "taxi-rank", "place = 0.5\ntaxi-rank = 1.0\n");
  const BaseRate low = rate_at(builder, "taxi-rank", "place = 0.5\ntaxi-rank = 0.1\n");
  EXPECT_NEAR(right.per_record, 8.0 / 9, 1e-9);
  EXPECT_EQ(right.over_stated, 0U);
  EXPECT_EQ(low.over_stated, 60U);
}

}  // namespace
}  // namespace wider::picture
