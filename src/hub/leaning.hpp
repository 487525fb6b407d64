// Leaning: which joins of records a finding rests on, and what would be left of it if the weakest of them fell. The
// finding's pattern is evaluated again over the records of the people it names, with that person as two.
// Thread safety: free functions over const arguments.
#pragma once

#include <string>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

struct Leaning {
  PersonId person;           // whose records have to be one person's
  MentionIndex left, right;  // the weakest tie between those that the proof uses
  linkage::TieKind kind = linkage::TieKind::machine;
  bool above_threshold = true;
  std::string decided_by;
  Date decided_on;
  // What is left without the tie, as far as the records of the people named tell.
  enum class Left : std::uint8_t { unknown, nothing, fewer_children, all };
  Left left_over = Left::unknown;
  std::uint32_t children_left = 0;  // where fewer_children
};

// In the order in which the finding names the people; people whose part in the proof is in one record are left out.
[[nodiscard]] std::vector<Leaning> leanings_of(const Projection& projection, const linkage::Model& model,
                                               const Finding& finding);

}  // namespace wider::hub
