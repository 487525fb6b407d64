// Keys: what is erased says nothing any more, keys change while everything goes on, and a hub of the first format
// opens; each interrupted at every step.
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/backup.hpp"
#include "ledger/files.hpp"
#include "ledger/key_ring.hpp"
#include "ledger/sealed_file.hpp"
#include "ledger/testing/crash_vfs.hpp"
#include "ledger/testing/format_1.hpp"
#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using ::testing::HasSubstr;
using testing_support::CrashVfs;
using testing_support::on_postgresql;
using testing_support::sqlite;
using testing_support::TestFolder;
using testing_support::write_format_1;
namespace fs = std::filesystem;

std::vector<NewEntry> entries_of(std::size_t count, const std::string& prefix = "body ") {
  std::vector<NewEntry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    entries[i].reference = random_ref();
    entries[i].controller = static_cast<Agency>(i % agency_count);
    entries[i].body = prefix + std::to_string(i);
  }
  return entries;
}

void expect_all(Ledger& ledger, const std::vector<NewEntry>& entries, std::uint64_t first = 1) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto entry = ledger.read(first + i);
    ASSERT_TRUE(entry) << entry.error().message;
    ASSERT_EQ(entry->body, entries[i].body);
    ASSERT_EQ(entry->header.reference, entries[i].reference);
    ASSERT_EQ(entry->header.controller, entries[i].controller);
  }
}

fs::path key_file(const TestFolder& folder) {
  return folder.hub().string() + ".key";
}

std::vector<std::pair<fs::path, std::string>> files_in(const fs::path& folder) {
  std::vector<std::pair<fs::path, std::string>> files;
  for (const auto& file : fs::recursive_directory_iterator(folder))
    if (file.is_regular_file()) files.emplace_back(file.path(), read_whole(file.path()).value());
  return files;
}

// The 48 bytes of an entry's wrapped key, out of keys.db.
std::string wrapped_key(const TestFolder& folder, std::uint64_t sequence) {
  const std::string slots = sqlite(folder.hub() / "keys.db", "SELECT slots FROM keys WHERE first=1");
  return slots.substr((sequence - 1) * key_slot_size + 25, 48);
}

Ring ring_of(const TestFolder& folder) {
  const auto key = read_key_file(key_file(folder)).value();
  const std::string identity = sqlite(folder.hub() / "keys.db", "SELECT identity FROM meta");
  return open_ring(sqlite(folder.hub() / "keys.db", "SELECT sealed FROM ring ORDER BY number DESC"), key, identity)
      .value();
}

TEST(Erasure, CoversTheHeaderToo) {
  const TestFolder folder;
  const auto entries = entries_of(10);
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries));
  const std::string_view reference(reinterpret_cast<const char*>(entries[3].reference.data()), 16);
  EXPECT_EQ(ledger->leaf(4)->find(reference), std::string::npos) << "a row says nobody's reference";
  ASSERT_TRUE(ledger->erase(4));
  std::vector<Header> headers;
  ASSERT_TRUE(ledger->read_headers(1, 10, [&](const Header& header) {
    headers.push_back(header);
    return true;
  }));
  ASSERT_EQ(headers.size(), 10U);
  EXPECT_EQ(headers[3].kind, EntryKind::erased);
  EXPECT_EQ(headers[3].reference, Ref{});
  EXPECT_EQ(headers[3].controller, Header{}.controller);
  EXPECT_EQ(headers[4].reference, entries[4].reference);
  EXPECT_TRUE(ledger->verify({}, {})->good());
}

TEST(Erasure, AllOrNone) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries_of(300)));
  EXPECT_FALSE(ledger->erase(std::array<std::uint64_t, 3>{1, 200, 301}));
  EXPECT_EQ(ledger->verify({}, {})->erased, 0U);
  EXPECT_TRUE(ledger->erase(std::array<std::uint64_t, 3>{1, 200, 300}));
  EXPECT_TRUE(ledger->erase(200)) << "what is erased may be erased again";
  EXPECT_EQ(ledger->verify({}, {})->erased, 3U);
}

// The bytes themselves: of the key of an erased body nothing is left in the hub, and nothing in the back-ups but in
// those key files that were made before; without them nothing opens it.
TEST(Erasure, LeavesNoByteOfTheKeyInTheHubNorInBackUpsAfterTheirWindow) {
  const TestFolder folder;
  const auto backups = folder.path() / "backups";
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries_of(50)));
  ledger.reset();
  const std::string wrapped = wrapped_key(folder, 7);
  ledger = Ledger::open(folder.place(), {}).value();
  ASSERT_TRUE(ledger->back_up(backups, {}));
  const auto made_before = files_in(backups);
  ASSERT_TRUE(ledger->append(entries_of(100, "later ")));
  // Without closing: neither the log nor a free page holds it.
  const auto in_hub = [&] {
    return std::ranges::any_of(files_in(folder.hub()),
                               [&](const auto& file) { return file.second.find(wrapped) != std::string::npos; });
  };
  ASSERT_TRUE(in_hub());
  ASSERT_TRUE(ledger->erase(7));
  EXPECT_FALSE(in_hub());
  ASSERT_TRUE(ledger->back_up(backups, {}));
  const auto root = ledger->head()->root;
  ledger.reset();
  EXPECT_FALSE(in_hub());

  const HubKeys keys(ring_of(folder));
  const auto in_backups = [&] {
    std::vector<std::string> found;
    for (const auto& [path, bytes] : files_in(backups)) {
      const auto plain = path.extension() == ".sealed" ? read_sealed(path, keys.file_key()).value() : bytes;
      if (plain.find(wrapped) != std::string::npos) found.push_back(path.filename().string());
    }
    return found;
  };
  ASSERT_THAT(in_backups(), ::testing::ElementsAre(::testing::StartsWith("keys-")));
  // The window is over: what wider-backup.service removes then.
  for (const auto& [path, bytes] : made_before) {
    const std::string name = path.filename().string();
    if (name.starts_with("keys-") || name.starts_with("backup-")) fs::remove(path);
  }
  EXPECT_THAT(in_backups(), ::testing::IsEmpty());
  const auto to = folder.path() / "again";
  fs::copy_file(key_file(folder), to.string() + ".key");
  const auto restored = restore_backup(backups, to, {}, {});
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->copy.root, root);
  auto again = Ledger::open(to, {}).value();
  EXPECT_TRUE(again->read(7)->erased);
  EXPECT_TRUE(again->verify({}, {})->good());
}

TEST(Rotation, OldEntriesStayReadableAndTheOldKeyOpensNothing) {
  const TestFolder folder;
  const auto before = entries_of(150, "before "), after = entries_of(150, "after ");
  const auto backups = folder.path() / "backups";
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(before));
  const std::string old_key = read_whole(key_file(folder)).value();
  const auto first = ledger->key_report().value();
  ASSERT_EQ(first.agencies.size(), agency_count);
  const auto report = ledger->rotate_keys({});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->hub_keys, 1U);
  for (std::size_t a = 0; a < agency_count; ++a) {
    EXPECT_EQ(report->agencies[a].keys, 2U);
    EXPECT_GT(report->agencies[a].number, first.agencies[a].number);
  }
  EXPECT_NE(read_whole(key_file(folder)).value(), old_key);
  EXPECT_FALSE(fs::exists(key_file(folder).string() + ".next"));
  ASSERT_TRUE(ledger->append(after));
  const auto one = ledger->rotate_keys({Agency::police, {}, {}});
  ASSERT_TRUE(one);
  for (const auto& agency : one->agencies) EXPECT_EQ(agency.keys, agency.agency == Agency::police ? 3U : 2U);
  for (const bool again : {false, true}) {
    if (again) {
      ledger.reset();
      ledger = Ledger::open(folder.place(), {}).value();
    }
    expect_all(*ledger, before);
    expect_all(*ledger, after, 151);
    EXPECT_TRUE(ledger->verify({}, {})->good());
  }
  ASSERT_TRUE(ledger->back_up(backups, {}));
  ledger.reset();
  // The old key, brought back: it opens neither the hub nor the back-up, and no byte of it is in the hub.
  const std::string new_key = read_whole(key_file(folder)).value();
  std::ofstream(key_file(folder)) << old_key;
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::denied);
  const auto to = folder.path() / "again";
  fs::copy_file(key_file(folder), to.string() + ".key");
  EXPECT_EQ(restore_backup(backups, to, {}, {}).error().code, ErrorCode::denied);
  std::ofstream(key_file(folder)) << new_key;
  std::ofstream(to.string() + ".key") << new_key;
  EXPECT_TRUE(restore_backup(backups, to, {}, {}));
  expect_all(*Ledger::open(to, {}).value(), before);
}

TEST(Rotation, StoppedAfterEveryStepNothingIsLostAndTheNextOneFinishesIt) {
  for (int last = 1; last <= 3; ++last) {
    const TestFolder folder;
    const auto entries = entries_of(100);
    auto ledger = Ledger::create(folder.place(), {}).value();
    ASSERT_TRUE(ledger->append(entries));
    EXPECT_FALSE(ledger->rotate_keys({{}, {}, [&](int step) { return step == last; }}));
    // It goes on as it is …
    ASSERT_TRUE(ledger->append(entries)) << last;
    // … and a process that died there opens with the key that lies in its place.
    ledger.reset();
    auto opened = Ledger::open(folder.place(), {});
    ASSERT_TRUE(opened) << last << ": " << opened.error().message;
    ledger = std::move(*opened);
    expect_all(*ledger, entries);
    expect_all(*ledger, entries, 101);
    const auto finished = ledger->rotate_keys({});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->hub_keys, 1U);
    EXPECT_FALSE(fs::exists(key_file(folder).string() + ".next"));
    ASSERT_TRUE(ledger->append(entries));
    ledger.reset();
    ledger = Ledger::open(folder.place(), {}).value();
    expect_all(*ledger, entries, 201);
    EXPECT_TRUE(ledger->verify({}, {})->good());
  }
}

// Power lost at every write and sync of keys.db while the keys are changed.
TEST(Rotation, PowerLostAtEveryOperationTheKeyInItsPlaceOpensTheHub) {
  if (on_postgresql()) GTEST_SKIP() << "keys.db is the same file";
  int crashes = 0;
  for (std::uint64_t operation = 0;; ++operation) {
    const TestFolder folder;
    const auto entries = entries_of(70);
    Ledger::create(folder.place(), {}).value()->append(entries).value();
    CrashVfs vfs;
    Options options;
    options.sqlite_vfs = CrashVfs::name();
    auto ledger = Ledger::open(folder.place(), options).value();
    vfs.crash_after(operation);
    (void)ledger->rotate_keys({});
    const bool crashed = vfs.crashed();
    ledger.reset();
    vfs.settle(operation);
    auto opened = Ledger::open(folder.place(), options);
    ASSERT_TRUE(opened) << operation << ": " << opened.error().message;
    expect_all(**opened, entries);
    const auto finished = (*opened)->rotate_keys({});
    ASSERT_TRUE(finished) << operation << ": " << finished.error().message;
    EXPECT_EQ(finished->hub_keys, 1U);
    EXPECT_TRUE((*opened)->verify({}, {})->good());
    if (!crashed) break;
    ++crashes;
  }
  EXPECT_GT(crashes, 5);
}

TEST(Rotation, GoesOnBesideWritersAndReaders) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  const auto entries = entries_of(64);
  ASSERT_TRUE(ledger->append(entries));
  std::atomic<bool> done = false;
  std::atomic<int> written = 0, read = 0;
  {
    std::jthread writer([&] {
      while (!done) {
        EXPECT_TRUE(ledger->append(entries));
        ++written;
      }
    });
    std::jthread reader([&] {
      while (!done) {
        EXPECT_TRUE(ledger->read_range(1, ledger->size(), [](const Entry& entry) { return !entry.body.empty(); }));
        ++read;
      }
    });
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(ledger->rotate_keys({}));
    while (written < 5 || read < 2) std::this_thread::yield();
    done = true;
  }
  ledger.reset();
  ledger = Ledger::open(folder.place(), {}).value();
  EXPECT_TRUE(ledger->verify({}, {})->good());
  expect_all(*ledger, entries, ledger->size() - 63);
}

class EnvironmentKey {
 public:
  explicit EnvironmentKey(const std::string& line) { ::setenv("WIDER_HUB_KEY", line.c_str(), 1); }
  ~EnvironmentKey() { ::unsetenv("WIDER_HUB_KEY"); }
  EnvironmentKey(const EnvironmentKey&) = delete;
  EnvironmentKey& operator=(const EnvironmentKey&) = delete;
};

TEST(Rotation, AKeyOfTheEnvironmentIsChangedThroughAFile) {
  const TestFolder folder;
  const auto entries = entries_of(20);
  ASSERT_TRUE(start_crypto());
  SecretKey key;
  fill_random(key.bytes.data(), key.bytes.size());
  const std::string line = key_text(key);
  const auto file = folder.path() / "new.key";
  {
    const EnvironmentKey given(line);
    auto ledger = Ledger::create(folder.place(), {}).value();
    ASSERT_TRUE(ledger->append(entries));
    EXPECT_FALSE(fs::exists(key_file(folder))) << "no file is made of a key that is given";
    EXPECT_EQ(ledger->rotate_keys({}).error().code, ErrorCode::usage);
    EXPECT_EQ(ledger->rotate_keys({{}, folder.hub() / "new.key", {}}).error().code, ErrorCode::usage) << "in the hub";
    const auto report = ledger->rotate_keys({{}, file, {}});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->hub_keys, 2U);
    EXPECT_EQ(ledger->rotate_keys({Agency::police, {}, {}}).error().code, ErrorCode::usage) << "not finished";
    ledger.reset();
    expect_all(*Ledger::open(folder.place(), {}).value(), entries);  // the old one still opens it
  }
  {
    const EnvironmentKey given(read_whole(file).value());
    auto ledger = Ledger::open(folder.place(), {}).value();
    expect_all(*ledger, entries);
    EXPECT_EQ(ledger->key_report()->hub_keys, 1U) << "the new key was used: the old one is let go of";
  }
  const EnvironmentKey old(line);
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::denied);
  const EnvironmentKey none("not a key");
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::malformed);
}

class Upgrade : public ::testing::Test {
 protected:
  void SetUp() override {
    if (on_postgresql()) GTEST_SKIP() << "keys.db, which says the format, is the same file";
  }
};

TEST_F(Upgrade, AHubOfTheFirstFormatOpensAndGoesOn) {
  const TestFolder folder;
  const auto entries = entries_of(600), more = entries_of(40, "more ");
  const Head published = write_format_1(folder.hub(), entries);
  auto opened = Ledger::open(folder.place(), {});
  ASSERT_TRUE(opened) << opened.error().message;
  auto ledger = std::move(*opened);
  EXPECT_EQ(ledger->key_report()->agencies.size(), agency_count);
  expect_all(*ledger, entries);
  ASSERT_TRUE(ledger->append(more));
  ASSERT_TRUE(ledger->erase(5));
  for (const bool again : {false, true}) {
    if (again) {
      ledger.reset();
      EXPECT_EQ(sqlite(folder.hub() / "keys.db", "PRAGMA user_version"), "2");
      ledger = Ledger::open(folder.place(), {}).value();
    }
    EXPECT_EQ(ledger->read(4)->body, entries[3].body);
    EXPECT_TRUE(ledger->read(5)->erased);
    expect_all(*ledger, more, 601);
    const auto verified = ledger->verify(published, {}).value();  // a head that was published then still holds
    EXPECT_TRUE(verified.good()) << verified.says;
    EXPECT_EQ(verified.entries, 640U);
  }
  // Its key can be changed, and then opens nothing.
  const std::string old_key = read_whole(key_file(folder)).value();
  ASSERT_TRUE(ledger->rotate_keys({}));
  ledger.reset();
  EXPECT_TRUE(Ledger::open(folder.place(), {}).value()->verify(published, {})->good());
  std::ofstream(key_file(folder)) << old_key;
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::denied);
}

TEST_F(Upgrade, PowerLostAtEveryOperationNothingIsLost) {
  int crashes = 0;
  for (std::uint64_t operation = 0;; ++operation) {
    const TestFolder folder;
    const auto entries = entries_of(130);
    const Head published = write_format_1(folder.hub(), entries);
    CrashVfs vfs;
    Options options;
    options.sqlite_vfs = CrashVfs::name();
    vfs.crash_after(operation);
    (void)Ledger::open(folder.place(), options);
    const bool crashed = vfs.crashed();
    vfs.settle(operation);
    auto opened = Ledger::open(folder.place(), options);
    ASSERT_TRUE(opened) << operation << ": " << opened.error().message;
    expect_all(**opened, entries);
    ASSERT_TRUE((*opened)->append(entries));
    EXPECT_TRUE((*opened)->verify(published, {})->good());
    EXPECT_EQ((*opened)->key_report()->hub_keys, 1U);
    if (!crashed) break;
    ++crashes;
  }
  EXPECT_GT(crashes, 3);
}

TEST_F(Upgrade, ANewerFormatIsRefusedAndLeftAlone) {
  const TestFolder folder;
  Ledger::create(folder.place(), {}).value()->append_now({}).value();
  sqlite(folder.hub() / "keys.db", "PRAGMA user_version=3");
  const auto before = files_in(folder.hub());
  const auto refused = Ledger::open(folder.place(), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::usage);
  EXPECT_THAT(refused.error().message, HasSubstr("newer program"));
  sqlite(folder.hub() / "keys.db", "PRAGMA user_version=2");
  EXPECT_TRUE(Ledger::open(folder.place(), {}));
}

TEST(KeyRing, OpensUnderItsKeyForItsHubAlone) {
  ASSERT_TRUE(start_crypto());
  SecretKey key, other;
  key.bytes[0] = 1;
  const Ring ring = make_ring({}, Instant{5});
  const std::string sealed = seal_ring(ring, key, "hub");
  const auto opened = open_ring(sealed, key, "hub");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->root.bytes, ring.root.bytes);
  ASSERT_EQ(opened->keys.size(), ring.keys.size());
  EXPECT_EQ(opened->keys.back().key.bytes, ring.keys.back().key.bytes);
  EXPECT_EQ(opened->keys.back().made, Instant{5});
  EXPECT_FALSE(open_ring(sealed, other, "hub"));
  EXPECT_FALSE(open_ring(sealed, key, "another"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string touched = sealed;
    touched[i] = static_cast<char>(touched[i] ^ 1);
    EXPECT_FALSE(open_ring(touched, key, "hub")) << i;
    EXPECT_FALSE(open_ring(sealed.substr(0, i), key, "hub")) << i;
  }
}

}  // namespace
}  // namespace wider::ledger
