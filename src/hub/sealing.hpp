// Sealing: the records of a person whom a named officer has sealed (staff's own family, a protected witness, an
// adoption) are set aside before anything is concluded, so that people, findings, duties, searches and counts are those
// of a hub that never had them (docs/adr/0019). Whoever is on a seal's list reads them on a page of their own.
//
// Invariant: the projection is a function of the facts without the rows set aside; nothing but the sealed page reads
// those rows. What comes later about the same person is sealed as it comes. Thread safety: free functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::hub {

struct Facts;

// Stored: never renumber, only add.
enum class SealKind : std::uint8_t { staff_family, protected_witness, adoption, gender_recognition, refuge, other, privileged };
inline constexpr std::size_t seal_kind_count = 7;
struct SealNames {
  std::string_view name, title;
};
inline constexpr std::array<SealNames, seal_kind_count> seal_names = {{
    {"staff-family", "Family of somebody who works here"},
    {"protected-witness", "Protected witness"},
    {"adoption", "Adoption"},
    {"gender-recognition", "Gender recognition"},
    {"refuge", "In a refuge"},
    {"other", "Another reason"},
    {"privileged", "Legal advice: one record, not a person"},  // its `person` is the record, such as prosecution/crime-C1
}};
[[nodiscard]] inline std::string_view name_of(SealKind kind) {
  return seal_names[static_cast<std::size_t>(kind)].name;
}
[[nodiscard]] inline std::string_view title_of(SealKind kind) {
  return seal_names[static_cast<std::size_t>(kind)].title;
}
[[nodiscard]] std::optional<SealKind> seal_kind_named(std::string_view name);

struct Seal {
  std::uint64_t number = 0;  // the sequence of its entry
  SealKind kind = SealKind::other;
  std::string reason;
  std::string person;                                // "P12", as the person was numbered then
  std::set<std::pair<Agency, std::string>> records;  // by agency and name, as they were then
  std::set<std::string> marks;                       // by which later records are known: see marks_of()
  std::set<std::string> names;                       // folded
  std::set<std::uint32_t> may_open;                  // accounts
  std::string by;
  std::uint32_t account = 0;
  Instant at;
};

// By what a mention can be told to be a certain person without any judgement: an identifier, the agency's own number,
// or a full name with a full date of birth.
[[nodiscard]] std::vector<std::string> marks_of(const Holdings& holdings, MentionIndex mention);

// A seal of all that the person's records are now; without who may open it and why.
[[nodiscard]] Seal seal_of(const Holdings& holdings, const People& people, PersonId person);

// By record, by identifier, or by name and birth date unless the mention bears a valid number of somebody else's.
[[nodiscard]] bool covers(const Seal& seal, const Holdings& holdings, RecordIndex record);

// Sets aside every row that a standing seal covers, with all versions of its record; the seals' marks grow by what
// comes later. True: some rows were not set aside before.
bool set_aside_sealed(Facts& facts);

[[nodiscard]] std::string encode_seal(const Seal& seal);
[[nodiscard]] Seal decode_seal(std::string_view body, std::uint64_t sequence, Instant at);  // throws as a JSON reader

// A concern about a child, as it was typed.
struct Concern {
  std::string reference;  // random, so that a number tells nothing of how many there are
  std::string about, born, what;
  std::string person;  // the number of the page it was raised from, or ""
  std::string by;
  std::uint32_t account = 0;
  Agency agency = Agency::social_care;
  Instant at;
};
[[nodiscard]] std::string encode_concern(const Concern& concern);
[[nodiscard]] Concern decode_concern(std::string_view body, Instant at);  // throws likewise
// Whether it may be about the sealed person: by number, or by any name of theirs that was typed.
[[nodiscard]] bool may_be_about(const Concern& concern, const Seal& seal);

}  // namespace wider::hub
