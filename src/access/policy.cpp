// Reads rules/access.toml, strictly: a key that is not known, a name that is not one, a table that is missing or stands
// twice is an error that says where and what to write, and so is a policy that would show what may not be shown.
#include "access/policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

#include "base/check.hpp"
#include "base/embedded.hpp"
#include "base/toml.hpp"

extern const std::vector<wider::EmbeddedFile> wider_embedded_access;

namespace wider::access {
namespace {

constexpr std::size_t most_rules = 200;
constexpr std::size_t longest_text = 400;

template <typename Enum>
constexpr std::uint32_t bit(Enum value) {
  return 1U << static_cast<std::uint32_t>(value);
}

// The names of one kind of thing, by their bit.
using Names = std::vector<std::string_view>;
template <typename Enum>
Names names_of(std::size_t count) {
  Names names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(name_of(static_cast<Enum>(i)));
  return names;
}
const Names depths{"nothing", "exists", "outline", "full"};
const Names handlings{"shared", "originator-only"};
const Names whose{"own", "other"};
const Names standings{"plain", "sealed", "conflict", "emergency"};

std::optional<std::size_t> place_in(const Names& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

// A failure ends the reading; the first one is told.
struct PolicyReader {
  std::string_view file;
  Policy policy;

  using Done = Result<void>;

  [[nodiscard]] std::unexpected<Error> wrong(std::string_view where, std::string_view what) const {
    return failure(ErrorCode::malformed, fmt::format("{}: {}: {}", file, where, what));
  }

  Done only(const toml::table& table, std::string_view where, std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(keys, key.str()) == keys.end())
        return wrong(where, fmt::format("there is no key '{}'. Take one of {}.", key.str(), fmt::join(keys, ", ")));
    }
    return {};
  }

  Result<std::string> text(const toml::table& table, std::string_view where, std::string_view key) const {
    const auto value = table[key].value<std::string>();
    if (!value || value->empty() || value->size() > longest_text) {
      return wrong(where, fmt::format("'{}' must be a text in quotes of at most {} letters", key, longest_text));
    }
    return *value;
  }

  Result<std::size_t> one(const toml::table& table, std::string_view where, std::string_view key,
                          const Names& names) const {
    const auto value = table[key].value<std::string>();
    const auto place = value ? place_in(names, *value) : std::nullopt;
    if (!place) return wrong(where, fmt::format("'{}' must be one of {}", key, fmt::join(names, ", ")));
    return *place;
  }

  // A list of names as bits; every bit where the key is left out.
  Result<std::uint32_t> many(const toml::table& table, std::string_view where, std::string_view key, const Names& names,
                             std::uint32_t left_out) const {
    if (!table.contains(key)) return left_out;
    const toml::array* array = table[key].as_array();
    std::uint32_t bits = 0;
    bool good = array != nullptr && !array->empty();
    for (std::size_t i = 0; good && i < array->size(); ++i) {
      const auto name = array->get(i)->value<std::string>();
      const auto place = name ? place_in(names, *name) : std::nullopt;
      good = place && (bits & bit(*place)) == 0;
      if (good) bits |= bit(*place);
    }
    if (!good) return wrong(where, fmt::format("'{}' must be a list, each once, of {}", key, fmt::join(names, ", ")));
    return bits;
  }

  // The tables of [[name]], each of them a table.
  Result<std::vector<const toml::table*>> tables(const toml::table& root, std::string_view name) const {
    std::vector<const toml::table*> found;
    const toml::array* array = root[name].as_array();
    if (array == nullptr || array->empty()) return wrong(fmt::format("[[{}]]", name), "there must be at least one");
    for (const toml::node& node : *array) {
      if (!node.is_table()) return wrong(fmt::format("[[{}]]", name), "each must be a table under [[ ]]");
      found.push_back(node.as_table());
    }
    return found;
  }

  Done read_purposes(const toml::table& root) {
    const auto all = tables(root, "purpose");
    if (!all) return std::unexpected(all.error());
    const Names names = names_of<PurposeKind>(purpose_kind_count);
    for (std::size_t i = 0; i < all->size(); ++i) {
      const toml::table& table = *(*all)[i];
      const std::string where = fmt::format("purpose {}", i + 1);
      if (auto good = only(table, where, {"name", "title", "lawful_basis"}); !good) return good;
      const auto place = one(table, where, "name", names);
      if (!place) return std::unexpected(place.error());
      Policy::Purpose& purpose = policy.purposes_[*place];
      if (!purpose.title.empty()) return wrong(where, fmt::format("'{}' stands twice. Leave one out.", names[*place]));
      auto title = text(table, where, "title");
      if (!title) return std::unexpected(title.error());
      auto basis = text(table, where, "lawful_basis");
      if (!basis) return std::unexpected(basis.error());
      purpose = {std::move(*title), std::move(*basis)};
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (policy.purposes_[i].title.empty())
        return wrong("[[purpose]]", fmt::format("'{}' is missing. Add it with its lawful_basis.", names[i]));
    }
    return {};
  }

  Done read_roles(const toml::table& root) {
    const auto all = tables(root, "role");
    if (!all) return std::unexpected(all.error());
    const Names names = names_of<UserRole>(user_role_count);
    for (std::size_t i = 0; i < all->size(); ++i) {
      const toml::table& table = *(*all)[i];
      const std::string where = fmt::format("role {}", i + 1);
      if (auto good = only(table, where, {"name", "title", "pages", "purposes"}); !good) return good;
      const auto place = one(table, where, "name", names);
      if (!place) return std::unexpected(place.error());
      Policy::Role& role = policy.roles_[*place];
      if (!role.title.empty()) return wrong(where, fmt::format("'{}' stands twice. Leave one out.", names[*place]));
      auto title = text(table, where, "title");
      if (!title) return std::unexpected(title.error());
      const auto pages = many(table, where, "pages", names_of<Action>(action_count), 0);
      if (!pages) return std::unexpected(pages.error());
      const auto purposes = many(table, where, "purposes", names_of<PurposeKind>(purpose_kind_count), 0);
      if (!purposes) return std::unexpected(purposes.error());
      if ((*pages & bit(Action::home)) == 0 || *purposes == 0)
        return wrong(where, "'pages' must have home, and 'purposes' at least one: nobody could work in this role");
      role = {std::move(*title), *pages, *purposes};
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (policy.roles_[i].title.empty())
        return wrong("[[role]]", fmt::format("'{}' is missing. Add it with its pages and purposes.", names[i]));
    }
    return {};
  }

  Result<Policy::Rule> rule_of(const toml::table& table, const std::string& where) const {
    if (auto good = only(table, where,
                         {"name", "role", "purpose", "viewer_agency", "holder", "whose", "kind", "handling", "when",
                          "depth", "says"});
        !good)
      return std::unexpected(good.error());
    Policy::Rule rule;
    Names purposes = names_of<PurposeKind>(purpose_kind_count);
    purposes.insert(purposes.end(), {"none", "unsuited"});
    const struct {
      std::string_view key;
      Names names;
      std::uint32_t* place;
    } lists[] = {{"role", names_of<UserRole>(user_role_count), &rule.roles},
                 {"purpose", purposes, &rule.purposes},
                 {"viewer_agency", names_of<Agency>(agency_count), &rule.viewer_agencies},
                 {"holder", names_of<Agency>(agency_count), &rule.holders},
                 {"kind", names_of<RecordKind>(record_kind_count), &rule.kinds},
                 {"handling", handlings, &rule.handlings}};
    for (const auto& [key, names, place] : lists) {
      const auto bits = many(table, where, key, names, ~0U);
      if (!bits) return std::unexpected(bits.error());
      *place = *bits;
    }
    const struct {
      std::string_view key;
      const Names& names;
      std::uint32_t* place;
    } ones[] = {{"whose", whose, &rule.whose}, {"when", standings, &rule.standings}};
    for (const auto& [key, names, place] : ones) {
      if (!table.contains(key)) continue;
      const auto at = one(table, where, key, names);
      if (!at) return std::unexpected(at.error());
      *place = bit(*at);
    }
    const auto depth = one(table, where, "depth", depths);
    if (!depth) return std::unexpected(depth.error());
    rule.depth = static_cast<Depth>(*depth);
    auto name = text(table, where, "name");
    if (!name) return std::unexpected(name.error());
    auto says = text(table, where, "says");
    if (!says) return std::unexpected(says.error());
    if (says->back() != '.') return wrong(where, "'says' must be a sentence that ends with a full stop");
    rule.name = std::move(*name);
    rule.says = std::move(*says);
    return rule;
  }

  Done read_rules(const toml::table& root) {
    const auto all = tables(root, "rule");
    if (!all) return std::unexpected(all.error());
    if (all->size() > most_rules) return wrong("[[rule]]", fmt::format("there may be at most {}", most_rules));
    for (std::size_t i = 0; i < all->size(); ++i) {
      const std::string where = fmt::format("rule {}", i + 1);
      auto rule = rule_of(*(*all)[i], where);
      if (!rule) return std::unexpected(rule.error());
      for (const Policy::Rule& other : policy.rules_) {
        if (other.name == rule->name)
          return wrong(where, fmt::format("another rule is called '{}' too. Give it a name of its own.", rule->name));
      }
      policy.rules_.push_back(std::move(*rule));
    }
    const Policy::Rule& last = policy.rules_.back();
    if ((last.roles & last.purposes & last.viewer_agencies & last.holders & last.kinds & last.handlings & last.whose &
         last.standings) != ~0U)
      return wrong("[[rule]]", "the last rule must have no condition, so that every record is decided about");
    return {};
  }

  Done read_top(const toml::table& root) {
    if (auto good = only(root, "top", {"not_shown", "duty_desk", "sensitive", "emergency_minutes", "purpose", "role", "rule"}); !good)
      return good;
    auto words = text(root, "top", "not_shown");
    if (!words) return std::unexpected(words.error());
    auto desk = text(root, "top", "duty_desk");
    if (!desk) return std::unexpected(desk.error());
    policy.not_shown_ = std::move(*words);
    policy.duty_desk_ = std::move(*desk);
    const auto sensitive = many(root, "top", "sensitive", names_of<RecordKind>(record_kind_count), 0);
    if (!sensitive) return std::unexpected(sensitive.error());
    if ((*sensitive & bit(RecordKind::sexual_health)) == 0)
      return wrong("top", "'sensitive' must name sexual-health: it is never told outside Health");
    policy.sensitive_ = *sensitive;
    const auto minutes = root["emergency_minutes"].value<std::int64_t>();
    if (!minutes || *minutes < 15 || *minutes > 24 * 60)
      return wrong("top", "'emergency_minutes' must be a whole number from 15 to 1440");
    policy.emergency_minutes_ = static_cast<std::uint32_t>(*minutes);
    return {};
  }

  // The most that may ever be shown of such a record to such a reader, whatever a partnership writes.
  [[nodiscard]] Depth most(const Reader& reader, const RecordFacts& record) const {
    const bool own = reader.agency == record.agency;
    if (record.standing == Standing::sealed || record.standing == Standing::conflict) return Depth::nothing;
    if (record.handling == Handling::originator_only && !own) return Depth::nothing;
    if (!reader.purpose || !policy.suits(reader.role, *reader.purpose)) return Depth::exists;
    if (policy.sensitive(record.kind) && !own) return Depth::exists;
    return Depth::full;
  }

  // Tries every cell: a policy is small, and what it would allow is not seen by reading its rules one by one.
  Done check_floor() const {
    for (std::size_t cell = 0; cell < user_role_count * agency_count * (purpose_kind_count + 1); ++cell) {
      Reader reader;
      reader.role = static_cast<UserRole>(cell % user_role_count);
      reader.agency = static_cast<Agency>(cell / user_role_count % agency_count);
      const std::size_t purpose = cell / user_role_count / agency_count;
      if (purpose < purpose_kind_count) reader.purpose = static_cast<PurposeKind>(purpose);
      for (std::size_t what = 0; what < agency_count * record_kind_count * 2 * standings.size(); ++what) {
        RecordFacts record;
        record.agency = static_cast<Agency>(what % agency_count);
        record.kind = static_cast<RecordKind>(what / agency_count % record_kind_count);
        record.handling = static_cast<Handling>(what / agency_count / record_kind_count % 2);
        record.standing = static_cast<Standing>(what / agency_count / record_kind_count / 2);
        const Decision decision = decide(policy, reader, record);
        if (decision.depth <= most(reader, record)) continue;
        return wrong(
            fmt::format("rule '{}'", decision.rule),
            fmt::format("would show {} of a {} record of {} ({}, {}) to the role {} of {}, which may never be. "
                        "Put a rule with a lesser depth before it.",
                        name_of(decision.depth), name_of(record.kind), name_of(record.agency),
                        handlings[static_cast<std::size_t>(record.handling)],
                        standings[static_cast<std::size_t>(record.standing)], name_of(reader.role),
                        name_of(reader.agency)));
      }
    }
    return {};
  }
};

bool Policy::may(UserRole role, Action action) const {
  return (this->role(role).pages & bit(action)) != 0;
}
bool Policy::suits(UserRole role, PurposeKind purpose) const {
  return (this->role(role).purposes & bit(purpose)) != 0;
}
bool Policy::sensitive(RecordKind kind) const {
  return (sensitive_ & bit(kind)) != 0;
}

Result<Policy> parse_policy(std::string_view toml, std::string_view file) {
  const auto root = parse_toml(toml);
  if (!root) {
    return failure(ErrorCode::malformed, fmt::format("{}, line {}, column {}: {}", file, root.error().line,
                                                     root.error().column, root.error().says));
  }
  PolicyReader reader{file, {}};
  if (auto good = reader.read_top(*root); !good) return std::unexpected(good.error());
  if (auto good = reader.read_purposes(*root); !good) return std::unexpected(good.error());
  if (auto good = reader.read_roles(*root); !good) return std::unexpected(good.error());
  if (auto good = reader.read_rules(*root); !good) return std::unexpected(good.error());
  if (auto good = reader.check_floor(); !good) return std::unexpected(good.error());
  return std::move(reader.policy);
}

std::string_view shipped_policy_text() {
  CHECK(wider_embedded_access.size() == 1);
  return wider_embedded_access[0].text;
}

const Policy& shipped_policy() {
  static const Policy policy = [] {
    auto parsed = parse_policy(shipped_policy_text(), "rules/access.toml");
    CHECK(parsed.has_value());
    return std::move(*parsed);
  }();
  return policy;
}

}  // namespace wider::access
