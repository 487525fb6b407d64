#include "web/queries.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/date.hpp"

namespace wider::web {

std::optional<hub::PersonQuery> person_query(const Request& request, std::string_view& problem) {
  hub::PersonQuery query;
  query.newest_first = request.query_field("order") != "oldest";
  query.as_known_at = request.query_field("as-known-at");
  query.agency = request.query_field("agency");
  query.kind = request.query_field("kind");
  query.from = request.query_field("from");
  query.to = request.query_field("to");
  query.all = request.query_field("all") == "1";
  for (const std::string& date : {query.as_known_at, query.from, query.to}) {
    if (!date.empty() && !parse_iso_date(date)) problem = "Write dates as year, month, day: 2009-03-31.";
  }
  if (!query.agency.empty() && !agency_named(query.agency))
    problem = "There is no such agency. Choose one of the list.";
  if (!query.kind.empty() && !record_kind_named(query.kind))
    problem = "There is no such kind of record. Choose one of the list.";
  if (!problem.empty()) return std::nullopt;
  return query;
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

namespace {

std::optional<hub::FindingsPart> findings_part_named(std::string_view name) {
  constexpr std::array<std::string_view, hub::findings_part_count> names = {"open",    "yours",       "taken",
                                                                            "put-off", "second-look", "dismissed"};
  const auto found = std::find(names.begin(), names.end(), name.empty() ? "open" : name);
  if (found == names.end()) return std::nullopt;
  return static_cast<hub::FindingsPart>(found - names.begin());
}

std::uint32_t page_number(std::uint64_t number) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, 1'000'000));
}

}  // namespace

std::optional<hub::ReviewQuery> review_query(const Request& request) {
  constexpr std::array<std::string_view, hub::review_part_count> names = {"waiting", "second", "unsure", "decided"};
  const std::string_view show = request.query_field("show");
  const std::string_view page = request.query_field("page");
  const auto part = std::find(names.begin(), names.end(), show.empty() ? names[0] : show);
  const auto number = number_in(page.empty() ? "1" : page);
  if (part == names.end() || !number) return std::nullopt;
  return hub::ReviewQuery{static_cast<hub::ReviewPart>(part - names.begin()), page_number(*number)};
}

std::optional<hub::LinkWord> link_word_named(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"same", "different", "withdraw", "unsure", "agree"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<hub::LinkWord>(found - names.begin());
}

std::optional<hub::FindingsQuery> findings_query(const Request& request) {
  const auto part = findings_part_named(request.query_field("show"));
  const std::string_view page = request.query_field("page");
  const auto number = number_in(page.empty() ? "1" : page);
  if (!part || !number) return std::nullopt;
  return hub::FindingsQuery{*part, page_number(*number)};
}

}  // namespace wider::web
