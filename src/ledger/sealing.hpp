// Sealing: entries encrypted, hashed and committed to, before they have a place in the ledger. It is the part of an
// append that needs no turn, so it may be done in another thread while an earlier append is being written.
// Thread safety: one SealedEntries is made by one thread and then read by another; two may be made together.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/format.hpp"
#include "ledger/ledger.hpp"

namespace wider::ledger {

inline constexpr std::size_t secret_size = 32 + 24;  // an entry's key and the nonce it is wrapped with

struct SealedEntries final : Sealed {
  explicit SealedEntries(std::span<const NewEntry> entries);
  ~SealedEntries() override;
  [[nodiscard]] std::size_t count() const override { return headers.size(); }
  [[nodiscard]] const std::uint8_t* secret(std::size_t i) const { return secrets.data() + i * secret_size; }

  std::vector<Header> headers;  // without their sequence; received as it came with the entry
  std::string hidden;           // per entry: the hidden part of its header
  [[nodiscard]] std::string_view hidden_of(std::size_t i) const {
    return std::string_view(hidden).substr(i * hidden_size, hidden_size);
  }
  std::vector<std::uint8_t> secrets;  // per entry: key ‖ nonce; wiped at the end
  std::string arena;                  // ciphertexts, back to back
  std::vector<std::string_view> ciphertexts;
  std::vector<Digest> digests;
  std::vector<Digest> commitments;
  bool appended = false;
};

}  // namespace wider::ledger
