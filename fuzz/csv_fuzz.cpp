// CSV: the first byte says how the bytes are cut up and how long a row may be. Rows must not depend on the cutting, no
// ink may be lost, and through a mapping every row is accepted or held back.
#include <fmt/format.h>

#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "intake/csv_reader.hpp"

namespace {

using namespace wider;

std::string rows_of(std::string_view text, std::size_t piece, std::size_t block, std::uint64_t most) {
  intake::CsvReader reader(fuzz::source_of(text, piece), {.max_row_bytes = most, .block_bytes = block});
  std::string all;
  intake::CsvRow row;
  std::uint64_t bytes = 0;
  while (true) {
    const auto there = reader.next(row);
    CHECK(there.has_value());
    if (!*there) break;
    bytes += row.bytes;
    CHECK(row.problem == intake::CsvProblem::none || row.cells.empty() || row.problem == intake::CsvProblem::control ||
          row.problem == intake::CsvProblem::not_text);
    CHECK(valid_utf8(row.raw));
    all += fmt::format("{} {} {} {}\n", row.line, row.bytes, static_cast<int>(row.problem), row.raw);
    for (const std::string_view cell : row.cells) {
      CHECK(valid_utf8(cell));
      all += fmt::format("[{}]", cell);
    }
  }
  CHECK(bytes <= 3 * text.size());  // UTF-16 may grow as UTF-8
  return all;
}

const intake::Format& format() {
  static const intake::FormatPtr made = *intake::parse_mapping(
      "agency = \"education\"\nkind = \"concern\"\n[record]\nid = \"Id\"\nhappened = \"Day\"\ntext = \"{Note}\"\n"
      "[[person]]\nrole = \"subject\"\nsurname = \"Name\"\n",
      "fuzz");
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::uint64_t most = 1 + (data[0] & 0x3F) * 4U;
  CHECK(rows_of(text, 1000, 1 << 12, most) == rows_of(text, 1 + (data[0] >> 6), 8 + (data[0] & 0x1F), most));
  fuzz::Kept kept;
  const auto counts = intake::read_stream(format(), fuzz::source_of(text, 7),
                                          {.file_name = "fuzz.csv", .max_field_bytes = 200, .progress = {}}, kept);
  fuzz::check_reading(format(), counts, kept);
  return 0;
}
