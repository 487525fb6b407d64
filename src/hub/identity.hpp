// Identity: why records are taken for one person: the weakest tie that holds them together, and the comparison of any
// two, each cut down to what the viewer may see. Only the rows of the people concerned are gathered.
// Thread safety: free functions over const arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

struct PersonTie {
  MentionIndex left, right;
  linkage::TieKind kind = linkage::TieKind::machine;
  bool above_threshold = true;           // false: these two alone would not be joined
  std::vector<MentionIndex> right_side;  // the mentions that would go with `right` if the tie fell
  std::size_t in_all = 0;                // mentions looked at
  std::string decided_by;                // of a person's decision
  Date decided_on;
};
// The weakest tie among the person's mentions that the viewer may see at least in outline: what cannot be shown lends
// nothing to the answer. nullopt: fewer than two such mentions.
[[nodiscard]] std::optional<PersonTie> weakest_tie_of(const Projection& projection, const linkage::Model& model,
                                                      const Viewer& viewer, PersonId person);

// The same answer as over all rows (a test compares them), from the rows of the two people alone.
[[nodiscard]] linkage::Explanation explain_two(const Projection& projection, const linkage::Model& model,
                                               MentionIndex left, MentionIndex right);
// The same for a viewer: a value that an agency's index took from a record which the viewer may not see is not shown.
[[nodiscard]] linkage::Explanation explain_two_to(const Projection& projection, const linkage::Model& model,
                                                  const Viewer& viewer, MentionIndex left, MentionIndex right);

// Of two records that alone would join and are two people's: what keeps them apart, as far as the viewer may see it; ""
// where nothing has to be said.
[[nodiscard]] std::string why_kept_apart(const Projection& projection, const linkage::Model& model,
                                         const Viewer& viewer, MentionIndex left, MentionIndex right);

// The page that shows it.
[[nodiscard]] ExplainView make_explain_view(const Projection& projection, const linkage::Model& model,
                                            const Viewer& viewer, MentionIndex left, MentionIndex right);

// What somebody decided about exactly these two, if anybody did and it counts.
[[nodiscard]] const LinkDecision* decision_about(const Projection& projection, MentionIndex left, MentionIndex right);

// "On 3 March 2009 Sam Okafor said (they share a birthday)".
[[nodiscard]] std::string decision_words(const LinkDecision& decision);

// The same with what was said, and what is wanting: "…: they are one person. It waits for a second person."
[[nodiscard]] std::string word_in_full(const LinkDecision& word);
// An unsaid word about two mentions.
[[nodiscard]] LinkDecision decision_on(const Projection& projection, MentionIndex left, MentionIndex right);

// "Education, School absence, 16 January 2008": a record as people speak of it.
[[nodiscard]] std::string record_in_words(const Holdings& holdings, RecordIndex record);

}  // namespace wider::hub
