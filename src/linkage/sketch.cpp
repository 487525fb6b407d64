#include "linkage/sketch.hpp"

#include <algorithm>
#include <bit>

namespace wider::linkage {
namespace {

constexpr std::uint8_t no_bit = 255;

// The bit of a character's n-th occurrence, or none.
struct Bits {
  std::array<std::array<std::uint8_t, 3>, 256> of{};
  constexpr Bits() {
    for (auto& places : of) places = {no_bit, no_bit, no_bit};
    std::uint8_t next = 0;
    for (char c = 'a'; c <= 'z'; ++c) of[static_cast<unsigned char>(c)][0] = next++;
    for (const char c : {'a', 'e', 'i', 'l', 'n', 'o', 'r', 's'}) of[static_cast<unsigned char>(c)][1] = next++;
    for (char c = '0'; c <= '9'; ++c) {
      for (auto& place : of[static_cast<unsigned char>(c)]) place = next++;
    }
  }
};
constexpr Bits bits;

}  // namespace

Sketch sketch_of(std::string_view text) {
  std::uint64_t bag = 0;
  std::uint32_t unheld = 0;
  for (const char c : text) {
    bool held = false;
    for (const std::uint8_t bit : bits.of[static_cast<unsigned char>(c)]) {
      if (bit == no_bit) break;
      if ((bag >> bit & 1) != 0) continue;
      bag |= 1ULL << bit;
      held = true;
      break;
    }
    unheld += held ? 0 : 1;
  }
  Sketch sketch;
  sketch.low = static_cast<std::uint32_t>(bag);
  sketch.high = static_cast<std::uint32_t>(bag >> 32);
  for (std::size_t i = std::min<std::size_t>(text.size(), 4); i-- > 0;)
    sketch.first = sketch.first << 8 | static_cast<unsigned char>(text[i]);
  sketch.length = static_cast<std::uint16_t>(std::min<std::size_t>(text.size(), longest_sketched));
  sketch.unheld = static_cast<std::uint16_t>(std::min<std::uint32_t>(unheld, longest_sketched));
  return sketch;
}

std::uint32_t bits_of(const NameGroups& groups) {
  std::uint32_t set = 0;
  for (const std::uint16_t group : groups) {
    const std::uint32_t mixed = group * 2654435761U;
    if (group != 0) set |= 1U << (std::uint64_t{mixed} * 31 >> 32);
  }
  return set;
}

int most_common(const Sketch& left, const Sketch& right) {
  return std::popcount(left.low & right.low) + std::popcount(left.high & right.high) +
         std::min(left.unheld, right.unheld);
}

bool may_be_alike(const Sketch& left, const Sketch& right, double least) {
  const std::uint32_t differs = left.first ^ right.first;
  const int prefix = differs == 0 ? 4 : std::countr_zero(differs) / 8;
  const auto a = static_cast<float>(left.length), b = static_cast<float>(right.length);
  return static_cast<float>(most_common(left, right)) * (a + b) >= least_share(least, prefix) * a * b;
}

bool may_be_within(const Sketch& left, const Sketch& right, int most) {
  return most_common(left, right) >= std::max(left.length, right.length) - most;
}

}  // namespace wider::linkage
