#include "town/ordinary.hpp"

#include <algorithm>

namespace wider::town {
namespace {

constexpr std::string_view sources[] = {"6", "6", "6", "2A", "2A", "3A", "3E", "3B", "1A", "1B", "5B", "4", "8", "9"};
constexpr std::string_view needs[] = {"N1", "N1", "N1", "N5", "N4", "N3", "N2", "N6", "N8"};

}  // namespace

OrdinaryLife::OrdinaryLife(const World& world, Agencies& agencies, std::uint64_t seed, std::uint32_t people)
    : world_(world),
      agencies_(agencies),
      random_(mix64(seed) ^ 0x6F'72'64'69ULL),
      people_(people),
      last_refused_(world.people.size()) {}

std::uint64_t OrdinaryLife::how_many(std::uint32_t per_year) {
  // Thousandths of an event a day, rounded at random.
  const std::uint64_t aim = std::uint64_t{per_year} * people_ * 1000 / (220'000ULL * 365);
  // A busy day has twice as many as a quiet one.
  const std::uint64_t today = aim * (70 + random_.below(61)) / 100;
  return today / 1000 + (random_.below(1000) < today % 1000 ? 1 : 0);
}

PersonIndex OrdinaryLife::child(Date day, int youngest, int oldest, unsigned at_risk_percent) {
  const auto& list = random_.below(100) < at_risk_percent ? world_.minors_at_risk : world_.minors;
  for (int tries = 0; tries < 60; ++tries) {
    const PersonIndex one = list[random_.below(list.size())];
    if (world_.people[one].birth > day || world_.planted[one]) continue;
    const int age = world_.age(one, day);
    if (age >= youngest && age <= oldest) return one;
  }
  return nobody;
}

PersonIndex OrdinaryLife::adult(unsigned known_percent) {
  const auto& list =
      random_.below(100) < known_percent && !world_.adults_known.empty() ? world_.adults_known : world_.adults;
  for (;;) {
    const PersonIndex one = list[random_.below(list.size())];
    if (!world_.planted[one]) return one;
  }
}

PersonIndex OrdinaryLife::schoolmate(PersonIndex one, Date day) {
  const PremisesIndex school = world_.school_of(one, day);
  const int age = world_.age(one, day);
  for (int tries = 0; tries < 400; ++tries) {
    const PersonIndex other = world_.minors[random_.below(world_.minors.size())];
    if (other == one || world_.planted[other] || world_.school_of(other, day) != school) continue;
    const int other_age = world_.age(other, day);
    if (other_age >= age - 1 && other_age <= age + 1) return other;
  }
  return nobody;
}

Where OrdinaryLife::premises(PremisesType type) {
  const auto& list = world_.premises_of[static_cast<std::size_t>(type)];
  // The better of two draws: the first of the list are met about twice as often as the middle ones.
  return {list[std::min(random_.below(list.size()), random_.below(list.size()))], nobody};
}

Where OrdinaryLife::public_place() {
  constexpr PremisesType types[] = {PremisesType::takeaway,   PremisesType::takeaway, PremisesType::shop,
                                    PremisesType::park,       PremisesType::park,     PremisesType::station,
                                    PremisesType::youth_club, PremisesType::library,  PremisesType::taxi_rank};
  return premises(types[random_.below(9)]);
}

VehicleIndex OrdinaryLife::car_of(PersonIndex person) const {
  const HouseholdIndex household = world_.people[person].household;
  return world_.households[household].has_car ? household : nobody;
}

Seen OrdinaryLife::seen_with(PersonIndex one, unsigned parent_percent, unsigned place_percent,
                             unsigned vehicle_percent) {
  Seen seen;
  if (random_.below(100) < parent_percent) {
    seen.adult.person = world_.parent_of(one, random_);
    if (seen.adult.known()) seen.adult_is = "parent";
  }
  if (random_.below(100) < place_percent) seen.place = public_place();
  if (random_.below(100) < vehicle_percent) {
    if (random_.below(4) == 0) {  // a taxi; some have twice the work of others
      const std::uint64_t pick = std::min(random_.below(world_.taxis.size()), random_.below(world_.taxis.size()));
      if (!world_.taxis[pick].taken) seen.vehicle = world_.taxis[pick].vehicle;
    } else {
      seen.vehicle = car_of(one);
    }
  }
  // One in fifty is with somebody of another household: an aunt, a neighbour, a friend's mother with her car or at her
  // home. A few such people look after many children.
  if (!seen.adult.known() && random_.below(50) == 0) {
    const std::uint64_t many = world_.adults.size() / 800 + 1;
    const PersonIndex other = random_.below(3) == 0 ? world_.adults[random_.below(many) * 797]
                                                    : world_.adults[mix64(one + 5) % world_.adults.size()];
    if (!world_.planted[other] && world_.people[other].household != world_.people[one].household) {
      seen.adult = {other, false};
      seen.adult_is = "other adult";
      if (random_.below(4) == 0) seen.vehicle = car_of(other);
    }
  }
  return seen;
}

void OrdinaryLife::crime_against_child(CrimeEvent& event) {
  const PersonIndex victim = child(event.day, 5, 17, 25);
  if (victim == nobody) return;
  event.victims[0].person = victim;
  event.code = "8";
  event.group = "Assault";
  const std::uint64_t how = random_.below(100);
  if (how < 40 && world_.age(victim, event.day) >= 10) {  // by another of the school
    event.suspects[0].person = schoolmate(victim, event.day);
    event.place =
        random_.below(3) == 0 ? Where{world_.school_of(victim, event.day), nobody} : premises(PremisesType::park);
  } else if (how < 60) {
    event.suspects[0].person = world_.parent_of(victim, random_);
    event.place = dwelling_of(victim, event.day);
  } else if (how < 66) {
    event.suspects[0].person = adult(40);
    event.place = public_place();
  } else {
    event.code = "39";
    event.group = "Theft from person";
    event.place = public_place();
  }
}

void OrdinaryLife::one_crime(Date day) {
  CrimeEvent event;
  event.day = day;
  event.disposal = "NFA";
  event.reason = "No suspect identified";
  const std::uint64_t kind = random_.below(100);
  if (kind < 38) {
    event.victims[0].person = adult(5);
    event.code = kind < 12 ? "28" : kind < 25 ? "58" : "48";
    event.group = kind < 12 ? "Burglary" : kind < 25 ? "Criminal damage" : "Vehicle crime";
    event.place = dwelling_of(event.victims[0].person, day);
    if (kind >= 25) event.vehicle = car_of(event.victims[0].person);
    if (random_.below(9) == 0) event.suspects[0].person = adult(70);
  } else if (kind < 55) {
    event.code = "46";
    event.group = "Shoplifting";
    event.place = premises(PremisesType::shop);
    event.suspects[0].person = random_.below(8) == 0 ? child(day, 11, 17, 40) : adult(75);
  } else if (kind < 66) {  // at home
    const PersonIndex victim = adult(15);
    const Household& household = world_.households[world_.people[victim].household];
    event.victims[0].person = victim;
    event.suspects[0].person = household.count > 1 ? household.first + (victim == household.first ? 1 : 0) : adult(60);
    if (world_.people[event.suspects[0].person].birth > add_months(day, -120)) event.suspects[0].person = nobody;
    event.code = "8";
    event.group = "Assault";
    event.place = dwelling_of(victim, day);
  } else if (kind < 80) {
    event.victims[0].person = adult(15);
    event.suspects[0].person = adult(60);
    if (random_.below(5) == 0) event.suspects[1].person = adult(60);
    if (random_.below(4) == 0) event.witness.person = adult(5);
    event.code = "8";
    event.group = "Assault";
    event.place = random_.below(2) == 0 ? premises(PremisesType::pub) : public_place();
  } else if (kind < 90) {
    crime_against_child(event);
    if (!event.victims[0].known()) return;
  } else {
    event.victims[0].person = adult(5);
    event.code = "49";
    event.group = "Other theft";
    event.place = public_place();
  }
  if (event.suspects[0].person == event.victims[0].person) event.suspects[0].person = nobody;
  if (event.suspects[1].person == event.suspects[0].person) event.suspects[1].person = nobody;
  if (event.suspects[0].known()) {
    const std::uint64_t end = random_.below(100);
    event.disposal = end < 30 ? "CHARGED" : end < 45 ? "CAUTION" : "NFA";
    event.reason = end < 45   ? ""
                   : end < 70 ? "Insufficient evidence"
                   : end < 88 ? "Victim declined"
                              : "Not in the public interest";
    event.to_prosecution = end < 36;
    event.no_charge = end >= 30;
    event.no_charge_reason = random_.below(2) == 0 ? "E1" : "P2";
  }
  agencies_.crime(event);
}

void OrdinaryLife::crimes(Date day) {
  for (std::uint64_t n = how_many(16'600); n > 0; --n) one_crime(day);
}

void OrdinaryLife::stops(Date day) {
  for (std::uint64_t n = how_many(4'000); n > 0; --n) {
    StopEvent event;
    event.day = day;
    event.place = public_place();
    const std::uint64_t kind = random_.below(100);
    if (kind < 30) {  // friends in a street or park
      const PersonIndex first = child(day, 13, 17, 30);
      if (first == nobody) continue;
      event.people[0].person = first;
      const std::uint64_t friends = 1 + random_.below(3);
      for (std::uint64_t i = 1; i <= friends; ++i) {
        const PersonIndex other = schoolmate(first, day);
        bool already = other == nobody;
        for (std::uint64_t j = 0; j < i; ++j) already |= event.people[j].person == other;
        if (already) break;
        event.people[i].person = other;
      }
      event.reason = "Group in public place";
    } else if (kind < 38) {  // a taxi
      const Taxi& taxi = world_.taxis[random_.below(world_.taxis.size())];
      if (taxi.taken) continue;
      event.vehicle = taxi.vehicle;
      event.people[0].person = taxi.driver;
      if (random_.below(3) == 0) event.people[1].person = random_.below(8) == 0 ? child(day, 14, 17, 10) : adult(20);
      event.reason = "Vehicle check";
    } else if (kind < 80) {
      const PersonIndex driver = adult(50);
      event.vehicle = car_of(driver);
      event.people[0].person = driver;
      if (event.vehicle != nobody && random_.below(3) == 0) {
        const Household& household = world_.households[world_.people[driver].household];
        const auto other = static_cast<PersonIndex>(household.first + random_.below(household.count));
        if (other != driver && world_.people[other].birth < day && !world_.planted[other])
          event.people[1].person = other;
      }
      event.reason = event.vehicle == nobody ? "Matching description" : "Road traffic";
    } else {
      event.people[0].person = adult(70);
      if (random_.below(3) == 0) event.people[1].person = adult(70);
      if (event.people[1].person == event.people[0].person) event.people[1].person = nobody;
      event.reason = "Matching description";
    }
    if (event.people[1].person == event.people[0].person) event.people[1].person = nobody;
    agencies_.stop(event);
  }
}

void OrdinaryLife::intelligence(Date day) {
  constexpr std::string_view reports[] = {"Subject seen at location.", "Subject believed to use vehicle.",
                                          "Subjects seen together.", "Subject believed to use telephone.",
                                          "Resident reports visitors at all hours."};
  for (std::uint64_t n = how_many(4'000); n > 0; --n) {
    IntelligenceEvent event;
    event.day = day;
    const std::uint64_t kind = random_.below(5);
    event.report = reports[kind];
    event.subjects[0].person = adult(85);
    event.subjects[0].street_name_only = random_.below(25) == 0;
    if (kind == 0) event.place = random_.below(2) == 0 ? public_place() : dwelling_of(event.subjects[0].person, day);
    if (kind == 1) event.vehicle = car_of(event.subjects[0].person);
    if (kind == 2) event.subjects[1].person = adult(85);
    if (kind == 3) event.phone_of = event.subjects[0].person;
    if (kind == 4) event.place = dwelling_of(event.subjects[0].person, day);
    if (event.subjects[1].person == event.subjects[0].person) event.subjects[1].person = nobody;
    agencies_.intelligence(event);
  }
  for (std::uint64_t n = how_many(3'000); n > 0; --n) {
    const PersonIndex keeper = adult(30);
    if (car_of(keeper) != nobody) agencies_.vehicle_keeper(car_of(keeper), keeper, day);
  }
  for (std::uint64_t n = how_many(2'000); n > 0; --n) {
    const PersonIndex user = adult(70);
    agencies_.phone_user(user, Who{user, random_.below(30) == 0}, day);
  }
}

// Most come home by themselves; some are found at a friend's or a relative's, a few in a public place.
void OrdinaryLife::missing(Date day) {
  for (std::uint64_t n = how_many(900); n > 0; --n) {
    const PersonIndex one = child(day, 10, 17, 65);
    if (one == nobody) continue;
    const Date to = day + static_cast<int>(random_.below(3));
    Seen found;
    const std::uint64_t where = random_.below(100);
    if (where < 45) {
      found.place = dwelling_of(one, day);
    } else if (where < 62) {
      const PersonIndex mate = schoolmate(one, day);
      if (mate != nobody) {
        found.place = dwelling_of(mate, day);
        if (random_.below(4) == 0) found.adult.person = mate;
      }
    } else if (where < 75) {  // always the same relative
      const PersonIndex relative = world_.adults[mix64(one) % world_.adults.size()];
      if (!world_.planted[relative]) {
        found.place = dwelling_of(relative, day);
        if (random_.below(3) == 0) found.adult.person = relative;
      }
    } else if (where < 95) {
      found.place = public_place();
    }
    agencies_.missing_report(one, day, to, found);
    if (random_.below(100) < 50) {
      found.adult = {};
      if (random_.below(2) == 0) found.place = {};
      agencies_.missing_episode(one, day, to, found);
    }
  }
}

void OrdinaryLife::one_referral(Date day) {
  const PersonIndex one = child(day, 0, 17, 45);
  if (one == nobody) return;
  // A second refusal within thirteen months is made by repeats() alone, at its own small rate.
  const bool refused_lately = last_refused_[one].valid() && day - last_refused_[one] < 400;
  const bool refused = !refused_lately && random_.below(100) < 27;
  if (agencies_.referral(one, day, sources[random_.below(14)], needs[random_.below(9)], refused) && refused)
    last_refused_[one] = day;
}

// Ordinary children about whom two agencies write within a year, each time in vain: 9 of 100,000 people a year.
void OrdinaryLife::repeats(Date day) {
  for (std::uint64_t n = how_many(20); n > 0; --n) {
    const PersonIndex one = child(day, 3, 16, 30);
    if (one == nobody || (last_refused_[one].valid() && day - last_refused_[one] < 400)) continue;
    if (!agencies_.referral(one, day, "2A", "N4", true)) continue;
    last_refused_[one] = day;
    pending_.push_back({one, day + static_cast<int>(random_.between(25, 240))});
  }
  std::erase_if(pending_, [&](const Pending& pending) {
    if (pending.day > day) return false;
    if (agencies_.referral(pending.child, day, random_.below(2) == 0 ? "6" : "3E", "N1", true))
      last_refused_[pending.child] = day;
    return true;
  });
}

void OrdinaryLife::social_care(Date day) {
  for (std::uint64_t n = how_many(8'000); n > 0; --n) {
    const PersonIndex one = child(day, 0, 17, 40);
    if (one == nobody) continue;
    const std::uint64_t end = random_.below(100);
    agencies_.contact(one, day, sources[random_.below(14)],
                      end < 62   ? "Advice"
                      : end < 92 ? "Referral"
                                 : "Early help",
                      seen_with(one, 14, 4, 1));
  }
  for (std::uint64_t n = how_many(3'000); n > 0; --n) one_referral(day);
  repeats(day);
}

void OrdinaryLife::health(Date day) {
  for (std::uint64_t n = how_many(21'000); n > 0; --n) {
    if (random_.below(100) < 62) {
      const PersonIndex one = child(day, 0, 17, 15);
      if (one != nobody) agencies_.emergency(one, day, seen_with(one, 9, 3, 1));
    } else {
      agencies_.emergency(adult(8), day, Seen{});
    }
  }
  for (std::uint64_t n = how_many(1'500); n > 0; --n) {
    if (random_.below(100) < 25) {
      const PersonIndex one = child(day, 13, 17, 20);
      if (one != nobody) agencies_.sexual_health(one, day);
    } else {
      agencies_.sexual_health(adult(5), day);
    }
  }
  if (weekday(day) >= 5) return;
  for (std::uint64_t n = how_many(25'000); n > 0; --n) {
    const PersonIndex one = child(day, 4, 15, 12);
    if (one != nobody) agencies_.school_nurse(one, day);
  }
}

void OrdinaryLife::education(Date day) {
  const int month = split(day).month;
  if (weekday(day) >= 5 || month == 8) return;
  for (std::uint64_t n = how_many(12'000); n > 0; --n) {
    const PersonIndex one = child(day, 5, 15, 45);
    if (one != nobody) agencies_.absence(one, day);
  }
  constexpr std::string_view categories[] = {"Welfare", "Welfare", "Attendance", "Behaviour", "Home", "Peer"};
  for (std::uint64_t n = how_many(4'300); n > 0; --n) {
    const PersonIndex one = child(day, 5, 15, 40);
    if (one != nobody) agencies_.concern(one, day, categories[random_.below(6)], seen_with(one, 18, 4, 3));
  }
}

void OrdinaryLife::licensing(Date day) {
  const int of_year = day - *make_date(split(day).year, 1, 1);
  for (const Taxi& taxi : world_.taxis) {
    if (mix64(taxi.driver) % 365 == static_cast<std::uint64_t>(of_year)) agencies_.taxi_driver(taxi, day);
  }
  for (PremisesIndex i = 0; i < world_.premises.size(); ++i) {
    if (world_.premises[i].licensee != nobody && mix64(i + 99) % 365 == static_cast<std::uint64_t>(of_year))
      agencies_.licensed_premises(i, day);
  }
}

void OrdinaryLife::day(Date date) {
  crimes(date);
  stops(date);
  intelligence(date);
  missing(date);
  social_care(date);
  health(date);
  education(date);
  licensing(date);
}

}  // namespace wider::town
