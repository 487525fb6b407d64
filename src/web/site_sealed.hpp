// The pages about sealed records, and the form for a concern.
// Thread safety: pure functions of the visit.
#pragma once

#include "web/site.hpp"

namespace wider::web {

[[nodiscard]] Response sealed(const Visit& visit);
[[nodiscard]] Response seal_person(const Visit& visit);
[[nodiscard]] Response unseal(const Visit& visit);
[[nodiscard]] Response concern(const Visit& visit);
[[nodiscard]] Response raise_concern(const Visit& visit);

}  // namespace wider::web
