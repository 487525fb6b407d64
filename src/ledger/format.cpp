#include "ledger/format.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace wider::ledger {
namespace {

constexpr std::uint8_t header_version = 1;

void put_ref(std::string& out, const Ref& ref) {
  out.append(reinterpret_cast<const char*>(ref.data()), ref.size());
}

Ref get_ref(std::string_view bytes) {
  Ref ref;
  std::copy_n(bytes.begin(), ref.size(), ref.begin());
  return ref;
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

void encode_header(const Header& header, std::string& out) {
  const std::size_t before = out.size();
  out.push_back(static_cast<char>(header_version));
  put_u64(out, header.sequence);
  put_u64(out, static_cast<std::uint64_t>(header.received.microseconds));
  put_u16(out, static_cast<std::uint16_t>(header.kind));
  put_ref(out, header.reference);
  put_ref(out, header.actor);
  put_ref(out, header.purpose);
  out.push_back(static_cast<char>(header.controller));
  out.push_back(static_cast<char>(header.regime));
  out.push_back(static_cast<char>(header.gateway));
  CHECK(out.size() - before == header_size);
}

Result<Header> decode_header(std::string_view bytes) {
  if (bytes.size() != header_size || static_cast<std::uint8_t>(bytes[0]) != header_version)
    return failure(ErrorCode::corrupt,
                   "The ledger holds a header that this version cannot read: restore ledger.db from a backup.");
  Header header;
  header.sequence = get_u64(bytes.substr(1));
  header.received = Instant{static_cast<std::int64_t>(get_u64(bytes.substr(9)))};
  header.kind = static_cast<EntryKind>(get_u16(bytes.substr(17)));
  header.reference = get_ref(bytes.substr(19));
  header.actor = get_ref(bytes.substr(35));
  header.purpose = get_ref(bytes.substr(51));
  header.controller = static_cast<Agency>(bytes[67]);
  header.regime = static_cast<Regime>(bytes[68]);
  header.gateway = static_cast<Gateway>(bytes[69]);
  return header;
}

}  // namespace wider::ledger
