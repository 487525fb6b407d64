// Sketches: 16 bytes of a text from which a few instructions say that two texts cannot be alike. A sketch holds which
// letters and digits there are, so that two sketches bound from above how many characters the texts have in common, and
// with that their Jaro-Winkler similarity; and from below their edit distance. The bounds are exact: never the wrong
// way. Values; pure.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/string_pool.hpp"
#include "linkage/text.hpp"

namespace wider::linkage {

// 64 bits: each letter once, eight frequent letters a second time, each digit three times. What has no bit (a third a,
// a second q, spaces, other scripts) is counted.
struct Sketch {
  std::uint32_t low = 0, high = 0;
  std::uint32_t first = 0;  // the first four bytes; 0 where there are fewer
  std::uint16_t length = 0;
  std::uint16_t unheld = 0;  // characters without a bit
};
inline constexpr std::uint32_t longest_sketched = 0xFFFF;

[[nodiscard]] Sketch sketch_of(std::string_view text);
// A set of groups as bits, the highest left free: sets with a common group have a common bit.
[[nodiscard]] std::uint32_t bits_of(const NameGroups& groups);

// No fewer characters than the two texts have in common, counting each as often as both have it.
[[nodiscard]] int most_common(const Sketch& left, const Sketch& right);
// Whether the similarity may reach `least`; false only where it does not.
[[nodiscard]] bool may_be_alike(const Sketch& left, const Sketch& right, double least);
// Whether the distance may be `most` or less; false only where it is more.
[[nodiscard]] bool may_be_within(const Sketch& left, const Sketch& right, int most);

// Jaro-Winkler j + p(1 - j)/10 reaches `least` for a common prefix of p only if the Jaro part j does this, and j only
// if common/length + common/length' does: what the bounds compare with. A hair less, so that rounding cannot matter.
[[nodiscard]] constexpr float least_share(double least, int prefix) {
  const double jaro = (least - 0.1 * prefix) / (1 - 0.1 * prefix);
  return static_cast<float>(3 * jaro - 1 - 1e-4);
}

}  // namespace wider::linkage
