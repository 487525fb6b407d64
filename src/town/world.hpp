// The world: who lives in the town, where, with whom, and what they own: the truth that the agencies see parts of.
// A pure function of the options. About 60 bytes a person. Thread safety: const after build_world.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "base/random.hpp"
#include "town/names.hpp"
#include "town/town.hpp"

namespace wider::town {

using PersonIndex = std::uint32_t;
using HouseholdIndex = std::uint32_t;
using AddressIndex = std::uint32_t;
using PremisesIndex = std::uint32_t;
using VehicleIndex = std::uint32_t;
inline constexpr std::uint32_t nobody = UINT32_MAX;  // also: no household, address, premises, vehicle

struct Person {
  Date birth;
  Date name_changes;  // none: never
  HouseholdIndex household = nobody;
  PersonIndex twin = nobody;
  std::uint32_t nhs_body = 0;  // first nine digits of the NHS number
  NameIndex forename = 0;
  NameIndex surname = 0;
  NameIndex second_surname = UINT16_MAX;  // of a double-barrelled name
  NameIndex later_surname = 0;
  std::uint16_t primary_school = 0;  // index into premises
  std::uint16_t secondary_school = 0;
  Sex sex = Sex::female;
  std::uint8_t origin = 0;
  bool child_of_household = false;
};

enum class HouseholdType : std::uint8_t { family, couple, single, shared, childrens_home };

struct Household {
  AddressIndex address = 0;
  AddressIndex later_address = 0;
  Date moves;  // none: never
  PersonIndex first = 0;
  std::uint16_t count = 0;
  std::uint16_t neighbourhood = 0;
  HouseholdType type = HouseholdType::single;
  bool has_car = false;
};

struct Address {
  std::uint16_t street = 0;
  std::uint16_t number = 1;
  std::uint8_t flat = 0;  // 0: a house
  std::uint16_t neighbourhood = 0;
};

enum class PremisesType : std::uint8_t {
  primary_school,
  secondary_school,
  takeaway,
  shop,
  pub,
  park,
  hotel,
  taxi_rank,
  station,
  youth_club,
  hospital,
  police_station,
  library,
};
inline constexpr std::size_t premises_type_count = 13;
[[nodiscard]] std::string_view category_of(PremisesType type);  // as records call it: "taxi-rank"

struct Premises {
  std::string name;
  AddressIndex address = 0;
  PremisesType type = PremisesType::shop;
  PersonIndex licensee = nobody;
};

struct Professional {
  PersonIndex person = nobody;
  std::string staff_number;
  std::string occupation;
  PremisesIndex works_at = nobody;
};

struct Taxi {
  PersonIndex driver = nobody;
  VehicleIndex vehicle = 0;
  std::string plate;   // of the licence, not of the car
  bool taken = false;  // belongs to a planted network
};

struct World {
  Names names;
  std::vector<Person> people;
  std::vector<Household> households;
  std::vector<Address> addresses;  // the later part of it is vacant
  std::size_t first_vacant = 0;
  std::vector<Premises> premises;
  std::vector<std::vector<PremisesIndex>> premises_of;  // by type
  std::vector<Taxi> taxis;
  std::vector<Professional> teachers, social_workers, officers, nurses;
  std::vector<PersonIndex> minors;  // everybody who is under 18 on some day of the period, but for planted children
  std::vector<PersonIndex> minors_at_risk;  // a tenth of them, whom agencies meet more often
  std::vector<PersonIndex> adults;          // 18 on the first day
  std::vector<PersonIndex> adults_known;    // a few of them, whom police meet more often
  std::vector<bool> planted;                // by person: belongs to a planted network
  Date first_day, last_day;
  PersonIndex first_number = 0;  // the first person's telephone has this number; above 0 where towns lie side by side

  [[nodiscard]] std::span<const PersonIndex> none() const { return {}; }
  [[nodiscard]] int age(PersonIndex person, Date on) const { return age_years(people[person].birth, on); }
  [[nodiscard]] AddressIndex home_of(PersonIndex person, Date on) const;
  [[nodiscard]] std::string surname_of(PersonIndex person, Date on) const;
  [[nodiscard]] std::string_view forename_of(PersonIndex person) const {
    return names.forename(people[person].forename);
  }
  // Another member of the household that fits, at random; nobody when there is none.
  [[nodiscard]] PersonIndex parent_of(PersonIndex child, Random& random) const;
  [[nodiscard]] PersonIndex sibling_of(PersonIndex child, Random& random) const;
  // The school attended on a day, by age (4 to 10, 11 to 17); nobody otherwise.
  [[nodiscard]] PremisesIndex school_of(PersonIndex child, Date on) const;
};

[[nodiscard]] World build_world(const Options& options);

// Texts of things. Registrations are by vehicle: a household's car has the household's number; taxis and others follow.
[[nodiscard]] std::string address_text(const World& world, AddressIndex address);   // "Flat 3, 12 Mill Road"
[[nodiscard]] std::string postcode_text(const World& world, AddressIndex address);  // "WB4 2AB"
[[nodiscard]] std::string uprn_text(AddressIndex address);
[[nodiscard]] std::string registration_text(VehicleIndex vehicle);  // "AB51 CDE", "R123 ABC"
[[nodiscard]] std::string vehicle_text(VehicleIndex vehicle);       // "silver Vauxhall Vectra"
[[nodiscard]] std::string nhs_number_text(std::uint32_t body);      // with its check digit; body must be valid
[[nodiscard]] bool has_nhs_check_digit(std::uint32_t body);         // false: the check would be 10
[[nodiscard]] std::string upn_text(const World& world, PersonIndex person);
[[nodiscard]] std::string phone_text(PersonIndex person);  // mobile, "07700 900123"

}  // namespace wider::town
