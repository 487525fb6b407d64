// What `wider link` makes of a header and of the fields below it. The first line is the header, each other line a
// field.
#include <string_view>

#include "base/check.hpp"
#include "cli/link_columns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::vector<std::string>> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::vector<std::string> cells(1);
    for (const char c : text.substr(0, end)) {
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    lines.push_back(std::move(cells));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (lines.empty()) return 0;
  const auto plan = cli::plan_columns("fuzz.csv", lines[0], lines[0][0], {});
  if (plan) {
    const std::size_t count = lines[0].size();
    CHECK(plan->id < count && !plan->said.empty() && plan->of_attribute.size() == linkage::attribute_count);
    for (const std::size_t column : plan->of_attribute) CHECK(column == cli::no_column || column < count);
    CHECK(plan->birth_date == cli::no_column || plan->birth_date < count);
  } else {
    CHECK(plan.error().message.find("fuzz.csv") != std::string::npos);
  }
  for (const std::vector<std::string>& line : lines) {
    for (const std::string& field : line) {
      for (const cli::DateOrder order : {cli::order_of_date(field), cli::DateOrder::month_first}) {
        const PartialDate born = cli::read_birth_date(field, order);
        CHECK(born.known() == born.first.valid());
        if (born.known()) CHECK(born.first <= born.last() && parse_iso_partial(to_iso(born)) == born);
      }
      (void)cli::read_sex(field);
    }
  }
  return 0;
}
