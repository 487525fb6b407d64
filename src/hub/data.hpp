// The data that ships inside the program: mappings, patterns, models and rules. A partnership may change them in the
// source folders of the same names; what is adopted in a hub is an entry of its ledger.
// Thread safety: free functions over constants; parsed once, at first use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "intake/intake.hpp"
#include "picture/picture.hpp"

namespace wider::hub {

// A format by its name ("cin", or a file of mappings/ without .toml). not_found lists the names there are.
[[nodiscard]] Result<intake::FormatPtr> shipped_format(std::string_view name);
[[nodiscard]] std::vector<intake::FormatName> shipped_formats();

// The text of a mapping by its name; nullptr when there is none ("cin" has none).
[[nodiscard]] const std::string* shipped_mapping(std::string_view name);

// The patterns of patterns/*.toml, in order of file name.
[[nodiscard]] Result<std::vector<picture::PatternPtr>> shipped_patterns();

// One of them by its name (the file's without .toml); nullptr when there is none.
[[nodiscard]] const picture::PatternPtr* shipped_pattern(std::string_view name);

// A file of rules/ or models/; nullptr when there is none of that name.
[[nodiscard]] const std::string* shipped_rule(std::string_view file);
[[nodiscard]] const std::string* shipped_model(std::string_view file);

}  // namespace wider::hub
