// The naive third-child rule: any adult, place, vehicle or phone that one record after another ties to a third child
// within the window, without a single control. It says how hard a town is. Internal to picture.
#pragma once

#include <vector>

#include "picture/picture.hpp"

namespace wider::picture {

// One finding each time an anchor comes to have a third child in its window. At most 16 children are named: more than
// a finding may name.
[[nodiscard]] std::vector<Finding> find_naively(const Scene& scene, std::span<const PatternPtr> patterns,
                                                const FindOptions& options);

}  // namespace wider::picture
