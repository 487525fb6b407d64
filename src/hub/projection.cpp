#include "hub/projection.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/policy.hpp"
#include "hub/search.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

using nlohmann::json;

std::unexpected<Error> not_its_kind(std::uint64_t sequence) {
  return failure(ErrorCode::corrupt,
                 "entry " + std::to_string(sequence) + " does not hold what its kind says; run wider ledger verify");
}

LinkDecision decision_of(const json& body) {
  LinkDecision decision;
  decision.left_agency = agency_named(body.at("left_agency").get<std::string>()).value();
  decision.left = body.at("left").get<std::string>();
  decision.right_agency = agency_named(body.at("right_agency").get<std::string>()).value();
  decision.right = body.at("right").get<std::string>();
  decision.same = body.at("same").get<bool>();
  decision.withdrawn = body.at("withdrawn").get<bool>();
  decision.by = body.value("by", std::string());
  decision.reason = body.value("reason", std::string());
  decision.purpose = body.value("purpose", std::string());
  decision.account = body.value("account", 0U);
  decision.unsure = body.value("unsure", false);
  decision.waits = body.value("waits", false);
  decision.agrees = body.value("agrees", false);
  decision.agreed_by = body.value("agreed_by", std::string());
  return decision;
}

void apply_event(const json& body, Instant at, Facts& facts) {
  FindingEvent event;
  event.finding = body.at("finding").get<std::string>();
  event.action = static_cast<FindingAction>(body.at("action").get<int>());
  event.reason = body.at("reason").get<std::string>();
  event.until = body.at("until").get<std::string>();
  event.account = body.at("account").get<std::uint32_t>();
  event.at = at;
  facts.finding_events.push_back(event);
}

}  // namespace

bool about_the_same_two(const LinkDecision& a, const LinkDecision& b) {
  const auto same = [](Agency agency, const std::string& name, Agency other_agency, const std::string& other_name) {
    return agency == other_agency && name == other_name;
  };
  return (same(a.left_agency, a.left, b.left_agency, b.left) &&
          same(a.right_agency, a.right, b.right_agency, b.right)) ||
         (same(a.left_agency, a.left, b.right_agency, b.right) && same(a.right_agency, a.right, b.left_agency, b.left));
}

void apply_word(std::vector<LinkDecision>& standing, LinkDecision word) {
  const auto find = [&](auto&& which) {
    return std::find_if(standing.begin(), standing.end(),
                        [&](const LinkDecision& one) { return about_the_same_two(one, word) && which(one); });
  };
  const auto waiting = find([](const LinkDecision& one) { return one.waits; });
  const auto unsure = find([](const LinkDecision& one) { return one.unsure; });
  const auto counting = find([](const LinkDecision& one) { return one.counts(); });
  if (word.agrees) {
    const bool another = waiting != standing.end() &&
                         (waiting->account != word.account || (word.account == 0 && waiting->by != word.by));
    if (!another) return;
    LinkDecision agreed = *waiting;
    agreed.waits = false;
    agreed.agreed_by = word.by;
    std::erase_if(standing, [&](const LinkDecision& one) { return about_the_same_two(one, word); });
    standing.push_back(std::move(agreed));
  } else if (word.withdrawn) {
    // What was said last is taken back: a word that waits before one that counts.
    const auto last = waiting != standing.end() ? waiting : unsure != standing.end() ? unsure : counting;
    if (last != standing.end()) standing.erase(last);
  } else if (word.waits || word.unsure) {
    const auto before = word.waits ? waiting : unsure;
    if (before != standing.end()) standing.erase(before);
    if (word.waits)
      std::erase_if(standing, [&](const LinkDecision& one) { return one.unsure && about_the_same_two(one, word); });
    standing.push_back(std::move(word));
  } else {
    std::erase_if(standing, [&](const LinkDecision& one) { return about_the_same_two(one, word); });
    standing.push_back(std::move(word));
  }
}

Projection::Projection() = default;
Projection::~Projection() = default;

void Facts::take_receipt(Agency agency, Handling handling, Instant received) {
  if (handling != Handling::shared) return;
  last_received = std::max(last_received, received);
  Instant& last = last_received_from[agency];
  last = std::max(last, received);
}

const access::Policy& Facts::policy_in_use() const {
  return policy ? *policy : access::shipped_policy();
}

void Facts::take_policy(std::string text, std::uint64_t sequence) {
  if (sequence <= policy_sequence) return;  // what was read again
  const auto sensitive = [this] {
    std::vector<bool> kinds;
    for (std::size_t k = 0; k < record_kind_count; ++k)
      kinds.push_back(policy_in_use().sensitive(static_cast<RecordKind>(k)));
    return kinds;
  };
  const auto before = sensitive();
  policy_sequence = sequence;
  policy_text = std::move(text);
  // A policy that this version of the program refuses is not obeyed: the shipped one holds until another is adopted.
  auto parsed = access::parse_policy(policy_text, "the adopted policy");
  policy = parsed ? std::make_shared<const access::Policy>(std::move(*parsed)) : nullptr;
  unsealed = unsealed || before != sensitive();  // the rows were read by another rule
}

bool Facts::is_sealed(std::uint32_t record) const {
  return std::binary_search(sealed_rows.begin(), sealed_rows.end(), record);
}

Result<void> Facts::apply(const ledger::Entry& entry) {
  using ledger::EntryKind;
  through = entry.header.sequence;
  if (const auto erasure = erased.find(entry.header.sequence); erasure != erased.end()) {
    // An erasure holds from its entry on, whether its keys are gone yet or not.
    if (!entry.erased) to_erase.push_back(entry.header.sequence);
    if (erasure->second > 0) holdings.add_erased(erasure->second, entry.header.sequence, entry.header.received);
    return {};
  }
  if (entry.erased) return {};
  try {
    switch (entry.header.kind) {
      case EntryKind::record: {
        auto record = decode_record(entry.body);
        if (!record) return not_its_kind(entry.header.sequence);
        // Outside the agency that holds it, which service somebody went to changes nothing (DOMAIN, pattern 4).
        if (policy_in_use().sensitive(record->kind)) record->handling = Handling::originator_only;
        holdings.add(*record, entry.header.sequence, entry.header.received);
        take_receipt(record->agency, record->handling, entry.header.received);
        ++identity_version;
        break;
      }
      case EntryKind::withdrawal: {
        const json body = json::parse(entry.body);
        const auto agency = agency_named(body.at("agency").get<std::string>());
        if (!agency) return not_its_kind(entry.header.sequence);
        if (const auto record = holdings.find_record(*agency, body.at("record").get<std::string>()))
          holdings.withdraw(*record);
        ++identity_version;
        ++past_version;
        break;
      }
      case EntryKind::held_back:
        held_back.push_back(entry.header.sequence);
        break;
      case EntryKind::held_back_settled:
        std::erase(held_back, json::parse(entry.body).at("entry").get<std::uint64_t>());
        break;
      case EntryKind::account:
        put_account(accounts, decode_account(entry.body));
        break;
      case EntryKind::link_decision: {
        LinkDecision word = decode_decision(entry.body);
        word.at = entry.header.received;
        identity_version += word.waits || word.unsure ? 0 : 1;  // neither changes who is who
        decision_history.push_back(word);
        apply_word(link_decisions, std::move(word));
        break;
      }
      case EntryKind::identity_notice:
        notices.push_back(decode_notice(entry.body, entry.header.received));
        break;
      case EntryKind::finding_action:
        apply_event(json::parse(entry.body), entry.header.received, *this);
        break;
      case EntryKind::seal:
        seals.push_back(decode_seal(entry.body, entry.header.sequence, entry.header.received));
        break;
      case EntryKind::unseal: {
        const auto number = json::parse(entry.body).at("seal").get<std::uint64_t>();
        unsealed = std::erase_if(seals, [&](const Seal& seal) { return seal.number == number; }) > 0 || unsealed;
        break;
      }
      case EntryKind::concern:
        concerns.push_back(decode_concern(entry.body, entry.header.received));
        break;
      case EntryKind::emergency:
      case EntryKind::emergency_review:
      case EntryKind::tie:
      case EntryKind::evidence_request:
      case EntryKind::evidence_decision: {
        TrustEntry said{entry.header.sequence, entry.header.kind, entry.header.received, entry.body};
        TrustBook().apply(said);  // throws where it is not what its kind says
        trust.push_back(std::move(said));
        break;
      }
      case EntryKind::policy_adopted:
        take_policy(entry.body, entry.header.sequence);
        break;
      case EntryKind::hold_placed:
        holds.push_back(decode_hold(entry.body, entry.header.sequence, entry.header.received));
        break;
      case EntryKind::hold_lifted: {
        const auto number = json::parse(entry.body).at("hold").get<std::uint64_t>();
        std::erase_if(holds, [&](const Hold& hold) { return hold.number == number; });
        break;
      }
      case EntryKind::retention_kept: {
        const Keeping keeping = decode_keeping(entry.body);
        for (const auto& record : keeping.records) kept[record] = keeping.until;
        break;
      }
      case EntryKind::erasure:
        for (const auto& [sequence, mentions] : decode_erasure(entry.body).entries)
          unsealed = erased.emplace(sequence, mentions).second || unsealed;
        break;
      case EntryKind::model_adopted:
        model = entry.body;
        ++identity_version;
        ++past_version;
        break;
      case EntryKind::patterns_adopted:
        versions = entry.body;
        break;
      default:
        break;  // looks, searches, sign-ins and the like: proof of what happened, nothing to conclude from
    }
  } catch (const std::exception&) {
    return not_its_kind(entry.header.sequence);
  }
  return {};
}

std::vector<std::uint8_t> originator_only_flags(const Holdings& holdings) {
  std::vector<std::uint8_t> flags(holdings.mentions().size(), 0);
  for (std::size_t m = 0; m < flags.size(); ++m) {
    flags[m] = holdings.at(holdings.mentions()[m].record).handling == Handling::originator_only ? 1 : 0;
  }
  return flags;
}

std::string encode_decision(const LinkDecision& decision) {
  json body = {{"left_agency", name_of(decision.left_agency)},
               {"left", decision.left},
               {"right_agency", name_of(decision.right_agency)},
               {"right", decision.right},
               {"same", decision.same},
               {"withdrawn", decision.withdrawn},
               {"by", decision.by},
               {"purpose", decision.purpose},
               {"reason", decision.reason}};
  if (decision.account != 0) body["account"] = decision.account;
  if (decision.unsure) body["unsure"] = true;
  if (decision.waits) body["waits"] = true;
  if (decision.agrees) body["agrees"] = true;
  if (!decision.agreed_by.empty()) body["agreed_by"] = decision.agreed_by;
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

LinkDecision decode_decision(std::string_view body) {
  return decision_of(json::parse(body));
}

std::string encode_event(const FindingEvent& event) {
  return json{{"finding", event.finding},
              {"action", static_cast<int>(event.action)},
              {"reason", event.reason},
              {"until", event.until},
              {"account", event.account}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string encode_settled(std::uint64_t held_back_entry, const std::string& by) {
  return json{{"entry", held_back_entry}, {"by", by}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string encode_withdrawal(Agency agency, std::string_view record_name) {
  return json{{"agency", name_of(agency)}, {"record", record_name}}.dump();
}

}  // namespace wider::hub
