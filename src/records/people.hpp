// People: the partition of live mentions into persons, as linkage concluded it. A person's id is the index of its
// earliest live mention (mentions count up in order of receipt), so that corrections and later records keep it.
// Mentions that only their originator may be influenced by come last in that choice: they change no id that others see.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "records/holdings.hpp"

namespace wider {

using PersonId = StrongId<struct PersonIdTag>;  // equals the MentionIndex of the person's earliest live mention

class People {
 public:
  People() = default;
  // person_of[m] is the person of mention m, by any label; 0xFFFFFFFF for a mention that is not live.
  // Labels are replaced by person ids. Shape: one label for each mention of the holdings.
  // originator_only[m] != 0: the mention lends its id to a person only where there is no other; empty: none is.
  explicit People(std::vector<std::uint32_t> labels, std::span<const std::uint8_t> originator_only = {});

  // none for a mention that is not live.
  [[nodiscard]] PersonId of(MentionIndex mention) const { return PersonId(person_of_[mention.value]); }
  // The person's mentions, in order of receipt; empty when there is no such person.
  [[nodiscard]] std::span<const MentionIndex> mentions_of(PersonId person) const;
  [[nodiscard]] bool exists(PersonId person) const {
    return person.value < person_of_.size() && person_of_[person.value] == person.value;
  }
  // Every person, in order of id.
  [[nodiscard]] const std::vector<PersonId>& all() const { return all_; }
  [[nodiscard]] const std::vector<std::uint32_t>& labels() const { return person_of_; }

 private:
  std::vector<std::uint32_t> person_of_;  // by mention
  std::vector<std::uint32_t> first_;      // by mention that is a person's id: offset into members_
  std::vector<std::uint32_t> count_;      // by the same: how many
  std::vector<MentionIndex> members_;
  std::vector<PersonId> all_;
};

}  // namespace wider
