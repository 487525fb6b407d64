// Material for a prosecution: what the hub holds that may be relevant to it, of one person or one finding, as it was
// recorded: records in all their versions, withdrawals, links and people's words about them, findings and what was done
// about them, who looked, and the versions of model, patterns and policy; with proofs that the entries are the
// ledger's. A schedule numbers it. What is sensitive (handling conditions, seals, legal advice, protected
// characteristics) stands on a list of its own, described and never with what it says (docs/production/README.md,
// "Material for a prosecution").
//
// Never in it, not even counted: what tells of a sensitive service (Health answers for those itself), and seals that
// the officer is not on the list of. The note that says so is the same in every copy. Thread safety: free functions
// over const arguments.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

struct ProsecutionWish {
  std::string person, finding;  // one of them: "P12", or a finding's id
};

struct ProsecutionMaterial {
  struct Line {
    std::string number;  // "1", or "S1" where it is listed apart
    std::string what;    // a description; apart: without what it says
    std::string date, received, originator, handling;
    std::string file;         // where what it says is; "" apart
    std::uint64_t entry = 0;  // of the ledger; 0: the machine concluded it from the others
    std::string why_apart = {};
  };
  std::string about;  // "person P12"
  std::vector<Line> schedule, apart;
  std::map<std::string, std::string> files;  // by name within the folder; the schedules are among them
};

struct ProsecutionSources {
  const Projection& projection;
  ledger::Ledger& ledger;
  const std::vector<Account>& accounts;
  std::uint32_t officer = 0;  // the account of who asks for it
  std::string asked;          // "On 3 March 2009 Lee Castell (lee): R v …", as the cover sheet has it
};

// not_found: there is no such person or finding, or nothing that may be told of; the same words for all.
[[nodiscard]] Result<ProsecutionMaterial> prosecution_material(const ProsecutionSources& sources,
                                                               const ProsecutionWish& wish);

// Makes the folder with all of it, or nothing: already_there where there is something of its name.
[[nodiscard]] Result<void> write_material(const ProsecutionMaterial& material, const std::filesystem::path& folder);

}  // namespace wider::hub
