#include "oidc/id_token.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "oidc/strict_json.hpp"

namespace wider::oidc {
namespace {

using nlohmann::json;

struct Parts {
  std::string_view header, claims, signature;
  std::string_view signed_text;  // header "." claims
};

std::optional<Parts> parts_of(std::string_view token) {
  if (token.size() > most_token_bytes) return std::nullopt;
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const Parts parts{token.substr(0, first), token.substr(first + 1, last - first - 1), token.substr(last + 1),
                    token.substr(0, last)};
  if (parts.claims.find('.') != std::string_view::npos || parts.signature.empty()) return std::nullopt;
  return parts;
}

std::optional<json> object_in(std::string_view part) {
  const auto text = base64url_decode(part);
  return text ? strict_object(*text, most_token_bytes) : std::nullopt;
}

// Seconds since 1970; nullopt: no number of them that a calendar has.
std::optional<std::int64_t> seconds_of(const json& claims, const char* name) {
  constexpr double most = 253'402'300'799;  // the end of the year 9999
  const auto found = claims.find(name);
  if (found == claims.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < 0 || value > most) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

bool same(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

// Signed for us and for nobody else: we trust no other party with what opens this site.
bool for_us(const json& claims, const std::string& client_id) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  const bool alone = *audience == json(client_id) || *audience == json::array({client_id});
  const auto party = claims.find("azp");
  return alone && (party == claims.end() || *party == json(client_id));
}

std::optional<TokenFault> fault_of_times(const json& claims, const Expected& expected) {
  const std::int64_t now = expected.now.microseconds / 1'000'000;
  const auto expires = seconds_of(claims, "exp");
  const auto issued = seconds_of(claims, "iat");
  if (!expires || !issued) return TokenFault::malformed;
  if (now >= *expires + clock_skew_seconds) return TokenFault::expired;
  if (*issued > now + clock_skew_seconds || *issued < now - oldest_token_seconds ||
      *expires - *issued > longest_token_seconds)
    return TokenFault::issued;
  if (claims.contains("nbf")) {
    const auto from = seconds_of(claims, "nbf");
    if (!from) return TokenFault::malformed;
    if (*from > now + clock_skew_seconds) return TokenFault::issued;
  }
  if (expected.oldest_sign_in_seconds) {
    const auto signed_in = seconds_of(claims, "auth_time");
    if (!signed_in || *signed_in > now + clock_skew_seconds ||
        *signed_in < now - *expected.oldest_sign_in_seconds - clock_skew_seconds)
      return TokenFault::sign_in_time;
  }
  return std::nullopt;
}

std::expected<Claims, TokenFault> believed(const json& claims, const Expected& expected) {
  const auto issuer = text_of(claims, "iss");
  if (!issuer || *issuer != expected.issuer) return std::unexpected(TokenFault::issuer);
  if (!for_us(claims, expected.client_id)) return std::unexpected(TokenFault::audience);
  if (const auto fault = fault_of_times(claims, expected)) return std::unexpected(*fault);
  const auto nonce = text_of(claims, "nonce");
  if (!nonce || expected.nonce.empty() || !same(*nonce, expected.nonce)) return std::unexpected(TokenFault::nonce);
  constexpr std::size_t longest_subject = 255;  // OpenID Connect Core 1.0, 2
  const auto subject = text_of(claims, "sub", longest_subject);
  const auto printable = [](unsigned char c) { return c > ' ' && c < 0x7F; };
  if (!subject || !std::ranges::all_of(*subject, printable)) return std::unexpected(TokenFault::malformed);
  Claims told{std::string(*issuer), std::string(*subject), {}, ""};
  if (const auto methods = claims.find("amr"); methods != claims.end()) {
    constexpr std::size_t most_methods = 32;
    if (!methods->is_array() || methods->size() > most_methods) return std::unexpected(TokenFault::malformed);
    for (const json& method : *methods) {
      if (!method.is_string()) return std::unexpected(TokenFault::malformed);
      told.methods.push_back(method.get<std::string>());
    }
  }
  if (claims.contains("acr")) {
    const auto strength = text_of(claims, "acr");
    if (!strength) return std::unexpected(TokenFault::malformed);
    told.strength = *strength;
  }
  return told;
}

}  // namespace

std::string_view name_of(TokenFault fault) {
  constexpr std::array<std::string_view, 10> names = {"malformed", "algorithm",   "unknown key", "signature",
                                                      "issuer",    "audience",    "expired",     "issued",
                                                      "nonce",     "sign-in time"};
  return names[static_cast<std::size_t>(fault)];
}

std::expected<Claims, TokenFault> check_id_token(std::string_view token, const KeySet& keys, const Expected& expected) {
  const auto parts = parts_of(token);
  if (!parts) return std::unexpected(TokenFault::malformed);
  const auto header = object_in(parts->header);
  const auto signature = base64url_decode(parts->signature);
  if (!header || !signature) return std::unexpected(TokenFault::malformed);
  const auto algorithm = algorithm_named(text_of(*header, "alg").value_or(""));
  if (!algorithm) return std::unexpected(TokenFault::algorithm);
  // Extensions that must be understood; keys and addresses that come with the token are never looked at.
  if (header->contains("crit") || header->contains("b64")) return std::unexpected(TokenFault::malformed);
  const auto key_name = text_of(*header, "kid");
  if (header->contains("kid") && !key_name) return std::unexpected(TokenFault::malformed);
  const KeySet::Key* key = keys.find(*algorithm, key_name.value_or(""));
  if (key == nullptr) return std::unexpected(TokenFault::unknown_key);
  if (!KeySet::verify(*key, parts->signed_text, *signature)) return std::unexpected(TokenFault::signature);
  // From here on the provider said it; whether it said it to us, now and about this sign-in is still to be seen.
  const auto claims = object_in(parts->claims);
  if (!claims) return std::unexpected(TokenFault::malformed);
  return believed(*claims, expected);
}

}  // namespace wider::oidc
