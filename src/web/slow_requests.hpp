// SlowRequests: a few threads for requests that wait for another server, so that those which answer everybody's pages
// never do. What cannot be begun soon is not taken.
// Thread safety: add may be called from any thread; stop from one.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wider::web {

class SlowRequests {
 public:
  static constexpr std::size_t threads = 4;
  static constexpr std::size_t most_waiting = 64;

  SlowRequests() = default;
  ~SlowRequests() { stop(); }
  SlowRequests(const SlowRequests&) = delete;
  SlowRequests& operator=(const SlowRequests&) = delete;

  // False: too many wait, or it was stopped; the work is not done.
  bool add(std::function<void()> work);
  // When it returns, all that was taken is done and nothing more is.
  void stop();

 private:
  void run();

  std::mutex mutex_;  // guards those below
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  std::vector<std::thread> threads_;  // begun with the first work: most sites have none
  bool stopped_ = false;
};

}  // namespace wider::web
