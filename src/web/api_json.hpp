// From the hub's views to JSON: the same values as the pages show, under the names that openapi.json declares.
// Thread safety: pure functions.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "hub/views.hpp"

namespace wider::web {

[[nodiscard]] nlohmann::json to_json(const hub::HomeView& home);
[[nodiscard]] nlohmann::json to_json(const hub::SearchView& search);
[[nodiscard]] nlohmann::json to_json(const hub::PersonView& person);
[[nodiscard]] nlohmann::json chronology_json(const hub::PersonView& person);
[[nodiscard]] nlohmann::json network_json(const hub::PersonView& person);
[[nodiscard]] nlohmann::json to_json(const hub::FindingsView& findings);
[[nodiscard]] nlohmann::json to_json(const hub::ReviewView& review);
[[nodiscard]] nlohmann::json to_json(const hub::FindingView& finding);

}  // namespace wider::web
