// The rows of CSV files as linkage takes them: which column holds which standard attribute is recognised or said. A
// file is mapped into memory and parsed in chunks by several threads, each of which interns texts into a pool of its
// own; the pools are put together at the end. What is read does not depend on chunks or threads, and errors are those
// that reading row by row would meet first. Values; thread-safe once read.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/string_pool.hpp"
#include "cli/csv.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

struct LinkPlan {
  std::string id_column;
  std::vector<std::pair<std::string, std::string>> columns;  // standard attribute, column; beside those recognised
  std::string truth_column;                                  // of the rows' true person; "": none
  std::string label_column;                                  // of labels for training; "": none
  unsigned threads = 1;
  std::size_t chunk_bytes = 1U << 20;  // smaller in tests
};

struct LinkRows {
  std::unique_ptr<StringPool> strings;             // where it lies does not change, since the input points to it
  linkage::Input input;                            // each file's rows stand together, in the order of the file
  std::vector<std::vector<std::string_view>> ids;  // by file, then row
  std::vector<std::string_view> truth;             // by row: the value of the truth column, where one was named
  std::vector<std::uint32_t> labels;               // by row, where a column of labels was named: equal for one person,
                                                   // 0 where nobody knows
  std::vector<std::string> columns;                // "surname ← last_name"
  std::vector<std::string> ignored;                // columns of the files that nothing reads
  std::vector<FileText> texts;                     // these two hold what ids and truth point to
  std::vector<CsvReader::Unquoted> unquoted;
};

// not_found, unreadable, malformed, usage: says file, row, column and reason.
[[nodiscard]] Result<LinkRows> read_link_rows(const std::vector<std::string>& files, const LinkPlan& plan);

}  // namespace wider::cli
