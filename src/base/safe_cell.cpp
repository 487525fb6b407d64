#include "base/safe_cell.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "base/utf8.hpp"

namespace wider {
namespace {

// One character of valid UTF-8 and its length in bytes.
std::pair<std::uint32_t, std::size_t> character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xe0) return {(first & 0x1fU) << 6U | (byte(1) & 0x3fU), 2};
  if (first < 0xf0) return {(first & 0x0fU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU), 3};
  return {(first & 0x07U) << 18U | (byte(1) & 0x3fU) << 12U | (byte(2) & 0x3fU) << 6U | (byte(3) & 0x3fU), 4};
}

// Unicode's control, format, private-use and filler characters, and variation selectors and tags.
bool unseen(std::uint32_t c) {
  return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x34f ||
         (c >= 0x600 && c <= 0x605) || c == 0x61c || c == 0x6dd || c == 0x70f || c == 0x115f || c == 0x1160 ||
         c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180e) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0x2800 || c == 0x3164 ||
         (c >= 0xe000 && c <= 0xf8ff) || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
         (c >= 0xfff0 && c <= 0xfffb) || (c >= 0x1d173 && c <= 0x1d17a) || c >= 0xe0000;
}

bool blank(std::uint32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

bool starts_a_formula(std::uint32_t c) {
  return c == '=' || c == '+' || c == '-' || c == '@' || c == 0xff1d || c == 0xff0b || c == 0xff0d || c == 0xff20 ||
         c == 0x2212;
}

}  // namespace

std::string safe_cell(std::string_view text) {
  std::string out;
  bool at_start = true;
  bool formula = !text.empty() && (text.front() == '\t' || text.front() == '\r' || text.front() == '\n');
  while (!text.empty()) {
    if (valid_utf8_length(text.substr(0, 4)) == 0) {
      out += fmt::format("[{:04X}]", static_cast<unsigned>(static_cast<unsigned char>(text.front())));
      text.remove_prefix(1);
      at_start = false;
      continue;
    }
    const auto [c, length] = character_at(text);
    if (at_start && !blank(c) && !unseen(c)) {
      formula = formula || starts_a_formula(c);
      at_start = false;
    }
    if (unseen(c)) {
      out += fmt::format("[U+{:04X}]", c);
    } else {
      if (c == '"') out += '"';
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return (formula ? "\"'" : "\"") + out + "\"";
}

}  // namespace wider
