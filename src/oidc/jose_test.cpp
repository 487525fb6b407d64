#include "oidc/jose.hpp"

#include <gtest/gtest.h>

#include "oidc/provider.hpp"
#include "oidc/testing/signing_key.hpp"

namespace wider::oidc {
namespace {

using nlohmann::json;
using testing::SigningKey;

TEST(Base64Url, ReadsWhatItWritesAndNothingElse) {
  // RFC 4648, 10, without padding.
  const std::pair<const char*, const char*> pairs[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(base64url_encode(bytes), text);
    EXPECT_EQ(base64url_decode(text), bytes);
  }
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(base64url_decode(base64url_encode(all)), all);
  for (const char* wrong : {"Z", "Zh", "Zm9", "Zg==", "Zm9v\n", "Zm 9", "Zm+v", "Zm/v", "Zm9vY"}) {
    EXPECT_FALSE(base64url_decode(wrong).has_value()) << wrong;
  }
}

TEST(Pkce, TheChallengeIsThatOfRfc7636) {
  EXPECT_EQ(challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST(KeySet, ReadsTheKeysOfRfc7515AndTheirSignatures) {
  // RFC 7515, A.3: an ES256 signature by somebody else's program.
  const auto keys =
      KeySet::parse(R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  ASSERT_TRUE(keys.has_value());
  const KeySet::Key* key = keys->find(Algorithm::es256, "");
  ASSERT_NE(key, nullptr);
  const std::string text =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl"
      "fQ";
  const auto signature =
      base64url_decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(KeySet::verify(*key, text, *signature));
  EXPECT_FALSE(KeySet::verify(*key, text + "x", *signature));
}

TEST(KeySet, LeavesOutWhatDoesNotSign) {
  const SigningKey rsa = SigningKey::rsa("a");
  const SigningKey weak = SigningKey::rsa("weak", 1024);
  const SigningKey p256 = SigningKey::p256("b");
  const auto size_with = [&](const SigningKey& key, const char* name, const json& value) {
    json jwk = key.jwk();
    jwk[name] = value;
    const auto set = KeySet::parse(json{{"keys", {jwk}}}.dump());
    return set ? set->size() : 99;
  };
  EXPECT_EQ(size_with(rsa, "use", "sig"), 1U);
  EXPECT_EQ(size_with(rsa, "alg", "RS256"), 1U);
  EXPECT_EQ(size_with(rsa, "key_ops", {"verify"}), 1U);
  EXPECT_EQ(size_with(weak, "use", "sig"), 0U);
  EXPECT_EQ(size_with(rsa, "use", "enc"), 0U);
  EXPECT_EQ(size_with(rsa, "alg", "RS512"), 0U);
  EXPECT_EQ(size_with(rsa, "alg", "HS256"), 0U);
  EXPECT_EQ(size_with(rsa, "alg", "ES256"), 0U);
  EXPECT_EQ(size_with(rsa, "key_ops", {"encrypt"}), 0U);
  EXPECT_EQ(size_with(rsa, "kty", "oct"), 0U);
  EXPECT_EQ(size_with(rsa, "e", "AQ"), 0U);    // one
  EXPECT_EQ(size_with(rsa, "e", "AQAA"), 0U);  // even
  EXPECT_EQ(size_with(rsa, "n", base64url_encode(std::string(2000, '\xFF'))), 0U);
  EXPECT_EQ(size_with(p256, "crv", "P-384"), 0U);
  EXPECT_EQ(size_with(p256, "x", p256.jwk()["y"]), 0U);  // not on the curve
  EXPECT_EQ(size_with(p256, "y", ""), 0U);
}

TEST(KeySet, WhatIsNoneIsRefused) {
  EXPECT_FALSE(KeySet::parse("").has_value());
  EXPECT_FALSE(KeySet::parse("[]").has_value());
  EXPECT_FALSE(KeySet::parse("{}").has_value());
  EXPECT_FALSE(KeySet::parse(R"({"keys":{}})").has_value());
  EXPECT_FALSE(KeySet::parse(R"({"keys":[],"keys":[]})").has_value());
  EXPECT_FALSE(KeySet::parse(json{{"keys", json::array_t(101)}}.dump()).has_value());
  EXPECT_FALSE(KeySet::parse(R"({"keys":[],"x":")" + std::string(most_key_set_bytes, ' ') + "\"}").has_value());
  EXPECT_EQ(KeySet::parse(R"({"keys":[1,null,{},[]]})")->size(), 0U);
}

}  // namespace
}  // namespace wider::oidc
