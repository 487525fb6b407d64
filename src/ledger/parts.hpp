// What a ledger is made of, found and held by this process but not proved yet: for opening, checking and copying one.
// Thread safety: free functions; the parts belong to who asked for them.
#pragma once

#include <memory>
#include <string>

#include "ledger/crypto.hpp"
#include "ledger/files.hpp"
#include "ledger/ledger.hpp"
#include "ledger/sqlite_file.hpp"
#include "ledger/store.hpp"

namespace wider::ledger {

struct OpenParts {
  Descriptor lock;
  HubKey hub_key;
  Ring ring;
  std::size_t rings = 0;  // how many hub's keys open the ring; 0 in format 1, which has none
  bool latest = true;     // ours is the latest of them
  std::unique_ptr<Store> store;
  std::string identity;
  bool simulated = false;
};

// locked, not_found, denied (the key is not this hub's), corrupt.
[[nodiscard]] Result<OpenParts> open_parts(const Place& place, const Options& options);
[[nodiscard]] Result<std::unique_ptr<Store>> create_store(const Place& place, const NewStore& made,
                                                          const SqliteOptions& options,
                                                          Making making = Making::at_once);
// Mode 0700; already_there: it is there and not empty.
[[nodiscard]] Result<void> make_folder(const std::filesystem::path& folder);
[[nodiscard]] std::string make_identity(const HubKeys& keys, bool simulated);
// Whether the hub is simulated; denied when the key is not this hub's.
[[nodiscard]] Result<bool> read_identity(const HubKeys& keys, const std::string& identity);

}  // namespace wider::ledger
