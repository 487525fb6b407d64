// TOML text as a table of toml++: the one place where toml++ reads anything (tests/structure_test holds that), because
// some bytes must not reach it. TOML has no character outside ASCII except in texts and comments, and toml++ 3.3 runs
// into undefined behaviour on some of them elsewhere (found by fuzzing: U+02A0 before a value). It also asserts, or
// where assertions are off takes for granted, what a file may break ("[" with nothing after it): here that is an error.
// Pure.
#pragma once

// One setting of toml++ for the whole program (one definition rule): base/toml.cpp compiles it, once.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 0
namespace wider {
[[noreturn]] void toml_gave_up();  // parse_toml() catches what it throws
}
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::wider::toml_gave_up())
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <expected>
#include <string>
#include <string_view>

namespace wider {

struct TomlProblem {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1; 1 where only the line is known
  std::string says;        // without the place, no full stop: "a letter or sign outside ASCII stands outside quotes; …"
};

// UTF-8, with or without a byte order mark.
[[nodiscard]] std::expected<toml::table, TomlProblem> parse_toml(std::string_view text);

}  // namespace wider
