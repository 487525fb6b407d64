#include "base/hash.hpp"

#include <cstring>

#include "base/random.hpp"

namespace wider {

// Eight bytes at a time through SplitMix64's finaliser, then the tail with the length mixed in.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  std::uint64_t hash = seed ^ (0xA0761D6478BD642FULL * (bytes.size() + 1));
  const char* data = bytes.data();
  std::size_t left = bytes.size();
  while (left >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, data, 8);
    hash = mix64(hash ^ word);
    data += 8;
    left -= 8;
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, data, left);
  return mix64(hash ^ tail);
}

}  // namespace wider
