// The bodies' wrapped keys, in keys.db in the hub's own folder whichever store holds the entries (ADR 16): a slot is
// overwritten in place when its body is erased, so that no database server's log or backup holds the key after it.
// Thread safety: none but log_bytes(); the ledger calls it under its gate.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "ledger/sqlite_file.hpp"
#include "ledger/store.hpp"

namespace wider::ledger {

class KeyStore {
 public:
  Result<void> create(const std::filesystem::path& folder, std::string_view identity, const SqliteOptions& options);
  // Gives the identity back.
  Result<std::string> open(const std::filesystem::path& folder, const SqliteOptions& options);

  Result<void> append(const Group& group);         // durable on return
  Result<void> read_slots(Block& block);           // of its packs; an empty string where a pack has none
  Result<void> check_last(const Pack& last_pack);  // corrupt: keys.db is older than the ledger
  Result<void> erase(std::span<const ErasedSlot> slots);  // all or none; durable, and the log cut, on return
  Result<void> replace(std::uint64_t pack_first, std::string_view slots);  // within begin() and commit()
  Result<void> begin() { return file_.run("BEGIN IMMEDIATE"); }
  Result<void> commit() { return file_.run("COMMIT"); }
  void roll_back() { (void)file_.run("ROLLBACK"); }
  Result<void> cut_log() { return file_.run("PRAGMA wal_checkpoint(TRUNCATE)"); }

  Result<void> fold(std::size_t from_bytes) {
    return file_.log_bytes() < from_bytes ? Result<void>() : file_.checkpoint();
  }
  Result<void> recover() { return file_.recover(); }
  [[nodiscard]] std::size_t log_bytes() const { return file_.log_bytes(); }

 private:
  Result<void> prepare();
  Result<void> append_in_transaction(const Group& group);
  Result<void> overwrite(const ErasedSlot& erased);

  SqliteFile file_;
  Prepared drop_after_, insert_, select_, update_;
};

}  // namespace wider::ledger
