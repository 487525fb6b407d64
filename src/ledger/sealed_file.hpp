// Files beside the ledger, encrypted under the hub's key with libsodium's secretstream in chunks: snapshots and
// secrets. A cut, reordered or altered file does not open. Writing is atomic: a temporary file, fsync, rename, fsync of
// the folder. Thread safety: pure functions over the file system.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ledger/crypto.hpp"

namespace wider::ledger {

[[nodiscard]] Result<void> write_sealed(const std::filesystem::path& path, std::span<const std::string_view> blocks,
                                        const SecretKey& key);
[[nodiscard]] Result<std::string> read_sealed(const std::filesystem::path& path, const SecretKey& key);

}  // namespace wider::ledger
