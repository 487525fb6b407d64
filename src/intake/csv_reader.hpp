// CsvReader: rows of a delimited text file, one at a time, in bounded memory, with the line each starts on and the row
// as it came. It never fails on bad data: a row that cannot be split is given with its problem, and reading goes on.
//
// Invariants
//  1. Every byte of the file belongs to one row, a blank line or a line end; the rows do not depend on how the source
//     cuts its bytes into pieces.
//  2. A row with a problem of splitting is one physical line: a quote that is never closed costs its own line alone.
//  3. Memory stays under about twice max_row_bytes and a block, whatever the file.
// Thread safety: one reader, one thread. Views of a row are good until the next call.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "intake/text_encoding.hpp"

namespace wider::intake {

enum class CsvProblem : std::uint8_t {
  none,
  too_long,          // longer than max_row_bytes; raw is its beginning, cells are empty
  quote_not_closed,  // a quoted cell that does not end
  text_after_quote,  // "Smith" Jones,
  not_text,          // bytes that are not text in the file's encoding
  control,           // a NUL or another control character
};

struct CsvRow {
  std::span<const std::string_view> cells;  // decoded, quotes taken off, not trimmed
  std::string_view raw;                     // decoded, without the line end
  std::uint64_t line = 0;                   // on which it starts, from 1
  std::uint64_t bytes = 0;                  // its length in the file, without the line end
  CsvProblem problem = CsvProblem::none;
  static constexpr std::size_t no_cell = static_cast<std::size_t>(-1);
  std::size_t problem_cell = no_cell;  // from 0, where the problem has a cell
};

struct CsvOptions {
  char delimiter = ',';
  Encoding encoding = Encoding::automatic;  // automatic: each row as UTF-8 if it is, else as Windows-1252
  std::uint64_t max_row_bytes = 1 << 20;
  std::size_t block_bytes = 1 << 18;  // of reading; at least 8; the rows do not depend on it
};

class CsvReader {
 public:
  CsvReader(ByteSource source, CsvOptions options);

  // The first line of the file, not consumed, for choosing the delimiter. "" at the end. At most max_row_bytes of it.
  Result<std::string> peek_line();
  // malformed: the beginning of the file is no text (NUL bytes, a ZIP, a PDF); says which. To be called before reading.
  Result<void> check_is_text(std::string_view file_name);
  void set_delimiter(char delimiter) { options_.delimiter = delimiter; }
  // Moves to the next row that is not blank; false at the end. An error is the source's own.
  Result<bool> next(CsvRow& row);
  // Bytes taken from the source so far, after UTF-16 is turned into UTF-8.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Cell {
    std::size_t begin;
    std::size_t end;
    bool escaped;  // holds "" pairs
  };
  enum class Scan : std::uint8_t { row, more, broken };

  Result<bool> fill();  // false at the end of the source
  Scan scan();
  Result<void> skip_line(CsvRow& row);
  Result<void> cut_to_line(CsvRow& row, CsvProblem problem, std::size_t cell, std::size_t scanned);
  void finish_row(CsvRow& row, std::size_t end);
  void decode(CsvRow& row);
  [[nodiscard]] std::size_t line_end_length(std::size_t at) const;

  Utf8Source source_;
  CsvOptions options_;
  std::string buffer_;  // capacity in use: [0, filled_)
  std::size_t filled_ = 0;
  std::size_t at_ = 0;      // where the next row starts
  std::uint64_t line_ = 1;  // of at_
  std::uint64_t bytes_read_ = 0;
  std::uint64_t rescanned_ = 0;
  bool quotes_end_with_line_ = false;
  bool ended_ = false;
  // What scan() found.
  std::vector<Cell> found_;
  std::size_t row_end_ = 0;      // end of the row's text; the line end follows
  std::uint64_t row_lines_ = 0;  // line ends inside the row
  CsvProblem broken_ = CsvProblem::none;
  std::vector<std::string_view> cells_;
  std::string scratch_;  // unescaped and decoded cells
  std::string raw_scratch_;
};

}  // namespace wider::intake
