// Gate: a mutex with two queues; whoever is urgent (a page that waits) passes before whoever takes in in bulk.
// Thread safety: every member from any thread.
#pragma once

#include <condition_variable>
#include <mutex>

namespace wider::ledger {

enum class Urgency { page, bulk };

class Gate {
 public:
  void lock(Urgency urgency) {
    std::unique_lock guard(mutex_);
    if (urgency == Urgency::page) {
      ++pages_waiting_;
      free_.wait(guard, [this] { return !held_; });
      --pages_waiting_;
    } else {
      free_.wait(guard, [this] { return !held_ && pages_waiting_ == 0; });
    }
    held_ = true;
  }
  void unlock() {
    {
      const std::lock_guard guard(mutex_);
      held_ = false;
    }
    free_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  int pages_waiting_ = 0;
  bool held_ = false;
};

class Passed {
 public:
  Passed(Gate& gate, Urgency urgency) : gate_(gate) { gate_.lock(urgency); }
  ~Passed() { gate_.unlock(); }
  Passed(const Passed&) = delete;
  Passed& operator=(const Passed&) = delete;

 private:
  Gate& gate_;
};

}  // namespace wider::ledger
