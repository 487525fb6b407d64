#include "base/string_pool.hpp"

#include "base/check.hpp"
namespace wider {

StringPool::StringPool() : starts_{0}, slots_(64, 0) {
  intern("");
}

std::size_t StringPool::slot_of(std::string_view text, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    if (slots_[slot] >> 32 == hash >> 32 && view(static_cast<Code>(slots_[slot]) - 1) == text) return slot;
    slot = (slot + 1) & mask;
  }
  return slot;
}

StringPool::Code StringPool::intern(std::string_view text, std::uint64_t hash) {
  const std::size_t slot = slot_of(text, hash);
  if (slots_[slot] != 0) return static_cast<Code>(slots_[slot]) - 1;
  const Code code = size();
  CHECK(code < UINT32_MAX - 1);
  bytes_ += text;
  starts_.push_back(bytes_.size());
  hashes_.push_back(hash);
  slots_[slot] = slot_with(hash, code);
  if (static_cast<std::size_t>(size()) * 2 > slots_.size()) grow();
  return code;
}

void StringPool::reserve(std::size_t strings) {
  starts_.reserve(strings + 1);
  hashes_.reserve(strings);
  bytes_.reserve(bytes_.size() / size() * strings + strings);
  std::size_t wanted = slots_.size();
  while (wanted < strings * 2 + 2) wanted *= 2;
  if (wanted == slots_.size()) return;
  slots_.resize(wanted / 2);
  grow();
}

std::optional<StringPool::Code> StringPool::find(std::string_view text) const {
  const std::uint64_t found = slots_[slot_of(text, hash_bytes(text))];
  if (found == 0) return std::nullopt;
  return static_cast<Code>(found) - 1;
}

void StringPool::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const std::size_t mask = slots_.size() - 1;
  for (Code code = 0; code < size(); ++code) {
    std::size_t slot = hashes_[code] & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = slot_with(hashes_[code], code);
  }
}

StringPool StringPool::from_blocks(std::string bytes, std::vector<std::uint64_t> starts) {
  CHECK(starts.size() >= 2 && starts.front() == 0 && starts.back() == bytes.size());
  StringPool pool;
  pool.bytes_ = std::move(bytes);
  pool.starts_ = std::move(starts);
  pool.hashes_.resize(pool.size());
  for (Code code = 0; code < pool.size(); ++code) pool.hashes_[code] = hash_bytes(pool.view(code));
  std::size_t wanted = 64;
  while (wanted < static_cast<std::size_t>(pool.size()) * 2 + 2) wanted *= 2;
  pool.slots_.resize(wanted / 2);
  pool.grow();
  return pool;
}

}  // namespace wider
