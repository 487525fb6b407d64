// The one translation unit that compiles toml++ itself.
#define TOML_IMPLEMENTATION
#include "base/toml.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/utf8.hpp"

namespace wider {
namespace {

struct GaveUp {};

// nullopt where toml++ gives up.
std::optional<toml::parse_result> parse_once(std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const GaveUp&) {
    return std::nullopt;
  }
}

// The line, from 1, that makes toml++ give up: it reads from the front, so it gives up on each longer beginning too.
std::size_t line_that_gives_up(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') ends.push_back(at + 1);
  }
  const auto reads = [&](std::size_t end) { return parse_once(text.substr(0, end)).has_value(); };
  return static_cast<std::size_t>(std::partition_point(ends.begin(), ends.end(), reads) - ends.begin()) + 1;
}

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

bool of_a_bare_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == '+' ||
         c == ':';
}

// Whether the quote at `at` follows a bare word without a space, as 0"x" or, where a value stands, 0."x": no TOML; but
// toml++ looks ahead from the word into what follows it, as if no quote opened a text there.
bool quote_in_a_word(std::string_view toml, std::size_t at) {
  if (at == 0) return false;
  if (of_a_bare_word(toml[at - 1])) return true;
  if (toml[at - 1] != '.') return false;
  std::size_t from = at - 1;
  while (from > 0 && (of_a_bare_word(toml[from - 1]) || toml[from - 1] == '.')) --from;
  const char first = toml[from];
  std::size_t before = from;
  while (before > 0 && (toml[before - 1] == ' ' || toml[before - 1] == '\t')) --before;
  return (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.' ||
         (before > 0 && toml[before - 1] == '=');
}

// The offset of the first byte above 0x7F that stands neither in a text nor in a comment; npos when none does. A text
// on one line that is not closed ends the look: toml++ ends there too.
std::size_t stray_non_ascii(std::string_view toml) {
  for (std::size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if ((c == '"' || c == '\'') && !quote_in_a_word(toml, at)) {
      at = end_of_text(toml, at);
      if (at == std::string_view::npos) return at;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      return at;
    } else {
      ++at;
    }
  }
  return std::string_view::npos;
}

// A key of a.b.c… is as many tables, one in the other; toml++ limits how deep values nest and not how deep keys do, and
// a table of very many of them overflows the stack when it goes.
constexpr std::size_t most_parts_of_a_key = 16;

// The offset of the point that makes a key longer than that; npos when none does.
std::size_t key_too_deep(std::string_view toml) {
  std::size_t points = 0;
  for (std::size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
    } else if (c == '"' || c == '\'') {
      at = end_of_text(toml, at);
      if (at == std::string_view::npos) return at;
    } else {
      if (c == '\n' || c == '=' || c == ',' || c == '{' || c == '[') points = 0;
      if (c == '.' && ++points == most_parts_of_a_key) return at;
      ++at;
    }
  }
  return std::string_view::npos;
}

std::unexpected<TomlProblem> problem_at(std::string_view text, std::size_t at, std::string says) {
  const std::string_view before = text.substr(0, at);
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  return std::unexpected<TomlProblem>(TomlProblem{.line = lines + 1, .column = 1, .says = std::move(says)});
}

}  // namespace

void toml_gave_up() {
  throw GaveUp{};
}

std::expected<toml::table, TomlProblem> parse_toml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (const std::size_t good = valid_utf8_length(text); good < text.size()) {
    return problem_at(text, good, "not UTF-8 text; save it as UTF-8");
  }
  if (const std::size_t at = stray_non_ascii(text); at != std::string_view::npos) {
    return problem_at(text, at,
                      "a letter or sign outside ASCII stands outside quotes; put the name or text into quotes");
  }
  if (const std::size_t at = key_too_deep(text); at != std::string_view::npos) {
    return problem_at(text, at, "a key has too many parts");
  }
  auto parsed = parse_once(text);
  if (!parsed) {
    return std::unexpected<TomlProblem>(
        TomlProblem{.line = line_that_gives_up(text), .column = 1, .says = "this is not TOML"});
  }
  if (!*parsed) {
    const toml::parse_error& error = parsed->error();
    return std::unexpected<TomlProblem>(TomlProblem{.line = error.source().begin.line,
                                                    .column = error.source().begin.column,
                                                    .says = std::string(error.description())});
  }
  return std::move(*parsed).table();
}

}  // namespace wider
