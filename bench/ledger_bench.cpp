// Durable intake, reading and waiting of the ledger. `items_per_second` is entries a second of wall time; each append
// call returns only after fsync. The folder is made under the current one, so that a real disk is measured, not tmpfs.
// WIDER_BENCH_FULL=1 in the environment: a million entries where it is 200,000 otherwise.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/random.hpp"
#include "ledger/ledger.hpp"

namespace {

using namespace wider::ledger;
using Clock = std::chrono::steady_clock;

constexpr std::size_t body_bytes = 300;

std::size_t many() {
  return std::getenv("WIDER_BENCH_FULL") != nullptr ? 1'000'000 : 200'000;
}

constexpr std::size_t most = 4096;  // entries of a call

std::vector<NewEntry> a_batch(std::size_t count) {
  wider::Random random(1);
  std::vector<NewEntry> entries(count);
  for (NewEntry& entry : entries) {
    entry.reference = random_ref();
    for (std::size_t i = 0; i < body_bytes; ++i) entry.body.push_back(static_cast<char>(random.next()));
  }
  return entries;
}

class Hub {
 public:
  Hub() : path_("ledger-bench-" + std::to_string(::getpid())) { ledger = Ledger::create(path_ / "hub", {}).value(); }
  ~Hub() {
    ledger.reset();
    std::filesystem::remove_all(path_);
  }
  void fill(std::size_t count) {
    const auto batch = a_batch(most);
    for (std::size_t done = 0; done < count;) done += append_good_batch(batch);
  }
  // As the taking in does: as many entries as the ledger calls good just now.
  std::size_t append_good_batch(const std::vector<NewEntry>& batch) {
    const std::size_t count = std::min(batch.size(), ledger->good_batch());
    (void)ledger->append(std::span(batch).first(count)).value();
    return count;
  }
  std::unique_ptr<Ledger> ledger;

 private:
  std::filesystem::path path_;
};

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void append_durable(benchmark::State& state) {
  Hub hub;
  const auto batch = a_batch(static_cast<std::size_t>(state.range(0)));
  const double before = cpu_seconds();
  for (auto _ : state) (void)hub.ledger->append(batch).value();
  const auto entries = state.iterations() * state.range(0);
  state.SetItemsProcessed(entries);
  state.counters["cpu_us_per_entry"] = (cpu_seconds() - before) * 1e6 / static_cast<double>(entries);
}
BENCHMARK(append_durable)->Arg(1)->Arg(256)->Arg(1024)->Arg(4096)->UseRealTime();

// As a hub takes in: one thread seals a batch while another writes the one before it (src/hub/entry_stream.cpp).
void append_durable_sealed_ahead(benchmark::State& state) {
  Hub hub;
  const auto batch = a_batch(most);
  constexpr int calls = 122;
  const double before = cpu_seconds();
  for (auto _ : state) {
    std::unique_ptr<Sealed> sealed = hub.ledger->seal(batch);
    for (int i = 0; i < calls; ++i) {
      std::unique_ptr<Sealed> next;
      std::thread other([&] { next = hub.ledger->seal(batch); });
      (void)hub.ledger->append(*sealed).value();
      other.join();
      sealed = std::move(next);
    }
  }
  const auto entries = state.iterations() * calls * static_cast<std::int64_t>(most);
  state.SetItemsProcessed(entries);
  state.counters["cpu_us_per_entry"] = (cpu_seconds() - before) * 1e6 / static_cast<double>(entries);
}
BENCHMARK(append_durable_sealed_ahead)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(2);

void look_while_many_come_in(benchmark::State& state) {
  Hub hub;
  const auto batch = a_batch(most);
  std::vector<double> waits;
  for (auto _ : state) {
    std::atomic<bool> done = false;
    std::thread intake([&] {
      for (std::size_t i = 0; i < many();) i += hub.append_good_batch(batch);
      done = true;
    });
    const auto look = a_batch(1);
    while (!done) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const auto start = Clock::now();
      const auto sequence = hub.ledger->append_now(look[0]).value();
      (void)hub.ledger->read(sequence / 2 + 1).value();
      waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
    }
    intake.join();
  }
  std::ranges::sort(waits);
  state.counters["p50_ms"] = waits[waits.size() / 2];
  state.counters["p99_ms"] = waits[waits.size() * 99 / 100];
  state.counters["max_ms"] = waits.back();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(many()));
}
BENCHMARK(look_while_many_come_in)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(1);

void read_many(benchmark::State& state) {
  Hub hub;
  hub.fill(many());
  const double before = cpu_seconds();
  for (auto _ : state) {
    std::size_t bytes = 0;
    if (state.range(0) == 0)
      (void)hub.ledger->read_headers(1, UINT64_MAX,
                                     [&](const Header& header) { return (bytes += header.sequence) > 0; });
    else if (state.range(0) == 1)
      (void)hub.ledger->read_range(1, UINT64_MAX, [&](const Entry& entry) { return (bytes += entry.body.size()) > 0; });
    else
      (void)hub.ledger->verify({}, {});
    benchmark::DoNotOptimize(bytes);
  }
  state.counters["cpu_s"] = (cpu_seconds() - before) / static_cast<double>(state.iterations());
  state.SetLabel(state.range(0) == 0 ? "headers" : state.range(0) == 1 ? "bodies" : "verify");
}
BENCHMARK(read_many)->Arg(0)->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace

BENCHMARK_MAIN();
