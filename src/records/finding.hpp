// Finding: a question about ties between recorded facts, never an allegation. It lists the exact records it rests on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "records/agency.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider {

// A place, vehicle, phone, handle or organisation, joined over all records that name it (see picture/things.hpp).
using EntityId = StrongId<struct EntityIdTag>;

// One ordinary explanation the practitioner should rule out, with what the data says of it.
struct OrdinaryExplanation {
  std::string question;  // "Do the children live together?"
  std::string answer;    // "No: three households."
};

struct Finding {
  std::string id;       // stable for one ledger: pattern and a digest of its anchor and first proof
  std::string pattern;  // the pattern's file name without .toml
  std::string says;     // the title: one plain sentence without a name that may be hidden
  Date met_on;          // the day on which the last fact of the least proof happened or was known, whichever is later
  Instant received;     // when the hub first held all of the least proof
  std::vector<PersonId> people;  // everyone the finding names, children first
  std::vector<PersonId> children;
  std::vector<EntityId> things;        // places, vehicles, phones it turns on
  std::vector<RecordIndex> proof;      // the least proof: taking any one record away, the pattern is not met
  std::vector<MentionIndex> mentions;  // the mentions in the proof's records that the pattern used
  std::vector<RecordIndex> also;       // other records that agree
  AgencySet agencies;                  // who holds part of the proof
  std::optional<Agency> audience;      // set when it rests on originator-only facts: only that agency may see it
  int strength = 0;                    // of the weakest fact of the best path (records/grade.hpp)
  double expected_by_chance = 0;       // how many such findings this anchor would give by chance in the window
  std::vector<OrdinaryExplanation> explanations;
};

}  // namespace wider
