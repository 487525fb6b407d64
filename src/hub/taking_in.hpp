// Taking in: agencies' files → entries. The same file, or the same row in another file, adds nothing.
// Thread safety: one TakingIn at a time for a ledger; its progress may be read from anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hub/known.hpp"
#include "intake/intake.hpp"
#include "ledger/ledger.hpp"

namespace wider::hub {

struct Submission {
  Agency agency = Agency::social_care;
  intake::FormatPtr format;
  std::string format_name;
  std::filesystem::path file;
  Instant delivered;  // from a delivery manifest; only a simulated hub uses it
};

struct IntakeReport {
  std::uint64_t read = 0;
  std::uint64_t accepted = 0;
  std::uint64_t held_back = 0;
  std::uint64_t already_had = 0;
  std::uint64_t entries = 0;
  std::uint64_t files = 0;
  std::map<std::string, std::uint64_t>
      noted;  // what was kept though something is wrong with it: "UPN: UPN fails its check letter" → records

  IntakeReport& operator+=(const IntakeReport& other);
};

// How far the taking in is: rows and bytes read so far, entries that are durable already.
struct IntakeState {
  std::string file;                       // its name without folders
  std::uint64_t files = 0, of_files = 0;  // read to their end
  std::uint64_t bytes = 0, of_bytes = 0;
  std::uint64_t rows = 0;
  std::uint64_t durable_entries = 0;
};
using IntakeProgress = std::function<void(const IntakeState&)>;

// Takes files in, in their order: of each its rows, then an entry that says it was taken in whole. All is durable on
// return. A file's Error names it and ends the taking in; the files before it are taken in whole (the message counts
// them), of the file itself there are no more than whole groups of rows that a second try finds again ("already had").
// Asked to stop, it ends like that within a row: unavailable.
[[nodiscard]] Result<IntakeReport> take_in(ledger::Ledger& ledger, Known& known,
                                           std::span<const Submission> submissions, const IntakeProgress& progress,
                                           const std::stop_token& stop = {});

// The rows of a manifest.csv (file,agency,format,delivered), files relative to its folder, in order of delivery.
[[nodiscard]] Result<std::vector<Submission>> read_manifest(const std::filesystem::path& manifest);
[[nodiscard]] Result<std::vector<Submission>> parse_manifest(std::string_view text,
                                                             const std::filesystem::path& manifest);

struct HeldBackMend {
  std::uint64_t entry = 0;
  std::string_view row;      // as it should have come; "": as it came
  intake::FormatPtr format;  // a mapping of one's own; null: the shipped layout that the row came under
  ledger::Ref actor{};       // the account that mends; all zero: the operator
  std::string by;            // and then the OS user
};
// Tries a held-back row again after mending: appends what it gives and settles the row, or says what is still wrong.
[[nodiscard]] Result<IntakeReport> retry_held_back(ledger::Ledger& ledger, Known& known, const HeldBackMend& mend);

}  // namespace wider::hub
