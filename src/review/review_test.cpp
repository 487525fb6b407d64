#include "review/review.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace wider::review {
namespace {

Date iso(const char* text) {
  return *parse_iso_date(text);
}

Record record_of(Agency agency, const std::string& id, Date happened, Date known) {
  Record record;
  record.agency = agency;
  record.kind = RecordKind::contact;
  record.id = id;
  if (happened.valid()) record.happened = {happened, happened, Precision::day, -1};
  record.known = known;
  record.people.resize(1);
  return record;
}

struct Told {
  Holdings holdings;
  std::vector<std::uint32_t> labels;
  void add(const Record& record, std::uint32_t person = 0) {
    holdings.add(record, holdings.records().size() + 1, start_of(record.known));
    labels.push_back(person);
  }
  [[nodiscard]] CombinedChronology chronology(const Question& question, int gap_months = 3) const {
    const std::vector<PersonId> persons = {PersonId(0)};
    return combined_chronology(holdings, People(labels), persons, question, gap_months);
  }
};

Question at(const char* day, std::optional<Agency> reader = {}) {
  return {{end_of(iso(day)), KnownBasis::by_both, {}}, reader};
}

TEST(CombinedChronology, SetsAgenciesSideBySideAndShowsGaps) {
  Told told;
  told.add(record_of(Agency::police, "P1", iso("2009-01-10"), iso("2009-01-11")));
  told.add(record_of(Agency::health, "H1", iso("2009-01-20"), iso("2009-01-20")));
  told.add(record_of(Agency::health, "H2", iso("2009-03-02"), iso("2009-03-02")));
  told.add(record_of(Agency::police, "P2", iso("2009-08-01"), iso("2009-08-01")));
  told.add(record_of(Agency::police, "P9", iso("2009-02-01"), iso("2009-02-01")), 4);  // somebody else
  const auto chronology = told.chronology(at("2010-01-01"));
  ASSERT_EQ(chronology.months.size(), 3U);
  EXPECT_EQ(chronology.months[0].columns.size(), 2U);
  EXPECT_EQ(chronology.agencies.count(), 2);
  ASSERT_EQ(chronology.gaps.size(), 2U);
  EXPECT_EQ(chronology.gaps[0].agency, Agency::police);
  EXPECT_EQ(chronology.gaps[0].months, 6);
  EXPECT_EQ(chronology.gaps[1].agency, std::nullopt);
  EXPECT_EQ(chronology.gaps[1].months, 4);
}

TEST(CombinedChronology, AsAtADateHoldsOnlyWhatWasKnown) {
  Told told;
  told.add(record_of(Agency::police, "P1", iso("2009-01-10"), iso("2009-06-01")));
  EXPECT_TRUE(told.chronology(at("2009-05-31")).months.empty());
  EXPECT_EQ(told.chronology(at("2009-06-01")).months.size(), 1U);
  Question health_alone = at("2009-06-01");
  health_alone.known.by = Agency::health;
  EXPECT_TRUE(told.chronology(health_alone).months.empty());
}

TEST(CombinedChronology, ARecordWithoutAnyDayIsListedApart) {
  Told told;
  Record record = record_of(Agency::police, "P1", Date{}, iso("2009-06-01"));
  record.known = Date{};
  told.holdings.add(record, 1, start_of(iso("2009-06-01")));
  told.labels.push_back(0);
  EXPECT_EQ(told.chronology(at("2010-01-01")).undated.size(), 1U);
}

TEST(CombinedChronology, AnOriginatorsOwnFactChangesNothingForOthers) {
  Told without;
  without.add(record_of(Agency::health, "H1", iso("2009-01-20"), iso("2009-01-20")));
  without.add(record_of(Agency::health, "H2", iso("2009-09-20"), iso("2009-09-20")));
  Told with = without;
  Record own = record_of(Agency::police, "P1", iso("2009-05-20"), iso("2009-05-20"));
  own.handling = Handling::originator_only;
  with.add(own);
  for (const std::optional<Agency> reader : {std::optional<Agency>(), std::optional(Agency::health)}) {
    const auto a = without.chronology(at("2010-01-01", reader));
    const auto b = with.chronology(at("2010-01-01", reader));
    EXPECT_EQ(a.months.size(), b.months.size());
    EXPECT_EQ(a.gaps.size(), b.gaps.size());
    EXPECT_EQ(a.agencies, b.agencies);
  }
  EXPECT_EQ(with.chronology(at("2010-01-01", Agency::police)).months.size(), 3U);
}

TEST(CombinedChronology, LaterEntriesNeverChangeThePast) {
  EXPECT_TRUE(rc::check("invariant 8: what is added after a day leaves that day's chronology as it was", [] {
    const Date origin = iso("2009-01-01");
    const Date day = origin + 200;
    Told told;
    const auto add_some = [&](int count, int from, int to) {
      for (int i = 0; i < count; ++i) {
        const int known = *rc::gen::inRange(from, to);
        const auto agency = *rc::gen::elementOf(std::vector{Agency::police, Agency::health, Agency::education});
        const Date happened = origin + *rc::gen::inRange(0, known + 1);
        told.add(record_of(agency, std::to_string(*rc::gen::inRange(0, 12)), happened, origin + known));
      }
    };
    add_some(*rc::gen::inRange(0, 12), 0, 201);
    const Question question{{end_of(day), KnownBasis::by_both, {}}, {}};
    // People are of today: a replaced version names nobody there, so identity is held still for the comparison.
    const auto before = told.chronology(question, 1);
    add_some(*rc::gen::inRange(0, 12), 201, 400);
    const auto after = told.chronology(question, 1);
    RC_ASSERT(before.months.size() == after.months.size());
    for (std::size_t i = 0; i < before.months.size(); ++i)
      RC_ASSERT(before.months[i].columns == after.months[i].columns);
    RC_ASSERT(before.gaps.size() == after.gaps.size());
  }));
}

TEST(FirstKnown, IsTheEarliestDayForEachAgency) {
  Told told;
  told.add(record_of(Agency::police, "P1", iso("2009-01-10"), iso("2009-06-01")));
  told.add(record_of(Agency::police, "P2", iso("2009-02-10"), iso("2009-03-01")));
  const auto first = first_known(told.holdings, People(told.labels), PersonId(0), at("2010-01-01"));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(to_iso(first.at(Agency::police)), "2009-03-01");
}

TEST(Redaction, ReplacesNamesAndTheirPartsAsWholeWords) {
  const std::vector<Alias> aliases = {{"Amy Smith", "Child A"}, {"Ben Smith", "Child B"}};
  EXPECT_EQ(redact_names("AMY SMITH met Ben at Smithfield; Amy's aunt, Mrs Smith, rang.", aliases),
            "Child A met Child B at Smithfield; Child A's aunt, Mrs [name], rang.");
  EXPECT_EQ(redact_names("", aliases), "");
}

TEST(Redaction, InitialsKeepWholeCharacters) {
  EXPECT_EQ(initials("Amy Smith-Jones"), "A. S. J.");
  EXPECT_EQ(initials("\xC3\x89milie"), "\xC3\x89.");
  EXPECT_EQ(initials(""), "");
}

TEST(SmallNumbers, AreNotPublishedAndCannotBeSubtracted) {
  EXPECT_EQ(publishable_count(0), "0");
  EXPECT_EQ(publishable_count(4), "fewer than 5");
  EXPECT_EQ(publishable_count(5), "5");
  const std::vector<std::uint64_t> one_small = {3, 20, 9, 0};
  const auto shown = suppress_small(one_small);
  EXPECT_FALSE(shown[0]);
  EXPECT_EQ(shown[1], 20U);
  EXPECT_FALSE(shown[2]);
  EXPECT_EQ(shown[3], 0U);
  EXPECT_TRUE(
      rc::check("never exactly one hidden count in a row of two or more", [](const std::vector<std::uint8_t>& bytes) {
        const std::vector<std::uint64_t> counts(bytes.begin(), bytes.end());
        const auto row = suppress_small(counts);
        const auto hidden = std::count(row.begin(), row.end(), std::nullopt);
        RC_ASSERT(counts.size() < 2 || hidden != 1);
        for (const auto& count : row) RC_ASSERT(!count || *count == 0 || *count >= 5);
      }));
}

}  // namespace
}  // namespace wider::review
