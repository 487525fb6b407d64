#include "linkage/evaluate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "linkage/text.hpp"

namespace wider::linkage {
namespace {

std::uint64_t pairs(std::uint64_t count) {
  return count * (count - (count > 0 ? 1 : 0)) / 2;
}

// One cell of the contingency of people, clusters and sources.
struct Cell {
  std::uint32_t cluster, person, source;
  friend auto operator<=>(const Cell&, const Cell&) = default;
};

std::uint32_t root_of(std::vector<std::uint32_t>& parent, std::uint32_t at) {
  while (parent[at] != at) at = parent[at] = parent[parent[at]];
  return at;
}

// Walks runs of equal keys in a sorted range.
template <typename Items, typename Key, typename Run>
void for_each_run(const Items& items, Key key, Run run) {
  for (auto from = items.begin(); from != items.end();) {
    auto to = from;
    while (to != items.end() && key(*to) == key(*from)) ++to;
    run(from, to);
    from = to;
  }
}

// One cluster's cells: what is found for each of its people, and what is found wrongly.
void count_cluster(std::span<const Cell> cells, bool between, std::vector<PersonPairs>& people) {
  std::map<std::uint32_t, std::uint64_t> of_source;
  for (const Cell& cell : cells) ++of_source[cell.source];
  for_each_run(
      cells, [](const Cell& cell) { return cell.person; },
      [&](auto from, auto to) {
        PersonPairs& person = people[from->person];
        const auto here = static_cast<std::uint64_t>(to - from);
        person.both += pairs(here);
        person.wrong_ends += here * (cells.size() - here);
        if (!between) return;
        for_each_run(
            std::span(from, to), [](const Cell& cell) { return cell.source; },
            [&](auto first, auto last) {
              const auto within = static_cast<std::uint64_t>(last - first);
              person.both -= pairs(within);
              person.wrong_ends -= within * (of_source[first->source] - within);
            });
      });
}

double wrong_pairs(const PersonPairs& person) {
  return static_cast<double>(person.wrong_ends) / 2;
}

struct Sums {
  double y = 0, x = 0;
};

// The rate sum(y) / sum(x) over observations.
Rate rate_of(const std::vector<Sums>& observations) {
  Rate rate;
  double y = 0;
  for (const Sums& sums : observations) {
    if (sums.x <= 0) continue;
    y += sums.y;
    rate.pairs += sums.x;
    ++rate.observations;
  }
  if (rate.observations == 0) return rate;
  rate.value = y / rate.pairs;
  const auto n = static_cast<double>(rate.observations);
  double squares = 0;
  for (const Sums& sums : observations) {
    if (sums.x <= 0) continue;
    const double residual = sums.y - rate.value * sums.x;
    squares += residual * residual;
  }
  const double variance = n > 1 ? n / (n - 1) * squares / (rate.pairs * rate.pairs) : 0;
  // All alike: as many independent pairs as there are observations, and no more.
  double effective = n;
  if (variance > 1e-18) effective = std::clamp(rate.value * (1 - rate.value) / variance, 1.0, rate.pairs);
  std::tie(rate.low, rate.high) = wilson(rate.value, effective);
  return rate;
}

// What most of a person's rows say; the least of those said equally often, so that order does not matter.
template <typename Said>
std::optional<Said> most_said(const std::map<Said, std::uint32_t>& counts) {
  std::optional<Said> best;
  std::uint32_t most = 0;
  for (const auto& [said, count] : counts) {
    if (count <= most) continue;
    best = said;
    most = count;
  }
  return best;
}

template <typename Said, typename Say>
std::vector<std::optional<Said>> by_person(const Input& input, std::span<const std::uint32_t> person_of_row,
                                           std::uint32_t people, Say say) {
  std::vector<std::map<Said, std::uint32_t>> counts(people);
  for (std::size_t row = 0; row < person_of_row.size(); ++row) {
    if (person_of_row[row] == no_group) continue;
    if (const std::optional<Said> said = say(input.rows[row])) ++counts[person_of_row[row]][*said];
  }
  std::vector<std::optional<Said>> all;
  all.reserve(counts.size());
  for (const auto& of_person : counts) all.push_back(most_said(of_person));
  return all;
}

Grouping sexes(const Input& input, std::span<const std::uint32_t> person_of_row, std::uint32_t people) {
  Grouping grouping{"sex", {"female", "male"}, std::vector<std::uint32_t>(people, no_group)};
  const auto said = by_person<std::uint32_t>(input, person_of_row, people, [](const Row& row) {
    if (row.sex == Sex::unknown) return std::optional<std::uint32_t>();
    return std::optional<std::uint32_t>(row.sex == Sex::female ? 0U : 1U);
  });
  for (std::uint32_t p = 0; p < people; ++p) grouping.of_person[p] = said[p].value_or(no_group);
  return grouping;
}

Grouping ages(const Input& input, std::span<const std::uint32_t> person_of_row, std::uint32_t people, Date on) {
  constexpr std::array<int, 5> from_age = {5, 12, 18, 26, 65};
  if (!on.valid()) {
    for (const Row& row : input.rows) {
      if (row.birth_date.known() && (!on.valid() || row.birth_date.first > on)) on = row.birth_date.first;
    }
  }
  Grouping grouping{fmt::format("age on {}", on.valid() ? to_iso(on) : "no day"),
                    {"under 5", "5 to 11", "12 to 17", "18 to 25", "26 to 64", "65 and over"},
                    std::vector<std::uint32_t>(people, no_group)};
  if (!on.valid()) return grouping;
  const auto born = by_person<Date>(input, person_of_row, people, [](const Row& row) {
    return row.birth_date.known() ? std::optional<Date>(row.birth_date.first) : std::nullopt;
  });
  for (std::uint32_t p = 0; p < people; ++p) {
    if (!born[p]) continue;
    const YearMonthDay then = split(*born[p]), now = split(on);
    const bool before = std::pair(now.month, now.day) < std::pair(then.month, then.day);
    const int age = now.year - then.year - (before ? 1 : 0);
    const auto band = std::upper_bound(from_age.begin(), from_age.end(), age) - from_age.begin();
    grouping.of_person[p] = static_cast<std::uint32_t>(band);
  }
  return grouping;
}

// Quarters of the people, by how many people bear the surname.
Grouping surnames(const Input& input, std::span<const std::uint32_t> person_of_row, std::uint32_t people) {
  Grouping grouping{"surname",
                    {"commonest quarter", "second quarter", "third quarter", "rarest quarter"},
                    std::vector<std::uint32_t>(people, no_group)};
  std::unordered_map<Code, std::string> folded;
  const auto names = by_person<std::string>(input, person_of_row, people, [&](const Row& row) {
    const Code code = row.value[static_cast<std::size_t>(Attribute::surname)];
    if (code == 0) return std::optional<std::string>();
    const auto [found, fresh] = folded.try_emplace(code);
    if (fresh) found->second = fold(input.strings->view(code));
    return found->second.empty() ? std::nullopt : std::optional<std::string>(found->second);
  });
  std::map<std::string, std::uint32_t> bearers;
  std::uint32_t named = 0;
  for (const auto& name : names) {
    if (!name) continue;
    ++bearers[*name];
    ++named;
  }
  std::vector<std::pair<std::uint32_t, std::string>> ordered;
  ordered.reserve(bearers.size());
  for (const auto& [name, count] : bearers) ordered.emplace_back(count, name);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::map<std::string, std::uint32_t> quarter;
  std::uint64_t before = 0;
  for (const auto& [count, name] : ordered) {  // a name lies in the quarter where its first bearer does
    quarter[name] = static_cast<std::uint32_t>(std::min<std::uint64_t>(before * 4 / named, 3));
    before += count;
  }
  for (std::uint32_t p = 0; p < people; ++p) {
    if (names[p]) grouping.of_person[p] = quarter[*names[p]];
  }
  return grouping;
}

std::optional<Gap> gap_of(const std::vector<GroupQuality>& groups, Rate Quality::* rate) {
  const GroupQuality* best = nullptr;
  const GroupQuality* worst = nullptr;
  for (const GroupQuality& group : groups) {
    const Rate& of_group = group.quality.*rate;
    if (of_group.observations < least_observations) continue;
    if (best == nullptr || of_group.value > (best->quality.*rate).value) best = &group;
    if (worst == nullptr || of_group.value < (worst->quality.*rate).value) worst = &group;
  }
  if (best == nullptr || best == worst) return std::nullopt;
  return Gap{(best->quality.*rate).value - (worst->quality.*rate).value, best->name, worst->name};
}

}  // namespace

std::pair<double, double> wilson(double share, double n) {
  CHECK(n > 0);
  constexpr double z = 1.959963984540054;
  const double z2 = z * z;
  const double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = z / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

std::vector<PersonPairs> count_pairs(const LabelledRows& rows) {
  CHECK(rows.person.size() == rows.cluster.size());
  std::uint32_t people = 0;
  std::vector<Cell> cells;
  for (std::size_t row = 0; row < rows.person.size(); ++row) {
    if (rows.person[row] == no_group) continue;
    people = std::max(people, rows.person[row] + 1);
    cells.push_back({rows.cluster[row], rows.person[row], rows.between ? rows.source[row] : 0U});
  }
  std::vector<PersonPairs> counted(people);
  std::sort(cells.begin(), cells.end());
  std::vector<std::uint32_t> parent(people);
  std::iota(parent.begin(), parent.end(), 0U);
  for_each_run(
      cells, [](const Cell& cell) { return cell.cluster; },
      [&](auto from, auto to) {
        count_cluster(std::span(from, to), rows.between, counted);
        for (auto cell = from; cell != to; ++cell)
          parent[root_of(parent, cell->person)] = root_of(parent, from->person);
      });
  std::sort(cells.begin(), cells.end(),
            [](const Cell& a, const Cell& b) { return std::tie(a.person, a.source) < std::tie(b.person, b.source); });
  for_each_run(
      cells, [](const Cell& cell) { return cell.person; },
      [&](auto from, auto to) {
        PersonPairs& person = counted[from->person];
        person.rows = static_cast<std::uint64_t>(to - from);
        person.true_pairs = pairs(person.rows);
        if (!rows.between) return;
        for_each_run(
            std::span(from, to), [](const Cell& cell) { return cell.source; },
            [&](auto first, auto last) { person.true_pairs -= pairs(static_cast<std::uint64_t>(last - first)); });
      });
  for (std::uint32_t p = 0; p < people; ++p) counted[p].observation = root_of(parent, p);
  return counted;
}

Quality quality_of(std::span<const PersonPairs> people, const std::vector<bool>& counted) {
  Quality quality;
  std::vector<Sums> precision(people.size()), recall(people.size());
  for (std::size_t p = 0; p < people.size(); ++p) {
    const PersonPairs& person = people[p];
    if ((!counted.empty() && !counted[p]) || person.rows == 0) continue;
    ++quality.people;
    quality.rows += person.rows;
    const auto both = static_cast<double>(person.both);
    quality.both += both;
    precision[person.observation].y += both;
    precision[person.observation].x += both + wrong_pairs(person);
    recall[person.observation].y += both;
    recall[person.observation].x += static_cast<double>(person.true_pairs);
  }
  quality.precision = rate_of(precision);
  quality.recall = rate_of(recall);
  const double sum = quality.precision.value + quality.recall.value;
  quality.f1 = sum > 0 ? 2 * quality.precision.value * quality.recall.value / sum : 0;
  return quality;
}

std::vector<Grouping> usual_groupings(const Input& input, std::span<const std::uint32_t> person_of_row,
                                      std::uint32_t people, Date on) {
  std::vector<Grouping> groupings = {sexes(input, person_of_row, people), ages(input, person_of_row, people, on),
                                     surnames(input, person_of_row, people)};
  std::erase_if(groupings, [](const Grouping& grouping) {
    return std::all_of(grouping.of_person.begin(), grouping.of_person.end(), [](auto g) { return g == no_group; });
  });
  return groupings;
}

Evaluation evaluate(const LabelledRows& rows, std::span<const Grouping> groupings) {
  Evaluation evaluation;
  const std::vector<PersonPairs> people = count_pairs(rows);
  evaluation.rows_without_truth =
      static_cast<std::uint64_t>(std::count(rows.person.begin(), rows.person.end(), no_group));
  evaluation.overall = quality_of(people, {});
  for (const Grouping& grouping : groupings) {
    GroupingQuality of_grouping;
    of_grouping.name = grouping.name;
    for (std::uint32_t g = 0; g < grouping.groups.size(); ++g) {
      std::vector<bool> counted(people.size());
      for (std::size_t p = 0; p < people.size(); ++p) counted[p] = grouping.of_person[p] == g;
      of_grouping.groups.push_back({grouping.groups[g], quality_of(people, counted)});
    }
    of_grouping.precision = gap_of(of_grouping.groups, &Quality::precision);
    of_grouping.recall = gap_of(of_grouping.groups, &Quality::recall);
    evaluation.groupings.push_back(std::move(of_grouping));
  }
  return evaluation;
}

}  // namespace wider::linkage
