#include <gtest/gtest.h>

#include "records/encoding.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"
#include "records/protected.hpp"

namespace wider {
namespace {

Record example() {
  Record record;
  record.agency = Agency::police;
  record.kind = RecordKind::crime;
  record.id = "CR/2009-0123";
  const Date day = *make_date(2009, 3, 3);
  record.happened = {day, day + 1, Precision::day, 1360};
  record.known = *make_date(1969, 12, 31);
  record.grade = *parse_grade("B 2 4");
  record.handling = handling_of(record.grade);
  record.outcome = Outcome::no_further_action;
  record.text = "Seen in vehicle with adult, 22:40.";
  record.people.resize(2);
  record.people[0].forename = "Ann";
  record.people[0].birth_date = {*make_date(1970, 1, 1), Precision::month};
  record.people[1].role = Role::subject;  // all defaults: must survive all the same
  record.things.push_back({ThingKind::vehicle, ThingRole::used, "W123 ABC", "W123ABC", "", "silver Vauxhall Vectra"});
  record.things.emplace_back();
  record.issues.push_back({"DOB", "1 January"});
  record.origin = {"crimes.csv", 7};
  return record;
}

TEST(Encoding, GoesThereAndBack) {
  const Record record = example();
  const auto back = decode_record(encode(record));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, record);
}

// Regression: the first value of an enum is left out of the encoding, so it must be what a Record starts with.
TEST(Encoding, EveryValueOfEveryEnumGoesThereAndBack) {
  for (std::size_t i = 0; i < record_kind_count; ++i) {
    Record record = example();
    record.kind = static_cast<RecordKind>(i);
    record.agency = static_cast<Agency>(i % agency_count);
    record.outcome = static_cast<Outcome>(i % outcome_count);
    record.people[0].role = static_cast<Role>(i % role_count);
    record.people[0].sex = static_cast<Sex>(i % 3);
    record.things[0].kind = static_cast<ThingKind>(i % thing_kind_count);
    record.things[0].role = static_cast<ThingRole>(i % thing_role_count);
    const auto back = decode_record(encode(record));
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(*back, record) << name_of(record.kind);
  }
}

TEST(Encoding, CutBytesAreRefusedOrShorterButNeverOverrun) {
  const std::string bytes = encode(example());
  for (std::size_t length = 0; length < bytes.size(); ++length) (void)decode_record(bytes.substr(0, length));
  EXPECT_FALSE(decode_record(bytes.substr(0, bytes.size() - 1)).has_value());
  EXPECT_FALSE(decode_record(std::string("\x01\x01\x7f", 3)).has_value());  // an agency that is not
}

TEST(Encoding, ProtectedCharacteristicsGoThereAndBack) {
  const ProtectedCharacteristics given{Agency::education, "person-1", {{ProtectedKind::first_language, "ENG"}}};
  const auto back = decode_protected(encode(given));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, given);
}

TEST(Grade, IsKeptAsWrittenAndSaysWhoMayBeInfluenced) {
  EXPECT_EQ(to_text(*parse_grade("B/2/4")), "B24");
  EXPECT_EQ(handling_of(*parse_grade("B24")), Handling::originator_only);
  EXPECT_EQ(handling_of(*parse_grade("B21")), Handling::shared);
  EXPECT_EQ(handling_of(*parse_grade("2B C")), Handling::originator_only);
  EXPECT_FALSE(parse_grade("F22").has_value());
  EXPECT_FALSE(parse_grade("B2").has_value());
  EXPECT_GT(strength(*parse_grade("E31")), strength(*parse_grade("D31")));  // untested is not worst
}

TEST(Holdings, ALaterVersionTakesThePlaceOfTheEarlier) {
  Holdings holdings;
  Record record = example();
  const RecordIndex first = holdings.add(record, 1, Instant{1});
  record.outcome = Outcome::charged;
  const RecordIndex second = holdings.add(record, 2, Instant{2});
  EXPECT_FALSE(holdings.at(first).live);
  EXPECT_EQ(holdings.find_record(Agency::police, "crime-CR/2009-0123"), second);
  EXPECT_EQ(holdings.find_mention(Agency::police, "crime-CR/2009-0123#2"), MentionIndex(3));
  EXPECT_EQ(holdings.name(MentionIndex(3)), "crime-CR/2009-0123#2");
  EXPECT_FALSE(holdings.find_mention(Agency::police, "crime-CR/2009-0123#3").has_value());
  EXPECT_FALSE(holdings.find_record(Agency::health, "crime-CR/2009-0123").has_value());
}

TEST(Holdings, KindsWithADashAreFoundByName) {
  Holdings holdings;
  Record record;
  record.agency = Agency::health;
  record.kind = RecordKind::school_nurse;
  record.id = "N-1";
  record.people.resize(1);
  holdings.add(record, 1, Instant{1});
  EXPECT_TRUE(holdings.find_mention(Agency::health, "school-nurse-N-1").has_value());
}

TEST(People, TheIdIsTheEarliestLiveMention) {
  const People people({7, 9, 7, UINT32_MAX, 9});
  EXPECT_EQ(people.of(MentionIndex(2)), PersonId(0));
  EXPECT_EQ(people.of(MentionIndex(4)), PersonId(1));
  EXPECT_FALSE(people.of(MentionIndex(3)).valid());
  ASSERT_EQ(people.mentions_of(PersonId(1)).size(), 2U);
  EXPECT_EQ(people.mentions_of(PersonId(1))[1], MentionIndex(4));
  EXPECT_TRUE(people.mentions_of(PersonId(2)).empty());
}

TEST(People, AnOriginatorsOwnMentionLendsItsIdOnlyWhereThereIsNoOther) {
  const std::vector<std::uint8_t> held = {1, 0, 0, 1};
  const People people({5, 5, 6, 7}, held);
  EXPECT_EQ(people.of(MentionIndex(0)), PersonId(1));
  EXPECT_EQ(people.of(MentionIndex(3)), PersonId(3));
  EXPECT_EQ(people.all().size(), 3U);
}

}  // namespace
}  // namespace wider
