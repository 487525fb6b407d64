// What a person is given of what is recorded of them: their own particulars, and nobody else's.
#include "hub/subject_access.hpp"

#include <gtest/gtest.h>

#include "hub/search.hpp"
#include "hub/testing/small_town.hpp"
#include "linkage/text.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

TEST(SubjectAccess, WordsOfOthersAndNumbersAreTakenOutAndOnesOwnStay) {
  const std::set<std::string> others = {"danial", "ashworth", "marsh", "an"};
  const std::set<std::string> own = {"ruby", "marsh"};
  EXPECT_EQ(without_others("Seen with Danial ASHWORTH, 22:40.", others, own), "Seen with [another person], 22:40.");
  EXPECT_EQ(without_others("Ruby Marsh and Danial-Ashworth", others, own), "Ruby Marsh and [another person]");
  EXPECT_EQ(without_others("Rang 07700900123 at an hour", others, own), "Rang [number] at an hour");
  EXPECT_EQ(without_others("", others, own), "");
  EXPECT_EQ(without_others("Danial's car", others, own), "[another person]'s car");
}

// Over many people of the town: no full name of anybody else in any of their records, whatever the record says.
TEST(SubjectAccess, NobodyElsesNameOrNumberIsInWhatIsGiven) {
  Hub& hub = testing::shared_hub();
  const auto projection = hub.projection();
  const Holdings& holdings = projection->holdings();
  std::size_t given_to = 0, with_others = 0;
  for (const PersonId person : projection->people.all()) {
    if (++given_to > 200) break;
    const auto given = subject_access(*projection, hub.ledger(), person);
    if (!given) continue;
    const std::string all = fold(to_csv(*given));
    std::set<std::string> own;
    for (const MentionIndex m : projection->people.mentions_of(person)) {
      const std::string folded = fold(std::string(holdings.text(holdings.at(m).forename)) + " " +
                                      std::string(holdings.text(holdings.at(m).surname)) + " " +
                                      std::string(holdings.text(holdings.at(m).full_name)));
      for (const std::string_view word : linkage::words(folded)) own.emplace(word);
    }
    for (const MentionIndex m : projection->people.mentions_of(person)) {
      const RecordRow& row = holdings.at(holdings.at(m).record);
      for (std::uint32_t i = 0; i < row.mention_count; ++i) {
        const MentionRow& other = holdings.at(MentionIndex(row.first_mention + i));
        if (projection->people.of(MentionIndex(row.first_mention + i)) == person) continue;
        const std::string name = fold(holdings.text(other.forename));
        if (other.forename == 0 || own.contains(name) || name.size() < 4) continue;
        ++with_others;
        EXPECT_EQ((" " + all + " ").find(" " + name + " " + fold(holdings.text(other.surname)) + " "), std::string::npos)
            << person_text(person) << " is given the name of somebody else";
        if (other.nhs_number != 0) {
          EXPECT_EQ(all.find(holdings.text(other.nhs_number)), std::string::npos);
        }
      }
    }
  }
  EXPECT_GT(with_others, 50U);
}

TEST(SubjectAccess, SensitiveUnreleasedAndSealedRecordsAreNotInItAndTheNoteAlwaysIs) {
  const testing::TemporaryFolder folder;
  const auto hub = testing::hub_of_town(folder.path / "hub");
  const auto projection = hub->projection();
  const Holdings& holdings = projection->holdings();
  for (const PersonId person : projection->people.all()) {
    bool sensitive = false;
    for (const MentionIndex m : projection->people.mentions_of(person))
      sensitive |= holdings.at(holdings.at(m).record).handling == Handling::originator_only;
    if (!sensitive) continue;
    const auto given = subject_access(*projection, hub->ledger(), person);
    if (!given) continue;
    const std::string csv = to_csv(*given);
    EXPECT_EQ(csv.find("sexual"), std::string::npos);
    EXPECT_EQ(csv.find("Sexual"), std::string::npos);
    EXPECT_NE(csv.find("Some records cannot be given here"), std::string::npos);
  }
  const PersonId someone = projection->people.all().front();
  EXPECT_NE(to_csv(*subject_access(*projection, hub->ledger(), someone)).find("Some records cannot be given here"),
            std::string::npos);
  Viewer officer =
      testing::viewer_of(access::UserRole::governance_officer, Agency::partnership, access::PurposeKind::governance);
  ASSERT_TRUE(hub->seal_person(officer, {person_text(someone), "adoption", "Order", {}}).has_value());
  const auto sealed = subject_access(*hub->projection(), hub->ledger(), someone);
  const auto never = subject_access(*hub->projection(), hub->ledger(), PersonId(99'999'999));
  ASSERT_FALSE(sealed.has_value());
  EXPECT_EQ(sealed.error().message, never.error().message);
}

TEST(SubjectAccess, LegalAdviceIsUnsearchableUnreadByPatternsAndInNoPack) {
  const testing::TemporaryFolder folder;
  const auto hub = testing::hub_of_town(folder.path / "hub");
  Viewer officer =
      testing::viewer_of(access::UserRole::governance_officer, Agency::partnership, access::PurposeKind::governance);
  const auto before = hub->projection();
  const Finding& finding = before->findings.front();
  const RecordRow& row = before->holdings().at(finding.proof.front());
  const std::string name(before->holdings().name(finding.proof.front()));
  const PersonId child = finding.children.front();
  EXPECT_EQ(hub->seal_person(officer, {"police/nothing-1", "privileged", "Advice", {}}).error().code, ErrorCode::usage);
  EXPECT_EQ(hub->seal_person(officer, {"P1", "privileged", "Advice", {}}).error().code, ErrorCode::usage);
  ASSERT_TRUE(hub->seal_person(officer, {std::string(name_of(row.agency)) + "/" + name, "privileged", "Advice", {}})
                  .has_value());
  const auto after = hub->projection();
  EXPECT_FALSE(after->holdings().find_record(row.agency, name).has_value());
  for (const Finding& one : after->findings) {
    for (const RecordIndex record : one.proof) EXPECT_NE(after->holdings().name(record), name);
  }
  // The child stays, with all that is not that record.
  const auto view = hub->person(testing::social_worker(), person_text(child), {});
  if (view) {
    for (const ChronologyRow& line : view->chronology) EXPECT_FALSE(line.record.ends_with("/" + name));
  }
  for (const PersonId person : after->people.all()) {
    if (person != child) continue;
    const auto given = subject_access(*after, hub->ledger(), person);
    ASSERT_TRUE(given.has_value());
    for (const auto& one : given->rows) EXPECT_NE(one.record, name);
  }
  EXPECT_EQ(hub->sealed(officer)->seals.size(), 1U);
}

}  // namespace
}  // namespace wider::hub
