// Invariant 8: as-at a date uses only what had been received, or known, by that date.
#include "records/known_at.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

namespace wider {
namespace {

const Date origin = *make_date(2009, 1, 1);

Record record_of(Agency agency, const std::string& id, Date known) {
  Record record;
  record.agency = agency;
  record.kind = RecordKind::contact;
  record.id = id;
  record.known = known;
  record.people.resize(1);
  return record;
}

TEST(KnownAt, ACorrectionStandsOnlyFromTheDayItWasKnown) {
  Holdings holdings;
  const auto first = holdings.add(record_of(Agency::police, "A", origin), 1, start_of(origin + 1));
  const auto second = holdings.add(record_of(Agency::police, "A", origin + 10), 2, start_of(origin + 11));
  EXPECT_TRUE(known_at(holdings, {end_of(origin), KnownBasis::by_both, {}}).empty());
  EXPECT_EQ(known_at(holdings, {end_of(origin), KnownBasis::by_the_agency, {}}), std::vector{first});
  EXPECT_EQ(known_at(holdings, {end_of(origin + 5), KnownBasis::by_both, {}}), std::vector{first});
  EXPECT_EQ(known_at(holdings, {end_of(origin + 20), KnownBasis::by_both, {}}), std::vector{second});
  EXPECT_TRUE(known_at(holdings, {end_of(origin + 20), KnownBasis::by_both, Agency::health}).empty());
}

TEST(KnownAt, WhatIsWithdrawnIsNotShownByAskingForThePast) {
  Holdings holdings;
  const auto record = holdings.add(record_of(Agency::police, "A", origin), 1, start_of(origin));
  holdings.withdraw(record);
  EXPECT_TRUE(known_at(holdings, {end_of(origin + 5), KnownBasis::by_both, {}}).empty());
}

// The naive answer: take in only what had come by then, and see what is live.
TEST(KnownAt, EqualsTakingInOnlyWhatHadCome) {
  EXPECT_TRUE(rc::check("as known at a day = a hub that stopped on that day", [] {
    const int count = *rc::gen::inRange(0, 40);
    const Date day = origin + *rc::gen::inRange(-2, 32);
    Holdings whole;
    Holdings stopped;
    std::vector<RecordIndex> expected_rows;  // of stopped, as rows of whole
    int at = 0;
    for (int i = 0; i < count; ++i) {
      at = std::min(30, at + *rc::gen::inRange(0, 4));
      const auto agency = *rc::gen::elementOf(std::vector{Agency::police, Agency::health});
      const Record record = record_of(agency, std::to_string(*rc::gen::inRange(0, 8)), origin + at);
      const auto row = whole.add(record, static_cast<std::uint64_t>(i) + 1, start_of(origin + at));
      if (origin + at <= day) {
        stopped.add(record, static_cast<std::uint64_t>(i) + 1, start_of(origin + at));
        expected_rows.push_back(row);
      }
    }
    std::vector<RecordIndex> expected;
    for (std::size_t i = 0; i < expected_rows.size(); ++i) {
      if (stopped.records()[i].live) expected.push_back(expected_rows[i]);
    }
    RC_ASSERT(known_at(whole, {end_of(day), KnownBasis::by_both, {}}) == expected);
  }));
}

}  // namespace
}  // namespace wider
