// The pages' side of the hub: sign-in, the one door (admit), home, search, findings and decisions about them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "hub/duties.hpp"
#include "hub/finding_view.hpp"
#include "hub/hub.hpp"
#include "hub/person_view.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"
#include "records/known_at.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

constexpr std::size_t findings_on_home = 10;
constexpr std::size_t hits_on_a_page = 50;
// A small hub's past is there at once; for a large one's the page says that it will be.
constexpr std::chrono::milliseconds patience_for_the_past{2000};

std::int64_t monotonic_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A hash nobody's password has, so that an unknown name takes as long as a wrong password.
const std::string& nobodys_hash() {
  static const std::string hash = access::hash_password("nobody signs in with this").value_or("");
  return hash;
}

std::string day_and_time(Instant instant) {
  const Date day = day_of(instant);
  const auto minute = static_cast<std::int16_t>((instant.microseconds - start_of(day).microseconds) / 60'000'000);
  return to_words(When{day, day, Precision::day, minute});
}

bool for_viewer(const Finding& finding, const Viewer& viewer) { return !finding.audience || *finding.audience == viewer.agency; }

}  // namespace

Result<SignIn> Hub::sign_in(std::string_view username, std::string_view password) {
  const auto projection = this->projection();
  const auto refused = failure(ErrorCode::denied, "The user name or the password is not right.");
  if (const double wait = sessions_.wait_seconds(username, monotonic_now()); wait > 0) {
    return failure(ErrorCode::denied, fmt::format("Too many tries. Wait {:.0f} seconds and try again.", wait + 0.5));
  }
  const Account* account = nullptr;
  for (const Account& one : projection->facts.accounts) {
    if (one.username == username && !one.closed) account = &one;
  }
  const bool right = access::verify_password(account ? account->password_hash : nobodys_hash(), password.substr(0, 1024));
  if (!account || !right) {
    sessions_.failed(username, monotonic_now());
    return refused;
  }
  if (auto entered = append_small(EntryKind::sign_in, account->reference, "{}"); !entered) return std::unexpected(entered.error());
  sessions_.succeeded(username);
  return sessions_.open(Viewer{account->number, account->name, account->role, account->agency, std::nullopt, ""}, monotonic_now());
}

Result<SessionView> Hub::session(std::string_view token) {
  auto found = sessions_.find(token, monotonic_now());
  if (!found) return failure(ErrorCode::not_found, "You are not signed in, or were away for more than 15 minutes.");
  return *found;
}

void Hub::sign_out(std::string_view token) {
  if (const auto found = sessions_.find(token, monotonic_now())) {
    (void)append_small(EntryKind::sign_out, reference_of(found->viewer.account), "{}");  // going out is never refused
  }
  sessions_.close(token);
}

Result<void> Hub::choose_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) {
  const auto found = sessions_.find(token, monotonic_now());
  if (!found) return failure(ErrorCode::not_found, "You are not signed in, or were away for more than 15 minutes.");
  const auto body = nlohmann::json{{"purpose", access::name_of(kind)},
                                   {"basis", access::lawful_basis_of(kind)},
                                   {"reference", reference.substr(0, 200)}}
                        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (auto entered = append_small(EntryKind::purpose, reference_of(found->viewer.account), body); !entered) return entered;
  sessions_.set_purpose(token, kind, reference.substr(0, 200));
  return {};
}

Result<void> Hub::admit(const Viewer& viewer, Action action, EntryKind kind, std::string_view what) {
  if (!access::may(viewer.role, action)) {
    return failure(ErrorCode::denied, "Your role does not open this page. If you need it for your work, ask your information governance officer.");
  }
  const auto body = nlohmann::json{{"what", what},
                                   {"purpose", viewer.purpose ? access::name_of(*viewer.purpose) : "none"},
                                   {"reference", viewer.purpose_reference}}
                        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return append_small(kind, reference_of(viewer.account), body);
}

PageFrame Hub::frame(const Viewer& viewer) {
  const auto projection = this->projection();
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
  frame.duty_desk = "01632 960 001";
  for (const FindingLine& line : finding_lines(*projection, viewer, all_events(), day_of(now()))) {
    if (line.is_new) ++frame.findings_waiting;
  }
  return frame;
}

Result<std::vector<FindingLine>> Hub::findings(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::findings, EntryKind::look, "findings"); !admitted) return std::unexpected(admitted.error());
  return finding_lines(*projection(), viewer, all_events(), day_of(now()));
}

std::vector<FindingEvent> Hub::all_events() const {
  std::vector<FindingEvent> events = projection()->facts.finding_events;
  const std::scoped_lock lock(events_mutex_);
  events.insert(events.end(), recent_events_.begin(), recent_events_.end());
  return events;
}

std::shared_ptr<const std::vector<practice::Duty>> Hub::duties_today() {
  const auto projection = this->projection();
  const Date today = day_of(now());
  const std::scoped_lock lock(duties_mutex_);
  if (duties_ && duties_of_ == projection.get() && duties_on_ == today) return duties_;
  duties_ = std::make_shared<const std::vector<practice::Duty>>(open_duties(*projection, now()));
  duties_of_ = projection.get();
  duties_on_ = today;
  return duties_;
}

Result<HomeView> Hub::home(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::home, EntryKind::look, "home"); !admitted) return std::unexpected(admitted.error());
  const auto projection = this->projection();
  HomeView view;
  if (access::may(viewer.role, Action::findings)) {
    for (FindingLine& line : finding_lines(*projection, viewer, all_events(), day_of(now()))) {
      if (!line.is_new) continue;
      ++view.findings_in_all;
      if (view.findings.size() < findings_on_home) view.findings.push_back(std::move(line));
    }
  }
  add_duties(*projection, *duties_today(), viewer, view);
  if (access::may(viewer.role, Action::held_back)) view.held_back_rows = static_cast<std::uint32_t>(projection->facts.held_back.size());
  view.last_checked = day_and_time(now());
  return view;
}

Result<SearchView> Hub::search(const Viewer& viewer, std::string_view query) {
  if (auto admitted = admit(viewer, Action::search, EntryKind::search, query.substr(0, 200)); !admitted) return std::unexpected(admitted.error());
  const auto projection = this->projection();
  SearchView view;
  view.query = std::string(query.substr(0, 200));
  const auto hits = projection->search->search(projection->holdings(), projection->people, query, viewer.agency, hits_on_a_page + 1);
  for (const Hit& hit : hits) {
    const Profile profile = profile_of(*projection, viewer, hit.person);
    if (!profile.shown) continue;
    if (view.hits.size() == hits_on_a_page) {
      view.more = true;
      break;
    }
    std::string also = join_words(std::vector(profile.other_names.begin(), profile.other_names.begin() + std::min<std::ptrdiff_t>(3, std::ssize(profile.other_names))));
    const std::string area = profile.postcode.substr(0, profile.postcode.find(' '));
    view.hits.push_back({person_text(hit.person), profile.name, std::move(also), born_words(profile.birth_date, day_of(now())), area,
                         list_of(profile.known_to), hit.why, static_cast<std::uint32_t>(hit.score * 100 + 0.5)});
  }
  return view;
}

Result<PersonView> Hub::person(const Viewer& viewer, std::string_view person, const PersonQuery& query) {
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  if (auto admitted = admit(viewer, Action::person, EntryKind::look, person.substr(0, 20)); !admitted) return std::unexpected(admitted.error());
  const auto today = this->projection();
  auto shown = today;
  auto id = person_of_text(person);
  const auto as_known_at = parse_iso_date(query.as_known_at);
  if (as_known_at) {
    // Everything on the page is then of that day: also who was taken for one person, findings and duties.
    auto then = past_.of(today, *as_known_at, patience_for_the_past);
    if (!then) return std::unexpected(then.error());
    shown = std::move(*then);
    if (id) id = person_known_at(*today, *shown, *id);
  }
  const auto nobody = failure(ErrorCode::not_found, "There is no such person, or nothing of them can be shown. Worried? Ring the duty desk.");
  if (!id || !shown->people.exists(*id)) return nobody;
  auto view = make_person_view(*shown, *ledger_, viewer, *id, query, now());
  if (!view) return std::unexpected(view.error());
  if (view->name.empty()) return nobody;
  const auto duties = as_known_at ? std::make_shared<const std::vector<practice::Duty>>(open_duties(*shown, end_of(*as_known_at))) : duties_today();
  add_duties_of(*shown, *duties, viewer, *id, *view);
  const auto events = shown == today ? all_events() : shown->facts.finding_events;
  for (FindingLine& line : finding_lines(*shown, viewer, events, as_known_at.value_or(day_of(now())))) {
    const auto found = std::find_if(shown->findings.begin(), shown->findings.end(), [&](const Finding& f) { return f.id == line.id; });
    const bool dismissed = line.state.starts_with("Dismissed");
    if (!dismissed && std::find(found->people.begin(), found->people.end(), *id) != found->people.end()) view->findings.push_back(std::move(line));
  }
  return view;
}

Result<FindingView> Hub::finding(const Viewer& viewer, std::string_view id) {
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  if (auto admitted = admit(viewer, Action::finding, EntryKind::look, id.substr(0, 80)); !admitted) return std::unexpected(admitted.error());
  const auto projection = this->projection();
  for (const Finding& finding : projection->findings) {
    if (finding.id == id && for_viewer(finding, viewer)) {
      return make_finding_view(*projection, *ledger_, viewer, finding, all_events(), day_of(now()));
    }
  }
  return failure(ErrorCode::not_found, "There is no such finding. It may have been withdrawn because a fact or an identity it rested on changed.");
}

Result<void> Hub::act_on_finding(const Viewer& viewer, std::string_view id, FindingAction action, std::string_view reason, std::string_view until) {
  if (!access::may(viewer.role, Action::act_on_finding)) return failure(ErrorCode::denied, "Your role may read findings but not decide about them.");
  const auto projection = this->projection();
  const bool there = std::any_of(projection->findings.begin(), projection->findings.end(),
                                 [&](const Finding& finding) { return finding.id == id && for_viewer(finding, viewer); });
  if (!there) return failure(ErrorCode::not_found, "There is no such finding.");
  if (action == FindingAction::dismiss && reason.size() < 3) return failure(ErrorCode::usage, "Say why the finding is dismissed.");
  if (action == FindingAction::snooze && !parse_iso_date(until)) return failure(ErrorCode::usage, "Say until which day, such as 2012-12-31.");
  FindingEvent event{std::string(id), action, std::string(reason.substr(0, 2000)), std::string(until), viewer.account, now()};
  if (auto entered = append_small(EntryKind::finding_action, reference_of(viewer.account), encode_event(event)); !entered) return entered;
  const std::scoped_lock lock(events_mutex_);
  recent_events_.push_back(event);
  return {};
}

Result<ExplainView> Hub::explain(const Viewer& viewer, std::string_view left_mention, std::string_view right_mention) {
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  if (auto admitted = admit(viewer, Action::explain_link, EntryKind::look, fmt::format("{} {}", left_mention.substr(0, 100), right_mention.substr(0, 100))); !admitted) {
    return std::unexpected(admitted.error());
  }
  const auto projection = this->projection();
  const Holdings& holdings = projection->holdings();
  const auto left = mention_of_text(holdings, left_mention);
  const auto right = mention_of_text(holdings, right_mention);
  const auto may_see = [&](const std::optional<MentionIndex>& m) {
    return m && decide_for(viewer, holdings.at(holdings.at(*m).record)).depth >= access::Depth::outline;
  };
  if (!may_see(left) || !may_see(right)) return failure(ErrorCode::not_found, "One of these records is not there, or cannot be shown. Worried? Ring the duty desk.");
  const linkage::Explanation explanation = explain_link(*projection, *left, *right);
  ExplainView view;
  view.left = left_mention;
  view.right = right_mention;
  view.verdict = explanation.same_cluster ? "These two records are taken for one person." : "These two records are not taken for one person.";
  view.probability = fmt::format("{:.2f} %", explanation.probability * 100);
  view.prior = fmt::format("{:+.1f}", explanation.prior_weight);
  view.total = fmt::format("{:+.1f}", explanation.total_weight);
  for (const auto& field : explanation.fields) {
    std::string rarity = field.term_frequency > 0 ? fmt::format("1 in {:.0f}", 1 / field.term_frequency) : "";
    view.rows.push_back({field.field, field.left, field.right, field.level, fmt::format("{:+.1f}", field.weight), std::move(rarity)});
  }
  view.says = explanation.says;
  return view;
}

Result<HeldBackView> Hub::held_back(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::held_back, EntryKind::look, "held back"); !admitted) return std::unexpected(admitted.error());
  auto rows = held_back_rows();
  if (!rows) return std::unexpected(rows.error());
  HeldBackView view;
  view.in_all = rows->size();
  if (rows->size() > 200) rows->resize(200);
  view.rows = std::move(*rows);
  return view;
}

Result<void> Hub::mend_held_back(const Viewer& viewer, std::uint64_t entry, std::string_view mended_row) {
  if (!access::may(viewer.role, Action::held_back)) return failure(ErrorCode::denied, "Your role does not open this page.");
  const auto mended = mend(entry, mended_row, reference_of(viewer.account));
  if (!mended) return std::unexpected(mended.error());
  return {};
}

Result<GovernanceView> Hub::governance(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "governance"); !admitted) return std::unexpected(admitted.error());
  const auto projection = this->projection();
  GovernanceView view;
  view.entries = ledger_->size();
  const auto head = ledger_->head();
  if (!head) return std::unexpected(head.error());
  view.head_json = ledger::to_json(*head);
  // The last looks and searches: from the end backwards in blocks, until there are enough.
  constexpr std::size_t wanted = 100;
  for (std::uint64_t last = view.entries; last > 0 && view.looks.size() < wanted;) {
    const std::uint64_t first = last > 5000 ? last - 4999 : 1;
    std::vector<ledger::Header> headers;
    const auto read = ledger_->read_headers(first, last, [&](const ledger::Header& header) {
      if (header.kind == EntryKind::look || header.kind == EntryKind::search) headers.push_back(header);
      return true;
    });
    if (!read) return std::unexpected(read.error());
    for (auto header = headers.rbegin(); header != headers.rend() && view.looks.size() < wanted; ++header) {
      const auto entry = ledger_->read(header->sequence);
      if (!entry) return std::unexpected(entry.error());
      const auto body = nlohmann::json::parse(entry->body, nullptr, false);
      LookLine line;
      line.when = to_iso(header->received);
      line.who = body.value("operator", std::string());
      for (const Account& account : projection->facts.accounts) {
        if (account.reference != header->actor) continue;
        line.who = account.name;
        line.role = access::title_of(account.role);
        line.agency = title_of(account.agency);
      }
      line.what = body.value("what", std::string());
      line.purpose = body.value("purpose", std::string());
      view.looks.push_back(std::move(line));
    }
    last = first - 1;
  }
  return view;
}

}  // namespace wider::hub
