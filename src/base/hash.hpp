// hash_bytes: a fast 64-bit hash of bytes, the same on every run and machine. Not for secrets, not against an
// adversary.
#pragma once

#include <cstdint>
#include <string_view>

namespace wider {

[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace wider
