// Unusual: days on which somebody looked at far more people than they or others of their role do. A stated rule over
// counts, whose answer is a fact to ask about: no score, no order of people, nothing about how anybody works.
// Thread safety: a pure function.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "access/access.hpp"
#include "base/date.hpp"

namespace wider::access {

// How many different people's pages an account opened on a day; days without any are left out.
struct DayOfLooks {
  std::uint32_t account = 0;
  UserRole role = UserRole::social_worker;
  Date day;
  std::uint32_t people = 0;
};
// A day is named when it has at least `least` people, more than `times` as many as the account's median over its other
// days, and more than `times` as many as the median day of the other accounts of the role. A median of nothing is
// nothing: who has no other day, or is alone in a role, is held against the rest alone.
struct UnusualRule {
  std::uint32_t least = 10;
  std::uint32_t times = 3;
};
struct UnusualDay {
  DayOfLooks looks;
  double usual_for_them = 0;  // the two medians; 0 where there is nothing to compare with
  double usual_for_role = 0;
};
// In order of day, and of account within it.
[[nodiscard]] std::vector<UnusualDay> unusual_days(std::span<const DayOfLooks> days, const UnusualRule& rule);

}  // namespace wider::access
