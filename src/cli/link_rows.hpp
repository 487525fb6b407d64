// The rows of CSV files as linkage takes them: which column holds which standard attribute is recognised or said.
// Values; thread-safe once read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/string_pool.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

struct LinkRows {
  std::unique_ptr<StringPool> strings;  // where it lies does not change, since the input points to it
  linkage::Input input;
  std::vector<std::vector<std::string>> ids;  // by file, then row
  std::vector<std::string> truth;             // by row: the value of the truth column, where one was named
  std::vector<std::uint32_t> labels;          // by row, where a column of labels was named: equal for one person, 0 where
                                              // nobody knows
  std::vector<std::string> columns;           // "surname ← last_name"
  std::vector<std::string> ignored;           // columns of the files that nothing reads
};

// What to read of the files beside the rows' ids.
struct LinkColumns {
  std::vector<std::pair<std::string, std::string>> given;  // standard attribute and column, beside those recognised
  std::string truth;                                       // column of the rows' true person; "" is none
  std::string labels;                                      // column of labels for training; "" is none
};
[[nodiscard]] Result<LinkRows> read_link_rows(const std::vector<std::string>& files, const std::string& id_column,
                                              const LinkColumns& columns);

}  // namespace wider::cli
