// The names by which the policy, the ledger and commands call roles, pages, purposes and depths. What a role may do
// stands in rules/access.toml.
#include <array>

#include "access/policy.hpp"

namespace wider::access {
namespace {

constexpr std::array<std::string_view, user_role_count> role_names = {
    "social-worker", "police-analyst", "safeguarding-nurse", "safeguarding-lead", "prosecutor",
    "review-author", "chair",          "governance-officer", "data-engineer",     "licensing-officer"};
constexpr std::array<std::string_view, action_count> action_names = {
    "home",         "search",      "person",    "findings",   "finding",    "act-on-finding",
    "explain-link", "decide-link", "held-back", "governance", "administer", "concern"};
constexpr std::array<std::string_view, purpose_kind_count> purpose_names = {
    "child-protection-enquiry", "assessment",  "strategy-discussion", "crime-investigation", "health-safeguarding",
    "education-safeguarding",   "case-review", "governance",          "administration"};
constexpr std::array<std::string_view, 4> depth_names = {"nothing", "exists", "outline", "full"};

template <typename Enum, std::size_t n>
std::optional<Enum> named(const std::array<std::string_view, n>& names, std::string_view name) {
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name_of(UserRole role) {
  return role_names[static_cast<std::size_t>(role)];
}
std::string_view name_of(Action action) {
  return action_names[static_cast<std::size_t>(action)];
}
std::string_view name_of(PurposeKind kind) {
  return purpose_names[static_cast<std::size_t>(kind)];
}
std::string_view name_of(Depth depth) {
  return depth_names[static_cast<std::size_t>(depth)];
}
std::optional<UserRole> user_role_named(std::string_view name) {
  return named<UserRole>(role_names, name);
}
std::optional<PurposeKind> purpose_kind_named(std::string_view name) {
  return named<PurposeKind>(purpose_names, name);
}

std::string_view title_of(UserRole role) {
  return shipped_policy().role(role).title;
}
std::string_view title_of(PurposeKind kind) {
  return shipped_policy().purpose(kind).title;
}
std::string_view lawful_basis_of(PurposeKind kind) {
  return shipped_policy().purpose(kind).lawful_basis;
}
bool may(UserRole role, Action action) {
  return shipped_policy().may(role, action);
}
bool may(const Policy* policy, UserRole role, Action action) {
  return (policy != nullptr ? *policy : shipped_policy()).may(role, action);
}
bool suits(const Policy* policy, UserRole role, PurposeKind purpose) {
  return (policy != nullptr ? *policy : shipped_policy()).suits(role, purpose);
}
bool suits(UserRole role, PurposeKind purpose) {
  return shipped_policy().suits(role, purpose);
}

}  // namespace wider::access
