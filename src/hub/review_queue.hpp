// The review queue: links in doubt, ordered by expected harm: the chance that a link is wrong times what that mistake
// costs (rules/link_harm.toml, docs/adr/0014). The order rests on records that everybody may be influenced by; who may
// not see both records of a pair is not told of it.
// Thread safety: free functions over const arguments.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hub/duties.hpp"
#include "hub/finding_state.hpp"
#include "hub/projection.hpp"
#include "hub/review_views.hpp"

namespace wider::hub {

struct HarmCosts {
  double families_joined = 0, household_joined = 0, child_apart = 0, adult_apart = 0, finding = 0;
};
[[nodiscard]] Result<HarmCosts> parse_harm_costs(std::string_view toml);

struct ReviewItem {
  PersonDoubt doubt;
  bool child = false;          // one of the two was under 18 within the last year
  bool two_homes = false;      // both homes are given and they are not one
  std::uint32_t findings = 0;  // open to everybody, that name one of the two
  double harm = 0;
};
struct ReviewBook {
  std::vector<ReviewItem> items;  // worst first
};
[[nodiscard]] ReviewBook review_book(const Projection& projection, const HarmCosts& costs, Date today);
// The same with the costs that ship.
[[nodiscard]] ReviewBook review_book(const Projection& projection, Date today);

// Those of the book about which nobody has said anything and whose records the viewer may both see.
[[nodiscard]] std::vector<const ReviewItem*> open_items(const Projection& projection, const ReviewBook& book,
                                                        std::span<const LinkDecision> words, const Viewer& viewer);
[[nodiscard]] ReviewLine review_line(const Projection& projection, const ReviewItem& item);

// words: what stands now, also what was said since the projection was made.
[[nodiscard]] ReviewView make_review_view(const Projection& projection, const ReviewBook& book,
                                          std::span<const LinkDecision> words, const Viewer& viewer,
                                          const ReviewQuery& query);

// Why a word that the two are one person waits for a second person; "" where it counts at once.
[[nodiscard]] std::string why_a_second_person(const Projection& projection, const linkage::Model& model,
                                              MentionIndex left, MentionIndex right);

// Adds to the page of two records what stands about them, what rests on them and when they were recorded.
void add_review(const Projection& projection, const linkage::Model& model, const DutyBook& duties,
                const FindingStates& states, std::span<const LinkDecision> words, const Viewer& viewer,
                MentionIndex left, MentionIndex right, ExplainView& view);

// What a word touches as things stand.
[[nodiscard]] NoticeEntry notice_of(const Projection& projection, const DutyBook& duties, const FindingStates& states,
                                    const LinkDecision& word);
[[nodiscard]] RestingLine resting_line(const Projection& projection, const NoticeEntry::Touched& touched);
// Latest first: those that touch a finding the viewer took or a duty of the viewer's agency.
[[nodiscard]] std::vector<IdentityNotice> notices_for(const Projection& projection,
                                                      std::span<const NoticeEntry> notices, const Viewer& viewer,
                                                      Date since);

}  // namespace wider::hub
