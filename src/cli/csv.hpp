// CSV files as `wider link` and `wider model` read them, and files that appear whole or not at all.
// Thread safety: free functions; a CsvReader is for one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wider::cli {

// Without blanks, tabs and carriage returns at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
// The path's last part.
[[nodiscard]] std::string base_name(const std::string& path);
// The whole text, without a byte order mark. not_found, unreadable, malformed (not a text).
[[nodiscard]] Result<std::string> read_whole(const std::string& path);
// Which of , ; tab and | separates the fields of the first line.
[[nodiscard]] char separator_of(std::string_view text);
// The text as one field, quoted where it must be.
[[nodiscard]] std::string csv_field(std::string_view text);
// Writes a file that appears whole or not at all: written beside, then renamed.
[[nodiscard]] Result<void> write_whole(const std::string& path, std::string_view text);
[[nodiscard]] Result<void> write_whole(const std::string& path, std::span<const std::string> pieces);

// A file's bytes: mapped where it is a regular file, else read.
class FileText {
 public:
  FileText() = default;  // an empty one
  // not_found, unreadable: says so with the path.
  [[nodiscard]] static Result<FileText> open(const std::string& path);
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

// The same for a text that comes piece by piece. Without finish() nothing appears.
class WholeFile {
 public:
  explicit WholeFile(std::string path);
  ~WholeFile();
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;
  void append(std::string_view text) { out_ << text; }
  [[nodiscard]] Result<void> finish();

 private:
  std::string path_;
  std::string beside_;
  std::ofstream out_;
  bool finished_ = false;
};

// RFC 4180 with blanks allowed around separators. The text must outlive the reader.
class CsvReader {
 public:
  using Unquoted = std::deque<std::string>;  // texts that do not stand in the file as they are meant
  // Begins at a place of the text. Fields are good until the next row; with `kept`, as long as that and the text.
  CsvReader(std::string_view text, char separator, std::size_t at = 0, Unquoted* kept = nullptr)
      : text_(text), separator_(separator), at_(at), kept_(kept) {
    ends_field_[static_cast<unsigned char>(separator)] = ends_field_[static_cast<unsigned char>('\n')] = true;
  }
  [[nodiscard]] std::size_t at() const { return at_; }
  [[nodiscard]] std::uint64_t line() const { return line_; }  // of the row read last; 1 where the reader began
  [[nodiscard]] std::uint64_t lines_read() const { return next_line_ - 1; }
  // The row's fields, trimmed; false at the end. An unclosed quote sets `broken`.
  bool next(std::vector<std::string_view>& fields);
  bool broken = false;

 private:
  // Reads one field; true when another follows in the row.
  bool field(std::string_view& into);
  std::string_view quoted();
  std::string_view keep(std::string text) { return (kept_ != nullptr ? *kept_ : made_).emplace_back(std::move(text)); }

  std::string_view text_;
  char separator_;
  std::size_t at_;
  Unquoted* kept_;
  Unquoted made_;
  std::array<bool, 256> ends_field_{};
  std::uint64_t line_ = 1;
  std::uint64_t next_line_ = 1;
};

// Reads a file whose first row names the columns and one of whose columns names each row. on_header may refuse the
// columns; on_row gets as many fields as the header has, and the id, which is not empty and unique in the file.
// malformed: says file, row, column and reason.
struct IdentifiedRows {
  std::function<Result<void>(const std::vector<std::string>& header)> on_header;
  std::function<void(std::string_view id, std::span<const std::string_view> fields)> on_row;
};
[[nodiscard]] Result<void> read_identified_rows(const std::string& path, const std::string& id_column,
                                                const IdentifiedRows& reading);

// Refuses two files of one name, which would be one source.
[[nodiscard]] Result<void> check_file_names(const std::vector<std::string>& files);

class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace wider::cli
