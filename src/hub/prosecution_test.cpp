// Material for a prosecution: whole against a plain walk of the ledger, with nothing of what is listed apart, by a
// named officer with a reason and after its entry, all or nothing on the disk.
#include "hub/prosecution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "access/policy.hpp"
#include "hub/sealing.hpp"
#include "hub/testing/small_town.hpp"
#include "records/encoding.hpp"
#include "records/protected.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using Line = ProsecutionMaterial::Line;

const Officer lee{"lee", "R v Example, request of 3 May", "root"};

std::unique_ptr<Hub> hub_with_officers(const TemporaryFolder& folder) {
  auto hub = testing::hub_of_town(folder.path / "hub");
  EXPECT_TRUE(hub->add_account(
      {"sam", "Sam Okafor", "long and quiet horses", access::UserRole::social_worker, Agency::social_care}));
  EXPECT_TRUE(hub->add_account(
      {"lee", "Lee Castell", "long and quiet horses", access::UserRole::governance_officer, Agency::partnership}));
  EXPECT_TRUE(hub->add_account(
      {"grace", "Grace Obi", "long and quiet horses", access::UserRole::governance_officer, Agency::partnership}));
  EXPECT_TRUE(hub->settle({2, {}}));
  return hub;
}

std::vector<RecordIndex> records_of(const Projection& projection, PersonId person) {
  std::set<std::uint32_t> rows;
  for (const MentionIndex m : projection.people.mentions_of(person))
    rows.insert(projection.holdings().at(m).record.value);
  return {rows.begin(), rows.end()};
}

// The first child of a finding that everybody may know of.
PersonId somebody(const Projection& projection) {
  for (const Finding& finding : projection.findings)
    if (!finding.audience) return finding.children.front();
  ADD_FAILURE() << "the town has no such finding";
  return {};
}

PersonId somebody_with(const Projection& projection, const std::function<bool(const RecordRow&)>& record) {
  for (const PersonId person : projection.people.all()) {
    const auto rows = records_of(projection, person);
    const auto count = std::ranges::count_if(rows, [&](RecordIndex r) { return record(projection.holdings().at(r)); });
    if (count > 0 && static_cast<std::size_t>(count) < rows.size()) return person;
  }
  ADD_FAILURE() << "the town has nobody like that";
  return {};
}

std::string whole(const ProsecutionMaterial& material) {
  std::string all;
  for (const auto& [name, bytes] : material.files)
    if (!name.starts_with("versions/") && !name.starts_with("proof/")) all += name + "\n" + bytes;
  return all;
}

std::set<std::uint64_t> entries_of(const std::vector<Line>& lines) {
  std::set<std::uint64_t> entries;
  for (const Line& line : lines)
    if (line.entry != 0) entries.insert(line.entry);
  return entries;
}

std::uint64_t append(Hub& hub, EntryKind kind, std::string body) {
  ledger::NewEntry entry;
  entry.kind = kind;
  entry.body = std::move(body);
  return hub.ledger().append_now(entry).value();
}

TEST(Prosecution, ByANamedOfficerWithAReasonAndAfterItsEntry) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const ProsecutionWish wish{person_text(somebody(*hub->projection())), ""};
  const auto before = hub->ledger().size();
  EXPECT_EQ(hub->material_for_prosecution(wish, {"sam", "R v Example", "root"}).error().code, ErrorCode::denied);
  EXPECT_EQ(hub->material_for_prosecution(wish, {"nobody", "R v Example", "root"}).error().code, ErrorCode::denied);
  EXPECT_EQ(hub->material_for_prosecution(wish, {"lee", " \n", "root"}).error().code, ErrorCode::usage);
  EXPECT_EQ(hub->material_for_prosecution({"", ""}, lee).error().code, ErrorCode::usage);
  EXPECT_EQ(hub->material_for_prosecution({"P1", "x"}, lee).error().code, ErrorCode::usage);
  EXPECT_EQ(hub->ledger().size(), before);
  const auto given = hub->material_for_prosecution(wish, lee);
  ASSERT_TRUE(given) << given.error().message;
  const auto entry = hub->ledger().read(before + 1).value();
  EXPECT_EQ(entry.header.kind, EntryKind::look);
  const auto body = nlohmann::json::parse(entry.body);
  EXPECT_THAT(body.at("officer").get<std::string>(), HasSubstr("Lee Castell"));
  EXPECT_EQ(body.at("reference"), lee.reason);
  EXPECT_THAT(body.at("what").get<std::string>(), HasSubstr(wish.person));
  EXPECT_THAT(given->files.at("README.txt"), HasSubstr(lee.reason));
  // Who looked at this person: the officer is asked about it too.
  const Viewer officer =
      testing::viewer_of(access::UserRole::governance_officer, Agency::partnership, access::PurposeKind::governance);
  const auto looked = hub->who_looked(officer, wish.person);
  ASSERT_TRUE(looked.has_value());
  ASSERT_FALSE(looked->looks.empty());
  EXPECT_THAT(looked->looks.front().who, HasSubstr("Lee Castell"));
  const auto nobody = hub->material_for_prosecution({"P99999999", ""}, lee);
  EXPECT_EQ(nobody.error().code, ErrorCode::not_found);
}

// Every entry of the ledger read plainly: what tells of the person is in the schedule or in the list apart, and nothing
// else is.
TEST(Prosecution, TheScheduleIsWholeAgainstAPlainWalkOfTheLedger) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const PersonId person = somebody(*hub->projection());
  const std::string number = person_text(person);
  std::set<std::uint64_t> expected;  // of the small entries
  {
    // One record corrected, another withdrawn, a word about a link and its withdrawal, an act on a finding, looks.
    const auto projection = hub->projection();
    const auto rows = records_of(*projection, person);
    ASSERT_GE(rows.size(), 5U);
    std::vector<RecordIndex> plain;
    for (const RecordIndex r : rows) {
      const RecordRow& row = projection->holdings().at(r);
      // Not the record whose mention lends the person their number.
      if (row.handling == Handling::shared && row.mention_count == 1 && row.kind != RecordKind::person &&
          row.first_mention != person.value)
        plain.push_back(r);
    }
    ASSERT_GE(plain.size(), 3U);
    auto corrected = decode_record(hub->ledger().read(projection->holdings().at(plain[0]).sequence)->body).value();
    corrected.text = "As corrected later.";
    append(*hub, EntryKind::record, encode(corrected));
    const RecordRow& gone = projection->holdings().at(plain[1]);
    expected.insert(
        append(*hub, EntryKind::withdrawal, encode_withdrawal(gone.agency, projection->holdings().name(plain[1]))));
    LinkDecision word;
    const auto mention = [&](RecordIndex r) { return MentionIndex(projection->holdings().at(r).first_mention); };
    word.left_agency = projection->holdings().at(plain[0]).agency;
    word.left = projection->holdings().name(mention(plain[0]));
    word.right_agency = projection->holdings().at(plain[2]).agency;
    word.right = projection->holdings().name(mention(plain[2]));
    word.by = "Sam Okafor";
    word.reason = "they share an address";
    expected.insert(append(*hub, EntryKind::link_decision, encode_decision(word)));
    word.withdrawn = true;
    expected.insert(append(*hub, EntryKind::link_decision, encode_decision(word)));
    append(*hub, EntryKind::look, R"({"what":"P99999998","purpose":"assessment"})");
    expected.insert(append(*hub, EntryKind::look, nlohmann::json{{"what", number}, {"purpose", "assessment"}}.dump()));
  }
  ASSERT_TRUE(hub->settle({2, {}}));
  const auto projection = hub->projection();
  const Holdings& holdings = projection->holdings();
  const PersonId now = projection->people.of(MentionIndex(person.value));
  ASSERT_TRUE(now.valid());
  for (const Finding& finding : projection->findings) {
    if (finding.audience || std::ranges::find(finding.people, now) == finding.people.end()) continue;
    FindingEvent event{finding.id, FindingAction::take, "", "", 1, {}};
    expected.insert(append(*hub, EntryKind::finding_action, encode_event(event)));
  }
  const auto given = hub->material_for_prosecution({number, ""}, lee);
  ASSERT_TRUE(given) << given.error().message;
  expected.insert(hub->ledger().size());  // the look that the export is itself

  // Whatever names a record of theirs, by plain reading: live, replaced and withdrawn versions.
  std::set<std::pair<Agency, std::string>> names;
  for (const RecordIndex r : records_of(*hub->projection(), now))
    names.emplace(holdings.at(r).agency, holdings.name(r));
  for (const Finding& finding : projection->findings) {
    if (finding.audience || std::ranges::find(finding.people, now) == finding.people.end()) continue;
    for (const auto* list : {&finding.proof, &finding.also})
      for (const RecordIndex r : *list) names.emplace(holdings.at(r).agency, holdings.name(r));
  }
  const access::Policy& policy = projection->facts.policy_in_use();
  std::set<std::uint64_t> withdrawn_or_versions, told, not_told;
  ASSERT_TRUE(hub->ledger().read_range(1, hub->ledger().size(), [&](const ledger::Entry& entry) {
    switch (entry.header.kind) {
      case EntryKind::record: {
        const Record record = decode_record(entry.body).value();
        if (!names.contains({record.agency, record_name(record)})) break;
        (policy.sensitive(record.kind) ? not_told : told).insert(entry.header.sequence);
        break;
      }
      case EntryKind::protected_record: {
        const auto stated = decode_protected(entry.body).value();
        const auto m = holdings.find_mention(stated.agency, stated.mention);
        if (m && projection->people.of(*m) == now) told.insert(entry.header.sequence);
        break;
      }
      case EntryKind::model_adopted:
      case EntryKind::patterns_adopted:
      case EntryKind::policy_adopted:
        told.insert(entry.header.sequence);
        break;
      default:
        break;
    }
    return true;
  }));
  told.insert(expected.begin(), expected.end());
  std::set<std::uint64_t> found = entries_of(given->schedule);
  for (const std::uint64_t entry : entries_of(given->apart)) found.insert(entry);
  // The withdrawn record is nobody's any more: it is found by what it says of the person.
  std::set<std::uint64_t> more;
  std::ranges::set_difference(found, told, std::inserter(more, more.end()));
  for (const std::uint64_t entry : more) {
    const auto read = hub->ledger().read(entry).value();
    ASSERT_EQ(read.header.kind, EntryKind::record) << entry << " tells of somebody else";
    const Record record = decode_record(read.body).value();
    const auto rows = holdings.find_record(record.agency, record_name(record));
    EXPECT_FALSE(rows.has_value()) << entry << " is a live record of somebody else";
  }
  EXPECT_GE(more.size(), 1U) << "the withdrawn record";
  std::set<std::uint64_t> missing;
  std::ranges::set_difference(told, found, std::inserter(missing, missing.end()));
  EXPECT_TRUE(missing.empty()) << *missing.begin();
  for (const std::uint64_t entry : not_told) EXPECT_FALSE(found.contains(entry));
  // Numbered without gaps, each with its description, date, originator and code.
  for (std::size_t i = 0; i < given->schedule.size(); ++i) {
    EXPECT_EQ(given->schedule[i].number, std::to_string(i + 1));
    EXPECT_FALSE(given->schedule[i].what.empty());
    EXPECT_FALSE(given->schedule[i].originator.empty());
    EXPECT_FALSE(given->schedule[i].handling.empty());
    EXPECT_TRUE(given->files.contains(given->schedule[i].file)) << given->schedule[i].what;
  }
  const std::string& records = given->files.at("records.csv");
  EXPECT_THAT(records, HasSubstr("As corrected later."));
  EXPECT_THAT(records, HasSubstr("\"1 of 2\",\"replaced by a later version\""));
  EXPECT_THAT(records, HasSubstr("\"withdrawn\""));
  EXPECT_THAT(given->files.at("acts.csv"), HasSubstr("they share an address"));
  EXPECT_THAT(given->files.at("acts.csv"), HasSubstr("Took it"));
  EXPECT_TRUE(given->files.contains("links.csv"));
}

TEST(Prosecution, EveryEntryOfItIsProvedByTheHeadBesideIt) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const auto given = hub->material_for_prosecution({person_text(somebody(*hub->projection())), ""}, lee);
  ASSERT_TRUE(given);
  const auto head = ledger::parse_head(given->files.at("head.json")).value();
  EXPECT_TRUE(ledger::signed_by(head, hub->ledger().public_key()));
  std::set<std::uint64_t> proved;
  for (const auto& [name, bytes] : given->files) {
    if (!name.starts_with("proof/")) continue;
    const auto checked = ledger::check_proof(bytes, head, {});
    ASSERT_TRUE(checked) << name << ": " << checked.error().message;
    for (std::uint64_t entry = checked->first; entry <= checked->last; ++entry) proved.insert(entry);
  }
  auto entries = entries_of(given->schedule);
  for (const std::uint64_t entry : entries_of(given->apart)) entries.insert(entry);
  EXPECT_EQ(proved, entries);
}

// What is listed apart: no word of it is in any file, and its line says no more than kind, date, agency and code.
TEST(Prosecution, WhatHasConditionsIsDescribedAndNotTold) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const auto projection = hub->projection();
  const access::Policy& policy = projection->facts.policy_in_use();
  const PersonId person = somebody_with(*projection, [&](const RecordRow& row) {
    return row.handling == Handling::originator_only && !policy.sensitive(row.kind);
  });
  const auto given = hub->material_for_prosecution({person_text(person), ""}, lee);
  ASSERT_TRUE(given);
  const std::string all = whole(*given);
  std::size_t apart = 0;
  for (const RecordIndex r : records_of(*projection, person)) {
    const RecordRow& row = projection->holdings().at(r);
    if (row.handling != Handling::originator_only) continue;
    ++apart;
    EXPECT_EQ(all.find(projection->holdings().name(r)), std::string::npos);
    EXPECT_FALSE(entries_of(given->schedule).contains(row.sequence));
    EXPECT_TRUE(entries_of(given->apart).contains(row.sequence));
  }
  EXPECT_GE(apart, 1U);
  for (const Line& line : given->apart) {
    EXPECT_TRUE(line.number.starts_with("S"));
    EXPECT_TRUE(line.file.empty());
    EXPECT_FALSE(line.why_apart.empty());
  }
}

TEST(Prosecution, OfSensitiveServicesThereIsNothingNotEvenACount) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const auto projection = hub->projection();
  const PersonId person =
      somebody_with(*projection, [&](const RecordRow& row) { return row.kind == RecordKind::sexual_health; });
  const auto given = hub->material_for_prosecution({person_text(person), ""}, lee);
  ASSERT_TRUE(given);
  const std::string all = whole(*given);
  EXPECT_EQ(all.find("exual"), std::string::npos);
  for (const RecordIndex r : records_of(*projection, person)) {
    const RecordRow& row = projection->holdings().at(r);
    if (row.kind != RecordKind::sexual_health) continue;
    EXPECT_FALSE(entries_of(given->schedule).contains(row.sequence) || entries_of(given->apart).contains(row.sequence));
    EXPECT_EQ(all.find(projection->holdings().name(r)), std::string::npos);
  }
  // The standing words are in a copy of anybody's.
  const auto other = hub->material_for_prosecution({person_text(somebody(*projection)), ""}, lee);
  for (const auto* one : {&*given, &*other}) {
    EXPECT_THAT(one->files.at("README.txt"), HasSubstr("Sensitive health services, sealed records and legal advice"));
    EXPECT_TRUE(one->files.contains("sensitive.csv"));
  }
}

TEST(Prosecution, SealedRecordsAndLegalAdviceAreListedForWhoMayOpenThemAndNeverTold) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const auto before = hub->projection();
  const PersonId person = somebody(*before);
  const std::string number = person_text(person);
  RecordIndex advice;
  for (const RecordIndex r : records_of(*before, person)) {
    const RecordRow& row = before->holdings().at(r);
    if (row.handling == Handling::shared && r.value != before->holdings().at(MentionIndex(person.value)).record.value &&
        !marks_of(before->holdings(), MentionIndex(row.first_mention)).empty() && row.mention_count == 1)
      advice = r;
  }
  ASSERT_TRUE(advice.valid());
  const std::string name(before->holdings().name(advice));
  Viewer officer =
      testing::viewer_of(access::UserRole::governance_officer, Agency::partnership, access::PurposeKind::governance);
  officer.account = 2;  // lee
  ASSERT_TRUE(hub->seal_person(
      officer, {std::string(name_of(before->holdings().at(advice).agency)) + "/" + name, "privileged", "Advice", {}}));
  const auto theirs = hub->material_for_prosecution({number, ""}, lee);
  ASSERT_TRUE(theirs) << theirs.error().message;
  EXPECT_EQ(whole(*theirs).find(name), std::string::npos);
  const auto listed = std::ranges::count(theirs->apart, "Legal advice, privileged", &Line::what);
  EXPECT_EQ(listed, 1);
  const auto others = hub->material_for_prosecution({number, ""}, {"grace", "R v Example", "root"});
  ASSERT_TRUE(others);
  EXPECT_EQ(std::ranges::count(others->apart, "Legal advice, privileged", &Line::what), 0);
  EXPECT_EQ(others->apart.size() + 1, theirs->apart.size());
  EXPECT_EQ(whole(*others).find(name), std::string::npos);
  EXPECT_EQ(whole(*others).find("rivileged\""), std::string::npos);
  // A sealed person is nobody, as one that never was.
  ASSERT_TRUE(hub->seal_person(officer, {number, "adoption", "Order", {}}));
  const auto sealed = hub->material_for_prosecution({number, ""}, {"grace", "R v Example", "root"});
  const auto never = hub->material_for_prosecution({"P99999999", ""}, {"grace", "R v Example", "root"});
  ASSERT_FALSE(sealed);
  EXPECT_EQ(sealed.error().message, never.error().message);
}

TEST(Prosecution, OfAFindingWhatItRestsOn) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const auto projection = hub->projection();
  const auto finding = std::ranges::find_if(projection->findings, [](const Finding& one) { return !one.audience; });
  ASSERT_NE(finding, projection->findings.end());
  const auto given = hub->material_for_prosecution({"", finding->id}, lee);
  ASSERT_TRUE(given) << given.error().message;
  const auto entries = entries_of(given->schedule);
  for (const RecordIndex r : finding->proof) EXPECT_TRUE(entries.contains(projection->holdings().at(r).sequence));
  EXPECT_THAT(given->files.at("findings.csv"), HasSubstr(finding->id));
  EXPECT_EQ(hub->material_for_prosecution({"", "no-such"}, lee).error().code, ErrorCode::not_found);
  for (const Finding& one : projection->findings) {
    if (one.audience != Agency::health) continue;
    EXPECT_EQ(hub->material_for_prosecution({"", one.id}, lee).error().code, ErrorCode::not_found);
  }
}

TEST(Prosecution, TheFolderIsWholeOrNotThereAndItsCellsAreSafe) {
  const TemporaryFolder folder;
  ProsecutionMaterial material;
  material.files = {{"schedule.csv", "x"}, {"proof/1-1.proof", "y"}};
  const auto to = folder.path / "material";
  ASSERT_TRUE(write_material(material, to));
  EXPECT_TRUE(std::filesystem::exists(to / "proof/1-1.proof"));
  EXPECT_EQ(write_material(material, to).error().code, ErrorCode::already_there);
  EXPECT_FALSE(write_material(material, folder.path / "none" / "material"));
  // A name that cannot be written: nothing is left of the others.
  material.files = {{"a.csv", "x"}, {"b.csv", "y"}, {std::string(300, 'z'), "no file is called so"}};
  EXPECT_FALSE(write_material(material, folder.path / "second"));
  std::size_t left = 0;
  for ([[maybe_unused]] const auto& one : std::filesystem::directory_iterator(folder.path)) ++left;
  EXPECT_EQ(left, 1U);

  const auto hub = hub_with_officers(folder);
  const auto projection = hub->projection();
  const PersonId person = somebody(*projection);
  for (const RecordIndex r : records_of(*projection, person)) {
    const RecordRow& row = projection->holdings().at(r);
    const MentionRow& first = projection->holdings().at(MentionIndex(person.value));
    if (row.handling != Handling::shared || r == first.record) continue;
    auto record = decode_record(hub->ledger().read(projection->holdings().at(r).sequence)->body).value();
    record.text = "=HYPERLINK(\"http://x\")";
    record.people.front().description = "@SUM(1)";
    append(*hub, EntryKind::record, encode(record));
    break;
  }
  const auto given = hub->material_for_prosecution({person_text(person), ""}, lee);
  ASSERT_TRUE(given);
  EXPECT_THAT(given->files.at("records.csv"), HasSubstr("\"'=HYPERLINK"));
  EXPECT_EQ(given->files.at("records.csv").find(",\"=HYPERLINK"), std::string::npos);
}

}  // namespace
}  // namespace wider::hub
