// Which entries of a population that changes entry by entry may be an entry's person: those that share a block key with
// it (key_index.hpp) and that codes and sketches alone do not rule out (pair_filter.hpp). Every entry has a card, which
// is all that is read of those that are ruled out.
// Thread safety: const members may be called together, each thread with a desk of its own.
#pragma once

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
  // Calls visit(i, j), i < j, for each two of these entries that may reach the threshold, blocked together or not;
  // pairs within the first `done` are left out.
  template <typename Visit>
  void each_favourable(std::span<const std::uint32_t> entries, std::size_t done, Desk& desk, Visit&& visit) const;

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

template <typename Visit>
void CandidateFinder::each_favourable(std::span<const std::uint32_t> entries, std::size_t done, Desk& desk,
                                      Visit&& visit) const {
  const Loops loops = widest_loops();
  // The entries after `done` against all before them: tiles of those against tiles of all.
  for (std::size_t r = done / tile_size * tile_size; r < entries.size(); r += tile_size) {
    const std::size_t rights_end = std::min(r + tile_size, entries.size());
    tile_maker_->lay_out(*desk.rights, entries.subspan(r, rights_end - r), cards_);
    for (std::size_t l = 0; l < rights_end; l += tile_size) {
      const std::size_t lefts_end = std::min(l + tile_size, rights_end);
      tile_maker_->lay_out(*desk.lefts, entries.subspan(l, lefts_end - l), cards_);
      for (std::size_t j = std::max(r, done); j < rights_end; ++j) {
        const auto end = static_cast<std::uint32_t>(std::min(lefts_end, j) - std::min(l, j));
        if (end == 0) continue;
        const Sifted sifted =
            wider::linkage::sift(loops, {*desk.rights, static_cast<std::uint32_t>(j - r), *desk.lefts, 0, end}, bounds_,
                                 {}, 0, desk.may_reach.data());
        for (std::uint32_t k = 0; k < sifted.may_reach; ++k) visit(l + desk.may_reach[k], j);
      }
    }
  }
}

}  // namespace wider::linkage
