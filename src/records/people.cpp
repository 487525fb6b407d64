#include "records/people.hpp"

#include <unordered_map>

namespace wider {

People::People(std::vector<std::uint32_t> labels, std::span<const std::uint8_t> originator_only)
    : person_of_(std::move(labels)) {
  const std::size_t n = person_of_.size();
  std::unordered_map<std::uint32_t, std::uint32_t> id_of;
  id_of.reserve(n);
  for (const bool held : {false, true}) {
    for (std::uint32_t m = 0; m < n; ++m) {
      if (person_of_[m] == UINT32_MAX) continue;
      const bool is_held = !originator_only.empty() && originator_only[m] != 0;
      if (is_held == held) id_of.try_emplace(person_of_[m], m);
    }
  }
  for (std::uint32_t m = 0; m < n; ++m) {
    if (person_of_[m] == UINT32_MAX) continue;
    person_of_[m] = id_of.at(person_of_[m]);
  }
  for (std::uint32_t m = 0; m < n; ++m) {
    if (person_of_[m] == m) all_.emplace_back(m);
  }
  first_.assign(n, 0);
  count_.assign(n, 0);
  for (std::uint32_t m = 0; m < n; ++m) {
    if (person_of_[m] != UINT32_MAX) ++count_[person_of_[m]];
  }
  std::uint32_t offset = 0;
  for (const PersonId person : all_) {
    first_[person.value] = offset;
    offset += count_[person.value];
  }
  members_.resize(offset);
  std::vector<std::uint32_t> next = first_;
  for (std::uint32_t m = 0; m < n; ++m) {
    if (person_of_[m] != UINT32_MAX) members_[next[person_of_[m]]++] = MentionIndex(m);
  }
}

std::span<const MentionIndex> People::mentions_of(PersonId person) const {
  if (!exists(person)) return {};
  return std::span(members_).subspan(first_[person.value], count_[person.value]);
}

}  // namespace wider
