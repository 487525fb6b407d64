#include "web/site_review.hpp"

#include <algorithm>

#include "web/present.hpp"
#include "web/queries.hpp"

namespace wider::web {
namespace {

// The place in the queue that somebody works through, from 1; 0: they came from elsewhere.
std::uint64_t place_of(std::string_view text) {
  return std::min<std::uint64_t>(number_in(text).value_or(0), 1'000'000);
}

std::string place_address(std::uint64_t at) {
  return "/review/next?at=" + std::to_string(at);
}

Response explain_page(const Visit& visit, std::string_view left, std::string_view right, std::uint64_t at,
                      std::string_view problem) {
  if (left.empty() || right.empty()) {
    return visit.site.error_page(visit, 400, "Two records are needed",
                                 "Open this page from the link on a person's page.");
  }
  const auto view = visit.site.pages().explain(visit.viewer(), left, right);
  if (!view) return visit.site.refusal(visit, view.error());
  Values values = present(*view);
  values.text("problem", problem).text("reason", visit.request.form_field("reason"));
  const std::string_view word = visit.request.form_field("word");
  for (const std::string_view one : {"same", "different", "unsure"})
    values.flag("said_" + std::string(one), word == one);
  values.flag("recorded", visit.request.query_field("recorded") == "1");
  values.text("at", at > 0 ? std::to_string(at) : "");
  values.text("before_address", at > 1 ? place_address(at - 1) : "");
  values.text("after_address", at > 0 ? place_address(at + 1) : "");
  // What was said last on the way through the queue: it can be looked at, and taken back, from the next one.
  const std::string_view last_left = visit.request.query_field("last-left");
  const std::string_view last_right = visit.request.query_field("last-right");
  values.text("last_address", last_left.empty() ? "" : explain_address(last_left, last_right));
  return visit.site.page(visit, "explain",
                         problem.empty() ? "Is this the same person?" : "Error: Is this the same person?", values,
                         problem.empty() ? 200 : 400);
}

}  // namespace

Response explain(const Visit& visit) {
  const Request& request = visit.request;
  return explain_page(visit, request.query_field("left"), request.query_field("right"),
                      place_of(request.query_field("at")), "");
}

Response decide_link(const Visit& visit) {
  const std::string_view left = visit.request.form_field("left");
  const std::string_view right = visit.request.form_field("right");
  const std::string_view reason = visit.request.form_field("reason");
  const std::uint64_t at = place_of(visit.request.form_field("at"));
  if (reason.size() > longest_reason) return explain_page(visit, left, right, at, "Write at most 2,000 letters.");
  const auto word = link_word_named(visit.request.form_field("word"));
  if (!word) return explain_page(visit, left, right, at, "Choose whether they are one person.");
  const auto done = visit.site.pages().decide_link(visit.viewer(), left, right, *word, reason);
  if (!done) {
    if (done.error().code == ErrorCode::usage) return explain_page(visit, left, right, at, done.error().message);
    return visit.site.refusal(visit, done.error());
  }
  // The one decided about leaves the queue: the next one stands at its place.
  if (at > 0)
    return redirect(place_address(at) + "&last-left=" + percent_encode(left) + "&last-right=" + percent_encode(right));
  return redirect(explain_address(left, right) + "&recorded=1");
}

Response review(const Visit& visit) {
  const auto query = review_query(visit.request);
  if (!query)
    return visit.site.error_page(visit, 400, "There is no such list",
                                 "Choose one of those on the page of links in doubt.");
  const auto view = visit.site.pages().review(visit.viewer(), *query);
  if (!view) return visit.site.refusal(visit, view.error());
  Values values = present(*view);
  const std::string_view last_left = visit.request.query_field("last-left");
  values.text("last_address",
              last_left.empty() ? "" : explain_address(last_left, visit.request.query_field("last-right")));
  return visit.site.page(visit, "review", "Links in doubt", values);
}

Response next_in_review(const Visit& visit) {
  const std::uint64_t at = std::max<std::uint64_t>(place_of(visit.request.query_field("at")), 1);
  constexpr std::uint64_t size = hub::ReviewView::on_a_page;
  const auto page = static_cast<std::uint32_t>((at - 1) / size + 1);
  const auto view = visit.site.pages().review(visit.viewer(), {hub::ReviewPart::waiting, page});
  if (!view) return visit.site.refusal(visit, view.error());
  const std::string_view last_left = visit.request.query_field("last-left");
  const std::string last = last_left.empty()
                               ? ""
                               : "last-left=" + percent_encode(last_left) +
                                     "&last-right=" + percent_encode(visit.request.query_field("last-right"));
  const std::uint64_t on_page = (at - 1) % size;
  if (view->page != page || on_page >= view->lines.size())
    return redirect(last.empty() ? "/review" : "/review?" + last);
  const hub::ReviewLine& line = view->lines[on_page];
  return redirect(explain_address(line.left, line.right) + "&at=" + std::to_string(at) +
                  (last.empty() ? "" : "&" + last));
}

}  // namespace wider::web
