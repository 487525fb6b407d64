// The open duties: practice's clocks, as lines with owner and time left, and how timely each partner was.
#pragma once

#include <array>
#include <vector>

#include "hub/projection.hpp"
#include "practice/practice.hpp"

namespace wider::hub {

// All that pages say about duties, made once for a projection and a day.
struct DutyBook {
  std::vector<practice::Duty> open;  // overdue (by four weeks at most), due today or this week; worst first
  struct Partner {
    std::uint32_t long_over = 0;  // ran out longer ago than that: a review's matter, not today's
    // Of the duties that began in the last 12 months and that all may know of.
    std::uint32_t in_time = 0, late = 0, open_over = 0;
  };
  std::array<Partner, agency_count> partners{};
};
[[nodiscard]] DutyBook duty_book(const Projection& projection, Instant now);

// Fills the clocks of the view, each list cut short and counted; for the chair, the timeliness of partners.
void add_duties(const Projection& projection, const DutyBook& book, const Viewer& viewer, HomeView& view);
// The open duties towards one person.
void add_duties_of(const Projection& projection, const DutyBook& book, const Viewer& viewer, PersonId person,
                   PersonView& view);

}  // namespace wider::hub
