#include "web/api.hpp"

#include <nlohmann/json.hpp>

#include "base/date.hpp"
#include "base/embedded.hpp"
#include "web/api_json.hpp"
#include "web/queries.hpp"
#include "web/site.hpp"

extern const std::vector<wider::EmbeddedFile> web_api_files;

namespace wider::web {
namespace {

using access::Action;
using nlohmann::json;

Response json_response(const json& value, int status = 200) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  return response;
}

// The body as an object of texts; what is missing is "". nullopt: it is no such object.
std::optional<Fields> body_fields(const Request& request) {
  const json body = json::parse(request.body, nullptr, false);
  if (!body.is_object()) return std::nullopt;
  Fields fields;
  for (const auto& [name, value] : body.items()) {
    if (!value.is_string()) return std::nullopt;
    fields.emplace(name, value.get<std::string>());
  }
  return fields;
}

std::string_view field(const Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  return at == fields.end() ? std::string_view() : std::string_view(at->second);
}

Response malformed_body() {
  return api_error(400, "malformed", "Send a JSON object whose values are texts.");
}

Response open_session(const Visit& visit) {
  const auto body = body_fields(visit.request);
  if (!body) return malformed_body();
  const std::string address = visit.site.address_of(visit.request);
  const auto session = visit.site.pages().sign_in(
      {field(*body, "username"), field(*body, "password"), field(*body, "code"), address, {}});
  if (!session && session.error().code == ErrorCode::denied) return api_error(401, "sign-in", session.error().message);
  if (!session) return api_refusal(session.error());
  if (!session->pending.empty()) return api_error(401, "code", "Send your one-time code too, as code.");
  const hub::Viewer& viewer = session->viewer;
  return json_response({{"token", session->token},
                        {"name", viewer.name},
                        {"role", access::name_of(viewer.role)},
                        {"agency", name_of(viewer.agency)}},
                       201);
}

Response end_session(const Visit& visit) {
  visit.site.pages().sign_out(bearer_token(visit.request));
  return json_response({{"ended", true}});
}

Response choose_purpose(const Visit& visit) {
  const auto body = body_fields(visit.request);
  if (!body) return malformed_body();
  const auto kind = access::purpose_kind_named(field(*body, "kind"));
  if (!kind || !access::suits(visit.viewer().policy.get(), visit.viewer().role, *kind)) {
    return api_error(400, "usage", "That is no purpose for this role.");
  }
  const std::string_view reference = field(*body, "reference").substr(0, longest_query);
  const auto chosen = visit.site.pages().choose_purpose(bearer_token(visit.request), *kind, reference);
  if (!chosen) return api_refusal(chosen.error());
  return json_response(
      {{"kind", access::name_of(*kind)}, {"lawful_basis", access::lawful_basis_of(*kind)}, {"reference", reference}});
}

Response home(const Visit& visit) {
  const auto view = visit.site.pages().home(visit.viewer());
  if (!view) return api_refusal(view.error());
  return json_response(to_json(*view));
}

Response search(const Visit& visit) {
  const auto body = body_fields(visit.request);
  if (!body) return malformed_body();
  const std::string_view query = field(*body, "q");
  if (query.empty() || query.size() > longest_query) {
    return api_error(400, "usage", "Send what to search for as q, at most 200 bytes.");
  }
  const auto view = visit.site.pages().search(visit.viewer(), query);
  if (!view) return api_refusal(view.error());
  return json_response(to_json(*view));
}

// The person, or one part of the person's page.
template <typename Part>
Response of_person(const Visit& visit, const Part& part) {
  std::string_view problem;
  const auto query = person_query(visit.request, problem);
  if (!query) return api_error(400, "usage", problem);
  const auto view = visit.site.pages().person(visit.viewer(), visit.part("id"), *query);
  if (!view && view.error().message == hub::being_put_together)
    return api_error(503, "unavailable", view.error().message);
  if (!view) return api_refusal(view.error());
  return json_response(part(*view));
}
Response person(const Visit& visit) {
  return of_person(visit, [](const hub::PersonView& view) { return to_json(view); });
}
Response chronology(const Visit& visit) {
  return of_person(visit, [](const hub::PersonView& view) { return chronology_json(view); });
}
Response network(const Visit& visit) {
  return of_person(visit, [](const hub::PersonView& view) { return network_json(view); });
}

Response findings(const Visit& visit) {
  const auto query = findings_query(visit.request);
  if (!query) return api_error(400, "usage", "There is no such list or page.");
  const auto view = visit.site.pages().findings(visit.viewer(), *query);
  if (!view) return api_refusal(view.error());
  return json_response(to_json(*view));
}

Response finding(const Visit& visit) {
  const auto view = visit.site.pages().finding(visit.viewer(), visit.part("id"));
  if (!view) return api_refusal(view.error());
  return json_response(to_json(*view));
}

Response links_in_doubt(const Visit& visit) {
  const auto query = review_query(visit.request);
  if (!query) return api_error(400, "usage", "There is no such list or page.");
  const auto view = visit.site.pages().review(visit.viewer(), *query);
  if (!view) return api_refusal(view.error());
  return json_response(to_json(*view));
}

Response say(const Visit& visit) {
  const auto body = body_fields(visit.request);
  if (!body) return malformed_body();
  const auto word = link_word_named(field(*body, "word"));
  const std::string_view reason = field(*body, "reason");
  if (!word) return api_error(400, "usage", "Send word as same, different, unsure, withdraw or agree.");
  if (reason.size() > longest_reason) return api_error(400, "usage", "Send a reason of at most 2,000 bytes.");
  const auto done =
      visit.site.pages().decide_link(visit.viewer(), field(*body, "left"), field(*body, "right"), *word, reason);
  if (!done) return api_refusal(done.error());
  return json_response({{"recorded", true}});
}

Response openapi(const Visit& /*visit*/) {
  Response response;
  response.content_type = "application/json";
  for (const EmbeddedFile& file : web_api_files) {
    if (file.name == "openapi.json") response.body = file.text;
  }
  return response;
}

}  // namespace

Response api_error(int status, std::string_view error, std::string_view message) {
  return json_response({{"error", error}, {"message", message}}, status);
}

Response api_refusal(const Error& error) {
  switch (error.code) {
    case ErrorCode::denied:
      if (error.message == "purpose") return api_error(403, "purpose", "Choose a purpose first: POST /api/v1/purpose.");
      return api_error(403, "denied", error.message);
    case ErrorCode::not_found:
      return api_error(404, "not-found", "There is nothing here that you may see.");
    case ErrorCode::usage:
    case ErrorCode::malformed:
      return api_error(400, "usage", error.message);
    case ErrorCode::locked:
    case ErrorCode::unavailable:
      return api_error(503, "unavailable", "Try again in a minute. Nothing was lost or changed.");
    default:
      return api_error(500, "failed", "Something went wrong. Nothing was changed.");
  }
}

std::string_view bearer_token(const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view header = request.authorization;
  return header.starts_with(scheme) ? header.substr(scheme.size()) : std::string_view();
}

std::vector<Route> api_routes() {
  const auto get = Method::get;
  const auto post = Method::post;
  return {
      {get, "/api/v1/openapi.json", Everybody{}, openapi},
      {post, "/api/v1/session", Everybody{}, open_session},
      {post, "/api/v1/session/end", SignedIn{}, end_session},
      {post, "/api/v1/purpose", SignedIn{}, choose_purpose},
      {get, "/api/v1/home", Action::home, home},
      {post, "/api/v1/search", Action::search, search},
      {get, "/api/v1/person/{id}", Action::person, person},
      {get, "/api/v1/person/{id}/chronology", Action::person, chronology},
      {get, "/api/v1/person/{id}/network", Action::person, network},
      {get, "/api/v1/findings", Action::findings, findings},
      {get, "/api/v1/review", Action::decide_link, links_in_doubt},
      {post, "/api/v1/review/word", Action::decide_link, say},
      {get, "/api/v1/finding/{id}", Action::finding, finding},
  };
}

}  // namespace wider::web
