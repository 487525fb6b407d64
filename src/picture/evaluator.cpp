#include "picture/evaluator.hpp"

#include <algorithm>

#include "picture/rules.hpp"

namespace wider::picture {

AnchorKind kind_of(const Scene& scene, NodeId node) {
  if (is_person(scene, node)) return AnchorKind::person;
  return anchor_kind_of(scene.things.kind(entity_of(scene, node)));
}

Hit* hit_near(std::vector<Hit>& hits, const std::vector<std::uint32_t>& of_anchor, std::int32_t first,
              std::int32_t last, std::int32_t window_days) {
  for (std::size_t i = of_anchor.size(); i-- > 0;) {
    Hit& hit = hits[of_anchor[i]];
    if (first - hit.last.days < window_days && hit.first.days - last < window_days) return &hit;
  }
  return nullptr;
}

struct Evaluator::State {
  const Facts& facts;
  std::vector<std::unique_ptr<RuleState>> rules;
};

Evaluator::Evaluator(const Facts& facts, std::span<const PatternPtr> patterns, bool no_single_agency)
    : state_(std::make_unique<State>(State{facts, {}})) {
  for (const PatternPtr& pattern : patterns) {
    if (pattern->rule == Rule::repeat_referrals_closed) {
      state_->rules.push_back(make_referral_rule(facts, pattern));
    } else {
      state_->rules.push_back(make_anchor_rule(facts, pattern, no_single_agency));
    }
  }
}

Evaluator::~Evaluator() = default;
Evaluator::Evaluator(Evaluator&&) noexcept = default;

void Evaluator::observe(RecordIndex record) {
  if (!state_->facts.view().admits(state_->facts.scene().holdings.at(record))) return;
  for (const auto& rule : state_->rules) rule->observe(record);
}

std::vector<Hit> Evaluator::hits() const {
  std::vector<Hit> all;
  for (const auto& rule : state_->rules) all.insert(all.end(), rule->hits().begin(), rule->hits().end());
  std::stable_sort(all.begin(), all.end(), [](const Hit& a, const Hit& b) { return a.met_by < b.met_by; });
  return all;
}

}  // namespace wider::picture
