#include "hub/retention.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/toml.hpp"
#include "hub/data.hpp"

namespace wider::hub {
namespace {

constexpr int most_years = 120;
constexpr std::size_t longest_basis = 500;
constexpr std::array<std::string_view, 3> from_names = {"birth", "happened", "received"};

// Whom a record is about, for whose birthday its time is counted.
bool is_about(Role role) {
  switch (role) {
    case Role::parent:
    case Role::reporter:
    case Role::professional:
    case Role::found_with:
      return false;
    default:
      return true;
  }
}

struct RetentionReader {
  std::string_view file;

  [[nodiscard]] std::unexpected<Error> wrong(std::size_t line, std::string_view what) const {
    return failure(ErrorCode::malformed, fmt::format("{}, line {}: {}", file, line, what));
  }
  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

  [[nodiscard]] Result<int> years(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    const auto value = node != nullptr && node->is_integer() ? node->value<std::int64_t>() : std::nullopt;
    if (!value || *value < 1 || *value > most_years)
      return wrong(line_of(node != nullptr ? *node : table),
                   fmt::format("'{}' must be a whole number of years from 1 to {}.", key, most_years));
    return static_cast<int>(*value);
  }
  [[nodiscard]] Result<std::string> text(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    const auto value = node != nullptr && node->is_string() ? node->value<std::string>() : std::nullopt;
    if (!value || value->empty() || value->size() > longest_basis)
      return wrong(line_of(node != nullptr ? *node : table),
                   fmt::format("'{}' must be a text in quotes of at most {} letters.", key, longest_basis));
    return *value;
  }
  [[nodiscard]] Result<std::pair<RecordKind, Retention::Rule>> rule(const toml::table& table) const {
    for (const auto& [key, node] : table) {
      if (key != "name" && key != "years" && key != "from" && key != "years_without_birth" && key != "basis")
        return wrong(line_of(node), fmt::format("there is no key '{}'. Take one of name, years, from, "
                                                "years_without_birth, basis.",
                                                key.str()));
    }
    const auto name = text(table, "name");
    if (!name) return std::unexpected(name.error());
    const auto kind = record_kind_named(*name);
    if (!kind) return wrong(line_of(*table.get("name")), fmt::format("there is no kind of record '{}'.", *name));
    Retention::Rule rule;
    const auto from = text(table, "from");
    if (!from) return std::unexpected(from.error());
    const auto place = std::ranges::find(from_names, *from);
    if (place == from_names.end())
      return wrong(line_of(*table.get("from")), "'from' must be one of birth, happened, received.");
    rule.from = static_cast<Retention::From>(place - from_names.begin());
    const auto counted = years(table, "years");
    if (!counted) return std::unexpected(counted.error());
    rule.years = *counted;
    if (rule.from == Retention::From::birth) {
      const auto without = years(table, "years_without_birth");
      if (!without) return std::unexpected(without.error());
      rule.years_without_birth = *without;
    } else if (table.contains("years_without_birth")) {
      return wrong(line_of(*table.get("years_without_birth")),
                   "'years_without_birth' goes with from = \"birth\" alone. Leave it out.");
    }
    auto basis = text(table, "basis");
    if (!basis) return std::unexpected(basis.error());
    rule.basis = std::move(*basis);
    return std::pair{*kind, std::move(rule)};
  }
};

}  // namespace

Result<Retention> parse_retention(std::string_view toml, std::string_view file) {
  const RetentionReader reader{file};
  const auto root = parse_toml(toml);
  if (!root) return reader.wrong(root.error().line, root.error().says + ".");
  for (const auto& [key, node] : *root)
    if (key != "kind")
      return reader.wrong(RetentionReader::line_of(node),
                          fmt::format("there is no table '{}'. Take [[kind]].", key.str()));
  const toml::node* list = root->get("kind");
  const toml::array* kinds = list != nullptr ? list->as_array() : nullptr;
  if (kinds == nullptr) return reader.wrong(1, "there must be a [[kind]] for each kind of record.");
  Retention retention;
  for (const toml::node& node : *kinds) {
    const toml::table* table = node.as_table();
    if (table == nullptr) return reader.wrong(RetentionReader::line_of(node), "each kind must be a table, [[kind]].");
    auto read = reader.rule(*table);
    if (!read) return std::unexpected(read.error());
    Retention::Rule& rule = retention.rules_[static_cast<std::size_t>(read->first)];
    if (rule.years != 0)
      return reader.wrong(RetentionReader::line_of(node),
                          fmt::format("'{}' stands twice. Leave one out.", name_of(read->first)));
    rule = std::move(read->second);
  }
  for (std::size_t kind = 0; kind < record_kind_count; ++kind)
    if (retention.rules_[kind].years == 0)
      return reader.wrong(
          1, fmt::format("there is no [[kind]] with name = \"{}\". Add it.", name_of(static_cast<RecordKind>(kind))));
  return retention;
}

Date Retention::due(const Holdings& holdings, RecordIndex record) const {
  const RecordRow& row = holdings.at(record);
  const Rule& rule = this->rule(row.kind);
  const Date received = row.received.valid() ? day_of(row.received) : Date{};
  if (rule.from == From::received) return received.valid() ? add_months(received, 12 * rule.years) : Date{};
  Date own = row.happened.last.valid() ? row.happened.last : row.day();
  if (row.outcome_date.valid() && (!own.valid() || row.outcome_date > own)) own = row.outcome_date;
  if (!own.valid()) own = received;
  if (rule.from == From::happened) return own.valid() ? add_months(own, 12 * rule.years) : Date{};
  Date youngest;
  for (std::uint32_t i = 0; i < row.mention_count; ++i) {
    const MentionRow& mention = holdings.at(MentionIndex(row.first_mention + i));
    if (!is_about(mention.role)) continue;
    const Date born = mention.birth_date.last();
    if (born.valid() && (!youngest.valid() || born > youngest)) youngest = born;
  }
  if (youngest.valid()) return add_months(youngest, 12 * rule.years);
  return own.valid() ? add_months(own, 12 * rule.years_without_birth) : Date{};
}

const Retention& shipped_retention() {
  static const Retention retention = [] {
    const std::string* text = shipped_rule("retention.toml");
    CHECK(text != nullptr);
    auto parsed = parse_retention(*text, "rules/retention.toml");
    CHECK(parsed.has_value());
    return std::move(*parsed);
  }();
  return retention;
}

}  // namespace wider::hub
