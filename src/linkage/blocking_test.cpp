#include "linkage/blocking.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "linkage/model.hpp"
#include "linkage/pairs.hpp"
#include "linkage/people_for_tests.hpp"
#include "linkage/radix.hpp"

namespace wider::linkage {
namespace {

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// The reference: every two entries asked alone.
Pairs candidates(const Entries& entries, const BlockingPlan& plan) {
  const BlockKeys keys(entries, plan);
  Pairs pairs;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    for (std::uint32_t j = i + 1; j < entries.ordinary; ++j) {
      if (is_candidate(keys, entries.all[i], entries.all[j])) pairs.emplace(i, j);
    }
  }
  return pairs;
}

TEST(BlockingProperty, EveryCandidatePairIsGivenOnceByItsOwnBlock) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    People people(seed, 120);
    for (std::size_t r = 0; r < people.input.rows.size(); ++r) {
      people.input.rows[r].attach_only = r % 13 == 0;
      if (r % 5 == 0)
        people.input.rows[r].value[static_cast<std::size_t>(Attribute::town)] = people.strings.intern("Wexbridge");
    }
    const Entries entries = make_entries(people.input, {});
    for (const std::uint32_t largest : {4U, 20U, 400U}) {
      BlockingPlan plan{largest, {}};
      const Blocking blocking = Blocking::learn(entries, plan, 2);
      Pairs given;
      for (const Chunk& chunk : chunks_of(blocking, every_rule)) {
        for_each_pair(entries, blocking, chunk, false, [&](std::uint32_t left, std::uint32_t right) {
          EXPECT_TRUE(given.emplace(left, right).second) << "a pair is given twice";
        });
      }
      EXPECT_EQ(given, candidates(entries, plan)) << "seed " << seed << ", largest block " << largest;
    }
  }
}

// What makes a linker that takes records one by one agree with the batch: nobody else decides over two entries.
TEST(BlockingProperty, WhetherTwoAreCandidatesDoesNotDependOnTheOthers) {
  People people(11, 150);
  const Entries all = make_entries(people.input, {});
  BlockingPlan plan{5, {}};
  (void)Blocking::learn(all, plan, 1);
  std::size_t refined = 0;
  for (const auto& keys : plan.refined) refined += keys.size();
  ASSERT_GT(refined, 10U) << "nothing is refined: the test would show nothing";
  const Pairs of_all = candidates(all, plan);
  Random random(5);
  for (int round = 0; round < 5; ++round) {
    Input some{people.input.strings, {}, false};
    for (const Row& row : people.input.rows) {
      if (random.chance(.4)) some.rows.push_back(row);
    }
    const Entries few = make_entries(some, {});
    std::vector<std::uint32_t> in_all;  // the same entry among all: contents are distinct
    for (std::uint32_t i = 0; i < few.ordinary; ++i) {
      const auto found = std::lower_bound(all.content.begin(), all.content.end(), few.content[i]);
      in_all.push_back(static_cast<std::uint32_t>(found - all.content.begin()));
    }
    const Blocking blocking(few, plan, 2);
    Pairs given;
    for (const Chunk& chunk : chunks_of(blocking, every_rule)) {
      for_each_pair(few, blocking, chunk, false,
                    [&](std::uint32_t left, std::uint32_t right) { given.emplace(left, right); });
    }
    Pairs wanted;
    for (std::uint32_t i = 0; i < few.ordinary; ++i) {
      for (std::uint32_t j = i + 1; j < few.ordinary; ++j) {
        if (of_all.contains({in_all[i], in_all[j]})) wanted.emplace(i, j);
      }
    }
    EXPECT_EQ(given, wanted);
  }
}

TEST(Blocking, SaysWhatItRefinesAndWhatHasGrownSinceTraining) {
  const People few(21, 60), many(21, 600);  // the same families and more
  BlockingPlan plan{12, {}};
  const Entries small = make_entries(few.input, {});
  EXPECT_EQ(Blocking::learn(small, plan, 1).note().find("grown"), std::string::npos);
  const Entries large = make_entries(many.input, {});
  EXPECT_NE(Blocking(large, plan, 1).note().find("train it anew"), std::string::npos);
  BlockingPlan none{100'000, {}};
  EXPECT_EQ(Blocking::learn(small, none, 1).note(), "no block was over-full");
}

TEST(Blocking, TheFrozenPlanGoesThroughTheModelFile) {
  const People people(31, 300);
  const auto trained = train(people.input, {});
  ASSERT_TRUE(trained.has_value());
  Model model = **trained;
  model.blocking.largest_block = 3;
  (void)Blocking::learn(make_entries(people.input, {}), model.blocking, 1);
  ASSERT_FALSE(model.blocking.refined[static_cast<std::size_t>(Rule::names)].empty());
  const std::string text = to_toml(model);
  const auto back = parse_model(text);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ((*back)->blocking, model.blocking);
  // Without the table, or with something that is no key, it is refused and says where.
  const std::size_t table = text.find("[refined_blocks]");
  ASSERT_NE(table, std::string::npos);
  EXPECT_FALSE(parse_model(text.substr(0, table)).has_value());
  std::string wrong = text;
  wrong.replace(text.find("\"", text.find("\nnames = [")) + 1, 4, "XYZ!");
  const auto refused = parse_model(wrong);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("refined_blocks.names"), std::string::npos) << refused.error().message;
}

RC_GTEST_PROP(RadixProperty, SortsLikeStableSort, ()) {
  struct Item {
    std::uint64_t key;
    std::uint32_t number;
    bool operator==(const Item&) const = default;
  };
  const std::uint64_t seed = *rc::gen::arbitrary<std::uint64_t>();
  const auto size = *rc::gen::inRange<std::uint32_t>(0, 6000);
  const auto kinds = *rc::gen::element<std::uint64_t>(1, 7, 900, 1'000'000'000);
  Random random(seed);
  std::vector<Item> items, scratch;
  // Some differ in their lowest bits alone: what the radix passes do not look at.
  for (std::uint32_t i = 0; i < size; ++i) items.push_back({mix64(random.below(kinds)) ^ random.below(3), i});
  std::vector<Item> wanted = items;
  std::stable_sort(wanted.begin(), wanted.end(), [](const Item& a, const Item& b) { return a.key < b.key; });
  sort_by_hash(items, scratch, [](const Item& item) { return item.key; });
  RC_ASSERT(items == wanted);
}

}  // namespace
}  // namespace wider::linkage
