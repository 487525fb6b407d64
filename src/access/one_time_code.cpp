#include "access/one_time_code.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>

#include "base/check.hpp"

namespace wider::access {
namespace {

constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t secret_bytes = 20;
constexpr std::size_t recovery_letters = 16;

std::string random_letters(std::size_t count) {
  CHECK(sodium_init() >= 0);
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += base32[randombytes_uniform(32)];
  return text;
}

std::optional<std::vector<std::uint8_t>> decode_base32(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t value = base32.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 5U | static_cast<std::uint32_t>(value)) & 0xFFFU;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  return bytes;
}

std::string hex_digest(std::string_view text) {
  std::array<unsigned char, 32> digest{};
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  return {hex.data()};
}

}  // namespace

std::string new_code_secret() {
  static_assert(secret_bytes * 8 % 5 == 0);
  return random_letters(secret_bytes * 8 / 5);
}

std::uint64_t code_step(Instant now) {
  return static_cast<std::uint64_t>(now.microseconds / 1'000'000 / code_seconds);
}

std::string code_of(std::string_view secret, std::uint64_t step) {
  const auto key = decode_base32(secret);
  if (!key || key->empty()) return "";
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < 8; ++i) counter[7 - i] = static_cast<unsigned char>(step >> (8 * i));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  CHECK(HMAC(EVP_sha1(), key->data(), static_cast<int>(key->size()), counter.data(), counter.size(), mac.data(),
             &size) != nullptr);
  // RFC 4226, section 5.3: four bytes from where the last one says, without their sign.
  const std::size_t at = mac[size - 1] & 0xFU;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[at] & 0x7FU) << 24U) |
                               (static_cast<std::uint32_t>(mac[at + 1]) << 16U) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8U) | mac[at + 3];
  std::string digits = std::to_string(number % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

std::optional<std::uint64_t> step_of_code(std::string_view secret, std::string_view code, Instant now,
                                          std::uint64_t used) {
  std::string digits;
  for (const char c : code) {
    if (c != ' ') digits += c;
  }
  const std::uint64_t middle = code_step(now);
  std::optional<std::uint64_t> found;
  for (std::uint64_t step = middle == 0 ? 0 : middle - 1; step <= middle + 1; ++step) {
    if (same_secret(code_of(secret, step), digits) && step > used) found = step;
  }
  return found;
}

std::string code_address(std::string_view username, std::string_view secret) {
  std::string label;
  for (const char c : username) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '-' || c == '_' || c == '@';
    label += plain ? c : '_';
  }
  return "otpauth://totp/Wider%20Picture:" + label + "?secret=" + std::string(secret) + "&issuer=Wider%20Picture";
}

std::vector<std::string> new_recovery_codes() {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < recovery_code_count; ++i) {
    std::string code;
    for (const char letter : random_letters(recovery_letters)) {
      if (code.size() % 5 == 4) code += '-';
      code += static_cast<char>(letter >= 'A' ? letter - 'A' + 'a' : letter);
    }
    codes.push_back(std::move(code));
  }
  return codes;
}

std::string digest_of_code(std::string_view code) {
  std::string plain;
  for (const char c : code) {
    if (c == ' ' || c == '-') continue;
    plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return hex_digest(plain);
}

std::string random_token() {
  CHECK(sodium_init() >= 0);
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  return {hex.data()};
}

std::string digest_of_token(std::string_view token) {
  return hex_digest(token);
}

bool same_secret(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace wider::access
