// Projection: everything derived from the ledger's entries and the adopted versions, as at one size of the ledger: the
// records as columns, the people, the findings, the accounts and what people decided. It is built by Hub::settle() and
// then never changed: pages read it through a shared pointer while the next one is made (docs/adr/0008).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "hub/account.hpp"
#include "hub/erasing.hpp"
#include "hub/sealing.hpp"
#include "hub/trust.hpp"
#include "hub/views.hpp"
#include "ledger/ledger.hpp"
#include "linkage/linkage.hpp"
#include "picture/picture.hpp"
#include "records/finding.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::hub {

// A person's word that two mentions are, or are not, one person. Mentions by agency and name. A word that would join
// two families waits until a second person agrees (docs/adr/0014); one who cannot tell changes nothing.
struct LinkDecision {
  Agency left_agency = Agency::social_care;
  std::string left;
  Agency right_agency = Agency::social_care;
  std::string right;
  bool same = true;
  bool withdrawn = false;
  std::string by;             // whose word it is: a name, or the OS user of a command
  std::string reason;         // "" where none was asked for
  std::string purpose;        // of a command; a page's purpose is in the look that led to it
  Instant at;                 // of its entry
  std::uint32_t account = 0;  // whose word; 0: the operator of a command
  bool unsure = false;
  bool waits = false;     // for a second person
  bool agrees = false;    // of an entry alone: a second person's agreement with a word that waits
  std::string agreed_by;  // the second person
  [[nodiscard]] bool counts() const { return !unsure && !waits; }
};
[[nodiscard]] bool about_the_same_two(const LinkDecision& a, const LinkDecision& b);
// Takes one more word in: what stands then about its two mentions, and about no others. At most one that counts, one
// that waits and one that cannot tell stand about any two; who waits for a second person is not that person.
void apply_word(std::vector<LinkDecision>& standing, LinkDecision word);

// Somebody worked on what a word about two records touches: kept as an entry when the word comes to count, since what
// it touched may be gone after it.
struct NoticeEntry {
  LinkDecision word;
  struct Touched {
    std::string finding, says;
    std::uint32_t taken_by = 0;  // account; 0: nobody
    std::optional<Agency> audience;
    std::optional<Agency> owner;  // of a duty
  };
  std::vector<Touched> touched;
};
struct FindingEvent {
  std::string finding;
  FindingAction action = FindingAction::take;
  std::string reason;
  std::string until;
  std::uint32_t account = 0;
  Instant at;
};

// What the entries say, before anything is concluded from them.
struct Facts {
  std::uint64_t through = 0;  // the last sequence applied
  Holdings holdings;
  std::vector<Account> accounts;
  std::vector<LinkDecision> link_decisions;    // what stands
  std::vector<LinkDecision> decision_history;  // every word and withdrawal, in order
  std::vector<NoticeEntry> notices;            // oldest first
  std::vector<FindingEvent> finding_events;
  std::vector<std::uint64_t> held_back;    // sequences of held-back rows not settled yet
  std::string model;                       // the adopted linkage model, TOML; "" when none
  std::string versions;                    // the adopted patterns and rules, as shipped_versions(); "" when none
  std::string policy_text;                 // the adopted policy; "" when none
  std::uint64_t policy_sequence = 0;       // of its entry
  std::shared_ptr<const access::Policy> policy;  // null: the shipped one, also where the adopted one is refused today
  std::vector<Seal> seals;                 // those that stand
  bool unsealed = false;                   // a seal was taken off or something erased since the rows were read: they
                                           // are to be read again
  std::vector<std::uint32_t> sealed_rows;  // of holdings.records(), set aside; ascending
  std::vector<Concern> concerns;           // oldest first
  std::vector<TrustEntry> trust;           // of hub/trust.hpp, as they came
  std::vector<Hold> holds;                 // those that stand
  std::map<std::pair<Agency, std::string>, Date> kept;  // records that were due and kept, until when
  std::map<std::uint64_t, std::uint32_t> erased;        // what erasures name: sequence → people it named
  std::vector<std::uint64_t> to_erase;                  // of those, what a crash left unerased
  Instant last_received;
  std::map<Agency, Instant> last_received_from;
  std::uint64_t identity_version = 0;  // goes up when something that linkage or picture depends on changes
  std::uint64_t past_version = 0;      // goes up when that changes what is said of past days too

  // Moves the day to which the data is good: by what everybody may know of alone (invariant 10).
  void take_receipt(Agency agency, Handling handling, Instant received);
  void take_policy(std::string text, std::uint64_t sequence);
  [[nodiscard]] const access::Policy& policy_in_use() const;
  [[nodiscard]] bool is_sealed(std::uint32_t record) const;
  // Takes one entry in. corrupt: a body that is not what its kind says.
  [[nodiscard]] Result<void> apply(const ledger::Entry& entry);
};

class SearchIndex;

// A link that somebody should look at, as linkage doubted it when the people were put together.
struct PersonDoubt {
  MentionIndex left, right;
  float probability = 0;   // that the two sides are one person
  float weight = 0;        // of the pair, in bits above what a link needs
  std::uint32_t kind = 0;  // linkage::DoubtKind
};

struct Projection {
  Facts facts;
  People people;
  std::unique_ptr<picture::Things> things;
  std::vector<Finding> findings;
  std::unique_ptr<SearchIndex> search;
  std::vector<PersonDoubt> doubts;
  std::string blocking_note;
  std::uint64_t pairs_compared = 0;

  Projection();
  ~Projection();
  [[nodiscard]] picture::Scene scene() const { return {facts.holdings, people, *things}; }
  [[nodiscard]] const Holdings& holdings() const { return facts.holdings; }
};

// By mention: 1 where only the originator may be influenced by its record (People's second argument).
[[nodiscard]] std::vector<std::uint8_t> originator_only_flags(const Holdings& holdings);

// Bodies of the small entries (JSON), made and read in one place.
[[nodiscard]] std::string encode_decision(const LinkDecision& decision);
[[nodiscard]] LinkDecision decode_decision(
    std::string_view body);  // throws what a JSON reader throws; without its time
[[nodiscard]] std::string encode_notice(const NoticeEntry& notice);
[[nodiscard]] NoticeEntry decode_notice(std::string_view body, Instant at);  // throws likewise
[[nodiscard]] std::string encode_event(const FindingEvent& event);
[[nodiscard]] std::string encode_settled(std::uint64_t held_back_entry, const std::string& by);
[[nodiscard]] std::string encode_withdrawal(Agency agency, std::string_view record_name);

}  // namespace wider::hub
