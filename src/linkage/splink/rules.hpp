// Blocking rules, made ready: each rule's conditions that join a value of the left record to one of the right become a
// key, the rest a filter.
// Thread safety: does not change once made.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "linkage/splink/program.hpp"
#include "linkage/splink/settings.hpp"

namespace wider::linkage::splink {

class Rules {
 public:
  // malformed: names the rule and what cannot be read. Before program.finish(); keys() after it.
  [[nodiscard]] Result<void> add(const Settings& settings, Binder& binder, Program& program);
  void make_keys(const Features& features, unsigned threads);

  [[nodiscard]] std::size_t count() const { return rules_.size(); }
  // The record's key as the left or the right one of a pair; 0 is none. Equal keys join.
  [[nodiscard]] std::uint32_t left_key(std::size_t rule, std::size_t rank) const {
    return keys_[rank * width_ + rules_[rule].left_at];
  }
  [[nodiscard]] std::uint32_t right_key(std::size_t rule, std::size_t rank) const {
    return keys_[rank * width_ + rules_[rule].right_at];
  }
  [[nodiscard]] std::uint32_t key_count(std::size_t rule) const { return rules_[rule].key_count; }
  [[nodiscard]] bool joins_nothing(std::size_t rule) const { return rules_[rule].joins.empty(); }
  [[nodiscard]] bool symmetric(std::size_t rule) const { return rules_[rule].left_at == rules_[rule].right_at; }
  [[nodiscard]] bool filter_holds(std::size_t rule, const Program& program, std::size_t left, std::size_t right,
                                  Scratch& scratch) const {
    return !rules_[rule].filtered || program.test(rules_[rule].filter, left, right, scratch) == Truth::yes;
  }
  // Whether an earlier rule gives the pair.
  [[nodiscard]] bool given_before(std::size_t rule, const Program& program, std::size_t left, std::size_t right,
                                  Scratch& scratch) const {
    for (std::size_t r = 0; r < rule; ++r) {
      const std::uint32_t key = left_key(r, left);
      if (key != 0 && key == right_key(r, right) && filter_holds(r, program, left, right, scratch)) return true;
    }
    return false;
  }

 private:
  struct Rule {
    std::vector<std::pair<std::size_t, std::size_t>> joins;  // features, of the left and the right record
    bool filtered = false;
    TestId filter = 0;
    std::size_t left_at = 0, right_at = 0;  // in a record's keys
    std::uint32_t key_count = 0;            // keys are below
  };
  [[nodiscard]] Result<void> add_condition(const Expression& condition, Program& program, Rule& rule,
                                           std::vector<Expression>& filters);

  void make_keys_of(Rule& rule, const Features& features);

  std::vector<Rule> rules_;
  std::vector<std::uint32_t> keys_;  // a record's keys side by side
  std::size_t width_ = 0;
};

// Two records at random are as many pairs as this when a rule joins nothing: above, it is refused.
inline constexpr std::uint64_t most_unjoined_pairs = 100'000'000;

}  // namespace wider::linkage::splink
