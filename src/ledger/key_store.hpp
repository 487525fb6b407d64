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
  Result<void> create(const std::filesystem::path& folder, const NewStore& made, const SqliteOptions& options);
  // Gives the identity back. usage: it is of a newer format than this program knows.
  Result<std::string> open(const std::filesystem::path& folder, const SqliteOptions& options);

  [[nodiscard]] int format() const { return format_; }
  // The key ring as it is sealed under one hub's key after another, the latest last; none in format 1.
  Result<std::vector<std::string>> rings();
  // These and no others, from one moment to the next; makes a hub of format 1 one of format 2. The log is cut, so that
  // what was sealed under an older key is gone.
  Result<void> set_rings(std::span<const std::string> rings);

  Result<void> append(const Group& group);                // durable on return
  Result<void> read_slots(Block& block);                  // of its packs; an empty string where a pack has none
  Result<void> check_last(const Pack& last_pack);         // corrupt: keys.db is older than the ledger
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

  Result<void> replace_rings(std::span<const std::string> rings);

  int format_ = ledger_format;
  SqliteFile file_;
  Prepared drop_after_, insert_, select_, update_;
};

}  // namespace wider::ledger
