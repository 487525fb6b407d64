// The one decision about one record: the first rule of the policy that applies.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "access/policy.hpp"
#include "base/check.hpp"

namespace wider::access {
namespace {

template <typename Index>
constexpr bool has(std::uint32_t bits, Index index) {
  return ((bits >> static_cast<std::uint32_t>(index)) & 1U) != 0;
}

std::string_view depth_words(Depth depth) {
  switch (depth) {
    case Depth::full:
      return "in full";
    case Depth::outline:
      return "with its kind and date";
    default:
      return "";
  }
}

}  // namespace

Decision decide(const Policy& policy, const Reader& reader, const RecordFacts& record) {
  const std::size_t purpose = !reader.purpose                               ? Policy::no_purpose
                              : !policy.suits(reader.role, *reader.purpose) ? Policy::unsuited_purpose
                                                                            : static_cast<std::size_t>(*reader.purpose);
  for (const Policy::Rule& rule : policy.rules()) {
    if (has(rule.roles, reader.role) && has(rule.purposes, purpose) && has(rule.viewer_agencies, reader.agency) &&
        has(rule.holders, record.agency) && has(rule.kinds, record.kind) && has(rule.handlings, record.handling) &&
        has(rule.whose, reader.agency == record.agency ? 0 : 1) && has(rule.standings, record.standing)) {
      return {rule.depth, rule.says, rule.name};
    }
  }
  CHECK(false);  // parse_policy() asks for a last rule that always applies
  return {};
}

Decision decide(UserRole role, Agency agency, std::optional<PurposeKind> purpose, const RecordFacts& record) {
  return decide(shipped_policy(), {role, agency, purpose}, record);
}

std::string what_would_show_more(const Policy& policy, const Reader& reader, const RecordFacts& record) {
  const Depth now = decide(policy, reader, record).depth;
  std::optional<PurposeKind> best;
  Depth deepest = now;
  for (std::size_t i = 0; i < purpose_kind_count; ++i) {
    const auto kind = static_cast<PurposeKind>(i);
    if (!policy.suits(reader.role, kind)) continue;
    const Depth depth = decide(policy, {reader.role, reader.agency, kind}, record).depth;
    if (depth <= deepest || depth < Depth::outline) continue;
    deepest = depth;
    best = kind;
  }
  if (!best) return "";
  return fmt::format("Under “{}” it would show {}.", policy.purpose(*best).title, depth_words(deepest));
}

}  // namespace wider::access
