// Whether a password is one of those that everybody tries first. There is no list to be copied here: what lists of
// common passwords hold is made of few things (a common word or name, a row of keys, a count, a piece said again, with
// digits, signs and swapped letters around it), so a password is refused when, those taken away, hardly anything is
// left. Thread safety: free functions. Pure.
#pragma once

#include <string_view>

namespace wider::access {

// `password` as it is typed, of any length.
[[nodiscard]] bool is_common_password(std::string_view password);
// Whether it holds a word of somebody's name, of at least four letters, however it is written.
[[nodiscard]] bool holds_name(std::string_view password, std::string_view name);

}  // namespace wider::access
