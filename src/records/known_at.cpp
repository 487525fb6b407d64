#include "records/known_at.hpp"

#include <algorithm>
#include <unordered_map>

namespace wider {

Instant end_of(Date day) {
  return Instant{start_of(day + 1).microseconds - 1};
}

bool was_known(const RecordRow& row, const KnownAt& question) {
  if (question.by && row.agency != *question.by) return false;
  const bool received = row.received <= question.moment;
  const bool known = row.known.valid() ? row.known <= day_of(question.moment) : received;
  switch (question.basis) {
    case KnownBasis::by_the_agency:
      return known;
    case KnownBasis::by_the_hub:
      return received;
    case KnownBasis::by_both:
      return known && received;
  }
  return false;
}

std::vector<RecordIndex> known_at(const Holdings& holdings, const KnownAt& question) {
  const auto& rows = holdings.records();
  const auto key_of = [](const RecordRow& row) {
    return (static_cast<std::uint64_t>(row.agency) << 40) | (static_cast<std::uint64_t>(row.kind) << 32) | row.id;
  };
  // Only records with a row that is not live can have versions; the rest need no table. By record: the row after the
  // last that was withdrawn.
  std::unordered_map<std::uint64_t, std::uint32_t> first_row;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    if (rows[i].live) continue;
    std::uint32_t& first = first_row[key_of(rows[i])];
    if (rows[i].withdrawn) first = i + 1;
  }
  std::vector<RecordIndex> known;
  std::unordered_map<std::uint64_t, std::size_t> place_of;
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    const RecordRow& row = rows[i];
    if (!was_known(row, question)) continue;
    const auto versions = first_row.find(key_of(row));
    if (versions == first_row.end()) {
      known.emplace_back(i);
      continue;
    }
    if (i < versions->second) continue;  // withdrawn
    const auto [place, is_new] = place_of.try_emplace(versions->first, known.size());
    if (is_new) {
      known.emplace_back(i);
    } else {
      known[place->second] = RecordIndex(i);
    }
  }
  std::sort(known.begin(), known.end());
  return known;
}

}  // namespace wider
