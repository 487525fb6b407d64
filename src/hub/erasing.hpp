// What is erased, and what may not be: legal holds, and which entries go when a record does.
//
// Invariants: a hold defeats every erasure, whoever asks for it (held_by() is asked in the one place that erases); an
// erasure's entry says how many entries of which numbers went, who asked and why, and nothing of whom they were about.
// Thread safety: free functions over const arguments.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/sealing.hpp"
#include "ledger/ledger.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::hub {

struct Projection;

enum class HoldScope : std::uint8_t { record, person, everything };
[[nodiscard]] std::string_view name_of(HoldScope scope);

// A legal hold: an inquiry, a prosecution, a claim. A person's reaches what is theirs now and what comes later.
struct Hold {
  std::uint64_t number = 0;  // the sequence of its entry
  HoldScope scope = HoldScope::everything;
  std::string reason;
  std::string by;             // the named officer
  std::string operator_name;  // the OS user who ran the command
  Instant at;
  std::set<std::pair<Agency, std::string>> records;   // by agency and name, as they were then
  std::set<std::pair<Agency, std::string>> mentions;  // of the person, as they were then
  std::set<std::string> marks;                        // by which later records are known: marks_of()
};
[[nodiscard]] std::string encode_hold(const Hold& hold);
[[nodiscard]] Hold decode_hold(std::string_view body, std::uint64_t sequence,
                               Instant at);  // throws as a JSON reader

// Which hold lies on a record, asked many times of one projection.
class HeldRecords {
 public:
  HeldRecords(const Projection& projection, std::span<const Hold> holds);
  [[nodiscard]] const Hold* on(RecordIndex record) const;  // null: none
  [[nodiscard]] const Hold* any() const { return holds_.empty() ? nullptr : &holds_.front(); }

 private:
  const Projection& projection_;
  std::span<const Hold> holds_;
  std::vector<std::set<PersonId>> persons_;  // by hold
};

// "police/crime-C1" → its rows, all versions, withdrawn ones too; none that is sealed or was erased.
[[nodiscard]] std::vector<RecordIndex> versions_of(const Projection& projection, std::string_view record);

// An erasure's entry.
struct Erasure {
  std::map<std::uint64_t, std::uint32_t> entries;  // sequence → how many people it named: their numbers stay taken
  std::string reason, by, operator_name;
  std::string why;  // "request" or "retention"
};
[[nodiscard]] std::string encode_erasure(const Erasure& erasure);
[[nodiscard]] Erasure decode_erasure(std::string_view body);  // throws as a JSON reader

// The entries that go with these rows: themselves, what was stated of protected characteristics, people's words about
// their mentions and the notices of them, withdrawals, keepings, and the held-back row that was mended into one.
[[nodiscard]] Result<std::map<std::uint64_t, std::uint32_t>> entries_about(ledger::Ledger& ledger,
                                                                           const Projection& projection,
                                                                           std::span<const RecordIndex> rows);

// Records that were due and that somebody kept.
struct Keeping {
  std::set<std::pair<Agency, std::string>> records;
  Date until;
  std::string reason, by, operator_name;
};
[[nodiscard]] std::string encode_keeping(const Keeping& keeping);
[[nodiscard]] Keeping decode_keeping(std::string_view body);  // throws as a JSON reader

}  // namespace wider::hub
