// Hits → findings: repeats about one network become one finding, with its sentences. Internal to picture.
// Thread safety: pure functions over const arguments.
#pragma once

#include <vector>

#include "picture/evaluator.hpp"
#include "records/finding.hpp"

namespace wider::picture {

// Hits that are about one network: they share two children, or an anchor, or a child and a tie between their anchors,
// within the patterns' fold days. Each group lists positions in `hits`, the one that leads first. A hit whose proof
// names more people than its pattern allows is left out.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> fold(const Facts& facts, const std::vector<Hit>& hits);

// The finding of one group of hits.
[[nodiscard]] Finding to_finding(const Facts& facts, const std::vector<Hit>& hits,
                                 const std::vector<std::uint32_t>& group);

}  // namespace wider::picture
