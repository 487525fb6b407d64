// Health: emergency attendances, sexual health (for Health alone) and the school nurse. ISO dates, some with a time.
#include <fmt/format.h>

#include "town/agencies.hpp"

namespace wider::town {
namespace {
constexpr auto layout_index = [](LayoutId id) { return static_cast<std::size_t>(id); };
std::string_view sex_number(Sex sex) {
  return sex == Sex::female ? "2" : sex == Sex::male ? "1" : "9";
}
}  // namespace

void Agencies::emergency(PersonIndex patient, Date day, const Seen& seen) {
  const std::string id = next_id(layout_index(LayoutId::health_emergency), "ED", day);
  Row row = output_.begin(LayoutId::health_emergency);
  row.names(patient);
  Room room;
  room.nhs_number = true;
  room.phone = true;
  const Written w = clerk_.write(patient, day, room, number(Agency::health, patient, true));
  row.cell(id)
      .cell(fmt::format("{} {:02}:{:02}", to_iso(day), random_.below(24), random_.below(60)))
      .cell(w.local_id)
      .cell(w.nhs_number);
  row.cell(w.forename).cell(w.surname).cell(to_iso(w.birth_date)).cell(sex_number(w.sex));
  row.cell(!w.address.empty() && random_.below(20) == 0 ? w.address + "\nWexbridge" : w.address)
      .cell(w.postcode)
      .cell(w.phone);
  const PremisesIndex school = world_.school_of(patient, day);
  row.cell(school == nobody ? "" : world_.premises[school].name).cell(postcode_of(Where{school, nobody}));
  constexpr std::string_view complaints[] = {"LIMB", "HEAD", "FEVER", "BREATH", "ABDO", "BURN", "POISON", "OTHER"};
  row.cell(complaints[random_.below(8)]).cell(random_.below(6) == 0 ? "Admitted" : "Discharged");
  if (seen.adult.known()) {
    row.names(seen.adult.person);
    if (seen.adult.street_name_only) {
      row.cell(street_nicknames()[seen.adult.person % street_nicknames().size()]).cell(seen.adult_is).blank(3);
    } else {
      Room with;
      with.phone = true;
      with.local_id = false;
      const Written a = clerk_.write(seen.adult.person, day, with, {});
      row.cell(a.forename + " " + a.surname)
          .cell(seen.adult_is)
          .cell(a.phone)
          .cell(a.postcode)
          .cell(to_iso(a.birth_date));
    }
  } else {
    row.blank(5);
  }
  place_cells(row, seen.place, true);
  vehicle_cells(row, seen.vehicle);
  row.cell(phone_as_written(seen.phone_of));
  output_.finish(row, id, day);
}

void Agencies::sexual_health(PersonIndex patient, Date day) {
  const std::string id = next_id(layout_index(LayoutId::health_sexual_health), "SH", day);
  Row row = output_.begin(LayoutId::health_sexual_health);
  row.names(patient);
  Room room;
  room.nhs_number = true;
  const Written w = clerk_.write(patient, day, room, number(Agency::health, patient, true));
  row.cell(id)
      .cell(to_iso(day))
      .cell(w.local_id)
      .cell(w.nhs_number)
      .cell(w.forename)
      .cell(w.surname)
      .cell(to_iso(w.birth_date));
  row.cell(sex_number(w.sex)).cell(w.postcode).cell(random_.below(3) == 0 ? "S2" : "S1");
  output_.finish(row, id, day);
}

void Agencies::school_nurse(PersonIndex child, Date day) {
  const std::string id = next_id(layout_index(LayoutId::health_school_nurse), "SN", day);
  Row row = output_.begin(LayoutId::health_school_nurse);
  row.names(child);
  Room room;
  room.nhs_number = true;
  const Written w = clerk_.write(child, day, room, number(Agency::health, child, true));
  const PremisesIndex school = world_.school_of(child, day);
  constexpr std::string_view reasons[] = {"HEIGHT-WEIGHT", "HEARING", "VISION", "IMMUNISATION", "DROP-IN", "REVIEW"};
  row.cell(id)
      .cell(to_iso(day))
      .cell(w.local_id)
      .cell(w.nhs_number)
      .cell(w.forename)
      .cell(w.surname)
      .cell(to_iso(w.birth_date))
      .cell(sex_number(w.sex));
  row.cell(w.address)
      .cell(w.postcode)
      .cell(school == nobody ? "" : world_.premises[school].name)
      .cell(postcode_of(Where{school, nobody}));
  row.cell(reasons[random_.below(6)]);
  output_.finish(row, id, day);
}

}  // namespace wider::town
