// Settling: from the ledger's entries to a projection, as one straight list of passes. Each pass is a pure function of
// what the passes before it made; only reading the ledger and adopting a model touch anything outside.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "hub/projection.hpp"

namespace wider::hub {

struct StageTime {
  std::string stage;
  double seconds = 0;
};

struct SettleOptions {
  unsigned threads = 2;
  std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t of)> progress = {};
  std::stop_token stop = {};  // asked to stop: unavailable at the next step; nothing is published
};

inline Error stopped_before_the_end() {
  return {ErrorCode::unavailable,
          "Stopped before the end, as was asked. What was made durable stays; run it again to go on."};
}

struct Settled {
  std::unique_ptr<Projection> projection;
  std::vector<StageTime> times;
  bool changed = false;  // something was concluded anew: worth a snapshot
};

// `start` is the latest projection there is (a snapshot's, or an empty one); it is taken over. Entries after it are
// read, and people and findings are concluded again where anything they rest on has changed.
[[nodiscard]] Result<Settled> settle(ledger::Ledger& ledger, std::unique_ptr<Projection> start,
                                     const SettleOptions& options);

// People and findings of the projection's facts, under the model they name: a pure function of the facts. as_known_at:
// what happened later is not told. No index for search.
[[nodiscard]] Result<void> conclude(Projection& projection, std::optional<Date> as_known_at,
                                    const SettleOptions& options);

// The linkage model that people are concluded with: the adopted one, or where none is adopted the shipped one.
[[nodiscard]] const std::string& model_in_use(const Facts& facts);
// A model learnt from the live mentions (TOML).
[[nodiscard]] Result<std::string> learn_model(const Holdings& holdings, const SettleOptions& options);

// The rows that linkage sees: the live mentions, each filled up from its agency's own index where it is a bare
// reference. row_of[m] is the row of mention m, or UINT32_MAX. Rows keep the order of mentions.
struct LinkageRows {
  linkage::Input input;
  std::vector<std::uint32_t> row_of;
  std::vector<MentionIndex> mention_of;
  [[nodiscard]] std::optional<std::uint32_t> row(MentionIndex mention) const;  // none: it has no row here
};
[[nodiscard]] LinkageRows gather(const Holdings& holdings);
// The same rows for some mentions alone (ascending; those that are not live are left out): with all mentions of a
// person they are what the whole gathering gives, since an agency's index number is never shared by two people. row_of
// is left empty; use row().
[[nodiscard]] LinkageRows gather_few(const Holdings& holdings, std::span<const MentionIndex> mentions);
// People's decisions as rows of `rows`; a decision about a mention that is not live rests.
[[nodiscard]] linkage::Decisions decisions_as_rows(const Facts& facts, const LinkageRows& rows);

}  // namespace wider::hub
