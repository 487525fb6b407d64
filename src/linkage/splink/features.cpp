#include "linkage/splink/features.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "base/check.hpp"

namespace wider::linkage::splink {
namespace {

void collect(const Expression& expression, std::vector<std::size_t>& columns) {
  if (expression.operation == Operation::column) columns.push_back(expression.column);
  for (const Expression& part : expression.parts) collect(part, columns);
}

}  // namespace

Features::Features(Table& table, const std::vector<Type>& kinds, std::vector<std::uint32_t> order)
    : table_(&table), kinds_(&kinds), order_(std::move(order)) {
  CHECK(order_.size() == table.rows());
}

FeatureCode Features::code_of(const Value& value) {
  switch (value.type) {
    case Type::nothing:
      return 0;
    case Type::truth:
      return value.number != 0 ? 2 : 1;
    case Type::text: {
      // The empty text is code 0 of the pool, and NULL here; a text that an expression makes empty is kept apart.
      return table_->texts.intern(value.text.empty() ? std::string_view("\0", 1) : std::string_view(value.text));
    }
    case Type::number:
    case Type::moment: {
      double number = value.number == 0 ? 0 : value.number;
      if (std::isnan(number)) number = std::numeric_limits<double>::quiet_NaN();
      const auto [found, fresh] =
          number_codes_.try_emplace(std::bit_cast<std::uint64_t>(number), static_cast<FeatureCode>(numbers_.size()));
      if (fresh) numbers_.push_back(number);
      return found->second;
    }
    case Type::list: {
      List list;
      for (const std::string& item : value.items) list.all.push_back(code_of(Value::of_text(item)));
      const auto [found, fresh] = list_codes_.try_emplace(list.all, static_cast<FeatureCode>(lists_.size()));
      if (fresh) {
        list.distinct = list.all;
        std::sort(list.distinct.begin(), list.distinct.end());
        list.distinct.erase(std::unique(list.distinct.begin(), list.distinct.end()), list.distinct.end());
        lists_.push_back(std::move(list));
      }
      return found->second;
    }
  }
  return 0;
}

Result<std::vector<FeatureCode>> Features::work_out(const Expression& expression) {
  std::vector<FeatureCode> codes(order_.size());
  if (expression.operation == Operation::column && expression.type == Type::text) {
    const auto& cells = table_->cells[expression.column];
    for (std::size_t rank = 0; rank < order_.size(); ++rank) codes[rank] = cells[order_[rank]];
    return codes;
  }
  std::vector<std::size_t> columns;
  collect(expression, columns);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  std::string trouble;
  // Over one column, each distinct value once.
  const bool over_one = columns.size() == 1;
  constexpr FeatureCode not_yet = UINT32_MAX;
  std::vector<FeatureCode> of_value(over_one ? table_->texts.size() : 0, not_yet);
  for (std::size_t rank = 0; rank < order_.size(); ++rank) {
    const std::uint32_t row = order_[rank];
    FeatureCode* known = over_one ? &of_value[table_->cells[columns[0]][row]] : nullptr;
    if (known != nullptr && *known != not_yet) {
      codes[rank] = *known;
      continue;
    }
    codes[rank] = code_of(evaluate(expression, {table_, kinds_, row, row}, trouble));
    if (!trouble.empty()) {
      std::string names;
      for (const std::size_t column : columns)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", table_->columns[column]);
      return failure(ErrorCode::malformed, fmt::format("column {}, record {} of file {}: {}", names, row + 1,
                                                       table_->source[row] + 1, trouble));
    }
    if (known != nullptr) *known = codes[rank];
  }
  return codes;
}

Result<std::size_t> Features::add(const Expression& expression) {
  CHECK(codes_.empty());
  CHECK(expression.sides == 1 || expression.sides == 2);
  const auto [found, fresh] = by_key_.try_emplace(key_of(expression), types_.size());
  if (!fresh) return found->second;
  auto codes = work_out(expression);
  if (!codes) {
    by_key_.erase(found);
    return std::unexpected(codes.error());
  }
  types_.push_back(expression.type);
  columns_.push_back(std::move(*codes));
  return found->second;
}

void Features::finish(const std::vector<std::size_t>& measured) {
  std::vector<bool> wanted(table_->texts.size(), false);
  for (const std::size_t feature : measured) {
    for (const FeatureCode code : columns_[feature]) {
      if (types_[feature] == Type::text) wanted[code] = true;
      if (types_[feature] == Type::list) {
        for (const FeatureCode item : lists_[code].all) wanted[item] = true;
      }
    }
  }
  for (FeatureCode code = 1; code < wanted.size(); ++code) {
    if (wanted[code]) alphabet_.add(text(code));
  }
  if (alphabet_.fits() && !measured.empty()) {
    short_texts_.resize(wanted.size());
    for (FeatureCode code = 1; code < wanted.size(); ++code) {
      if (!wanted[code]) continue;
      std::string encoded = text(code) == std::string_view("\0", 1) ? "" : alphabet_.encode(text(code));
      ShortText& entry = short_texts_[code];
      entry.size = static_cast<std::uint8_t>(std::min<std::size_t>(encoded.size(), 255));
      if (encoded.size() <= sizeof(entry.bytes)) {
        std::memcpy(entry.bytes, encoded.data(), encoded.size());
      } else {
        long_texts_.emplace(code, std::move(encoded));
      }
    }
  }
  const std::size_t width = types_.size();
  codes_.resize(order_.size() * width);
  for (std::size_t feature = 0; feature < width; ++feature) {
    for (std::size_t rank = 0; rank < order_.size(); ++rank) codes_[rank * width + feature] = columns_[feature][rank];
  }
  columns_.clear();
}

Value Features::value(std::size_t feature, FeatureCode code) const {
  if (code == 0) return {};
  switch (types_[feature]) {
    case Type::truth:
      return Value::of_truth(code == 2);
    case Type::number:
      return Value::of_number(numbers_[code]);
    case Type::moment:
      return Value::of_moment(numbers_[code]);
    case Type::list: {
      std::vector<std::string> items;
      for (const FeatureCode item : lists_[code].all) items.emplace_back(text(item));
      return Value::of_list(std::move(items));
    }
    case Type::nothing:
    case Type::text:
      break;
  }
  return Value::of_text(text(code) == std::string_view("\0", 1) ? "" : std::string(text(code)));
}

}  // namespace wider::linkage::splink
