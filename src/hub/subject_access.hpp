// Subject access: what agencies have recorded of one person, for that person, with everybody else taken out. Made for
// somebody to read before it leaves: what a record says in free text may point to others in words that no program knows.
//
// Never in it: what is sealed or privileged, what its agency has not released, and sensitive services (Health answers for
// those itself). The note that says so stands in every copy, whether anything was left out or not.
// Thread safety: free functions over const arguments.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

struct SubjectAccess {
  struct Row {
    std::string agency, record, kind, happened, known;
    std::string own;     // the person's own particulars as the record has them
    std::string says;    // others' names, numbers and addresses are "[another person]" or "[number]"
    std::string others;  // "2 other people": how many, by their role, never who
    bool to_read = false;  // it has free text
  };
  std::string person;
  std::vector<Row> rows;  // oldest first
};
// not_found: there is no such person, or nothing of theirs can be given.
[[nodiscard]] Result<SubjectAccess> subject_access(const Projection& projection, ledger::Ledger& ledger,
                                                   PersonId person);
// CSV, each cell safe to open (base/safe_cell.hpp).
[[nodiscard]] std::string to_csv(const SubjectAccess& given);

// The text with every word of `others` (folded) that is not among `own` replaced, and every run of six digits or more.
[[nodiscard]] std::string without_others(std::string_view text, const std::set<std::string>& others,
                                         const std::set<std::string>& own);

}  // namespace wider::hub
