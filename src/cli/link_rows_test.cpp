#include "cli/link_rows.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"
#include "cli/link_columns.hpp"

namespace wider::cli {
namespace {

// The reference: a reader of one row after another, as plain as can be.
class NaiveReader {
 public:
  NaiveReader(std::string_view text, char separator) : text_(text), separator_(separator) {}
  [[nodiscard]] std::uint64_t line() const { return line_; }
  bool next(std::vector<std::string>& fields) {
    if (at_ >= text_.size()) return false;
    fields.clear();
    line_ = next_line_;
    bool more = true;
    while (more) {
      fields.emplace_back();
      more = field(fields.back());
    }
    return true;
  }
  bool broken = false;

 private:
  static std::string_view trimmed(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
  }
  bool field(std::string& into) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
    if (at_ < text_.size() && text_[at_] == '"') quoted(into);
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    into += trimmed(text_.substr(from, at_ - from));
    if (at_ >= text_.size()) return false;
    const bool more = text_[at_] == separator_;
    if (!more) ++next_line_;
    ++at_;
    return more;
  }
  void quoted(std::string& into) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return;
        }
        ++at_;
      } else if (text_[at_] == '\n') {
        ++next_line_;
      }
      into += text_[at_];
    }
    broken = true;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t next_line_ = 1;
};

struct NaiveRows {
  std::vector<std::vector<std::string>> rows;
  std::string error;  // without the path
};

NaiveRows read_naive(const std::string& text) {
  NaiveRows read;
  NaiveReader reader(text, ',');
  std::vector<std::string> header, fields;
  if (!reader.next(header)) return {{}, "the file is empty; give one with a line of column names and rows."};
  while (reader.next(fields)) {
    if (reader.broken)
      return {{}, fmt::format("row {}: a quoted field is not closed; end it with a quotation mark.", reader.line())};
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != header.size())
      return {{},
              fmt::format("row {}: {} fields where the header has {}; put a field with a separator in it in quotes.",
                          reader.line(), fields.size(), header.size())};
    if (fields[0].empty())
      return {{}, fmt::format("row {}, column id: the id is empty; each row needs its own.", reader.line())};
    for (const auto& row : read.rows) {
      if (row[0] == fields[0])
        return {{},
                fmt::format("row {}, column id: the id stands in row {} already; ids must be unique in a file: take "
                            "the row out or give it another.",
                            reader.line(), row.back())};
    }
    fields.push_back(std::to_string(reader.line()));
    read.rows.push_back(fields);
  }
  if (read.rows.empty()) return {{}, "there is a header and no row; give a file with rows."};
  return read;
}

class Written {
 public:
  explicit Written(const std::string& text, const std::string& name = "")
      : path((std::filesystem::temp_directory_path() / ("wider-csv-" + std::to_string(::getpid()) + name + ".csv"))
                 .string()) {
    std::ofstream(path, std::ios::binary) << text;
  }
  ~Written() { std::filesystem::remove(path); }
  Written(const Written&) = delete;
  Written& operator=(const Written&) = delete;
  std::string path;
};

// A text of rows with quotes, line ends in quotes, blanks, stray quotes, and now and then a fault.
std::string any_text(Random& numbers) {
  const bool faulty = numbers.chance(.5);
  std::string text = numbers.chance(.1) ? "\xEF\xBB\xBF" : "";
  text += "id, forename,surname , \"address\",dob,sex\n";
  const auto value = [&]() -> std::string {
    static constexpr const char* some[] = {"",
                                           "Anna",
                                           " Bo ",
                                           "\"Smith, Jones\"",
                                           "\"a \"\"b\"\" c\"",
                                           "5\" pipe",
                                           "\"line\nend\"",
                                           "\" x\" y",
                                           "\"\"",
                                           "\xC3\xA9t\xC3\xA9\r",
                                           "\"\"\"q\"\"\""};
    return some[numbers.below(11)];
  };
  const auto rows = numbers.between(0, 60);
  for (int r = 0; r < rows; ++r) {
    if (numbers.chance(.05)) text += numbers.chance(.5) ? "\n" : " \r\n";
    const std::string id = faulty && numbers.chance(.02) ? "" : std::to_string(faulty ? numbers.below(2000) : r);
    text += numbers.chance(.1) ? "\"R" + id + "\"" : (id.empty() ? "" : "R" + id);
    const int fields = faulty && numbers.chance(.01) ? 4 : 5;
    for (int f = 0; f < fields; ++f) text += "," + value();
    if (faulty && numbers.chance(.01)) text += "\"";
    text += numbers.chance(.2) ? "\r\n" : "\n";
  }
  if (faulty && numbers.chance(.2)) text += "R9999,\"never closed,\n a\nb";
  if (numbers.chance(.3) && !text.empty()) text.pop_back();
  return text;
}

TEST(LinkRowsProperty, ChunksAndThreadsReadWhatReadingRowByRowReads) {
  int wrong = 0, right = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Random numbers(seed);
    const std::string text = any_text(numbers);
    const bool mark = text.starts_with("\xEF\xBB\xBF");
    const NaiveRows wanted = read_naive(mark ? text.substr(3) : text);
    const Written file(text);
    for (const std::size_t chunk : {std::size_t{1}, std::size_t{37}, std::size_t{400}, std::size_t{1} << 20}) {
      LinkPlan plan;
      plan.id_column = "id";
      plan.threads = 1 + static_cast<unsigned>(seed % 3);
      plan.chunk_bytes = chunk;
      const auto read = read_link_rows({file.path}, plan);
      if (!wanted.error.empty()) {
        ++wrong;
        ASSERT_FALSE(read.has_value()) << "seed " << seed << ", chunks of " << chunk;
        const bool with_row = wanted.error.starts_with("row");
        ASSERT_EQ(read.error().message, file.path + (with_row ? ", " : ": ") + wanted.error)
            << "seed " << seed << ", chunks of " << chunk;
        continue;
      }
      ++right;
      ASSERT_TRUE(read.has_value()) << read.error().message << " seed " << seed << ", chunks of " << chunk;
      ASSERT_EQ(read->input.rows.size(), wanted.rows.size());
      for (std::size_t r = 0; r < wanted.rows.size(); ++r) {
        const auto& row = read->input.rows[r];
        const auto text_of = [&](linkage::Attribute attribute) {
          return std::string(read->strings->view(row.value[static_cast<std::size_t>(attribute)]));
        };
        ASSERT_EQ(read->ids[0][r], wanted.rows[r][0]);
        ASSERT_EQ(text_of(linkage::Attribute::forename), wanted.rows[r][1]) << "seed " << seed;
        ASSERT_EQ(text_of(linkage::Attribute::surname), wanted.rows[r][2]);
        ASSERT_EQ(text_of(linkage::Attribute::address), wanted.rows[r][3]);
      }
    }
  }
  EXPECT_GT(wrong, 300);
  EXPECT_GT(right, 300);
}

TEST(LinkRows, SeveralFilesShareOnePoolAndEachHasItsOwnSource) {
  const std::string text = "id;name;housenumber;street;sex\n1;Ann Marsh;12;Mill Road;f\n2;Bo;;Mill Road;M\n";
  const Written file(text), other(text, "-other");
  LinkPlan plan;
  plan.id_column = "id";
  plan.threads = 2;
  const auto read = read_link_rows({file.path, other.path}, plan);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  ASSERT_EQ(read->input.rows.size(), 4U);
  EXPECT_EQ(read->input.rows[3].source, 1);
  EXPECT_EQ(read->input.rows[0].value, read->input.rows[2].value);
  const auto address = static_cast<std::size_t>(linkage::Attribute::address);
  EXPECT_EQ(read->strings->view(read->input.rows[0].value[address]), "12 Mill Road");
  EXPECT_EQ(read->strings->view(read->input.rows[1].value[address]), "Mill Road");
  EXPECT_EQ(read->input.rows[0].sex, Sex::female);
}

TEST(LinkRows, AFileThatWritesTheMonthFirstIsReadSo) {
  const auto born = [](const std::string& rows) {
    const Written file("id,surname,dob\n" + rows);
    LinkPlan plan;
    plan.id_column = "id";
    plan.chunk_bytes = 8;
    const auto read = read_link_rows({file.path}, plan);
    EXPECT_TRUE(read.has_value());
    std::vector<std::string> dates;
    for (const linkage::Row& row : read->input.rows) dates.push_back(to_iso(row.birth_date));
    dates.push_back(read->columns.back());
    return dates;
  };
  using Dates = std::vector<std::string>;
  EXPECT_EQ(born("1,Marsh,05/06/1994\n2,Reed,09/29/1994\n"),
            (Dates{"1994-05-06", "1994-09-29", "birth_date ← dob (read month first)"}));
  EXPECT_EQ(born("1,Marsh,05061994\n2,Reed,09291994\n3,Hill,19940506\n"),
            (Dates{"1994-05-06", "1994-09-29", "1994-05-06", "birth_date ← dob (read month first)"}));
  EXPECT_EQ(born("1,Marsh,05/06/1994\n2,Reed,29/09/1994\n"), (Dates{"1994-06-05", "1994-09-29", "birth_date ← dob"}));
  // One date the wrong way round is read in the only way there is, and says nothing of the others.
  EXPECT_EQ(born("1,Marsh,05/06/1994\n2,Reed,29/09/1994\n3,Hill,12/31/1990\n4,Ash,13/05/1990\n"),
            (Dates{"1994-06-05", "1994-09-29", "1990-12-31", "1990-05-13", "birth_date ← dob"}));
}

TEST(LinkColumns, DatesLeaveWhatCanBeRead) {
  const auto read = [](std::string_view text) { return to_iso(read_birth_date(text)); };
  EXPECT_EQ(read("07 May 1990"), "1990-05-07");
  EXPECT_EQ(read("07-May-1990"), "1990-05-07");
  EXPECT_EQ(read("01/00/1990"), "1990");
  EXPECT_EQ(read("07/Mai/1990"), "1990");
  EXPECT_EQ(read("05/31/1990"), "1990-05-31");
  EXPECT_EQ(read("32/05/1990"), "1990-05");
  EXPECT_EQ(read("99/05/1990"), "1990-05");
  EXPECT_EQ(read("1990-05-07T00:00:00"), "1990-05-07");
  EXPECT_EQ(read("19901340"), "1990");
}

TEST(LinkRows, NamesAndDatesMayStandInParts) {
  const Written file(
      "id,fname_c1,fname_c2,lname_c1,lname_c2,by,bm,bd\n1,Carsten,,Meier,,1949,7,22\n2,Gerd,Uwe,Bauer,Horn,1968,7,\n"
      "3,Ute,,Horn,,,2,3\n");
  LinkPlan plan;
  plan.id_column = "id";
  plan.columns = {{"forename", "fname_c1"}, {"forename", "fname_c2"}, {"surname", "lname_c1"}, {"surname", "lname_c2"},
                  {"birth_year", "by"},     {"birth_month", "bm"},    {"birth_day", "bd"}};
  const auto read = read_link_rows({file.path}, plan);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  const auto value = [&](std::size_t row, linkage::Attribute attribute) {
    return read->strings->view(read->input.rows[row].value[static_cast<std::size_t>(attribute)]);
  };
  EXPECT_EQ(value(0, linkage::Attribute::forename), "Carsten");
  EXPECT_EQ(value(1, linkage::Attribute::forename), "Gerd Uwe");
  EXPECT_EQ(value(1, linkage::Attribute::surname), "Bauer Horn");
  EXPECT_EQ(to_iso(read->input.rows[0].birth_date), "1949-07-22");
  EXPECT_EQ(to_iso(read->input.rows[1].birth_date), "1968-07");
  EXPECT_FALSE(read->input.rows[2].birth_date.known());
  // Recognised where no column has the whole date.
  const Written parts("id,surname,birth_year,birth_month,birth_day\n1,Marsh,1994,5,6\n");
  plan.columns.clear();
  const auto recognised = read_link_rows({parts.path}, plan);
  ASSERT_TRUE(recognised.has_value()) << recognised.error().message;
  EXPECT_EQ(to_iso(recognised->input.rows[0].birth_date), "1994-05-06");
  const Written both("id,surname,birth_year,birth_date\n1,Marsh,1990,1994-05-06\n");
  EXPECT_EQ(to_iso(read_link_rows({both.path}, plan)->input.rows[0].birth_date), "1994-05-06");
}

TEST(LinkRows, TheTruthIsGivenBesideTheRowsAndNotReadAsAnAttribute) {
  const Written file("id,surname,alias\n1,Marsh,P1\n2,Reed,\"P \"\"2\"\"\"\n3,Hill,\n");
  LinkPlan plan;
  plan.id_column = "id";
  plan.truth_column = "alias";
  plan.chunk_bytes = 8;
  const auto read = read_link_rows({file.path}, plan);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->truth, (std::vector<std::string_view>{"P1", "P \"2\"", ""}));
  for (const auto& row : read->input.rows)
    EXPECT_EQ(row.value[static_cast<std::size_t>(linkage::Attribute::alias)], 0U);
}

TEST(LinkRows, SaysWhatIsWrongWithAFile) {
  LinkPlan plan;
  plan.id_column = "id";
  const auto says = [&](const std::string& text) {
    const Written file(text);
    const auto read = read_link_rows({file.path}, plan);
    return read ? std::string("nothing") : read.error().message.substr(file.path.size());
  };
  EXPECT_EQ(says(""), ": the file is empty; give one with a line of column names and rows.");
  EXPECT_EQ(says(std::string("id,name\n1,a\0b\n", 14)), ": this is not a text file; save it as CSV.");
  EXPECT_NE(says("no,name\n1,a\n").find("there is no column id (--id)"), std::string::npos);
  plan.columns = {{"surname", "family"}};
  EXPECT_NE(says("id,name,family\n1,a,\n2,b,\n").find("column family (--column surname=family) is empty in every row"),
            std::string::npos);
  plan.columns.clear();
  plan.truth_column = "person";
  EXPECT_NE(says("id,name\n1,a\n").find("there is no column person (--truth)"), std::string::npos);
  EXPECT_NE(says("id,name,person\n1,a,\n").find("column person (--truth) is empty in every row"), std::string::npos);
  EXPECT_FALSE(read_link_rows({"/nowhere/at/all.csv"}, plan).has_value());
}

}  // namespace
}  // namespace wider::cli
