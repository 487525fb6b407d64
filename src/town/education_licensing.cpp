// Education: notable absence and concerns, DD/MM/YYYY. Licensing: taxi drivers and premises, DD-MMM-YYYY.
#include <fmt/format.h>

#include "town/agencies.hpp"

namespace wider::town {
namespace {
constexpr auto layout_index = [](LayoutId id) { return static_cast<std::size_t>(id); };
std::string_view sex_letter(Sex sex) {
  return sex == Sex::female ? "F" : sex == Sex::male ? "M" : "";
}

Room pupil_room() {
  Room room;
  room.upn = true;
  return room;
}
}  // namespace

void Agencies::absence(PersonIndex child, Date day) {
  const PremisesIndex school = world_.school_of(child, day);
  const std::string id = next_id(layout_index(LayoutId::education_absence), "AB", day);
  Row row = output_.begin(LayoutId::education_absence);
  row.names(child);
  const Written w = clerk_.write(child, day, pupil_room(), number(Agency::education, child, true));
  constexpr std::string_view codes[] = {"O", "O", "G", "U", "N"};
  const Date to = later(day, 1, 12);
  row.cell(id)
      .cell(w.local_id)
      .cell(w.upn)
      .cell(w.surname)
      .cell(w.forename)
      .cell(slashed(w.birth_date))
      .cell(sex_letter(w.sex))
      .cell(w.address)
      .cell(w.postcode);
  row.cell(fmt::format("{}", world_.age(child, day) - 5))
      .cell(school == nobody ? "" : world_.premises[school].name)
      .cell(postcode_of(Where{school, nobody}));
  row.cell(slashed(day)).cell(slashed(to)).cell(fmt::format("{}", (to - day) * 2)).cell(codes[random_.below(5)]);
  output_.finish(row, id, to);
}

void Agencies::concern(PersonIndex child, Date day, std::string_view category, const Seen& seen) {
  const PremisesIndex school = world_.school_of(child, day);
  const std::string id = next_id(layout_index(LayoutId::education_concerns), "CN", day);
  Row row = output_.begin(LayoutId::education_concerns);
  row.names(child);
  const Written w = clerk_.write(child, day, pupil_room(), number(Agency::education, child, true));
  row.cell(id)
      .cell(slashed(day))
      .cell(w.local_id)
      .cell(w.upn)
      .cell(w.surname)
      .cell(w.forename)
      .cell(slashed(w.birth_date))
      .cell(sex_letter(w.sex));
  row.cell(w.address)
      .cell(w.postcode)
      .cell(school == nobody ? "" : world_.premises[school].name)
      .cell(postcode_of(Where{school, nobody}))
      .cell(category);
  if (!seen.adult.known()) {
    row.blank(5);
  } else if (seen.adult.street_name_only) {
    row.names(seen.adult.person);
    row.cell(street_nicknames()[seen.adult.person % street_nicknames().size()]).cell(seen.adult_is).blank(3);
  } else {
    row.names(seen.adult.person);
    Room room;
    room.phone = true;
    room.local_id = false;
    const Written a = clerk_.write(seen.adult.person, day, room, {});
    row.cell(a.forename + " " + a.surname)
        .cell(seen.adult_is)
        .cell(slashed(a.birth_date))
        .cell(a.phone)
        .cell(a.postcode);
  }
  place_cells(row, seen.place, true);
  vehicle_cells(row, seen.vehicle);
  row.cell(phone_as_written(seen.phone_of));
  // The teacher who raised it: one of the school's, where it has any.
  const std::size_t start = random_.below(world_.teachers.size());
  const Professional* teacher = &world_.teachers[start];
  for (std::size_t i = 0; i < world_.teachers.size() && teacher->works_at != school; ++i)
    teacher = &world_.teachers[(start + i) % world_.teachers.size()];
  row.names(teacher->person);
  row.cell(teacher->staff_number)
      .cell(fmt::format("{} {}", world_.forename_of(teacher->person), world_.surname_of(teacher->person, day)));
  row.cell(random_.below(4) == 0 ? "Passed on" : "Recorded")
      .cell(seen.vehicle != nobody ? "Seen getting into a vehicle after school." : "");
  output_.finish(row, id, day);
}

void Agencies::taxi_driver(const Taxi& taxi, Date granted) {
  const std::string driver = number(Agency::licensing, taxi.driver, true);
  const std::string id = fmt::format("PHD/{}/{}", taxi.plate, split(granted).year);
  Row row = output_.begin(LayoutId::licensing_drivers);
  row.names(taxi.driver);
  Room room;
  room.phone = true;
  const Written w = clerk_.write(taxi.driver, granted, room, driver);
  row.cell(id)
      .cell(w.local_id)
      .cell(w.surname)
      .cell(w.forename)
      .cell(with_month_name(w.birth_date))
      .cell(w.address)
      .cell(w.postcode)
      .cell(w.phone);
  row.cell(with_month_name(granted)).cell(with_month_name(granted + 364)).cell(taxi.plate);
  vehicle_cells(row, taxi.vehicle);
  constexpr std::string_view operators[] = {"Beck Cars", "Station Taxis", "Five Star Private Hire", "Independent"};
  row.cell(operators[taxi.vehicle % 4]).cell("Current");
  output_.finish(row, id, granted);
}

void Agencies::licensed_premises(PremisesIndex index, Date granted) {
  const Premises& premises = world_.premises[index];
  const std::string id = fmt::format("PR/{:05}/{}", index, split(granted).year);
  Row row = output_.begin(LayoutId::licensing_premises);
  row.names(premises.licensee);
  const Written w =
      clerk_.write(premises.licensee, granted, Room{}, number(Agency::licensing, premises.licensee, true));
  row.cell(id)
      .cell(premises.name)
      .cell(address_text(world_, premises.address))
      .cell(postcode_text(world_, premises.address));
  row.cell(uprn_text(premises.address))
      .cell(category_of(premises.type))
      .cell(w.local_id)
      .cell(w.surname)
      .cell(w.forename);
  row.cell(with_month_name(w.birth_date))
      .cell(w.address)
      .cell(w.postcode)
      .cell(with_month_name(granted))
      .cell(with_month_name(granted + 364));
  output_.finish(row, id, granted);
}

}  // namespace wider::town
