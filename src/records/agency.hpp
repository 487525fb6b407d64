// The agencies of a safeguarding partnership, by the names that files, commands and pages use.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wider {

enum class Agency : std::uint8_t {
  social_care,
  police,
  health,
  education,
  licensing,
  prosecution,
  housing,
  youth_justice,
  probation,
  voluntary,
  community,    // parents' and community reports
  partnership,  // the safeguarding partnership itself: meetings, reviews, actions
};
inline constexpr std::size_t agency_count = 12;

[[nodiscard]] std::string_view name_of(Agency agency);   // "social-care": in files and commands
[[nodiscard]] std::string_view title_of(Agency agency);  // "Children's social care": on pages
[[nodiscard]] std::optional<Agency> agency_named(std::string_view name);

// A set of agencies, for "who holds part of this".
class AgencySet {
 public:
  void add(Agency agency) { bits_ = static_cast<std::uint16_t>(bits_ | bit(agency)); }
  [[nodiscard]] bool has(Agency agency) const { return (bits_ & bit(agency)) != 0; }
  [[nodiscard]] int count() const { return __builtin_popcount(bits_); }
  [[nodiscard]] std::uint16_t bits() const { return bits_; }
  friend auto operator<=>(AgencySet, AgencySet) = default;

 private:
  static constexpr std::uint16_t bit(Agency agency) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(agency));
  }
  std::uint16_t bits_ = 0;
};

}  // namespace wider
