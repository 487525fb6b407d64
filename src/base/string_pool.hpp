// StringPool: every distinct string once, named by a 32-bit code; comparing codes compares strings. Code 0 is "".
// The bytes lie in one arena, so that a pool is written to and read from a snapshot in two blocks.
// Thread safety: const members may be called together; intern may not. Views are good until the next intern.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wider {

class StringPool {
 public:
  using Code = std::uint32_t;

  StringPool();
  // The code of the text, made when it is new.
  Code intern(std::string_view text);
  // The code of the text when it is there.
  [[nodiscard]] std::optional<Code> find(std::string_view text) const;
  [[nodiscard]] std::string_view view(Code code) const {
    return std::string_view(bytes_).substr(starts_[code], starts_[code + 1] - starts_[code]);
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(starts_.size() - 1); }

  // For snapshots: the two blocks, and a pool made of them again.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<std::uint64_t>& starts() const { return starts_; }
  static StringPool from_blocks(std::string bytes, std::vector<std::uint64_t> starts);

 private:
  void grow();
  [[nodiscard]] std::size_t slot_of(std::string_view text) const;

  std::string bytes_;
  std::vector<std::uint64_t> starts_;  // size() + 1 offsets into bytes_
  std::vector<std::uint32_t> slots_;   // open addressing; code + 1, or 0 when free; a power of two
};

}  // namespace wider
