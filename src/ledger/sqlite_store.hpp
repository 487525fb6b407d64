// The store in SQLite: ledger.db (packs, chunks, bodies) and keys.db (key slots), one connection each, exclusively
// locked. Thread safety: none; the ledger calls it under its gate.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "ledger/sqlite_file.hpp"
#include "ledger/store.hpp"

namespace wider::ledger {

// Makes both files with the same identity, durably, and opens them.
[[nodiscard]] Result<std::unique_ptr<Store>> create_sqlite_store(const std::filesystem::path& folder,
                                                                 const NewStore& made, const SqliteOptions& options);
// Opens both; corrupt when they are not a ledger's or do not belong together. Gives the identity back.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& folder,
                                                               std::string& identity, const SqliteOptions& options);

}  // namespace wider::ledger
