// Noise: how an agency's clerk writes down a person. Takes the truth and gives what is written: misspelt, shortened,
// with a date turned round, without an address. The shares of Options::noise hold over all naming mentions of the
// public: each share is steered, so that a layout which never has a birth date makes others have one a little more
// often. Not counted, because nothing is named: rows that refer by an index number alone, people known by a street name
// only, and professionals, who sign with their staff number. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.hpp"
#include "town/world.hpp"

namespace wider::town {

// What a layout has room for in its columns.
struct Room {
  bool birth_date = true;
  bool address = true;  // or at least a postcode
  bool nhs_number = false;
  bool upn = false;
  bool phone = false;
  bool local_id = true;
  bool index_entry = false;  // a row of the agency's own index: always with the number, seldom wrong
};

// A person as written, before the layout gives it its form. Empty texts and an unknown birth date are left out.
struct Written {
  std::string forename;
  std::string surname;
  std::string alias;
  PartialDate birth_date;
  Sex sex = Sex::unknown;
  std::string local_id;
  std::string nhs_number;
  std::string upn;
  std::string phone;
  std::string address;
  std::string postcode;
  bool wrong = false;  // at least one error in a linkage field
};

// Steers a share towards its aim: the chance is raised while the share lies below it, and lowered while above.
class Share {
 public:
  explicit Share(double aim) : aim_(aim) {}
  [[nodiscard]] bool decide(Random& random, double factor = 1.0) {
    const double owed = aim_ * static_cast<double>(of_) - static_cast<double>(yes_);
    const bool yes = random.chance(aim_ == 0 ? 0 : (aim_ + owed / 400.0) * factor);
    count(yes);
    return yes;
  }
  void count(bool yes) {
    ++of_;
    if (yes) ++yes_;
  }
  // Where decide() could not be obeyed.
  void recount(bool was, bool is) { yes_ += static_cast<std::uint64_t>(is) - static_cast<std::uint64_t>(was); }
  [[nodiscard]] double now() const { return of_ == 0 ? 0 : static_cast<double>(yes_) / static_cast<double>(of_); }

 private:
  double aim_;
  std::uint64_t yes_ = 0;
  std::uint64_t of_ = 0;
};

class Clerk {
 public:
  Clerk(const World& world, const Noise& noise, std::uint64_t seed)
      : world_(world),
        random_(mix64(seed) ^ 0x63'6C'65'72'6BULL),
        error_(noise.error),
        no_birth_date_(noise.no_birth_date),
        no_address_(noise.no_address),
        no_identifier_(noise.no_identifier) {}

  // local_id: the person's number in the agency's index, "" when it has none for them.
  [[nodiscard]] Written write(PersonIndex person, Date on, const Room& room, const std::string& local_id);

  [[nodiscard]] const Share& error() const { return error_; }
  [[nodiscard]] const Share& no_birth_date() const { return no_birth_date_; }
  [[nodiscard]] const Share& no_address() const { return no_address_; }
  [[nodiscard]] const Share& no_identifier() const { return no_identifier_; }

 private:
  void choose_identifiers(Written& written, PersonIndex person, const Room& room, const std::string& local_id);
  bool spoil(Written& written, PersonIndex person, Date on);
  bool spoil_forename(Written& written);
  bool spoil_surname(Written& written, PersonIndex person, Date on);
  bool spoil_birth_date(Written& written);
  bool spoil_place(Written& written, PersonIndex person, Date on);
  bool spoil_identifier(Written& written, PersonIndex person);
  bool mistype(std::string& text);

  const World& world_;
  Random random_;
  Share error_, no_birth_date_, no_address_, no_identifier_;
};

}  // namespace wider::town
