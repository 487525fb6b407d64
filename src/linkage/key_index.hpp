// Which entries have a key: the index of blocks that changes with every entry. Many small tables by open addressing,
// chosen by the key's highest bits, each growing by itself, so that no addition waits for the whole; a key's only entry
// lies beside it, and of several entries there is a list in one piece.
// Invariant: of() gives every entry that was added under the key and not removed, each once, in no set order.
// Thread safety: const members may be called together; add() and remove() under keys of different regions, too.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/check.hpp"

namespace wider::linkage {

class KeyIndex {
 public:
  static constexpr std::size_t regions = 64;
  [[nodiscard]] static std::size_t region_of(std::uint64_t key) { return key >> 58; }

  // `key` is not 0, and the entry is not there under it yet.
  void add(std::uint64_t key, std::uint32_t entry) {
    Table& table = table_of(key);
    if (table.held * 4U >= table.slots.size() * 3U) table.grow();
    Slot& slot = table.slots[table.place_of(key)];
    if (slot.key == 0) {
      slot.key = key;
      ++table.held;
    }
    if (slot.count == 0) {
      slot.where = entry;
    } else {
      Lists& lists = lists_[region_of(key)];
      if (slot.count == 1 || std::has_single_bit(slot.count)) move(lists, slot, slot.count + 1);
      lists.at(slot.where)[slot.count] = entry;
    }
    ++slot.count;
  }

  // The entry is there under the key. The key keeps its place, since it may come again.
  void remove(std::uint64_t key, std::uint32_t entry) {
    Table& table = table_of(key);
    CHECK(table.held > 0);
    Slot& slot = table.slots[table.place_of(key)];
    CHECK(slot.key == key && slot.count > 0);
    Lists& lists = lists_[region_of(key)];
    std::uint32_t* const first = slot.count == 1 ? &slot.where : lists.at(slot.where);
    std::uint32_t* const found = std::find(first, first + slot.count, entry);
    CHECK(found != first + slot.count);
    *found = first[slot.count - 1];
    --slot.count;
    if (slot.count == 1 || (slot.count > 1 && std::has_single_bit(slot.count))) move(lists, slot, slot.count);
  }

  // Brings a key's table, its place, and its list near, in three steps, each some time after the one before.
  void prefetch_table(std::uint64_t key) const { __builtin_prefetch(&tables_[table_at(key)]); }
  void prefetch(std::uint64_t key) const {
    const Table& table = tables_[table_at(key)];
    if (!table.slots.empty()) __builtin_prefetch(&table.slots[table.first_place(key)]);
  }
  // The key's entries; good until the next change.
  [[nodiscard]] std::span<const std::uint32_t> of(std::uint64_t key) const {
    const Table& table = tables_[table_at(key)];
    if (table.slots.empty()) return {};
    const Slot& slot = table.slots[table.place_of(key)];
    if (slot.count < 2) return {&slot.where, slot.count};
    return {lists_[region_of(key)].at(slot.where), slot.count};
  }

  [[nodiscard]] std::size_t bytes() const {
    std::size_t bytes = tables_.size() * sizeof(Table);
    for (const Table& table : tables_) bytes += table.slots.capacity() * sizeof(Slot);
    for (const Lists& lists : lists_) bytes += lists.segments.size() * Lists::segment_size * sizeof(std::uint32_t);
    return bytes;
  }

 private:
  static constexpr unsigned table_bits = 16;
  struct Slot {
    std::uint64_t key = 0;    // 0: free
    std::uint32_t where = 0;  // the entry, or the place of their list
    std::uint32_t count = 0;
  };
  struct Table {
    std::vector<Slot> slots;  // as many as a power of two, or none
    std::uint32_t held = 0;
    [[nodiscard]] std::size_t first_place(std::uint64_t key) const {
      return (key << table_bits) >> (64 - std::countr_zero(slots.size()));
    }
    [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
      std::size_t at = first_place(key);
      while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) & (slots.size() - 1);
      return at;
    }
    void grow() {
      std::vector<Slot> before(std::max<std::size_t>(4, slots.size() * 2));
      before.swap(slots);
      for (const Slot& slot : before) {
        if (slot.key != 0) slots[place_of(slot.key)] = slot;
      }
    }
  };
  // Room for the lists of a region's keys: a list of n entries has room for the power of two that holds them.
  struct Lists {
    static constexpr std::uint32_t segment_bits = 15, segment_size = 1U << segment_bits;
    std::vector<std::uint32_t*> segments;                 // of entries
    std::vector<std::unique_ptr<std::uint32_t[]>> owned;  // a list longer than a segment lies in several that follow
    std::uint32_t used = segment_size;                    // of the last segment
    std::array<std::vector<std::uint32_t>, 32> free;      // places, by the logarithm of their room

    // A place counts entries in twos.
    [[nodiscard]] std::uint32_t* at(std::uint32_t place) const {
      return segments[place >> (segment_bits - 1)] + std::size_t{place & (segment_size / 2 - 1)} * 2;
    }
    std::uint32_t take(unsigned room_bits) {
      if (!free[room_bits].empty()) {
        const std::uint32_t place = free[room_bits].back();
        free[room_bits].pop_back();
        return place;
      }
      const std::size_t room = std::size_t{1} << room_bits;
      if (used + room > segment_size) {
        // What is left of the last segment serves shorter lists.
        while (used < segment_size) {
          const auto rest = static_cast<unsigned>(std::bit_width(segment_size - used) - 1);
          free[rest].push_back(place_at(used));
          used += 1U << rest;
        }
        const std::size_t fresh = std::max<std::size_t>(1, room >> segment_bits);
        owned.push_back(std::make_unique_for_overwrite<std::uint32_t[]>(fresh << segment_bits));
        for (std::size_t i = 0; i < fresh; ++i) segments.push_back(owned.back().get() + (i << segment_bits));
        CHECK(segments.size() < (std::size_t{1} << (33 - segment_bits)));
        if (room >= segment_size) return static_cast<std::uint32_t>((segments.size() - fresh) << (segment_bits - 1));
        used = 0;
      }
      const std::uint32_t place = place_at(used);
      used += static_cast<std::uint32_t>(room);
      return place;
    }

   private:
    [[nodiscard]] std::uint32_t place_at(std::uint32_t in_last) const {
      return static_cast<std::uint32_t>((segments.size() - 1) << (segment_bits - 1)) + in_last / 2;
    }
  };

  static unsigned room_bits(std::uint32_t count) { return static_cast<unsigned>(std::bit_width(count - 1)); }
  [[nodiscard]] static std::size_t table_at(std::uint64_t key) { return key >> (64 - table_bits); }
  Table& table_of(std::uint64_t key) { return tables_[table_at(key)]; }
  // The key's entries to where there is room for `count`, which is one more or as many as there are.
  static void move(Lists& lists, Slot& slot, std::uint32_t count) {
    const std::uint32_t held = std::min(slot.count, count);
    if (count == 1) {  // of a list of two
      const std::uint32_t place = slot.where;
      slot.where = *lists.at(place);
      lists.free[1].push_back(place);
      return;
    }
    const std::uint32_t to = lists.take(room_bits(count));
    if (slot.count == 1) {
      *lists.at(to) = slot.where;
    } else {
      std::copy_n(lists.at(slot.where), held, lists.at(to));
      const unsigned was = count > slot.count ? room_bits(slot.count) : room_bits(count) + 1;
      lists.free[was].push_back(slot.where);
    }
    slot.where = to;
  }

  std::vector<Table> tables_ = std::vector<Table>(std::size_t{1} << table_bits);
  std::array<Lists, regions> lists_;
};

}  // namespace wider::linkage
