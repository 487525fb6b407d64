// The pairs that one blocking rule's keys join, block by block, in portions of like cost. Nothing is stored but the
// order of the records.
// Thread safety: const once made; visit portions together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "linkage/splink/rules.hpp"

namespace wider::linkage::splink {

class RuleWalk {
 public:
  RuleWalk(const Rules& rules, std::size_t rule, std::size_t records);

  struct Portion {
    std::size_t from = 0, to = 0;  // positions among the walked members
  };
  [[nodiscard]] const std::vector<Portion>& portions() const { return portions_; }

  // Calls visit(left, right), ranks with left < right, for each pair of the portion whose keys are equal.
  template <typename Visit>
  void for_each(const Portion& portion, Visit&& visit) const {
    const Grouped& walked = symmetric_ ? lefts_ : rights_;
    for (std::size_t p = portion.from; p < portion.to; ++p) {
      const std::uint32_t rank = walked.members[p];
      const std::uint32_t key = key_of(rank);
      if (symmetric_) {
        for (std::size_t q = p + 1; q < lefts_.first[key + 1]; ++q) visit(rank, lefts_.members[q]);
      } else {
        for (std::size_t q = lefts_.first[key]; q < lefts_.first[key + 1] && lefts_.members[q] < rank; ++q)
          visit(lefts_.members[q], rank);
      }
    }
  }

 private:
  // Records in order of key.
  struct Grouped {
    std::vector<std::uint32_t> members;  // ranks, ascending within a key
    std::vector<std::uint32_t> first;    // by key; key_count + 1
  };
  [[nodiscard]] Grouped grouped(std::size_t records, bool right) const;
  [[nodiscard]] std::uint32_t key_of(std::size_t rank) const {
    return symmetric_ ? rules_->left_key(rule_, rank) : rules_->right_key(rule_, rank);
  }

  const Rules* rules_;
  std::size_t rule_;
  bool symmetric_;
  Grouped lefts_, rights_;  // symmetric: a member meets those after it in its group; else a right one meets the lefts
  std::vector<Portion> portions_;
};

}  // namespace wider::linkage::splink
