#include "linkage/splink/bind.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/check.hpp"
#include "linkage/splink/moments.hpp"

namespace wider::linkage::splink {
namespace {

std::unexpected<Error> bad(std::string message) {
  return failure(ErrorCode::malformed, std::move(message));
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::optional<Comparison> comparison_of(std::string_view name) {
  if (name == "=") return Comparison::equal;
  if (name == "<>") return Comparison::unequal;
  if (name == "<") return Comparison::less;
  if (name == "<=") return Comparison::at_most;
  if (name == ">") return Comparison::more;
  if (name == ">=") return Comparison::at_least;
  return std::nullopt;
}

struct CastTarget {
  Type type = Type::nothing;
  bool whole = false, single = false, date = false;
  int digits = -1;
};
std::optional<CastTarget> cast_target(std::string_view name) {
  const std::string_view base = name.substr(0, name.find('('));
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), base) != names.end();
  };
  if (is({"varchar", "text", "string", "char", "bpchar"})) return CastTarget{.type = Type::text};
  if (is({"tinyint", "smallint", "int", "integer", "bigint", "hugeint", "int1", "int2", "int4", "int8", "short", "long",
          "signed", "utinyint", "usmallint", "uinteger", "ubigint"}))
    return CastTarget{.type = Type::number, .whole = true};
  if (is({"double", "float8"})) return CastTarget{.type = Type::number};
  if (is({"float", "real", "float4"})) return CastTarget{.type = Type::number, .single = true};
  if (base == "date") return CastTarget{.type = Type::moment, .date = true};
  if (is({"timestamp", "datetime"})) return CastTarget{.type = Type::moment};
  if (is({"boolean", "bool"})) return CastTarget{.type = Type::truth};
  if (is({"decimal", "numeric"})) {
    CastTarget target{.type = Type::number, .digits = 3};
    if (const std::size_t comma = name.find(','); comma != std::string_view::npos) {
      const std::string_view digits = name.substr(comma + 1);
      std::from_chars(digits.data(), digits.data() + digits.size(), target.digits);
    } else if (base != name) {
      target.digits = 0;
    }
    return target;
  }
  return std::nullopt;
}

// The pattern of PairwiseStringDistanceFunctionLevel:
//   list_max(list_transform(flatten(list_transform(L, x -> list_transform(R, y -> [x, y]))), p -> f(p[1], p[2]))).
struct Pairwise {
  const Node* left = nullptr;
  const Node* right = nullptr;
  const Node* measure = nullptr;
  bool greatest = false;
};
bool is_call(const Node& node, std::initializer_list<std::string_view> names, std::size_t parts) {
  return node.shape == Shape::call && node.parts.size() == parts &&
         std::find(names.begin(), names.end(), node.name) != names.end();
}
bool is_name(const Node& node, std::string_view name) {
  return node.shape == Shape::column && node.qualifier.empty() && node.name == name;
}
bool is_item(const Node& node, std::string_view of, double place) {
  return is_call(node, {"[]"}, 2) && is_name(node.parts[0], of) && node.parts[1].shape == Shape::number &&
         node.parts[1].number == place;
}
bool is_transform(const Node& node) {
  return is_call(node, {"list_transform", "array_transform", "list_apply", "array_apply"}, 2) &&
         node.parts[1].shape == Shape::lambda;
}
std::optional<Pairwise> pairwise_of(const Node& node) {
  const bool most = is_call(node, {"list_max", "array_max"}, 1);
  if (!most && !is_call(node, {"list_min", "array_min"}, 1)) return std::nullopt;
  const Node& outer = node.parts[0];
  if (!is_transform(outer) || !is_call(outer.parts[0], {"flatten"}, 1)) return std::nullopt;
  const Node& crossed = outer.parts[0].parts[0];
  if (!is_transform(crossed)) return std::nullopt;
  const Node& inner = crossed.parts[1].parts[0];
  if (!is_transform(inner) || !is_call(inner.parts[1].parts[0], {"list"}, 2)) return std::nullopt;
  const Node& pair = inner.parts[1].parts[0];
  if (!is_name(pair.parts[0], crossed.parts[1].name) || !is_name(pair.parts[1], inner.parts[1].name))
    return std::nullopt;
  const Node& called = outer.parts[1].parts[0];
  const std::string& name = outer.parts[1].name;
  if (called.shape != Shape::call || called.parts.size() != 2 || !is_item(called.parts[0], name, 1) ||
      !is_item(called.parts[1], name, 2))
    return std::nullopt;
  const Function* function = any_function(called.name, 2);
  if (function == nullptr || !function->measure) return std::nullopt;
  return Pairwise{&crossed.parts[0], &inner.parts[0], &called, most};
}

// A name without what says which record it is of; empty when nothing does.
struct Named {
  std::string name;
  std::uint8_t sides = 0;
};
std::optional<Named> named(const Node& node, Naming naming) {
  if (naming == Naming::prefix) {
    if (node.qualifier != "l" && node.qualifier != "r") return std::nullopt;
    return Named{node.name, static_cast<std::uint8_t>(node.qualifier == "l" ? 1 : 2)};
  }
  const std::string lower = lower_case(node.name);
  if (!node.qualifier.empty() || lower.size() < 3) return std::nullopt;
  if (!lower.ends_with("_l") && !lower.ends_with("_r")) return std::nullopt;
  return Named{node.name.substr(0, node.name.size() - 2), static_cast<std::uint8_t>(lower.ends_with("_l") ? 1 : 2)};
}

// Rounds as DuckDB casts: a decimal's half goes away from zero, a double's to the even number.
double whole_number(double value, bool decimal) {
  return decimal ? std::round(value) : std::nearbyint(value);
}

Value cast_value(const Expression& expression, const Value& value, std::string& trouble) {
  if (value.null()) return {};
  const auto refused = [&](std::string_view what) {
    if (!expression.tried) trouble = fmt::format("CAST of a text that is not {}; use TRY_CAST", what);
    return Value{};
  };
  switch (expression.type) {
    case Type::text:
      if (value.type == Type::text) return value;
      if (value.type == Type::truth) return Value::of_text(value.number != 0 ? "true" : "false");
      if (value.type == Type::moment)
        return Value::of_text(expression.parts[0].date ? date_text(value.number) : timestamp_text(value.number));
      return Value::of_text(fmt::format("{}", value.number));
    case Type::number: {
      double number = value.number;
      if (value.type == Type::text) {
        const auto read = number_of_text(value.text);
        if (!read) return refused("a number");
        number = *read;
      }
      const bool decimal = value.type == Type::text || expression.parts[0].operation == Operation::constant;
      if (expression.whole) number = whole_number(number, decimal);
      if (expression.single) number = static_cast<double>(static_cast<float>(number));
      if (expression.digits >= 0) {
        const double scale = std::pow(10, expression.digits);
        number = std::round(number * scale) / scale;
      }
      return Value::of_number(number);
    }
    case Type::moment: {
      if (value.type == Type::moment)
        return Value::of_moment(expression.date ? std::floor(value.number / 86400) * 86400 : value.number);
      const auto read = expression.date ? date_of_text(value.text) : timestamp_of_text(value.text);
      if (!read) return refused("a date");
      return Value::of_moment(*read);
    }
    case Type::truth: {
      if (value.type != Type::text) return Value::of_truth(value.number != 0);
      const std::string lower = lower_case(value.text);
      for (const std::string_view yes : {"true", "t", "1", "yes", "y"}) {
        if (lower == yes) return Value::of_truth(true);
      }
      for (const std::string_view no : {"false", "f", "0", "no", "n"}) {
        if (lower == no) return Value::of_truth(false);
      }
      return refused("true or false");
    }
    case Type::list:
    case Type::nothing:
      break;
  }
  return {};
}

int order_of(const Value& left, const Value& right, bool single) {
  if (left.type == Type::text) return left.text.compare(right.text);
  if (left.type == Type::list) return left.items == right.items ? 0 : left.items < right.items ? -1 : 1;
  if (single) return order(static_cast<float>(left.number), static_cast<float>(right.number));
  return order(left.number, right.number);
}

Value of_truth_value(Truth truth) {
  return truth == Truth::unknown ? Value{} : Value::of_truth(truth == Truth::yes);
}

Value call_value(const Expression& expression, const Record& record, std::string& trouble) {
  std::vector<Value> values;
  for (const Expression& part : expression.parts) {
    values.push_back(evaluate(part, record, trouble));
    if (expression.function->strict && values.back().null()) return {};
  }
  return expression.function->apply({values, expression.pattern, &trouble});
}

Value pairwise_value(const Expression& expression, const Record& record, std::string& trouble) {
  const Value left = evaluate(expression.parts[0], record, trouble);
  const Value right = evaluate(expression.parts[1], record, trouble);
  std::optional<double> best;
  for (const std::string& a : left.items) {
    for (const std::string& b : right.items) {
      const std::u32string x = code_points(a), y = code_points(b);
      if (!is_defined(expression.measure, x.size(), y.size())) {
        trouble = "a pairwise distance is taken of texts of which it is not defined";
        return {};
      }
      const double value = measure_naive(expression.measure, x, y);
      if (!best || (expression.greatest ? value > *best : value < *best)) best = value;
    }
  }
  return best ? Value::of_number(*best) : Value{};
}

}  // namespace

std::string key_of(const Expression& expression) {
  std::string out = fmt::format("{}:{}:", static_cast<int>(expression.operation), static_cast<int>(expression.type));
  if (expression.operation == Operation::column) return out + fmt::format("{}", expression.column);
  if (expression.operation == Operation::constant) {
    out += fmt::format("{:a}'", expression.constant.number);
    for (const auto& item : expression.constant.items) out += fmt::format("{}:{}", item.size(), item);
    return out + fmt::format("{}:{}", expression.constant.text.size(), expression.constant.text);
  }
  if (expression.function != nullptr)
    out += fmt::format("{}/{}", expression.function->name, static_cast<const void*>(expression.function));
  out += fmt::format(":{}{}{}{}{}:{}:{}:{}:{}(", expression.single, expression.date, expression.whole, expression.tried,
                     expression.greatest, expression.digits, static_cast<int>(expression.comparison),
                     static_cast<int>(expression.measure), static_cast<const void*>(expression.pattern));
  for (const Expression& part : expression.parts) out += key_of(part) + ",";
  return out + ")";
}

Truth truth_of(const Value& value) {
  if (value.null()) return Truth::unknown;
  return value.number != 0 ? Truth::yes : Truth::no;
}

Value read_cell(std::string_view text, Type kind, std::string& trouble) {
  if (text.empty()) return {};
  const auto read = [&](auto&& value, auto&& make, std::string_view what) {
    if (value) return make(*value);
    trouble = fmt::format("it is used as {}, and a field is not one", what);
    return Value{};
  };
  switch (kind) {
    case Type::number:
      return read(number_of_text(text), Value::of_number, "a number");
    case Type::moment:
      return read(timestamp_of_text(text), Value::of_moment, "a date (YYYY-MM-DD)");
    case Type::list:
      return read(list_of_text(text), Value::of_list, "a list ([a, b])");
    case Type::truth:
    case Type::nothing:
    case Type::text:
      break;
  }
  return Value::of_text(std::string(text));
}

Value evaluate(const Expression& expression, const Record& record, std::string& trouble) {
  const auto part = [&](std::size_t i) { return evaluate(expression.parts[i], record, trouble); };
  switch (expression.operation) {
    case Operation::constant:
      return expression.constant;
    case Operation::column: {
      const std::size_t row = expression.sides == 1 ? record.left : record.right;
      const Table& table = *record.table;
      return read_cell(table.texts.view(table.cells[expression.column][row]), expression.type, trouble);
    }
    case Operation::call:
      return call_value(expression, record, trouble);
    case Operation::both:
    case Operation::either: {
      Truth truth = expression.operation == Operation::both ? Truth::yes : Truth::no;
      for (std::size_t i = 0; i < expression.parts.size(); ++i) {
        const Truth next = truth_of(part(i));
        truth = expression.operation == Operation::both ? std::min(truth, next) : std::max(truth, next);
      }
      return of_truth_value(truth);
    }
    case Operation::inverse:
      return of_truth_value(inverse(truth_of(part(0))));
    case Operation::is_null:
      return Value::of_truth(part(0).null());
    case Operation::same: {
      const Value left = part(0), right = part(1);
      if (left.null() || right.null()) return Value::of_truth(left.null() && right.null());
      return Value::of_truth(order_of(left, right, expression.single) == 0);
    }
    case Operation::compare: {
      const Value left = part(0), right = part(1);
      if (left.null() || right.null()) return {};
      return Value::of_truth(holds(expression.comparison, order_of(left, right, expression.single)));
    }
    case Operation::cases:
      for (std::size_t i = 0; i + 1 < expression.parts.size(); i += 2) {
        if (truth_of(part(i)) == Truth::yes) return part(i + 1);
      }
      return part(expression.parts.size() - 1);
    case Operation::cast:
      return cast_value(expression, part(0), trouble);
    case Operation::pairwise:
      return pairwise_value(expression, record, trouble);
  }
  return {};
}

Binder::Binder(const Table& table) : table_(&table), kinds_(table.columns.size(), Type::nothing) {}

Result<std::size_t> Binder::column(std::string_view name) const {
  const std::string wanted = lower_case(name);
  std::size_t found = table_->columns.size();
  for (std::size_t c = 0; c < table_->columns.size(); ++c) {
    if (table_->columns[c] == name) return c;
    if (lower_case(table_->columns[c]) == wanted) found = c;
  }
  if (found < table_->columns.size()) return found;
  return bad(fmt::format("there is no column {}", name));
}

Expression Binder::bare(std::size_t column) const {
  Expression expression;
  expression.operation = Operation::column;
  expression.column = column;
  expression.type = kinds_[column] == Type::nothing ? Type::text : kinds_[column];
  expression.sides = 1;
  return expression;
}

Result<Binder::Place> Binder::place_of(const Node& node, Naming naming) const {
  const auto found = named(node, naming);
  if (!found) {
    if (naming == Naming::prefix)
      return bad(fmt::format("column {} must be written l.{} or r.{}", node.name, node.name, node.name));
    return bad(fmt::format("column {} must end in _l or _r", node.name));
  }
  const auto at = column(found->name);
  if (!at) return std::unexpected(at.error());
  return Place{*at, found->sides};
}

// The type that an expression has whatever its columns are; nothing when that depends on them.
Type Binder::hint(const Node& node, Naming naming) const {
  switch (node.shape) {
    case Shape::number:
      return Type::number;
    case Shape::truth:
      return Type::truth;
    case Shape::cast: {
      const auto target = cast_target(node.name);
      return target ? target->type : Type::nothing;
    }
    case Shape::column: {
      const auto at = place_of(node, naming);
      return at ? kinds_[at->column] : Type::nothing;
    }
    case Shape::call: {
      if (pairwise_of(node)) return Type::number;
      if (node.name == "list") return Type::list;
      if (node.name == "if" && node.parts.size() == 3) {
        const Type first = hint(node.parts[1], naming);
        return first != Type::nothing ? first : hint(node.parts[2], naming);
      }
      if (node.name == "-" && node.parts.size() == 2) return Type::number;
      const Function* function = any_function(node.name, node.parts.size());
      if (function == nullptr) return Type::nothing;
      if (function->result != Type::nothing || node.parts.empty()) return function->result;
      for (const Node& part : node.parts) {
        if (const Type type = hint(part, naming); type != Type::nothing && part.shape != Shape::text) return type;
      }
      return Type::nothing;
    }
    case Shape::cases:
      for (std::size_t i = 0; i < node.parts.size(); ++i) {
        if (i % 2 == 0 && i + 1 < node.parts.size()) continue;
        if (const Type type = hint(node.parts[i], naming); type != Type::nothing) return type;
      }
      return Type::nothing;
    case Shape::text:  // may stand for a date
    case Shape::null:
    case Shape::lambda:
      break;
  }
  return Type::nothing;
}

// Of functions and CASE, which give one of their arguments: what is wanted of the whole is wanted of those.
Result<void> Binder::want_each(const Node& node, Type type, Naming naming) {
  const bool is_case = node.shape == Shape::cases || (node.name == "if" && node.parts.size() == 3);
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    const bool is_when = is_case && i % 2 == 0 && i + 1 < node.parts.size();
    const auto learnt = is_when ? learn(node.parts[i], naming) : want(node.parts[i], type, naming);
    if (!learnt) return learnt;
  }
  return {};
}

namespace {

bool gives_an_argument(const Node& node) {
  if (node.shape == Shape::cases) return true;
  if (node.shape != Shape::call) return false;
  if (node.name == "if" && node.parts.size() == 3) return true;
  const Function* function = any_function(node.name, node.parts.size());
  return function != nullptr && function->result == Type::nothing && !node.parts.empty();
}

bool is_date_text(std::string_view text) {
  return !number_of_text(text) && timestamp_of_text(text).has_value();
}
bool is_list_text(std::string_view text) {
  return text.starts_with('[') && text.ends_with(']');
}

}  // namespace

// Where the model alone does not tell of what type a column is, its fields do.
bool Binder::all_fields(const Node& column, Naming naming, bool (*are)(std::string_view)) const {
  if (column.shape != Shape::column) return false;
  const auto at = place_of(column, naming);
  if (!at) return false;
  bool any = false;
  for (const StringPool::Code code : table_->cells[at->column]) {
    if (code == 0) continue;
    if (!are(table_->texts.view(code))) return false;
    any = true;
  }
  return any;
}

Result<void> Binder::want(const Node& node, Type type, Naming naming) {
  if (type != Type::nothing && type != Type::truth && gives_an_argument(node)) return want_each(node, type, naming);
  if (node.shape != Shape::column || type == Type::nothing || type == Type::truth) return learn(node, naming);
  const auto at = place_of(node, naming);
  if (!at) return std::unexpected(at.error());
  Type& kind = kinds_[at->column];
  if (kind != Type::nothing && kind != type) {
    return bad(fmt::format("column {} is used as {} here and as {} elsewhere", table_->columns[at->column],
                           name_of(type), name_of(kind)));
  }
  kind = type;
  return {};
}

Result<void> Binder::learn_call(const Node& node, Naming naming) {
  if (const auto pairwise = pairwise_of(node)) {
    if (const auto left = want(*pairwise->left, Type::list, naming); !left) return left;
    return want(*pairwise->right, Type::list, naming);
  }
  if (comparison_of(node.name) || node.name == "is") {
    const Type left = hint(node.parts[0], naming), right = hint(node.parts[1], naming);
    if (const auto wanted = want(node.parts[0], right, naming); !wanted) return wanted;
    return want(node.parts[1], left, naming);
  }
  if (gives_an_argument(node)) return want_each(node, hint(node, naming), naming);
  std::vector<Type> types;
  for (const Node& part : node.parts) {
    types.push_back(part.shape == Shape::text ? Type::text : hint(part, naming));
    if (types.back() != Type::nothing) continue;
    if (node.name == "-" && node.parts.size() == 2 && all_fields(part, naming, is_date_text))
      types.back() = Type::moment;
    if ((node.name == "[]" || node.name == "len" || node.name == "length") && part.shape == Shape::column)
      types.back() = all_fields(part, naming, is_list_text) ? Type::list : Type::text;
  }
  const Function* function = find_function(node.name, types);
  if (function == nullptr) function = any_function(node.name, node.parts.size());
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    const bool typed = function != nullptr && !function->parameters.empty();
    const Type type = typed ? function->parameters[std::min(i, function->parameters.size() - 1)] : Type::nothing;
    if (const auto learnt = want(node.parts[i], type, naming); !learnt) return learnt;
  }
  return {};
}

Result<void> Binder::learn(const Node& node, Naming naming) {
  if (node.shape == Shape::call) return learn_call(node, naming);
  if (node.shape == Shape::lambda) return {};
  if (node.shape == Shape::cases) return want_each(node, hint(node, naming), naming);
  if (node.shape == Shape::column) {
    const auto at = place_of(node, naming);
    if (!at) return std::unexpected(at.error());
    return {};
  }
  for (const Node& part : node.parts) {
    if (const auto learnt = learn(part, naming); !learnt) return learnt;
  }
  return {};
}

Result<std::vector<Expression>> Binder::bind_all(const std::vector<Node>& nodes, Naming naming) {
  std::vector<Expression> all;
  for (const Node& node : nodes) {
    auto bound = bind(node, naming);
    if (!bound) return std::unexpected(bound.error());
    all.push_back(std::move(*bound));
  }
  return all;
}

namespace {

std::uint8_t sides_of(const std::vector<Expression>& parts) {
  std::uint8_t sides = 0;
  for (const Expression& part : parts) sides = static_cast<std::uint8_t>(sides | part.sides);
  return sides;
}

Expression made(Operation operation, Type type, std::vector<Expression> parts) {
  Expression expression;
  expression.operation = operation;
  expression.type = type;
  expression.sides = sides_of(parts);
  expression.parts = std::move(parts);
  return expression;
}

Expression constant_of(Value value) {
  Expression expression;
  expression.type = value.type;
  expression.constant = std::move(value);
  return expression;
}

// A text that stands where a date is wanted is that date.
Result<void> as_moment(Expression& expression) {
  if (expression.operation != Operation::constant || expression.type != Type::text) return {};
  const auto read = timestamp_of_text(expression.constant.text);
  if (!read) return bad(fmt::format("'{}' stands where a date should stand", expression.constant.text));
  expression = constant_of(Value::of_moment(*read));
  return {};
}
Result<void> as_number(Expression& expression) {
  if (expression.operation != Operation::constant || expression.type != Type::text) return {};
  const auto read = number_of_text(expression.constant.text);
  if (!read) return bad(fmt::format("'{}' stands where a number should stand", expression.constant.text));
  expression = constant_of(Value::of_number(*read));
  return {};
}

// Makes the types of two sides that are compared the same, where DuckDB does.
Result<void> reconcile(Expression& left, Expression& right) {
  for (auto [one, other] : {std::pair(&left, &right), std::pair(&right, &left)}) {
    if (one->type == Type::moment) {
      if (const auto read = as_moment(*other); !read) return read;
    }
    if (one->type == Type::number) {
      if (const auto read = as_number(*other); !read) return read;
      if (other->type == Type::truth && other->operation == Operation::constant) other->type = Type::number;
    }
  }
  if (left.type == Type::nothing || right.type == Type::nothing || left.type == right.type) return {};
  return bad(fmt::format("{} is compared with {}", name_of(left.type), name_of(right.type)));
}

}  // namespace

Result<Expression> Binder::bind_compare(const Node& node, Comparison comparison, Naming naming) {
  auto parts = bind_all(node.parts, naming);
  if (!parts) return std::unexpected(parts.error());
  Expression& left = (*parts)[0];
  Expression& right = (*parts)[1];
  if (const auto same = reconcile(left, right); !same) return std::unexpected(same.error());
  // A decimal literal beside a number of 32 bits is made one too.
  const bool single = (left.single || right.single) && (left.single || left.operation == Operation::constant) &&
                      (right.single || right.operation == Operation::constant);
  Expression bound = made(node.name == "is" ? Operation::same : Operation::compare, Type::truth, std::move(*parts));
  bound.comparison = comparison;
  bound.single = single;
  return bound;
}

Result<void> Binder::attach_pattern(Expression& call) {
  const Expression& pattern = call.parts[call.function->pattern_at];
  if (pattern.operation != Operation::constant || pattern.type != Type::text)
    return bad(fmt::format("the pattern of {} must be a literal", call.function->name));
  auto& made_pattern = patterns_[pattern.constant.text];
  if (made_pattern == nullptr) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(8 << 20);
    auto compiled = std::make_unique<const re2::RE2>(pattern.constant.text, options);
    if (!compiled->ok())
      return bad(fmt::format("the pattern of {} cannot be read: {}", call.function->name, compiled->error()));
    made_pattern = std::move(compiled);
  }
  call.pattern = made_pattern.get();
  return {};
}

Result<Expression> Binder::bind_pairwise(const Node& node, Naming naming) {
  const Pairwise found = *pairwise_of(node);
  auto parts = bind_all({*found.left, *found.right}, naming);
  if (!parts) return std::unexpected(parts.error());
  if ((*parts)[0].type != Type::list || (*parts)[1].type != Type::list)
    return bad("a pairwise distance is taken of what is not a list");
  Expression bound = made(Operation::pairwise, Type::number, std::move(*parts));
  bound.measure = *any_function(found.measure->name, 2)->measure;
  bound.greatest = found.greatest;
  return bound;
}

Result<Expression> Binder::bind_list(const Node& node) {
  std::vector<std::string> items;
  for (const Node& part : node.parts) {
    if (part.shape != Shape::text && part.shape != Shape::number) return bad("a list holds more than literals");
    items.push_back(part.name);
  }
  return constant_of(Value::of_list(std::move(items)));
}

Result<Expression> Binder::bind_call(const Node& node, Naming naming) {
  if (pairwise_of(node)) return bind_pairwise(node, naming);
  if (node.name == "list") return bind_list(node);
  if (node.name == "is") return bind_compare(node, Comparison::equal, naming);
  if (const auto comparison = comparison_of(node.name)) return bind_compare(node, *comparison, naming);
  const bool logical = node.name == "and" || node.name == "or" || node.name == "not";
  const bool is_case = node.name == "if" && node.parts.size() == 3;
  if (is_case) {
    Node cases = node;
    cases.shape = Shape::cases;
    return bind_cases(cases, naming);
  }
  if (!logical && node.name != "is null" && any_function(node.name, node.parts.size()) == nullptr) {
    const bool known = any_function(node.name, 1) != nullptr || any_function(node.name, 2) != nullptr ||
                       any_function(node.name, 3) != nullptr;
    if (known) return bad(fmt::format("function {} is given {} arguments", node.name, node.parts.size()));
    return bad(fmt::format("function {}(…) is not one that wider reads", node.name));
  }
  auto parts = bind_all(node.parts, naming);
  if (!parts) return std::unexpected(parts.error());
  if (node.name == "is null") return made(Operation::is_null, Type::truth, std::move(*parts));
  if (logical) {
    for (const Expression& part : *parts) {
      if (part.type != Type::truth && part.type != Type::nothing)
        return bad(fmt::format("{} stands where true or false should stand", name_of(part.type)));
    }
    const Operation operation = node.name == "and"  ? Operation::both
                                : node.name == "or" ? Operation::either
                                                    : Operation::inverse;
    return made(operation, Type::truth, std::move(*parts));
  }
  std::vector<Type> types;
  for (const Expression& part : *parts) types.push_back(part.type);
  const Function* function = find_function(node.name, types);
  if (function == nullptr) {  // a text literal may stand for a date
    for (Expression& part : *parts) {
      if (part.operation == Operation::constant && part.type == Type::text && timestamp_of_text(part.constant.text)) {
        if (const auto read = as_moment(part); !read) return std::unexpected(read.error());
      }
    }
    types.clear();
    for (const Expression& part : *parts) types.push_back(part.type);
    function = find_function(node.name, types);
  }
  if (function == nullptr) {
    std::string given;
    for (const Type type : types) given += fmt::format("{}{}", given.empty() ? "" : ", ", name_of(type));
    return bad(fmt::format("function {} is not read for {}", node.name, given));
  }
  Expression bound = made(Operation::call, function->result, std::move(*parts));
  bound.function = function;
  if (bound.type == Type::nothing) {
    for (const Type type : types) {
      if (type == Type::nothing) continue;
      if (bound.type != Type::nothing && bound.type != type)
        return bad(fmt::format("function {} is given {} and {}", node.name, name_of(bound.type), name_of(type)));
      bound.type = type;
    }
  }
  if ((function->name == "try_strptime" || function->name == "strptime")) {
    const Expression& format = bound.parts[1];
    if (format.operation != Operation::constant)
      return bad(fmt::format("the format of {} must be a literal", node.name));
    if (!format_is_known(format.constant.text))
      return bad(fmt::format("the format '{}' of {} holds a letter that wider does not read", format.constant.text,
                             node.name));
  }
  if (function->pattern_at != no_pattern) {
    if (const auto attached = attach_pattern(bound); !attached) return std::unexpected(attached.error());
  }
  return bound;
}

Result<Expression> Binder::bind_cases(const Node& node, Naming naming) {
  auto parts = bind_all(node.parts, naming);
  if (!parts) return std::unexpected(parts.error());
  Type type = Type::nothing;
  bool single = false;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const Expression& part = (*parts)[i];
    const bool is_when = i % 2 == 0 && i + 1 < parts->size();
    if (is_when) {
      if (part.type != Type::truth && part.type != Type::nothing)
        return bad(fmt::format("{} stands after WHEN", name_of(part.type)));
      continue;
    }
    if (part.type == Type::nothing) continue;
    if (type != Type::nothing && type != part.type)
      return bad(fmt::format("CASE gives {} and {}", name_of(type), name_of(part.type)));
    type = part.type;
    single = single || part.single;
  }
  Expression bound = made(Operation::cases, type, std::move(*parts));
  bound.single = single;
  return bound;
}

Result<Expression> Binder::bind_cast(const Node& node, Naming naming) {
  const auto target = cast_target(node.name);
  if (!target) return bad(fmt::format("a cast to {} is not one that wider reads", node.name));
  auto inner = bind(node.parts[0], naming);
  if (!inner) return inner;
  const bool possible = inner->type == Type::nothing || inner->type == Type::text || inner->type == target->type ||
                        target->type == Type::text || (inner->type == Type::truth && target->type == Type::number) ||
                        (inner->type == Type::number && target->type == Type::truth);
  if (!possible || inner->type == Type::list)
    return bad(fmt::format("a cast of {} to {} is not one that wider reads", name_of(inner->type), node.name));
  std::vector<Expression> parts;
  parts.push_back(std::move(*inner));
  Expression bound = made(Operation::cast, target->type, std::move(parts));
  bound.whole = target->whole;
  bound.single = target->single;
  bound.date = target->date;
  bound.digits = target->digits;
  bound.tried = node.number != 0;
  return bound;
}

Result<Expression> Binder::bind(const Node& node, Naming naming) {
  switch (node.shape) {
    case Shape::null:
      return constant_of({});
    case Shape::text:
      return constant_of(Value::of_text(node.name));
    case Shape::number:
      return constant_of(Value::of_number(node.number));
    case Shape::truth:
      return constant_of(Value::of_truth(node.number != 0));
    case Shape::lambda:
      return bad("a lambda is read in the pairwise distances of Splink's own library alone");
    case Shape::cast:
      return bind_cast(node, naming);
    case Shape::cases:
      return bind_cases(node, naming);
    case Shape::call:
      return bind_call(node, naming);
    case Shape::column:
      break;
  }
  const auto at = place_of(node, naming);
  if (!at) return std::unexpected(at.error());
  Expression bound = bare(at->column);
  bound.sides = at->sides;
  bound.date = bound.type == Type::moment;
  return bound;
}

void collect_columns(const Node& node, Naming naming, std::vector<std::string>& names) {
  if (node.shape == Shape::column) {
    if (const auto found = named(node, naming)) names.push_back(found->name);
  }
  for (const Node& part : node.parts) collect_columns(part, naming, names);
}

}  // namespace wider::linkage::splink
