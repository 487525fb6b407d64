// Picture: people, places, vehicles, phones and events as one graph over time; the combined chronology; patterns and
// the findings they give, each with its complete proof. Pure: no SQL, HTTP, files, clock or randomness.
// Thread safety: free functions and const members over const arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "records/finding.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::picture {

// Places, vehicles, phones, handles and organisations joined over all records by their normal form: UPRN, else address
// with postcode; registration with O/0 and I/1 confusions folded; number in E.164.
class Things {
 public:
  explicit Things(const Holdings& holdings);
  [[nodiscard]] EntityId of(ThingIndex thing) const {
    return entity_of_[thing.value];
  }  // none when it has no normal form
  // The place a mention gives as the person's address; none when it gives none. (May be a place no record names as a
  // thing.)
  [[nodiscard]] EntityId home_of(MentionIndex mention) const { return home_of_[mention.value]; }
  [[nodiscard]] std::span<const ThingIndex> mentions_of(EntityId entity) const;
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(first_.size()) - 1; }
  [[nodiscard]] ThingKind kind(EntityId entity) const { return kind_[entity.value]; }

 private:
  std::vector<EntityId> entity_of_;  // by thing
  std::vector<EntityId> home_of_;    // by mention
  std::vector<ThingKind> kind_;
  std::vector<std::uint32_t> first_;  // count() + 1 offsets into members_
  std::vector<ThingIndex> members_;
};

// Everything a question is asked of. References; the caller keeps them alive.
struct Scene {
  const Holdings& holdings;
  const People& people;
  const Things& things;
};

// A pattern as declared in patterns/*.toml.
struct Pattern;  // pattern.hpp
using PatternPtr = std::shared_ptr<const Pattern>;
[[nodiscard]] Result<PatternPtr> parse_pattern(std::string_view toml, std::string_view name);

struct FindOptions {
  std::optional<Date> as_known_at;    // only records known and received by that day
  std::optional<Agency> only_agency;  // only that agency's records (how much could it see alone?); the "no single
                                      // agency" condition is then left out
  bool naive = false;                 // patterns without their controls: how hard the town is
  unsigned threads = 1;
};
// Every finding, in order of (received, id). Records are taken in order of receipt, one event at a time over sliding
// windows; findings that rest on originator-only facts come with their audience set and change no other finding.
[[nodiscard]] std::vector<Finding> find(const Scene& scene, std::span<const PatternPtr> patterns,
                                        const FindOptions& options);

// One line of the combined chronology.
struct ChronologyLine {
  RecordIndex record;
  MentionIndex mention;  // as which mention the person stands in it
  When happened;
  Date known;
  std::string says;               // "Referral from education, closed with no further action on 12 May 2009."
  std::vector<RecordIndex> also;  // the same event as recorded by others ("also recorded by police, 3 days later")
};
// Oldest first. as_known_at: only what had been known and received by that day. viewer: whose originator-only records
// are told too; none: no one's (invariant 10). keep: which records are told at all, asked before like ones are folded
// together, so that leaving one agency's record out never hides another's; none: all.
using KeepRecord = std::function<bool(RecordIndex)>;
[[nodiscard]] std::vector<ChronologyLine> chronology(const Scene& scene, PersonId person,
                                                     std::optional<Date> as_known_at,
                                                     std::optional<Agency> viewer = std::nullopt,
                                                     const KeepRecord& keep = {});
// "Also recorded by police, 3 days later." for each record of line.also; "" when there is none.
[[nodiscard]] std::string also_says(const Scene& scene, const ChronologyLine& line);

// The network round one person: what ties them to whom, within two hops.
struct Tie {
  PersonId person;                  // the other person
  std::optional<EntityId> through;  // the thing that ties them; none: named in the same record
  std::vector<RecordIndex> records;
  AgencySet agencies;
  Date first;
  Date last;
  std::string says;  // "Through a silver Vauxhall Vectra, seen 4 times between March and June 2009."
};
struct Network {
  std::vector<std::string> sentences;
  std::vector<Tie> ties;
};
[[nodiscard]] Network network(const Scene& scene, PersonId person, std::optional<Date> as_known_at,
                              std::optional<Agency> viewer = std::nullopt);

// "a child": under 18 on the day, by the best birth date of the person's mentions; where none is known, by roles that
// only children have (missing episodes, referrals, school records). nullopt: not known.
[[nodiscard]] std::optional<bool> is_child_on(const Scene& scene, PersonId person, Date day,
                                              std::optional<Date> as_known_at = std::nullopt,
                                              std::optional<Agency> viewer = std::nullopt);

}  // namespace wider::picture
