// Where a ledger's bytes lie: five operations (and folding, for a store that has a log), so that a second store can
// follow the first without a change above.
// A store knows nothing of keys or plaintext: it gets and gives ciphertext, wrapped keys, rows and hashes.
//
// Invariants
//  1. append_group makes the keys durable before the rows and bodies, and all of it before it returns; all or nothing.
//  2. A store never changes a row or a body; erase_keys alone overwrites, and only a key slot.
// Thread safety: none; the ledger calls a store under its gate.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/format.hpp"

namespace wider::ledger {

struct Group {
  std::uint64_t first = 0;
  std::vector<Pack> packs;               // consecutive, from first
  std::vector<std::string> key_slots;    // one string per pack: count * key_slot_size
  std::vector<std::string_view> bodies;  // ciphertexts, one per entry
  std::uint64_t first_chunk = 0;         // complete subtrees of 2^chunk_level leaves that end in this group
  std::vector<Digest> chunks;
};

// What lies between two sequences: whole packs, so the first may begin before `first` and the last end after `last`.
struct Block {
  std::vector<Pack> packs;
  std::vector<std::string> key_slots;  // per pack, empty when only headers were asked for or the slots are missing
  std::uint64_t first_body = 0;
  std::vector<std::string> bodies;  // of first … last without gaps, ended early by a missing one
};

struct StoreHead {
  std::uint64_t size = 0;
  Pack last_pack;              // count() 0 when the ledger is empty
  std::vector<Digest> chunks;  // the roots of all complete subtrees of 2^chunk_level leaves
};

// What takes the place of an entry's key when it is erased.
struct ErasedSlot {
  std::uint64_t pack_first = 0;
  std::uint64_t sequence = 0;
  std::string slot;
};

class KeyStore;

enum class Parts { headers, headers_and_keys, everything };

// Makes everything that is appended to a new store one transaction (as far as the store can): see finish().
enum class Making { at_once, until_finished };

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<void> append_group(const Group& group) = 0;
  virtual Result<Block> read_range(std::uint64_t first, std::uint64_t last, Parts parts) = 0;
  virtual Result<Block> read_body(std::uint64_t sequence) = 0;             // as read_range of one entry
  virtual Result<void> erase_keys(std::span<const ErasedSlot> slots) = 0;  // all or none
  virtual Result<StoreHead> head() = 0;
  // Folds the log that groups are first written to into the files, where it has grown to so many bytes. Durability does
  // not wait for it: it takes a moment, so the ledger chooses when and how much.
  virtual Result<void> fold(std::size_t from_bytes) = 0;
  [[nodiscard]] virtual std::size_t log_bytes() const = 0;  // of the longest log; from any thread
  // After a failed write nobody knows what the disk holds: connects anew and makes everything that is there durable, so
  // that what head() then gives may be built upon. An error: not yet (a full disk, a server that is away).
  virtual Result<void> recover() = 0;
  [[nodiscard]] virtual KeyStore& keys() = 0;
  // Of a store made `until_finished`: what was appended is now there. A store that dies before leaves no entries.
  virtual Result<void> finish() { return {}; }
};

// What a new store is made with.
struct NewStore {
  std::string identity;  // written once, the same in both files; authenticated by the ledger
  std::string ring;      // the key ring, sealed under the hub's key
};

}  // namespace wider::ledger
