// The tagged encoding under records/encoding.hpp and records/protected.hpp: (tag, length, bytes) fields, LEB128
// numbers. A reader skips tags it does not know. Every read is checked: bad bytes end the reading, they never overrun.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wider {

class TaggedWriter {
 public:
  void text(std::uint8_t tag, std::string_view value) {
    if (value.empty()) return;
    out_ += static_cast<char>(tag);
    number_raw(value.size());
    out_ += value;
  }
  void number(std::uint8_t tag, std::uint64_t value) {
    if (value == 0) return;
    std::string bytes;
    bytes.swap(out_);
    number_raw(value);
    bytes.swap(out_);
    text(tag, bytes);
  }
  // Signed numbers, zigzag-coded so that small negatives are short.
  void signed_number(std::uint8_t tag, std::int64_t value) {
    number(tag, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void number_raw(std::uint64_t value) {
    while (value >= 0x80) {
      out_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    out_ += static_cast<char>(value);
  }
  std::string out_;
};

class TaggedReader {
 public:
  struct Field {
    std::uint8_t tag;
    std::string_view bytes;
    [[nodiscard]] std::string text() const { return std::string(bytes); }
    [[nodiscard]] std::uint64_t number() const {
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
        value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i]) & 0x7F) << (7 * i);
      }
      return value;
    }
    [[nodiscard]] std::int64_t signed_number() const {
      const std::uint64_t value = number();
      return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }
  };

  explicit TaggedReader(std::string_view bytes) : rest_(bytes) {}

  // The next field; nullopt at the end or at bytes that are not a field (then ok() is false).
  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const auto tag = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    std::uint64_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (rest_.empty() || shift > 35) return broken();
      const auto byte = static_cast<std::uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      length |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) break;
    }
    if (length > rest_.size()) return broken();
    const Field field{tag, rest_.substr(0, length)};
    rest_.remove_prefix(length);
    return field;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::optional<Field> broken() {
    ok_ = false;
    rest_ = {};
    return std::nullopt;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace wider
