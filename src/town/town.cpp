// write_town: the one straight list of what makes a town.
#include "town/town.hpp"

#include <fmt/format.h>

#include "town/agencies.hpp"
#include "town/networks.hpp"
#include "town/noise.hpp"
#include "town/ordinary.hpp"
#include "town/output.hpp"
#include "town/world.hpp"

namespace wider::town {
namespace {

std::string twins_truth(const World& world) {
  std::string out = "person,twin\n";
  for (PersonIndex i = 0; i < world.people.size(); ++i) {
    if (world.people[i].twin != nobody)
      out += fmt::format("{},{}\n", person_name(i), person_name(world.people[i].twin));
  }
  return out;
}

std::string households_truth(const World& world) {
  std::string text = "person,household\n";
  for (PersonIndex p = 0; p < world.people.size(); ++p) {
    if (world.people[p].household != nobody)
      text += fmt::format("{},H{:06}\n", person_name(p), world.people[p].household);
  }
  return text;
}

}  // namespace

Result<Report> write_town(const Options& options, const std::filesystem::path& folder) {
  if (options.people < 1000) return failure(ErrorCode::usage, "A town has at least 1,000 people; ask for more.");
  if (options.people > 5'000'000)
    return failure(ErrorCode::usage, "A town has at most 5,000,000 people; ask for fewer.");
  if (options.first_year < 1990 || options.last_year < options.first_year || options.last_year > 2050) {
    return failure(ErrorCode::usage, "The town's years must be in order and between 1990 and 2050.");
  }
  const auto progress = [&](const char* stage, std::uint64_t done, std::uint64_t of) {
    if (options.progress) options.progress(stage, done, of);
  };
  // 1. Who lives there, where, and what they own.
  progress("people", 0, 1);
  World world = build_world(options);
  auto output = Output::create(folder, world.first_day, world.last_day);
  if (!output) return std::unexpected(output.error());
  // 2. What is planted, before ordinary life, which leaves the planted alone.
  const Plan plan = plan_networks(world, options);
  // 3. Day by day: what happens is told to the agencies, each of which writes it down in its own way.
  Clerk clerk(world, options.noise, options.seed);
  const Date grading_changes = options.grading_changes.valid() ? options.grading_changes : *make_date(2012, 4, 1);
  Agencies agencies(world, clerk, **output, options.seed, grading_changes);
  OrdinaryLife ordinary(world, agencies, options.seed, options.people);
  PlantedLife planted(world, plan, agencies, options.seed);
  const auto days = static_cast<std::uint64_t>(world.last_day - world.first_day) + 1;
  for (Date day = world.first_day; day <= world.last_day; day = day + 1) {
    ordinary.day(day);
    planted.day(day);
    const YearMonthDay parts = split(day);
    if (parts.month == 3 && parts.day == 31) agencies.census(parts.year);
    // 4. At the end of a month its files leave the agencies.
    if (day == last_of_month(parts.year, parts.month)) {
      (*output)->end_of_month(parts.year, parts.month);
      progress("days", static_cast<std::uint64_t>(day - world.first_day) + 1, days);
    }
  }
  // 5. The truth and the delivery manifest.
  const auto closed = (*output)->close(networks_truth(plan), network_things_truth(world, plan), twins_truth(world),
                                       households_truth(world));
  if (!closed) return std::unexpected(closed.error());
  return Report{world.people.size(), (*output)->files(), (*output)->rows(), (*output)->mentions(),
                plan.networks.size()};
}

}  // namespace wider::town
