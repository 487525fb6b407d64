// Signed heads: what is signed, and the JSON in which they are published.
#include <sodium.h>
#include <nlohmann/json.hpp>

#include "ledger/crypto.hpp"
#include "ledger/head.hpp"

namespace wider::ledger {
namespace {

template <std::size_t Size>
std::string hex(const std::array<std::uint8_t, Size>& bytes) {
  std::array<char, 2 * Size + 1> digits;
  sodium_bin2hex(digits.data(), digits.size(), bytes.data(), bytes.size());
  return digits.data();
}

template <std::size_t Size>
bool from_hex(const std::string& digits, std::array<std::uint8_t, Size>& bytes) {
  std::size_t length = 0;
  return digits.size() == 2 * Size &&
         sodium_hex2bin(bytes.data(), Size, digits.data(), digits.size(), nullptr, &length, nullptr) == 0 &&
         length == Size;
}

}  // namespace

std::string signed_message(const Head& head) {
  std::string message = "wider ledger head v1\n";
  put_u64(message, head.size);
  message += view_of(head.root);
  put_u64(message, static_cast<std::uint64_t>(head.signed_at.microseconds));
  return message;
}

bool signed_by(const Head& head, const std::array<std::uint8_t, 32>& public_key) {
  return verify_signature(signed_message(head), head.signature, public_key);
}

std::string to_json(const Head& head) {
  nlohmann::ordered_json json;
  json["format"] = "wider ledger head v1";
  json["size"] = head.size;
  json["root"] = hex(head.root);
  json["signed_at_microseconds"] = head.signed_at.microseconds;
  json["signature"] = hex(head.signature);
  return json.dump(2) + "\n";
}

Result<Head> parse_head(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto wrong =
      failure(ErrorCode::malformed, "This is not a published head of a ledger: give the file that the hub published.");
  if (!json.is_object() || json.value("format", nlohmann::json()) != "wider ledger head v1") return wrong;
  for (const char* name : {"root", "signature"})
    if (!json.contains(name) || !json[name].is_string()) return wrong;
  if (!json.contains("size") || !json["size"].is_number_unsigned()) return wrong;
  if (!json.contains("signed_at_microseconds") || !json["signed_at_microseconds"].is_number_integer()) return wrong;
  Head head;
  head.size = json["size"].get<std::uint64_t>();
  head.signed_at = Instant{json["signed_at_microseconds"].get<std::int64_t>()};
  if (!from_hex(json["root"].get<std::string>(), head.root)) return wrong;
  if (!from_hex(json["signature"].get<std::string>(), head.signature)) return wrong;
  return head;
}

}  // namespace wider::ledger
