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
#include <utility>
#include <vector>

#include "base/string_pool.hpp"
#include "linkage/linkage.hpp"
#include "linkage/look_alikes.hpp"
#include "linkage/normalise.hpp"
#include "linkage/text.hpp"

namespace wider::linkage {

// A birth date as compared: 0 is "not given" in each part.
struct BirthDate {
  std::int16_t year = 0;
  std::int8_t month = 0;
  std::int8_t day = 0;
  [[nodiscard]] bool full() const { return day != 0; }
  friend bool operator==(BirthDate, BirthDate) = default;
};

// What few entries have. Codes are of Entries::strings (folded texts); 0 is "not given".
struct MoreFields {
  Code forename_whole = 0;  // all of several forenames in one word: "mary ann" → "maryann"; 0 where there is one
  Code surname_first = 0;   // parts of a double-barrelled surname
  Code surname_last = 0;
  std::array<Code, other_name_count> other_names{};  // further forenames, alias, what else stands in a full name
  Code uprn = 0;
  Code own_id = 0;  // of the same pool; belongs with source
  friend bool operator==(const MoreFields&, const MoreFields&) = default;
};

// What most entries have, in little more than a cache line.
struct Entry {
  Code forename = 0;    // the first
  Code surname = 0;     // in one word: "smith-jones" → "smithjones"
  Code birth_text = 0;  // the date as text, for its frequency
  BirthDate birth;
  Code postcode = 0;
  Code outward = 0;  // the first half of a British postcode
  Code address = 0;
  Code address_words = 0;  // its words in alphabetical order: parts of an address change places
  Code house = 0;          // number and first word of the street
  Code street = 0;         // its words that are no numbers, in alphabetical order
  Code town = 0;
  Code phone = 0;
  Code email = 0;
  Code nhs_number = 0;
  Code upn = 0;
  Code occupation = 0;
  std::uint32_t more = 0;    // into Entries::more; 0 is an empty one
  std::uint16_t source = 0;  // compared only where own_id or between_sources_only need it
  Sex sex = Sex::unknown;
  bool attach_only : 1 = false;
  bool nhs_number_fails : 1 = false;  // its check digit is wrong
  bool upn_fails : 1 = false;         // its check letter is wrong
};
static_assert(sizeof(Entry) == 72);

// What tells the entry's person from a look-alike.
[[nodiscard]] inline OwnMarks own_marks_of(const Entry& entry) {
  return {entry.forename, {entry.nhs_number_fails ? Code{0} : entry.nhs_number, entry.upn_fails ? Code{0} : entry.upn}};
}

struct Entries {
  StringPool strings;
  std::vector<NameFacts> names;  // by code; filled for codes used as names
  std::vector<Entry> all;
  std::vector<MoreFields> more{1};
  std::uint32_t ordinary = 0;            // entries before this one are not attach_only
  std::vector<std::uint64_t> content;    // by entry: hash of its content
  std::vector<std::uint32_t> entry_of;   // by row
  std::vector<std::uint32_t> first_row;  // by entry: offset into rows; size + 1
  std::vector<std::uint32_t> rows;       // row numbers, ascending within an entry

  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::uint32_t entry) const {
    return std::span(rows).subspan(first_row[entry], first_row[entry + 1] - first_row[entry]);
  }
  [[nodiscard]] const MoreFields& more_of(const Entry& entry) const { return more[entry.more]; }
  [[nodiscard]] Code forename_whole(const Entry& entry) const {
    const Code whole = more_of(entry).forename_whole;
    return whole == 0 ? entry.forename : whole;
  }
  [[nodiscard]] Code own_id(const Entry& entry) const { return more_of(entry).own_id; }
  [[nodiscard]] std::string_view email_user(const Entry& entry) const {
    const std::string_view email = strings.view(entry.email);
    return email.substr(0, email.find('@'));
  }
};

// One row as read; the entry's `more` is not set.
struct ReadRow {
  Entry entry;
  MoreFields more;
};

// Reads rows one by one into the pool and the names of `entries`; each distinct value is normalised once. `from` and
// `entries` outlive it; `from` may grow meanwhile.
class EntryReader {
 public:
  EntryReader(const StringPool& from, Entries& entries);
  ~EntryReader();
  // keep_source: the source matters although there is no own id (between_sources_only).
  [[nodiscard]] ReadRow read(const Row& row, bool keep_source);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The entry's content as a hash of texts: it does not depend on codes.
[[nodiscard]] std::uint64_t content_hash(const Entry& entry, const MoreFields& more, const StringPool& strings);

// Rows named in `apart` get an entry of their own. Row numbers in `apart` must exist.
[[nodiscard]] Entries make_entries(const Input& input, std::span<const std::pair<std::uint32_t, std::uint32_t>> apart,
                                   unsigned threads = 1);

}  // namespace wider::linkage
