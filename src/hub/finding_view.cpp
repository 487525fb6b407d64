#include "hub/finding_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "hub/data.hpp"
#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/leaning.hpp"
#include "hub/person_view.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"
#include "hub/trust.hpp"
#include "picture/pattern.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

// "Concern raised: Welfare.": what the record says, behind its kind unless it says that itself.
std::string says_words(RecordKind kind, const std::string& text) {
  if (text.empty()) return fmt::format("{}.", title_of(kind));
  return fold(text).starts_with(fold(title_of(kind))) ? text : fmt::format("{}: {}", title_of(kind), text);
}

template <typename Item>
bool among(const std::vector<Item>& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

// Whom and what of the finding the record names: that is what makes it part of the proof.
void add_named(const Projection& projection, const Viewer& viewer, const Finding& finding, const RecordRow& record,
               ProofRow& row) {
  for (std::uint32_t i = 0; i < record.mention_count; ++i) {
    const PersonId person = projection.people.of(MentionIndex(record.first_mention + i));
    if (!person.valid() || !among(finding.people, person)) continue;
    const Profile profile = profile_of(projection, viewer, person);
    if (profile.shown) row.people.push_back(fmt::format("{}|{}", person_text(person), profile.name));
  }
  std::vector<std::string> things;
  for (std::uint32_t t = record.first_thing; t < record.first_thing + record.thing_count; ++t) {
    const EntityId entity = projection.things->of(ThingIndex(t));
    if (!entity.valid() || !among(finding.things, entity)) continue;
    const std::string words = thing_words(projection, viewer, entity);
    if (!among(things, words)) things.push_back(words);
  }
  row.things = join_words(things);
}

Result<ProofRow> proof_row(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer,
                           const Finding& finding, RecordIndex index) {
  const Holdings& holdings = projection.holdings();
  const RecordRow& record = holdings.at(index);
  const access::Decision decision = decide_for(viewer, record);
  ProofRow row;
  row.agency = title_of(record.agency);
  const std::string ring = fmt::format("Ring: {}.", whom_to_ring(record.agency));
  row.you_may_see = decision.depth == access::Depth::full      ? "In full"
                    : decision.depth == access::Depth::outline ? "Kind and date. " + ring
                                                               : "That it is there. " + ring;
  if (decision.depth <= access::Depth::exists) {
    row.record = "A record";
    row.says = "Cannot be shown to you.";
    return row;
  }
  row.record = fmt::format("{}/{}", name_of(record.agency), holdings.name(index));
  row.happened = to_words(record.happened);
  row.known = to_words(record.known);
  row.received = to_words(day_of(record.received));
  row.grade = to_words(record.grade);
  row.says = says_words(record.kind, "");
  if (decision.depth == access::Depth::full) {
    const auto entry = ledger.read(record.sequence);
    if (!entry) return std::unexpected(entry.error());
    if (const auto decoded = decode_record(entry->body)) row.says = says_words(record.kind, decoded->text);
  }
  add_named(projection, viewer, finding, record, row);
  return row;
}

// Which agency held which part, as far as the viewer may see kinds and dates.
std::vector<HolderRow> holders_of(const Projection& projection, const Viewer& viewer, const Finding& finding) {
  struct Part {
    std::map<RecordKind, int> kinds;
    Date since;
    bool all_shown = true;
  };
  std::map<Agency, Part> parts;
  for (const RecordIndex index : finding.proof) {
    const RecordRow& record = projection.holdings().at(index);
    Part& part = parts[record.agency];
    if (decide_for(viewer, record).depth < access::Depth::outline) {
      part.all_shown = false;
      continue;
    }
    if (record.kind != RecordKind::sexual_health) ++part.kinds[record.kind];
    const Date day = record.known.valid() ? record.known : record.day();
    if (day.valid() && (!part.since.valid() || day < part.since)) part.since = day;
  }
  std::vector<HolderRow> rows;
  for (const auto& [agency, part] : parts) {
    std::vector<std::string> words;
    words.reserve(part.kinds.size() + 1);
    for (const auto& [kind, count] : part.kinds)
      words.push_back(count == 1 ? std::string(title_of(kind)) : fmt::format("{} × {}", count, title_of(kind)));
    if (!part.all_shown)
      words.emplace_back(words.empty() ? "What cannot be shown to you" : "what cannot be shown to you");
    rows.push_back({std::string(title_of(agency)), join_words(words), to_words(part.since)});
  }
  return rows;
}

// "once in 2,000": how seldom, in two figures at most.
std::string seldom_words(double expected) {
  if (expected >= 0.95) return fmt::format("about {:.0f} times", expected);
  const double in = 1 / std::max(expected, 1e-9);
  if (in >= 1e6) return "less than once in a million";
  const double scale = std::pow(10.0, std::max(0.0, std::floor(std::log10(in)) - 1));
  std::string digits = fmt::format("{:.0f}", std::round(in / scale) * scale);
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
  return fmt::format("about once in {}", digits);
}

std::string pattern_title(std::string_view name) {
  const picture::PatternPtr* pattern = shipped_pattern(name);
  return pattern == nullptr ? std::string(name) : (*pattern)->title;
}

std::string about_words(const Projection& projection, const Viewer& viewer, const Finding& finding) {
  constexpr std::size_t named = 3;
  std::vector<std::string> names;
  std::size_t others = 0;
  for (const PersonId person : finding.people) {
    const Profile profile = names.size() < named ? profile_of(projection, viewer, person) : Profile{};
    if (profile.shown) {
      names.push_back(profile.name);
    } else {
      ++others;
    }
  }
  if (others > 0 && !names.empty()) names.push_back(fmt::format("{} other{}", others, others == 1 ? "" : "s"));
  std::string about = join_words(names);
  for (const EntityId entity : finding.things)
    about += (about.empty() ? "" : "; ") + thing_words(projection, viewer, entity);
  return about;
}

std::string left_over_words(const Leaning& leaning) {
  switch (leaning.left_over) {
    case Leaning::Left::nothing:
      return "The finding falls.";
    case Leaning::Left::fewer_children:
      return fmt::format("It stands with {} {}.", leaning.children_left,
                         leaning.children_left == 1 ? "child" : "children");
    case Leaning::Left::all:
      return "It stands all the same, on other records.";
    case Leaning::Left::unknown:
      break;
  }
  return "This proof falls.";
}

LeaningRow leaning_row(const Projection& projection, const Viewer& viewer, const Leaning& leaning) {
  const Holdings& holdings = projection.holdings();
  LeaningRow row;
  const Profile profile = profile_of(projection, viewer, leaning.person);
  if (profile.shown) row.person = fmt::format("{}|{}", person_text(leaning.person), profile.name);
  switch (leaning.kind) {
    case linkage::TieKind::machine:
      row.state =
          leaning.above_threshold ? "Likely but not confirmed" : "Not sure: only other records hold these two together";
      row.without_it = left_over_words(leaning);
      break;
    case linkage::TieKind::own_id:
      row.state = "An agency's own number for this person";
      break;
    case linkage::TieKind::decided:
      row.state = fmt::format("Confirmed by {}{}", leaning.decided_by.empty() ? "somebody" : leaning.decided_by,
                              leaning.decided_on.valid() ? " on " + to_words(leaning.decided_on) : "");
      break;
  }
  const auto visible = [&](MentionIndex m) {
    return decide_for(viewer, holdings.at(holdings.at(m).record)).depth >= access::Depth::outline;
  };
  if (visible(leaning.left) && visible(leaning.right)) {
    row.tie = fmt::format("“{}” with “{}”", record_in_words(holdings, holdings.at(leaning.left).record),
                          record_in_words(holdings, holdings.at(leaning.right).record));
    row.left = mention_text(holdings, leaning.left);
    row.right = mention_text(holdings, leaning.right);
  } else {
    row.tie = "Two records, one of which cannot be shown to you";
  }
  return row;
}

std::string similar_words(const Projection& projection, const Viewer& viewer, const Finding& finding,
                          const FindingStates& states) {
  std::size_t others = 0, taken = 0, dismissed = 0;
  for (const Finding& other : projection.findings) {
    if (other.pattern != finding.pattern || other.id == finding.id ||
        (other.audience && *other.audience != viewer.agency))
      continue;
    ++others;
    const FindingStage stage = state_in(states, other.id).stage;
    taken += stage == FindingStage::taken ? 1 : 0;
    dismissed += stage == FindingStage::dismissed || stage == FindingStage::second_look ? 1 : 0;
  }
  if (others == 0) return "There is no other finding of this kind.";
  return fmt::format("Of {} other {} of this kind, {} {} taken and {} {} dismissed.", others,
                     others == 1 ? "finding" : "findings", taken, taken == 1 ? "is" : "are", dismissed,
                     dismissed == 1 ? "is" : "are");
}

FindingsPart part_of(const FindingState& state, const Viewer& viewer) {
  switch (state.stage) {
    case FindingStage::open:
      return FindingsPart::open;
    case FindingStage::taken:
      return state.by == viewer.account ? FindingsPart::yours : FindingsPart::taken;
    case FindingStage::put_off:
      return FindingsPart::put_off;
    case FindingStage::second_look:
      return FindingsPart::second_look;
    case FindingStage::dismissed:
      return FindingsPart::dismissed;
  }
  return FindingsPart::open;
}

}  // namespace

std::vector<FindingWithState> findings_for(const Projection& projection, const Viewer& viewer,
                                           const FindingStates& states) {
  std::vector<FindingWithState> shown;
  for (const Finding& finding : projection.findings) {
    if (finding.audience && *finding.audience != viewer.agency) continue;
    if (in_conflict(viewer, projection.holdings(), finding)) continue;
    shown.push_back({&finding, state_in(states, finding.id)});
  }
  std::stable_sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) {
    return std::tie(a.finding->received, a.finding->met_on) > std::tie(b.finding->received, b.finding->met_on);
  });
  return shown;
}

FindingLine finding_line(const Projection& projection, const Viewer& viewer, const FindingWithState& one) {
  const Finding& finding = *one.finding;
  FindingLine line;
  line.id = finding.id;
  line.says = finding.says;
  line.about = about_words(projection, viewer, finding);
  line.met_on = to_words(finding.met_on);
  line.agencies = list_of(finding.agencies);
  line.children = static_cast<std::uint32_t>(finding.children.size());
  line.state = one.state.words;
  line.stage = one.state.stage;
  line.yours = one.state.stage == FindingStage::taken && one.state.by == viewer.account;
  return line;
}

FindingsView make_findings_view(const Projection& projection, const Viewer& viewer, const FindingStates& states,
                                const FindingsQuery& query) {
  FindingsView view;
  view.part = query.part;
  std::vector<FindingWithState> asked;
  for (FindingWithState& one : findings_for(projection, viewer, states)) {
    const FindingsPart part = part_of(one.state, viewer);
    ++view.in_all[static_cast<std::size_t>(part)];
    if (part == query.part) asked.push_back(std::move(one));
  }
  const auto count = static_cast<std::uint32_t>(asked.size());
  view.pages = std::max(1U, (count + FindingsView::on_a_page - 1) / FindingsView::on_a_page);
  view.page = std::clamp(query.page, 1U, view.pages);
  for (std::uint32_t i = (view.page - 1) * FindingsView::on_a_page;
       i < std::min(count, view.page * FindingsView::on_a_page); ++i) {
    view.lines.push_back(finding_line(projection, viewer, asked[i]));
  }
  return view;
}

Result<FindingView> make_finding_view(const Projection& projection, ledger::Ledger& ledger, const linkage::Model* model,
                                      const Viewer& viewer, const Finding& finding,
                                      std::span<const FindingEvent> events, const FindingStates& states) {
  FindingView view;
  view.id = finding.id;
  view.pattern_title = pattern_title(finding.pattern);
  view.says = finding.says;
  view.met_on = to_words(finding.met_on);
  view.received = to_words(day_of(finding.received));
  constexpr const char* strengths[] = {"suspected to be false", "weak", "not confirmed",
                                       "fairly good",           "good", "an agency's own record, not graded"};
  view.how_sure = fmt::format("The weakest fact it rests on is {}.", strengths[std::clamp(finding.strength, 0, 5)]);
  view.usual = fmt::format("By chance alone this would be expected {} such periods of 12 months.",
                           seldom_words(finding.expected_by_chance));
  if (finding.expected_by_chance >= 0.95)
    view.usual = fmt::format("By chance alone this would be expected {} in such a period of 12 months.",
                             seldom_words(finding.expected_by_chance));
  view.similar = similar_words(projection, viewer, finding, states);
  if (model != nullptr) {
    for (const Leaning& leaning : leanings_of(projection, *model, finding))
      view.leanings.push_back(leaning_row(projection, viewer, leaning));
  }
  for (const RecordIndex index : finding.proof) {
    auto row = proof_row(projection, ledger, viewer, finding, index);
    if (!row) return std::unexpected(row.error());
    view.proof.push_back(std::move(*row));
  }
  constexpr std::size_t also_shown = 40;
  for (std::size_t i = 0; i < finding.also.size() && i < also_shown; ++i) {
    auto row = proof_row(projection, ledger, viewer, finding, finding.also[i]);
    if (!row) return std::unexpected(row.error());
    view.also.push_back(std::move(*row));
  }
  view.holders = holders_of(projection, viewer, finding);
  for (const auto& one : finding.explanations) view.explanations.push_back({one.question, one.answer});
  for (const PersonId person : finding.people) {
    const Profile profile = profile_of(projection, viewer, person);
    const bool child = std::find(finding.children.begin(), finding.children.end(), person) != finding.children.end();
    if (profile.shown) view.people.push_back({person_text(person), profile.name, child});
  }
  for (const EntityId entity : finding.things) view.things.push_back(thing_words(projection, viewer, entity));
  const FindingState state = state_in(states, finding.id);
  view.state = state.words;
  view.stage = state.stage;
  const auto may = [&](FindingAction action) { return allowed(state, action, viewer.account).has_value(); };
  view.may_take = may(FindingAction::take);
  view.may_close = may(FindingAction::dismiss);
  view.may_reopen = may(FindingAction::reopen);
  view.may_agree = may(FindingAction::agree);
  for (const FindingEvent& event : events) {
    if (event.finding != finding.id) continue;
    view.history.push_back({to_words(day_of(event.at)), account_name(projection.facts.accounts, event.account),
                            std::string(past_words(event.action)), event.reason});
  }
  return view;
}

}  // namespace wider::hub
