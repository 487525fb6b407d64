// What is needed of JOSE to believe an ID token, and no more: keys of a JWK Set (RFC 7517) and signatures RS256 and
// ES256 (RFC 7518), by OpenSSL. There is no HMAC and no "none" here, so that neither can be asked for: a key is only
// ever used with the one algorithm of its kind. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wider::oidc {

// Without padding (RFC 7515); nullopt: any other character, or bits that stand for nothing.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);
[[nodiscard]] std::string base64url_encode(std::string_view bytes);

enum class Algorithm : std::uint8_t { rs256, es256 };
[[nodiscard]] std::optional<Algorithm> algorithm_named(std::string_view name);

inline constexpr std::size_t most_key_set_bytes = std::size_t{256} * 1024;

// The keys of a set that sign ID tokens; others (for encryption, of another kind, too weak) are left out.
class KeySet {
 public:
  struct Key;
  // nullopt: it is no JWK Set, or holds more than 100 keys.
  static std::optional<KeySet> parse(std::string_view json);
  KeySet(KeySet&&) noexcept;
  KeySet& operator=(KeySet&&) noexcept;
  ~KeySet();

  // The key of that name for that algorithm; without a name the only key for it. Null: there is none.
  [[nodiscard]] const Key* find(Algorithm algorithm, std::string_view name) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] static bool verify(const Key& key, std::string_view message, std::string_view signature);

 private:
  KeySet();
  std::vector<std::unique_ptr<Key>> keys_;
};

[[nodiscard]] std::string sha256(std::string_view text);  // 32 bytes

}  // namespace wider::oidc
