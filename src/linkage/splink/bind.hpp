// Binding: a tree of SQL → an expression whose columns, functions and types are known, and its slow, plain evaluation,
// which the fast one (program.hpp) is checked against.
// A column is a text unless the model uses it as a number, a date or a list somewhere; then it is that everywhere.
// Pure. Thread safety: learn() changes a Binder, the rest does not; bound expressions may be evaluated together.
#pragma once

#include <re2/re2.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "linkage/splink/functions.hpp"
#include "linkage/splink/sql.hpp"
#include "linkage/splink/table.hpp"
#include "linkage/splink/value.hpp"

namespace wider::linkage::splink {

// How a condition says which record a column is of: name_l and name_r in levels, l.name and r.name in blocking rules.
enum class Naming : std::uint8_t { suffix, prefix };

enum class Operation : std::uint8_t {
  constant,  // constant
  column,    // of the left record (sides 1) or the right one (sides 2)
  call,      // function over parts
  both,      // AND
  either,    // OR
  inverse,   // NOT
  is_null,
  same,      // IS NOT DISTINCT FROM
  compare,   // comparison of parts[0] and parts[1]
  cases,     // when, then, …, else
  cast,      // of parts[0] to type; whole: to a whole number; single: to 32 bits
  pairwise,  // the least or greatest measure between an item of one list and an item of another
};

struct Expression {
  Operation operation = Operation::constant;
  Type type = Type::nothing;
  std::uint8_t sides = 0;  // of the columns in it: 1 left, 2 right
  bool single = false;     // a number of 32 bits
  bool date = false;       // a moment that is a day
  bool whole = false;
  bool tried = false;     // TRY_CAST: NULL where it cannot be
  bool greatest = false;  // of pairwise
  int digits = -1;        // decimal places that a cast keeps; -1: all
  std::size_t column = 0;
  Comparison comparison = Comparison::equal;
  Value constant;
  const Function* function = nullptr;
  const re2::RE2* pattern = nullptr;
  Measure measure = Measure::jaro;
  std::vector<Expression> parts;
};

// The expression as text, without which record its columns are of: one-sided expressions that give the same value for
// the same record have the same text.
[[nodiscard]] std::string key_of(const Expression& expression);

struct Record {
  const Table* table = nullptr;
  const std::vector<Type>* kinds = nullptr;  // by column
  std::size_t left = 0;
  std::size_t right = 0;
};
// trouble: set when DuckDB would refuse the values ("CAST of a text that is not a number").
[[nodiscard]] Value evaluate(const Expression& expression, const Record& record, std::string& trouble);
[[nodiscard]] Truth truth_of(const Value& value);
// A field's text as its column's kind; nothing (and trouble) when it is not of it.
[[nodiscard]] Value read_cell(std::string_view text, Type kind, std::string& trouble);

class Binder {
 public:
  explicit Binder(const Table& table);

  // Learns of what kind the columns are. To be called for every tree before any is bound.
  [[nodiscard]] Result<void> learn(const Node& node, Naming naming);
  // malformed: says what cannot be read ("function foo is not one that wider reads").
  [[nodiscard]] Result<Expression> bind(const Node& node, Naming naming);
  [[nodiscard]] const std::vector<Type>& kinds() const { return kinds_; }
  // The column of that name (in any case, as in DuckDB); not_found names those that there are.
  [[nodiscard]] Result<std::size_t> column(std::string_view name) const;
  // The column alone, of the left record.
  [[nodiscard]] Expression bare(std::size_t column) const;

 private:
  struct Place {
    std::size_t column;
    std::uint8_t sides;
  };
  [[nodiscard]] Result<Place> place_of(const Node& node, Naming naming) const;
  [[nodiscard]] Type hint(const Node& node, Naming naming) const;
  Result<void> want(const Node& node, Type type, Naming naming);
  Result<void> learn_call(const Node& node, Naming naming);
  Result<void> want_each(const Node& node, Type type, Naming naming);
  [[nodiscard]] bool all_fields(const Node& column, Naming naming, bool (*are)(std::string_view)) const;
  Result<Expression> bind_call(const Node& node, Naming naming);
  Result<Expression> bind_compare(const Node& node, Comparison comparison, Naming naming);
  Result<Expression> bind_cases(const Node& node, Naming naming);
  Result<Expression> bind_cast(const Node& node, Naming naming);
  Result<Expression> bind_list(const Node& node);
  Result<Expression> bind_pairwise(const Node& node, Naming naming);
  Result<std::vector<Expression>> bind_all(const std::vector<Node>& nodes, Naming naming);
  Result<void> attach_pattern(Expression& call);

  const Table* table_;
  std::vector<Type> kinds_;
  std::map<std::string, std::unique_ptr<const re2::RE2>> patterns_;
};

// Names of the columns that a tree reads, without what says the record.
void collect_columns(const Node& node, Naming naming, std::vector<std::string>& names);

}  // namespace wider::linkage::splink
