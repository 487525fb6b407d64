#include "intake/text_encoding.hpp"

#include <array>
#include <cstring>

namespace wider::intake {
namespace {

// 0x80 to 0x9F of Windows-1252 (WHATWG Encoding Standard, index windows-1252).
constexpr std::array<std::uint16_t, 32> windows_1252_upper = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

}  // namespace

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18);
    put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::uint32_t windows_1252_code_point(unsigned char byte) {
  return byte >= 0x80 && byte < 0xA0 ? windows_1252_upper[byte - 0x80U] : byte;
}

void append_windows_1252(std::string& out, std::string_view text) {
  for (const char c : text) append_utf8(out, windows_1252_code_point(static_cast<unsigned char>(c)));
}

Result<void> Utf8Source::look_at_mark() {
  std::string start;
  while (start.size() < 3) {
    std::array<char, 3> buffer{};
    const auto got = source_(std::span(buffer.data(), 3 - start.size()));
    if (!got) return std::unexpected(got.error());
    if (*got == 0) {
      ended_ = true;
      break;
    }
    start.append(buffer.data(), *got);
  }
  form_ = Form::bytes;
  if (start.starts_with("\xEF\xBB\xBF")) {
    start.erase(0, 3);
    marked_ = true;
  } else if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
    form_ = start[0] == '\xFF' ? Form::utf16_little : Form::utf16_big;
    odd_ = start.substr(2);
    start.clear();
    marked_ = true;
    if (ended_ && !odd_.empty())
      start.push_back(static_cast<char>(0xFF));  // half a character at the end: not UTF-8 either
  }
  ready_ = std::move(start);
  return {};
}

Result<void> Utf8Source::convert_more() {
  std::array<char, 16384> buffer{};
  const auto got = source_(buffer);
  if (!got) return std::unexpected(got.error());
  ready_.clear();
  ready_at_ = 0;
  odd_.append(buffer.data(), *got);
  if (*got == 0) {
    ended_ = true;
    if (high_ != 0) append_utf8(ready_, high_);
    if (!odd_.empty()) ready_ += '\xFF';
    return {};
  }
  std::size_t at = 0;
  for (; at + 2 <= odd_.size(); at += 2) {
    const auto first = static_cast<unsigned char>(odd_[at]);
    const auto second = static_cast<unsigned char>(odd_[at + 1]);
    const std::uint32_t unit = form_ == Form::utf16_little ? first | static_cast<std::uint32_t>(second) << 8
                                                           : second | static_cast<std::uint32_t>(first) << 8;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (high_ != 0 && low) {
      append_utf8(ready_, 0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00));
      high_ = 0;
      continue;
    }
    if (high_ != 0) append_utf8(ready_, high_);
    high_ = unit >= 0xD800 && unit < 0xDC00 ? unit : 0;
    if (high_ == 0) append_utf8(ready_, unit);
  }
  odd_.erase(0, at);
  return {};
}

Result<std::size_t> Utf8Source::read(std::span<char> buffer) {
  if (buffer.empty()) return 0;
  if (form_ == Form::unknown) {
    if (auto looked = look_at_mark(); !looked) return std::unexpected(looked.error());
  }
  while (ready_at_ == ready_.size()) {
    if (ended_) return 0;
    if (form_ == Form::bytes) return source_(buffer);
    if (auto converted = convert_more(); !converted) return std::unexpected(converted.error());
  }
  const std::size_t length = std::min(buffer.size(), ready_.size() - ready_at_);
  std::memcpy(buffer.data(), ready_.data() + ready_at_, length);
  ready_at_ += length;
  return length;
}

}  // namespace wider::intake
