// FewRows: some rows of an input with a dictionary of their own, so that looking at one pair or one person costs what
// those rows cost and not what the whole town's dictionary costs.
// Thread safety: values.
#pragma once

#include <memory>
#include <span>

#include "linkage/linkage.hpp"

namespace wider::linkage {

struct FewRows {
  std::unique_ptr<StringPool> strings;  // input.strings points here
  Input input;                          // in the order asked for
};
// Row numbers must exist; a number given twice gives two rows.
[[nodiscard]] FewRows few_rows(const Input& input, std::span<const std::uint32_t> rows);

}  // namespace wider::linkage
