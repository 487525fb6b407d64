#include "linkage/candidates.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/random.hpp"
#include "linkage/blocking_recall.hpp"
#include "linkage/pairs.hpp"
#include "linkage/patient_comparer.hpp"

namespace wider::linkage {
namespace {

constexpr int most_rounds = 60;
constexpr double one = 1 << 30;  // a probability of 1 as a whole number

constexpr std::size_t at(Field field) {
  return static_cast<std::size_t>(field);
}
std::int64_t whole(double probability) {
  return std::llround(probability * one);
}

std::int32_t prior_of(double share) {
  const double p = std::clamp(share, 1e-12, 1 - 1e-9);
  return fixed_weight(p / (1 - p));
}

// A pair that may be a match; its weight is without the prior.
struct Likely {
  std::uint32_t pair;
  std::int32_t weight;
};

// The pairs that may be matches. Under every prior that is tried, which is of one in two at most, the probability of
// the others is less than the half of what is reckoned with: nothing.
std::vector<Likely> likely_of(const CandidateSample& sample, const Entries& entries, const Scorer& scorer,
                              unsigned threads) {
  const std::int32_t least = -32 * weight_scale;
  constexpr std::size_t portion = 8192;
  std::vector<std::vector<Likely>> found((sample.pairs.size() + portion - 1) / portion);
  in_parallel(threads, found.size(), [&](std::size_t, std::size_t part) {
    for (std::size_t i = part * portion; i < std::min(sample.pairs.size(), (part + 1) * portion); ++i) {
      const CandidatePair& pair = sample.pairs[i];
      const Score score = scorer.score(entries.all[pair.left], entries.all[pair.right], unpack(pair.pattern));
      if (score.apart || score.kin != Kin::unlikely || score.weight - scorer.prior() < least) continue;
      found[part].push_back({static_cast<std::uint32_t>(i), score.weight - scorer.prior()});
    }
  });
  std::vector<Likely> all;
  for (const auto& part : found) all.insert(all.end(), part.begin(), part.end());
  return all;
}

double posterior(std::int32_t weight, std::int32_t prior) {
  const std::int64_t all = static_cast<std::int64_t>(weight) + prior;
  return all < -32 * weight_scale ? 0 : probability_of(all);  // less than the half of what whole() tells apart
}

// Expected partners of each picked entry, as whole numbers; `partners` is by entry.
void reckon_partners(const CandidateSample& sample, const std::vector<Likely>& likely, std::int32_t prior,
                     std::vector<std::int64_t>& partners) {
  for (const std::uint32_t entry : sample.picked_entries) partners[entry] = 0;
  for (const Likely& its : likely) {
    const std::int64_t share = whole(posterior(its.weight, prior));
    const CandidatePair& pair = sample.pairs[its.pair];
    if (sample.picked[pair.left]) partners[pair.left] += share;
    if (sample.picked[pair.right]) partners[pair.right] += share;
  }
}

// How likely each pair is a match, as whole numbers.
std::vector<std::int64_t> matches_of(const Model& model, const CandidateSample& sample, const Entries& entries,
                                     unsigned threads) {
  const std::int32_t prior = prior_of(model.match_probability);
  std::vector<std::int64_t> matches(sample.pairs.size());
  for (const Likely& its : likely_of(sample, entries, Scorer(model, entries), threads))
    matches[its.pair] = whole(posterior(its.weight, prior));
  return matches;
}

// The pairs that for_each_pair gives and that have a picked entry; the others are not looked at.
template <typename Visit>
void for_each_picked(const CandidateSample& sample, const Entries& entries, const Blocking& blocking,
                     const Chunk& chunk, Visit&& visit) {
  const RuleBlocks& made = blocking.of(chunk.rule);
  for (std::size_t b = chunk.first_block; b < chunk.end_block; ++b) {
    const std::uint32_t* members = &made.members[made.blocks[b].first];
    std::uint32_t count = made.blocks[b].count;
    while (count > 0 && members[count - 1] >= entries.ordinary) --count;  // attach_only ones stand last
    for (std::uint32_t i = 0; i < count; ++i) {
      if (!sample.picked[members[i]]) continue;
      for (std::uint32_t j = 0; j < count; ++j) {
        if (j == i || (j < i && sample.picked[members[j]])) continue;
        const std::uint32_t left = members[std::min(i, j)], right = members[std::max(i, j)];
        if (blocking.owns(chunk.rule, static_cast<BlockNumber>(b + 1), left, right)) visit(left, right);
      }
    }
  }
}

// Chance that two entries give the same value, by the value's rarity in 1/4 bit from -16 bits on.
constexpr std::size_t rarity_steps = 128;
std::array<double, rarity_steps> chance_by_rarity(const std::vector<std::uint32_t>& counts, const Scorer& scorer,
                                                  Term term) {
  double total = 0;
  std::array<std::uint64_t, rarity_steps> equal{};
  for (Code code = 1; code < counts.size(); ++code) {
    total += counts[code];
    if (counts[code] < 2) continue;
    const std::int32_t step = quarter_bits(scorer.adjustment(term, code)) + 64;
    equal[static_cast<std::size_t>(std::clamp<std::int32_t>(step, 0, rarity_steps - 1))] +=
        static_cast<std::uint64_t>(counts[code]) * (counts[code] - 1);
  }
  std::array<double, rarity_steps> chance{};
  for (std::size_t i = 0; i < rarity_steps; ++i)
    chance[i] = static_cast<double>(equal[i]) / std::max(1., total * (total - 1));
  return chance;
}

}  // namespace

CandidateSample sample_candidates(const Entries& entries, const Blocking& blocking, const Established& established,
                                  bool between_sources_only, std::uint64_t most_pairs, std::uint64_t seed,
                                  unsigned threads) {
  CandidateSample sample;
  sample.picked.resize(entries.all.size());
  const std::uint64_t every = blocking.pairs() * 2 / most_pairs + 1;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    sample.picked[i] = every == 1 || mix64(seed ^ entries.content[i]) % every == 0;
    if (sample.picked[i]) sample.picked_entries.push_back(i);
  }
  const double missed = 1 - 1 / static_cast<double>(every);
  sample.pairs_share = 1 - missed * missed;
  const auto chunks = chunks_of(blocking, every_rule);
  std::vector<std::vector<CandidatePair>> found(std::max(threads, 1U));
  std::vector<PatientComparer> comparers(found.size(), PatientComparer(entries, established));
  in_parallel(threads, chunks.size(), [&](std::size_t worker, std::size_t part) {
    const auto keep = [&](std::uint32_t left, std::uint32_t right, const Pattern& pattern) {
      found[worker].push_back({pack(pattern), left, right, blocking.rules_giving(left, right)});
    };
    for_each_picked(sample, entries, blocking, chunks[part], [&](std::uint32_t left, std::uint32_t right) {
      if (between_sources_only && entries.all[left].source == entries.all[right].source) return;
      comparers[worker].add(left, right, keep);
    });
    comparers[worker].flush(keep);
  });
  for (const auto& part : found) sample.pairs.insert(sample.pairs.end(), part.begin(), part.end());
  return sample;
}

void learn_shares(Model& model, const CandidateSample& sample, const Entries& entries, bool between_sources_only,
                  double all_pairs, unsigned threads) {
  const std::vector<Likely> likely = likely_of(sample, entries, Scorer(model, entries), threads);
  const auto picked = static_cast<double>(std::max<std::size_t>(sample.picked_entries.size(), 1));
  std::vector<std::int64_t> partners(entries.all.size());
  double each = 0;  // partners of an entry
  for (int round = 0; round < most_rounds; ++round) {
    reckon_partners(sample, likely, prior_of(model.match_probability), partners);
    std::int64_t sum = 0;
    for (const std::uint32_t entry : sample.picked_entries) sum += partners[entry];
    each = static_cast<double>(sum) / one / picked;
    const double matches = std::max(1., each * static_cast<double>(entries.ordinary) / 2);
    const double share = std::min(matches / all_pairs, .5);
    const bool settled = std::abs(share - model.match_probability) < 1e-3 * share;
    model.match_probability = share;
    if (settled) break;
  }
  std::int64_t first = 0;  // entries that are their person's first, or only one
  for (const std::uint32_t entry : sample.picked_entries) {
    const double its = static_cast<double>(partners[entry]) / one;
    first += whole(between_sources_only ? std::max(0., 1 - its) : 1 / (1 + its));
  }
  const double is_new = std::clamp(static_cast<double>(first) / one / picked, .01, .99);
  const double odds = (1 - is_new) * ((between_sources_only ? 0 : each) + 1) / (is_new * std::max(each, 1e-3));
  model.pair_threshold = 1 / (1 + std::clamp(odds, .5, 16.));
}

NameCounts count_names(const Entries& entries) {
  NameCounts names{std::vector<std::uint32_t>(entries.strings.size()),
                   std::vector<std::uint32_t>(entries.strings.size()), 0};
  std::uint64_t with_birth = 0;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    if (const Code code = code_of(entries.all[i], Term::forename); code != 0) ++names.forenames[code];
    if (const Code code = code_of(entries.all[i], Term::surname); code != 0) ++names.surnames[code];
    with_birth += entries.all[i].birth.year != 0 ? 1 : 0;
  }
  names.with_birth = static_cast<double>(with_birth);
  return names;
}

void learn_name_dependence(Model& model, const CandidateSample& sample, const Entries& entries, const NameCounts& names,
                           double all_pairs) {
  using namespace level;
  model.name_dependence = {};
  const Scorer scorer(model, entries);
  // Pairs that share both names, with what their other fields say; birth dates must be there to say something.
  std::array<std::vector<double>, name_bands> others;
  for (const CandidatePair& pair : sample.pairs) {
    const Pattern pattern = unpack(pair.pattern);
    if (pattern[at(Field::forename)] != forename_same || pattern[at(Field::surname)] != surname_same ||
        pattern[at(Field::birth_date)] == birth_missing)
      continue;
    const Entry& left = entries.all[pair.left];
    const Entry& right = entries.all[pair.right];
    if (left.forename != right.forename) continue;
    std::int32_t weight = 0;
    for (std::size_t f = 0; f < field_count; ++f) {
      if (f != at(Field::forename) && f != at(Field::surname)) weight += scorer.field_weight(f, pattern[f]);
    }
    const std::size_t band =
        name_band(scorer.adjustment(Term::forename, left.forename), scorer.adjustment(Term::surname, left.surname));
    others[band].push_back(static_cast<double>(weight) / weight_scale);
  }
  const double birth_share = names.with_birth / entries.ordinary;
  const auto forenames = chance_by_rarity(names.forenames, scorer, Term::forename);
  const auto surnames = chance_by_rarity(names.surnames, scorer, Term::surname);
  std::array<double, name_bands> expected{};
  for (std::size_t i = 0; i < rarity_steps; ++i) {
    for (std::size_t j = 0; j < rarity_steps; ++j) {
      const auto rarity_of = [](std::size_t step) {
        return (static_cast<std::int32_t>(step) - 64) * (weight_scale / 4);
      };
      expected[name_band(rarity_of(i), rarity_of(j))] +=
          forenames[i] * surnames[j] * all_pairs * birth_share * birth_share * sample.pairs_share;
    }
  }
  for (std::size_t band = 0; band < name_bands; ++band) {
    double share = .5;  // of matches
    for (int round = 0; round < most_rounds && !others[band].empty(); ++round) {
      std::int64_t sum = 0;
      const double prior = std::log2(share / (1 - share));
      for (const double weight : others[band]) sum += whole(1 / (1 + std::exp2(-(weight + prior))));
      share = std::clamp(static_cast<double>(sum) / one / static_cast<double>(others[band].size()), 1e-6, 1 - 1e-6);
    }
    constexpr double strength = 3;
    const double different = static_cast<double>(others[band].size()) * (1 - share);
    const double bits = std::log2((different + strength) / (expected[band] + strength));
    model.name_dependence[band] = std::clamp(bits, 0., 6.);
  }
}

std::array<bool, rule_count> choose_rules(const Model& model, const CandidateSample& sample, const Entries& entries,
                                          std::uint32_t thinned, unsigned threads) {
  constexpr double least_gain = .0004;  // of all matches found
  std::array<bool, rule_count> used = BlockingPlan::base_rules();
  const std::vector<std::int64_t> matches = matches_of(model, sample, entries, threads);
  // Pairs that no rule in use gives, by the rules that do.
  struct Open {
    std::uint32_t rules;
    std::int64_t matches;
  };
  std::vector<Open> open;
  std::int64_t all = 0;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    all += matches[i];
    open.push_back({sample.pairs[i].rules, matches[i]});
  }
  const double scale = static_cast<double>(thinned) * thinned / sample.pairs_share;
  double budget = 2e6 + 20. * entries.ordinary * thinned;  // pairs
  std::uint32_t in_use = 0;
  for (std::size_t rule = 0; rule < base_rule_count; ++rule) in_use |= 1U << rule;
  while (true) {
    std::erase_if(open, [&](const Open& pair) { return (pair.rules & in_use) != 0; });
    std::array<std::int64_t, rule_count> gain{};
    std::array<double, rule_count> cost{};
    for (const Open& pair : open) {
      for (std::uint32_t rules = pair.rules; rules != 0; rules &= rules - 1) {
        const auto rule = static_cast<std::size_t>(std::countr_zero(rules));
        gain[rule] += pair.matches;
        cost[rule] += scale;
      }
    }
    std::size_t best = rule_count;
    const auto worth = [&](std::size_t rule) { return static_cast<double>(gain[rule]) / cost[rule]; };
    for (std::size_t rule = base_rule_count; rule < rule_count; ++rule) {
      if (static_cast<double>(gain[rule]) < least_gain * static_cast<double>(all) || gain[rule] == 0) continue;
      if (cost[rule] <= budget && (best == rule_count || worth(rule) > worth(best))) best = rule;
    }
    if (best == rule_count) return used;
    used[best] = true;
    in_use |= 1U << best;
    budget -= cost[best];
  }
}

void forecast_rules(Model& model, const CandidateSample& sample, const Entries& entries, unsigned threads) {
  const std::vector<std::int64_t> matches = matches_of(model, sample, entries, threads);
  std::uint32_t in_use = 0;
  for (std::size_t rule = 0; rule < rule_count; ++rule) in_use |= model.blocking.used[rule] ? 1U << rule : 0U;
  std::array<std::int64_t, rule_count> given{}, alone{};
  std::int64_t all = 0, by_one = 0, by_two = 0;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    // As many as are improbable, each a little, would outweigh the sample's matches, and one rule alone gives most of
    // them.
    if (static_cast<double>(matches[i]) < one / 2) continue;
    const std::uint32_t rules = sample.pairs[i].rules & in_use;
    const int count = std::popcount(rules);
    all += count > 0 ? 1 : 0;
    by_one += count == 1 ? 1 : 0;
    by_two += count == 2 ? 1 : 0;
    for (std::uint32_t left = rules; left != 0; left &= left - 1) {
      const auto rule = static_cast<std::size_t>(std::countr_zero(left));
      given[rule] += 1;
      alone[rule] += count == 1 ? 1 : 0;
    }
  }
  const auto total = std::max(static_cast<double>(all), 1.);
  for (std::size_t rule = 0; rule < rule_count; ++rule)
    model.blocking.forecast[rule] = {static_cast<double>(given[rule]) / total, static_cast<double>(alone[rule]) / total,
                                     0};
  const double more = most_unseen(static_cast<double>(by_one), static_cast<double>(by_two));
  model.blocking.least_recall = all == 0 ? 0 : total / (total + more);
}

}  // namespace wider::linkage
