// Blocking: which pairs are compared. Entries that share a key of a rule (block_keys.hpp) are a block, and all pairs of
// a block are candidates. A pair belongs to the first rule, and within it to the first block, that gives it, so that it
// is scored once and nothing needs to be remembered. Which over-full keys are refined is learnt in training from
// ordinary entries only (invariant 10) and then frozen; blocks that grow over-full later are compared whole, and that
// is said. Thread safety: const members may be called together.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "linkage/block_keys.hpp"
#include "linkage/blocking_plan.hpp"
#include "linkage/entries.hpp"

namespace wider::linkage {

// Number of a block within its rule, from 1; 0 is none.
using BlockNumber = std::uint32_t;

struct Block {
  std::uint32_t first = 0;  // into RuleBlocks::members
  std::uint32_t count = 0;
};
struct KeyedEntry {
  std::uint64_t key;
  std::uint32_t entry;
};
struct RuleBlocks {
  std::vector<std::uint32_t> members;  // ascending within a block
  std::vector<Block> blocks;           // of two entries or more, in the order of their keys
  [[nodiscard]] std::uint64_t pairs() const;
};

class Blocking {
 public:
  // Blocks as a plan says.
  Blocking(const Entries& entries, const BlockingPlan& plan, unsigned threads);
  // Learns the plan (largest_block comes in with it) and makes the blocks it gives.
  static Blocking learn(const Entries& entries, BlockingPlan& plan, unsigned threads);
  // Learns further rules, none of which has blocks yet, and makes theirs beside what there is.
  void learn_more(BlockingPlan& plan, const std::array<bool, rule_count>& more, unsigned threads);

  [[nodiscard]] const RuleBlocks& of(Rule rule) const { return rules_[static_cast<std::size_t>(rule)]; }
  // Whether this rule and block are the pair's own: no earlier rule and no earlier block of the rule gives it.
  [[nodiscard]] bool owns(Rule rule, BlockNumber block, std::uint32_t left, std::uint32_t right) const;
  // The rules that give the pair: a bit each, by number.
  [[nodiscard]] std::uint32_t rules_giving(std::uint32_t left, std::uint32_t right) const;
  // Ordinary entries that share a block with an entry, ascending, each once.
  [[nodiscard]] std::vector<std::uint32_t> companions(std::uint32_t entry) const;
  // Candidates, those that several rules give counted several times.
  [[nodiscard]] std::uint64_t pairs() const;
  // What was refined, and what is over-full all the same, in one sentence.
  [[nodiscard]] std::string note() const;

  // The blocks an entry is in, by slot in use; slots that give no block are not kept.
  [[nodiscard]] std::span<const BlockNumber> blocks_of(std::uint32_t entry) const {
    return std::span(numbers_).subspan(entry * stride_, stride_);
  }
  // Places of a rule's numbers in blocks_of; count is 0 for a rule without blocks.
  [[nodiscard]] Slots places_of(Rule rule) const { return places_[static_cast<std::size_t>(rule)]; }

 private:
  struct Told {
    std::uint64_t refined_keys = 0, refined_entries = 0;
    std::uint64_t over_full = 0;  // blocks
    std::uint32_t fullest = 0;
    bool grown = false;  // an over-full block was not when the model was trained
  };
  Blocking(const Entries& entries, std::uint32_t largest_block) : entries_(&entries), largest_block_(largest_block) {}
  struct MadeKeys {  // of a part of the entries
    std::vector<std::vector<KeyedEntry>> slices;
    std::vector<std::uint64_t> refined;  // the key of each ordinary entry whose key is refined
  };
  struct MadeBlocks {  // of a slice of the keys
    RuleBlocks blocks;
    Told told;
  };
  void make_rules(const BlockingPlan& plan, const std::array<bool, rule_count>& which, unsigned threads);
  void make_rule(Rule rule, const BlockKeys& keys, unsigned threads);
  [[nodiscard]] MadeKeys make_keys(Rule rule, const BlockKeys& keys, std::uint32_t first, std::uint32_t end,
                                   std::size_t slices) const;
  [[nodiscard]] MadeBlocks make_blocks(Rule rule, const BlockKeys& keys, const std::vector<KeyedEntry>& keyed) const;
  void number_blocks(unsigned threads);

  const Entries* entries_;
  std::uint32_t largest_block_;
  std::array<RuleBlocks, rule_count> rules_;
  std::array<Slots, rule_count> places_{};
  std::size_t stride_ = 0;
  std::vector<BlockNumber> numbers_;  // by entry, stride_ each
  std::array<Told, rule_count> told_{};
};

// Whether a plan makes the two a candidate pair, whoever else there is.
[[nodiscard]] bool is_candidate(const BlockKeys& keys, const Entry& left, const Entry& right);

}  // namespace wider::linkage
