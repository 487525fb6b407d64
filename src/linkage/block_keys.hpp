// Block keys: what an entry is found by. Each rule gives one or two keys, hashes of the texts of some of its values; a
// key that the plan refines takes a further value of the entry in, and again as long as the plan says so.
// Invariant: the keys of an entry are a function of the entry's texts and the plan alone.
// Thread safety: const members may be called together.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "linkage/blocking_plan.hpp"
#include "linkage/entries.hpp"

namespace wider::linkage {

// A set of keys, quick to ask.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(const std::vector<std::uint64_t>& keys);
  [[nodiscard]] bool contains(std::uint64_t key) const {
    if (slots_.empty()) return false;
    std::size_t slot = key >> shift_;
    while (slots_[slot] != 0 && slots_[slot] != key) slot = (slot + 1) & (slots_.size() - 1);
    return slots_[slot] == key;
  }
  void insert(std::uint64_t key);

 private:
  void grow();
  std::vector<std::uint64_t> slots_;  // open addressing by the highest bits; 0 is free, and no key is 0
  std::size_t held_ = 0;
  unsigned shift_ = 63;  // never 64: a shift by all bits is not defined
};

inline constexpr std::size_t refiner_count = 6;

// 0 is "no key": one of the rule's values is not given.
using RuleKeys = std::array<std::uint64_t, 2>;

class BlockKeys {
 public:
  BlockKeys(const Entries& entries, const BlockingPlan& plan);

  // The keys under a rule, refined as the plan says.
  [[nodiscard]] RuleKeys of(Rule rule, const Entry& entry) const;
  // The keys of the values themselves; none under a rule that the plan does not use.
  [[nodiscard]] RuleKeys base(Rule rule, const Entry& entry) const;
  // The key with the step's value taken in; step < refiner_count. The value may be missing: then it takes in that.
  [[nodiscard]] std::uint64_t refine(std::uint64_t key, std::size_t step, const Entry& entry) const;
  [[nodiscard]] bool is_refined(Rule rule, std::uint64_t key) const {
    return refined_[static_cast<std::size_t>(rule)].contains(key);
  }
  // While a plan is learnt: the key is refined from now on.
  void add_refined(Rule rule, std::uint64_t key) { refined_[static_cast<std::size_t>(rule)].insert(key); }

 private:
  [[nodiscard]] std::uint64_t text(Code code) const { return code == 0 ? 0 : entries_->strings.hash(code) | 1; }
  [[nodiscard]] std::uint64_t sound(Code name) const { return name == 0 ? 0 : text(entries_->names[name].sound); }
  [[nodiscard]] std::uint64_t plain_sound(Code name) const {
    return name == 0 ? 0 : text(entries_->names[name].plain_sound);
  }
  [[nodiscard]] std::uint64_t names(Code one, Code other) const;
  [[nodiscard]] std::uint64_t start(Code name) const;
  [[nodiscard]] std::uint64_t end(Code name) const;
  [[nodiscard]] std::uint64_t district(const Entry& entry) const;
  [[nodiscard]] std::uint64_t email_sound(const Entry& entry) const;
  [[nodiscard]] std::uint64_t sparse(Rule rule, const Entry& entry) const;

  const Entries* entries_;
  std::array<KeySet, rule_count> refined_;
  std::array<bool, rule_count> used_;
};

}  // namespace wider::linkage
