#include "hub/trust.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "hub/hub.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;
using nlohmann::json;

std::string dump(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

json who_json(const PersonMeant& who) {
  return {{"person", who.person}, {"mentions", who.mentions}};
}
PersonMeant who_of(const json& body) {
  return {body.at("who").at("person").get<std::string>(), body.at("who").at("mentions").get<std::vector<std::string>>()};
}

std::string word(const json& body, const char* key) {
  return body.at(key).get<std::string>();
}

Review review_of(const json& body, Instant at) {
  return {body.at("account").get<std::uint32_t>(), word(body, "by"), word(body, "note"), body.at("good").get<bool>(), at};
}

// The one of that number; whoever has said their word already, and the one whose own it is, say no more.
template <typename Said>
void put_review(std::vector<Said>& all, const json& body, Instant at) {
  const auto found = std::ranges::find(all, body.at("of").get<std::uint64_t>(), &Said::number);
  Review review = review_of(body, at);
  if (found != all.end() && !found->review && found->account != review.account) found->review = std::move(review);
}

EvidenceRequest request_of(const json& body) {
  EvidenceRequest request;
  request.account = body.at("account").get<std::uint32_t>();
  request.by = word(body, "by");
  request.of = agency_named(word(body, "agency")).value();
  request.holder = agency_named(word(body, "holder")).value();
  request.who = who_of(body);
  request.line_of_enquiry = word(body, "line_of_enquiry");
  request.necessity = word(body, "necessity");
  request.proportionality = word(body, "proportionality");
  request.victim = word(body, "victim");
  return request;
}

EvidenceRequest::Decision decision_of(const json& body, Instant at) {
  EvidenceRequest::Decision decision;
  decision.account = body.at("account").get<std::uint32_t>();
  decision.by = word(body, "by");
  decision.reason = word(body, "reason");
  decision.given = body.at("given").get<bool>();
  for (const json& item : body.at("schedule")) decision.schedule.push_back({word(item, "record"), item.at("sensitive").get<bool>()});
  decision.at = at;
  return decision;
}

}  // namespace

bool is_of_trust(EntryKind kind) {
  return kind >= EntryKind::emergency && kind <= EntryKind::evidence_decision;
}

PersonMeant meant_by(const Projection& projection, PersonId person) {
  PersonMeant who{person_text(person), {}};
  for (const MentionIndex m : projection.people.mentions_of(person))
    who.mentions.push_back(mention_text(projection.holdings(), m));
  return who;
}

std::vector<std::string> mentions_today(const Projection& projection, const PersonMeant& meant) {
  std::set<PersonId> people;
  std::vector<std::string> mentions = meant.mentions;
  for (const std::string& text : meant.mentions) {
    const auto m = mention_of_text(projection.holdings(), text);
    if (const PersonId person = m ? projection.people.of(*m) : PersonId{}; person.valid()) people.insert(person);
  }
  for (const PersonId person : people) {
    for (const MentionIndex m : projection.people.mentions_of(person))
      mentions.push_back(mention_text(projection.holdings(), m));
  }
  return mentions;
}

void TrustBook::apply(const TrustEntry& entry) {
  const json body = json::parse(entry.body);
  switch (entry.kind) {
    case EntryKind::emergency:
      emergencies.push_back({entry.sequence, body.at("account").get<std::uint32_t>(), word(body, "by"),
                             word(body, "reason"), who_of(body), Instant{body.at("opened").get<std::int64_t>()},
                             Instant{body.at("until").get<std::int64_t>()}, std::nullopt});
      break;
    case EntryKind::emergency_review:
      put_review(emergencies, body, entry.received);
      break;
    case EntryKind::tie:
      if (body.contains("of")) {
        put_review(ties, body, entry.received);
      } else {
        ties.push_back({entry.sequence, body.at("account").get<std::uint32_t>(), word(body, "by"), word(body, "what"),
                        who_of(body), entry.received, std::nullopt});
      }
      break;
    case EntryKind::evidence_request:
      requests.push_back(request_of(body));
      requests.back().number = entry.sequence;
      requests.back().at = entry.received;
      break;
    case EntryKind::evidence_decision: {
      const auto found = std::ranges::find(requests, body.at("of").get<std::uint64_t>(), &EvidenceRequest::number);
      if (found != requests.end() && !found->decision) found->decision = decision_of(body, entry.received);
      break;
    }
    default:
      break;
  }
}

std::string encode(const Emergency& emergency) {
  return dump({{"account", emergency.account},
               {"by", emergency.by},
               {"reason", emergency.reason},
               {"who", who_json(emergency.who)},
               {"opened", emergency.opened.microseconds},
               {"until", emergency.until.microseconds}});
}

std::string encode(const Tie& tie) {
  return dump({{"account", tie.account}, {"by", tie.by}, {"what", tie.what}, {"who", who_json(tie.who)}});
}

std::string encode(const EvidenceRequest& request) {
  return dump({{"account", request.account},
               {"by", request.by},
               {"agency", name_of(request.of)},
               {"holder", name_of(request.holder)},
               {"who", who_json(request.who)},
               {"line_of_enquiry", request.line_of_enquiry},
               {"necessity", request.necessity},
               {"proportionality", request.proportionality},
               {"victim", request.victim}});
}

std::string encode_review(std::uint64_t of, const Review& review) {
  return dump(
      {{"of", of}, {"account", review.account}, {"by", review.by}, {"note", review.note}, {"good", review.good}});
}

std::string encode_decision(std::uint64_t of, const EvidenceRequest::Decision& decision) {
  json schedule = json::array();
  for (const auto& item : decision.schedule) schedule.push_back({{"record", item.record}, {"sensitive", item.sensitive}});
  return dump({{"of", of},
               {"account", decision.account},
               {"by", decision.by},
               {"reason", decision.reason},
               {"given", decision.given},
               {"schedule", schedule}});
}

access::Standing Standings::of(std::uint64_t sequence) const {
  if (std::ranges::binary_search(conflict, sequence)) return access::Standing::conflict;
  if (std::ranges::binary_search(emergency, sequence)) return access::Standing::emergency;
  return access::Standing::plain;
}

std::shared_ptr<const Standings> standings_of(const TrustBook& book, std::uint32_t account, Instant now,
                                              const Projection& projection, const Projection& today) {
  Standings standings;
  const auto add = [&](const PersonMeant& who, std::vector<std::uint64_t>& sequences) {
    // Names of today's mentions first: in the past the person may have been several.
    PersonMeant all{who.person, mentions_today(today, who)};
    for (const std::string& text : mentions_today(projection, all)) {
      if (const auto m = mention_of_text(projection.holdings(), text))
        sequences.push_back(projection.holdings().at(projection.holdings().at(*m).record).sequence);
    }
  };
  for (const Tie& tie : book.ties) {
    if (tie.account == account && tie.holds()) add(tie.who, standings.conflict);
  }
  for (const Emergency& emergency : book.emergencies) {
    if (emergency.account == account && emergency.open_at(now)) add(emergency.who, standings.emergency);
  }
  if (standings.conflict.empty() && standings.emergency.empty()) return nullptr;
  std::ranges::sort(standings.conflict);
  std::ranges::sort(standings.emergency);
  return std::make_shared<const Standings>(std::move(standings));
}

bool in_conflict(const Viewer& viewer, const Holdings& holdings, const Finding& finding) {
  if (!viewer.standings || viewer.standings->conflict.empty()) return false;
  return std::ranges::any_of(finding.proof, [&](RecordIndex record) {
    return viewer.standings->of(holdings.at(record).sequence) == access::Standing::conflict;
  });
}

}  // namespace wider::hub
