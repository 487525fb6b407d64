#include "town/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/check.hpp"

namespace wider::town {
namespace {

constexpr std::int64_t in_years(std::int64_t years) {  // in days, leap days left out
  return years * 365;
}

class Builder {
 public:
  explicit Builder(const Options& options) : options_(options), random_(mix64(options.seed) ^ 0x70'6F'70'75ULL) {
    world_.first_day = *make_date(options.first_year, 1, 1);
    world_.last_day = *make_date(options.last_year, 12, 31);
    neighbourhoods_ = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(options.people / 10'000, 3, 40));
  }

  World build() {
    build_households();
    build_addresses();
    build_premises();
    place_people();
    choose_professionals();
    build_lists();
    return std::move(world_);
  }

 private:
  PersonIndex add_person(HouseholdIndex household, Date birth, Sex sex, NameIndex surname, std::uint8_t origin) {
    Person person;
    person.household = household;
    person.birth = birth;
    person.sex = sex;
    person.origin = origin;
    person.forename = world_.names.draw_forename(random_, origin, sex);
    person.surname = surname;
    do {
      person.nhs_body =
          (options_.people <= 850'000 ? 999'000'000U : 990'000'000U) + next_nhs_++;  // 999 is never issued
    } while (!has_nhs_check_digit(person.nhs_body));
    if (random_.chance(options_.noise.name_change)) {
      person.name_changes = day_between(world_.first_day, world_.last_day);
      do {
        person.later_surname = world_.names.draw_surname(random_, origin);
      } while (person.later_surname == surname);
    }
    world_.people.push_back(person);
    return static_cast<PersonIndex>(world_.people.size() - 1);
  }

  Date day_between(Date low, Date high) {
    return Date{static_cast<std::int32_t>(random_.between(low.days, high.days))};
  }
  Sex any_sex() { return random_.below(2) == 0 ? Sex::female : Sex::male; }

  void build_households() {
    world_.people.reserve(options_.people + 8);
    while (world_.people.size() < options_.people) {
      Household household;
      household.first = static_cast<PersonIndex>(world_.people.size());
      household.neighbourhood = static_cast<std::uint16_t>(random_.below(neighbourhoods_));
      household.has_car = random_.below(100) < 72;
      const std::uint64_t kind = random_.below(1000);
      const auto index = static_cast<HouseholdIndex>(world_.households.size());
      if (kind < 460) {
        household.type = HouseholdType::family;
        fill_family(index);
      } else if (kind < 700) {
        household.type = HouseholdType::couple;
        fill_adults(index, 2, true);
      } else if (kind < 920) {
        household.type = HouseholdType::single;
        fill_adults(index, 1, true);
      } else {
        household.type = HouseholdType::shared;
        fill_adults(index, static_cast<int>(random_.between(2, 4)), false);
      }
      finish_household(household);
      // One children's home for about 50,000 people: children of different families at one address.
      if (world_.households.size() % 20'000 == 4'000) add_childrens_home();
    }
  }

  void finish_household(Household& household) {
    household.count = static_cast<std::uint16_t>(world_.people.size() - household.first);
    if (random_.below(100) < 32) household.moves = day_between(world_.first_day, world_.last_day);
    world_.households.push_back(household);
  }

  void add_childrens_home() {
    Household home;
    home.first = static_cast<PersonIndex>(world_.people.size());
    home.neighbourhood = static_cast<std::uint16_t>(random_.below(neighbourhoods_));
    home.type = HouseholdType::childrens_home;
    const auto index = static_cast<HouseholdIndex>(world_.households.size());
    for (int i = 0; i < 6; ++i) {
      const std::uint8_t origin = world_.names.draw_origin(random_);
      const PersonIndex child =
          add_person(index, world_.first_day + -static_cast<int>(random_.between(in_years(10), in_years(15))),
                     any_sex(), world_.names.draw_surname(random_, origin), origin);
      world_.people[child].child_of_household = true;
    }
    home.count = 6;
    world_.households.push_back(home);
  }

  void fill_family(HouseholdIndex household) {
    const std::uint8_t origin = world_.names.draw_origin(random_);
    const NameIndex surname = world_.names.draw_surname(random_, origin);
    Date birth = day_between(*make_date(options_.first_year - 20, 1, 1), world_.last_day);
    const Date mother_born = birth + -static_cast<int>(random_.between(in_years(18), in_years(38)));
    const bool two_parents = random_.below(100) < 74;
    const bool mother_kept_name = random_.below(100) < 22;
    const bool double_barrelled = random_.below(100) < 5;
    const NameIndex other = world_.names.draw_surname(random_, origin);
    add_person(household, mother_born, Sex::female, mother_kept_name ? other : surname, origin);
    if (two_parents)
      add_person(household, mother_born + -static_cast<int>(random_.between(-1500, 3000)), Sex::male, surname, origin);
    const std::uint64_t size = random_.below(100);
    const int births = size < 36 ? 1 : size < 76 ? 2 : size < 92 ? 3 : size < 97 ? 4 : 5;
    for (int i = 0; i < births && birth <= world_.last_day; ++i) {
      const PersonIndex child = add_child(household, birth, surname, double_barrelled ? other : UINT16_MAX, origin);
      if (random_.chance(options_.noise.twin)) {
        const PersonIndex twin = add_child(household, birth, surname, double_barrelled ? other : UINT16_MAX, origin);
        world_.people[twin].name_changes = Date{};
        world_.people[child].twin = twin;
        world_.people[twin].twin = child;
      }
      birth = birth + static_cast<int>(random_.between(400, 1600));
    }
  }

  // Siblings do not bear one forename, and twins' forenames do not begin alike.
  PersonIndex add_child(HouseholdIndex household, Date birth, NameIndex surname, NameIndex second,
                        std::uint8_t origin) {
    const PersonIndex child = add_person(household, birth, any_sex(), surname, origin);
    Person& person = world_.people[child];
    person.child_of_household = true;
    person.second_surname = second;
    const auto clashes = [&](NameIndex name) {
      for (PersonIndex next = child; next > 0 && world_.people[next - 1].household == household; --next) {
        const PersonIndex i = next - 1;
        if (world_.people[i].forename == name) return true;
        if (world_.people[i].birth == birth &&
            world_.names.forename(world_.people[i].forename)[0] == world_.names.forename(name)[0])
          return true;
      }
      return false;
    };
    while (clashes(person.forename)) person.forename = world_.names.draw_forename(random_, origin, person.sex);
    return child;
  }

  void fill_adults(HouseholdIndex household, int count, bool one_family) {
    std::uint8_t origin = world_.names.draw_origin(random_);
    NameIndex surname = world_.names.draw_surname(random_, origin);
    Date birth = world_.first_day + -static_cast<int>(random_.between(in_years(19), in_years(84)));
    for (int i = 0; i < count; ++i) {
      if (i > 0 && (!one_family || random_.below(100) < 25)) {
        if (!one_family) origin = world_.names.draw_origin(random_);
        surname = world_.names.draw_surname(random_, origin);
      }
      add_person(household, birth, one_family && count == 2 ? (i == 0 ? Sex::female : Sex::male) : any_sex(), surname,
                 origin);
      birth = std::min(birth + static_cast<int>(random_.between(-1800, 1800)), world_.first_day + -in_years(19));
    }
  }

  // Streets belong to one neighbourhood; each has 30 to 150 doors; an eighth of the doors are flats.
  void build_addresses() {
    const std::size_t wanted = world_.households.size() * 3 / 2 + 2000;
    std::uint16_t street = 0;
    std::uint16_t neighbourhood = 0;
    while (world_.addresses.size() < wanted) {
      const int doors = static_cast<int>(random_.between(30, 150));
      for (int door = 1; door <= doors; ++door) {
        Address address;
        address.street = street;
        address.number = static_cast<std::uint16_t>(door);
        address.neighbourhood = neighbourhood;
        if (random_.below(100) < 3) {
          for (int flat = 1; flat <= 4; ++flat) {
            address.flat = static_cast<std::uint8_t>(flat);
            world_.addresses.push_back(address);
          }
        } else {
          world_.addresses.push_back(address);
        }
      }
      street = static_cast<std::uint16_t>((street + 1U) % street_names().size());
      neighbourhood = static_cast<std::uint16_t>((neighbourhood + 7U) % neighbourhoods_);
    }
    // Dealt out in random order: households, later homes, premises, then what is vacant.
    for (std::size_t i = world_.addresses.size() - 1; i > 0; --i)
      std::swap(world_.addresses[i], world_.addresses[random_.below(i + 1)]);
    AddressIndex next = 0;
    for (Household& household : world_.households) household.address = next++;
    for (Household& household : world_.households) {
      if (household.moves.valid()) household.later_address = next++;
    }
    world_.first_vacant = next;
    for (Household& household : world_.households)
      household.neighbourhood = world_.addresses[household.address].neighbourhood;
  }

  void add_premises(PremisesType type, std::uint32_t per_million, std::uint32_t at_least,
                    std::initializer_list<std::string_view> names) {
    const std::uint32_t count =
        std::max(at_least, static_cast<std::uint32_t>(std::uint64_t{options_.people} * per_million / 1'000'000));
    for (std::uint32_t i = 0; i < count; ++i) {
      Premises premises;
      premises.type = type;
      premises.address = static_cast<AddressIndex>(world_.first_vacant++);
      Address& address = world_.addresses[premises.address];
      address.flat = 0;
      const std::string& street = street_names()[address.street];
      premises.name = fmt::format("{} {}", street.substr(0, street.rfind(' ')),
                                  *(names.begin() + static_cast<std::ptrdiff_t>(i % names.size())));
      world_.premises_of[static_cast<std::size_t>(type)].push_back(static_cast<PremisesIndex>(world_.premises.size()));
      world_.premises.push_back(std::move(premises));
    }
  }

  void build_premises() {
    world_.premises_of.resize(premises_type_count);
    add_premises(PremisesType::primary_school, 320, 2,
                 {"Primary School", "Infant and Junior School", "C of E Primary School"});
    add_premises(PremisesType::secondary_school, 70, 3, {"High School", "Academy", "Community School"});
    add_premises(PremisesType::takeaway, 550, 8, {"Kebabs", "Fried Chicken", "Pizza", "Fish Bar", "Noodles", "Grill"});
    add_premises(PremisesType::shop, 900, 10, {"News", "Stores", "Mini Market", "Supermarket", "Off Licence"});
    add_premises(PremisesType::pub, 420, 5, {"Arms", "Tavern", "Inn", "Social Club"});
    add_premises(PremisesType::park, 120, 3, {"Park", "Recreation Ground", "Playing Fields"});
    add_premises(PremisesType::hotel, 60, 2, {"Hotel", "Guest House", "Lodge"});
    add_premises(PremisesType::taxi_rank, 30, 1, {"Taxi Rank", "Cars"});
    add_premises(PremisesType::station, 14, 1, {"Bus Station", "Interchange"});
    add_premises(PremisesType::youth_club, 65, 2, {"Youth Club", "Youth Centre"});
    add_premises(PremisesType::hospital, 4, 1, {"General Hospital"});
    add_premises(PremisesType::police_station, 9, 1, {"Police Station"});
    add_premises(PremisesType::library, 30, 1, {"Library"});
  }

  void place_people() {
    const auto& primaries = world_.premises_of[static_cast<std::size_t>(PremisesType::primary_school)];
    const auto& secondaries = world_.premises_of[static_cast<std::size_t>(PremisesType::secondary_school)];
    for (const Household& household : world_.households) {
      // A family sends its children to the school of its neighbourhood, or one in four times to another.
      const auto school = [&](const std::vector<PremisesIndex>& schools) {
        const std::size_t near = household.neighbourhood * schools.size() / neighbourhoods_;
        return static_cast<std::uint16_t>(schools[random_.below(4) == 0 ? random_.below(schools.size()) : near]);
      };
      const std::uint16_t primary = school(primaries);
      const std::uint16_t secondary = school(secondaries);
      for (PersonIndex i = household.first; i < household.first + household.count; ++i) {
        world_.people[i].primary_school = primary;
        world_.people[i].secondary_school = secondary;
      }
    }
  }

  PersonIndex any_worker() {
    for (;;) {
      const auto person = static_cast<PersonIndex>(random_.below(world_.people.size()));
      const int age = world_.people[person].birth < world_.first_day ? world_.age(person, world_.first_day) : 0;
      if (age < 22 || age > 57 || !employed_.insert(person).second) continue;
      return person;
    }
  }

  void choose_professionals() {
    const auto choose = [&](std::vector<Professional>& into, std::uint32_t per_million, std::string_view prefix,
                            std::string_view occupation) {
      const std::uint32_t count =
          std::max(4U, static_cast<std::uint32_t>(std::uint64_t{options_.people} * per_million / 1'000'000));
      for (std::uint32_t i = 0; i < count; ++i) {
        into.push_back({any_worker(), fmt::format("{}{}", prefix, 1000 + i * 7), std::string(occupation), nobody});
      }
    };
    choose(world_.teachers, 2600, "T", "teacher");
    choose(world_.social_workers, 700, "SW", "social worker");
    choose(world_.officers, 1500, "PC", "police officer");
    choose(world_.nurses, 900, "RN", "nurse");
    std::size_t next = 0;
    std::vector<PremisesIndex> schools = world_.premises_of[static_cast<std::size_t>(PremisesType::primary_school)];
    const auto& secondaries = world_.premises_of[static_cast<std::size_t>(PremisesType::secondary_school)];
    schools.insert(schools.end(), secondaries.begin(), secondaries.end());
    for (Professional& teacher : world_.teachers) teacher.works_at = schools[next++ % schools.size()];
    for (Premises& premises : world_.premises) {
      if (premises.type == PremisesType::takeaway || premises.type == PremisesType::pub ||
          premises.type == PremisesType::hotel || premises.type == PremisesType::shop) {
        premises.licensee = any_worker();
      }
    }
    const std::uint32_t taxis = std::max(12U, options_.people / 480);
    for (std::uint32_t i = 0; i < taxis; ++i) {
      world_.taxis.push_back(
          {any_worker(), static_cast<VehicleIndex>(world_.households.size() + i), fmt::format("P{:03}", i + 1)});
    }
  }

  void build_lists() {
    const Date adult_from = add_months(world_.first_day, -18 * 12);
    world_.planted.assign(world_.people.size(), false);
    for (PersonIndex i = 0; i < world_.people.size(); ++i) {
      const Person& person = world_.people[i];
      if (person.birth > adult_from) {
        world_.minors.push_back(i);
        if (random_.below(10) == 0) world_.minors_at_risk.push_back(i);
      } else {
        world_.adults.push_back(i);
        if (!employed_.contains(i) && random_.below(100) < 3 && world_.age(i, world_.first_day) < 50)
          world_.adults_known.push_back(i);
      }
    }
    for (const Household& household : world_.households) {
      if (household.type != HouseholdType::childrens_home) continue;
      for (PersonIndex i = household.first; i < household.first + household.count; ++i)
        world_.minors_at_risk.push_back(i);
    }
  }

  const Options& options_;
  Random random_;
  World world_;
  std::unordered_set<PersonIndex> employed_;  // nobody has two posts
  std::uint32_t next_nhs_ = 1;
  std::uint16_t neighbourhoods_;
};

}  // namespace

AddressIndex World::home_of(PersonIndex person, Date on) const {
  const Household& household = households[people[person].household];
  return household.moves.valid() && on >= household.moves ? household.later_address : household.address;
}

std::string World::surname_of(PersonIndex index, Date on) const {
  const Person& person = people[index];
  if (person.name_changes.valid() && on >= person.name_changes) return names.surname(person.later_surname, person.sex);
  std::string text = names.surname(person.surname, person.sex);
  if (person.second_surname != UINT16_MAX && person.second_surname != person.surname)
    text += "-" + names.surname(person.second_surname, person.sex);
  return text;
}

PersonIndex World::parent_of(PersonIndex child, Random& random) const {
  const Household& household = households[people[child].household];
  if (household.type != HouseholdType::family) return nobody;
  const bool two = household.count > 1 && !people[household.first + 1].child_of_household;
  return household.first + (two && random.below(3) == 0 ? 1 : 0);
}

PersonIndex World::sibling_of(PersonIndex child, Random& random) const {
  const Household& household = households[people[child].household];
  if (household.type != HouseholdType::family) return nobody;
  const std::uint64_t start = random.below(household.count);
  for (std::uint64_t i = 0; i < household.count; ++i) {
    const auto other = static_cast<PersonIndex>(household.first + (start + i) % household.count);
    if (other != child && people[other].child_of_household) return other;
  }
  return nobody;
}

PremisesIndex World::school_of(PersonIndex child, Date on) const {
  if (people[child].birth > on) return nobody;
  const int years = age(child, on);
  if (years >= 4 && years <= 10) return people[child].primary_school;
  if (years >= 11 && years <= 17) return people[child].secondary_school;
  return nobody;
}

World build_world(const Options& options) {
  return Builder(options).build();
}

}  // namespace wider::town
