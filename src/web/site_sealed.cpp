#include "web/site_sealed.hpp"

#include "hub/sealing.hpp"
#include "web/queries.hpp"

namespace wider::web {
namespace {

Values concern_row(const hub::ConcernLine& line) {
  Values values;
  values.text("reference", line.reference).text("about", line.about).text("born", line.born).text("what", line.what);
  return values.text("by", line.by).text("when", line.when);
}

Values record_row(const hub::SealedView::RecordLine& line) {
  Values values;
  return values.text("agency", line.agency).text("record", line.record).text("when", line.when).text("says", line.says);
}

Values seal_row(const hub::SealedView::SealLine& line) {
  Values values;
  values.text("number", std::to_string(line.number)).text("person", line.person).text("kind_title", line.kind);
  values.text("reason", line.reason).text("by", line.by).text("when", line.when).text("may_open", line.may_open);
  values.list("records", list_of(line.records, record_row));
  return values.list("concerns", list_of(line.concerns, concern_row));
}

Response sealed_page(const Visit& visit, std::string_view problem) {
  const auto view = visit.site.pages().sealed(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  Values values;
  values.text("problem", problem).flag("may_seal", view->may_seal).list("seals", list_of(view->seals, seal_row));
  Values::List kinds;
  for (std::size_t i = 0; i < hub::seal_kind_count; ++i) {
    const auto kind = static_cast<hub::SealKind>(i);
    kinds.push_back(Values().text("value", hub::name_of(kind)).text("title_of", hub::title_of(kind)));
  }
  values.list("kinds", std::move(kinds));
  values.list("accounts", list_of(view->accounts, [](const auto& one) {
                return Values().text("username", one.username).text("account_name", one.name);
              }));
  values.text("given_person", problem.empty() ? "" : visit.request.form_field("person"));
  values.text("given_reason", problem.empty() ? "" : visit.request.form_field("reason"));
  return visit.site.page(visit, "sealed", problem.empty() ? "Sealed records" : "Error: Sealed records",
                         std::move(values), problem.empty() ? 200 : 400);
}

Response answer_to(const Visit& visit, const Result<void>& done) {
  if (done) return redirect("/sealed");
  if (done.error().code == ErrorCode::usage) return sealed_page(visit, done.error().message);
  return visit.site.refusal(visit, done.error());
}

Response concern_page(const Visit& visit, std::string_view problem, std::string_view reference) {
  const auto view = visit.site.pages().concerns(visit.viewer());
  if (!view) return visit.site.refusal(visit, view.error());
  const bool again = !problem.empty();
  const Request& request = visit.request;
  Values values;
  values.text("problem", problem).text("sent_reference", reference);
  values.text("about_person", again ? request.form_field("person") : request.query_field("person").substr(0, 20));
  values.text("given_about", again ? request.form_field("about") : "");
  values.text("given_born", again ? request.form_field("born") : "");
  values.text("given_what", again ? request.form_field("what") : "");
  values.list("yours", list_of(view->yours, concern_row)).list("waiting", list_of(view->waiting, concern_row));
  const std::string_view title = !reference.empty() ? "Concern sent"
                                 : again            ? "Error: Raise a concern"
                                                    : "Raise a concern";
  return visit.site.page(visit, "concern", title, std::move(values), again ? 400 : 200);
}

}  // namespace

Response sealed(const Visit& visit) {
  return sealed_page(visit, "");
}

Response seal_person(const Visit& visit) {
  const Request& request = visit.request;
  hub::NewSeal wanted{request.form_field("person"), request.form_field("kind"), request.form_field("reason"), {}};
  constexpr std::string_view before = "open-";
  for (const auto& [name, value] : request.form) {
    if (name.starts_with(before) && value == "1") wanted.usernames.push_back(name.substr(before.size()));
  }
  return answer_to(visit, visit.site.pages().seal_person(visit.viewer(), wanted));
}

Response unseal(const Visit& visit) {
  const auto number = number_in(visit.request.form_field("seal"));
  if (!number) return sealed_page(visit, "Choose a seal on this page.");
  return answer_to(visit, visit.site.pages().unseal(visit.viewer(), *number, visit.request.form_field("reason")));
}

Response concern(const Visit& visit) {
  return concern_page(visit, "", "");
}

// Answered at once, so that nothing of a child stands in an address. A browser that is asked to send it again asks
// back.
Response raise_concern(const Visit& visit) {
  const Request& request = visit.request;
  const auto reference =
      visit.site.pages().raise_concern(visit.viewer(), {request.form_field("about"), request.form_field("born"),
                                                        request.form_field("what"), request.form_field("person")});
  if (!reference) {
    if (reference.error().code == ErrorCode::usage) return concern_page(visit, reference.error().message, "");
    return visit.site.refusal(visit, reference.error());
  }
  return concern_page(visit, "", *reference);
}

}  // namespace wider::web
