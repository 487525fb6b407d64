// The pages about links in doubt: the queue, and two records side by side.
// Thread safety: pure functions of the visit.
#pragma once

#include "web/site.hpp"

namespace wider::web {

[[nodiscard]] Response review(const Visit& visit);
// To the link at a place of the queue, counted from 1; beyond its end to the queue.
[[nodiscard]] Response next_in_review(const Visit& visit);
[[nodiscard]] Response explain(const Visit& visit);
[[nodiscard]] Response decide_link(const Visit& visit);

}  // namespace wider::web
