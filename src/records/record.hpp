// The nouns every stage shares: Record (what one agency said once), the people and things it names, and what was wrong
// with it. A Record is a value; intake makes it, the ledger keeps its encoding, Holdings (holdings.hpp) its columns.
// Protected characteristics are not here: they have a type of their own in records/protected.hpp (invariant 5).
#pragma once

#include <string>
#include <vector>

#include "base/date.hpp"
#include "records/agency.hpp"
#include "records/grade.hpp"
#include "records/kind.hpp"

namespace wider {

enum class Sex : std::uint8_t { unknown, female, male };

// A person as one record names them. Every text is as the agency wrote it (UTF-8, trimmed); "" is "not given".
struct PersonMention {
  Role role = Role::subject;
  std::string forename;  // first forename(s); or, where the agency holds one name field, see full_name
  std::string surname;
  std::string full_name;  // only where the agency holds one field; linkage splits it
  std::string alias;      // other name, nickname or street name
  PartialDate birth_date;
  Sex sex = Sex::unknown;
  std::string local_id;  // the person's id in the agency's own index; "" when the agency has none for them
  std::string nhs_number;
  std::string upn;  // unique pupil number
  std::string phone;
  std::string email;
  std::string address;  // one line, without the postcode
  std::string postcode;
  std::string uprn;  // unique property reference number
  std::string occupation;
  std::string description;  // of somebody not identified: "male, 30s, drives a silver taxi"

  friend bool operator==(const PersonMention&, const PersonMention&) = default;
};

// A place, vehicle, phone, online handle or organisation as one record names it.
struct ThingMention {
  ThingKind kind = ThingKind::place;
  ThingRole role = ThingRole::at;
  std::string text;      // as written: "Station Kebabs, 4 Station Road", "W123 ABC"
  std::string id;        // UPRN, registration, number, handle as written; "" when none
  std::string postcode;  // places
  std::string category;  // "takeaway", "taxi-rank", "hotel", "school", "home", "hospital", "park"; vehicles: "silver
                         // Vauxhall Vectra"

  friend bool operator==(const ThingMention&, const ThingMention&) = default;
};

// Something not right in a value that was kept all the same.
struct Issue {
  std::string column;  // the agency's own column
  std::string reason;  // "NHS number fails its check digit"

  friend bool operator==(const Issue&, const Issue&) = default;
};

// Where a record came from, for errors and provenance.
struct Origin {
  std::string file;       // file name without folders
  std::uint64_t row = 0;  // 1 is the header's line of a CSV file or the first line of an XML file

  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Record {
  Agency agency = Agency::social_care;
  RecordKind kind = RecordKind::person;  // the first value: what the encoding leaves out
  std::string id;                        // the agency's own id of the record: unique within agency and kind
  When happened;
  Date known;  // when the agency recorded it; none when the file does not say
  Grade grade;
  Handling handling = Handling::shared;
  Outcome outcome = Outcome::none;
  Date outcome_date;          // when it was closed or decided
  std::string reason;         // the coded reason for the outcome, as written
  std::string code;           // the record's own code (need, offence group, attendance reason), as written
  std::string source_agency;  // who referred or told, as an agency name ("education") where the mapping knows it
  std::string related;        // name of another record it belongs to: "crime-CR/2009/0123", "referral-R77"
  std::string text;           // the neutral sentence of the record
  std::vector<PersonMention> people;
  std::vector<ThingMention> things;
  std::vector<Issue> issues;
  Origin origin;

  friend bool operator==(const Record&, const Record&) = default;
};

// "referral-R77": the record's name within its agency.
[[nodiscard]] std::string record_name(const Record& record);
// "referral-R77", or "crime-C1#2" where the record names several people (ordinal counts from 1).
[[nodiscard]] std::string mention_name(const Record& record, std::size_t index);

}  // namespace wider
