// Sorting by 64-bit hashes: a stable radix sort on as many of the highest bits as the number of items asks for, then
// the few that are still out of place are put right. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace wider::linkage {

// Sorts items by `key(item)`, a 64-bit value whose high bits are well mixed; equal keys keep their order. `scratch` is
// working space, grown as needed.
template <typename Item, typename Key>
void sort_by_hash(std::vector<Item>& items, std::vector<Item>& scratch, Key&& key) {
  const auto less = [&](const Item& a, const Item& b) { return key(a) < key(b); };
  if (items.size() < 256) return std::stable_sort(items.begin(), items.end(), less);
  constexpr unsigned most_digit_bits = 11;
  const unsigned wanted = static_cast<unsigned>(std::bit_width(items.size())) + 1;
  const unsigned passes = (wanted + most_digit_bits - 1) / most_digit_bits;
  const unsigned digit_bits = (wanted + passes - 1) / passes;
  const std::uint64_t mask = (1U << digit_bits) - 1;
  scratch.resize(items.size());
  for (unsigned pass = 0; pass < passes; ++pass) {
    const unsigned shift = 64 - digit_bits * (passes - pass);
    std::array<std::size_t, 1U << most_digit_bits> at{};
    for (const Item& item : items) ++at[(key(item) >> shift) & mask];
    std::size_t sum = 0;
    for (std::size_t& place : at) sum += std::exchange(place, sum);
    for (const Item& item : items) scratch[at[(key(item) >> shift) & mask]++] = item;
    items.swap(scratch);
  }
  const unsigned sorted_bits = 64 - digit_bits * passes;
  for (std::size_t from = 0; from < items.size();) {
    std::size_t to = from + 1;
    bool in_order = true;
    for (; to < items.size() && key(items[to]) >> sorted_bits == key(items[from]) >> sorted_bits; ++to)
      in_order = in_order && !(key(items[to]) < key(items[to - 1]));
    if (!in_order) {
      std::stable_sort(items.begin() + static_cast<std::ptrdiff_t>(from),
                       items.begin() + static_cast<std::ptrdiff_t>(to), less);
    }
    from = to;
  }
}

}  // namespace wider::linkage
