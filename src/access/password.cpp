// Passwords: Argon2id by libsodium at OWASP's minimum, 19 MiB and two passes, one lane (Password Storage Cheat Sheet).
#include <sodium.h>

#include <array>

#include "access/access.hpp"

namespace wider::access {
namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = std::size_t{19} * 1024 * 1024;
// Longer ones are refused before any work is done.
constexpr std::size_t longest_password_bytes = 1024;

bool ready() {
  return sodium_init() >= 0;
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  if (password.empty()) return failure(ErrorCode::usage, "A password may not be empty.");
  if (password.size() > longest_password_bytes)
    return failure(ErrorCode::usage, "A password may have at most 1,024 bytes.");
  if (!ready()) return failure(ErrorCode::unavailable, "The cryptographic library could not be started.");
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), passes, memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return failure(ErrorCode::unavailable, "There was not enough memory to hash a password; try again.");
  }
  return std::string(out.data());
}

bool verify_password(std::string_view hash, std::string_view password) {
  if (password.empty() || password.size() > longest_password_bytes) return false;
  if (hash.size() >= crypto_pwhash_STRBYTES || !ready()) return false;
  // crypto_pwhash_str_verify wants the whole fixed-size, zero-ended array.
  std::array<char, crypto_pwhash_STRBYTES> stored{};
  hash.copy(stored.data(), hash.size());
  return crypto_pwhash_str_verify(stored.data(), password.data(), password.size()) == 0;
}

}  // namespace wider::access
