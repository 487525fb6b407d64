#include "web/site_account.hpp"

#include <qrencode.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "access/one_time_code.hpp"
#include "web/present.hpp"
#include "web/queries.hpp"
#include "web/site.hpp"

namespace wider::web {
namespace {

using access::Action;

std::string next_of(std::string_view given) {
  return safe_local_path(given);
}

// The token of a form that is sent before anybody is signed in stands in the form and in a cookie that another site's
// page cannot set or read.
Response with_form_token(const Visit& visit, std::string_view name, std::string_view title, Values values, int status) {
  const std::string_view known = visit.site.cookie(visit.request, form_cookie);
  const std::string token = known.size() == 64 ? std::string(known) : access::random_token();
  values.text("form_token", token);
  Response response = visit.site.page(visit, name, title, values, status);
  response.headers.emplace_back("Set-Cookie", visit.site.set_cookie(form_cookie, token));
  return response;
}

Response sign_in_page(const Visit& visit, std::string_view problem, std::string_view username, std::string_view next) {
  Values values;
  values.text("problem", problem).text("username", username).text("next", next_of(next));
  values.text("service", visit.site.pages().outside_service());
  values.text("service_query", next_of(next) == "/" ? "" : "&next=" + percent_encode(next_of(next)));
  return with_form_token(visit, "sign_in", problem.empty() ? "Sign in" : "Error: Sign in", values,
                         problem.empty() ? 200 : 403);
}

Response sign_in(const Visit& visit) {
  return sign_in_page(visit, "", "", visit.request.query_field("next"));
}

Response code_page(const Visit& visit, std::string_view problem, std::string_view next) {
  Values values;
  values.text("problem", problem).text("next", next_of(next));
  return with_form_token(visit, "sign_in_code", problem.empty() ? "Enter your code" : "Error: Enter your code", values,
                         problem.empty() ? 200 : 403);
}

Response code(const Visit& visit) {
  return code_page(visit, "", visit.request.query_field("next"));
}

}  // namespace

Response signed_in(const Visit& visit, const hub::SignIn& session, std::string_view next) {
  const std::string onward = session.viewer.must_change_password ? "/account/password"
                             : session.viewer.purpose            ? next_of(next)
                                                                 : "/purpose?next=" + percent_encode(next_of(next));
  // Who was signed in from this browser before is not any longer.
  if (!visit.token().empty() && visit.token() != session.token) visit.site.pages().sign_out(visit.token());
  Response response = redirect(onward);
  response.headers.emplace_back("Set-Cookie", visit.site.set_cookie(session_cookie, session.token));
  response.headers.emplace_back("Set-Cookie",
                                visit.site.set_cookie(device_cookie, session.device) + "; Max-Age=7776000");
  response.headers.emplace_back("Set-Cookie", visit.site.clear_cookie(form_cookie));
  response.headers.emplace_back("Set-Cookie", visit.site.clear_cookie(pending_cookie));
  return response;
}

namespace {

Response do_sign_in(const Visit& visit) {
  const std::string_view username = visit.request.form_field("username");
  const std::string_view next = visit.request.form_field("next");
  const std::string address = visit.site.address_of(visit.request);
  const auto session = visit.site.pages().sign_in(
      {username, visit.request.form_field("password"), {}, address, visit.site.cookie(visit.request, device_cookie)});
  if (!session) {
    if (session.error().code != ErrorCode::denied) return visit.site.refusal(visit, session.error());
    return sign_in_page(visit, session.error().message, username, next);
  }
  if (session->pending.empty()) return signed_in(visit, *session, next);
  Response response = code_page(visit, "", next);
  response.headers.emplace_back("Set-Cookie", visit.site.set_cookie(pending_cookie, session->pending));
  return response;
}

Response do_code(const Visit& visit) {
  const std::string_view next = visit.request.form_field("next");
  const std::string address = visit.site.address_of(visit.request);
  const auto session = visit.site.pages().finish_sign_in(visit.site.cookie(visit.request, pending_cookie),
                                                         visit.request.form_field("code"), address,
                                                         visit.site.cookie(visit.request, device_cookie));
  if (session) return signed_in(visit, *session, next);
  if (session.error().code != ErrorCode::denied) return visit.site.refusal(visit, session.error());
  return code_page(visit, session.error().message, next);
}

Response do_sign_out(const Visit& visit) {
  visit.site.pages().sign_out(visit.token());
  Response response = redirect("/signed-out");
  response.headers.emplace_back("Set-Cookie", visit.site.clear_cookie(session_cookie));
  response.headers.emplace_back("Clear-Site-Data", "\"cache\"");
  return response;
}

Response signed_out(const Visit& visit) {
  return visit.site.page(visit, "signed_out", "You have signed out", {});
}

std::string with_problem(std::string_view problem, std::string_view title) {
  return (problem.empty() ? "" : "Error: ") + std::string(title);
}

// What somebody typed is said on the page; anything else is the hub's refusal.
template <typename Page>
Response refused(const Visit& visit, const Error& error, const Page& page) {
  if (error.code == ErrorCode::usage || error.code == ErrorCode::already_there) return page(error.message);
  if (error.code == ErrorCode::denied && error.message != "purpose") return page(error.message);
  return visit.site.refusal(visit, error);
}

Response account_page(const Visit& visit, std::string_view problem) {
  const auto view = visit.site.pages().my_account(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  Values values;
  values.text("problem", problem).text("username", view->username).text("account_name", view->name);
  values.text("role_title", access::title_of(view->role)).text("agency_title", title_of(view->agency));
  values.flag("second_factor", view->second_factor).number("recovery_codes_left", view->recovery_codes_left);
  Values::List tokens;
  for (const auto& token : view->tokens) {
    std::string scope;
    for (const std::string& one : token.scope) scope += (scope.empty() ? "" : ", ") + one;
    Values row;
    row.text("token_number", std::to_string(token.number))
        .text("token_name", token.name)
        .text("expires", token.expires);
    row.text("token_purpose", token.purpose).text("scope", scope).flag("expired", token.expired);
    tokens.push_back(std::move(row));
  }
  values.list("tokens", std::move(tokens));
  Values::List scopes;
  for (const hub::TokenScope& scope : hub::token_scopes) {
    if (!access::may(view->role, scope.action)) continue;
    Values row;
    row.text("scope_name", scope.name).text("scope_title", scope.title);
    scopes.push_back(std::move(row));
  }
  values.list("scopes", std::move(scopes));
  Values::List kinds;
  for (std::size_t i = 0; i < access::purpose_kind_count; ++i) {
    const auto kind = static_cast<access::PurposeKind>(i);
    if (!access::suits(view->role, kind)) continue;
    Values row;
    row.text("kind", access::name_of(kind)).text("kind_title", access::title_of(kind));
    kinds.push_back(std::move(row));
  }
  values.list("kinds", std::move(kinds));
  return visit.site.page(visit, "account", with_problem(problem, "Your account"), values, problem.empty() ? 200 : 400);
}

Response account(const Visit& visit) {
  return account_page(visit, "");
}

Response password_page(const Visit& visit, std::string_view problem) {
  Values values;
  values.text("problem", problem).flag("first_password", visit.viewer().must_change_password);
  return visit.site.page(visit, "password", with_problem(problem, "Change your password"), values,
                         problem.empty() ? 200 : 400);
}

Response password(const Visit& visit) {
  return password_page(visit, "");
}

Response change_password(const Visit& visit) {
  const auto page = [&](std::string_view problem) { return password_page(visit, problem); };
  const std::string_view wanted = visit.request.form_field("new");
  if (wanted != visit.request.form_field("again")) return page("The new password was not typed the same way twice.");
  const auto changed = visit.site.pages().change_password(visit.token(), visit.request.form_field("old"), wanted);
  if (!changed) return refused(visit, changed.error(), page);
  return redirect(visit.viewer().purpose ? "/account" : "/purpose");
}

// A picture of the address that the app reads: one path of unit squares.
void add_picture(Values& values, const std::string& address) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(address.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), &QRcode_free);
  std::string path;
  const int width = code ? code->width : 0;
  for (int y = 0; y < width; ++y) {
    for (int x = 0; x < width; ++x) {
      if ((code->data[y * width + x] & 1U) != 0)
        path += "M" + std::to_string(x + 4) + " " + std::to_string(y + 4) + "h1v1h-1z";
    }
  }
  values.text("picture", path).text("picture_width", std::to_string(width + 8));
}

Response second_factor_page(const Visit& visit, std::string_view problem) {
  const auto secret = visit.site.pages().start_second_factor(visit.token());
  if (!secret) return visit.site.refusal(visit, secret.error());
  Values values;
  values.text("problem", problem).text("secret", secret->secret);
  add_picture(values, secret->address);
  return visit.site.page(visit, "second_factor", with_problem(problem, "Set up codes for signing in"), values,
                         problem.empty() ? 200 : 400);
}

Response second_factor(const Visit& visit) {
  return second_factor_page(visit, "");
}

Response confirm_second_factor(const Visit& visit) {
  const auto codes = visit.site.pages().confirm_second_factor(visit.token(), visit.request.form_field("password"),
                                                              visit.request.form_field("code"));
  if (!codes)
    return refused(visit, codes.error(), [&](std::string_view problem) { return second_factor_page(visit, problem); });
  Values values;
  Values::List list;
  for (const std::string& code : *codes) {
    Values row;
    row.text("code", code);
    list.push_back(std::move(row));
  }
  values.list("codes", std::move(list));
  return visit.site.page(visit, "recovery_codes", "Keep these recovery codes", values);
}

Response make_token(const Visit& visit) {
  const auto page = [&](std::string_view problem) { return account_page(visit, problem); };
  hub::NewToken wanted;
  wanted.name = visit.request.form_field("name");
  wanted.reference = visit.request.form_field("reference");
  wanted.purpose = access::purpose_kind_named(visit.request.form_field("purpose"));
  for (const hub::TokenScope& scope : hub::token_scopes) {
    if (!visit.request.form_field("scope-" + std::string(scope.name)).empty())
      wanted.scope |= 1U << static_cast<unsigned>(scope.action);
  }
  const std::string_view days = visit.request.form_field("days");
  const auto read = std::from_chars(days.data(), days.data() + days.size(), wanted.days);
  if (read.ec != std::errc() || read.ptr != days.data() + days.size()) return page("Write the days as a number.");
  const auto token = visit.site.pages().make_token(visit.token(), wanted);
  if (!token) return refused(visit, token.error(), page);
  Values values;
  values.text("token", *token);
  return visit.site.page(visit, "token_made", "Your new API token", values);
}

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Response close_token(const Visit& visit) {
  const auto number = number_in(visit.request.form_field("token"));
  if (!number) return account_page(visit, "There is no such token.");
  const auto closed = visit.site.pages().close_token(visit.token(), *number);
  if (!closed) return visit.site.refusal(visit, closed.error());
  return redirect("/account");
}

// Lists of what may be chosen, with what is chosen now.
void add_choices(Values& values, access::UserRole role, Agency agency) {
  Values::List roles;
  for (std::size_t i = 0; i < access::user_role_count; ++i) {
    const auto one = static_cast<access::UserRole>(i);
    Values row;
    row.text("value", access::name_of(one)).text("title_of", access::title_of(one)).flag("chosen", one == role);
    roles.push_back(std::move(row));
  }
  values.list("roles", std::move(roles));
  Values::List agencies;
  for (std::size_t i = 0; i < agency_count; ++i) {
    const auto one = static_cast<Agency>(i);
    Values row;
    row.text("value", name_of(one)).text("title_of", title_of(one)).flag("chosen", one == agency);
    agencies.push_back(std::move(row));
  }
  values.list("agencies", std::move(agencies));
}

Response people_page(const Visit& visit, std::string_view problem) {
  const auto lines = visit.site.pages().people(visit.viewer());
  if (!lines) return visit.site.refusal(visit, lines.error());
  Values values;
  values.text("problem", problem);
  Values::List list;
  for (const hub::PeopleLine& line : *lines) {
    Values row;
    row.text("number", std::to_string(line.number)).text("username", line.username).text("account_name", line.name);
    row.text("role_title", access::title_of(line.role)).text("agency_title", title_of(line.agency));
    row.flag("closed", line.closed).flag("second_factor", line.second_factor).flag("yours", line.yours);
    row.flag("outside_only", line.outside_only).flag("outside_known", !line.outside_name.empty());
    row.flag("first_password", line.first_password).flag("may_change", !line.closed && !line.yours);
    list.push_back(std::move(row));
  }
  values.list("people", std::move(list));
  for (const char* field : {"username", "name", "reason"}) {
    values.text("given_" + std::string(field), problem.empty() ? "" : visit.request.form_field(field));
  }
  add_choices(values, access::user_role_named(visit.request.form_field("role")).value_or(access::UserRole{}),
              agency_named(visit.request.form_field("agency")).value_or(Agency{}));
  return visit.site.page(visit, "people", with_problem(problem, "People and roles"), values,
                         problem.empty() ? 200 : 400);
}

Response people(const Visit& visit) {
  return people_page(visit, "");
}

std::optional<hub::PeopleChange> change_in(const Visit& visit) {
  hub::PeopleChange change;
  const auto role = access::user_role_named(visit.request.form_field("role"));
  const auto agency = agency_named(visit.request.form_field("agency"));
  if (!role || !agency) return std::nullopt;
  change.role = *role;
  change.agency = *agency;
  change.reason = visit.request.form_field("reason");
  change.outside_name = visit.request.form_field("outside");
  change.outside_only = !visit.request.form_field("outside-only").empty();
  return change;
}

Response first_password_page(const Visit& visit, std::string_view name, std::string_view password) {
  Values values;
  values.text("account_name", name).text("password", password);
  return visit.site.page(visit, "first_password", "First password", values);
}

Response add_person(const Visit& visit) {
  const auto page = [&](std::string_view problem) { return people_page(visit, problem); };
  const auto change = change_in(visit);
  if (!change) return page("Choose a role and an agency.");
  const std::string_view name = visit.request.form_field("name");
  const auto password =
      visit.site.pages().add_person(visit.viewer(), visit.request.form_field("username"), name, *change);
  if (!password) return refused(visit, password.error(), page);
  return first_password_page(visit, name, *password);
}

Response person_account_page(const Visit& visit, std::string_view problem) {
  const auto lines = visit.site.pages().people(visit.viewer());
  if (!lines) return visit.site.refusal(visit, lines.error());
  const auto number = number_in(visit.part("number"));
  const auto line = std::ranges::find_if(*lines, [&](const auto& one) { return number == one.number; });
  if (line == lines->end() || line->closed || line->yours)
    return visit.site.error_page(visit, 404, "Not found", "There is no account here that you may change.");
  Values values;
  values.text("problem", problem).text("number", std::to_string(line->number)).text("username", line->username);
  values.text("account_name", line->name).text("outside", line->outside_name);
  values.flag("outside_only", line->outside_only);
  values.text("given_reason", visit.request.form_field("reason"));
  add_choices(values, line->role, line->agency);
  return visit.site.page(visit, "account_of", with_problem(problem, "Change an account"), values,
                         problem.empty() ? 200 : 400);
}

Response person_account(const Visit& visit) {
  return person_account_page(visit, "");
}

Response change_person(const Visit& visit) {
  const auto page = [&](std::string_view problem) { return person_account_page(visit, problem); };
  const auto number = number_in(visit.part("number"));
  if (!number) return visit.site.error_page(visit, 404, "Not found", "There is no such account.");
  const std::string_view what = visit.request.form_field("do");
  const std::string_view reason = visit.request.form_field("reason");
  if (what == "reset") {
    const auto password = visit.site.pages().reset_person(visit.viewer(), *number, reason);
    if (!password) return refused(visit, password.error(), page);
    return first_password_page(visit, "", *password);
  }
  if (what == "close") {
    const auto closed = visit.site.pages().close_person(visit.viewer(), *number, reason);
    if (!closed) return refused(visit, closed.error(), page);
    return redirect("/people-and-roles");
  }
  auto change = change_in(visit);
  if (what != "change" || !change) return page("Choose what to do, a role and an agency.");
  change->number = *number;
  const auto changed = visit.site.pages().change_person(visit.viewer(), *change);
  if (!changed) return refused(visit, changed.error(), page);
  return redirect("/people-and-roles");
}

}  // namespace

std::vector<Route> account_routes() {
  const auto get = Method::get;
  const auto post = Method::post;
  return {
      {get, "/sign-in", Everybody{}, sign_in},
      {post, "/sign-in", Everybody{}, do_sign_in},
      {get, "/sign-in/code", Everybody{}, code},
      {post, "/sign-in/code", Everybody{}, do_code},
      {get, "/signed-out", Everybody{}, signed_out},
      {post, "/sign-out", SignedIn{}, do_sign_out},
      {get, "/account", SignedIn{}, account},
      {get, "/account/password", SignedIn{}, password},
      {post, "/account/password", SignedIn{}, change_password},
      {get, "/account/second-factor", SignedIn{}, second_factor},
      {post, "/account/second-factor", SignedIn{}, confirm_second_factor},
      {post, "/account/token", SignedIn{}, make_token},
      {post, "/account/token/close", SignedIn{}, close_token},
      {get, "/people-and-roles", Action::administer, people},
      {post, "/people-and-roles", Action::administer, add_person},
      {get, "/people-and-roles/{number}", Action::administer, person_account},
      {post, "/people-and-roles/{number}", Action::administer, change_person},
  };
}

}  // namespace wider::web
