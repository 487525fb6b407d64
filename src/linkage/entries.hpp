// Entries: the rows, normalised and collapsed. Rows whose compared values are all equal are one entry, so that a person
// who is mentioned a hundred times in the same words is compared once.
// Invariants: entries stand in the order of the hash of their content, never of rows or codes; ordinary entries come
// before those that are attach_only; every row belongs to exactly one entry.
// Thread safety: values; const members may be called together.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/string_pool.hpp"
#include "linkage/linkage.hpp"
#include "linkage/text.hpp"

namespace wider::linkage {

inline constexpr std::size_t other_name_count = 4;

// A birth date as compared: 0 is "not given" in each part.
struct BirthDate {
  std::int16_t year = 0;
  std::int8_t month = 0;
  std::int8_t day = 0;
  [[nodiscard]] bool full() const { return day != 0; }
  friend bool operator==(BirthDate, BirthDate) = default;
};

// Codes are of Entries::strings (folded texts); 0 is "not given".
struct Entry {
  Code forename = 0;        // the first
  Code forename_whole = 0;  // all of them in one word: "mary ann" → "maryann"
  Code surname = 0;         // in one word: "smith-jones" → "smithjones"
  Code surname_first = 0;   // parts of a double-barrelled surname
  Code surname_last = 0;
  std::array<Code, other_name_count> other_names{};  // further forenames, alias, what else stands in a full name
  Code birth_text = 0;                               // the date as text, for its frequency
  Code postcode = 0;
  Code outward = 0;  // the first half of a British postcode
  Code address = 0;
  Code address_words = 0;  // its words in alphabetical order: parts of an address change places
  Code house = 0;          // number and first word of the street
  Code street = 0;         // its words that are no numbers, in alphabetical order
  Code uprn = 0;
  Code town = 0;
  Code phone = 0;
  Code email = 0;
  Code email_user = 0;
  Code email_sound = 0;  // of its letters, so that a slip of the key changes little
  Code nhs_number = 0;
  Code upn = 0;
  Code occupation = 0;
  Code own_id = 0;  // of the same pool; belongs with source
  BirthDate birth;
  Sex sex = Sex::unknown;
  bool attach_only = false;
  std::uint16_t source = 0;  // compared only where own_id or between_sources_only need it
};

// What is known of a folded name, by code.
struct NameFacts {
  NameGroups groups{};
  Code sound = 0;  // sound key of the fullest form, for forenames
  Code plain_sound = 0;
};

struct Entries {
  StringPool strings;
  std::vector<NameFacts> names;  // by code; filled for codes used as names
  std::vector<Entry> all;
  std::uint32_t ordinary = 0;            // entries before this one are not attach_only
  std::vector<std::uint64_t> content;    // by entry: hash of its content
  std::vector<std::uint32_t> entry_of;   // by row
  std::vector<std::uint32_t> first_row;  // by entry: offset into rows; size + 1
  std::vector<std::uint32_t> rows;       // row numbers, ascending within an entry

  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::uint32_t entry) const {
    return std::span(rows).subspan(first_row[entry], first_row[entry + 1] - first_row[entry]);
  }
};

// Reads rows one by one into the pool and the names of `entries`; each distinct value is normalised once. `from` and
// `entries` outlive it; `from` may grow meanwhile.
class EntryReader {
 public:
  EntryReader(const StringPool& from, Entries& entries);
  ~EntryReader();
  // keep_source: the source matters although there is no own id (between_sources_only).
  [[nodiscard]] Entry read(const Row& row, bool keep_source);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The entry's content as a hash of texts: it does not depend on codes.
[[nodiscard]] std::uint64_t content_hash(const Entry& entry, const StringPool& strings);

// Rows named in `apart` get an entry of their own. Row numbers in `apart` must exist.
[[nodiscard]] Entries make_entries(const Input& input, std::span<const std::pair<std::uint32_t, std::uint32_t>> apart);

}  // namespace wider::linkage
