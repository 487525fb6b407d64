// Intake: bytes of an agency's file → records, or a held-back row with its reason. Nothing is lost: every row read is
// accepted or held back (invariant 1). A bad file as a whole (wrong header, not text, DTD) is an Error and yields
// nothing. Thread safety: a Format is a value; a reading uses only its own state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "records/protected.hpp"
#include "records/record.hpp"

namespace wider::intake {

// A row that could not become a record, as it came.
struct HeldBackRow {
  Agency agency = Agency::social_care;
  std::string format;
  std::string file;       // file name without folders
  std::uint64_t row = 0;  // line on which the row starts, from 1
  std::string column;     // the agency's own column; "" when the whole row is meant
  std::string reason;     // "date of birth '31/02/2009' is no day of the calendar"
  std::string remedy;     // "send the row again with a real day, or mend it here"
  std::string raw;        // the row as it came (UTF-8 after decoding); for XML the element's text
  std::string header;     // the header row, so that the row can be shown, mended and retried alone

  friend bool operator==(const HeldBackRow&, const HeldBackRow&) = default;
};

// The stored form of a held-back row, as records/encoding.hpp (docs/formats/mapping.md, "Held-back rows").
[[nodiscard]] std::string encode(const HeldBackRow& row);
// corrupt: the bytes are not an encoding of a held-back row.
[[nodiscard]] Result<HeldBackRow> decode_held_back(std::string_view bytes);

// What one row gave: usually one record; a census child may give several.
struct Accepted {
  std::vector<Record> records;
  std::vector<ProtectedCharacteristics> protected_characteristics;
};

// Receives what a reading yields, in the file's order. Returning an error stops the reading.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> accept(Accepted&& row) = 0;
  virtual Result<void> hold_back(HeldBackRow&& row) = 0;
};

struct Counts {
  std::uint64_t read = 0;  // always accepted + held_back
  std::uint64_t accepted = 0;
  std::uint64_t held_back = 0;
};

// An agency's layout: which columns become what. From a TOML mapping, or one of the built-in XML formats.
class Format;  // format.hpp
using FormatPtr = std::shared_ptr<const Format>;

// A mapping's text → a format. malformed: names the line, key and remedy.
[[nodiscard]] Result<FormatPtr> parse_mapping(std::string_view toml, std::string_view name);
// The Children in Need census, XML of 2022 to 2024 ("cin").
[[nodiscard]] FormatPtr cin_format();

struct FormatName {
  std::string name;           // "ssd-person"
  Agency agency;              // the agency whose layout it is
  std::string title;          // "Standard Safeguarding Dataset: person"
  std::uint64_t version = 1;  // another one where the layout was described anew: what it refused may be tried again
};
[[nodiscard]] FormatName describe(const Format& format);

struct ReadOptions {
  std::string file_name;  // as named in errors and origins
  Agency agency = Agency::social_care;
  std::uint64_t max_field_bytes = 1 << 20;  // a longer field or line is held back or refused, and never kept in memory
  std::function<void(std::uint64_t bytes_done)> progress;  // called about every megabyte
};

// Fills the buffer; returns how many bytes, 0 at the end. An error of the stream is passed on.
using ByteSource = std::function<Result<std::size_t>(std::span<char> buffer)>;

// Reads one whole file. The two-pass check "is this file what it claims" (header, encoding, DTD, well-formedness to the
// end for XML) comes first where a source can be read twice: see read_file.
[[nodiscard]] Result<Counts> read_stream(const Format& format, const ByteSource& source, const ReadOptions& options,
                                         Sink& sink);
[[nodiscard]] Result<Counts> read_file(const Format& format, const std::filesystem::path& path,
                                       const ReadOptions& options, Sink& sink);

// Mends one held-back row: reads the mended text in place of held.raw, as a file of that one row under held.header.
// The records' origin is that of the row held back. A new HeldBackRow when it is still not right.
// usage: the mended text is no row, or several.
using Retried = std::variant<Accepted, HeldBackRow>;
[[nodiscard]] Result<Retried> retry(const Format& format, const HeldBackRow& held, std::string_view mended_raw);

}  // namespace wider::intake
