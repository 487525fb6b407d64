#include "linkage/prepared.hpp"

#include <fmt/format.h>

#include "base/check.hpp"

namespace wider::linkage {
namespace {

Result<void> check_arguments(const Input& input, const Decisions& decisions, const Options& options) {
  const auto rows = static_cast<std::uint32_t>(input.rows.size());
  for (const auto* pairs : {&decisions.same, &decisions.different}) {
    for (const auto& [a, b] : *pairs) {
      if (a >= rows || b >= rows) return failure(ErrorCode::usage, "A decision names a row that is not there.");
    }
  }
  const std::uint64_t needed = input.rows.size() * 520 + (64ULL << 20);
  if (needed > options.memory_bytes) {
    return failure(ErrorCode::unavailable,
                   fmt::format("{} rows need about {} MiB and {} MiB are allowed; allow more memory (--memory) or take "
                               "fewer rows at a time.",
                               rows, needed >> 20, options.memory_bytes >> 20));
  }
  return {};
}

}  // namespace

Prepared::Prepared(std::unique_ptr<State> state) : state_(std::move(state)) {}
Prepared::Prepared(Prepared&&) noexcept = default;
Prepared& Prepared::operator=(Prepared&&) noexcept = default;
Prepared::~Prepared() = default;

Result<Prepared> Prepared::make(const Input& input, const Decisions& decisions, const Options& options) {
  CHECK(input.strings != nullptr);
  if (const auto checked = check_arguments(input, decisions, options); !checked)
    return std::unexpected(checked.error());
  auto state = std::make_unique<State>();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> apart = decisions.different;
  apart.insert(apart.end(), decisions.same.begin(), decisions.same.end());
  state->entries = make_entries(input, apart, options.threads);
  state->decisions = decisions;
  state->between_sources_only = input.between_sources_only;
  return Prepared(std::move(state));
}

const Blocking& Prepared::State::blocks(const BlockingPlan& plan, unsigned threads) {
  const bool same =
      plan_.largest_block == plan.largest_block && plan_.refined == plan.refined && plan_.used == plan.used;
  if (!blocking_ || !same) {
    blocking_.reset();
    blocking_.emplace(entries, plan, threads);
    plan_ = plan;
  }
  return *blocking_;
}

const Blocking& Prepared::State::learn_blocks(BlockingPlan& plan, unsigned threads) {
  blocking_.emplace(Blocking::learn(entries, plan, threads));
  plan_ = plan;
  return *blocking_;
}

const Blocking& Prepared::State::learn_more_blocks(BlockingPlan& plan, const std::array<bool, rule_count>& more,
                                                   unsigned threads) {
  CHECK(blocking_.has_value());
  blocking_->learn_more(plan, more, threads);
  plan_ = plan;
  return *blocking_;
}

}  // namespace wider::linkage
