#include "web/site.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "access/one_time_code.hpp"
#include "base/check.hpp"
#include "web/api.hpp"

namespace wider::web {
namespace {

// Scripts and styles only from this site and never inline; nothing may frame a page; addresses are not passed on.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> security_headers = {{
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
     "base-uri 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
}};

Response plain(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = text;
  return response;
}

// A form sent from another site's page carries that site's origin. No header: an old browser or a program, and the
// token decides alone.
bool of_this_site(const Request& request) {
  if (request.origin.empty()) return true;
  const std::size_t at = request.origin.find("://");
  return at != std::string::npos && request.origin.substr(at + 3) == request.host;
}

// A page's session is never a program's token: that one has no secret for forms.
std::string_view session_token(const Site& site, const Request& request) {
  const std::string_view token = site.cookie(request, session_cookie);
  return token.starts_with(hub::api_token_start) ? std::string_view() : token;
}

Values frame_values(const Site& site, const Visit& visit) {
  Values values;
  values.text("assets_version", site.assets().version());
  const bool signed_in = visit.session != nullptr;
  values.flag("signed_in", signed_in);
  const hub::Viewer viewer = signed_in ? visit.viewer() : hub::Viewer{};
  const hub::PageFrame frame = site.pages().frame(viewer);
  values.text("not_shown", frame.not_shown).flag("may_open_sealed", signed_in && frame.may_open_sealed);
  values.flag("simulated", frame.simulated).text("duty_desk", frame.duty_desk).text("data_good_to", frame.data_good_to);
  values.number("findings_waiting", frame.findings_waiting).flag("findings_waiting_one", frame.findings_waiting == 1);
  values.text("viewer_name", viewer.name).text("viewer_role", access::title_of(viewer.role));
  values.text("viewer_agency", title_of(viewer.agency));
  values.text("purpose", viewer.purpose ? access::title_of(*viewer.purpose) : "");
  values.text("purpose_reference", viewer.purpose_reference);
  // Where to come back to after choosing a purpose; a search cannot be sent again for somebody.
  values.text("here", percent_encode(visit.request.path));
  values.text("csrf", signed_in ? visit.session->csrf : "");
  using access::Action;
  const auto may = [&](Action action) { return signed_in && hub::may(viewer, action); };
  values.flag("header_search", may(Action::search)).flag("may_findings", may(Action::findings));
  values.flag("may_act", may(Action::act_on_finding)).flag("may_explain", may(Action::explain_link));
  values.flag("may_decide_link", may(Action::decide_link));
  values.flag("may_held_back", may(Action::held_back)).flag("may_governance", may(Action::governance));
  values.number("emergencies_waiting", frame.emergencies_waiting);
  values.flag("may_evidence", may(Action::person)).flag("may_concern", may(Action::concern));
  values.flag("may_administer", may(Action::administer));
  values.flag("may_person", may(Action::person)).flag("may_finding", may(Action::finding));
  for (const std::string_view area :
       {"home", "findings", "review", "held-back", "governance", "sealed", "evidence", "people-and-roles", "account"}) {
    values.flag("at_" + std::string(area), visit.request.path == (area == "home" ? "/" : "/" + std::string(area)));
  }
  return values;
}

}  // namespace

const hub::Viewer& Visit::viewer() const {
  CHECK(session != nullptr);
  return session->viewer;
}

std::string_view Visit::part(std::string_view name) const {
  const auto at = parts.find(name);
  return at == parts.end() ? std::string_view() : std::string_view(at->second);
}

std::string_view Visit::token() const {
  return site.cookie(request, session_cookie);
}

Response redirect(std::string_view path) {
  Response response;
  response.status = 303;
  response.content_type = "text/plain; charset=utf-8";
  response.headers.emplace_back("Location", path);
  return response;
}

Site::Site(hub::Pages& pages, Assets assets, Templates templates, SiteOptions options)
    : pages_(pages),
      assets_(std::move(assets)),
      templates_(std::move(templates)),
      options_(std::move(options)),
      router_(all_routes()) {}

Result<std::unique_ptr<Site>> Site::make(hub::Pages& pages, Assets assets, SiteOptions options) {
  auto templates = Templates::load(embedded_templates());
  if (!templates) return std::unexpected(templates.error());
  return std::unique_ptr<Site>(new Site(pages, std::move(assets), std::move(*templates), std::move(options)));
}

Response Site::handle(const Request& request) const {
  const auto start = std::chrono::steady_clock::now();
  Response response = answer(request);
  const Served served{request.method == Method::post, response.route, response.status,
                      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                      response.body.size()};
  metrics_.count(served);
  if (options_.log) options_.log(log_line(served));
  for (const auto& [name, value] : security_headers) response.headers.emplace_back(name, value);
  // A browser that has been here once comes back over TLS alone (RFC 6797).
  if (options_.behind_tls)
    response.headers.emplace_back("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
  response.headers.emplace_back("Cache-Control",
                                response.may_be_cached ? "public, max-age=31536000, immutable" : "no-store");
  return response;
}

bool Site::slow(const Request& request) const {
  const Match match = router_.match(request.method, request.path);
  return match.route != nullptr && match.route->slow;
}

Response Site::answer(const Request& request) const {
  // Assets carry no personal data: they need no session and are answered before anything else is asked.
  constexpr std::string_view assets_path = "/assets/";
  if (request.method == Method::get && request.path.starts_with(assets_path)) {
    Response asset = assets_.serve(std::string_view(request.path).substr(assets_path.size()));
    asset.route = assets_path;
    return asset;
  }
  const Match match = router_.match(request.method, request.path);
  if (match.route != nullptr || request.path.starts_with(api_prefix)) {
    Response response =
        request.path.starts_with(api_prefix) ? through_api_gate(request, match) : through_gate(request, match);
    if (match.route != nullptr) response.route = match.route->pattern;
    return response;
  }
  // Somebody who is signed in keeps the frame with its links also on a page that is not there.
  const std::string_view token = session_token(*this, request);
  const auto session = token.empty() ? failure(ErrorCode::not_found, "") : pages_.session(token);
  const Visit visit{*this, request, match.parts, session ? &*session : nullptr};
  if (match.other_method) {
    return error_page(visit, 405, "This page cannot be used like that",
                      "Go back and use the button or link on the page.");
  }
  return error_page(visit, 404, "Page not found", "If you typed the address, check that it is right.");
}

Response Site::through_gate(const Request& request, const Match& match) const {
  const Visit stranger{*this, request, match.parts, nullptr};
  const bool post = request.method == Method::post;
  if (post && !of_this_site(request)) {
    return error_page(stranger, 403, "The form did not come from this site",
                      "Open the page again and send the form from there.");
  }
  constexpr std::string_view stale =
      "The page was open for too long, or was sent twice. Open it again and try once more.";
  if (std::holds_alternative<Everybody>(match.route->gate)) {
    if (post && !access::same_secret(request.form_field("csrf"), cookie(request, form_cookie))) {
      return error_page(stranger, 403, "The form has gone out of date", stale);
    }
    return match.route->handler(stranger);
  }
  const std::string_view token = session_token(*this, request);
  const auto session = token.empty() ? failure(ErrorCode::not_found, "") : pages_.session(token);
  if (!session) {
    // A page that was asked for is reached again after signing in; a form that was sent is not sent again.
    return redirect(post || request.path == "/" ? "/sign-in" : "/sign-in?next=" + percent_encode(request.path));
  }
  const Visit visit{*this, request, match.parts, &*session};
  const auto* action = std::get_if<access::Action>(&match.route->gate);
  if (action != nullptr && session->viewer.must_change_password) return redirect("/account/password");
  if (action != nullptr && !hub::may(session->viewer, *action)) {
    // A refusal is entered before it is told.
    if (const auto entered = pages_.refused(session->viewer, *action); !entered) return refusal(visit, entered.error());
    return error_page(visit, 403, "Your role does not use this page",
                      "If you need it for your work, ask the partnership's administrator.");
  }
  if (post && !access::same_secret(request.form_field("csrf"), session->csrf)) {
    return error_page(visit, 403, "The form has gone out of date", stale);
  }
  return match.route->handler(visit);
}

// The same checks in the same order. No cookie is looked at, so there is no form token to check.
Response Site::through_api_gate(const Request& request, const Match& match) const {
  if (match.route == nullptr) {
    return match.other_method ? api_error(405, "method", "This is not done with this method.")
                              : api_error(404, "not-found", "There is no such address. See /api/v1/openapi.json.");
  }
  if (std::holds_alternative<Everybody>(match.route->gate)) {
    return match.route->handler(Visit{*this, request, match.parts, nullptr});
  }
  const std::string_view token = bearer_token(request);
  const auto session = token.empty() ? failure(ErrorCode::not_found, "") : pages_.session(token);
  if (!session) return api_error(401, "sign-in", "Sign in first: POST /api/v1/session.");
  const auto* action = std::get_if<access::Action>(&match.route->gate);
  if (action != nullptr && session->viewer.must_change_password)
    return api_error(403, "password", "Change your first password on the site, then come back.");
  if (action != nullptr && !hub::may(session->viewer, *action)) {
    if (const auto entered = pages_.refused(session->viewer, *action); !entered) return api_refusal(entered.error());
    return api_error(403, "denied", "Your role or your token does not reach this.");
  }
  return match.route->handler(Visit{*this, request, match.parts, &*session});
}

Response Site::page(const Visit& visit, std::string_view name, std::string_view title, const Values& values,
                    int status) const {
  Values whole = frame_values(*this, visit);
  whole.text("title", title);
  whole.merge(values);
  auto html = templates_.render_in_layout(name, whole);
  // The message names a template and a key, nothing of a person; the tests render every page so that it never happens.
  if (!html) return plain(500, "This page could not be made: " + html.error().message + "\n");
  Response response;
  response.status = status;
  response.body = std::move(*html);
  return response;
}

Response Site::error_page(const Visit& visit, int status, std::string_view title, std::string_view says) const {
  Values values;
  values.text("heading", title).text("says", says);
  return page(visit, "error", title, values, status);
}

Response Site::refusal(const Visit& visit, const Error& error) const {
  switch (error.code) {
    case ErrorCode::denied:
      if (error.message == "purpose") return redirect("/purpose?next=" + percent_encode(visit.request.path));
      return error_page(visit, 403, "You may not see this", error.message);
    case ErrorCode::not_found:
      return error_page(
          visit, 404, "Not found",
          "There is nothing here that you may see. It may have been joined with another record or taken back.");
    case ErrorCode::usage:
    case ErrorCode::malformed:
      return error_page(visit, 400, "That could not be done", error.message);
    case ErrorCode::locked:
    case ErrorCode::unavailable:
      return error_page(visit, 503, "Not available just now", "Try again in a minute. Nothing was lost or changed.");
    default:
      return error_page(visit, 500, "Something went wrong",
                        "Nothing was changed. Tell the partnership's administrator.");
  }
}

std::string Site::address_of(const Request& request) const {
  std::string_view address = request.peer;
  if (options_.behind_tls && !request.forwarded_for.empty()) {
    // The last one is what our own proxy saw; what stands before it anybody may have written.
    const std::string_view all = request.forwarded_for;
    const std::size_t comma = all.rfind(',');
    address = comma == std::string_view::npos ? all : all.substr(comma + 1);
    while (address.starts_with(' ')) address.remove_prefix(1);
  }
  address = address.substr(0, 64);
  if (std::ranges::count(address, ':') < 2) return std::string(address);
  std::array<unsigned char, 16> six{};
  if (inet_pton(AF_INET6, std::string(address).c_str(), six.data()) != 1) return std::string(address);
  std::string network;
  for (std::size_t i = 0; i < 8; ++i) network += fmt::format("{:02x}", six[i]);  // one household's or office's
  return network;
}

// Behind TLS a cookie's name begins so that no other host of the domain, and nobody on the way, can set it (RFC
// 6265bis).
std::string Site::cookie_name(std::string_view name) const {
  return (options_.behind_tls ? "__Host-" : "") + std::string(name);
}

std::string_view Site::cookie(const Request& request, std::string_view name) const {
  return request.cookie(cookie_name(name));
}

std::string Site::set_cookie(std::string_view name, std::string_view value) const {
  return cookie_name(name) + "=" + std::string(value) + "; Path=/; HttpOnly; SameSite=Lax" +
         (options_.behind_tls ? "; Secure" : "");
}

std::string Site::clear_cookie(std::string_view name) const {
  return set_cookie(name, "") + "; Max-Age=0";
}

}  // namespace wider::web
