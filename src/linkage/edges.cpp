#include "linkage/edges.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <utility>

#include "linkage/doubts.hpp"
#include "linkage/pair_filter.hpp"
#include "linkage/pairs.hpp"
#include "linkage/parallel.hpp"
#include "linkage/patient_comparer.hpp"

namespace wider::linkage {
namespace {

// Sifts blocks; one for each worker. Small blocks are laid out several to a tile, large ones in several tiles.
class BlockSifter {
 public:
  explicit BlockSifter(const EdgeInput& of, const TileMaker& maker, const Bounds& bounds, Loops loops)
      : of_(&of),
        maker_(&maker),
        bounds_(&bounds),
        loops_(loops),
        lefts_(std::make_unique<Tile>()),
        rights_(std::make_unique<Tile>()) {}

  // Returns how many pairs are the chunk's own; visits those that may reach the threshold.
  template <typename Visit>
  std::uint64_t sift(const Chunk& chunk, Visit&& visit) {
    const RuleBlocks& made = of_->blocking.of(chunk.rule);
    const Ownership ownership = ownership_of(of_->blocking, chunk.rule, of_->between_sources_only);
    std::uint64_t own = 0;
    const auto ordinary_of = [&](std::size_t b) {
      auto members = std::span(made.members).subspan(made.blocks[b].first, made.blocks[b].count);
      // They ascend; what follows the ordinary ones is attach_only.
      while (!members.empty() && members.back() >= of_->entries.ordinary) members = members.first(members.size() - 1);
      return members;
    };
    for (std::size_t b = chunk.first_block; b < chunk.end_block;) {
      waiting_.clear();
      members_.clear();
      for (; b < chunk.end_block; ++b) {
        const auto members = ordinary_of(b);
        if (members.size() < 2) continue;
        if (members_.size() + members.size() > tile_size) break;
        waiting_.push_back({static_cast<BlockNumber>(b + 1), static_cast<std::uint32_t>(members_.size()),
                            static_cast<std::uint32_t>(members_.size() + members.size())});
        members_.insert(members_.end(), members.begin(), members.end());
      }
      if (waiting_.empty()) {
        if (b < chunk.end_block) {
          own += sift_large(ordinary_of(b), ownership, static_cast<BlockNumber>(b + 1), visit);
          ++b;
        }
        continue;
      }
      maker_->lay_out(*lefts_, members_);
      for (const Part& part : waiting_) {
        for (std::uint32_t i = part.from; i + 1 < part.end; ++i)
          own += against({*lefts_, i, *lefts_, i + 1, part.end}, ownership, part.block, visit);
      }
    }
    return own;
  }

 private:
  struct Part {
    BlockNumber block;
    std::uint32_t from, end;  // in the tile
  };
  template <typename Visit>
  std::uint64_t against(const Against& pairs, const Ownership& ownership, BlockNumber block, Visit&& visit) {
    const Sifted sifted = wider::linkage::sift(loops_, pairs, *bounds_, ownership, block, may_reach_.data());
    const std::uint32_t left = pairs.lefts.entry[pairs.left];
    for (std::uint32_t k = 0; k < sifted.may_reach; ++k) visit(left, pairs.rights.entry[may_reach_[k]]);
    return sifted.own;
  }
  template <typename Visit>
  std::uint64_t sift_large(std::span<const std::uint32_t> members, const Ownership& ownership, BlockNumber block,
                           Visit&& visit) {
    std::uint64_t own = 0;
    const auto part = [&](std::size_t first) {
      return members.subspan(first, std::min(tile_size, members.size() - first));
    };
    for (std::size_t l = 0; l < members.size(); l += tile_size) {
      maker_->lay_out(*lefts_, part(l));
      for (std::uint32_t i = 0; i + 1 < lefts_->count; ++i)
        own += against({*lefts_, i, *lefts_, i + 1, lefts_->count}, ownership, block, visit);
      for (std::size_t r = l + tile_size; r < members.size(); r += tile_size) {
        maker_->lay_out(*rights_, part(r));
        for (std::uint32_t i = 0; i < lefts_->count; ++i)
          own += against({*lefts_, i, *rights_, 0, rights_->count}, ownership, block, visit);
      }
    }
    return own;
  }

  const EdgeInput* of_;
  const TileMaker* maker_;
  const Bounds* bounds_;
  Loops loops_;
  std::unique_ptr<Tile> lefts_, rights_;
  std::vector<Part> waiting_;
  std::vector<std::uint32_t> members_;
  std::array<std::uint16_t, tile_room> may_reach_{};
};

// The pair when it is an edge, or near to one.
void add_edge(const EdgeInput& of, std::uint32_t left, std::uint32_t right, const Pattern& pattern, FoundEdges& found) {
  const Score score = of.scorer.score(of.entries.all[left], of.entries.all[right], pattern);
  const std::int32_t weight = score.weight - of.scorer.threshold();
  if (!score.apart && weight >= 0) {
    found.edges.push_back({left, right, weight});
  } else if (of.options.with_doubts && weight >= -near_miss_bits * weight_scale &&
             (score.kin == Kin::unlikely || score.kin == Kin::namesakes)) {
    found.near.push_back({left, right, weight});
  }
}

bool earlier(const Edge& a, const Edge& b) {
  return std::pair(a.left, a.right) < std::pair(b.left, b.right);
}
void put_in_order(std::vector<Edge>& edges) {
  std::sort(edges.begin(), edges.end(), earlier);
}

// What each worker found, in one order; every worker puts its own in order first.
std::vector<Edge> gathered(std::vector<FoundEdges>& found, std::vector<Edge> FoundEdges::* which) {
  std::vector<Edge> all = std::move(found[0].*which);
  for (std::size_t worker = 1; worker < found.size(); ++worker) {
    std::vector<Edge>& its = found[worker].*which;
    const auto middle = static_cast<std::ptrdiff_t>(all.size());
    all.insert(all.end(), its.begin(), its.end());
    std::inplace_merge(all.begin(), all.begin() + middle, all.end(), earlier);
    std::vector<Edge>().swap(its);
  }
  return all;
}

}  // namespace

FoundEdges find_edges(const EdgeInput& of) {
  return find_edges(of, widest_loops());
}

FoundEdges find_edges(const EdgeInput& of, Loops loops) {
  std::vector<PatientComparer> comparers(std::max(of.options.threads, 1U),
                                         PatientComparer(of.entries, of.scorer.established()));
  const Sketches sketches(of.entries, of.scorer.established(), of.options.threads);
  const TileMaker maker(of.entries, sketches, of.blocking, of.scorer);
  Bounds bounds = make_bounds(of.scorer);
  if (of.options.with_doubts) bounds.threshold -= near_miss_bits * weight_scale;  // near misses pass the sieve too
  const auto chunks = chunks_of(of.blocking, every_rule);
  std::vector<BlockSifter> sifters;
  sifters.reserve(comparers.size());
  for (std::size_t worker = 0; worker < comparers.size(); ++worker) sifters.emplace_back(of, maker, bounds, loops);
  std::vector<FoundEdges> found(comparers.size());
  std::atomic<std::size_t> done{0};
  in_parallel(of.options.threads, chunks.size(), [&](std::size_t worker, std::size_t part) {
    if (of.options.stop.stop_requested()) return;
    const auto add = [&](std::uint32_t left, std::uint32_t right, const Pattern& pattern) {
      add_edge(of, left, right, pattern, found[worker]);
    };
    found[worker].compared += sifters[worker].sift(
        chunks[part], [&](std::uint32_t left, std::uint32_t right) { comparers[worker].add(left, right, add); });
    comparers[worker].flush(add);
    const std::size_t now = ++done;
    if (worker == 0 && of.options.progress) of.options.progress("compare", now, chunks.size());
  });
  in_parallel(of.options.threads, found.size(), [&](std::size_t, std::size_t worker) {
    put_in_order(found[worker].edges);
    put_in_order(found[worker].near);
  });
  FoundEdges all;
  for (const FoundEdges& part : found) all.compared += part.compared;
  all.edges = gathered(found, &FoundEdges::edges);
  all.near = gathered(found, &FoundEdges::near);
  return all;
}

FoundEdges find_edges_naive(const EdgeInput& of) {
  FoundEdges found;
  Comparer comparer(of.entries, of.scorer.established());
  for (const Chunk& chunk : chunks_of(of.blocking, every_rule)) {
    for_each_pair(of.entries, of.blocking, chunk, of.between_sources_only,
                  [&](std::uint32_t left, std::uint32_t right) {
                    ++found.compared;
                    const Pattern pattern = comparer.compare(of.entries.all[left], of.entries.all[right]);
                    add_edge(of, left, right, pattern, found);
                  });
  }
  put_in_order(found.edges);
  put_in_order(found.near);
  return found;
}

}  // namespace wider::linkage
