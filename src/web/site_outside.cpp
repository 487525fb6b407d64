#include "web/site_outside.hpp"

#include "access/one_time_code.hpp"
#include "web/site.hpp"
#include "web/site_account.hpp"

namespace wider::web {
namespace {

Response problem_page(const Visit& visit, int status, std::string_view heading, std::string_view says,
                      std::string_view unknown) {
  Values values;
  values.text("heading", heading).text("says", says).text("unknown", unknown);
  values.text("service", visit.site.pages().outside_service());
  return visit.site.page(visit, "outside_problem", heading, values, status);
}

Response problem_of(const Visit& visit, const Error& error) {
  if (error.code == ErrorCode::not_found)
    return visit.site.error_page(visit, 404, "Page not found",
                                 "This site has no sign-in service. Sign in with a password.");
  if (error.code == ErrorCode::unavailable) {
    return problem_page(visit, 503, "The sign-in service does not answer",
                        "Try again in a minute. Who has a password for this site can sign in with it meanwhile.", "");
  }
  if (error.code == ErrorCode::denied) return problem_page(visit, 403, "You are not signed in", error.message, "");
  return visit.site.refusal(visit, error);
}

// A link leads here, not a form: the policy of the pages (form-action) keeps forms on this site.
// It carries the token of the sign-in page: another site cannot have somebody signed in who did not ask for it.
Response to_service(const Visit& visit) {
  const std::string next = safe_local_path(visit.request.query_field("next"));
  if (!access::same_secret(visit.request.query_field("form"), visit.site.cookie(visit.request, form_cookie)))
    return redirect(next == "/" ? "/sign-in" : "/sign-in?next=" + percent_encode(next));
  const auto started = visit.site.pages().begin_outside(visit.site.address_of(visit.request), next);
  if (!started) return problem_of(visit, started.error());
  Response response = redirect(started->address);
  response.headers.emplace_back("Set-Cookie",
                                visit.site.set_cookie(outside_cookie, started->browser) + "; Max-Age=600");
  return response;
}

Response back(const Visit& visit) {
  const Request& request = visit.request;
  const std::string address = visit.site.address_of(request);
  const auto session = visit.site.pages().finish_outside({request.query_field("state"), request.query_field("code"),
                                                          request.query_field("error"), request.query_field("iss"),
                                                          visit.site.cookie(request, outside_cookie), address,
                                                          visit.site.cookie(request, device_cookie)});
  if (!session) return problem_of(visit, session.error());
  if (!session->unknown.empty()) {
    return problem_page(visit, 403, "You are not known here yet",
                        "The sign-in service knows you, but no account of this site has your name there.",
                        session->unknown);
  }
  Response response;
  if (session->pending.empty()) {
    response = signed_in(visit, *session, session->next);
  } else {
    // On to an address without what the service sent.
    response = redirect("/sign-in/code?next=" + percent_encode(safe_local_path(session->next)));
    response.headers.emplace_back("Set-Cookie", visit.site.set_cookie(pending_cookie, session->pending));
  }
  response.headers.emplace_back("Set-Cookie", visit.site.clear_cookie(outside_cookie));
  return response;
}

}  // namespace

std::vector<Route> outside_routes() {
  return {{Method::get, "/sign-in/service", Everybody{}, to_service, true},
          {Method::get, "/sign-in/service/back", Everybody{}, back, true}};
}

}  // namespace wider::web
