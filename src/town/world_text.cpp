// Texts of the world's things: addresses, registrations, numbers and their check digits.
#include <fmt/format.h>

#include "town/world.hpp"

namespace wider::town {
namespace {

constexpr std::string_view plate_letters = "ABCDEFGHJKLMNOPRSTUVWXYZ";  // no I, no Q

std::string letters(std::uint32_t value, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    out += plate_letters[value % plate_letters.size()];
    value /= static_cast<std::uint32_t>(plate_letters.size());
  }
  return out;
}

}  // namespace

std::string_view category_of(PremisesType type) {
  switch (type) {
    case PremisesType::primary_school:
    case PremisesType::secondary_school:
      return "school";
    case PremisesType::takeaway:
      return "takeaway";
    case PremisesType::shop:
      return "shop";
    case PremisesType::pub:
      return "pub";
    case PremisesType::park:
      return "park";
    case PremisesType::hotel:
      return "hotel";
    case PremisesType::taxi_rank:
      return "taxi-rank";
    case PremisesType::station:
      return "station";
    case PremisesType::youth_club:
      return "youth-club";
    case PremisesType::hospital:
      return "hospital";
    case PremisesType::police_station:
      return "police-station";
    case PremisesType::library:
      return "library";
  }
  return {};
}

std::string address_text(const World& world, AddressIndex index) {
  const Address& address = world.addresses[index];
  const std::string& street = street_names()[address.street];
  if (address.flat == 0) return fmt::format("{} {}", address.number, street);
  return fmt::format("Flat {}, {} {}", address.flat, address.number, street);
}

// One postcode for about twenty doors of one street. WB is not a postcode area.
std::string postcode_text(const World& world, AddressIndex index) {
  const Address& address = world.addresses[index];
  constexpr std::string_view unit = "ABDEFGHJLNPQRSTUWXYZ";
  const unsigned group = address.street * 8U + address.number / 20U;
  return fmt::format("WB{} {}{}{}", address.neighbourhood + 1, group / 400 % 10, unit[group / 20 % 20],
                     unit[group % 20]);
}

std::string uprn_text(AddressIndex address) {
  return fmt::format("9900{:07}", address * 7U % 10'000'000U);
}

// Three letters and a number of the first letters make each distinct; the form shows the years it could be from.
std::string registration_text(VehicleIndex vehicle) {
  const std::uint32_t tail = vehicle * 7919U % 13824U;  // 24³ three-letter groups, each once before any repeats
  const std::uint32_t head = vehicle / 13824U;
  const std::uint64_t mixed = mix64(vehicle);
  if (mixed % 10 < 6) {
    constexpr int years[] = {51, 2, 52, 3, 53, 4, 54, 5, 55, 6, 56};
    return fmt::format("{}{:02} {}", letters(head * 31 + 5, 2), years[mixed / 16 % 11], letters(tail, 3));
  }
  constexpr std::string_view prefix = "HJKLMNPRSTVWXY";
  if (mixed % 10 < 9)
    return fmt::format("{}{} {}", prefix[mixed / 16 % prefix.size()], head * 3 % 999 + 1, letters(tail, 3));
  return fmt::format("{} {}{}", letters(tail, 3), head * 3 % 999 + 1, prefix[mixed / 16 % 4]);
}

std::string vehicle_text(VehicleIndex vehicle) {
  constexpr std::string_view colours[] = {"silver", "blue", "black", "red", "white", "green", "grey", "silver"};
  constexpr std::string_view models[] = {"Vauxhall Vectra", "Ford Focus",    "Ford Mondeo",    "Vauxhall Astra",
                                         "Toyota Avensis",  "Skoda Octavia", "Vauxhall Corsa", "Ford Fiesta",
                                         "Volkswagen Golf", "Peugeot 206",   "Renault Clio",   "Nissan Primera"};
  const std::uint64_t mixed = mix64(vehicle + 77ULL);
  return fmt::format("{} {}", colours[mixed % 8], models[mixed / 8 % 12]);
}

namespace {
unsigned nhs_check(std::uint32_t body) {
  unsigned sum = 0;
  for (unsigned weight = 2; weight <= 10; ++weight) {
    sum += body % 10 * weight;
    body /= 10;
  }
  const unsigned check = 11 - sum % 11;
  return check == 11 ? 0 : check;
}
}  // namespace

bool has_nhs_check_digit(std::uint32_t body) {
  return nhs_check(body) != 10;
}
std::string nhs_number_text(std::uint32_t body) {
  return fmt::format("{:09}{}", body, nhs_check(body));
}

// Check letter, local authority 998 (none has it), school, year of entry, serial.
std::string upn_text(const World& world, PersonIndex index) {
  const Person& person = world.people[index];
  const int year = split(person.birth).year + 5;
  const std::string digits = fmt::format("998{:04}{:02}{:03}", index / 1000 + 2000, year % 100, index % 1000);
  unsigned sum = 0;
  for (unsigned i = 0; i < digits.size(); ++i) sum += static_cast<unsigned>(digits[i] - '0') * (i + 2);
  constexpr std::string_view check = "ABCDEFGHJKLMNPQRTUVWXYZ";
  return check[sum % 23] + digits;
}

// Ofcom keeps 07700 900000 to 900999 for drama; a town needs more, and the others are in 0711x, which no network uses.
std::string phone_text(PersonIndex person) {
  if (person < 1000) return fmt::format("07700 900{:03}", person);
  const std::uint64_t number = (person * 7'368'787ULL + 12'345) % 10'000'000;
  return fmt::format("0711{} {:06}", number / 1'000'000, number % 1'000'000);
}

}  // namespace wider::town
