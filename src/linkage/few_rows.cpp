#include "linkage/few_rows.hpp"

#include "base/check.hpp"

namespace wider::linkage {

FewRows few_rows(const Input& input, std::span<const std::uint32_t> rows) {
  CHECK(input.strings != nullptr);
  FewRows few;
  few.strings = std::make_unique<StringPool>();
  few.input.strings = few.strings.get();
  few.input.between_sources_only = input.between_sources_only;
  few.input.rows.reserve(rows.size());
  const auto own = [&](Code code) { return code == 0 ? 0 : few.strings->intern(input.strings->view(code)); };
  for (const std::uint32_t number : rows) {
    CHECK(number < input.rows.size());
    Row row = input.rows[number];
    for (Code& code : row.value) code = own(code);
    row.own_id = own(row.own_id);
    few.input.rows.push_back(row);
  }
  return few;
}

}  // namespace wider::linkage
