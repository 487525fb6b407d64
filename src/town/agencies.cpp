// What all agencies share: index numbers, record ids, the way places, vehicles and phones are written.
#include "town/agencies.hpp"

#include <fmt/format.h>

#include "base/check.hpp"

namespace wider::town {

std::string slashed(Date date) {
  if (!date.valid()) return {};
  const YearMonthDay parts = split(date);
  return fmt::format("{:02}/{:02}/{:04}", parts.day, parts.month, parts.year);
}

std::string with_month_name(Date date) {
  if (!date.valid()) return {};
  constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const YearMonthDay parts = split(date);
  return fmt::format("{:02}-{}-{:04}", parts.day, months[parts.month - 1], parts.year);
}

std::string slashed(const PartialDate& date) {
  return slashed(date.first);
}
std::string with_month_name(const PartialDate& date) {
  return with_month_name(date.first);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

Agencies::Agencies(const World& world, Clerk& clerk, Output& output, std::uint64_t seed, Date grading_changes)
    : world_(world),
      clerk_(clerk),
      output_(output),
      random_(mix64(seed) ^ 0x61'67'65'6EULL),
      grading_changes_(grading_changes) {
  for (auto& numbers : numbers_) numbers.assign(world.people.size(), 0);
  address_in_social_care_.assign(world.people.size(), nobody);
  for (const Professional& officer : world.officers) police_staff_.emplace(officer.person, officer.staff_number);
}

std::string Agencies::number(Agency agency, PersonIndex person, bool register_now) {
  const auto index = static_cast<std::size_t>(agency);
  CHECK(index < numbers_.size());
  if (agency == Agency::police) {  // an officer is in the police's index once, by the collar number
    const auto staff = police_staff_.find(person);
    if (staff != police_staff_.end()) return staff->second;
  }
  std::uint32_t& number = numbers_[index][person];
  if (number == 0) {
    if (!register_now) return {};
    number = next_number_[index] += 1 + static_cast<std::uint32_t>(random_.below(3));
  }
  switch (agency) {
    case Agency::social_care:
      return fmt::format("{}", 3'000'000 + number);
    case Agency::police:
      return fmt::format("N{:07}", number);
    case Agency::health:
      return fmt::format("WGH{:07}", number);
    case Agency::education:
      return fmt::format("{}", 880'000 + number);
    case Agency::licensing:
      return fmt::format("H{:05}", number);
    default:
      return fmt::format("D{:06}", number);
  }
}

std::string Agencies::social_care_number(PersonIndex child) const {
  return fmt::format("{}", 3'000'000 + numbers_[static_cast<std::size_t>(Agency::social_care)][child]);
}

std::string Agencies::next_id(std::size_t layout, std::string_view prefix, Date day) {
  return fmt::format("{}{:02}/{:06}", prefix, split(day).year % 100, ++next_record_[layout]);
}

std::string Agencies::place_as_written(const Where& where) {
  if (!where.known()) return {};
  const AddressIndex address = where.premises != nobody ? world_.premises[where.premises].address : where.dwelling;
  std::string text = address_text(world_, address);
  if (random_.below(4) == 0) {
    constexpr std::pair<std::string_view, std::string_view> shorter[] = {
        {" Road", " Rd"},  {" Street", " St"}, {" Avenue", " Ave"},  {" Lane", " Ln"},
        {" Close", " Cl"}, {" Drive", " Dr"},  {" Terrace", " Terr"}};
    for (const auto& [from, to] : shorter) {
      if (text.ends_with(from)) {
        text.replace(text.size() - from.size(), from.size(), to);
        break;
      }
    }
  }
  if (where.premises != nobody) text = world_.premises[where.premises].name + ", " + text;
  return text;
}

std::string Agencies::postcode_of(const Where& where) {
  if (!where.known()) return {};
  return postcode_text(world_, where.premises != nobody ? world_.premises[where.premises].address : where.dwelling);
}

// Text, postcode, type and, where the layout has the column, an empty UPRN: only licensing holds those of premises.
void Agencies::place_cells(Row& row, const Where& where, bool with_uprn_column) {
  row.cell(place_as_written(where)).cell(postcode_of(where));
  row.cell(where.premises != nobody   ? category_of(world_.premises[where.premises].type)
           : where.dwelling != nobody ? "home"
                                      : "");
  if (with_uprn_column) row.cell({});
}

std::string Agencies::vehicle_as_written(VehicleIndex vehicle) {
  if (vehicle == nobody) return {};
  std::string text = registration_text(vehicle);
  const std::uint64_t how = random_.below(20);
  if (how < 6) std::erase(text, ' ');
  if (how == 7) {
    for (char& c : text) {
      if (c == '0') c = 'O';
    }
  }
  if (how == 8) {
    for (char& c : text) {
      if (c == '1') c = 'I';
    }
  }
  return text;
}

void Agencies::vehicle_cells(Row& row, VehicleIndex vehicle) {
  row.cell(vehicle_as_written(vehicle)).cell(vehicle == nobody ? "" : vehicle_text(vehicle));
}

std::string Agencies::phone_as_written(PersonIndex person) {
  if (person == nobody) return {};
  std::string text = phone_text(person);
  const std::uint64_t how = random_.below(10);
  if (how < 4) std::erase(text, ' ');
  if (how == 4) text = "+44 " + text.substr(1);
  return text;
}

std::string Agencies::description_of(PersonIndex person) {
  const int decade = world_.age(person, world_.first_day) / 10 * 10;
  return fmt::format("{}, {}s", world_.people[person].sex == Sex::female ? "female" : "male", std::max(decade, 20));
}

}  // namespace wider::town
