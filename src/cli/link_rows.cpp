#include "cli/link_rows.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/csv.hpp"
#include "cli/link_columns.hpp"

namespace wider::cli {
namespace {

// The parts of an address in one; the number of the house alone is none.
std::string whole_address(const ColumnPlan& plan, std::span<const std::string_view> fields, std::size_t first) {
  std::string address(fields[first]);
  for (const std::size_t column : plan.more_address) {
    if (fields[column].empty()) continue;
    if (!address.empty()) address += ", ";
    address += fields[column];
  }
  if (plan.street_number == no_column || address.empty()) return address;
  return std::string(trimmed(fmt::format("{} {}", fields[plan.street_number], address)));
}

linkage::Row row_of(const ColumnPlan& plan, std::span<const std::string_view> fields, StringPool& strings) {
  linkage::Row row;
  const bool in_parts = plan.street_number != no_column || !plan.more_address.empty();
  for (std::size_t a = 0; a < plan.of_attribute.size(); ++a) {
    const std::size_t column = plan.of_attribute[a];
    if (column == no_column) continue;
    if (in_parts && a == static_cast<std::size_t>(linkage::Attribute::address)) {
      row.value[a] = strings.intern(whole_address(plan, fields, column));
    } else {
      row.value[a] = strings.intern(fields[column]);
    }
  }
  if (plan.birth_date != no_column) row.birth_date = read_birth_date(fields[plan.birth_date]);
  if (plan.sex != no_column) row.sex = read_sex(fields[plan.sex]);
  return row;
}

// A column that says who is whom: it is read beside the others and not to be linked by, even where it is named like an
// attribute.
struct Telling {
  std::string_view option;  // "--truth"
  const std::string* column;
  std::size_t at = no_column;
};

Result<void> find_telling(const std::string& path, const std::vector<std::string>& columns, Telling& telling,
                          std::vector<std::string>& readable) {
  if (telling.column->empty()) return {};
  const auto found = std::find(columns.begin(), columns.end(), *telling.column);
  if (found == columns.end())
    return failure(ErrorCode::malformed, fmt::format("{}: there is no column {} ({}); the columns are: {}.", path,
                                                     *telling.column, telling.option, fmt::join(columns, ", ")));
  telling.at = static_cast<std::size_t>(found - columns.begin());
  readable[telling.at].clear();
  return {};
}

Result<void> check_filled(const std::string& path, const std::vector<std::string>& header,
                          const std::vector<bool>& filled, const LinkColumns& wanted) {
  for (const auto& [standard, column] : wanted.given) {
    const auto at = static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin());
    if (!filled[at])
      return failure(ErrorCode::malformed,
                     fmt::format("{}: column {} (--column {}={}) is empty in every row; leave it out or give another.",
                                 path, column, standard, column));
  }
  return {};
}

Result<void> read_file(const std::string& path, std::size_t number, const std::string& id_column,
                       const LinkColumns& wanted, LinkRows& rows) {
  ColumnPlan plan;
  std::vector<std::string> header;
  std::vector<bool> filled;
  Telling truth{"--truth", &wanted.truth}, labels{"--labels", &wanted.labels};
  std::vector<std::string>& ids = rows.ids.emplace_back();
  IdentifiedRows reading;
  reading.on_header = [&](const std::vector<std::string>& columns) -> Result<void> {
    header = columns;
    filled.assign(columns.size(), false);
    std::vector<std::string> readable = columns;
    for (Telling* telling : {&truth, &labels}) {
      if (const auto found = find_telling(path, columns, *telling, readable); !found) return found;
    }
    auto planned = plan_columns(path, readable, id_column, wanted.given);
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
    if (truth.at != no_column) rows.truth.emplace_back(fields[truth.at]);
    if (labels.at != no_column) rows.labels.push_back(rows.strings->intern(fields[labels.at]));
  };
  if (const auto read = read_identified_rows(path, id_column, reading); !read) return read;
  if (const auto checked = check_filled(path, header, filled, wanted); !checked) return checked;
  for (const Telling& telling : {truth, labels}) {
    if (telling.at != no_column && !filled[telling.at])
      return failure(ErrorCode::malformed,
                     fmt::format("{}: column {} ({}) is empty in every row.", path, *telling.column, telling.option));
  }
  rows.columns = plan.said;
  rows.ignored = plan.ignored;
  return {};
}

}  // namespace

Result<LinkRows> read_link_rows(const std::vector<std::string>& files, const std::string& id_column,
                                const LinkColumns& columns) {
  if (const auto checked = check_file_names(files); !checked) return std::unexpected(checked.error());
  LinkRows rows;
  rows.strings = std::make_unique<StringPool>();
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (const auto read = read_file(files[f], f, id_column, columns, rows); !read)
      return std::unexpected(read.error());
  }
  rows.input.strings = rows.strings.get();
  return rows;
}

}  // namespace wider::cli
