// A hub copied from one place to another, between stores too: the same rows, ciphertexts and key slots, so the same
// tree head; and the pieces that a backup is made of.
//
// Invariant: until the copy has been checked whole, there is no hub at the new place; a copy that was killed is made
// again over what it left. Thread safety: free functions.
#pragma once

#include <functional>

#include "ledger/crypto.hpp"
#include "ledger/ledger.hpp"
#include "ledger/store.hpp"

namespace wider::ledger {

// Whole packs with their slots and bodies, from `first` on, at most so many entries; empty packs: there is no more.
using ReadGroup = std::function<Result<Block>(std::uint64_t first)>;

// So, of a store with `size` entries.
[[nodiscard]] Result<Block> whole_packs(Store& store, std::uint64_t first, std::uint64_t size);

// The group that these packs are in a store: the proof's chunks that end in it included.
[[nodiscard]] Group group_of(const Block& block, const std::vector<Digest>& chunks);

struct CopyReport {
  std::uint64_t entries = 0;
  std::uint64_t erased = 0;
  Digest root{};
};

// Whose copy it is, and under which hub's key its ring lies.
struct HubSecrets {
  std::string identity;
  SecretKey hub_key;
  Ring ring;
};

// Makes a hub at `to` of what `read` gives, checks the whole of it, and only then lets it be there. `expected`: the
// root it must have. already_there: there is a hub at the place.
[[nodiscard]] Result<CopyReport> make_copy(const Place& to, HubSecrets secrets, const ReadGroup& read,
                                           const std::optional<Digest>& expected, const Progress& progress,
                                           std::uint64_t of);

// Both hubs have one key: it is written beside the new one where that is not there yet.
[[nodiscard]] Result<CopyReport> copy_hub(const Place& from, const Place& to, const Progress& progress);

}  // namespace wider::ledger
