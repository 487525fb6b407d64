#include "base/toml_guard.hpp"

#include <algorithm>

namespace wider {
namespace {

// The offset just after the text that opens at `at`; npos when it is not closed.
std::size_t end_of_text(std::string_view toml, std::size_t at) {
  const char quote = toml[at];
  const bool several_lines = toml.size() >= at + 3 && toml[at + 1] == quote && toml[at + 2] == quote;
  for (std::size_t i = at + (several_lines ? 3 : 1); i < toml.size(); ++i) {
    if (quote == '"' && toml[i] == '\\') {
      ++i;
    } else if (!several_lines && toml[i] == '\n') {
      return std::string_view::npos;
    } else if (toml[i] == quote) {
      if (!several_lines) return i + 1;
      if (i + 2 >= toml.size() || toml[i + 1] != quote || toml[i + 2] != quote) continue;
      std::size_t end = i + 3;
      // One or two quotes may stand right before the closing three.
      for (int more = 0; more < 2 && end < toml.size() && toml[end] == quote; ++more) ++end;
      return end;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::size_t> stray_non_ascii_line(std::string_view toml) {
  for (std::size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if (c == '"' || c == '\'') {
      at = end_of_text(toml, at);
      if (at == std::string_view::npos) return std::nullopt;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return static_cast<std::size_t>(std::count(toml.begin(), toml.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
             1;
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

}  // namespace wider
