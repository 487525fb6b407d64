// Is it ASCII, is it UTF-8? For whatever reads bytes from outside. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace wider {

// True when every byte is below 0x80.
[[nodiscard]] bool is_ascii(std::string_view text);
// The length of the longest start that is UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] std::size_t valid_utf8_length(std::string_view text);
[[nodiscard]] inline bool valid_utf8(std::string_view text) {
  return valid_utf8_length(text) == text.size();
}

}  // namespace wider
