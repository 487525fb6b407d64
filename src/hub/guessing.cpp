#include "hub/guessing.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

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
    // The one with the fewest tries of the day gives way, of those the one tried longest ago: a flood of made-up names
    // takes nobody's count away but the floods' own.
    table.erase(std::ranges::min_element(table, {}, [](const auto& one) {
      return std::tuple(one.second.failures >= free_for_an_account, one.second.the_day.size(), one.second.last);
    }));
  }
  return table[key];
}

Guessing::Counter& Guessing::failures_of(const Attempt& attempt) {
  if (attempt.device.empty()) return counter(strangers_, attempt.username);
  return counter(devices_, attempt.username + "\n" + attempt.device);
}

Guessing::Counter& Guessing::day_of(const Attempt& attempt) {
  return counter(attempt.device.empty() ? strangers_ : device_days_, attempt.username);
}

Guessing::Counter* Guessing::address_of(const Attempt& attempt) {
  return attempt.address.empty() || !attempt.device.empty() ? nullptr : &counter(addresses_, attempt.address);
}

double Guessing::begin(const Attempt& attempt, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const Counter failures = failures_of(attempt);
  double wait =
      std::max(wait_after(failures.failures, free_for_an_account, failures.last, now),
               wait_for_the_day(day_of(attempt).the_day,
                                attempt.device.empty() ? most_a_day_from_strangers : most_a_day_from_devices, now));
  if (Counter* address = address_of(attempt)) {
    wait = std::max({wait, wait_after(address->failures, free_for_an_address, address->last, now),
                     wait_for_the_day(address->the_day, most_a_day_from_an_address, now)});
  }
  if (wait > 0) return wait;
  day_of(attempt).the_day.push_back(now);
  if (Counter* address = address_of(attempt)) address->the_day.push_back(now);
  return 0;
}

void Guessing::failed(const Attempt& attempt, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto count = [&](Counter& counter) {
    ++counter.failures;
    counter.last = now;
  };
  count(failures_of(attempt));
  if (Counter* address = address_of(attempt)) count(*address);
}

void Guessing::take_back_place(const Attempt& attempt) {
  const auto take_back = [](Counter& counter) {
    if (!counter.the_day.empty()) counter.the_day.pop_back();
  };
  take_back(day_of(attempt));
  if (Counter* address = address_of(attempt)) take_back(*address);
}

void Guessing::succeeded(const Attempt& attempt, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  take_back_place(attempt);
  // Somebody else's failures at the same account, from elsewhere, stay.
  Counter& failures = failures_of(attempt);
  failures.failures = 0;
  failures.last = now;
}

void Guessing::withdrawn(const Attempt& attempt) {
  const std::scoped_lock lock(mutex_);
  take_back_place(attempt);
}

}  // namespace wider::hub
