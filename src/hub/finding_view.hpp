// The findings inbox and a finding's page: its proof as a table, who held which part, how sure, what else could explain
// it, and what people did.
#pragma once

#include "hub/finding_state.hpp"
#include "hub/projection.hpp"

namespace wider::hub {

struct FindingWithState {
  const Finding* finding;
  FindingState state;
};
// Those the viewer may know of, most recently received first.
[[nodiscard]] std::vector<FindingWithState> findings_for(const Projection& projection, const Viewer& viewer,
                                                         const FindingStates& states);
// Of a finding that this viewer may know of: no names unless the viewer may open people.
[[nodiscard]] FindingLine finding_line(const Projection& projection, const Viewer& viewer, const FindingWithState& one);

// The lines of one part of the inbox, at most `FindingsView::on_a_page` of them, and the counts of all parts.
[[nodiscard]] FindingsView make_findings_view(const Projection& projection, const Viewer& viewer,
                                              const FindingStates& states, const FindingsQuery& query);

// model: null where none is adopted yet.
[[nodiscard]] Result<FindingView> make_finding_view(const Projection& projection, ledger::Ledger& ledger,
                                                    const linkage::Model* model, const Viewer& viewer,
                                                    const Finding& finding, std::span<const FindingEvent> events,
                                                    const FindingStates& states);

}  // namespace wider::hub
