// Signing in at the partnership's sign-in service: on the way there, and back.
// Thread safety: free functions; the routes are made once.
#pragma once

#include <vector>

#include "web/router.hpp"

namespace wider::web {

[[nodiscard]] std::vector<Route> outside_routes();

}  // namespace wider::web
