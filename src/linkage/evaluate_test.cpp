// Precision and recall by contingency against counting every pair, groups that add up, and intervals that cover.
#include "linkage/evaluate.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "base/random.hpp"

namespace wider::linkage {
namespace {

LabelledRows some_rows() {
  LabelledRows rows;
  const std::size_t count = *rc::gen::inRange<std::size_t>(1, 30);
  std::vector<std::uint32_t> dense(8, no_group);
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint32_t& person = dense[*rc::gen::inRange<std::size_t>(0, dense.size())];
    if (person == no_group) person = next++;
    rows.person.push_back(*rc::gen::inRange(0, 10) == 0 ? no_group : person);
    rows.cluster.push_back(*rc::gen::inRange(0U, 6U));
    rows.source.push_back(*rc::gen::inRange(0U, 3U));
  }
  rows.between = *rc::gen::arbitrary<bool>();
  return rows;
}

TEST(Evaluate, CountsByContingencyWhatCountingEveryPairGives) {
  rc::check([] {
    const LabelledRows rows = some_rows();
    std::uint64_t found = 0, truth = 0, both = 0;
    std::vector<std::uint64_t> wrong_ends(8);
    for (std::size_t i = 0; i < rows.person.size(); ++i) {
      for (std::size_t j = i + 1; j < rows.person.size(); ++j) {
        if (rows.person[i] == no_group || rows.person[j] == no_group) continue;
        if (rows.between && rows.source[i] == rows.source[j]) continue;
        const bool linked = rows.cluster[i] == rows.cluster[j], same = rows.person[i] == rows.person[j];
        found += linked ? 1U : 0U;
        truth += same ? 1U : 0U;
        both += linked && same ? 1U : 0U;
        if (!linked || same) continue;
        ++wrong_ends[rows.person[i]];
        ++wrong_ends[rows.person[j]];
      }
    }
    const auto people = count_pairs(rows);
    const Quality quality = quality_of(people, {});
    RC_ASSERT(quality.both == static_cast<double>(both));
    RC_ASSERT(quality.precision.pairs == static_cast<double>(found));
    RC_ASSERT(quality.recall.pairs == static_cast<double>(truth));
    for (std::size_t p = 0; p < people.size(); ++p) RC_ASSERT(people[p].wrong_ends == wrong_ends[p]);
  });
}

TEST(Evaluate, GroupsAddUpToTheWhole) {
  rc::check([] {
    const LabelledRows rows = some_rows();
    const auto people = count_pairs(rows);
    Grouping grouping{"any", {"a", "b"}, {}};
    for (std::size_t p = 0; p < people.size(); ++p) grouping.of_person.push_back(*rc::gen::inRange(0U, 2U));
    const Evaluation evaluation = evaluate(rows, std::span(&grouping, 1));
    double found = 0, truth = 0, both = 0;
    for (const GroupQuality& group : evaluation.groupings[0].groups) {
      found += group.quality.precision.pairs;
      truth += group.quality.recall.pairs;
      both += group.quality.both;
    }
    RC_ASSERT(found == evaluation.overall.precision.pairs);
    RC_ASSERT(truth == evaluation.overall.recall.pairs);
    RC_ASSERT(both == evaluation.overall.both);
  });
}

TEST(Evaluate, WilsonIsThePublishedInterval) {
  const auto [low, high] = wilson(.9, 100);  // Newcombe 1998, method 3
  EXPECT_NEAR(low, .8256, .0001);
  EXPECT_NEAR(high, .9448, .0001);
  EXPECT_EQ(wilson(1, 50).second, 1);
  EXPECT_NEAR(wilson(1, 50).first, .9287, .0001);
}

// People of two to twelve rows, each lost whole or found whole with one chance: pairs of a person go together. The
// interval must cover the true rate in about 95 of 100 samples; one that took pairs as independent would in about 70.
TEST(Evaluate, IntervalsCoverThoughPairsOfAPersonGoTogether) {
  Random random(7);
  int covered = 0, naive = 0;
  constexpr int samples = 400;
  for (int sample = 0; sample < samples; ++sample) {
    LabelledRows rows;
    std::uint32_t clusters = 0;
    for (std::uint32_t person = 0; person < 150; ++person) {
      const auto count = random.between(2, 12);
      const bool found = random.chance(.8);
      const std::uint32_t cluster = clusters++;
      for (std::int64_t i = 0; i < count; ++i) {
        rows.person.push_back(person);
        rows.cluster.push_back(found ? cluster : clusters++);
      }
    }
    const Quality quality = quality_of(count_pairs(rows), {});
    covered += quality.recall.low <= .8 && .8 <= quality.recall.high ? 1 : 0;
    const auto [low, high] = wilson(quality.recall.value, quality.recall.pairs);
    naive += low <= .8 && .8 <= high ? 1 : 0;
  }
  EXPECT_GE(covered, samples * 91 / 100);
  EXPECT_LE(naive, samples * 80 / 100);
}

TEST(Evaluate, PartsPeopleByWhatMostOfTheirRowsSay) {
  StringPool strings;
  Input input;
  input.strings = &strings;
  const auto row = [&](std::string_view surname, Sex sex, int year) {
    Row made;
    made.value[static_cast<std::size_t>(Attribute::surname)] = strings.intern(surname);
    made.sex = sex;
    if (year > 0) made.birth_date = {*make_date(year, 6, 15), Precision::day};
    input.rows.push_back(made);
  };
  row("Smith", Sex::female, 2000);
  row("SMITH", Sex::female, 2000);
  row("Smyth", Sex::male, 0);
  row("Okafor", Sex::male, 2010);
  row("", Sex::unknown, 0);
  row("Smith", Sex::unknown, 1950);
  const std::vector<std::uint32_t> person = {0, 0, 0, 1, 2, 3};
  const auto groupings = usual_groupings(input, person, 4, *make_date(2016, 6, 14));
  ASSERT_EQ(groupings.size(), 3U);
  EXPECT_EQ(groupings[0].of_person, (std::vector<std::uint32_t>{0, 1, no_group, no_group}));
  EXPECT_EQ(groupings[1].name, "age on 2016-06-14");
  EXPECT_EQ(groupings[1].of_person, (std::vector<std::uint32_t>{2, 1, no_group, 5}));  // 15, the day before 6, 65
  EXPECT_EQ(groupings[2].of_person, (std::vector<std::uint32_t>{0, 2, no_group, 0}));
}

TEST(Evaluate, LooksAtTheGapOfGroupsThatAreLargeEnough) {
  LabelledRows rows;
  Grouping grouping{"band", {"large", "other", "small"}, {}};
  std::uint32_t clusters = 0;
  for (std::uint32_t person = 0; person < 210; ++person) {
    const std::uint32_t group = person < 100 ? 0 : person < 200 ? 1 : 2;
    const bool found = group == 0 || (group == 1 && person % 2 == 0);
    grouping.of_person.push_back(group);
    rows.person.insert(rows.person.end(), 2, person);
    rows.cluster.push_back(clusters);
    rows.cluster.push_back(found ? clusters : clusters + 1);
    clusters += 2;
  }
  const Evaluation evaluation = evaluate(rows, std::span(&grouping, 1));
  ASSERT_TRUE(evaluation.groupings[0].recall.has_value());
  EXPECT_DOUBLE_EQ(evaluation.groupings[0].recall->size, .5);
  EXPECT_EQ(evaluation.groupings[0].recall->best, "large");
  EXPECT_EQ(evaluation.groupings[0].recall->worst, "other");
  EXPECT_DOUBLE_EQ(evaluation.groupings[0].groups[2].quality.recall.value, 0);  // shown, and too small for the gap
}

}  // namespace
}  // namespace wider::linkage
