// Material for a prosecution: whole against a plain walk of the ledger, with nothing of what is listed apart, by a
// named officer with a reason and after its entry, all or nothing on the disk.
#include "hub/prosecution.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

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

// A finding that everybody may know of, its first child, and a record of its least proof whose later version would be
// restricted and name nobody, so that the finding falls.
struct Fallen {
  Finding finding;
  std::string number;  // of the child
  std::vector<RecordIndex> others;  // records of the child that it does not rest on, told in full
  RecordIndex record;
};
Fallen finding_to_fall(const Projection& projection) {
  const Holdings& holdings = projection.holdings();
  for (const Finding& one : projection.findings) {
    if (one.audience) continue;
    const PersonId child = one.children.front();
    Fallen fallen{one, person_text(child), {}, {}};
    for (const RecordIndex r : one.proof)
      if (holdings.at(MentionIndex(child.value)).record != r) fallen.record = r;
    for (const RecordIndex r : records_of(projection, child)) {
      const RecordRow& row = holdings.at(r);
      if (std::ranges::find(one.proof, r) == one.proof.end() && row.handling == Handling::shared &&
          row.mention_count == 1)
        fallen.others.push_back(r);
    }
    if (fallen.record.valid() && fallen.others.size() >= 2) return fallen;
  }
  ADD_FAILURE() << "the town has no such finding";
  return {};
}

std::uint64_t append_on(Hub& hub, EntryKind kind, std::string body, Date day) {
  ledger::NewEntry entry;
  entry.kind = kind;
  entry.body = std::move(body);
  entry.received = start_of(day);
  return hub.ledger().append_now(entry).value();
}

Date last_day_of(Hub& hub) { return day_of(hub.ledger().read(hub.ledger().size())->header.received); }

void restrict_later(Hub& hub, RecordIndex record, Date day) {
  const RecordRow& row = hub.projection()->holdings().at(record);
  auto later = decode_record(hub.ledger().read(row.sequence)->body).value();
  later.handling = Handling::originator_only;
  later.people.clear();
  later.things.clear();
  append_on(hub, EntryKind::record, encode(later), day);
}

NoticeEntry notice_about(const Holdings& holdings, const std::vector<RecordIndex>& records, const Finding& touched) {
  const auto mention = [&](RecordIndex r) { return MentionIndex(holdings.at(r).first_mention); };
  NoticeEntry notice;
  notice.word.left_agency = holdings.at(records[0]).agency;
  notice.word.left = holdings.name(mention(records[0]));
  notice.word.right_agency = holdings.at(records[1]).agency;
  notice.word.right = holdings.name(mention(records[1]));
  notice.word.by = "Sam Okafor";
  notice.touched.push_back({touched.id, touched.says, 0, {}, {}});
  return notice;
}

std::string file_of(const ProsecutionMaterial& material, const std::string& name) {
  const auto found = material.files.find(name);
  return found == material.files.end() ? "" : found->second;
}

// The words of a notice are of the day it was made: they are told by what may be told today.
TEST(Prosecution, WhatANoticeSaidOfAFindingIsToldWhileItsRecordsMayBe) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const Fallen fallen = finding_to_fall(*hub->projection());
  const NoticeEntry notice = notice_about(hub->projection()->holdings(), fallen.others, fallen.finding);
  const Date day = last_day_of(*hub);
  const auto entry = append_on(*hub, EntryKind::identity_notice, encode_notice(notice), day + 1);
  const auto before = hub->material_for_prosecution({fallen.number, ""}, lee);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_TRUE(entries_of(before->schedule).contains(entry));
  EXPECT_THAT(file_of(*before, "acts.csv"), HasSubstr("It touched: "));
  restrict_later(*hub, fallen.record, day + 10);
  const auto after = hub->material_for_prosecution({fallen.number, ""}, lee);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(std::ranges::count(hub->projection()->findings, fallen.finding.id, &Finding::id), 0);
  EXPECT_EQ(file_of(*after, "acts.csv").find("It touched: "), std::string::npos);
  EXPECT_FALSE(entries_of(after->schedule).contains(entry));
  EXPECT_TRUE(entries_of(after->apart).contains(entry));
}

TEST(Prosecution, WhatANoticeSaidOfAFindingWhoseRecordWasSealedSinceIsNotTold) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const Fallen fallen = finding_to_fall(*hub->projection());
  const Holdings& holdings = hub->projection()->holdings();
  const std::string record(fmt::format("{}/{}", name_of(holdings.at(fallen.record).agency),
                                       std::string_view(holdings.name(fallen.record))));
  const NoticeEntry notice = notice_about(holdings, fallen.others, fallen.finding);
  const auto entry = append(*hub, EntryKind::identity_notice, encode_notice(notice));
  Viewer officer =
      testing::viewer_of(access::UserRole::governance_officer, Agency::partnership, access::PurposeKind::governance);
  officer.account = 2;  // lee
  ASSERT_TRUE(hub->seal_person(officer, {record, "privileged", "Advice", {}}));
  const auto given = hub->material_for_prosecution({fallen.number, ""}, lee);
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(std::ranges::count(hub->projection()->findings, fallen.finding.id, &Finding::id), 0);
  EXPECT_EQ(file_of(*given, "acts.csv").find("It touched: "), std::string::npos);
  EXPECT_FALSE(entries_of(given->schedule).contains(entry));
  EXPECT_TRUE(entries_of(given->apart).contains(entry));
}

// A word may touch what stands about the other of its two people: that is of no concern to this matter.
TEST(Prosecution, WhatANoticeSaidOfAnotherPersonsFindingIsNotTold) {
  const TemporaryFolder folder;
  const auto hub = hub_with_officers(folder);
  const auto projection = hub->projection();
  const Fallen fallen = finding_to_fall(*projection);
  const auto theirs = std::ranges::find_if(projection->findings, [&](const Finding& one) {
    return !one.audience && std::ranges::none_of(one.people, [&](PersonId person) {
      return std::ranges::find(fallen.finding.people, person) != fallen.finding.people.end();
    });
  });
  ASSERT_NE(theirs, projection->findings.end());
  const auto entry = append(*hub, EntryKind::identity_notice,
                            encode_notice(notice_about(projection->holdings(), fallen.others, *theirs)));
  const auto given = hub->material_for_prosecution({fallen.number, ""}, lee);
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(file_of(*given, "acts.csv").find("It touched: "), std::string::npos);
  EXPECT_FALSE(entries_of(given->schedule).contains(entry));
  EXPECT_TRUE(entries_of(given->apart).contains(entry));
}

// Somebody acted on a finding that fell since: its words are told where a correction felled it, and not where a record
// it rested on was restricted since.
TEST(Prosecution, AFindingThatFellIsToldWhileItsRecordsMayBe) {
  for (const bool restricted : {false, true}) {
    const TemporaryFolder folder;
    const auto hub = hub_with_officers(folder);
    const Fallen fallen = finding_to_fall(*hub->projection());
    const Date day = last_day_of(*hub);
    const FindingEvent taken{fallen.finding.id, FindingAction::take, "", "", 1, {}};
    const auto entry = append_on(*hub, EntryKind::finding_action, encode_event(taken), day + 1);
    if (restricted) {
      restrict_later(*hub, fallen.record, day + 10);
    } else {
      const RecordRow& row = hub->projection()->holdings().at(fallen.record);
      auto later = decode_record(hub->ledger().read(row.sequence)->body).value();
      later.people.clear();
      later.things.clear();
      append_on(*hub, EntryKind::record, encode(later), day + 10);
    }
    const auto given = hub->material_for_prosecution({fallen.number, ""}, lee);
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_EQ(std::ranges::count(hub->projection()->findings, fallen.finding.id, &Finding::id), 0);
    EXPECT_EQ(file_of(*given, "findings_withdrawn.csv").find(fallen.finding.says) == std::string::npos, restricted);
    EXPECT_EQ(entries_of(given->schedule).contains(entry), !restricted);
    EXPECT_EQ(entries_of(given->apart).contains(entry), restricted);
    EXPECT_EQ(std::ranges::count(given->apart, "A finding of a recorded pattern, withdrawn since", &Line::what),
              restricted ? 1 : 0);
  }
}

// Two hubs that differ in whom a contact with a sensitive service names. A withdrawn record and a hold are known by that
// contact alone.
TEST(Prosecution, AContactWithASensitiveServiceChangesNothing) {
  std::map<std::string, std::string> given_of[2];
  for (const bool theirs : {false, true}) {
    const TemporaryFolder folder;
    const auto hub = hub_with_officers(folder);
    const auto before = hub->projection();
    const PersonId person = somebody(*before);
    const Date day = last_day_of(*hub) + 1;
    Record other;
    other.agency = Agency::voluntary;  // whose own number contradicts none that the town has
    other.kind = RecordKind::attendance;
    other.id = "A-77001";
    other.known = day;
    other.text = "Of somebody else.";
    other.people.emplace_back();
    other.people.front().forename = "Zebedee";
    other.people.front().surname = "Quillfeather";
    other.people.front().local_id = "L-77001";
    append_on(*hub, EntryKind::record, encode(other), day);
    append_on(*hub, EntryKind::withdrawal, encode_withdrawal(Agency::voluntary, record_name(other)), day);
    // The contact: as the person's fullest record names them, or as nobody is named.
    Record contact = other;
    contact.kind = RecordKind::sexual_health;
    contact.id = "S-77001";
    contact.text = "Attended.";
    contact.people.front().forename = "Yolanda";
    if (theirs) {
      for (const RecordIndex r : records_of(*before, person)) {
        const auto record = decode_record(hub->ledger().read(before->holdings().at(r).sequence)->body).value();
        const MentionIndex first(before->holdings().at(r).first_mention);
        for (std::uint32_t i = 0; i < record.people.size(); ++i) {
          const PersonMention& one = record.people[i];
          if (before->people.of(MentionIndex(first.value + i)) != person || one.forename.empty() ||
              one.birth_date.precision != Precision::day || (one.nhs_number.empty() && one.address.empty()))
            continue;
          contact.people.front() = one;
          contact.people.front().local_id = "L-77001";
        }
      }
    }
    append_on(*hub, EntryKind::record, encode(contact), day);
    Hold hold;
    hold.scope = HoldScope::person;
    hold.reason = "Claim 12";
    hold.by = "Lee Castell";
    hold.mentions = {{Agency::voluntary, mention_name(contact, 0)}};
    append_on(*hub, EntryKind::hold_placed, encode_hold(hold), day);
    ASSERT_TRUE(hub->settle({2, {}}));
    const auto mention = hub->projection()->holdings().find_mention(Agency::voluntary, mention_name(contact, 0));
    ASSERT_TRUE(mention);
    ASSERT_EQ(hub->projection()->people.of(*mention) == person, theirs) << "the contact is not linked as it should be";
    auto given = hub->material_for_prosecution({person_text(person), ""}, lee);
    ASSERT_TRUE(given) << given.error().message;
    auto& files = given_of[theirs ? 1 : 0];
    for (auto& [name, bytes] : given->files) {
      if (name == "head.json" || name.starts_with("proof/")) bytes.clear();  // of another key
      // The export's own look is of another moment.
      std::string& kept = files[name];
      std::istringstream lines(bytes);
      for (std::string line; std::getline(lines, line);)
        if (line.find("material for a prosecution about") == std::string::npos) kept += line + "\n";
    }
  }
  EXPECT_EQ(given_of[1].size(), given_of[0].size());
  for (const auto& [name, bytes] : given_of[1]) {
    ASSERT_TRUE(given_of[0].contains(name)) << name;
    EXPECT_EQ(bytes, given_of[0].at(name)) << name;
  }
}

// Nobody but its owner can read it at any moment, and what something else made is neither filled nor removed.
TEST(Prosecution, TheFolderIsItsOwnersAloneAndAnothersIsLeftAsItIs) {
  namespace fs = std::filesystem;
  const TemporaryFolder folder;
  ProsecutionMaterial material;
  material.files = {{"schedule.csv", "x"}, {"proof/1-1.proof", "y"}};
  const mode_t mask = ::umask(0);
  const auto made = write_material(material, folder.path / "material/");
  ::umask(mask);
  ASSERT_TRUE(made) << made.error().message;
  const auto mode = [&](const char* name) { return fs::status(folder.path / "material" / name).permissions(); };
  EXPECT_EQ(mode("."), fs::perms::owner_all);
  EXPECT_EQ(mode("proof"), fs::perms::owner_all);
  for (const char* name : {"schedule.csv", "proof/1-1.proof"})
    EXPECT_EQ(mode(name), fs::perms::owner_read | fs::perms::owner_write) << name;

  // Somebody else's folder, of the name that this one would have while it is made, open to all.
  const fs::path part = (folder.path / "second").string() + "." + std::to_string(::getpid()) + ".part";
  fs::create_directory(part);
  std::ofstream(part / "theirs") << "z";
  EXPECT_EQ(write_material(material, folder.path / "second").error().code, ErrorCode::already_there);
  EXPECT_TRUE(fs::exists(part / "theirs"));
  EXPECT_FALSE(fs::exists(part / "schedule.csv"));
  EXPECT_FALSE(fs::exists(folder.path / "second"));
  fs::remove_all(part);
  fs::create_directory_symlink(folder.path / "material", part);
  EXPECT_EQ(write_material(material, folder.path / "second").error().code, ErrorCode::already_there);
  EXPECT_TRUE(fs::is_symlink(part));
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
