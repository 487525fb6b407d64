// The town: a seeded, wholly fictitious town with a known truth, for demonstrations, tests and benchmarks.
// The same options give the same bytes on every machine. docs/town.md describes it and its noise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/date.hpp"
#include "base/result.hpp"

namespace wider::town {

// How dirty the agencies' data is: shares of person mentions, unless said otherwise.
struct Noise {
  double error = 0.20;  // at least one error in a linkage field
  double no_birth_date = 0.10;
  double no_address = 0.30;
  double no_identifier = 0.70;
  double name_change = 1.0 / 200;  // of people, over the years
  double twin = 1.0 / 80;          // of births
};

struct Options {
  std::uint32_t people = 20'000;
  std::uint64_t seed = 1;
  int first_year = 2007;
  int last_year = 2012;
  std::int32_t networks = -1;  // -1: in proportion to the town (documented); 0: none planted
  Date grading_changes;        // the day police go over from 5x5x5 to 3x5x2; none: 1 April 2012
  Noise noise;
  std::function<void(const std::string& stage, std::uint64_t done, std::uint64_t of)> progress;
};

struct Report {
  std::uint64_t people = 0;
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::uint64_t mentions = 0;
  std::uint64_t networks = 0;
};

// Writes each agency's files, DIR/manifest.csv, DIR/intake.sh, DIR/truth/people.csv, networks.csv, twins.csv,
// households.csv (person,twin) and network_things.csv (network,kind,value,main). already_there: the folder exists and
// is not empty.
[[nodiscard]] Result<Report> write_town(const Options& options, const std::filesystem::path& folder);

}  // namespace wider::town
