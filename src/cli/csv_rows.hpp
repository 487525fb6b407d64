// Reading CSV files as rows of people, quickly: a file is mapped into memory and parsed in chunks by several threads,
// each of which interns texts into a pool of its own; the pools are put together at the end. RFC 4180 with blanks
// allowed around separators; the separator is a comma, semicolon, tab or bar, whichever the header has most of. What is
// read does not depend on chunks or threads, and errors are those that reading row by row would meet first. Thread
// safety: free functions and values; ids are good as long as the RowFile they came with.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/string_pool.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

// A file's text: mapped where it is a regular file, else read.
class FileText {
 public:
  FileText() = default;  // an empty one
  // not_found, unreadable: says so with the path.
  static Result<FileText> open(const std::string& path);
  FileText(FileText&& other) noexcept { *this = std::move(other); }
  FileText& operator=(FileText&& other) noexcept;
  FileText(const FileText&) = delete;
  FileText& operator=(const FileText&) = delete;
  ~FileText();
  [[nodiscard]] std::string_view view() const {
    return mapped_ != nullptr ? std::string_view(static_cast<const char*>(mapped_), size_) : std::string_view(*read_);
  }

 private:
  void* mapped_ = nullptr;
  std::size_t size_ = 0;
  std::unique_ptr<std::string> read_ = std::make_unique<std::string>();
};

struct ReadPlan {
  std::string id_column;
  std::vector<std::pair<std::string, std::string>> columns;  // standard attribute, column; beside those recognised
  unsigned threads = 1;
  std::size_t chunk_bytes = 1U << 20;  // smaller in tests
};

// One file's rows stand together in the input, in the order of the file.
struct RowFile {
  FileText text;
  std::vector<std::unique_ptr<std::string>> unquoted;  // texts that do not stand in the file as they are
  std::vector<std::string_view> ids;
  std::vector<std::string> columns;  // "surname ← last_name"
  std::vector<std::string> ignored;
};

struct RowFiles {
  std::unique_ptr<StringPool> strings = std::make_unique<StringPool>();
  linkage::Input input;  // its strings are those above
  std::vector<RowFile> files;
};

// not_found, unreadable, malformed, usage: says file, row, column and reason.
[[nodiscard]] Result<RowFiles> read_row_files(const std::vector<std::string>& paths, const ReadPlan& plan);

}  // namespace wider::cli
