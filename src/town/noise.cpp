#include "town/noise.hpp"

#include <string_view>
#include <utility>

namespace wider::town {
namespace {

bool ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Keys beside each other on a British keyboard.
char neighbour_key(char c, Random& random) {
  constexpr std::string_view rows[] = {"qwertyuiop", "asdfghjkl", "zxcvbnm"};
  for (const std::string_view row : rows) {
    const std::size_t at = row.find(c);
    if (at == std::string_view::npos) continue;
    if (at == 0) return row[1];
    if (at + 1 == row.size()) return row[at - 1];
    return row[random.below(2) == 0 ? at - 1 : at + 1];
  }
  return c;
}

}  // namespace

// One slip of the fingers: two letters turned round, one left out, one doubled, or a neighbouring key. Never the first.
bool Clerk::mistype(std::string& text) {
  if (text.size() < 3) return false;
  const std::string before = text;
  for (int tries = 0; tries < 8; ++tries) {
    const std::size_t at = 1 + random_.below(text.size() - 2);
    if (!ascii_letter(text[at]) || !ascii_letter(text[at + 1])) continue;
    switch (random_.below(4)) {
      case 0:
        std::swap(text[at], text[at + 1]);
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        text.insert(at, 1, text[at]);
        break;
      default:
        text[at] = neighbour_key(text[at], random_);
    }
    if (text != before) return true;
  }
  return false;
}

bool Clerk::spoil_forename(Written& written) {
  std::string_view other;
  switch (random_.below(5)) {
    case 0:
    case 1:
      other = short_form(written.forename, random_);
      break;
    case 2:
    case 3:
      other = other_spelling(written.forename, random_);
      break;
    default:
      break;
  }
  if (!other.empty()) {
    written.forename = other;
    return true;
  }
  return mistype(written.forename);
}

bool Clerk::spoil_surname(Written& written, PersonIndex person, Date on) {
  const Person& truth = world_.people[person];
  if (truth.name_changes.valid() && on >= truth.name_changes && random_.below(2) == 0) {
    written.surname = world_.surname_of(person, truth.name_changes + -1);  // the name before the change
    return true;
  }
  if (random_.below(12) == 0 && truth.twin == nobody && !written.forename.empty()) {
    std::swap(written.forename, written.surname);
    return true;
  }
  const std::size_t dash = written.surname.find('-');
  if (dash != std::string::npos && random_.below(2) == 0) {
    written.surname = random_.below(2) == 0 ? written.surname.substr(0, dash) : written.surname.substr(dash + 1);
    return true;
  }
  if (random_.below(2) == 0) {
    std::string other = other_surname_spelling(written.surname, random_);
    if (!other.empty()) {
      written.surname = std::move(other);
      return true;
    }
  }
  return mistype(written.surname);
}

bool Clerk::spoil_birth_date(Written& written) {
  if (written.birth_date.precision != Precision::day) return false;
  const YearMonthDay parts = split(written.birth_date.first);
  const auto set = [&](int year, int month, int day) {
    const auto date = make_date(year, month, day);
    if (!date || *date == written.birth_date.first) return false;
    written.birth_date.first = *date;
    return true;
  };
  switch (random_.below(6)) {
    case 0:
    case 1:
      return set(parts.year, parts.day, parts.month);
    case 2:
      return set(parts.year, 1, 1);
    case 3:
      return set(parts.year + (random_.below(2) == 0 ? 1 : -1), parts.month, parts.day);
    case 4:
      return set(parts.year, parts.month, parts.day % 10 * 10 + parts.day / 10);
    default:
      return set(parts.year, parts.month, parts.day + (random_.below(2) == 0 ? 1 : -1));
  }
}

bool Clerk::spoil_place(Written& written, PersonIndex person, Date on) {
  if (written.postcode.empty()) return false;
  const Household& household = world_.households[world_.people[person].household];
  if (household.moves.valid() && on >= household.moves && random_.below(2) == 0) {  // still the old address
    if (!written.address.empty()) written.address = address_text(world_, household.address);
    written.postcode = postcode_text(world_, household.address);
    return true;
  }
  char& last = written.postcode.back();
  const char was = last;
  last = neighbour_key(static_cast<char>(last - 'A' + 'a'), random_);
  last = static_cast<char>(last - 'a' + 'A');
  return last != was;
}

bool Clerk::spoil_identifier(Written& written, PersonIndex person) {
  if (!written.nhs_number.empty()) {
    const PersonIndex sibling = world_.sibling_of(person, random_);
    if (sibling != nobody && random_.below(4) != 0) {
      written.nhs_number =
          nhs_number_text(world_.people[sibling].nhs_body);  // pasted from a brother's or sister's record
      return true;
    }
    std::swap(written.nhs_number[7], written.nhs_number[8]);
    return written.nhs_number[7] != written.nhs_number[8];
  }
  if (!written.phone.empty()) {
    std::swap(written.phone[written.phone.size() - 1], written.phone[written.phone.size() - 3]);
    return written.phone[written.phone.size() - 1] != written.phone[written.phone.size() - 3];
  }
  return false;
}

bool Clerk::spoil(Written& written, PersonIndex person, Date on) {
  const std::uint64_t kind = random_.below(100);
  if (kind < 36 && spoil_forename(written)) return true;
  if (kind >= 36 && kind < 62 && spoil_surname(written, person, on)) return true;
  if (kind >= 62 && kind < 82 && spoil_birth_date(written)) return true;
  if (kind >= 82 && kind < 94 && spoil_place(written, person, on)) return true;
  if (kind >= 94 && spoil_identifier(written, person)) return true;
  return spoil_forename(written) || spoil_surname(written, person, on);
}

void Clerk::choose_identifiers(Written& written, PersonIndex person, const Room& room, const std::string& local_id) {
  const bool can_local = room.local_id && !local_id.empty();
  const bool possible = can_local || room.nhs_number || room.upn || room.phone;
  if (room.index_entry || !possible) {
    no_identifier_.count(!possible);
    if (room.index_entry) written.local_id = local_id;
  } else if (no_identifier_.decide(random_)) {
    return;
  } else if (can_local && (random_.below(100) < 60 || !(room.nhs_number || room.upn || room.phone))) {
    written.local_id = local_id;
  }
  // At least one of the others where there is no index number; with one, one in three has another too.
  bool needed = written.local_id.empty() && possible;
  const bool offered[] = {room.nhs_number, room.upn, room.phone};
  const std::uint64_t start = random_.below(3);
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::uint64_t which = (start + i) % 3;
    if (!offered[which] || !(needed || random_.below(3) == 0)) continue;
    needed = false;
    if (which == 0) written.nhs_number = nhs_number_text(world_.people[person].nhs_body);
    if (which == 1) written.upn = upn_text(world_, person);
    if (which == 2) written.phone = phone_text(world_.first_number + person);
  }
}

Written Clerk::write(PersonIndex person, Date on, const Room& room, const std::string& local_id) {
  const Person& truth = world_.people[person];
  Written written;
  written.forename = world_.forename_of(person);
  written.surname = world_.surname_of(person, on);
  written.sex = random_.below(20) == 0 ? Sex::unknown : truth.sex;
  choose_identifiers(written, person, room, local_id);

  if (!room.birth_date) no_birth_date_.count(true);
  if (room.birth_date && !no_birth_date_.decide(random_, room.index_entry ? 0.3 : 1.0)) {
    written.birth_date = PartialDate{truth.birth, Precision::day};
  }
  // Who gives no birth date gives an address more often than not: somebody must be found again by something.
  if (!room.address) no_address_.count(true);
  const double factor = written.birth_date.known() ? 1.1 : 0.3;
  if (room.address && !no_address_.decide(random_, factor)) {
    const AddressIndex home = world_.home_of(person, on);
    written.address = address_text(world_, home);
    written.postcode = postcode_text(world_, home);
  }
  // A child in the first weeks may not be named yet. Twins are told apart from the first hour.
  if (truth.twin == nobody && truth.birth <= on && on - truth.birth < 60 && random_.below(100) < 60)
    written.forename = "Baby";
  if (error_.decide(random_, room.index_entry ? 0.3 : 1.0)) {
    written.wrong = spoil(written, person, on);
    error_.recount(true, written.wrong);
  }
  // A former or another name beside the present one.
  if (truth.name_changes.valid() && on >= truth.name_changes && random_.below(3) == 0) {
    written.alias = std::string(world_.forename_of(person)) + " " + world_.surname_of(person, truth.name_changes + -1);
  }
  return written;
}

}  // namespace wider::town
