// A trained Splink model, run: the same pairs and the same match weights as Splink 4 on DuckDB gives, from its settings
// JSON and the rows. Splink's own steps, with its names in quotes: blocking ("match_key"), comparison levels ("gamma"),
// Bayes factors with term-frequency adjustment ("bf", "bf_tf_adj"), and the match weight in bits.
//
// Invariants: a pair is scored once, for the first rule that gives it; left is the record with the lesser id (first by
// file, then by number where all ids of the one file are whole numbers, else by bytes); pairs come in one order
// whatever the number of threads.
// Thread safety: a Linker does not change once made; const members may be called together.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "linkage/linkage.hpp"
#include "linkage/splink/settings.hpp"
#include "linkage/splink/table.hpp"

namespace wider::linkage::splink {

// The columns that the model reads, each once, for the caller who reads files. Ids and sources are not among them.
[[nodiscard]] std::vector<std::string> columns_of(const Settings& settings);

struct ScoredPair {
  std::uint32_t left = 0;  // rows of the table
  std::uint32_t right = 0;
  double weight = 0;  // match weight, bits; log2 of the odds
};

// As Splink writes it: odds / (1 + odds).
[[nodiscard]] double probability_of_weight(double weight);
[[nodiscard]] double weight_of_probability(double probability);

struct PredictOptions {
  unsigned threads = 1;
  double least_weight = -2000;  // pairs below are counted and not given; no weight is below -997
  Progress progress;
};

struct PredictReport {
  std::uint64_t pairs = 0;  // scored
  std::vector<std::uint64_t> pairs_of_rule;
};

// Why a pair has its weight: one line for each comparison.
struct Part {
  std::string comparison;
  std::string level;
  int value = 0;               // "gamma": -1 for a null level
  double weight = 0;           // log2 of m/u
  double term_adjustment = 0;  // what the value's frequency adds
};

class Linker {
 public:
  // malformed: names the comparison or rule, and what cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<Linker>> make(const Settings& settings, Table table, unsigned threads);
  ~Linker();

  // Batches in order of rule, block and record, from one thread at a time.
  [[nodiscard]] Result<PredictReport> predict(const PredictOptions& options,
                                              const std::function<void(std::span<const ScoredPair>)>& sink) const;

  // The weight of any two rows, whether or not a rule gives them. One Weigher for each thread.
  class Weigher {
   public:
    explicit Weigher(const Linker& linker);
    ~Weigher();
    Weigher(Weigher&&) noexcept;
    [[nodiscard]] double weight(std::uint32_t left, std::uint32_t right);
    [[nodiscard]] std::vector<Part> parts(std::uint32_t left, std::uint32_t right);

   private:
    friend class Linker;
    struct State;
    std::unique_ptr<State> state_;
  };

  [[nodiscard]] double prior_weight() const;
  [[nodiscard]] const Table& table() const;

 private:
  struct Inside;
  explicit Linker(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wider::linkage::splink
