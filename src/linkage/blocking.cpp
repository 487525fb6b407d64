#include "linkage/blocking.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "linkage/parallel.hpp"
#include "linkage/radix.hpp"

namespace wider::linkage {
namespace {

using Keyed = KeyedEntry;
constexpr std::size_t slice_count = 8;  // a power of two

// By key; all have the same `known` highest bits.
void sort(std::vector<Keyed>& keyed, int known = 0) {
  thread_local std::vector<Keyed> scratch;
  sort_by_hash(keyed, scratch, [&](const Keyed& item) { return item.key << known; });
}

std::size_t bucket_of(std::uint64_t key, std::size_t buckets) {
  return (key >> 1) & (buckets - 1);  // the lowest bit is always set
}

// Calls with the bounds of each run of one key.
template <typename Visit>
void for_each_run(const std::vector<Keyed>& sorted, Visit&& visit) {
  for (std::size_t from = 0; from < sorted.size();) {
    std::size_t to = from + 1;
    while (to < sorted.size() && sorted[to].key == sorted[from].key) ++to;
    visit(from, to);
    from = to;
  }
}

// Which keys of a rule are over-full, step by step; ascending.
std::vector<std::uint64_t> learn_rule(const Entries& entries, const BlockKeys& keys, Rule rule,
                                      std::uint32_t largest_block) {
  // Most keys are few entries' own. Counted by their lowest bits first, so that only what may be over-full is sorted.
  const std::size_t buckets = std::bit_ceil(std::clamp<std::size_t>(entries.ordinary, 1U << 10, 1U << 22));
  std::vector<std::uint32_t> held(buckets);
  std::vector<Keyed> all;
  all.reserve(entries.ordinary);
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    for (const std::uint64_t key : keys.base(rule, entries.all[i])) {
      if (key == 0) continue;
      all.push_back({key, i});
      ++held[bucket_of(key, buckets)];
    }
  }
  std::vector<std::uint64_t> refined;
  std::vector<Keyed> open;
  for (const Keyed& item : all) {
    if (held[bucket_of(item.key, buckets)] > largest_block) open.push_back(item);
  }
  for (std::size_t step = 0; step < refiner_count && !open.empty(); ++step) {
    sort(open);
    std::vector<Keyed> over_full;
    for_each_run(open, [&](std::size_t from, std::size_t to) {
      if (to - from <= largest_block) return;
      refined.push_back(open[from].key);
      for (std::size_t i = from; i < to; ++i)
        over_full.push_back({keys.refine(open[i].key, step, entries.all[open[i].entry]), open[i].entry});
    });
    open.swap(over_full);
  }
  std::sort(refined.begin(), refined.end());
  return refined;
}

// Whether a further value of the entry could refine the key; it could in training, or it grew over-full since.
bool can_be_refined(const BlockKeys& keys, Rule rule, std::uint64_t key, const Entry& entry) {
  for (std::uint64_t its : keys.base(rule, entry)) {
    for (std::size_t step = 0; its != 0 && step < refiner_count; ++step) {
      if (its == key) return true;
      its = keys.refine(its, step, entry);
    }
  }
  return false;
}

bool share(std::span<const BlockNumber> a, std::span<const BlockNumber> b, Slots slots) {
  for (std::size_t i = slots.first; i < slots.first + slots.count; ++i) {
    for (std::size_t j = slots.first; j < slots.first + slots.count; ++j) {
      if (a[i] != 0 && a[i] == b[j]) return true;
    }
  }
  return false;
}

}  // namespace

std::uint64_t RuleBlocks::pairs() const {
  std::uint64_t sum = 0;
  for (const Block& block : blocks) sum += static_cast<std::uint64_t>(block.count) * (block.count - 1) / 2;
  return sum;
}

Blocking::Blocking(const Entries& entries, const BlockingPlan& plan, unsigned threads)
    : Blocking(entries, plan.largest_block) {
  make_rules(plan, plan.used, threads);
}

Blocking Blocking::learn(const Entries& entries, BlockingPlan& plan, unsigned threads) {
  Blocking blocking(entries, plan.largest_block);
  for (auto& keys : plan.refined) keys.clear();
  blocking.learn_more(plan, plan.used, threads);
  return blocking;
}

void Blocking::learn_more(BlockingPlan& plan, const std::array<bool, rule_count>& more, unsigned threads) {
  for (std::size_t rule = 0; rule < rule_count; ++rule) plan.used[rule] = plan.used[rule] || more[rule];
  const BlockKeys unrefined(*entries_, BlockingPlan{plan.largest_block, {}, more});
  in_parallel(threads, rule_count, [&](std::size_t, std::size_t rule) {
    if (more[rule]) plan.refined[rule] = learn_rule(*entries_, unrefined, static_cast<Rule>(rule), plan.largest_block);
  });
  make_rules(plan, more, threads);
}

void Blocking::make_rules(const BlockingPlan& plan, const std::array<bool, rule_count>& which, unsigned threads) {
  const BlockKeys keys(*entries_, plan);
  for (const Rule rule : every_rule) {
    if (which[static_cast<std::size_t>(rule)]) make_rule(rule, keys, threads);
  }
  number_blocks(threads);
}

// One rule at a time, so that no more than its keys are held: parts of the entries give keys, sorted by their highest
// bits into slices, and each slice gives its blocks, in the order of keys.
void Blocking::make_rule(Rule rule, const BlockKeys& keys, unsigned threads) {
  const std::size_t entries = entries_->all.size();
  const std::size_t slices = entries < 20'000 ? 1 : slice_count, part_size = entries / slices + 1;
  std::vector<MadeKeys> parts(slices);
  in_parallel(threads, slices, [&](std::size_t, std::size_t part) {
    const std::size_t first = std::min(entries, part * part_size), end = std::min(entries, first + part_size);
    parts[part] = make_keys(rule, keys, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(end), slices);
  });
  std::vector<MadeBlocks> made(slices);
  in_parallel(threads, slices, [&](std::size_t, std::size_t slice) {
    std::vector<Keyed> keyed;
    for (MadeKeys& part : parts) {
      keyed.insert(keyed.end(), part.slices[slice].begin(), part.slices[slice].end());
      std::vector<Keyed>().swap(part.slices[slice]);
    }
    sort(keyed, std::countr_zero(slices));
    made[slice] = make_blocks(rule, keys, keyed);
  });
  Told& told = told_[static_cast<std::size_t>(rule)];
  RuleBlocks& all = rules_[static_cast<std::size_t>(rule)];
  std::vector<std::uint64_t> refined_keys;
  for (const MadeKeys& part : parts) refined_keys.insert(refined_keys.end(), part.refined.begin(), part.refined.end());
  told.refined_entries = refined_keys.size();
  std::sort(refined_keys.begin(), refined_keys.end());
  told.refined_keys =
      static_cast<std::uint64_t>(std::unique(refined_keys.begin(), refined_keys.end()) - refined_keys.begin());
  for (const MadeBlocks& slice : made) {
    const auto before = static_cast<std::uint32_t>(all.members.size());
    all.members.insert(all.members.end(), slice.blocks.members.begin(), slice.blocks.members.end());
    for (const Block& block : slice.blocks.blocks) all.blocks.push_back({block.first + before, block.count});
    told.over_full += slice.told.over_full;
    told.fullest = std::max(told.fullest, slice.told.fullest);
    told.grown = told.grown || slice.told.grown;
  }
}

Blocking::MadeKeys Blocking::make_keys(Rule rule, const BlockKeys& keys, std::uint32_t first, std::uint32_t end,
                                       std::size_t slices) const {
  MadeKeys made{std::vector<std::vector<Keyed>>(slices), {}};
  for (auto& slice : made.slices) slice.reserve((end - first) / slices * 5 / 4);
  const int shift = 64 - std::countr_zero(slices);
  for (std::uint32_t i = first; i < end; ++i) {
    const Entry& entry = entries_->all[i];
    for (std::uint64_t key : keys.base(rule, entry)) {
      if (key == 0) continue;
      if (keys.is_refined(rule, key)) {
        if (i < entries_->ordinary) made.refined.push_back(key);
        for (std::size_t step = 0; step < refiner_count && keys.is_refined(rule, key); ++step)
          key = keys.refine(key, step, entry);
      }
      made.slices[slices == 1 ? 0 : key >> shift].push_back({key, i});
    }
  }
  return made;
}

Blocking::MadeBlocks Blocking::make_blocks(Rule rule, const BlockKeys& keys, const std::vector<Keyed>& keyed) const {
  MadeBlocks made;
  RuleBlocks& blocks = made.blocks;
  for_each_run(keyed, [&](std::size_t from, std::size_t to) {
    if (to - from < 2) return;
    const auto first = static_cast<std::uint32_t>(blocks.members.size());
    std::uint32_t ordinary = 0;
    for (std::size_t i = from; i < to; ++i) {
      if (i > from && keyed[i].entry == keyed[i - 1].entry) continue;
      blocks.members.push_back(keyed[i].entry);
      ordinary += keyed[i].entry < entries_->ordinary ? 1 : 0;
    }
    blocks.blocks.push_back({first, static_cast<std::uint32_t>(blocks.members.size()) - first});
    if (ordinary > largest_block_) {
      ++made.told.over_full;
      made.told.fullest = std::max(made.told.fullest, ordinary);
      made.told.grown =
          made.told.grown || can_be_refined(keys, rule, keyed[from].key, entries_->all[keyed[from].entry]);
    }
  });
  return made;
}

// Every entry learns the numbers of its blocks. A rule with two keys fills its two places in any order.
void Blocking::number_blocks(unsigned threads) {
  stride_ = 0;
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    if (rules_[rule].blocks.empty()) continue;
    places_[rule] = {stride_, slots_of(static_cast<Rule>(rule)).count};
    stride_ += places_[rule].count;
  }
  numbers_.assign(entries_->all.size() * stride_, 0);
  in_parallel(threads, rule_count, [&](std::size_t, std::size_t rule) {
    const RuleBlocks& made = rules_[rule];
    for (std::size_t b = 0; b < made.blocks.size(); ++b) {
      const Block& block = made.blocks[b];
      for (std::uint32_t i = block.first; i < block.first + block.count; ++i) {
        BlockNumber* place = &numbers_[made.members[i] * stride_ + places_[rule].first];
        if (*place != 0) ++place;
        *place = static_cast<BlockNumber>(b + 1);
      }
    }
  });
}

bool Blocking::owns(Rule rule, BlockNumber block, std::uint32_t left, std::uint32_t right) const {
  const auto a = blocks_of(left), b = blocks_of(right);
  for (std::size_t earlier = 0; earlier < static_cast<std::size_t>(rule); ++earlier) {
    if (share(a, b, places_[earlier])) return false;
  }
  const Slots own = places_of(rule);
  for (std::size_t i = own.first; i < own.first + own.count; ++i) {
    for (std::size_t j = own.first; j < own.first + own.count; ++j) {
      if (a[i] != 0 && a[i] == b[j] && a[i] < block) return false;
    }
  }
  return true;
}

std::uint32_t Blocking::rules_giving(std::uint32_t left, std::uint32_t right) const {
  const auto a = blocks_of(left), b = blocks_of(right);
  std::uint32_t giving = 0;
  for (std::size_t rule = 0; rule < rule_count; ++rule) giving |= share(a, b, places_[rule]) ? 1U << rule : 0U;
  return giving;
}

std::vector<std::uint32_t> Blocking::companions(std::uint32_t entry) const {
  std::vector<std::uint32_t> found;
  const auto numbers = blocks_of(entry);
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    for (std::size_t place = places_[rule].first; place < places_[rule].first + places_[rule].count; ++place) {
      if (numbers[place] == 0) continue;
      const Block& block = rules_[rule].blocks[numbers[place] - 1];
      for (std::uint32_t i = block.first; i < block.first + block.count; ++i) {
        if (rules_[rule].members[i] < entries_->ordinary) found.push_back(rules_[rule].members[i]);
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::uint64_t Blocking::pairs() const {
  std::uint64_t sum = 0;
  for (const RuleBlocks& rule : rules_) sum += rule.pairs();
  return sum;
}

std::string Blocking::note() const {
  std::string note;
  bool grown = false;
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    const Told& told = told_[rule];
    if (told.refined_keys == 0 && told.over_full == 0) continue;
    note += fmt::format("{}{}:", note.empty() ? "" : "; ", name_of(static_cast<Rule>(rule)));
    if (told.refined_keys > 0)
      note += fmt::format(" {} over-full blocks with {} entries refined", told.refined_keys, told.refined_entries);
    if (told.over_full > 0) {
      note += fmt::format("{} {} blocks over {} entries compared whole, the largest of {}",
                          told.refined_keys > 0 ? "," : "", told.over_full, largest_block_, told.fullest);
      grown = grown || told.grown;
    }
  }
  if (grown)
    note += "; blocks have grown since the model was trained, which costs time and loses nothing: train it anew";
  return note.empty() ? "no block was over-full" : note;
}

bool is_candidate(const BlockKeys& keys, const Entry& left, const Entry& right) {
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    const RuleKeys a = keys.of(static_cast<Rule>(rule), left), b = keys.of(static_cast<Rule>(rule), right);
    for (const std::uint64_t one : a) {
      if (one != 0 && (one == b[0] || one == b[1])) return true;
    }
  }
  return false;
}

}  // namespace wider::linkage
