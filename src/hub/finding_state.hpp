// Where a finding stands, from what people did about it, and what the next step can be. A dismissal counts at once and
// asks a second person to agree; whatever was done can be undone with a reason (docs/adr/0009).
// Thread safety: free functions over const arguments.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

struct FindingState {
  FindingStage stage = FindingStage::open;
  std::string words = "New";
  std::uint32_t by = 0;  // the account that took, put off or dismissed it
};
using FindingStates = std::unordered_map<std::string, FindingState>;

// Findings nobody did anything about are not in it.
[[nodiscard]] FindingStates finding_states(std::span<const FindingEvent> events, std::span<const Account> accounts,
                                           Date today);
[[nodiscard]] FindingState state_in(const FindingStates& states, const std::string& finding);

// Whether this account may do this to a finding that stands so; says why not.
[[nodiscard]] Result<void> allowed(const FindingState& state, FindingAction action, std::uint32_t account);

// Put off for longer, a finding would be dismissed without the second person of ADR 9.
inline constexpr std::int32_t longest_snooze_days = 90;

// Checks what was filled in: a reason for dismissing, opening again and putting off, and for that a day soon enough.
[[nodiscard]] Result<void> filled_in(FindingAction action, std::string_view reason, std::string_view until, Date today);

[[nodiscard]] std::string account_name(std::span<const Account> accounts, std::uint32_t number);
[[nodiscard]] std::string_view past_words(FindingAction action);  // "Took it"

}  // namespace wider::hub
