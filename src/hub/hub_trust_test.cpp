// Emergencies, conflicts of interest and requests for evidence, through the hub.
#include <gtest/gtest.h>

#include <algorithm>

#include "access/policy.hpp"
#include "hub/testing/small_town.hpp"
#include "hub/trust.hpp"

namespace wider::hub {
namespace {

using access::PurposeKind;
using access::UserRole;
using testing::hub_of_town;
using testing::TemporaryFolder;
using testing::viewer_of;

Viewer numbered(std::uint32_t account, UserRole role, Agency agency, PurposeKind purpose) {
  Viewer viewer = viewer_of(role, agency, purpose);
  viewer.account = account;
  return viewer;
}
Viewer worker() {
  return numbered(1, UserRole::social_worker, Agency::social_care, PurposeKind::child_protection_enquiry);
}
Viewer officer(std::uint32_t account = 9) {
  return numbered(account, UserRole::governance_officer, Agency::partnership, PurposeKind::governance);
}
Viewer detective() {
  return numbered(3, UserRole::police_analyst, Agency::police, PurposeKind::crime_investigation);
}

// Somebody of whom an emergency would show the worker more, and whom two agencies know.
std::string somebody(Hub& hub, const Viewer& viewer) {
  for (const PersonId person : hub.projection()->people.all()) {
    const auto view = hub.person(viewer, person_text(person), {});
    if (view && view->may_open_in_emergency && view->known_to.size() > 2) return view->id;
  }
  ADD_FAILURE() << "nobody fits";
  return "";
}

std::string seen_of(const Result<PersonView>& view, std::string_view agency) {
  if (!view) return view.error().message;
  const auto row = std::ranges::find(view->known_to, agency, &KnownTo::agency);
  return row == view->known_to.end() ? "" : row->you_may_see;
}

TEST(HubTrust, AnEmergencyShowsMoreForItsTimeAndASecondPersonEndsItWhenItWasNotJustified) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const std::string id = somebody(*hub, worker());
  const auto before = hub->person(worker(), id, {});
  ASSERT_TRUE(before.has_value());
  EXPECT_NE(seen_of(before, "Health"), "In full");
  EXPECT_EQ(hub->open_in_emergency(worker(), id, "  ").error().code, ErrorCode::usage);
  ASSERT_TRUE(hub->open_in_emergency(worker(), id, "Seen in a car with an adult tonight").has_value());
  EXPECT_EQ(hub->frame(officer()).emergencies_waiting, 1U) << "governance is told at once";
  EXPECT_EQ(hub->frame(worker()).emergencies_waiting, 0U);
  const auto open = hub->person(worker(), id, {});
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(seen_of(open, "Health"), "In full");
  EXPECT_FALSE(open->emergency_until.empty());
  EXPECT_FALSE(open->may_open_in_emergency);
  // Of nobody else, and to nobody else.
  Viewer colleague = worker();
  colleague.account = 2;
  EXPECT_EQ(seen_of(hub->person(colleague, id, {}), "Health"), seen_of(before, "Health"));
  // It outlives the process.
  const auto listed = hub->exceptions(officer());
  ASSERT_TRUE(listed.has_value());
  ASSERT_EQ(listed->emergencies.size(), 1U);
  const auto number = listed->emergencies[0].number;
  Viewer self = officer(1);
  EXPECT_EQ(hub->review_exception(self, ExceptionKind::emergency, number, true, "mine").error().code, ErrorCode::usage);
  EXPECT_EQ(hub->review_exception(officer(), ExceptionKind::emergency, number, true, "").error().code, ErrorCode::usage);
  EXPECT_EQ(hub->review_exception(officer(), ExceptionKind::emergency, 1, true, "x").error().code, ErrorCode::not_found);
  ASSERT_TRUE(hub->review_exception(officer(), ExceptionKind::emergency, number, false, "No danger").has_value());
  EXPECT_EQ(hub->frame(officer()).emergencies_waiting, 0U);
  EXPECT_EQ(seen_of(hub->person(worker(), id, {}), "Health"), seen_of(before, "Health"));
  EXPECT_EQ(hub->review_exception(officer(), ExceptionKind::emergency, number, true, "x").error().code, ErrorCode::usage);
}

TEST(HubTrust, AnEmergencyNeverOpensWhatIsSealedAndAnswersAsForNobody) {
  const TemporaryFolder folder;
  const auto hub = hub_of_town(folder.path / "hub");
  const std::string id = somebody(*hub, worker());
  ASSERT_TRUE(hub->seal_person(officer(), {id, "refuge", "Order", {}}).has_value());
  const auto size = hub->ledger().size();
  const auto sealed = hub->open_in_emergency(worker(), id, "Danger");
  const auto after_sealed = hub->ledger().size();
  const auto never = hub->open_in_emergency(worker(), "P99999999", "Danger");
  ASSERT_FALSE(sealed.has_value());
  EXPECT_EQ(sealed.error().code, never.error().code);
  EXPECT_EQ(sealed.error().message, never.error().message);
  EXPECT_EQ(after_sealed - size, hub->ledger().size() - after_sealed) << "the same entries";
  EXPECT_EQ(hub->declare_tie(worker(), id, "x").error().message, hub->declare_tie(worker(), "P99999999", "x").error().message);
  Viewer program = worker();
  program.token = "nightly";
  EXPECT_EQ(hub->open_in_emergency(program, id, "Danger").error().code, ErrorCode::denied);
  EXPECT_TRUE(hub->exceptions(officer())->emergencies.empty());
}

TEST(HubTrust, AnEmergencyEndsByItself) {
  Emergency emergency;
  emergency.until = Instant{1000};
  EXPECT_TRUE(emergency.open_at(Instant{999}));
  EXPECT_FALSE(emergency.open_at(Instant{1000}));
  emergency.review = Review{9, "Grace", "yes", true, {}};
  EXPECT_TRUE(emergency.open_at(Instant{999}));
  EXPECT_FALSE(emergency.open_at(Instant{1001}));
}

// Everything that names the person is gone for who declared a tie, and for nobody else; what was said holds after a
// restart.
TEST(HubTrust, WhoDeclaresATieSeesThatPersonNowhereUntilSomebodyElseLiftsIt) {
  const TemporaryFolder folder;
  auto hub = hub_of_town(folder.path / "hub");
  const Finding& finding = hub->projection()->findings.front();
  ASSERT_FALSE(finding.children.empty());
  const std::string id = person_text(finding.children.front());
  const std::string finding_id = finding.id;
  const auto before = hub->person(worker(), id, {});
  ASSERT_TRUE(before.has_value());
  const std::uint32_t waiting = hub->frame(worker()).findings_waiting;
  EXPECT_EQ(hub->declare_tie(worker(), id, "").error().code, ErrorCode::usage);
  ASSERT_TRUE(hub->declare_tie(worker(), id, "My niece").has_value());
  PersonQuery past;
  past.as_known_at = "2009-12-31";
  const auto gone = [&](Hub& of) {
    EXPECT_EQ(of.person(worker(), id, {}).error().code, ErrorCode::not_found);
    EXPECT_EQ(of.person(worker(), id, past).error().code, ErrorCode::not_found);
    EXPECT_EQ(of.finding(worker(), finding_id).error().code, ErrorCode::not_found);
    EXPECT_LT(of.frame(worker()).findings_waiting, waiting);
    const auto search = of.search(worker(), before->name);
    ASSERT_TRUE(search.has_value());
    for (const SearchHit& hit : search->hits) EXPECT_NE(hit.person, id);
    const auto home = of.home(worker());
    ASSERT_TRUE(home.has_value());
    for (const auto* list : {&home->overdue, &home->today, &home->this_week}) {
      for (const DutyLine& line : *list) EXPECT_NE(line.person, id);
    }
    for (const FindingLine& line : home->findings) EXPECT_NE(line.id, finding_id);
    // Whoever is tied to them is seen without them.
    for (const TieRow& tie : before->network.ties) {
      const auto other = of.person(worker(), tie.person, {});
      if (!other) continue;
      for (const TieRow& back : other->network.ties) EXPECT_NE(back.person, id);
      EXPECT_EQ(other->network.chart_json.find("\"" + id + "\""), std::string::npos);
    }
    EXPECT_EQ(of.open_in_emergency(worker(), id, "Danger").error().code, ErrorCode::not_found);
  };
  gone(*hub);
  Viewer colleague = worker();
  colleague.account = 2;
  EXPECT_TRUE(hub->person(colleague, id, {}).has_value());
  const ledger::Place place = hub->place();
  hub.reset();
  auto again = Hub::open(place);
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE((*again)->settle({2, {}}).has_value());
  gone(**again);
  const auto listed = (*again)->exceptions(officer());
  ASSERT_EQ(listed->ties.size(), 1U);
  ASSERT_TRUE(
      (*again)->review_exception(officer(), ExceptionKind::tie, listed->ties[0].number, true, "Another child").has_value());
  EXPECT_TRUE((*again)->person(worker(), id, {}).has_value());
}

TEST(HubTrust, WhySoMuchAndNoMoreStandsOnThePageInThePolicysWords) {
  Hub& hub = testing::shared_hub();
  const std::string id = somebody(hub, worker());
  const auto view = hub.person(worker(), id, {});
  ASSERT_TRUE(view.has_value());
  for (const KnownTo& row : view->known_to) EXPECT_FALSE(row.why.empty()) << row.agency;
  for (const ChronologyRow& row : view->chronology) EXPECT_FALSE(row.why.empty());
  Viewer assessing = worker();
  assessing.purpose = PurposeKind::assessment;
  bool more = false;
  const auto assessed = hub.person(assessing, id, {});
  ASSERT_TRUE(assessed.has_value());
  for (const KnownTo& row : assessed->known_to) {
    for (const std::string& why : row.why) more |= why.find("Under “") != std::string::npos;
  }
  EXPECT_TRUE(more) << "another purpose of the role would show more";
}

// A policy that a partnership changed: adopted by an entry, in force for the next request, also after a restart; one that
// would show what may never be shown is refused; another kind called sensitive changes what was read before.
TEST(HubTrust, AnAdoptedPolicyHoldsAtOnceAndAfterARestart) {
  const TemporaryFolder folder;
  auto hub = hub_of_town(folder.path / "hub");
  const std::string id = somebody(*hub, worker());
  std::string text(access::shipped_policy_text());
  const auto swap = [&](const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  swap("depth = \"nothing\"\nsays = \"It is sealed", "depth = \"full\"\nsays = \"It is sealed");
  const auto size = hub->ledger().size();
  EXPECT_EQ(hub->adopt_policy(text, "mine.toml", {"root"}).error().code, ErrorCode::malformed);
  EXPECT_EQ(hub->ledger().size(), size);
  text = access::shipped_policy_text();
  swap("sensitive = [\"sexual-health\"]", "sensitive = [\"sexual-health\", \"attendance\", \"school-nurse\"]");
  swap("duty_desk = \"01632 960 001\"", "duty_desk = \"01632 960 099\"");
  swap("pages = [\"home\", \"search\", \"person\", \"findings\"", "pages = [\"home\", \"search\", \"person\"");
  // The kinds called sensitive must be shown to nobody outside Health in more than the floor allows.
  swap("[[rule]]\nname = \"sensitive\"\nkind = [\"sexual-health\"]",
       "[[rule]]\nname = \"sensitive\"\nkind = [\"sexual-health\", \"attendance\", \"school-nurse\"]\nwhose = \"other\"");
  const auto adopted = hub->adopt_policy(text, "mine.toml", {"root"});
  ASSERT_TRUE(adopted.has_value()) << adopted.error().message;
  const auto holds = [&](Hub& of) {
    EXPECT_EQ(of.frame(worker()).duty_desk, "01632 960 099");
    EXPECT_EQ(of.findings(worker(), {}).error().code, ErrorCode::denied);
    const auto view = of.person(worker(), id, {});
    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(seen_of(view, "Health"), "Not whether they know this person");
  };
  holds(*hub);
  const ledger::Place place = hub->place();
  hub.reset();
  auto again = Hub::open(place);
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE((*again)->settle({2, {}}).has_value());
  holds(**again);
  again->reset();
  std::filesystem::remove(place.folder / "snapshot.sealed");  // and when everything is read again
  again = Hub::open(place);
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE((*again)->settle({2, {}}).has_value());
  holds(**again);
}

TEST(HubTrust, EvidenceIsHadByARequestThatTheHolderDecidesAndStandsInASchedule) {
  const TemporaryFolder folder;
  auto hub = hub_of_town(folder.path / "hub");
  const Viewer teacher =
      numbered(4, UserRole::safeguarding_lead, Agency::education, PurposeKind::education_safeguarding);
  std::string id;
  std::size_t offered = 0;
  std::uint64_t number = 0;
  const auto ask = [&](const std::string& person) {
    return hub->ask_for_evidence(detective(), {person, "education", "Who drove", "Only they saw", "Two months", "Told"});
  };
  for (const PersonId person : hub->projection()->people.all()) {
    const auto view = hub->person(detective(), person_text(person), {});
    if (!view || view->chronology.size() < 3 ||
        std::ranges::count(view->chronology, "Education", &ChronologyRow::agency) < 2)
      continue;
    for (const ChronologyRow& row : view->chronology) {
      if (row.agency != "Education") continue;
      EXPECT_LT(row.says.size(), 40U) << "no more than its kind: " << row.says;
    }
    id = view->id;
    const auto asked = ask(id);
    ASSERT_TRUE(asked.has_value()) << asked.error().message;
    number = *asked;
    offered = hub->evidence_of(teacher, number)->offered.size();
    if (offered >= 2) break;
  }
  ASSERT_GE(offered, 2U);
  EXPECT_EQ(ask("P99999999").error().code, ErrorCode::not_found);
  EXPECT_EQ(hub->ask_for_evidence(detective(), {id, "police", "a", "b", "c", "d"}).error().code, ErrorCode::usage);
  EXPECT_EQ(hub->ask_for_evidence(detective(), {id, "education", "a", "b", "c", ""}).error().code, ErrorCode::usage);
  Viewer browsing = detective();
  browsing.purpose = PurposeKind::child_protection_enquiry;
  EXPECT_EQ(hub->ask_for_evidence(browsing, {id, "education", "a", "b", "c", "d"}).error().code, ErrorCode::denied);
  // Until then there is nothing; the asker does not decide, nor does another agency.
  EXPECT_TRUE(hub->evidence_of(detective(), number)->given.empty());
  EXPECT_EQ(hub->evidence_of(worker(), number).error().code, ErrorCode::not_found);
  EXPECT_EQ(hub->decide_evidence(worker(), number, {true, "x", {}, {}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(hub->decide_evidence(detective(), number, {true, "x", {}, {}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(hub->decide_evidence(teacher, number, {true, "x", {}, {}}).error().code, ErrorCode::usage);
  const auto choice = hub->evidence_of(teacher, number)->offered;
  ASSERT_TRUE(hub->decide_evidence(teacher, number,
                                   {true, "Needed", {choice[0].record, "absence-none"}, {choice[1].record}})
                  .has_value());
  EXPECT_EQ(hub->decide_evidence(teacher, number, {false, "x", {}, {}}).error().code, ErrorCode::usage);
  const auto bundle = hub->evidence_of(detective(), number);
  ASSERT_TRUE(bundle.has_value());
  ASSERT_EQ(bundle->given.size(), 1U);
  EXPECT_EQ(bundle->given[0].record, choice[0].record);
  EXPECT_EQ(bundle->given[0].says, choice[0].says);
  ASSERT_EQ(bundle->sensitive.size(), 1U);
  EXPECT_EQ(bundle->sensitive[0].record, choice[1].record);
  EXPECT_TRUE(bundle->sensitive[0].says.empty());
  EXPECT_EQ(hub->evidence(detective())->yours.front().state, "Given");
  // What is sealed after it was given is in the bundle no more.
  ASSERT_TRUE(hub->seal_person(officer(), {id, "protected-witness", "Order", {}}).has_value());
  EXPECT_TRUE(hub->evidence_of(detective(), number)->given.empty());
}

}  // namespace
}  // namespace wider::hub
