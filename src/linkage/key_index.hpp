// Which entries have a key: the index of blocks that changes with every entry. A table by open addressing; a key's
// first entry lies beside it, since most keys have one, and the others in chunks of a cache line's half. Invariant:
// visit() gives every entry that was added under the key and not removed, each once, in no set order. Thread safety:
// const members may be called together.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.hpp"

namespace wider::linkage {

class KeyIndex {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  KeyIndex() : slots_(1024) {}
  // Makes room for so many keys at once, so that the table does not grow step by step.
  void reserve(std::size_t keys) {
    if (keys * 2 > slots_.size()) rehash(std::bit_ceil(keys * 2));
  }

  // `key` is not 0, and the entry is not there under it yet.
  void add(std::uint64_t key, std::uint32_t entry) {
    if (held_ * 2 >= slots_.size()) rehash(slots_.size() * 2);
    Slot& slot = slots_[place_of(key)];
    if (slot.key == 0) {
      slot.key = key;
      ++held_;
    }
    if (slot.first == none) {
      slot.first = entry;
      return;
    }
    if (slot.more == none || chunks_[slot.more].count == chunk_size) {
      const std::uint32_t fresh = new_chunk();
      chunks_[fresh].next = slot.more;
      slot.more = fresh;
    }
    Chunk& chunk = chunks_[slot.more];
    chunk.entries[chunk.count++] = entry;
  }

  // The entry is there under the key. The key keeps its place, since it may come again.
  void remove(std::uint64_t key, std::uint32_t entry) {
    Slot& slot = slots_[place_of(key)];
    CHECK(slot.key == key);
    std::uint32_t* found = slot.first == entry ? &slot.first : nullptr;
    for (std::uint32_t at = slot.more; found == nullptr && at != none; at = chunks_[at].next) {
      for (std::uint32_t i = 0; i < chunks_[at].count; ++i) {
        if (chunks_[at].entries[i] == entry) found = &chunks_[at].entries[i];
      }
    }
    CHECK(found != nullptr);
    if (slot.more == none) {
      *found = none;
      return;
    }
    Chunk& last = chunks_[slot.more];
    *found = last.entries[--last.count];
    if (last.count == 0) free_.push_back(std::exchange(slot.more, last.next));
  }

  // Brings a key's place near, for a visit that soon follows.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[key >> (64 - std::countr_zero(slots_.size()))]); }

  template <typename Visit>
  void visit(std::uint64_t key, Visit&& each) const {
    const Slot& slot = slots_[place_of(key)];
    if (slot.key == 0 || slot.first == none) return;
    each(slot.first);
    for (std::uint32_t at = slot.more; at != none; at = chunks_[at].next) {
      for (std::uint32_t i = 0; i < chunks_[at].count; ++i) each(chunks_[at].entries[i]);
    }
  }

  [[nodiscard]] std::size_t bytes() const {
    return slots_.capacity() * sizeof(Slot) + chunks_.capacity() * sizeof(Chunk);
  }

 private:
  static constexpr std::uint32_t chunk_size = 6;
  struct Slot {
    std::uint64_t key = 0;  // 0: free
    std::uint32_t first = none;
    std::uint32_t more = none;  // chunk that is being filled; the chunks behind it are full
  };
  struct Chunk {
    std::array<std::uint32_t, chunk_size> entries{};
    std::uint32_t count = 0;
    std::uint32_t next = none;
  };

  [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = key >> (64 - std::countr_zero(slots_.size()));
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask;
    return at;
  }
  void rehash(std::size_t size) {
    std::vector<Slot> before(size);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.key != 0) slots_[place_of(slot.key)] = slot;
    }
  }
  std::uint32_t new_chunk() {
    if (!free_.empty()) {
      const std::uint32_t chunk = free_.back();
      free_.pop_back();
      chunks_[chunk] = {};
      return chunk;
    }
    chunks_.emplace_back();
    return static_cast<std::uint32_t>(chunks_.size() - 1);
  }

  std::vector<Slot> slots_;
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> free_;
  std::size_t held_ = 0;
};

}  // namespace wider::linkage
