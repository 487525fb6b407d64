// For tests: a small dirty population with known truth.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "base/string_pool.hpp"
#include "linkage/linkage.hpp"

namespace wider::linkage {

// Rows with their strings: a small dirty population with known truth.
struct People {
  StringPool strings;
  Input input;
  std::vector<std::uint32_t> truth;

  People(std::uint64_t seed, std::uint32_t families);  // families of two to four: see below
  People(const People&) = delete;                      // the input points into the pool
  People& operator=(const People&) = delete;
  Row& add(std::uint32_t person, std::string_view forename, std::string_view surname, std::string_view born,
           std::string_view address, std::string_view postcode, std::uint16_t source) {
    Row row;
    row.value[static_cast<std::size_t>(Attribute::forename)] = strings.intern(forename);
    row.value[static_cast<std::size_t>(Attribute::surname)] = strings.intern(surname);
    row.value[static_cast<std::size_t>(Attribute::address)] = strings.intern(address);
    row.value[static_cast<std::size_t>(Attribute::postcode)] = strings.intern(postcode);
    if (const auto date = parse_iso_partial(born)) row.birth_date = *date;
    row.source = source;
    input.rows.push_back(row);
    truth.push_back(person);
    return input.rows.back();
  }
};

inline constexpr const char* test_forenames[] = {"Anna",  "Hassan", "Oliver", "Grace", "Imran", "Molly",  "Peter",
                                                 "Zofia", "Daniel", "Ruth",   "Kwame", "Lucy",  "Martin", "Sadia",
                                                 "Tomas", "Ursula", "Victor", "Wendy", "Yusuf", "Bella"};
inline constexpr const char* test_surnames[] = {"Marsh", "Okafor", "Kowalski", "Hussain", "Bromley", "Carter", "Dunne",
                                                "Eze",   "Farrow", "Gill",     "Hale",    "Iqbal",   "Jarvis", "Khan",
                                                "Lowe",  "Mistry", "Nolan",    "Owens",   "Patel",   "Quinn"};

// Families of two to four at one address, each person in two to four rows of different sources, one row in five with a
// slip.
inline People::People(std::uint64_t seed, std::uint32_t families) {
  input.strings = &strings;
  Random numbers(seed);
  std::uint32_t person = 0;
  for (std::uint32_t family = 0; family < families; ++family) {
    const std::string surname = std::string(test_surnames[numbers.below(20)]) + test_surnames[numbers.below(20)][0] +
                                std::string(test_surnames[numbers.below(20)]).substr(1, 3);
    const std::string address =
        std::to_string(numbers.between(1, 200)) + " " + test_surnames[numbers.below(20)] + " Road";
    const std::string postcode =
        "WB" + std::to_string(numbers.between(1, 20)) + " " + std::to_string(numbers.between(1, 9)) + "AB";
    const auto members = numbers.between(2, 4);
    for (int member = 0; member < members; ++member, ++person) {
      const std::string forename =
          std::string(test_forenames[(numbers.below(5) + static_cast<std::uint64_t>(member) * 5) % 20]);
      const Date born{static_cast<std::int32_t>(numbers.between(0, 14'000))};
      const auto rows = numbers.between(2, 4);
      for (int r = 0; r < rows; ++r) {
        std::string written = forename;
        if (numbers.chance(0.2) && written.size() > 3) std::swap(written[2], written[3]);
        const bool with_birth = numbers.chance(0.9);
        const bool with_address = numbers.chance(0.7);
        add(person, written, surname, with_birth ? to_iso(born) : "", with_address ? address : "",
            with_address ? postcode : "", static_cast<std::uint16_t>(r));
      }
    }
  }
}

// Rows with every attribute, few values of each and many slips: not people, but every case that comparison knows, so
// that fast ways can be held against slow ones.
struct EveryCase {
  StringPool strings;
  Input input;

  EveryCase(std::uint64_t seed, std::uint32_t rows);
  EveryCase(const EveryCase&) = delete;  // the input points into the pool
  EveryCase& operator=(const EveryCase&) = delete;
};

// One to two slips of the pen, anywhere.
inline std::string with_slips(std::string text, Random& numbers) {
  for (auto slips = numbers.between(1, 2); slips > 0 && text.size() > 1; --slips) {
    const std::size_t at = numbers.below(text.size() - 1);
    switch (numbers.below(4)) {
      case 0:
        std::swap(text[at], text[at + 1]);
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        text.insert(at, 1, text[numbers.below(text.size())]);
        break;
      default:
        text[at] = static_cast<char>(text[at] == 'z' || text[at] == '9' ? text[at] - 1 : text[at] + 1);
    }
  }
  return text;
}

inline EveryCase::EveryCase(std::uint64_t seed, std::uint32_t rows) {
  input.strings = &strings;
  Random numbers(seed);
  const auto pick = [&]<std::size_t n>(const char* const(&from)[n], double missing, double slip) -> Code {
    if (numbers.chance(missing)) return 0;
    const std::string text = from[numbers.below(n)];
    return strings.intern(numbers.chance(slip) ? with_slips(text, numbers) : text);
  };
  static constexpr const char* some_forenames[] = {
      "Anna",     "Ann Mary", "Elizabeth", "Beth", "Liz", "Mohammed", "Muhammad",   "J",      "John",  "Jon",
      "Jonathan", "Marsh",    "Lei",       "Wei",  "Al",  "Łukasz",   "Zo\xC3\xAB", "Thomas", "Tomas", "Margaret Ann"};
  static constexpr const char* some_surnames[] = {"Marsh",  "March",    "O'Brien",   "OBrien",   "Smith-Jones", "Smith",
                                                  "Jones",  "de Souza", "Li",        "Kowalski", "Kowalska",    "Anna",
                                                  "Thomas", "McDonald", "MacDonald", "K"};
  static constexpr const char* full_names[] = {"Sir John Marsh, 1st Baronet", "MARSH, Ann Mary", "Anna",
                                               "Thomas Li Kowalski"};
  static constexpr const char* postcodes[] = {"XA1 1AB", "XA1 1AD", "XA1 2AB", "XA11 1AB", "XB9 9ZZ", "4011", "4012"};
  static constexpr const char* addresses[] = {"12 Mill Road",  "12 Mill Rd",           "12 Hill Road",
                                              "21 Mill Road",  "Flat 3, 12 Mill Road", "The Old Vicarage, Church Lane",
                                              "7 High Street", "Mill Road, 12",        "Mill Road"};
  static constexpr const char* towns[] = {"Wexbridge", "Wexbrige", "Anna", "Leeds", "York"};
  static constexpr const char* phones[] = {"07700 900123", "07700 900132", "+44 7700 900123", "01632 960001",
                                           "0711 1111111"};
  static constexpr const char* emails[] = {"anna.marsh@example.org", "anna.marsh@example.net", "jon@example.org",
                                           "a@b.c"};
  static constexpr const char* nhs_numbers[] = {"999 000 0018", "9990000018", "9990000081", "9990001111"};
  static constexpr const char* occupations[] = {"teacher", "taxi driver", "driver", "nurse"};
  static constexpr const char* dates[] = {"1990-03-04", "1990-04-03", "1990-03-14", "1991-03-04", "1990-01-01",
                                          "1990",       "1990-03",    "1985-12-12", "2001-10-01", "1990-03-25"};
  const auto set = [](Row& row, Attribute attribute, Code code) {
    row.value[static_cast<std::size_t>(attribute)] = code;
  };
  for (std::uint32_t r = 0; r < rows; ++r) {
    Row row;
    set(row, Attribute::forename, pick(some_forenames, .1, .3));
    set(row, Attribute::surname, pick(some_surnames, .1, .3));
    set(row, Attribute::full_name, pick(full_names, .9, .2));
    set(row, Attribute::alias, pick(some_forenames, .9, .1));
    set(row, Attribute::postcode, pick(postcodes, .3, .2));
    set(row, Attribute::address, pick(addresses, .3, .2));
    set(row, Attribute::town, pick(towns, .5, .2));
    set(row, Attribute::phone, pick(phones, .6, .2));
    set(row, Attribute::email, pick(emails, .7, .2));
    set(row, Attribute::nhs_number, pick(nhs_numbers, .8, .1));
    set(row, Attribute::upn, pick(nhs_numbers, .9, .1));
    set(row, Attribute::uprn, pick(nhs_numbers, .9, 0));
    set(row, Attribute::occupation, pick(occupations, .7, .2));
    if (numbers.chance(.85)) row.birth_date = *parse_iso_partial(dates[numbers.below(10)]);
    row.sex = numbers.chance(.2) ? Sex::unknown : numbers.chance(.5) ? Sex::female : Sex::male;
    row.source = static_cast<std::uint16_t>(numbers.below(3));
    if (numbers.chance(.1)) row.own_id = strings.intern("id " + std::to_string(numbers.below(20)));
    row.attach_only = numbers.chance(.05);
    input.rows.push_back(row);
  }
}

}  // namespace wider::linkage
