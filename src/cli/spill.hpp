// Spill: large blocks of memory lie in a temporary file while one exists, so that a linking that is larger than the
// memory it may use goes to disk and not over its bound. Nothing else changes: the same code runs on the same blocks,
// and gives the same bytes.
//
// While a Spill exists, whatever the process allocates with new in blocks of 64 KiB or more is part of a file mapped
// into memory. A watcher reads how much of the process is resident; before that reaches the bound, it lets go of all
// pages of the file: the kernel keeps them as long as nobody else wants the memory, writes them to disk otherwise, and
// brings one back when it is touched. The file has no name from the beginning, so that nothing of it stays behind,
// however the process ends (ADR 15). Invariants: one at a time; a block outlives the Spill if need be; where the disk
// is full, blocks are ordinary memory and disk_was_full() says so: never a crash. Thread safety: allocation is; begin
// and end from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"

namespace wider::cli {

// What linking the rows of some files takes, before they are read.
struct MemoryNeed {
  std::uint64_t in_memory = 0;   // bytes, all of it in memory
  std::uint64_t with_spill = 0;  // bytes at least, when the rest is on disk
  std::uint64_t on_disk = 0;     // bytes of disk for that, at most
};
// not_found, unreadable: as FileText. allowed: files that surely need no more are not looked at closely.
[[nodiscard]] Result<MemoryNeed> memory_need(const std::vector<std::string>& files, std::uint64_t allowed);

class Spill {
 public:
  // unavailable: the folder cannot hold such a file, lies in memory itself, or has not so much room as will be needed;
  // or this build has an allocator of its own (sanitizers).
  [[nodiscard]] static Result<std::unique_ptr<Spill>> begin(const std::string& folder, std::uint64_t memory_bytes,
                                                            std::uint64_t disk_bytes);
  ~Spill();
  Spill(const Spill&) = delete;
  Spill& operator=(const Spill&) = delete;

  [[nodiscard]] std::uint64_t most_on_disk() const;  // bytes of the file that were in use at once
  [[nodiscard]] std::uint64_t times_let_go() const;
  [[nodiscard]] bool disk_was_full() const;

 private:
  explicit Spill(std::uint64_t memory_bytes);
  std::jthread watcher_;
};

// nullptr where the memory allowed suffices; otherwise begins to spill, in the folder of the file to be written.
// unavailable: memory_bytes is less than the least, which is said.
struct SpillStart {
  std::unique_ptr<Spill> spill;
  std::string says;  // in one sentence; empty where nothing is spilled
};
[[nodiscard]] Result<SpillStart> spill_if_needed(const std::vector<std::string>& files, std::uint64_t memory_bytes,
                                                 const std::string& folder);

// A file's text that is mapped into memory: let go of like the rest. Forgotten before it is unmapped.
void spill_also(const void* mapped, std::size_t size);
void spill_no_more(const void* mapped);

}  // namespace wider::cli
