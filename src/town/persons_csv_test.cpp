#include "town/persons_csv.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace wider::town {
namespace {

namespace fs = std::filesystem;

std::string written(std::uint64_t rows, unsigned threads, std::uint64_t seed) {
  const fs::path file = fs::temp_directory_path() / ("wider-persons-" + std::to_string(::getpid()) + ".csv");
  Options options;
  options.seed = seed;
  const auto report = write_persons(options, rows, threads, file);
  EXPECT_TRUE(report.has_value());
  EXPECT_EQ(report->rows, rows);
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  fs::remove(file);
  return text;
}

TEST(PersonsCsv, HasTheRowsAskedForAndTheTruthOfSeveralTowns) {
  const std::string text = written(190'000, 2, 3);  // more than one town gives
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "id,forename,surname,birth_date,sex,address,postcode,phone,nhs_number,person");
  std::set<std::string> ids;
  std::map<std::string, std::set<std::string>> numbers;  // of NHS numbers, whose
  std::map<std::string, int> people;
  while (std::getline(lines, line)) {
    ids.insert(line.substr(0, line.find(',')));
    const std::string person = line.substr(line.rfind(',') + 1);
    ++people[person];
    const std::string rest = line.substr(0, line.rfind(','));
    const std::string nhs_number = rest.substr(rest.rfind(',') + 1);
    if (!nhs_number.empty()) numbers[nhs_number].insert(person);
  }
  EXPECT_EQ(ids.size(), 190'000U);
  EXPECT_GT(people.size(), 95'000U);
  EXPECT_LT(people.size(), 119'000U);  // 1.6 to 2 rows each
  std::size_t of_two = 0;
  for (const auto& [number, whose] : numbers) of_two += whose.size() > 1;
  EXPECT_LT(of_two * 20, numbers.size());  // slips only: no number is given to two people
}

TEST(PersonsCsv, TheSameSeedGivesTheSameBytesWhateverTheThreads) {
  const std::string one = written(180'000, 1, 7);
  EXPECT_TRUE(one == written(180'000, 3, 7));
  EXPECT_FALSE(one == written(180'000, 1, 8));
}

TEST(PersonsCsv, RefusesWhatItCannotWrite) {
  EXPECT_FALSE(write_persons({}, 0, 1, "/tmp/none.csv").has_value());
  EXPECT_FALSE(write_persons({}, 10, 1, "/nowhere/at/all.csv").has_value());
}

}  // namespace
}  // namespace wider::town
