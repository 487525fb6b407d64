#include "access/unusual.hpp"

#include <algorithm>
#include <map>

namespace wider::access {
namespace {

double median(std::vector<std::uint32_t>& values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

}  // namespace

std::vector<UnusualDay> unusual_days(std::span<const DayOfLooks> days, const UnusualRule& rule) {
  std::map<std::uint32_t, std::vector<const DayOfLooks*>> by_account;
  std::map<UserRole, std::vector<const DayOfLooks*>> by_role;
  for (const DayOfLooks& day : days) {
    by_account[day.account].push_back(&day);
    by_role[day.role].push_back(&day);
  }
  std::vector<UnusualDay> unusual;
  for (const DayOfLooks& day : days) {
    if (day.people < rule.least) continue;
    std::vector<std::uint32_t> own, others;
    for (const DayOfLooks* one : by_account[day.account]) {
      if (one != &day) own.push_back(one->people);
    }
    for (const DayOfLooks* one : by_role[day.role]) {
      if (one->account != day.account) others.push_back(one->people);
    }
    const UnusualDay found{day, median(own), median(others)};
    if (day.people > rule.times * found.usual_for_them && day.people > rule.times * found.usual_for_role)
      unusual.push_back(found);
  }
  std::ranges::sort(unusual, [](const UnusualDay& a, const UnusualDay& b) {
    return a.looks.day != b.looks.day ? a.looks.day < b.looks.day : a.looks.account < b.looks.account;
  });
  return unusual;
}

}  // namespace wider::access
