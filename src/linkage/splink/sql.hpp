// The SQL of a Splink model: text → tree. Reads one expression in DuckDB's grammar as Splink's comparison and blocking
// libraries write it: columns, literals, calls, casts, CASE, arithmetic, comparisons, IS NULL, IN, BETWEEN, LIKE,
// AND, OR, NOT, lists, indexes and lambdas. What a name means is not known here (bind.hpp).
// Invariants: a text that is nested deeper than `deepest` is refused; to_text(parse(x)) parses to the same tree.
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wider::linkage::splink {

inline constexpr std::size_t deepest = 200;

enum class Shape : std::uint8_t {
  column,  // name; qualifier is what stands before the dot ("l")
  text,    // name is the literal
  number,  // number; name as it was written
  truth,   // number 0 or 1
  null,    // NULL
  call,    // name in lower case, parts; operators too: "+", "=", "and", "is null", "[]", "list"
  cast,    // name is the type in lower case, number 1 for TRY_CAST, parts[0]
  cases,   // when, then, when, then, …, else
  lambda,  // name is the parameter, parts[0] the body
};

struct Node {
  Shape shape = Shape::null;
  std::string name;
  std::string qualifier;
  double number = 0;
  std::vector<Node> parts;
};

// malformed: says at which character and what was expected.
[[nodiscard]] Result<Node> parse_sql(std::string_view sql);

// The tree as SQL again, every operation in parentheses: equal trees give equal texts.
[[nodiscard]] std::string to_text(const Node& node);

}  // namespace wider::linkage::splink
