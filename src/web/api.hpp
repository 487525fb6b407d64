// The JSON API, /api/v1: the same reads as the pages, through the same calls of hub::Pages, so with the same checks and
// the same entries in the ledger. openapi.json describes it; a test holds the two together.
// A caller signs in with a name and a password, chooses a purpose, and sends the token as "Authorization: Bearer …"
// with each request; cookies are not looked at, so that no other site's page can ask in somebody's name. What names a
// person (a search, a password) comes in a body and never in an address. Thread safety: free functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "web/router.hpp"

namespace wider::web {

inline constexpr std::string_view api_prefix = "/api/v1/";

[[nodiscard]] std::vector<Route> api_routes();
// {"error": …, "message": …}
[[nodiscard]] Response api_error(int status, std::string_view error, std::string_view message);
// What an Error of the hub becomes.
[[nodiscard]] Response api_refusal(const Error& error);
// The token of "Authorization: Bearer TOKEN"; "" when there is none.
[[nodiscard]] std::string_view bearer_token(const Request& request);

}  // namespace wider::web
