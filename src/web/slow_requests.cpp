#include "web/slow_requests.hpp"

namespace wider::web {

bool SlowRequests::add(std::function<void()> work) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopped_ || waiting_.size() >= most_waiting) return false;
    waiting_.push_back(std::move(work));
    while (threads_.size() < threads) threads_.emplace_back([this] { run(); });
  }
  changed_.notify_one();
  return true;
}

void SlowRequests::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

void SlowRequests::stop() {
  std::vector<std::thread> ending;
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    ending.swap(threads_);
  }
  changed_.notify_all();
  for (std::thread& thread : ending) thread.join();
}

}  // namespace wider::web
