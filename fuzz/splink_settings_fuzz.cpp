// Splink settings: any bytes are a model or an error that says what is wrong; a model that is read links a small table
// with a weight for every pair, or is refused by name.
#include <cmath>

#include "base/check.hpp"
#include "linkage/splink/splink.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider::linkage::splink;
  const auto settings = parse_settings({reinterpret_cast<const char*>(data), size});
  if (!settings) {
    CHECK(settings.error().message.starts_with("Splink settings: "));
    return 0;
  }
  for (const ComparisonSettings& comparison : settings->comparisons) {
    CHECK(comparison.levels.back().otherwise);
    for (const Level& level : comparison.levels) CHECK(level.is_null || (level.m >= 0 && level.m <= 1));
  }
  Table table;
  table.columns = columns_of(*settings);
  if (table.columns.size() > 30) return 0;
  const std::string_view values[] = {"ann", "", "2001-02-03", "3"};
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    table.cells.emplace_back();
    for (std::size_t row = 0; row < 4; ++row) table.cells.back().push_back(table.texts.intern(values[(c + row) % 4]));
  }
  for (std::uint32_t row = 0; row < 4; ++row) {
    table.ids.push_back(std::to_string(row));
    table.source.push_back(row / 2);
  }
  const auto linker = Linker::make(*settings, std::move(table), 1);
  if (!linker) {
    CHECK(!linker.error().message.empty());
    return 0;
  }
  std::uint64_t given = 0;
  const auto report = (*linker)->predict({}, [&](std::span<const ScoredPair> batch) {
    for (const ScoredPair& pair : batch) CHECK(std::abs(pair.weight) < 1000 && pair.left != pair.right);
    given += batch.size();
  });
  CHECK(!report || (report->pairs == given && given <= 6));
  return 0;
}
