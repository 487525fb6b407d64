// The roles, their pages and the purposes under which each may work. Two tables: whoever changes one changes the law of
// the site, so each row stands in full.
#include <array>
#include <initializer_list>

#include "access/access.hpp"

namespace wider::access {
namespace {

struct Names {
  std::string_view name;
  std::string_view title;
};
constexpr std::array<Names, user_role_count> role_names = {{
    {"social-worker", "Social worker"},
    {"police-analyst", "Police intelligence analyst"},
    {"safeguarding-nurse", "Health safeguarding nurse"},
    {"safeguarding-lead", "Designated safeguarding lead"},
    {"prosecutor", "Prosecutor"},
    {"review-author", "Review author"},
    {"chair", "Partnership chair"},
    {"governance-officer", "Information governance officer"},
    {"data-engineer", "Data engineer"},
    {"licensing-officer", "Licensing officer"},
}};

struct Purpose {
  std::string_view name;
  std::string_view title;
  std::string_view lawful_basis;
};
constexpr std::array<Purpose, purpose_kind_count> purposes = {{
    {"child-protection-enquiry", "Child protection enquiry", "Children Act 1989, section 47"},
    {"assessment", "Assessment of a child in need", "Children Act 1989, section 17"},
    {"strategy-discussion", "Strategy discussion",
     "Children Act 1989, section 47, and Working Together to Safeguard Children"},
    {"crime-investigation", "Investigation of a crime", "Data Protection Act 2018, Part 3 (law enforcement)"},
    {"health-safeguarding", "Safeguarding by a health body", "Children Act 2004, section 11"},
    {"education-safeguarding", "Safeguarding by a school or college", "Education Act 2002, section 175"},
    {"case-review", "Review of a case", "Children Act 2004, sections 16E and 16F"},
    {"governance", "Information governance", "UK GDPR, articles 5(2) and 24"},
    {"administration", "Administration of the hub", "UK GDPR, articles 28 and 32"},
}};

constexpr std::uint32_t bit(std::size_t index) {
  return 1U << index;
}

constexpr std::uint32_t bits(std::initializer_list<Action> actions) {
  std::uint32_t set = 0;
  for (const Action action : actions) set |= bit(static_cast<std::size_t>(action));
  return set;
}

constexpr std::uint32_t bits(std::initializer_list<PurposeKind> kinds) {
  std::uint32_t set = 0;
  for (const PurposeKind kind : kinds) set |= bit(static_cast<std::size_t>(kind));
  return set;
}

constexpr auto practitioner = bits({Action::home, Action::search, Action::person, Action::findings, Action::finding,
                                    Action::act_on_finding, Action::explain_link, Action::decide_link});

struct RoleRow {
  std::uint32_t actions;
  std::uint32_t purposes;
};
using PK = PurposeKind;
constexpr std::array<RoleRow, user_role_count> role_rows = {{
    /* social_worker      */ {practitioner,
                              bits({PK::child_protection_enquiry, PK::assessment, PK::strategy_discussion})},
    /* police_analyst     */
    {practitioner, bits({PK::child_protection_enquiry, PK::strategy_discussion, PK::crime_investigation})},
    /* safeguarding_nurse */
    {practitioner, bits({PK::child_protection_enquiry, PK::strategy_discussion, PK::health_safeguarding})},
    /* safeguarding_lead  */
    {practitioner, bits({PK::child_protection_enquiry, PK::strategy_discussion, PK::education_safeguarding})},
    /* prosecutor         */
    {bits({Action::home, Action::search, Action::person, Action::explain_link}), bits({PK::crime_investigation})},
    /* review_author      */
    {bits({Action::home, Action::search, Action::person, Action::findings, Action::finding, Action::explain_link}),
     bits({PK::case_review})},
    /* chair              */ {bits({Action::home}), bits({PK::case_review, PK::governance})},
    /* governance_officer */ {bits({Action::home, Action::governance, Action::administer}), bits({PK::governance})},
    /* data_engineer      */
    {bits({Action::home, Action::explain_link, Action::held_back}), bits({PK::administration})},
    /* licensing_officer  */
    {bits({Action::home, Action::search, Action::person}),
     bits({PK::child_protection_enquiry, PK::strategy_discussion})},
}};

}  // namespace

std::string_view name_of(UserRole role) {
  return role_names[static_cast<std::size_t>(role)].name;
}
std::string_view title_of(UserRole role) {
  return role_names[static_cast<std::size_t>(role)].title;
}

std::optional<UserRole> user_role_named(std::string_view name) {
  for (std::size_t i = 0; i < role_names.size(); ++i) {
    if (role_names[i].name == name) return static_cast<UserRole>(i);
  }
  return std::nullopt;
}

bool may(UserRole role, Action action) {
  return (role_rows[static_cast<std::size_t>(role)].actions & bit(static_cast<std::size_t>(action))) != 0;
}

std::string_view name_of(PurposeKind kind) {
  return purposes[static_cast<std::size_t>(kind)].name;
}
std::string_view title_of(PurposeKind kind) {
  return purposes[static_cast<std::size_t>(kind)].title;
}
std::string_view lawful_basis_of(PurposeKind kind) {
  return purposes[static_cast<std::size_t>(kind)].lawful_basis;
}

std::optional<PurposeKind> purpose_kind_named(std::string_view name) {
  for (std::size_t i = 0; i < purposes.size(); ++i) {
    if (purposes[i].name == name) return static_cast<PurposeKind>(i);
  }
  return std::nullopt;
}

bool suits(UserRole role, PurposeKind purpose) {
  return (role_rows[static_cast<std::size_t>(role)].purposes & bit(static_cast<std::size_t>(purpose))) != 0;
}

}  // namespace wider::access
