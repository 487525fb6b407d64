#include "linkage/splink/functions.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "linkage/splink/moments.hpp"

namespace wider::linkage::splink {
namespace {

constexpr std::size_t any_count = 64;

void append(std::string& out, char32_t point) {
  if (point >= 0x110000) {  // a byte that was not UTF-8
    out += static_cast<char>(point - 0x110000);
    return;
  }
  icu::UnicodeString(static_cast<UChar32>(point)).toUTF8String(out);
}

std::string utf8(std::u32string_view points) {
  std::string out;
  for (const char32_t point : points) append(out, point);
  return out;
}

template <typename Change>
std::string each_character(std::string_view text, Change change) {
  std::string out;
  for (const char32_t point : code_points(text)) append(out, point < 0x110000 ? change(point) : point);
  return out;
}

// One character for one, as DuckDB's utf8proc: ß is the one letter whose capital ICU's simple mapping does not give.
char32_t upper_of(char32_t point) {
  return point == 0xDF ? 0x1E9E : static_cast<char32_t>(u_toupper(static_cast<UChar32>(point)));
}
char32_t lower_of(char32_t point) {
  return static_cast<char32_t>(u_tolower(static_cast<UChar32>(point)));
}

std::string without_accents(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(status);
  const icu::Normalizer2* compose = icu::Normalizer2::getNFCInstance(status);
  const auto source =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  const icu::UnicodeString apart = decompose->normalize(source, status);
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 point = apart.char32At(i);
    const std::int8_t kind = u_charType(point);
    if (kind != U_NON_SPACING_MARK && kind != U_ENCLOSING_MARK && kind != U_COMBINING_SPACING_MARK) kept.append(point);
  }
  std::string out;
  compose->normalize(kept, status).toUTF8String(out);
  return U_SUCCESS(status) != 0 ? out : std::string(text);
}

// Characters of the separator kind alone: DuckDB keeps tabs.
std::string trimmed(std::string_view text, bool front, bool back) {
  const std::u32string points = code_points(text);
  const auto blank = [](char32_t point) {
    return point < 0x110000 && u_charType(static_cast<UChar32>(point)) == U_SPACE_SEPARATOR;
  };
  std::size_t from = 0, to = points.size();
  while (front && from < to && blank(points[from])) ++from;
  while (back && to > from && blank(points[to - 1])) --to;
  return utf8(std::u32string_view(points).substr(from, to - from));
}

// A number that says a place or a count, which is whole and not beyond what a text can hold.
double place_of(double number) {
  if (std::isnan(number)) return 0;
  return std::clamp(std::nearbyint(number), -1e15, 1e15);
}

// substring(text, offset, length): offsets from 1, negative ones from the end; a negative length goes backwards.
std::string part_of(std::string_view text, double offset, std::optional<double> length) {
  offset = place_of(offset);
  if (length) length = place_of(*length);
  const std::u32string points = code_points(text);
  const auto size = static_cast<double>(points.size());
  double from = offset > 0 ? offset - 1 : offset < 0 ? std::max(size + offset, -1e18) : -1;
  double to = length ? from + *length : size;
  if (offset < 0 && from < 0 && !length) from = 0;
  if (length && *length < 0) std::swap(from, to);
  from = std::clamp(from, 0.0, size);
  to = std::clamp(to, from, size);
  return utf8(std::u32string_view(points).substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

std::string left_of(std::string_view text, double count) {
  count = place_of(count);
  const std::u32string points = code_points(text);
  const auto size = static_cast<double>(points.size());
  const double kept = std::clamp(count >= 0 ? count : size + count, 0.0, size);
  return utf8(std::u32string_view(points).substr(0, static_cast<std::size_t>(kept)));
}
std::string right_of(std::string_view text, double count) {
  count = place_of(count);
  const std::u32string points = code_points(text);
  const auto size = static_cast<double>(points.size());
  const double kept = std::clamp(count >= 0 ? count : size + count, 0.0, size);
  return utf8(std::u32string_view(points).substr(points.size() - static_cast<std::size_t>(kept)));
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  if (separator.empty()) {
    for (const char32_t point : code_points(text)) parts.push_back(utf8(std::u32string(1, point)));
    return parts;
  }
  while (true) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  if (what.empty()) return std::string(text);
  std::string out;
  while (true) {
    const std::size_t at = text.find(what);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += with;
    text.remove_prefix(at + what.size());
  }
}

Value group_of(const Arguments& arguments, double wanted) {
  wanted = place_of(wanted);
  const re2::RE2& pattern = *arguments.pattern;
  if (wanted < 0 || wanted > pattern.NumberOfCapturingGroups()) {
    if (wanted < 0 || wanted > 9) *arguments.trouble = "regexp_extract is asked for a group that cannot be";
    return Value::of_text("");
  }
  const auto group = static_cast<std::size_t>(wanted);
  std::vector<re2::StringPiece> found(group + 1);
  const std::string& text = arguments.values[0].text;
  if (!pattern.Match(text, 0, text.size(), re2::RE2::UNANCHORED, found.data(), static_cast<int>(found.size())))
    return Value::of_text("");
  return Value::of_text(std::string(found[group].data() == nullptr ? "" : found[group]));
}

// DuckDB's rounding of halves: away from zero.
double rounded(double value, double digits) {
  const double scale = std::pow(10, digits);
  const double result = std::round(value * scale) / scale;
  return std::isfinite(result) ? result : value;
}

template <Measure which>
Value measured(const Arguments& arguments) {
  const std::u32string left = code_points(arguments.values[0].text);
  const std::u32string right = code_points(arguments.values[1].text);
  if (!is_defined(which, left.size(), right.size())) {
    *arguments.trouble = which == Measure::hamming ? "hamming needs two texts of the same length"
                                                   : "jaccard needs texts that are not empty";
    return {};
  }
  return Value::of_number(measure_naive(which, left, right));
}

std::optional<std::vector<double>> numbers_of(const Value& list) {
  std::vector<double> numbers;
  for (const std::string& item : list.items) {
    const auto number = number_of_text(item);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

Value cosine(const Arguments& arguments) {
  const auto left = numbers_of(arguments.values[0]), right = numbers_of(arguments.values[1]);
  if (!left || !right || left->size() != right->size()) {
    *arguments.trouble = "a cosine similarity needs two lists of as many numbers";
    return {};
  }
  double both = 0, a = 0, b = 0;
  for (std::size_t i = 0; i < left->size(); ++i) {
    both += (*left)[i] * (*right)[i];
    a += (*left)[i] * (*left)[i];
    b += (*right)[i] * (*right)[i];
  }
  return Value::of_number(std::clamp(both / std::sqrt(a * b), -1.0, 1.0));
}

int compared(const Value& left, const Value& right) {
  return left.type == Type::text ? left.text.compare(right.text) : order(left.number, right.number);
}
template <int sign>
Value extreme(const Arguments& arguments) {
  const Value* best = nullptr;
  for (const Value& value : arguments.values) {
    if (!value.null() && (best == nullptr || compared(value, *best) * sign > 0)) best = &value;
  }
  return best == nullptr ? Value{} : *best;
}

Value first_given(const Arguments& arguments) {
  for (const Value& value : arguments.values) {
    if (!value.null()) return value;
  }
  return {};
}

Value joined(const Arguments& arguments) {
  std::string out;
  for (const Value& value : arguments.values) out += value.text;
  return Value::of_text(std::move(out));
}

Value null_if(const Arguments& arguments) {
  const Value& value = arguments.values[0];
  const Value& other = arguments.values[1];
  if (value.null() || other.null()) return value;
  return compared(value, other) == 0 ? Value{} : value;
}

// With one argument less than it takes: a number that was left out.
std::optional<double> number_at(const Arguments& arguments, std::size_t at) {
  if (at >= arguments.values.size()) return std::nullopt;
  return arguments.values[at].number;
}

const std::string& text_at(const Arguments& arguments, std::size_t at) {
  return arguments.values[at].text;
}
double plain_number(const Arguments& arguments, std::size_t at) {
  return arguments.values[at].number;
}

using A = const Arguments&;

std::vector<Function> text_functions() {
  constexpr Type text = Type::text, number = Type::number, truth = Type::truth;
  std::vector<Function> all = {
      {"lower", {text}, 1, 1, text, [](A a) { return Value::of_text(each_character(text_at(a, 0), lower_of)); }},
      {"upper", {text}, 1, 1, text, [](A a) { return Value::of_text(each_character(text_at(a, 0), upper_of)); }},
      {"trim", {text}, 1, 1, text, [](A a) { return Value::of_text(trimmed(text_at(a, 0), true, true)); }},
      {"ltrim", {text}, 1, 1, text, [](A a) { return Value::of_text(trimmed(text_at(a, 0), true, false)); }},
      {"rtrim", {text}, 1, 1, text, [](A a) { return Value::of_text(trimmed(text_at(a, 0), false, true)); }},
      {"strip_accents", {text}, 1, 1, text, [](A a) { return Value::of_text(without_accents(text_at(a, 0))); }},
      {"substring",
       {text, number, number},
       2,
       3,
       text,
       [](A a) { return Value::of_text(part_of(text_at(a, 0), plain_number(a, 1), number_at(a, 2))); }},
      {"left",
       {text, number},
       2,
       2,
       text,
       [](A a) { return Value::of_text(left_of(text_at(a, 0), plain_number(a, 1))); }},
      {"right",
       {text, number},
       2,
       2,
       text,
       [](A a) { return Value::of_text(right_of(text_at(a, 0), plain_number(a, 1))); }},
      {"replace",
       {text, text, text},
       3,
       3,
       text,
       [](A a) { return Value::of_text(replaced(text_at(a, 0), text_at(a, 1), text_at(a, 2))); }},
      {"split_part",
       {text, text, number},
       3,
       3,
       text,
       [](A a) {
         const Value part = item_at(Value::of_list(split(text_at(a, 0), text_at(a, 1))), plain_number(a, 2));
         return part.null() ? Value::of_text("") : part;
       }},
      {"string_split",
       {text, text},
       2,
       2,
       Type::list,
       [](A a) { return Value::of_list(split(text_at(a, 0), text_at(a, 1))); }},
      {"||", {text, text}, 2, 2, text, joined},
      {"length",
       {text},
       1,
       1,
       number,
       [](A a) { return Value::of_number(static_cast<double>(code_points(text_at(a, 0)).size())); }},
      {"strlen", {text}, 1, 1, number, [](A a) { return Value::of_number(static_cast<double>(text_at(a, 0).size())); }},
      {"starts_with",
       {text, text},
       2,
       2,
       truth,
       [](A a) { return Value::of_truth(text_at(a, 0).starts_with(text_at(a, 1))); }},
      {"ends_with",
       {text, text},
       2,
       2,
       truth,
       [](A a) { return Value::of_truth(text_at(a, 0).ends_with(text_at(a, 1))); }},
      {"contains",
       {text, text},
       2,
       2,
       truth,
       [](A a) { return Value::of_truth(text_at(a, 0).find(text_at(a, 1)) != std::string::npos); }},
      {"like",
       {text, text},
       2,
       2,
       truth,
       [](A a) { return Value::of_truth(is_like(text_at(a, 0), text_at(a, 1), false)); }},
      {"ilike",
       {text, text},
       2,
       2,
       truth,
       [](A a) { return Value::of_truth(is_like(text_at(a, 0), text_at(a, 1), true)); }},
  };
  Function concat{"concat", {text}, 1, any_count, text, joined};
  concat.strict = false;
  all.push_back(concat);
  const auto with_pattern = [&](std::string_view name, std::vector<Type> parameters, std::size_t least, Type result,
                                Value (*apply)(A)) {
    Function function{name, std::move(parameters), least, 0, result, apply};
    function.most = function.parameters.size();
    function.pattern_at = 1;
    all.push_back(function);
  };
  with_pattern("regexp_extract", {text, text, number}, 2, text,
               [](A a) { return group_of(a, number_at(a, 2).value_or(0)); });
  with_pattern("regexp_matches", {text, text}, 2, truth,
               [](A a) { return Value::of_truth(re2::RE2::PartialMatch(text_at(a, 0), *a.pattern)); });
  with_pattern("regexp_full_match", {text, text}, 2, truth,
               [](A a) { return Value::of_truth(re2::RE2::FullMatch(text_at(a, 0), *a.pattern)); });
  with_pattern("regexp_replace", {text, text, text, text}, 3, text, [](A a) {
    std::string out = text_at(a, 0);
    if (a.values.size() == 4 && text_at(a, 3) != "g") {
      *a.trouble = "regexp_replace is read with the option 'g' or without options";
      return Value{};
    }
    if (a.values.size() == 4) {
      re2::RE2::GlobalReplace(&out, *a.pattern, text_at(a, 2));
    } else {
      re2::RE2::Replace(&out, *a.pattern, text_at(a, 2));
    }
    return Value::of_text(std::move(out));
  });
  const auto with_measure = [&](std::string_view name, Measure which, Value (*apply)(A)) {
    Function function{name, {text, text}, 2, 2, number, apply};
    function.measure = which;
    all.push_back(function);
  };
  with_measure("levenshtein", Measure::levenshtein, measured<Measure::levenshtein>);
  with_measure("damerau_levenshtein", Measure::damerau_levenshtein, measured<Measure::damerau_levenshtein>);
  with_measure("jaro_similarity", Measure::jaro, measured<Measure::jaro>);
  with_measure("jaro_winkler_similarity", Measure::jaro_winkler, measured<Measure::jaro_winkler>);
  with_measure("jaccard", Measure::jaccard, measured<Measure::jaccard>);
  with_measure("hamming", Measure::hamming, measured<Measure::hamming>);
  return all;
}

template <double (*function)(double)>
Function of_one(std::string_view name) {
  Function made{name, {Type::number}, 1,
                1,    Type::number,   [](A a) { return Value::of_number(function(plain_number(a, 0))); }};
  made.unary = function;
  return made;
}

double to_radians(double degrees) {
  return degrees * (std::numbers::pi / 180);
}
double to_degrees(double radians) {
  return radians * (180 / std::numbers::pi);
}
double negative_of(double value) {
  return -value;
}
double sign_of(double value) {
  return value > 0 ? 1 : value < 0 ? -1 : 0;
}

std::vector<Function> number_functions() {
  constexpr Type number = Type::number;
  std::vector<Function> all = {
      {"+",
       {number, number},
       2,
       2,
       number,
       [](A a) { return Value::of_number(plain_number(a, 0) + plain_number(a, 1)); }},
      {"-",
       {number, number},
       2,
       2,
       number,
       [](A a) { return Value::of_number(plain_number(a, 0) - plain_number(a, 1)); }},
      {"*",
       {number, number},
       2,
       2,
       number,
       [](A a) { return Value::of_number(plain_number(a, 0) * plain_number(a, 1)); }},
      {"/",
       {number, number},
       2,
       2,
       number,
       [](A a) { return Value::of_number(plain_number(a, 0) / plain_number(a, 1)); }},
      {"%",
       {number, number},
       2,
       2,
       number,
       [](A a) {
         if (plain_number(a, 1) == 0) *a.trouble = "a number is divided by zero";
         return Value::of_number(std::fmod(plain_number(a, 0), plain_number(a, 1)));
       }},
      {"pow",
       {number, number},
       2,
       2,
       number,
       [](A a) { return Value::of_number(std::pow(plain_number(a, 0), plain_number(a, 1))); }},
      {"atan2",
       {number, number},
       2,
       2,
       number,
       [](A a) { return Value::of_number(std::atan2(plain_number(a, 0), plain_number(a, 1))); }},
      {"round",
       {number, number},
       1,
       2,
       number,
       [](A a) { return Value::of_number(rounded(plain_number(a, 0), number_at(a, 1).value_or(0))); }},
      {"pi", {number}, 0, 0, number, [](A) { return Value::of_number(std::numbers::pi); }},
      of_one<negative_of>("negative"),
      of_one<std::fabs>("abs"),
      of_one<std::floor>("floor"),
      of_one<std::ceil>("ceil"),
      of_one<std::sqrt>("sqrt"),
      of_one<std::exp>("exp"),
      of_one<std::log>("ln"),
      of_one<std::log10>("log"),
      of_one<std::log2>("log2"),
      of_one<std::sin>("sin"),
      of_one<std::cos>("cos"),
      of_one<std::tan>("tan"),
      of_one<std::asin>("asin"),
      of_one<std::acos>("acos"),
      of_one<std::atan>("atan"),
      of_one<to_radians>("radians"),
      of_one<to_degrees>("degrees"),
      of_one<sign_of>("sign"),
  };
  return all;
}

template <std::int64_t (*part)(const MomentParts&)>
Value part_of_moment(A a) {
  return Value::of_number(static_cast<double>(part(parts_of(plain_number(a, 0)))));
}
std::int64_t year_of(const MomentParts& parts) {
  return parts.year;
}
std::int64_t month_of(const MomentParts& parts) {
  return parts.month;
}
std::int64_t day_of(const MomentParts& parts) {
  return parts.day;
}

template <double (*between)(std::string_view, double, double)>
Value between_moments(A a) {
  if (!part_is_known(text_at(a, 0))) {
    *a.trouble = fmt::format("the part '{}' of a date is not one that wider reads", text_at(a, 0));
    return {};
  }
  return Value::of_number(between(text_at(a, 0), plain_number(a, 1), plain_number(a, 2)));
}

std::vector<Function> moment_functions() {
  constexpr Type text = Type::text, number = Type::number, moment = Type::moment;
  std::vector<Function> all = {
      {"epoch", {moment}, 1, 1, number, [](A a) { return Value::of_number(plain_number(a, 0)); }},
      {"year", {moment}, 1, 1, number, part_of_moment<year_of>},
      {"month", {moment}, 1, 1, number, part_of_moment<month_of>},
      {"day", {moment}, 1, 1, number, part_of_moment<day_of>},
      {"date_diff", {text, moment, moment}, 3, 3, number, between_moments<boundaries_between>},
      {"date_sub", {text, moment, moment}, 3, 3, number, between_moments<whole_between>},
      {"-",
       {moment, moment},
       2,
       2,
       number,
       [](A a) { return Value::of_number((plain_number(a, 0) - plain_number(a, 1)) / 86400); }},
      {"try_strptime",
       {text, text},
       2,
       2,
       moment,
       [](A a) {
         const auto read = strptime(text_at(a, 0), text_at(a, 1));
         return read ? Value::of_moment(*read) : Value{};
       }},
      {"strptime",
       {text, text},
       2,
       2,
       moment,
       [](A a) {
         const auto read = strptime(text_at(a, 0), text_at(a, 1));
         if (!read) *a.trouble = "a text does not follow strptime's format; use try_strptime";
         return read ? Value::of_moment(*read) : Value{};
       }},
  };
  return all;
}

std::vector<Function> list_functions() {
  constexpr Type text = Type::text, number = Type::number, list = Type::list, truth = Type::truth;
  std::vector<Function> all = {
      {"array_length",
       {list},
       1,
       1,
       number,
       [](A a) { return Value::of_number(static_cast<double>(a.values[0].items.size())); }},
      {"length",
       {list},
       1,
       1,
       number,
       [](A a) { return Value::of_number(static_cast<double>(a.values[0].items.size())); }},
      {"list_intersect",
       {list, list},
       2,
       2,
       list,
       [](A a) { return Value::of_list(in_both(a.values[0].items, a.values[1].items)); }},
      {"list_has_any",
       {list, list},
       2,
       2,
       truth,
       [](A a) { return Value::of_truth(!in_both(a.values[0].items, a.values[1].items).empty()); }},
      {"list_distinct",
       {list},
       1,
       1,
       list,
       [](A a) { return Value::of_list(in_both(a.values[0].items, a.values[0].items)); }},
      {"list_contains",
       {list, text},
       2,
       2,
       truth,
       [](A a) {
         const auto& items = a.values[0].items;
         return Value::of_truth(std::find(items.begin(), items.end(), text_at(a, 1)) != items.end());
       }},
      {"[]", {list, number}, 2, 2, text, [](A a) { return item_at(a.values[0], plain_number(a, 1)); }},
      {"[]", {text, number}, 2, 2, text, [](A a) { return item_at(a.values[0], plain_number(a, 1)); }},
      {"list_cosine_similarity", {list, list}, 2, 2, number, cosine},
  };
  return all;
}

const std::vector<Function>& all_functions() {
  static const std::vector<Function> all = [] {
    std::vector<Function> made = text_functions();
    for (auto more : {number_functions(), moment_functions(), list_functions()})
      made.insert(made.end(), more.begin(), more.end());
    constexpr Type any = Type::nothing;
    for (Function function :
         {Function{"coalesce", {any}, 1, any_count, any, first_given},
          Function{"nullif", {any, any}, 2, 2, any, null_if}, Function{"least", {any}, 1, any_count, any, extreme<-1>},
          Function{"greatest", {any}, 1, any_count, any, extreme<1>}}) {
      function.strict = false;
      made.push_back(function);
    }
    return made;
  }();
  return all;
}

std::string_view plain_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> others[] = {
      {"lcase", "lower"},
      {"ucase", "upper"},
      {"substr", "substring"},
      {"mid", "substring"},
      {"len", "length"},
      {"char_length", "length"},
      {"prefix", "starts_with"},
      {"suffix", "ends_with"},
      {"editdist3", "levenshtein"},
      {"mismatches", "hamming"},
      {"power", "pow"},
      {"^", "pow"},
      {"log10", "log"},
      {"ceiling", "ceil"},
      {"ifnull", "coalesce"},
      {"datediff", "date_diff"},
      {"datesub", "date_sub"},
      {"str_split", "string_split"},
      {"split", "string_split"},
      {"string_to_array", "string_split"},
      {"array_intersect", "list_intersect"},
      {"array_has_any", "list_has_any"},
      {"array_distinct", "list_distinct"},
      {"array_contains", "list_contains"},
      {"list_has", "list_contains"},
      {"array_has", "list_contains"},
      {"array_cosine_similarity", "list_cosine_similarity"}};
  for (const auto& [other, plain] : others) {
    if (name == other) return plain;
  }
  return name;
}

}  // namespace

const Function* find_function(std::string_view name, std::span<const Type> types) {
  name = plain_name(name);
  for (const Function& function : all_functions()) {
    if (function.name != name || types.size() < function.least || types.size() > function.most) continue;
    bool fits = true;
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Type wanted = function.parameters[std::min(i, function.parameters.size() - 1)];
      fits = fits && (wanted == Type::nothing || types[i] == Type::nothing || types[i] == wanted);
    }
    if (fits) return &function;
  }
  return nullptr;
}

const Function* any_function(std::string_view name, std::size_t count) {
  name = plain_name(name);
  for (const Function& function : all_functions()) {
    if (function.name == name && count >= function.least && count <= function.most) return &function;
  }
  return nullptr;
}

bool is_like(std::string_view text, std::string_view pattern, bool any_case) {
  std::u32string given = code_points(text), wanted = code_points(pattern);
  if (any_case) {
    for (std::u32string* points : {&given, &wanted}) {
      for (char32_t& point : *points) point = point < 0x110000 ? lower_of(point) : point;
    }
  }
  // The usual matching with one star to come back to.
  std::size_t at = 0, in_pattern = 0, star = std::u32string::npos, kept = 0;
  while (at < given.size()) {
    if (in_pattern < wanted.size() && wanted[in_pattern] == U'%') {
      star = in_pattern++;
      kept = at;
    } else if (in_pattern < wanted.size() && (wanted[in_pattern] == U'_' || wanted[in_pattern] == given[at])) {
      ++in_pattern;
      ++at;
    } else if (star != std::u32string::npos) {
      in_pattern = star + 1;
      at = ++kept;
    } else {
      return false;
    }
  }
  while (in_pattern < wanted.size() && wanted[in_pattern] == U'%') ++in_pattern;
  return in_pattern == wanted.size();
}

Value item_at(const Value& list, double index) {
  index = place_of(index);
  if (list.type == Type::text) {
    const double from = index < 0 ? static_cast<double>(code_points(list.text).size()) + index + 1 : index;
    return Value::of_text(from < 1 ? "" : part_of(list.text, from, 1));
  }
  const auto size = static_cast<double>(list.items.size());
  const double place = index > 0 ? index - 1 : size + index;
  if (index == 0 || !(place >= 0 && place < size)) return {};
  return Value::of_text(list.items[static_cast<std::size_t>(place)]);
}

std::vector<std::string> in_both(const std::vector<std::string>& left, const std::vector<std::string>& right) {
  std::vector<std::string> both;
  for (const std::string& item : left) {
    if (std::find(right.begin(), right.end(), item) != right.end() &&
        std::find(both.begin(), both.end(), item) == both.end())
      both.push_back(item);
  }
  return both;
}

std::optional<double> number_of_text(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.starts_with('+')) return std::nullopt;
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::vector<std::string>> list_of_text(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> items;
  const auto skip = [&] {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  };
  skip();
  while (!text.empty()) {
    std::string item;
    if (text.front() == '\'' || text.front() == '"') {
      const char quote = text.front();
      const std::size_t end = text.find(quote, 1);
      if (end == std::string_view::npos) return std::nullopt;
      item = text.substr(1, end - 1);
      text.remove_prefix(end + 1);
      skip();
      if (!text.empty() && text.front() != ',') return std::nullopt;
      items.push_back(std::move(item));
    } else {
      const std::size_t end = text.find(',');
      std::string_view plain = text.substr(0, end);
      while (plain.ends_with(' ')) plain.remove_suffix(1);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end);
      if (plain != "NULL" && plain != "None") items.emplace_back(plain);
    }
    if (text.empty()) break;
    text.remove_prefix(1);
    skip();
    if (text.empty()) return std::nullopt;
  }
  return items;
}

}  // namespace wider::linkage::splink
