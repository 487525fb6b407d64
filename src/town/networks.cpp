#include "town/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/check.hpp"

namespace wider::town {
namespace {

constexpr std::array<Agency, 4> telling = {Agency::social_care, Agency::police, Agency::health, Agency::education};
constexpr int core_days = 300;
// An agency that is told of more missing episodes with one end could see by itself that different children go there.
constexpr int missing_told_to_one = 2;

class Planner {
 public:
  Planner(World& world, const Options& options) : world_(world), random_(mix64(options.seed) ^ 0x6E'65'74'73ULL) {
    const std::uint32_t in_proportion = std::max(2U, options.people / 10'000);
    count_ = options.networks < 0 ? in_proportion : static_cast<std::uint32_t>(options.networks);
    const auto employ = [&](const std::vector<Professional>& list) {
      for (const Professional& one : list) employed_.insert(one.person);
    };
    employ(world.teachers);
    employ(world.social_workers);
    employ(world.officers);
    employ(world.nurses);
    for (const Taxi& taxi : world.taxis) employed_.insert(taxi.driver);
    for (const Premises& premises : world.premises) employed_.insert(premises.licensee);
  }

  Plan plan() {
    for (std::uint32_t i = 0; i < count_; ++i) {
      Network network;
      choose_days(network);
      choose_adults(network);
      choose_things(network);
      if (!choose_children(network)) break;  // a town too small for more
      plan_.networks.push_back(std::move(network));
      spread_ties(i);
    }
    std::stable_sort(plan_.ties.begin(), plan_.ties.end(), [](const Tie& a, const Tie& b) { return a.day < b.day; });
    return std::move(plan_);
  }

 private:
  void choose_days(Network& network) {
    const int period = world_.last_day - world_.first_day;
    const int length = std::min(static_cast<int>(random_.between(310, 720)), period - 60);
    network.from = world_.first_day + static_cast<int>(random_.between(20, std::max(20, period - length - 30)));
    network.to = network.from + length;
    network.core = network.from + static_cast<int>(random_.between(0, std::max(0, length - core_days)));
  }

  [[nodiscard]] bool lives_without_children(PersonIndex person) const {
    const HouseholdType type = world_.households[world_.people[person].household].type;
    return type != HouseholdType::family && type != HouseholdType::childrens_home;
  }

  PersonIndex free_adult() {
    for (;;) {
      const PersonIndex one = world_.adults[random_.below(world_.adults.size())];
      const int age = world_.age(one, world_.first_day);
      if (age < 19 || age > 48 || world_.planted[one] || employed_.contains(one) || !lives_without_children(one))
        continue;
      world_.planted[one] = true;
      return one;
    }
  }

  void choose_adults(Network& network) {
    const std::uint64_t count = 2 + random_.below(4);
    if (random_.below(100) < 35) {  // one drives a taxi
      for (Taxi& taxi : world_.taxis) {
        if (taxi.taken || world_.planted[taxi.driver] || !lives_without_children(taxi.driver) || random_.below(3) != 0)
          continue;
        taxi.taken = true;
        world_.planted[taxi.driver] = true;
        network.adults.push_back(taxi.driver);
        network.vehicles.push_back(taxi.vehicle);
        break;
      }
    }
    while (network.adults.size() < count) network.adults.push_back(free_adult());
    network.identified.assign(count, false);
    for (std::size_t i = 0; i < count; ++i)
      network.identified[i] = i == 0 || (i + 1 < count && random_.below(100) < 60);
  }

  void choose_things(Network& network) {
    const std::size_t cars = 1 + random_.below(2);
    for (std::size_t i = 0; network.vehicles.size() < cars && i < network.adults.size(); ++i) {
      const HouseholdIndex household = world_.people[network.adults[i]].household;
      world_.households[household].has_car = true;
      network.vehicles.push_back(household);
    }
    network.phone_of = network.adults[random_.below(network.adults.size())];
    network.dwelling = random_.below(100) < 60 ? static_cast<AddressIndex>(world_.first_vacant++)
                                               : world_.home_of(network.adults.back(), network.core);
    CHECK(network.dwelling < world_.addresses.size());
    const std::uint64_t places = random_.below(3);
    for (std::uint64_t i = 0; i < places; ++i) {
      const auto& list =
          world_.premises_of[static_cast<std::size_t>(i == 0 ? PremisesType::takeaway : PremisesType::hotel)];
      network.premises.push_back(list[random_.below(list.size())]);
    }
    const std::uint64_t main = random_.below(100);
    network.main = main < 38   ? Anchor::dwelling
                   : main < 76 ? Anchor::vehicle
                   : main < 88 ? Anchor::phone
                               : Anchor::adult;
  }

  // Aged 12 to 15, of different households, and at most two of one school.
  bool choose_children(Network& network) {
    const std::size_t count = 4 + random_.below(5);
    for (int tries = 0; network.children.size() < count && tries < 20'000; ++tries) {
      const PersonIndex one = world_.minors[random_.below(world_.minors.size())];
      if (world_.planted[one] || world_.people[one].birth > network.from || world_.people[one].twin != nobody) continue;
      const int age = world_.age(one, network.from);
      if (age < 12 || age > 15) continue;
      const Household& household = world_.households[world_.people[one].household];
      if (household.type == HouseholdType::childrens_home && random_.below(4) != 0) continue;
      std::size_t same_school = 0;
      bool same_household = false;
      for (const PersonIndex other : network.children) {
        same_household |= world_.people[other].household == world_.people[one].household;
        if (world_.people[other].secondary_school == world_.people[one].secondary_school) ++same_school;
      }
      if (same_household || same_school > 1) continue;
      world_.planted[one] = true;
      network.children.push_back(one);
    }
    return network.children.size() >= 4;
  }

  Date day_in(Date from, Date to) { return from + static_cast<int>(random_.between(0, std::max(0, to - from))); }

  // Child i is known to one agency, two children to each; some are known to a second agency that has room.
  void spread_ties(std::uint32_t index) {
    const Network& network = plan_.networks[index];
    std::array<Agency, 4> order = telling;
    for (std::size_t i = 3; i > 0; --i) std::swap(order[i], order[random_.below(i + 1)]);
    const auto children = static_cast<std::uint32_t>(network.children.size());
    std::array<std::uint32_t, 4> told{};
    const Date core_end = std::min(network.core + core_days, network.to);
    for (std::uint32_t child = 0; child < children; ++child) {
      const std::size_t first = child % 4;
      ++told[first];
      CHECK(told[first] <= 2);
      plan_.ties.push_back({index, child, order[first], day_in(network.core, core_end), network.main});
      for (std::uint64_t more = 1 + random_.below(2); more > 0; --more) {
        const bool main = random_.below(100) < 60;
        plan_.ties.push_back(
            {index, child, order[first], day_in(network.from, network.to), main ? network.main : any_anchor()});
      }
    }
    for (std::uint32_t child = 0; child < children; ++child) {
      const std::size_t second = (child + 1) % 4;
      const bool holds_child_already = children > 4 && told[second] >= 2;
      if (holds_child_already || told[second] >= 2 || random_.below(2) == 0) continue;
      ++told[second];
      plan_.ties.push_back({index, child, order[second], day_in(network.core, core_end), network.main});
    }
  }

  Anchor any_anchor() { return static_cast<Anchor>(random_.below(4)); }

  World& world_;
  Random random_;
  Plan plan_;
  std::uint32_t count_ = 0;
  std::unordered_set<PersonIndex> employed_;
};

}  // namespace

Plan plan_networks(World& world, const Options& options) {
  return Planner(world, options).plan();
}

PlantedLife::PlantedLife(const World& world, const Plan& plan, Agencies& agencies, std::uint64_t seed)
    : world_(world), plan_(plan), agencies_(agencies), random_(mix64(seed) ^ 0x70'6C'61'6EULL) {
  for (const Tie& tie : plan.ties)
    events_.push_back({tie.day, tie.network, tie.child, What::tie, tie.anchor, tie.agency, 0});
  for (std::uint32_t i = 0; i < plan.networks.size(); ++i) schedule(i);
  std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.day < b.day; });
}

// Beside the ties: what any child of that age gives, refused referrals, and what ties the network's adults and things.
void PlantedLife::schedule(std::uint32_t index) {
  const Network& network = plan_.networks[index];
  const auto add = [&](std::uint32_t child, What what, Date from, Date to, std::uint8_t variant = 0) {
    if (to < from) return;
    events_.push_back({from + static_cast<int>(random_.between(0, to - from)), index, child, what, network.main,
                       Agency::police, variant});
  };
  for (std::uint32_t child = 0; child < network.children.size(); ++child) {
    // Every child is referred once in vain; half are a second time, by another agency.
    const Date middle = network.from + (network.to - network.from) / 2;
    add(child, What::refused_referral, network.from, middle, 0);
    if (random_.below(2) == 0) add(child, What::refused_referral, middle, std::min(middle + 150, network.to), 1);
    if (random_.below(2) == 0) add(child, What::advice_contact, network.from, network.to);
    for (std::uint64_t n = random_.below(3); n > 0; --n) add(child, What::missing_home, network.from, network.to);
    for (std::uint64_t n = 1 + random_.below(4); n > 0; --n) add(child, What::absence, network.from, network.to);
    if (random_.below(100) < 35) add(child, What::clinic, network.core, network.to);
    for (std::uint64_t n = random_.below(4); n > 0; --n) add(child, What::emergency, world_.first_day, world_.last_day);
  }
  for (std::size_t i = 0; i < network.vehicles.size(); ++i)
    add(0, What::keeper, network.from, network.to, static_cast<std::uint8_t>(i));
  add(0, What::user, network.from, network.to);
  for (std::uint8_t n = 0; n < 3; ++n) add(0, What::sighting, network.from, network.to, n);
}

Seen PlantedLife::seen(const Network& network, Anchor anchor, std::uint32_t extra) {
  Seen out;
  const auto set = [&](Anchor which) {
    switch (which) {
      case Anchor::dwelling:
        out.place = {nobody, network.dwelling};
        break;
      case Anchor::vehicle:
        out.vehicle = network.vehicles.front();
        break;
      case Anchor::phone:
        out.phone_of = network.phone_of;
        break;
      case Anchor::adult:
        out.adult.person = network.adults.front();
        out.adult_is = "other adult";
        break;
    }
  };
  set(anchor);
  // Sometimes a second thing of the network's is named in the same row.
  if (extra % 10 < 2 && network.vehicles.size() > 1 && out.vehicle == nobody) out.vehicle = network.vehicles[1];
  if (extra % 10 == 2) set(Anchor::vehicle);
  if (extra % 10 == 3) set(Anchor::adult);
  if (extra % 10 == 4 && !network.premises.empty() && !out.place.known())
    out.place = {network.premises.front(), nobody};
  if (extra % 10 == 5 && !out.adult.known()) {
    out.adult = {network.adults.back(), !network.identified.back()};
    out.adult_is = "other adult";
  }
  return out;
}

bool PlantedLife::room_for_missing(const Event& event) {
  return ++missing_told_[{event.network, event.agency}] <= missing_told_to_one;
}

void PlantedLife::tell_police(const Event& event, const Seen& seen_there) {
  const Network& network = plan_.networks[event.network];
  const PersonIndex child = network.children[event.child];
  const std::uint64_t how = random_.below(3);
  if (how == 0 && event.anchor == Anchor::vehicle) {
    StopEvent stop;
    stop.day = event.day;
    stop.vehicle = network.vehicles.front();
    stop.people[0].person = network.adults.front();
    stop.people[1].person = child;
    stop.reason = "Vehicle check";
    agencies_.stop(stop);
  } else if (how == 1 && event.anchor != Anchor::phone) {
    CrimeEvent crime;
    crime.day = event.day;
    crime.code = "8";
    crime.group = "Offence against the person";
    crime.victims[0].person = child;
    crime.place = seen_there.place;
    crime.vehicle = seen_there.vehicle;
    crime.suspects[0] =
        seen_there.adult.known() ? seen_there.adult : Who{network.adults.back(), !network.identified.back()};
    crime.disposal = "NFA";
    crime.reason = random_.below(2) == 0 ? "Victim declined" : "Insufficient evidence";
    crime.to_prosecution = !crime.suspects[0].street_name_only && random_.below(2) == 0;
    crime.no_charge = true;
    crime.no_charge_reason = "E2";
    agencies_.crime(crime);
  } else if (room_for_missing(event)) {
    agencies_.missing_report(child, event.day, event.day + static_cast<int>(random_.below(3)), seen_there);
  } else {
    IntelligenceEvent report;
    report.day = event.day;
    report.subjects[0].person = child;
    report.subjects[1] = seen_there.adult;
    report.place = seen_there.place;
    report.vehicle = seen_there.vehicle;
    report.phone_of = seen_there.phone_of;
    report.report = "Subject seen at location.";
    agencies_.intelligence(report);
  }
}

void PlantedLife::tell_tie(const Event& event) {
  const Network& network = plan_.networks[event.network];
  const PersonIndex child = network.children[event.child];
  const Seen seen_there = seen(network, event.anchor, static_cast<std::uint32_t>(random_.below(10)));
  switch (event.agency) {
    case Agency::social_care:
      if (event.anchor != Anchor::phone && event.anchor != Anchor::adult && random_.below(3) == 0 &&
          room_for_missing(event)) {
        agencies_.missing_episode(child, event.day, event.day + static_cast<int>(random_.below(3)), seen_there);
      } else {
        agencies_.contact(child, event.day, random_.below(2) == 0 ? "1A" : "8", "Advice", seen_there);
      }
      break;
    case Agency::health:
      agencies_.emergency(child, event.day, seen_there);
      break;
    case Agency::education:
      agencies_.concern(child, event.day, "Welfare", seen_there);
      break;
    default:
      tell_police(event, seen_there);
  }
}

void PlantedLife::tell(const Event& event) {
  const Network& network = plan_.networks[event.network];
  const PersonIndex child = network.children[event.child];
  const bool minor = world_.people[child].birth <= event.day && world_.age(child, event.day) < 18;
  switch (event.what) {
    case What::tie:
      tell_tie(event);
      break;
    case What::refused_referral:
      agencies_.referral(child, event.day, event.variant == 0 ? "2A" : random_.below(2) == 0 ? "6" : "3E", "N6", true);
      break;
    case What::advice_contact:
      agencies_.contact(child, event.day, "2A", "Advice", Seen{});
      break;
    case What::missing_home: {
      Seen found;
      found.place = {nobody, world_.home_of(child, event.day)};
      agencies_.missing_report(child, event.day, event.day + 1, found);
      break;
    }
    case What::absence:
      if (minor) agencies_.absence(child, event.day);
      break;
    case What::keeper: {
      const std::size_t adult = std::min<std::size_t>(event.variant, network.adults.size() - 1);
      agencies_.vehicle_keeper(network.vehicles[event.variant], network.adults[adult], event.day);
      break;
    }
    case What::user: {
      const auto at =
          std::find(network.adults.begin(), network.adults.end(), network.phone_of) - network.adults.begin();
      agencies_.phone_user(network.phone_of, Who{network.phone_of, !network.identified[static_cast<std::size_t>(at)]},
                           event.day);
      break;
    }
    case What::sighting: {
      IntelligenceEvent report;
      report.day = event.day;
      const std::size_t which = event.variant % network.adults.size();
      report.subjects[0] = Who{network.adults[which], !network.identified[which]};
      report.vehicle = network.vehicles.back();
      if (event.variant != 1) report.place = {nobody, network.dwelling};
      report.report = "Subject believed to use vehicle.";
      agencies_.intelligence(report);
      break;
    }
    case What::clinic:
      if (minor) agencies_.sexual_health(child, event.day);
      break;
    case What::emergency:
      if (world_.people[child].birth <= event.day) agencies_.emergency(child, event.day, Seen{});
      break;
  }
}

void PlantedLife::day(Date date) {
  for (; next_ < events_.size() && events_[next_].day <= date; ++next_) tell(events_[next_]);
}

std::string networks_truth(const Plan& plan) {
  std::string out = "network,person,role,from,to\n";
  for (std::size_t i = 0; i < plan.networks.size(); ++i) {
    const Network& network = plan.networks[i];
    const auto line = [&](PersonIndex person, std::string_view role) {
      out += fmt::format("N{:03},{},{},{},{}\n", i + 1, person_name(person), role, to_iso(network.from),
                         to_iso(network.to));
    };
    for (const PersonIndex adult : network.adults) line(adult, "adult");
    for (const PersonIndex child : network.children) line(child, "child");
  }
  return out;
}

std::string network_things_truth(const World& world, const Plan& plan) {
  constexpr std::string_view anchors[] = {"dwelling", "vehicle", "phone", "adult"};
  std::string out = "network,kind,value,main\n";
  for (std::size_t i = 0; i < plan.networks.size(); ++i) {
    const Network& network = plan.networks[i];
    const auto line = [&](std::string_view kind, std::string_view value, bool first = true) {
      out += fmt::format("N{:03},{},\"{}\",{}\n", i + 1, kind, value,
                         first && kind == anchors[static_cast<std::size_t>(network.main)] ? "yes" : "no");
    };
    line("dwelling", address_text(world, network.dwelling) + ", " + postcode_text(world, network.dwelling));
    for (const VehicleIndex vehicle : network.vehicles) {
      line("vehicle", registration_text(vehicle), vehicle == network.vehicles.front());
    }
    line("phone", phone_text(network.phone_of));
    line("adult", person_name(network.adults.front()));
    for (const PremisesIndex premises : network.premises) line("premises", world.premises[premises].name);
  }
  return out;
}

}  // namespace wider::town
