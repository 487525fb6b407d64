#include "linkage/candidate_finder.hpp"

#include <algorithm>
#include <bit>

#include "base/random.hpp"
#include "linkage/parallel.hpp"

namespace wider::linkage {
namespace {

// Fewer candidates than these are compared in less time than they are laid out in.
constexpr std::size_t least_sifted = 4;

}  // namespace

void Desk::begin_anew(std::size_t most) {
  const std::size_t wanted = std::bit_ceil(std::max<std::size_t>(1024, most * 2));
  if (wanted > met_.size() || round_ == UINT32_MAX) {
    met_.assign(std::max(wanted, met_.size()), 0);
    round_ = 0;
  }
  ++round_;
}

bool Desk::is_new(std::uint32_t entry) {
  const std::size_t mask = met_.size() - 1;
  const std::uint64_t wanted = round_ << 32 | entry;
  std::size_t at = static_cast<std::uint32_t>(entry * 2654435769U) >> 8 & mask;
  for (; met_[at] >> 32 == round_; at = (at + 1) & mask) {
    if (met_[at] == wanted) return false;
  }
  met_[at] = wanted;
  return true;
}

void CandidateFinder::lay_card(std::uint32_t entry) {
  if (cards_.size() <= entry) cards_.resize(entry + std::size_t{1});
  cards_[entry] = tile_maker_->card_of(entries_->all[entry]);
}

void CandidateFinder::lay_cards(std::size_t entries, unsigned threads) {
  constexpr std::size_t portion = 1U << 14;
  cards_.resize(entries);
  in_parallel(threads, (entries + portion - 1) / portion, [&](std::size_t, std::size_t part) {
    for (std::size_t i = part * portion; i < std::min((part + 1) * portion, entries); ++i)
      cards_[i] = tile_maker_->card_of(entries_->all[i]);
  });
}

CandidateFinder::Keys CandidateFinder::keys_of(const Entry& entry) const {
  Keys found;
  for (const Rule rule : every_rule) {
    const RuleKeys of_rule = keys_->of(rule, entry);
    if (of_rule[0] != 0) found.add(of_rule[0]);
    if (of_rule[1] != 0 && of_rule[1] != of_rule[0]) found.add(of_rule[1]);
  }
  return found;
}

// Keys are made in portions of entries and put into the index in regions of keys, so that the lists do not depend on
// who does what.
void CandidateFinder::add(std::span<const std::uint32_t> entries, unsigned threads) {
  struct Keyed {
    std::uint64_t key;
    std::uint32_t entry;
  };
  if (entries.size() == 1) {
    for (const std::uint64_t key : keys_of(entries_->all[entries[0]])) index_.add(key, entries[0]);
    return;
  }
  constexpr std::size_t round = 1U << 18;  // entries at a time, so that their keys take little room
  constexpr std::size_t most_parts = 16;
  std::vector<std::array<std::vector<Keyed>, KeyIndex::regions>> made(most_parts);
  for (std::size_t first = 0; first < entries.size(); first += round) {
    const auto its = entries.subspan(first, std::min(round, entries.size() - first));
    const std::size_t portion = std::max<std::size_t>(64, (its.size() + most_parts - 1) / most_parts);
    in_parallel(threads, most_parts, [&](std::size_t, std::size_t part) {
      for (auto& keyed : made[part]) keyed.clear();
      for (std::size_t i = part * portion; i < std::min((part + 1) * portion, its.size()); ++i) {
        for (const std::uint64_t key : keys_of(entries_->all[its[i]]))
          made[part][KeyIndex::region_of(key)].push_back({key, its[i]});
      }
    });
    in_parallel(threads, KeyIndex::regions, [&](std::size_t, std::size_t region) {
      constexpr std::size_t ahead = 12;
      for (const auto& part : made) {
        const auto& keyed = part[region];
        for (std::size_t i = 0; i < keyed.size(); ++i) {
          if (i + ahead < keyed.size()) index_.prefetch(keyed[i + ahead].key);
          index_.add(keyed[i].key, keyed[i].entry);
        }
      }
    });
  }
}

void CandidateFinder::remove(std::uint32_t entry) {
  for (const std::uint64_t key : keys_of(entries_->all[entry])) index_.remove(key, entry);
}

void CandidateFinder::find(const Entry& entry, std::uint32_t but, Desk& desk) const {
  const Keys keys = keys_of(entry);
  for (const std::uint64_t key : keys) index_.prefetch_table(key);
  for (const std::uint64_t key : keys) index_.prefetch(key);
  std::array<std::span<const std::uint32_t>, 2 * rule_count> lists;
  std::size_t count = 0, most = 0;
  for (const std::uint64_t key : keys) {
    const auto list = index_.of(key);
    if (list.empty()) continue;
    for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 64); i += 16) __builtin_prefetch(list.data() + i);
    lists[count++] = list;
    most += list.size();
  }
  desk.begin_anew(most + 1);
  desk.candidates.clear();
  (void)desk.is_new(but);
  for (std::size_t l = 0; l < count; ++l) {
    for (const std::uint32_t other : lists[l]) {
      if (!desk.is_new(other)) continue;
      __builtin_prefetch(&cards_[other]);
      __builtin_prefetch(reinterpret_cast<const char*>(&cards_[other]) + 64);
      desk.candidates.push_back(other);
    }
  }
}

void CandidateFinder::lay_out(std::span<const std::uint32_t> entries, Desk& desk) const {
  for (const std::uint32_t entry : entries) {
    __builtin_prefetch(&cards_[entry]);
    __builtin_prefetch(reinterpret_cast<const char*>(&cards_[entry]) + 64);
  }
  for (std::size_t t = 0; t * tile_size < entries.size(); ++t) {
    if (desk.component.size() <= t) desk.component.push_back(std::make_unique<Tile>());
    const std::size_t count = std::min(tile_size, entries.size() - t * tile_size);
    tile_maker_->lay_out(*desk.component[t], entries.subspan(t * tile_size, count), cards_);
  }
}

void CandidateFinder::sift(std::uint32_t entry, Desk& desk) const {
  auto& candidates = desk.candidates;
  desk.compared += candidates.size();
  if (candidates.size() < least_sifted) return;
  tile_maker_->lay_out(*desk.lefts, std::span(&entry, 1), cards_);
  std::size_t kept = 0;
  for (std::size_t from = 0; from < candidates.size(); from += tile_size) {
    const std::size_t count = std::min(tile_size, candidates.size() - from);
    tile_maker_->lay_out(*desk.rights, std::span(candidates).subspan(from, count), cards_);
    const Sifted sifted = wider::linkage::sift(widest_loops(), {*desk.lefts, 0, *desk.rights, 0, desk.rights->count},
                                               bounds_, {}, 0, desk.may_reach.data());
    for (std::uint32_t k = 0; k < sifted.may_reach; ++k) candidates[kept++] = desk.rights->entry[desk.may_reach[k]];
  }
  candidates.resize(kept);
}

}  // namespace wider::linkage
