// A provider without a network: what it is asked, what it may answer, and how often.
#include "oidc/provider.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oidc/testing/signing_key.hpp"

namespace wider::oidc {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SigningKey;

constexpr std::int64_t second = 1'000'000;

class ProviderTest : public ::testing::Test {
 protected:
  ProviderTest() { publish(first_); }

  void publish(const SigningKey& key) { answers_["https://login.example/keys"] = {200, testing::key_set({&key})}; }
  void answer_with(const SigningKey& key) {
    const json claims = {{"iss", settings_.issuer}, {"sub", "4711"},        {"aud", "wider"}, {"exp", now_s_ + 300},
                         {"iat", now_s_},           {"nonce", "the-nonce"}, {"amr", {"pwd"}}, {"acr", "silver"}};
    answers_["https://login.example/token"] = {
        200, json{{"access_token", "a"}, {"token_type", "Bearer"}, {"id_token", key.token(claims)}}.dump()};
  }
  [[nodiscard]] Times times() const { return {Instant{now_s_ * second}, (now_s_ - 1'000'000'000) * second}; }
  Provider& provider() {
    if (!provider_) {
      provider_.emplace(settings_, [this](const Question& question) -> Result<Answer> {
        asked_.push_back(question);
        const auto found = answers_.find(question.address);
        if (found == answers_.end()) return failure(ErrorCode::unavailable, "");
        return found->second;
      });
    }
    return *provider_;
  }
  Result<Claims> redeem(std::string_view issuer = "https://login.example") {
    return provider().redeem({"the-code", "the-verifier", "the-nonce", issuer}, times());
  }
  [[nodiscard]] std::size_t asked_for(std::string_view address) const {
    return static_cast<std::size_t>(std::ranges::count(asked_, address, &Question::address));
  }

  const SigningKey first_ = SigningKey::p256("key-1");
  const SigningKey second_ = SigningKey::p256("key-2");
  std::int64_t now_s_ = 1'790'000'000;
  Settings settings_{.name = "County",
                     .issuer = "https://login.example",
                     .client_id = "wider",
                     .client_secret = "s:e&c",
                     .site = "https://wider.example",
                     .authorities = "",
                     .second_factor = {},
                     .oldest_sign_in_minutes = {}};
  json discovery_ = {{"issuer", "https://login.example"},
                     {"authorization_endpoint", "https://login.example/auth"},
                     {"token_endpoint", "https://login.example/token"},
                     {"jwks_uri", "https://login.example/keys"},
                     {"code_challenge_methods_supported", {"S256"}},
                     {"authorization_response_iss_parameter_supported", true}};
  std::map<std::string, Answer> answers_ = {
      {"https://login.example/.well-known/openid-configuration", {200, discovery_.dump()}}};
  std::vector<Question> asked_;
  std::optional<Provider> provider_;
};

TEST_F(ProviderTest, SendsTheBrowserWithEverythingThatTiesTheAnswerToIt) {
  const auto address = provider().address_to_sign_in("the-state", "the-nonce", "the-verifier", times());
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(*address,
            "https://login.example/auth?response_type=code&scope=openid&client_id=wider&redirect_uri="
            "https%3A%2F%2Fwider.example%2Fsign-in%2Fservice%2Fback&state=the-state&nonce=the-nonce&code_challenge=" +
                challenge_of("the-verifier") + "&code_challenge_method=S256");
  EXPECT_THAT(*address, Not(HasSubstr("the-verifier")));
  settings_.oldest_sign_in_minutes = 5;
  provider_.reset();
  EXPECT_THAT(provider().address_to_sign_in("s", "n", "v", times()).value(), HasSubstr("&max_age=300"));
}

TEST_F(ProviderTest, RedeemsACodeWithItsVerifierAndItsSecret) {
  answer_with(first_);
  const auto claims = redeem();
  ASSERT_TRUE(claims.has_value()) << claims.error().message;
  EXPECT_EQ(claims->subject, "4711");
  const Question& question = asked_[1];
  EXPECT_EQ(question.form,
            "grant_type=authorization_code&code=the-code&redirect_uri=https%3A%2F%2Fwider.example%2Fsign-in%2F"
            "service%2Fback&code_verifier=the-verifier");
  EXPECT_EQ(question.authorization, "Basic d2lkZXI6cyUzQWUlMjZj");  // wider:s%3Ae%26c (RFC 6749, 2.3.1)
  // Discovery and keys are read once.
  EXPECT_TRUE(redeem().has_value());
  EXPECT_EQ(asked_for("https://login.example/keys"), 1U);
  EXPECT_EQ(asked_for("https://login.example/.well-known/openid-configuration"), 1U);
  // Whether a second factor was shown is the operator's list against amr and acr.
  EXPECT_FALSE(provider().second_factor_shown(*claims));
  settings_.second_factor = {"mfa", "silver"};
  provider_.reset();
  EXPECT_TRUE(provider().second_factor_shown(*claims));
}

TEST_F(ProviderTest, AnotherServicesAnswerIsNotRedeemed) {
  answer_with(first_);
  EXPECT_EQ(redeem("https://elsewhere.example").error().code, ErrorCode::denied);
  EXPECT_EQ(redeem("").error().code, ErrorCode::denied);  // it says that it names itself, and did not
  EXPECT_EQ(asked_for("https://login.example/token"), 0U);
  discovery_.erase("authorization_response_iss_parameter_supported");
  answers_["https://login.example/.well-known/openid-configuration"].body = discovery_.dump();
  provider_.reset();
  EXPECT_TRUE(redeem("").has_value());
  EXPECT_EQ(redeem("https://elsewhere.example").error().code, ErrorCode::denied);
}

TEST_F(ProviderTest, AfterAnUnknownKeyTheKeysAreReadAgainAtMostOnceAMinute) {
  answer_with(first_);
  ASSERT_TRUE(redeem().has_value());
  publish(second_);
  answer_with(second_);
  EXPECT_EQ(redeem().error().message, "ID token: unknown key");  // within the minute
  EXPECT_EQ(asked_for("https://login.example/keys"), 1U);
  now_s_ += 61;
  answer_with(second_);
  EXPECT_TRUE(redeem().has_value());
  EXPECT_EQ(asked_for("https://login.example/keys"), 2U);
  // Somebody who sends tokens of unknown keys all day makes it ask no more often.
  const SigningKey nobodys = SigningKey::p256("nobodys");
  for (int i = 0; i < 50; ++i) {
    answer_with(nobodys);
    EXPECT_FALSE(redeem().has_value());
    now_s_ += 1;
  }
  EXPECT_EQ(asked_for("https://login.example/keys"), 2U);
}

TEST_F(ProviderTest, WhatIsPublishedIsReadAgainAfterAnHour) {
  answer_with(first_);
  ASSERT_TRUE(redeem().has_value());
  now_s_ += 3601;
  answer_with(first_);
  ASSERT_TRUE(redeem().has_value());
  EXPECT_EQ(asked_for("https://login.example/keys"), 2U);
  EXPECT_EQ(asked_for("https://login.example/.well-known/openid-configuration"), 2U);
}

TEST_F(ProviderTest, AProviderThatIsGoneIsUnavailableAndNotAskedAtOnceAgain) {
  const auto published = std::exchange(answers_, {});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(redeem().error().code, ErrorCode::unavailable);
  EXPECT_EQ(asked_.size(), 1U);
  answers_ = published;
  now_s_ += 11;
  answer_with(first_);
  EXPECT_TRUE(redeem().has_value());
  answers_["https://login.example/token"] = {503, ""};
  EXPECT_EQ(redeem().error().code, ErrorCode::unavailable);
  answers_.erase("https://login.example/token");
  EXPECT_EQ(redeem().error().code, ErrorCode::unavailable);
}

TEST_F(ProviderTest, WhatTheTokenEndpointRefusesOrGetsWrongIsDenied) {
  const std::pair<int, std::string> wrong[] = {{400, R"({"error":"invalid_grant"})"},
                                               {302, ""},
                                               {200, ""},
                                               {200, "{}"},
                                               {200, R"({"id_token":5})"},
                                               {200, R"({"id_token":"a.b.c"})"},
                                               {200, R"({"id_token":"x","id_token":"y"})"}};
  for (const auto& [status, body] : wrong) {
    answers_["https://login.example/token"] = {status, body};
    const auto claims = redeem();
    ASSERT_FALSE(claims.has_value()) << body;
    EXPECT_EQ(claims.error().code, ErrorCode::denied) << body;
  }
}

TEST_F(ProviderTest, FalseMetadataIsNotUsed) {
  const std::pair<const char*, json> changes[] = {{"issuer", "https://login.example/"},
                                                  {"issuer", "https://elsewhere.example"},
                                                  {"token_endpoint", "http://login.example/token"},
                                                  {"token_endpoint", "http://127.0.0.1/token"},
                                                  {"token_endpoint", "https://localhost/token"},
                                                  {"jwks_uri", "file:///etc/passwd"},
                                                  {"jwks_uri", "https://a@login.example/keys"},
                                                  {"authorization_endpoint", "javascript:alert(1)"},
                                                  {"authorization_endpoint", "https://login.example/auth\r\nX: y"},
                                                  {"authorization_endpoint", "https://login.example/auth#x"},
                                                  {"authorization_endpoint", nullptr},
                                                  {"code_challenge_methods_supported", json::array({"plain"})},
                                                  {"response_types_supported", json::array({"token"})}};
  for (const auto& [name, value] : changes) {
    json changed = discovery_;
    changed[name] = value;
    EXPECT_FALSE(parse_discovery(changed.dump(), "https://login.example").has_value()) << name << " " << value.dump();
  }
  EXPECT_TRUE(parse_discovery(discovery_.dump(), "https://login.example").has_value());
  EXPECT_FALSE(parse_discovery(discovery_.dump() + std::string(most_discovery_bytes, ' '), "https://login.example"));
}

TEST(Addresses, AreHttpsUnlessOnThisMachine) {
  for (const char* good : {"https://login.example", "https://login.example:8443/a/b?c=d", "http://127.0.0.1:4000",
                           "http://localhost/x", "http://2130706433/", "http://[::1]:5/"}) {
    EXPECT_TRUE(good_address(good)) << good;
  }
  for (const char* bad :
       {"", "login.example", "http://login.example", "http://127.0.0.1.example", "ftp://login.example", "https://",
        "https://user@login.example", "https://user:pw@login.example", "https://login.example/#a",
        "https://login.example/a b", "https://login.example/\x7f", "//login.example"}) {
    EXPECT_FALSE(good_address(bad)) << bad;
  }
  EXPECT_EQ(discovery_address("https://login.example/tenant/"),
            "https://login.example/tenant/.well-known/openid-configuration");
}

}  // namespace
}  // namespace wider::oidc
