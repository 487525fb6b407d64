// A CSV layout as a Format: finds the delimiter and the columns in the header, then maps row by row.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "intake/csv_reader.hpp"
#include "intake/format.hpp"
#include "intake/mapping.hpp"

namespace wider::intake {
namespace {

constexpr std::string_view delimiters = ",;\t|";

class MappedFormat final : public Format {
 public:
  explicit MappedFormat(Mapping mapping) : mapping_(std::move(mapping)) {}

  [[nodiscard]] const FormatName& name() const override { return mapping_.name; }
  [[nodiscard]] Result<void> check(const ByteSource& source, const ReadOptions& options) const override;
  [[nodiscard]] Result<Counts> read(const ByteSource& source, const ReadOptions& options, Sink& sink) const override;
  [[nodiscard]] std::string file_of(const HeldBackRow& held, std::string_view mended_raw) const override {
    return fmt::format("{}\n{}\n", held.header, mended_raw);
  }

 private:
  struct Header {
    std::string text;
    std::vector<std::string> names;
    std::vector<std::size_t> cell_of_slot;
  };

  [[nodiscard]] CsvReader reader(const ByteSource& source, const ReadOptions& options) const {
    return CsvReader(source, {.delimiter = mapping_.delimiter == 0 ? ',' : mapping_.delimiter,
                              .encoding = mapping_.encoding,
                              .max_row_bytes = std::max<std::uint64_t>(options.max_field_bytes, 1)});
  }
  [[nodiscard]] char likely_delimiter(std::string_view line) const;
  [[nodiscard]] Result<Header> open(CsvReader& csv, const ReadOptions& options) const;
  [[nodiscard]] Result<void> find_columns(Header& header, std::uint64_t line, const ReadOptions& options) const;
  [[nodiscard]] std::optional<RowTrouble> trouble_of(const CsvRow& row, const Header& header,
                                                     const ReadOptions& options) const;

  Mapping mapping_;
};

// The delimiter under which most of the mapping's columns are found; of equal ones, that which gives most cells.
char MappedFormat::likely_delimiter(std::string_view line) const {
  char best = ',';
  std::size_t best_score = 0;
  for (const char delimiter : delimiters) {
    std::size_t found = 0;
    std::size_t count = 0;
    for (std::string_view rest = line;; ++count) {
      const std::size_t end = rest.find(delimiter);
      std::string_view cell = trimmed(rest.substr(0, end));
      if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
        cell = trimmed(cell.substr(1, cell.size() - 2));
      const auto& columns = mapping_.columns;
      if (std::find(columns.begin(), columns.end(), cell) != columns.end()) ++found;
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
    const std::size_t score = found * 100'000 + count;
    if (score > best_score) {
      best = delimiter;
      best_score = score;
    }
  }
  return best;
}

Result<void> MappedFormat::find_columns(Header& header, std::uint64_t line, const ReadOptions& options) const {
  const auto refuse = [&](std::string why) {
    return failure(ErrorCode::malformed, fmt::format("{}, line {}: {}", options.file_name, line, why));
  };
  if (!mapping_.exact_header.empty() && header.names != mapping_.exact_header) {
    std::size_t at = 0;
    while (at < header.names.size() && at < mapping_.exact_header.size() &&
           header.names[at] == mapping_.exact_header[at])
      ++at;
    return refuse(
        fmt::format("the header is not that of '{}': column {} should be {}; send the file as the agency's layout "
                    "has it, or use the mapping of this layout",
                    mapping_.name.name, at + 1,
                    at < mapping_.exact_header.size() ? fmt::format("'{}'", mapping_.exact_header[at]) : "absent"));
  }
  std::vector<std::string> missing;
  for (const std::string& column : mapping_.columns) {
    const auto found = std::find(header.names.begin(), header.names.end(), column);
    if (found == header.names.end()) {
      missing.push_back(column);
      continue;
    }
    if (std::find(found + 1, header.names.end(), column) != header.names.end()) {
      return refuse(fmt::format("column '{}' is there twice; take one out", column));
    }
    header.cell_of_slot.push_back(static_cast<std::size_t>(found - header.names.begin()));
  }
  if (missing.empty()) return {};
  if (missing.size() == mapping_.columns.size()) {
    // Perhaps the header is missing and this is a row of data: it is not repeated, it may name somebody.
    return refuse(
        fmt::format("this is not the header of '{}': none of its columns is there ({}); send the file with its "
                    "header line, or use the mapping of this layout",
                    mapping_.name.name, fmt::join(missing, ", ")));
  }
  return refuse(
      fmt::format("column{} '{}' {} missing; the header has {}; send the file with all columns, or use the mapping "
                  "of this layout",
                  missing.size() == 1 ? "" : "s", fmt::join(missing, "', '"), missing.size() == 1 ? "is" : "are",
                  fmt::join(header.names, ", ")));
}

Result<MappedFormat::Header> MappedFormat::open(CsvReader& csv, const ReadOptions& options) const {
  if (auto text = csv.check_is_text(options.file_name); !text) return std::unexpected(text.error());
  auto line = csv.peek_line();
  if (!line) return std::unexpected(line.error());
  CsvRow row;
  // Excel's own first line, "sep=;", says the delimiter.
  if (line->size() == 5 && line->starts_with("sep=")) {
    csv.set_delimiter('\0');
    if (auto skipped = csv.next(row); !skipped) return std::unexpected(skipped.error());
    csv.set_delimiter((*line)[4]);
  } else if (mapping_.delimiter == 0) {
    csv.set_delimiter(likely_delimiter(*line));
  }
  const auto there = csv.next(row);
  if (!there) return std::unexpected(there.error());
  if (!*there) {
    return failure(
        ErrorCode::malformed,
        fmt::format("{}, line 1: the file is empty; send it with its header line and its rows", options.file_name));
  }
  if (row.problem != CsvProblem::none) {
    const char* why = row.problem == CsvProblem::too_long ? "is too long for a header" : "cannot be read as a header";
    return failure(ErrorCode::malformed, fmt::format("{}, line {}: the first line {}; is this the file of '{}'?",
                                                     options.file_name, row.line, why, mapping_.name.name));
  }
  Header header;
  header.text = row.raw;
  for (const std::string_view cell : row.cells) header.names.emplace_back(trimmed(cell));
  if (auto found = find_columns(header, row.line, options); !found) return std::unexpected(found.error());
  return header;
}

Result<void> MappedFormat::check(const ByteSource& source, const ReadOptions& options) const {
  CsvReader csv = reader(source, options);
  const auto header = open(csv, options);
  if (!header) return std::unexpected(header.error());
  return {};
}

// What is wrong with a row before its values are looked at.
std::optional<RowTrouble> MappedFormat::trouble_of(const CsvRow& row, const Header& header,
                                                   const ReadOptions& options) const {
  const std::string column = row.problem_cell < header.names.size() ? header.names[row.problem_cell] : "";
  switch (row.problem) {
    case CsvProblem::none:
      break;
    case CsvProblem::too_long:
      return RowTrouble{
          "", fmt::format("the line is {} bytes long; {} is the most", row.bytes, options.max_field_bytes),
          "look for a missing line end in the file and send the row again; only its beginning is kept here"};
    case CsvProblem::quote_not_closed:
      return RowTrouble{column, "a quote is opened and never closed", "double the quote, or close it"};
    case CsvProblem::text_after_quote:
      return RowTrouble{column, "text follows a closing quote", "double quotes inside a quoted cell"};
    case CsvProblem::not_text:
      return RowTrouble{"", "the row is not valid text in the file's encoding",
                        "export the file again as UTF-8, or mend the row here"};
    case CsvProblem::control:
      return RowTrouble{"", "the row holds a control character or a NUL byte",
                        "take it out here, or send the row again"};
  }
  if (row.cells.size() != header.names.size()) {
    return RowTrouble{"", fmt::format("the row has {} cells, the header {}", row.cells.size(), header.names.size()),
                      row.cells.size() > header.names.size() ? "put cells that hold the separator into quotes"
                                                             : "add the missing cells; was the file cut off here?"};
  }
  return std::nullopt;
}

Result<Counts> MappedFormat::read(const ByteSource& source, const ReadOptions& options, Sink& sink) const {
  CsvReader csv = reader(source, options);
  const auto header = open(csv, options);
  if (!header) return std::unexpected(header.error());
  Counts counts;
  CsvRow row;
  while (true) {
    const auto there = csv.next(row);
    if (!there) {
      return failure(there.error().code, fmt::format("{}, {}", options.file_name, there.error().message));
    }
    if (!*there) return counts;
    ++counts.read;
    Accepted accepted;
    std::optional<RowTrouble> trouble = trouble_of(row, *header, options);
    if (!trouble) {
      const RowCells cells(row.cells, header->cell_of_slot);
      trouble = map_row(mapping_, cells, options.agency, {options.file_name, row.line}, accepted);
    }
    Result<void> handed;
    if (trouble) {
      ++counts.held_back;
      handed =
          sink.hold_back({options.agency, mapping_.name.name, options.file_name, row.line, std::move(trouble->column),
                          std::move(trouble->reason), std::move(trouble->remedy), std::string(row.raw), header->text});
    } else {
      ++counts.accepted;
      handed = sink.accept(std::move(accepted));
    }
    if (!handed) return std::unexpected(handed.error());
  }
}

}  // namespace

Result<FormatPtr> parse_mapping(std::string_view toml, std::string_view name) {
  auto mapping = parse_mapping_toml(toml, name);
  if (!mapping) return std::unexpected(mapping.error());
  return std::make_shared<const MappedFormat>(std::move(*mapping));
}

}  // namespace wider::intake
