#include "cli/link_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/csv.hpp"
#include "cli/link_columns.hpp"

namespace wider::cli {
namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;

linkage::Row row_of(const ColumnPlan& plan, std::span<const std::string_view> fields, StringPool& strings) {
  linkage::Row row;
  for (std::size_t a = 0; a < plan.of_attribute.size(); ++a) {
    const std::size_t column = plan.of_attribute[a];
    if (column == no_column) continue;
    if (a == static_cast<std::size_t>(linkage::Attribute::address) && plan.street_number != no_column &&
        !fields[column].empty()) {
      row.value[a] =
          strings.intern(std::string(trimmed(fmt::format("{} {}", fields[plan.street_number], fields[column]))));
    } else {
      row.value[a] = strings.intern(fields[column]);
    }
  }
  if (plan.birth_date != no_column) row.birth_date = read_birth_date(fields[plan.birth_date]);
  if (plan.sex != no_column) row.sex = read_sex(fields[plan.sex]);
  return row;
}

Result<void> read_file(const std::string& path, std::size_t number, const std::string& id_column, const Columns& given,
                       const std::string& truth_column, LinkRows& rows) {
  ColumnPlan plan;
  std::vector<std::string> header;
  std::vector<bool> filled;
  std::size_t truth_at = no_column;
  std::vector<std::string>& ids = rows.ids.emplace_back();
  IdentifiedRows reading;
  reading.on_header = [&](const std::vector<std::string>& columns) -> Result<void> {
    header = columns;
    filled.assign(columns.size(), false);
    // The truth is not to be linked by, even where it is named like an attribute.
    std::vector<std::string> readable = columns;
    if (!truth_column.empty()) {
      const auto found = std::find(columns.begin(), columns.end(), truth_column);
      if (found == columns.end())
        return failure(ErrorCode::malformed, fmt::format("{}: there is no column {} (--truth); the columns are: {}.",
                                                         path, truth_column, fmt::join(columns, ", ")));
      truth_at = static_cast<std::size_t>(found - columns.begin());
      readable[truth_at].clear();
    }
    auto planned = plan_columns(path, readable, id_column, given);
    if (!planned) return std::unexpected(planned.error());
    plan = std::move(*planned);
    std::erase(plan.ignored, "");
    return {};
  };
  reading.on_row = [&](std::string_view id, std::span<const std::string_view> fields) {
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (!fields[c].empty()) filled[c] = true;
    }
    linkage::Row row = row_of(plan, fields, *rows.strings);
    row.source = static_cast<std::uint16_t>(number);
    rows.input.rows.push_back(row);
    ids.emplace_back(id);
    if (truth_at != no_column) rows.truth.emplace_back(fields[truth_at]);
  };
  if (const auto read = read_identified_rows(path, id_column, reading); !read) return read;
  for (const auto& [standard, column] : given) {
    const auto at = static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin());
    if (!filled[at])
      return failure(ErrorCode::malformed,
                     fmt::format("{}: column {} (--column {}={}) is empty in every row; leave it out or give another.",
                                 path, column, standard, column));
  }
  if (truth_at != no_column && !filled[truth_at])
    return failure(ErrorCode::malformed,
                   fmt::format("{}: column {} (--truth) is empty in every row.", path, truth_column));
  rows.columns = plan.said;
  rows.ignored = plan.ignored;
  return {};
}

}  // namespace

Result<LinkRows> read_link_rows(const std::vector<std::string>& files, const std::string& id_column,
                                const Columns& given, const std::string& truth_column) {
  if (const auto checked = check_file_names(files); !checked) return std::unexpected(checked.error());
  LinkRows rows;
  rows.strings = std::make_unique<StringPool>();
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (const auto read = read_file(files[f], f, id_column, given, truth_column, rows); !read)
      return std::unexpected(read.error());
  }
  rows.input.strings = rows.strings.get();
  return rows;
}

}  // namespace wider::cli
