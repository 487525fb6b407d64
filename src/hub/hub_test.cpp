#include "hub/hub.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "ledger/testing/test_place.hpp"
#include "town/town.hpp"

namespace wider::hub {
namespace {

namespace fs = std::filesystem;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "wider-hub-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  fs::path path;
};

// One small town for all tests of this file: its files are only read.
const fs::path& small_town() {
  static TemporaryFolder folder;
  static const bool written = [] {
    town::Options options;
    options.people = 1500;
    options.seed = 11;
    options.networks = 2;
    const auto report = town::write_town(options, folder.path / "town");
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return true;
  }();
  EXPECT_TRUE(written);
  static const fs::path path = folder.path / "town";
  return path;
}

struct Taken {
  std::unique_ptr<Hub> hub;
  IntakeReport report;
};

Taken take_in_town(const fs::path& folder) {
  auto hub = Hub::create(ledger::testing_support::place_in(folder), true);
  EXPECT_TRUE(hub.has_value()) << hub.error().message;
  const auto submissions = read_manifest(small_town() / "manifest.csv");
  EXPECT_TRUE(submissions.has_value()) << submissions.error().message;
  const auto report = (*hub)->take_in(*submissions, {});
  EXPECT_TRUE(report.has_value()) << report.error().message;
  return {std::move(*hub), *report};
}

std::set<std::set<std::string>> partition_of(const Projection& projection) {
  std::set<std::set<std::string>> clusters;
  for (const PersonId person : projection.people.all()) {
    std::set<std::string> names;
    for (const MentionIndex m : projection.people.mentions_of(person))
      names.insert(mention_text(projection.holdings(), m));
    clusters.insert(std::move(names));
  }
  return clusters;
}

constexpr std::string_view few_rows_mapping = R"(
title = "Stops"
agency = "police"
kind = "stop"
dates = ["DD/MM/YYYY"]
[record]
id = "Ref"
happened = "Day"
[[person]]
role = "subject"
surname = "Surname"
)";

Viewer social_worker() {
  Viewer viewer;
  viewer.account = 1;
  viewer.name = "Sam Okafor";
  viewer.role = access::UserRole::social_worker;
  viewer.agency = Agency::social_care;
  viewer.purpose = access::PurposeKind::child_protection_enquiry;
  return viewer;
}

TEST(Hub, EveryRowIsARecordOrHeldBackAndTheSameFilesAddNothing) {
  const TemporaryFolder folder;
  Taken taken = take_in_town(folder.path / "hub");
  EXPECT_GT(taken.report.read, 1000U);
  EXPECT_EQ(taken.report.read, taken.report.accepted + taken.report.held_back + taken.report.already_had);
  const std::uint64_t entries = taken.hub->ledger().size();
  const auto submissions = read_manifest(small_town() / "manifest.csv");
  const auto again = taken.hub->take_in(*submissions, {});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->already_had, again->read);
  EXPECT_EQ(taken.hub->ledger().size(), entries);
}

TEST(Hub, AskedToStopItPublishesNothingAndLosesNothing) {
  const TemporaryFolder folder;
  std::uint64_t entries = 0;
  {
    Taken taken = take_in_town(folder.path / "hub");
    entries = taken.hub->ledger().size();
    SettleOptions options;
    options.progress = [&](std::string_view, std::uint64_t, std::uint64_t) { taken.hub->stop_work(); };
    const auto settled = taken.hub->settle(options);
    ASSERT_FALSE(settled.has_value());
    EXPECT_EQ(settled.error().code, ErrorCode::unavailable);
    EXPECT_EQ(taken.hub->projection(), nullptr);
    EXPECT_EQ(taken.hub->take_in({}, {}).has_value(), true) << "nothing to take in is no work";
  }
  auto again = Hub::open(ledger::testing_support::place_in(folder.path / "hub"));
  ASSERT_TRUE(again.has_value());
  EXPECT_GE((*again)->ledger().size(), entries);
  ASSERT_TRUE((*again)->settle({}).has_value());
  EXPECT_GT((*again)->projection()->people.all().size(), 1000U);
}

TEST(Hub, FewRowsAreLinkedWithTheShippedModelAndTheirAdoptionIsNotForGood) {
  const TemporaryFolder folder;
  std::ofstream(folder.path / "stops.csv") << "Ref,Day,Surname\nS1,03/03/2009,Marsh\nS2,04/03/2009,Marsh\n";
  auto hub = Hub::create(ledger::testing_support::place_in(folder.path / "hub"), true);
  ASSERT_TRUE(hub.has_value());
  const auto format = intake::parse_mapping(few_rows_mapping, "few");
  ASSERT_TRUE(format.has_value()) << format.error().message;
  ASSERT_TRUE((*hub)->take_in({{Agency::police, *format, "few", folder.path / "stops.csv", {}}}, {}).has_value());
  ASSERT_TRUE((*hub)->settle({}).has_value());
  EXPECT_TRUE((*hub)->projection()->facts.model.empty()) << "nothing is learnt from two rows";
  EXPECT_TRUE(linkage::parse_model(model_in_use((*hub)->projection()->facts)).has_value());
  // A whole town afterwards is linked as if the two rows had not come first.
  const auto submissions = read_manifest(small_town() / "manifest.csv");
  ASSERT_TRUE((*hub)->take_in(*submissions, {}).has_value());
  ASSERT_TRUE((*hub)->settle({}).has_value());
  Taken alone = take_in_town(folder.path / "alone");
  ASSERT_TRUE(alone.hub->settle({}).has_value());
  const auto people = static_cast<double>(alone.hub->projection()->people.all().size());
  EXPECT_NEAR(static_cast<double>((*hub)->projection()->people.all().size()), people, .01 * people);
  // Somebody's adoption holds until the next one.
  EXPECT_FALSE((*hub)->adopt_model("no model", {"ann"}).has_value());
  const std::string shipped = model_in_use(Facts{});
  ASSERT_TRUE((*hub)->adopt_model(shipped, {"ann"}).has_value());
  ASSERT_TRUE((*hub)->settle({}).has_value());
  EXPECT_EQ((*hub)->projection()->facts.model, "# adopted by ann\n" + shipped);
}

TEST(Hub, AUserNameIsTakenOnceAndFreeAgainWhenItsAccountIsClosed) {
  const TemporaryFolder folder;
  auto hub = Hub::create(ledger::testing_support::place_in(folder.path / "hub"), true);
  ASSERT_TRUE(hub.has_value());
  const NewAccount sam{"sam", "Sam Okafor", "a long password", access::UserRole::social_worker, Agency::social_care};
  ASSERT_TRUE((*hub)->add_account(sam).has_value());
  const auto again = (*hub)->add_account(sam);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::already_there);
  ASSERT_TRUE((*hub)->settle({}).has_value());
  EXPECT_TRUE((*hub)->sign_in("sam", "a long password").has_value());
  ASSERT_TRUE((*hub)->close_account("sam").has_value());
  EXPECT_FALSE((*hub)->close_account("sam").has_value());
  ASSERT_TRUE((*hub)->settle({}).has_value());
  EXPECT_FALSE((*hub)->sign_in("sam", "a long password").has_value());
  ASSERT_TRUE((*hub)->add_account(sam).has_value());
  ASSERT_TRUE((*hub)->settle({}).has_value());
  EXPECT_TRUE((*hub)->sign_in("sam", "a long password").has_value());
  EXPECT_FALSE((*hub)->sign_in(std::string(200'000, 'x'), "a long password").has_value());
}

TEST(Hub, ASnapshotAndAReplayGiveTheSamePeopleAndFindings) {
  const TemporaryFolder folder;
  const fs::path path = folder.path / "hub";
  std::set<std::set<std::string>> people;
  std::vector<std::string> findings;
  {
    Taken taken = take_in_town(path);
    ASSERT_TRUE(taken.hub->settle({2, {}}).has_value());
    const auto projection = taken.hub->projection();
    people = partition_of(*projection);
    for (const Finding& finding : projection->findings) findings.push_back(finding.id + finding.says);
    EXPECT_GT(people.size(), 500U);
  }
  for (const bool with_snapshot : {true, false}) {
    if (!with_snapshot) fs::remove(path / "snapshot.sealed");
    auto hub = Hub::open(ledger::testing_support::place_in(path));
    ASSERT_TRUE(hub.has_value()) << hub.error().message;
    ASSERT_TRUE((*hub)->settle({1, {}}).has_value());
    const auto projection = (*hub)->projection();
    EXPECT_EQ(partition_of(*projection), people);
    std::vector<std::string> again;
    for (const Finding& finding : projection->findings) again.push_back(finding.id + finding.says);
    EXPECT_EQ(again, findings);
  }
}

TEST(Hub, AMergeFollowedByItsSplitRestoresWhatWasThere) {
  const TemporaryFolder folder;
  Taken taken = take_in_town(folder.path / "hub");
  ASSERT_TRUE(taken.hub->settle({2, {}}).has_value());
  const auto before = taken.hub->projection();
  const auto people = partition_of(*before);
  // Two people that the machine keeps apart, each with a mention of their own, from different agencies.
  MentionIndex left, right;
  for (const PersonId person : before->people.all()) {
    const MentionIndex m = before->people.mentions_of(person).front();
    const Agency agency = before->holdings().at(before->holdings().at(m).record).agency;
    if (!left.valid() && agency == Agency::police) left = m;
    if (!right.valid() && agency == Agency::health) right = m;
  }
  ASSERT_TRUE(left.valid() && right.valid());
  LinkDecision decision;
  decision.left_agency = Agency::police;
  decision.left = before->holdings().name(left);
  decision.right_agency = Agency::health;
  decision.right = before->holdings().name(right);
  decision.reason = "they share a birthday";
  ASSERT_TRUE(taken.hub->decide_link(decision, {"tester", "test"}).has_value());
  // Two homes or two of a family: somebody else has to agree, and nobody agrees with themselves.
  decision.agrees = true;
  EXPECT_FALSE(taken.hub->decide_link(decision, {"tester", "test"}).has_value());
  ASSERT_TRUE(taken.hub->decide_link(decision, {"second", "test"}).has_value());
  decision.agrees = false;
  ASSERT_TRUE(taken.hub->settle({2, {}}).has_value());
  EXPECT_EQ(taken.hub->projection()->people.of(left), taken.hub->projection()->people.of(right));
  decision.withdrawn = true;
  ASSERT_TRUE(taken.hub->decide_link(decision, {"tester", "test"}).has_value());
  ASSERT_TRUE(taken.hub->settle({2, {}}).has_value());
  EXPECT_EQ(partition_of(*taken.hub->projection()), people);
}

TEST(Hub, ALookNeedsAPurposeAndLeavesAnEntryBeforeTheAnswer) {
  const TemporaryFolder folder;
  Taken taken = take_in_town(folder.path / "hub");
  ASSERT_TRUE(
      taken.hub
          ->add_account({"sam", "Sam Okafor", "a long password", access::UserRole::social_worker, Agency::social_care})
          .has_value());
  ASSERT_TRUE(taken.hub->settle({2, {}}).has_value());
  EXPECT_FALSE(taken.hub->sign_in("sam", "another password").has_value());
  EXPECT_FALSE(taken.hub->sign_in("nobody", "a long password").has_value());
  const auto session = taken.hub->sign_in("sam", "a long password");
  ASSERT_TRUE(session.has_value()) << session.error().message;
  const std::string person = person_text(taken.hub->projection()->people.all().front());
  const auto without = taken.hub->person(session->viewer, person, {});
  ASSERT_FALSE(without.has_value());
  EXPECT_EQ(without.error().message, "purpose");
  ASSERT_TRUE(
      taken.hub->choose_purpose(session->token, access::PurposeKind::child_protection_enquiry, "concern 2012-0441")
          .has_value());
  const auto viewer = taken.hub->session(session->token);
  ASSERT_TRUE(viewer.has_value());
  const std::uint64_t entries = taken.hub->ledger().size();
  const auto view = taken.hub->person(viewer->viewer, person, {});
  EXPECT_EQ(taken.hub->ledger().size(), entries + 1);
  const auto entry = taken.hub->ledger().read(entries + 1);
  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->header.kind, ledger::EntryKind::look);
  EXPECT_NE(entry->body.find(person), std::string::npos);
  taken.hub->sign_out(session->token);
  EXPECT_FALSE(taken.hub->session(session->token).has_value());
}

TEST(Hub, EveryFindingNamesTheRecordsItRestsOn) {
  const TemporaryFolder folder;
  Taken taken = take_in_town(folder.path / "hub");
  ASSERT_TRUE(taken.hub->settle({2, {}}).has_value());
  const auto projection = taken.hub->projection();
  for (const Finding& finding : projection->findings) {
    EXPECT_FALSE(finding.proof.empty()) << finding.id;
    EXPECT_FALSE(finding.says.empty());
    for (const RecordIndex record : finding.proof) EXPECT_TRUE(projection->holdings().at(record).live);
    if (finding.audience) continue;
    for (const RecordIndex record : finding.proof)
      EXPECT_EQ(projection->holdings().at(record).handling, Handling::shared);
    EXPECT_TRUE(taken.hub->finding(social_worker(), finding.id).has_value());
  }
}

TEST(Hub, AMendedRowIsTakenInOnceAndLeavesTheList) {
  const TemporaryFolder folder;
  auto hub = Hub::create(ledger::testing_support::place_in(folder.path / "hub"), false);
  ASSERT_TRUE(hub.has_value());
  const char* mapping =
      "title = \"Test\"\nagency = \"police\"\nkind = \"stop\"\ndates = [\"DD/MM/YYYY\"]\n[record]\nid = "
      "\"Ref\"\nhappened = \"Day\"\n[[person]]\nrole = \"subject\"\nsurname = \"Surname\"\n";
  const auto format = intake::parse_mapping(mapping, "police-stops");
  ASSERT_TRUE(format.has_value()) << format.error().message;
  std::ofstream(folder.path / "stops.csv") << "Ref,Day,Surname\nS1,31/02/2009,Marsh\nS2,03/03/2009,Hill\n";
  const auto report = (*hub)->take_in({{Agency::police, *format, "police-stops", folder.path / "stops.csv", {}}}, {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->accepted, 1U);
  EXPECT_EQ(report->held_back, 1U);
  const auto rows = (*hub)->held_back_rows();
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().column, "Day");
  EXPECT_NE(rows->front().raw.find("31/02/2009"), std::string::npos);
}

}  // namespace
}  // namespace wider::hub
