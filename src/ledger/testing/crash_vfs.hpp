// A SQLite VFS that can lose power: what was written since a file's last sync may be lost, torn or kept in any order.
//
// Files live in memory while they are open and are put back on the real disk by settle(). From the chosen operation on
// every call fails, as for a process that is no more; settle() then decides, by its seed, what the disk would hold.
// Sectors are 512 bytes: each sector of each unsynced write is kept or lost on its own, so writes are torn and
// reordered. Thread safety: every member and every SQLite call is under one mutex. Tests only.
#pragma once

#include <cstdint>
#include <string>

namespace wider::ledger::testing_support {

class CrashVfs {
 public:
  CrashVfs();  // registers itself with SQLite; one at a time
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  static const char* name() { return "wider-crash"; }
  // The power goes at the operation (write, truncate or sync) with this number from now, 0 being the next.
  void crash_after(std::uint64_t operations);
  [[nodiscard]] bool crashed() const;
  // The operation with this number from now fails (once, or it and all after it), and the process lives on. A write
  // that fails changes nothing; after a sync that fails what it should have made durable never is, unless it is written
  // again: the kernel drops it and says so only once.
  void fail_after(std::uint64_t operations, bool for_good);
  void fail_no_more();
  [[nodiscard]] bool failed() const;  // whether that operation has come
  // After everything is closed: puts on the real disk what is left, and lives again.
  void settle(std::uint64_t seed);
};

}  // namespace wider::ledger::testing_support
