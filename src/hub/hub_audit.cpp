// The audit of looks: what is refused, who looked at what and why, and the days on which somebody looked unusually
// much.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "access/policy.hpp"
#include "access/unusual.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::Entry;
using ledger::EntryKind;
using nlohmann::json;

constexpr std::size_t lines_on_a_page = 100;
constexpr std::size_t entries_looked_through = 200'000;  // for one person, or for unusual days
constexpr int unusual_days_back = 90;

// What an entry says was looked at, in words.
std::string looked_at(EntryKind kind, const std::string& what) {
  if (kind == EntryKind::search) return fmt::format("Searched for “{}”", what);
  if (person_of_text(what)) return "Person " + what;
  if (what == "home") return "Home page";
  if (what == "findings") return "List of findings";
  if (what == "held back") return "Rows held back";
  if (what.starts_with("review queue")) return "Links to be reviewed";
  if (what == "governance") return "Who looked at what";
  if (what.find('/') != std::string::npos && what.find(' ') != std::string::npos)
    return "Whether two records are one person's: " + what;
  return what;
}

json body_of(const Entry& entry) {
  json body = json::parse(entry.body, nullptr, false);
  return body.is_object() ? body : json::object();
}

// A simulated hub's own clock stands still between deliveries: its looks say when they were.
Instant moment_of(const Entry& entry, const json& body) {
  const auto at = body.value("at", std::int64_t{0});
  return at != 0 ? Instant{at} : entry.header.received;
}

const Account* account_of(const std::vector<Account>& accounts, const ledger::Ref& actor) {
  const auto found = std::ranges::find(accounts, actor, &Account::reference);
  return found == accounts.end() ? nullptr : &*found;
}

std::string purpose_of(const json& body) {
  const auto given = body.value("purpose", std::string());
  const auto purpose = access::purpose_kind_named(given);
  std::string words = purpose ? std::string(access::title_of(*purpose)) : given;
  if (const auto reference = body.value("reference", std::string()); !reference.empty()) words += ", " + reference;
  return words;
}

LookLine look_line(const Entry& entry, const json& body, const std::vector<Account>& accounts) {
  LookLine line;
  line.when = day_and_time(moment_of(entry, body));
  line.who = body.value("operator", std::string());
  if (const auto officer = body.value("officer", std::string()); !officer.empty()) line.who += " for " + officer;
  if (const Account* account = account_of(accounts, entry.header.actor)) {
    line.who = account->name;
    if (const auto token = body.value("token", std::string()); !token.empty())
      line.who += fmt::format(", by the API token “{}”", token);
    line.role = access::title_of(account->role);
    line.agency = title_of(account->agency);
  }
  line.what = looked_at(entry.header.kind, body.value("what", std::string()));
  if (entry.header.kind == EntryKind::refused) line.what = "Refused: " + line.what;
  line.purpose = purpose_of(body);
  return line;
}

// Whom a look was at, or an export was of.
std::optional<PersonId> person_looked_at(std::string_view what) {
  for (const std::string_view exported : {"subject access ", "material for a prosecution about "})
    if (what.starts_with(exported)) what.remove_prefix(exported.size());
  return person_of_text(what);
}

// Whom an entry's number means today: records may have been joined since. A number that nobody has, or whose records
// are sealed, means itself.
PersonId today_of(const Projection& projection, PersonId person) {
  if (person.value >= projection.holdings().mentions().size()) return person;
  const PersonId now = projection.people.of(MentionIndex(person.value));
  return now.valid() ? now : person;
}

}  // namespace

Result<void> Hub::refusal(const Viewer& viewer, std::string_view what) {
  json body = {{"what", what.substr(0, 200)},
               {"role", access::name_of(viewer.role)},
               {"purpose", viewer.purpose ? access::name_of(*viewer.purpose) : ""},
               {"reference", viewer.purpose_reference}};
  if (!viewer.token.empty()) body["token"] = viewer.token;
  if (ledger_->simulated()) body["at"] = system_now().microseconds;
  auto entered = append_only(EntryKind::refused, reference_of(viewer.account),
                             body.dump(-1, ' ', false, json::error_handler_t::replace), viewer.purpose_entry);
  if (!entered) return entered;
  return failure(
      ErrorCode::denied,
      "Your role does not open this page. If you need it for your work, ask your information governance officer.");
}

Result<void> Hub::allow(const Viewer& viewer, Action action, std::string_view what) {
  Viewer asking = viewer;  // by the policy in force, also where the session began under another
  asking.policy = policy_now();
  if (!may(asking, action)) return refusal(viewer, what);
  if (!viewer.purpose) return failure(ErrorCode::denied, "purpose");
  return {};
}

Result<void> Hub::refused(const Viewer& viewer, Action action) {
  auto entered = refusal(viewer, access::name_of(action));
  if (!entered && entered.error().code == ErrorCode::denied) return {};
  return entered;
}

Result<bool> Hub::each_back(std::initializer_list<EntryKind> kinds, std::size_t most,
                            const std::function<bool(const Entry&)>& visit) {
  constexpr std::uint64_t block = 5000;
  for (std::uint64_t last = ledger_->size(); last > 0;) {
    const std::uint64_t first = last > block ? last - block + 1 : 1;
    std::vector<std::uint64_t> found;
    const auto read = ledger_->read_headers(first, last, [&](const ledger::Header& header) {
      if (std::ranges::find(kinds, header.kind) != kinds.end()) found.push_back(header.sequence);
      return true;
    });
    if (!read) return std::unexpected(read.error());
    for (auto sequence = found.rbegin(); sequence != found.rend(); ++sequence) {
      if (most == 0) return true;
      --most;
      const auto entry = ledger_->read(*sequence);
      if (!entry) return std::unexpected(entry.error());
      if (!visit(*entry)) return true;
    }
    last = first - 1;
  }
  return false;
}

Result<GovernanceView> Hub::governance(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "governance"); !admitted)
    return std::unexpected(admitted.error());
  const std::vector<Account> accounts = accounts_.all();
  GovernanceView view;
  view.entries = ledger_->size();
  const auto head = ledger_->head();
  if (!head) return std::unexpected(head.error());
  view.head_json = ledger::to_json(*head);
  const auto read = each_back({EntryKind::look, EntryKind::search}, lines_on_a_page, [&](const Entry& entry) {
    view.looks.push_back(look_line(entry, body_of(entry), accounts));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return view;
}

Result<LooksAtView> Hub::who_looked(const Viewer& viewer, std::string_view person) {
  const auto what = fmt::format("who looked at {}", person.substr(0, 20));
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, what); !admitted)
    return std::unexpected(admitted.error());
  const auto asked = person_of_text(person);
  if (!asked) return failure(ErrorCode::usage, "Write the number of a person, such as P12. It stands on their page.");
  const auto projection = this->projection();
  const PersonId id = today_of(*projection, *asked);
  std::set<std::string> findings;
  for (const Finding& finding : projection->findings) {
    if (std::ranges::find(finding.people, id) != finding.people.end()) findings.insert("Finding " + finding.id);
  }
  const std::vector<Account> accounts = accounts_.all();
  LooksAtView view;
  view.person = person_text(id);
  const auto read = each_back({EntryKind::look, EntryKind::refused}, entries_looked_through, [&](const Entry& entry) {
    const json body = body_of(entry);
    const auto looked = body.value("what", std::string());
    const auto other = person_looked_at(looked);
    const bool at_them = (other && today_of(*projection, *other) == id) || findings.contains(looked);
    if (at_them) view.looks.push_back(look_line(entry, body, accounts));
    return view.looks.size() < lines_on_a_page;
  });
  if (!read) return std::unexpected(read.error());
  view.more = *read;
  return view;
}

Result<UnusualView> Hub::unusual_looks(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "unusual days"); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  const std::vector<Account> accounts = accounts_.all();
  struct Seen {
    std::set<PersonId> people;
    std::set<std::string> purposes;
  };
  std::map<std::pair<Date, std::uint32_t>, Seen> seen;
  const Date since = day_of(system_now()) + -unusual_days_back;
  const auto read = each_back({EntryKind::look}, entries_looked_through, [&](const Entry& entry) {
    const json body = body_of(entry);
    const Date day = day_of(moment_of(entry, body));
    if (day < since) return false;
    const auto person = person_of_text(body.value("what", std::string()));
    const Account* account = account_of(accounts, entry.header.actor);
    if (!person || account == nullptr) return true;
    Seen& one = seen[{day, account->number}];
    one.people.insert(today_of(*projection, *person));
    one.purposes.insert(purpose_of(body));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  std::map<std::uint32_t, const Account*> numbered;
  for (const Account& account : accounts) numbered[account.number] = &account;
  std::vector<access::DayOfLooks> days;
  for (const auto& [key, one] : seen)
    days.push_back({key.second, numbered[key.second]->role, key.first, static_cast<std::uint32_t>(one.people.size())});
  const access::UnusualRule rule;
  UnusualView view;
  const auto usual = [](double median) {
    return median == 0 ? std::string("nothing to compare with") : fmt::format("{:g}", median);
  };
  for (const access::UnusualDay& day : access::unusual_days(days, rule)) {
    const Account& account = *numbered[day.looks.account];
    const auto& purposes = seen[{day.looks.day, day.looks.account}].purposes;
    view.lines.push_back({to_words(day.looks.day), account.name, std::string(access::title_of(account.role)),
                          std::string(title_of(account.agency)),
                          join_words(std::vector<std::string>(purposes.begin(), purposes.end())), day.looks.people,
                          usual(day.usual_for_them), usual(day.usual_for_role)});
  }
  view.rule = fmt::format(
      "A day is listed when somebody opened the pages of at least {} different people, and more than {} times as many "
      "as "
      "is usual for them (the median of their other days) and for others of their role (the median of their days), in "
      "the last {} days. There may be a good reason: ask before you conclude anything.",
      rule.least, rule.times, unusual_days_back);
  view.more = *read;
  return view;
}

Result<RefusedView> Hub::refusals(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::governance, EntryKind::look, "what was refused"); !admitted)
    return std::unexpected(admitted.error());
  const std::vector<Account> accounts = accounts_.all();
  RefusedView view;
  const auto read = each_back({EntryKind::refused}, lines_on_a_page, [&](const Entry& entry) {
    view.lines.push_back(look_line(entry, body_of(entry), accounts));
    return true;
  });
  if (!read) return std::unexpected(read.error());
  view.more = *read;
  return view;
}

}  // namespace wider::hub
