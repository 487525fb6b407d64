// The findings inbox and a finding's page: its proof as a table, who held which part, what else could explain it.
#pragma once

#include "hub/projection.hpp"

namespace wider::hub {

[[nodiscard]] std::vector<FindingLine> finding_lines(const Projection& projection, const Viewer& viewer, const std::vector<FindingEvent>& events, Date today);

[[nodiscard]] Result<FindingView> make_finding_view(const Projection& projection, ledger::Ledger& ledger, const Viewer& viewer, const Finding& finding,
                                                    const std::vector<FindingEvent>& events, Date today);

}  // namespace wider::hub
