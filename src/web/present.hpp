// From the hub's views to the values of templates: names only, no rule.
#pragma once

#include "hub/views.hpp"
#include "web/values.hpp"

namespace wider::web {

[[nodiscard]] Values present(const hub::DutyLine& duty);
[[nodiscard]] Values present(const hub::FindingLine& finding);
[[nodiscard]] Values present(const hub::FindingsView& findings);
[[nodiscard]] Values present(const hub::HomeView& home);
[[nodiscard]] Values present(const hub::SearchView& search);
[[nodiscard]] Values present(const hub::PersonView& person);
[[nodiscard]] Values present(const hub::FindingView& finding);
[[nodiscard]] Values present(const hub::ExplainView& explain);
[[nodiscard]] Values present(const hub::ReviewLine& line);
[[nodiscard]] Values present(const hub::ReviewView& review);
[[nodiscard]] Values present(const hub::HeldBackView& held_back);
[[nodiscard]] Values present(const hub::GovernanceView& governance);
[[nodiscard]] Values present_look(const hub::LookLine& look);

// The address that explains why two mentions are, or are not, one person.
[[nodiscard]] std::string explain_address(std::string_view left, std::string_view right);
// "P12|Name" → person and name; without the bar, a name alone.
[[nodiscard]] Values present_named(std::string_view id_and_name);
[[nodiscard]] Values::List present_texts(const std::vector<std::string>& texts);  // each under "text"

}  // namespace wider::web
