#include "linkage/splink/program.hpp"

#include <algorithm>
#include <limits>

#include "base/check.hpp"
#include "base/random.hpp"

namespace wider::linkage::splink {
namespace {

constexpr std::size_t remembered_count = 4096;     // of each measure and thread: 64 KiB, which stays in a core's cache
constexpr std::uint32_t trial_lookups = 1U << 15;  // after these it is decided whether remembering pays
constexpr double infinite = std::numeric_limits<double>::infinity();

bool one_sided(const Expression& expression) {
  return expression.sides == 1 || expression.sides == 2;
}

Comparison turned(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
      return Comparison::more;
    case Comparison::at_most:
      return Comparison::at_least;
    case Comparison::more:
      return Comparison::less;
    case Comparison::at_least:
      return Comparison::at_most;
    case Comparison::equal:
    case Comparison::unequal:
      break;
  }
  return comparison;
}

// A measure of two one-sided texts, one of each record.
bool is_measure(const Expression& expression) {
  if (expression.operation != Operation::call || !expression.function->measure) return false;
  return one_sided(expression.parts[0]) && one_sided(expression.parts[1]);
}
bool is_pairwise(const Expression& expression) {
  return expression.operation == Operation::pairwise && one_sided(expression.parts[0]) &&
         one_sided(expression.parts[1]);
}
// array_length(list_intersect(a, b)).
bool is_overlap(const Expression& expression) {
  if (expression.operation != Operation::call) return false;
  const std::string_view name = expression.function->name;
  if (name != "array_length" && name != "length") return false;
  const Expression& inner = expression.parts[0];
  return inner.operation == Operation::call && inner.function->name == "list_intersect" && one_sided(inner.parts[0]) &&
         one_sided(inner.parts[1]);
}

std::size_t overlap(const std::vector<FeatureCode>& left, const std::vector<FeatureCode>& right) {
  std::size_t i = 0, j = 0, both = 0;
  while (i < left.size() && j < right.size()) {
    if (left[i] == right[j]) {
      ++both, ++i, ++j;
    } else {
      left[i] < right[j] ? ++i : ++j;
    }
  }
  return both;
}

}  // namespace

Result<Program::Ref> Program::ref(const Expression& expression) {
  const auto feature = features_->add(expression);
  if (!feature) return std::unexpected(feature.error());
  CHECK(*feature <= UINT16_MAX);
  return Ref{static_cast<std::uint16_t>(*feature), static_cast<std::uint16_t>(expression.sides == 2 ? 1 : 0)};
}

TestId Program::keep(const Test& test) {
  tests_.push_back(test);
  return static_cast<TestId>(tests_.size() - 1);
}
std::uint32_t Program::keep(const Number& number) {
  numbers_.push_back(number);
  return static_cast<std::uint32_t>(numbers_.size() - 1);
}

Result<TestId> Program::add_slow(const Expression& condition) {
  Test test;
  test.kind = Kind::slow;
  test.first = static_cast<std::uint32_t>(slow_.size());
  slow_.push_back(condition);
  return keep(test);
}

Result<TestId> Program::add_group(const Expression& condition) {
  Test test;
  test.kind = condition.operation == Operation::both     ? Kind::both
              : condition.operation == Operation::either ? Kind::either
                                                         : Kind::inverse;
  std::vector<std::uint32_t> parts;
  for (const Expression& part : condition.parts) {
    const auto added = add(part);
    if (!added) return added;
    parts.push_back(*added);
  }
  const auto is_null = [&](std::uint32_t id) { return tests_[id].kind == Kind::is_null; };
  if (test.kind == Kind::either && parts.size() == 2 && is_null(parts[0]) && is_null(parts[1])) {
    test.kind = Kind::either_null;
    test.a = tests_[parts[0]].a;
    test.b = tests_[parts[1]].a;
    return keep(test);
  }
  test.first = static_cast<std::uint32_t>(children_.size());
  test.count = static_cast<std::uint32_t>(parts.size());
  children_.insert(children_.end(), parts.begin(), parts.end());
  return keep(test);
}

Result<TestId> Program::add_compare(const Expression& condition) {
  const Expression& left = condition.parts[0];
  const Expression& right = condition.parts[1];
  Test test;
  test.comparison = condition.comparison;
  const bool codes = condition.comparison == Comparison::equal && one_sided(left) && one_sided(right) &&
                     left.type == right.type && !condition.single;
  if (codes) {
    test.kind = condition.operation == Operation::same ? Kind::same : Kind::same_code;
    const auto a = ref(left);
    if (!a) return std::unexpected(a.error());
    const auto b = ref(right);
    if (!b) return std::unexpected(b.error());
    test.a = *a;
    test.b = *b;
    return keep(test);
  }
  const bool numbers = (left.type == Type::number || left.type == Type::moment) && left.type == right.type &&
                       condition.operation == Operation::compare;
  if (!numbers) return add_slow(condition);
  for (const bool swapped : {false, true}) {
    const Expression& asked = swapped ? right : left;
    const Expression& bound = swapped ? left : right;
    if (!is_measure(asked) || bound.operation != Operation::constant) continue;
    const auto measure = add_measure(*asked.function->measure, asked.parts[0], asked.parts[1]);
    if (!measure) return measure;
    test.kind = Kind::measure;
    test.first = *measure;
    test.bound = bound.constant.number;
    if (swapped) test.comparison = turned(test.comparison);
    MeasureOf& of = measures_[*measure];
    const bool at_most = test.comparison == Comparison::at_most || test.comparison == Comparison::less;
    of.exact = std::max(of.exact, at_most && !is_similarity(of.measure) ? test.bound : infinite);
    return keep(test);
  }
  test.kind = Kind::number;
  test.single = condition.single;
  const auto a = add_number(left);
  if (!a) return std::unexpected(a.error());
  const auto b = add_number(right);
  if (!b) return std::unexpected(b.error());
  test.first = *a;
  test.count = *b;
  return keep(test);
}

Result<TestId> Program::add(const Expression& condition) {
  if (condition.sides == 0) {
    std::string trouble;
    Test test;
    test.truth = truth_of(evaluate(condition, record_, trouble));
    if (!trouble.empty()) return failure(ErrorCode::malformed, trouble);
    return keep(test);
  }
  if (condition.operation == Operation::is_null && one_sided(condition.parts[0])) {
    const auto a = ref(condition.parts[0]);
    if (!a) return std::unexpected(a.error());
    Test test;
    test.kind = Kind::is_null;
    test.a = *a;
    return keep(test);
  }
  if (one_sided(condition)) {
    const auto a = ref(condition);
    if (!a) return std::unexpected(a.error());
    Test test;
    test.kind = Kind::flag;
    test.a = *a;
    return keep(test);
  }
  switch (condition.operation) {
    case Operation::both:
    case Operation::either:
    case Operation::inverse:
      return add_group(condition);
    case Operation::compare:
    case Operation::same:
      return add_compare(condition);
    default:
      return add_slow(condition);
  }
}

Result<std::uint32_t> Program::add_measure(Measure measure, const Expression& left, const Expression& right) {
  const auto a = ref(left);
  if (!a) return std::unexpected(a.error());
  const auto b = ref(right);
  if (!b) return std::unexpected(b.error());
  const auto same = [](Ref one, Ref other) { return one.feature == other.feature && one.right == other.right; };
  for (std::size_t i = 0; i < measures_.size(); ++i) {
    const MeasureOf& known = measures_[i];
    if (known.measure == measure && !known.pairwise && same(known.a, *a) && same(known.b, *b))
      return static_cast<std::uint32_t>(i);
  }
  MeasureOf of;
  of.measure = measure;
  of.a = *a;
  of.b = *b;
  measures_.push_back(of);
  return static_cast<std::uint32_t>(measures_.size() - 1);
}

Result<std::uint32_t> Program::add_number(const Expression& expression) {
  Number number;
  if (expression.sides == 0) {
    std::string trouble;
    const Value value = evaluate(expression, record_, trouble);
    if (!trouble.empty()) return failure(ErrorCode::malformed, trouble);
    number.constant = value.number;
    number.null = value.null();
    return keep(number);
  }
  if (one_sided(expression)) {
    const auto a = ref(expression);
    if (!a) return std::unexpected(a.error());
    number.kind = NumberKind::feature;
    number.a = *a;
    return keep(number);
  }
  if (is_measure(expression)) {
    const auto measure = add_measure(*expression.function->measure, expression.parts[0], expression.parts[1]);
    if (!measure) return measure;
    measures_[*measure].exact = infinite;
    number.kind = NumberKind::measure;
    number.first = *measure;
    return keep(number);
  }
  if (is_pairwise(expression) || is_overlap(expression)) {
    const bool pairwise = is_pairwise(expression);
    const auto& lists = pairwise ? expression.parts : expression.parts[0].parts;
    const auto a = ref(lists[0]);
    if (!a) return std::unexpected(a.error());
    const auto b = ref(lists[1]);
    if (!b) return std::unexpected(b.error());
    number.a = *a;
    number.b = *b;
    number.kind = pairwise ? NumberKind::measure : NumberKind::overlap;
    if (pairwise) {
      number.first = static_cast<std::uint32_t>(measures_.size());
      measures_.push_back({expression.measure, *a, *b, true, expression.greatest, infinite});
    }
    return keep(number);
  }
  if (expression.operation == Operation::cases) return add_cases(expression);
  if (expression.operation == Operation::call) return add_number_call(expression);
  if (expression.operation == Operation::cast && expression.single && expression.parts[0].type == Type::number) {
    const auto inner = add_number(expression.parts[0]);
    if (!inner) return inner;
    number.kind = NumberKind::single;
    number.first = *inner;
    return keep(number);
  }
  number.kind = NumberKind::slow;
  number.first = static_cast<std::uint32_t>(slow_.size());
  slow_.push_back(expression);
  return keep(number);
}

Result<std::uint32_t> Program::add_number_call(const Expression& expression) {
  Number number;
  const Function& function = *expression.function;
  const bool numbers = std::all_of(expression.parts.begin(), expression.parts.end(),
                                   [](const Expression& part) { return part.type == Type::number; });
  const bool two = numbers && expression.parts.size() == 2;
  if (numbers && function.unary != nullptr) {
    number.kind = NumberKind::unary;
    number.unary = function.unary;
  } else if (two && function.name == "+") {
    number.kind = NumberKind::add;
  } else if (two && function.name == "-") {
    number.kind = NumberKind::subtract;
  } else if (two && function.name == "*") {
    number.kind = NumberKind::multiply;
  } else if (two && function.name == "/") {
    number.kind = NumberKind::divide;
  } else {
    number.kind = NumberKind::slow;
    number.first = static_cast<std::uint32_t>(slow_.size());
    slow_.push_back(expression);
    return keep(number);
  }
  const auto first = add_number(expression.parts[0]);
  if (!first) return first;
  number.first = *first;
  if (number.kind != NumberKind::unary) {
    const auto second = add_number(expression.parts[1]);
    if (!second) return second;
    number.count = *second;
  }
  return keep(number);
}

Result<std::uint32_t> Program::add_cases(const Expression& expression) {
  Number number;
  number.kind = NumberKind::cases;
  std::vector<std::uint32_t> parts;
  for (std::size_t i = 0; i < expression.parts.size(); ++i) {
    const bool is_when = i % 2 == 0 && i + 1 < expression.parts.size();
    const auto part = is_when ? add(expression.parts[i]) : add_number(expression.parts[i]);
    if (!part) return part;
    parts.push_back(*part);
  }
  number.first = static_cast<std::uint32_t>(children_.size());
  number.count = static_cast<std::uint32_t>(parts.size());
  children_.insert(children_.end(), parts.begin(), parts.end());
  return keep(number);
}

void Program::finish() {
  std::vector<std::size_t> measured;
  for (const MeasureOf& of : measures_) {
    measured.push_back(of.a.feature);
    measured.push_back(of.b.feature);
  }
  features_->finish(measured);
}

Scratch Program::scratch() const {
  Scratch scratch;
  scratch.measures.resize(measures_.size());
  for (auto& of : scratch.measures) of.memory.resize(remembered_count);
  return scratch;
}

Truth Program::test(TestId id, std::size_t left, std::size_t right, Scratch& scratch) const {
  return run(tests_[id], {{features_->codes(left), features_->codes(right)}, left, right}, scratch);
}

// What most tests are is decided here, without a call.
Truth Program::run(const Test& test, const Pair& pair, Scratch& scratch) const {
  const auto of = [](bool truth) { return truth ? Truth::yes : Truth::no; };
  switch (test.kind) {
    case Kind::constant:
      return test.truth;
    case Kind::is_null:
      return of(pair[test.a] == 0);
    case Kind::either_null:
      return of(pair[test.a] == 0 || pair[test.b] == 0);
    case Kind::same_code: {
      const FeatureCode a = pair[test.a], b = pair[test.b];
      return a == 0 || b == 0 ? Truth::unknown : of(a == b);
    }
    case Kind::same:
      return of(pair[test.a] == pair[test.b]);
    case Kind::flag: {
      const FeatureCode a = pair[test.a];
      return a == 0 ? Truth::unknown : of(a == 2);
    }
    case Kind::measure: {
      const Found found = measured(test.first, pair, scratch);
      if (found.null) return Truth::unknown;
      if (test.comparison == Comparison::at_least) return of(found.value >= test.bound);
      if (test.comparison == Comparison::at_most) return of(found.value <= test.bound);
      return of(holds(test.comparison, splink::order(found.value, test.bound)));
    }
    case Kind::number:
    case Kind::slow:
      return run_slow(test, pair, scratch);
    case Kind::both:
    case Kind::either:
    case Kind::inverse:
      return run_group(test, pair, scratch);
  }
  return Truth::unknown;
}

Truth Program::run_group(const Test& test, const Pair& pair, Scratch& scratch) const {
  if (test.kind == Kind::inverse) return inverse(run(tests_[children_[test.first]], pair, scratch));
  const bool both = test.kind == Kind::both;
  const Truth decided = both ? Truth::no : Truth::yes;
  Truth truth = inverse(decided);
  for (std::uint32_t i = 0; i < test.count && truth != decided; ++i) {
    const Truth next = run(tests_[children_[test.first + i]], pair, scratch);
    truth = both ? std::min(truth, next) : std::max(truth, next);
  }
  return truth;
}

Truth Program::run_slow(const Test& test, const Pair& pair, Scratch& scratch) const {
  if (test.kind == Kind::slow) {
    Record record = record_;
    record.left = features_->order()[pair.left];
    record.right = features_->order()[pair.right];
    return truth_of(evaluate(slow_[test.first], record, scratch.trouble));
  }
  const Found a = compute(numbers_[test.first], pair, scratch);
  if (a.null) return Truth::unknown;
  const Found b = compute(numbers_[test.count], pair, scratch);
  if (b.null) return Truth::unknown;
  const int ordered = test.single ? splink::order(static_cast<float>(a.value), static_cast<float>(b.value))
                                  : splink::order(a.value, b.value);
  return holds(test.comparison, ordered) ? Truth::yes : Truth::no;
}

Program::Found Program::compute(const Number& number, const Pair& pair, Scratch& scratch) const {
  switch (number.kind) {
    case NumberKind::constant:
      return {number.constant, number.null};
    case NumberKind::feature: {
      const FeatureCode code = pair[number.a];
      return {features_->number(code), code == 0};
    }
    case NumberKind::measure:
      return measured(number.first, pair, scratch);
    case NumberKind::overlap: {
      const FeatureCode a = pair[number.a], b = pair[number.b];
      if (a == 0 || b == 0) return {};
      return {static_cast<double>(overlap(features_->items(a), features_->items(b))), false};
    }
    case NumberKind::cases:
      for (std::uint32_t i = 0; i + 1 < number.count; i += 2) {
        if (run(tests_[children_[number.first + i]], pair, scratch) == Truth::yes)
          return compute(numbers_[children_[number.first + i + 1]], pair, scratch);
      }
      return compute(numbers_[children_[number.first + number.count - 1]], pair, scratch);
    case NumberKind::slow: {
      Record record = record_;
      record.left = features_->order()[pair.left];
      record.right = features_->order()[pair.right];
      const Value value = evaluate(slow_[number.first], record, scratch.trouble);
      return {value.number, value.null()};
    }
    default:
      break;
  }
  const Found a = compute(numbers_[number.first], pair, scratch);
  if (a.null) return a;
  if (number.kind == NumberKind::unary) return {number.unary(a.value), false};
  if (number.kind == NumberKind::single) return {static_cast<double>(static_cast<float>(a.value)), false};
  const Found b = compute(numbers_[number.count], pair, scratch);
  if (b.null) return b;
  switch (number.kind) {
    case NumberKind::add:
      return {a.value + b.value, false};
    case NumberKind::subtract:
      return {a.value - b.value, false};
    case NumberKind::multiply:
      return {a.value * b.value, false};
    default:
      return {a.value / b.value, false};
  }
}

Program::Found Program::text_measure(const MeasureOf& of, FeatureCode left, FeatureCode right, Scratch& scratch) const {
  const auto undefined = [&] {
    scratch.trouble = of.measure == Measure::hamming ? "hamming needs two texts of the same length"
                                                     : "jaccard needs texts that are not empty";
    return Found{};
  };
  if (features_->bytes_fit()) {
    const std::string_view a = features_->bytes(left), b = features_->bytes(right);
    if (!is_defined(of.measure, a.size(), b.size())) return undefined();
    return {measure(of.measure, a, b, of.exact), false};
  }
  const auto points = [&](FeatureCode code) {
    const std::string_view text = features_->text(code);
    return text == std::string_view("\0", 1) ? std::u32string() : code_points(text);
  };
  const std::u32string a = points(left), b = points(right);
  if (!is_defined(of.measure, a.size(), b.size())) return undefined();
  return {measure_naive(of.measure, a, b), false};
}

Program::Found Program::take(const MeasureOf& of, FeatureCode left, FeatureCode right, Scratch& scratch) const {
  if (!of.pairwise) return text_measure(of, left, right, scratch);
  Found best;
  for (const FeatureCode a : features_->all_items(left)) {
    for (const FeatureCode b : features_->all_items(right)) {
      const Found found = text_measure(of, a, b, scratch);
      if (found.null) continue;
      if (best.null || (of.greatest ? found.value > best.value : found.value < best.value)) best = found;
    }
  }
  return best;
}

Program::Found Program::measured(std::uint32_t index, const Pair& pair, Scratch& scratch) const {
  const MeasureOf& of = measures_[index];
  const FeatureCode left = pair[of.a], right = pair[of.b];
  if (left == 0 || right == 0) return {};
  Scratch::OfMeasure& kept = scratch.measures[index];
  if (kept.pair == scratch.pair) return {kept.value, false};
  Scratch::Remembered* slot = nullptr;
  const std::uint64_t key = (std::uint64_t{left} << 32) | right;
  if (kept.remembers) {
    slot = &kept.memory[mix64(key) % remembered_count];
    if (slot->key == key) {
      ++kept.found;
      kept.pair = scratch.pair;
      kept.value = slot->value;
      return {slot->value, false};
    }
    ++kept.asked;
    if (kept.asked == trial_lookups && kept.found * 4 < kept.asked) kept.remembers = false;
  }
  const Found found = take(of, left, right, scratch);
  if (found.null) return found;
  if (slot != nullptr) *slot = {key, found.value};
  kept.pair = scratch.pair;
  kept.value = found.value;
  return found;
}

}  // namespace wider::linkage::splink
