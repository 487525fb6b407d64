// The pages for signing in, one's own account, and who may sign in.
// Thread safety: free functions; the routes are made once.
#pragma once

#include <string_view>
#include <vector>

#include "hub/account_pages.hpp"
#include "web/router.hpp"

namespace wider::web {

[[nodiscard]] std::vector<Route> account_routes();

// For every way of signing in: the session's cookies, on the way to the page that was asked for.
[[nodiscard]] Response signed_in(const Visit& visit, const hub::SignIn& session, std::string_view next);

}  // namespace wider::web
