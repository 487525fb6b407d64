// Linkage stage by stage on one CSV file: wall time and processor time of each, and how many pairs are scored in a
// second of one core. linkage_stages [FILE] [--id COLUMN] [--threads N] [--naive]
// --naive also compares and scores every pair in full, and checks that the edges and the near misses are the same.
// Without a file: 100,000 records of fictitious towns, with --naive; with WIDER_BENCH_FULL=1 in the environment a
// million.
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "cli/link_rows.hpp"
#include "linkage/edges.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"
#include "linkage/prepared.hpp"
#include "town/persons_csv.hpp"

namespace {

using namespace wider;

double clock_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Lap {
  double wall = clock_seconds(CLOCK_MONOTONIC);
  double cpu = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
  // Prints what passed since the last call; returns the processor seconds.
  double say(const char* stage) {
    const double wall_now = clock_seconds(CLOCK_MONOTONIC), cpu_now = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
    const double used = cpu_now - cpu;
    fmt::print("{:<28} {:8.3f} s wall  {:8.3f} s of processors\n", stage, wall_now - wall, used);
    std::fflush(stdout);
    wall = wall_now;
    cpu = cpu_now;
    return used;
  }
};

bool same(const std::vector<linkage::Edge>& a, const std::vector<linkage::Edge>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const linkage::Edge& x, const linkage::Edge& y) {
    return x.left == y.left && x.right == y.right && x.weight == y.weight;
  });
}

int run(const std::string& file, const std::string& id, unsigned threads, bool naive) {
  Lap lap;
  const Lap start = lap;
  auto read = cli::read_link_rows(
      {file}, {.id_column = id, .columns = {}, .truth_column = {}, .label_column = {}, .threads = threads});
  if (!read) {
    fmt::print(stderr, "{}\n", read.error().message);
    return 1;
  }
  lap.say("read");
  linkage::Options options;
  options.threads = threads;
  options.memory_bytes = 1ULL << 40;
  auto rows = linkage::Prepared::make(read->input, {}, options);
  if (!rows) {
    fmt::print(stderr, "{}\n", rows.error().message);
    return 1;
  }
  lap.say("prepare");
  const auto model = linkage::train(*rows, {}, options);
  if (!model) {
    fmt::print(stderr, "{}\n", model.error().message);
    return 1;
  }
  lap.say("train (with its blocks)");
  const linkage::Entries& entries = rows->state().entries;
  const linkage::Scorer scorer(**model, entries);
  const linkage::Blocking blocking(entries, (*model)->blocking, threads);
  double cold = lap.say("blocks anew");
  const linkage::EdgeInput input{entries, scorer, blocking, false, options};
  const auto edges = linkage::find_edges(input);
  const double scoring = lap.say("pairs");
  cold += scoring;
  fmt::print("  {} distinct pairs, {} edges: {:.1f} million pairs a second a core; with the blocks made anew {:.1f}\n",
             edges.compared, edges.edges.size(), static_cast<double>(edges.compared) / scoring / 1e6,
             static_cast<double>(edges.compared) / cold / 1e6);
  linkage::Options with_doubts = options;
  with_doubts.with_doubts = true;
  const auto near = linkage::find_edges({entries, scorer, blocking, false, with_doubts});
  lap.say("pairs, with near misses");
  fmt::print("  {} near misses\n", near.near.size());
  if (naive) {
    const auto slow = linkage::find_edges_naive({entries, scorer, blocking, false, with_doubts});
    const double seconds = lap.say("pairs, each in full");
    const bool agree = same(slow.edges, edges.edges) && same(slow.edges, near.edges) && same(slow.near, near.near) &&
                       slow.compared == edges.compared;
    fmt::print("  {:.2f} million pairs a second a core; the edges and near misses are {}\n",
               static_cast<double>(slow.compared) / seconds / 1e6, agree ? "the same" : "NOT THE SAME");
    if (!agree) return 1;
  }
  const auto linked = linkage::link(*rows, **model, options);
  if (!linked) return 1;
  lap.say("link (pairs and clusters)");
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{:<28} {:8.3f} s wall, {} MiB\n", "in all", lap.wall - start.wall, usage.ru_maxrss / 1024);
  return 0;
}

}  // namespace

int main(int count, char** values) {
  std::string file, id = "id";
  unsigned threads = 2;
  bool naive = false;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    if (word == "--naive") {
      naive = true;
    } else if (word == "--threads" && i + 1 < count) {
      threads = static_cast<unsigned>(std::stoul(values[++i]));
    } else if (word == "--id" && i + 1 < count) {
      id = values[++i];
    } else {
      file = word;
    }
  }
  if (!file.empty()) return run(file, id, threads, naive);
  const bool full = std::getenv("WIDER_BENCH_FULL") != nullptr;
  const auto made = std::filesystem::temp_directory_path() / fmt::format("linkage_stages_{}.csv", ::getpid());
  if (const auto wrote = wider::town::write_persons({}, full ? 1'000'000 : 100'000, threads, made); !wrote) {
    fmt::print(stderr, "{}\n", wrote.error().message);
    return 1;
  }
  const int status = run(made.string(), id, threads, true);
  std::filesystem::remove(made);
  return status;
}
