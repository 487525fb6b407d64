// What a sample of the candidate pairs tells in training: how common matches are, how often a row is a person's first,
// how forenames and surnames go together, and which blocking rules pay. All sums are of whole numbers, so that neither
// threads nor the order of entries show. Thread safety: const members and free functions on const arguments.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/blocking.hpp"
#include "linkage/comparison.hpp"
#include "linkage/model.hpp"

namespace wider::linkage {

struct CandidatePair {
  std::uint64_t pattern = 0;  // packed
  std::uint32_t left = 0, right = 0;
  std::uint32_t rules = 0;  // that give it: a bit each
};

// All pairs of some entries that a hash of their content picks, so many that there are about `most_pairs`; of all
// entries where there are no more.
struct CandidateSample {
  std::vector<CandidatePair> pairs;  // those with a picked entry, each once, in no particular order
  std::vector<bool> picked;          // by entry
  std::vector<std::uint32_t> picked_entries;
  double pairs_share = 1;  // of all candidates that are here
};
[[nodiscard]] CandidateSample sample_candidates(const Entries& entries, const Blocking& blocking,
                                                const Established& established, bool between_sources_only,
                                                std::uint64_t most_pairs, std::uint64_t seed, unsigned threads);

// Sets match_probability, from the candidates alone, and pair_threshold, from how often a row has no other of its
// person: the odds of a pair say how likely two entries are one person, and what a cluster asks is whether a row is of
// that person or of one not seen yet. Where almost every row has others (twelve a person), a doubtful row is more
// likely one of them; where hardly any has, it is more likely nobody's.
void learn_shares(Model& model, const CandidateSample& sample, const Entries& entries, bool between_sources_only,
                  double all_pairs, unsigned threads);

// How often the ordinary entries hold each name, and how many hold a birth date.
struct NameCounts {
  std::vector<std::uint32_t> forenames, surnames;  // by code
  double with_birth = 0;
};
[[nodiscard]] NameCounts count_names(const Entries& entries);

// Sets name_dependence: how much oftener than by chance two different people share both names, by how rare these are.
void learn_name_dependence(Model& model, const CandidateSample& sample, const Entries& entries, const NameCounts& names,
                           double all_pairs);

// The rules beyond the base rules that bring enough matches which no other rule brings, for what they cost.
// `thinned` is one in how many of all entries are here.
[[nodiscard]] std::array<bool, rule_count> choose_rules(const Model& model, const CandidateSample& sample,
                                                        const Entries& entries, std::uint32_t thinned,
                                                        unsigned threads);

// Sets forecast and least_recall of the rules in use, but for the pairs they cost.
void forecast_rules(Model& model, const CandidateSample& sample, const Entries& entries, unsigned threads);

}  // namespace wider::linkage
