#include "ledger/key_ring.hpp"

#include <algorithm>

#include <sodium.h>

namespace wider::ledger {
namespace {

constexpr std::string_view magic = "WIDERRING1";
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t one_size = 8 + 1 + 8 + 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view view_of(const SecretKey& key) {
  return {reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()};
}

SecretKey key_of(std::string_view bytes) {
  SecretKey key;
  std::copy_n(bytes.begin(), key.bytes.size(), key.bytes.begin());
  return key;
}

// The hub's key itself seals nothing: a subkey of it does.
SecretKey sealing_key(const SecretKey& hub_key) {
  SecretKey key;
  crypto_kdf_derive_from_key(key.bytes.data(), key.bytes.size(), 1, "WiderRng", hub_key.bytes.data());
  return key;
}

}  // namespace

Ring make_ring(const std::optional<SecretKey>& root, Instant now) {
  Ring ring;
  if (root)
    ring.root = *root;
  else
    fill_random(ring.root.bytes.data(), ring.root.bytes.size());
  add_wrapping_keys(ring, std::nullopt, now);
  return ring;
}

void add_wrapping_keys(Ring& ring, std::optional<Agency> agency, Instant now) {
  std::uint32_t number = 0;
  for (const WrappingKey& key : ring.keys) number = std::max(number, key.number);
  for (std::size_t a = 0; a < agency_count; ++a) {
    if (agency && *agency != static_cast<Agency>(a)) continue;
    WrappingKey key{++number, static_cast<Agency>(a), now, {}};
    fill_random(key.key.bytes.data(), key.key.bytes.size());
    ring.keys.push_back(key);
  }
}

std::string seal_ring(const Ring& ring, const SecretKey& hub_key, std::string_view identity) {
  std::string plain(view_of(ring.root));
  put_u64(plain, ring.keys.size());
  for (const WrappingKey& key : ring.keys) {
    put_u64(plain, key.number);
    plain.push_back(static_cast<char>(key.agency));
    put_u64(plain, static_cast<std::uint64_t>(key.made.microseconds));
    plain += view_of(key.key);
  }
  std::string sealed(magic);
  sealed.resize(magic.size() + nonce_size + plain.size() + tag_size);
  auto* const nonce = reinterpret_cast<unsigned char*>(sealed.data() + magic.size());
  fill_random(nonce, nonce_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_size, nullptr, bytes_of(plain), plain.size(),
                                             bytes_of(identity), identity.size(), nullptr, nonce,
                                             sealing_key(hub_key).bytes.data());
  sodium_memzero(plain.data(), plain.size());
  return sealed;
}

std::optional<Ring> open_ring(std::string_view sealed, const SecretKey& hub_key, std::string_view identity) {
  if (!sealed.starts_with(magic) || sealed.size() < magic.size() + nonce_size + 32 + 8 + tag_size) return std::nullopt;
  const unsigned char* const nonce = bytes_of(sealed.substr(magic.size()));
  const std::size_t length = sealed.size() - magic.size() - nonce_size;
  std::string plain(length - tag_size, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
                                                 nonce + nonce_size, length, bytes_of(identity), identity.size(), nonce,
                                                 sealing_key(hub_key).bytes.data()) != 0)
    return std::nullopt;
  std::string_view rest = plain;
  Ring ring;
  ring.root = key_of(rest);
  const std::uint64_t count = get_u64(rest.substr(32));
  rest.remove_prefix(40);
  const bool whole = count <= rest.size() && rest.size() == count * one_size;
  for (std::uint64_t i = 0; whole && i < count; ++i) {
    WrappingKey key;
    key.number = static_cast<std::uint32_t>(get_u64(rest));
    key.agency = static_cast<Agency>(rest[8]);
    key.made = Instant{static_cast<std::int64_t>(get_u64(rest.substr(9)))};
    key.key = key_of(rest.substr(17));
    ring.keys.push_back(key);
    rest.remove_prefix(one_size);
  }
  sodium_memzero(plain.data(), plain.size());
  return whole ? std::optional(std::move(ring)) : std::nullopt;
}

}  // namespace wider::ledger
