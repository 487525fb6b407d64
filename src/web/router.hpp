// Routes: which request goes to which handler, and what somebody must be to get there. A route cannot be made without
// saying its gate, so that no page is open by being forgotten.
// Thread safety: built once, then read only.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "access/access.hpp"
#include "web/http.hpp"

namespace wider::web {

struct Everybody {};  // without a session: signing in, whether the server lives
struct SignedIn {};   // any role: choosing a purpose, signing out
using Gate = std::variant<Everybody, SignedIn, access::Action>;

struct Visit;  // site.hpp: the request with who asks
using Handler = std::function<Response(const Visit&)>;

struct Route {
  Method method;
  std::string pattern;  // "/person/{id}": {…} is one part of the path and never empty
  Gate gate;
  Handler handler;
  bool slow = false;  // it waits for another server: never on a thread that others' pages need
};

struct Match {
  const Route* route = nullptr;  // none: no such page
  Fields parts;                  // what stood for each {…}
  bool other_method = false;     // the page is there, but not for this method
};

class Router {
 public:
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}
  [[nodiscard]] Match match(Method method, std::string_view path) const;
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace wider::web
