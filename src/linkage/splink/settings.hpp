// A trained Splink model as `linker.misc.save_model_to_json` writes it: settings JSON → Settings. What the program does
// not know is refused by name, never skipped.
// Invariants of a Settings that parse_settings gave: every comparison has at least two levels that are not null levels,
// ELSE is its last level and no other; probabilities lie between 0 and 1; every condition is a tree.
// Values; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "linkage/splink/sql.hpp"

namespace wider::linkage::splink {

enum class LinkType : std::uint8_t { dedupe_only, link_only, link_and_dedupe };

struct Level {
  std::string sql;
  std::string label;
  Node condition;  // not for ELSE
  bool otherwise = false;
  bool is_null = false;
  double m = 0;  // where the file gives none, Splink's own starting values
  double u = 0;
  std::string term_column;  // "" is none
  double term_weight = 1;
  double term_least_u = 0;
  double term_exact_u = 0;  // u of the exact match that the adjustment starts from
};

struct ComparisonSettings {
  std::string name;  // output_column_name
  std::vector<Level> levels;
};

struct BlockingRule {
  std::string sql;
  Node condition;
};

struct Settings {
  LinkType link_type = LinkType::dedupe_only;
  double match_probability = 0;  // of two records at random
  std::string id_column = "unique_id";
  std::string source_column = "source_dataset";
  std::vector<ComparisonSettings> comparisons;
  std::vector<BlockingRule> rules;
  std::vector<std::string> notes;  // what a reader should know: levels without m or u
};

// malformed: names the comparison, the level and what is wrong.
[[nodiscard]] Result<Settings> parse_settings(std::string_view json);

// "comparison 'dob', level 3 (Exact match on dob)".
[[nodiscard]] std::string place_of(const ComparisonSettings& comparison, std::size_t level);

}  // namespace wider::linkage::splink
