// Every page of the site, in one table, with the gate of each. The handlers below translate and nothing more.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/date.hpp"
#include "web/api.hpp"
#include "web/present.hpp"
#include "web/queries.hpp"
#include "web/site.hpp"
#include "web/site_account.hpp"
#include "web/site_outside.hpp"
#include "web/site_review.hpp"
#include "web/site_sealed.hpp"
#include "web/site_trust.hpp"

namespace wider::web {
namespace {

using access::Action;

// The page to go to after this one, as a query or a hidden field.
std::string next_of(std::string_view given) {
  return safe_local_path(given);
}

Response purpose_page(const Visit& visit, std::string_view problem, std::string_view reference, std::string_view next) {
  const hub::Viewer& viewer = visit.viewer();
  Values::List kinds;
  for (std::size_t i = 0; i < access::purpose_kind_count; ++i) {
    const auto kind = static_cast<access::PurposeKind>(i);
    if (!access::suits(viewer.policy.get(), viewer.role, kind)) continue;
    Values row;
    row.text("kind", access::name_of(kind)).text("kind_title", access::title_of(kind));
    row.text("basis", access::lawful_basis_of(kind))
        .flag("chosen", viewer.purpose == kind)
        .flag("first", kinds.empty());
    kinds.push_back(std::move(row));
  }
  Values values;
  values.list("kinds", std::move(kinds)).text("problem", problem).text("next", next_of(next));
  values.text("reference", reference);
  return visit.site.page(visit, "purpose",
                         problem.empty() ? "What are you working on?" : "Error: What are you working on?", values,
                         problem.empty() ? 200 : 400);
}

Response purpose(const Visit& visit) {
  return purpose_page(visit, "", visit.viewer().purpose_reference, visit.request.query_field("next"));
}

Response choose_purpose(const Visit& visit) {
  const std::string_view reference = visit.request.form_field("reference").substr(0, longest_query);
  const std::string_view next = visit.request.form_field("next");
  const auto kind = access::purpose_kind_named(visit.request.form_field("kind"));
  if (!kind || !access::suits(visit.viewer().policy.get(), visit.viewer().role, *kind)) {
    return purpose_page(visit, "Choose what you are working on.", reference, next);
  }
  const auto chosen = visit.site.pages().choose_purpose(visit.token(), *kind, reference);
  if (!chosen) return visit.site.refusal(visit, chosen.error());
  return redirect(next_of(next));
}

Response home(const Visit& visit) {
  const auto view = visit.site.pages().home(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  return visit.site.page(visit, "home", "What needs somebody today", present(*view));
}

// A search comes as a form and is answered at once, so that no name stands in an address or a browser's history.
Response search(const Visit& visit) {
  const std::string_view query = visit.request.form_field("q");
  if (query.size() > longest_query) {
    return visit.site.error_page(visit, 400, "The search is too long", "Use at most 200 letters and digits.");
  }
  if (query.find_first_not_of(" \t\r\n") == std::string_view::npos) return redirect("/search");
  const auto view = visit.site.pages().search(visit.viewer(), query);
  if (!view && view.error().message == "purpose") return redirect("/purpose?next=%2Fsearch");
  if (!view) return visit.site.refusal(visit, view.error());
  Values values = present(*view);
  return visit.site.page(visit, "search", "Search results", values.flag("searched", true).flag("header_search", false));
}

Response search_form(const Visit& visit) {
  Values values = present(hub::SearchView{});
  return visit.site.page(visit, "search", "Search", values.flag("searched", false).flag("header_search", false));
}

// The address of a person's page that shows the same.
std::string person_address(std::string_view id, const hub::PersonQuery& query) {
  const std::pair<std::string_view, std::string_view> fields[] = {{"all", query.all ? "1" : ""},
                                                                  {"order", query.newest_first ? "" : "oldest"},
                                                                  {"as-known-at", query.as_known_at},
                                                                  {"agency", query.agency},
                                                                  {"kind", query.kind},
                                                                  {"from", query.from},
                                                                  {"to", query.to}};
  std::string address = "/person/" + percent_encode(id);
  char before = '?';
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    address += before + std::string(name) + "=" + percent_encode(value);
    before = '&';
  }
  return address;
}

// The address of the same chronology in full.
std::string whole_chronology(std::string_view id, hub::PersonQuery query) {
  query.all = true;
  return person_address(id, query) + "#chronology";
}

Values choice(std::string_view name, std::string_view title, std::string_view chosen) {
  Values row;
  row.text("choice", name).text("choice_title", title);
  return row.flag("chosen", name == chosen);
}

Response person(const Visit& visit) {
  std::string_view problem;
  const auto query = person_query(visit.request, problem);
  if (!query) return visit.site.error_page(visit, 400, "That cannot be shown", problem);
  const std::string_view id = visit.part("id");
  const auto view = visit.site.pages().person(visit.viewer(), id, *query);
  if (!view && view.error().message == hub::being_put_together)
    return visit.site.error_page(visit, 503, "Being put together", view.error().message);
  if (!view) return visit.site.refusal(visit, view.error());
  // The address that was asked for may be an old one (records were joined since), or today's where the past is asked
  // for.
  if (view->id != id) return redirect(person_address(view->id, *query));
  Values values = present(*view);
  Values::List agencies;
  for (std::size_t i = 0; i < agency_count; ++i) {
    agencies.push_back(choice(name_of(static_cast<Agency>(i)), title_of(static_cast<Agency>(i)), query->agency));
  }
  values.list("agencies", std::move(agencies));
  values.list("kinds",
              list_of(view->kinds, [&](const auto& kind) { return choice(kind.first, kind.second, query->kind); }));
  values.text("from", query->from).text("to", query->to).text("whole_chronology", whole_chronology(id, *query));
  const bool filtered = !query->agency.empty() || !query->kind.empty() || !query->from.empty() || !query->to.empty();
  values.flag("filtered", filtered);
  const auto as_at = parse_iso_date(view->as_known_at);
  values.text("as_known_words", as_at ? to_words(*as_at) : "");
  // Titles go into a browser's history, so they name the page and the number, never the person.
  return visit.site.page(visit, "person", "Person " + view->id, values);
}

Response findings(const Visit& visit) {
  const auto query = findings_query(visit.request);
  if (!query)
    return visit.site.error_page(visit, 400, "There is no such list", "Choose one of those on the findings page.");
  const auto view = visit.site.pages().findings(visit.viewer(), *query);
  if (!view) return visit.site.refusal(visit, view.error());
  return visit.site.page(visit, "findings", "Findings", present(*view));
}

Response finding_page(const Visit& visit, std::string_view problem) {
  const auto view = visit.site.pages().finding(visit.viewer(), visit.part("id"));
  if (!view) return visit.site.refusal(visit, view.error());
  Values values = present(*view);
  values.text("problem", problem).text("reason", visit.request.form_field("reason"));
  values.text("until", visit.request.form_field("until"));
  const std::string_view action = visit.request.form_field("action");
  values.flag("dismissing", action == "dismiss").flag("snoozing", action == "snooze");
  values.flag("reopening", action == "reopen");
  return visit.site.page(visit, "finding", problem.empty() ? "Finding " + view->id : "Error: Finding " + view->id,
                         values, problem.empty() ? 200 : 400);
}

Response finding(const Visit& visit) {
  return finding_page(visit, "");
}

std::optional<hub::FindingAction> finding_action_named(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"take", "dismiss", "snooze", "reopen", "agree"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<hub::FindingAction>(found - names.begin());
}

Response act_on_finding(const Visit& visit) {
  const std::string_view reason = visit.request.form_field("reason");
  const auto action = finding_action_named(visit.request.form_field("action"));
  if (reason.size() > longest_reason) return finding_page(visit, "Write at most 2,000 letters.");
  if (!action) return finding_page(visit, "Choose what to do with it.");
  const std::string_view until = visit.request.form_field("until");
  const auto seen = number_in(visit.request.form_field("seen"));
  const auto done = visit.site.pages().act_on_finding(visit.viewer(), visit.part("id"), *action, reason, until, seen);
  if (!done) {
    if (done.error().code == ErrorCode::usage) return finding_page(visit, done.error().message);
    return visit.site.refusal(visit, done.error());
  }
  return redirect("/finding/" + percent_encode(visit.part("id")));
}

Response held_back_page(const Visit& visit, std::string_view problem, std::string_view done) {
  const auto page = number_in(visit.request.query_field("page"));
  const auto view = visit.site.pages().held_back(
      visit.viewer(), static_cast<std::uint32_t>(std::min<std::uint64_t>(page.value_or(1), 1'000'000)));
  if (!view) return visit.site.refusal(visit, view.error());
  Values values = present(*view);
  values.text("problem", problem).text("done", done);
  return visit.site.page(visit, "held_back", problem.empty() ? "Rows held back" : "Error: Rows held back", values,
                         problem.empty() ? 200 : 400);
}

Response held_back(const Visit& visit) {
  return held_back_page(visit, "", visit.request.query_field("done") == "1" ? "The row was taken in." : "");
}

Response held_back_file(const Visit& visit) {
  const auto agency = agency_named(visit.part("agency"));
  if (!agency)
    return visit.site.error_page(visit, 404, "There is no such agency", "Choose one on the page of held-back rows.");
  auto file = visit.site.pages().held_back_file(visit.viewer(), *agency);
  if (!file) return visit.site.refusal(visit, file.error());
  Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.body = std::move(*file);
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"held-back-" + std::string(name_of(*agency)) + ".csv\"");
  return response;
}

Response mend_held_back(const Visit& visit) {
  const std::string_view entry_text = visit.request.form_field("entry");
  const auto entry = number_in(entry_text);
  if (!entry) return held_back_page(visit, "Choose a row of the list.", "");
  const auto mended = visit.site.pages().mend_held_back(visit.viewer(), *entry, visit.request.form_field("raw"));
  if (!mended) {
    const ErrorCode code = mended.error().code;
    if (code == ErrorCode::malformed || code == ErrorCode::usage)
      return held_back_page(visit, mended.error().message, "");
    return visit.site.refusal(visit, mended.error());
  }
  return redirect("/held-back?done=1");
}

Response governance(const Visit& visit) {
  const auto view = visit.site.pages().governance(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  return visit.site.page(visit, "governance", "Who looked at what", present(*view));
}

Response as_text(std::string_view type, std::string body, int status = 200) {
  Response response;
  response.status = status;
  response.content_type = type;
  response.body = std::move(body);
  return response;
}

// The process answers.
Response health(const Visit& /*visit*/) {
  return as_text("application/json", "{\"status\":\"ok\"}\n");
}

// The hub can be read and written: a balancer or a supervisor asks.
Response readiness(const Visit& visit) {
  const hub::Readiness state = visit.site.pages().readiness();
  return as_text("application/json",
                 fmt::format("{{\"ready\":{},\"behind\":{}}}\n", state.ready ? "true" : "false", state.behind),
                 state.ready ? 200 : 503);
}

// To programs on this machine alone: from elsewhere the page is not there, and a proxy's word is not asked.
Response metrics(const Visit& visit) {
  const std::string& peer = visit.request.peer;
  const bool local = peer.starts_with("127.") || peer == "::1" || peer == "::ffff:127.0.0.1";
  if (!local || !visit.request.forwarded_for.empty())
    return visit.site.error_page(visit, 404, "Page not found", "If you typed the address, check that it is right.");
  const hub::Readiness state = visit.site.pages().readiness();
  return as_text(
      "text/plain; version=0.0.4",
      visit.site.metrics().text() +
          fmt::format("# HELP wider_ready Whether the hub can be read and written.\n# TYPE wider_ready gauge\n"
                      "wider_ready {}\n"
                      "# HELP wider_ledger_entries Entries of the ledger.\n# TYPE wider_ledger_entries gauge\n"
                      "wider_ledger_entries {}\n"
                      "# HELP wider_behind_entries Entries that the pages do not show yet.\n"
                      "# TYPE wider_behind_entries gauge\nwider_behind_entries {}\n",
                      state.ready ? 1 : 0, state.entries, state.behind));
}

}  // namespace

std::vector<Route> all_routes() {
  const auto get = Method::get;
  const auto post = Method::post;
  std::vector<Route> routes = {
      {get, "/healthz", Everybody{}, health},
      {get, "/readyz", Everybody{}, readiness},
      {get, "/metrics", Everybody{}, metrics},
      {get, "/purpose", SignedIn{}, purpose},
      {post, "/purpose", SignedIn{}, choose_purpose},
      {get, "/", Action::home, home},
      {get, "/search", Action::search, search_form},
      {post, "/search", Action::search, search},
      {get, "/person/{id}", Action::person, person},
      {get, "/findings", Action::findings, findings},
      {get, "/finding/{id}", Action::finding, finding},
      {post, "/finding/{id}", Action::act_on_finding, act_on_finding},
      {get, "/explain", Action::explain_link, explain},
      {post, "/explain", Action::decide_link, decide_link},
      {get, "/review", Action::decide_link, review},
      {get, "/review/next", Action::decide_link, next_in_review},
      {get, "/held-back", Action::held_back, held_back},
      {get, "/held-back/{agency}", Action::held_back, held_back_file},
      {post, "/held-back", Action::held_back, mend_held_back},
      {get, "/governance", Action::governance, governance},
      {get, "/concern", Action::concern, concern},
      {post, "/concern", Action::concern, raise_concern},
      {get, "/sealed", SignedIn{}, sealed},  // for whoever a seal names, whatever their role: the hub asks
      {post, "/sealed", Action::governance, seal_person},
      {post, "/sealed/off", Action::governance, unseal},
  };
  for (Route& route : account_routes()) routes.push_back(std::move(route));
  for (Route& route : outside_routes()) routes.push_back(std::move(route));
  for (Route& route : trust_routes()) routes.push_back(std::move(route));
  for (Route& route : api_routes()) routes.push_back(std::move(route));
  return routes;
}

}  // namespace wider::web
