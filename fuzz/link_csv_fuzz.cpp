// The CSV files of `wider link` and `wider model`: rows that are read are written and read again as the same.
#include <string_view>

#include "base/check.hpp"
#include "cli/csv.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  cli::CsvReader reader(text, cli::separator_of(text));
  std::string written;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string_view> fields;
  std::uint64_t line = 0;
  while (reader.next(fields)) {
    CHECK(!fields.empty() && reader.line() > line);
    line = reader.line();
    rows.emplace_back(fields.begin(), fields.end());
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) written += ',';
      written += cli::csv_field(fields[i]);
    }
    written += '\n';
  }
  cli::CsvReader again(written, ',');
  for (const std::vector<std::string>& row : rows) {
    CHECK(again.next(fields));
    CHECK(std::vector<std::string>(fields.begin(), fields.end()) == row);
  }
  CHECK(!again.next(fields) && !again.broken);
  return 0;
}
