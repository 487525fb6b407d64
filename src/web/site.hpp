// Site: from a request to a page. One way in for every request: find the route, find the session, check the role, check
// the form token, call the handler; the handlers (site_*.cpp) translate to one call of hub::Pages and back to a
// template. No rule of the domain is here, and nothing of a request is ever logged.
// Thread safety: handle may be called from any thread.
#pragma once

#include <functional>
#include <memory>

#include "hub/pages.hpp"
#include "web/assets.hpp"
#include "web/metrics.hpp"
#include "web/router.hpp"
#include "web/templates.hpp"

namespace wider::web {

class Site;

// A request that passed the gate. `session` is null only on routes open to everybody.
struct Visit {
  const Site& site;
  const Request& request;
  const Fields& parts;  // of the path
  const hub::SessionView* session = nullptr;

  [[nodiscard]] const hub::Viewer& viewer() const;
  [[nodiscard]] std::string_view part(std::string_view name) const;
  [[nodiscard]] std::string_view token() const;  // of the session
};

struct SiteOptions {
  bool behind_tls = false;                              // cookies are marked Secure
  std::function<void(std::string_view line)> log = {};  // each request as a line of JSON; empty: nothing is logged
};

class Site {
 public:
  // malformed: a template is broken (a bug of this program).
  static Result<std::unique_ptr<Site>> make(hub::Pages& pages, Assets assets, SiteOptions options);

  [[nodiscard]] Response handle(const Request& request) const;
  // Whether handle() waits for another server.
  [[nodiscard]] bool slow(const Request& request) const;
  [[nodiscard]] const Router& router() const { return router_; }

  // For the handlers.
  [[nodiscard]] hub::Pages& pages() const { return pages_; }
  [[nodiscard]] const Assets& assets() const { return assets_; }
  [[nodiscard]] const Metrics& metrics() const { return metrics_; }
  // The template as a whole page, with the frame that every page has.
  [[nodiscard]] Response page(const Visit& visit, std::string_view name, std::string_view title, const Values& values,
                              int status = 200) const;
  // What an Error of the hub becomes: a redirect to the purpose page, 403, 404, 400 or 503.
  [[nodiscard]] Response refusal(const Visit& visit, const Error& error) const;
  [[nodiscard]] Response error_page(const Visit& visit, int status, std::string_view title,
                                    std::string_view says) const;
  // What the browser sent of a cookie that set_cookie gave it.
  [[nodiscard]] std::string_view cookie(const Request& request, std::string_view name) const;
  [[nodiscard]] std::string set_cookie(std::string_view name, std::string_view value) const;  // of a Set-Cookie header
  [[nodiscard]] std::string clear_cookie(std::string_view name) const;
  // Whence the request comes, as guesses are counted: behind a proxy what the proxy says, and of IPv6 the network.
  [[nodiscard]] std::string address_of(const Request& request) const;

 private:
  [[nodiscard]] std::string cookie_name(std::string_view name) const;
  Site(hub::Pages& pages, Assets assets, Templates templates, SiteOptions options);
  [[nodiscard]] Response answer(const Request& request) const;
  [[nodiscard]] Response through_gate(const Request& request, const Match& match) const;
  [[nodiscard]] Response through_api_gate(const Request& request, const Match& match) const;

  hub::Pages& pages_;
  Assets assets_;
  Templates templates_;
  SiteOptions options_;
  mutable Metrics metrics_;
  Router router_;
};

inline constexpr std::string_view session_cookie = "wider_session";
inline constexpr std::string_view pending_cookie = "wider_pending";  // between the password and the code
inline constexpr std::string_view device_cookie = "wider_device";    // somebody signed in from this browser
inline constexpr std::string_view outside_cookie = "wider_outside";  // who began a sign-in at the service
inline constexpr std::string_view form_cookie = "wider_form";  // before signing in: its value stands in the form too

[[nodiscard]] Response redirect(std::string_view path);
[[nodiscard]] std::vector<Route> all_routes();  // site_routes.cpp

}  // namespace wider::web
