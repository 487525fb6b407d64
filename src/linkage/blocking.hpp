// Blocking: which pairs are compared. Each rule gives an entry one or two keys; entries that share a key are a block,
// and all pairs of a block are compared. A pair belongs to the first rule (and the least key) that gives it, so that it
// is scored once and nothing needs to be remembered. An over-full block is refined by further values of its entries;
// what was refined is counted and said. Only ordinary entries decide what is refined; the others follow (invariant 10).
// Thread safety: const members may be called together.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "linkage/entries.hpp"

namespace wider::linkage {

enum class Rule : std::uint8_t {
  nhs_number,
  upn,
  email,
  phone,
  birth_date,
  names,
  postcode,
  address,
  surname_and_month,
  forename_and_month,
  forename_and_day,
  surname_and_town,
  forename_town_occupation,
};
inline constexpr std::size_t rule_count = 13;
inline constexpr std::size_t slot_count = 14;  // "names" has two keys
[[nodiscard]] std::string_view name_of(Rule rule);

struct Block {
  std::uint32_t first = 0;  // into RuleBlocks::members
  std::uint32_t count = 0;
  std::uint64_t key = 0;
};
struct RuleBlocks {
  std::vector<std::uint32_t> members;
  std::vector<Block> blocks;  // two entries or more
  [[nodiscard]] std::uint64_t pairs() const;
};

class Blocking {
 public:
  Blocking(const Entries& entries, std::uint32_t largest_block, unsigned threads);
  [[nodiscard]] const RuleBlocks& of(Rule rule) const { return rules_[static_cast<std::size_t>(rule)]; }
  // Whether this rule, under this key, is the pair's own: no earlier rule and no lesser key gives it.
  [[nodiscard]] bool owns(Rule rule, std::uint64_t key, std::uint32_t left, std::uint32_t right) const;
  // Whether any rule gives the pair.
  [[nodiscard]] bool gives(std::uint32_t left, std::uint32_t right) const;
  // Ordinary entries that share a block with an entry, ascending, each once.
  [[nodiscard]] std::vector<std::uint32_t> companions(std::uint32_t entry) const;
  [[nodiscard]] std::string note() const;

 private:
  struct Refined {
    std::uint64_t blocks = 0, entries = 0, left_whole = 0;
  };
  void make_rule(std::size_t rule, std::uint32_t largest_block);
  [[nodiscard]] std::uint64_t& key(std::uint32_t entry, std::size_t slot) { return keys_[entry * slot_count + slot]; }
  [[nodiscard]] std::uint64_t key(std::uint32_t entry, std::size_t slot) const {
    return keys_[entry * slot_count + slot];
  }

  const Entries* entries_;
  std::vector<std::uint64_t> text_hash_;  // by code
  std::vector<std::uint64_t> keys_;       // by entry and slot; 0 is none
  std::array<RuleBlocks, rule_count> rules_;
  std::array<Refined, rule_count> refined_{};
};

}  // namespace wider::linkage
