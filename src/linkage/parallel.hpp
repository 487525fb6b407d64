// Work shared by threads: parts are taken in order from one counter; who takes which changes nothing in the answer, as
// long as each worker keeps its own results and they are put in order afterwards.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace wider::linkage {

// Calls work(worker, part) for every part in [0, parts), from at most `threads` workers numbered from 0.
template <typename Work>
void in_parallel(unsigned threads, std::size_t parts, Work&& work) {
  const std::size_t workers = std::min<std::size_t>(std::max(threads, 1U), std::max<std::size_t>(parts, 1));
  std::atomic<std::size_t> next{0};
  const auto run = [&](std::size_t worker) {
    for (std::size_t part = next++; part < parts; part = next++) work(worker, part);
  };
  if (workers == 1) return run(0);
  std::vector<std::jthread> others;
  for (std::size_t worker = 1; worker < workers; ++worker) others.emplace_back([&run, worker] { run(worker); });
  run(0);
}

}  // namespace wider::linkage
