// Sealed records and concerns: what a named officer seals, who reads it, and what reaches them.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/policy.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

constexpr std::size_t longest_text = 2000;
constexpr std::size_t longest_line = 200;

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

ConcernLine line_of(const Concern& concern) {
  return {concern.reference,
          concern.about,
          concern.born,
          concern.what,
          fmt::format("{}, {}", concern.by, title_of(concern.agency)),
          to_words(day_of(concern.at)),
          concern.person};
}

std::string random_reference() {
  std::string text;
  const ledger::Ref reference = ledger::random_ref();
  for (std::size_t i = 0; i < 5; ++i) text += fmt::format("{:02X}", reference[i]);
  return text;
}

}  // namespace

std::vector<Concern> Hub::concerns_now() const {
  const std::scoped_lock lock(events_mutex_);
  const auto projection = this->projection();
  std::vector<Concern> concerns = projection->facts.concerns;
  for (const auto& [sequence, concern] : recent_concerns_) {
    if (sequence > projection->facts.through) concerns.push_back(concern);
  }
  return concerns;
}

Result<ConcernsView> Hub::concerns(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::concern, EntryKind::look, "concerns"); !admitted)
    return std::unexpected(admitted.error());
  ConcernsView view;
  // A function of what was typed alone: the same whether a child is sealed, known or neither.
  for (const Concern& concern : concerns_now()) {
    if (concern.account == viewer.account) {
      view.yours.push_back(line_of(concern));
    } else if (viewer.role == access::UserRole::social_worker) {
      view.waiting.push_back(line_of(concern));
    }
  }
  std::ranges::reverse(view.yours);
  std::ranges::reverse(view.waiting);
  return view;
}

Result<std::string> Hub::raise_concern(const Viewer& viewer, const NewConcern& told) {
  if (auto allowed = allow(viewer, Action::concern, "raise a concern"); !allowed)
    return std::unexpected(allowed.error());
  if (blank(told.about) || told.about.size() > longest_line)
    return failure(ErrorCode::usage, "Write whom you are worried about, in at most 200 letters.");
  if (blank(told.what) || told.what.size() > longest_text)
    return failure(ErrorCode::usage, "Write what you saw or heard, in at most 2,000 letters.");
  if (told.born.size() > longest_line || told.person.size() > 20)
    return failure(ErrorCode::usage, "Write the date of birth in at most 200 letters.");
  Concern concern{random_reference(),
                  std::string(told.about),
                  std::string(told.born),
                  std::string(told.what),
                  std::string(told.person),
                  viewer.name,
                  viewer.account,
                  viewer.agency,
                  now()};
  const std::scoped_lock one_at_a_time(acting_mutex_);
  // The form was sent twice: a day's concern in the same words is one. What was typed alone decides.
  for (const Concern& one : concerns_now()) {
    if (one.account == concern.account && one.about == concern.about && one.born == concern.born &&
        one.what == concern.what && one.person == concern.person &&
        std::abs(concern.at.microseconds - one.at.microseconds) < std::int64_t{24} * 3'600'000'000)
      return one.reference;
  }
  const auto entered =
      append_small(EntryKind::concern, reference_of(viewer.account), encode_concern(concern), viewer.purpose_entry);
  if (!entered) return std::unexpected(entered.error());
  std::string reference = concern.reference;
  const std::scoped_lock lock(events_mutex_);
  recent_concerns_.emplace_back(*entered, std::move(concern));
  return reference;
}

Result<SealedView> Hub::sealed(const Viewer& asking) {
  if (auto admitted = admit(asking, Action::home, EntryKind::look, "sealed records"); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  const Holdings& holdings = projection->holdings();
  SealedView view;
  view.may_seal = access::may(viewer.role, Action::governance);
  const auto accounts = accounts_.all();
  const std::vector<Concern> concerns = concerns_now();
  for (const Seal& seal : projection->facts.seals) {
    if (!seal.may_open.contains(viewer.account)) continue;
    SealedView::SealLine line;
    line.number = seal.number;
    line.person = seal.person;
    line.kind = title_of(seal.kind);
    line.reason = seal.reason;
    line.by = seal.by;
    line.when = to_words(day_of(seal.at));
    std::vector<std::string> names;
    for (const Account& account : accounts) {
      if (seal.may_open.contains(account.number) && !account.closed) names.push_back(account.name);
    }
    line.may_open = join_words(names);
    for (const std::uint32_t r : projection->facts.sealed_rows) {
      const RecordRow& row = holdings.records()[r];
      const access::Depth depth = decide_for(viewer, row).depth;
      if (depth == access::Depth::nothing || !covers(seal, holdings, RecordIndex(r))) continue;
      SealedView::RecordLine record;
      record.agency = title_of(row.agency);
      if (depth >= access::Depth::outline) {
        record.record = holdings.name(RecordIndex(r));
        record.when = to_words(row.day());
        record.says = fmt::format("{}.", title_of(row.kind));
      }
      if (depth == access::Depth::full) {
        const auto entry = ledger_->read(row.sequence);
        if (!entry) return std::unexpected(entry.error());
        if (const auto body = decode_record(entry->body); !entry->erased && body && !body->text.empty())
          record.says = body->text;
      }
      line.records.push_back(std::move(record));
    }
    for (const Concern& concern : concerns) {
      if (may_be_about(concern, seal)) line.concerns.push_back(line_of(concern));
    }
    view.seals.push_back(std::move(line));
  }
  if (view.seals.empty() && !view.may_seal) return std::unexpected(refusal(viewer, "sealed records").error());
  std::ranges::reverse(view.seals);
  if (view.may_seal) {
    for (const Account& account : accounts) {
      if (!account.closed && account.number != viewer.account)
        view.accounts.push_back({account.username, account.name});
    }
  }
  return view;
}

// The entry first, then nothing is answered until what it says holds: no page is made from the picture before it.
Result<void> Hub::write_seal(const Viewer& viewer, EntryKind kind, std::string body) {
  const auto entered = append_small(kind, reference_of(viewer.account), std::move(body), viewer.purpose_entry);
  if (!entered) return std::unexpected(entered.error());
  return hold_from(*entered);
}

Result<void> Hub::hold_from(std::uint64_t entry) {
  for (std::uint64_t before = sealed_through_.load(); before < entry;) {
    if (sealed_through_.compare_exchange_weak(before, entry)) break;
  }
  if (auto settled = settle({}); !settled) return std::unexpected(settled.error());
  return {};
}

Result<void> Hub::seal_person(const Viewer& viewer, const NewSeal& wanted) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "seal a person"); !admitted) return admitted;
  const auto projection = this->projection();
  const auto kind = seal_kind_named(wanted.kind);
  if (!kind) return failure(ErrorCode::usage, "Choose why the records are sealed.");
  if (blank(wanted.reason) || wanted.reason.size() > longest_text)
    return failure(ErrorCode::usage, "Write the reason: the order, the request, who asked.");
  Seal seal;
  auto id = person_of_text(wanted.person);
  if (*kind == SealKind::privileged) {
    const std::size_t slash = std::min(wanted.person.find('/'), wanted.person.size());
    const auto agency = agency_named(std::string_view(wanted.person).substr(0, slash));
    const std::string name(std::string_view(wanted.person).substr(std::min(slash + 1, wanted.person.size())));
    const auto record = agency ? projection->holdings().find_record(*agency, name) : std::nullopt;
    if (!record || !projection->holdings().at(*record).live)
      return failure(ErrorCode::usage,
                     "There is no such record. Name it as pages do, such as prosecution/charging-decision-17.");
    seal.records.emplace(*agency, name);
    seal.person = fmt::format("{}/{}", name_of(*agency), name);
    id.reset();
  } else if (id && projection->people.exists(*id) && id->value < projection->holdings().mentions().size())
    id = projection->people.of(MentionIndex(id->value));
  if (*kind != SealKind::privileged && (!id || !projection->people.exists(*id)))
    return failure(ErrorCode::usage, "There is nobody of that number. It stands on the person's page, such as P12.");
  if (id) {
    seal = seal_of(projection->holdings(), projection->people, *id);
    seal.person = person_text(*id);
  }
  seal.kind = *kind;
  seal.reason = wanted.reason;
  seal.by = viewer.name;
  seal.account = viewer.account;
  seal.may_open.insert(viewer.account);
  for (const std::string& username : wanted.usernames) {
    const auto account = accounts_.named(username);
    if (!account || account->closed)
      return failure(ErrorCode::usage, "One of those named does not sign in here. Open the page again.");
    seal.may_open.insert(account->number);
  }
  return write_seal(viewer, EntryKind::seal, encode_seal(seal));
}

Result<void> Hub::unseal(const Viewer& viewer, std::uint64_t number, std::string_view reason) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "take a seal off"); !admitted) return admitted;
  if (blank(reason) || reason.size() > longest_text)
    return failure(ErrorCode::usage, "Write why the seal is taken off.");
  const auto projection = this->projection();
  const auto& seals = projection->facts.seals;
  const bool yours = std::ranges::any_of(
      seals, [&](const Seal& seal) { return seal.number == number && seal.may_open.contains(viewer.account); });
  if (!yours) return failure(ErrorCode::not_found, "There is no such seal.");
  return write_seal(viewer, EntryKind::unseal,
                    nlohmann::json{{"seal", number}, {"reason", reason}, {"by", viewer.name}}.dump(
                        -1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace wider::hub
