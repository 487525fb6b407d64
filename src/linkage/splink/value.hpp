// Values of an SQL expression as DuckDB knows them, NULL among them. A moment is seconds since 1970, with a flag where
// it is a date alone; a list is of texts. Values; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wider::linkage::splink {

enum class Type : std::uint8_t { nothing, truth, number, text, moment, list };
[[nodiscard]] constexpr std::string_view name_of(Type type) {
  constexpr std::string_view names[] = {"NULL", "true or false", "a number", "a text", "a date", "a list"};
  return names[static_cast<std::size_t>(type)];
}

struct Value {
  Type type = Type::nothing;
  double number = 0;  // truth: 0 or 1; moment: seconds since 1970-01-01T00:00
  std::string text;
  std::vector<std::string> items;

  [[nodiscard]] bool null() const { return type == Type::nothing; }
  static Value of_truth(bool truth) { return {Type::truth, truth ? 1.0 : 0.0, {}, {}}; }
  static Value of_number(double number) { return {Type::number, number, {}, {}}; }
  static Value of_text(std::string text) { return {Type::text, 0, std::move(text), {}}; }
  static Value of_moment(double seconds) { return {Type::moment, seconds, {}, {}}; }
  static Value of_list(std::vector<std::string> items) { return {Type::list, 0, {}, std::move(items)}; }
};

// SQL's three-valued logic.
enum class Truth : std::uint8_t { no, unknown, yes };  // AND is the least, OR the greatest of the three
[[nodiscard]] constexpr Truth inverse(Truth truth) {
  return truth == Truth::unknown ? Truth::unknown : truth == Truth::yes ? Truth::no : Truth::yes;
}

// DuckDB's order of numbers: NaN equals itself and is above all others. Less than 0, 0 or above 0.
[[nodiscard]] constexpr int order(double left, double right) {
  const bool left_nan = left != left, right_nan = right != right;
  if (left_nan || right_nan) return static_cast<int>(left_nan) - static_cast<int>(right_nan);
  return left < right ? -1 : left > right ? 1 : 0;
}

enum class Comparison : std::uint8_t { equal, unequal, less, at_most, more, at_least };
[[nodiscard]] constexpr bool holds(Comparison comparison, int ordered) {
  switch (comparison) {
    case Comparison::equal:
      return ordered == 0;
    case Comparison::unequal:
      return ordered != 0;
    case Comparison::less:
      return ordered < 0;
    case Comparison::at_most:
      return ordered <= 0;
    case Comparison::more:
      return ordered > 0;
    case Comparison::at_least:
      return ordered >= 0;
  }
  return false;
}

}  // namespace wider::linkage::splink
