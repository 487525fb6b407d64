// Records into a resident population, one by one and as a feed gives them: how long until it is known who each is.
//
//   wider town --persons-csv 1100000 --seed 1 --out persons.csv
//   build/release/bench/resident_bench persons.csv --resident 1000000 [--train N] [--single N] [--batch N] [--threads
//   N]
//
// Without a file: 60,000 rows of its own making, 50,000 of them resident.
// Trains a model on the first rows of the file (all that are resident unless said: blocks are refined for so many),
// loads --resident rows as a whole, adds --single rows one by one (20,000 unless said), and feeds the others in batches
// of --batch rows. Each becomes a record: it is known who it is (read, blocked, scored, clustered), it goes to a
// ledger, which a second thread writes in groups, and it is acknowledged when it is durable. Prints the rates, and the
// percentiles of the time until it is known and until it is acknowledged, of wall time and, since that counts what else
// the machine does, of the thread's processor time. The ledger is made under the current folder, so that a real disk is
// measured. Run it alone.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "ledger/ledger.hpp"
#include "linkage/resident.hpp"
#include "records/encoding.hpp"
#include "town/persons_csv.hpp"

namespace {

using namespace wider;
using namespace wider::linkage;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The columns of `wider town --persons-csv`, which quotes nothing.
constexpr std::array<std::optional<Attribute>, 10> columns = {
    std::nullopt,       Attribute::forename, Attribute::surname, std::nullopt,          std::nullopt,
    Attribute::address, Attribute::postcode, Attribute::phone,   Attribute::nhs_number, std::nullopt};

Row row_of(std::string_view line, StringPool& strings) {
  Row row;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const std::size_t end = std::min(line.find(','), line.size());
    const std::string_view cell = line.substr(0, end);
    if (column == 0) row.name = hash_bytes(cell) | 1;
    if (column == 3 && !cell.empty()) row.birth_date = parse_iso_partial(cell).value_or(PartialDate{});
    if (column == 4 && !cell.empty()) row.sex = cell[0] == 'F' || cell[0] == 'f' ? Sex::female : Sex::male;
    if (columns[column]) row.value[static_cast<std::size_t>(*columns[column])] = strings.intern(cell);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return row;
}

// The same line as the record that an agency would send.
ledger::NewEntry entry_of(std::string_view line, const ledger::Ledger& ledger) {
  Record record;
  PersonMention person;
  const std::array<std::string*, 10> texts = {
      &record.id,       &person.forename, &person.surname,    nullptr, nullptr, &person.address,
      &person.postcode, &person.phone,    &person.nhs_number, nullptr};
  for (std::size_t column = 0; column < texts.size(); ++column) {
    const std::size_t end = std::min(line.find(','), line.size());
    const std::string_view cell = line.substr(0, end);
    if (texts[column] != nullptr) *texts[column] = cell;
    if (column == 3 && !cell.empty()) person.birth_date = parse_iso_partial(cell).value_or(PartialDate{});
    if (column == 4 && !cell.empty()) person.sex = cell[0] == 'F' || cell[0] == 'f' ? Sex::female : Sex::male;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  record.people.push_back(std::move(person));
  ledger::NewEntry entry;
  entry.reference = ledger.keyed_reference(record.id);
  entry.body = encode(record);
  return entry;
}

// Group commit: whatever waits while a group is written is the next group.
class Committer {
 public:
  explicit Committer(ledger::Ledger& ledger) : ledger_(ledger), thread_([this] { run(); }) {}
  void add(ledger::NewEntry entry, Clock::time_point since) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return waiting_.size() < most_waiting; });
    waiting_.push_back(std::move(entry));
    since_.push_back(since);
    lock.unlock();
    come_.notify_one();
  }
  // By entry, in order: seconds until it was durable.
  std::vector<double> finish() {
    {
      const std::lock_guard lock(mutex_);
      finished_ = true;
    }
    come_.notify_one();
    thread_.join();
    return std::move(acknowledged_);
  }
  [[nodiscard]] std::size_t groups() const { return groups_; }

 private:
  static constexpr std::size_t most_waiting = 4096;
  void run() {
    std::vector<ledger::NewEntry> group;
    std::vector<Clock::time_point> since;
    while (true) {
      group.clear();
      since.clear();
      {
        std::unique_lock lock(mutex_);
        come_.wait(lock, [&] { return finished_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        group.swap(waiting_);
        since.swap(since_);
      }
      room_.notify_one();
      (void)ledger_.append(group).value();
      ++groups_;
      const auto now = Clock::now();
      for (const auto start : since) acknowledged_.push_back(std::chrono::duration<double>(now - start).count());
    }
  }
  ledger::Ledger& ledger_;
  std::mutex mutex_;
  std::condition_variable come_, room_;
  std::vector<ledger::NewEntry> waiting_;
  std::vector<Clock::time_point> since_;
  std::vector<double> acknowledged_;
  std::size_t groups_ = 0;
  bool finished_ = false;
  std::thread thread_;
};

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::uint64_t most_mib() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<std::uint64_t>(used.ru_maxrss) >> 10;
}

void print_percentiles(std::string_view what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))] * 1e6;
  };
  double sum = 0;
  for (const double time : times) sum += time;
  fmt::print("{:<34} mean {:.0f} us, median {:.0f} us, p99 {:.0f} us, p99.9 {:.0f} us, longest {:.0f} us\n", what,
             sum / static_cast<double>(times.size()) * 1e6, at(.5), at(.99), at(.999), at(1));
}

double process_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Settings {
  std::filesystem::path file;
  std::size_t resident = 1'000'000, train = 0, single = 20'000, batch = 1024;
  unsigned threads = 2;
};

// Calls with each line of rows, from the `first` on, as many as wanted.
template <typename Visit>
void each_line(const Settings& settings, std::size_t first, std::size_t most, Visit&& visit) {
  std::ifstream in(settings.file);
  std::string line;
  std::getline(in, line);
  for (std::size_t i = 0; i < first + most && std::getline(in, line); ++i) {
    if (i >= first) visit(line);
  }
}

void print_rate(std::size_t records, std::string_view how, double wall, double processor, std::size_t groups) {
  fmt::print(
      "{} records {} in {:.2f} s ({:.2f} s of processor time in all threads), known and durable: {:.0f} a second, "
      "{:.0f} a second of two processors' time, in {} groups\n",
      records, how, wall, processor, static_cast<double>(records) / wall, static_cast<double>(records) / processor * 2,
      groups);
}

// Rows one by one: each is known, then on its way into the ledger.
bool add_one_by_one(std::span<const std::string> lines, Resident& resident, ledger::Ledger& ledger) {
  Committer committer(ledger);
  std::vector<double> known, processor;
  known.reserve(lines.size());
  processor.reserve(lines.size());
  const auto start = Clock::now();
  const double used = process_seconds();
  for (const std::string& line : lines) {
    const auto began = Clock::now();
    const double before = thread_seconds();
    const std::uint32_t row = resident.add(row_of(line, resident.strings()));
    if (resident.person_of(row).empty()) return false;
    processor.push_back(thread_seconds() - before);
    known.push_back(seconds_since(began));
    committer.add(entry_of(line, ledger), began);
  }
  std::vector<double> acknowledged = committer.finish();
  print_rate(lines.size(), "one by one", seconds_since(start), process_seconds() - used, committer.groups());
  print_percentiles("known", std::move(known));
  print_percentiles("known, of the thread's own time", std::move(processor));
  print_percentiles("acknowledged as durable", std::move(acknowledged));
  return true;
}

// Rows in batches, as fast as they are taken.
bool feed(std::span<const std::string> lines, const Settings& settings, Resident& resident, ledger::Ledger& ledger) {
  Committer committer(ledger);
  std::vector<double> known;
  std::vector<Row> rows;
  const auto start = Clock::now();
  const double used = process_seconds();
  for (std::size_t from = 0; from < lines.size(); from += settings.batch) {
    const auto batch = lines.subspan(from, std::min(settings.batch, lines.size() - from));
    const auto began = Clock::now();
    rows.clear();
    for (const std::string& line : batch) rows.push_back(row_of(line, resident.strings()));
    const std::uint32_t first = resident.add_all(rows, settings.threads);
    for (std::uint32_t row = first; row < first + batch.size(); ++row) {
      if (resident.person_of(row).empty()) return false;
    }
    known.push_back(seconds_since(began));
    for (const std::string& line : batch) committer.add(entry_of(line, ledger), began);
  }
  std::vector<double> acknowledged = committer.finish();
  print_rate(lines.size(), fmt::format("in batches of {}", settings.batch), seconds_since(start),
             process_seconds() - used, committer.groups());
  print_percentiles("a batch is known", std::move(known));
  print_percentiles("acknowledged as durable", std::move(acknowledged));
  return true;
}

ModelPtr train_on(const Settings& settings) {
  StringPool strings;
  Input input;
  input.strings = &strings;
  each_line(settings, 0, settings.train, [&](const std::string& line) { input.rows.push_back(row_of(line, strings)); });
  Options options;
  options.threads = settings.threads;
  options.memory_bytes = 20ULL << 30;
  return train(input, options).value();
}

int run(const Settings& settings) {
  auto start = Clock::now();
  const ModelPtr model = train_on(settings);
  fmt::print("trained on {} rows in {:.2f} s; at most {} MiB of the process\n", settings.train, seconds_since(start),
             most_mib());
  Resident resident(model);
  start = Clock::now();
  {
    std::vector<Row> rows;
    each_line(settings, 0, settings.resident,
              [&](const std::string& line) { rows.push_back(row_of(line, resident.strings())); });
    fmt::print("{} rows read in {:.2f} s\n", rows.size(), seconds_since(start));
    std::fflush(stdout);
    start = Clock::now();
    const double used = process_seconds();
    resident.load(std::move(rows), settings.threads);
    fmt::print(
        "resident after {:.2f} s, {:.2f} s of processor time; about {} MiB, {} pairs compared, at most {} "
        "connected; at most {} MiB of the process\n",
        seconds_since(start), process_seconds() - used, resident.bytes() >> 20, resident.pairs_compared(),
        resident.most_connected(), most_mib());
    std::fflush(stdout);
  }
  std::vector<std::string> lines;
  each_line(settings, settings.resident, SIZE_MAX / 2, [&](const std::string& line) { lines.push_back(line); });
  resident.reserve(settings.resident + lines.size());
  const std::filesystem::path folder = fmt::format("resident-bench-{}", ::getpid());
  bool done = true;
  {
    const auto ledger = ledger::Ledger::create(folder / "hub", {}).value();
    const std::size_t single = std::min(settings.single, lines.size());
    done = add_one_by_one(std::span(lines).first(single), resident, *ledger);
    std::fflush(stdout);
    if (done && lines.size() > single) done = feed(std::span(lines).subspan(single), settings, resident, *ledger);
    done = done && ledger->size() >= lines.size();
  }
  std::filesystem::remove_all(folder);
  fmt::print("about {} MiB, {} pairs held against each other; at most {} MiB of the process\n", resident.bytes() >> 20,
             resident.pairs_compared(), most_mib());
  return done ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  Settings settings;
  settings.file = count > 1 ? words[1] : "";
  const bool own_file = settings.file.empty();
  if (own_file) {
    settings.resident = 50'000;
    settings.single = 5'000;
    settings.file = std::filesystem::temp_directory_path() / fmt::format("resident-bench-{}.csv", getpid());
    if (!town::write_persons({}, 60'000, 2, settings.file)) return 1;
  }
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    const std::size_t number = std::strtoull(words[i + 1], nullptr, 10);
    if (word == "--resident") settings.resident = number;
    if (word == "--train") settings.train = number;
    if (word == "--single") settings.single = number;
    if (word == "--batch") settings.batch = std::max<std::size_t>(1, number);
    if (word == "--threads") settings.threads = static_cast<unsigned>(number);
  }
  if (settings.train == 0) settings.train = settings.resident;
  if (!std::filesystem::exists(settings.file)) {
    fmt::print(stderr,
               "usage: resident_bench PERSONS.csv [--resident N] [--train N] [--single N] [--batch N] "
               "[--threads N]\n");
    return 2;
  }
  const int status = run(settings);
  if (own_file) std::filesystem::remove(settings.file);
  return status;
}
