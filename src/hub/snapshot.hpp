// The encrypted snapshot of a projection, so that a start is quick. It is only ever a shortcut: when it is absent, of
// another version or does not open, the hub replays its ledger instead (docs/formats/snapshot.md).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "hub/projection.hpp"

namespace wider::hub {

[[nodiscard]] Result<void> save_snapshot(ledger::Ledger& ledger, const std::filesystem::path& file,
                                         const Projection& projection);
// nullptr when there is none that can be used.
[[nodiscard]] std::unique_ptr<Projection> load_snapshot(ledger::Ledger& ledger, const std::filesystem::path& file);

}  // namespace wider::hub
