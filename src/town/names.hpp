// Names of the fictitious town: forenames and surnames of several origins, their spellings and short forms, and
// streets. The tables were composed for this project. A name is an index, so that a person is small; texts are UTF-8
// and hold no character outside Windows-1252. Which origin a household has is never looked at when a role is given to a
// person. Thread safety: const after construction.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "records/record.hpp"

namespace wider::town {

using NameIndex = std::uint16_t;

class Names {
 public:
  Names();

  // An origin for a household, in the town's proportions.
  [[nodiscard]] std::uint8_t draw_origin(Random& random) const;
  // Skewed as real names are: the k-th most common is about k times rarer than the first.
  [[nodiscard]] NameIndex draw_forename(Random& random, std::uint8_t origin, Sex sex) const;
  [[nodiscard]] NameIndex draw_surname(Random& random, std::uint8_t origin) const;

  [[nodiscard]] std::string_view forename(NameIndex name) const { return forenames_[name]; }
  // The form a woman or a man bears ("Kowalska", "Kowalski").
  [[nodiscard]] std::string surname(NameIndex name, Sex sex) const;

  [[nodiscard]] std::size_t forename_count() const { return forenames_.size(); }
  [[nodiscard]] std::size_t surname_count() const { return surnames_.size(); }

 private:
  struct Pool {
    std::vector<NameIndex> names;           // commonest first
    std::vector<std::uint32_t> cumulative;  // of their weights
    [[nodiscard]] NameIndex draw(Random& random) const;
  };
  static Pool make_pool(std::vector<NameIndex> names);

  std::vector<std::string> forenames_;
  std::vector<std::string> surnames_;
  std::vector<Pool> female_, male_, family_;  // by origin
};

// Another spelling ("Muhammad" for "Mohammed") or short form ("Beth" for "Elizabeth") of a forename; "" when none is
// known.
[[nodiscard]] std::string_view other_spelling(std::string_view forename, Random& random);
[[nodiscard]] std::string_view short_form(std::string_view forename, Random& random);
// Another spelling of a surname: from the table, or by rule (Mc and Mac, O'Brien and OBrien); "" when none is known.
[[nodiscard]] std::string other_surname_spelling(std::string_view surname, Random& random);

[[nodiscard]] const std::vector<std::string>& street_names();           // several hundred, distinct
[[nodiscard]] const std::vector<std::string_view>& street_nicknames();  // names people go by: "Taz"

}  // namespace wider::town
