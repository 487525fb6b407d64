// The pages' side of the hub: sign-in, the one door (admit), home, search, findings and decisions about them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "access/policy.hpp"
#include "base/safe_cell.hpp"
#include "hub/duties.hpp"
#include "hub/finding_view.hpp"
#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/person_view.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"
#include "hub/trust.hpp"
#include "records/known_at.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

constexpr std::size_t lines_on_home = 5;
constexpr std::size_t hits_on_a_page = 50;
// A small hub's past is there at once; for a large one's the page says that it will be.
constexpr std::chrono::milliseconds patience_for_the_past{2000};

// "WB3" of "WB3 1LN", however it is written: a part of the town, not a home.
std::string area_of(std::string_view postcode) {
  std::string area;
  std::ranges::copy_if(postcode, std::back_inserter(area), [](char c) { return c != ' '; });
  if (area.size() > 4) area.resize(area.size() - 3);
  return area;
}

constexpr int new_fact_days = 7;
constexpr int notice_days = 28;

// New facts about the children of findings that the viewer has taken: what others would have to be rung for otherwise.
void add_new_facts(const Projection& projection, const Viewer& viewer, const std::vector<PersonId>& children,
                   Instant now, HomeView& view) {
  const Holdings& holdings = projection.holdings();
  const Date since = day_of(now) + -new_fact_days;
  view.new_facts_since = to_words(since);
  std::vector<std::pair<RecordIndex, PersonId>> facts;
  for (const PersonId child : children) {
    for (const MentionIndex m : projection.people.mentions_of(child)) {
      const RecordRow& record = holdings.at(holdings.at(m).record);
      if (record.received < start_of(since) || decide_for(viewer, record).depth < access::Depth::outline) continue;
      facts.emplace_back(holdings.at(m).record, child);
    }
  }
  std::sort(facts.begin(), facts.end(), std::greater<>());
  facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  view.new_facts_in_all = static_cast<std::uint32_t>(facts.size());
  for (std::size_t i = 0; i < std::min(facts.size(), lines_on_home); ++i) {
    const auto& [record, child] = facts[i];
    const Profile profile = profile_of(projection, viewer, child);
    view.new_facts.push_back({person_text(child), profile.name, record_in_words(holdings, record),
                              "received " + to_words(day_of(holdings.at(record).received))});
  }
}

void add_findings(const Projection& projection, const Viewer& viewer, const FindingStates& states, Instant now,
                  HomeView& view) {
  std::vector<PersonId> children;
  for (const FindingWithState& one : findings_for(projection, viewer, states)) {
    if (one.state.stage == FindingStage::open) {
      ++view.findings_in_all;
      if (view.findings.size() < lines_on_home) view.findings.push_back(finding_line(projection, viewer, one));
    } else if (one.state.stage == FindingStage::taken && one.state.by == viewer.account) {
      ++view.findings_yours;
      children.insert(children.end(), one.finding->children.begin(), one.finding->children.end());
    } else if (allowed(one.state, FindingAction::agree, viewer.account) && may(viewer, Action::act_on_finding)) {
      ++view.second_looks_in_all;
      if (view.second_looks.size() < lines_on_home) view.second_looks.push_back(finding_line(projection, viewer, one));
    }
  }
  std::sort(children.begin(), children.end());
  children.erase(std::unique(children.begin(), children.end()), children.end());
  add_new_facts(projection, viewer, children, now, view);
}

bool for_viewer(const Finding& finding, const Viewer& viewer) {
  return !finding.audience || *finding.audience == viewer.agency;
}

}  // namespace

Result<void> Hub::admit(const Viewer& viewer, Action action, EntryKind kind, std::string_view what) {
  if (auto allowed = allow(viewer, action, what); !allowed) return allowed;
  // Between a seal's entry and the picture without what it sealed, nobody is answered.
  if (projection()->facts.through < sealed_through_.load())
    return failure(ErrorCode::unavailable, "Records are being put together anew. Try again in a minute.");
  nlohmann::json body = {
      {"what", what}, {"purpose", access::name_of(*viewer.purpose)}, {"reference", viewer.purpose_reference}};
  if (!viewer.token.empty()) body["token"] = viewer.token;           // a program's look, in its owner's name
  if (ledger_->simulated()) body["at"] = system_now().microseconds;  // the header's time is that of the last delivery
  return append_only(kind, reference_of(viewer.account),
                     body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), viewer.purpose_entry);
}

PageFrame Hub::frame(const Viewer& asking) {
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  PageFrame frame;
  const Facts& facts = projection->facts;
  if (facts.last_received.valid()) {
    frame.data_good_to = fmt::format("All agencies up to {}.", day_and_time(facts.last_received));
    const auto police = facts.last_received_from.find(Agency::police);
    if (police != facts.last_received_from.end()) {
      frame.data_good_to += fmt::format(" Police last received {}.", day_and_time(police->second));
    }
  } else {
    frame.data_good_to = "Nothing has been received yet.";
  }
  frame.simulated = ledger_->simulated();
  frame.duty_desk = facts.policy_in_use().duty_desk();
  frame.not_shown = facts.policy_in_use().not_shown();
  const auto& seals = facts.seals;
  frame.may_open_sealed = may(viewer, Action::governance) || std::ranges::any_of(seals, [&](const Seal& seal) {
                            return seal.may_open.contains(viewer.account);
                          });
  if (may(viewer, Action::governance)) {
    frame.emergencies_waiting = static_cast<std::uint32_t>(
        std::ranges::count_if(trust()->emergencies, [](const Emergency& one) { return !one.review; }));
  }
  if (may(viewer, Action::findings)) {
    const FindingStates states = states_now();
    for (const Finding& finding : projection->findings) {
      if (for_viewer(finding, viewer) && !in_conflict(viewer, projection->holdings(), finding) &&
          state_in(states, finding.id).stage == FindingStage::open)
        ++frame.findings_waiting;
    }
  }
  return frame;
}

Result<FindingsView> Hub::findings(const Viewer& viewer, const FindingsQuery& query) {
  if (auto admitted = admit(viewer, Action::findings, EntryKind::look, "findings"); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  return make_findings_view(*projection, placed(viewer, *projection), states_now(), query);
}

FindingStates Hub::states_now() const {
  return finding_states(all_events(), projection()->facts.accounts, day_of(now()));
}

FindingStates Hub::states_on(Date day) const {
  std::vector<FindingEvent> events = all_events();
  std::erase_if(events, [&](const FindingEvent& event) { return event.at > end_of(day); });
  return finding_states(events, projection()->facts.accounts, day);
}

std::vector<FindingEvent> Hub::all_events() const {
  const std::scoped_lock lock(events_mutex_);
  const auto projection = this->projection();
  std::vector<FindingEvent> events = projection->facts.finding_events;
  for (const auto& [sequence, event] : recent_events_) {
    if (sequence > projection->facts.through) events.push_back(event);
  }
  return events;
}

std::shared_ptr<const DutyBook> Hub::duties_of(const std::shared_ptr<const Projection>& projection) {
  const Instant now = now_of(*projection);
  {
    const std::scoped_lock lock(duties_mutex_);
    if (duties_ && duties_of_ == projection && duties_on_ == day_of(now)) return duties_;
  }
  // Made outside the lock, so that pages of the projection before do not wait for it.
  auto book = std::make_shared<const DutyBook>(duty_book(*projection, now));
  const std::scoped_lock lock(duties_mutex_);
  duties_ = book;
  duties_of_ = projection;
  duties_on_ = day_of(now);
  return book;
}

Result<HomeView> Hub::home(const Viewer& asking) {
  if (auto admitted = admit(asking, Action::home, EntryKind::look, "home"); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  HomeView view;
  add_duties(*projection, *duties_today(), viewer, view);
  if (may(viewer, Action::findings)) add_findings(*projection, viewer, states_now(), now(), view);
  if (may(viewer, Action::decide_link)) {
    const Words words = words_now(*projection);
    const ReviewView second =
        make_review_view(*projection, *reviews_of(projection), words.standing, viewer, {ReviewPart::second, 1});
    for (const ReviewLine& line : second.lines) {
      if (line.yours) continue;
      ++view.second_words_in_all;
      if (view.second_words.size() < lines_on_home) view.second_words.push_back(line);
    }
    view.reviews_waiting = second.in_all[static_cast<std::size_t>(ReviewPart::waiting)];
    view.identity_notices = notices_for(*projection, words.notices, viewer, day_of(now()) + -notice_days);
  }
  if (may(viewer, Action::held_back))
    view.held_back_rows = static_cast<std::uint32_t>(projection->facts.held_back.size());
  view.last_checked = day_and_time(now());
  return view;
}

Result<SearchView> Hub::search(const Viewer& asking, std::string_view query) {
  if (auto admitted = admit(asking, Action::search, EntryKind::search, query.substr(0, 200)); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  SearchView view;
  view.query = std::string(query.substr(0, 200));
  const Found found =
      projection->search->search(projection->holdings(), projection->people, query, viewer, hits_on_a_page);
  view.more = found.more;
  view.only_part = found.only_part;
  for (const Hit& hit : found.hits) {
    const Profile profile = profile_of(*projection, viewer, hit.person);
    if (!profile.shown) continue;
    std::string also = join_words(
        std::vector(profile.other_names.begin(),
                    profile.other_names.begin() + std::min<std::ptrdiff_t>(3, std::ssize(profile.other_names))));
    const std::string area = area_of(profile.postcode);
    constexpr const char* fits[] = {"All that you typed is the same", "All that you typed fits",
                                    "Part of what you typed fits"};
    view.hits.push_back({person_text(hit.person), profile.name, std::move(also),
                         born_words(profile.birth_date, day_of(now())), area, list_of(profile.known_to), hit.why,
                         fits[static_cast<std::size_t>(hit.fit)]});
  }
  return view;
}

Result<PersonView> Hub::person(const Viewer& asking, std::string_view person, const PersonQuery& query) {
  if (auto admitted = admit(asking, Action::person, EntryKind::look, person.substr(0, 20)); !admitted)
    return std::unexpected(admitted.error());
  const auto today = this->projection();
  auto id = person_of_text(person);
  // Everything on the page is of the day asked for: also who was taken for one person, findings and duties.
  std::shared_ptr<const Projection> projection = today;
  const auto as_known_at = parse_iso_date(query.as_known_at);
  if (as_known_at) {
    auto then = past_.of(today, *as_known_at, patience_for_the_past);
    if (!then) return std::unexpected(then.error());
    projection = std::move(*then);
    if (id) id = person_known_at(*today, *projection, *id);
  }
  const auto nobody = failure(ErrorCode::not_found,
                              "There is no such person, or nothing of them can be shown. Worried? Ring the duty desk.");
  if (!id || !projection->people.exists(*id)) return nobody;
  const Viewer viewer = placed(asking, *projection, *today);
  const linkage::ModelPtr model = model_of(*projection);
  auto view = make_person_view(*projection, *ledger_, model.get(), viewer, *id, query, now());
  if (!view) return std::unexpected(view.error());
  if (view->name.empty()) return nobody;
  for (const Emergency& one : trust()->emergencies) {
    if (one.account != viewer.account || !one.open_at(system_now())) continue;
    for (const std::string& text : mentions_today(*today, one.who)) {
      const auto m = mention_of_text(projection->holdings(), text);
      if (m && projection->people.of(*m) == *id) view->emergency_until = day_and_time(one.until);
    }
  }
  const auto duties = as_known_at ? std::make_shared<const DutyBook>(duty_book(*projection, end_of(*as_known_at)))
                                  : duties_of(projection);
  add_duties_of(*projection, *duties, viewer, *id, *view);
  if (!may(viewer, Action::finding)) return view;
  const FindingStates states = as_known_at ? states_on(*as_known_at) : states_now();
  for (const FindingWithState& one : findings_for(*projection, viewer, states)) {
    const auto& people = one.finding->people;
    const bool dismissed = one.state.stage == FindingStage::dismissed || one.state.stage == FindingStage::second_look;
    if (dismissed || std::find(people.begin(), people.end(), *id) == people.end()) continue;
    view->findings.push_back(finding_line(*projection, viewer, one));
  }
  return view;
}

Result<FindingView> Hub::finding(const Viewer& asking, std::string_view id) {
  if (auto admitted = admit(asking, Action::finding, EntryKind::look, fmt::format("Finding {}", id.substr(0, 80)));
      !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  for (const Finding& finding : projection->findings) {
    if (finding.id == id && for_viewer(finding, viewer) && !in_conflict(viewer, projection->holdings(), finding)) {
      const linkage::ModelPtr model = model_of(*projection);
      return make_finding_view(*projection, *ledger_, model.get(), viewer, finding, all_events(), states_now());
    }
  }
  return failure(
      ErrorCode::not_found,
      "There is no such finding. It may have been withdrawn because a fact or an identity it rested on changed.");
}

Result<void> Hub::act_on_finding(const Viewer& asking, std::string_view id, FindingAction action,
                                 std::string_view reason, std::string_view until, std::optional<std::uint64_t> seen) {
  if (auto allowed = allow(asking, Action::act_on_finding, fmt::format("Finding {}", id.substr(0, 80))); !allowed)
    return allowed;
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  const bool there = std::any_of(projection->findings.begin(), projection->findings.end(), [&](const Finding& finding) {
    return finding.id == id && for_viewer(finding, viewer) && !in_conflict(viewer, projection->holdings(), finding);
  });
  if (!there) return failure(ErrorCode::not_found, "There is no such finding.");
  if (auto filled = filled_in(action, reason, until, day_of(now())); !filled) return filled;
  FindingEvent event{std::string(id),    action,         std::string(reason.substr(0, 2000)),
                     std::string(until), viewer.account, now()};
  const std::scoped_lock one_at_a_time(acting_mutex_);
  if (seen) {
    std::vector<FindingEvent> acts = all_events();
    std::erase_if(acts, [&](const FindingEvent& act) { return act.finding != event.finding; });
    if (acts.size() > *seen) {
      const FindingEvent& last = acts.back();
      const bool the_same = last.action == event.action && last.reason == event.reason && last.until == event.until;
      if (the_same && last.account == event.account) return {};  // the form was sent twice
      return failure(ErrorCode::usage,
                     fmt::format("Somebody acted after you opened this page. {}: {}. Look again, then "
                                 "decide.",
                                 account_name(projection->facts.accounts, last.account), past_words(last.action)));
    }
  }
  if (auto may = allowed(state_in(states_now(), event.finding), action, viewer.account); !may) return may;
  const auto entered =
      append_small(EntryKind::finding_action, reference_of(viewer.account), encode_event(event), viewer.purpose_entry);
  if (!entered) return std::unexpected(entered.error());
  const std::scoped_lock lock(events_mutex_);
  recent_events_.emplace_back(*entered, std::move(event));
  return {};
}

Result<HeldBackView> Hub::held_back(const Viewer& viewer, std::uint32_t page) {
  if (auto admitted = admit(viewer, Action::held_back, EntryKind::look, "held back"); !admitted)
    return std::unexpected(admitted.error());
  const auto entries = held_back_entries();
  if (!entries) return std::unexpected(entries.error());
  constexpr std::size_t size = HeldBackView::on_a_page;
  HeldBackView view;
  view.in_all = entries->size();
  view.pages = static_cast<std::uint32_t>(std::max<std::size_t>(1, (entries->size() + size - 1) / size));
  view.page = std::clamp(page, 1U, view.pages);
  const std::size_t first = (view.page - 1) * size;
  auto rows = held_back_lines(std::span(*entries).subspan(first, std::min(size, entries->size() - first)));
  if (!rows) return std::unexpected(rows.error());
  view.rows = std::move(*rows);
  return view;
}

Result<std::string> Hub::held_back_file(const Viewer& viewer, Agency agency) {
  const auto what = fmt::format("held back rows of {}, as a file", name_of(agency));
  if (auto admitted = admit(viewer, Action::held_back, EntryKind::look, what); !admitted)
    return std::unexpected(admitted.error());
  const auto rows = held_back_rows();
  if (!rows) return std::unexpected(rows.error());
  std::string file = "file,row,column,reason,remedy,row as it came\r\n";
  for (const HeldBackLine& row : *rows) {
    if (row.agency != name_of(agency)) continue;
    file += fmt::format("{},{},{},{},{},{}\r\n", safe_cell(row.file), row.row, safe_cell(row.column),
                        safe_cell(row.reason), safe_cell(row.remedy), safe_cell(row.raw));
  }
  return file;
}

Result<void> Hub::mend_held_back(const Viewer& viewer, std::uint64_t entry, std::string_view mended_row) {
  if (auto allowed = allow(viewer, Action::held_back, "mend a row held back"); !allowed) return allowed;
  const auto mended = mend({entry, mended_row, nullptr, reference_of(viewer.account), ""});
  if (!mended) return std::unexpected(mended.error());
  return {};
}

}  // namespace wider::hub
