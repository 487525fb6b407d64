// Ordinary life: what agencies record of a town in which nothing is planted, day by day. Most of it looks like a piece
// of something: children of several families at one takeaway, taxis, stops of friends, brothers and sisters at one
// address, parents' cars, teachers who raise many concerns. Rates are for 220,000 people and scale with the town. Not
// thread-safe.
#pragma once

#include <vector>

#include "town/agencies.hpp"

namespace wider::town {

class OrdinaryLife {
 public:
  OrdinaryLife(const World& world, Agencies& agencies, std::uint64_t seed, std::uint32_t people);
  void day(Date date);

 private:
  [[nodiscard]] std::uint64_t how_many(std::uint32_t per_year);
  // A child of that age on that day, from the few at risk with the given percentage; nobody after many misses.
  [[nodiscard]] PersonIndex child(Date day, int youngest, int oldest, unsigned at_risk_percent);
  [[nodiscard]] PersonIndex adult(unsigned known_percent);
  [[nodiscard]] PersonIndex schoolmate(PersonIndex child, Date day);  // of about the same age, at the same school
  [[nodiscard]] Where premises(PremisesType type);                    // popular ones more often
  [[nodiscard]] Where dwelling_of(PersonIndex person, Date day) const { return {nobody, world_.home_of(person, day)}; }
  [[nodiscard]] Where public_place();
  [[nodiscard]] VehicleIndex car_of(PersonIndex person) const;
  // With what else a row about a child is filled: mostly nothing, sometimes a parent, a place, a car.
  [[nodiscard]] Seen seen_with(PersonIndex child, unsigned parent_percent, unsigned place_percent,
                               unsigned vehicle_percent);

  void crimes(Date day);
  void one_crime(Date day);
  void crime_against_child(CrimeEvent& event);
  void stops(Date day);
  void intelligence(Date day);
  void missing(Date day);
  void social_care(Date day);
  void one_referral(Date day);
  void repeats(Date day);
  void health(Date day);
  void education(Date day);
  void licensing(Date day);

  const World& world_;
  Agencies& agencies_;
  Random random_;
  std::uint32_t people_;
  struct Pending {
    PersonIndex child;
    Date day;
  };
  std::vector<Pending> pending_;    // second referrals to come
  std::vector<Date> last_refused_;  // by person: the last referral closed with no further action
};

}  // namespace wider::town
