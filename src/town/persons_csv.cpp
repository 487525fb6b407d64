#include "town/persons_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "base/random.hpp"
#include "town/noise.hpp"
#include "town/world.hpp"

namespace wider::town {
namespace {

constexpr std::uint64_t most_rows = 13'000'000;  // then NHS numbers and postcode areas are used up
constexpr std::uint32_t people_a_town = 100'000;
constexpr std::uint64_t rows_a_town = 174'000;   // taken of a town; a few thousand less than it has
constexpr PersonIndex numbers_a_town = 110'000;  // of people: a town may have a few more than asked for

// One town's rows, without their ids.
struct TownRows {
  std::string text;
  std::vector<std::uint64_t> starts{0};
  std::uint64_t people = 0;
};

// How often a person is written down: 1, 2, 3, 4 … in shares of .50, .28, .13, .05 …; 1.9 on average.
int times_written(Random& random) {
  const std::uint64_t at = random.below(100);
  if (at < 50) return 1;
  if (at < 78) return 2;
  if (at < 91) return 3;
  if (at < 96) return 4;
  return 4 + static_cast<int>(random.between(1, 5));
}

std::string postcode_area(std::uint32_t town) {
  constexpr std::string_view first = "XVQ";
  return {first[town / 26 % first.size()], static_cast<char>('A' + town % 26)};
}

// NHS numbers are numbered anew over all towns, and so are the telephones (World::first_number).
void number_people(World& world, std::uint32_t town) {
  world.first_number = town * numbers_a_town;
  std::uint32_t body = 990'000'000U + town * 124'000U;  // one body in eleven has no check digit
  for (Person& person : world.people) {
    while (!has_nhs_check_digit(body)) ++body;
    person.nhs_body = body++;
  }
}

void add_row(TownRows& rows, const Written& written, const std::string& area, std::uint64_t person) {
  std::string postcode = written.postcode;
  if (!postcode.empty()) postcode.replace(0, 2, area);
  const auto field = [&](std::string_view text) {
    rows.text += ',';
    if (text.find(',') == std::string_view::npos) {
      rows.text += text;
    } else {
      fmt::format_to(std::back_inserter(rows.text), "\"{}\"", text);
    }
  };
  field(written.forename);
  field(written.surname);
  field(written.birth_date.known() ? to_iso(written.birth_date) : std::string());
  field(written.sex == Sex::female ? "F" : written.sex == Sex::male ? "M" : "");
  field(written.address);
  field(postcode);
  field(written.phone);
  field(written.nhs_number);
  fmt::format_to(std::back_inserter(rows.text), ",P{:07}\n", person);
  rows.starts.push_back(rows.text.size());
}

TownRows make_town(const Options& options, std::uint32_t town, std::uint64_t wanted) {
  Options of_town = options;
  of_town.people = people_a_town;
  of_town.seed = mix64(options.seed ^ mix64(town));
  World world = build_world(of_town);
  number_people(world, town);
  Clerk clerk(world, of_town.noise, of_town.seed);
  Random random(mix64(of_town.seed) ^ 0x6C'65'61'6EULL);
  const std::string area = postcode_area(town);
  Room room;
  room.nhs_number = room.phone = true;
  room.local_id = false;
  TownRows rows;
  for (PersonIndex person = 0; person < world.people.size() && rows.starts.size() <= wanted; ++person) {
    const Date first = std::max(world.first_day, world.people[person].birth);
    ++rows.people;
    for (int time = times_written(random); time > 0 && rows.starts.size() <= wanted; --time) {
      const Date on{static_cast<std::int32_t>(random.between(first.days, std::max(first, world.last_day).days))};
      add_row(rows, clerk.write(person, on, room, {}), area, std::uint64_t{town} * numbers_a_town + person);
    }
  }
  return rows;
}

bool write_rows(std::FILE* out, const std::vector<TownRows>& towns, std::uint64_t seed) {
  struct Place {
    std::uint32_t town, row;
  };
  std::vector<Place> order;
  for (std::uint32_t town = 0; town < towns.size(); ++town) {
    for (std::uint32_t row = 0; row + 1 < towns[town].starts.size(); ++row) order.push_back({town, row});
  }
  Random random(mix64(seed) ^ 0x6F'72'64'65'72ULL);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  std::string buffer = "id,forename,surname,birth_date,sex,address,postcode,phone,nhs_number,person\n";
  for (std::size_t i = 0; i < order.size(); ++i) {
    const TownRows& rows = towns[order[i].town];
    fmt::format_to(std::back_inserter(buffer), "R{:08}", i + 1);
    buffer.append(rows.text, rows.starts[order[i].row], rows.starts[order[i].row + 1] - rows.starts[order[i].row]);
    if (buffer.size() < (1U << 20) && i + 1 < order.size()) continue;
    if (std::fwrite(buffer.data(), 1, buffer.size(), out) != buffer.size()) return false;
    buffer.clear();
  }
  return true;
}

}  // namespace

Result<PersonsReport> write_persons(const Options& options, std::uint64_t rows, unsigned threads,
                                    const std::filesystem::path& file) {
  if (rows == 0 || rows > most_rows) return failure(ErrorCode::usage, "Ask for 1 to 13,000,000 person records.");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "wb"), std::fclose);
  if (!out) return failure(ErrorCode::unreadable, fmt::format("{}: it cannot be written.", file.string()));
  const std::uint64_t count = (rows + rows_a_town - 1) / rows_a_town;
  std::vector<TownRows> towns(count);
  std::atomic<std::uint32_t> next{0};
  {
    std::vector<std::jthread> workers;
    for (unsigned worker = 0; worker < std::max(threads, 1U); ++worker) {
      workers.emplace_back([&, worker] {
        for (std::uint32_t town = next++; town < count; town = next++) {
          towns[town] = make_town(options, town, std::min(rows_a_town, rows - town * rows_a_town));
          if (worker == 0 && options.progress) options.progress("towns", town + 1, count);
        }
      });
    }
  }
  PersonsReport report;
  report.towns = count;
  for (const TownRows& town : towns) {
    report.people += town.people;
    report.rows += town.starts.size() - 1;
  }
  CHECK(report.rows == rows);
  if (!write_rows(out.get(), towns, options.seed) || std::fflush(out.get()) != 0)
    return failure(ErrorCode::unreadable, fmt::format("{}: writing failed; is the disk full?", file.string()));
  return report;
}

}  // namespace wider::town
