#include "linkage/splink/settings.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include <fmt/format.h>

namespace wider::linkage::splink {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> bad(std::string message) {
  return failure(ErrorCode::malformed, "Splink settings: " + std::move(message));
}

// Every key must be one of the known, so that nothing that would change the answer is passed over.
Result<void> only(const Json& object, std::string_view where, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      return bad(fmt::format("{} has a setting '{}' that wider does not know.", where, key));
  }
  return {};
}

Result<std::string> text_of(const Json& object, std::string_view key, std::string_view where) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return bad(fmt::format("{} has no text '{}'.", where, key));
  return found->get<std::string>();
}

bool given(const Json& object, std::string_view key) {
  const auto found = object.find(key);
  return found != object.end() && !found->is_null();
}

Result<double> number_of(const Json& object, std::string_view key, std::string_view where, double low, double high) {
  const Json& value = object.at(key);
  if (!value.is_number()) return bad(fmt::format("'{}' of {} is not a number.", key, where));
  const auto number = value.get<double>();
  if (!(number >= low && number <= high))
    return bad(fmt::format("'{}' of {} must lie between {} and {}.", key, where, low, high));
  return number;
}

Result<bool> flag_of(const Json& object, std::string_view key, std::string_view where) {
  if (!given(object, key)) return false;
  if (!object.at(key).is_boolean()) return bad(fmt::format("'{}' of {} is neither true nor false.", key, where));
  return object.at(key).get<bool>();
}

std::string trimmed_lower(std::string_view text) {
  std::string out;
  for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto first = out.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return "";
  return out.substr(first, out.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower_name(std::string_view text) {
  return trimmed_lower(text);
}

// Splink's starting values (comparison_level.py, _default_m_values and _default_u_values): what it scores with where a
// level was never observed in training.
double starting_m(std::size_t value, std::size_t count) {
  return value + 1 == count ? .95 : (1 - .95) / static_cast<double>(count - 1);
}
double starting_u(std::size_t value, std::size_t count) {
  double weight = 10;
  if (value + 1 < count) {
    weight = count <= 2 ? -5 : -5 + static_cast<double>(value) * (8.0 / static_cast<double>(count - 2));
  }
  return starting_m(value, count) / std::exp2(weight);
}

Result<void> read_probabilities(const Json& json, Level& level, std::size_t value, std::size_t count,
                                const std::string& where, Settings& settings) {
  for (const bool is_m : {true, false}) {
    const std::string_view key = is_m ? "m_probability" : "u_probability";
    double& into = is_m ? level.m : level.u;
    if (given(json, key) && json.at(key) == "level not observed in training dataset") {
      into = 1e-6;  // as Splink scores it
      continue;
    }
    if (given(json, key)) {
      const auto number = number_of(json, key, where, 0, 1);
      if (!number) return std::unexpected(number.error());
      into = *number;
      continue;
    }
    into = is_m ? starting_m(value, count) : starting_u(value, count);
    settings.notes.push_back(
        fmt::format("{} has no {}: Splink's starting value {:.4g} is used, as Splink does.", where, key, into));
  }
  return {};
}

Result<void> read_term(const Json& json, Level& level, const std::string& where) {
  if (!given(json, "tf_adjustment_column")) return {};
  auto column = text_of(json, "tf_adjustment_column", where);
  if (!column) return std::unexpected(column.error());
  const auto parsed = parse_sql(*column);
  // A name that is not an SQL word ("first name") stands for itself.
  level.term_column = parsed && parsed->shape == Shape::column && parsed->qualifier.empty() ? parsed->name : *column;
  if (column->find('[') != std::string::npos)
    return bad(
        fmt::format("{}: tf_adjustment_column '{}' is part of a column; wider reads whole columns.", where, *column));
  if (given(json, "tf_adjustment_weight")) {
    const auto weight = number_of(json, "tf_adjustment_weight", where, 0, 1000);
    if (!weight) return std::unexpected(weight.error());
    level.term_weight = *weight;
  }
  if (given(json, "tf_minimum_u_value")) {
    const auto least = number_of(json, "tf_minimum_u_value", where, 0, 1);
    if (!least) return std::unexpected(least.error());
    level.term_least_u = *least;
  }
  return {};
}

// The one column of a condition of the form col_l = col_r, in lower case; "" for any other condition.
std::string exact_column(const Level& level) {
  const Node& node = level.condition;
  if (level.otherwise || node.shape != Shape::call || node.name != "=" || node.parts.size() != 2) return "";
  std::string names[2];
  for (std::size_t i = 0; i < 2; ++i) {
    if (node.parts[i].shape != Shape::column || !node.parts[i].qualifier.empty()) return "";
    names[i] = lower_name(node.parts[i].name);
    if (!names[i].ends_with("_l") && !names[i].ends_with("_r")) return "";
    names[i].resize(names[i].size() - 2);
  }
  return names[0] == names[1] ? names[0] : "";
}

// Splink starts the adjustment from the u of an exact match on the adjusted column (comparison_level.py,
// _u_probability_corresponding_to_exact_match).
Result<void> find_exact_u(ComparisonSettings& comparison, const std::vector<bool>& own_u) {
  for (std::size_t l = 0; l < comparison.levels.size(); ++l) {
    Level& level = comparison.levels[l];
    if (level.term_column.empty() || level.is_null || level.otherwise || level.term_weight == 0) {
      level.term_column.clear();
      continue;
    }
    if (own_u[l]) {
      level.term_exact_u = level.u;
      continue;
    }
    const std::string wanted = lower_name(level.term_column);
    const auto exact = std::find_if(comparison.levels.begin(), comparison.levels.end(),
                                    [&](const Level& other) { return exact_column(other) == wanted; });
    if (exact == comparison.levels.end() || exact->is_null)
      return bad(fmt::format("{}: its term frequencies need a level that is an exact match on {}, and there is none.",
                             place_of(comparison, l), level.term_column));
    level.term_exact_u = exact->u;
  }
  return {};
}

Result<Level> read_level(const Json& json, const ComparisonSettings& comparison, std::string& where) {
  Level level;
  const auto sql = text_of(json, "sql_condition", where);
  if (!sql) return std::unexpected(sql.error());
  level.sql = *sql;
  if (given(json, "label_for_charts")) {
    const auto label = text_of(json, "label_for_charts", where);
    if (!label) return std::unexpected(label.error());
    level.label = *label;
    where = fmt::format("comparison '{}', level {} ({})", comparison.name, comparison.levels.size() + 1, level.label);
  }
  const auto known = only(json, where,
                          {"sql_condition", "label_for_charts", "m_probability", "u_probability", "fix_m_probability",
                           "fix_u_probability", "is_null_level", "tf_adjustment_column", "tf_adjustment_weight",
                           "tf_minimum_u_value", "disable_tf_exact_match_detection"});
  if (!known) return std::unexpected(known.error());
  const auto is_null = flag_of(json, "is_null_level", where);
  if (!is_null) return std::unexpected(is_null.error());
  level.is_null = *is_null;
  level.otherwise = trimmed_lower(level.sql) == "else";
  if (level.otherwise) return level;
  auto condition = parse_sql(level.sql);
  if (!condition) return bad(fmt::format("{}: {}.", where, condition.error().message));
  level.condition = std::move(*condition);
  return level;
}

Result<ComparisonSettings> read_comparison(const Json& json, std::size_t number, Settings& settings) {
  ComparisonSettings comparison;
  std::string where = fmt::format("comparison {}", number + 1);
  if (!json.is_object()) return bad(fmt::format("{} is not an object.", where));
  const auto name = text_of(json, "output_column_name", where);
  if (!name) return std::unexpected(name.error());
  comparison.name = *name;
  where = fmt::format("comparison '{}'", comparison.name);
  if (const auto known = only(json, where, {"output_column_name", "comparison_levels", "comparison_description"});
      !known)
    return std::unexpected(known.error());
  const auto levels = json.find("comparison_levels");
  if (levels == json.end() || !levels->is_array() || levels->empty())
    return bad(fmt::format("{} has no comparison_levels.", where));
  for (const Json& level_json : *levels) {
    std::string place = fmt::format("{}, level {}", where, comparison.levels.size() + 1);
    if (!level_json.is_object()) return bad(fmt::format("{} is not an object.", place));
    auto level = read_level(level_json, comparison, place);
    if (!level) return std::unexpected(level.error());
    if (!comparison.levels.empty() && comparison.levels.back().otherwise)
      return bad(fmt::format("{}: ELSE must be the last level.", place));
    comparison.levels.push_back(std::move(*level));
  }
  if (!comparison.levels.back().otherwise || comparison.levels.back().is_null)
    return bad(fmt::format(
        "{} has no ELSE as its last level: a pair that meets none of its levels would have no weight.", where));
  const auto count = static_cast<std::size_t>(std::count_if(comparison.levels.begin(), comparison.levels.end(),
                                                            [](const Level& level) { return !level.is_null; }));
  if (count < 2) return bad(fmt::format("{} needs two levels or more besides null levels.", where));
  std::vector<bool> own_u;
  std::size_t value = count;
  for (std::size_t l = 0; l < comparison.levels.size(); ++l) {
    Level& level = comparison.levels[l];
    const Json& level_json = (*levels)[l];
    const std::string place = place_of(comparison, l);
    if (!level.is_null) {
      if (const auto read = read_probabilities(level_json, level, --value, count, place, settings); !read)
        return std::unexpected(read.error());
    }
    if (const auto read = read_term(level_json, level, place); !read) return std::unexpected(read.error());
    const auto own = flag_of(level_json, "disable_tf_exact_match_detection", place);
    if (!own) return std::unexpected(own.error());
    own_u.push_back(*own);
  }
  if (const auto found = find_exact_u(comparison, own_u); !found) return std::unexpected(found.error());
  return comparison;
}

Result<BlockingRule> read_rule(const Json& json, std::size_t number) {
  const std::string where = fmt::format("blocking rule {}", number + 1);
  BlockingRule rule;
  if (json.is_string()) {
    rule.sql = json.get<std::string>();
  } else if (json.is_object()) {
    const auto known = only(json, where, {"blocking_rule", "sql_dialect", "salting_partitions", "arrays_to_explode"});
    if (!known) return std::unexpected(known.error());
    const auto sql = text_of(json, "blocking_rule", where);
    if (!sql) return std::unexpected(sql.error());
    rule.sql = *sql;
    if (given(json, "sql_dialect") && json.at("sql_dialect") != "duckdb")
      return bad(fmt::format("{} is in another dialect than DuckDB's, which is the one that wider reads.", where));
    if (given(json, "arrays_to_explode") && json.at("arrays_to_explode") != Json::array())
      return bad(
          fmt::format("{} uses arrays_to_explode, which wider does not read; give a rule for each element.", where));
    if (given(json, "salting_partitions"))
      return bad(fmt::format(
          "{} uses salting_partitions, which wider does not read; without it the pairs are the same.", where));
  } else {
    return bad(fmt::format("{} is neither a text nor an object.", where));
  }
  auto condition = parse_sql(rule.sql);
  if (!condition) return bad(fmt::format("{} ({}): {}.", where, rule.sql, condition.error().message));
  rule.condition = std::move(*condition);
  return rule;
}

Result<void> read_top(const Json& json, Settings& settings) {
  const std::string where = "the model";
  const auto known =
      only(json, where,
           {"link_type", "probability_two_random_records_match", "retain_matching_columns",
            "retain_intermediate_calculation_columns", "additional_columns_to_retain", "sql_dialect", "linker_uid",
            "em_convergence", "max_iterations", "bayes_factor_column_prefix", "term_frequency_adjustment_column_prefix",
            "comparison_vector_value_column_prefix", "unique_id_column_name", "source_dataset_column_name",
            "blocking_rules_to_generate_predictions", "comparisons"});
  if (!known) return std::unexpected(known.error());
  const auto type = text_of(json, "link_type", where);
  if (!type) return std::unexpected(type.error());
  if (*type == "dedupe_only") {
    settings.link_type = LinkType::dedupe_only;
  } else if (*type == "link_only") {
    settings.link_type = LinkType::link_only;
  } else if (*type == "link_and_dedupe") {
    settings.link_type = LinkType::link_and_dedupe;
  } else {
    return bad(fmt::format("link_type '{}' is none of dedupe_only, link_only and link_and_dedupe.", *type));
  }
  if (given(json, "sql_dialect") && json.at("sql_dialect") != "duckdb")
    return bad("sql_dialect is not duckdb, the one dialect that wider reads; save the model from a linker on DuckDB.");
  settings.match_probability = .0001;  // Splink's own, where none is given
  if (given(json, "probability_two_random_records_match")) {
    const auto match = number_of(json, "probability_two_random_records_match", where, 0, 1);
    if (!match) return std::unexpected(match.error());
    settings.match_probability = *match;
  }
  for (const auto& [key, into] : {std::pair("unique_id_column_name", &settings.id_column),
                                  std::pair("source_dataset_column_name", &settings.source_column)}) {
    if (!given(json, key)) continue;
    const auto text = text_of(json, key, where);
    if (!text) return std::unexpected(text.error());
    *into = *text;
  }
  return {};
}

}  // namespace

std::string place_of(const ComparisonSettings& comparison, std::size_t level) {
  const std::string& label = comparison.levels[level].label;
  return fmt::format("comparison '{}', level {}{}", comparison.name, level + 1,
                     label.empty() ? "" : fmt::format(" ({})", label));
}

Result<Settings> parse_settings(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object())
    return bad("this is not a JSON object, as save_model_to_json writes it.");
  Settings settings;
  if (const auto read = read_top(json, settings); !read) return std::unexpected(read.error());
  const auto comparisons = json.find("comparisons");
  if (comparisons == json.end() || !comparisons->is_array() || comparisons->empty())
    return bad("there are no comparisons.");
  std::set<std::string> names;
  for (const Json& comparison_json : *comparisons) {
    auto comparison = read_comparison(comparison_json, settings.comparisons.size(), settings);
    if (!comparison) return std::unexpected(comparison.error());
    if (!names.insert(comparison->name).second)
      return bad(fmt::format("two comparisons are named '{}'.", comparison->name));
    settings.comparisons.push_back(std::move(*comparison));
  }
  const auto rules = json.find("blocking_rules_to_generate_predictions");
  if (rules == json.end() || !rules->is_array() || rules->empty())
    return bad(
        "there are no blocking_rules_to_generate_predictions, so every record would be compared with every other.");
  for (const Json& rule_json : *rules) {
    auto rule = read_rule(rule_json, settings.rules.size());
    if (!rule) return std::unexpected(rule.error());
    settings.rules.push_back(std::move(*rule));
  }
  return settings;
}

}  // namespace wider::linkage::splink
