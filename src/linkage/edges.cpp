#include "linkage/edges.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <utility>

#include "linkage/pair_filter.hpp"
#include "linkage/pairs.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage {
namespace {

// What one worker needs to sift blocks: two tiles, since a block that is larger than a tile is laid out in several.
class BlockSifter {
 public:
  explicit BlockSifter(const PairFilter& filter)
      : filter_(&filter), lefts_(std::make_unique<Tile>()), rights_(std::make_unique<Tile>()) {}

  // Returns how many pairs are the block's own; visits those that may reach the threshold.
  template <typename Visit>
  std::uint64_t sift(Rule rule, BlockNumber block, std::span<const std::uint32_t> members, Visit&& visit) {
    std::uint64_t own = 0;
    const auto part = [&](std::size_t first) {
      return members.subspan(first, std::min(tile_size, members.size() - first));
    };
    for (std::size_t l = 0; l < members.size(); l += tile_size) {
      filter_->load(*lefts_, part(l));
      for (std::size_t r = l; r < members.size(); r += tile_size) {
        if (r > l) filter_->load(*rights_, part(r));
        const Tile& rights = r == l ? *lefts_ : *rights_;
        for (std::uint32_t i = 0; i < lefts_->count; ++i) {
          const std::uint32_t from = r == l ? i + 1 : 0;
          if (from >= rights.count) break;
          const auto sifted = filter_->sift(*lefts_, i, rights, from, rule, block, may_reach_.data());
          own += sifted.own;
          for (std::uint32_t k = 0; k < sifted.may_reach; ++k) visit(lefts_->entry[i], rights.entry[may_reach_[k]]);
        }
      }
    }
    return own;
  }

 private:
  const PairFilter* filter_;
  std::unique_ptr<Tile> lefts_, rights_;
  std::array<std::uint16_t, tile_size> may_reach_{};
};

// A pair's weight when it is an edge.
void add_edge(const EdgeInput& of, Comparer& comparer, std::uint32_t left, std::uint32_t right,
              std::vector<Edge>& edges) {
  const Entry &a = of.entries.all[left], &b = of.entries.all[right];
  const Score score = of.scorer.score(a, b, comparer.compare(a, b));
  if (!score.apart && score.weight >= of.scorer.threshold())
    edges.push_back({left, right, score.weight - of.scorer.threshold()});
}

void put_in_order(std::vector<Edge>& edges) {
  std::sort(edges.begin(), edges.end(),
            [](const Edge& a, const Edge& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
}

}  // namespace

FoundEdges find_edges(const EdgeInput& of, std::vector<Comparer>& comparers) {
  const Sketches sketches(of.entries, of.options.threads);
  const PairFilter filter(of.entries, of.scorer, sketches, of.blocking, of.between_sources_only);
  const auto chunks = chunks_of(of.blocking, all_rules);
  std::vector<BlockSifter> sifters;
  for (std::size_t worker = 0; worker < comparers.size(); ++worker) sifters.emplace_back(filter);
  std::vector<FoundEdges> found(comparers.size());
  std::atomic<std::size_t> done{0};
  in_parallel(of.options.threads, chunks.size(), [&](std::size_t worker, std::size_t part) {
    const Chunk& chunk = chunks[part];
    const RuleBlocks& made = of.blocking.of(chunk.rule);
    for (std::size_t b = chunk.first_block; b < chunk.end_block; ++b) {
      auto members = std::span(made.members).subspan(made.blocks[b].first, made.blocks[b].count);
      // They ascend; what follows the ordinary ones is attach_only.
      while (!members.empty() && members.back() >= of.entries.ordinary) members = members.first(members.size() - 1);
      found[worker].compared += sifters[worker].sift(
          chunk.rule, static_cast<BlockNumber>(b + 1), members, [&](std::uint32_t left, std::uint32_t right) {
            add_edge(of, comparers[worker], left, right, found[worker].edges);
          });
    }
    const std::size_t now = ++done;
    if (worker == 0 && of.options.progress) of.options.progress("compare", now, chunks.size());
  });
  FoundEdges all = std::move(found[0]);
  for (std::size_t worker = 1; worker < found.size(); ++worker) {
    all.compared += found[worker].compared;
    all.edges.insert(all.edges.end(), found[worker].edges.begin(), found[worker].edges.end());
    std::vector<Edge>().swap(found[worker].edges);
  }
  put_in_order(all.edges);
  return all;
}

FoundEdges find_edges_naive(const EdgeInput& of) {
  FoundEdges found;
  Comparer comparer(of.entries, of.scorer.established());
  for (const Chunk& chunk : chunks_of(of.blocking, all_rules)) {
    for_each_pair(of.entries, of.blocking, chunk, of.between_sources_only,
                  [&](std::uint32_t left, std::uint32_t right) {
                    ++found.compared;
                    add_edge(of, comparer, left, right, found.edges);
                  });
  }
  put_in_order(found.edges);
  return found;
}

}  // namespace wider::linkage
