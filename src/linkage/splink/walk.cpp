#include "linkage/splink/walk.hpp"

namespace wider::linkage::splink {
namespace {

constexpr std::uint64_t portion_pairs = 1ULL << 18;

}  // namespace

RuleWalk::Grouped RuleWalk::grouped(std::size_t records, bool right) const {
  const auto key = [&](std::size_t rank) {
    return right ? rules_->right_key(rule_, rank) : rules_->left_key(rule_, rank);
  };
  Grouped made;
  made.first.assign(rules_->key_count(rule_) + 1, 0);
  std::size_t with_key = 0;
  for (std::size_t rank = 0; rank < records; ++rank) {
    if (key(rank) == 0) continue;
    ++made.first[key(rank) + 1];
    ++with_key;
  }
  for (std::size_t k = 1; k < made.first.size(); ++k) made.first[k] += made.first[k - 1];
  made.members.resize(with_key);
  std::vector<std::uint32_t> next = made.first;
  for (std::size_t rank = 0; rank < records; ++rank) {
    if (key(rank) != 0) made.members[next[key(rank)]++] = static_cast<std::uint32_t>(rank);
  }
  return made;
}

RuleWalk::RuleWalk(const Rules& rules, std::size_t rule, std::size_t records)
    : rules_(&rules), rule_(rule), symmetric_(rules.symmetric(rule)), lefts_(grouped(records, false)) {
  if (!symmetric_) rights_ = grouped(records, true);
  const Grouped& walked = symmetric_ ? lefts_ : rights_;
  std::uint64_t cost = portion_pairs;
  for (std::size_t p = 0; p < walked.members.size(); ++p) {
    if (cost >= portion_pairs) {
      portions_.push_back({p, p});
      cost = 0;
    }
    const std::uint32_t key = key_of(walked.members[p]);
    cost += symmetric_ ? lefts_.first[key + 1] - p : lefts_.first[key + 1] - lefts_.first[key] + 1;
    portions_.back().to = p + 1;
  }
}

}  // namespace wider::linkage::splink
