#include "web/fake/fake_pages.hpp"

#include <thread>

#include "base/date.hpp"

namespace wider::web {
namespace {

using hub::FindingLine;

constexpr std::string_view finding_says =
    "Three children are tied to one silver Vauxhall Vectra within four months, and no single agency recorded more than "
    "two of them.";

FindingLine vehicle_finding(const std::string& state) {
  return {"third-child-7f3a90c2",
          std::string(finding_says),
          "Chelsea Marsden, Ruby Lomax, Kyle Danvers and 1 other; silver Vauxhall Vectra",
          "14 June 2009",
          "Police, Education and Children's social care",
          3,
          state,
          state == "New" ? hub::FindingStage::open : hub::FindingStage::taken,
          false};
}

Agency agency_of(access::UserRole role) {
  using access::UserRole;
  switch (role) {
    case UserRole::social_worker:
      return Agency::social_care;
    case UserRole::police_analyst:
      return Agency::police;
    case UserRole::safeguarding_nurse:
      return Agency::health;
    case UserRole::safeguarding_lead:
      return Agency::education;
    case UserRole::prosecutor:
      return Agency::prosecution;
    case UserRole::licensing_officer:
      return Agency::licensing;
    default:
      return Agency::partnership;
  }
}

std::vector<hub::ChronologyRow> chronology() {
  return {
      {"14 June 2009, 10:40pm", "2009-06-14",
       "Seen in a silver Vauxhall Vectra on Station Road with Danial Ashworth and Ruby Lomax.", "Police",
       "police/stop-S4471", "not graded", "known 15 June 2009", "received 2 July 2009",
       "Also recorded by Education, 1 day later.", "",
       "In full: Shared in full for this purpose."},
      {"2 June 2009", "2009-06-02", "Absent without leave for three days.", "Education", "education/absence-A20931",
       "not graded", "known 5 June 2009", "received 2 July 2009", "", "Nothing recorded for 2 months",
       "In full: Shared in full for this purpose."},
      {"29 March 2009", "2009-03-29", "Kind and date only: attendance.", "Health", "health/attendance-H118",
       "not graded", "known 29 March 2009", "received 1 April 2009", "", "",
       "In full: Shared in full for this purpose."},
      {"28 March 2009, 11:15pm", "2009-03-28",
       "Reported missing by her mother; returned the next day, found near the taxi rank on Station Road.", "Police",
       "police/missing-M310", "not graded", "known 28 March 2009", "received 1 April 2009",
       "Also recorded by Children's social care, 3 days later.", "",
       "In full: Shared in full for this purpose."},
      {"3 March 2009", "2009-03-03",
       "Referral by Education: concern about older friends with a car. Closed with no further action.",
       "Children's social care", "social-care/referral-R2207", "not graded", "known 3 March 2009",
       "received 1 April 2009", "", "",
       "In full: Shared in full for this purpose."},
      {"March 2009", "2009-03-01", "Report that a man called “Taz” with a silver car waits outside the school.",
       "Police", "police/intelligence-I902", "5x5x5 B24: mostly reliable source; known personally to the source",
       "known 9 March 2009", "received 1 April 2009", "", "Nothing recorded for 7 months",
       "In full: Shared in full for this purpose."},
      {"11 July 2008", "2008-07-11", "School nurse contact: kind and date only.", "Health", "health/school-nurse-N77",
       "not graded", "known 11 July 2008", "received 1 August 2008", "", "",
       "In full: Shared in full for this purpose."},
  };
}

hub::NetworkView network() {
  hub::NetworkView view;
  view.sentences = {
      "Tied to 2 other children through a silver Vauxhall Vectra, seen 3 times between March and June 2009; no single "
      "agency recorded more than 2 "
      "of these.",
      "Tied to 1 adult who is not identified: “Taz”, named in 2 records."};
  view.ties = {
      {"P204", "Ruby Lomax", true, "silver Vauxhall Vectra", "2 times", "28 March 2009", "14 June 2009", "Police",
       "In the same vehicle on 14 June 2009."},
      {"P311", "Kyle Danvers", true, "silver Vauxhall Vectra", "once", "2 May 2009", "2 May 2009", "Education",
       "A teacher saw him get out of the vehicle."},
      {"P512", "Not identified: “Taz”", false, "named in the same record", "2 times", "March 2009", "14 June 2009",
       "Police and Education", "Said to drive the vehicle."},
  };
  view.chart_json =
      R"({"nodes":[{"data":{"id":"P123","label":"Chelsea Marsden","kind":"child"}},{"data":{"id":"P204","label":"Ruby Lomax","kind":"child"}},)"
      R"({"data":{"id":"P311","label":"Kyle Danvers","kind":"child"}},{"data":{"id":"P512","label":"“Taz”","kind":"adult"}},)"
      R"({"data":{"id":"V9","label":"silver Vauxhall Vectra","kind":"vehicle"}}],"edges":[{"data":{"source":"P123","target":"V9","label":"2 times"}},)"
      R"({"data":{"source":"P204","target":"V9","label":"2 times"}},{"data":{"source":"P311","target":"V9","label":"once"}},)"
      R"({"data":{"source":"P512","target":"V9","label":"drives"}}]})";
  return view;
}

hub::PersonView rich_person() {
  hub::PersonView view;
  view.id = "P123";
  view.name = "Chelsea Marsden";
  view.other_names = {"Chelsey Marsden", "Chelsea Marsden-Holt"};
  view.born = "3 March 1994";
  view.age = "15 on 2 July 2009";
  view.child = true;
  view.identifiers = {"NHS number 944 930 5552 (check digit right)", "UPN A372100109001 (check letter wrong)"};
  view.lives = "12 Tanner Row, NX4 2";
  view.may_open_in_emergency = true;
  view.emergency_until = "2 July 2009, 1:12pm";
  view.how_sure = "6 records from 4 agencies. Weakest tie: education/concern-E2210, likely but not confirmed.";
  view.weakest_left = "education/concern-E2210#1";
  view.weakest_right = "social-care/person-88213";
  view.records = {
      {"social-care/person-88213", "Chelsea Marsden", "3 March 1994", "12 Tanner Row, NX4 2", "NHS number 944 930 5552",
       "Children's social care", "Subject"},
      {"police/missing-M310#1", "MARSDEN, Chelsey", "3 March 1994", "12 Tanners Row", "none", "Police", "Subject"},
      {"education/concern-E2210#1", "Chelsea Marsden-Holt", "March 1994", "none", "UPN A372100109001", "Education",
       "Subject"},
  };
  view.known_to = {
      {"Children's social care", "11 July 2007", "1 April 2009", "4", "In full", "Duty desk, 01632 960 001",
       {"In full: Shared in full for this purpose."}},
      {"Police", "March 2009", "14 June 2009", "3", "In full", "Duty sergeant, 01632 960 104",
       {"In full: Shared in full for this purpose."}},
      {"Education", "3 March 2009", "2 June 2009", "2", "In full", "Safeguarding lead, 01632 960 130",
       {"In full: Shared in full for this purpose."}},
      {"Health", "", "", "", "That they know this person", "Safeguarding nurse, 01632 960 122",
       {"In full: Shared in full for this purpose."}},
  };
  view.duties = {{"Return home interview", view.name, "P123", "Children's social care", "2 days over", true},
                 {"Decision on a referral", view.name, "P123", "Children's social care", "due 3 July 2009", false}};
  view.findings = {vehicle_finding("New")};
  view.chronology = chronology();
  view.chronology_in_all = 80;
  view.records_in_all = 6;
  view.kinds = {{"stop", "Stop"}, {"absence", "School absence"}, {"referral", "Referral"}};
  view.plans = {"Child in need plan since 12 April 2009; no end is recorded"};
  view.working = {{"P700", "Jo Whitfield", "Education", "2 June 2009"}};
  view.decisions = {
      "On 1 July 2009 Priya Nair said (“same house”): “Police, Missing episode, 28 March 2009” and “Education, "
      "Concern, 2 May 2009” are one person."};
  view.network = network();
  return view;
}

}  // namespace

Result<hub::SignIn> FakePages::sign_in(const hub::SignInTry& attempt) {
  constexpr std::string_view with_code = "+code";
  const bool asked_for_code = attempt.username.ends_with(with_code);
  const std::string_view name =
      attempt.username.substr(0, attempt.username.size() - (asked_for_code ? with_code.size() : 0));
  const auto role = access::user_role_named(name);
  if (!role || attempt.password != password)
    return failure(ErrorCode::denied, "The user name or the password is not right.");
  if (asked_for_code) {
    hub::SignIn half;
    half.pending = "pending-" + std::string(name);
    if (attempt.code.empty()) return half;
    return finish_sign_in(half.pending, attempt.code, attempt.address, attempt.device);
  }
  const std::scoped_lock lock(mutex_);
  ++made_;
  hub::SignIn made;
  made.token = "token-" + std::to_string(made_);
  made.csrf = "csrf-" + std::to_string(made_);
  made.device = "device-" + std::to_string(made_);
  made.viewer = {made_, "Sam Okafor", *role, agency_of(*role), std::nullopt, ""};
  sessions_[made.token] = {made.viewer, made.csrf};
  return made;
}

Result<hub::SignIn> FakePages::finish_sign_in(std::string_view pending, std::string_view code, std::string_view,
                                              std::string_view) {
  constexpr std::string_view start = "pending-";
  if (!pending.starts_with(start))
    return failure(ErrorCode::denied, "That took too long, or too many tries. Sign in again.");
  if (code != "123456") return failure(ErrorCode::denied, "The code is not right, or was used before.");
  return sign_in(pending.substr(start.size()), password);
}

Result<hub::OutsideStart> FakePages::begin_outside(std::string_view, std::string_view) {
  std::this_thread::sleep_for(outside_takes);
  if (!ask_for_error.empty()) return failure(ErrorCode::unavailable, "The sign-in service cannot be reached.");
  return hub::OutsideStart{"https://login.example/authorize?state=s1", "browser-1"};
}

Result<hub::SignIn> FakePages::finish_outside(const hub::OutsideAnswer& answer) {
  if (answer.state != "s1" || answer.browser != "browser-1")
    return failure(ErrorCode::denied, "That sign-in was begun in another window. Start again.");
  if (answer.code == "down") return failure(ErrorCode::unavailable, "The sign-in service cannot be reached.");
  if (answer.code == "unknown") {
    hub::SignIn nobody;
    nobody.unknown = "https://login.example 4711";
    return nobody;
  }
  auto made = sign_in(answer.code, password);
  if (made) made->next = "/findings";
  return made;
}

Result<hub::AccountView> FakePages::my_account(const hub::Viewer& viewer) {
  hub::AccountView view{"sam", viewer.name, viewer.role, viewer.agency, !empty, 9, false, {}};
  if (!empty)
    view.tokens = {
        {0, "nightly report", "1 March 2027", "Assessment of a child in need", {"Search", "One finding"}, false},
        {2, "old report", "1 March 2009", "Assessment of a child in need", {"Search"}, true}};
  return view;
}

Result<void> FakePages::change_password(std::string_view, std::string_view old_one, std::string_view) {
  if (old_one != password) return failure(ErrorCode::usage, "The password that you have now is not right.");
  return {};
}

Result<hub::CodeSecret> FakePages::start_second_factor(std::string_view) {
  return hub::CodeSecret{"GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
                         "otpauth://totp/Wider%20Picture:sam?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"};
}

Result<std::vector<std::string>> FakePages::confirm_second_factor(std::string_view, std::string_view,
                                                                  std::string_view code) {
  if (code != "123456") return failure(ErrorCode::usage, "The code is not right.");
  return std::vector<std::string>{"abcd-efgh-ijkl-mnop", "2345-6723-4567-2345"};
}

Result<std::string> FakePages::make_token(std::string_view, const hub::NewToken& wanted) {
  if (wanted.scope == 0) return failure(ErrorCode::usage, "Choose at least one thing that the token may read.");
  return "wider-" + std::string(64, '7');
}

Result<void> FakePages::close_token(std::string_view, std::size_t number) {
  if (number != 0) return failure(ErrorCode::not_found, "There is no such token.");
  return {};
}

Result<std::vector<hub::PeopleLine>> FakePages::people(const hub::Viewer& viewer) {
  std::vector<hub::PeopleLine> lines = {
      {viewer.account, "lee", viewer.name, viewer.role, viewer.agency, false, true, false, true, ""}};
  if (empty) return lines;
  using access::UserRole;
  lines.push_back({900, "alex", "Alex Novak", UserRole::police_analyst, Agency::police, false, true, false, false,
                   "https://login.example alex"});
  lines.push_back(
      {901, "robin", "Robin Shah", UserRole::safeguarding_nurse, Agency::health, false, false, true, false, ""});
  lines.push_back(
      {902, "kit", "Kit Brandon", UserRole::social_worker, Agency::social_care, true, false, false, false, ""});
  return lines;
}

Result<std::string> FakePages::add_person(const hub::Viewer&, std::string_view username, std::string_view,
                                          const hub::PeopleChange& change) {
  if (username == "alex") return failure(ErrorCode::already_there, "Somebody signs in as 'alex' already.");
  if (change.reason.empty()) return failure(ErrorCode::usage, "Write why: the reason is kept with the change.");
  return "abcd-efgh-ijkl";
}

Result<void> FakePages::change_person(const hub::Viewer&, const hub::PeopleChange& change) {
  if (change.reason.empty()) return failure(ErrorCode::usage, "Write why: the reason is kept with the change.");
  return {};
}

Result<void> FakePages::close_person(const hub::Viewer&, std::uint32_t, std::string_view reason) {
  if (reason.empty()) return failure(ErrorCode::usage, "Write why: the reason is kept with the change.");
  return {};
}

Result<std::string> FakePages::reset_person(const hub::Viewer&, std::uint32_t, std::string_view reason) {
  if (reason.empty()) return failure(ErrorCode::usage, "Write why: the reason is kept with the change.");
  return "abcd-efgh-ijkl";
}

Result<hub::SessionView> FakePages::session(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  const auto at = sessions_.find(token);
  if (at == sessions_.end()) return failure(ErrorCode::not_found, "There is no such session.");
  return at->second;
}

void FakePages::sign_out(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  if (const auto at = sessions_.find(token); at != sessions_.end()) sessions_.erase(at);
}

Result<void> FakePages::choose_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) {
  const std::scoped_lock lock(mutex_);
  const auto at = sessions_.find(token);
  if (at == sessions_.end()) return failure(ErrorCode::not_found, "There is no such session.");
  at->second.viewer.purpose = kind;
  at->second.viewer.purpose_reference = reference;
  return {};
}

hub::PageFrame FakePages::frame(const hub::Viewer&) {
  constexpr const char* not_shown = "Some records cannot be shown. Worried? Ring the duty desk";
  if (empty) return {"", false, "01632 960 001", not_shown, false, 0};
  return {"All agencies up to 6:10am; police last received 1 July 2009, 11:50pm.",
          true,
          "01632 960 001",
          not_shown,
          true,
          3};
}

namespace {

hub::ReviewLine doubtful_link(bool said) {
  hub::ReviewLine line;
  line.left = "education/concern-E2210";
  line.right = "police/stop-S4472#2";
  line.left_words = "Education, Concern, 3 March 2009";
  line.right_words = "Police, Stop, 2 June 2009";
  line.left_name = "Chelsea Marsden-Holt";
  line.right_name = "Chelsea Marsden";
  line.standing = "Held for two people; a little is wanting";
  line.harm = "If they are one, a child's records lie apart.";
  line.probability = "41 %";
  line.child = true;
  if (said)
    line.state =
        "On 3 July 2009 Priya Nair said (“her aunt told me”): they are one person. It waits for a second person.";
  return line;
}

}  // namespace

Result<hub::HomeView> FakePages::home(const hub::Viewer& viewer) {
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  if (ask_for_error == "unavailable") return failure(ErrorCode::unavailable, "The disk is full.");
  hub::HomeView view;
  view.last_checked = "6:10am";
  if (empty) return view;
  view.overdue = {{"Return home interview", "Chelsea Marsden", "P123", "Children's social care", "2 days over", true}};
  view.today = {
      {"Decision on a referral", "Ruby Lomax", "P204", "Children's social care", "due today by 5:00pm", false}};
  view.this_week = {
      {"Strategy discussion", "Kyle Danvers", "P311", "Children's social care", "due 6 July 2009", false}};
  view.findings = {
      vehicle_finding("New"),
      {"repeat-closed-11c0aa40",
       "Two agencies referred one child three times in 12 months, and each referral was closed with no further action.",
       "Chelsea Marsden", "3 March 2009", "Education and Police", 1, "New", hub::FindingStage::open, false}};
  view.findings_in_all = 12;
  view.overdue_in_all = view.today_in_all = view.this_week_in_all = 1;
  view.long_over = 3;
  view.findings_yours = 2;
  view.new_facts_in_all = 1;
  view.new_facts_since = "25 June 2009";
  view.second_looks = {vehicle_finding("Dismissed by Priya Nair: one family")};
  view.second_looks_in_all = 1;
  view.second_words = {doubtful_link(true)};
  view.second_words_in_all = 1;
  view.reviews_waiting = 27;
  view.identity_notices = {{"3 July 2009",
                            "On 3 July 2009 Priya Nair said (“two sisters”): they are two people.",
                            "education/concern-E2210",
                            "police/stop-S4472#2",
                            {{"Three children are tied by one car.", "third-child-7f3a90c2", "taken by Sam Okafor"}}}};
  if (viewer.role == access::UserRole::chair) view.partners = {{"Children's social care", 40, 3, 2}};
  view.new_facts = {{"P123", "Chelsea Marsden", "Police recorded a stop that names her.", "yesterday"}};
  view.held_back_rows = viewer.role == access::UserRole::data_engineer ? 2 : 0;
  return view;
}

Result<hub::SearchView> FakePages::search(const hub::Viewer&, std::string_view query) {
  hub::SearchView view;
  view.query = query;
  if (empty || query == "nobody") return view;
  view.hits = {
      {"P123", "Chelsea Marsden", "Chelsey Marsden, Chelsea Marsden-Holt", "3 March 1994 (15 today)", "NX4",
       "Children's social care, Police, Education", "Name “Chelsea” the same; name “Marsden” the same.",
       "All that you typed is the same"},
      {"P871", "Kelsey Marsden", "", "1992 (16 or 17 today)", "NX2", "Education",
       "“Kelsey” is spelt like “Chelsea”; name “Marsden” the same.", "All that you typed fits"},
      {"P512", "Not identified: “Taz”", "", "", "", "Police", "Name “Taz” the same.", "Part of what you typed fits"}};
  view.more = true;
  return view;
}

Result<hub::PersonView> FakePages::person(const hub::Viewer& viewer, std::string_view person,
                                          const hub::PersonQuery& query) {
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  if (!query.as_known_at.empty() && ask_for_error == "past")
    return failure(ErrorCode::unavailable, std::string(hub::being_put_together));
  if (person == "P99") person = "P123";  // joined since
  if (person != "P123" && person != "P204" && person != "P311" && person != "P512" && person != "P871") {
    return failure(ErrorCode::not_found, "There is no such person.");
  }
  hub::PersonView view = rich_person();
  if (person != "P123" || empty) {
    view = hub::PersonView{};
    view.id = person;
    view.name = person == "P123" ? "Name not given" : "Ruby Lomax";
    view.how_sure = "1 record from 1 agency.";
  }
  view.newest_first = query.newest_first;
  view.as_known_at = query.as_known_at;
  return view;
}

Result<hub::FindingsView> FakePages::findings(const hub::Viewer&, const hub::FindingsQuery& query) {
  const std::scoped_lock lock(mutex_);
  hub::FindingsView view;
  view.part = query.part;
  if (empty) return view;
  view.in_all = {90, 2, 1, 0, 1, 3};
  view.page = query.page;
  view.pages = 3;
  view.lines = {
      vehicle_finding(finding_state_),
      {"repeat-closed-11c0aa40",
       "Two agencies referred one child three times in 12 months, and each referral was closed with no further action.",
       "Chelsea Marsden", "3 March 2009", "Education and Police", 1, "Taken by Priya Nair", hub::FindingStage::taken,
       false}};
  return view;
}

Result<hub::FindingView> FakePages::finding(const hub::Viewer&, std::string_view id) {
  const std::scoped_lock lock(mutex_);
  if (id != "third-child-7f3a90c2") return failure(ErrorCode::not_found, "There is no such finding.");
  hub::FindingView view;
  view.id = id;
  view.pattern_title = "Three or more children tied to one vehicle";
  view.says = finding_says;
  view.met_on = "14 June 2009";
  view.received = "2 July 2009";
  view.how_sure = "The weakest fact it rests on is not confirmed.";
  view.usual = "By chance alone this would be expected about once in 50 such periods of 12 months.";
  view.similar = "Of 4 other findings of this kind, 1 is taken and 2 are dismissed.";
  view.may_take = view.may_close = finding_state_ == "New";
  view.may_reopen = view.may_agree = finding_state_ != "New";
  view.state = finding_state_;
  if (empty) return view;
  view.proof = {{"Police",
                 "police/stop-S4471",
                 "14 June 2009, 10:40pm",
                 "15 June 2009",
                 "2 July 2009",
                 "not graded",
                 "Two children seen in a silver Vauxhall Vectra on Station Road.",
                 "In full",
                 {"P123|Chelsea Marsden", "P204|Ruby Lomax"},
                 "silver Vauxhall Vectra"},
                {"Education",
                 "education/concern-E2390",
                 "2 May 2009",
                 "5 May 2009",
                 "1 June 2009",
                 "not graded",
                 "A pupil was seen getting out of a silver car outside the school.",
                 "In full",
                 {"P311|Kyle Danvers"},
                 ""}};
  view.also = {{"Police",
                "police/intelligence-I902",
                "March 2009",
                "9 March 2009",
                "1 April 2009",
                "5x5x5 B24: mostly reliable source",
                "A man called “Taz” with a silver car waits outside the school.",
                "In full",
                {"Not identified: “Taz”"},
                ""}};
  view.leanings = {
      {"P123|Chelsea Marsden", "“Education, Concern, 2 May 2009” with “Police, Stop, 14 June 2009”",
       "Likely but not confirmed", "The finding falls.", "education/concern-E2390", "police/stop-S4471#1"},
      {"", "Two records, one of which cannot be shown to you", "Confirmed by Priya Nair on 1 July 2009", "", "", ""}};
  view.holders = {{"Police", "2 of the 3 children", "15 June 2009"},
                  {"Education", "1 of the 3 children", "5 May 2009"}};
  view.explanations = {{"Do the children live together?", "No: three households."},
                       {"Do they go to the same school?", "Two of the three: Northgate High."},
                       {"Is this a vehicle that many people use?",
                        "No: it is in 4 records in all; a licensed taxi is usually in 30 or more."}};
  view.people = {{"P123", "Chelsea Marsden", true},
                 {"P204", "Ruby Lomax", true},
                 {"P311", "Kyle Danvers", true},
                 {"P512", "Not identified: “Taz”", false}};
  view.things = {"Silver Vauxhall Vectra"};
  view.history = history_;
  view.history.insert(view.history.begin(), {"2 July 2009, 6:10am", "Wider Picture", "First shown", ""});
  return view;
}

Result<void> FakePages::act_on_finding(const hub::Viewer& viewer, std::string_view, hub::FindingAction action,
                                       std::string_view reason, std::string_view until,
                                       std::optional<std::uint64_t> /*seen*/) {
  const std::scoped_lock lock(mutex_);
  using hub::FindingAction;
  const bool needs_reason = action == FindingAction::dismiss || action == FindingAction::reopen;
  if (needs_reason && reason.find_first_not_of(' ') == std::string_view::npos)
    return failure(ErrorCode::usage, "Say why.");
  if (action == FindingAction::snooze && !parse_iso_date(until))
    return failure(ErrorCode::usage, "Choose the day on which it comes back.");
  finding_state_ = action == FindingAction::take      ? "Taken by " + viewer.name
                   : action == FindingAction::dismiss ? "Dismissed: " + std::string(reason)
                   : action == FindingAction::snooze  ? "Comes back on " + std::string(until)
                   : action == FindingAction::reopen  ? "New"
                                                      : "Dismissed, and agreed";
  history_.push_back({"2 July 2009, 9:20am", viewer.name, finding_state_, std::string(reason)});
  return {};
}

Result<hub::ExplainView> FakePages::explain(const hub::Viewer&, std::string_view left, std::string_view right) {
  hub::ExplainView view;
  view.left = left;
  view.right = right;
  view.left_words = "Education, Concern, 3 March 2009";
  view.right_words = "Children's social care, Index entry, 11 July 2007";
  view.left_person = view.right_person = "P123";
  view.same = true;
  view.verdict = "Taken for one person, likely but not confirmed.";
  view.probability = "97.4 %";
  view.prior = "-16.2";
  view.total = "+5.2";
  if (empty) return view;
  view.rows = {{"Forename", "Chelsea", "Chelsea", "the same", "+8.1", "1 in 310 people here", false},
               {"Surname", "Marsden-Holt", "Marsden", "one part the same", "+6.0", "1 in 1,900 people here", true},
               {"Date of birth", "March 1994", "3 March 1994", "month and year the same", "+7.3", "", true}};
  view.waits =
      "On 3 July 2009 Priya Nair said (“her aunt told me”): they are one person. It waits for a second person.";
  view.may_agree = view.may_take_back = true;
  view.unsure = "On 2 July 2009 Sam Okafor could not tell (“two cousins?”).";
  view.second_person = "It would join the records of two homes: that takes two people who say so.";
  view.rests = {{"Three children are tied by one car.", "third-child-7f3a90c2", "taken by Priya Nair"},
                {"Return home interview, due 6 July 2009", "", "Children's social care"}};
  view.timeline = {{"3 March 2009", "2009-03-03", "Education, Concern", true},
                   {"11 July 2007", "2007-07-11", "Children's social care, Index entry", false}};
  view.timeline_in_all = 9;
  view.says = {"Forename and part of the surname agree, and the month of birth agrees.",
               "No identifier is held by both."};
  return view;
}

Result<hub::ReviewView> FakePages::review(const hub::Viewer& viewer, const hub::ReviewQuery& query) {
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  hub::ReviewView view;
  view.part = query.part;
  if (empty) return view;
  view.lines = {doubtful_link(query.part != hub::ReviewPart::waiting)};
  view.in_all = {27, 1, 1, 4};
  view.page = std::min(query.page, 2U);
  view.pages = 2;
  return view;
}

Result<void> FakePages::decide_link(const hub::Viewer&, std::string_view, std::string_view, hub::LinkWord word,
                                    std::string_view reason) {
  if (reason.empty() && word != hub::LinkWord::agree)
    return failure(ErrorCode::usage, "Say why: whoever comes after you will want to know.");
  return {};
}

Result<std::string> FakePages::held_back_file(const hub::Viewer&, Agency) {
  return "file,row,column,reason,remedy,row as it came\r\n";
}

Result<hub::HeldBackView> FakePages::held_back(const hub::Viewer&, std::uint32_t page) {
  if (empty) return hub::HeldBackView{};
  return hub::HeldBackView{
      {{41,
        "police_stops_2009_06.csv",
        "118",
        "stop_date",
        "Not a date: 31/06/2009",
        "Ask Police which day it was, mend the row and retry.",
        "S4472,31/06/2009,Station Road,\"MARSDEN, C\"",
        "police",
        {{"stop_id", "S4472", false}, {"stop_date", "31/06/2009", true}, {"place", "Station Road", false}}},
       {57,
        "absence_2009_t3.csv",
        "9",
        "upn",
        "The row has 7 cells where the header has 8",
        "Add the missing cell and retry.",
        "A20931,2009-06-02,U,,Northgate High,x,y",
        "education",
        {}}},
      52,
      page,
      3};
}

Result<void> FakePages::mend_held_back(const hub::Viewer&, std::uint64_t entry, std::string_view mended_row) {
  if (entry != 41 && entry != 57) return failure(ErrorCode::not_found, "There is no such row.");
  if (mended_row.empty()) return failure(ErrorCode::malformed, "The row is still empty.");
  return {};
}

Result<hub::GovernanceView> FakePages::governance(const hub::Viewer&) {
  if (empty) return hub::GovernanceView{};
  return hub::GovernanceView{{{"2 July 2009, 9:12am", "Sam Okafor", "Social worker", "Children's social care",
                               "Person P123", "Child protection enquiry, concern 2012-0441"},
                              {"2 July 2009, 9:14am", "Priya Nair", "Police intelligence analyst", "Police",
                               "Finding third-child-7f3a90c2", "Strategy discussion, SD-19"}},
                             R"({"size":184223,"root":"4c1b…","signed":"2009-07-02T06:10:00Z"})",
                             184223};
}

namespace {

hub::ConcernLine made_up_concern() {
  return {"4F20A91C77",          "A girl called Kay", "about 14", "Seen waiting by the bus station, 10:40pm.",
          "Tom Reed, Education", "2 July 2009",       ""};
}

}  // namespace

Result<hub::ConcernsView> FakePages::concerns(const hub::Viewer&) {
  if (empty) return hub::ConcernsView{};
  return hub::ConcernsView{{made_up_concern()}, {made_up_concern()}};
}

Result<std::string> FakePages::raise_concern(const hub::Viewer&, const hub::NewConcern&) {
  return std::string("4F20A91C77");
}

Result<hub::SealedView> FakePages::sealed(const hub::Viewer& viewer) {
  hub::SealedView view;
  view.may_seal = viewer.role == access::UserRole::governance_officer;
  if (empty) return view;
  hub::SealedView::SealLine seal;
  seal.number = 812;
  seal.person = "P123";
  seal.kind = "Adoption";
  seal.reason = "Order of 3 March 2009";
  seal.by = "Grace Hall";
  seal.when = "4 March 2009";
  seal.may_open = "Grace Hall and Sam Okafor";
  seal.records = {{"Police", "stop-S12", "2 March 2009", "Stop."}, {"Health", "", "", ""}};
  seal.concerns = {made_up_concern()};
  view.seals = {seal};
  view.accounts = {{"sam", "Sam Okafor"}};
  return view;
}

Result<void> FakePages::seal_person(const hub::Viewer&, const hub::NewSeal&) {
  return {};
}

Result<void> FakePages::unseal(const hub::Viewer&, std::uint64_t, std::string_view) {
  return {};
}

Result<void> FakePages::refused(const hub::Viewer&, access::Action action) {
  if (!ask_for_error.empty()) return failure(ErrorCode::unavailable, "");
  refusals_entered.push_back(action);
  return {};
}

namespace {

const hub::LookLine made_up_look{"2 July 2009, 9:12am",     "Sam Okafor",  "Social worker",
                                 "Children's social care", "Person P123", "Child protection enquiry, concern 2012-0441"};

}  // namespace

Result<hub::LooksAtView> FakePages::who_looked(const hub::Viewer&, std::string_view) {
  if (empty) return hub::LooksAtView{"P123", {}, false};
  return hub::LooksAtView{"P123", {made_up_look}, true};
}

Result<hub::UnusualView> FakePages::unusual_looks(const hub::Viewer&) {
  if (empty) return hub::UnusualView{{}, "A day is listed when …", false};
  return hub::UnusualView{{{"2 July 2009", "Sam Okafor", "Social worker", "Children's social care",
                            "Child protection enquiry", 41, "4", "5.5"}},
                          "A day is listed when …",
                          true};
}

Result<hub::RefusedView> FakePages::refusals(const hub::Viewer&) {
  if (empty) return hub::RefusedView{};
  return hub::RefusedView{{made_up_look}, true};
}

Result<hub::ExceptionsView> FakePages::exceptions(const hub::Viewer&) {
  if (empty) return hub::ExceptionsView{};
  return hub::ExceptionsView{
      {{812, "P123", "Sam Okafor", "A child is in a car with an adult", "2 July 2009, 9:12am", "Open until 1:12pm", "", true},
       {790, "P124", "Priya Nair", "Missing since noon", "1 July 2009, 2pm", "Ended", "Found justified by Grace Hall: yes",
        false}},
      {{813, "P125", "Tom Reed", "My neighbour's son", "2 July 2009", "They do not see this person", "", true}}};
}

Result<void> FakePages::review_exception(const hub::Viewer&, hub::ExceptionKind, std::uint64_t, bool,
                                         std::string_view note) {
  if (note.empty()) return failure(ErrorCode::usage, "Write what you found.");
  return {};
}

Result<void> FakePages::open_in_emergency(const hub::Viewer&, std::string_view, std::string_view reason) {
  if (reason.empty()) return failure(ErrorCode::usage, "Write what the emergency is.");
  return {};
}

Result<void> FakePages::declare_tie(const hub::Viewer&, std::string_view, std::string_view what) {
  if (what.empty()) return failure(ErrorCode::usage, "Write how you know this person.");
  return {};
}

namespace {

hub::EvidenceLine made_up_request() {
  return {900, "P123", "Priya Nair, Police", "Education", "2 July 2009", "Who drove the silver car", "Given"};
}

}  // namespace

Result<hub::EvidenceListView> FakePages::evidence(const hub::Viewer& viewer) {
  hub::EvidenceListView view;
  if (empty) return view;
  view.may_ask = viewer.agency == Agency::police;
  view.yours = view.to_decide = {made_up_request()};
  view.holders = {{"education", "Education"}, {"health", "Health"}};
  return view;
}

Result<hub::EvidenceView> FakePages::evidence_of(const hub::Viewer&, std::uint64_t) {
  hub::EvidenceView view;
  view.line = made_up_request();
  view.necessity = "No other record says it";
  view.proportionality = "Two months only";
  view.victim = "Told on 1 July 2009";
  if (empty) return view;
  view.may_decide = true;
  view.offered = view.given = {{"concern-E2210", "Concern", "3 March 2009", "not graded", "Seen in a silver car."}};
  view.sensitive = {{"concern-E2211", "Concern", "4 March 2009", "not graded", ""}};
  view.decided = "Given by Tom Reed on 3 July 2009: needed";
  return view;
}

Result<std::uint64_t> FakePages::ask_for_evidence(const hub::Viewer&, const hub::NewEvidenceRequest& asked) {
  if (asked.person.empty()) return failure(ErrorCode::usage, "Write the line of enquiry.");
  return std::uint64_t{900};
}

Result<void> FakePages::decide_evidence(const hub::Viewer&, std::uint64_t, const hub::NewEvidenceDecision& decided) {
  if (decided.reason.empty()) return failure(ErrorCode::usage, "Write why.");
  return {};
}

}  // namespace wider::web
