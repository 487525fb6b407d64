// SearchIndex: people by name in any spelling, alias, date of birth, identifier, phone, registration, address. It tolerates
// misspelling by comparing the query's words with every distinct word there is (Jaro-Winkler), then looking up who bears it.
// Invariant: a mention that the asker may not be influenced by (originator-only, another agency's) is never looked at, so
// it changes neither hits, nor order, nor count (DESIGN, invariant 10).
// Thread safety: const members may be called together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/string_pool.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::hub {

struct Hit {
  PersonId person;
  double score = 0;   // 0 to 1: how well the words of the query match
  std::string why;    // "Name sounds alike; date of birth the same."
};

class SearchIndex {
 public:
  SearchIndex(const Holdings& holdings, const People& people);
  // Best first, at most `limit`. asker: originator-only records of other agencies are left out.
  [[nodiscard]] std::vector<Hit> search(const Holdings& holdings, const People& people, std::string_view query, Agency asker,
                                        std::size_t limit) const;

 private:
  StringPool words_;                                   // folded words of names, and identifiers with a prefix
  std::vector<std::vector<MentionIndex>> postings_;    // by word code; one mention a person and handling suffices
  std::vector<StringPool::Code> name_words_;           // codes that are words of names
};

// Lower case, without diacritics or punctuation: the form in which names are compared.
[[nodiscard]] std::string fold(std::string_view text);

}  // namespace wider::hub
