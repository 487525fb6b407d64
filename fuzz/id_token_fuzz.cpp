// An ID token: what nobody signed is never believed; and whatever claims the provider signs, those that are believed
// say what they must, as a plain reading of the same text sees it.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "oidc/id_token.hpp"
#include "oidc/testing/signing_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  using nlohmann::json;
  static const auto key = oidc::testing::SigningKey::p256("key-1");
  static const auto keys = oidc::KeySet::parse(oidc::testing::key_set({&key}));
  CHECK(keys.has_value());
  static const oidc::Expected expected{"https://login.example", "wider", "n", Instant{1'790'000'000'000'000}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CHECK(!oidc::check_id_token(text, *keys, expected).has_value());
  if (const auto decoded = oidc::base64url_decode(text)) CHECK(oidc::base64url_encode(*decoded) == text);

  // "HEADER\nCLAIMS", signed.
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string part =
      oidc::base64url_encode(text.substr(0, line)) + "." + oidc::base64url_encode(text.substr(line + 1));
  const auto claims = oidc::check_id_token(part + "." + oidc::base64url_encode(key.sign(part)), *keys, expected);
  if (!claims) {
    CHECK(!name_of(claims.error()).empty());
    return 0;
  }
  const json header = json::parse(text.substr(0, line));
  const json body = json::parse(text.substr(line + 1));
  CHECK(header.at("alg") == "ES256");
  CHECK(body.at("iss") == expected.issuer && body.at("nonce") == expected.nonce);
  CHECK(body.at("aud") == "wider" || body.at("aud") == json::array({"wider"}));
  CHECK(body.at("sub") == claims->subject && !claims->subject.empty() && claims->subject.size() <= 255);
  CHECK(body.at("exp").get<double>() > 1'790'000'000 - 60 && body.at("iat").get<double>() < 1'790'000'000 + 61);
  return 0;
}
