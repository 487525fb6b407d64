// A small hash table from 64-bit keys to 32- or 64-bit numbers: open addressing, no removal. Not thread-safe.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace wider::linkage {

template <typename Number>
class NumberMap {
 public:
  NumberMap() : slots_(64) {}

  // The number of a key, 0 when it is new. Good until the next call.
  Number& operator[](std::uint64_t key) {
    if ((held_ + 1) * 2 > slots_.size()) grow();
    Slot& slot = slots_[place_of(key)];
    if (!slot.used) {
      slot = {key, Number{}, true};
      ++held_;
    }
    return slot.number;
  }
  // The number of a key, or 0 when it is not there.
  [[nodiscard]] Number find(std::uint64_t key) const { return slots_[place_of(key)].number; }
  [[nodiscard]] std::size_t size() const { return held_; }
  // In no particular order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.used) visit(slot.key, slot.number);
    }
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    Number number{};
    bool used = false;
  };
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
    std::size_t place = mix64(key) & (slots_.size() - 1);
    while (slots_[place].used && slots_[place].key != key) place = (place + 1) & (slots_.size() - 1);
    return place;
  }
  void grow() {
    std::vector<Slot> before(slots_.size() * 4);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.used) slots_[place_of(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two
  std::size_t held_ = 0;
};

}  // namespace wider::linkage
