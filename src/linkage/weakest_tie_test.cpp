// weakest_tie() against what it means: with the edges as strong as the tie the rows hang together, without them they do
// not. Weights come from explain(), so that the tie shown and its explanation agree.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"

namespace wider::linkage {
namespace {

struct Rows {
  StringPool strings;
  Input input;
  Rows() { input.strings = &strings; }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  Row& add(std::string_view forename, std::string_view surname, std::string_view born, std::string_view address,
           std::uint16_t source) {
    Row row;
    row.value[static_cast<std::size_t>(Attribute::forename)] = strings.intern(forename);
    row.value[static_cast<std::size_t>(Attribute::surname)] = strings.intern(surname);
    row.value[static_cast<std::size_t>(Attribute::address)] = strings.intern(address);
    if (const auto date = parse_iso_partial(born)) row.birth_date = *date;
    row.source = source;
    input.rows.push_back(row);
    return input.rows.back();
  }
};

// A model learnt from a few hundred rows, made once.
const Model& learnt() {
  static const ModelPtr model = [] {
    Rows rows;
    Random random(3);
    constexpr const char* forenames[] = {"Anna", "Hassan", "Oliver", "Grace", "Imran", "Molly", "Peter", "Zofia"};
    constexpr const char* surnames[] = {"Marsh", "Okafor", "Kowalski", "Hussain", "Bromley", "Carter", "Dunne", "Eze"};
    for (int person = 0; person < 300; ++person) {
      const Date born{static_cast<std::int32_t>(random.between(0, 14'000))};
      const std::string address = std::to_string(random.between(1, 300)) + " Mill Road";
      const char* forename = forenames[random.below(8)];
      const std::string surname = surnames[random.below(8)] + std::string(1, static_cast<char>('a' + random.below(26)));
      for (std::uint16_t source = 0; source < 3; ++source) {
        rows.add(forename, surname, random.chance(0.9) ? to_iso(born) : "", random.chance(0.7) ? address : "", source);
      }
    }
    return train(rows.input, {}).value();
  }();
  return *model;
}

// Whether the rows hang together by pairs that `counts`.
template <typename Counts>
bool connected(std::uint32_t rows, Counts&& counts) {
  std::vector<std::uint32_t> part(rows);
  std::iota(part.begin(), part.end(), 0U);
  for (std::uint32_t a = 0; a < rows; ++a) {
    for (std::uint32_t b = a + 1; b < rows; ++b) {
      if (!counts(a, b)) continue;
      const std::uint32_t old = std::max(part[a], part[b]);
      const std::uint32_t now = std::min(part[a], part[b]);
      std::replace(part.begin(), part.end(), old, now);
    }
  }
  return std::all_of(part.begin(), part.end(), [](std::uint32_t p) { return p == 0; });
}

TEST(WeakestTie, IsTheEdgeWithoutWhichTheRowsFallApart) {
  constexpr const char* forenames[] = {"Anna", "Ana", "Anne", "Hannah"};
  constexpr const char* surnames[] = {"Marsh", "Marshe", "Mrash", "Okafor"};
  constexpr const char* births[] = {"1994-03-03", "1994-03", "", "1994-03-08"};
  constexpr const char* homes[] = {"12 Tanner Row", "", "8 Mill Road"};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rows rows;
    Random random(seed);
    const auto count = static_cast<std::uint32_t>(random.between(2, 12));
    for (std::uint32_t i = 0; i < count; ++i) {
      rows.add(forenames[random.below(4)], surnames[random.below(4)], births[random.below(4)], homes[random.below(3)],
               static_cast<std::uint16_t>(i % 3));
    }
    const auto tie = weakest_tie(rows.input, learnt(), {});
    ASSERT_TRUE(tie.has_value());
    ASSERT_EQ(tie->kind, TieKind::machine);
    const auto weight = [&](std::uint32_t a, std::uint32_t b) {
      return explain(rows.input, learnt(), a, b).total_weight;
    };
    EXPECT_DOUBLE_EQ(weight(tie->left, tie->right), tie->weight) << seed;
    EXPECT_TRUE(connected(count, [&](auto a, auto b) { return weight(a, b) >= tie->weight; })) << seed;
    EXPECT_FALSE(connected(count, [&](auto a, auto b) { return weight(a, b) > tie->weight; })) << seed;
    // The two sides: nothing between them is stronger than the tie.
    EXPECT_FALSE(tie->right_side[tie->left]);
    EXPECT_TRUE(tie->right_side[tie->right]);
    for (std::uint32_t a = 0; a < count; ++a) {
      for (std::uint32_t b = 0; b < count; ++b) {
        const bool across = tie->right_side[a] && !tie->right_side[b];
        EXPECT_TRUE(!across || weight(a, b) <= tie->weight) << seed;
      }
    }
  }
}

TEST(WeakestTie, WhatPeopleDecidedAndAnAgencysOwnNumberHoldForCertain) {
  Rows rows;
  rows.add("Anna", "Marsh", "1994-03-03", "12 Tanner Row", 0);
  rows.add("Anna", "Marsh", "1994-03-03", "12 Tanner Row", 1);
  rows.add("Unknown", "Okafor", "", "", 1);
  const auto machine = weakest_tie(rows.input, learnt(), {});
  ASSERT_TRUE(machine.has_value());
  EXPECT_EQ(machine->kind, TieKind::machine);
  EXPECT_EQ(machine->right, 2U);
  EXPECT_FALSE(machine->above_threshold);
  // Somebody says that the third is she as well: the weakest is the tie between the first two.
  Decisions decisions;
  decisions.same.emplace_back(2, 0);
  const auto decided = weakest_tie(rows.input, learnt(), decisions);
  EXPECT_EQ(decided->kind, TieKind::machine);
  EXPECT_EQ(decided->left + decided->right, 1U);
  EXPECT_TRUE(decided->above_threshold);
  // One number in one agency's own index for the other two as well: nothing is the machine's alone.
  rows.input.rows[1].own_id = rows.input.rows[2].own_id = rows.strings.intern("N17");
  EXPECT_NE(weakest_tie(rows.input, learnt(), decisions)->kind, TieKind::machine);
  // The same number in another agency's index says nothing.
  rows.input.rows[2].source = 2;
  EXPECT_EQ(weakest_tie(rows.input, learnt(), decisions)->kind, TieKind::machine);
}

TEST(WeakestTie, BetweenSomeRowsOnlyTheTiesThatPartThemCount) {
  Rows rows;
  rows.add("Anna", "Marsh", "1994-03-03", "12 Tanner Row", 0);
  rows.add("Anna", "Marsh", "1994-03-03", "12 Tanner Row", 1);
  rows.add("Unknown", "Okafor", "", "", 1);
  const std::uint32_t first_two[] = {0, 1};
  const auto tie = weakest_tie(rows.input, learnt(), {}, first_two);
  ASSERT_TRUE(tie.has_value());
  EXPECT_EQ(tie->left + tie->right, 1U);
  EXPECT_TRUE(tie->above_threshold);
  EXPECT_NE(tie->right_side[0], tie->right_side[1]);
  const std::uint32_t with_third[] = {0, 2};
  EXPECT_EQ(weakest_tie(rows.input, learnt(), {}, with_third)->right, 2U);
  const std::uint32_t alone[] = {1};
  EXPECT_FALSE(weakest_tie(rows.input, learnt(), {}, alone).has_value());
}

TEST(WeakestTie, OneRowHasNone) {
  Rows rows;
  EXPECT_FALSE(weakest_tie(rows.input, learnt(), {}).has_value());
  rows.add("Anna", "Marsh", "1994-03-03", "", 0);
  EXPECT_FALSE(weakest_tie(rows.input, learnt(), {}).has_value());
}

}  // namespace
}  // namespace wider::linkage
