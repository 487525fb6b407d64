// The encodings agencies' files come in, read as UTF-8: UTF-8 itself, UTF-16 with a byte order mark, Windows-1252.
// Thread safety: pure functions; a Utf8Source is used by one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "intake/intake.hpp"

namespace wider::intake {

enum class Encoding : std::uint8_t { automatic, utf_8, windows_1252 };

// Appends one code point (below 0x110000). A surrogate gives three bytes that valid_utf8 refuses: see Utf8Source.
void append_utf8(std::string& out, std::uint32_t code_point);
// The code point of a Windows-1252 byte, by the WHATWG table: five bytes without a character stay control characters.
[[nodiscard]] std::uint32_t windows_1252_code_point(unsigned char byte);
// Appends Windows-1252 text as UTF-8.
void append_windows_1252(std::string& out, std::string_view text);

// A stream with its byte order mark taken off and, where the mark says UTF-16, turned into UTF-8. A surrogate without
// its half becomes bytes that are not UTF-8, so that the row it stands in is held back and not changed unseen.
class Utf8Source {
 public:
  explicit Utf8Source(ByteSource source) : source_(std::move(source)) {}
  Result<std::size_t> read(std::span<char> buffer);
  // Known once something has been read: a mark promises UTF-8 (or UTF-16), so that no other encoding is tried.
  [[nodiscard]] bool marked() const { return marked_; }

 private:
  enum class Form : std::uint8_t { unknown, bytes, utf16_little, utf16_big };

  Result<void> look_at_mark();
  Result<void> convert_more();

  ByteSource source_;
  std::string ready_;  // bytes to hand out, from ready_at_
  std::size_t ready_at_ = 0;
  std::string odd_;         // a byte of UTF-16 waiting for its other half
  std::uint32_t high_ = 0;  // a high surrogate waiting for its low one; 0 is none
  Form form_ = Form::unknown;
  bool marked_ = false;
  bool ended_ = false;
};

}  // namespace wider::intake
