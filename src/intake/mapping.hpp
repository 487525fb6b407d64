// Mapping: one agency's CSV layout, compiled. The language is docs/formats/mapping.md; mapping_toml.cpp reads it,
// mapped_row.cpp applies it to a row. Columns are numbered slots here; a file's header says which cell each slot is.
// Thread safety: immutable once parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "intake/date_text.hpp"
#include "intake/intake.hpp"
#include "intake/text_encoding.hpp"

namespace wider::intake {

using Slot = std::uint16_t;

// A text made of a row: a constant, columns joined, or a sentence with columns in it; then looked up in a table.
struct Value {
  enum class Shape : std::uint8_t { absent, constant, columns, sentences };
  struct Piece {
    std::string text;  // as it stands, where there is no slot
    std::optional<Slot> slot;
  };
  // Left out when it names columns and all of them are empty.
  struct Sentence {
    std::vector<Piece> pieces;
    bool names_columns = false;
  };
  Shape shape = Shape::absent;
  bool keep_empty_parts = false;  // ids: "A//C" when B is empty, so that ids stay apart
  std::string constant;
  std::vector<Slot> slots;  // of columns, and every slot of sentences
  std::string joiner = " ";
  std::vector<Sentence> sentences;
  std::vector<std::pair<std::string, std::string>> values;  // by the lower-case text
  std::optional<std::string> otherwise;                     // for a text not in values
  std::optional<std::string> when_empty;

  [[nodiscard]] bool there() const { return shape != Shape::absent; }
};

// A value of a fixed list (a role, an outcome, a sex, an agency).
template <typename Enum>
struct Choice {
  std::optional<Enum> constant;
  Value source;                                      // without values of its own
  std::vector<std::pair<std::string, Enum>> values;  // by the lower-case text
  std::optional<Enum> otherwise;
  std::optional<Enum> when_empty;

  [[nodiscard]] bool there() const { return constant.has_value() || source.there(); }
};

struct DateValue {
  Value from;
  Value to;
  Value time;
};

struct PersonMapping {
  Choice<Role> role;
  std::vector<Slot> when;  // there when any of these is not empty
  std::vector<std::pair<std::string PersonMention::*, Value>> texts;
  Value birth_date;
  Choice<Sex> sex;
};

struct ThingMapping {
  Choice<ThingKind> kind;
  Choice<ThingRole> role;
  std::vector<Slot> when;
  std::vector<std::pair<std::string ThingMention::*, Value>> texts;
};

struct ProtectedMapping {
  ProtectedKind kind = ProtectedKind::ethnicity;
  std::size_t person = 0;  // index into people
  Value value;
};

struct Mapping {
  FormatName name;
  RecordKind kind = RecordKind::contact;
  char delimiter = 0;  // 0: chosen from the header line
  Encoding encoding = Encoding::automatic;
  DateForms dates = DateForms::usual();
  std::vector<std::string> exact_header;
  std::vector<std::string> columns;  // by slot

  Value id;
  DateValue happened;
  Value known;
  Value grade;
  Handling handling = Handling::shared;
  Choice<Outcome> outcome;
  Value outcome_date;
  Choice<Agency> source_agency;
  RecordKind related_kind = RecordKind::contact;
  Value related;
  std::vector<std::pair<std::string Record::*, Value>> texts;  // reason, code, text
  std::vector<PersonMapping> people;
  std::vector<ThingMapping> things;
  std::vector<ProtectedMapping> protected_values;
};

[[nodiscard]] Result<Mapping> parse_mapping_toml(std::string_view toml, std::string_view name);

// The cells of one row by slot, trimmed.
class RowCells {
 public:
  RowCells(std::span<const std::string_view> cells, std::span<const std::size_t> cell_of_slot)
      : cells_(cells), cell_of_slot_(cell_of_slot) {}
  [[nodiscard]] std::string_view operator[](Slot slot) const;

 private:
  std::span<const std::string_view> cells_;
  std::span<const std::size_t> cell_of_slot_;
};

// Why a row is held back.
struct RowTrouble {
  std::string column;
  std::string reason;
  std::string remedy;
};

// Fills `out` from one row; a trouble means that the row is to be held back (and `out` is of no use).
[[nodiscard]] std::optional<RowTrouble> map_row(const Mapping& mapping, const RowCells& cells, Agency agency,
                                                Origin origin, Accepted& out);

// Lower case of ASCII letters, white space at the ends taken off: how texts are looked up in a table of values.
[[nodiscard]] std::string folded(std::string_view text);
// White space (and no-break spaces) at the ends taken off.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace wider::intake
