#include "ledger/crypto.hpp"

#include <algorithm>
#include <mutex>

#include <sodium.h>

#include "base/check.hpp"

namespace wider::ledger {
namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(key_slot_size == 1 + nonce_size + 32 + tag_size);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

SecretKey derive(const SecretKey& master, std::uint64_t number) {
  SecretKey key;
  crypto_kdf_derive_from_key(key.bytes.data(), key.bytes.size(), number, "WiderHub", master.bytes.data());
  return key;
}

Digest keyed_hash(const SecretKey& key, std::initializer_list<std::string_view> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.bytes.data(), key.bytes.size(), 32);
  for (const std::string_view part : parts) crypto_generichash_update(&state, bytes_of(part), part.size());
  Digest digest;
  crypto_generichash_final(&state, digest.data(), digest.size());
  return digest;
}

}  // namespace

SecretKey::~SecretKey() {
  sodium_memzero(bytes.data(), bytes.size());
}

Result<void> start_crypto() {
  static const int started = sodium_init();
  if (started < 0)
    return failure(ErrorCode::unavailable,
                   "The cryptographic library could not start: is there a source of randomness?");
  return {};
}

void fill_random(void* bytes, std::size_t length) {
  if (length == 0) return;  // of nothing there may be no address either, and libsodium's may not be null
  // The kernel gives 256 bytes a call. More is drawn out of a seed of its own (ChaCha20), which is wiped at once.
  if (length <= 256) return randombytes_buf(bytes, length);
  SecretKey seed;
  static_assert(sizeof(seed.bytes) == randombytes_SEEDBYTES);
  randombytes_buf(seed.bytes.data(), seed.bytes.size());
  randombytes_buf_deterministic(bytes, length, seed.bytes.data());
}

void seal_body(std::string_view body, const std::uint8_t* key, std::string& out) {
  static constexpr std::array<std::uint8_t, nonce_size> nonce{};
  const std::size_t at = out.size();
  out.resize(at + body.size() + tag_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(out.data() + at), nullptr, bytes_of(body),
                                             body.size(), nullptr, 0, nullptr, nonce.data(), key);
}

std::size_t sealed_size(std::string_view body) {
  return body.size() + tag_size;
}

bool open_body(std::string_view ciphertext, const std::uint8_t* key, std::string& body) {
  static constexpr std::array<std::uint8_t, nonce_size> nonce{};
  if (ciphertext.size() < tag_size) return false;
  body.resize(ciphertext.size() - tag_size);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(body.data()), nullptr, nullptr,
                                                    bytes_of(ciphertext), ciphertext.size(), nullptr, 0, nonce.data(),
                                                    key) == 0;
}

Digest commitment_of(const std::uint8_t* key) {
  std::array<char, 64> message;  // 32 bytes of purpose, 32 of key
  constexpr std::string_view purpose = "wider ledger key commitment v1";
  static_assert(purpose.size() <= 32);
  message.fill(0);
  std::copy(purpose.begin(), purpose.end(), message.begin());
  std::copy_n(reinterpret_cast<const char*>(key), 32, message.begin() + 32);
  const Digest digest = sha256({message.data(), message.size()});
  sodium_memzero(message.data(), message.size());
  return digest;
}

void hide_header(char* bytes, const std::uint8_t* key) {
  // Another nonce than the body's zero: another stream of the same key.
  static constexpr std::array<std::uint8_t, crypto_stream_xchacha20_NONCEBYTES> nonce{1};
  auto* const at = reinterpret_cast<unsigned char*>(bytes);
  crypto_stream_xchacha20_xor(at, at, hidden_size, nonce.data(), key);
}

HubKeys::HubKeys(const Ring& ring)
    : wrap_key_(derive(ring.root, 1)),
      pack_key_(derive(ring.root, 2)),
      tombstone_key_(derive(ring.root, 3)),
      reference_key_(derive(ring.root, 4)),
      file_key_(derive(ring.root, 5)),
      identity_key_(derive(ring.root, 6)) {
  const SecretKey seed = derive(ring.root, 7);
  crypto_sign_seed_keypair(public_key_.data(), signing_key_.data(), seed.bytes.data());
  set_wrapping_keys(ring.keys);
}

void HubKeys::set_wrapping_keys(const std::vector<WrappingKey>& keys) {
  const std::unique_lock lock(mutex_);
  for (const WrappingKey& key : keys) {
    wrapping_[key.number] = key.key;
    std::uint32_t& latest = latest_[key.agency];
    latest = std::max(latest, key.number);
  }
}

void HubKeys::wrap(const std::uint8_t* key, const std::uint8_t* nonce, Agency controller, std::string_view row,
                   std::string& out) const {
  const std::shared_lock lock(mutex_);
  const auto latest = latest_.find(controller);
  const std::size_t slot = out.size();
  out.push_back(static_cast<char>(latest == latest_.end() ? KeyState::live : KeyState::live_of_ring));
  out.append(reinterpret_cast<const char*>(nonce), nonce_size);
  const SecretKey* with = &wrap_key_;
  if (latest != latest_.end()) {
    with = &wrapping_.at(latest->second);
    // The number of the wrapping key is the beginning of the nonce; the 20 bytes after it are random.
    for (unsigned i = 0; i < 4; ++i) out[slot + 1 + i] = static_cast<char>((latest->second >> (8 * i)) & 0xFF);
  }
  const std::size_t at = out.size();
  out.resize(at + 32 + tag_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(out.data() + at), nullptr, key, 32,
                                             bytes_of(row), row.size(), nullptr,
                                             bytes_of(std::string_view(out).substr(slot + 1)), with->bytes.data());
}

std::optional<KeyState> HubKeys::unwrap(std::string_view slot, std::string_view row, SecretKey& key) const {
  if (slot.size() != key_slot_size) return std::nullopt;
  if (slot[0] == static_cast<char>(KeyState::erased)) {
    // In the same time whatever differs: fuzzing learnt the tag of a row from how far a plain comparison went.
    const std::string right = erased_slot(row);
    return sodium_memcmp(slot.data(), right.data(), key_slot_size) == 0 ? std::optional(KeyState::erased) : std::nullopt;
  }
  const std::shared_lock lock(mutex_);
  const SecretKey* with = &wrap_key_;
  const unsigned char* nonce = bytes_of(slot.substr(1));
  if (slot[0] == static_cast<char>(KeyState::live_of_ring)) {
    std::uint32_t number = 0;
    for (unsigned i = 0; i < 4; ++i) number |= static_cast<std::uint32_t>(nonce[i]) << (8 * i);
    const auto found = wrapping_.find(number);
    if (found == wrapping_.end()) return std::nullopt;
    with = &found->second;
  } else if (slot[0] != static_cast<char>(KeyState::live)) {
    return std::nullopt;
  }
  const int wrong =
      crypto_aead_xchacha20poly1305_ietf_decrypt(key.bytes.data(), nullptr, nullptr, nonce + nonce_size, 32 + tag_size,
                                                 bytes_of(row), row.size(), nonce, with->bytes.data());
  return wrong == 0 ? std::optional(KeyState::live) : std::nullopt;
}

std::string HubKeys::erased_slot(std::string_view row) const {
  std::string slot(1, static_cast<char>(KeyState::erased));
  slot += view_of(keyed_hash(tombstone_key_, {row}));
  slot.resize(key_slot_size, '\0');
  return slot;
}

Digest HubKeys::pack_tag(const Pack& pack) const {
  std::string first;
  put_u64(first, pack.first);
  return keyed_hash(pack_key_, {first, view_of(pack.root), pack.rows});
}

Digest HubKeys::identity_tag(std::string_view identity) const {
  return keyed_hash(identity_key_, {identity});
}

Ref HubKeys::reference(std::string_view text) const {
  Ref ref;
  crypto_generichash(ref.data(), ref.size(), bytes_of(text), text.size(), reference_key_.bytes.data(),
                     reference_key_.bytes.size());
  return ref;
}

std::array<std::uint8_t, 64> HubKeys::sign(std::string_view message) const {
  std::array<std::uint8_t, 64> signature;
  crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(), signing_key_.data());
  return signature;
}

bool verify_signature(std::string_view message, const std::array<std::uint8_t, 64>& signature,
                      const std::array<std::uint8_t, 32>& public_key) {
  return crypto_sign_verify_detached(signature.data(), bytes_of(message), message.size(), public_key.data()) == 0;
}

}  // namespace wider::ledger
