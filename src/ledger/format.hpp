// The bytes of the ledger (docs/formats/ledger.md): an entry's header, its row, its leaf, and a pack of rows.
//
// A row is header ‖ SHA-256(ciphertext) ‖ key commitment. A leaf of the proof is SHA-256(0x00 ‖ row).
// A key slot is one state byte and 72 bytes: nonce ‖ wrapped key when live, a tag that proves the erasure when erased.
// Integers are little-endian. Never change a stored form: add a version.
// Thread safety: pure functions and values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.hpp"
#include "ledger/proof.hpp"

namespace wider::ledger {

inline constexpr std::size_t header_size = 70;
inline constexpr std::size_t row_size = header_size + 2 * std::size_t{32};
inline constexpr std::size_t key_slot_size = 73;
inline constexpr std::size_t pack_entries = 64;  // at most so many rows lie in one pack
inline constexpr unsigned chunk_level = 8;       // subtrees of 2^8 leaves have their hash stored
inline constexpr std::uint64_t chunk_entries = std::uint64_t{1} << chunk_level;

enum class KeyState : std::uint8_t { live = 1, erased = 2 };

void put_u16(std::string& out, std::uint16_t value);
void put_u64(std::string& out, std::uint64_t value);
[[nodiscard]] std::uint16_t get_u16(std::string_view bytes);
[[nodiscard]] std::uint64_t get_u64(std::string_view bytes);
[[nodiscard]] std::string_view view_of(const Digest& digest);
[[nodiscard]] Digest digest_of(std::string_view bytes);  // exactly 32 bytes

void encode_header(const Header& header, std::string& out);
[[nodiscard]] Result<Header> decode_header(std::string_view bytes);  // corrupt: not a header of a known version

struct Row {
  std::string_view bytes;  // row_size bytes, kept by somebody else
  [[nodiscard]] std::string_view header() const { return bytes.substr(0, header_size); }
  [[nodiscard]] Digest ciphertext_digest() const { return digest_of(bytes.substr(header_size, 32)); }
  [[nodiscard]] Digest commitment() const { return digest_of(bytes.substr(header_size + 32, 32)); }
};

// Up to pack_entries consecutive rows, with the root of the tree after the last of them, authenticated under the hub's
// key.
struct Pack {
  std::uint64_t first = 0;
  std::string rows;  // count * row_size
  Digest root{};     // of the tree of the entries 1 … last()
  Digest tag{};      // keyed BLAKE2b of first, root and rows
  [[nodiscard]] std::uint64_t count() const { return rows.size() / row_size; }
  [[nodiscard]] std::uint64_t last() const { return first + count() - 1; }
  [[nodiscard]] Row row(std::uint64_t sequence) const {
    return Row{std::string_view(rows).substr((sequence - first) * row_size, row_size)};
  }
};

}  // namespace wider::ledger
