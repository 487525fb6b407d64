#include "hub/guessing.hpp"

#include <algorithm>
#include <cmath>

namespace wider::hub {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day = 86'400 * second;
constexpr double longest_wait = 900;
constexpr unsigned free_for_an_account = 5;
constexpr unsigned free_for_an_address = 30;  // an office's people share one
constexpr std::size_t remembered = 20'000;

// 1, 2, 4 … seconds after the free ones.
double wait_after(unsigned failures, unsigned free, std::int64_t last, std::int64_t now) {
  if (failures < free) return 0;
  const double wait = std::min(longest_wait, std::exp2(std::min(failures - free, 20U)));
  return std::max(0.0, wait - static_cast<double>(now - last) / static_cast<double>(second));
}

// Until the earliest attempt of the day is a day old.
double wait_for_the_day(std::deque<std::int64_t>& the_day, std::size_t most, std::int64_t now) {
  while (!the_day.empty() && now - the_day.front() >= day) the_day.pop_front();
  if (the_day.size() < most) return 0;
  return static_cast<double>(the_day.front() + day - now) / static_cast<double>(second);
}

}  // namespace

Guessing::Counter& Guessing::counter(Table& table, const std::string& key) {
  if (table.size() >= remembered && !table.contains(key)) {
    // The one tried longest ago gives way, of those first that never had to wait: a flood of made-up names takes
    // nobody's wait away but the floods' own.
    table.erase(std::ranges::min_element(table, {}, [](const auto& one) {
      return std::pair(one.second.failures >= free_for_an_account, one.second.last);
    }));
  }
  return table[key];
}

Guessing::Counter& Guessing::of_account(const Attempt& attempt) {
  return counter(attempt.known_device ? devices_ : strangers_, attempt.username);
}

double Guessing::begin(const Attempt& attempt, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  Counter& account = of_account(attempt);
  double wait =
      std::max(wait_after(account.failures, free_for_an_account, account.last, now),
               wait_for_the_day(account.the_day,
                                attempt.known_device ? most_a_day_from_devices : most_a_day_from_strangers, now));
  Counter* address = nullptr;
  if (!attempt.address.empty() && !attempt.known_device) {
    address = &counter(addresses_, attempt.address);
    wait = std::max({wait, wait_after(address->failures, free_for_an_address, address->last, now),
                     wait_for_the_day(address->the_day, most_a_day_from_an_address, now)});
  }
  if (wait > 0) return wait;
  account.the_day.push_back(now);
  if (address != nullptr) address->the_day.push_back(now);
  return 0;
}

void Guessing::failed(const Attempt& attempt, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto count = [&](Counter& counter) {
    ++counter.failures;
    counter.last = now;
  };
  count(of_account(attempt));
  if (!attempt.address.empty() && !attempt.known_device) count(counter(addresses_, attempt.address));
}

void Guessing::succeeded(const Attempt& attempt, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  // What was no guess takes no place in the day's count; somebody else's failures at the same account stay.
  const auto forgive = [&](Counter& counter) {
    counter.failures = 0;
    if (!counter.the_day.empty()) counter.the_day.pop_back();
    counter.last = now;
  };
  forgive(of_account(attempt));
  if (!attempt.address.empty() && !attempt.known_device) {
    Counter& address = counter(addresses_, attempt.address);
    if (!address.the_day.empty()) address.the_day.pop_back();
  }
}

}  // namespace wider::hub
