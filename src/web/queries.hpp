// What an address asks for, read and checked in one place for the pages and for the JSON API.
// Thread safety: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "hub/pages.hpp"
#include "web/http.hpp"

namespace wider::web {

inline constexpr std::size_t longest_query = 200;  // bytes of a search, or of a purpose's reference
inline constexpr std::size_t longest_reason = 2000;

// nullopt, and words in `problem`, when it cannot be.
[[nodiscard]] std::optional<hub::PersonQuery> person_query(const Request& request, std::string_view& problem);
// nullopt: no such list or page.
[[nodiscard]] std::optional<hub::FindingsQuery> findings_query(const Request& request);
[[nodiscard]] std::optional<hub::ReviewQuery> review_query(const Request& request);
// "same", "different", "unsure", "withdraw" or "agree".
[[nodiscard]] std::optional<hub::LinkWord> link_word_named(std::string_view name);
// A whole number, or nullopt.
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view text);

}  // namespace wider::web
