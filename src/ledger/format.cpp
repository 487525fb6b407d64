#include "ledger/format.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "ledger/crypto.hpp"

namespace wider::ledger {
namespace {

constexpr std::uint8_t plain_version = 1;
constexpr std::uint8_t header_version = 2;

void put_ref(std::string& out, const Ref& ref) {
  out.append(reinterpret_cast<const char*>(ref.data()), ref.size());
}

Ref get_ref(std::string_view bytes) {
  Ref ref;
  std::copy_n(bytes.begin(), ref.size(), ref.begin());
  return ref;
}

void put_head(std::uint8_t version, std::uint64_t sequence, Instant received, std::string& out) {
  out.push_back(static_cast<char>(version));
  put_u64(out, sequence);
  put_u64(out, static_cast<std::uint64_t>(received.microseconds));
}

void take_hidden(std::string_view bytes, Header& header) {
  header.kind = static_cast<EntryKind>(get_u16(bytes));
  header.reference = get_ref(bytes.substr(2));
  header.actor = get_ref(bytes.substr(18));
  header.purpose = get_ref(bytes.substr(34));
  header.controller = static_cast<Agency>(bytes[50]);
  header.regime = static_cast<Regime>(bytes[51]);
  header.gateway = static_cast<Gateway>(bytes[52]);
}

}  // namespace

void put_u16(std::string& out, std::uint16_t value) {
  out.push_back(static_cast<char>(value & 0xFF));
  out.push_back(static_cast<char>(value >> 8));
}

void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>((value >> shift) & 0xFF));
}

std::uint16_t get_u16(std::string_view bytes) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[0]) | (static_cast<std::uint8_t>(bytes[1]) << 8));
}

std::uint64_t get_u64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = (value << 8) | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::string_view view_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

Digest digest_of(std::string_view bytes) {
  CHECK(bytes.size() == 32);
  Digest digest;
  std::copy_n(bytes.begin(), digest.size(), digest.begin());
  return digest;
}

std::string hidden_part(const Header& header) {
  std::string out;
  put_u16(out, static_cast<std::uint16_t>(header.kind));
  put_ref(out, header.reference);
  put_ref(out, header.actor);
  put_ref(out, header.purpose);
  out.push_back(static_cast<char>(header.controller));
  out.push_back(static_cast<char>(header.regime));
  out.push_back(static_cast<char>(header.gateway));
  CHECK(out.size() == hidden_size);
  return out;
}

void encode_header(std::uint64_t sequence, Instant received, std::string_view hidden, std::string& out) {
  CHECK(hidden.size() == hidden_size);
  put_head(header_version, sequence, received, out);
  out += hidden;
}

void encode_plain_header(const Header& header, std::string& out) {
  put_head(plain_version, header.sequence, header.received, out);
  out += hidden_part(header);
}

Result<Header> decode_header(std::string_view bytes) {
  const std::uint8_t version = bytes.size() == header_size ? static_cast<std::uint8_t>(bytes[0]) : std::uint8_t{0};
  if (version != plain_version && version != header_version)
    return failure(ErrorCode::corrupt,
                   "The ledger holds a header that this version cannot read: use the newer program, or restore "
                   "ledger.db from a backup.");
  Header header;
  header.sequence = get_u64(bytes.substr(1));
  header.received = Instant{static_cast<std::int64_t>(get_u64(bytes.substr(9)))};
  header.kind = EntryKind::erased;
  if (version == plain_version) take_hidden(bytes.substr(hidden_from), header);
  return header;
}

Result<Header> open_header(std::string_view bytes, const std::uint8_t* key) {
  auto header = decode_header(bytes);
  if (!header || static_cast<std::uint8_t>(bytes[0]) == plain_version) return header;
  std::array<char, hidden_size> hidden;
  std::copy_n(bytes.begin() + hidden_from, hidden_size, hidden.begin());
  hide_header(hidden.data(), key);
  take_hidden({hidden.data(), hidden.size()}, *header);
  return header;
}

}  // namespace wider::ledger
