// One-time codes: the second factor of signing in. TOTP (RFC 6238: HMAC-SHA-1, 30 seconds, six digits, which every
// authenticator app reads) and recovery codes for who has lost the device. Time comes in as an argument.
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"

namespace wider::access {

inline constexpr std::int64_t code_seconds = 30;
inline constexpr std::size_t recovery_code_count = 10;

// 160 random bits in base32 (RFC 4648, without padding): what the app is given.
[[nodiscard]] std::string new_code_secret();
// The number of the 30 seconds that the moment lies in; a code is good for one of them.
[[nodiscard]] std::uint64_t code_step(Instant now);
// The code of a step; "" for a secret that is not base32.
[[nodiscard]] std::string code_of(std::string_view secret, std::uint64_t step);
// The step whose code this is: now's, the one before or the one after, and later than `used`, so that a code is taken
// once. nullopt: it is none of theirs.
[[nodiscard]] std::optional<std::uint64_t> step_of_code(std::string_view secret, std::string_view code, Instant now,
                                                        std::uint64_t used);
// What the app reads from a picture of it (otpauth://totp/…).
[[nodiscard]] std::string code_address(std::string_view username, std::string_view secret);

// 80 random bits each, as "abcd-efgh-ijkl-mnop"; only their digests are kept.
[[nodiscard]] std::vector<std::string> new_recovery_codes();
// BLAKE2b-256 of the code however it is typed (spaces, hyphens, capitals), in hexadecimal.
[[nodiscard]] std::string digest_of_code(std::string_view code);

// 256 random bits in hexadecimal.
[[nodiscard]] std::string random_token();
// BLAKE2b-256 in hexadecimal: what is kept of a token.
[[nodiscard]] std::string digest_of_token(std::string_view token);
// In constant time; false when empty.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

}  // namespace wider::access
