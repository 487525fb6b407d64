// Erasure, legal hold and retention, on a town's hub: what was erased is nowhere, what is held stays.
#include "hub/erasing.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include <fmt/format.h>

#include "hub/data.hpp"
#include "hub/retention.hpp"
#include "hub/snapshot.hpp"
#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* password = "a long and plain sentence";

struct Made {
  testing::TemporaryFolder folder;
  std::unique_ptr<Hub> hub;
  Made() {
    hub = testing::hub_of_town(folder.path / "hub");
    NewAccount lee{"lee", "Lee Castell", password, access::UserRole::governance_officer, Agency::partnership};
    NewAccount sam{"sam", "Sam Okafor", password, access::UserRole::social_worker, Agency::social_care};
    EXPECT_TRUE(hub->add_account(lee).has_value());
    EXPECT_TRUE(hub->add_account(sam).has_value());
    EXPECT_TRUE(hub->settle({}).has_value());
  }
  [[nodiscard]] const Holdings& holdings() const { return hub->projection()->holdings(); }
  [[nodiscard]] fs::path snapshot() const { return hub->folder() / "snapshot.sealed"; }
  void open_again() {
    const ledger::Place place = hub->place();
    hub.reset();
    auto opened = Hub::open(place);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    hub = std::move(*opened);
    ASSERT_TRUE(hub->settle({}).has_value());
  }
};

Officer lee(std::string reason = "Request 12") {
  return {"lee", std::move(reason), "root"};
}

std::string text_of(const Holdings& holdings, RecordIndex record) {
  return std::string(name_of(holdings.at(record).agency)) + "/" + holdings.name(record);
}

// A live referral of one version that no other record says it belongs to: its id stands nowhere else.
RecordIndex some_referral(const Holdings& holdings) {
  const auto& rows = holdings.records();
  for (std::uint32_t r = 0; r < rows.size(); ++r) {
    if (!rows[r].live || rows[r].kind != RecordKind::referral) continue;
    const std::string name = holdings.name(RecordIndex(r));
    const auto names_it = [&](const RecordRow& row) {
      return holdings.text(row.related) == name || (&row != &rows[r] && row.id == rows[r].id);
    };
    if (std::ranges::none_of(rows, names_it)) return RecordIndex(r);
  }
  ADD_FAILURE() << "the town has no such referral";
  return RecordIndex(0);
}

bool everybody_but(const std::vector<std::uint32_t>& before, const std::vector<std::uint32_t>& after,
                   const RecordRow& gone) {
  if (before.size() != after.size()) return false;
  for (std::uint32_t m = 0; m < before.size(); ++m) {
    if (m >= gone.first_mention && m < gone.first_mention + gone.mention_count) continue;
    if ((before[m] == UINT32_MAX) != (after[m] == UINT32_MAX)) return false;
  }
  return true;
}

TEST(Erasing, ARecordIsGoneFromLedgerProjectionAndSnapshotAndTheProofStands) {
  Made made;
  const auto head = made.hub->ledger().head();
  ASSERT_TRUE(head.has_value());
  const RecordIndex record = some_referral(made.holdings());
  const RecordRow row = made.holdings().at(record);
  const std::string name = text_of(made.holdings(), record);
  const std::string id(made.holdings().text(row.id));
  const auto people_before = made.hub->projection()->people.labels();
  const auto before = made.hub->ledger().read(row.sequence);
  ASSERT_TRUE(before.has_value());
  ASSERT_THAT(before->body, HasSubstr(id));
  ASSERT_NE(made.holdings().strings().bytes().find(id), std::string_view::npos);
  // Somebody's word about its mention goes with it.
  LinkDecision word;
  word.left_agency = row.agency;
  word.left = made.holdings().name(MentionIndex(row.first_mention));
  word.right_agency = made.holdings().records()[0].agency;
  word.right = made.holdings().name(MentionIndex(0));
  word.same = false;
  word.reason = "seen apart";
  ASSERT_TRUE(made.hub->decide_link(word, {"root", "administration"}).has_value());
  ASSERT_TRUE(made.hub->settle({}).has_value());

  const auto report = made.hub->erase({{name}, "", false, {}, false}, lee());
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_GE(report->entries, 2U);

  for (const bool again : {false, true}) {
    if (again) made.open_again();
    const auto after = made.hub->ledger().read(row.sequence);
    ASSERT_TRUE(after.has_value());
    EXPECT_TRUE(after->erased);
    EXPECT_TRUE(after->body.empty());
    EXPECT_TRUE(versions_of(*made.hub->projection(), name).empty());
    EXPECT_FALSE(made.holdings().strings().bytes().find(id) != std::string_view::npos);
    EXPECT_TRUE(made.hub->projection()->facts.decision_history.empty());
    // Everybody else keeps their place, so that numbers written down still mean them.
    EXPECT_TRUE(everybody_but(people_before, made.hub->projection()->people.labels(), row));
    const auto snapshot = made.hub->ledger().unseal_file(made.snapshot());
    ASSERT_TRUE(snapshot.has_value());
    EXPECT_EQ(snapshot->find(id), std::string::npos);
    const auto verified = made.hub->ledger().verify(*head, {});
    ASSERT_TRUE(verified.has_value());
    EXPECT_TRUE(verified->good()) << verified->says;
    EXPECT_EQ(verified->erased, report->entries);
  }
  // Its entry says who and why, and nothing of whom.
  const auto said = made.hub->ledger().read(report->entry);
  ASSERT_TRUE(said.has_value());
  EXPECT_EQ(said->header.kind, ledger::EntryKind::erasure);
  EXPECT_THAT(said->body, HasSubstr("Lee Castell"));
  EXPECT_THAT(said->body, HasSubstr("Request 12"));
  EXPECT_THAT(said->body, Not(HasSubstr(id)));
  EXPECT_THAT(said->body, Not(HasSubstr("referral")));
}

TEST(Erasing, AnErasureThatACrashCutShortIsDoneAtTheNextSettling) {
  Made made;
  const RecordIndex record = some_referral(made.holdings());
  const RecordRow row = made.holdings().at(record);
  const std::string name = text_of(made.holdings(), record);
  // The entry is there and the keys are not gone yet.
  ledger::NewEntry entry;
  entry.kind = ledger::EntryKind::erasure;
  entry.body = encode_erasure({{{row.sequence, row.mention_count}}, "Request 12", "Lee", "root", "request"});
  ASSERT_TRUE(made.hub->ledger().append_now(entry).has_value());
  ASSERT_FALSE(made.hub->ledger().read(row.sequence)->erased);
  for (const bool without_snapshot : {false, true}) {
    if (without_snapshot) fs::remove(made.snapshot());
    made.open_again();
    EXPECT_TRUE(made.hub->ledger().read(row.sequence)->erased);
    EXPECT_TRUE(versions_of(*made.hub->projection(), name).empty());
    EXPECT_TRUE(made.hub->projection()->facts.to_erase.empty());
  }
}

TEST(Erasing, OnlyANamedGovernanceOfficerWithAReasonErases) {
  Made made;
  const RecordIndex record = some_referral(made.holdings());
  const std::string name = text_of(made.holdings(), record);
  const std::uint64_t sequence = made.holdings().at(record).sequence;
  EXPECT_EQ(made.hub->erase({{name}, "", false, {}, false}, {"sam", "why", "root"}).error().code, ErrorCode::denied);
  EXPECT_EQ(made.hub->erase({{name}, "", false, {}, false}, {"nobody", "why", "root"}).error().code, ErrorCode::denied);
  EXPECT_EQ(made.hub->erase({{name}, "", false, {}, false}, lee(" ")).error().code, ErrorCode::usage);
  EXPECT_EQ(made.hub->erase({{"police/crime-none"}, "", false, {}, false}, lee()).error().code, ErrorCode::not_found);
  // Only shown.
  const auto shown = made.hub->erase({{name}, "", false, {}, true}, lee());
  ASSERT_TRUE(shown.has_value());
  EXPECT_EQ(shown->entry, 0U);
  EXPECT_FALSE(made.hub->ledger().read(sequence)->erased);
  // What says who did what stays.
  EXPECT_EQ(made.hub->erase({{}, "", false, {1}, false}, lee()).error().code, ErrorCode::usage);
  EXPECT_EQ(made.hub->erase({{}, "", false, {sequence}, false}, lee()).error().code, ErrorCode::usage);
}

TEST(Erasing, APersonsOwnRecordsGoAndThoseThatNameOthersStay) {
  Made made;
  const Projection& projection = *made.hub->projection();
  // Somebody with records of their own and one that names others.
  PersonId chosen;
  for (const PersonId person : projection.people.all()) {
    std::size_t own = 0, shared = 0;
    for (const MentionIndex mention : projection.people.mentions_of(person)) {
      const RecordRow& row = projection.holdings().at(projection.holdings().at(mention).record);
      ++(row.mention_count == 1 ? own : shared);
    }
    if (own > 1 && shared > 0) {
      chosen = person;
      break;
    }
  }
  ASSERT_TRUE(chosen.valid());
  const auto report = made.hub->erase({{}, person_text(chosen), false, {}, false}, lee());
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_FALSE(report->records.empty());
  EXPECT_FALSE(report->left.empty());
  for (const std::string& name : report->records) EXPECT_TRUE(versions_of(*made.hub->projection(), name).empty());
  for (const std::string& name : report->left) EXPECT_FALSE(versions_of(*made.hub->projection(), name).empty());
}

TEST(Erasing, AHoldDefeatsEveryErasureUntilItIsLifted) {
  Made made;
  const RecordIndex record = some_referral(made.holdings());
  const RecordRow row = made.holdings().at(record);
  const std::string name = text_of(made.holdings(), record);
  const std::string person = person_text(made.hub->projection()->people.of(MentionIndex(row.first_mention)));
  for (const HoldWish& wish : {HoldWish{name, ""}, HoldWish{"", person}, HoldWish{"", ""}}) {
    const auto hold = made.hub->place_hold(wish, lee("Inquiry"));
    ASSERT_TRUE(hold.has_value()) << hold.error().message;
    for (const bool again : {false, true}) {
      if (again) made.open_again();  // out of the snapshot
      const auto refused = made.hub->erase({{name}, "", false, {}, false}, lee());
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().code, ErrorCode::denied);
      EXPECT_THAT(refused.error().message, HasSubstr("Inquiry"));
      EXPECT_FALSE(made.hub->erase({{}, person, true, {}, false}, lee()).has_value());
      EXPECT_FALSE(made.hub->ledger().read(row.sequence)->erased);
    }
    EXPECT_EQ(made.hub->lift_hold(*hold, {"sam", "why", "root"}).error().code, ErrorCode::denied);
    const auto lines = made.hub->holds({"root", "administration"});
    ASSERT_TRUE(lines.has_value());
    ASSERT_EQ(lines->size(), 1U);
    EXPECT_EQ((*lines)[0].number, *hold);
    EXPECT_GE((*lines)[0].records, 1U);
    ASSERT_TRUE(made.hub->lift_hold(*hold, lee("It has reported")).has_value());
    EXPECT_EQ(made.hub->lift_hold(*hold, lee()).error().code, ErrorCode::not_found);
  }
  EXPECT_TRUE(made.hub->erase({{name}, "", false, {}, false}, lee()).has_value());
}

// One day at which something is due and something is not.
TEST(Retention, WhatIsDueIsListedAndOnlyAnApprovalDisposesOfIt) {
  Made made;
  const Projection& projection = *made.hub->projection();
  const Date today = day_of(made.hub->now());
  std::vector<std::string> due, not_due;
  for (std::uint32_t r = 0; r < made.holdings().records().size(); ++r) {
    if (!made.holdings().records()[r].live) continue;
    const Date on = shipped_retention().due(made.holdings(), RecordIndex(r));
    ASSERT_TRUE(on.valid());
    auto& list = on <= today ? due : not_due;
    if (list.size() < 3) list.push_back(text_of(projection.holdings(), RecordIndex(r)));
  }
  ASSERT_EQ(not_due.size(), 3U);
  const Operator who{"root", "administration"};
  const std::uint64_t erased = made.hub->projection()->facts.erased.size();
  const auto later = made.hub->retention_due(today + 366 * 110, who);
  ASSERT_TRUE(later.has_value());
  EXPECT_GT(later->due, 0U);
  EXPECT_EQ(made.hub->projection()->facts.erased.size(), erased);  // a list disposes of nothing
  EXPECT_EQ(made.hub->approve_disposal({not_due[0]}, lee()).error().code, ErrorCode::denied);
  EXPECT_EQ(made.hub->keep_records({not_due[0]}, today + 100, lee()).error().code, ErrorCode::denied);
  if (due.empty()) GTEST_SKIP() << "this town has nothing due on its last day";
  EXPECT_EQ(made.hub->approve_disposal({due[0]}, {"sam", "why", "root"}).error().code, ErrorCode::denied);
  // One that is not due among others: nothing is done at all.
  EXPECT_FALSE(made.hub->approve_disposal({due[0], not_due[0]}, lee()).has_value());
  EXPECT_FALSE(versions_of(*made.hub->projection(), due[0]).empty());
  ASSERT_TRUE(made.hub->keep_records({due[0]}, today + 100, lee()).has_value());
  EXPECT_EQ(made.hub->approve_disposal({due[0]}, lee()).error().code, ErrorCode::denied);
  made.open_again();
  EXPECT_EQ(made.hub->retention_due(std::nullopt, who)->kept, 1U);
  EXPECT_EQ(made.hub->retention_due(today + 100, who)->kept, 0U);
  const auto hold = made.hub->place_hold({due[1], ""}, lee("Inquiry"));
  ASSERT_TRUE(hold.has_value());
  EXPECT_EQ(made.hub->retention_due(std::nullopt, who)->held, 1U);
  EXPECT_EQ(made.hub->approve_disposal({due[1]}, lee()).error().code, ErrorCode::denied);
  ASSERT_TRUE(made.hub->lift_hold(*hold, lee("over")).has_value());
  const auto report = made.hub->approve_disposal({due[1]}, lee("Review of May"));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_TRUE(versions_of(*made.hub->projection(), due[1]).empty());
  EXPECT_THAT(made.hub->ledger().read(report->entry)->body, HasSubstr("retention"));
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Retention, RulesAreReadStrictlyAndTheErrorNamesFileAndLine) {
  const std::string good = *shipped_rule("retention.toml");
  ASSERT_TRUE(parse_retention(good, "r.toml").has_value());
  const auto first_name =
      std::count(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(good.find("\nname = ")), '\n') + 2;
  const auto wrong = [&](const std::string& toml, const std::string& says) {
    const auto read = parse_retention(toml, "r.toml");
    ASSERT_FALSE(read.has_value()) << says;
    EXPECT_THAT(read.error().message, HasSubstr("r.toml, line "));
    EXPECT_THAT(read.error().message, HasSubstr(says));
  };
  wrong(changed(good, "\nname = \"person\"", "\nname = \"persn\""),
        fmt::format("line {}: there is no kind of record", first_name));
  wrong(changed(good, "\nyears = 75", "\nyears = 0"), fmt::format("line {}: 'years'", first_name + 1));
  wrong(changed(good, "\nyears = 75", "\nyears = \"75\""), "'years'");
  wrong(changed(good, "\nyears = 75", "\nyears = 7.5"), "'years'");
  wrong(changed(good, "\nyears = 75", ""), "'years'");
  wrong(changed(good, "\nfrom = \"birth\"", "\nfrom = \"death\""), "'from'");
  wrong(changed(good, "\nyears_without_birth = 75", ""), "'years_without_birth'");
  wrong(changed(good, "\nfrom = \"birth\"", "\nfrom = \"happened\""), "'years_without_birth'");
  wrong(changed(good, "\nbasis = ", "\nbasics = "), "there is no key 'basics'");
  wrong(changed(good, "\nname = \"address\"", "\nname = \"person\""), "stands twice");
  wrong(good.substr(0, good.rfind("[[kind]]")), "charging-decision");
  wrong(good + "\n[automatic]\ndispose = true\n", "there is no table 'automatic'");
  wrong("kind = 3", "[[kind]]");
  wrong("[[kind", "line 1");
  wrong("", "[[kind]]");
}

}  // namespace
}  // namespace wider::hub
