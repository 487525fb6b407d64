#include "intake/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.hpp"

namespace wider::intake {
namespace {

constexpr std::size_t raw_kept_of_long_row = 200;
// Going back to the first line of a broken row reads bytes twice. A file in which that has happened as often as this
// has lost its quotes: from there on a quoted cell ends with its line, so that the time stays in proportion to the
// file.
constexpr std::uint64_t rescan_budget_bytes = 64 << 20;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

// Eight bytes at a time: is any byte below 0x20 or 0x7F? (A tab or line end is among them: then they are looked at
// singly.)
bool has_control(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    const std::uint64_t below = (word - ones * 0x20) & ~word & (ones * 0x80);
    const std::uint64_t deleted = ((word ^ ones * 0x7F) - ones) & ~(word ^ ones * 0x7F) & (ones * 0x80);
    if ((below | deleted) == 0) continue;
    for (std::size_t i = 0; i < 8; ++i) {
      if (is_control(text[at + i])) return true;
    }
  }
  for (; at < text.size(); ++at) {
    if (is_control(text[at])) return true;
  }
  return false;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

struct Magic {
  std::string_view bytes;
  const char* what;
};
constexpr std::array<Magic, 6> magics = {{
    {"PK\x03\x04", "a ZIP file or an Excel workbook"},
    {"%PDF", "a PDF document"},
    {"\xD0\xCF\x11\xE0", "an old Excel or Word document"},
    {"\x1F\x8B", "a gzip file"},
    {"SQLite format 3", "an SQLite database"},
    {"\x89PNG", "a picture"},
}};

}  // namespace

CsvReader::CsvReader(ByteSource source, CsvOptions options) : source_(std::move(source)), options_(options) {
  CHECK(options_.max_row_bytes > 0 && options_.block_bytes >= 8);
  buffer_.resize(options_.block_bytes);
}

// Makes room (rows before at_ are done with) and reads until the buffer is full or the source ends.
Result<bool> CsvReader::fill() {
  if (ended_) return false;
  if (at_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
    filled_ -= at_;
    at_ = 0;
  }
  if (filled_ * 2 > buffer_.size()) {
    const std::size_t most = static_cast<std::size_t>(options_.max_row_bytes) + options_.block_bytes;
    buffer_.resize(std::max(buffer_.size(), std::min(buffer_.size() * 2, most)));
  }
  const std::size_t before = filled_;
  while (filled_ < buffer_.size()) {
    const auto got = source_.read(std::span(buffer_.data() + filled_, buffer_.size() - filled_));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) {
      ended_ = true;
      break;
    }
    filled_ += *got;
    bytes_read_ += *got;
  }
  return filled_ > before;
}

Result<void> CsvReader::check_is_text(std::string_view file_name) {
  if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  const std::string_view start = std::string_view(buffer_).substr(at_, std::min<std::size_t>(filled_ - at_, 1 << 16));
  for (const Magic& magic : magics) {
    if (start.starts_with(magic.bytes)) {
      return failure(ErrorCode::malformed,
                     fmt::format("{} is {}, not a text file: export it as CSV and send that", file_name, magic.what));
    }
  }
  if (!has_control(start)) return {};
  std::size_t nuls = 0;
  std::size_t controls = 0;
  std::size_t first = std::string_view::npos;
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (start[i] != '\0' && !is_control(start[i])) continue;
    if (first == std::string_view::npos) first = i;
    ++(start[i] == '\0' ? nuls : controls);
  }
  if (nuls == 0 && (controls < 5 || controls * 100 <= start.size())) return {};
  const auto line = 1 + std::count(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(first), '\n');
  const std::size_t line_start = first == 0 ? std::string_view::npos : start.rfind('\n', first - 1);
  const std::size_t place = line_start == std::string_view::npos ? first + 1 : first - line_start;
  const char* remedy = nuls * 3 > start.size() ? "if it is UTF-16, save it with a byte order mark or as UTF-8"
                                               : "export it from the agency's system as CSV and send that";
  return failure(ErrorCode::malformed, fmt::format("{}, line {}, character {}: this is a binary file, not text; {}",
                                                   file_name, line, place, remedy));
}

Result<std::string> CsvReader::peek_line() {
  while (true) {
    const std::string_view rest = std::string_view(buffer_).substr(at_, filled_ - at_);
    const std::size_t end = rest.find_first_of("\r\n");
    if (end != std::string_view::npos) return std::string(rest.substr(0, end));
    if (rest.size() > options_.max_row_bytes || ended_) {
      return std::string(rest.substr(0, static_cast<std::size_t>(options_.max_row_bytes)));
    }
    if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  }
}

// 1 for LF or a lone CR, 2 for CRLF, 0 when there is none at this place.
std::size_t CsvReader::line_end_length(std::size_t at) const {
  if (at >= filled_) return 0;
  if (buffer_[at] == '\n') return 1;
  if (buffer_[at] != '\r') return 0;
  return at + 1 < filled_ && buffer_[at + 1] == '\n' ? 2 : 1;
}

// Splits the row at at_. more: the buffer ends before the row does. broken: see broken_, and found_ for the cell.
CsvReader::Scan CsvReader::scan() {
  const char* const data = buffer_.data();
  const char delimiter = options_.delimiter;
  const auto need_more = [this](std::size_t where) {
    row_end_ = where;  // at least
    return Scan::more;
  };
  found_.clear();
  row_lines_ = 0;
  std::size_t at = at_;
  while (true) {
    bool escaped = false;
    std::size_t begin = at;
    std::size_t end = 0;
    if (at < filled_ && data[at] == '"') {
      begin = ++at;
      while (true) {
        while (at < filled_ && data[at] != '"' && data[at] != '\n' && data[at] != '\r') ++at;
        if (at >= filled_) {
          if (!ended_) return need_more(at);
          found_.push_back({begin, at, false});
          broken_ = CsvProblem::quote_not_closed;
          return Scan::broken;
        }
        if (data[at] == '"') {
          if (at + 1 >= filled_ && !ended_) return need_more(at);
          if (at + 1 < filled_ && data[at + 1] == '"') {
            escaped = true;
            at += 2;
            continue;
          }
          break;
        }
        if (quotes_end_with_line_) {
          found_.push_back({begin, at, false});
          broken_ = CsvProblem::quote_not_closed;
          return Scan::broken;
        }
        if (data[at] == '\r' && at + 1 >= filled_ && !ended_) return need_more(at);
        at += line_end_length(at);
        ++row_lines_;
      }
      end = at++;
      if (at < filled_ && data[at] != delimiter && data[at] != '\n' && data[at] != '\r') {
        found_.push_back({begin, end, escaped});
        broken_ = CsvProblem::text_after_quote;
        return Scan::broken;
      }
    } else {
      while (at < filled_ && data[at] != delimiter && data[at] != '\n' && data[at] != '\r') ++at;
      end = at;
    }
    if (at >= filled_ && !ended_) return need_more(at);
    found_.push_back({begin, end, escaped});
    if (at < filled_ && data[at] == delimiter) {
      ++at;
      continue;
    }
    if (at + 1 >= filled_ && !ended_ && data[at] == '\r') return need_more(at);  // is it CRLF?
    row_end_ = at;
    return Scan::row;
  }
}

// The row is given up as its first physical line, and reading goes on with the next line.
Result<void> CsvReader::cut_to_line(CsvRow& row, CsvProblem problem, std::size_t cell, std::size_t scanned) {
  std::size_t end = at_;
  while (true) {
    while (end < filled_ && buffer_[end] != '\n' && buffer_[end] != '\r') ++end;
    if (ended_ || end + 1 < filled_ || end - at_ > options_.max_row_bytes) break;
    const std::size_t length = end - at_;
    if (auto filled = fill(); !filled) return std::unexpected(filled.error());
    end = at_ + length;
  }
  if (end - at_ > options_.max_row_bytes) return skip_line(row);
  if (scanned > end - at_) rescanned_ += scanned - (end - at_);
  if (rescanned_ > rescan_budget_bytes) quotes_end_with_line_ = true;
  row_lines_ = 0;
  finish_row(row, end);
  row.cells = {};
  row.problem = problem;
  row.problem_cell = cell;
  return {};
}

// A line longer than may be kept: its beginning is kept for the person who looks for it, the rest is passed over.
Result<void> CsvReader::skip_line(CsvRow& row) {
  raw_scratch_.assign(buffer_, at_, std::min<std::size_t>(raw_kept_of_long_row, options_.max_row_bytes));
  const std::uint64_t line = line_;
  std::uint64_t length = 0;
  while (true) {
    std::size_t end = at_;
    while (end < filled_ && buffer_[end] != '\n' && buffer_[end] != '\r') ++end;
    length += end - at_;
    at_ = end;
    if (at_ + 1 < filled_ || (at_ < filled_ && ended_)) {
      at_ += line_end_length(at_);
      ++line_;
      break;
    }
    if (ended_) break;
    if (auto filled = fill(); !filled) return std::unexpected(filled.error());
  }
  // The cut may have split a character.
  while (!raw_scratch_.empty() && (static_cast<unsigned char>(raw_scratch_.back()) & 0xC0) == 0x80) {
    raw_scratch_.pop_back();
  }
  if (!raw_scratch_.empty() && static_cast<unsigned char>(raw_scratch_.back()) >= 0x80) raw_scratch_.pop_back();
  if (!valid_utf8(raw_scratch_)) {
    std::string decoded;
    append_windows_1252(decoded, raw_scratch_);
    raw_scratch_ = std::move(decoded);
  }
  row = {.cells = {}, .raw = raw_scratch_, .line = line, .bytes = length, .problem = CsvProblem::too_long};
  return {};
}

// Moves past the row that ends at `end` (and its line end), and gives it.
void CsvReader::finish_row(CsvRow& row, std::size_t end) {
  row.raw = std::string_view(buffer_).substr(at_, end - at_);
  row.line = line_;
  row.bytes = end - at_;
  row.problem = CsvProblem::none;
  row.problem_cell = CsvRow::no_cell;
  const std::size_t length = line_end_length(end);
  line_ += row_lines_ + (length > 0 ? 1 : 0);
  at_ = end + length;
}

// Takes off escapes and turns Windows-1252 into UTF-8, cell by cell.
void CsvReader::decode(CsvRow& row) {
  const bool ascii = is_ascii(row.raw);
  const bool utf_8 = ascii || (options_.encoding != Encoding::windows_1252 && valid_utf8(row.raw)) ||
                     (options_.encoding == Encoding::windows_1252 && source_.marked() && valid_utf8(row.raw));
  const bool must_be_utf_8 = source_.marked() || options_.encoding == Encoding::utf_8;
  std::size_t most = row.raw.size();
  if (!utf_8) most *= 3;  // a Windows-1252 byte becomes three at most
  scratch_.clear();
  scratch_.reserve(most);  // the views below must not move
  cells_.clear();
  for (const Cell& cell : found_) {
    std::string_view text = std::string_view(buffer_).substr(cell.begin, cell.end - cell.begin);
    if (!cell.escaped && utf_8) {
      cells_.push_back(text);
      continue;
    }
    const std::size_t start = scratch_.size();
    if (cell.escaped) {
      while (!text.empty()) {
        const std::size_t quote = std::min(text.find('"'), text.size());
        const std::string_view piece = text.substr(0, quote + 1);
        if (utf_8) {
          scratch_ += piece;
        } else {
          append_windows_1252(scratch_, piece);
        }
        text.remove_prefix(std::min(quote + 2, text.size()));
      }
    } else {
      append_windows_1252(scratch_, text);
    }
    cells_.push_back(std::string_view(scratch_).substr(start));
  }
  row.cells = cells_;
  if (!utf_8) {
    raw_scratch_.clear();
    append_windows_1252(raw_scratch_, row.raw);
    row.raw = raw_scratch_;
  }
  if (row.problem != CsvProblem::none) return;
  if (!utf_8 && must_be_utf_8) row.problem = CsvProblem::not_text;
  if (has_control(row.raw)) row.problem = CsvProblem::control;
}

Result<bool> CsvReader::next(CsvRow& row) {
  while (true) {
    if (at_ >= filled_) {
      if (auto filled = fill(); !filled) return std::unexpected(filled.error());
      if (at_ >= filled_) return false;
    }
    const Scan scanned = scan();
    const bool long_row = scanned != Scan::broken && row_end_ - at_ > options_.max_row_bytes;
    if (scanned == Scan::more && !long_row) {
      if (auto filled = fill(); !filled) return std::unexpected(filled.error());
      continue;
    }
    if (scanned == Scan::row && !long_row) {
      finish_row(row, row_end_);
      if (found_.size() == 1 && is_blank(row.raw)) continue;
      decode(row);
      return true;
    }
    // Too long or broken: one physical line is given up. A line break inside it means that a quote swallowed the rest.
    // What is wrong beyond the most a row may hold is not looked at, wherever the buffer happens to end.
    const bool near = scanned == Scan::broken && found_.back().end - at_ <= options_.max_row_bytes;
    const CsvProblem problem = near ? broken_ : CsvProblem::quote_not_closed;
    const std::size_t cell = near ? found_.size() - 1 : CsvRow::no_cell;
    const std::size_t scanned_to = scanned == Scan::broken ? found_.back().end : filled_;
    if (auto cut = cut_to_line(row, problem, cell, scanned_to - at_); !cut) return std::unexpected(cut.error());
    if (row.problem != CsvProblem::too_long) {
      found_.clear();
      decode(row);
      row.cells = {};
    }
    return true;
  }
}

}  // namespace wider::intake
