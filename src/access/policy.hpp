// Policy: rules/access.toml as it is read: purposes with their lawful basis, roles with their pages, and an ordered
// list of rules of which the first that applies decides about a record.
//
// Invariants of whatever parse_policy() accepts: every role and every purpose stands in it once; some rule applies to
// every record; nothing sealed, nothing whose reader declared a conflict and nothing unreleased is shown; a sensitive
// kind shows outside Health no more than that Health knows somebody; so does anything without a fitting purpose.
// Thread safety: never changed once it is made. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"

namespace wider::access {

class Policy {
 public:
  struct Purpose {
    std::string title, lawful_basis;
  };
  struct Role {
    std::string title;
    std::uint32_t pages = 0;     // bits by Action
    std::uint32_t purposes = 0;  // bits by PurposeKind
  };
  // A rule applies where every one of its conditions holds; a set of bits holds where it has the reader's or record's.
  struct Rule {
    std::string name, says;
    std::uint32_t roles = ~0U, purposes = ~0U, viewer_agencies = ~0U, holders = ~0U, kinds = ~0U, handlings = ~0U;
    std::uint32_t whose = ~0U;      // bit 0: of the reader's own agency, bit 1: of another
    std::uint32_t standings = ~0U;  // bits by Standing
    Depth depth = Depth::nothing;
  };
  // Bits of Rule::purposes beyond those of PurposeKind.
  static constexpr std::size_t no_purpose = purpose_kind_count, unsuited_purpose = purpose_kind_count + 1;

  [[nodiscard]] const Role& role(UserRole role) const { return roles_[static_cast<std::size_t>(role)]; }
  [[nodiscard]] const Purpose& purpose(PurposeKind kind) const { return purposes_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
  [[nodiscard]] bool may(UserRole role, Action action) const;
  [[nodiscard]] bool suits(UserRole role, PurposeKind purpose) const;
  // Outside the agency that holds it, such a record changes nothing.
  [[nodiscard]] bool sensitive(RecordKind kind) const;
  [[nodiscard]] const std::string& duty_desk() const { return duty_desk_; }
  [[nodiscard]] const std::string& not_shown() const { return not_shown_; }
  // How long an opening in an emergency lasts.
  [[nodiscard]] std::uint32_t emergency_minutes() const { return emergency_minutes_; }

 private:
  friend struct PolicyReader;  // policy.cpp: makes one from TOML
  std::array<Role, user_role_count> roles_;
  std::array<Purpose, purpose_kind_count> purposes_;
  std::vector<Rule> rules_;
  std::uint32_t sensitive_ = 0;
  std::uint32_t emergency_minutes_ = 0;
  std::string duty_desk_, not_shown_;
};

// malformed: says the line or the table and key that is wrong, and what to write instead. `file` stands in the message.
[[nodiscard]] Result<Policy> parse_policy(std::string_view toml, std::string_view file);
// rules/access.toml as it was when the program was built.
[[nodiscard]] const Policy& shipped_policy();
[[nodiscard]] std::string_view shipped_policy_text();

// Under which other purpose of the reader's role the record would show more: "Under “Strategy discussion” it would show
// in full."; "" where none does.
[[nodiscard]] std::string what_would_show_more(const Policy& policy, const Reader& reader, const RecordFacts& record);

}  // namespace wider::access
