// What pages show: plain values, already cut down to what the viewer may see. Texts are plain text (web escapes them);
// dates are words ("3 March 2009"). No rule of the domain is left to a template.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/access.hpp"
#include "base/result.hpp"
#include "hub/review_views.hpp"

namespace wider::hub {

// Who is looking. `account` is the hub's own number of the account.
struct Standings;  // hub/trust.hpp
struct Viewer {
  std::uint32_t account = 0;
  std::string name;  // "Sam Okafor"
  access::UserRole role = access::UserRole::social_worker;
  Agency agency = Agency::social_care;
  std::optional<access::PurposeKind> purpose;
  std::string purpose_reference;                 // "concern 2012-0441"
  std::array<std::uint8_t, 16> purpose_entry{};  // the entry in which it was chosen, as headers name it
  std::uint32_t scope = ~0U;          // bits of access::Action: an API token may do less than its owner's role
  std::string token = {};             // the name of the API token through which it is; "" for a person
  bool must_change_password = false;  // and may do nothing else before
  std::shared_ptr<const access::Policy> policy = {};  // that the hub adopted; null: the shipped one
  // What holds between them and single records; filled in by the hub for each answer. Null: nothing.
  std::shared_ptr<const Standings> standings = {};
};
// Whether the viewer may open it at all: the role, cut down to the scope.
[[nodiscard]] inline bool may(const Viewer& viewer, access::Action action) {
  return access::may(viewer.policy.get(), viewer.role, action) && (viewer.scope >> static_cast<unsigned>(action) & 1U) != 0;
}

// On every page.
struct PageFrame {
  std::string data_good_to;  // "All agencies up to 6:10am; police last received 23 November 2012, 11:50pm."
  bool simulated = false;    // a demonstration hub: every page says so
  std::string duty_desk;     // "01632 960 001"
  std::string not_shown;     // the words on records that cannot be shown, the same always
  bool may_open_sealed = false;
  std::uint32_t findings_waiting = 0;
  std::uint32_t emergencies_waiting = 0;  // for a second person, of the governance role
};

// Where a finding stands. `second_look`: dismissed, and nobody else has agreed yet.
enum class FindingStage : std::uint8_t { open, taken, put_off, second_look, dismissed };

struct DutyLine {
  std::string what;    // "Decision on a referral"
  std::string child;   // name as shown
  std::string person;  // id for the link, "P123"
  std::string owner;   // "Children's social care"
  std::string due;     // "due 3 March 2009" / "2 days over"
  bool overdue = false;
};

struct FindingLine {
  std::string id;
  std::string says;
  std::string about;  // "Ann Marsh, Ben Okafor and 3 others; Albert News": names as this viewer may see them
  std::string met_on;
  std::string agencies;  // "Police, Education and Health"
  std::uint32_t children = 0;
  std::string state;  // "New", "Taken by Sam Okafor", "Dismissed by …"
  FindingStage stage = FindingStage::open;
  bool yours = false;  // the viewer took it
};
// One part of the findings inbox.
enum class FindingsPart : std::uint8_t { open, yours, taken, put_off, second_look, dismissed };
inline constexpr std::size_t findings_part_count = 6;
struct FindingsQuery {
  FindingsPart part = FindingsPart::open;
  std::uint32_t page = 1;
};
struct FindingsView {
  static constexpr std::uint32_t on_a_page = 40;
  std::vector<FindingLine> lines;                           // of the part and page asked for, most recent first
  std::array<std::uint32_t, findings_part_count> in_all{};  // by part
  FindingsPart part = FindingsPart::open;
  std::uint32_t page = 1, pages = 1;
};

struct HomeView {
  // Each list is short; the count beside it says how many there are.
  std::vector<DutyLine> overdue, today, this_week;
  std::uint32_t overdue_in_all = 0, today_in_all = 0, this_week_in_all = 0;
  std::uint32_t long_over = 0;        // ran out too long ago for today's list
  std::vector<FindingLine> findings;  // not yet taken, most recent first
  std::uint32_t findings_in_all = 0;
  std::uint32_t findings_yours = 0;  // that the viewer has taken
  struct NewFact {
    std::string person, name, says, when;
  };
  std::vector<NewFact> new_facts;  // about children in findings that the viewer has taken, newest first
  std::uint32_t new_facts_in_all = 0;
  std::string new_facts_since;            // "3 January 2013"
  std::vector<FindingLine> second_looks;  // dismissed by somebody else, waiting for a second person
  std::uint32_t second_looks_in_all = 0;
  std::vector<ReviewLine> second_words;  // said by somebody else of two families' records, waiting for a second person
  std::uint32_t second_words_in_all = 0;
  std::vector<IdentityNotice> identity_notices;
  std::uint32_t reviews_waiting = 0;
  std::uint32_t held_back_rows = 0;  // data engineers
  struct Timeliness {
    std::string agency;
    std::uint32_t in_time = 0, late = 0, open_over = 0;
  };
  std::vector<Timeliness> partners;  // the chair: duties that began in the last 12 months
  std::string last_checked;
};

struct SearchHit {
  std::string person;  // "P123"
  std::string name;    // best-known name, or "Not identified: “Taz”"
  std::string also_known_as;
  std::string born;      // "3 March 1994 (18 today)"
  std::string area;      // "Northgate"; outward postcode
  std::string known_to;  // "Social care, Police"
  std::string why;       // "“Smith” sounds like “Smyth”; date of birth the same."
  std::string fit;       // "All that you typed fits": of the search, never of the person
};
struct SearchView {
  std::string query;
  std::vector<SearchHit> hits;  // best first, at most 50
  bool more = false;
  bool only_part = false;  // nobody matches most of what was typed: the hits are the nearest
};

struct KnownTo {
  std::string agency;  // "Police"
  std::string since;   // "" when only the existence may be shown
  std::string last_contact;
  std::string records;      // "7", or "" when only the existence may be shown
  std::string you_may_see;  // "In full", "Kind and date", "That they know this person"
  std::string ring;         // "Duty sergeant, 01632 960 104"
  std::vector<std::string> why;  // why so much and no more, in the policy's words; and what would show more
};
struct ChronologyRow {
  std::string when;  // "3 March 2009, 10:40pm"
  std::string iso;   // "2009-03-03" for <time datetime>
  std::string says;
  std::string agency;
  std::string record;      // "police/crime-C123"
  std::string grade;       // "5x5x5 B24: …" or "not graded"
  std::string known;       // "known 5 March 2009"
  std::string received;    // "received 2 April 2009"
  std::string also;        // "Also recorded by Police, 3 days later."
  std::string gap_before;  // "Nothing recorded for 7 months", drawn as a gap; "" when none
  std::string why;         // "In full: your own agency's record."
};
struct TieRow {
  std::string person, name;  // other person
  bool child = false;
  std::string through;  // "silver Vauxhall Vectra" or "named in the same record"
  std::string times;    // "4 times"
  std::string first, last;
  std::string agencies;
  std::string says;
};
struct NetworkView {
  std::vector<std::string> sentences;
  std::vector<TieRow> ties;
  std::string chart_json;  // cytoscape elements:
                           // {"nodes":[{"data":{"id","label","kind"}}],"edges":[{"data":{"source","target","label"}}]}
};
struct IdentityRecord {  // one mention the person is made of
  std::string mention;   // "police/crime-C123#2"
  std::string name, born, address, identifiers, agency, role;
};
struct PersonView {
  std::string id;  // "P123"
  std::string name;
  std::vector<std::string> other_names;
  std::string born;  // "3 March 1994"
  std::string age;   // "18 on 31 December 2012"
  bool child = false;
  std::vector<std::string> identifiers;  // "NHS number 944 930 5552 (check digit right)"
  std::string lives;                     // latest address as far as it may be shown
  std::string
      how_sure;  // "11 records from 5 agencies. Weakest tie: education/concern-E2210, likely but not confirmed."
  std::string weakest_left,
      weakest_right;  // mentions of the weakest tie, for the link to explain; "" when there is one record
  std::vector<IdentityRecord> records;
  std::uint32_t records_in_all = 0;
  std::vector<KnownTo> known_to;
  std::vector<DutyLine> duties;
  std::vector<FindingLine> findings;
  std::vector<std::string> plans;  // "Child in need plan since 17 January 2012"
  struct Worker {
    std::string person, name, agency, when;
  };
  std::vector<Worker> working;  // professionals named in records of the last 12 months, latest first
  std::vector<ChronologyRow> chronology;
  std::uint32_t chronology_in_all = 0;                     // lines there are under the filters, shown or not
  std::vector<std::pair<std::string, std::string>> kinds;  // name and title of the kinds of record there are
  std::vector<std::string> decisions;                      // "On 3 March 2009 Sam Okafor said that … are one person: …"
  bool only_professional = false;                          // named in the course of a duty alone
  bool may_open_in_emergency = false;  // it would show more, for a limited time
  std::string emergency_until;         // "4:10pm" where it is open; else ""
  bool newest_first = true;
  std::string as_known_at;  // ISO date or ""
  NetworkView network;
  bool something_not_shown = true;  // always true: the same words on every page
};

struct ProofRow {
  std::string agency, record, happened, known, received, grade;
  std::string says;  // what the record says, as far as it may be shown
  std::string you_may_see;
  std::vector<std::string> people;  // those the finding names, with ids "P12|Name"
  std::string things;               // what it names of the things the finding turns on: "07113 029549"
};
struct HolderRow {
  std::string agency, part, knowable_since;
};
struct ExplanationRow {
  std::string question, answer;
};
// A join of two records that the finding rests on.
struct LeaningRow {
  std::string person;       // "P12|Name", or "" where the name may not be shown
  std::string tie;          // "“Education, Concern, 3 March 2009” with “Police, Stop, 14 June 2009”"
  std::string state;        // "likely but not confirmed", "confirmed by Sam Okafor on 3 March 2009"
  std::string without_it;   // "The finding falls."
  std::string left, right;  // mentions, for the link to explain; "" where either record may not be seen
};
struct FindingView {
  std::string id, pattern_title, says, met_on, received;
  std::string how_sure;  // of the weakest fact
  std::vector<LeaningRow> leanings;
  std::string usual;    // how often chance alone would do this
  std::string similar;  // what people did about others of the same pattern
  std::vector<ProofRow> proof;
  std::vector<ProofRow> also;
  std::vector<HolderRow> holders;
  std::vector<ExplanationRow> explanations;
  struct Named {
    std::string person, name;
    bool child = false;
  };
  std::vector<Named> people;
  std::vector<std::string> things;
  std::string state;  // "New", "Taken by …", …
  FindingStage stage = FindingStage::open;
  bool may_take = false, may_agree = false, may_reopen = false, may_close = false;  // what the next step can be
  struct Event {
    std::string when, who, what, reason;
  };
  std::vector<Event> history;
};

// Stored: never renumber, only add. agree: a second person agrees with a dismissal.
enum class FindingAction : std::uint8_t { take, dismiss, snooze, reopen, agree };

struct ExplainRow {
  std::string field, left, right, level, weight, rarity;
  bool differs = false;  // both are given and are not written alike
};
struct ExplainView {
  std::string left, right;              // mentions
  std::string left_words, right_words;  // "Education, School absence, 16 January 2008"
  std::string left_person, right_person;
  bool same = false;
  std::string verdict;      // "Taken for one person, likely but not confirmed."
  std::string decided;      // "On 3 March 2009 Sam Okafor said that they are one person: …", or ""
  std::string probability;  // "99.8 %" of the link: how sure the tie is, not anything about the person
  std::string prior, total;
  std::vector<ExplainRow> rows;
  std::vector<std::string> says;
  // What people said, also since the records were last put together.
  std::string waits, unsure;  // sentences; "" when nobody did
  bool may_agree = false, may_take_back = false;
  std::string second_person;          // why "one person" waits for a second person; "" where it counts at once
  std::vector<RestingLine> rests;     // findings and duties of the people concerned
  std::vector<TimelineRow> timeline;  // of both sides, latest first
  std::uint32_t timeline_in_all = 0;
};
enum class LinkWord : std::uint8_t { same, different, withdraw, unsure, agree };

struct HeldBackLine {
  std::uint64_t entry = 0;
  std::string file, row, column, reason, remedy, raw, agency;
  struct Cell {
    std::string name, value;
    bool meant = false;  // the one that could not be read
  };
  std::vector<Cell> cells;  // the row under its header; empty where the two do not fit together
};
struct HeldBackView {
  static constexpr std::uint32_t on_a_page = 25;
  std::vector<HeldBackLine> rows;  // of the page
  std::uint64_t in_all = 0;
  std::uint32_t page = 1, pages = 1;
};

struct LookLine {
  std::string when, who, role, agency, what, purpose;
};
struct GovernanceView {
  std::vector<LookLine> looks;
  std::string head_json;
  std::uint64_t entries = 0;
};

}  // namespace wider::hub
