// The fast form of a model's conditions: what depends on one record alone is a feature, what is left compares codes,
// measures texts and does sums, without allocating. Each measure of a pair is taken once, whatever number of levels ask
// for it, and remembered from pair to pair while that is found to pay.
// Thread safety: a Program does not change once finished; each thread has a Scratch of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "linkage/splink/features.hpp"

namespace wider::linkage::splink {

using TestId = std::uint32_t;

// What one thread keeps while it evaluates.
struct Scratch {
  struct Remembered {
    std::uint64_t key = ~0ULL;
    double value = 0;
  };
  struct OfMeasure {
    std::uint64_t pair = ~0ULL;  // the pair that `value` is of
    double value = 0;
    std::vector<Remembered> memory;
    std::uint32_t asked = 0;
    std::uint32_t found = 0;
    bool remembers = true;
  };
  std::vector<OfMeasure> measures;
  std::uint64_t pair = 0;  // counts the pairs
  std::string trouble;     // set when DuckDB would refuse the values
};

class Program {
 public:
  explicit Program(Features& features) : features_(&features) {}

  // A condition of two records, made fast. malformed: a value that DuckDB would refuse.
  [[nodiscard]] Result<TestId> add(const Expression& condition);
  // The feature that a one-sided expression is.
  [[nodiscard]] Result<std::size_t> feature(const Expression& expression) { return features_->add(expression); }
  // Lays the features out; nothing is added afterwards.
  void finish();
  // Where the slow evaluation finds the records.
  void set_record(const Table& table, const std::vector<Type>& kinds) { record_ = {&table, &kinds, 0, 0}; }

  [[nodiscard]] Scratch scratch() const;
  // left and right are ranks. The caller counts scratch.pair up for each pair.
  [[nodiscard]] Truth test(TestId id, std::size_t left, std::size_t right, Scratch& scratch) const;
  [[nodiscard]] std::size_t measures() const { return measures_.size(); }

 private:
  struct Ref {
    std::uint16_t feature = 0;
    std::uint16_t right = 0;  // 1: of the right record
  };
  enum class Kind : std::uint8_t {
    constant,
    is_null,      // a
    either_null,  // a or b: what most null levels ask
    same_code,    // a = b
    same,         // a IS NOT DISTINCT FROM b
    flag,         // a is a truth
    measure,      // comparison of a measure and a bound
    number,       // comparison of two numbers
    both,
    either,
    inverse,
    slow,  // as bind.hpp evaluates it
  };
  struct Test {
    Kind kind = Kind::constant;
    Comparison comparison = Comparison::equal;
    Truth truth = Truth::unknown;
    bool single = false;
    Ref a, b;
    std::uint32_t first = 0;  // both, either, inverse: into children_; number: two numbers; measure, slow: index
    std::uint32_t count = 0;
    double bound = 0;
  };
  enum class NumberKind : std::uint8_t {
    constant,
    feature,
    measure,
    overlap,  // how many items two lists have in common
    unary,
    add,
    subtract,
    multiply,
    divide,
    single,
    cases,  // children_: test, number, test, number, …, number
    slow,
  };
  struct Number {
    NumberKind kind = NumberKind::constant;
    double constant = 0;
    bool null = false;
    Ref a, b;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    double (*unary)(double) = nullptr;
  };
  struct MeasureOf {
    Measure measure = Measure::jaro;
    Ref a, b;
    bool pairwise = false;
    bool greatest = false;
    double exact = -1;  // the greatest distance that matters; infinite where any does
  };
  struct Found {
    double value = 0;
    bool null = true;
  };
  struct Pair {
    const FeatureCode* codes[2];
    std::size_t left, right;
    [[nodiscard]] FeatureCode operator[](Ref ref) const { return codes[ref.right][ref.feature]; }
  };

  [[nodiscard]] Result<Ref> ref(const Expression& expression);
  [[nodiscard]] Result<TestId> add_group(const Expression& condition);
  [[nodiscard]] Result<TestId> add_compare(const Expression& condition);
  [[nodiscard]] Result<TestId> add_slow(const Expression& condition);
  [[nodiscard]] Result<std::uint32_t> add_number(const Expression& expression);
  [[nodiscard]] Result<std::uint32_t> add_number_call(const Expression& expression);
  [[nodiscard]] Result<std::uint32_t> add_cases(const Expression& expression);
  [[nodiscard]] Result<std::uint32_t> add_measure(Measure measure, const Expression& left, const Expression& right);
  TestId keep(const Test& test);
  std::uint32_t keep(const Number& number);

  [[nodiscard]] Truth run(const Test& test, const Pair& pair, Scratch& scratch) const;
  [[nodiscard]] Truth run_group(const Test& test, const Pair& pair, Scratch& scratch) const;
  [[nodiscard]] Truth run_slow(const Test& test, const Pair& pair, Scratch& scratch) const;
  [[nodiscard]] Found compute(const Number& number, const Pair& pair, Scratch& scratch) const;
  [[nodiscard]] Found measured(std::uint32_t index, const Pair& pair, Scratch& scratch) const;
  [[nodiscard]] Found take(const MeasureOf& of, FeatureCode left, FeatureCode right, Scratch& scratch) const;
  [[nodiscard]] Found text_measure(const MeasureOf& of, FeatureCode left, FeatureCode right, Scratch& scratch) const;

  Features* features_;
  Record record_;
  std::vector<Test> tests_;
  std::vector<Number> numbers_;
  std::vector<MeasureOf> measures_;
  std::vector<std::uint32_t> children_;
  std::vector<Expression> slow_;
};

}  // namespace wider::linkage::splink
