// Profile: who we think a person is, from the mentions the viewer may be shown in full.
// Thread safety: free functions over const arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

[[nodiscard]] const access::Policy& policy_of(const Viewer& viewer);
// What the decision about a record may depend on, with what holds between it and this viewer.
[[nodiscard]] access::RecordFacts facts_for(const Viewer& viewer, const RecordRow& record);
// How deep a viewer may see one record.
[[nodiscard]] access::Decision decide_for(const Viewer& viewer, const RecordRow& record);

struct Profile {
  std::string name;  // "Ann Marsh", "Not identified: “Taz”", or "Name not shown"
  std::vector<std::string> other_names;
  PartialDate birth_date;
  std::vector<std::string> nhs_numbers, upns, phones;
  std::string address, postcode;  // the latest
  AgencySet known_to;             // agencies whose records exist for this viewer
  bool shown = false;             // false: nothing of this person may be known by this viewer
};
[[nodiscard]] Profile profile_of(const Projection& projection, const Viewer& viewer, PersonId person);

// The name a mention gives, in speaking order; "" where it gives none.
[[nodiscard]] std::string mention_name(const Holdings& holdings, const MentionRow& mention);

// A place, vehicle or phone as a record calls it that this viewer may see, or else as one that all may know of; none:
// no such record names it.
[[nodiscard]] std::optional<ThingIndex> thing_shown(const Projection& projection, const Viewer& viewer,
                                                    EntityId entity);
// "silver Vauxhall Vectra (FA54 BUD)", "Albert News, 5 Albert Street".
[[nodiscard]] std::string thing_words(const Projection& projection, const Viewer& viewer, EntityId entity);

// "3 March 1994 (15 on 1 May 2009)".
[[nodiscard]] std::string born_words(PartialDate birth_date, Date on);
// "Police, Health and Education".
[[nodiscard]] std::string list_of(AgencySet agencies);
[[nodiscard]] std::string join_words(const std::vector<std::string>& words);

}  // namespace wider::hub
