#include "picture/pattern.hpp"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "base/toml.hpp"

namespace wider::picture {

namespace {

std::optional<AnchorKind> anchor_kind_named(std::string_view name) {
  if (name == "person") return AnchorKind::person;
  const auto thing = thing_kind_named(name);
  if (!thing) return std::nullopt;
  return anchor_kind_of(*thing);
}

std::optional<Rule> rule_named(std::string_view name) {
  if (name == "repeat-referrals-closed") return Rule::repeat_referrals_closed;
  if (name == "children-tied-to-one") return Rule::children_tied_to_one;
  if (name == "missing-same-end") return Rule::missing_same_end;
  return std::nullopt;
}

// Reads one pattern; the first thing wrong is kept with its line and key.
class PatternReader {
 public:
  PatternReader(const toml::table& root, std::string_view file) : file_(file), root_(root) {}

  Result<PatternPtr> read(std::string_view name) {
    Pattern pattern;
    pattern.name = name;
    read_top(pattern);
    if (const toml::table* controls = section(root_, "controls")) read_controls(*controls, pattern.controls);
    if (const toml::table* chance = section(root_, "chance")) read_chance(*chance, pattern.chance);
    if (const toml::table* fold = section(root_, "fold")) {
      only(*fold, {"days", "most_people"});
      number(*fold, "days", 1, 36500, pattern.fold_days);
      number(*fold, "most_people", 2, 1000, pattern.most_people);
    }
    check_whole(pattern);
    if (!error_.empty()) return failure(ErrorCode::malformed, error_);
    return std::make_shared<const Pattern>(std::move(pattern));
  }

 private:
  void read_top(Pattern& pattern) {
    only(root_, {"title", "rule", "sentence", "window_days", "minimum_children", "minimum_episodes",
                 "minimum_from_one_agency", "minimum_agencies", "hops", "no_single_agency", "anchors", "through",
                 "records", "links", "lasting", "controls", "chance", "fold"});
    text(root_, "title", pattern.title);
    text(root_, "sentence", pattern.sentence);
    std::string rule;
    text(root_, "rule", rule);
    if (const auto known = rule_named(rule)) {
      pattern.rule = *known;
    } else {
      wrong(
          root_.get("rule"), "rule",
          fmt::format("'{}' is no rule; use repeat-referrals-closed, children-tied-to-one or missing-same-end", rule));
    }
    number(root_, "window_days", 1, 3660, pattern.window_days);
    number(root_, "minimum_children", 1, 100, pattern.minimum_children);
    number(root_, "minimum_episodes", 1, 100, pattern.minimum_episodes);
    number(root_, "minimum_from_one_agency", 1, 100, pattern.minimum_from_one_agency);
    number(root_, "minimum_agencies", 1, 12, pattern.minimum_agencies);
    number(root_, "hops", 1, 2, pattern.hops);
    flag(root_, "no_single_agency", pattern.no_single_agency);
    names(root_, "anchors", anchor_kind_named, "a person or kind of thing", pattern.anchors);
    names(root_, "through", anchor_kind_named, "a person or kind of thing", pattern.through);
    names(root_, "records", record_kind_named, "a kind of record", pattern.records);
    names(root_, "links", record_kind_named, "a kind of record", pattern.links);
    names(root_, "lasting", record_kind_named, "a kind of record", pattern.lasting);
  }

  void read_controls(const toml::table& table, Controls& controls) {
    only(table, {"household_counts_once", "own_home_is_no_tie", "duty_roles", "shared_events",
                 "shared_events_any_school", "household_slack_days", "hub_limit"});
    flag(table, "household_counts_once", controls.household_counts_once);
    flag(table, "own_home_is_no_tie", controls.own_home_is_no_tie);
    flag(table, "shared_events_any_school", controls.shared_events_any_school);
    names(table, "duty_roles", role_named, "a role", controls.duty_roles);
    names(table, "shared_events", record_kind_named, "a kind of record", controls.shared_events);
    number(table, "household_slack_days", 0, 36500, controls.household_slack_days);
    number(table, "hub_limit", 1, 1000000, controls.hub_limit);
  }

  void read_chance(const toml::table& table, ChanceTable& chance) {
    only(table, {"bar", "per_record"});
    rate(table, "bar", chance.bar);
    const toml::table* rates = section(table, "per_record");
    if (rates == nullptr) return;
    for (const auto& [key, node] : *rates) {
      double value = 0;
      rate(*rates, key.str(), value);
      if (const auto kind = anchor_kind_named(key.str())) {
        chance.per_record[static_cast<std::size_t>(*kind)] = value;
      } else {
        chance.per_record_at[std::string(key.str())] = value;  // a category of place, in the town's own words
      }
    }
  }

  void check_whole(const Pattern& pattern) {
    if (pattern.title.empty()) wrong(nullptr, "title", "is missing; say in one line what the pattern asks");
    if (pattern.sentence.empty()) wrong(nullptr, "sentence", "is missing; it is the title of each finding");
    if (pattern.rule == Rule::repeat_referrals_closed) return;
    if (pattern.anchors.empty())
      wrong(nullptr, "anchors", "is missing; name at least one of person, place, vehicle, phone");
    if (pattern.records.empty()) wrong(nullptr, "records", "is missing; name the kinds of record that tie a child");
  }

  // ---- values ----
  template <typename Node>
  void wrong(const Node* node, std::string_view key, std::string_view what) {
    if (!error_.empty()) return;
    const auto line = node == nullptr ? 0U : static_cast<unsigned>(node->source().begin.line);
    error_ = line == 0 ? fmt::format("{}: {} {}", file_, key, what)
                       : fmt::format("{}, line {}: {} {}", file_, line, key, what);
  }
  void wrong(std::nullptr_t, std::string_view key, std::string_view what) {
    wrong(static_cast<const toml::node*>(nullptr), key, what);
  }

  void only(const toml::table& table, std::initializer_list<std::string_view> known) {
    for (const auto& [key, node] : table) {
      bool found = false;
      for (const std::string_view name : known) found = found || name == key.str();
      if (!found) wrong(&node, key.str(), fmt::format("is not known here; known are {}", fmt::join(known, ", ")));
    }
  }
  const toml::table* section(const toml::table& table, std::string_view key) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return nullptr;
    if (node->as_table() == nullptr) wrong(node, key, "must be a table");
    return node->as_table();
  }
  void text(const toml::table& table, std::string_view key, std::string& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::string>();
    if (!value) return wrong(node, key, "must be a text in quotation marks");
    into = *value;
  }
  void flag(const toml::table& table, std::string_view key, bool& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<bool>();
    if (!value) return wrong(node, key, "must be true or false");
    into = *value;
  }
  template <typename Number>
  void number(const toml::table& table, std::string_view key, std::int64_t least, std::int64_t most, Number& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < least || *value > most)
      return wrong(node, key, fmt::format("must be a whole number from {} to {}", least, most));
    into = static_cast<Number>(*value);
  }
  void rate(const toml::table& table, std::string_view key, double& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const auto value = node->value<double>();
    if (!value || !(*value > 0.0) || *value > 100.0)
      return wrong(node, key, "must be a number above 0 and at most 100");
    into = *value;
  }
  template <typename Enum>
  void names(const toml::table& table, std::string_view key, std::optional<Enum> (*named)(std::string_view),
             std::string_view what, EnumSet<Enum>& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const toml::array* list = node->as_array();
    if (list == nullptr) return wrong(node, key, "must be a list of names");
    for (const toml::node& item : *list) {
      const auto word = item.value_exact<std::string>();
      const auto member = word ? named(*word) : std::nullopt;
      if (!member)
        return wrong(&item, key, fmt::format("holds '{}', which is not the name of {}", word.value_or("?"), what));
      into.add(*member);
    }
  }

  std::string_view file_;
  const toml::table& root_;
  std::string error_;
};

}  // namespace

std::string_view name_of(AnchorKind kind) {
  if (kind == AnchorKind::person) return "person";
  return name_of(static_cast<ThingKind>(static_cast<int>(kind) - 1));
}

Result<PatternPtr> parse_pattern(std::string_view toml_text, std::string_view name) {
  if (name.ends_with(".toml")) name.remove_suffix(5);
  const std::string file = fmt::format("{}.toml", name);
  const auto parsed = parse_toml(toml_text);
  if (!parsed) {
    return failure(ErrorCode::malformed,
                   fmt::format("{}, line {}: {}", file, parsed.error().line, parsed.error().says));
  }
  return PatternReader(*parsed, file).read(name);
}

ByChance& ByChance::operator+=(const ByChance& other) {
  mean += other.mean;
  variance += other.variance;
  return *this;
}

ByChance by_chance(double per_record, std::uint32_t other_records) {
  const double mean = per_record * (static_cast<double>(other_records) + 1.0);
  return {mean, mean * (1.0 + per_record)};
}

// The terms of the negative binomial of size r = mean / (variance / mean - 1) and p = 1 - mean / variance follow each
// other by (r + k) / (k + 1) * p.
double chance_of(const ByChance& expected, std::uint32_t count) {
  if (count == 0) return 1.0;
  if (!(expected.mean > 0.0)) return 0.0;
  const double p = 1.0 - expected.mean / expected.variance;
  const double size = expected.mean * (1.0 - p) / p;
  const auto term_of = [&](double k) {
    return std::exp(std::lgamma(size + k) - std::lgamma(size) - std::lgamma(k + 1.0) + size * std::log1p(-p) +
                    k * std::log(p));
  };
  // The upper tail is summed from its own largest term, so that small chances keep their digits.
  if (static_cast<double>(count) > expected.mean) {
    double term = term_of(count);
    double sum = 0;
    for (double k = count; term > sum * 1e-17 && term > 0; ++k) {
      sum += term;
      term *= (size + k) / (k + 1.0) * p;
    }
    return std::min(sum, 1.0);
  }
  double below = 0;
  for (std::uint32_t k = 0; k < count; ++k) below += term_of(k);
  return std::max(0.0, 1.0 - below);
}

std::uint32_t needed(const ByChance& expected, double bar, std::uint32_t minimum) {
  auto count = std::max(minimum, static_cast<std::uint32_t>(expected.mean));
  while (chance_of(expected, count) > bar) ++count;
  return count;
}

}  // namespace wider::picture
