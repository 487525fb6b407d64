// Taking in: agencies' files → entries. The same file, or the same row in another file, adds nothing.
// Thread safety: one TakingIn at a time for a ledger; its progress may be read from anywhere.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

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

  IntakeReport& operator+=(const IntakeReport& other);
};

// What the ledger has already: for each record's (or row's) name its latest content, both as keyed hashes of 64 bits, which
// are the two halves of an entry's reference. A correction back to an earlier version is therefore news again.
class Known {
 public:
  static Result<Known> of(ledger::Ledger& ledger);
  // The reference under which an entry about `name` with `content` is written.
  [[nodiscard]] static ledger::Ref reference(const ledger::Ledger& ledger, std::string_view name, std::string_view content);
  [[nodiscard]] bool has(const ledger::Ref& reference) const;
  void add(const ledger::Ref& reference);

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> latest_;
};

using IntakeProgress = std::function<void(const std::string& file, std::uint64_t rows, std::uint64_t bytes)>;

// Takes one file in: its rows, then an entry that says it was taken in whole. On an Error of the file nothing of it has
// been appended beyond whole groups of rows that a second try will find again ("already had").
[[nodiscard]] Result<IntakeReport> take_in(ledger::Ledger& ledger, Known& known, const Submission& submission,
                                           const IntakeProgress& progress);

// The rows of a manifest.csv (file,agency,format,delivered), files relative to its folder, in order of delivery.
[[nodiscard]] Result<std::vector<Submission>> read_manifest(const std::filesystem::path& manifest);

// Tries a held-back row again after mending: appends what it gives and settles the row, or says what is still wrong.
[[nodiscard]] Result<IntakeReport> retry_held_back(ledger::Ledger& ledger, Known& known, std::uint64_t entry, std::string_view mended_row,
                                                   const ledger::Ref& actor);

}  // namespace wider::hub
