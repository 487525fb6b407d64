// Police: crimes, intelligence, missing reports, stops, vehicle keepers and phone users; and the prosecutor's charging
// decisions that follow crimes. Days are DD/MM/YYYY, in intelligence DD-MMM-YYYY.
#include <fmt/format.h>

#include <algorithm>

#include "town/agencies.hpp"

namespace wider::town {
namespace {

constexpr auto layout_index = [](LayoutId id) { return static_cast<std::size_t>(id); };

std::string_view sex_word(Sex sex) {
  return sex == Sex::female ? "Female" : sex == Sex::male ? "Male" : "";
}
std::string_view sex_letter(Sex sex) {
  return sex == Sex::female ? "F" : sex == Sex::male ? "M" : "U";
}
std::string_view street_name(PersonIndex person) {
  return street_nicknames()[person % street_nicknames().size()];
}

}  // namespace

// nominal, surname, forename, DOB, sex, address, postcode, phone and, for a suspect, alias and description.
void Agencies::crime_person(Row& row, const Who& who, Date day, bool suspect) {
  if (!who.known()) {
    row.blank(suspect ? 10 : 8);
    return;
  }
  row.names(who.person);
  if (who.street_name_only) {
    row.blank(8).cell(street_name(who.person)).cell(description_of(who.person));
    return;
  }
  Room room;
  room.phone = true;
  const Written w = clerk_.write(who.person, day, room, number(Agency::police, who.person, true));
  row.cell(w.local_id).cell(upper(w.surname)).cell(w.forename).cell(slashed(w.birth_date)).cell(sex_word(w.sex));
  row.cell(w.address).cell(w.postcode).cell(w.phone);
  if (suspect) row.cell(w.alias).cell({});
}

void Agencies::crime(const CrimeEvent& event) {
  const Date recorded = later(event.day, 0, random_.below(8) == 0 ? 9 : 1);
  const Date disposed = later(recorded, 1, event.to_prosecution ? 60 : 35);
  const std::string id = next_id(layout_index(LayoutId::police_crimes), "CR/", event.day);
  Row row = output_.begin(LayoutId::police_crimes);
  row.cell(id).cell(event.code).cell(event.group).cell(slashed(event.day)).cell(slashed(event.day));
  row.cell(fmt::format("{:02}:{:02}", random_.below(24), random_.below(12) * 5)).cell(slashed(recorded));
  place_cells(row, event.place, true);
  for (const Who& who : event.victims) crime_person(row, who, event.day, false);
  for (const Who& who : event.suspects) crime_person(row, who, event.day, true);
  crime_person(row, event.witness, event.day, false);
  vehicle_cells(row, event.vehicle);
  row.cell(event.disposal)
      .cell(slashed(disposed))
      .cell(event.reason)
      .cell(world_.officers[random_.below(world_.officers.size())].staff_number);
  output_.finish(row, id, std::max(recorded, disposed));
  if (event.to_prosecution) {
    CrimeEvent decided = event;
    decided.day = disposed;
    charging_decision(decided, id);
  }
}

void Agencies::charging_decision(const CrimeEvent& event, const std::string& crime) {
  const Date received = event.day;
  const Date decided = later(received, 3, 40);
  const std::string id = next_id(layout_index(LayoutId::prosecution_decisions), "13WB", received);
  Row row = output_.begin(LayoutId::prosecution_decisions);
  row.cell(id).cell(crime).cell(to_iso(received)).cell(to_iso(decided));
  const auto person = [&](const Who& who) {
    if (!who.known()) {
      row.blank(7);
      return;
    }
    row.names(who.person);
    const Written w = clerk_.write(who.person, received, Room{}, number(Agency::prosecution, who.person, true));
    row.cell(w.surname)
        .cell(w.forename)
        .cell(to_iso(w.birth_date))
        .cell(sex_letter(w.sex))
        .cell(w.address)
        .cell(w.postcode)
        .cell(w.local_id);
  };
  person(event.suspects[0]);
  person(event.victims[0]);
  row.cell(event.group)
      .cell(event.no_charge ? "No charge" : "Charge")
      .cell(event.no_charge ? event.no_charge_reason : "");
  output_.finish(row, id, decided);
}

// 5x5x5 until the day the grading changes; one report in twelve may be used by the police alone.
std::string Agencies::grading(Date day) {
  const bool restricted = random_.below(12) == 0;
  if (day < grading_changes_) {
    constexpr std::string_view sources = "BBBEEECAD";
    constexpr std::string_view information = "244433215";
    return fmt::format("{}{}{}", sources[random_.below(9)], information[random_.below(9)],
                       restricted ? (random_.below(2) == 0 ? '4' : '5') : "123"[random_.below(3)]);
  }
  constexpr std::string_view information = "ABBCCCDE";
  return fmt::format("{}{}{}", random_.below(10) == 0 ? 3 : static_cast<int>(random_.below(2)) + 1,
                     information[random_.below(8)], restricted ? 'C' : 'P');
}

// nominal, surname, forename, DOB, address, postcode, alias, description.
void Agencies::intelligence_person(Row& row, const Who& who, Date day) {
  if (!who.known()) {
    row.blank(8);
    return;
  }
  row.names(who.person);
  if (who.street_name_only) {
    row.blank(6).cell(street_name(who.person)).cell(description_of(who.person));
    return;
  }
  const Written w = clerk_.write(who.person, day, Room{}, number(Agency::police, who.person, true));
  row.cell(w.local_id)
      .cell(upper(w.surname))
      .cell(w.forename)
      .cell(with_month_name(w.birth_date))
      .cell(w.address)
      .cell(w.postcode)
      .cell(w.alias)
      .cell({});
}

void Agencies::intelligence(const IntelligenceEvent& event) {
  const Date submitted = later(event.day, 0, 6);
  const std::string id = next_id(layout_index(LayoutId::police_intelligence), "IR", event.day);
  Row row = output_.begin(LayoutId::police_intelligence);
  const YearMonthDay parts = split(event.day);
  // One report in fifteen knows only the month.
  row.cell(id).cell(random_.below(15) == 0 ? fmt::format("{:02}/{:04}", parts.month, parts.year)
                                           : with_month_name(event.day));
  row.cell(with_month_name(submitted)).cell(grading(submitted));
  row.cell(random_.below(6) == 0 ? fmt::format("{}\nNo other details known.", event.report)
                                 : std::string(event.report));
  for (const Who& who : event.subjects) intelligence_person(row, who, event.day);
  place_cells(row, event.place, true);
  vehicle_cells(row, event.vehicle);
  row.cell(phone_as_written(event.phone_of)).cell(world_.officers[random_.below(world_.officers.size())].staff_number);
  output_.finish(row, id, submitted);
}

void Agencies::missing_report(PersonIndex child, Date from, Date to, const Seen& found) {
  const std::string id = next_id(layout_index(LayoutId::police_missing), "MP", from);
  Row row = output_.begin(LayoutId::police_missing);
  row.names(child);
  const Written w = clerk_.write(child, from, Room{}, number(Agency::police, child, true));
  row.cell(id)
      .cell(w.local_id)
      .cell(upper(w.surname))
      .cell(w.forename)
      .cell(slashed(w.birth_date))
      .cell(sex_word(w.sex))
      .cell(w.address)
      .cell(w.postcode);
  row.cell(slashed(from))
      .cell(fmt::format("{:02}:{:02}", 15 + random_.below(9), random_.below(12) * 5))
      .cell(slashed(to))
      .cell(slashed(from));
  row.cell(random_.below(5) == 0 ? "High" : "Medium");
  place_cells(row, found.place, true);
  if (!found.adult.known()) {
    row.blank(7);
  } else if (found.adult.street_name_only) {
    row.names(found.adult.person);
    row.blank(5).cell(street_name(found.adult.person)).cell(description_of(found.adult.person));
  } else {
    row.names(found.adult.person);
    const Written with =
        clerk_.write(found.adult.person, from, Room{}, number(Agency::police, found.adult.person, true));
    row.cell(upper(with.surname))
        .cell(with.forename)
        .cell(slashed(with.birth_date))
        .cell(with.local_id)
        .cell(with.postcode)
        .blank(2);
  }
  vehicle_cells(row, found.vehicle);
  row.cell(phone_as_written(found.phone_of));
  const Professional& officer = world_.officers[random_.below(world_.officers.size())];
  row.names(officer.person);
  row.cell(officer.staff_number)
      .cell(fmt::format("{} {}", world_.forename_of(officer.person), world_.surname_of(officer.person, from)));
  output_.finish(row, id, to);
}

// role, name, DOB, sex, address, postcode, nominal.
void Agencies::stop_person(Row& row, const Who& who, Date day, std::string_view role) {
  if (!who.known()) {
    row.blank(7);
    return;
  }
  row.names(who.person);
  const Written w = clerk_.write(who.person, day, Room{}, number(Agency::police, who.person, true));
  row.cell(role)
      .cell(fmt::format("{}, {}", upper(w.surname), w.forename))
      .cell(slashed(w.birth_date))
      .cell(sex_letter(w.sex));
  row.cell(w.address).cell(w.postcode).cell(w.local_id);
}

void Agencies::stop(const StopEvent& event) {
  const std::string id = next_id(layout_index(LayoutId::police_stops), "S", event.day);
  Row row = output_.begin(LayoutId::police_stops);
  row.cell(id).cell(slashed(event.day)).cell(fmt::format("{:02}:{:02}", random_.below(24), random_.below(12) * 5));
  place_cells(row, event.place, false);
  vehicle_cells(row, event.vehicle);
  for (std::size_t i = 0; i < event.people.size(); ++i) {
    stop_person(row, event.people[i], event.day, event.vehicle == nobody ? "SUB" : i == 0 ? "DRV" : "PAS");
  }
  row.cell(event.reason).cell(world_.officers[random_.below(world_.officers.size())].staff_number);
  output_.finish(row, id, event.day);
}

void Agencies::vehicle_keeper(VehicleIndex vehicle, PersonIndex keeper, Date day) {
  const std::string id = next_id(layout_index(LayoutId::police_vehicles), "VK", day);
  Row row = output_.begin(LayoutId::police_vehicles);
  row.names(keeper);
  row.cell(id);
  vehicle_cells(row, vehicle);
  const Written w = clerk_.write(keeper, day, Room{}, number(Agency::police, keeper, false));
  row.cell(w.local_id)
      .cell(upper(w.surname))
      .cell(w.forename)
      .cell(slashed(w.birth_date))
      .cell(w.address)
      .cell(w.postcode);
  row.cell(slashed(later(day, -900, -30))).cell(slashed(day));
  output_.finish(row, id, day);
}

void Agencies::phone_user(PersonIndex phone_of, const Who& user, Date day) {
  const std::string id = next_id(layout_index(LayoutId::police_phones), "PH", day);
  Row row = output_.begin(LayoutId::police_phones);
  row.names(user.person);
  row.cell(id).cell(phone_as_written(phone_of));
  if (user.street_name_only) {
    row.blank(6).cell(street_name(user.person)).cell(description_of(user.person));
  } else {
    const Written w = clerk_.write(user.person, day, Room{}, number(Agency::police, user.person, true));
    row.cell(w.local_id)
        .cell(upper(w.surname))
        .cell(w.forename)
        .cell(slashed(w.birth_date))
        .cell(w.address)
        .cell(w.postcode)
        .cell(w.alias)
        .cell({});
  }
  row.cell(slashed(day)).cell("Officer report");
  output_.finish(row, id, day);
}

}  // namespace wider::town
