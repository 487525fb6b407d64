#include "hub/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "access/policy.hpp"
#include "hub/search.hpp"
#include "hub/trust.hpp"

namespace wider::hub {
namespace {

// The most often written value first; among equals the first one received.
std::vector<std::string> by_frequency(const std::vector<std::string>& values) {
  std::vector<std::pair<std::string, std::size_t>> counted;
  std::map<std::string, std::size_t> place;
  for (const std::string& value : values) {
    if (value.empty()) continue;
    const auto [found, is_new] = place.try_emplace(fold(value), counted.size());
    if (is_new) {
      counted.emplace_back(value, 1);
    } else {
      ++counted[found->second].second;
    }
  }
  std::stable_sort(counted.begin(), counted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> out;
  out.reserve(counted.size());
  for (auto& [value, count] : counted) out.push_back(std::move(value));
  return out;
}

// "HUSSAIN-CHAUDHRY" → "Hussain-Chaudhry"; a name that is not all capitals is left as it was written.
std::string without_shouting(std::string_view name) {
  const bool shouted = std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  std::string out(name);
  bool inside = false;
  for (char& c : out) {
    const bool letter = c >= 'A' && c <= 'Z';
    if (shouted && letter && inside) c = static_cast<char>(c - 'A' + 'a');
    inside = letter || (inside && static_cast<unsigned char>(c) >= 0x80);
  }
  return out;
}

// One field "MARSH, Ann" → "Ann Marsh", as every page says names.
std::string in_speaking_order(std::string_view full_name) {
  const std::size_t comma = full_name.find(',');
  if (comma == std::string_view::npos) return without_shouting(full_name);
  std::string_view forename = full_name.substr(comma + 1);
  while (!forename.empty() && forename.front() == ' ') forename.remove_prefix(1);
  const std::string surname = without_shouting(full_name.substr(0, comma));
  return forename.empty() ? surname : fmt::format("{} {}", without_shouting(forename), surname);
}

}  // namespace

std::string mention_name(const Holdings& holdings, const MentionRow& mention) {
  if (mention.forename == 0 && mention.surname == 0) return in_speaking_order(holdings.text(mention.full_name));
  if (mention.forename == 0) return without_shouting(holdings.text(mention.surname));
  if (mention.surname == 0) return without_shouting(holdings.text(mention.forename));
  return fmt::format("{} {}", without_shouting(holdings.text(mention.forename)),
                     without_shouting(holdings.text(mention.surname)));
}

const access::Policy& policy_of(const Viewer& viewer) {
  return viewer.policy ? *viewer.policy : access::shipped_policy();
}

access::RecordFacts facts_for(const Viewer& viewer, const RecordRow& record) {
  return {record.agency, record.kind, record.handling,
          viewer.standings ? viewer.standings->of(record.sequence) : access::Standing::plain};
}

access::Decision decide_for(const Viewer& viewer, const RecordRow& record) {
  return access::decide(policy_of(viewer), {viewer.role, viewer.agency, viewer.purpose}, facts_for(viewer, record));
}

Profile profile_of(const Projection& projection, const Viewer& viewer, PersonId person) {
  const Holdings& holdings = projection.holdings();
  Profile profile;
  std::vector<std::string> names, aliases, descriptions, nhs, upns, phones;
  std::map<PartialDate, int> births;
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const MentionRow& mention = holdings.at(m);
    const RecordRow& record = holdings.at(mention.record);
    const access::Depth depth = decide_for(viewer, record).depth;
    if (depth == access::Depth::nothing) continue;
    profile.known_to.add(record.agency);
    // Who somebody is, is shared from "exists" up wherever the record itself is not restricted to Health.
    if (record.kind == RecordKind::sexual_health && depth < access::Depth::outline) continue;
    profile.shown = true;
    names.push_back(mention_name(holdings, mention));
    aliases.emplace_back(holdings.text(mention.alias));
    descriptions.emplace_back(holdings.text(mention.description));
    nhs.emplace_back(holdings.text(mention.nhs_number));
    upns.emplace_back(holdings.text(mention.upn));
    if (depth >= access::Depth::outline) phones.emplace_back(holdings.text(mention.phone));
    if (mention.birth_date.known()) ++births[mention.birth_date];
    if (depth >= access::Depth::outline && mention.address != 0) {
      profile.address = holdings.text(mention.address);
      profile.postcode = holdings.text(mention.postcode);
    }
  }
  int most = 0;
  for (const auto& [birth, count] : births) {
    const int weight = count * 4 + static_cast<int>(birth.precision);
    if (weight > most) {
      most = weight;
      profile.birth_date = birth;
    }
  }
  auto ordered = by_frequency(names);
  const auto other = by_frequency(aliases);
  if (!ordered.empty()) {
    profile.name = ordered.front();
    profile.other_names.assign(ordered.begin() + 1, ordered.end());
    profile.other_names.insert(profile.other_names.end(), other.begin(), other.end());
  } else if (!other.empty()) {
    profile.name = fmt::format("Not identified: “{}”", other.front());
    profile.other_names.assign(other.begin() + 1, other.end());
  } else {
    const auto described = by_frequency(descriptions);
    profile.name = described.empty() ? "Not identified" : fmt::format("Not identified: {}", described.front());
  }
  profile.nhs_numbers = by_frequency(nhs);
  profile.upns = by_frequency(upns);
  profile.phones = by_frequency(phones);
  return profile;
}

std::optional<ThingIndex> thing_shown(const Projection& projection, const Viewer& viewer, EntityId entity) {
  std::optional<ThingIndex> known_to_all;
  for (const ThingIndex thing : projection.things->mentions_of(entity)) {
    const RecordRow& record = projection.holdings().at(projection.holdings().at(thing).record);
    if (decide_for(viewer, record).depth >= access::Depth::outline) return thing;
    if (!known_to_all && record.handling == Handling::shared && record.kind != RecordKind::sexual_health)
      known_to_all = thing;
  }
  return known_to_all;
}

std::string thing_words(const Projection& projection, const Viewer& viewer, EntityId entity) {
  const auto shown = thing_shown(projection, viewer, entity);
  if (!shown) return "something that cannot be shown";
  const Holdings& holdings = projection.holdings();
  const ThingRow& thing = holdings.at(*shown);
  std::string words(holdings.text(thing.text != 0 ? thing.text : thing.id));
  if (thing.kind != ThingKind::vehicle || thing.category == 0) return words;
  return fmt::format("{} ({})", holdings.text(thing.category), holdings.text(thing.id != 0 ? thing.id : thing.text));
}

std::string born_words(PartialDate birth_date, Date on) {
  if (!birth_date.known()) return "not known";
  if (birth_date.precision != Precision::day || !on.valid() || on < birth_date.first) return to_words(birth_date);
  return fmt::format("{} ({} on {})", to_words(birth_date), age_years(birth_date.first, on), to_words(on));
}

std::string join_words(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

std::string list_of(AgencySet agencies) {
  std::vector<std::string> names;
  for (std::size_t a = 0; a < agency_count; ++a) {
    if (agencies.has(static_cast<Agency>(a))) names.emplace_back(title_of(static_cast<Agency>(a)));
  }
  return join_words(names);
}

}  // namespace wider::hub
