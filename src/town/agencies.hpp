// The agencies: each writes down what happened as it would, in its own layout, with its own index. Ordinary life and
// planted networks both come through here, so nothing in a row tells one from the other. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "town/noise.hpp"
#include "town/output.hpp"
#include "town/world.hpp"

namespace wider::town {

// A place an event names: a premises, a dwelling, or nothing.
struct Where {
  PremisesIndex premises = nobody;
  AddressIndex dwelling = nobody;
  [[nodiscard]] bool known() const { return premises != nobody || dwelling != nobody; }
};

// A person an event names: by name, or by a street name and a description only.
struct Who {
  PersonIndex person = nobody;
  bool street_name_only = false;
  [[nodiscard]] bool known() const { return person != nobody; }
};

// What else an event's row can name beside the child.
struct Seen {
  Who adult;
  std::string_view adult_is;  // "parent", "other adult", ...; "" with no adult
  Where place;
  VehicleIndex vehicle = nobody;
  PersonIndex phone_of = nobody;  // a number noted, by whose it is
};

struct CrimeEvent {
  Date day;
  Where place;
  std::string_view code;
  std::string_view group;
  std::array<Who, 2> victims;
  std::array<Who, 2> suspects;
  Who witness;
  VehicleIndex vehicle = nobody;
  std::string_view disposal;  // "NFA", "CHARGED", "CAUTION", "UNDETECTED"
  std::string_view reason;
  bool to_prosecution = false;  // a charging decision was asked for
  bool no_charge = false;       // and it was not to charge
  std::string_view no_charge_reason;
};

struct StopEvent {
  Date day;
  Where place;
  VehicleIndex vehicle = nobody;
  std::array<Who, 4> people;  // the first drives, where there is a vehicle
  std::string_view reason;
};

struct IntelligenceEvent {
  Date day;
  std::array<Who, 2> subjects;
  Where place;
  VehicleIndex vehicle = nobody;
  PersonIndex phone_of = nobody;
  std::string_view report;
};

// A child in need episode, for the census.
struct Episode {
  PersonIndex child = nobody;
  Date referred, closed;  // closed none: open on the last day
  std::string_view source, need, close_reason;
  Date plan_from;        // none: no plan
  Date protection_from;  // none: no protection plan
};

class Agencies {
 public:
  Agencies(const World& world, Clerk& clerk, Output& output, std::uint64_t seed, Date grading_changes);

  // Social care. source is a code of the census's code set ("2A" schools, "6" police).
  void contact(PersonIndex child, Date day, std::string_view source, std::string_view outcome, const Seen& seen);
  // Ends with no further action, or goes on to an assessment and perhaps plans. false: this child has a referral of
  // that day.
  bool referral(PersonIndex child, Date day, std::string_view source, std::string_view need, bool no_further_action);
  void missing_episode(PersonIndex child, Date from, Date to, const Seen& found);
  [[nodiscard]] const std::vector<Episode>& episodes() const { return episodes_; }
  [[nodiscard]] std::string social_care_number(PersonIndex child) const;
  void census(int year);

  void crime(const CrimeEvent& event);
  void intelligence(const IntelligenceEvent& event);
  void missing_report(PersonIndex child, Date from, Date to, const Seen& found);
  void stop(const StopEvent& event);
  void vehicle_keeper(VehicleIndex vehicle, PersonIndex keeper, Date day);
  void phone_user(PersonIndex phone_of, const Who& user, Date day);

  void emergency(PersonIndex patient, Date day, const Seen& seen);
  void sexual_health(PersonIndex patient, Date day);
  void school_nurse(PersonIndex child, Date day);

  void absence(PersonIndex child, Date day);
  void concern(PersonIndex child, Date day, std::string_view category, const Seen& seen);

  void taxi_driver(const Taxi& taxi, Date granted);
  void licensed_premises(PremisesIndex premises, Date granted);

 private:
  // The person's number in an agency's index; made at the first call with register_now.
  std::string number(Agency agency, PersonIndex person, bool register_now);
  bool knows(Agency agency, PersonIndex person) const {
    return numbers_[static_cast<std::size_t>(agency)][person] != 0;
  }
  void enter_in_social_care(PersonIndex child, Date day);
  void social_care_address(PersonIndex child, Date day);
  void follow_up(const Episode& episode, const std::string& id);

  // Cells shared by several layouts.
  void place_cells(Row& row, const Where& where, bool with_uprn_column);
  void vehicle_cells(Row& row, VehicleIndex vehicle);
  std::string vehicle_as_written(VehicleIndex vehicle);
  std::string phone_as_written(PersonIndex person);
  std::string place_as_written(const Where& where);
  std::string postcode_of(const Where& where);
  std::string description_of(PersonIndex person);
  void crime_person(Row& row, const Who& who, Date day, bool suspect);
  void intelligence_person(Row& row, const Who& who, Date day);
  void stop_person(Row& row, const Who& who, Date day, std::string_view role);
  void adult_cells(Row& row, const Who& who, std::string_view is, Date day);
  void charging_decision(const CrimeEvent& event, const std::string& crime);
  std::string grading(Date day);
  Date later(Date day, int low, int high) { return day + static_cast<int>(random_.between(low, high)); }
  std::string next_id(std::size_t layout, std::string_view prefix, Date day);

  const World& world_;
  Clerk& clerk_;
  Output& output_;
  Random random_;
  Date grading_changes_;
  std::array<std::vector<std::uint32_t>, 6> numbers_;  // by agency and person; 0: not in its index
  std::array<std::uint32_t, 6> next_number_{};
  std::array<std::uint32_t, layout_count> next_record_{};
  std::unordered_map<PersonIndex, std::string> police_staff_;
  std::vector<AddressIndex> address_in_social_care_;
  std::vector<Episode> episodes_;
  std::unordered_set<std::uint64_t> referral_days_;
  std::unordered_set<std::uint64_t> census_referrals_;
};

[[nodiscard]] std::string slashed(Date date);          // "03/03/2009"
[[nodiscard]] std::string with_month_name(Date date);  // "03-Mar-2009"
[[nodiscard]] std::string slashed(const PartialDate& date);
[[nodiscard]] std::string with_month_name(const PartialDate& date);
[[nodiscard]] std::string upper(std::string_view text);  // ASCII letters only

}  // namespace wider::town
