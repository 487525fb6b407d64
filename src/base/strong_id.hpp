// StrongId<Tag, Rep>: ids of different things are different types and cannot be mixed up.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace wider {

template <typename Tag, typename Rep = std::uint32_t>
struct StrongId {
  Rep value = static_cast<Rep>(-1);  // all ones means "none"

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep v) : value(v) {}
  [[nodiscard]] constexpr bool valid() const { return value != static_cast<Rep>(-1); }
  friend constexpr auto operator<=>(StrongId, StrongId) = default;
};

}  // namespace wider

template <typename Tag, typename Rep>
struct std::hash<wider::StrongId<Tag, Rep>> {
  std::size_t operator()(wider::StrongId<Tag, Rep> id) const noexcept {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL >> 7);
  }
};
