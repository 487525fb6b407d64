// Features: what a condition reads of one record, worked out once for each record and dictionary-encoded: a column, or
// an expression over columns such as substr(surname, 1, 3). Records are numbered in the order of their ids ("rank"), as
// Splink tells left from right.
// Invariants: code 0 is NULL; two codes of features of one type are equal where, and only where, the values are.
// Thread safety: add() and finish() change it, the rest does not.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "linkage/splink/bind.hpp"

namespace wider::linkage::splink {

using FeatureCode = std::uint32_t;

class Features {
 public:
  // order: by rank, the row of the table. The table is kept and its texts grow.
  Features(Table& table, const std::vector<Type>& kinds, std::vector<std::uint32_t> order);

  // The number of the feature that a one-sided expression is. malformed: a value that DuckDB would refuse.
  [[nodiscard]] Result<std::size_t> add(const Expression& expression);
  // Lays the codes of a record side by side, and readies the texts of the features in `measured` for measures. Nothing
  // is added afterwards.
  void finish(const std::vector<std::size_t>& measured);

  [[nodiscard]] std::size_t count() const { return types_.size(); }
  [[nodiscard]] std::size_t records() const { return order_.size(); }
  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }
  [[nodiscard]] Type type(std::size_t feature) const { return types_[feature]; }
  // By rank, before finish().
  [[nodiscard]] const std::vector<FeatureCode>& column(std::size_t feature) const { return columns_[feature]; }
  // The record's codes, by feature; after finish().
  [[nodiscard]] const FeatureCode* codes(std::size_t rank) const { return codes_.data() + rank * types_.size(); }

  [[nodiscard]] double number(FeatureCode code) const { return numbers_[code]; }
  [[nodiscard]] std::string_view text(FeatureCode code) const { return table_->texts.view(code); }
  // Codes of the list's items, ascending, each once; and all of them in their order.
  [[nodiscard]] const std::vector<FeatureCode>& items(FeatureCode code) const { return lists_[code].distinct; }
  [[nodiscard]] const std::vector<FeatureCode>& all_items(FeatureCode code) const { return lists_[code].all; }
  // One character a byte; only where bytes_fit().
  [[nodiscard]] bool bytes_fit() const { return alphabet_.fits(); }
  [[nodiscard]] std::string_view bytes(FeatureCode code) const {
    const ShortText& entry = short_texts_[code];
    if (entry.size <= sizeof(entry.bytes)) return {entry.bytes, entry.size};
    return long_texts_.at(code);
  }
  [[nodiscard]] Value value(std::size_t feature, FeatureCode code) const;

 private:
  // A text lies where its code points to, so that a comparison waits for memory once.
  struct ShortText {
    std::uint8_t size = 0;
    char bytes[31] = {};
  };
  struct List {
    std::vector<FeatureCode> distinct, all;
  };
  [[nodiscard]] FeatureCode code_of(const Value& value);
  [[nodiscard]] Result<std::vector<FeatureCode>> work_out(const Expression& expression);

  Table* table_;
  const std::vector<Type>* kinds_;
  std::vector<std::uint32_t> order_;
  std::map<std::string, std::size_t> by_key_;
  std::vector<Type> types_;
  std::vector<std::vector<FeatureCode>> columns_;
  std::vector<FeatureCode> codes_;
  std::vector<double> numbers_ = {0};
  std::unordered_map<std::uint64_t, FeatureCode> number_codes_;
  std::vector<List> lists_ = std::vector<List>(1);
  std::map<std::vector<FeatureCode>, FeatureCode> list_codes_;
  Alphabet alphabet_;
  std::vector<ShortText> short_texts_;
  std::unordered_map<FeatureCode, std::string> long_texts_;
};

}  // namespace wider::linkage::splink
