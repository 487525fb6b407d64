// What a Prepared holds: the entries, the decisions on them, and the blocks of the plan that was used last.
#pragma once

#include <memory>
#include <optional>

#include "linkage/blocking.hpp"
#include "linkage/entries.hpp"
#include "linkage/linkage.hpp"

namespace wider::linkage {

struct Prepared::State {
  Entries entries;
  Decisions decisions;  // of rows
  bool between_sources_only = false;

  // The blocks of a plan: made anew when the plan is another one than before.
  const Blocking& blocks(const BlockingPlan& plan, unsigned threads);
  // Learns the plan, and keeps its blocks.
  const Blocking& learn_blocks(BlockingPlan& plan, unsigned threads);
  // Learns further rules of the plan whose blocks are kept, and keeps theirs as well.
  const Blocking& learn_more_blocks(BlockingPlan& plan, const std::array<bool, rule_count>& more, unsigned threads);

 private:
  std::optional<Blocking> blocking_;
  BlockingPlan plan_;
};

}  // namespace wider::linkage
