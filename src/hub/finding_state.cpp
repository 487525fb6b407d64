#include "hub/finding_state.hpp"

#include <fmt/format.h>

namespace wider::hub {
namespace {

void apply(FindingState& state, const FindingEvent& event, std::span<const Account> accounts) {
  const std::string who = account_name(accounts, event.account);
  switch (event.action) {
    case FindingAction::take:
      state = {FindingStage::taken, fmt::format("Taken by {}", who), event.account};
      return;
    case FindingAction::dismiss:
      state = {FindingStage::second_look, fmt::format("Dismissed by {}: {}", who, event.reason), event.account};
      return;
    case FindingAction::agree:
      if (state.stage == FindingStage::second_look) {
        state.stage = FindingStage::dismissed;
        state.words += fmt::format(" ({} agreed)", who);
      }
      return;
    case FindingAction::reopen:
      state = {FindingStage::open, fmt::format("Opened again by {}: {}", who, event.reason), 0};
      return;
    case FindingAction::snooze: {
      const auto until = parse_iso_date(event.until);
      state = {FindingStage::put_off, fmt::format("Put off by {} until {}", who, until ? to_words(*until) : ""),
               event.account};
      return;
    }
  }
}

}  // namespace

FindingStates finding_states(std::span<const FindingEvent> events, std::span<const Account> accounts, Date today) {
  FindingStates states;
  std::unordered_map<std::string, std::string> until;
  for (const FindingEvent& event : events) {
    apply(states[event.finding], event, accounts);
    until[event.finding] = event.until;
  }
  for (auto& [finding, state] : states) {
    if (state.stage != FindingStage::put_off) continue;
    const auto day = parse_iso_date(until[finding]);
    if (!day || today >= *day) state = {FindingStage::open, "New again: " + state.words, 0};
  }
  return states;
}

FindingState state_in(const FindingStates& states, const std::string& finding) {
  const auto found = states.find(finding);
  return found == states.end() ? FindingState{} : found->second;
}

Result<void> allowed(const FindingState& state, FindingAction action, std::uint32_t account) {
  const bool closed = state.stage == FindingStage::second_look || state.stage == FindingStage::dismissed;
  switch (action) {
    case FindingAction::take:
      if (closed) return failure(ErrorCode::usage, "It is dismissed. Open it again first.");
      if (state.stage == FindingStage::taken && state.by == account)
        return failure(ErrorCode::usage, "You have it already.");
      return {};
    case FindingAction::dismiss:
    case FindingAction::snooze:
      if (closed) return failure(ErrorCode::usage, "It is dismissed already.");
      return {};
    case FindingAction::reopen:
      if (state.stage == FindingStage::open) return failure(ErrorCode::usage, "It is open already.");
      return {};
    case FindingAction::agree:
      if (state.stage != FindingStage::second_look)
        return failure(ErrorCode::usage, "No dismissal waits for a second person.");
      if (state.by == account) return failure(ErrorCode::usage, "You dismissed it: somebody else has to look.");
      return {};
  }
  return failure(ErrorCode::usage, "Choose what to do with it.");
}

Result<void> filled_in(FindingAction action, std::string_view reason, std::string_view until, Date today) {
  const bool needs_reason =
      action == FindingAction::dismiss || action == FindingAction::reopen || action == FindingAction::snooze;
  if (needs_reason && reason.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return failure(ErrorCode::usage, action == FindingAction::dismiss  ? "Say why you dismiss it."
                                     : action == FindingAction::snooze ? "Say why it can wait."
                                                                       : "Say why you open it again.");
  }
  if (action == FindingAction::snooze) {
    const auto day = parse_iso_date(until);
    if (!day) return failure(ErrorCode::usage, "Choose the day on which it comes back.");
    if (*day <= today) return failure(ErrorCode::usage, fmt::format("Choose a day after {}.", to_words(today)));
    if (*day - today > longest_snooze_days) {
      return failure(
          ErrorCode::usage,
          fmt::format("Choose a day up to {}: what can wait longer is dismissed, and a second person looks at that.",
                      to_words(today + longest_snooze_days)));
    }
  }
  return {};
}

std::string account_name(std::span<const Account> accounts, std::uint32_t number) {
  for (const Account& account : accounts) {
    if (account.number == number) return account.name;
  }
  return "somebody no longer here";
}

std::string_view past_words(FindingAction action) {
  switch (action) {
    case FindingAction::take:
      return "Took it";
    case FindingAction::dismiss:
      return "Dismissed it";
    case FindingAction::snooze:
      return "Put it off";
    case FindingAction::reopen:
      return "Opened it again";
    case FindingAction::agree:
      return "Agreed that it is dismissed";
  }
  return "";
}

}  // namespace wider::hub
