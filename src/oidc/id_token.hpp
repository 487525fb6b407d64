// Whether an ID token (OpenID Connect Core 1.0, 3.1.3.7) is to be believed: from its text, the provider's keys, what
// was asked for and the time, which comes in as an argument. Pure: nothing is fetched here.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "oidc/jose.hpp"

namespace wider::oidc {

struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  Instant now;
  std::optional<std::int64_t> oldest_sign_in_seconds = {};  // auth_time may be no longer ago; none: whenever it was
};

struct Claims {
  std::string issuer;
  std::string subject;
  std::vector<std::string> methods;  // "amr": how the provider made sure
  std::string strength;              // "acr"
};

// One for each thing that can be wrong with a token.
enum class TokenFault : std::uint8_t {
  malformed,    // not three parts of base64url, too long, not strict JSON, or a claim that is not of its kind
  algorithm,    // neither RS256 nor ES256
  unknown_key,  // signed with a key that the set does not hold: it may have been changed since it was read
  signature,
  issuer,
  audience,
  expired,
  issued,  // in the future, or too long ago
  nonce,
  sign_in_time,  // the person signed in at the provider too long ago, or it does not say when
};
[[nodiscard]] std::string_view name_of(TokenFault fault);  // "unknown key"

inline constexpr std::size_t most_token_bytes = std::size_t{16} * 1024;
inline constexpr std::int64_t clock_skew_seconds = 60;
inline constexpr std::int64_t oldest_token_seconds = 600;         // it was made for this sign-in, just now
inline constexpr std::int64_t longest_token_seconds = 24 * 3600;  // from "iat" to "exp"

[[nodiscard]] std::expected<Claims, TokenFault> check_id_token(std::string_view token, const KeySet& keys,
                                                               const Expected& expected);

}  // namespace wider::oidc
