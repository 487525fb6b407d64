// Which entries of a population that changes entry by entry may be an entry's person: those that share a block key with
// it (key_index.hpp) and that codes and sketches alone do not rule out (pair_filter.hpp). Every entry has a card, which
// is all that is read of those that are ruled out.
// Thread safety: const members may be called together, each thread with a desk of its own.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "linkage/block_keys.hpp"
#include "linkage/comparison.hpp"
#include "linkage/key_index.hpp"
#include "linkage/model.hpp"
#include "linkage/pair_filter.hpp"
#include "linkage/patient_comparer.hpp"
#include "linkage/tile.hpp"

namespace wider::linkage {

// What a thread works with.
struct Desk {
  Desk(const Entries& entries, const Scorer& scorer)
      : comparer(entries, scorer.established()), patient(entries, scorer.established()) {}
  Comparer comparer;
  PatientComparer patient;
  std::unique_ptr<Tile> lefts = std::make_unique<Tile>(), rights = std::make_unique<Tile>();
  std::array<std::uint16_t, tile_room> may_reach{};
  std::vector<std::uint32_t> candidates;
  std::vector<std::unique_ptr<Tile>> component;  // CandidateFinder::lay_out
  std::uint64_t compared = 0;

  // Numbers that were met; begin_anew() forgets them at no cost.
  void begin_anew(std::size_t most);
  [[nodiscard]] bool is_new(std::uint32_t entry);

 private:
  std::vector<std::uint64_t> met_;  // open addressing: the round, and below it the number
  std::uint64_t round_ = 0;
};

class CandidateFinder {
 public:
  CandidateFinder(const Entries& entries, const BlockKeys& keys, const TileMaker& tile_maker, const Scorer& scorer)
      : entries_(&entries), keys_(&keys), tile_maker_(&tile_maker), bounds_(make_bounds(scorer)) {}

  void reserve(std::size_t entries) { cards_.reserve(entries); }
  // The entry's card, new or again.
  void lay_card(std::uint32_t entry);
  void lay_cards(std::size_t entries, unsigned threads);  // of the first entries
  // Entries that are in the index from now on, or no longer.
  void add(std::span<const std::uint32_t> entries, unsigned threads);
  void remove(std::uint32_t entry);

  // desk.candidates: the other entries that share a key, each once.
  void find(const Entry& entry, std::uint32_t but, Desk& desk) const;
  // Of the candidates those that may reach the threshold.
  void sift(std::uint32_t entry, Desk& desk) const;
  // Entries of one component, to be held against each other.
  void lay_out(std::span<const std::uint32_t> entries, Desk& desk) const;
  // Calls visit(i) for each of them, before the `end`-th and other than the i-th itself, that may reach the threshold
  // with the `of`-th, blocked together or not.
  template <typename Visit>
  void each_favourable(std::size_t of, std::size_t end, Desk& desk, Visit&& visit) const {
    const Tile& lefts = *desk.component[of / tile_size];
    for (std::size_t t = 0; t * tile_size < end; ++t) {
      const Tile& rights = *desk.component[t];
      const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(rights.count, end - t * tile_size));
      const Sifted sifted =
          wider::linkage::sift(widest_loops(), {lefts, static_cast<std::uint32_t>(of % tile_size), rights, 0, count},
                               bounds_, {}, 0, desk.may_reach.data());
      for (std::uint32_t k = 0; k < sifted.may_reach; ++k) {
        const std::size_t other = t * tile_size + desk.may_reach[k];
        if (other != of) visit(other);
      }
    }
  }

  [[nodiscard]] std::uint64_t bytes() const { return index_.bytes() + cards_.capacity() * sizeof(Card); }

 private:
  // The keys of one entry, each once.
  class Keys {
   public:
    void add(std::uint64_t key) { keys_[count_++] = key; }
    [[nodiscard]] const std::uint64_t* begin() const { return keys_.data(); }
    [[nodiscard]] const std::uint64_t* end() const { return keys_.data() + count_; }

   private:
    std::array<std::uint64_t, 2 * rule_count> keys_{};
    std::size_t count_ = 0;
  };
  [[nodiscard]] Keys keys_of(const Entry& entry) const;

  const Entries* entries_;
  const BlockKeys* keys_;
  const TileMaker* tile_maker_;
  Bounds bounds_;
  KeyIndex index_;
  std::vector<Card> cards_;  // by entry
};

}  // namespace wider::linkage
