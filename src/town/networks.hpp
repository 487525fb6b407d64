// Planted networks: a few adults, some children, places, vehicles and phones, whose events are told to different
// agencies. Each agency is told of at most two of a network's children together with anything of the network's (its
// adults, dwelling, vehicles, phones), over all years, and of at most two missing episodes that end there; pooled, at
// least four children are within ten months. Network children are left out of ordinary life's random draws, so that
// nothing by chance breaks these bounds. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "town/agencies.hpp"

namespace wider::town {

enum class Anchor : std::uint8_t { dwelling, vehicle, phone, adult };

struct Network {
  Date from, to;  // active
  Date core;      // the ten months from here hold a tie of every child to the main anchor
  Anchor main = Anchor::dwelling;
  std::vector<PersonIndex> adults;  // the first is known by name; see identified
  std::vector<bool> identified;
  std::vector<PersonIndex> children;
  AddressIndex dwelling = 0;
  std::vector<VehicleIndex> vehicles;
  std::vector<PremisesIndex> premises;
  PersonIndex phone_of = nobody;
};

// One thing that happened between a child and a network, and the one agency that was told.
struct Tie {
  std::uint32_t network;
  std::uint32_t child;  // which of the network's
  Agency agency;
  Date day;
  Anchor anchor;
};

struct Plan {
  std::vector<Network> networks;
  std::vector<Tie> ties;  // by day
};

// Chooses people and things out of the world (and marks them planted and taken) and spreads the ties.
[[nodiscard]] Plan plan_networks(World& world, const Options& options);

// Tells the agencies what the plan has for a day.
class PlantedLife {
 public:
  PlantedLife(const World& world, const Plan& plan, Agencies& agencies, std::uint64_t seed);
  void day(Date date);

 private:
  enum class What : std::uint8_t {
    tie,
    refused_referral,
    advice_contact,
    missing_home,
    absence,
    keeper,
    user,
    sighting,
    clinic,
    emergency
  };
  struct Event {
    Date day;
    std::uint32_t network;
    std::uint32_t child;
    What what;
    Anchor anchor;
    Agency agency;
    std::uint8_t variant;
  };
  void schedule(std::uint32_t network);
  void tell(const Event& event);
  void tell_tie(const Event& event);
  void tell_police(const Event& event, const Seen& seen_there);
  // Whether the agency may be told of one more missing episode that ends at something of the network's.
  [[nodiscard]] bool room_for_missing(const Event& event);
  [[nodiscard]] Seen seen(const Network& network, Anchor anchor, std::uint32_t extra);

  const World& world_;
  const Plan& plan_;
  Agencies& agencies_;
  Random random_;
  std::vector<Event> events_;  // by day
  std::size_t next_ = 0;
  std::map<std::pair<std::uint32_t, Agency>, int> missing_told_;  // by network and agency
};

[[nodiscard]] std::string networks_truth(const Plan& plan);
[[nodiscard]] std::string network_things_truth(const World& world, const Plan& plan);

}  // namespace wider::town
