// Every way in which an ID token can be wrong, at a fixed time, and the one in which it is right.
#include "oidc/id_token.hpp"

#include <gtest/gtest.h>

#include "oidc/testing/signing_key.hpp"

namespace wider::oidc {
namespace {

using nlohmann::json;
using testing::SigningKey;
using testing::token_of;

constexpr std::int64_t noon = 1'790'000'000;

const SigningKey& rsa() {
  static const SigningKey key = SigningKey::rsa("rsa-1");
  return key;
}
const SigningKey& p256() {
  static const SigningKey key = SigningKey::p256("ec-1");
  return key;
}
const SigningKey& strangers() {
  static const SigningKey key = SigningKey::rsa("rsa-1");  // the same name, another key
  return key;
}

class IdToken : public ::testing::Test {
 protected:
  [[nodiscard]] std::expected<Claims, TokenFault> check(std::string_view token) const {
    return check_id_token(token, keys_, expected_);
  }
  [[nodiscard]] TokenFault fault(std::string_view token) const {
    const auto claims = check(token);
    EXPECT_FALSE(claims.has_value()) << "it was believed";
    return claims ? TokenFault{} : claims.error();
  }
  // The good claims with one changed; nullopt: without it.
  [[nodiscard]] TokenFault fault_with(const char* name, const json& value) const {
    json changed = claims_;
    changed[name] = value;
    return fault(rsa().token(changed));
  }
  [[nodiscard]] TokenFault fault_without(const char* name) const {
    json changed = claims_;
    changed.erase(name);
    return fault(rsa().token(changed));
  }

  KeySet keys_ = KeySet::parse(testing::key_set({&rsa(), &p256()})).value();
  Expected expected_{"https://login.example", "wider", "nonce-1", Instant{noon * 1'000'000}};
  json claims_ = {{"iss", "https://login.example"},
                  {"sub", "4711"},
                  {"aud", "wider"},
                  {"exp", noon + 300},
                  {"iat", noon - 2},
                  {"nonce", "nonce-1"},
                  {"amr", {"pwd", "mfa"}},
                  {"acr", "urn:level:2"}};
};

TEST_F(IdToken, RightOnesAreBelievedWithEitherAlgorithm) {
  for (const SigningKey* key : {&rsa(), &p256()}) {
    const auto claims = check(key->token(claims_));
    ASSERT_TRUE(claims.has_value()) << name_of(claims.error());
    EXPECT_EQ(claims->subject, "4711");
    EXPECT_EQ(claims->issuer, "https://login.example");
    EXPECT_EQ(claims->methods, (std::vector<std::string>{"pwd", "mfa"}));
    EXPECT_EQ(claims->strength, "urn:level:2");
  }
  claims_["aud"] = json::array({"wider"});
  claims_["azp"] = "wider";
  EXPECT_TRUE(check(rsa().token(claims_)).has_value());
}

TEST_F(IdToken, AWrongSignatureIsNotBelieved) {
  EXPECT_EQ(fault(strangers().token(claims_)), TokenFault::signature);
  std::string token = rsa().token(claims_);
  // Any byte of header or claims that is changed is either no token any more or not what was signed.
  for (std::size_t at = 0; at < token.rfind('.'); at += 7) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(check(changed).has_value()) << at;
  }
  EXPECT_EQ(fault(token + "AAAA"), TokenFault::signature);
  // ES256 is two numbers of 32 bytes; nothing shorter, and not zero.
  const std::string text = token_of(R"({"alg":"ES256","kid":"ec-1"})", claims_.dump(), std::string(64, '\0'));
  EXPECT_EQ(fault(text), TokenFault::signature);
  EXPECT_EQ(fault(token_of(R"({"alg":"ES256","kid":"ec-1"})", claims_.dump(), std::string(63, 'x'))),
            TokenFault::signature);
}

TEST_F(IdToken, NoneAndHmacAreNoAlgorithms) {
  for (const char* none :
       {"none", "None", "NONE", "", "rs256", "RS256 ", "HS256", "HS512", "PS256", "ES256K", "EdDSA"}) {
    EXPECT_EQ(fault(rsa().token(claims_, {{"alg", none}})), TokenFault::algorithm) << none;
  }
  const std::string header = base64url_encode(R"({"alg":"none"})");
  EXPECT_EQ(fault(header + "." + base64url_encode(claims_.dump()) + "."), TokenFault::malformed);
  EXPECT_EQ(fault(rsa().token(claims_, {{"alg", 5}})), TokenFault::algorithm);
  // The public key, which everybody knows, used as the secret of an HMAC.
  const std::string unsigned_text =
      base64url_encode(R"({"alg":"HS256","kid":"rsa-1"})") + "." + base64url_encode(claims_.dump());
  for (const std::string& secret : {rsa().jwk().dump(), rsa().jwk()["n"].get<std::string>(), std::string()}) {
    EXPECT_EQ(fault(unsigned_text + "." + base64url_encode(testing::hmac_sha256(secret, unsigned_text))),
              TokenFault::algorithm);
  }
  // A key is of one algorithm: the EC key's name with RS256 is nobody's.
  EXPECT_EQ(fault(rsa().token(claims_, {{"kid", "ec-1"}})), TokenFault::unknown_key);
}

TEST_F(IdToken, AKeyThatComesWithTheTokenIsNeverLookedAt) {
  EXPECT_EQ(fault(strangers().token(claims_, {{"jwk", strangers().jwk()}})), TokenFault::signature);
  EXPECT_EQ(fault(strangers().token(claims_, {{"kid", "other"}, {"jku", "https://login.example/other"}})),
            TokenFault::unknown_key);
  EXPECT_EQ(fault(rsa().token(claims_, {{"crit", {"exp"}}})), TokenFault::malformed);
}

TEST_F(IdToken, AnUnknownKeyIsSaidToBeOne) {
  EXPECT_EQ(fault(rsa().token(claims_, {{"kid", "rsa-2"}})), TokenFault::unknown_key);
  // Without a name the only key of the kind is meant; of two, none.
  EXPECT_TRUE(check(rsa().token(claims_, {{"kid", "rsa-1"}})).has_value());
  const SigningKey second = SigningKey::rsa("rsa-2");
  keys_ = KeySet::parse(testing::key_set({&rsa(), &second})).value();
  const std::string text = base64url_encode(R"({"alg":"RS256"})") + "." + base64url_encode(claims_.dump());
  EXPECT_EQ(fault(text + "." + base64url_encode(rsa().sign(text))), TokenFault::unknown_key);
  keys_ = KeySet::parse(testing::key_set({&rsa(), &p256()})).value();
  EXPECT_TRUE(check(text + "." + base64url_encode(rsa().sign(text))).has_value());
}

TEST_F(IdToken, ForAnotherIssuerOrAudienceItIsNotForUs) {
  EXPECT_EQ(fault_with("iss", "https://login.example/"), TokenFault::issuer);
  EXPECT_EQ(fault_with("iss", "https://login.example.org"), TokenFault::issuer);
  EXPECT_EQ(fault_without("iss"), TokenFault::issuer);
  EXPECT_EQ(fault_with("aud", "other"), TokenFault::audience);
  EXPECT_EQ(fault_with("aud", json::array({"wider", "other"})), TokenFault::audience);
  EXPECT_EQ(fault_with("aud", json::array()), TokenFault::audience);
  EXPECT_EQ(fault_with("aud", "Wider"), TokenFault::audience);
  EXPECT_EQ(fault_without("aud"), TokenFault::audience);
  EXPECT_EQ(fault_with("azp", "other"), TokenFault::audience);
}

TEST_F(IdToken, TimesAreKeptToTheSecond) {
  EXPECT_EQ(fault_with("exp", noon - clock_skew_seconds), TokenFault::expired);
  EXPECT_EQ(fault_with("exp", 0), TokenFault::expired);
  claims_["exp"] = noon - clock_skew_seconds + 1;
  EXPECT_TRUE(check(rsa().token(claims_)).has_value());
  claims_["exp"] = noon + 300;
  EXPECT_EQ(fault_with("iat", noon + clock_skew_seconds + 1), TokenFault::issued);
  EXPECT_EQ(fault_with("iat", noon - oldest_token_seconds - 1), TokenFault::issued);
  EXPECT_EQ(fault_with("exp", noon - 2 + longest_token_seconds + 1), TokenFault::issued);
  EXPECT_EQ(fault_with("nbf", noon + clock_skew_seconds + 1), TokenFault::issued);
  for (const char* name : {"exp", "iat"}) {
    EXPECT_EQ(fault_without(name), TokenFault::malformed) << name;
    EXPECT_EQ(fault_with(name, std::to_string(noon)), TokenFault::malformed) << name;
    EXPECT_EQ(fault_with(name, 1e300), TokenFault::malformed) << name;
    EXPECT_EQ(fault_with(name, -1), TokenFault::malformed) << name;
    EXPECT_EQ(fault_with(name, nullptr), TokenFault::malformed) << name;
  }
}

TEST_F(IdToken, TheNonceIsTheOneThatWasSent) {
  EXPECT_EQ(fault_with("nonce", "nonce-2"), TokenFault::nonce);
  EXPECT_EQ(fault_with("nonce", "nonce-1 "), TokenFault::nonce);
  EXPECT_EQ(fault_with("nonce", ""), TokenFault::nonce);
  EXPECT_EQ(fault_with("nonce", json::array({"nonce-1"})), TokenFault::nonce);
  EXPECT_EQ(fault_without("nonce"), TokenFault::nonce);
  expected_.nonce = "";
  EXPECT_EQ(fault_with("nonce", ""), TokenFault::nonce);
}

TEST_F(IdToken, WhereTheOldestSignInIsGivenItIsAskedFor) {
  expected_.oldest_sign_in_seconds = 600;
  EXPECT_EQ(fault_without("auth_time"), TokenFault::sign_in_time);
  EXPECT_EQ(fault_with("auth_time", noon - 600 - clock_skew_seconds - 1), TokenFault::sign_in_time);
  EXPECT_EQ(fault_with("auth_time", noon + clock_skew_seconds + 1), TokenFault::sign_in_time);
  claims_["auth_time"] = noon - 600;
  EXPECT_TRUE(check(rsa().token(claims_)).has_value());
}

TEST_F(IdToken, WhatIsNoTokenIsMalformed) {
  const std::string good = rsa().token(claims_);
  for (const std::string& text : {std::string(), std::string("."), std::string(".."), std::string("a.b"), good + ".x",
                                  good + "=", " " + good, std::string(most_token_bytes + 1, 'a'), good.substr(1)}) {
    EXPECT_FALSE(check(text).has_value());
  }
  json long_claims = claims_;
  long_claims["more"] = std::string(most_token_bytes, 'x');
  EXPECT_EQ(fault(rsa().token(long_claims)), TokenFault::malformed);
  // A key twice: two readers could take different ones.
  std::string twice = claims_.dump();
  twice.insert(1, R"("sub":"1",)");
  const std::string text = base64url_encode(R"({"alg":"RS256","kid":"rsa-1"})") + "." + base64url_encode(twice);
  EXPECT_EQ(fault(text + "." + base64url_encode(rsa().sign(text))), TokenFault::malformed);
  json deep = 1;
  for (int i = 0; i < 20; ++i) deep = json::array({deep});
  EXPECT_EQ(fault_with("more", deep), TokenFault::malformed);
}

TEST_F(IdToken, ASubjectIsShortAndPlain) {
  for (const json& sub : {json(""), json("a b"), json("naïve"), json(std::string(256, 'x')), json(5), json("a\nb")}) {
    EXPECT_EQ(fault_with("sub", sub), TokenFault::malformed) << sub.dump();
  }
  EXPECT_EQ(fault_without("sub"), TokenFault::malformed);
  EXPECT_EQ(fault_with("amr", "mfa"), TokenFault::malformed);
  EXPECT_EQ(fault_with("amr", json::array({1})), TokenFault::malformed);
  EXPECT_EQ(fault_with("acr", 2), TokenFault::malformed);
}

}  // namespace
}  // namespace wider::oidc
