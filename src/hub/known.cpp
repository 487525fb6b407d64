#include "hub/known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace wider::hub {
namespace {

using ledger::EntryKind;

std::uint64_t half(const ledger::Ref& reference, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, reference.data() + offset, sizeof(value));
  return value;
}

}  // namespace

Result<Known> Known::of(ledger::Ledger& ledger) {
  Known known;
  known.latest_.reserve(ledger.size());
  const auto read = ledger.read_headers(1, ledger.size(), [&](const ledger::Header& header) {
    const bool of_a_row = header.kind == EntryKind::record || header.kind == EntryKind::protected_record ||
                          header.kind == EntryKind::held_back;
    if (of_a_row) (void)known.learn(header.reference);
    if (header.kind == EntryKind::submission) known.add_file(header.reference);
    if (header.kind == EntryKind::held_back_settled) known.add_settled(header.reference);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return known;
}

ledger::Ref Known::reference(const ledger::Ledger& ledger, std::string_view name, std::string_view content) {
  const ledger::Ref name_hash = ledger.keyed_reference(name);
  const ledger::Ref content_hash = ledger.keyed_reference(content);
  ledger::Ref reference;
  std::copy_n(name_hash.begin(), 8, reference.begin());
  std::copy_n(content_hash.begin(), 8, reference.begin() + 8);
  return reference;
}

ledger::Ref Known::settled_reference(const ledger::Ledger& ledger, std::uint64_t held_back_entry) {
  return ledger.keyed_reference(fmt::format("settled|{}", held_back_entry));
}

bool Known::learn(const ledger::Ref& reference) {
  const std::uint64_t content = half(reference, 8);
  const auto [at, is_new] = latest_.try_emplace(half(reference, 0), content);
  if (is_new) return true;
  if (at->second == content) return false;
  at->second = content;
  return true;
}

}  // namespace wider::hub
