// The stream of candidate pairs: every pair that blocking gives, once, compared; nothing is stored.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/blocking.hpp"
#include "linkage/comparison.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage {

struct Chunk {
  Rule rule;
  std::size_t first_block;
  std::size_t end_block;
  std::uint64_t pairs;
};

// Blocks of the rules in portions of like cost.
[[nodiscard]] std::vector<Chunk> chunks_of(const Blocking& blocking, std::span<const Rule> rules);

// Calls visit(left, right) for each distinct pair of ordinary entries in the chunk that belongs to it; left < right.
template <typename Visit>
void for_each_pair(const Entries& entries, const Blocking& blocking, const Chunk& chunk, bool between_sources_only,
                   Visit&& visit) {
  const RuleBlocks& made = blocking.of(chunk.rule);
  for (std::size_t b = chunk.first_block; b < chunk.end_block; ++b) {
    const Block& block = made.blocks[b];
    for (std::uint32_t i = 0; i + 1 < block.count; ++i) {
      const std::uint32_t left = made.members[block.first + i];
      if (left >= entries.ordinary) break;  // members ascend; what follows is attach_only
      for (std::uint32_t j = i + 1; j < block.count; ++j) {
        const std::uint32_t right = made.members[block.first + j];
        if (right >= entries.ordinary) break;
        if (between_sources_only && entries.all[left].source == entries.all[right].source) continue;
        if (blocking.owns(chunk.rule, static_cast<BlockNumber>(b + 1), left, right)) visit(left, right);
      }
    }
  }
}

}  // namespace wider::linkage
