// The raw tables behind names.cpp, one string per origin, names divided by spaces, commonest first.
#pragma once

#include <array>
#include <string_view>

namespace wider::town {

struct OriginTable {
  unsigned share;  // of households, in thousandths
  std::string_view female;
  std::string_view male;
  std::string_view surnames;  // listed ones
  std::string_view roots;     // each root with each ending makes a further surname
  std::string_view endings;
};

[[nodiscard]] const std::array<OriginTable, 8>& origin_tables();
[[nodiscard]] std::string_view spelling_groups();  // lines; words of a line are spellings of one forename
[[nodiscard]] std::string_view short_forms();      // lines: full form, then its short forms
[[nodiscard]] std::string_view surname_groups();   // lines; words of a line are spellings of one surname
[[nodiscard]] std::string_view nickname_words();

}  // namespace wider::town
