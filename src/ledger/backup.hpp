// Back-ups: made while the hub runs, encrypted under the hub's key, checked while they are made;
// docs/formats/backup.md.
//
// Invariants
//  1. A back-up only adds files to its folder, under names of their own; its list (backup-….json) is the last of them.
//  2. Entries are written once: a later back-up adds what came since. The keys are written whole each time, so that an
//     erasure reaches the back-ups with the next one, once those made before it are removed.
// Thread safety: free functions.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/copy.hpp"

namespace wider::ledger {

// Called by Ledger::back_up. `read` gives whole packs up to head.size.
[[nodiscard]] Result<BackupReport> write_backup(const std::filesystem::path& folder, const Head& head,
                                                const NewStore& hub, const HubKeys& keys, const ReadGroup& read,
                                                const Progress& progress);

// A new hub of the latest back-up in the folder, or of what had been received by `until`. The hub's key must be at the
// new hub's key file; it is the one that the hub had when the back-up was made.
struct Restored {
  CopyReport copy;
  Head head;  // the back-up's
};
[[nodiscard]] Result<Restored> restore_backup(const std::filesystem::path& folder, const Place& to,
                                              const std::optional<Instant>& until, const Progress& progress);

}  // namespace wider::ledger
