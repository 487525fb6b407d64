// EntryStream: entries on their way into the ledger, in one order and in large groups, whatever files they come from.
// Three threads work at once: the caller's fills a group, one seals the group before it, one writes the one before
// that.
//
// Invariants
//  1. The ledger holds, at every moment, a beginning of what was added: order is kept and a unit is never cut in two.
//  2. When finish() succeeds, all that was added is durable.
//  3. After a failed write nothing more is written, and every later call says why.
//  4. At most five groups are in memory, each of as many entries as the ledger calls good or of 4 MiB and one unit.
// Thread safety: add, drop and finish from one thread; durable() from any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "hub/hand_over.hpp"
#include "ledger/ledger.hpp"

namespace wider::hub {

class EntryStream {
 public:
  explicit EntryStream(ledger::Ledger& ledger);
  ~EntryStream();  // what was added and not finished may be lost
  EntryStream(const EntryStream&) = delete;
  EntryStream& operator=(const EntryStream&) = delete;

  // Adds what belongs together (a row's entries), moving the entries out; waits while the groups before are written.
  Result<void> add(std::span<ledger::NewEntry> unit);
  // How many entries have been added.
  [[nodiscard]] std::uint64_t added() const { return added_; }
  // Forgets what was added after the first `kept` entries, as far as its group is still being filled.
  void drop_after(std::uint64_t kept);
  // Waits until all that was added is durable.
  Result<void> finish();
  // How many entries are durable so far.
  [[nodiscard]] std::uint64_t durable() const { return durable_; }

 private:
  using Group = std::vector<ledger::NewEntry>;

  Result<void> hand_over();
  void seal_groups();
  void write_groups();
  void join();
  [[nodiscard]] Result<void> state() const;

  ledger::Ledger& ledger_;
  Group group_;
  std::size_t bytes_ = 0;
  std::uint64_t added_ = 0;
  std::atomic<std::uint64_t> durable_ = 0;
  std::optional<Error> failed_;  // written before to_seal_ is stopped, read after that or after join()
  HandOver<Group> to_seal_;
  HandOver<std::unique_ptr<ledger::Sealed>> to_write_;
  std::thread sealing_;
  std::thread writing_;
};

}  // namespace wider::hub
