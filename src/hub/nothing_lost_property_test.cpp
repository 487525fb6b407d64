// Invariant 1, for every shipped layout and the Children in Need census: whatever stands in a file's rows, each row
// read is in the ledger as the records it says or as a held-back row with its reason, word for word as it came; the
// counts add up; and the file a second time adds nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <variant>

#include "base/testing/property.hpp"
#include "hub/data.hpp"
#include "hub/taking_in.hpp"
#include "hub/testing/small_town.hpp"
#include "intake/mapping.hpp"
#include "ledger/testing/test_place.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

using intake::HeldBackRow;
using intake::Slot;
using ledger::EntryKind;
using testing::TemporaryFolder;
using Texts = std::vector<std::string>;

struct WrittenRow {
  std::string text;  // as it stands in the file, without the line end
  std::uint64_t line = 0;
};
struct WrittenFile {
  std::string header;  // as a held-back row names it
  std::string bytes;
  std::vector<WrittenRow> rows;
};

std::uint64_t line_ends(const std::string& text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

std::string one_of(const Texts& texts) {
  return *rc::gen::elementOf(texts);
}
bool one_in(int many) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, many)) == 0;
}
std::size_t how_many(std::size_t most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, most + 1));
}

const Texts dates = {"03/03/2009", "2009-03-03", "14-Jun-2009", "29/02/2008", "2009-12-31", "12/2009"};
const Texts anything = {"",           "",           "03/03/2009", "2009-03-03", "31/02/2009", "yesterday",
                        "22:40",      "25:61",      "9449305552", "4123456",    "O'Neill",    " x ",
                        "Z99",        "B24",        "1",          "Y",          "a,b;c|d\te", "H801200001001",
                        "say \"so\"", "two\nlines", "WB6 7LM",    "W123 ABC",   "N17",        "seen in the park"};

// ---- rows of a mapping ----

// What would do in each column, so that not every row is held back.
std::map<Slot, Texts> what_would_do(const intake::Mapping& mapping) {
  std::map<Slot, Texts> good;
  const auto offer = [&](const intake::Value& value, const Texts& texts) {
    for (const Slot slot : value.slots) good[slot].insert(good[slot].end(), texts.begin(), texts.end());
  };
  const auto offer_keys = [&](const intake::Value& value) {
    for (const auto& [key, said] : value.values) offer(value, {key});
  };
  const auto offer_choice = [&](const auto& choice) {
    for (const auto& [key, said] : choice.values) offer(choice.source, {key});
  };
  Texts days = dates;
  std::erase_if(days, [&](const std::string& day) { return !mapping.dates.read(day).date.known(); });
  offer(mapping.id, {"N17", "N18", "N19", "X/1", "X/2"});
  for (const intake::Value* date :
       {&mapping.happened.from, &mapping.happened.to, &mapping.known, &mapping.outcome_date})
    offer(*date, days);
  offer(mapping.happened.time, {"22:40", ""});
  offer(mapping.grade, {"", "B24"});
  offer_choice(mapping.outcome);
  offer_choice(mapping.source_agency);
  for (const auto& [member, value] : mapping.texts) offer_keys(value);
  for (const auto& person : mapping.people) {
    offer(person.birth_date, days);
    offer_choice(person.role);
    offer_choice(person.sex);
    for (const auto& [member, value] : person.texts) offer_keys(value);
  }
  for (const auto& thing : mapping.things) {
    offer_choice(thing.kind);
    offer_choice(thing.role);
  }
  return good;
}

std::string written_cell(const std::string& cell, char delimiter) {
  if (cell.find_first_of("\"\n") == std::string::npos && cell.find(delimiter) == std::string::npos && !one_in(5))
    return cell;
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string any_row(const intake::Mapping& mapping, const std::map<Slot, Texts>& good, char delimiter) {
  Texts cells;
  for (std::size_t slot = 0; slot < mapping.columns.size(); ++slot) {
    const auto would_do = good.find(static_cast<Slot>(slot));
    cells.push_back(would_do != good.end() && !would_do->second.empty() && !one_in(20) ? one_of(would_do->second)
                                                                                       : one_of(anything));
  }
  enum Damage { cell_too_many, cell_too_few, text_after_quote, control_character };
  std::optional<Damage> damage;
  if (one_in(6)) damage = *rc::gen::element(cell_too_many, cell_too_few, text_after_quote, control_character);
  if (damage) {
    // A row that cannot be split is one line of the file.
    for (std::string& cell : cells) std::ranges::replace(cell, '\n', ' ');
  }
  if (damage == cell_too_many) cells.emplace_back("y");
  if (damage == cell_too_few) cells.pop_back();
  std::string text;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) text += delimiter;
    text += written_cell(cell, delimiter);
  }
  if (damage == text_after_quote) text += " \"so\" he said\"";
  if (damage == control_character) text += '\x01';
  // Without anything in it a line is no row.
  return text.find_first_not_of(" \"") == std::string::npos ? "N1" + text : text;
}

WrittenFile any_file_of(const intake::Mapping& mapping) {
  const char delimiter = mapping.delimiter == 0 ? ',' : mapping.delimiter;
  const auto good = what_would_do(mapping);
  WrittenFile file;
  for (const std::string& column : mapping.columns) {
    if (&column != &mapping.columns.front()) file.header += delimiter;
    file.header +=
        column.find_first_of(std::string("\"") + delimiter) == std::string::npos ? column : "\"" + column + "\"";
  }
  file.bytes = file.header + "\n";
  for (std::size_t more = how_many(12); more > 0; --more) {
    if (!file.rows.empty() && one_in(8)) {
      file.rows.push_back({one_of({file.rows.front().text, file.rows.back().text}), 0});  // sent twice
    } else {
      file.rows.push_back({any_row(mapping, good, delimiter), 0});
    }
    if (one_in(6)) file.bytes += "\n";  // a blank line
    file.rows.back().line = 1 + line_ends(file.bytes);
    file.bytes += file.rows.back().text + "\n";
  }
  return file;
}

// ---- children of the census ----

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}
std::string element(const std::string& name, const std::string& inside) {
  return "<" + name + ">" + inside + "</" + name + ">";
}
// Now and then it is not there.
std::string any_element(const std::string& name, const Texts& texts) {
  if (one_in(15)) return "";
  return element(name, escaped(one_in(10) ? one_of(anything) : one_of(texts)));
}

std::string any_child() {
  const Texts days = {"2021-05-06", "2021-06-07", "06/05/2021"};
  std::string inside =
      element("ChildIdentifiers",
              any_element("LAchildID", {"L1", "L2", "L&3", "L<4>"}) + any_element("UPN", {"H801200001001", ""}) +
                  any_element("PersonBirthDate", {"2010-02-03", "2011-12-31"}) + any_element("Sex", {"F", "M", "U"}));
  if (!one_in(4))
    inside += element("ChildCharacteristics", any_element("Ethnicity", {"WBRI"}) +
                                                  element("Disabilities", any_element("Disability", {"HEAR"})));
  for (std::size_t more = how_many(3); more > 0; --more) {
    inside += element("CINdetails",
                      any_element("CINreferralDate", days) + any_element("ReferralSource", {"3E", "6", "1C"}) +
                          any_element("PrimaryNeedCode", {"N1"}) + any_element("CINclosureDate", days) +
                          any_element("ReasonForClosure", {"RC7", "RC8"}) + any_element("ReferralNFA", {"true", "0"}));
  }
  return "<Child>" + inside + "</Child>";
}

WrittenFile any_census() {
  const std::string header =
      "<Header><CollectionDetails><Collection>CIN</Collection><Year>2022</Year><ReferenceDate>2022-03-31</"
      "ReferenceDate>"
      "</CollectionDetails></Header>";
  WrittenFile file;
  file.header = "<Message>" + header;
  file.bytes = "<?xml version=\"1.0\"?>\n" + file.header + "<Children>\n";
  for (std::size_t more = how_many(10); more > 0; --more) {
    file.rows.push_back(
        {!file.rows.empty() && one_in(8) ? file.rows.front().text : any_child(), 1 + line_ends(file.bytes)});
    file.bytes += file.rows.back().text + "\n";
  }
  file.bytes += "</Children></Message>\n";
  return file;
}

// ---- what must hold ----

struct InLedger {
  std::multimap<std::uint64_t, HeldBackRow> held;         // by line
  std::multimap<std::uint64_t, std::string> of_line;      // what records say, by the line they came from
  std::set<std::string> all;                              // what records say
  std::set<std::pair<std::string, std::string>> reasons;  // of held-back rows: the row, its reason
};

InLedger read_back(ledger::Ledger& ledger, const std::string& file_name) {
  InLedger found;
  const auto read = ledger.read_range(1, ledger.size(), [&](const ledger::Entry& entry) {
    if (entry.header.kind == EntryKind::held_back) {
      const auto row = intake::decode_held_back(entry.body);
      RC_ASSERT(row.has_value());
      RC_ASSERT(row->file == file_name);
      found.held.emplace(row->row, *row);
      found.reasons.emplace(row->raw, row->reason);
    }
    if (entry.header.kind == EntryKind::record) {
      const auto record = decode_record(entry.body);
      RC_ASSERT(record.has_value());
      RC_ASSERT(record->origin.file == file_name);
      found.of_line.emplace(record->origin.row, encode_content(*record));
      found.all.insert(encode_content(*record));
    }
    return true;
  });
  RC_ASSERT(read.has_value());
  return found;
}

struct Tally {
  int accepted = 0;
  int held_back = 0;
  int again = 0;
};

// The row alone, read as somebody who mends it would have it read: what it has to say.
void must_be_accounted_for(const intake::Format& format, const WrittenFile& file, const WrittenRow& row,
                           const HeldBackRow& as_held, const InLedger& found, Tally& tally) {
  const auto held = found.held.equal_range(row.line);
  if (held.first != held.second) {
    RC_ASSERT(std::distance(held.first, held.second) == 1);
    const HeldBackRow& there = held.first->second;
    RC_ASSERT(there.raw == row.text);  // as it came
    RC_ASSERT(there.header == file.header);
    RC_ASSERT(!there.reason.empty() && !there.remedy.empty());
    RC_ASSERT(found.of_line.count(row.line) == 0U);
    ++tally.held_back;
    return;
  }
  const auto alone = intake::retry(format, as_held, row.text);
  if (!alone || std::holds_alternative<HeldBackRow>(*alone)) {
    // Held back once, it is not held back again.
    RC_ASSERT(std::ranges::any_of(found.reasons, [&](const auto& one) { return one.first == row.text; }));
    ++tally.again;
    return;
  }
  const auto& records = std::get<intake::Accepted>(*alone).records;
  RC_ASSERT(!records.empty());
  bool news = false;
  for (const Record& record : records) {
    RC_ASSERT(found.all.contains(encode_content(record)));
    const auto [first, last] = found.of_line.equal_range(row.line);
    news = news || std::any_of(first, last, [&](const auto& one) { return one.second == encode_content(record); });
  }
  ++(news ? tally.accepted : tally.again);
}

Tally all_is_accounted_for(const Submission& whose, const WrittenFile& file) {
  const TemporaryFolder folder;
  Submission submission = whose;
  submission.file = folder.path / "file";
  std::ofstream(submission.file, std::ios::binary) << file.bytes;
  auto ledger = ledger::Ledger::create(ledger::testing_support::place_in(folder.path / "hub"), {});
  RC_ASSERT(ledger.has_value());
  Known known = Known::of(**ledger).value();
  const auto report = take_in(**ledger, known, std::span(&submission, 1), {});
  if (!report) RC_FAIL(report.error().message);
  RC_ASSERT(report->read == file.rows.size());
  RC_ASSERT(report->read == report->accepted + report->held_back + report->already_had);

  const InLedger found = read_back(**ledger, "file");
  HeldBackRow as_held;
  as_held.agency = submission.agency;
  as_held.format = submission.format_name;
  as_held.file = "file";
  as_held.header = file.header;
  Tally tally;
  for (const WrittenRow& row : file.rows) {
    as_held.row = row.line;
    as_held.raw = row.text;
    must_be_accounted_for(*submission.format, file, row, as_held, found, tally);
  }
  RC_ASSERT(report->held_back == static_cast<std::uint64_t>(tally.held_back));
  // A row whose records are all there and whose protected characteristics are new counts as accepted.
  RC_ASSERT(report->accepted >= static_cast<std::uint64_t>(tally.accepted));
  RC_ASSERT(report->accepted + report->already_had == static_cast<std::uint64_t>(tally.accepted + tally.again));

  const std::uint64_t entries = (*ledger)->size();
  const auto again = take_in(**ledger, known, std::span(&submission, 1), {});
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->read == file.rows.size());
  RC_ASSERT(again->already_had == file.rows.size());
  RC_ASSERT((*ledger)->size() == entries);
  return tally;
}

// Both kinds of rows came up, so that the statement was put to the test.
void holds_for(const std::string& format_name, const std::function<WrittenFile()>& any_file) {
  const auto format = shipped_format(format_name);
  ASSERT_TRUE(format.has_value()) << format.error().message;
  const Submission whose{intake::describe(**format).agency, *format, format_name, {}, {}};
  Tally sum;
  holds_in(25, [&] {
    const Tally tally = all_is_accounted_for(whose, any_file());
    sum.accepted += tally.accepted;
    sum.held_back += tally.held_back;
    sum.again += tally.again;
  });
  printf("  %s: %d rows accepted, %d held back, %d came twice\n", format_name.c_str(), sum.accepted, sum.held_back,
         sum.again);
  EXPECT_GT(sum.accepted, 10) << format_name;
  EXPECT_GT(sum.held_back, 10) << format_name;
}

TEST(NothingLost, OfAnyRowsOfAnyShippedLayout) {
  std::size_t layouts = 0;
  for (const intake::FormatName& format : shipped_formats()) {
    const std::string* text = shipped_mapping(format.name);
    if (text == nullptr) continue;  // the census, below
    const auto mapping = intake::parse_mapping_toml(*text, format.name);
    ASSERT_TRUE(mapping.has_value());
    holds_for(format.name, [&] { return any_file_of(*mapping); });
    ++layouts;
  }
  EXPECT_EQ(layouts + 1, shipped_formats().size());
}

TEST(NothingLost, OfAnyChildrenOfTheCensus) {
  holds_for("cin", any_census);
}

}  // namespace
}  // namespace wider::hub
