#include "web/site_trust.hpp"

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

}  // namespace

std::vector<Route> trust_routes() {
  const auto get = Method::get;
  return {
      {get, "/governance/person", Action::governance, who_looked},
      {get, "/governance/unusual", Action::governance, unusual},
      {get, "/governance/refused", Action::governance, refused},
  };
}

}  // namespace wider::web
