// The SQL functions that are read, as DuckDB computes them, over values. Names and overloads stand in one table.
// Pure; thread-safe.
#pragma once

#include <re2/re2.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "linkage/splink/measures.hpp"
#include "linkage/splink/value.hpp"

namespace wider::linkage::splink {

struct Arguments {
  std::span<const Value> values;
  const re2::RE2* pattern = nullptr;  // where the function takes one
  std::string* trouble = nullptr;     // set when DuckDB would refuse the values
};

inline constexpr std::size_t no_pattern = static_cast<std::size_t>(-1);

struct Function {
  std::string_view name;
  std::vector<Type> parameters;  // nothing: of any type; the last one repeats when most is greater
  std::size_t least = 0;
  std::size_t most = 0;
  Type result = Type::nothing;  // nothing: that of the first argument that is not NULL
  Value (*apply)(const Arguments&) = nullptr;
  bool strict = true;                   // NULL where any argument is
  std::size_t pattern_at = no_pattern;  // which argument is a regular expression, and so a constant
  std::optional<Measure> measure = {};
  double (*unary)(double) = nullptr;  // the same function, where it takes a number and gives one
};

// The overload that takes these types (nothing: NULL, or a type that is not known yet, fits any); null when there is
// none.
[[nodiscard]] const Function* find_function(std::string_view name, std::span<const Type> types);
// What the name's first overload takes, to learn of what type a column is; empty for a name that is not known.
[[nodiscard]] const Function* any_function(std::string_view name, std::size_t count);

// DuckDB's LIKE: % any text, _ any character.
[[nodiscard]] bool is_like(std::string_view text, std::string_view pattern, bool any_case);
// The item of a list, or the character of a text, at a place from 1, or from the end when negative.
[[nodiscard]] Value item_at(const Value& list, double index);
// Items in both, each once.
[[nodiscard]] std::vector<std::string> in_both(const std::vector<std::string>& left,
                                               const std::vector<std::string>& right);

// Numbers as DuckDB casts texts to them.
[[nodiscard]] std::optional<double> number_of_text(std::string_view text);
// [a, b], ['a', 'b'] or ["a", "b"].
[[nodiscard]] std::optional<std::vector<std::string>> list_of_text(std::string_view text);

}  // namespace wider::linkage::splink
