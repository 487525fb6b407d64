// StringPool: every distinct string once, named by a 32-bit code; comparing codes compares strings. Code 0 is "".
// The bytes lie in one arena, so that a pool is written to and read from a snapshot in two blocks. Hashes are kept: 8
// bytes a string, so that growing and merging pools never read the texts again. Thread safety: const members may be
// called together; intern may not. Views are good until the next intern.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"

namespace wider {

class StringPool {
 public:
  using Code = std::uint32_t;

  StringPool();
  // The code of the text, made when it is new.
  Code intern(std::string_view text) { return intern(text, hash_bytes(text)); }
  // The same when the caller has hash_bytes(text) already.
  Code intern(std::string_view text, std::uint64_t hash);
  // Makes room for so many strings in all, as long as those that there are, so that none has to wait for it.
  void reserve(std::size_t strings);
  // Brings the place of a hash near, for an intern that soon follows.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }
  void prefetch_hash(Code code) const { __builtin_prefetch(&hashes_[code]); }
  // The code of the text when it is there.
  [[nodiscard]] std::optional<Code> find(std::string_view text) const;
  [[nodiscard]] std::string_view view(Code code) const {
    return std::string_view(bytes_).substr(starts_[code], starts_[code + 1] - starts_[code]);
  }
  [[nodiscard]] std::uint64_t hash(Code code) const { return hashes_[code]; }  // hash_bytes(view(code))
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(starts_.size() - 1); }

  // For snapshots: the two blocks, and a pool made of them again.
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<std::uint64_t>& starts() const { return starts_; }
  static StringPool from_blocks(std::string bytes, std::vector<std::uint64_t> starts);

 private:
  void grow();
  // A slot holds the high half of the hash and, below it, code + 1; 0 is free.
  static std::uint64_t slot_with(std::uint64_t hash, Code code) { return (hash >> 32 << 32) | (code + 1U); }
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint64_t hash) const;

  std::string bytes_;
  std::vector<std::uint64_t> starts_;  // size() + 1 offsets into bytes_
  std::vector<std::uint64_t> hashes_;  // by code
  std::vector<std::uint64_t> slots_;   // open addressing by the low bits of the hash; a power of two
};

}  // namespace wider
