// Where a hub lies: a folder, or a PostgreSQL database and a folder beside it.
//
// With PostgreSQL the entries are in the database; the bodies' keys (keys.db), the snapshot, the lock and the control
// socket stay in a folder of the machine that runs the hub (ADR 16). It is named by the database, under
// $WIDER_STATE_FOLDER, else $STATE_DIRECTORY (systemd's), else $XDG_STATE_HOME/wider, else ~/.local/state/wider.
// Thread safety: values; place_of reads the environment.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wider::ledger {

struct Place {
  std::filesystem::path folder;
  std::string database;  // a postgresql:// address, which may hold a password: never print it; empty: SQLite

  Place() = default;
  Place(std::filesystem::path in_folder) : folder(std::move(in_folder)) {}  // NOLINT: a folder is a place
  Place(std::filesystem::path in_folder, std::string in_database)
      : folder(std::move(in_folder)), database(std::move(in_database)) {}
  [[nodiscard]] bool postgresql() const { return !database.empty(); }
};

// What --hub says. usage: an address that cannot be read, or no folder can be named for it.
[[nodiscard]] Result<Place> place_of(const std::string& hub);
// For people: the folder, or the address without what is secret.
[[nodiscard]] std::string name_of(const Place& place);

}  // namespace wider::ledger
