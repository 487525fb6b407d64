// What a <Child> of the Children in Need census becomes: a census record, and a referral record for each CINdetails.
// Code sets: Department for Education, "Children in need census", 2022 to 2024.
#include "intake/cin_row.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "base/check.hpp"
#include "base/identifiers.hpp"

namespace wider::intake {
namespace {

struct Source {
  std::string_view code;
  std::optional<Agency> agency;  // none: not one of the partnership's agencies, or not told
  std::string_view words;
};
constexpr std::array<Source, 22> sources = {{
    {"1A", Agency::community, "a family member, relative or carer"},
    {"1B", Agency::community, "an acquaintance"},
    {"1C", Agency::community, "the child"},
    {"1D", Agency::community, "another individual"},
    {"2A", Agency::education, "a school"},
    {"2B", Agency::education, "education services"},
    {"3A", Agency::health, "a general practitioner"},
    {"3B", Agency::health, "a health visitor"},
    {"3C", Agency::health, "a school nurse"},
    {"3D", Agency::health, "other primary health services"},
    {"3E", Agency::health, "an emergency department"},
    {"3F", Agency::health, "other health services"},
    {"4", Agency::housing, "housing"},
    {"5A", Agency::social_care, "the authority's social care"},
    {"5B", Agency::social_care, "another department of the authority"},
    {"5C", Agency::social_care, "another authority"},
    {"5D", Agency::social_care, "early help"},
    {"6", Agency::police, "police"},
    {"7", std::nullopt, "another legal agency"},
    {"8", std::nullopt, "another organisation"},
    {"9", std::nullopt, "somebody who gave no name"},
    {"10", std::nullopt, "a source not known"},
}};

struct Need {
  std::string_view code;
  std::string_view words;
};
constexpr std::array<Need, 10> needs = {{
    {"N1", "abuse or neglect"},
    {"N2", "child's disability"},
    {"N3", "parental disability or illness"},
    {"N4", "family in acute stress"},
    {"N5", "family dysfunction"},
    {"N6", "socially unacceptable behaviour"},
    {"N7", "low income"},
    {"N8", "absent parenting"},
    {"N9", "cases other than children in need"},
    {"N0", "not stated"},
}};

class ChildMapper {
 public:
  ChildMapper(const CinHeader& header, const std::vector<XmlElement>& elements, Agency agency, const Origin& origin)
      : header_(header), elements_(elements), agency_(agency), origin_(origin) {}

  std::optional<RowTrouble> map(Accepted& out) {
    identifiers_ = child_of(0, "ChildIdentifiers");
    const std::string id(text(identifiers_, "LAchildID"));
    if (id.empty())
      return RowTrouble{"LAchildID", "the child's local identifier is missing", "give the child its LAchildID"};
    Record census = begin(RecordKind::census, fmt::format("{}/{}", id, header_.year));
    census.happened = {header_.reference_date, header_.reference_date, Precision::day, -1};
    census.known = header_.reference_date;
    census.text = fmt::format("In the Children in Need census of {}.", header_.year);
    census.people.push_back(child(id, census.issues));
    if (const ReadDate died = date(identifiers_, "PersonDeathDate", census.issues); died.date.known()) {
      census.text += fmt::format(" Died {}.", to_words(died.date.first));
    }
    protected_values(mention_name(census, 0), out);
    out.records.push_back(std::move(census));
    std::map<std::string, int> seen;
    for (std::size_t i = 1; i < elements_.size(); ++i) {
      if (elements_[i].parent != 0 || elements_[i].name != "CINdetails") continue;
      if (auto trouble = referral(i, id, seen, out)) return trouble;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] std::size_t child_of(std::size_t parent, std::string_view name) const {
    for (std::size_t i = parent == XmlElement::no_parent ? elements_.size() : parent + 1; i < elements_.size(); ++i) {
      if (elements_[i].parent == parent && elements_[i].name == name) return i;
    }
    return XmlElement::no_parent;
  }
  [[nodiscard]] std::string_view text(std::size_t parent, std::string_view name) const {
    const std::size_t at = child_of(parent, name);
    return at == XmlElement::no_parent ? std::string_view() : trimmed(elements_[at].text);
  }

  // A date that need not be there; one that cannot be read is noted and left out.
  ReadDate date(std::size_t parent, std::string_view name, std::vector<Issue>& issues) const {
    const std::string_view written = text(parent, name);
    const ReadDate read = read_census_date(written);
    if (read.trouble != DateTrouble::none) {
      issues.push_back({std::string(name), fmt::format("'{}' is no date and is left out", written.substr(0, 40))});
    }
    return read;
  }

  [[nodiscard]] Record begin(RecordKind kind, std::string id) const {
    Record record;
    record.agency = agency_;
    record.kind = kind;
    record.id = std::move(id);
    record.origin = origin_;
    return record;
  }

  PersonMention child(const std::string& id, std::vector<Issue>& issues) const {
    PersonMention person;
    person.role = Role::subject;
    person.local_id = id;
    person.upn = text(identifiers_, "UPN");
    if (!person.upn.empty() && !upn_valid(person.upn)) issues.push_back({"UPN", "UPN fails its check letter"});
    person.birth_date = date(identifiers_, "PersonBirthDate", issues).date;
    if (!person.birth_date.known()) {
      const ReadDate expected = date(identifiers_, "ExpectedPersonBirthDate", issues);
      if (expected.date.known())
        person.description = fmt::format("not yet born, expected {}", to_words(expected.date.first));
    }
    // GenderCurrent until 2022, Sex from 2023.
    std::string sex = folded(text(identifiers_, "Sex"));
    std::string_view column = "Sex";
    if (sex.empty()) {
      sex = folded(text(identifiers_, "GenderCurrent"));
      column = "GenderCurrent";
    }
    if (sex == "1" || sex == "m") {
      person.sex = Sex::male;
    } else if (sex == "2" || sex == "f") {
      person.sex = Sex::female;
    } else if (!sex.empty() && sex != "0" && sex != "9" && sex != "u") {
      issues.push_back({std::string(column), "the census has no such code; it is kept as unknown"});
    }
    return person;
  }

  void protected_values(std::string mention, Accepted& out) const {
    ProtectedCharacteristics said{agency_, std::move(mention), {}};
    const std::size_t traits = child_of(0, "ChildCharacteristics");
    if (const std::string_view ethnicity = text(traits, "Ethnicity"); !ethnicity.empty()) {
      said.statements.push_back({ProtectedKind::ethnicity, std::string(ethnicity)});
    }
    const std::size_t disabilities = child_of(traits, "Disabilities");
    for (const XmlElement& element : elements_) {
      if (disabilities == XmlElement::no_parent || element.parent != disabilities || element.name != "Disability")
        continue;
      const std::string_view value = trimmed(element.text);
      if (!value.empty()) said.statements.push_back({ProtectedKind::disability, std::string(value)});
    }
    if (!said.statements.empty()) out.protected_characteristics.push_back(std::move(said));
  }

  std::optional<RowTrouble> referral(std::size_t details, const std::string& id, std::map<std::string, int>& seen,
                                     Accepted& out) const {
    const std::string_view written = text(details, "CINreferralDate");
    const ReadDate made = read_census_date(written);
    if (!made.date.known()) {
      return RowTrouble{"CINreferralDate",
                        written.empty() ? "a referral has no date"
                                        : fmt::format("'{}' is no date of the calendar", written.substr(0, 40)),
                        "give the referral its date as YYYY-MM-DD"};
    }
    const std::string day = to_iso(made.date.first);
    const int ordinal = ++seen[day];
    Record record = begin(RecordKind::referral,
                          ordinal == 1 ? fmt::format("{}/{}", id, day) : fmt::format("{}/{}/{}", id, day, ordinal));
    record.happened = {made.date.first, made.date.first, Precision::day, made.minute};
    record.known = made.date.first;
    record.code = text(details, "PrimaryNeedCode");
    record.reason = text(details, "ReasonForClosure");
    if (const ReadDate closed = date(details, "CINclosureDate", record.issues); closed.date.known()) {
      record.outcome_date = closed.date.first;
    }
    outcome(details, record);
    source(details, record);
    record.people.push_back(child(id, record.issues));
    out.records.push_back(std::move(record));
    return std::nullopt;
  }

  void outcome(std::size_t details, Record& record) const {
    const std::string nfa = folded(text(details, "ReferralNFA"));
    const bool closed = record.outcome_date.valid();
    if (nfa == "true" || nfa == "1") {
      record.outcome = Outcome::no_further_action;
    } else if (!closed) {
      record.outcome = Outcome::open;
    } else {
      // RC8 and RC9: case closed after assessment.
      record.outcome = record.reason == "RC8" || record.reason == "RC9" ? Outcome::assessment : Outcome::other;
    }
    if (!nfa.empty() && nfa != "true" && nfa != "false" && nfa != "1" && nfa != "0") {
      record.issues.push_back({"ReferralNFA", "neither true nor false; taken as false"});
    }
  }

  void source(std::size_t details, Record& record) const {
    const std::string_view code = text(details, "ReferralSource");
    std::string_view words = "a source not told";
    bool found = code.empty();
    for (const Source& known : sources) {
      if (known.code != code) continue;
      found = true;
      words = known.words;
      if (known.agency) record.source_agency = name_of(*known.agency);
    }
    if (!found) record.issues.push_back({"ReferralSource", "the census has no such code"});
    record.text = fmt::format("Referred by {}", words);
    for (const Need& need : needs) {
      if (need.code == record.code) record.text += fmt::format("; need recorded: {}", need.words);
    }
    record.text += '.';
  }

  const CinHeader& header_;
  const std::vector<XmlElement>& elements_;
  Agency agency_;
  const Origin& origin_;
  std::size_t identifiers_ = XmlElement::no_parent;
};

}  // namespace

ReadDate read_census_date(std::string_view text) {
  static const DateForms forms = [] {
    auto parsed = DateForms::parse({"YYYY-MM-DD", "DD/MM/YYYY"});
    CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return forms.read(text);
}

std::optional<RowTrouble> map_child(const CinHeader& header, const std::vector<XmlElement>& elements, Agency agency,
                                    const Origin& origin, Accepted& out) {
  CHECK(!elements.empty());
  return ChildMapper(header, elements, agency, origin).map(out);
}

}  // namespace wider::intake
