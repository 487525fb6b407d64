#include "records/kind.hpp"

#include <array>

namespace wider {
namespace {

struct Names {
  std::string_view name;
  std::string_view title;
};

constexpr std::array<Names, record_kind_count> kinds = {{
    {"person", "Index entry"},
    {"address", "Address"},
    {"identifier", "Identifier"},
    {"contact", "Contact"},
    {"referral", "Referral"},
    {"assessment", "Assessment"},
    {"plan", "Child in need plan"},
    {"protection-plan", "Child protection plan"},
    {"missing", "Missing episode"},
    {"census", "Children in Need census"},
    {"crime", "Crime report"},
    {"intelligence", "Intelligence report"},
    {"stop", "Stop"},
    {"vehicle", "Vehicle keeper"},
    {"phone", "Phone user"},
    {"attendance", "Hospital attendance"},
    {"sexual-health", "Health contact"},
    {"school-nurse", "School nurse contact"},
    {"absence", "School absence"},
    {"concern", "Concern"},
    {"driver", "Licensed driver"},
    {"premises", "Licensed premises"},
    {"charging-decision", "Charging decision"},
}};
constexpr std::array<Names, role_count> roles = {{
    {"subject", "Subject"},
    {"victim", "Victim"},
    {"witness", "Witness"},
    {"suspect", "Suspect"},
    {"offender", "Convicted"},
    {"associate", "Associate"},
    {"parent", "Parent or carer"},
    {"reporter", "Reporter"},
    {"professional", "Professional"},
    {"driver", "Driver"},
    {"keeper", "Keeper"},
    {"licensee", "Licensee"},
    {"found-with", "Found with"},
}};
constexpr std::array<Names, thing_kind_count> things = {{
    {"place", "Place"},
    {"vehicle", "Vehicle"},
    {"phone", "Phone"},
    {"online-handle", "Online handle"},
    {"organisation", "Organisation"},
}};
constexpr std::array<Names, thing_role_count> thing_roles = {{
    {"at", "At"},
    {"home", "Home"},
    {"found-at", "Found at"},
    {"used", "Used"},
    {"school", "School"},
    {"licensed", "Licensed"},
}};
constexpr std::array<Names, outcome_count> outcomes = {{
    {"none", "Not recorded"},
    {"open", "Open"},
    {"no-further-action", "No further action"},
    {"no-charge", "No charge"},
    {"charged", "Charged"},
    {"convicted", "Convicted"},
    {"assessment", "Assessment"},
    {"plan", "Plan"},
    {"advice", "Advice given"},
    {"returned", "Returned"},
    {"other", "Other"},
}};

template <typename Enum, std::size_t N>
std::optional<Enum> find(const std::array<Names, N>& table, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (table[i].name == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(RecordKind kind) {
  return kinds[static_cast<std::size_t>(kind)].name;
}
std::string_view title_of(RecordKind kind) {
  return kinds[static_cast<std::size_t>(kind)].title;
}
std::optional<RecordKind> record_kind_named(std::string_view name) {
  return find<RecordKind>(kinds, name);
}

std::string_view name_of(Role role) {
  return roles[static_cast<std::size_t>(role)].name;
}
std::string_view title_of(Role role) {
  return roles[static_cast<std::size_t>(role)].title;
}
std::optional<Role> role_named(std::string_view name) {
  return find<Role>(roles, name);
}

std::string_view name_of(ThingKind kind) {
  return things[static_cast<std::size_t>(kind)].name;
}
std::optional<ThingKind> thing_kind_named(std::string_view name) {
  return find<ThingKind>(things, name);
}

std::string_view name_of(ThingRole role) {
  return thing_roles[static_cast<std::size_t>(role)].name;
}
std::optional<ThingRole> thing_role_named(std::string_view name) {
  return find<ThingRole>(thing_roles, name);
}

std::string_view name_of(Outcome outcome) {
  return outcomes[static_cast<std::size_t>(outcome)].name;
}
std::string_view title_of(Outcome outcome) {
  return outcomes[static_cast<std::size_t>(outcome)].title;
}
std::optional<Outcome> outcome_named(std::string_view name) {
  return find<Outcome>(outcomes, name);
}

}  // namespace wider
