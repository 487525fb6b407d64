// The Children in Need census: what a child becomes, and the files that are refused.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "intake/intake.hpp"

namespace wider::intake {
namespace {

using testing::HasSubstr;

class Kept final : public Sink {
 public:
  Result<void> accept(Accepted&& row) override {
    accepted.push_back(std::move(row));
    return {};
  }
  Result<void> hold_back(HeldBackRow&& row) override {
    held_back.push_back(std::move(row));
    return {};
  }
  std::vector<Accepted> accepted;
  std::vector<HeldBackRow> held_back;
};

const std::string head =
    "<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year>"
    "<ReferenceDate>2022-03-31</ReferenceDate></CollectionDetails></Header>\n<Children>\n";
const std::string tail = "</Children></Message>\n";
std::string child(
    const std::string& details = "<CINdetails><CINreferralDate>2021-05-06</CINreferralDate></CINdetails>") {
  return "<Child><ChildIdentifiers><LAchildID>L1</LAchildID><UPN>H801200001001</UPN><PersonBirthDate>2010-02-03</"
         "PersonBirthDate>"
         "<GenderCurrent>2</GenderCurrent></ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</"
         "Ethnicity><Disabilities>"
         "<Disability>HEAR</Disability></Disabilities></ChildCharacteristics>" +
         details + "</Child>\n";
}

ByteSource source_of(const std::string& text, std::size_t piece = 11) {
  return [&text, piece, at = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t length = std::min({buffer.size(), piece, text.size() - at});
    std::memcpy(buffer.data(), text.data() + at, length);
    at += length;
    return length;
  };
}

struct Read {
  Result<Counts> counts;
  Kept sink;
};
// Through read_file, so that both passes are run.
Read read(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("wider_cin_test_{}.xml", ::getpid());
  std::ofstream(path, std::ios::binary) << text;
  Read out;
  out.counts = read_file(*cin_format(), path, {.file_name = "cin.xml", .progress = {}}, out.sink);
  std::filesystem::remove(path);
  if (out.counts) {
    EXPECT_EQ(out.counts->read, out.sink.accepted.size() + out.sink.held_back.size());
  }
  return out;
}

TEST(Cin, MakesACensusRecordAndOneForEachReferral) {
  const Read out =
      read(head +
           child("<CINdetails><CINreferralDate>2021-05-06</CINreferralDate><ReferralSource>3E</ReferralSource>"
                 "<PrimaryNeedCode>N1</PrimaryNeedCode><CINclosureDate>2021-05-09</CINclosureDate>"
                 "<ReasonForClosure>RC7</ReasonForClosure><ReferralNFA>true</ReferralNFA></CINdetails>"
                 "<CINdetails><CINreferralDate>2021-05-06</CINreferralDate><ReferralNFA>0</ReferralNFA></CINdetails>") +
           tail);
  ASSERT_TRUE(out.counts) << out.counts.error().message;
  ASSERT_EQ(out.counts->accepted, 1U);
  const Accepted& row = out.sink.accepted[0];
  ASSERT_EQ(row.records.size(), 3U);
  EXPECT_EQ(record_name(row.records[0]), "census-L1/2022");
  EXPECT_EQ(row.records[0].people[0].sex, Sex::female);
  EXPECT_EQ(row.records[0].people[0].upn, "H801200001001");
  EXPECT_TRUE(row.records[0].issues.empty());
  EXPECT_EQ(record_name(row.records[1]), "referral-L1/2021-05-06");
  EXPECT_EQ(row.records[1].outcome, Outcome::no_further_action);
  EXPECT_EQ(row.records[1].source_agency, "health");
  EXPECT_EQ(to_iso(row.records[1].outcome_date), "2021-05-09");
  EXPECT_EQ(row.records[1].text, "Referred by an emergency department; need recorded: abuse or neglect.");
  EXPECT_EQ(record_name(row.records[2]), "referral-L1/2021-05-06/2");
  EXPECT_EQ(row.records[2].outcome, Outcome::open);
  ASSERT_EQ(row.protected_characteristics.size(), 1U);
  EXPECT_EQ(row.protected_characteristics[0].mention, "census-L1/2022");
  EXPECT_EQ(row.protected_characteristics[0].statements.size(), 2U);
  EXPECT_EQ(row.records[0].origin, (Origin{"cin.xml", 3}));
}

TEST(Cin, HoldsBackAndMendsAChild) {
  const Read out =
      read(head + child("<CINdetails><CINreferralDate>2021-02-31</CINreferralDate></CINdetails>") + child() + tail);
  ASSERT_TRUE(out.counts) << out.counts.error().message;
  ASSERT_EQ(out.counts->held_back, 1U);
  const HeldBackRow& held = out.sink.held_back[0];
  EXPECT_EQ(held.column, "CINreferralDate");
  EXPECT_THAT(held.raw, HasSubstr("<CINreferralDate>2021-02-31</CINreferralDate>"));
  std::string mended = held.raw;
  mended.replace(mended.find("02-31"), 5, "02-28");
  const auto again = retry(*cin_format(), held, mended);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_TRUE(std::holds_alternative<Accepted>(*again));
  EXPECT_EQ(std::get<Accepted>(*again).records[1].id, "L1/2021-02-28");
  EXPECT_EQ(std::get<Accepted>(*again).records[1].origin, (Origin{"cin.xml", 3}));
  EXPECT_TRUE(std::holds_alternative<HeldBackRow>(*retry(*cin_format(), held, held.raw)));
  EXPECT_FALSE(retry(*cin_format(), held, "<Child>"));
}

void expect_refused(const std::string& text, const char* why) {
  const Read out = read(text);
  ASSERT_FALSE(out.counts) << why;
  EXPECT_EQ(out.counts.error().code, ErrorCode::malformed);
  EXPECT_THAT(out.counts.error().message, HasSubstr("cin.xml, line "));
  EXPECT_THAT(out.counts.error().message, HasSubstr(why));
  EXPECT_TRUE(out.sink.accepted.empty());
  EXPECT_TRUE(out.sink.held_back.empty());
}

TEST(Cin, RefusesFilesThatAreNotACensus) {
  expect_refused("", "empty");
  expect_refused("Id,Day\n1,2\n", "not well-formed");
  expect_refused(std::string("\0\x01\x02\x03", 4), "not well-formed");
  expect_refused("<Other/>", "begins with <Message>");
  expect_refused("<Message><Children><Child/></Children></Message>", "<Children> comes before <Header>");
  expect_refused("<Message/>", "no <Children>");
  expect_refused(
      "<Message><Header><CollectionDetails><Collection>SC</Collection></CollectionDetails></Header></Message>",
      "not a Children in Need census");
}

TEST(Cin, RefusesADocumentTypeAndWithItEveryEntity) {
  const std::string bomb =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE Message [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
      "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>\n";
  expect_refused(bomb + head + child("<CINdetails>&c;</CINdetails>") + tail, "DOCTYPE");
  expect_refused("<!DOCTYPE Message SYSTEM \"file:///etc/passwd\">" + head + child() + tail, "DOCTYPE");
  expect_refused(head + child("<CINdetails>&c;</CINdetails>") + tail, "entity that is not declared");
}

TEST(Cin, AFileCutAnywhereYieldsNothing) {
  const std::string whole = head + child() + child() + tail;
  const std::size_t end = whole.rfind("</Message>") + std::string("</Message>").size();
  for (std::size_t length = 1; length < end; length += 13) {
    const Read out = read(whole.substr(0, length));
    ASSERT_FALSE(out.counts) << length;
    EXPECT_TRUE(out.sink.accepted.empty());
  }
  EXPECT_EQ(read(whole.substr(0, end)).counts->accepted, 2U);
  expect_refused(whole.substr(0, whole.size() / 2), "cut off");
}

TEST(Cin, HoldsBackAChildThatIsTooLongAndRefusesAnEndlessTag) {
  const std::string whole = head + child("<CINdetails>" + std::string(5000, 'x') + "</CINdetails>") + child() + tail;
  Kept sink;
  const auto counts = read_stream(*cin_format(), source_of(whole),
                                  {.file_name = "cin.xml", .max_field_bytes = 2000, .progress = {}}, sink);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->held_back, 1U);
  EXPECT_EQ(counts->accepted, 1U);
  EXPECT_LT(sink.held_back[0].raw.size(), 500U);
  std::string deep = head;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  expect_refused(deep, "deep");
  // A tag of 2 GB that never ends: refused after about a megabyte.
  std::uint64_t given = 0;
  const ByteSource endless = [&](std::span<char> buffer) -> Result<std::size_t> {
    if (given >= 2ULL << 30) return 0;
    std::memset(buffer.data(), 'x', buffer.size());
    if (given == 0) buffer[0] = '<';
    given += buffer.size();
    return buffer.size();
  };
  Kept none;
  const auto refused = read_stream(*cin_format(), endless, {.file_name = "cin.xml", .progress = {}}, none);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("longer than"));
  EXPECT_LT(given, 4U << 20);
}

TEST(Cin, ReadsTheDepartmentsMadeUpCensus) {
  const auto path = std::filesystem::path(WIDER_SOURCE_DIR) / "../shared/standards/cin/fake_CIN_data.xml";
  if (!std::filesystem::exists(path))
    GTEST_SKIP() << path << " is not here: the made-up census of 332 children is not read";
  Kept sink;
  const auto counts = read_file(*cin_format(), path, {.file_name = {}, .progress = {}}, sink);
  ASSERT_TRUE(counts) << counts.error().message;
  std::map<std::string, int> held;
  for (const HeldBackRow& row : sink.held_back) ++held[row.column + ": " + row.reason];
  std::size_t records = 0;
  std::map<std::string, int> issues;
  for (const Accepted& row : sink.accepted) {
    records += row.records.size();
    for (const Record& record : row.records) {
      for (const Issue& issue : record.issues) ++issues[issue.column + ": " + issue.reason];
    }
  }
  std::printf("read %lu, accepted %lu, held back %lu; %zu records\n", counts->read, counts->accepted, counts->held_back,
              records);
  for (const auto& [reason, count] : held) std::printf("  held back %d: %s\n", count, reason.c_str());
  for (const auto& [reason, count] : issues) std::printf("  noted %d: %s\n", count, reason.c_str());
  EXPECT_EQ(counts->read, 332U);
  EXPECT_EQ(counts->read, counts->accepted + counts->held_back);
  EXPECT_EQ(records, 332U + 402U);
}

}  // namespace
}  // namespace wider::intake
