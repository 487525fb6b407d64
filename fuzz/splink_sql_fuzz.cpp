// Splink's SQL: the input is one condition. What is read is written and read again as itself; what can be bound to the
// columns of a small table is answered by the fast form as by the plain one, or refused by both.
#include "base/check.hpp"
#include "linkage/splink/bind.hpp"
#include "linkage/splink/program.hpp"

namespace {

using namespace wider::linkage::splink;  // NOLINT: a program of its own

Table small_table() {
  Table table;
  table.columns = {"a", "b", "d", "n", "li"};
  const std::vector<std::vector<std::string>> rows = {{"anna", "li", "2001-02-03", "3", "[a, b]"},
                                                      {"Änne", "", "2001-02-30", "-1.5", "[]"},
                                                      {"", "anna", "1999-12-31", "", "[b]"}};
  table.cells.resize(table.columns.size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) table.cells[c].push_back(table.texts.intern(row[c]));
    table.source.push_back(0);
    table.ids.push_back(std::to_string(table.ids.size()));
  }
  return table;
}

// Whether the fast form gives the plain one's answers. A value that DuckDB would refuse may be refused by either: the
// fast one looks at every record, the plain one only at those it is asked about.
void compare(const Expression& bound, Table& table, const Binder& binder) {
  Features features(table, binder.kinds(), {0, 1, 2});
  Program program(features);
  program.set_record(table, binder.kinds());
  const auto test = program.add(bound);
  if (!test) {
    CHECK(!test.error().message.empty());
    return;
  }
  program.finish();
  Scratch scratch = program.scratch();
  for (std::size_t left = 0; left < 3; ++left) {
    for (std::size_t right = 0; right < 3; ++right) {
      ++scratch.pair;
      std::string trouble;
      const Truth plain = truth_of(evaluate(bound, {&table, &binder.kinds(), left, right}, trouble));
      const Truth fast = program.test(*test, left, right, scratch);
      CHECK(!trouble.empty() || !scratch.trouble.empty() || plain == fast);
      scratch.trouble.clear();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sql(reinterpret_cast<const char*>(data), size);
  const auto node = parse_sql(sql);
  if (!node) {
    CHECK(node.error().message.starts_with("at character "));
    return 0;
  }
  const std::string written = to_text(*node);
  const auto again = parse_sql(written);
  // Written with all parentheses an expression may be nested more deeply than is read.
  CHECK(again.has_value() || again.error().message.find("too deeply") != std::string::npos ||
        again.error().message.find("too long") != std::string::npos);
  if (again) CHECK(to_text(*again) == written);
  Table table = small_table();
  Binder binder(table);
  if (!binder.learn(*node, Naming::suffix)) return 0;
  const auto bound = binder.bind(*node, Naming::suffix);
  if (!bound) {
    CHECK(!bound.error().message.empty());
    return 0;
  }
  if (bound->type == Type::truth) compare(*bound, table, binder);
  return 0;
}
