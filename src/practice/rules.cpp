// Reads rules/*.toml. The library's exceptions stop here.
#include <fmt/format.h>

#include <array>

#include "base/toml.hpp"
#include "practice/practice.hpp"

namespace wider::practice {
namespace {

constexpr std::array<std::string_view, 6> unit_names = {"hour", "day", "working-day", "week", "month", "year"};
constexpr std::array<std::string_view, 4> force_names = {"statute", "regulation", "guidance", "local"};

template <typename Enum, std::size_t n>
std::optional<Enum> named(const std::array<std::string_view, n>& names, std::string_view name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

Result<toml::table> parse(std::string_view text) {
  auto parsed = parse_toml(text);
  if (!parsed) {
    return failure(ErrorCode::malformed, fmt::format("line {}: {}", parsed.error().line, parsed.error().says));
  }
  return std::move(*parsed);
}

std::string text_of(const toml::table& entry, std::string_view key) {
  return entry[key].value_or(std::string());
}

// Reads an optional day: nothing when the key is absent, an error when it holds something else.
Result<Date> day_of_key(const toml::table& entry, std::string_view key) {
  if (!entry.contains(key)) return Date{};
  const auto date = entry[key].value<toml::date>();
  const auto day = date ? make_date(date->year, date->month, date->day) : std::nullopt;
  if (!day) return failure(ErrorCode::malformed, fmt::format("'{}' is no day written as 2009-07-01", key));
  return *day;
}

Result<ClockVersion> clock_of(const toml::table& entry) {
  ClockVersion clock;
  clock.rule = text_of(entry, "rule");
  clock.version = text_of(entry, "version");
  clock.title = text_of(entry, "title");
  clock.begins = text_of(entry, "begins");
  clock.source = text_of(entry, "source");
  clock.note = text_of(entry, "note");
  if (clock.rule.empty() || clock.version.empty() || clock.title.empty()) {
    return failure(ErrorCode::malformed, "'rule', 'version' and 'title' must be given");
  }
  const auto limit = entry["limit"].value<std::int64_t>();
  if (!limit || *limit < 0 || *limit > 10'000)
    return failure(ErrorCode::malformed, "'limit' must be a whole number from 0 to 10000");
  clock.limit = static_cast<int>(*limit);
  const auto unit = named<TimeUnit>(unit_names, text_of(entry, "unit"));
  if (!unit) return failure(ErrorCode::malformed, "'unit' must be hour, day, working-day, week, month or year");
  clock.unit = *unit;
  const auto force = named<Force>(force_names, text_of(entry, "force"));
  if (!force) return failure(ErrorCode::malformed, "'force' must be statute, regulation, guidance or local");
  clock.force = *force;
  const auto owner = agency_named(text_of(entry, "owner"));
  if (!owner) return failure(ErrorCode::malformed, "'owner' must be an agency's name, such as social-care");
  clock.owner = *owner;
  clock.background = text_of(entry, "basis") != "read";
  for (const auto& [key, place] :
       {std::pair{"in_force_from", &clock.in_force_from}, std::pair{"in_force_to", &clock.in_force_to}}) {
    const auto day = day_of_key(entry, key);
    if (!day) return std::unexpected(day.error());
    *place = *day;
  }
  if (clock.in_force_from.valid() && clock.in_force_to.valid() && clock.in_force_to < clock.in_force_from) {
    return failure(ErrorCode::malformed, "'in_force_to' lies before 'in_force_from'");
  }
  return clock;
}

bool overlap(const ClockVersion& a, const ClockVersion& b) {
  const auto starts_after = [](const ClockVersion& later, const ClockVersion& earlier) {
    return later.in_force_from.valid() && earlier.in_force_to.valid() && later.in_force_from > earlier.in_force_to;
  };
  return a.rule == b.rule && !starts_after(a, b) && !starts_after(b, a);
}

// The tables of an array of tables; malformed when there is none or an element is something else.
Result<std::vector<const toml::table*>> tables_of(const toml::table& file, std::string_view name) {
  std::vector<const toml::table*> tables;
  if (const toml::array* array = file[name].as_array()) {
    for (const toml::node& node : *array) {
      if (const toml::table* table = node.as_table()) tables.push_back(table);
    }
  }
  if (tables.empty()) return failure(ErrorCode::malformed, fmt::format("holds no [[{}]]", name));
  return tables;
}

}  // namespace

Result<Clocks> parse_clocks(std::string_view toml) {
  const auto file = parse(toml);
  if (!file) return std::unexpected(file.error());
  const auto tables = tables_of(*file, "clock");
  if (!tables) return std::unexpected(tables.error());
  Clocks clocks;
  for (std::size_t i = 0; i < tables->size(); ++i) {
    auto clock = clock_of(*(*tables)[i]);
    if (!clock) return failure(ErrorCode::malformed, fmt::format("clock {}: {}", i + 1, clock.error().message));
    for (const ClockVersion& other : clocks.versions_) {
      if (overlap(other, *clock)) {
        return failure(ErrorCode::malformed,
                       fmt::format("clock {}: versions '{}' and '{}' of '{}' are in force on the same day", i + 1,
                                   other.version, clock->version, clock->rule));
      }
    }
    clocks.versions_.push_back(std::move(*clock));
  }
  return clocks;
}

Result<std::vector<LanguageTerm>> parse_language_terms(std::string_view toml) {
  const auto file = parse(toml);
  if (!file) return std::unexpected(file.error());
  const auto tables = tables_of(*file, "term");
  if (!tables) return std::unexpected(tables.error());
  std::vector<LanguageTerm> terms;
  for (std::size_t i = 0; i < tables->size(); ++i) {
    const toml::table& entry = *(*tables)[i];
    LanguageTerm term;
    if (const toml::array* phrases = entry["phrases"].as_array()) {
      for (const toml::node& phrase : *phrases) {
        if (const auto text = phrase.value<std::string>(); text && !text->empty()) term.phrases.push_back(*text);
      }
    }
    term.why = text_of(entry, "why");
    term.instead = text_of(entry, "instead");
    term.source = text_of(entry, "source");
    term.under_age = entry["under_age"].value<int>();
    if (term.phrases.empty() || term.why.empty() || term.instead.empty()) {
      return failure(ErrorCode::malformed, fmt::format("term {}: 'phrases', 'why' and 'instead' must be given", i + 1));
    }
    terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace wider::practice
