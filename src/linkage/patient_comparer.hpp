// Compares pairs a few later than they are asked for, when what that reads has been brought near: pairs lie far apart
// in memory, and waiting for it costs more than comparing. For one thread.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "linkage/comparison.hpp"
#include "linkage/entries.hpp"

namespace wider::linkage {

class PatientComparer {
 public:
  PatientComparer(const Entries& entries, const Established& forenames)
      : entries_(&entries), comparer_(entries, forenames) {}

  // Calls visit(left, right, pattern), now or later, for each pair in the order of adding.
  template <typename Visit>
  void add(std::uint32_t left, std::uint32_t right, Visit&& visit) {
    for (const std::uint32_t entry : {left, right}) {
      const auto* place = reinterpret_cast<const char*>(&entries_->all[entry]);
      __builtin_prefetch(place);
      __builtin_prefetch(place + sizeof(Entry) - 1);
    }
    waiting_[count_++] = {left, right};
    if (count_ == waiting_.size()) flush(visit);
  }
  template <typename Visit>
  void flush(Visit&& visit) {
    for (std::size_t i = 0; i < count_; ++i) {
      for (const std::uint32_t entry : {waiting_[i].left, waiting_[i].right}) bring_codes_near(entries_->all[entry]);
    }
    for (std::size_t i = 0; i < count_; ++i) {
      for (const std::uint32_t entry : {waiting_[i].left, waiting_[i].right}) bring_texts_near(entries_->all[entry]);
    }
    for (std::size_t i = 0; i < count_; ++i) {
      const auto [left, right] = waiting_[i];
      visit(left, right, comparer_.compare(entries_->all[left], entries_->all[right]));
    }
    count_ = 0;
  }

 private:
  void bring_codes_near(const Entry& entry) const {
    for (const Code name : {entry.forename, entry.surname}) __builtin_prefetch(&entries_->names[name]);
    for (const Code code : texts_of(entry)) __builtin_prefetch(&entries_->strings.starts()[code]);
    if (entry.more != 0) __builtin_prefetch(&entries_->more[entry.more]);
  }
  void bring_texts_near(const Entry& entry) const {
    for (const Code code : texts_of(entry))
      __builtin_prefetch(entries_->strings.bytes().data() + entries_->strings.starts()[code]);
  }
  // Those of many different values; the others are near as it is.
  static std::array<Code, 6> texts_of(const Entry& entry) {
    return {entry.forename, entry.surname, entry.address, entry.postcode, entry.phone, entry.nhs_number};
  }

  struct Pair {
    std::uint32_t left, right;
  };
  const Entries* entries_;
  Comparer comparer_;
  std::array<Pair, 32> waiting_{};
  std::size_t count_ = 0;
};

}  // namespace wider::linkage
