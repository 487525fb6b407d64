#include "linkage/pairs.hpp"

namespace wider::linkage {

std::vector<Chunk> chunks_of(const Blocking& blocking, std::span<const Rule> rules) {
  constexpr std::uint64_t portion = 1U << 18;
  std::vector<Chunk> chunks;
  for (const Rule rule : rules) {
    const auto& blocks = blocking.of(rule).blocks;
    Chunk chunk{rule, 0, 0, 0};
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      chunk.pairs += static_cast<std::uint64_t>(blocks[b].count) * (blocks[b].count - 1) / 2;
      chunk.end_block = b + 1;
      if (chunk.pairs >= portion || b + 1 == blocks.size()) {
        chunks.push_back(chunk);
        chunk = {rule, b + 1, b + 1, 0};
      }
    }
  }
  return chunks;
}

}  // namespace wider::linkage
