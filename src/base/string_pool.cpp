#include "base/string_pool.hpp"

#include "base/check.hpp"
#include "base/hash.hpp"

namespace wider {

StringPool::StringPool() : starts_{0}, slots_(64, 0) {
  intern("");
}

std::size_t StringPool::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_bytes(text) & mask;
  while (slots_[slot] != 0 && view(slots_[slot] - 1) != text) slot = (slot + 1) & mask;
  return slot;
}

StringPool::Code StringPool::intern(std::string_view text) {
  const std::size_t slot = slot_of(text);
  if (slots_[slot] != 0) return slots_[slot] - 1;
  const Code code = size();
  CHECK(code < UINT32_MAX - 1);
  bytes_ += text;
  starts_.push_back(bytes_.size());
  slots_[slot] = code + 1;
  if (static_cast<std::size_t>(size()) * 2 > slots_.size()) grow();
  return code;
}

std::optional<StringPool::Code> StringPool::find(std::string_view text) const {
  const std::uint32_t found = slots_[slot_of(text)];
  if (found == 0) return std::nullopt;
  return found - 1;
}

void StringPool::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (Code code = 0; code < size(); ++code) slots_[slot_of(view(code))] = code + 1;
}

StringPool StringPool::from_blocks(std::string bytes, std::vector<std::uint64_t> starts) {
  CHECK(starts.size() >= 2 && starts.front() == 0 && starts.back() == bytes.size());
  StringPool pool;
  pool.bytes_ = std::move(bytes);
  pool.starts_ = std::move(starts);
  std::size_t wanted = 64;
  while (wanted < static_cast<std::size_t>(pool.size()) * 2 + 2) wanted *= 2;
  pool.slots_.assign(wanted, 0);
  for (Code code = 0; code < pool.size(); ++code) pool.slots_[pool.slot_of(pool.view(code))] = code + 1;
  return pool;
}

}  // namespace wider
