#include "hub/finding_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

std::string who_of(const std::vector<Account>& accounts, std::uint32_t number) {
  for (const Account& account : accounts) {
    if (account.number == number) return account.name;
  }
  return "somebody no longer here";
}

struct State {
  std::string words = "New";
  bool is_new = true;
};

// The latest event decides; a snooze that is over makes the finding new again.
State state_after(const FindingEvent& event, const std::vector<Account>& accounts, Date today) {
  const std::string who = who_of(accounts, event.account);
  switch (event.action) {
    case FindingAction::take: return {fmt::format("Taken by {}", who), false};
    case FindingAction::dismiss: return {fmt::format("Dismissed by {}: {}", who, event.reason), false};
    case FindingAction::snooze: {
      const auto until = parse_iso_date(event.until);
      if (until && today < *until) return {fmt::format("Put off by {} until {}", who, to_words(*until)), false};
      return {fmt::format("New again: put off by {} until {}", who, until ? to_words(*until) : ""), true};
    }
  }
  return {};
}

// New first, dismissed last.
int order_of(const State& state) { return state.is_new ? 0 : state.words.starts_with("Dismissed") ? 2 : 1; }

std::string pattern_title(std::string_view pattern) {
  std::string title(pattern);
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

Result<ProofRow> proof_row(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer, RecordIndex index) {
  const Holdings& holdings = projection.holdings();
  const RecordRow& record = holdings.at(index);
  const access::Decision decision = decide_for(viewer, record);
  ProofRow row;
  row.agency = title_of(record.agency);
  row.you_may_see = decision.because;
  if (decision.depth <= access::Depth::exists) {
    row.record = "A record";
    row.says = "What it says cannot be shown to you. Ring the agency.";
    return row;
  }
  row.record = fmt::format("{}/{}", name_of(record.agency), holdings.name(index));
  row.happened = to_words(record.happened);
  row.known = to_words(record.known);
  row.received = to_words(day_of(record.received));
  row.grade = to_words(record.grade);
  row.says = fmt::format("{}.", title_of(record.kind));
  if (decision.depth == access::Depth::full) {
    const auto entry = ledger.read(record.sequence);
    if (!entry) return std::unexpected(entry.error());
    const auto decoded = decode_record(entry->body);
    if (decoded && !decoded->text.empty()) row.says = fmt::format("{}: {}", title_of(record.kind), decoded->text);
  }
  for (std::uint32_t i = 0; i < record.mention_count; ++i) {
    const PersonId person = projection.people.of(MentionIndex(record.first_mention + i));
    if (!person.valid()) continue;
    const Profile profile = profile_of(projection, viewer, person);
    if (profile.shown) row.people.push_back(fmt::format("{}|{}", person_text(person), profile.name));
  }
  return row;
}

std::vector<HolderRow> holders_of(const Projection& projection, const Finding& finding) {
  struct Part {
    std::map<RecordKind, int> kinds;
    Date since;
  };
  std::map<Agency, Part> parts;
  for (const RecordIndex index : finding.proof) {
    const RecordRow& record = projection.holdings().at(index);
    Part& part = parts[record.agency];
    if (record.kind != RecordKind::sexual_health) ++part.kinds[record.kind];
    const Date day = record.known.valid() ? record.known : record.day();
    if (day.valid() && (!part.since.valid() || day < part.since)) part.since = day;
  }
  std::vector<HolderRow> rows;
  for (const auto& [agency, part] : parts) {
    std::vector<std::string> words;
    for (const auto& [kind, count] : part.kinds) words.push_back(count == 1 ? std::string(title_of(kind)) : fmt::format("{} × {}", count, title_of(kind)));
    rows.push_back({std::string(title_of(agency)), join_words(words), to_words(part.since)});
  }
  return rows;
}

}  // namespace

std::vector<FindingLine> finding_lines(const Projection& projection, const Viewer& viewer, const std::vector<FindingEvent>& events, Date today) {
  std::unordered_map<std::string, State> states;
  for (const FindingEvent& event : events) states[event.finding] = state_after(event, projection.facts.accounts, today);
  std::vector<std::pair<const Finding*, State>> shown;
  for (const Finding& finding : projection.findings) {
    if (finding.audience && *finding.audience != viewer.agency) continue;
    const auto state = states.find(finding.id);
    shown.emplace_back(&finding, state == states.end() ? State{} : state->second);
  }
  std::stable_sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) {
    if (order_of(a.second) != order_of(b.second)) return order_of(a.second) < order_of(b.second);
    return a.first->met_on > b.first->met_on;
  });
  std::vector<FindingLine> lines;
  for (const auto& [finding, state] : shown) {
    lines.push_back({finding->id, finding->says, to_words(finding->met_on), list_of(finding->agencies),
                     static_cast<std::uint32_t>(finding->children.size()), state.words, state.is_new});
  }
  return lines;
}

Result<FindingView> make_finding_view(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer, const Finding& finding,
                                      const std::vector<FindingEvent>& events, Date today) {
  const Holdings& holdings = projection.holdings();
  FindingView view;
  view.id = finding.id;
  view.pattern_title = pattern_title(finding.pattern);
  view.says = finding.says;
  view.met_on = to_words(finding.met_on);
  view.received = to_words(day_of(finding.received));
  constexpr const char* strengths[] = {"suspected to be false", "weak", "not confirmed", "fairly good", "good", "an agency's own record"};
  view.how_sure = fmt::format("The weakest fact it rests on is {}. The ties between records are the computer's unless somebody has confirmed them.",
                              strengths[std::clamp(finding.strength, 0, 5)]);
  view.usual = fmt::format("By chance, something like this would be expected {:.2g} times in the same period.", finding.expected_by_chance);
  for (const RecordIndex index : finding.proof) {
    auto row = proof_row(projection, ledger, viewer, index);
    if (!row) return std::unexpected(row.error());
    view.proof.push_back(std::move(*row));
  }
  constexpr std::size_t also_shown = 40;
  for (std::size_t i = 0; i < finding.also.size() && i < also_shown; ++i) {
    auto row = proof_row(projection, ledger, viewer, finding.also[i]);
    if (!row) return std::unexpected(row.error());
    view.also.push_back(std::move(*row));
  }
  view.holders = holders_of(projection, finding);
  for (const auto& one : finding.explanations) view.explanations.push_back({one.question, one.answer});
  for (const PersonId person : finding.people) {
    const Profile profile = profile_of(projection, viewer, person);
    const bool child = std::find(finding.children.begin(), finding.children.end(), person) != finding.children.end();
    if (profile.shown) view.people.push_back({person_text(person), profile.name, child});
  }
  for (const EntityId entity : finding.things) {
    const ThingRow& thing = holdings.at(projection.things->mentions_of(entity).front());
    std::string words(holdings.text(thing.text != 0 ? thing.text : thing.id));
    if (thing.category != 0) words += fmt::format(" ({})", holdings.text(thing.category));
    view.things.push_back(std::move(words));
  }
  State state;
  for (const FindingEvent& event : events) {
    if (event.finding != finding.id) continue;
    state = state_after(event, projection.facts.accounts, today);
    constexpr const char* verbs[] = {"Took it", "Dismissed it", "Put it off"};
    view.history.push_back({to_words(day_of(event.at)), who_of(projection.facts.accounts, event.account), verbs[static_cast<std::size_t>(event.action)], event.reason});
  }
  view.state = state.words;
  return view;
}

}  // namespace wider::hub
