#include "linkage/splink/splink.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "base/check.hpp"
#include "linkage/parallel.hpp"
#include "linkage/splink/rules.hpp"
#include "linkage/splink/walk.hpp"

namespace wider::linkage::splink {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
// Splink keeps odds within 1e-300 and 1e300.
const double most_weight = 300 * std::log2(10.0);

struct ReadyLevel {
  TestId test = 0;
  bool otherwise = false;
  int value = 0;  // "gamma"
  double weight = 0;
  int term = -1;  // column of the term frequencies
  double term_weight = 0;
  double log_exact_u = 0;
  double log_least_u = -infinite;
};

struct ReadyComparison {
  std::vector<ReadyLevel> levels;
};

// Ids that are all whole numbers are compared as such, as DuckDB and pandas read them from a CSV file.
std::optional<std::vector<std::int64_t>> whole_numbers(const std::vector<std::string>& ids) {
  std::vector<std::int64_t> numbers(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const char* end = ids[i].data() + ids[i].size();
    const auto read = std::from_chars(ids[i].data(), end, numbers[i]);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  }
  return numbers;
}

std::vector<std::uint32_t> order_of(const Table& table, LinkType type) {
  std::vector<std::uint32_t> order(table.rows());
  std::iota(order.begin(), order.end(), 0U);
  if (type == LinkType::dedupe_only) {
    if (const auto numbers = whole_numbers(table.ids)) {
      std::sort(order.begin(), order.end(),
                [&](auto a, auto b) { return (*numbers)[a] != (*numbers)[b] ? (*numbers)[a] < (*numbers)[b] : a < b; });
      return order;
    }
  }
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    if (table.source[a] != table.source[b]) return table.source[a] < table.source[b];
    const int compared = table.ids[a].compare(table.ids[b]);
    return compared != 0 ? compared < 0 : a < b;
  };
  if (!std::is_sorted(order.begin(), order.end(), less)) std::sort(order.begin(), order.end(), less);
  return order;
}

}  // namespace

struct Linker::Inside {
  explicit Inside(Settings given, Table rows)
      : settings(std::move(given)),
        table(std::move(rows)),
        binder(table),
        features(table, binder.kinds(), order_of(table, settings.link_type)),
        program(features) {}

  Result<void> learn();
  Result<void> compile();
  Result<void> compile_level(const ComparisonSettings& comparison, std::size_t l, ReadyLevel& ready);
  Result<int> term_of(const std::string& column);
  void count_terms();

  [[nodiscard]] const ReadyLevel& level_of(const ReadyComparison& comparison, std::size_t left, std::size_t right,
                                           Scratch& scratch) const;
  [[nodiscard]] double adjustment(const ReadyLevel& level, std::size_t left, std::size_t right) const;
  [[nodiscard]] double weight(std::size_t left, std::size_t right, Scratch& scratch) const;
  [[nodiscard]] std::uint64_t predict_rule(std::size_t rule, const PredictOptions& options,
                                           std::vector<Scratch>& scratches,
                                           const std::function<void(std::span<const ScoredPair>)>& sink) const;
  [[nodiscard]] std::uint32_t source(std::size_t rank) const { return table.source[features.order()[rank]]; }

  Settings settings;
  Table table;
  Binder binder;
  Features features;
  Program program;
  Rules rules;
  std::vector<ReadyComparison> comparisons;
  std::vector<std::size_t> term_features;
  std::vector<double> terms;  // a record's log2 frequencies side by side; NaN where it gives no value
  std::vector<std::uint32_t> rank_of;
  double prior = 0;
};

Result<void> Linker::Inside::learn() {
  for (const ComparisonSettings& comparison : settings.comparisons) {
    for (std::size_t l = 0; l < comparison.levels.size(); ++l) {
      if (comparison.levels[l].otherwise) continue;
      if (const auto learnt = binder.learn(comparison.levels[l].condition, Naming::suffix); !learnt) {
        return failure(learnt.error().code, fmt::format("Splink settings: {}: {}.", splink::place_of(comparison, l),
                                                        learnt.error().message));
      }
    }
  }
  for (std::size_t r = 0; r < settings.rules.size(); ++r) {
    if (const auto learnt = binder.learn(settings.rules[r].condition, Naming::prefix); !learnt) {
      return failure(learnt.error().code, fmt::format("Splink settings: blocking rule {} ({}): {}.", r + 1,
                                                      settings.rules[r].sql, learnt.error().message));
    }
  }
  return {};
}

Result<int> Linker::Inside::term_of(const std::string& column) {
  const auto at = binder.column(column);
  if (!at) return std::unexpected(at.error());
  const auto feature = program.feature(binder.bare(*at));
  if (!feature) return std::unexpected(feature.error());
  const auto known = std::find(term_features.begin(), term_features.end(), *feature);
  if (known != term_features.end()) return static_cast<int>(known - term_features.begin());
  term_features.push_back(*feature);
  return static_cast<int>(term_features.size() - 1);
}

Result<void> Linker::Inside::compile_level(const ComparisonSettings& comparison, std::size_t l, ReadyLevel& ready) {
  const Level& level = comparison.levels[l];
  ready.otherwise = level.otherwise;
  ready.weight = level.is_null ? 0 : std::log2(level.m) - std::log2(level.u);
  if (!level.otherwise) {
    const auto condition = binder.bind(level.condition, Naming::suffix);
    if (!condition) return std::unexpected(condition.error());
    if (condition->type != Type::truth && condition->type != Type::nothing)
      return failure(ErrorCode::malformed, "it is not a condition");
    const auto test = program.add(*condition);
    if (!test) return std::unexpected(test.error());
    ready.test = *test;
  }
  if (!level.term_column.empty()) {
    const auto term = term_of(level.term_column);
    if (!term) return std::unexpected(term.error());
    ready.term = *term;
    ready.term_weight = level.term_weight;
    ready.log_exact_u = std::log2(level.term_exact_u);
    ready.log_least_u = std::log2(level.term_least_u);
  }
  return {};
}

Result<void> Linker::Inside::compile() {
  if (const auto learnt = learn(); !learnt) return learnt;
  program.set_record(table, binder.kinds());
  for (const ComparisonSettings& comparison : settings.comparisons) {
    ReadyComparison ready;
    int value = -1;
    for (const Level& level : comparison.levels) value += level.is_null ? 0 : 1;
    for (std::size_t l = 0; l < comparison.levels.size(); ++l) {
      ready.levels.emplace_back();
      ready.levels.back().value = comparison.levels[l].is_null ? -1 : value--;
      if (const auto compiled = compile_level(comparison, l, ready.levels.back()); !compiled) {
        return failure(compiled.error().code, fmt::format("Splink settings: {}: {}.", splink::place_of(comparison, l),
                                                          compiled.error().message));
      }
    }
    comparisons.push_back(std::move(ready));
  }
  if (const auto added = rules.add(settings, binder, program); !added) return added;
  count_terms();
  program.finish();
  prior = std::log2(settings.match_probability / (1 - settings.match_probability));
  rank_of.resize(table.rows());
  for (std::size_t rank = 0; rank < rank_of.size(); ++rank)
    rank_of[features.order()[rank]] = static_cast<std::uint32_t>(rank);
  return {};
}

// Frequencies over all files together, as Splink takes them: how often a value stands among those that are given.
void Linker::Inside::count_terms() {
  const std::size_t width = term_features.size();
  terms.resize(features.records() * width);
  for (std::size_t t = 0; t < width; ++t) {
    const std::vector<FeatureCode>& codes = features.column(term_features[t]);
    std::uint64_t total = 0;
    std::vector<std::uint32_t> counts;
    for (const FeatureCode code : codes) {
      if (code == 0) continue;
      if (code >= counts.size()) counts.resize(code + 1);
      ++counts[code];
      ++total;
    }
    for (std::size_t rank = 0; rank < codes.size(); ++rank) {
      terms[rank * width + t] = codes[rank] == 0
                                    ? std::numeric_limits<double>::quiet_NaN()
                                    : std::log2(static_cast<double>(counts[codes[rank]]) / static_cast<double>(total));
    }
  }
}

const ReadyLevel& Linker::Inside::level_of(const ReadyComparison& comparison, std::size_t left, std::size_t right,
                                           Scratch& scratch) const {
  for (const ReadyLevel& level : comparison.levels) {
    if (level.otherwise || program.test(level.test, left, right, scratch) == Truth::yes) return level;
  }
  return comparison.levels.back();
}

// (u of an exact match / frequency of the commoner value) to the power of the level's weight, in bits.
double Linker::Inside::adjustment(const ReadyLevel& level, std::size_t left, std::size_t right) const {
  if (level.term < 0) return 0;
  const std::size_t width = term_features.size();
  const double a = terms[left * width + static_cast<std::size_t>(level.term)];
  const double b = terms[right * width + static_cast<std::size_t>(level.term)];
  if (std::isnan(a) && std::isnan(b)) return 0;
  const double commoner = std::isnan(a) ? b : std::isnan(b) ? a : std::max(a, b);
  return level.term_weight * (level.log_exact_u - std::max(commoner, level.log_least_u));
}

double Linker::Inside::weight(std::size_t left, std::size_t right, Scratch& scratch) const {
  ++scratch.pair;
  double total = prior;
  for (const ReadyComparison& comparison : comparisons) {
    const ReadyLevel& level = level_of(comparison, left, right, scratch);
    total += level.weight;
    if (level.term >= 0) total += adjustment(level, left, right);
  }
  if (std::isnan(total)) return most_weight;  // as DuckDB's greatest and least treat it
  return std::clamp(total, -most_weight, most_weight);
}

double probability_of_weight(double weight) {
  return 1 / (1 + std::exp2(-weight));
}
double weight_of_probability(double probability) {
  return std::log2(probability / (1 - probability));
}

std::vector<std::string> columns_of(const Settings& settings) {
  std::vector<std::string> names;
  for (const ComparisonSettings& comparison : settings.comparisons) {
    for (const Level& level : comparison.levels) {
      if (!level.otherwise) collect_columns(level.condition, Naming::suffix, names);
      if (!level.term_column.empty()) names.push_back(level.term_column);
    }
  }
  for (const BlockingRule& rule : settings.rules) collect_columns(rule.condition, Naming::prefix, names);
  std::vector<std::string> each;
  std::map<std::string, bool> seen;
  for (const std::string& name : names) {
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (seen.emplace(lower, true).second) each.push_back(name);
  }
  return each;
}

Linker::Linker(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Linker::~Linker() = default;

Result<std::unique_ptr<Linker>> Linker::make(const Settings& settings, Table table, unsigned threads) {
  auto inside = std::make_unique<Inside>(settings, std::move(table));
  if (const auto compiled = inside->compile(); !compiled) return std::unexpected(compiled.error());
  inside->rules.make_keys(inside->features, threads);
  const std::uint64_t records = inside->features.records();
  for (std::size_t r = 0; r < inside->rules.count(); ++r) {
    if (inside->rules.joins_nothing(r) && records * records / 2 > most_unjoined_pairs) {
      return failure(
          ErrorCode::malformed,
          fmt::format("Splink settings: blocking rule {} ({}) joins no value of one record to a value of the "
                      "other, so that {} records would all be compared with each other; give it an equality "
                      "between l and r.",
                      r + 1, settings.rules[r].sql, records));
    }
  }
  return std::unique_ptr<Linker>(new Linker(std::move(inside)));
}

double Linker::prior_weight() const {
  return inside_->prior;
}
const Table& Linker::table() const {
  return inside_->table;
}

namespace {

// Hands batches on in the order of their chunks, whichever thread finishes first.
class InOrder {
 public:
  explicit InOrder(const std::function<void(std::span<const ScoredPair>)>& sink) : sink_(sink) {}
  void give(std::size_t chunk, std::vector<ScoredPair> batch) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(chunk, std::move(batch));
    for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.begin()) {
      if (!first->second.empty()) sink_(first->second);
      waiting_.erase(first);
      ++next_;
    }
  }

 private:
  const std::function<void(std::span<const ScoredPair>)>& sink_;
  std::mutex mutex_;
  std::map<std::size_t, std::vector<ScoredPair>> waiting_;
  std::size_t next_ = 0;
};

}  // namespace

Result<PredictReport> Linker::predict(const PredictOptions& options,
                                      const std::function<void(std::span<const ScoredPair>)>& sink) const {
  std::vector<Scratch> scratches;
  for (unsigned t = 0; t < std::max(options.threads, 1U); ++t) scratches.push_back(inside_->program.scratch());
  PredictReport report;
  for (std::size_t rule = 0; rule < inside_->rules.count(); ++rule) {
    report.pairs_of_rule.push_back(inside_->predict_rule(rule, options, scratches, sink));
    report.pairs += report.pairs_of_rule.back();
    for (const Scratch& scratch : scratches) {
      if (!scratch.trouble.empty())
        return failure(ErrorCode::malformed, fmt::format("Splink settings: {}.", scratch.trouble));
    }
  }
  return report;
}

std::uint64_t Linker::Inside::predict_rule(std::size_t rule, const PredictOptions& options,
                                           std::vector<Scratch>& scratches,
                                           const std::function<void(std::span<const ScoredPair>)>& sink) const {
  const bool between_only = settings.link_type == LinkType::link_only;
  const RuleWalk walk(rules, rule, features.records());
  const auto& portions = walk.portions();
  std::vector<std::uint64_t> scored(scratches.size(), 0);
  std::atomic<std::size_t> done{0};
  InOrder in_order(sink);
  const auto threads = static_cast<unsigned>(scratches.size());
  in_parallel(threads, portions.size(), [&](std::size_t worker, std::size_t part) {
    Scratch& scratch = scratches[worker];
    std::vector<ScoredPair> batch;
    std::uint64_t count = 0;
    walk.for_each(portions[part], [&](std::uint32_t left, std::uint32_t right) {
      if (between_only && source(left) == source(right)) return;
      ++scratch.pair;
      if (!rules.filter_holds(rule, program, left, right, scratch)) return;
      if (rules.given_before(rule, program, left, right, scratch)) return;
      ++count;
      const double bits = weight(left, right, scratch);
      if (bits >= options.least_weight) batch.push_back({features.order()[left], features.order()[right], bits});
    });
    scored[worker] += count;
    in_order.give(part, std::move(batch));
    const std::size_t now = ++done;
    if (worker == 0 && options.progress) options.progress("compare", now, portions.size());
  });
  return std::accumulate(scored.begin(), scored.end(), std::uint64_t{0});
}

struct Linker::Weigher::State {
  const Inside* inside;
  Scratch scratch;
};

Linker::Weigher::Weigher(const Linker& linker)
    : state_(std::make_unique<State>(State{linker.inside_.get(), linker.inside_->program.scratch()})) {}
Linker::Weigher::~Weigher() = default;
Linker::Weigher::Weigher(Weigher&&) noexcept = default;

double Linker::Weigher::weight(std::uint32_t left, std::uint32_t right) {
  const auto [a, b] = std::minmax(state_->inside->rank_of[left], state_->inside->rank_of[right]);
  return state_->inside->weight(a, b, state_->scratch);
}

std::vector<Part> Linker::Weigher::parts(std::uint32_t left, std::uint32_t right) {
  const Inside& in = *state_->inside;
  const auto [a, b] = std::minmax(in.rank_of[left], in.rank_of[right]);
  ++state_->scratch.pair;
  std::vector<Part> parts;
  for (std::size_t c = 0; c < in.comparisons.size(); ++c) {
    const ReadyLevel& level = in.level_of(in.comparisons[c], a, b, state_->scratch);
    const auto l = static_cast<std::size_t>(&level - in.comparisons[c].levels.data());
    parts.push_back({in.settings.comparisons[c].name, in.settings.comparisons[c].levels[l].label, level.value,
                     level.weight, in.adjustment(level, a, b)});
  }
  return parts;
}

}  // namespace wider::linkage::splink
