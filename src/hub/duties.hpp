// The open duties: practice's clocks, as lines with owner and time left.
#pragma once

#include <vector>

#include "hub/projection.hpp"
#include "practice/practice.hpp"

namespace wider::hub {

// The duties that are overdue (by four weeks at most: older ones belong to a review), due today or this week.
[[nodiscard]] std::vector<practice::Duty> open_duties(const Projection& projection, Instant now);

// Fills overdue, today and this_week of the view, worst first; each list is cut at 20 lines.
void add_duties(const Projection& projection, const std::vector<practice::Duty>& open, const Viewer& viewer, HomeView& view);
// The open duties towards one person.
void add_duties_of(const Projection& projection, const std::vector<practice::Duty>& open, const Viewer& viewer, PersonId person, PersonView& view);

}  // namespace wider::hub
