#include "hub/person_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/identifiers.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

// A silence at least this long is drawn as a gap in the chronology.
constexpr int gap_days = 183;
constexpr std::size_t identity_records_shown = 60;
// A busy park would fill pages with people who were there once: the strongest ties stand in the table and the chart.
constexpr std::size_t ties_shown = 24;

bool visible(const Projection& projection, const Viewer& viewer, RecordIndex record) {
  return decide_for(viewer, projection.holdings().at(record)).depth >= access::Depth::outline;
}

std::string known_and_received(const char* verb, Date day) { return day.valid() ? fmt::format("{} {}", verb, to_words(day)) : ""; }

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

std::vector<KnownTo> known_to_rows(const Projection& projection, const Viewer& viewer, PersonId person) {
  struct Tally {
    Date first, last;
    std::set<std::uint32_t> records;
    access::Depth best = access::Depth::nothing;
  };
  std::map<Agency, Tally> tallies;
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const RecordIndex index = projection.holdings().at(m).record;
    const RecordRow& record = projection.holdings().at(index);
    const access::Depth depth = decide_for(viewer, record).depth;
    if (depth == access::Depth::nothing) continue;
    Tally& tally = tallies[record.agency];
    tally.best = std::max(tally.best, depth);
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
      row.records = fmt::format("{} {}", tally.records.size(), tally.records.size() == 1 ? "record" : "records");
    }
    row.you_may_see = tally.best == access::Depth::full      ? "In full"
                      : tally.best == access::Depth::outline ? "Kind and date"
                                                             : "That they know this person";
    row.ring = whom_to_ring(agency);
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<ChronologyRow>> chronology_rows(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer, PersonId person,
                                                   const PersonQuery& query) {
  const Holdings& holdings = projection.holdings();
  const auto as_known_at = parse_iso_date(query.as_known_at);
  const auto only = agency_named(query.agency);
  std::vector<ChronologyRow> rows;
  Date last_day;
  for (const auto& line : picture::chronology(projection.scene(), person, as_known_at, std::nullopt, only)) {
    const RecordRow& record = holdings.at(line.record);
    const access::Depth depth = decide_for(viewer, record).depth;
    if (depth < access::Depth::outline) continue;
    ChronologyRow row;
    row.when = to_words(line.happened);
    row.iso = to_iso(line.happened.first);
    row.agency = title_of(record.agency);
    row.record = fmt::format("{}/{}", name_of(record.agency), holdings.name(line.record));
    row.known = known_and_received("known", line.known);
    row.received = known_and_received("received", day_of(record.received));
    row.grade = to_words(record.grade);
    if (depth == access::Depth::full) {
      row.says = line.says;
      const auto sentence = sentence_of(ledger, record);
      if (!sentence) return std::unexpected(sentence.error());
      if (!sentence->empty()) row.says += (row.says.empty() ? "" : " ") + *sentence;
    } else {
      row.says = fmt::format("{}.", title_of(record.kind));
    }
    std::vector<std::string> also;
    for (const RecordIndex other : line.also) {
      if (!visible(projection, viewer, other)) continue;
      const RecordRow& twin = holdings.at(other);
      const int later = twin.known.valid() && record.known.valid() ? twin.known - record.known : 0;
      also.push_back(later > 0 ? fmt::format("{}, {} {} later", title_of(twin.agency), later, later == 1 ? "day" : "days")
                               : std::string(title_of(twin.agency)));
    }
    if (!also.empty()) row.also = fmt::format("Also recorded by {}.", join_words(also));
    if (last_day.valid() && line.happened.first.valid() && line.happened.first - last_day > gap_days) {
      row.gap_before = gap_words(last_day, line.happened.first);
    }
    if (line.happened.first.valid()) last_day = line.happened.first;
    rows.push_back(std::move(row));
  }
  if (query.newest_first) {
    // A gap stands between two rows; read backwards it stands before the earlier one.
    std::vector<std::string> gaps;
    for (ChronologyRow& row : rows) gaps.push_back(std::exchange(row.gap_before, {}));
    for (std::size_t i = 0; i + 1 < rows.size(); ++i) rows[i].gap_before = gaps[i + 1];
    std::reverse(rows.begin(), rows.end());
  }
  return rows;
}

NetworkView network_view(const Projection& projection, const Viewer& viewer, PersonId person, const std::string& own_name, std::optional<Date> as_known_at) {
  const Holdings& holdings = projection.holdings();
  NetworkView view;
  nlohmann::json nodes = nlohmann::json::array();
  nlohmann::json edges = nlohmann::json::array();
  std::set<std::string> drawn;
  const auto node = [&](const std::string& id, const std::string& label, const char* kind) {
    if (drawn.insert(id).second) nodes.push_back({{"data", {{"id", id}, {"label", label}, {"kind", kind}}}});
  };
  const auto edge = [&](const std::string& from, const std::string& to, const std::string& label) {
    const std::string id = from + "-" + to;
    if (drawn.insert(id).second) edges.push_back({{"data", {{"id", id}, {"source", from}, {"target", to}, {"label", label}}}});
  };
  const std::string self = person_text(person);
  node(self, own_name, "self");
  picture::Network network = picture::network(projection.scene(), person, as_known_at);
  std::stable_sort(network.ties.begin(), network.ties.end(), [](const picture::Tie& a, const picture::Tie& b) { return a.records.size() > b.records.size(); });
  bool all_visible = true;
  std::size_t left_out = 0;
  for (const picture::Tie& tie : network.ties) {
    // A tie is shown when every record that makes it may be shown: its counts and dates would give the others away.
    const bool shown = std::all_of(tie.records.begin(), tie.records.end(), [&](RecordIndex r) { return visible(projection, viewer, r); });
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
      const ThingIndex thing = projection.things->mentions_of(*tie.through).front();
      const ThingRow& named = holdings.at(thing);
      row.through = holdings.text(named.text != 0 ? named.text : named.id);
      if (named.kind == ThingKind::vehicle && named.category != 0) {
        row.through = fmt::format("{} ({})", holdings.text(named.category), holdings.text(named.id != 0 ? named.id : named.text));
      }
      const std::string thing_id = fmt::format("T{}", tie.through->value);
      node(thing_id, row.through, std::string(name_of(named.kind)).c_str());
      edge(self, thing_id, row.times);
      edge(thing_id, row.person, row.times);
    } else {
      row.through = "named in the same record";
      edge(self, row.person, row.times);
    }
    view.ties.push_back(std::move(row));
  }
  if (left_out > 0) view.sentences.push_back(fmt::format("The {} strongest ties are listed; {} more are weaker, most of them a place where many people were.", ties_shown, left_out));
  // The sentences count over all ties: they stand only where all ties may be shown.
  if (all_visible) view.sentences.insert(view.sentences.begin(), network.sentences.begin(), network.sentences.end());
  if (view.sentences.empty()) {
    view.sentences.push_back(view.ties.empty() ? "No ties to other people are recorded that can be shown."
                                               : fmt::format("Tied to {} other {} by records that can be shown.", view.ties.size(), view.ties.size() == 1 ? "person" : "people"));
  }
  view.chart_json = nlohmann::json{{"nodes", nodes}, {"edges", edges}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return view;
}

std::vector<IdentityRecord> identity_records(const Projection& projection, const Viewer& viewer, PersonId person, AgencySet& agencies, std::size_t& count) {
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
    std::string name = mention.full_name != 0 ? std::string(holdings.text(mention.full_name))
                                              : fmt::format("{} {}", holdings.text(mention.forename), holdings.text(mention.surname));
    if (name == " ") name = mention.alias != 0 ? fmt::format("“{}”", holdings.text(mention.alias)) : "by its index number only";
    rows.push_back({mention_text(holdings, m), std::move(name), to_words(mention.birth_date),
                    fmt::format("{} {}", holdings.text(mention.address), holdings.text(mention.postcode)), fmt::format("{}", fmt::join(identifiers, ", ")),
                    std::string(title_of(record.agency)), std::string(title_of(mention.role))});
  }
  return rows;
}

}  // namespace

std::string_view whom_to_ring(Agency agency) {
  // Fictitious numbers (Ofcom's range for drama); a deployment's own come with its configuration.
  switch (agency) {
    case Agency::social_care: return "Duty social worker, 01632 960 002";
    case Agency::police: return "Public protection sergeant, 01632 960 003";
    case Agency::health: return "Safeguarding nurse, 01632 960 004";
    case Agency::education: return "Education safeguarding officer, 01632 960 005";
    case Agency::licensing: return "Licensing officer, 01632 960 006";
    case Agency::prosecution: return "Reviewing lawyer's office, 01632 960 007";
    default: return "Duty desk, 01632 960 001";
  }
}

Result<PersonView> make_person_view(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer, PersonId person, const PersonQuery& query,
                                    Instant now) {
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
    view.identifiers.push_back(fmt::format("NHS number {} ({})", number, nhs_number_valid(number) ? "check digit right" : "check digit wrong"));
  }
  for (const std::string& number : profile.upns) {
    view.identifiers.push_back(fmt::format("UPN {} ({})", number, upn_valid(number) ? "check letter right" : "check letter wrong"));
  }
  for (const std::string& number : profile.phones) view.identifiers.push_back(fmt::format("Phone {}", number));
  view.lives = profile.address.empty() ? "Not recorded where it can be shown" : fmt::format("{} {}", profile.address, profile.postcode);
  AgencySet agencies;
  std::size_t count = 0;
  view.records = identity_records(projection, viewer, person, agencies, count);
  view.how_sure = fmt::format("{} {} from {} {}.", count, count == 1 ? "record" : "records", agencies.count(), agencies.count() == 1 ? "agency" : "agencies");
  if (view.records.size() > 1) {
    view.weakest_left = view.records.front().mention;
    view.weakest_right = view.records.back().mention;
  }
  view.known_to = known_to_rows(projection, viewer, person);
  auto rows = chronology_rows(projection, ledger, viewer, person, query);
  if (!rows) return std::unexpected(rows.error());
  view.chronology = std::move(*rows);
  view.newest_first = query.newest_first;
  view.as_known_at = as_known_at ? query.as_known_at : "";
  view.network = network_view(projection, viewer, person, profile.name, as_known_at);
  return view;
}

}  // namespace wider::hub
