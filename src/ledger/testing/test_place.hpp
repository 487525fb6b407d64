// Where a test's hub lies: its folder, and, when $WIDER_TEST_POSTGRESQL names a server (tests/with_postgresql.py sets
// it), a database of its own there, so that one suite runs on both stores. Tests only.
// Thread safety: may be called from any thread.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/place.hpp"

namespace wider::ledger::testing_support {

[[nodiscard]] bool on_postgresql();
// The same folder always gives the same database, which is made when it is not there yet.
[[nodiscard]] Place place_in(const std::filesystem::path& folder);
// Runs SQL there as the server's owner, as psql would; gives the first value, or the SQLSTATE when it fails.
[[nodiscard]] std::string sql(const Place& place, const std::string& lines);

}  // namespace wider::ledger::testing_support
