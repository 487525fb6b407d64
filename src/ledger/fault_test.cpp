// The n-th write, sync or allocation of SQLite fails, for every n of a standard run, once and for good: nothing is
// damaged, and nothing that was acknowledged is missing, not even when the power goes straight after.
#include <cstdio>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "base/testing/property.hpp"
#include "ledger/ledger.hpp"
#include "ledger/testing/crash_vfs.hpp"
#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::CrashVfs;
using testing_support::TestFolder;

struct Outcome {
  std::vector<std::string> acknowledged;  // of entry i + 1; "" where nobody was told that it is safe
  bool went_on = false;                   // the last append succeeded
};

NewEntry entry_of(std::string body) {
  NewEntry entry;
  entry.body = std::move(body);
  return entry;
}

// Opening, 24 groups of which some are folded into the files, two erasures, reading.
Outcome standard_run(const std::filesystem::path& hub, const Options& options, const std::function<void()>& mend) {
  Outcome outcome;
  auto ledger = Ledger::open(hub, options);
  if (!ledger) {
    mend();
    ledger = Ledger::open(hub, options);
    if (!ledger) return outcome;
  }
  for (int round = 0; round < 24; ++round) {
    if (round == 20) mend();
    std::vector<NewEntry> entries;
    const int count = round % 3 == 0 ? 1 : 40;
    for (int i = 0; i < count; ++i) entries.push_back(entry_of(std::to_string(round) + " " + std::string(500, 'x')));
    const auto first = round % 3 == 0 ? (*ledger)->append_now(entries[0]) : (*ledger)->append(entries);
    outcome.went_on = first.has_value();
    if (!first) continue;
    if (outcome.acknowledged.size() < *first - 1 + entries.size())
      outcome.acknowledged.resize(*first - 1 + entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) outcome.acknowledged[*first - 1 + i] = entries[i].body;
    if (round == 10 && (*ledger)->erase(2)) outcome.acknowledged[1] = "";
    const auto read = (*ledger)->read(*first);
    if (read) {
      EXPECT_EQ(read->body, entries[0].body);
    }
  }
  return outcome;
}

void check(const std::filesystem::path& hub, const Options& options, const Outcome& outcome, std::uint64_t n) {
  auto ledger = Ledger::open(hub, options);
  ASSERT_TRUE(ledger) << n << ": " << ledger.error().message;
  ASSERT_GE((*ledger)->size(), outcome.acknowledged.size()) << n << ": acknowledged and lost";
  for (std::size_t i = 0; i < outcome.acknowledged.size(); ++i) {
    if (outcome.acknowledged[i].empty()) continue;
    const auto entry = (*ledger)->read(i + 1);
    ASSERT_TRUE(entry) << n << ": " << entry.error().message;
    if (i != 1) {
      ASSERT_EQ(entry->body, outcome.acknowledged[i]) << n << ": entry " << i + 1;
    }
  }
  const auto found = (*ledger)->verify({}, {});
  ASSERT_TRUE(found && found->good()) << n << ": " << (found ? found->says : found.error().message);
}

class Fault : public testing::Test {
 protected:
  Fault() {
    EXPECT_TRUE(Ledger::create(made_.hub(), {}));
    options_.key_file = made_.hub().string() + ".key";
    options_.fold_from = std::size_t{48} << 10;
  }
  TestFolder made_;
  Options options_;
};

TEST_F(Fault, OfTheNthWriteOrSync) {
  options_.sqlite_vfs = CrashVfs::name();
  const std::uint64_t step = number_of_environment("WIDER_WRITE_FAULT_STEP", 9);
  for (const bool for_good : {false, true}) {
    std::uint64_t n = 0;
    for (bool came = true; came && !HasFatalFailure(); n += step) {
      const TestFolder folder;
      std::filesystem::copy(made_.hub(), folder.hub());
      CrashVfs vfs;
      vfs.fail_after(n, for_good);
      const Outcome outcome = standard_run(folder.hub(), options_, [&] { vfs.fail_no_more(); });
      came = vfs.failed();
      EXPECT_TRUE(outcome.went_on) << n << ": once writing works again, it goes on by itself";
      vfs.fail_no_more();
      vfs.settle(n);  // the power goes: what was not synced is lost or torn
      check(folder.hub(), options_, outcome, n);
    }
    std::printf("the n-th write or sync fails %s: %llu runs, 0 damaged, 0 acknowledged entries lost\n",
                for_good ? "for good" : "once", static_cast<unsigned long long>(n / step));
    EXPECT_GT(n, 100U) << "the run has too few writes to show anything";
  }
}

// ---- allocations

sqlite3_mem_methods plain_methods;
std::uint64_t until_failure = UINT64_MAX;
bool fails_for_good = false;
bool failure_came = false;

bool allocation_fails() {
  if (until_failure == UINT64_MAX) return false;
  if (until_failure > 0) {
    --until_failure;
    return false;
  }
  const bool first = !failure_came;
  failure_came = true;
  return first || fails_for_good;
}
void* failing_malloc(int bytes) {
  return allocation_fails() ? nullptr : plain_methods.xMalloc(bytes);
}
void* failing_realloc(void* old, int bytes) {
  return allocation_fails() ? nullptr : plain_methods.xRealloc(old, bytes);
}

// SQLite with our allocator, while it lives. No connection may be open.
class FailingAllocator {
 public:
  FailingAllocator() {
    EXPECT_EQ(sqlite3_shutdown(), SQLITE_OK);
    EXPECT_EQ(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &plain_methods), SQLITE_OK);
    sqlite3_mem_methods ours = plain_methods;
    ours.xMalloc = failing_malloc;
    ours.xRealloc = failing_realloc;
    EXPECT_EQ(sqlite3_config(SQLITE_CONFIG_MALLOC, &ours), SQLITE_OK);
    EXPECT_EQ(sqlite3_initialize(), SQLITE_OK);
  }
  ~FailingAllocator() {
    until_failure = UINT64_MAX;
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &plain_methods);
    sqlite3_initialize();
  }
  FailingAllocator(const FailingAllocator&) = delete;
  FailingAllocator& operator=(const FailingAllocator&) = delete;
};

TEST_F(Fault, OfTheNthAllocation) {
  const FailingAllocator allocator;
  const std::uint64_t step = number_of_environment("WIDER_FAULT_STEP", 41);
  for (const bool for_good : {false, true}) {
    std::uint64_t runs = 0;
    failure_came = true;
    for (std::uint64_t n = for_good ? step / 2 : 0; failure_came && !HasFatalFailure(); n += step, ++runs) {
      const TestFolder folder;
      std::filesystem::copy(made_.hub(), folder.hub());
      until_failure = n;
      fails_for_good = for_good;
      failure_came = false;
      const Outcome outcome = standard_run(folder.hub(), options_, [] { until_failure = UINT64_MAX; });
      EXPECT_TRUE(outcome.went_on) << n << ": once there is memory again, it goes on by itself";
      until_failure = UINT64_MAX;
      check(folder.hub(), options_, outcome, n);
    }
    std::printf("the n-th allocation fails %s (every %lluth n): %llu runs, 0 damaged, 0 acknowledged entries lost\n",
                for_good ? "for good" : "once", static_cast<unsigned long long>(step),
                static_cast<unsigned long long>(runs));
  }
}

}  // namespace
}  // namespace wider::ledger
