// What the ledger has already, so that the same file, or the same row in another file, adds nothing.
// Thread safety: none; the one who takes in owns it.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "ledger/ledger.hpp"

namespace wider::hub {

// For each record's (or row's) name its latest content, both as keyed hashes of 64 bits, which are the two halves of an
// entry's reference. A correction back to an earlier version is therefore news again.
class Known {
 public:
  static Result<Known> of(ledger::Ledger& ledger);
  // The reference under which an entry about `name` with `content` is written.
  [[nodiscard]] static ledger::Ref reference(const ledger::Ledger& ledger, std::string_view name,
                                             std::string_view content);
  // Whether this is news, which it then no longer is.
  [[nodiscard]] bool learn(const ledger::Ref& reference);

  // A file taken in whole is known by its bytes: sent again, all its rows are had already, whatever came after it.
  [[nodiscard]] bool has_file(const ledger::Ref& digest) const { return files_.contains(digest); }
  void add_file(const ledger::Ref& digest) { files_.insert(digest); }

  // A held-back row is mended once.
  [[nodiscard]] static ledger::Ref settled_reference(const ledger::Ledger& ledger, std::uint64_t held_back_entry);
  [[nodiscard]] bool is_settled(const ledger::Ref& settled) const { return settled_.contains(settled); }
  void add_settled(const ledger::Ref& settled) { settled_.insert(settled); }

 private:
  absl::flat_hash_map<std::uint64_t, std::uint64_t> latest_;
  std::set<ledger::Ref> files_;
  std::set<ledger::Ref> settled_;
};

}  // namespace wider::hub
