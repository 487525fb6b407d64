// Invariant 2 of the design: what was acknowledged survives kill -9 and the loss of power; and a changed byte is
// noticed.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.hpp"
#include "base/testing/property.hpp"
#include "ledger/ledger.hpp"
#include "ledger/testing/crash_vfs.hpp"
#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::CrashVfs;
using testing_support::TestFolder;

// How often: a campaign (tests/campaigns/store.py) says more than ./dev test does.
int times_of(const char* name, std::uint64_t otherwise) {
  return static_cast<int>(number_of_environment(name, otherwise));
}

// ---- kill -9

// The child of the same build as this program, also where a build folder was copied so that rebuilding does not change
// it while a campaign runs; else the one it was built with.
std::string appender() {
  std::error_code none;
  const auto beside =
      std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / "testing/ledger_append_until_killed";
  return std::filesystem::exists(beside, none) ? beside.string() : WIDER_APPEND_UNTIL_KILLED;
}

// Runs the appending child for so long, kills it, and gives the last sequence it was told is safe.
std::uint64_t append_and_kill(const std::filesystem::path& hub, std::uint64_t seed, int milliseconds) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const std::string number = std::to_string(seed);
  const std::string program = appender();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::execl(program.c_str(), "append", hub.c_str(), number.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  ::close(ends[1]);
  pollfd wait{ends[0], POLLIN, 0};
  ::poll(&wait, 1, 20'000);  // until the first acknowledgement, so that the kill always falls into appending
  ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child must still have been appending";
  std::string said;
  std::array<char, 4096> part;
  for (ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;)
    said.append(part.data(), static_cast<std::size_t>(got));
  ::close(ends[0]);
  std::uint64_t last = 0;
  std::istringstream lines(said.substr(0, said.rfind('\n') + 1));
  for (std::uint64_t first = 0, count = 0; lines >> first >> count;) last = first + count - 1;
  return last;
}

// Every hundred kills with a new hub: each time all of it is read and verified.
TEST(Durability, WhatWasAcknowledgedSurvivesKill9) {
  constexpr int kills_of_a_hub = 100;
  Random random(9);
  std::uint64_t in_all = 0;
  const int kills = times_of("WIDER_KILLS", 20);
  for (int before = 0; before < kills; before += kills_of_a_hub) {
    const TestFolder folder;
    ASSERT_TRUE(Ledger::create(folder.place(), {}));
    std::uint64_t acknowledged = 0;
    for (int round = before; round < std::min(kills, before + kills_of_a_hub); ++round) {
      acknowledged =
          std::max(acknowledged, append_and_kill(folder.hub(), random.next(), static_cast<int>(random.below(150))));
      auto ledger = Ledger::open(folder.place(), {});
      ASSERT_TRUE(ledger) << ledger.error().message;
      ASSERT_GE((*ledger)->size(), acknowledged);
      std::uint64_t next = 1;
      ASSERT_TRUE((*ledger)->read_range(1, (*ledger)->size(), [&](const Entry& entry) {
        EXPECT_EQ(entry.body, "entry " + std::to_string(next++));
        return true;
      }));
      EXPECT_EQ(next, (*ledger)->size() + 1);
      EXPECT_TRUE((*ledger)->verify({}, {})->good());
    }
    in_all += acknowledged;
  }
  EXPECT_GT(in_all, 100U);
  std::printf("kill -9: %d kills, %llu entries acknowledged, none lost\n", kills,
              static_cast<unsigned long long>(in_all));
}

// ---- power loss

struct Losses {
  int crashes = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;  // acknowledged entries that are not there, or not as they were
  int damaged = 0;         // ledgers that did not open or failed their verification
};

std::vector<NewEntry> numbered(std::size_t count, std::uint64_t next, std::uint64_t salt) {
  std::vector<NewEntry> entries(count);
  for (std::size_t i = 0; i < count; ++i)
    entries[i].body = std::to_string(salt) + " entry " + std::to_string(next + i) + std::string((next + i) % 700, '.');
  return entries;
}

class PowerLoss {
 public:
  // With fold_from the power also goes while the store's log is being folded into its files.
  explicit PowerLoss(bool synchronous, std::size_t fold_from = 0) {
    options_.synchronous = synchronous;
    options_.fold_from = fold_from;
    EXPECT_TRUE(Ledger::create(made_.hub(), {}));  // durably, and copied for each hub that is to lose power
    options_.key_file = made_.hub().string() + ".key";
  }

  Losses run(int crashes) {
    options_.sqlite_vfs = CrashVfs::name();
    while (losses_.crashes < crashes) one_hub(std::min(crashes, losses_.crashes + 10));
    return losses_;
  }

 private:
  // A hub that is made durably, then loses power again and again.
  void one_hub(int until) {
    const TestFolder folder;
    bodies_.clear();
    std::filesystem::copy(made_.hub(), folder.hub());
    CrashVfs vfs;
    while (losses_.crashes < until) {
      vfs.crash_after(random_.below(random_.chance(0.5) ? 40 : 400));
      append_until_crash(folder.hub(), vfs);
      vfs.settle(random_.next());
      ++losses_.crashes;
      if (!sound(folder.hub())) return;  // go on with a new hub
      vfs.settle(random_.next());
    }
  }

  void append_until_crash(const std::filesystem::path& hub, const CrashVfs& vfs) {
    auto ledger = Ledger::open(hub, options_);
    while (ledger && !vfs.crashed()) {
      const std::uint64_t next = (*ledger)->size() + 1;
      auto entries = numbered(random_.chance(0.3) ? 1 : 1 + random_.below(100), next, random_.next());
      const auto first = entries.size() == 1 ? (*ledger)->append_now(entries[0]) : (*ledger)->append(entries);
      if (!first) break;
      EXPECT_EQ(*first, next);
      bodies_.resize(next - 1 + entries.size());
      for (std::size_t i = 0; i < entries.size(); ++i) bodies_[next - 1 + i] = entries[i].body;
      losses_.acknowledged += entries.size();
      if (random_.chance(0.05)) {
        const std::uint64_t erased = 1 + random_.below(next);
        if ((*ledger)->erase(erased))
          bodies_[erased - 1] = std::nullopt;
        else
          unsure_ = erased;
      }
    }
  }

  // Counts what is lost; entries that were written but not acknowledged may be there or not, and are learnt.
  bool sound(const std::filesystem::path& hub) {
    auto ledger = Ledger::open(hub, options_);
    if (!ledger) {
      ++losses_.damaged;
      losses_.lost += bodies_.size();
      if (options_.synchronous) ADD_FAILURE() << ledger.error().message;
      return false;
    }
    std::vector<std::optional<std::string>> found_bodies;
    const auto read = (*ledger)->read_range(1, (*ledger)->size(), [&](const Entry& entry) {
      found_bodies.push_back(entry.erased ? std::nullopt : std::optional(entry.body));
      return true;
    });
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < bodies_.size(); ++i) {
      const bool as_it_was =
          i < found_bodies.size() && (found_bodies[i] == bodies_[i] || (i + 1 == unsure_ && !found_bodies[i]));
      lost += as_it_was ? 0 : 1;
    }
    losses_.lost += lost;
    const auto found = (*ledger)->verify({}, {});
    const bool good = read && found && found->good();
    if (!good) ++losses_.damaged;
    if (!good && options_.synchronous) ADD_FAILURE() << (found ? found->says : found.error().message);
    bodies_ = std::move(found_bodies);
    unsure_ = 0;
    return good && lost == 0;
  }

  TestFolder made_;
  Options options_;
  Random random_{4711};
  std::vector<std::optional<std::string>> bodies_;  // of entry i + 1 what was acknowledged; none when erased
  std::uint64_t unsure_ = 0;
  Losses losses_;
};

void print(const char* mode, const Losses& losses) {
  std::printf("power loss, synchronous=%s: %d crashes, %llu entries acknowledged, %llu lost, %d ledgers damaged\n",
              mode, losses.crashes, static_cast<unsigned long long>(losses.acknowledged),
              static_cast<unsigned long long>(losses.lost), losses.damaged);
}

TEST(Durability, WhatWasAcknowledgedSurvivesTheLossOfPower) {
  const Losses losses = PowerLoss(true).run(times_of("WIDER_CRASHES", 1000));
  print("FULL", losses);
  EXPECT_EQ(losses.crashes, times_of("WIDER_CRASHES", 1000));
  EXPECT_GT(losses.acknowledged, 10'000U);
  EXPECT_EQ(losses.lost, 0U);
  EXPECT_EQ(losses.damaged, 0);
}

TEST(Durability, WhatWasAcknowledgedSurvivesTheLossOfPowerWhileTheLogIsFolded) {
  const Losses losses = PowerLoss(true, std::size_t{64} << 10).run(times_of("WIDER_CRASHES", 1000));
  print("FULL, folding", losses);
  EXPECT_EQ(losses.crashes, times_of("WIDER_CRASHES", 1000));
  EXPECT_GT(losses.acknowledged, 10'000U);
  EXPECT_EQ(losses.lost, 0U);
  EXPECT_EQ(losses.damaged, 0);
}

TEST(Durability, WithoutSynchronousTheSameTestLosesSome) {
  const Losses losses = PowerLoss(false).run(200);
  print("OFF", losses);
  EXPECT_GT(losses.lost, 0U) << "the test of power loss could not notice a loss";
}

// ---- a changed byte

struct Answer {
  Header header;
  std::string body;
  bool erased = false;
};

bool same(const Entry& entry, const Answer& answer) {
  const Header& a = entry.header;
  const Header& b = answer.header;
  return a.sequence == b.sequence && a.received == b.received && a.kind == b.kind && a.reference == b.reference &&
         a.actor == b.actor && a.purpose == b.purpose && a.controller == b.controller && a.regime == b.regime &&
         a.gateway == b.gateway && entry.body == answer.body && entry.erased == answer.erased;
}

enum class Notice { at_open, by_read, by_verify, harmless, silently_changed };

Notice notice_of(const std::filesystem::path& hub, const Options& options, const std::vector<Answer>& answers) {
  auto ledger = Ledger::open(hub, options);
  if (!ledger) return Notice::at_open;
  if ((*ledger)->size() != answers.size()) return Notice::silently_changed;
  bool read_failed = false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto entry = (*ledger)->read(i + 1);
    if (entry && !same(*entry, answers[i])) return Notice::silently_changed;
    read_failed = read_failed || !entry;
  }
  std::size_t next = 0;
  bool changed = false;
  const auto headers = (*ledger)->read_headers(1, answers.size(), [&](const Header& header) {
    changed = changed || header.reference != answers[next].header.reference ||
              header.received != answers[next].header.received;
    ++next;
    return true;
  });
  if (changed) return Notice::silently_changed;
  if (read_failed || !headers) return Notice::by_read;
  const auto found = (*ledger)->verify({}, {});
  return !found || !found->good() ? Notice::by_verify : Notice::harmless;
}

void flip_one_byte(const std::filesystem::path& hub, Random& random) {
  const auto ledger_size = std::filesystem::file_size(hub / "ledger.db");
  const auto keys_size = std::filesystem::file_size(hub / "keys.db");
  const std::uint64_t at = random.below(ledger_size + keys_size);
  std::fstream file(hub / (at < ledger_size ? "ledger.db" : "keys.db"),
                    std::ios::in | std::ios::out | std::ios::binary);
  const auto offset = static_cast<std::streamoff>(at < ledger_size ? at : at - ledger_size);
  file.seekg(offset);
  const int before = file.get();
  file.seekp(offset);
  file.put(static_cast<char>(before ^ static_cast<int>(1 + random.below(255))));
}

TEST(Durability, AChangedByteIsNoticedOrHarmless) {
  const TestFolder folder;
  std::vector<Answer> answers;
  {
    auto ledger = Ledger::create(folder.hub(), {}).value();
    std::uint64_t next = 1;
    for (const std::size_t count : {300U, 1U, 1U, 70U, 1U, 200U}) {
      ASSERT_TRUE(ledger->append(numbered(count, next, 5)));
      next += count;
    }
    for (const std::uint64_t sequence : {7U, 301U, 450U}) ASSERT_TRUE(ledger->erase(sequence));
    ASSERT_TRUE(ledger->read_range(1, ledger->size(), [&](const Entry& entry) {
      answers.push_back({entry.header, entry.body, entry.erased});
      return true;
    }));
  }
  Options options;
  options.key_file = folder.hub().string() + ".key";
  Random random(2024);
  std::map<Notice, int> split;
  const int flips = times_of("WIDER_FLIPS", 200);
  for (int flip = 0; flip < flips; ++flip) {
    const auto copy = folder.path() / "copy";
    std::filesystem::copy(folder.hub(), copy);
    flip_one_byte(copy, random);
    ++split[notice_of(copy, options, answers)];
    std::filesystem::remove_all(copy);
  }
  std::printf(
      "%d flipped bytes: %d noticed at opening, %d by reading, %d by verify, %d harmless, %d silently changed\n", flips,
      split[Notice::at_open], split[Notice::by_read], split[Notice::by_verify], split[Notice::harmless],
      split[Notice::silently_changed]);
  EXPECT_EQ(split[Notice::silently_changed], 0);
  EXPECT_GT(split[Notice::by_read], 50);
}

}  // namespace
}  // namespace wider::ledger
