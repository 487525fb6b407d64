#include "oidc/jose.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "oidc/strict_json.hpp"

namespace wider::oidc {
namespace {

using nlohmann::json;

template <auto release>
struct Releases {
  template <typename T>
  void operator()(T* held) const {
    release(held);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Releases<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Releases<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Releases<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Releases<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releases<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Releases<ECDSA_SIG_free>>;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t most_keys = 100;
constexpr int fewest_rsa_bits = 2048;
constexpr int most_rsa_bits = 8192;  // a larger one would take long to check with
constexpr std::size_t es256_half = 32;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view bytes) {
  return Number(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

Pkey public_key(const char* kind, const ParamBuilder& builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  Pkey key(made);
  const PkeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

std::optional<std::string> bytes_in(const json& jwk, const char* name) {
  const auto text = text_of(jwk, name, 4096);
  return text ? base64url_decode(*text) : std::nullopt;
}

Pkey rsa_key(const json& jwk) {
  const auto modulus = bytes_in(jwk, "n");
  const auto exponent = bytes_in(jwk, "e");
  if (!modulus || !exponent || exponent->size() > 8) return nullptr;
  const Number n = number_of(*modulus);
  const Number e = number_of(*exponent);
  const int bits = n ? BN_num_bits(n.get()) : 0;
  if (!e || bits < fewest_rsa_bits || bits > most_rsa_bits || BN_is_odd(n.get()) == 0 || BN_is_odd(e.get()) == 0 ||
      BN_num_bits(e.get()) < 2)
    return nullptr;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return public_key("RSA", builder);
}

Pkey p256_key(const json& jwk) {
  const auto x = bytes_in(jwk, "x");
  const auto y = bytes_in(jwk, "y");
  if (text_of(jwk, "crv") != "P-256" || !x || !y || x->size() != es256_half || y->size() != es256_half) return nullptr;
  const std::string point = "\x04" + *x + *y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return public_key("EC", builder);
}

// For checking signatures, as far as the key says what it is for.
bool signs(const json& jwk) {
  if (jwk.contains("use") && text_of(jwk, "use") != "sig") return false;
  const auto operations = jwk.find("key_ops");
  return operations == jwk.end() ||
         (operations->is_array() && std::ranges::find(*operations, json("verify")) != operations->end());
}

// "r ‖ s" (RFC 7518, 3.4) as the DER that OpenSSL reads.
std::optional<std::string> der_of(std::string_view signature) {
  if (signature.size() != 2 * es256_half) return std::nullopt;
  Number r = number_of(signature.substr(0, es256_half));
  Number s = number_of(signature.substr(es256_half));
  const Signature pair(ECDSA_SIG_new());
  if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
  (void)r.release();  // the pair holds them now
  (void)s.release();
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  if (size <= 0) return std::nullopt;
  std::string der(static_cast<std::size_t>(size), '\0');
  auto* at = reinterpret_cast<unsigned char*>(der.data());
  if (i2d_ECDSA_SIG(pair.get(), &at) != size) return std::nullopt;
  return der;
}

}  // namespace

std::optional<std::string> base64url_decode(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 6 | static_cast<std::uint32_t>(value)) & 0xFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits & 0xFF);
    }
  }
  if (bits >= 6 || (held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string base64url_encode(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += alphabet[held >> bits & 63];
    }
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text += alphabet[held << (6 - bits) & 63];
  return text;
}

std::optional<Algorithm> algorithm_named(std::string_view name) {
  if (name == "RS256") return Algorithm::rs256;
  if (name == "ES256") return Algorithm::es256;
  return std::nullopt;
}

struct KeySet::Key {
  Algorithm algorithm;
  std::string name;
  Pkey key;
};

KeySet::KeySet() = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;
KeySet::~KeySet() = default;

std::optional<KeySet> KeySet::parse(std::string_view text) {
  const auto object = strict_object(text, most_key_set_bytes);
  if (!object) return std::nullopt;
  const auto list = object->find("keys");
  if (list == object->end() || !list->is_array() || list->size() > most_keys) return std::nullopt;
  KeySet set;
  for (const json& jwk : *list) {
    if (!jwk.is_object() || !signs(jwk)) continue;
    const auto kind = text_of(jwk, "kty");
    if (kind != "RSA" && kind != "EC") continue;
    const Algorithm algorithm = kind == "RSA" ? Algorithm::rs256 : Algorithm::es256;
    const auto stated = text_of(jwk, "alg");
    if (jwk.contains("alg") && (!stated || algorithm_named(*stated) != algorithm)) continue;
    Pkey key = algorithm == Algorithm::rs256 ? rsa_key(jwk) : p256_key(jwk);
    if (!key) continue;
    set.keys_.push_back(
        std::make_unique<Key>(Key{algorithm, std::string(text_of(jwk, "kid").value_or("")), std::move(key)}));
  }
  return set;
}

const KeySet::Key* KeySet::find(Algorithm algorithm, std::string_view name) const {
  const Key* found = nullptr;
  for (const auto& key : keys_) {
    if (key->algorithm != algorithm || (!name.empty() && key->name != name)) continue;
    if (found != nullptr) return nullptr;  // two that could be meant are none
    found = key.get();
  }
  return found;
}

std::size_t KeySet::size() const {
  return keys_.size();
}

bool KeySet::verify(const Key& key, std::string_view message, std::string_view signature) {
  const auto der = key.algorithm == Algorithm::es256 ? der_of(signature) : std::string(signature);
  const DigestContext context(EVP_MD_CTX_new());
  if (!der || !context ||
      EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.key.get(), nullptr) != 1)
    return false;
  return EVP_DigestVerify(context.get(), bytes_of(*der), der->size(), bytes_of(message), message.size()) == 1;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(bytes_of(text), text.size(), digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace wider::oidc
