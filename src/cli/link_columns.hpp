// Which column of a CSV file holds which standard attribute, and reading a field's text as that attribute.
// Pure; thread-safe.
#pragma once

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
  std::vector<std::size_t> more_address;  // further parts of the address, joined to it in order
  std::size_t street_number = no_column;  // stands before the address
  std::vector<std::size_t> of_attribute = std::vector<std::size_t>(linkage::attribute_count, no_column);
  std::vector<std::string> said;  // "surname ← last_name"
  std::vector<std::string> ignored;
};

// header: the file's columns, trimmed. given: standard attribute and column, which override what is recognised.
[[nodiscard]] Result<ColumnPlan> plan_columns(const std::string& file, const std::vector<std::string>& header,
                                              const std::string& id_column,
                                              const std::vector<std::pair<std::string, std::string>>& given);

// What a date of two numbers and a year says of how its file writes them: 13/05/1990 or 05/13/1990.
enum class DateOrder : std::uint8_t { unclear, day_first, month_first };
[[nodiscard]] DateOrder order_of_date(std::string_view text);
// YYYY-MM-DD, YYYYMMDD, DD/MM/YYYY (also with . or -, or DDMMYYYY), YYYY-MM and YYYY; a month or day that cannot be
// leaves what can. Of two numbers before the year the first is the day unless `order` says otherwise or it cannot be.
[[nodiscard]] PartialDate read_birth_date(std::string_view text, DateOrder order = DateOrder::unclear);
[[nodiscard]] Sex read_sex(std::string_view text);

}  // namespace wider::cli
