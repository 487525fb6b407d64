// One record at a time into a resident population: how long until it is known who it is.
//
//   wider town --persons-csv 1100000 --seed 1 --out persons.csv
//   build/release/bench/resident_bench persons.csv --resident 1000000 [--train 300000]
//
// Without a file: 60,000 rows of its own making, 50,000 of them resident.
// Trains a model on the first rows of the file, takes in --resident rows as a whole, and adds the other rows one by
// one; prints the rate and the percentiles of the time from a row to its person (read, blocked, scored, clustered;
// durable writing is the ledger's and not part of it). Run it alone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "linkage/resident.hpp"
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

void print_percentiles(std::vector<double>& times, double seconds) {
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))] * 1e6;
  };
  fmt::print(
      "{} rows one by one in {:.2f} s: {:.0f} a second; median {:.0f} us, p99 {:.0f} us, p99.9 {:.0f} us, longest "
      "{:.0f} us\n",
      times.size(), seconds, static_cast<double>(times.size()) / seconds, at(.5), at(.99), at(.999), at(1));
}

}  // namespace

int main(int count, char** words) {
  std::size_t resident_rows = 1'000'000, train_rows = 300'000;
  std::filesystem::path file = count > 1 ? words[1] : "";
  if (file.empty()) {
    resident_rows = 50'000;
    file = std::filesystem::temp_directory_path() / fmt::format("resident-bench-{}.csv", getpid());
    if (!town::write_persons({}, 60'000, 2, file)) return 1;
  }
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view word = words[i];
    if (word == "--resident") resident_rows = std::strtoull(words[i + 1], nullptr, 10);
    if (word == "--train") train_rows = std::strtoull(words[i + 1], nullptr, 10);
  }
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) {
    fmt::print(stderr, "usage: resident_bench PERSONS.csv [--resident N] [--train N]\n");
    return 2;
  }
  std::vector<std::string> lines;
  while (std::getline(in, line)) lines.push_back(line);
  if (count == 1) std::filesystem::remove(file);

  auto start = Clock::now();
  ModelPtr model;
  {
    StringPool strings;
    Input input;
    input.strings = &strings;
    for (std::size_t i = 0; i < std::min(train_rows, lines.size()); ++i)
      input.rows.push_back(row_of(lines[i], strings));
    Options options;
    options.threads = 2;
    model = train(input, options).value();
  }
  fmt::print("trained on {} rows in {:.2f} s\n", std::min(train_rows, lines.size()), seconds_since(start));

  start = Clock::now();
  Resident resident(model);
  resident.reserve(lines.size());
  resident.hold();
  resident_rows = std::min(resident_rows, lines.size());
  for (std::size_t i = 0; i < resident_rows; ++i) resident.add(row_of(lines[i], resident.strings()));
  resident.settle();
  const double taken = seconds_since(start);
  fmt::print("{} rows resident after {:.2f} s ({:.0f} a second), about {} MiB, {} pairs compared\n", resident_rows,
             taken, static_cast<double>(resident_rows) / taken, resident.bytes() >> 20, resident.pairs_compared());

  std::vector<double> times;
  start = Clock::now();
  for (std::size_t i = resident_rows; i < lines.size(); ++i) {
    const auto began = Clock::now();
    const std::uint32_t row = resident.add(row_of(lines[i], resident.strings()));
    if (resident.person_of(row).empty()) return 1;
    times.push_back(seconds_since(began));
  }
  if (!times.empty()) print_percentiles(times, seconds_since(start));
  return 0;
}
