// A back-up restores to the same tree head, holds nothing readable, and says so when it was touched.
#include "ledger/backup.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::TestFolder;

class Backup : public testing::Test {
 protected:
  Backup() {
    Options options;
    options.clock = [this] { return Instant{now_ += 1'000'000}; };
    ledger_ = Ledger::create(folder_.place(), options).value();
    append(5000);
  }
  void append(std::size_t count) {
    std::vector<NewEntry> entries(count);
    for (std::size_t i = 0; i < count; ++i) entries[i].body = "Zebedee Quillfeather " + std::to_string(i);
    ASSERT_TRUE(ledger_->append(entries));
  }
  Result<Restored> restore(const std::string& name, std::optional<Instant> until = {}) {
    const auto to = folder_.path() / name;
    std::filesystem::copy_file(folder_.hub().string() + ".key", to.string() + ".key",
                               std::filesystem::copy_options::overwrite_existing);
    return restore_backup(backups_, to, until, {});
  }
  TestFolder folder_;
  std::filesystem::path backups_ = folder_.path() / "backups";
  std::int64_t now_ = 0;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(Backup, RestoresToTheSameHead) {
  ASSERT_TRUE(ledger_->back_up(backups_, {}));
  append(700);
  ASSERT_TRUE(ledger_->erase(17));
  const auto second = ledger_->back_up(backups_, {});
  ASSERT_TRUE(second) << second.error().message;
  const auto restored = restore("new");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->copy.root, ledger_->head()->root);
  EXPECT_EQ(restored->copy.entries, 5700U);
  auto again = Ledger::open(folder_.path() / "new", {}).value();
  EXPECT_TRUE(again->verify(second->head, {})->good());
  EXPECT_TRUE(again->read(17)->erased) << "the erasure is in the back-up's keys";
  EXPECT_EQ(again->read(5001)->body, "Zebedee Quillfeather 0");
  for (const auto& file : std::filesystem::directory_iterator(backups_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(bytes.find("Quillfeather"), std::string::npos) << file.path();
  }
}

TEST_F(Backup, RestoresToAPointInTime) {
  const Instant then{now_};
  append(300);
  append(1);
  ASSERT_TRUE(ledger_->back_up(backups_, {}));
  const auto restored = restore("then", then);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->copy.entries, 5000U);
  EXPECT_EQ(restore("before", Instant{1})->copy.entries, 0U);
  auto again = Ledger::open(folder_.path() / "then", {}).value();
  EXPECT_TRUE(again->verify({}, {})->good());
  NewEntry more;
  EXPECT_EQ(again->append_now(more).value(), 5001U);
}

TEST_F(Backup, IsMadeWhileTheHubIsWrittenTo) {
  std::jthread writing([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) append(50);
  });
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(ledger_->back_up(backups_, {}));
  writing.request_stop();
  writing.join();
  const auto restored = restore("new");
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->copy.root, restored->head.root);
}

TEST_F(Backup, ATouchedOrAnotherHubsBackUpIsRefused) {
  ASSERT_TRUE(ledger_->back_up(backups_, {}));
  for (const auto& file : std::filesystem::directory_iterator(backups_)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::string touched = bytes;
    touched[touched.size() / 2] ^= 1;
    std::filesystem::permissions(file.path(), std::filesystem::perms::owner_all);
    std::ofstream(file.path(), std::ios::binary) << touched;
    EXPECT_FALSE(restore("new")) << file.path();
    std::ofstream(file.path(), std::ios::binary) << bytes.substr(0, bytes.size() - 20);
    EXPECT_FALSE(restore("new")) << file.path();
    std::ofstream(file.path(), std::ios::binary) << bytes;
  }
  EXPECT_TRUE(restore("new"));
  EXPECT_EQ(restore("new").error().code, ErrorCode::already_there);
  const TestFolder other;
  auto another = Ledger::create(other.place(), {}).value();
  EXPECT_EQ(another->back_up(backups_, {}).error().code, ErrorCode::usage);
  std::filesystem::copy_file(other.hub().string() + ".key", folder_.path() / "x.key");
  EXPECT_EQ(restore_backup(backups_, folder_.path() / "x", {}, {}).error().code, ErrorCode::denied);
}

}  // namespace
}  // namespace wider::ledger
