// What the ledger asks of libsodium: the hub's key and the subkeys made of it, bodies under keys of their own, wrapped
// keys.
//
// Invariants
//  1. A body's key encrypts one message only, so its nonce is zero; a wrapped key has a random nonce of its own.
//  2. A wrapped key is bound to its whole row (header, digest of the ciphertext, key commitment), so nothing can be
//  swapped.
//  3. XChaCha20-Poly1305 does not commit to its key; the commitment in the row does.
// Thread safety: const members may be called together, and set_wrapping_keys beside them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ledger/format.hpp"

namespace wider::ledger {

// 32 secret bytes that are wiped when they go.
struct SecretKey {
  std::array<std::uint8_t, 32> bytes{};
  SecretKey() = default;
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();
};

// Before any other call; safe to repeat.
[[nodiscard]] Result<void> start_crypto();
void fill_random(void* bytes, std::size_t length);

// ciphertext = encrypted ‖ 16-byte tag, appended to out.
void seal_body(std::string_view body, const std::uint8_t* key, std::string& out);
[[nodiscard]] std::size_t sealed_size(std::string_view body);
[[nodiscard]] bool open_body(std::string_view ciphertext, const std::uint8_t* key, std::string& body);
[[nodiscard]] Digest commitment_of(const std::uint8_t* key);

// The 53 bytes of a header that say whom and what an entry is about, encrypted (or decrypted again) in place under the
// entry's own key; they are authenticated with the row.
void hide_header(char* bytes, const std::uint8_t* key);

struct WrappingKey {
  std::uint32_t number = 0;  // 1, 2, 3 …: the latest of an agency wraps what comes
  Agency agency = Agency::partnership;
  Instant made;
  SecretKey key;
};
// All secrets of a hub but its key, under which they are kept (key_ring.hpp).
struct Ring {
  SecretKey root;
  std::vector<WrappingKey> keys;  // none in a hub of format 1, which wraps with a key derived of the root
};

// The ring and what is derived of its root (crypto_kdf, context "WiderHub").
class HubKeys {
 public:
  explicit HubKeys(const Ring& ring);
  explicit HubKeys(const SecretKey& root) : HubKeys(Ring{root, {}}) {}

  // A live slot: state ‖ nonce ‖ wrapped key, for the row of an entry of that controller; the nonce is 24 random bytes.
  void wrap(const std::uint8_t* key, const std::uint8_t* nonce, Agency controller, std::string_view row,
            std::string& out) const;
  // From now on these wrap, and unwrap; all that were there before are among them.
  void set_wrapping_keys(const std::vector<WrappingKey>& keys);
  // The state and, when live, the key; nullopt when the slot is not what this hub wrote for this row.
  [[nodiscard]] std::optional<KeyState> unwrap(std::string_view slot, std::string_view row, SecretKey& key) const;
  [[nodiscard]] std::string erased_slot(std::string_view row) const;

  [[nodiscard]] Digest pack_tag(const Pack& pack) const;
  [[nodiscard]] Digest identity_tag(std::string_view identity) const;
  [[nodiscard]] Ref reference(std::string_view text) const;
  [[nodiscard]] std::array<std::uint8_t, 32> public_key() const { return public_key_; }
  [[nodiscard]] std::array<std::uint8_t, 64> sign(std::string_view message) const;
  [[nodiscard]] const SecretKey& file_key() const { return file_key_; }

 private:
  mutable std::shared_mutex mutex_;              // guards the two below
  std::map<std::uint32_t, SecretKey> wrapping_;  // by number
  std::map<Agency, std::uint32_t> latest_;
  SecretKey wrap_key_, pack_key_, tombstone_key_, reference_key_, file_key_, identity_key_;
  std::array<std::uint8_t, 64> signing_key_{};
  std::array<std::uint8_t, 32> public_key_{};
};

[[nodiscard]] bool verify_signature(std::string_view message, const std::array<std::uint8_t, 64>& signature,
                                    const std::array<std::uint8_t, 32>& public_key);

// The hub's key, and the file it came from ("" when it came with the environment).
struct HubKey {
  SecretKey key;
  std::filesystem::path file;
};
// The file that was chosen; else $WIDER_HUB_KEY (the key itself); else the file of key_file_of(). `make`: makes the
// file when it is not there.
[[nodiscard]] Result<HubKey> hub_key_of(const std::filesystem::path& folder, const std::filesystem::path& chosen,
                                        bool make);
// The hub's key file: options, else $WIDER_HUB_KEY_FILE, else "<folder>.key"; usage when it would lie inside the hub.
[[nodiscard]] Result<std::filesystem::path> key_file_of(const std::filesystem::path& folder,
                                                        const std::filesystem::path& chosen);
// A key file's text, and the key in one; nullopt when it is none.
[[nodiscard]] std::string key_text(const SecretKey& key);
[[nodiscard]] std::optional<SecretKey> parse_key_text(std::string_view text);
[[nodiscard]] Result<SecretKey> read_key_file(const std::filesystem::path& path);
// Makes the key when there is none (mode 0600, fsync'd); reads it when there is.
[[nodiscard]] Result<SecretKey> make_or_read_key_file(const std::filesystem::path& path);

}  // namespace wider::ledger
