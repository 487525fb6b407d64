// Small pieces of plain English: numbers with their noun, lists, articles. GOV.UK style: numerals, "and" before the
// last. Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "records/agency.hpp"
#include "records/kind.hpp"

namespace wider::picture {

// "1 child", "3 children".
[[nodiscard]] std::string counted(std::size_t count, std::string_view one, std::string_view several);
// "a", "a and b", "a, b and c".
[[nodiscard]] std::string listed(const std::vector<std::string>& items);
// "education, health and police", in the order of the enum.
[[nodiscard]] std::string listed(AgencySet agencies);
// "a takeaway", "an office".
[[nodiscard]] std::string with_article(std::string_view noun);
// "on 3 March 2009", "between March and June 2009", "between November 2008 and March 2009".
[[nodiscard]] std::string between(Date first, Date last);
// The agency in the middle of a sentence: "children's social care", "police", "the safeguarding partnership".
[[nodiscard]] std::string spoken(Agency agency);
// A record's coded reason in words where the code is a national one (categories of need of the Children in Need census,
// school attendance codes); as written where it is not.
[[nodiscard]] std::string coded(RecordKind kind, std::string_view code);
// First letter large.
[[nodiscard]] std::string as_sentence(std::string text);
// Every {name} replaced by its value; a name that is not known stays as it is.
[[nodiscard]] std::string filled(std::string_view text,
                                 const std::vector<std::pair<std::string_view, std::string>>& values);

}  // namespace wider::picture
