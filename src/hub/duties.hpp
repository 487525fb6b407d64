// The duties on the home page: practice's clocks, as lines with owner and time left.
#pragma once

#include "hub/projection.hpp"

namespace wider::hub {

// Fills overdue, today and this_week of the view, worst first; each list is cut at 20 lines.
void add_duties(const Projection& projection, const Viewer& viewer, Instant now, HomeView& view);

}  // namespace wider::hub
