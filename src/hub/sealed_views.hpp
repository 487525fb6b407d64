// What the pages about sealed records and about concerns show: plain values, already cut down to what the viewer may
// see.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wider::hub {

struct ConcernLine {
  std::string reference, about, born, what, by, when;
  std::string person;  // number of the page it was raised from, or ""
};
struct ConcernsView {
  std::vector<ConcernLine> yours;    // latest first
  std::vector<ConcernLine> waiting;  // for the duty desk (social workers): those of others
};
struct NewConcern {
  std::string_view about, born, what, person;
};

struct SealedView {
  struct RecordLine {
    std::string agency, record, when, says;  // the last three as far as they may be shown
  };
  struct SealLine {
    std::uint64_t number = 0;
    std::string person, kind, reason, by, when, may_open;
    std::vector<RecordLine> records;
    std::vector<ConcernLine> concerns;  // that may be about this person
  };
  std::vector<SealLine> seals;  // that the viewer may open, latest first
  bool may_seal = false;
  struct Officer {
    std::string username, name;
  };
  std::vector<Officer> accounts;  // who may be put on a list
};
struct NewSeal {
  std::string_view person, kind, reason;
  std::vector<std::string> usernames;  // who may open it, beside the one who seals
};

}  // namespace wider::hub
