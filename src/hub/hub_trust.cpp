// Openings in an emergency and declared conflicts of interest: what is said holds from the next request, and somebody
// else of the governance role looks at it.
#include "hub/trust.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "access/policy.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

constexpr std::size_t longest_text = 2000;
constexpr const char* nobody = "There is no such person, or nothing of them can be shown. Worried? Ring the duty desk.";

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Result<void> good_text(std::string_view text, const char* what_to_write) {
  if (blank(text) || text.size() > longest_text)
    return failure(ErrorCode::usage, fmt::format("{}, in at most 2,000 letters.", what_to_write));
  return {};
}

ExceptionsView::Line line_of(const Emergency& one, Instant now, std::uint32_t viewer) {
  ExceptionsView::Line line{one.number, one.who.person, one.by, one.reason, day_and_time(one.opened), "", "", false};
  line.state = one.open_at(now) ? "Open until " + day_and_time(one.until) : "Ended";
  if (one.review) {
    line.reviewed = fmt::format("{} by {}: {}", one.review->good ? "Found justified" : "Found not justified",
                                one.review->by, one.review->note);
  }
  line.may_review = !one.review && one.account != viewer;
  return line;
}

ExceptionsView::Line line_of(const Tie& one, std::uint32_t viewer) {
  ExceptionsView::Line line{one.number, one.who.person, one.by, one.what, to_words(day_of(one.at)), "", "", false};
  line.state = one.holds() ? "They do not see this person" : "Lifted";
  if (one.review) {
    line.reviewed =
        fmt::format("{} by {}: {}", one.review->good ? "Lifted" : "Looked at", one.review->by, one.review->note);
  }
  line.may_review = !one.review && one.account != viewer;
  return line;
}

}  // namespace

void Hub::load_trust(const Facts& facts) {
  const std::scoped_lock lock(trust_mutex_);
  if (trust_) return;
  auto book = std::make_shared<TrustBook>();
  for (const TrustEntry& entry : facts.trust) book->apply(entry);
  trust_ = std::move(book);
}

std::shared_ptr<const TrustBook> Hub::trust() const {
  const std::scoped_lock lock(trust_mutex_);
  static const auto nothing = std::make_shared<const TrustBook>();
  return trust_ ? trust_ : nothing;
}

std::shared_ptr<const access::Policy> Hub::policy_now() const {
  const auto projection = this->projection();
  return projection ? projection->facts.policy : nullptr;
}

Result<std::uint64_t> Hub::write_trust(const Viewer& viewer, EntryKind kind, std::string body) {
  const auto entered = append_small(kind, reference_of(viewer.account), body, viewer.purpose_entry);
  if (!entered) return std::unexpected(entered.error());
  const std::scoped_lock lock(trust_mutex_);
  auto book = trust_ ? std::make_shared<TrustBook>(*trust_) : std::make_shared<TrustBook>();
  book->apply({*entered, kind, now(), std::move(body)});
  trust_ = std::move(book);
  return *entered;
}

Viewer Hub::placed(const Viewer& asking, const Projection& projection) const {
  return placed(asking, projection, projection);
}

Viewer Hub::placed(const Viewer& asking, const Projection& projection, const Projection& today) const {
  Viewer viewer = asking;
  viewer.policy = today.facts.policy;
  viewer.standings = standings_of(*trust(), asking.account, system_now(), projection, today);
  return viewer;
}

// The person, where anything of them may be shown to the viewer; a look at them is entered whether or not it may.
Result<PersonId> Hub::person_to_act_on(const Viewer& asking, std::string_view person) {
  if (auto admitted = admit(asking, Action::person, EntryKind::look, person.substr(0, 20)); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  const auto id = person_of_text(person);
  if (!id || !projection->people.exists(*id) || !profile_of(*projection, placed(asking, *projection), *id).shown)
    return failure(ErrorCode::not_found, nobody);
  return *id;
}

Result<void> Hub::open_in_emergency(const Viewer& viewer, std::string_view person, std::string_view reason) {
  // A program is in no emergency.
  if (!viewer.token.empty()) return refusal(viewer, "open in an emergency");
  const auto id = person_to_act_on(viewer, person);
  if (!id) return std::unexpected(id.error());
  if (auto good = good_text(reason, "Write what the emergency is: who is in danger and why it cannot wait"); !good)
    return good;
  const auto projection = this->projection();
  const Instant now = system_now();
  const std::scoped_lock one_at_a_time(acting_mutex_);
  for (const Emergency& one : trust()->emergencies) {
    if (one.account == viewer.account && one.reason == reason && one.until > now && !one.review &&
        one.who == meant_by(*projection, *id))
      return {};  // the form was sent twice
  }
  const access::Policy& policy = projection->facts.policy_in_use();
  Emergency emergency{0,
                      viewer.account,
                      viewer.name,
                      std::string(reason),
                      meant_by(*projection, *id),
                      now,
                      Instant{now.microseconds + std::int64_t{policy.emergency_minutes()} * 60'000'000},
                      std::nullopt};
  if (auto written = write_trust(viewer, EntryKind::emergency, encode(emergency)); !written)
    return std::unexpected(written.error());
  return {};
}

Result<void> Hub::declare_tie(const Viewer& viewer, std::string_view person, std::string_view what) {
  const auto id = person_to_act_on(viewer, person);
  if (!id) return std::unexpected(id.error());
  if (auto good = good_text(what, "Write how you know this person"); !good) return good;
  const Tie tie{0, viewer.account, viewer.name, std::string(what), meant_by(*projection(), *id), {}, std::nullopt};
  if (auto written = write_trust(viewer, EntryKind::tie, encode(tie)); !written)
    return std::unexpected(written.error());
  return {};
}

Result<void> Hub::adopt_policy(std::string_view policy, std::string_view file, const Operator& who) {
  if (auto parsed = access::parse_policy(policy, file); !parsed) return std::unexpected(parsed.error());
  std::string by = who.user;
  std::ranges::replace_if(by, [](unsigned char c) { return c < ' '; }, ' ');
  const auto entered = append_small(EntryKind::policy_adopted, {}, fmt::format("# adopted by {}\n{}", by, policy));
  if (!entered) return std::unexpected(entered.error());
  return hold_from(*entered);
}

Result<ExceptionsView> Hub::exceptions(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "emergencies and conflicts of interest");
      !admitted)
    return std::unexpected(admitted.error());
  const auto book = trust();
  ExceptionsView view;
  for (const Emergency& one : book->emergencies) view.emergencies.push_back(line_of(one, system_now(), viewer.account));
  for (const Tie& one : book->ties) view.ties.push_back(line_of(one, viewer.account));
  std::ranges::reverse(view.emergencies);
  std::ranges::reverse(view.ties);
  return view;
}

Result<void> Hub::review_exception(const Viewer& viewer, ExceptionKind what, std::uint64_t number, bool good,
                                   std::string_view note) {
  if (auto allowed = allow(viewer, Action::governance, "review an emergency or a conflict of interest"); !allowed)
    return allowed;
  if (auto filled = good_text(note, "Write what you found"); !filled) return filled;
  const auto book = trust();
  const auto reviewable = [&](const auto& all) -> Result<void> {
    const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.number == number; });
    if (found == all.end()) return failure(ErrorCode::not_found, "There is none of that number.");
    if (found->account == viewer.account)
      return failure(ErrorCode::usage, "It is your own: somebody else has to look.");
    if (found->review) return failure(ErrorCode::usage, "Somebody has looked at it already.");
    return {};
  };
  const bool emergency = what == ExceptionKind::emergency;
  if (auto may = emergency ? reviewable(book->emergencies) : reviewable(book->ties); !may) return may;
  const Review review{viewer.account, viewer.name, std::string(note), good, {}};
  const auto written =
      write_trust(viewer, emergency ? EntryKind::emergency_review : EntryKind::tie, encode_review(number, review));
  if (!written) return std::unexpected(written.error());
  return {};
}

}  // namespace wider::hub
