#include "oidc/testing/signing_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <array>

#include "base/check.hpp"
#include "oidc/jose.hpp"

namespace wider::oidc::testing {
namespace {

using nlohmann::json;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string number_of(const EVP_PKEY* key, const char* name, int length) {
  BIGNUM* number = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  if (length == 0) length = BN_num_bytes(number);
  std::string bytes(static_cast<std::size_t>(length), '\0');
  CHECK(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), length) == length);
  BN_free(number);
  return base64url_encode(bytes);
}

}  // namespace

struct SigningKey::Key {
  std::string name;
  bool rsa = true;
  EVP_PKEY* key = nullptr;
  ~Key() { EVP_PKEY_free(key); }
};

SigningKey::SigningKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::rsa(std::string name, unsigned bits) {
  EVP_PKEY* key = EVP_RSA_gen(bits);
  CHECK(key != nullptr);
  return SigningKey(std::unique_ptr<Key>(new Key{std::move(name), true, key}));
}

SigningKey SigningKey::p256(std::string name) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  CHECK(key != nullptr);
  return SigningKey(std::unique_ptr<Key>(new Key{std::move(name), false, key}));
}

json SigningKey::jwk() const {
  json jwk = {{"use", "sig"}, {"kid", key_->name}};
  if (key_->rsa) {
    jwk["kty"] = "RSA";
    jwk["n"] = number_of(key_->key, OSSL_PKEY_PARAM_RSA_N, 0);
    jwk["e"] = number_of(key_->key, OSSL_PKEY_PARAM_RSA_E, 0);
  } else {
    jwk["kty"] = "EC";
    jwk["crv"] = "P-256";
    jwk["x"] = number_of(key_->key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
    jwk["y"] = number_of(key_->key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
  }
  return jwk;
}

std::string SigningKey::sign(std::string_view message) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 0;
  CHECK(EVP_DigestSignInit_ex(context, nullptr, "SHA256", nullptr, nullptr, key_->key, nullptr) == 1);
  CHECK(EVP_DigestSign(context, nullptr, &size, bytes_of(message), message.size()) == 1);
  std::string made(size, '\0');
  CHECK(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(made.data()), &size, bytes_of(message),
                       message.size()) == 1);
  EVP_MD_CTX_free(context);
  made.resize(size);
  if (key_->rsa) return made;
  const unsigned char* at = bytes_of(made);
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(made.size()));
  CHECK(pair != nullptr);
  std::string halves(64, '\0');
  auto* into = reinterpret_cast<unsigned char*>(halves.data());
  CHECK(BN_bn2binpad(ECDSA_SIG_get0_r(pair), into, 32) == 32 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), into + 32, 32) == 32);
  ECDSA_SIG_free(pair);
  return halves;
}

std::string SigningKey::token(const json& claims, json header) const {
  if (!header.contains("alg")) header["alg"] = key_->rsa ? "RS256" : "ES256";
  if (!header.contains("kid")) header["kid"] = key_->name;
  const std::string text = base64url_encode(header.dump()) + "." + base64url_encode(claims.dump());
  return text + "." + base64url_encode(sign(text));
}

std::string key_set(std::initializer_list<const SigningKey*> keys) {
  json set = {{"keys", json::array()}};
  for (const SigningKey* key : keys) set["keys"].push_back(key->jwk());
  return set.dump();
}

std::string token_of(std::string_view header, std::string_view claims, std::string_view signature) {
  return base64url_encode(header) + "." + base64url_encode(claims) + "." + base64url_encode(signature);
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

}  // namespace wider::oidc::testing
