// Access: who may see what, and why. The policy is data (rules/access.toml, access/policy.hpp); one small pure function
// decides the depth at which a reader sees a record. Passwords (Argon2id) are here too; sessions live in the hub.
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "records/agency.hpp"
#include "records/grade.hpp"
#include "records/kind.hpp"

namespace wider::access {

enum class UserRole : std::uint8_t {
  social_worker,
  police_analyst,
  safeguarding_nurse,
  safeguarding_lead,  // education
  prosecutor,
  review_author,
  chair,
  governance_officer,
  data_engineer,
  licensing_officer,
};
inline constexpr std::size_t user_role_count = 10;
[[nodiscard]] std::string_view name_of(UserRole role);   // "social-worker"
[[nodiscard]] std::string_view title_of(UserRole role);  // "Social worker"
[[nodiscard]] std::optional<UserRole> user_role_named(std::string_view name);

// Every page and API call names one of these; one table says which roles may use it.
enum class Action : std::uint8_t {
  home,
  search,
  person,
  findings,
  finding,
  act_on_finding,
  explain_link,
  decide_link,
  held_back,
  governance,
  administer,  // who may sign in, and as what
  concern      // raise a concern about a child
};
inline constexpr std::size_t action_count = 12;
[[nodiscard]] std::string_view name_of(Action action);  // "act-on-finding"
[[nodiscard]] bool may(UserRole role, Action action);
class Policy;
// By a policy, or by the shipped one where there is none.
[[nodiscard]] bool may(const Policy* policy, UserRole role, Action action);

// What somebody works on and why: carried on every read, recorded with it.
enum class PurposeKind : std::uint8_t {
  child_protection_enquiry,
  assessment,
  strategy_discussion,
  crime_investigation,
  health_safeguarding,
  education_safeguarding,
  case_review,
  governance,
  administration
};
inline constexpr std::size_t purpose_kind_count = 9;
[[nodiscard]] std::string_view name_of(PurposeKind kind);
[[nodiscard]] std::string_view title_of(PurposeKind kind);         // "Child protection enquiry"
[[nodiscard]] std::string_view lawful_basis_of(PurposeKind kind);  // "Children Act 1989, section 47"
[[nodiscard]] std::optional<PurposeKind> purpose_kind_named(std::string_view name);
// Whether somebody in this role may work under this purpose; with any other they see no more than with none.
[[nodiscard]] bool suits(UserRole role, PurposeKind purpose);
[[nodiscard]] bool suits(const Policy* policy, UserRole role, PurposeKind purpose);

// Three depths for any record (and none at all).
enum class Depth : std::uint8_t {
  nothing,  // as if it were not there
  exists,   // this agency knows the child; ring this person
  outline,  // kind and date
  full,
};
[[nodiscard]] std::string_view name_of(Depth depth);  // "outline"
// The decision, the rule that made it and the words that explain it on the page (both live as long as the policy).
struct Decision {
  Depth depth = Depth::nothing;
  std::string_view because;
  std::string_view rule;
};
// What holds between this reader and this record beyond what both are.
enum class Standing : std::uint8_t {
  plain,
  sealed,     // the record is sealed, and the reader is not on its list
  conflict,   // the reader declared that they know this person
  emergency,  // the reader opened this person in an emergency, and the time is not over
};
// What the decision may depend on: nothing else about the record or its reader reaches it.
struct RecordFacts {
  Agency agency = Agency::social_care;
  RecordKind kind = RecordKind::contact;
  Handling handling = Handling::shared;
  Standing standing = Standing::plain;
};
struct Reader {
  UserRole role = UserRole::social_worker;
  Agency agency = Agency::social_care;
  std::optional<PurposeKind> purpose;
};
[[nodiscard]] Decision decide(const Policy& policy, const Reader& reader, const RecordFacts& record);
// By the shipped policy.
[[nodiscard]] Decision decide(UserRole role, Agency agency, std::optional<PurposeKind> purpose,
                              const RecordFacts& record);

// Argon2id, at least 19 MiB and t = 2 (OWASP): the string of libsodium's crypto_pwhash_str.
[[nodiscard]] Result<std::string> hash_password(std::string_view password);
[[nodiscard]] bool verify_password(std::string_view hash, std::string_view password);

}  // namespace wider::access
