// The pages on which somebody signs in, looks after their own account, or after everybody's.
#pragma once

#include <vector>

#include "web/router.hpp"

namespace wider::web {

[[nodiscard]] std::vector<Route> account_routes();

}  // namespace wider::web
