// Query: the words somebody typed into the search box, and the dates among them in any usual form: 3/4/1994, 3 April
// 1994, April 1994, 1994. Day first, as in Britain. Knows nothing of what the hub holds.
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"

namespace wider::hub {

inline constexpr std::size_t longest_query = 200;  // bytes; the rest is not read

// The query's words as typed, without the commas, quotation marks and words like "born" between them.
[[nodiscard]] std::vector<std::string> query_words(std::string_view query);

struct DateInQuery {
  PartialDate date;
  std::size_t words = 0;  // how many words it takes
};
// The date that begins with this word; nullopt when none does.
[[nodiscard]] std::optional<DateInQuery> date_at(const std::vector<std::string>& words, std::size_t at);

}  // namespace wider::hub
