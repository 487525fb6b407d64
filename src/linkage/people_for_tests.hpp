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

}  // namespace wider::linkage
