#include "linkage/splink/rules.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/random.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage::splink {
namespace {

// Numbers for tuples of codes, built up code by code: two tuples have the same number where they are equal. Open
// addressing; a code is never 0, so a key is not either.
class Numbering {
 public:
  explicit Numbering(std::size_t records) {
    std::size_t size = 1024;
    while (size < records * 2) size *= 2;
    slots_.resize(size);
  }
  // Brings the place of a tuple near, for a next() that soon follows.
  void prefetch(std::uint32_t before, FeatureCode code) const {
    __builtin_prefetch(&slots_[mix64(key_of(before, code)) & (slots_.size() - 1)]);
  }
  std::uint32_t next(std::uint32_t before, FeatureCode code) {
    const std::uint64_t key = key_of(before, code);
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = mix64(key) & mask;
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask;
    if (slots_[at].key == key) return slots_[at].number;
    slots_[at] = {key, ++count_};
    if (std::size_t{count_} * 2 > slots_.size()) grow();
    return count_;
  }
  [[nodiscard]] std::uint32_t count() const { return count_ + 1; }

 private:
  static std::uint64_t key_of(std::uint32_t before, FeatureCode code) { return (std::uint64_t{before} << 32) | code; }
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t number = 0;
  };
  void grow() {
    std::vector<Slot> larger(slots_.size() * 2);
    const std::size_t mask = larger.size() - 1;
    for (const Slot& slot : slots_) {
      if (slot.key == 0) continue;
      std::size_t at = mix64(slot.key) & mask;
      while (larger[at].key != 0) at = (at + 1) & mask;
      larger[at] = slot;
    }
    slots_.swap(larger);
  }
  std::vector<Slot> slots_;
  std::uint32_t count_ = 0;
};

}  // namespace

Result<void> Rules::add_condition(const Expression& condition, Program& program, Rule& rule,
                                  std::vector<Expression>& filters) {
  if (condition.operation == Operation::both) {
    for (const Expression& part : condition.parts) {
      if (const auto added = add_condition(part, program, rule, filters); !added) return added;
    }
    return {};
  }
  if (condition.operation == Operation::compare && condition.comparison == Comparison::equal && !condition.single) {
    const Expression* left = &condition.parts[0];
    const Expression* right = &condition.parts[1];
    if (left->sides == 2) std::swap(left, right);
    if (left->sides == 1 && right->sides == 2 && left->type == right->type) {
      const auto a = program.feature(*left);
      if (!a) return std::unexpected(a.error());
      const auto b = program.feature(*right);
      if (!b) return std::unexpected(b.error());
      rule.joins.emplace_back(*a, *b);
      return {};
    }
  }
  filters.push_back(condition);
  return {};
}

Result<void> Rules::add(const Settings& settings, Binder& binder, Program& program) {
  for (std::size_t r = 0; r < settings.rules.size(); ++r) {
    const auto refused = [&](const Error& error) {
      return failure(error.code, fmt::format("Splink settings: blocking rule {} ({}): {}.", r + 1,
                                             settings.rules[r].sql, error.message));
    };
    const auto condition = binder.bind(settings.rules[r].condition, Naming::prefix);
    if (!condition) return refused(condition.error());
    if (condition->type != Type::truth) return refused({ErrorCode::malformed, "it is not a condition"});
    Rule rule;
    std::vector<Expression> filters;
    if (const auto added = add_condition(*condition, program, rule, filters); !added) return refused(added.error());
    if (!filters.empty()) {
      Expression all = filters[0];
      if (filters.size() > 1) {
        all = {};
        all.operation = Operation::both;
        all.type = Type::truth;
        for (const Expression& filter : filters) all.sides = static_cast<std::uint8_t>(all.sides | filter.sides);
        all.parts = std::move(filters);
      }
      const auto filter = program.add(all);
      if (!filter) return refused(filter.error());
      rule.filter = *filter;
      rule.filtered = true;
    }
    std::sort(rule.joins.begin(), rule.joins.end());
    rule.joins.erase(std::unique(rule.joins.begin(), rule.joins.end()), rule.joins.end());
    rules_.push_back(std::move(rule));
  }
  return {};
}

void Rules::make_keys(const Features& features, unsigned threads) {
  for (Rule& rule : rules_) {
    const bool symmetric =
        std::all_of(rule.joins.begin(), rule.joins.end(), [](const auto& join) { return join.first == join.second; });
    rule.left_at = width_++;
    rule.right_at = symmetric ? rule.left_at : width_++;
  }
  keys_.assign(features.records() * width_, 0);
  in_parallel(threads, rules_.size(), [&](std::size_t, std::size_t part) { make_keys_of(rules_[part], features); });
}

namespace {

// Codes of one feature are keys as they are, unless they are spread too far for a table by key.
std::optional<std::uint32_t> count_of_plain_keys(const std::pair<std::size_t, std::size_t>& join,
                                                 const Features& features) {
  FeatureCode most = 0;
  for (std::size_t rank = 0; rank < features.records(); ++rank)
    most = std::max({most, features.codes(rank)[join.first], features.codes(rank)[join.second]});
  if (most > 4 * features.records() + 1024) return std::nullopt;
  return most + 1;
}

}  // namespace

void Rules::make_keys_of(Rule& rule, const Features& features) {
  const auto plain = rule.joins.size() == 1 ? count_of_plain_keys(rule.joins[0], features) : std::nullopt;
  Numbering numbering(plain ? 0 : features.records());
  constexpr std::size_t batch = 64;  // so that a batch waits for memory once, not each of its records
  std::array<std::uint32_t, batch> keys;
  for (const bool right : {false, true}) {
    if (right && rule.right_at == rule.left_at) break;
    const std::size_t to = right ? rule.right_at : rule.left_at;
    for (std::size_t from = 0; from < features.records(); from += batch) {
      const std::size_t count = std::min(batch, features.records() - from);
      keys.fill(1);
      for (std::size_t j = 0; j < rule.joins.size(); ++j) {
        const std::size_t feature = right ? rule.joins[j].second : rule.joins[j].first;
        const auto code = [&](std::size_t i) { return features.codes(from + i)[feature]; };
        if (j == 0 && (plain || rule.joins.size() > 1)) {  // the first code numbers itself
          for (std::size_t i = 0; i < count; ++i) keys[i] = code(i);
          continue;
        }
        const auto joins = [&](std::size_t i) { return code(i) != 0 && keys[i] != 0; };
        for (std::size_t i = 0; i < count; ++i) {
          if (joins(i)) numbering.prefetch(keys[i], code(i));
        }
        for (std::size_t i = 0; i < count; ++i) keys[i] = joins(i) ? numbering.next(keys[i], code(i)) : 0;
      }
      for (std::size_t i = 0; i < count; ++i) keys_[(from + i) * width_ + to] = keys[i];
    }
  }
  rule.key_count = std::max(plain.value_or(numbering.count()), 2U);
}

}  // namespace wider::linkage::splink
