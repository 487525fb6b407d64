// A cell of a CSV file for somebody's spreadsheet: no cell is taken for a formula, and nothing invisible or turning the
// direction of writing stays in it unseen (a name that reads one way and is another).
// Thread safety: pure.
#pragma once

#include <string>
#include <string_view>

namespace wider {

// Quoted by RFC 4180. What starts like a formula (= + - @, after any blanks, full-width forms too) gets an apostrophe before
// it; control, format and private-use characters stand as [U+202E], and so does each byte that is not UTF-8 as [00FF].
[[nodiscard]] std::string safe_cell(std::string_view text);

}  // namespace wider
