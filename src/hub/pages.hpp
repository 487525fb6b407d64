// Pages: everything the web site and the JSON API may ask of a hub. Each call checks the role's right to the action
// (access::may), leaves its entry in the ledger before it answers (no entry, no answer), and answers with a view.
// There is no second door: web holds no other way to the hub's data (invariant 3).
// Errors: denied (role, or no purpose chosen for a look at a person), not_found, unavailable.
// Thread safety: every member may be called from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "hub/account_pages.hpp"
#include "hub/sealed_views.hpp"
#include "hub/trust_pages.hpp"
#include "hub/views.hpp"

namespace wider::hub {

// What person() says with `unavailable` where the past is asked for and is not there yet.
inline constexpr std::string_view being_put_together =
    "The picture as it was on that day is being put together from all records. Open the page again in a minute.";

struct PersonQuery {
  bool newest_first = true;
  std::string as_known_at;  // ISO date or ""
  // What the chronology shows; "" is everything.
  std::string agency;    // an agency's name
  std::string kind;      // a kind of record's name
  std::string from, to;  // ISO dates of what happened
  bool all = false;      // not only the first lines of a long one
};

// Of the hub, for whoever watches over the process: no personal data.
struct Readiness {
  bool ready = false;         // there is a projection, and the last entry could be written
  std::uint64_t entries = 0;  // of the ledger
  std::uint64_t behind = 0;   // of them, not in the projection yet
};

class Pages : public AccountPages, public TrustPages {
 public:
  virtual Readiness readiness() = 0;
  virtual PageFrame frame(const Viewer& viewer) = 0;
  virtual Result<HomeView> home(const Viewer& viewer) = 0;
  virtual Result<SearchView> search(const Viewer& viewer, std::string_view query) = 0;
  virtual Result<PersonView> person(const Viewer& viewer, std::string_view person, const PersonQuery& query) = 0;
  virtual Result<FindingsView> findings(const Viewer& viewer, const FindingsQuery& query) = 0;
  virtual Result<FindingView> finding(const Viewer& viewer, std::string_view id) = 0;
  // until: ISO date, for snooze. reason: required for dismiss and reopen. seen: how long the history was that the
  // viewer saw (FindingView); where somebody acted since, it is a usage error that says who. The same again is done
  // once.
  virtual Result<void> act_on_finding(const Viewer& viewer, std::string_view id, FindingAction action,
                                      std::string_view reason, std::string_view until,
                                      std::optional<std::uint64_t> seen = {}) = 0;
  virtual Result<ExplainView> explain(const Viewer& viewer, std::string_view left_mention,
                                      std::string_view right_mention) = 0;
  // Links in doubt, worst first, and what people said about some.
  virtual Result<ReviewView> review(const Viewer& viewer, const ReviewQuery& query) = 0;
  // An entry; it holds above what the machine concludes, from the next settling on. reason: required, but to agree. A
  // word that would join two families waits until somebody else agrees; a notice tells who worked on what a word
  // touches.
  virtual Result<void> decide_link(const Viewer& viewer, std::string_view left_mention, std::string_view right_mention,
                                   LinkWord word, std::string_view reason) = 0;
  virtual Result<HeldBackView> held_back(const Viewer& viewer, std::uint32_t page) = 0;
  // The agency's held-back rows as CSV, to be sent back: file, row, column, reason, remedy, the row as it came.
  virtual Result<std::string> held_back_file(const Viewer& viewer, Agency agency) = 0;
  virtual Result<void> mend_held_back(const Viewer& viewer, std::uint64_t entry, std::string_view mended_row) = 0;
  virtual Result<GovernanceView> governance(const Viewer& viewer) = 0;
  virtual Result<ConcernsView> concerns(const Viewer& viewer) = 0;
  // The concern's reference: the same answer whether the child is sealed, known or neither. usage: says what is
  // missing.
  virtual Result<std::string> raise_concern(const Viewer& viewer, const NewConcern& told) = 0;
  // denied to whoever is on no seal's list and may not seal.
  virtual Result<SealedView> sealed(const Viewer& viewer) = 0;
  // Holds when it returns. usage: nobody of that number (a sealed person has none), or what is missing.
  virtual Result<void> seal_person(const Viewer& viewer, const NewSeal& wanted) = 0;
  virtual Result<void> unseal(const Viewer& viewer, std::uint64_t number, std::string_view reason) = 0;
};

}  // namespace wider::hub
