// Guessing: how long an attempt to sign in must wait, after the failures so far. Failures are counted for the account,
// for the address they come from, and for each browser that signed in before ("device"): whoever guesses at an account
// slows down everybody who is a stranger to it, but not the browser in which its owner works. Nobody is locked out for
// good. At most `most_a_day` attempts are evaluated for one account in a day, whoever makes them.
// Names nobody bears are counted too, so that a wait does not tell who has an account. The tables are bounded.
// Thread safety: every member may be called from any thread. Times are microseconds of a monotonic clock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace wider::hub {

struct Attempt {
  std::string username;
  std::string address;  // "" when it is not known: then only the account counts
  std::string device;   // the browser's mark of this account; "" for a stranger
};

class Guessing {
 public:
  static constexpr std::size_t most_a_day_from_strangers = 80;
  static constexpr std::size_t most_a_day_from_devices = 20;  // of one account, together
  static constexpr std::size_t most_a_day_from_an_address = 500;

  // Seconds; 0: now. An attempt that is made takes its place in the day's count at once, so that many at one moment do
  // not slip through: begin() and then failed() or succeeded().
  double begin(const Attempt& attempt, std::int64_t now);
  void failed(const Attempt& attempt, std::int64_t now);
  void succeeded(const Attempt& attempt, std::int64_t now);
  void withdrawn(const Attempt& attempt);  // begun, and nothing came of it: it takes no place in the day's count

 private:
  struct Counter {
    unsigned failures = 0;             // since the last success
    std::int64_t last = 0;             // of them
    std::deque<std::int64_t> the_day;  // attempts of the last 24 hours
  };
  using Table = std::map<std::string, Counter, std::less<>>;
  Counter& counter(Table& table, const std::string& key);
  // Where the failures of the attempt are counted, and where its place in the day is.
  Counter& failures_of(const Attempt& attempt);
  Counter& day_of(const Attempt& attempt);
  Counter* address_of(const Attempt& attempt);
  void take_back_place(const Attempt& attempt);

  std::mutex mutex_;
  Table strangers_, devices_, device_days_, addresses_;
};

}  // namespace wider::hub
