// What one record names under a pattern: the children, and what could be an anchor, after the pattern's controls of
// role. The one reading of a record that both the rules and the measuring of base rates use. Internal to picture.
// Thread safety: pure functions over const arguments.
#pragma once

#include <string_view>
#include <vector>

#include "picture/evaluator.hpp"

namespace wider::picture {

struct Named {
  std::vector<PersonId> children;  // distinct, by id
  std::vector<NodeId> anchors;     // distinct, by node: adults and things
};
// Fills `named` anew. The record has a valid day.
void name_under(const Facts& facts, const Pattern& pattern, RecordIndex index, Named& named);

// Whether a child's being named with the anchor says nothing: it is the child, one of its household, or its home.
[[nodiscard]] bool is_own(const Facts& facts, const Pattern& pattern, PersonId child, NodeId anchor);

// What the base-rate table calls the anchor: the category of a place as records give it ("takeaway"),
// "licensed-vehicle" for one that carries the public, else the kind of anchor.
[[nodiscard]] std::string_view kind_of_use(const Facts& facts, NodeId anchor);

// The rate of the pattern's table for the anchor (ChanceTable).
[[nodiscard]] double chance_per_record(const Facts& facts, const Pattern& pattern, NodeId anchor);

}  // namespace wider::picture
