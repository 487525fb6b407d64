// What was known at a moment: the versions of records in force then, for one agency or for all (invariant 8).
//
// A row of Holdings that is not live was either replaced by a later version, and then stands until that version was
// known, or withdrawn, and then neither it nor its earlier versions stand at any moment: what is withdrawn is not shown
// again by asking for the past.
// Thread safety: free functions over const arguments.
#pragma once

#include <optional>
#include <vector>

#include "records/holdings.hpp"

namespace wider {

// "Known" is when the agency recorded it (where no file says: when the hub received it); "received" is the hub's clock.
enum class KnownBasis : std::uint8_t { by_the_agency, by_the_hub, by_both };

struct KnownAt {
  Instant moment;  // everything up to and including it
  KnownBasis basis = KnownBasis::by_both;
  std::optional<Agency> by;  // that agency's own records alone; none: all together
};

[[nodiscard]] Instant end_of(Date day);  // the last instant of the day
[[nodiscard]] bool was_known(const RecordRow& row, const KnownAt& question);
// In order of receipt; of a record's versions the latest that was known.
[[nodiscard]] std::vector<RecordIndex> known_at(const Holdings& holdings, const KnownAt& question);

}  // namespace wider
