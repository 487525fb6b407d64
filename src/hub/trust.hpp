// Trust: what people said about who may see whom beside the policy: openings in an emergency and their reviews, declared
// conflicts of interest, requests for evidence and their decisions. Each is an entry; TrustBook is what they come to, as
// of the ledger now, so that what is said holds from the next request (docs/adr/0021).
//
// Invariants: nobody reviews their own emergency or lifts their own tie; an emergency ends by itself; a tie holds until
// somebody else lifts it. Thread safety: values; a published TrustBook is never changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "hub/views.hpp"
#include "ledger/ledger.hpp"
#include "records/finding.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::hub {

struct Projection;

// Who is meant, so that they are found again when records are joined, split or come later: the mentions of the person
// on that day, as "police/crime-C1#2".
struct PersonMeant {
  std::string person;  // "P12", as it was then
  std::vector<std::string> mentions;
  friend bool operator==(const PersonMeant&, const PersonMeant&) = default;
};
[[nodiscard]] PersonMeant meant_by(const Projection& projection, PersonId person);
// Everybody today who has one of those mentions, with all that is theirs today.
[[nodiscard]] std::vector<std::string> mentions_today(const Projection& projection, const PersonMeant& meant);

struct Review {
  std::uint32_t account = 0;
  std::string by, note;
  bool good = false;  // of an emergency: it was justified; of a tie: it is lifted
  Instant at;
};
struct Emergency {
  std::uint64_t number = 0;  // the sequence of its entry
  std::uint32_t account = 0;
  std::string by, reason;
  PersonMeant who;
  Instant opened, until;  // by the system's clock
  std::optional<Review> review;
  // A review that finds no justification ends it at once.
  [[nodiscard]] bool open_at(Instant now) const { return now < until && (!review || review->good); }
};
struct Tie {
  std::uint64_t number = 0;
  std::uint32_t account = 0;
  std::string by, what;
  PersonMeant who;
  Instant at;
  std::optional<Review> review;
  [[nodiscard]] bool holds() const { return !review || !review->good; }
};
struct EvidenceRequest {
  std::uint64_t number = 0;
  std::uint32_t account = 0;
  std::string by;
  Agency of = Agency::police, holder = Agency::social_care;
  PersonMeant who;
  std::string line_of_enquiry, necessity, proportionality, victim;
  Instant at;
  struct Item {
    std::string record;      // within the holder
    bool sensitive = false;  // listed apart, without what it says
  };
  struct Decision {
    std::uint32_t account = 0;
    std::string by, reason;
    bool given = false;
    std::vector<Item> schedule;
    Instant at;
  };
  std::optional<Decision> decision;
};

// One entry of these kinds, as the snapshot keeps it.
struct TrustEntry {
  std::uint64_t sequence = 0;
  ledger::EntryKind kind = ledger::EntryKind::emergency;
  Instant received;
  std::string body;
};
[[nodiscard]] bool is_of_trust(ledger::EntryKind kind);

struct TrustBook {
  std::vector<Emergency> emergencies;  // oldest first
  std::vector<Tie> ties;
  std::vector<EvidenceRequest> requests;
  // Throws as a JSON reader where the body is not what its kind says.
  void apply(const TrustEntry& entry);
};

// Bodies (JSON).
[[nodiscard]] std::string encode(const Emergency& emergency);
[[nodiscard]] std::string encode(const Tie& tie);
[[nodiscard]] std::string encode(const EvidenceRequest& request);
[[nodiscard]] std::string encode_review(std::uint64_t of, const Review& review);
[[nodiscard]] std::string encode_decision(std::uint64_t of, const EvidenceRequest::Decision& decision);

// By sequence, ascending: the records that the viewer may not see for a tie of theirs, and those that they opened in an
// emergency. `projection` may be of a day in the past.
struct Standings {
  std::vector<std::uint64_t> conflict, emergency;
  [[nodiscard]] access::Standing of(std::uint64_t sequence) const;
};
// nullptr where there is nothing of either kind.
[[nodiscard]] std::shared_ptr<const Standings> standings_of(const TrustBook& book, std::uint32_t account, Instant now,
                                                            const Projection& projection, const Projection& today);
// Whether a record that the finding rests on is in conflict for this viewer.
[[nodiscard]] bool in_conflict(const Viewer& viewer, const Holdings& holdings, const Finding& finding);

}  // namespace wider::hub
