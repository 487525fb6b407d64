// The bytes of the ledger (docs/formats/ledger.md): an entry's header, its row, its leaf, and a pack of rows.
//
// A row is header ‖ SHA-256(ciphertext) ‖ key commitment. A leaf of the proof is SHA-256(0x00 ‖ row).
// A header's first 17 bytes (version, sequence, received) are plain; the rest says whom and what the entry is about,
// and is encrypted under the entry's key from version 2 on, so that it goes with the body when the key is erased. A key
// slot is one state byte and 72 bytes: nonce ‖ wrapped key when live, a tag that proves the erasure when erased.
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

inline constexpr int ledger_format = 2;  // 1: no key ring, plain headers
inline constexpr std::size_t header_size = 70;
inline constexpr std::size_t hidden_from = 17;  // of a header
inline constexpr std::size_t hidden_size = header_size - hidden_from;
inline constexpr std::size_t row_size = header_size + 2 * std::size_t{32};
inline constexpr std::size_t key_slot_size = 73;
inline constexpr std::size_t pack_entries = 64;  // at most so many rows lie in one pack
inline constexpr unsigned chunk_level = 8;       // subtrees of 2^8 leaves have their hash stored
inline constexpr std::uint64_t chunk_entries = std::uint64_t{1} << chunk_level;

// live: wrapped with the key derived of the root (format 1); live_of_ring: with the key of the ring that its nonce
// names.
enum class KeyState : std::uint8_t { live = 1, erased = 2, live_of_ring = 3 };

void put_u16(std::string& out, std::uint16_t value);
void put_u64(std::string& out, std::uint64_t value);
[[nodiscard]] std::uint16_t get_u16(std::string_view bytes);
[[nodiscard]] std::uint64_t get_u64(std::string_view bytes);
[[nodiscard]] std::string_view view_of(const Digest& digest);
[[nodiscard]] Digest digest_of(std::string_view bytes);  // exactly 32 bytes

// Version 2; `hidden` is the part that hide_header() hid.
void encode_header(std::uint64_t sequence, Instant received, std::string_view hidden, std::string& out);
[[nodiscard]] std::string hidden_part(const Header& header);  // plain: to be hidden
// Version 1, as a hub of format 1 wrote it: for tests, and for fuzzing.
void encode_plain_header(const Header& header, std::string& out);
// corrupt: not a header of a known version. Of version 2 only sequence and received; the rest is as of an erased entry.
[[nodiscard]] Result<Header> decode_header(std::string_view bytes);
// The whole header, with the entry's key.
[[nodiscard]] Result<Header> open_header(std::string_view bytes, const std::uint8_t* key);

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
