// The check of everything: each row's ciphertext, key and commitment, the order of sequences and times, the whole tree.
// Thread safety: as the reader it is given.
#pragma once

#include <functional>
#include <optional>

#include "ledger/crypto.hpp"
#include "ledger/ledger.hpp"
#include "ledger/store.hpp"

namespace wider::ledger {

using ReadBlock = std::function<Result<Block>(std::uint64_t first, std::uint64_t last)>;

// size and root: what the open ledger holds to be true. chunks: the stored subtree hashes.
[[nodiscard]] Verification verify_entries(const ReadBlock& read, const HubKeys& keys, std::uint64_t size,
                                          const Digest& root, const std::vector<Digest>& chunks,
                                          const std::optional<Head>& published, const Progress& progress);

}  // namespace wider::ledger
