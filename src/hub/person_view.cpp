#include "hub/person_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "access/policy.hpp"
#include "base/identifiers.hpp"
#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"
#include "linkage/text.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

// A silence at least this long is drawn as a gap in the chronology.
constexpr int gap_days = 183;
constexpr std::size_t identity_records_shown = 60;
constexpr std::size_t lines_shown = 60;  // of the chronology, before "show all"
constexpr int working_days_back = 365;
// A busy park would fill pages with people who were there once: the strongest ties stand in the table and the chart.
constexpr std::size_t ties_shown = 24;

bool visible(const Projection& projection, const Viewer& viewer, RecordIndex record) {
  return decide_for(viewer, projection.holdings().at(record)).depth >= access::Depth::outline;
}

std::string known_and_received(const char* verb, Date day) {
  return day.valid() ? fmt::format("{} {}", verb, to_words(day)) : "";
}

// What the record itself says (its sentence lies in the ledger, not in the columns).
Result<std::string> sentence_of(ledger::Ledger& ledger, const RecordRow& row) {
  const auto entry = ledger.read(row.sequence);
  if (!entry) return std::unexpected(entry.error());
  if (entry->erased) return std::string();
  const auto record = decode_record(entry->body);
  if (!record) return std::unexpected(record.error());
  return record->text;
}

std::string gap_words(Date earlier, Date later) {
  const int months = (later - earlier) / 30;
  return fmt::format("Nothing recorded for {} months", months);
}

const char* depth_words(access::Depth depth) {
  return depth == access::Depth::full      ? "In full"
         : depth == access::Depth::outline ? "Kind and date"
                                           : "That they know this person";
}

// Why so much of the record is shown and no more, in the words of the rule that decided, and what would show more.
std::string why_words(const Viewer& viewer, const RecordRow& record, const access::Decision& decision) {
  std::string words = fmt::format("{}: {}", depth_words(decision.depth), decision.because);
  const std::string more = access::what_would_show_more(
      policy_of(viewer), {viewer.role, viewer.agency, viewer.purpose}, facts_for(viewer, record));
  return more.empty() ? words : words + " " + more;
}

// Whether an opening in an emergency would show more of anything that is shown of the person now.
bool emergency_helps(const Projection& projection, const Viewer& viewer, PersonId person) {
  const auto mentions = projection.people.mentions_of(person);
  return viewer.token.empty() && std::ranges::any_of(mentions, [&](MentionIndex m) {
    const RecordRow& record = projection.holdings().at(projection.holdings().at(m).record);
    access::RecordFacts facts = facts_for(viewer, record);
    if (facts.standing != access::Standing::plain) return false;
    facts.standing = access::Standing::emergency;
    const access::Depth now = decide_for(viewer, record).depth;
    return now != access::Depth::nothing &&
           access::decide(policy_of(viewer), {viewer.role, viewer.agency, viewer.purpose}, facts).depth > now;
  });
}

std::vector<KnownTo> known_to_rows(const Projection& projection, const Viewer& viewer, PersonId person) {
  struct Tally {
    Date first, last;
    std::set<std::uint32_t> records;
    access::Depth best = access::Depth::nothing;
    std::set<std::pair<access::Depth, std::string>> why;
  };
  std::map<Agency, Tally> tallies;
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const RecordIndex index = projection.holdings().at(m).record;
    const RecordRow& record = projection.holdings().at(index);
    const access::Decision decision = decide_for(viewer, record);
    const access::Depth depth = decision.depth;
    if (depth == access::Depth::nothing) continue;
    Tally& tally = tallies[record.agency];
    tally.best = std::max(tally.best, depth);
    tally.why.emplace(depth, why_words(viewer, record, decision));
    if (depth < access::Depth::outline) continue;  // that the agency knows the person, and nothing more
    tally.records.insert(index.value);
    const Date day = record.day();
    if (!day.valid()) continue;
    if (!tally.first.valid() || day < tally.first) tally.first = day;
    if (!tally.last.valid() || day > tally.last) tally.last = day;
  }
  std::vector<KnownTo> rows;
  for (const auto& [agency, tally] : tallies) {
    KnownTo row;
    row.agency = title_of(agency);
    if (tally.best >= access::Depth::outline) {
      row.since = to_words(tally.first);
      row.last_contact = to_words(tally.last);
      row.records = fmt::format("{}", tally.records.size());
    }
    row.you_may_see = depth_words(tally.best);
    for (auto one = tally.why.rbegin(); one != tally.why.rend(); ++one) row.why.push_back(one->second);
    row.ring = whom_to_ring(agency);
    rows.push_back(std::move(row));
  }
  // Health may know anybody by a service that shows nowhere: it stands on every page, whether it does or not.
  if (viewer.agency != Agency::health && !tallies.contains(Agency::health)) {
    KnownTo health;
    health.agency = title_of(Agency::health);
    health.you_may_see = "Not whether they know this person";
    health.why = {"Health stands on every page, whether or not they know somebody: some services are never told of."};
    health.ring = whom_to_ring(Agency::health);
    rows.push_back(std::move(health));
  }
  return rows;
}

// Whether the record's own sentence says a word that the line does not say already.
bool adds_words(std::string_view sentence, std::string_view line) {
  const std::string folded = fold(sentence);
  const std::string known = " " + fold(line) + " ";
  for (const std::string_view word : linkage::words(folded)) {
    if (known.find(" " + std::string(word) + " ") == std::string::npos) return true;
  }
  return false;
}

std::string also_words(const Projection& projection, const Viewer& viewer, const picture::ChronologyLine& line) {
  const RecordRow& record = projection.holdings().at(line.record);
  std::vector<std::string> also;
  for (const RecordIndex other : line.also) {
    if (!visible(projection, viewer, other)) continue;
    const RecordRow& twin = projection.holdings().at(other);
    const int later = twin.known.valid() && record.known.valid() ? twin.known - record.known : 0;
    also.push_back(later > 0 ? fmt::format("{}, {} {} later", title_of(twin.agency), later, later == 1 ? "day" : "days")
                             : std::string(title_of(twin.agency)));
  }
  return also.empty() ? "" : fmt::format("Also recorded by {}.", join_words(also));
}

Result<ChronologyRow> chronology_row(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer,
                                     const picture::ChronologyLine& line) {
  const Holdings& holdings = projection.holdings();
  const RecordRow& record = holdings.at(line.record);
  ChronologyRow row;
  row.when = to_words(line.happened);
  row.iso = to_iso(line.happened.first);
  row.agency = title_of(record.agency);
  row.record = fmt::format("{}/{}", name_of(record.agency), holdings.name(line.record));
  row.known = known_and_received("known", line.known);
  row.received = known_and_received("received", day_of(record.received));
  row.grade = to_words(record.grade);
  row.also = also_words(projection, viewer, line);
  const access::Decision decision = decide_for(viewer, record);
  row.why = why_words(viewer, record, decision);
  if (decision.depth < access::Depth::full) {
    row.says = fmt::format("{}.", title_of(record.kind));
    return row;
  }
  row.says = line.says;
  const auto sentence = sentence_of(ledger, record);
  if (!sentence) return std::unexpected(sentence.error());
  if (adds_words(*sentence, row.says)) row.says += (row.says.empty() ? "" : " ") + *sentence;
  return row;
}

// A line that may be shown, and the silence before it.
struct ShownLine {
  picture::ChronologyLine line;
  std::string gap_before;
};

Result<void> add_chronology(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer, PersonId person,
                            const PersonQuery& query, PersonView& view) {
  const Holdings& holdings = projection.holdings();
  const auto only = agency_named(query.agency);
  const auto kind = record_kind_named(query.kind);
  const auto from = parse_iso_date(query.from);
  const auto to = parse_iso_date(query.to);
  std::vector<ShownLine> lines;
  std::set<RecordKind> kinds;
  Date last_day;
  const auto keep = [&](RecordIndex index) {
    const RecordRow& record = holdings.at(index);
    if (decide_for(viewer, record).depth < access::Depth::outline) return false;
    kinds.insert(record.kind);
    return (!only || record.agency == *only) && (!kind || record.kind == *kind);
  };
  for (auto& line :
       picture::chronology(projection.scene(), person, parse_iso_date(query.as_known_at), viewer.agency, keep)) {
    const Date first = line.happened.first;
    if ((from && first.valid() && line.happened.last < *from) || (to && first.valid() && first > *to)) continue;
    ShownLine shown{std::move(line), ""};
    if (last_day.valid() && first.valid() && first - last_day > gap_days) shown.gap_before = gap_words(last_day, first);
    if (first.valid()) last_day = first;
    lines.push_back(std::move(shown));
  }
  for (const RecordKind one : kinds) view.kinds.emplace_back(name_of(one), title_of(one));
  if (query.newest_first) {
    // A gap stands between two rows; read backwards it stands before the earlier one.
    for (std::size_t i = 0; i + 1 < lines.size(); ++i) lines[i].gap_before = lines[i + 1].gap_before;
    if (!lines.empty()) lines.back().gap_before.clear();
    std::reverse(lines.begin(), lines.end());
  }
  view.chronology_in_all = static_cast<std::uint32_t>(lines.size());
  if (!query.all && lines.size() > lines_shown) lines.resize(lines_shown);
  for (const ShownLine& shown : lines) {
    auto row = chronology_row(projection, ledger, viewer, shown.line);
    if (!row) return std::unexpected(row.error());
    row->gap_before = shown.gap_before;
    view.chronology.push_back(std::move(*row));
  }
  return {};
}

NetworkView network_view(const Projection& projection, const Viewer& viewer, PersonId person,
                         const std::string& own_name, const char* own_kind, std::optional<Date> as_known_at) {
  NetworkView view;
  nlohmann::json nodes = nlohmann::json::array();
  nlohmann::json edges = nlohmann::json::array();
  std::set<std::string> drawn;
  const auto node = [&](const std::string& id, const std::string& label, const char* kind) {
    if (drawn.insert(id).second) nodes.push_back({{"data", {{"id", id}, {"label", label}, {"kind", kind}}}});
  };
  const auto edge = [&](const std::string& from, const std::string& to, const std::string& label) {
    const std::string id = from + "-" + to;
    if (drawn.insert(id).second)
      edges.push_back({{"data", {{"id", id}, {"source", from}, {"target", to}, {"label", label}}}});
  };
  const std::string self = person_text(person);
  node(self, own_name, own_kind);
  picture::Network network = picture::network(projection.scene(), person, as_known_at, viewer.agency);
  std::stable_sort(network.ties.begin(), network.ties.end(),
                   [](const picture::Tie& a, const picture::Tie& b) { return a.records.size() > b.records.size(); });
  bool all_visible = true;
  std::size_t left_out = 0;
  for (const picture::Tie& tie : network.ties) {
    // A tie is shown when every record that makes it may be shown: its counts and dates would give the others away.
    const bool shown = std::all_of(tie.records.begin(), tie.records.end(),
                                   [&](RecordIndex r) { return visible(projection, viewer, r); });
    const Profile other = shown ? profile_of(projection, viewer, tie.person) : Profile{};
    if (!shown || !other.shown) {
      all_visible = false;
      continue;
    }
    if (view.ties.size() >= ties_shown) {
      ++left_out;
      continue;
    }
    TieRow row;
    row.person = person_text(tie.person);
    row.name = other.name;
    row.child = picture::is_child_on(projection.scene(), tie.person, tie.last).value_or(false);
    row.times = tie.records.size() == 1 ? "once" : fmt::format("{} times", tie.records.size());
    row.first = to_words(tie.first);
    row.last = to_words(tie.last);
    row.agencies = list_of(tie.agencies);
    row.says = tie.says;
    node(row.person, row.name, row.child ? "child" : "adult");
    if (tie.through) {
      row.through = thing_words(projection, viewer, *tie.through);
      const std::string thing_id = fmt::format("T{}", tie.through->value);
      node(thing_id, row.through, std::string(name_of(projection.things->kind(*tie.through))).c_str());
      edge(self, thing_id, row.times);
      edge(thing_id, row.person, row.times);
    } else {
      row.through = "named in the same record";
      edge(self, row.person, row.times);
    }
    view.ties.push_back(std::move(row));
  }
  if (left_out > 0)
    view.sentences.push_back(fmt::format(
        "The {} strongest ties are listed; {} more are weaker, most of them a place where many people were.",
        ties_shown, left_out));
  // The sentences count over all ties: they stand only where all ties may be shown.
  if (all_visible) view.sentences.insert(view.sentences.begin(), network.sentences.begin(), network.sentences.end());
  if (view.sentences.empty()) {
    view.sentences.push_back(view.ties.empty()
                                 ? "No ties to other people are recorded that can be shown."
                                 : fmt::format("Tied to {} other {} by records that can be shown.", view.ties.size(),
                                               view.ties.size() == 1 ? "person" : "people"));
  }
  view.chart_json =
      nlohmann::json{{"nodes", nodes}, {"edges", edges}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return view;
}

std::vector<IdentityRecord> identity_records(const Projection& projection, const Viewer& viewer, PersonId person,
                                             AgencySet& agencies, std::size_t& count) {
  const Holdings& holdings = projection.holdings();
  std::vector<IdentityRecord> rows;
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const MentionRow& mention = holdings.at(m);
    const RecordRow& record = holdings.at(mention.record);
    if (decide_for(viewer, record).depth < access::Depth::outline) continue;
    ++count;
    agencies.add(record.agency);
    if (rows.size() >= identity_records_shown) continue;
    std::vector<std::string> identifiers;
    for (const Code code : {mention.nhs_number, mention.upn, mention.local_id}) {
      if (code != 0) identifiers.emplace_back(holdings.text(code));
    }
    std::string name = mention.full_name != 0
                           ? std::string(holdings.text(mention.full_name))
                           : fmt::format("{} {}", holdings.text(mention.forename), holdings.text(mention.surname));
    if (name == " ")
      name = mention.alias != 0 ? fmt::format("“{}”", holdings.text(mention.alias)) : "by its index number only";
    rows.push_back({mention_text(holdings, m), std::move(name), to_words(mention.birth_date),
                    fmt::format("{} {}", holdings.text(mention.address), holdings.text(mention.postcode)),
                    fmt::format("{}", fmt::join(identifiers, ", ")), std::string(title_of(record.agency)),
                    std::string(title_of(mention.role))});
  }
  return rows;
}

// Plans without an end, and the professionals named in the last year: whom to speak with before doing anything.
void add_present_work(const Projection& projection, const Viewer& viewer, PersonId person,
                      std::optional<Date> as_known_at, Date today, PersonView& view) {
  const Holdings& holdings = projection.holdings();
  std::map<RecordKind, Date> plans;
  std::map<PersonId, std::pair<Date, Agency>> workers;
  bool other_role = false;
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const RecordRow& record = holdings.at(holdings.at(m).record);
    if (decide_for(viewer, record).depth < access::Depth::outline) continue;
    other_role = other_role || holdings.at(m).role != Role::professional;
    const Date day = record.day();
    if (!day.valid() || day > today || (as_known_at && record.known.valid() && record.known > *as_known_at)) continue;
    if (holdings.at(m).role != Role::subject) continue;
    const bool plan = record.kind == RecordKind::plan || record.kind == RecordKind::protection_plan;
    if (plan && !record.outcome_date.valid()) plans[record.kind] = std::max(plans[record.kind], day);
    if (today - day > working_days_back) continue;
    for (std::uint32_t i = 0; i < record.mention_count; ++i) {
      const MentionIndex other(record.first_mention + i);
      if (holdings.at(other).role != Role::professional) continue;
      auto& latest = workers[projection.people.of(other)];
      latest = std::max(latest, std::pair(day, record.agency));
    }
  }
  view.only_professional = !other_role && !view.records.empty();
  for (const auto& [kind, since] : plans)
    view.plans.push_back(fmt::format("{} since {}; no end is recorded", title_of(kind), to_words(since)));
  std::vector<std::pair<std::pair<Date, Agency>, PersonId>> latest_first;
  latest_first.reserve(workers.size());
  for (const auto& [worker, when] : workers) latest_first.emplace_back(when, worker);
  std::sort(latest_first.begin(), latest_first.end(), std::greater<>());
  constexpr std::size_t workers_shown = 5;
  for (const auto& [when, worker] : latest_first) {
    const Profile profile = profile_of(projection, viewer, worker);
    if (!profile.shown || view.working.size() == workers_shown) continue;
    view.working.push_back(
        {person_text(worker), profile.name, std::string(title_of(when.second)), to_words(when.first)});
  }
}

// What people decided about which records are this person's.
std::vector<std::string> decisions_about(const Projection& projection, const Viewer& viewer, PersonId person) {
  const Holdings& holdings = projection.holdings();
  std::vector<std::string> decisions;
  for (const LinkDecision& decision : projection.facts.link_decisions) {
    const auto left = holdings.find_mention(decision.left_agency, decision.left);
    const auto right = holdings.find_mention(decision.right_agency, decision.right);
    if (!left || !right || (projection.people.of(*left) != person && projection.people.of(*right) != person)) continue;
    if (!visible(projection, viewer, holdings.at(*left).record) ||
        !visible(projection, viewer, holdings.at(*right).record))
      continue;
    decisions.push_back(fmt::format("“{}” and “{}”: {}", record_in_words(holdings, holdings.at(*left).record),
                                    record_in_words(holdings, holdings.at(*right).record), word_in_full(decision)));
  }
  return decisions;
}

// How many records hang on the tie: the smaller of its two sides.
std::string hanging_words(std::size_t side, std::size_t all) {
  const std::size_t fewer = std::min(side, all - side);
  return fewer < 2 ? "" : fmt::format(" {} of the records hang on it.", fewer);
}

void add_weakest_tie(const Projection& projection, const linkage::Model& model, const Viewer& viewer, PersonId person,
                     PersonView& view) {
  const auto tie = weakest_tie_of(projection, model, viewer, person);
  if (!tie) {
    view.how_sure += " Nothing had to be joined.";
    return;
  }
  const Holdings& holdings = projection.holdings();
  view.weakest_left = mention_text(holdings, tie->left);
  view.weakest_right = mention_text(holdings, tie->right);
  const std::string pair = fmt::format("“{}” with “{}”", record_in_words(holdings, holdings.at(tie->left).record),
                                       record_in_words(holdings, holdings.at(tie->right).record));
  switch (tie->kind) {
    case linkage::TieKind::machine:
      view.how_sure += fmt::format(
          " Weakest tie: {}, {}.{}", pair,
          tie->above_threshold ? "likely but not confirmed"
                               : "not sure: these two alone would not be joined, only other records hold them together",
          hanging_words(tie->right_side.size(), tie->in_all));
      break;
    case linkage::TieKind::own_id:
      view.how_sure += " Every tie is confirmed, or is an agency's own number for this person.";
      break;
    case linkage::TieKind::decided:
      view.how_sure +=
          fmt::format(" Every tie is confirmed: {}{}{}.", pair, tie->decided_by.empty() ? "" : " by " + tie->decided_by,
                      tie->decided_on.valid() ? " on " + to_words(tie->decided_on) : "");
      break;
  }
}

}  // namespace

std::string_view whom_to_ring(Agency agency) {
  // Fictitious numbers (Ofcom's range for drama); a deployment's own come with its configuration.
  switch (agency) {
    case Agency::social_care:
      return "Duty social worker, 01632 960 002";
    case Agency::police:
      return "Public protection sergeant, 01632 960 003";
    case Agency::health:
      return "Safeguarding nurse, 01632 960 004";
    case Agency::education:
      return "Education safeguarding officer, 01632 960 005";
    case Agency::licensing:
      return "Licensing officer, 01632 960 006";
    case Agency::prosecution:
      return "Reviewing lawyer's office, 01632 960 007";
    default:
      return "Duty desk, 01632 960 001";
  }
}

Result<PersonView> make_person_view(const Projection& projection, ledger::Ledger& ledger, const linkage::Model* model,
                                    const Viewer& viewer, PersonId person, const PersonQuery& query, Instant now) {
  PersonView view;
  const Profile profile = profile_of(projection, viewer, person);
  if (!profile.shown) return view;
  const auto as_known_at = parse_iso_date(query.as_known_at);
  const Date today = as_known_at.value_or(day_of(now));
  view.id = person_text(person);
  view.name = profile.name;
  view.other_names = profile.other_names;
  view.born = to_words(profile.birth_date);
  if (profile.birth_date.precision == Precision::day && profile.birth_date.first <= today) {
    view.age = fmt::format("{} on {}", age_years(profile.birth_date.first, today), to_words(today));
  }
  view.child = picture::is_child_on(projection.scene(), person, today).value_or(false);
  for (const std::string& number : profile.nhs_numbers) {
    view.identifiers.push_back(fmt::format("NHS number {} ({})", number,
                                           nhs_number_valid(number) ? "check digit right" : "check digit wrong"));
  }
  for (const std::string& number : profile.upns) {
    view.identifiers.push_back(
        fmt::format("UPN {} ({})", number, upn_valid(number) ? "check letter right" : "check letter wrong"));
  }
  for (const std::string& number : profile.phones) view.identifiers.push_back(fmt::format("Phone {}", number));
  view.lives = profile.address.empty() ? "Not recorded where it can be shown"
                                       : fmt::format("{} {}", profile.address, profile.postcode);
  AgencySet agencies;
  std::size_t count = 0;
  view.records = identity_records(projection, viewer, person, agencies, count);
  view.how_sure = fmt::format("{} {} from {} {}.", count, count == 1 ? "record" : "records", agencies.count(),
                              agencies.count() == 1 ? "agency" : "agencies");
  if (count == 0) view.how_sure = "What the records say cannot be shown to you, so neither can how they were joined.";
  if (model != nullptr && count > 0) add_weakest_tie(projection, *model, viewer, person, view);
  view.known_to = known_to_rows(projection, viewer, person);
  view.may_open_in_emergency = emergency_helps(projection, viewer, person);
  view.records_in_all = static_cast<std::uint32_t>(count);
  add_present_work(projection, viewer, person, as_known_at, today, view);
  view.decisions = decisions_about(projection, viewer, person);
  if (auto added = add_chronology(projection, ledger, viewer, person, query, view); !added)
    return std::unexpected(added.error());
  view.newest_first = query.newest_first;
  view.as_known_at = as_known_at ? query.as_known_at : "";
  view.network = network_view(projection, viewer, person, profile.name, view.child ? "child" : "adult", as_known_at);
  return view;
}

}  // namespace wider::hub
