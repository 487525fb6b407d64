// A key that signs ID tokens, as a provider has one: for tests, which make tokens of every kind of wrong with it.
// Thread safety: values.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace wider::oidc::testing {

class SigningKey {
 public:
  static SigningKey rsa(std::string name, unsigned bits = 2048);
  static SigningKey p256(std::string name);
  SigningKey(SigningKey&&) noexcept;
  ~SigningKey();

  [[nodiscard]] nlohmann::json jwk() const;  // the public half
  [[nodiscard]] std::string sign(std::string_view message) const;
  // The header gets this key's "alg" and "kid" where it does not say its own.
  [[nodiscard]] std::string token(const nlohmann::json& claims, nlohmann::json header = nlohmann::json::object()) const;

 private:
  struct Key;
  explicit SigningKey(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

[[nodiscard]] std::string key_set(std::initializer_list<const SigningKey*> keys);
// "HEADER.CLAIMS.SIGNATURE" of any three.
[[nodiscard]] std::string token_of(std::string_view header, std::string_view claims, std::string_view signature);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view message);

}  // namespace wider::oidc::testing
