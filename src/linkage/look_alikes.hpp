// Look-alikes: two people of one component whom the fields alone would join, such as twins William and Liam. What such
// two share (birth date, address, surname) says nothing of which of them a third entry is; what they are called does.
// Two signs tell two people apart: one agency's own index, or somebody, holds two entries to be two people though their
// fields agree; or two valid numbers of one kind are each borne by two entries or more, and nobody bears both and one
// name. Their names then no longer count as forms of one name, within the component.
// Thread safety: a value; const members may be called together.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace wider::linkage {

// Who an entry says that it is; 0: not said.
struct OwnMarks {
  std::uint32_t name = 0;
  std::array<std::uint32_t, 2> numbers{};  // NHS number, UPN: valid ones
};

class LookAlikes {
 public:
  // Two entries are held to be two people, though their fields agree.
  void told_apart(const OwnMarks& one, const OwnMarks& other);
  // Once, after all that was told: the entries of the component, all of them. What follows is asked only after it.
  void finish(std::span<const OwnMarks> entries);
  [[nodiscard]] bool none() const { return names_.empty(); }

  // The two are called by names that are two people's here.
  [[nodiscard]] bool by_name(const OwnMarks& one, const OwnMarks& other) const;
  // The two bear numbers that are two people's here.
  [[nodiscard]] bool by_number(const OwnMarks& one, const OwnMarks& other) const;

 private:
  using Pair = std::pair<std::uint32_t, std::uint32_t>;
  std::vector<Pair> names_;                   // ascending; the lesser of two first
  std::array<std::vector<Pair>, 2> numbers_;  // likewise, by kind
};

}  // namespace wider::linkage
