// Which column of a CSV file holds which standard attribute, and reading a field's text as that attribute.
// Pure; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

inline constexpr std::size_t no_column = static_cast<std::size_t>(-1);

struct ColumnPlan {
  std::size_t id = no_column;
  std::size_t birth_date = no_column;
  std::size_t sex = no_column;
  std::array<std::size_t, 3> birth_parts{no_column, no_column, no_column};  // year, month, day, where no column has all
  // Further parts of these, joined to the first in order.
  std::vector<std::size_t> more_forename, more_surname, more_address;
  std::size_t street_number = no_column;  // stands before the address
  std::vector<std::size_t> of_attribute = std::vector<std::size_t>(linkage::attribute_count, no_column);
  std::vector<std::string> said;  // "surname ← last_name"
  std::vector<std::string> ignored;

  // Where further columns of a standard attribute (by its place among the names) are kept; null: it has one only.
  std::vector<std::size_t>* more_of(std::size_t standard);
};

// header: the file's columns, trimmed. given: standard attribute and column, which override what is recognised.
[[nodiscard]] Result<ColumnPlan> plan_columns(const std::string& file, const std::vector<std::string>& header,
                                              const std::string& id_column,
                                              const std::vector<std::pair<std::string, std::string>>& given);

// What a date of two numbers and a year says of how its file writes them: 13/05/1990 or 05/13/1990.
enum class DateOrder : std::uint8_t { unclear, day_first, month_first };
[[nodiscard]] DateOrder order_of_date(std::string_view text);
// YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY (also with . or -, or DDMMYYYY), 7 May 1990, YYYY-MM and YYYY; a month or day that
// cannot be leaves what can. Of two numbers before the year the first is the day unless `order` says otherwise or it
// cannot be.
[[nodiscard]] PartialDate read_birth_date(std::string_view text, DateOrder order = DateOrder::unclear);
// A month or day that is not there, or cannot be, leaves what can.
[[nodiscard]] PartialDate read_birth_parts(std::string_view year, std::string_view month, std::string_view day);
[[nodiscard]] Sex read_sex(std::string_view text);

}  // namespace wider::cli
