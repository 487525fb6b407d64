// Person records alone, many and quickly, with their truth: what linkage is measured on. A county of towns: each is a
// town as build_world makes it, with a postcode area of its own (X, V and Q begin none in Britain), and each person is
// written down by the town's clerks, with the town's noise, 1.9 times on average (once at least, at most nine times).
// The same options give the same bytes on every machine, whatever the threads.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"
#include "town/town.hpp"

namespace wider::town {

struct PersonsReport {
  std::uint64_t rows = 0;
  std::uint64_t people = 0;
  std::uint64_t towns = 0;
};

// Writes exactly `rows` rows: id,forename,surname,birth_date,sex,address,postcode,phone,nhs_number,person. They stand
// in random order; `person` is the truth. Options::people, networks and grading_changes are not looked at. About 90
// bytes of memory a row. usage: no rows, or more than 13 million; unreadable: the file cannot be written.
[[nodiscard]] Result<PersonsReport> write_persons(const Options& options, std::uint64_t rows, unsigned threads,
                                                  const std::filesystem::path& file);

}  // namespace wider::town
