// Requests for evidence: police and prosecutors read what another agency's records say, for an investigation, only by a
// recorded request that this agency decides. It yields a scheduled bundle; what is sensitive stands apart in it, without
// what it says. What is sealed, not released, or tells of a sensitive service is in no bundle.
#include <fmt/format.h>

#include <algorithm>

#include "access/policy.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "hub/trust.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

constexpr std::size_t longest_text = 2000;

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool investigates(const Viewer& viewer) {
  return viewer.purpose == access::PurposeKind::crime_investigation &&
         (viewer.agency == Agency::police || viewer.agency == Agency::prosecution);
}

EvidenceLine line_of(const EvidenceRequest& request) {
  EvidenceLine line;
  line.number = request.number;
  line.person = request.who.person;
  line.by = fmt::format("{}, {}", request.by, title_of(request.of));
  line.holder = title_of(request.holder);
  line.when = to_words(day_of(request.at));
  line.line_of_enquiry = request.line_of_enquiry;
  line.state = !request.decision ? "Waits for a decision" : request.decision->given ? "Given" : "Refused";
  return line;
}

// The holder's own live records of the person that may leave it at all, latest first.
std::vector<RecordIndex> may_leave(const Projection& projection, const Viewer& viewer, const EvidenceRequest& request) {
  const Holdings& holdings = projection.holdings();
  std::vector<RecordIndex> records;
  for (const std::string& text : mentions_today(projection, request.who)) {
    const auto m = mention_of_text(holdings, text);
    if (!m) continue;
    const RecordIndex index = holdings.at(*m).record;
    const RecordRow& row = holdings.at(index);
    if (row.agency != request.holder || !row.live || row.handling != Handling::shared) continue;
    if (policy_of(viewer).sensitive(row.kind)) continue;
    records.push_back(index);
  }
  std::ranges::sort(records, std::greater<>());
  records.erase(std::ranges::unique(records).begin(), records.end());
  return records;
}

}  // namespace

Result<EvidenceView::Item> Hub::evidence_item(const Projection& projection, RecordIndex index, bool in_full) {
  const Holdings& holdings = projection.holdings();
  const RecordRow& row = holdings.at(index);
  EvidenceView::Item item;
  item.record = holdings.name(index);
  item.kind = title_of(row.kind);
  item.when = to_words(row.day());
  item.grade = to_words(row.grade);
  if (!in_full) return item;
  const auto entry = ledger_->read(row.sequence);
  if (!entry) return std::unexpected(entry.error());
  if (const auto body = decode_record(entry->body); !entry->erased && body) item.says = body->text;
  return item;
}

Result<EvidenceListView> Hub::evidence(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::person, EntryKind::look, "requests for evidence"); !admitted)
    return std::unexpected(admitted.error());
  EvidenceListView view;
  view.may_ask = investigates(viewer);
  for (const EvidenceRequest& request : trust()->requests) {
    if (request.account == viewer.account) view.yours.push_back(line_of(request));
    if (request.holder == viewer.agency && request.account != viewer.account) view.to_decide.push_back(line_of(request));
  }
  std::ranges::reverse(view.yours);
  std::ranges::reverse(view.to_decide);
  for (std::size_t a = 0; a < agency_count; ++a) {
    const auto agency = static_cast<Agency>(a);
    if (agency != viewer.agency && agency != Agency::partnership)
      view.holders.emplace_back(name_of(agency), title_of(agency));
  }
  return view;
}

Result<std::uint64_t> Hub::ask_for_evidence(const Viewer& viewer, const NewEvidenceRequest& asked) {
  if (!investigates(viewer) || !viewer.token.empty()) {
    if (auto refused = refusal(viewer, "ask for evidence"); !refused) return std::unexpected(refused.error());
  }
  const auto id = person_to_act_on(viewer, asked.person);
  if (!id) return std::unexpected(id.error());
  const auto holder = agency_named(asked.holder);
  if (!holder || *holder == viewer.agency || *holder == Agency::partnership)
    return failure(ErrorCode::usage, "Choose the agency whose records you ask for.");
  const std::pair<std::string_view, const char*> texts[] = {
      {asked.line_of_enquiry, "the line of enquiry that the records are needed for"},
      {asked.necessity, "why it cannot be followed without them"},
      {asked.proportionality, "why no more is asked for than is needed"},
      {asked.victim, "whether the victim was told, and when; or why not yet"}};
  for (const auto& [text, what] : texts) {
    if (blank(text) || text.size() > longest_text)
      return failure(ErrorCode::usage, fmt::format("Write {}, in at most 2,000 letters.", what));
  }
  EvidenceRequest request;
  request.account = viewer.account;
  request.by = viewer.name;
  request.of = viewer.agency;
  request.holder = *holder;
  request.who = meant_by(*projection(), *id);
  // Only who is meant and what the holder itself has: a mention of another agency is none of the holder's.
  request.line_of_enquiry = asked.line_of_enquiry;
  request.necessity = asked.necessity;
  request.proportionality = asked.proportionality;
  request.victim = asked.victim;
  return write_trust(viewer, EntryKind::evidence_request, encode(request));
}

Result<EvidenceView> Hub::evidence_of(const Viewer& asking, std::uint64_t number) {
  if (auto admitted = admit(asking, Action::person, EntryKind::look, fmt::format("request for evidence {}", number));
      !admitted)
    return std::unexpected(admitted.error());
  const auto book = trust();
  const auto found = std::ranges::find(book->requests, number, &EvidenceRequest::number);
  const bool asker = found != book->requests.end() && found->account == asking.account;
  const bool decider = found != book->requests.end() && found->holder == asking.agency && !asker;
  if (!asker && !decider) return failure(ErrorCode::not_found, "There is no such request, or it is not for you.");
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  EvidenceView view;
  view.line = line_of(*found);
  view.necessity = found->necessity;
  view.proportionality = found->proportionality;
  view.victim = found->victim;
  view.may_decide = decider && !found->decision;
  const std::vector<RecordIndex> records = may_leave(*projection, viewer, *found);
  if (view.may_decide) {
    for (const RecordIndex index : records) {
      if (decide_for(viewer, projection->holdings().at(index)).depth != access::Depth::full) continue;
      if (view.offered.size() == most_evidence_items) break;
      auto item = evidence_item(*projection, index, true);
      if (!item) return std::unexpected(item.error());
      view.offered.push_back(std::move(*item));
    }
  }
  if (!found->decision) return view;
  view.decided = fmt::format("{} by {} on {}: {}", found->decision->given ? "Given" : "Refused", found->decision->by,
                             to_words(day_of(found->decision->at)), found->decision->reason);
  for (const auto& chosen : found->decision->schedule) {
    // What was withdrawn, sealed or held back since is in the bundle no more.
    const auto index = std::ranges::find_if(
        records, [&](RecordIndex record) { return projection->holdings().name(record) == chosen.record; });
    if (index == records.end()) continue;
    if (decide_for(viewer, projection->holdings().at(*index)).depth < access::Depth::exists) continue;
    auto item = evidence_item(*projection, *index, !chosen.sensitive);
    if (!item) return std::unexpected(item.error());
    (chosen.sensitive ? view.sensitive : view.given).push_back(std::move(*item));
  }
  return view;
}

Result<void> Hub::decide_evidence(const Viewer& asking, std::uint64_t number, const NewEvidenceDecision& decided) {
  if (auto allowed = allow(asking, Action::person, "decide a request for evidence"); !allowed) return allowed;
  if (!asking.token.empty()) return refusal(asking, "decide a request for evidence");
  const auto book = trust();
  const auto found = std::ranges::find(book->requests, number, &EvidenceRequest::number);
  if (found == book->requests.end() || found->holder != asking.agency || found->account == asking.account)
    return failure(ErrorCode::not_found, "There is no such request, or it is not for you.");
  if (found->decision) return failure(ErrorCode::usage, "It was decided already.");
  if (blank(decided.reason) || decided.reason.size() > longest_text)
    return failure(ErrorCode::usage, "Write why, in at most 2,000 letters.");
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  EvidenceRequest::Decision decision{viewer.account, viewer.name, std::string(decided.reason), decided.give, {}, {}};
  if (decided.give) {
    for (const RecordIndex index : may_leave(*projection, viewer, *found)) {
      if (decide_for(viewer, projection->holdings().at(index)).depth != access::Depth::full) continue;
      const std::string record(projection->holdings().name(index));
      const bool sensitive = std::ranges::find(decided.sensitive, record) != decided.sensitive.end();
      if (sensitive || std::ranges::find(decided.given, record) != decided.given.end())
        decision.schedule.push_back({record, sensitive});
    }
    if (decision.schedule.empty()) return failure(ErrorCode::usage, "Choose at least one record, or refuse the request.");
  }
  const auto written = write_trust(viewer, EntryKind::evidence_decision, encode_decision(number, decision));
  if (!written) return std::unexpected(written.error());
  return {};
}

}  // namespace wider::hub
