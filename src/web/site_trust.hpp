// The pages that show that the hub is used lawfully (site_routes.cpp lists them).
// Thread safety: pure functions of the visit.
#pragma once

#include <vector>

#include "web/router.hpp"

namespace wider::web {

[[nodiscard]] std::vector<Route> trust_routes();

}  // namespace wider::web
