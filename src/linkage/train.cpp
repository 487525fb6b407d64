// Training: a model learnt from the rows, without labels.
//   1. Term frequencies are counted over ordinary entries.
//   2. u: patterns of pairs drawn at random, picked by a hash of the seed and the draw's number in content order.
//   3. m: expectation-maximisation on counts of patterns of the pairs that some rules give. The fields a rule blocks on
//      tell nothing within its pairs, so they are left out there (as Splink does); m is shared by all rules.
//   4. The share of matches among all pairs follows from the matches found within a rule and the rule's recall.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "linkage/blocking.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"
#include "linkage/pairs.hpp"
#include "linkage/prepared.hpp"

namespace wider::linkage {
namespace {

constexpr std::uint64_t random_pairs = 1'000'000;
constexpr std::uint64_t most_pairs_a_rule = 4'000'000;
constexpr int most_rounds = 60;
constexpr double u_strength = 2000;
constexpr double m_strength = 30;  // how many pairs the assumed m is worth
constexpr std::size_t at(Field field) {
  return static_cast<std::size_t>(field);
}

using Counts = std::unordered_map<std::uint64_t, std::uint64_t>;
using Patterns = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // packed pattern and count, ascending

Patterns sorted(const std::vector<Counts>& parts) {
  Counts all;
  for (const Counts& part : parts) {
    for (const auto& [pattern, count] : part) all[pattern] += count;
  }
  Patterns patterns(all.begin(), all.end());
  std::sort(patterns.begin(), patterns.end());
  return patterns;
}

void count_terms(const Entries& entries, Model& model) {
  for (std::size_t t = 0; t < term_count; ++t) {
    std::vector<std::uint32_t> counts(entries.strings.size());
    TermTable& table = model.terms[t];
    for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
      const Code code = code_of(entries.all[i], static_cast<Term>(t));
      if (code == 0) continue;
      ++counts[code];
      ++table.total;
    }
    double equal = 0;
    for (Code code = 1; code < counts.size(); ++code) {
      if (counts[code] == 0) continue;
      equal += static_cast<double>(counts[code]) * (counts[code] - 1);
      if (counts[code] >= least_kept_count) table.counts.emplace(entries.strings.view(code), counts[code]);
    }
    // The order of codes must not show: sums of integers below 2^53 are exact in any order.
    const double total = static_cast<double>(table.total);
    table.chance = total > 1 ? equal / (total * (total - 1)) : 0;
  }
}

Patterns random_patterns(const Entries& entries, const Established& established, bool between, const Options& options) {
  const std::uint64_t n = entries.ordinary;
  constexpr std::size_t parts = 64;
  std::vector<Counts> counts(parts);
  if (n >= 2) {
    std::vector<Comparer> comparers(std::max(options.threads, 1U), Comparer(entries, established));
    in_parallel(options.threads, parts, [&](std::size_t worker, std::size_t part) {
      const auto count_pair = [&](std::uint64_t i, std::uint64_t j) {
        if (i == j || (between && entries.all[i].source == entries.all[j].source)) return;
        ++counts[part][pack(comparers[worker].compare(entries.all[i], entries.all[j]))];
      };
      if (n * (n - 1) / 2 <= random_pairs) {
        for (std::uint64_t i = part; i < n; i += parts) {
          for (std::uint64_t j = i + 1; j < n; ++j) count_pair(i, j);
        }
        return;
      }
      Random chance(mix64(options.seed) ^ part);
      for (std::uint64_t draw = 0; draw < random_pairs / parts; ++draw) {
        const std::uint64_t i = chance.below(n);
        count_pair(i, chance.below(n));
      }
    });
  }
  return sorted(counts);
}

struct Sample {
  Rule rule;
  std::array<bool, field_count> masked{};
  Patterns patterns;
  double pairs = 0;
  double kept_share = 1;
  double matches = 0;  // found by EM
  double lambda = .3;
};

Sample sample_rule(Rule rule, std::initializer_list<Field> masked, const Entries& entries, const Blocking& blocking,
                   const Established& established, bool between, const Options& options) {
  Sample sample{rule, {}, {}, 0, 1, 0, .3};
  for (const Field field : masked) sample.masked[at(field)] = true;
  const Rule rules[] = {rule};
  const auto chunks = chunks_of(blocking, rules);
  const std::uint64_t pairs = blocking.of(rule).pairs();
  const std::uint64_t every = pairs / most_pairs_a_rule + 1;
  sample.kept_share = 1 / static_cast<double>(every);
  std::vector<Counts> counts(std::max(options.threads, 1U));
  std::vector<Comparer> comparers(counts.size(), Comparer(entries, established));
  in_parallel(options.threads, chunks.size(), [&](std::size_t worker, std::size_t part) {
    const RuleBlocks& made = blocking.of(rule);
    for (std::size_t b = chunks[part].first_block; b < chunks[part].end_block; ++b) {
      const Block& block = made.blocks[b];
      for (std::uint32_t i = 0; i < block.count; ++i) {
        const std::uint32_t left = made.members[block.first + i];
        for (std::uint32_t j = i + 1; j < block.count; ++j) {
          const std::uint32_t right = made.members[block.first + j];
          if (left >= entries.ordinary || right >= entries.ordinary) continue;
          if (between && entries.all[left].source == entries.all[right].source) continue;
          if (every > 1 && mix64(options.seed ^ entries.content[left] ^ mix64(entries.content[right])) % every != 0)
            continue;
          ++counts[worker][pack(comparers[worker].compare(entries.all[left], entries.all[right]))];
        }
      }
    }
  });
  sample.patterns = sorted(counts);
  for (const auto& [pattern, count] : sample.patterns) sample.pairs += static_cast<double>(count);
  return sample;
}

using LevelSums = std::array<std::array<double, most_levels>, field_count>;

void learn_u(Model& model, const Patterns& patterns) {
  LevelSums sums{};
  for (const auto& [packed, count] : patterns) {
    const Pattern pattern = unpack(packed);
    for (std::size_t f = 0; f < field_count; ++f) sums[f][pattern[f]] += static_cast<double>(count);
  }
  const auto& infos = field_infos();
  for (std::size_t f = 0; f < field_count; ++f) {
    double seen = 0;
    double assumed = 0;
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      seen += sums[f][l];
      assumed += infos[f].levels[l].u;
    }
    model.fields[f].resize(infos[f].levels.size());
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      model.fields[f][l].u = (sums[f][l] + u_strength * infos[f].levels[l].u / assumed) / (seen + u_strength);
      model.fields[f][l].m = infos[f].levels[l].m;
    }
  }
}

// One round of expectation-maximisation; returns the greatest change of any m.
double learn_m_once(Model& model, std::vector<Sample>& samples) {
  LevelSums sums{};
  std::array<std::array<double, most_levels>, field_count> ratio{};
  for (std::size_t f = 0; f < field_count; ++f) {
    ratio[f][0] = 0;
    for (std::size_t l = 1; l < model.fields[f].size(); ++l)
      ratio[f][l] = std::log(model.fields[f][l].m / model.fields[f][l].u);
  }
  for (Sample& sample : samples) {
    sample.matches = 0;
    const double prior = std::log(sample.lambda / (1 - sample.lambda));
    for (const auto& [packed, count] : sample.patterns) {
      const Pattern pattern = unpack(packed);
      double odds = prior;
      for (std::size_t f = 0; f < field_count; ++f) {
        if (!sample.masked[f]) odds += ratio[f][pattern[f]];
      }
      const double share = static_cast<double>(count) / (1 + std::exp(-odds));
      sample.matches += share;
      for (std::size_t f = 0; f < field_count; ++f) {
        if (!sample.masked[f]) sums[f][pattern[f]] += share;
      }
    }
    sample.lambda = std::clamp((sample.matches + .1) / (sample.pairs + 1), 1e-9, .98);
  }
  double change = 0;
  const auto& infos = field_infos();
  for (std::size_t f = 0; f < field_count; ++f) {
    double seen = 0;
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) seen += sums[f][l];
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      const double m = (sums[f][l] + m_strength * infos[f].levels[l].m) / (seen + m_strength);
      change = std::max(change, std::abs(m - model.fields[f][l].m));
      model.fields[f][l].m = m;
    }
  }
  return change;
}

// The share of pairs within which a rule can find a match at all: both entries give its fields.
double given_twice(const Entries& entries, Rule rule) {
  double given = 0;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    const Entry& entry = entries.all[i];
    given += (rule == Rule::birth_date ? entry.birth.full() : entry.forename != 0 && entry.surname != 0) ? 1 : 0;
  }
  const double share = given / std::max<double>(entries.ordinary, 1);
  return share * share;
}

double all_pairs(const Entries& entries, bool between) {
  const double n = entries.ordinary;
  double pairs = n * (n - 1) / 2;
  if (between) {
    std::unordered_map<std::uint16_t, double> of_source;
    for (std::uint32_t i = 0; i < entries.ordinary; ++i) ++of_source[entries.all[i].source];
    for (const auto& [source, count] : of_source) pairs -= count * (count - 1) / 2;
  }
  return std::max(pairs, 1.0);
}

void learn_prior(Model& model, const std::vector<Sample>& samples, const Entries& entries, bool between) {
  double most = 1;
  for (const Sample& sample : samples) {
    double recall = 0;
    if (sample.rule == Rule::birth_date) {
      const auto& birth = model.fields[at(Field::birth_date)];
      recall = birth[level::birth_same].m + birth[level::birth_same_first_january].m + birth[level::birth_swapped].m;
    } else if (sample.rule == Rule::names) {
      const auto& forename = model.fields[at(Field::forename)];
      const auto& surname = model.fields[at(Field::surname)];
      recall =
          (forename[level::forename_same].m + forename[level::forename_variant].m) * surname[level::surname_same].m;
    } else {
      continue;
    }
    recall *= given_twice(entries, sample.rule);
    if (recall > .02) most = std::max(most, sample.matches / sample.kept_share / recall);
  }
  model.match_probability = std::min(most / all_pairs(entries, between), .5);
}

// Pairs of one home and one surname, both with a whole birth date: one person twice, or two people of one family?
double family_share_of(const Patterns& of_postcode, const Patterns& of_address) {
  using namespace level;
  double family = 0, person = 0;
  for (const Patterns* patterns : {&of_postcode, &of_address}) {
    for (const auto& [packed, count] : *patterns) {
      const Pattern pattern = unpack(packed);
      const std::uint8_t home = pattern[at(Field::home)], name = pattern[at(Field::forename)],
                         birth = pattern[at(Field::birth_date)];
      if ((home != home_same && home != home_same_postcode) || pattern[at(Field::surname)] != surname_same) continue;
      if ((name == forename_different || name == forename_alike) && birth == birth_different)
        family += static_cast<double>(count);
      if (name == forename_same && birth == birth_same) person += static_cast<double>(count);
    }
  }
  return family + person < 20 ? 0 : family / (family + person);
}

// Where matches are common among random pairs (small data), they have made u too great.
void correct_u(Model& model) {
  for (auto& levels : model.fields) {
    for (std::size_t l = 1; l < levels.size(); ++l) {
      const double without = (levels[l].u - model.match_probability * levels[l].m) / (1 - model.match_probability);
      // A field that hardly ever has a value keeps m and u that do not sum over the same pairs: u stays a probability.
      levels[l].u = std::clamp(without, levels[l].u / 50, 1 - 1e-9);
    }
  }
}

}  // namespace

Result<ModelPtr> train(const Input& input, const Options& options) {
  auto rows = Prepared::make(input, {}, options);
  if (!rows) return std::unexpected(rows.error());
  return train(*rows, options);
}

Result<ModelPtr> train(Prepared& rows, const Options& options) {
  const Entries& entries = rows.state().entries;
  const bool between = rows.state().between_sources_only;
  if (entries.ordinary < 2)
    return failure(ErrorCode::usage,
                   "A model needs at least two different rows to learn from; give more rows or a trained model.");
  auto model = std::make_shared<Model>();
  count_terms(entries, *model);
  const Established established =
      established_forenames(entries, model->terms[static_cast<std::size_t>(Term::forename)]);
  if (options.progress) options.progress("u from random pairs", 0, 1);
  const Patterns random = random_patterns(entries, established, between, options);
  learn_u(*model, random);

  const Blocking& blocking = rows.state().learn_blocks(model->blocking, options.threads);
  if (options.progress) options.progress("m by expectation-maximisation", 0, 1);
  std::vector<Sample> samples;
  const auto add = [&](Rule rule, std::initializer_list<Field> masked) {
    samples.push_back(sample_rule(rule, masked, entries, blocking, established, between, options));
  };
  add(Rule::birth_date, {Field::birth_date});
  add(Rule::names, {Field::forename, Field::surname});
  add(Rule::nhs_number, {Field::nhs_number});
  add(Rule::email, {Field::email});
  const auto patterns_of = [&](Rule rule) {
    return sample_rule(rule, {}, entries, blocking, established, between, options).patterns;
  };
  model->family_share = family_share_of(patterns_of(Rule::postcode), patterns_of(Rule::address));
  for (int pass = 0; pass < 2; ++pass) {
    for (int round = 0; round < most_rounds; ++round) {
      if (learn_m_once(*model, samples) < 1e-5) break;
    }
    learn_prior(*model, samples, entries, between);
    if (pass == 0) correct_u(*model);
  }
  return ModelPtr(model);
}

}  // namespace wider::linkage
