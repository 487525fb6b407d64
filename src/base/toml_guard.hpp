// A look at TOML text before toml++ reads it. TOML has no character outside ASCII except in texts and comments, and
// toml++ 3.3 runs into undefined behaviour on some of them elsewhere (found by fuzzing: U+02A0 before a value), so such
// a document is refused first. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace wider {

// The line, from 1, of the first byte above 0x7F that stands neither in a text nor in a comment; nullopt when none
// does. A text on one line that is not closed ends the look: toml++ ends there too.
[[nodiscard]] std::optional<std::size_t> stray_non_ascii_line(std::string_view toml);

}  // namespace wider
