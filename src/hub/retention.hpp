// Retention: rules/retention.toml, and when a record is due for disposal under it. Nothing here disposes of anything:
// what is due is listed, and a named person approves or keeps it (Hub::approve_disposal, Hub::keep_records).
// Thread safety: never changed once it is made. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "records/holdings.hpp"

namespace wider::hub {

class Retention {
 public:
  enum class From : std::uint8_t { birth, happened, received };
  struct Rule {
    From from = From::happened;
    int years = 0;
    int years_without_birth = 0;  // from == birth alone
    std::string basis;
  };
  [[nodiscard]] const Rule& rule(RecordKind kind) const { return rules_[static_cast<std::size_t>(kind)]; }
  // The first day on which this version of the record may be disposed of; none: no day can be told, so never.
  [[nodiscard]] Date due(const Holdings& holdings, RecordIndex record) const;

 private:
  friend Result<Retention> parse_retention(std::string_view toml, std::string_view file);
  std::array<Rule, record_kind_count> rules_;
};

// malformed: names the file, the line, what is wrong and what to write instead.
[[nodiscard]] Result<Retention> parse_retention(std::string_view toml, std::string_view file);
// rules/retention.toml as it was when the program was built.
[[nodiscard]] const Retention& shipped_retention();

}  // namespace wider::hub
