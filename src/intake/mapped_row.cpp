// Applies a mapping to one row: the row's record, or the reason why it is held back.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/identifiers.hpp"
#include "intake/mapping.hpp"

namespace wider::intake {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view no_break_space = "\xC2\xA0";
  while (true) {
    if (!text.empty() && (static_cast<unsigned char>(text.front()) <= ' ')) {
      text.remove_prefix(1);
    } else if (text.starts_with(no_break_space)) {
      text.remove_prefix(2);
    } else {
      break;
    }
  }
  while (true) {
    if (!text.empty() && (static_cast<unsigned char>(text.back()) <= ' ')) {
      text.remove_suffix(1);
    } else if (text.ends_with(no_break_space)) {
      text.remove_suffix(2);
    } else {
      break;
    }
  }
  return text;
}

std::string folded(std::string_view text) {
  std::string out(trimmed(text));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view RowCells::operator[](Slot slot) const {
  return trimmed(cells_[cell_of_slot_[slot]]);
}

namespace {

template <typename T>
const T* look_up(const std::vector<std::pair<std::string, T>>& table, std::string_view text) {
  if (table.empty()) return nullptr;
  const std::string key = folded(text);
  for (const auto& [from, to] : table) {
    if (from == key) return &to;
  }
  return nullptr;
}

// The value of a row, before its table. A view of the cell where it is one cell; else of scratch.
std::string_view plain_text(const Value& value, const RowCells& cells, std::string& scratch) {
  switch (value.shape) {
    case Value::Shape::absent:
      return {};
    case Value::Shape::constant:
      return value.constant;
    case Value::Shape::columns: {
      if (value.slots.size() == 1) return cells[value.slots[0]];
      scratch.clear();
      bool any = false;
      for (std::size_t i = 0; i < value.slots.size(); ++i) {
        const std::string_view part = cells[value.slots[i]];
        any = any || !part.empty();
        if (part.empty() && !value.keep_empty_parts) continue;
        if (value.keep_empty_parts ? i > 0 : !scratch.empty()) scratch += value.joiner;
        scratch += part;
      }
      return any ? std::string_view(scratch) : std::string_view();
    }
    case Value::Shape::sentences: {
      scratch.clear();
      for (const Value::Sentence& sentence : value.sentences) {
        bool any = !sentence.names_columns;
        for (const Value::Piece& piece : sentence.pieces) any = any || (piece.slot && !cells[*piece.slot].empty());
        if (!any) continue;
        if (!scratch.empty()) scratch += ' ';
        for (const Value::Piece& piece : sentence.pieces) {
          scratch += piece.slot ? cells[*piece.slot] : std::string_view(piece.text);
        }
      }
      return trimmed(scratch);
    }
  }
  return {};
}

std::string_view text_of(const Value& value, const RowCells& cells, std::string& scratch) {
  const std::string_view text = plain_text(value, cells, scratch);
  if (text.empty()) return value.when_empty ? std::string_view(*value.when_empty) : text;
  if (const std::string* found = look_up(value.values, text)) return *found;
  return value.otherwise ? std::string_view(*value.otherwise) : text;
}

bool any_there(const std::vector<Slot>& slots, const RowCells& cells) {
  return std::any_of(slots.begin(), slots.end(), [&](Slot slot) { return !cells[slot].empty(); });
}

// The texts of a fixed list that agencies write without a mapping saying so.
std::optional<Sex> usual(std::string_view text, Sex) {
  // 1 and 2, 0 and 9: ISO/IEC 5218.
  for (const char* word : {"f", "female", "girl", "woman", "2"}) {
    if (text == word) return Sex::female;
  }
  for (const char* word : {"m", "male", "boy", "man", "1"}) {
    if (text == word) return Sex::male;
  }
  for (const char* word :
       {"u", "unknown", "not known", "0", "9", "i", "x", "n/k", "nk", "not specified", "indeterminate"}) {
    if (text == word) return Sex::unknown;
  }
  return std::nullopt;
}
std::optional<Role> usual(std::string_view text, Role) {
  return role_named(text);
}
std::optional<Outcome> usual(std::string_view text, Outcome) {
  return outcome_named(text);
}
std::optional<Agency> usual(std::string_view text, Agency) {
  return agency_named(text);
}
std::optional<ThingKind> usual(std::string_view text, ThingKind) {
  return thing_kind_named(text);
}
std::optional<ThingRole> usual(std::string_view text, ThingRole) {
  return thing_role_named(text);
}

class RowMapper {
 public:
  RowMapper(const Mapping& mapping, const RowCells& cells, Record& record)
      : mapping_(mapping), cells_(cells), record_(record) {}

  std::optional<RowTrouble> map(Accepted& out) {
    record_.kind = mapping_.kind;
    record_.id = text_of(mapping_.id, cells_, scratch_);
    if (record_.id.empty()) hold(mapping_.id, "the record's id is empty", "give the row its id");
    dates();
    handling_and_outcome();
    for (const auto& [member, value] : mapping_.texts) record_.*member = text_of(value, cells_, scratch_);
    if (const std::string_view id = text_of(mapping_.related, cells_, scratch_); !id.empty()) {
      record_.related = fmt::format("{}-{}", name_of(mapping_.related_kind), id);
    }
    std::vector<std::size_t> index_of_person(mapping_.people.size(), absent);
    for (std::size_t i = 0; i < mapping_.people.size() && !trouble_; ++i) {
      if (!any_there(mapping_.people[i].when, cells_)) continue;
      index_of_person[i] = record_.people.size();
      person(mapping_.people[i]);
    }
    for (const ThingMapping& thing : mapping_.things) {
      if (any_there(thing.when, cells_)) this->thing(thing);
    }
    if (trouble_) return std::move(trouble_);
    protected_values(index_of_person, out);
    return std::nullopt;
  }

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  // The agency's own name of a value's column: its first that is not empty, else its first.
  const std::string& column_of(const Value& value) {
    static const std::string none;
    for (const Slot slot : value.slots) {
      if (!cells_[slot].empty()) return mapping_.columns[slot];
    }
    return value.slots.empty() ? none : mapping_.columns[value.slots[0]];
  }
  void hold(const Value& value, std::string reason, std::string remedy) {
    if (!trouble_) trouble_ = RowTrouble{column_of(value), std::move(reason), std::move(remedy)};
  }
  void note(const Value& value, std::string reason) { record_.issues.push_back({column_of(value), std::move(reason)}); }

  static std::string says(DateTrouble trouble, std::string_view text) {
    const std::string_view shown = text.substr(0, 40);
    if (!valid_utf8(shown)) return "the text is no date";
    return trouble == DateTrouble::no_such_day
               ? fmt::format("'{}' is no day of the calendar", shown)
               : fmt::format("'{}' is not in a form of date that the mapping names", shown);
  }

  ReadDate required_date(const Value& value, const char* what) {
    const std::string_view text = text_of(value, cells_, scratch_);
    const ReadDate read = mapping_.dates.read(text);
    if (read.trouble != DateTrouble::none) {
      hold(value, fmt::format("{} {}", what, says(read.trouble, text)),
           "mend the date here, send the row again, or add its form to the mapping's dates");
    }
    return read;
  }

  void dates() {
    const ReadDate from = required_date(mapping_.happened.from, "date");
    if (from.date.known()) {
      record_.happened = {from.date.first, from.date.last(), from.date.precision, from.minute};
      const ReadDate to = required_date(mapping_.happened.to, "end date");
      if (to.date.known() && to.date.last() < from.date.first) {
        note(mapping_.happened.to, "the end lies before the beginning and is left out");
      } else if (to.date.known()) {
        record_.happened.last = to.date.last();
        record_.happened.precision = std::min(from.date.precision, to.date.precision);
      }
      const std::string_view time = text_of(mapping_.happened.time, cells_, scratch_);
      if (const auto minute = read_time(time)) {
        record_.happened.minute = *minute;
      } else if (!time.empty()) {
        note(mapping_.happened.time, "the time cannot be read and is left out");
      }
      if (record_.happened.precision != Precision::day) record_.happened.minute = -1;
    } else if (mapping_.happened.from.there() && from.trouble == DateTrouble::none) {
      note(mapping_.happened.from, "no date is given");
    }
    const ReadDate known = required_date(mapping_.known, "date of recording");
    if (known.date.known()) record_.known = known.date.last();  // not known before the last day it may have been
    const std::string_view closed = text_of(mapping_.outcome_date, cells_, scratch_);
    const ReadDate outcome = mapping_.dates.read(closed);
    if (outcome.trouble != DateTrouble::none) {
      note(mapping_.outcome_date, says(outcome.trouble, closed) + " and is left out");
    } else if (outcome.date.known()) {
      record_.outcome_date = outcome.date.last();
    }
  }

  // The choice's value; nullopt where the text is empty or not known (then unknown_ says so).
  template <typename Enum>
  std::optional<Enum> choose(const Choice<Enum>& choice) {
    unknown_ = false;
    if (choice.constant) return choice.constant;
    const std::string_view text = plain_text(choice.source, cells_, scratch_);
    if (text.empty()) return choice.when_empty;
    if (const Enum* found = look_up(choice.values, text)) return *found;
    if (const auto found = usual(folded(text), Enum{})) return found;
    unknown_ = !choice.otherwise;
    return choice.otherwise;
  }

  void handling_and_outcome() {
    const std::string_view written = text_of(mapping_.grade, cells_, scratch_);
    if (const auto grade = parse_grade(written)) {
      record_.grade = *grade;
    } else {
      hold(mapping_.grade, "the grade is neither 5x5x5 (such as B24) nor 3x5x2 (such as 2BP)",
           "mend the grade here or send the row again");
    }
    record_.handling = std::max(mapping_.handling, handling_of(record_.grade));
    if (const auto outcome = choose(mapping_.outcome)) {
      record_.outcome = *outcome;
    } else if (unknown_) {
      record_.outcome = Outcome::other;
      note(mapping_.outcome.source, "the mapping does not know this outcome; it is kept as 'other'");
    }
    if (const auto agency = choose(mapping_.source_agency)) record_.source_agency = name_of(*agency);
  }

  void person(const PersonMapping& mapping) {
    PersonMention& person = record_.people.emplace_back();
    if (const auto role = choose(mapping.role)) {
      person.role = *role;
    } else if (mapping.role.otherwise && !unknown_) {
      person.role = *mapping.role.otherwise;  // the cell is empty
    } else {
      hold(mapping.role.source, "the mapping does not know this role",
           "mend the role here, or add it to the mapping's values");
    }
    for (const auto& [member, value] : mapping.texts) {
      person.*member = text_of(value, cells_, scratch_);
      if (!(person.*member).empty()) check(person, member, value);
    }
    if (const auto sex = choose(mapping.sex)) {
      person.sex = *sex;
    } else if (unknown_) {
      note(mapping.sex.source, "the mapping does not know this sex; it is kept as unknown");
    }
    const std::string_view born = text_of(mapping.birth_date, cells_, scratch_);
    const ReadDate read = mapping_.dates.read(born);
    if (read.trouble != DateTrouble::none) {
      note(mapping.birth_date, fmt::format("date of birth {} and is left out", says(read.trouble, born)));
      return;
    }
    person.birth_date = read.date;
    // "28" as a year of birth in a record of 2009 is 1928.
    const Date day = record_.happened.known() ? record_.happened.last : record_.known;
    if (read.short_year && day.valid() && read.date.first > day)
      person.birth_date.first = add_months(read.date.first, -1200);
  }

  void check(const PersonMention& person, std::string PersonMention::* member, const Value& value) {
    if (member == &PersonMention::nhs_number && !nhs_number_valid(person.nhs_number)) {
      note(value, "NHS number fails its check digit");
    } else if (member == &PersonMention::upn && !upn_valid(person.upn)) {
      note(value, "UPN fails its check letter");
    } else if (member == &PersonMention::uprn && !uprn_plausible(person.uprn)) {
      note(value, "UPRN is not a number of up to 12 digits");
    }
  }

  void thing(const ThingMapping& mapping) {
    ThingMention& thing = record_.things.emplace_back();
    const auto kind = choose(mapping.kind);
    if (!kind)
      hold(mapping.kind.source, "the mapping does not know this kind of thing",
           "mend it here, or add it to the mapping's values");
    const auto role = choose(mapping.role);
    if (!role)
      hold(mapping.role.source, "the mapping does not know this role",
           "mend it here, or add it to the mapping's values");
    if (!kind || !role) return;
    thing.kind = *kind;
    thing.role = *role;
    for (const auto& [member, value] : mapping.texts) {
      thing.*member = text_of(value, cells_, scratch_);
      if (member != &ThingMention::id || thing.id.empty()) continue;
      if (thing.kind == ThingKind::vehicle && !registration_plausible(thing.id)) {
        note(value, "not the shape of a whole vehicle registration");
      } else if (thing.kind == ThingKind::place && !uprn_plausible(thing.id)) {
        note(value, "UPRN is not a number of up to 12 digits");
      }
    }
  }

  void protected_values(const std::vector<std::size_t>& index_of_person, Accepted& out) {
    for (const ProtectedMapping& mapping : mapping_.protected_values) {
      const std::size_t index = index_of_person[mapping.person];
      if (index == absent) continue;
      std::string value(text_of(mapping.value, cells_, scratch_));
      if (value.empty()) continue;
      std::string mention = mention_name(record_, index);
      auto& all = out.protected_characteristics;
      if (all.empty() || all.back().mention != mention) all.push_back({record_.agency, std::move(mention), {}});
      all.back().statements.push_back({mapping.kind, std::move(value)});
    }
  }

  const Mapping& mapping_;
  const RowCells& cells_;
  Record& record_;
  std::string scratch_;
  bool unknown_ = false;
  std::optional<RowTrouble> trouble_;
};

}  // namespace

std::optional<RowTrouble> map_row(const Mapping& mapping, const RowCells& cells, Agency agency, Origin origin,
                                  Accepted& out) {
  Record& record = out.records.emplace_back();
  record.agency = agency;
  record.origin = std::move(origin);
  return RowMapper(mapping, cells, record).map(out);
}

}  // namespace wider::intake
