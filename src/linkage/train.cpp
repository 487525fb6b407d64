// Training: a model learnt from the rows, without labels.
//   1. Term frequencies are counted over ordinary entries.
//   2. u: patterns of pairs drawn at random, picked by a hash of the seed and the draw's number in content order.
//   3. m: expectation-maximisation on counts of patterns of the pairs that some rules give. The fields a rule blocks on
//      tell nothing within its pairs, so they are left out there (as Splink does); m is shared by all rules.
//   4. The share of matches among all pairs follows from the matches found within a rule and the rule's recall.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/random.hpp"
#include "linkage/blocking.hpp"
#include "linkage/candidates.hpp"
#include "linkage/linkage.hpp"
#include "linkage/model.hpp"
#include "linkage/pairs.hpp"
#include "linkage/patient_comparer.hpp"
#include "linkage/prepared.hpp"

namespace wider::linkage {
namespace {

constexpr std::uint64_t random_pairs = 1'000'000;
constexpr std::uint32_t most_tried = 100'000;  // entries on which all blocking rules are tried
constexpr std::uint32_t many = 500'000;        // entries from which on a smaller share of their pairs is learnt from
constexpr std::uint32_t pool_size = 512;       // entries of which random pairs are drawn together, of many

// How many pairs are compared, at most, for what is learnt. Of many entries fewer are: their pairs are whole blocks and
// all partners of some entries, and none of them is one of a few that say it all.
struct Effort {
  std::uint64_t pairs_a_rule = 1'000'000;
  std::uint64_t candidates = 1'000'000;
  static Effort of(std::uint32_t entries) { return entries < many ? Effort{} : Effort{250'000, 400'000}; }
};
constexpr int most_rounds = 60;
constexpr int passes = 3;
constexpr double u_strength = 2000;
constexpr double group_strength = 20;  // of the levels of a further group, which few pairs reach
constexpr double m_strength = 30;      // how many pairs the assumed m is worth
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

void count_terms(const Entries& entries, Model& model, unsigned threads) {
  in_parallel(threads, term_count, [&](std::size_t, std::size_t t) {
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
  });
}

Patterns random_patterns(const Entries& entries, const Established& established, bool between, const Options& options) {
  const std::uint64_t n = entries.ordinary;
  constexpr std::size_t parts = 64;
  std::vector<Counts> counts(parts);
  if (n >= 2) {
    std::vector<PatientComparer> comparers(std::max(options.threads, 1U), PatientComparer(entries, established));
    in_parallel(options.threads, parts, [&](std::size_t worker, std::size_t part) {
      const auto count = [&](std::uint32_t, std::uint32_t, const Pattern& pattern) { ++counts[part][pack(pattern)]; };
      const auto count_pair = [&](std::uint64_t i, std::uint64_t j) {
        if (i == j || (between && entries.all[i].source == entries.all[j].source)) return;
        comparers[worker].add(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), count);
      };
      if (n * (n - 1) / 2 <= random_pairs) {
        for (std::uint64_t i = part; i < n; i += parts) {
          for (std::uint64_t j = i + 1; j < n; ++j) count_pair(i, j);
        }
      } else {
        Random chance(mix64(options.seed) ^ part);
        // Of many, a few are drawn first and pairs among them: reading entries all over memory takes longer than
        // comparing them.
        std::vector<std::uint64_t> pool;
        if (n >= many) {
          for (std::uint32_t draw = 0; draw < pool_size; ++draw) pool.push_back(chance.below(n));
        }
        const auto drawn = [&] { return pool.empty() ? chance.below(n) : pool[chance.below(pool.size())]; };
        for (std::uint64_t draw = 0; draw < (pool.empty() ? random_pairs : random_pairs / 2) / parts; ++draw) {
          const std::uint64_t i = drawn();
          count_pair(i, drawn());
        }
      }
      comparers[worker].flush(count);
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
  const std::uint64_t every = pairs / Effort::of(entries.ordinary).pairs_a_rule + 1;
  const bool whole_blocks = entries.ordinary >= many;
  sample.kept_share = 1 / static_cast<double>(every);
  std::vector<Counts> counts(std::max(options.threads, 1U));
  std::vector<PatientComparer> comparers(counts.size(), PatientComparer(entries, established));
  in_parallel(options.threads, chunks.size(), [&](std::size_t worker, std::size_t part) {
    const auto count = [&](std::uint32_t, std::uint32_t, const Pattern& pattern) { ++counts[worker][pack(pattern)]; };
    const RuleBlocks& made = blocking.of(rule);
    for (std::size_t b = chunks[part].first_block; b < chunks[part].end_block; ++b) {
      const Block& block = made.blocks[b];
      if (whole_blocks && mix64(options.seed ^ mix64(entries.content[made.members[block.first]])) % every != 0)
        continue;
      for (std::uint32_t i = 0; i < block.count; ++i) {
        const std::uint32_t left = made.members[block.first + i];
        for (std::uint32_t j = i + 1; j < block.count; ++j) {
          const std::uint32_t right = made.members[block.first + j];
          if (left >= entries.ordinary || right >= entries.ordinary) continue;
          if (between && entries.all[left].source == entries.all[right].source) continue;
          if (!whole_blocks && every > 1 &&
              mix64(options.seed ^ entries.content[left] ^ mix64(entries.content[right])) % every != 0)
            continue;
          comparers[worker].add(left, right, count);
        }
      }
    }
    comparers[worker].flush(count);
  });
  sample.patterns = sorted(counts);
  for (const auto& [pattern, count] : sample.patterns) sample.pairs += static_cast<double>(count);
  return sample;
}

using LevelSums = std::array<std::array<double, most_levels>, field_count>;

// What was seen and what is assumed of all levels of a level's group.
std::pair<double, double> totals(std::size_t field, std::size_t level, const LevelSums& sums,
                                 double LevelInfo::* assumed) {
  const auto& levels = field_infos()[field].levels;
  std::pair<double, double> total{0, 0};
  for (std::size_t l = 1; l < levels.size(); ++l) {
    if (levels[l].group != levels[level].group) continue;
    total.first += sums[field][l];
    total.second += levels[l].*assumed;
  }
  return total;
}

// `match` says how likely a pattern is one of a match: where matches are common among random pairs (small data) they
// would make u too great.
// Forename and surname that changed places are one event: the surname's level says nothing more.
double log_ratio(const Model& model, std::size_t field, std::uint8_t at_level) {
  if (at_level == 0 || (field == at(Field::surname) && at_level == level::surname_swapped)) return 0;
  return std::log(model.fields[field][at_level].m / model.fields[field][at_level].u);
}

template <typename Match>
void learn_u(Model& model, const Patterns& patterns, Match&& match) {
  LevelSums sums{};
  for (const auto& [packed, count] : patterns) {
    const Pattern pattern = unpack(packed);
    const double share = static_cast<double>(count) * (1 - match(pattern));
    for (std::size_t f = 0; f < field_count; ++f) sums[f][pattern[f]] += share;
  }
  const auto& infos = field_infos();
  for (std::size_t f = 0; f < field_count; ++f) {
    model.fields[f].resize(infos[f].levels.size());
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      const auto [seen, assumed] = totals(f, l, sums, &LevelInfo::u);
      const double strength = infos[f].levels[l].group == 0 ? u_strength : group_strength;
      model.fields[f][l].u = (sums[f][l] + strength * infos[f].levels[l].u / assumed) / (seen + strength);
    }
  }
}

// One round of expectation-maximisation; returns the greatest change of any m. `known` are counts of labelled matches.
double learn_m_once(Model& model, std::vector<Sample>& samples, const LevelSums& known) {
  LevelSums sums = known;
  std::array<std::array<double, most_levels>, field_count> ratio{};
  for (std::size_t f = 0; f < field_count; ++f) {
    for (std::size_t l = 0; l < model.fields[f].size(); ++l)
      ratio[f][l] = log_ratio(model, f, static_cast<std::uint8_t>(l));
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
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      const auto [seen, assumed] = totals(f, l, sums, &LevelInfo::m);
      const double m = (sums[f][l] + m_strength * infos[f].levels[l].m / assumed) / (seen + m_strength);
      change = std::max(change, std::abs(m - model.fields[f][l].m));
      model.fields[f][l].m = m;
    }
  }
  return change;
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

// Probability that a pair of this pattern is a match; that of kin is nothing, whatever their fields say together.
class Matches {
 public:
  Matches(const Model& model, const Scorer& scorer) : model_(&model), scorer_(&scorer) {}
  [[nodiscard]] double operator()(const Pattern& pattern) const {
    if (scorer_->kin(pattern) != Kin::unlikely) return 0;
    double odds = std::log(model_->match_probability / (1 - model_->match_probability));
    for (std::size_t f = 0; f < field_count; ++f) odds += log_ratio(*model_, f, pattern[f]);
    return 1 / (1 + std::exp(-odds));
  }

 private:
  const Model* model_;
  const Scorer* scorer_;
};

// What two people of one household share.
bool one_home(const Pattern& pattern) {
  const std::uint8_t home = pattern[at(Field::home)];
  return home == level::home_same || home == level::home_alike || home == level::home_postcode;
}
bool one_line(const Pattern& pattern) {  // an email is mostly one person's
  return pattern[at(Field::phone)] == level::plain_same;
}

// Pairs of one household and one surname: one person twice, or two people of a family? Forename and birth date say
// which; where too few have a birth date the forename alone does. Of those with one forename too: one person, or a
// parent and a child? Where households are shared and nothing says it, the family is to be expected: to keep two rows
// of one person apart does less harm than to make one of two people.
struct Families {
  double family_share = 1, namesake_share = 1;
};
Families families_of(const Patterns& patterns, bool (*one_household)(const Pattern&)) {
  using namespace level;
  struct Seen {
    double two = 0, one = 0;
    [[nodiscard]] bool enough() const { return two + one >= 20; }
    [[nodiscard]] double share() const { return enough() ? two / (two + one) : 1; }
  };
  Seen by_both, by_name, namesakes;
  for (const auto& [packed, count] : patterns) {
    const Pattern pattern = unpack(packed);
    const std::uint8_t name = pattern[at(Field::forename)], birth = pattern[at(Field::birth_date)];
    if (!one_household(pattern) || pattern[at(Field::surname)] != surname_same) continue;
    const auto pairs = static_cast<double>(count);
    const bool other_name = name == forename_different || name == forename_alike;
    if (other_name && birth == birth_different) by_both.two += pairs;
    if (name == forename_same && birth == birth_same) by_both.one += pairs;
    if (other_name && birth == birth_missing) by_name.two += pairs;
    if (name == forename_same && birth == birth_missing) by_name.one += pairs;
    if (name != forename_same || pattern[at(Field::home)] == home_postcode || birth == birth_missing) continue;
    (birth == birth_different ? namesakes.two : namesakes.one) += pairs;
  }
  return {by_both.enough() ? by_both.share() : by_name.share(), namesakes.share()};
}

bool most_have_homes(const Entries& entries) {
  std::uint64_t with_home = 0;
  for (std::uint32_t i = 0; i < entries.ordinary; ++i) {
    const bool has = code_of(entries.all[i], Term::address) != 0 || code_of(entries.all[i], Term::postcode) != 0;
    with_home += has ? 1 : 0;
  }
  return with_home * 2 >= entries.ordinary;
}

// Of pairs of one surname and birth date, those with two forenames: twins, where they are many. Asked where no home
// says whether there are families.
double twin_share_of(const Patterns& of_birth_date) {
  using namespace level;
  double two = 0, one = 0;
  for (const auto& [packed, count] : of_birth_date) {
    const Pattern pattern = unpack(packed);
    const std::uint8_t name = pattern[at(Field::forename)];
    if (pattern[at(Field::surname)] != surname_same || pattern[at(Field::birth_date)] != birth_same ||
        name == forename_missing)
      continue;
    (name == forename_different ? two : one) += static_cast<double>(count);
  }
  return two + one < 20 ? 1 : two / (two + one);
}

// Levels of the pairs of entries that labels call one person. A person with very many rows does not outvote the others.
LevelSums known_matches(const Entries& entries, const Established& established, std::span<const std::uint32_t> labels,
                        bool between_sources_only) {
  constexpr std::size_t most_entries = 64;  // of a person
  LevelSums sums{};
  std::map<std::uint32_t, std::vector<std::uint32_t>> people;
  for (std::uint32_t entry = 0; entry < entries.ordinary && !labels.empty(); ++entry) {
    const std::uint32_t label = labels[entries.rows_of(entry)[0]];
    if (label == 0) continue;
    auto& its = people[label];
    if (its.size() < most_entries) its.push_back(entry);
  }
  Comparer comparer(entries, established);
  for (const auto& [label, its] : people) {
    for (std::size_t i = 0; i < its.size(); ++i) {
      for (std::size_t j = i + 1; j < its.size(); ++j) {
        const Entry& left = entries.all[its[i]];
        const Entry& right = entries.all[its[j]];
        if (between_sources_only && left.source == right.source) continue;
        const Pattern pattern = comparer.compare(left, right);
        for (std::size_t f = 0; f < field_count; ++f) sums[f][pattern[f]] += 1;
      }
    }
  }
  return sums;
}

// Pairwise F1 of the labelled people in a partition of all rows. Of the rows that labelled rows are wrongly put
// together with, only the labelled are known to be wrong: the others are reckoned by the share of rows that are
// labelled.
double f1_of(const Entries& entries, bool between, std::span<const std::uint32_t> labels,
             std::span<const std::uint32_t> cluster) {
  std::vector<std::uint32_t> known;
  for (std::uint32_t row = 0; row < labels.size(); ++row) {
    if (labels[row] != 0) known.push_back(row);
  }
  const auto pairs = [&](auto&& group) {
    std::map<std::uint64_t, std::map<std::uint16_t, double>> groups;
    for (const std::uint32_t row : known)
      ++groups[group(row)][between ? entries.all[entries.entry_of[row]].source : std::uint16_t{0}];
    double sum = 0;
    for (const auto& [key, by_source] : groups) {
      double all = 0;
      for (const auto& [source, count] : by_source) all += count;
      sum += all * (all - 1) / 2;
      if (between) {
        for (const auto& [source, count] : by_source) sum -= count * (count - 1) / 2;
      }
    }
    return sum;
  };
  const double right =
      pairs([&](std::uint32_t row) { return (static_cast<std::uint64_t>(labels[row]) << 32) | cluster[row]; });
  const double said = pairs([&](std::uint32_t row) { return static_cast<std::uint64_t>(cluster[row]); });
  const double people = pairs([&](std::uint32_t row) { return static_cast<std::uint64_t>(labels[row]); });
  const double share = static_cast<double>(known.size()) / static_cast<double>(labels.size());
  const double wrong = (said - right) / std::max(share, 1e-9);
  return right + wrong + people == 0 ? 0 : 2 * right / (right + wrong + people);
}

// The threshold under which the labelled people come out best: whole bits first, then the halves beside the best.
void learn_threshold(Model& model, Prepared& rows, std::span<const std::uint32_t> labels, const Options& options) {
  Options quiet = options;
  quiet.progress = {};
  quiet.each_pair = {};
  quiet.before_comparing = {};
  double best = -1, best_bits = 0;
  const auto attempt = [&](double bits) {
    quiet.threshold = 1 / (1 + std::exp2(-bits));
    const auto linked = link(rows, model, quiet);
    const Prepared::State& state = rows.state();
    const double f1 = linked ? f1_of(state.entries, state.between_sources_only, labels, linked->cluster) : -1;
    if (f1 <= best) return;
    best = f1;
    best_bits = bits;
  };
  for (int bits = -7; bits <= 3; ++bits) attempt(bits);
  const double middle = best_bits;
  for (const double bits : {middle - .5, middle + .5}) attempt(bits);
  if (best >= 0) model.pair_threshold = 1 / (1 + std::exp2(-best_bits));
}

// One in so many of the ordinary entries, picked by their content. They borrow the texts of all until they go.
class Thinned {
 public:
  Thinned(Entries& all, std::uint32_t one_in) : all_(all) {
    for (std::uint32_t i = 0; i < all.ordinary; ++i) {
      if (mix64(all.content[i] ^ 5) % one_in != 0) continue;
      entries.all.push_back(all.all[i]);
      entries.content.push_back(all.content[i]);
    }
    entries.ordinary = static_cast<std::uint32_t>(entries.all.size());
    swap();
  }
  ~Thinned() { swap(); }
  Thinned(const Thinned&) = delete;
  Thinned& operator=(const Thinned&) = delete;
  Entries entries;

 private:
  void swap() {
    std::swap(all_.strings, entries.strings);
    all_.names.swap(entries.names);
    all_.more.swap(entries.more);
  }
  Entries& all_;
};

// All rules tried on one in so many entries.
void try_rules(Model& model, Entries& entries, const Established& established, bool between, std::uint32_t thinned,
               std::uint64_t candidates, const Options& options) {
  const Thinned tried(entries, thinned);
  if (tried.entries.ordinary < 2) return;
  BlockingPlan plan;
  plan.used.fill(true);
  const Blocking blocking = Blocking::learn(tried.entries, plan, options.threads);
  const CandidateSample sample =
      sample_candidates(tried.entries, blocking, established, between, candidates, options.seed, options.threads);
  model.blocking.used = choose_rules(model, sample, tried.entries, thinned, options.threads);
}

// Pairs of ordinary entries in the blocks of each rule in use.
void tell_costs(Model& model, const Blocking& blocking, std::uint32_t ordinary) {
  for (std::size_t rule = 0; rule < rule_count; ++rule) {
    if (!model.blocking.used[rule]) continue;
    const RuleBlocks& made = blocking.of(static_cast<Rule>(rule));
    double pairs = 0;
    for (const Block& block : made.blocks) {
      const auto members = std::span(made.members).subspan(block.first, block.count);  // ascending
      const auto count =
          static_cast<double>(std::lower_bound(members.begin(), members.end(), ordinary) - members.begin());
      pairs += count * (count - 1) / 2;
    }
    model.blocking.forecast[rule].pairs = pairs;
  }
}

}  // namespace

Result<ModelPtr> train(const Input& input, const Options& options) {
  return train(input, {}, options);
}

Result<ModelPtr> train(const Input& input, std::span<const std::uint32_t> labels, const Options& options) {
  auto rows = Prepared::make(input, {}, options);
  if (!rows) return std::unexpected(rows.error());
  return train(*rows, labels, options);
}

Result<ModelPtr> train(Prepared& rows, std::span<const std::uint32_t> labels, const Options& options) {
  Entries& entries = rows.state().entries;
  const bool between = rows.state().between_sources_only;
  CHECK(labels.empty() || labels.size() == entries.entry_of.size());
  if (entries.ordinary < 2)
    return failure(ErrorCode::usage,
                   "A model needs at least two different rows to learn from; give more rows or a trained model.");
  auto model = std::make_shared<Model>();
  count_terms(entries, *model, options.threads);
  const Established established =
      established_forenames(entries, model->terms[static_cast<std::size_t>(Term::forename)]);
  if (options.progress) options.progress("u from random pairs", 0, 1);
  const Patterns random = random_patterns(entries, established, between, options);
  learn_u(*model, random, [](const Pattern&) { return 0.; });
  for (std::size_t f = 0; f < field_count; ++f) {
    for (std::size_t l = 1; l < model->fields[f].size(); ++l) model->fields[f][l].m = field_infos()[f].levels[l].m;
  }

  // Of few entries all rules are tried, of many only on some of them, at the end.
  const auto thinned = static_cast<std::uint32_t>(entries.ordinary / most_tried + 1);
  if (thinned == 1) model->blocking.used.fill(true);
  const Blocking& blocking = rows.state().learn_blocks(model->blocking, options.threads);
  if (options.progress) options.progress("m by expectation-maximisation", 0, 1);
  std::vector<Sample> samples;
  const auto add = [&](Rule rule, std::initializer_list<Field> masked) {
    samples.push_back(sample_rule(rule, masked, entries, blocking, established, between, options));
  };
  add(Rule::birth_date, {Field::birth_date});
  // Who bear one forename are of one sex, whether or not they are one person.
  add(Rule::names, {Field::forename, Field::surname, Field::sex});
  add(Rule::nhs_number, {Field::nhs_number});
  add(Rule::email, {Field::email});
  const auto patterns_of = [&](Rule rule) {
    return sample_rule(rule, {}, entries, blocking, established, between, options).patterns;
  };
  Patterns homes = patterns_of(Rule::postcode);
  const Patterns addresses = patterns_of(Rule::address);
  homes.insert(homes.end(), addresses.begin(), addresses.end());
  const Families by_home = homes.empty() ? Families{0, 1} : families_of(homes, one_home);
  model->family_share = by_home.family_share;
  model->namesake_share = by_home.namesake_share;
  model->twin_share = 0;
  if (!most_have_homes(entries)) {  // the homes of a few say nothing of the others
    const Patterns lines = patterns_of(Rule::phone);
    if (!lines.empty()) model->family_share = std::max(model->family_share, families_of(lines, one_line).family_share);
    model->twin_share = twin_share_of(samples[0].patterns);
  }
  const CandidateSample candidates = sample_candidates(
      entries, blocking, established, between, Effort::of(entries.ordinary).candidates, options.seed, options.threads);
  const double all = all_pairs(entries, between);
  const NameCounts names = count_names(entries);
  const LevelSums known = known_matches(entries, established, labels, between);
  model->match_probability = 1 / std::max<double>(entries.ordinary, 2);
  for (int pass = 0; pass < passes; ++pass) {
    for (int round = 0; round < most_rounds; ++round) {
      if (learn_m_once(*model, samples, known) < 1e-5) break;
    }
    if (pass > 0) learn_name_dependence(*model, candidates, entries, names, all);
    learn_shares(*model, candidates, entries, between, all, options.threads);
    if (pass + 1 == passes) break;
    const Model before = *model;  // NOLINT(performance-unnecessary-copy-initialization): *model changes below
    const Scorer scorer(before, entries);
    learn_u(*model, random, Matches(before, scorer));
  }
  if (thinned == 1) {
    model->blocking.used = choose_rules(*model, candidates, entries, 1, options.threads);
    for (std::size_t rule = 0; rule < rule_count; ++rule) {
      if (!model->blocking.used[rule]) model->blocking.refined[rule].clear();
    }
    forecast_rules(*model, candidates, entries, options.threads);
    tell_costs(*model, blocking, entries.ordinary);
  } else {
    std::array<bool, rule_count> more{};
    const auto before = model->blocking.used;
    try_rules(*model, entries, established, between, thinned, Effort::of(entries.ordinary).candidates, options);
    for (std::size_t rule = 0; rule < rule_count; ++rule) more[rule] = model->blocking.used[rule] && !before[rule];
    const Blocking& chosen = rows.state().learn_more_blocks(model->blocking, more, options.threads);
    forecast_rules(*model,
                   sample_candidates(entries, chosen, established, between, Effort::of(entries.ordinary).candidates,
                                     options.seed, options.threads),
                   entries, options.threads);
    tell_costs(*model, chosen, entries.ordinary);
  }
  if (!labels.empty()) learn_threshold(*model, rows, labels, options);
  return ModelPtr(model);
}

}  // namespace wider::linkage
