// The kinds of record an agency sends, the roles in which a record names people and things, and how each ended.
// Names are part of mention names (KIND-ID) and of mappings; titles stand on pages.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wider {

enum class RecordKind : std::uint8_t {
  person,             // an entry of the agency's own index: who it says somebody is
  address,            // where the index says somebody lives
  identifier,         // an identifier the index holds for somebody
  contact,            // social care: a contact
  referral,           // social care: a referral (an episode of need); outcome says whether it was closed unhelped
  assessment,         // social care
  plan,               // social care: child in need plan
  protection_plan,    // social care: child protection plan
  missing,            // a missing episode (social care) or missing report (police)
  census,             // a child's line in the Children in Need census
  crime,              // police
  intelligence,       // police: a graded report
  stop,               // police: a stop of people in a street or a vehicle
  vehicle,            // police: a keeper of a vehicle
  phone,              // police: a user of a phone
  attendance,         // health: emergency department
  sexual_health,      // health: restricted to Health
  school_nurse,       // health
  absence,            // education
  concern,            // education: a safeguarding concern, or a concern raised here
  driver,             // licensing: a licensed driver with the vehicle driven
  premises,           // licensing: a licensed premises with its licensee
  charging_decision,  // prosecution
};
inline constexpr std::size_t record_kind_count = 23;
[[nodiscard]] std::string_view name_of(RecordKind kind);   // "charging-decision"
[[nodiscard]] std::string_view title_of(RecordKind kind);  // "Charging decision"
[[nodiscard]] std::optional<RecordKind> record_kind_named(std::string_view name);

// In which role a record names a person.
enum class Role : std::uint8_t {
  subject,  // whom the record is about (the child of a referral, the patient, the pupil)
  victim,
  witness,
  suspect,
  offender,      // convicted
  associate,     // named together with others, nothing more said
  parent,        // parent or carer
  reporter,      // who told the agency
  professional,  // named because of a duty: social worker, officer, nurse, teacher
  driver,
  keeper,  // registered keeper of a vehicle, user of a phone
  licensee,
  found_with,  // with whom a missing child was found
};
inline constexpr std::size_t role_count = 13;
[[nodiscard]] std::string_view name_of(Role role);  // "found-with"
[[nodiscard]] std::string_view title_of(Role role);
[[nodiscard]] std::optional<Role> role_named(std::string_view name);

enum class ThingKind : std::uint8_t { place, vehicle, phone, online_handle, organisation };
inline constexpr std::size_t thing_kind_count = 5;
[[nodiscard]] std::string_view name_of(ThingKind kind);
[[nodiscard]] std::optional<ThingKind> thing_kind_named(std::string_view name);

// In which role a record names a thing.
enum class ThingRole : std::uint8_t {
  at,        // where it happened
  home,      // where a named person lives
  found_at,  // where a missing child was found
  used,      // the vehicle or phone that was used
  school,    // the school attended
  licensed,  // the licensed premises or vehicle
};
inline constexpr std::size_t thing_role_count = 6;
[[nodiscard]] std::string_view name_of(ThingRole role);
[[nodiscard]] std::optional<ThingRole> thing_role_named(std::string_view name);

// How a record ended, where it is a decision or has one.
enum class Outcome : std::uint8_t {
  none,  // nothing recorded
  open,
  no_further_action,  // closed unhelped: social care or police
  no_charge,          // prosecution
  charged,
  convicted,
  assessment,  // led to an assessment
  plan,        // led to a plan
  advice,      // information and advice given, passed on
  returned,    // a missing episode that ended
  other,
};
inline constexpr std::size_t outcome_count = 11;
[[nodiscard]] std::string_view name_of(Outcome outcome);  // "no-further-action"
[[nodiscard]] std::string_view title_of(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_named(std::string_view name);

}  // namespace wider
