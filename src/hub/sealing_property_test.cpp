// What is sealed is as if it had never been received: on random ledgers, everything that any viewer is told is what a
// hub would tell them that never had those records; and the same for a sensitive health service outside Health.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing/property.hpp"
#include "hub/as_at.hpp"
#include "hub/sealing.hpp"
#include "hub/testing/random_entries.hpp"
#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using namespace testing;
using access::PurposeKind;
using access::UserRole;

const Date last_day = step_start + 1000;

std::vector<Viewer> every_viewer() {
  return {viewer_of(UserRole::social_worker, Agency::social_care, PurposeKind::child_protection_enquiry),
          viewer_of(UserRole::police_analyst, Agency::police, PurposeKind::crime_investigation),
          viewer_of(UserRole::safeguarding_nurse, Agency::health, PurposeKind::health_safeguarding),
          viewer_of(UserRole::safeguarding_lead, Agency::education, PurposeKind::education_safeguarding),
          viewer_of(UserRole::review_author, Agency::partnership, PurposeKind::case_review),
          viewer_of(UserRole::chair, Agency::partnership, PurposeKind::governance)};
}

// The steps without the records that are sealed, in any version, and without what was said of them.
Steps without(Steps steps, const Projection& sealed) {
  const Holdings& holdings = sealed.holdings();
  std::set<std::pair<Agency, std::string>> names;
  for (const std::uint32_t r : sealed.facts.sealed_rows)
    names.emplace(holdings.records()[r].agency, holdings.name(RecordIndex(r)));
  std::erase_if(steps, [&](const Step& step) {
    if (step.kind == StepKind::record) {
      const Record record = record_of(step);
      return names.contains({record.agency, record_name(record)});
    }
    return step.kind == StepKind::withdrawal && names.contains({step.left_agency, step.left_name});
  });
  return steps;
}

TEST(SealingProperty, WhatIsSealedIsAsIfItHadNeverBeenReceived) {
  int told_less = 0;
  holds_in(80, [&] {
    const Steps steps = *any_steps({.one_word_in = 8, .one_withdrawal_in = 12});
    const auto before = project(steps);
    RC_PRE(!before->people.all().empty());
    const auto& all = before->people.all();
    const PersonId person = all[static_cast<std::size_t>(*any_in(0, 100'000)) % all.size()];
    auto sealed = std::make_unique<Projection>();
    sealed->facts = before->facts;
    sealed->facts.seals.push_back(seal_of(before->holdings(), before->people, person));
    RC_ASSERT(set_aside_sealed(sealed->facts));
    RC_ASSERT(conclude(*sealed, std::nullopt, {}).has_value());
    const auto absent = project(without(steps, *sealed));
    RC_ASSERT(first_difference(people_said(*sealed), people_said(*absent)) == "");
    const int day = *any_in(0, 900);
    const auto sealed_then = as_known_at(*sealed, step_start + day, {});
    const auto absent_then = as_known_at(*absent, step_start + day, {});
    RC_ASSERT(sealed_then.has_value() && absent_then.has_value());
    for (const Viewer& viewer : every_viewer()) {
      const std::string told = told_to(*sealed, viewer, last_day);
      RC_ASSERT(first_difference(told, told_to(*absent, viewer, last_day)) == "");
      RC_ASSERT(first_difference(told_to(**sealed_then, viewer, step_start + day),
                                 told_to(**absent_then, viewer, step_start + day)) == "");
      told_less += told != told_to(*before, viewer, last_day) ? 1 : 0;
    }
  });
  EXPECT_GT(told_less, 0);
}

TEST(SealingProperty, WhatComesLaterOfASealedPersonIsSealedAsItComes) {
  Step first;
  first.people = {{0, 0}};
  Step later = first;
  later.agency = 1;
  later.number = 1;
  later.received = 50;
  Step other = later;
  other.number = 2;
  other.people = {{1, 0}};  // a twin: the same birth date and surname
  auto projection = project({first});
  projection->facts.seals.push_back(seal_of(projection->holdings(), projection->people, PersonId(0)));
  apply(later, projection->facts);
  apply(other, projection->facts);
  EXPECT_TRUE(set_aside_sealed(projection->facts));
  ASSERT_TRUE(conclude(*projection, std::nullopt, {}).has_value());
  EXPECT_EQ(projection->facts.sealed_rows, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(projection->people.all(), std::vector{PersonId(2)});
  EXPECT_FALSE(set_aside_sealed(projection->facts)) << "nothing is new";
}

// A record of one person, received as the next entry.
void receive(Facts& facts, std::string_view id, const PersonMention& who) {
  Record record;
  record.agency = Agency::health;
  record.kind = RecordKind::attendance;
  record.id = id;
  record.known = step_start;
  record.people.push_back(who);
  ledger::Entry entry;
  entry.header.sequence = facts.through + 1;
  entry.header.received = start_of(step_start);
  entry.header.kind = ledger::EntryKind::record;
  entry.body = encode(record);
  ASSERT_TRUE(facts.apply(entry).has_value());
}

PersonMention mention_of(std::string_view forename, std::string_view surname, std::string_view born,
                         std::string_view nhs_number, std::string_view local_id) {
  PersonMention mention;
  mention.forename = forename;
  mention.surname = surname;
  if (!born.empty()) mention.birth_date = *parse_iso_partial(born);
  mention.nhs_number = nhs_number;
  mention.local_id = local_id;
  return mention;
}

constexpr const char* own_number = "9991690212";
constexpr const char* other_number = "9991690220";

TEST(Sealing, AnotherChildOfOneNameAndBirthDateIsNotTakenAway) {
  Projection projection;
  Facts& facts = projection.facts;
  receive(facts, "1", mention_of("Imran", "Khan", "1998-10-22", own_number, ""));
  ASSERT_TRUE(conclude(projection, std::nullopt, {}).has_value());
  facts.seals.push_back(seal_of(facts.holdings, projection.people, PersonId(0)));
  receive(facts, "2", mention_of("Imran", "Khan", "1998-10-22", other_number, ""));
  receive(facts, "3", mention_of("Imran", "Khan", "1998-10-22", "", ""));
  receive(facts, "4", mention_of("Imran", "Khan", "1998-10-22", "9991690213", ""));  // fails its check: a slip
  EXPECT_TRUE(set_aside_sealed(facts));
  EXPECT_EQ(facts.sealed_rows, (std::vector<std::uint32_t>{0, 2, 3}));
  EXPECT_FALSE(covers(facts.seals[0], facts.holdings, RecordIndex(1)));
  EXPECT_TRUE(covers(facts.seals[0], facts.holdings, RecordIndex(3)));
}

TEST(Sealing, WhatALaterRecordAddsIsSealedToo) {
  Projection projection;
  Facts& facts = projection.facts;
  receive(facts, "1", mention_of("Imran", "Khan", "1998-10-22", own_number, ""));
  ASSERT_TRUE(conclude(projection, std::nullopt, {}).has_value());
  facts.seals.push_back(seal_of(facts.holdings, projection.people, PersonId(0)));
  receive(facts, "2", mention_of("Immy", "", "", "", "H7"));  // known by the next one alone
  receive(facts, "3", mention_of("Imran", "Khan", "", own_number, "H7"));
  // The sealed child's number, written into the record of another child: that record, and no more of that child's.
  receive(facts, "4", mention_of("Ruby", "Lomax", "1999-01-05", own_number, "H9"));
  receive(facts, "5", mention_of("Ruby", "Lomax", "1999-01-05", "", "H9"));
  EXPECT_TRUE(set_aside_sealed(facts));
  EXPECT_EQ(facts.sealed_rows, (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_FALSE(set_aside_sealed(facts)) << "nothing is new";
}

TEST(Sealing, ASealReadsBackAndAConcernFindsIt) {
  Step step;
  step.people = {{0, 5}};
  const auto projection = project({step});
  Seal seal = seal_of(projection->holdings(), projection->people, PersonId(0));
  seal.kind = SealKind::adoption;
  seal.reason = "Order of 3 March";
  seal.may_open = {3, 7};
  const Seal back = decode_seal(encode_seal(seal), 9, Instant{5});
  EXPECT_EQ(encode_seal(back), encode_seal(seal));
  EXPECT_EQ(back.number, 9U);
  Concern concern;
  concern.reference = "1f";
  for (const auto& [typed, found] : {std::pair{"Annabel Marshwood", true},
                                     {"MARSHWOOD, annabel, seen at school", true},
                                     {"Annabel", false},
                                     {"Benedict Marshwood", false}}) {
    concern.about = typed;
    EXPECT_EQ(may_be_about(concern, seal), found) << typed;
  }
  concern.person = "P0";
  EXPECT_TRUE(may_be_about(concern, seal));
  EXPECT_EQ(encode_concern(decode_concern(encode_concern(concern), {})), encode_concern(concern));
}

// DOMAIN, pattern 4: two children who differ only in such a contact.
TEST(SensitiveHealth, OutsideHealthAContactWithASensitiveServiceChangesNothing) {
  int inside_health = 0;
  holds_in(60, [&] {
    const Steps steps = *any_steps({.one_word_in = 0, .one_restricted_in = 0});
    const auto without_contact = project(steps);
    auto with_contact = std::make_unique<Projection>();
    with_contact->facts = without_contact->facts;
    Step contact;
    contact.agency = 2;
    contact.number = 5'000;
    contact.people = {{*any_in(0, 6), *any_in(0, 9)}};
    contact.received = 990;
    Record record = record_of(contact);
    record.kind = RecordKind::sexual_health;
    record.handling = Handling::shared;  // whatever a file says
    ledger::Entry entry;
    entry.header.sequence = with_contact->facts.through + 1;
    entry.header.received = start_of(step_start + contact.received);
    entry.header.kind = ledger::EntryKind::record;
    entry.body = encode(record);
    RC_ASSERT(with_contact->facts.apply(entry).has_value());
    RC_ASSERT(conclude(*with_contact, std::nullopt, {}).has_value());
    for (const Viewer& viewer : every_viewer()) {
      const bool same = told_to(*with_contact, viewer, last_day) == told_to(*without_contact, viewer, last_day);
      if (viewer.agency != Agency::health) RC_ASSERT(same);
      inside_health += viewer.agency == Agency::health && !same ? 1 : 0;
    }
  });
  EXPECT_GT(inside_health, 0);
}

}  // namespace
}  // namespace wider::hub
