// Writes a hub as the program wrote it before the key ring (format 1): plain headers, slots wrapped under a key derived
// of the hub's, no number in keys.db. So that nobody has to keep a hub of then. SQLite alone. Tests only.
// Thread safety: free function.
#pragma once

#include <filesystem>
#include <span>

#include "ledger/ledger.hpp"

namespace wider::ledger::testing_support {

// In a folder that is not there; its key beside it. Gives the head that the hub of then would have published.
Head write_format_1(const std::filesystem::path& folder, std::span<const NewEntry> entries);
// Runs SQL on a database of a hub that nobody has open; gives the first value's bytes.
std::string sqlite(const std::filesystem::path& file, const std::string& lines);

}  // namespace wider::ledger::testing_support
