#include "picture/evaluator.hpp"

#include <algorithm>

#include "picture/rules.hpp"

namespace wider::picture {

AnchorKind kind_of(const Scene& scene, NodeId node) {
  if (is_person(scene, node)) return AnchorKind::person;
  return anchor_kind_of(scene.things.kind(entity_of(scene, node)));
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
