// HandOver: a place for one thing between two threads. Who puts waits while the last thing has not been taken, so
// that at most one lies between them.
// Thread safety: every member from any thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace wider::hub {

template <typename Thing>
class HandOver {
 public:
  // False, and the thing is dropped, when nobody will take it any more.
  [[nodiscard]] bool put(Thing thing) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !thing_ || closed_; });
    if (closed_) return false;
    thing_ = std::move(thing);
    changed_.notify_all();
    return true;
  }
  // Nothing when it is closed and what was put before has been taken.
  [[nodiscard]] std::optional<Thing> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return thing_ || closed_; });
    std::optional<Thing> taken = std::exchange(thing_, std::nullopt);
    changed_.notify_all();
    return taken;
  }
  // No more will be put; what lies there is still taken.
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  // No more will be put or taken.
  void stop() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    thing_.reset();
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Thing> thing_;
  bool closed_ = false;
};

}  // namespace wider::hub
