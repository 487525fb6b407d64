// SearchIndex: people by name in any spelling, alias, date of birth, identifier, phone, registration, address. It
// tolerates misspelling by comparing the query's words with every distinct word there is, then looking up who bears it.
// Invariant: a value that the viewer may not see is never looked at (another agency's originator-only record, a number
// in a record of which only the existence is shared), so it changes neither hits, nor their order, count or words
// (DESIGN, invariant 10). A test compares a hub with such records and one without them.
// Thread safety: const members may be called together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/string_pool.hpp"
#include "hub/views.hpp"
#include "linkage/text.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::hub {

// How well a hit fits what was typed: of the search, never of the person.
enum class Fit : std::uint8_t { all_the_same, all_alike, part };

struct Hit {
  PersonId person;
  double score = 0;  // 0 to 1: how well the words of the query match
  Fit fit = Fit::part;
  std::string why;  // "“Smyth” is spelt like “Smith”; date of birth the same."
};

struct Found {
  std::vector<Hit> hits;   // best first
  bool only_part = false;  // nobody matches most of what was typed: these are the nearest
  bool more = false;       // there are more than were asked for
};

class SearchIndex {
 public:
  SearchIndex(const Holdings& holdings, const People& people);
  // At most `limit` hits. The viewer's role, agency and purpose decide which values may be looked at.
  [[nodiscard]] Found search(const Holdings& holdings, const People& people, std::string_view query,
                             const Viewer& viewer, std::size_t limit) const;

 private:
  friend class Searching;
  using Code = StringPool::Code;
  struct NameWord {
    Code code;
    Code sound;  // of the same pool
    linkage::NameGroups groups;
  };
  struct DateWord {
    PartialDate date;
    Code code;
  };

  void post(const Holdings& holdings, const People& people, Code word, MentionIndex mention);
  void post_names(const Holdings& holdings, const People& people, MentionIndex mention,
                  std::vector<std::vector<Code>>& folded, std::vector<bool>& known);
  void post_identifiers(const Holdings& holdings, const People& people, MentionIndex mention);
  void list_words();

  StringPool words_;  // folded words of names, and other values behind a mark of their kind
  std::vector<std::vector<MentionIndex>> postings_;  // by code; one mention for a person, agency, kind and handling
  std::vector<Code> values_[128];                    // by mark: the distinct values of a kind
  std::vector<NameWord> names_;
  std::vector<DateWord> dates_;
};

// Lower case, without diacritics or punctuation: the form in which names are compared.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace wider::hub
