// The rows to be linked, as texts: only the columns that a model reads, dictionary-encoded. Code 0, the empty text, is
// NULL, as DuckDB reads an empty field of a CSV file.
// Values; thread-safe while nothing is added.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/string_pool.hpp"

namespace wider::linkage::splink {

struct Table {
  std::vector<std::string> columns;
  StringPool texts;
  std::vector<std::vector<StringPool::Code>> cells;  // by column, then row
  std::vector<std::uint32_t> source;                 // by row: which file, in the order in which they were given
  std::vector<std::string> ids;                      // by row: unique in its source

  [[nodiscard]] std::size_t rows() const { return ids.size(); }
};

}  // namespace wider::linkage::splink
