// A CSV file through a mapping: each dialect, and each bad input that must be refused or held back.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstring>
#include <fstream>

#include "intake/csv_reader.hpp"
#include "intake/intake.hpp"

namespace wider::intake {
namespace {

using testing::HasSubstr;

constexpr std::string_view crimes_mapping = R"(
title = "Police: crimes"
agency = "police"
kind = "crime"
dates = ["DD/MM/YYYY", "YYYY-MM-DD", "DD-MMM-YYYY", "DD/MM/YY", "MM/YYYY", "YYYY"]
[record]
id = "CrimeRef"
happened = { from = "Start", to = "End", time = "Time" }
known = "Recorded"
grade = "Grading"
outcome = { column = "Disposal", values = { "NFA" = "no-further-action" }, default = "other", empty = "none" }
code = "Offence"
text = "Seen at {Place}. Told by {Officer}."
[[person]]
role = "victim"
forename = "V forename"
surname = "V surname"
birth_date = "V born"
sex = "V sex"
nhs_number = "V NHS"
[[person]]
role = { column = "P role", values = { "S" = "suspect" }, default = "associate" }
full_name = "P name"
alias = "P alias"
[[thing]]
kind = "vehicle"
role = "used"
id = "VRM"
category = ["Colour", "Make"]
[[protected]]
kind = "ethnicity"
column = "V ethnicity"
person = 1
)";
constexpr std::string_view crimes_header =
    "CrimeRef,Start,End,Time,Recorded,Grading,Disposal,Offence,Place,Officer,V forename,V surname,V born,V sex,V NHS,P "
    "role,"
    "P name,P alias,VRM,Colour,Make,V ethnicity\n";
constexpr std::string_view good_row =
    "C1,03/03/2009,,22:40,05/03/2009,B24,NFA,8/01,Station Road,,Amy,Field,12/04/1995,F,9449305552,S,,Taz,W123 "
    "ABC,silver,"
    "Vectra,W1\n";

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

// Hands out a text in pieces of the given size.
ByteSource source_of(std::string text, std::size_t piece = 7) {
  return [text = std::move(text), piece, at = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t length = std::min({buffer.size(), piece, text.size() - at});
    std::memcpy(buffer.data(), text.data() + at, length);
    at += length;
    return length;
  };
}

FormatPtr format_of(std::string_view toml) {
  auto format = parse_mapping(toml, "test-format");
  EXPECT_TRUE(format.has_value()) << (format ? "" : format.error().message);
  return format.value_or(nullptr);
}

ReadOptions options() {
  return {.file_name = "file.csv", .agency = Agency::police, .progress = {}};
}

struct Read {
  Result<Counts> counts;
  Kept sink;
};
Read read(std::string_view mapping, std::string text, std::size_t piece = 7) {
  Read out;
  out.counts = read_stream(*format_of(mapping), source_of(std::move(text), piece), options(), out.sink);
  if (out.counts) {
    EXPECT_EQ(out.counts->read, out.counts->accepted + out.counts->held_back);
    EXPECT_EQ(out.counts->accepted, out.sink.accepted.size());
    EXPECT_EQ(out.counts->held_back, out.sink.held_back.size());
  }
  return out;
}
Read read_crimes(const std::string& rows) {
  return read(crimes_mapping, std::string(crimes_header) + rows);
}

// A small layout for the dialects.
constexpr std::string_view small_mapping = R"(
agency = "education"
kind = "concern"
[record]
id = "Id"
happened = "Day"
text = "{Note}"
[[person]]
role = "subject"
surname = "Name"
)";

std::string held_reasons(const Read& out) {
  std::string all;
  for (const HeldBackRow& row : out.sink.held_back) all += row.reason + "\n";
  return all;
}

TEST(CsvIntake, MakesARecordOfARow) {
  const Read out = read_crimes(std::string(good_row));
  ASSERT_TRUE(out.counts) << out.counts.error().message;
  ASSERT_EQ(out.counts->accepted, 1U) << held_reasons(out);
  const Record& record = out.sink.accepted[0].records.at(0);
  EXPECT_EQ(record.kind, RecordKind::crime);
  EXPECT_EQ(record.agency, Agency::police);
  EXPECT_EQ(record.id, "C1");
  EXPECT_EQ(to_iso(record.happened.first), "2009-03-03");
  EXPECT_EQ(record.happened.minute, 22 * 60 + 40);
  EXPECT_EQ(to_iso(record.known), "2009-03-05");
  EXPECT_EQ(to_text(record.grade), "B24");
  EXPECT_EQ(record.handling, Handling::originator_only);
  EXPECT_EQ(record.outcome, Outcome::no_further_action);
  EXPECT_EQ(record.text, "Seen at Station Road.");
  ASSERT_EQ(record.people.size(), 2U);
  EXPECT_EQ(record.people[0].forename, "Amy");
  EXPECT_EQ(to_iso(record.people[0].birth_date), "1995-04-12");
  EXPECT_EQ(record.people[0].sex, Sex::female);
  EXPECT_EQ(record.people[1].role, Role::suspect);
  EXPECT_EQ(record.people[1].alias, "Taz");
  ASSERT_EQ(record.things.size(), 1U);
  EXPECT_EQ(record.things[0].category, "silver Vectra");
  EXPECT_TRUE(record.issues.empty());
  EXPECT_EQ(record.origin, (Origin{"file.csv", 2}));
  ASSERT_EQ(out.sink.accepted[0].protected_characteristics.size(), 1U);
  EXPECT_EQ(out.sink.accepted[0].protected_characteristics[0].mention, "crime-C1#1");
}

TEST(CsvIntake, ReadsEverySeparatorEndOfLineAndMark) {
  for (const char separator : {',', ';', '\t', '|'}) {
    for (const char* end : {"\n", "\r\n", "\r"}) {
      for (const char* mark : {"", "\xEF\xBB\xBF"}) {
        for (const std::size_t piece : {1U, 2U, 3U, 1000U}) {
          std::string text = std::string(mark) + "Id,Day,Name,Note" + end + "1,2009-03-03,Field,seen" + end + end +
                             "2,2009-03-04,Hill,\"a \"\"b\"\"\"" + end;
          for (char& c : text) {
            if (c == ',') c = separator;
          }
          const Read out = read(small_mapping, text, piece);
          ASSERT_TRUE(out.counts) << out.counts.error().message;
          ASSERT_EQ(out.counts->accepted, 2U) << held_reasons(out);
          EXPECT_EQ(out.sink.accepted[1].records[0].text, "a \"b\"");
          EXPECT_EQ(out.sink.accepted[1].records[0].origin.row, 4U);
        }
      }
    }
  }
}

TEST(CsvIntake, KeepsLineBreaksAndSeparatorsInQuotes) {
  const Read out =
      read(small_mapping, "Id,Day,Name,Note\n1,2009-03-03,\"Field, A\",\"one\ntwo\"\n2,2009-03-03,Hill,x\n");
  ASSERT_EQ(out.counts->accepted, 2U);
  EXPECT_EQ(out.sink.accepted[0].records[0].people[0].surname, "Field, A");
  EXPECT_EQ(out.sink.accepted[0].records[0].text, "one\ntwo");
  EXPECT_EQ(out.sink.accepted[1].records[0].origin.row, 4U);
}

TEST(CsvIntake, ReadsUtf8Windows1252AndUtf16) {
  const std::string rows = "Id,Day,Name,Note\n1,2009-03-03,Zo\xC3\xAB,x\n2,2009-03-03,Zo\xEB \x96,x\n";
  const Read mixed = read(small_mapping, rows);
  ASSERT_EQ(mixed.counts->accepted, 2U);
  EXPECT_EQ(mixed.sink.accepted[0].records[0].people[0].surname, "Zo\xC3\xAB");
  EXPECT_EQ(mixed.sink.accepted[1].records[0].people[0].surname, "Zo\xC3\xAB \xE2\x80\x93");

  const Read marked = read(small_mapping, "\xEF\xBB\xBF" + rows);
  EXPECT_EQ(marked.counts->accepted, 1U);
  ASSERT_EQ(marked.counts->held_back, 1U);
  EXPECT_THAT(marked.sink.held_back[0].reason, HasSubstr("not valid text"));

  for (const bool big : {false, true}) {
    std::string wide = big ? "\xFE\xFF" : "\xFF\xFE";
    for (const char32_t c : std::u32string_view(U"Id,Day,Name,Note\n1,2009-03-03,Zo\u00EB,\U0001F600\n")) {
      std::u16string units;
      if (c < 0x10000) {
        units = {static_cast<char16_t>(c)};
      } else {
        units = {static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)),
                 static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF))};
      }
      for (const char16_t unit : units) {
        const char high = static_cast<char>(unit >> 8);
        const char low = static_cast<char>(unit & 0xFF);
        wide += big ? high : low;
        wide += big ? low : high;
      }
    }
    const Read out = read(small_mapping, wide, 3);
    ASSERT_TRUE(out.counts) << out.counts.error().message;
    ASSERT_EQ(out.counts->accepted, 1U);
    EXPECT_EQ(out.sink.accepted[0].records[0].people[0].surname, "Zo\xC3\xAB");
    EXPECT_EQ(out.sink.accepted[0].records[0].text, "\xF0\x9F\x98\x80");
  }
}

TEST(CsvIntake, HoldsBackWhatCannotBeARecordAndSaysWhy) {
  struct Case {
    const char* row;
    const char* column;
    const char* reason;
  };
  const Case cases[] = {
      {",2009-03-03,Field,x", "Id", "id is empty"},
      {"1,31/02/2009,Field,x", "Day", "'31/02/2009' is no day of the calendar"},
      {"1,yesterday,Field,x", "Day", "not in a form of date"},
      {"1,2009-03-03,Field", "", "has 3 cells, the header 4"},
      {"1,2009-03-03,Field,x,y", "", "has 5 cells, the header 4"},
      {"1,2009-03-03,\"Field\" A,x", "Name", "text follows a closing quote"},
      {"1,2009-03-03,\"Field,x", "Name", "never closed"},
      {"1,2009-03-03,Fi\x01"
       "eld,x",
       "", "control character"},
  };
  for (const Case& wrong : cases) {
    const Read out = read(small_mapping, std::string("Id,Day,Name,Note\n") + wrong.row + "\n2,2009-03-03,Hill,x\n");
    ASSERT_TRUE(out.counts) << out.counts.error().message;
    ASSERT_EQ(out.counts->held_back, 1U) << wrong.row;
    EXPECT_EQ(out.counts->accepted, 1U) << wrong.row;
    const HeldBackRow& held = out.sink.held_back[0];
    EXPECT_EQ(held.column, wrong.column);
    EXPECT_THAT(held.reason, HasSubstr(wrong.reason));
    EXPECT_FALSE(held.remedy.empty());
    EXPECT_EQ(held.raw, wrong.row);
    EXPECT_EQ(held.header, "Id,Day,Name,Note");
    EXPECT_EQ(held.row, 2U);
    EXPECT_EQ(held.format, "test-format");
  }
}

TEST(CsvIntake, NotesIssuesAndKeepsTheValue) {
  std::string row(good_row);
  row.replace(row.find("9449305552"), 10, "4123456879");
  row.replace(row.find("12/04/1995"), 10, "31/02/1995");
  const Read out = read_crimes(row);
  ASSERT_EQ(out.counts->accepted, 1U);
  const Record& record = out.sink.accepted[0].records[0];
  EXPECT_EQ(record.people[0].nhs_number, "4123456879");
  EXPECT_FALSE(record.people[0].birth_date.known());
  ASSERT_EQ(record.issues.size(), 2U);
  EXPECT_EQ(record.issues[0].column, "V NHS");
  EXPECT_EQ(record.issues[1].column, "V born");
  EXPECT_THAT(record.issues[1].reason, HasSubstr("'31/02/1995' is no day"));
}

TEST(CsvIntake, ABadGradeHoldsTheRowBack) {
  std::string row(good_row);
  row.replace(row.find("B24"), 3, "Z99");
  const Read out = read_crimes(row);
  ASSERT_EQ(out.counts->held_back, 1U);
  EXPECT_EQ(out.sink.held_back[0].column, "Grading");
}

void expect_refused(const std::string& text, const char* why) {
  const Read out = read(small_mapping, text);
  ASSERT_FALSE(out.counts) << why;
  EXPECT_EQ(out.counts.error().code, ErrorCode::malformed);
  EXPECT_THAT(out.counts.error().message, HasSubstr("file.csv"));
  EXPECT_THAT(out.counts.error().message, HasSubstr(why));
  EXPECT_TRUE(out.sink.accepted.empty());
  EXPECT_TRUE(out.sink.held_back.empty());
}

TEST(CsvIntake, RefusesFilesThatAreNotWhatTheyClaim) {
  expect_refused("", "empty");
  expect_refused("\n\n\n", "empty");
  expect_refused("Id,Day,Name\n1,2009-03-03,Field\n", "column 'Note' is missing; the header has Id, Day, Name");
  expect_refused("A,B\n1,2\n", "none of its columns is there");
  expect_refused("Id,Day,Name,Note,Day\n", "column 'Day' is there twice");
  using namespace std::string_literals;  // so that the noughts count
  expect_refused("Id,Day,Name,Note\n1,\0\0\0\0,x,y\n"s, "line 2, character 3: this is a binary file");
  expect_refused("PK\x03\x04whatever", "Excel workbook");
  expect_refused("Id,Day,Name,Note\x01\x02\x03\x04\x05\x06\n", "binary");
}

TEST(CsvIntake, SurvivesALineOfTwoGigabytesWithoutKeepingIt) {
  const std::string start = "Id,Day,Name,Note\n1,2009-03-03,Field,x\n2,2009-03-03,";
  const std::string end = "\n3,2009-03-03,Hill,x\n";
  constexpr std::uint64_t length = 2ULL << 30;
  for (const char* opening : {"", "\""}) {
    const std::string before = start + opening;
    std::uint64_t at = 0;
    const ByteSource source = [&](std::span<char> buffer) -> Result<std::size_t> {
      std::size_t filled = 0;
      while (filled < buffer.size()) {
        const auto rest = std::span(buffer).subspan(filled);
        std::size_t step = 0;
        if (at < before.size()) {
          step = std::min(rest.size(), before.size() - static_cast<std::size_t>(at));
          std::memcpy(rest.data(), before.data() + at, step);
        } else if (at < before.size() + length) {
          step = static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), before.size() + length - at));
          std::memset(rest.data(), 'x', step);
        } else {
          const auto past = static_cast<std::size_t>(at - before.size() - length);
          step = std::min(rest.size(), end.size() - past);
          std::memcpy(rest.data(), end.data() + past, step);
        }
        if (step == 0) break;
        filled += step;
        at += step;
      }
      return filled;
    };
    Kept sink;
    const auto counts = read_stream(*format_of(small_mapping), source, options(), sink);
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(counts->read, 3U);
    EXPECT_EQ(counts->accepted, 2U);
    ASSERT_EQ(sink.held_back.size(), 1U);
    EXPECT_THAT(sink.held_back[0].reason, HasSubstr("bytes long"));
    EXPECT_LT(sink.held_back[0].raw.size(), 1000U);
    EXPECT_EQ(sink.accepted[1].records[0].origin.row, 4U);
  }
}

TEST(CsvIntake, AQuoteThatIsNeverClosedCostsItsOwnLineAlone) {
  std::string text = "Id,Day,Name,Note\n1,2009-03-03,\"Field,x\n";
  for (int i = 2; i < 50'000; ++i) text += std::to_string(i) + ",2009-03-03,Hill,seen in the street and in the park\n";
  const Read out = read(small_mapping, text, 1 << 16);
  ASSERT_TRUE(out.counts) << out.counts.error().message;
  EXPECT_EQ(out.counts->held_back, 1U);
  EXPECT_EQ(out.counts->accepted, 49'998U);
}

// Each line leaves a quote open whether it is read from inside or from outside one, and the second never closes:
// without a limit, every line would be searched to the most that a row may hold.
TEST(CsvIntake, QuotesBrokenEverywhereCostTimeInProportion) {
  std::string text = "Id,Day,Name,Note\n";
  for (int i = 0; i < 300; ++i) text += "\"" + std::string(200'000, 'x') + "\n";
  for (int i = 0; i < 100'000; ++i) text += "1,\"\"\"\",\"\"\",\"\"\"\n";
  const Read out = read(small_mapping, text, 1 << 16);
  ASSERT_TRUE(out.counts) << out.counts.error().message;
  EXPECT_GE(out.counts->read, 50'000U);
}

TEST(CsvIntake, ReadFileChecksTheFileAndNamesIt) {
  const auto folder = std::filesystem::temp_directory_path() / "wider_intake_test";
  std::filesystem::create_directories(folder);
  const auto path = folder / "concerns.csv";
  std::ofstream(path) << "Id,Day,Name,Note\n1,2009-03-03,Field,x\n";
  Kept sink;
  const auto format = format_of(small_mapping);
  const auto counts = read_file(*format, path, {.file_name = {}, .progress = {}}, sink);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(counts->accepted, 1U);
  EXPECT_EQ(sink.accepted[0].records[0].origin.file, "concerns.csv");
  const auto missing = read_file(*format, folder / "none.csv", {.file_name = {}, .progress = {}}, sink);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::not_found);
  EXPECT_FALSE(read_file(*format, folder, {.file_name = {}, .progress = {}}, sink));
  std::filesystem::remove_all(folder);
}

TEST(CsvIntake, MendsAHeldBackRow) {
  const Read out = read(small_mapping, "Id;Day;Name;Note\n1;31/02/2009;Field;x\n");
  ASSERT_EQ(out.counts->held_back, 1U);
  const HeldBackRow& held = out.sink.held_back[0];
  const auto format = format_of(small_mapping);
  const auto again = retry(*format, held, "1;30/02/2009;Field;x");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_THAT(std::get<HeldBackRow>(*again).reason, HasSubstr("30/02/2009"));
  EXPECT_EQ(std::get<HeldBackRow>(*again).row, 2U);
  const auto mended = retry(*format, held, "1;28/02/2009;Field;x");
  ASSERT_TRUE(mended) << mended.error().message;
  const Record& record = std::get<Accepted>(*mended).records.at(0);
  EXPECT_EQ(to_iso(record.happened.first), "2009-02-28");
  EXPECT_EQ(record.origin, (Origin{"file.csv", 2}));
  EXPECT_FALSE(retry(*format, held, "1;28/02/2009;Field;x\n2;28/02/2009;Hill;x"));
  EXPECT_FALSE(retry(*format, held, ""));
}

TEST(CsvIntake, AHeldBackRowSurvivesItsEncoding) {
  const HeldBackRow row{Agency::health, "f", "a.csv", 7, "Born", "why", "how", "1,\"x\ny\"", "Id,Born"};
  const auto decoded = decode_held_back(encode(row));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, row);
  EXPECT_FALSE(decode_held_back("\x01\x05"));
}

// Invariant 1: whatever stands in the cells, every row written is accepted or held back, and none is lost.
RC_GTEST_PROP(CsvIntakeProperty, EveryRowWrittenIsAccountedFor, ()) {
  const auto rows =
      *rc::gen::container<std::vector<std::vector<std::string>>>(rc::gen::container<std::vector<std::string>>(
          4, rc::gen::container<std::string>(
                 rc::gen::element('a', '1', '"', ',', '\n', '\r', ' ', '/', '\xC3', '\x01', '{'))));
  std::string text = "Id,Day,Name,Note\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      text += '"';
      for (const char c : row[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    text += '\n';
  }
  Kept sink;
  const auto piece = *rc::gen::inRange<std::size_t>(1, 50);
  const auto counts = read_stream(*format_of(small_mapping), source_of(text, piece), options(), sink);
  if (!counts) {  // so many control characters that the file is no text
    RC_ASSERT(sink.accepted.empty() && sink.held_back.empty());
    return;
  }
  RC_ASSERT(counts->read == rows.size());
  RC_ASSERT(counts->read == sink.accepted.size() + sink.held_back.size());
}

// Whatever bytes come, every line of the file lies in a row or is blank, and the rows do not depend on how the bytes
// are cut into pieces and blocks.
RC_GTEST_PROP(CsvIntakeProperty, EveryByteBelongsToARow, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::element('a', '"', '"', ',', '\n', '\r', ' '));
  const auto most = *rc::gen::inRange<std::uint64_t>(1, 40);
  std::vector<std::string> first;
  for (const bool again : {false, true}) {
    const auto piece = *rc::gen::inRange<std::size_t>(1, 20);
    const auto block = *rc::gen::inRange<std::size_t>(8, 60);
    CsvReader reader(source_of(text, piece), {.max_row_bytes = most, .block_bytes = block});
    std::size_t ink = 0;
    std::vector<std::string> rows;
    CsvRow row;
    while (*reader.next(row)) {
      ink += static_cast<std::size_t>(row.bytes);
      rows.push_back(
          fmt::format("{} {} {} {} {}", row.line, row.bytes, static_cast<int>(row.problem), row.problem_cell, row.raw));
      for (const std::string_view cell : row.cells) rows.back().append("|").append(cell);
    }
    std::size_t all = 0;
    for (const char c : text) all += c != '\n' && c != '\r' && c != ' ' ? 1 : 0;
    RC_ASSERT(ink >= all);
    RC_ASSERT(ink <= text.size());
    if (again) RC_ASSERT(rows == first);
    first = std::move(rows);
  }
}

}  // namespace
}  // namespace wider::intake
