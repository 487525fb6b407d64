#include "web/site_trust.hpp"

#include <fmt/format.h>

#include "access/policy.hpp"
#include "web/present.hpp"
#include "web/queries.hpp"
#include "web/site.hpp"

namespace wider::web {
namespace {

using access::Action;

Response who_looked(const Visit& visit) {
  const std::string_view asked = visit.request.query_field("person").substr(0, 20);
  const auto view = visit.site.pages().who_looked(visit.viewer(), asked);
  if (!view) return visit.site.refusal(visit, view.error());
  Values values;
  values.text("asked_person", view->person).flag("more", view->more);
  values.list("looks", list_of(view->looks, present_look));
  return visit.site.page(visit, "looked", "Who looked at a person", values);
}

Response unusual(const Visit& visit) {
  const auto view = visit.site.pages().unusual_looks(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  Values values;
  values.text("asked_person", "").text("rule", view->rule).flag("more", view->more);
  values.list("lines", list_of(view->lines, [](const hub::UnusualView::Line& line) {
                Values row;
                row.text("day", line.day).text("who", line.who).text("role", line.role).text("agency", line.agency);
                row.number("people", line.people).text("usual_for_them", line.usual_for_them);
                return row.text("usual_for_role", line.usual_for_role).text("purposes", line.purposes);
              }));
  return visit.site.page(visit, "unusual", "Unusual days", values);
}

Response refused(const Visit& visit) {
  const auto view = visit.site.pages().refusals(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  Values values;
  values.text("asked_person", "").flag("more", view->more).list("looks", list_of(view->lines, present_look));
  return visit.site.page(visit, "refused", "What was refused", values);
}

Values exception_row(const hub::ExceptionsView::Line& line) {
  Values row;
  row.text("number", std::to_string(line.number)).text("person", line.person).text("who", line.who);
  row.text("why", line.why).text("when", line.when).text("state", line.state).text("reviewed", line.reviewed);
  return row.flag("may_review", line.may_review);
}

Response exceptions_page(const Visit& visit, std::string_view problem) {
  const auto view = visit.site.pages().exceptions(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  Values values;
  values.text("asked_person", "").text("problem", problem);
  values.list("emergencies", list_of(view->emergencies, exception_row)).list("ties", list_of(view->ties, exception_row));
  return visit.site.page(visit, "exceptions",
                         problem.empty() ? "Emergencies and conflicts of interest"
                                         : "Error: Emergencies and conflicts of interest",
                         values, problem.empty() ? 200 : 400);
}

Response exceptions(const Visit& visit) {
  return exceptions_page(visit, "");
}

Response review_exception(const Visit& visit, hub::ExceptionKind kind) {
  const auto number = number_in(visit.part("number"));
  const std::string_view good = visit.request.form_field("good");
  if (!number || (good != "0" && good != "1")) return exceptions_page(visit, "Choose one of the two buttons.");
  const auto done = visit.site.pages().review_exception(visit.viewer(), kind, *number, good == "1",
                                                        visit.request.form_field("note"));
  if (done) return redirect("/governance/exceptions");
  if (done.error().code == ErrorCode::usage) return exceptions_page(visit, done.error().message);
  return visit.site.refusal(visit, done.error());
}

Response review_emergency(const Visit& visit) {
  return review_exception(visit, hub::ExceptionKind::emergency);
}
Response review_tie(const Visit& visit) {
  return review_exception(visit, hub::ExceptionKind::tie);
}

// The same form for both: a reason, which is kept. It says nothing of the person but the number in its address.
Response reason_page(const Visit& visit, bool emergency, std::string_view problem) {
  Values values;
  const access::Policy* policy = visit.viewer().policy.get();
  values.flag("emergency", emergency).flag("tie", !emergency).text("problem", problem);
  values.text("about_person", visit.part("id").substr(0, 20));
  const std::uint32_t minutes = (policy != nullptr ? *policy : access::shipped_policy()).emergency_minutes();
  const bool whole = minutes % 60 == 0;
  const std::uint32_t many = whole ? minutes / 60 : minutes;
  values.text("how_long", fmt::format("{} {}{}", many, whole ? "hour" : "minute", many == 1 ? "" : "s"));
  values.text("given_reason", problem.empty() ? "" : visit.request.form_field("reason"));
  const std::string title = emergency ? "Open in an emergency" : "Declare that you know somebody";
  return visit.site.page(visit, "reason_page", problem.empty() ? title : "Error: " + title, values,
                         problem.empty() ? 200 : 400);
}

Response emergency_form(const Visit& visit) {
  return reason_page(visit, true, "");
}
Response tie_form(const Visit& visit) {
  return reason_page(visit, false, "");
}

Response open_in_emergency(const Visit& visit) {
  const auto done =
      visit.site.pages().open_in_emergency(visit.viewer(), visit.part("id"), visit.request.form_field("reason"));
  if (done) return redirect("/person/" + percent_encode(visit.part("id")));
  if (done.error().code == ErrorCode::usage) return reason_page(visit, true, done.error().message);
  return visit.site.refusal(visit, done.error());
}

Response declare_tie(const Visit& visit) {
  const auto done =
      visit.site.pages().declare_tie(visit.viewer(), visit.part("id"), visit.request.form_field("reason"));
  if (done) return redirect("/");
  if (done.error().code == ErrorCode::usage) return reason_page(visit, false, done.error().message);
  return visit.site.refusal(visit, done.error());
}

Values evidence_row(const hub::EvidenceLine& line) {
  Values row;
  row.text("number", std::to_string(line.number)).text("person", line.person).text("by", line.by);
  row.text("holder", line.holder).text("when", line.when).text("line_of_enquiry", line.line_of_enquiry);
  return row.text("state", line.state);
}

Response evidence_page(const Visit& visit, std::string_view problem) {
  const auto view = visit.site.pages().evidence(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  const auto given = [&](std::string_view field) {
    return problem.empty() ? std::string_view() : visit.request.form_field(field);
  };
  Values values;
  values.text("problem", problem).flag("may_ask", view->may_ask);
  values.list("to_decide", list_of(view->to_decide, evidence_row)).list("yours", list_of(view->yours, evidence_row));
  values.text("given_person", problem.empty() ? visit.request.query_field("person").substr(0, 20) : given("person"));
  values.text("given_enquiry", given("enquiry")).text("given_necessity", given("necessity"));
  values.text("given_proportionality", given("proportionality")).text("given_victim", given("victim"));
  values.list("holders", list_of(view->holders, [&](const auto& one) {
                Values row;
                row.text("choice", one.first).text("choice_title", one.second);
                return row.flag("chosen", one.first == given("holder"));
              }));
  return visit.site.page(visit, "evidence", problem.empty() ? "Requests for evidence" : "Error: Requests for evidence",
                         values, problem.empty() ? 200 : 400);
}

Response evidence(const Visit& visit) {
  return evidence_page(visit, "");
}

Response ask_for_evidence(const Visit& visit) {
  const Request& request = visit.request;
  const auto asked = visit.site.pages().ask_for_evidence(
      visit.viewer(),
      {request.form_field("person"), request.form_field("holder"), request.form_field("enquiry"),
       request.form_field("necessity"), request.form_field("proportionality"), request.form_field("victim")});
  if (asked) return redirect("/evidence/" + std::to_string(*asked));
  if (asked.error().code == ErrorCode::usage) return evidence_page(visit, asked.error().message);
  return visit.site.refusal(visit, asked.error());
}

Values::List evidence_items(const std::vector<hub::EvidenceView::Item>& items) {
  Values::List list;
  for (const hub::EvidenceView::Item& item : items) {
    Values row;
    row.number("item", list.size() + 1).text("record", item.record).text("kind_title", item.kind);
    row.text("when", item.when).text("grade", item.grade).text("says", item.says);
    list.push_back(std::move(row));
  }
  return list;
}

Response evidence_of_page(const Visit& visit, std::string_view problem) {
  const auto number = number_in(visit.part("number"));
  const auto view = visit.site.pages().evidence_of(visit.viewer(), number.value_or(0));
  if (!view) return visit.site.refusal(visit, view.error());
  Values values = evidence_row(view->line);
  values.text("necessity", view->necessity).text("proportionality", view->proportionality);
  values.text("victim", view->victim).text("decided", view->decided).flag("may_decide", view->may_decide);
  values.list("offered", evidence_items(view->offered)).list("given", evidence_items(view->given));
  values.list("sensitive", evidence_items(view->sensitive)).text("problem", problem);
  return visit.site.page(visit, "evidence_of", problem.empty() ? "Request for evidence" : "Error: Request for evidence",
                         values, problem.empty() ? 200 : 400);
}

Response evidence_of(const Visit& visit) {
  return evidence_of_page(visit, "");
}

Response decide_evidence(const Visit& visit) {
  const Request& request = visit.request;
  hub::NewEvidenceDecision decided{request.form_field("give") == "1", request.form_field("reason"), {}, {}};
  constexpr std::string_view before = "item-";
  for (const auto& [name, value] : request.form) {
    if (!name.starts_with(before)) continue;
    if (value == "give") decided.given.push_back(name.substr(before.size()));
    if (value == "sensitive") decided.sensitive.push_back(name.substr(before.size()));
  }
  const auto number = number_in(visit.part("number"));
  const auto done = visit.site.pages().decide_evidence(visit.viewer(), number.value_or(0), decided);
  if (done) return redirect("/evidence/" + std::to_string(*number));
  if (done.error().code == ErrorCode::usage) return evidence_of_page(visit, done.error().message);
  return visit.site.refusal(visit, done.error());
}

}  // namespace

std::vector<Route> trust_routes() {
  const auto get = Method::get;
  const auto post = Method::post;
  return {
      {get, "/governance/person", Action::governance, who_looked},
      {get, "/governance/unusual", Action::governance, unusual},
      {get, "/governance/refused", Action::governance, refused},
      {get, "/governance/exceptions", Action::governance, exceptions},
      {post, "/governance/emergency/{number}", Action::governance, review_emergency},
      {post, "/governance/tie/{number}", Action::governance, review_tie},
      {get, "/person/{id}/emergency", Action::person, emergency_form},
      {post, "/person/{id}/emergency", Action::person, open_in_emergency},
      {get, "/person/{id}/tie", Action::person, tie_form},
      {post, "/person/{id}/tie", Action::person, declare_tie},
      {get, "/evidence", Action::person, evidence},
      {post, "/evidence", Action::person, ask_for_evidence},
      {get, "/evidence/{number}", Action::person, evidence_of},
      {post, "/evidence/{number}", Action::person, decide_evidence},
  };
}

}  // namespace wider::web
