#include "cli/spill.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "cli/link_command.hpp"
#include "town/persons_csv.hpp"

namespace wider::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SKIP_WITH_SANITIZERS() GTEST_SKIP() << "a sanitizer watches over memory itself"
#else
#define SKIP_WITH_SANITIZERS() static_cast<void>(0)
#endif

// A folder of its own, in the folder the tests run in: that lies on a disk.
class SpillTest : public ::testing::Test {
 protected:
  SpillTest() : folder_(fs::current_path() / fmt::format("spill_test_{}", ::getpid())) {
    fs::create_directory(folder_);
  }
  ~SpillTest() override { fs::remove_all(folder_); }

  std::string persons(std::uint64_t rows) {
    const fs::path file = folder_ / fmt::format("persons_{}.csv", rows);
    if (!fs::exists(file)) {
      EXPECT_TRUE(town::write_persons({}, rows, 2, file).has_value());
    }
    return file.string();
  }
  std::string linked(std::string_view name, unsigned threads) {
    LinkArguments arguments;
    arguments.files = {persons(4000)};
    arguments.id_column = "id";
    arguments.threads = threads;
    arguments.out = (folder_ / name).string();
    arguments.pairs = arguments.out + ".pairs";
    arguments.write_model = arguments.out + ".model";
    const auto report = run_link(arguments);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    std::string all;
    for (const std::string& path : {arguments.out, arguments.pairs, arguments.write_model}) {
      std::ostringstream text;
      text << std::ifstream(path, std::ios::binary).rdbuf();
      all += text.str();
    }
    return all;
  }
  fs::path folder_;
};

// First, while the process has no such file yet.
TEST_F(SpillTest, RefusesAFolderThatCannotHoldIt) {
  SKIP_WITH_SANITIZERS();
  const auto refused = [](const std::string& folder, std::uint64_t bytes, const char* why) {
    const auto spill = Spill::begin(folder, 1 << 20, bytes);
    ASSERT_FALSE(spill.has_value()) << folder;
    EXPECT_THAT(spill.error().message, HasSubstr(why));
    EXPECT_THAT(spill.error().message, HasSubstr("--memory"));
  };
  refused((folder_ / "none").string(), 0, "no file can be made");
  refused(folder_.string(), std::uint64_t{1} << 60, "MiB are free");
  if (fs::exists("/dev/shm")) refused("/dev/shm", 0, "lies in memory itself");
}

TEST_F(SpillTest, LinksToTheSameBytesOnDiskAsInMemory) {
  SKIP_WITH_SANITIZERS();
  const std::string in_memory = linked("memory.csv", 1);
  EXPECT_GT(in_memory.size(), 100'000U);
  for (const unsigned threads : {1U, 2U}) {
    auto spill = Spill::begin(folder_.string(), 1, 0);  // so little that pages are let go of again and again
    ASSERT_TRUE(spill.has_value()) << spill.error().message;
    EXPECT_EQ(linked("disk.csv", threads), in_memory);
    EXPECT_GT((*spill)->most_on_disk(), 1U << 20);
    EXPECT_GT((*spill)->times_let_go(), 2U);
    EXPECT_FALSE((*spill)->disk_was_full());
  }
}

TEST_F(SpillTest, KeepsWhatABlockHoldsAndLetsItOutliveTheSpill) {
  SKIP_WITH_SANITIZERS();
  std::vector<std::uint64_t> numbers;
  {
    auto spill = Spill::begin(folder_.string(), 1, 0);
    ASSERT_TRUE(spill.has_value()) << spill.error().message;
    numbers.resize(1U << 20);
    std::iota(numbers.begin(), numbers.end(), 7U);
    const auto copy = std::make_unique<std::vector<std::uint64_t>>(numbers);
    EXPECT_EQ(*copy, numbers);
    EXPECT_GE((*spill)->most_on_disk(), 2 * numbers.size() * sizeof(numbers[0]));
  }
  for (std::uint64_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], i + 7);
  EXPECT_TRUE(fs::is_empty(folder_));  // the file has no name
}

TEST_F(SpillTest, SaysHowMuchMemoryIsNeededAtLeastBeforeReading) {
  // Rows enough that they are counted, and no more is read.
  const std::string file = (folder_ / "many.csv").string();
  std::ofstream out(file);
  out << "id,surname\n";
  for (int i = 0; i < 1'000'000; ++i) out << i << ",x\n";
  out.close();
  const auto need = memory_need({file}, 64U << 20);
  ASSERT_TRUE(need.has_value());
  EXPECT_GT(need->in_memory, 500U << 20);
  EXPECT_LT(need->with_spill, need->in_memory);
  LinkArguments arguments;
  arguments.files = {file};
  arguments.id_column = "id";
  arguments.out = (folder_ / "out.csv").string();
  arguments.memory_bytes = 64U << 20;
  const auto refused = run_link(arguments);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("64 MiB of memory are allowed"));
  EXPECT_THAT(refused.error().message, HasSubstr(fmt::format("need {} MiB at least", (need->with_spill >> 20) + 1)));
  EXPECT_THAT(refused.error().message, HasSubstr("--memory"));
  EXPECT_FALSE(fs::exists(arguments.out));
}

}  // namespace
}  // namespace wider::cli
