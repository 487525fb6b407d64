// Several files taken in as one stream: their order in the ledger, a file that fails among them, and a second try.
#include "hub/taking_in.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include "intake/format.hpp"
#include "ledger/testing/test_place.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

namespace fs = std::filesystem;
using ledger::EntryKind;

constexpr const char* mapping =
    "title = \"Test\"\nagency = \"police\"\nkind = \"stop\"\ndates = [\"DD/MM/YYYY\"]\n[record]\nid = \"Ref\"\n"
    "happened = \"Day\"\n[[person]]\nrole = \"subject\"\nsurname = \"Surname\"\n";

class TakingInTest : public ::testing::Test {
 protected:
  TakingInTest() {
    std::string pattern = (fs::temp_directory_path() / "wider-taking-in-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    ledger_ = ledger::Ledger::create(ledger::testing_support::place_in(folder_ / "hub"), {}).value();
    format_ = intake::parse_mapping(mapping, "police-stops").value();
  }
  ~TakingInTest() override {
    ledger_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  Submission file(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return {Agency::police, format_, "police-stops", folder_ / name, {}};
  }
  // Rows with ids from `first` on.
  Submission rows(const std::string& name, int first, int count) {
    std::string text = "Ref,Day,Surname\n";
    for (int i = first; i < first + count; ++i) text += "S" + std::to_string(i) + ",03/03/2009,Marsh\n";
    return file(name, text);
  }
  // As another run of the program: what the ledger has is read again.
  Result<IntakeReport> take_in_anew(const std::vector<Submission>& submissions, const IntakeProgress& progress = {}) {
    Known known = Known::of(*ledger_).value();
    return take_in(*ledger_, known, submissions, progress);
  }
  // How often each record is in the ledger, and the files taken in whole in their order.
  struct Contents {
    std::map<std::string, int> records;
    std::vector<std::string> order;  // "S1", … and "whole" for a file's end
  };
  Contents contents() {
    Contents found;
    EXPECT_TRUE(ledger_->read_range(1, ledger_->size(), [&](const ledger::Entry& entry) {
      if (entry.header.kind == EntryKind::submission) found.order.emplace_back("whole");
      if (entry.header.kind != EntryKind::record) return true;
      const std::string id = decode_record(entry.body).value().id;
      ++found.records[id];
      found.order.push_back(id);
      return true;
    }));
    return found;
  }

  fs::path folder_;
  std::unique_ptr<ledger::Ledger> ledger_;
  intake::FormatPtr format_;
};

// Reads so many rows, then fails as a disk does.
class FailsAfter final : public intake::Format {
 public:
  FailsAfter(intake::FormatPtr inner, std::uint64_t rows) : inner_(std::move(inner)), rows_(rows) {}
  [[nodiscard]] const intake::FormatName& name() const override { return inner_->name(); }
  [[nodiscard]] Result<void> check(const intake::ByteSource&, const intake::ReadOptions&) const override { return {}; }
  [[nodiscard]] Result<intake::Counts> read(const intake::ByteSource& source, const intake::ReadOptions& options,
                                            intake::Sink& sink) const override {
    Stopper stopper(sink, rows_, options.file_name);
    return inner_->read(source, options, stopper);
  }
  [[nodiscard]] std::string file_of(const intake::HeldBackRow& held, std::string_view raw) const override {
    return inner_->file_of(held, raw);
  }

 private:
  class Stopper final : public intake::Sink {
   public:
    Stopper(intake::Sink& sink, std::uint64_t rows, std::string file)
        : sink_(sink), left_(rows), file_(std::move(file)) {}
    Result<void> accept(intake::Accepted&& row) override {
      if (left_-- == 0) return failure(ErrorCode::unreadable, file_ + ": Input/output error");
      return sink_.accept(std::move(row));
    }
    Result<void> hold_back(intake::HeldBackRow&& row) override { return sink_.hold_back(std::move(row)); }

   private:
    intake::Sink& sink_;
    std::uint64_t left_;
    std::string file_;
  };
  intake::FormatPtr inner_;
  std::uint64_t rows_;
};

TEST_F(TakingInTest, EachFilesEndFollowsItsRowsAndPrecedesTheNextFilesRows) {
  const auto report = take_in_anew({rows("a.csv", 1, 2), rows("b.csv", 3, 1), rows("c.csv", 4, 2)});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_EQ(report->files, 3U);
  EXPECT_EQ(report->accepted, 5U);
  EXPECT_THAT(contents().order, testing::ElementsAre("S1", "S2", "whole", "S3", "whole", "S4", "S5", "whole"));
}

TEST_F(TakingInTest, AFileOfTheWrongLayoutStopsThereAndTheFilesBeforeItAreWhole) {
  const auto good = rows("a.csv", 1, 2);
  const auto bad = file("b.csv", "Nothing,Of,That\n1,2,3\n");
  const auto after = rows("c.csv", 3, 2);
  const auto stopped = take_in_anew({good, bad, after});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_THAT(stopped.error().message, testing::HasSubstr("b.csv"));
  EXPECT_THAT(
      stopped.error().message,
      testing::HasSubstr("Before it, 1 file was taken in whole: read 2, accepted 2, held back 0, already had 0."));
  EXPECT_THAT(contents().order, testing::ElementsAre("S1", "S2", "whole"));
  const auto mended = rows("b.csv", 7, 1);
  const auto report = take_in_anew({good, mended, after});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->read, 5U);
  EXPECT_EQ(report->accepted, 3U);
  EXPECT_EQ(report->already_had, 2U);
  EXPECT_THAT(contents().order, testing::ElementsAre("S1", "S2", "whole", "S7", "whole", "S3", "S4", "whole"));
}

TEST_F(TakingInTest, OfASmallFileThatFailsInTheMiddleNothingIsKept) {
  auto failing = rows("b.csv", 10, 50);
  failing.format = std::make_shared<FailsAfter>(format_, 20);
  const auto stopped = take_in_anew({rows("a.csv", 1, 2), failing});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_THAT(stopped.error().message, testing::StartsWith("b.csv: Input/output error. Before it, 1 file"));
  EXPECT_THAT(contents().order, testing::ElementsAre("S1", "S2", "whole"));
}

TEST_F(TakingInTest, OfALargeFileThatFailsInTheMiddleASecondTryFindsWhatIsThere) {
  constexpr int count = 20'000;
  auto large = rows("b.csv", 1, count);
  auto failing = large;
  failing.format = std::make_shared<FailsAfter>(format_, 15'000);
  ASSERT_FALSE(take_in_anew({failing}).has_value());
  const auto kept = contents();
  EXPECT_GT(kept.records.size(), 0U);
  EXPECT_LE(kept.records.size(), 15'000U);
  EXPECT_EQ(std::ranges::count(kept.order, "whole"), 0);
  const auto report = take_in_anew({large});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->already_had, kept.records.size());
  EXPECT_EQ(report->accepted, count - kept.records.size());
  const auto whole = contents();
  EXPECT_EQ(whole.records.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(whole.order.size(), static_cast<std::size_t>(count) + 1) << "none is there twice";
}

TEST_F(TakingInTest, AskedToStopItEndsWithinTheFileAndASecondRunGoesOn) {
  constexpr int count = 20'000;
  const auto first = rows("a.csv", 1, 3);
  const auto large = rows("b.csv", 10, count);
  std::stop_source stop;
  Known known = Known::of(*ledger_).value();
  const auto stopped = take_in(
      *ledger_, known, std::vector{first, large},
      [&](const IntakeState& state) {
        if (state.rows > 3) stop.request_stop();
      },
      stop.get_token());
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::unavailable);
  EXPECT_THAT(stopped.error().message, testing::HasSubstr("b.csv: taking in was stopped before its end"));
  const auto kept = contents();
  EXPECT_EQ(std::ranges::count(kept.order, "whole"), 1);
  EXPECT_LT(kept.records.size(), static_cast<std::size_t>(count));
  const auto report = take_in_anew({first, large});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->accepted + kept.records.size(), static_cast<std::size_t>(count) + 3);
  EXPECT_EQ(contents().records.size(), static_cast<std::size_t>(count) + 3);
}

TEST_F(TakingInTest, WhatIsKeptThoughSomethingIsWrongWithItIsCounted) {
  const auto report = take_in_anew(
      {file("a.csv", "Ref,Day,Surname\nS1,03/03/2009,Marsh\nS2,32/03/2009,Marsh\nS3,,Marsh\nS4,99/99/2009,Marsh\n")});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  std::uint64_t noted = 0;
  for (const auto& [issue, records] : report->noted) {
    EXPECT_THAT(issue, testing::StartsWith("Day: "));
    noted += records;
  }
  EXPECT_EQ(noted + report->held_back, 3U) << testing::PrintToString(report->noted);
}

TEST_F(TakingInTest, TheSameFilesAgainAddNothingInOneRunAndInTheNext) {
  const auto a = rows("a.csv", 1, 3);
  const auto same_rows_elsewhere = rows("b.csv", 2, 3);
  const auto report = take_in_anew({a, a, same_rows_elsewhere});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->read, 9U);
  EXPECT_EQ(report->accepted, 4U);
  EXPECT_EQ(report->already_had, 5U);
  const std::uint64_t size = ledger_->size();
  EXPECT_EQ(take_in_anew({a, same_rows_elsewhere})->already_had, 6U);
  EXPECT_EQ(ledger_->size(), size);
}

TEST_F(TakingInTest, ProgressGoesThroughTheFilesAndEndsWithEverythingDurable) {
  std::vector<std::uint64_t> bytes, rows_read;
  IntakeState last;
  const auto report = take_in_anew({rows("a.csv", 1, 2), rows("b.csv", 3, 5)}, [&](const IntakeState& state) {
    bytes.push_back(state.bytes);
    rows_read.push_back(state.rows);
    last = state;
  });
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(std::ranges::is_sorted(bytes));
  EXPECT_TRUE(std::ranges::is_sorted(rows_read));
  EXPECT_EQ(last.bytes, fs::file_size(folder_ / "a.csv") + fs::file_size(folder_ / "b.csv"));
  EXPECT_EQ(last.bytes, last.of_bytes);
  EXPECT_EQ(last.files, 2U);
  EXPECT_EQ(last.of_files, 2U);
  EXPECT_EQ(last.rows, 7U);
  EXPECT_EQ(last.durable_entries, 9U) << "seven rows and two files' ends";
}

}  // namespace
}  // namespace wider::hub
