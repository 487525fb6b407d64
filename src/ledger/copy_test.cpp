// A copy has the same tree head, between stores too; where it was killed there is no hub, and it can be made again.
#include "ledger/copy.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::on_postgresql;
using testing_support::place_in;
using testing_support::TestFolder;

Head fill(const Place& place, int groups) {
  auto ledger = Ledger::create(place, {}).value();
  std::uint64_t next = 0;
  for (int group = 0; group < groups; ++group) {
    std::vector<NewEntry> entries(group % 3 == 0 ? 1 : 700);
    for (NewEntry& entry : entries) entry.body = "body " + std::to_string(++next);
    EXPECT_TRUE(ledger->append(entries));
  }
  EXPECT_TRUE(ledger->erase(5));
  return ledger->head().value();
}

void expect_same(const Place& place, const Head& head) {
  auto ledger = Ledger::open(place, {});
  ASSERT_TRUE(ledger) << ledger.error().message;
  EXPECT_EQ((*ledger)->head()->root, head.root);
  EXPECT_EQ((*ledger)->size(), head.size);
  EXPECT_EQ((*ledger)->read(704)->body, "body 704");
  EXPECT_TRUE((*ledger)->read(5)->erased);
  const auto found = (*ledger)->verify(head, {});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->good()) << found->says;
  NewEntry more;
  more.body = "more";
  EXPECT_TRUE((*ledger)->append_now(more));
}

TEST(Copy, ToTheOtherStoreAndBackHasTheSameHead) {
  const TestFolder folder;
  const Place there = on_postgresql() ? place_in(folder.path() / "there") : Place(folder.path() / "there");
  const Head head = fill(folder.hub(), 20);  // SQLite
  const auto copied = copy_hub(folder.hub(), there, {});
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(copied->root, head.root);
  EXPECT_EQ(copied->erased, 1U);
  const auto back = copy_hub(there, folder.path() / "back", {});
  ASSERT_TRUE(back) << back.error().message;
  expect_same(there, head);
  expect_same(folder.path() / "back", head);
  EXPECT_EQ(copy_hub(folder.hub(), there, {}).error().code, ErrorCode::already_there);
  EXPECT_EQ(copy_hub(folder.path() / "none", folder.path() / "x", {}).error().code, ErrorCode::not_found);
}

TEST(Copy, OfAnEmptyOrDamagedHub) {
  const TestFolder folder;
  ASSERT_TRUE(Ledger::create(folder.hub(), {}));
  ASSERT_TRUE(copy_hub(folder.hub(), folder.path() / "empty", {}));
  EXPECT_EQ(Ledger::open(folder.path() / "empty", {}).value()->size(), 0U);
}

TEST(Copy, KilledInTheMiddleLeavesNoHubAndIsMadeAgain) {
  const TestFolder folder;
  const Place there = on_postgresql() ? place_in(folder.path() / "there") : Place(folder.path() / "there");
  const Head head = fill(folder.hub(), 60);
  int killed = 0;
  for (int round = 0; round < 12; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      (void)copy_hub(folder.hub(), there, {});
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(2000 + round * round * 1500));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status)) break;
    ++killed;
    const auto opened = Ledger::open(there, {});
    if (opened) break;  // killed after it was there
    EXPECT_EQ(opened.error().code, ErrorCode::not_found) << opened.error().message;
  }
  EXPECT_GT(killed, 2);
  if (!Ledger::open(there, {})) {
    const auto copied = copy_hub(folder.hub(), there, {});
    ASSERT_TRUE(copied) << copied.error().message;
  }
  expect_same(there, head);
}

}  // namespace
}  // namespace wider::ledger
