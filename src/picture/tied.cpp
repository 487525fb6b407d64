// Counting what paths tie under a pattern's controls, and the least proof of it.
#include <algorithm>
#include <tuple>

#include "base/check.hpp"
#include "picture/rules.hpp"
#include "records/grade.hpp"

namespace wider::picture {

namespace {

std::uint32_t position_of(const std::vector<PersonId>& children, PersonId child) {
  return static_cast<std::uint32_t>(std::lower_bound(children.begin(), children.end(), child) - children.begin());
}

// Two children of whom it is not known that they go to different schools.
bool may_share_a_school(const Facts& facts, PersonId a, PersonId b) {
  return facts.schools_of(a).empty() || facts.schools_of(b).empty() || facts.same_school(a, b);
}

// Children whom one record of a shared kind names together are company, and count once, unless they are known to be of
// different schools (or whatever their schools).
void join_shared_events(const Facts& facts, const Pattern& pattern, std::span<const Path> paths,
                        const std::vector<PersonId>& children, Groups& groups) {
  if (pattern.controls.shared_events.empty()) return;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> named;  // record, child
  for (const Path& path : paths) {
    if (pattern.controls.shared_events.has(facts.scene().holdings.at(path.first).kind)) {
      named.emplace_back(path.first.value, position_of(children, path.child));
    }
  }
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  for (std::size_t i = 0; i < named.size(); ++i) {
    for (std::size_t j = i + 1; j < named.size() && named[j].first == named[i].first; ++j) {
      if (pattern.controls.shared_events_any_school ||
          may_share_a_school(facts, children[named[i].second], children[named[j].second])) {
        groups.join(named[i].second, named[j].second);
      }
    }
  }
}

int strength_of(const Facts& facts, const Path& path) {
  const Holdings& holdings = facts.scene().holdings;
  const int first = strength(holdings.at(path.first).grade);
  return path.second.valid() ? std::min(first, strength(holdings.at(path.second).grade)) : first;
}

bool restricted(const Facts& facts, const Path& path) {
  const Holdings& holdings = facts.scene().holdings;
  return holdings.at(path.first).handling == Handling::originator_only ||
         (path.second.valid() && holdings.at(path.second).handling == Handling::originator_only);
}

// What every partner may see first, then short, then strong, then early.
auto preference(const Facts& facts, const Path& path) {
  return std::tuple(restricted(facts, path), path.second.valid(), -strength_of(facts, path), path.first.value,
                    path.second.valid() ? path.second.value : 0U, path.child.value);
}

bool all_of_agency(const Facts& facts, const Path& path, Agency agency) {
  const Holdings& holdings = facts.scene().holdings;
  return holdings.at(path.first).agency == agency &&
         (!path.second.valid() || holdings.at(path.second).agency == agency);
}

}  // namespace

Tied tied_by(const Facts& facts, const Pattern& pattern, std::span<const Path> paths) {
  Tied tied;
  for (const Path& path : paths) tied.children.push_back(path.child);
  std::sort(tied.children.begin(), tied.children.end());
  tied.children.erase(std::unique(tied.children.begin(), tied.children.end()), tied.children.end());
  const auto& children = tied.children;

  Groups groups(children.size());
  if (pattern.controls.household_counts_once) {
    const auto numbers = facts.households(children, static_cast<std::int32_t>(pattern.controls.household_slack_days));
    for (std::uint32_t at = 0; at < children.size(); ++at) groups.join(at, numbers[at]);
  }
  join_shared_events(facts, pattern, paths, children, groups);
  tied.household.resize(children.size());
  for (std::uint32_t at = 0; at < children.size(); ++at) {
    tied.household[at] = groups.root(at);
    if (tied.household[at] == at) ++tied.households;
  }

  std::vector<std::pair<PersonId, std::int32_t>> episodes;
  std::vector<AgencySet> held(children.size());  // by child: who alone holds a path to it
  for (const Path& path : paths) {
    episodes.emplace_back(path.child, path.low);
    AgencySet& agencies = held[position_of(children, path.child)];
    const Agency agency = facts.scene().holdings.at(path.first).agency;
    if (all_of_agency(facts, path, agency)) agencies.add(agency);
  }
  std::uint16_t everywhere = 0xFFFF;
  for (const AgencySet agencies : held) everywhere = static_cast<std::uint16_t>(everywhere & agencies.bits());
  tied.one_agency_holds_all = !held.empty() && everywhere != 0;

  // An episode told by two agencies may be dated a day apart: one episode.
  std::sort(episodes.begin(), episodes.end());
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    if (i > 0 && episodes[i].first == episodes[i - 1].first && episodes[i].second - episodes[i - 1].second <= 2)
      continue;
    ++tied.episodes;
  }
  return tied;
}

bool is_met(const Pattern& pattern, const Tied& tied, std::uint32_t needed, bool no_single_agency) {
  if (tied.households < std::max(needed, pattern.minimum_children)) return false;
  if (pattern.rule == Rule::missing_same_end && tied.episodes < pattern.minimum_episodes) return false;
  return !(no_single_agency && pattern.no_single_agency && tied.one_agency_holds_all);
}

namespace {

// The paths whose records are all among the chosen, without one.
std::vector<Path> paths_within(std::span<const Path> paths, const std::vector<RecordIndex>& records,
                               RecordIndex without) {
  const auto among = [&](RecordIndex record) {
    return !record.valid() || (record != without && std::binary_search(records.begin(), records.end(), record));
  };
  std::vector<Path> within;
  for (const Path& path : paths) {
    if (among(path.first) && among(path.second)) within.push_back(path);
  }
  return within;
}

// One path for each household, best first, until as many as needed; then what the agencies and episodes still ask for.
std::vector<RecordIndex> good_start(const Facts& facts, const Pattern& pattern, const std::vector<Path>& best_first,
                                    std::uint32_t needed, bool no_single_agency) {
  const Tied all = tied_by(facts, pattern, best_first);
  std::vector<Path> chosen;
  std::vector<bool> have(all.children.size());
  std::uint32_t households = 0;
  for (const Path& path : best_first) {
    const std::uint32_t household = all.household[position_of(all.children, path.child)];
    if (have[household]) continue;
    have[household] = true;
    chosen.push_back(path);
    if (++households == needed) break;
  }
  const auto records_of = [&] {
    std::vector<RecordIndex> records;
    for (const Path& path : chosen) {
      records.push_back(path.first);
      if (path.second.valid()) records.push_back(path.second);
    }
    std::sort(records.begin(), records.end());
    records.erase(std::unique(records.begin(), records.end()), records.end());
    return records;
  };
  // Where that is not enough (an agency holds all of these; too few episodes; schoolmates), more paths are let in one
  // by one.
  for (const Path& path : best_first) {
    const auto records = records_of();
    if (is_met(pattern, tied_by(facts, pattern, paths_within(best_first, records, RecordIndex())), needed,
               no_single_agency)) {
      return records;
    }
    chosen.push_back(path);
  }
  return records_of();
}

}  // namespace

Proof least_proof(const Facts& facts, const Pattern& pattern, std::span<const Path> paths, std::uint32_t needed,
                  bool no_single_agency) {
  std::vector<Path> best_first(paths.begin(), paths.end());
  std::sort(best_first.begin(), best_first.end(),
            [&](const Path& a, const Path& b) { return preference(facts, a) < preference(facts, b); });
  Proof proof;
  proof.records = good_start(facts, pattern, best_first, needed, no_single_agency);
  // Latest first: what can be taken away is taken away, so that the earliest facts stay. One condition (no single
  // agency holds all) can come back when a record goes, so it is gone round until nothing more can go.
  for (bool again = true; again;) {
    again = false;
    for (std::size_t i = proof.records.size(); i-- > 0;) {
      const RecordIndex without = proof.records[i];
      const auto rest = paths_within(best_first, proof.records, without);
      if (!is_met(pattern, tied_by(facts, pattern, rest), needed, no_single_agency)) continue;
      proof.records.erase(proof.records.begin() + static_cast<std::ptrdiff_t>(i));
      again = true;
    }
  }
  proof.paths = paths_within(best_first, proof.records, RecordIndex());
  return proof;
}

}  // namespace wider::picture
