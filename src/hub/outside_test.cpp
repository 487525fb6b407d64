// Signing in at the sign-in service, at a real hub and a provider without a network.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "access/one_time_code.hpp"
#include "hub/hub.hpp"
#include "oidc/testing/signing_key.hpp"

namespace wider::hub {
namespace {

namespace fs = std::filesystem;
using access::UserRole;
using ledger::EntryKind;
using nlohmann::json;
using oidc::testing::SigningKey;

constexpr const char* password = "three plain old words";
constexpr const char* issuer = "https://login.example";
constexpr std::int64_t minute = 60'000'000;

const SigningKey& provider_key() {
  static const SigningKey key = SigningKey::p256("key-1");
  return key;
}

std::string in_address(const std::string& address, const std::string& name) {
  const std::size_t at = address.find("&" + name + "=");
  EXPECT_NE(at, std::string::npos);
  const std::size_t start = at + name.size() + 2;
  return address.substr(start, address.find('&', start) - start);
}

class OutsideTest : public testing::Test {
 protected:
  OutsideTest() {
    std::string pattern = (fs::temp_directory_path() / "wider-outside-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    hub_ = std::move(Hub::create(folder_ / "hub", false).value());
    EXPECT_TRUE(hub_->add_account(
        {"sam", "Sam", password, UserRole::social_worker, Agency::social_care, false, "https://login.example 4711"}));
    EXPECT_TRUE(hub_->add_account({"lee", "Lee", password, UserRole::governance_officer, Agency::partnership}));
    EXPECT_TRUE(hub_->settle({}).has_value());
    use();
  }
  ~OutsideTest() override {
    hub_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  // A provider that lets in whom the code names, with the nonce that went along.
  void use(std::vector<std::string> second_factor = {}, bool required = false) {
    oidc::Settings settings;
    settings.name = "County sign-in";
    settings.issuer = issuer;
    settings.client_id = "wider";
    settings.site = "https://wider.example";
    settings.second_factor = std::move(second_factor);
    settings.second_factor_required = required;
    hub_->use_provider(std::make_unique<oidc::Provider>(
        settings, [this](const oidc::Question& question) -> Result<oidc::Answer> { return answer(question); }));
  }
  Result<oidc::Answer> answer(const oidc::Question& question) {
    if (down_) return failure(ErrorCode::unavailable, "");
    if (question.address.ends_with("openid-configuration")) {
      return oidc::Answer{200, json{{"issuer", issuer},
                                    {"authorization_endpoint", "https://login.example/auth"},
                                    {"token_endpoint", "https://login.example/token"},
                                    {"jwks_uri", "https://login.example/keys"}}
                                   .dump()};
    }
    if (question.address.ends_with("keys")) return oidc::Answer{200, oidc::testing::key_set({&provider_key()})};
    ++redeemed_;
    const std::int64_t now = system_now().microseconds / 1'000'000;
    json claims = {{"iss", issuer}, {"sub", subject_}, {"aud", "wider"},
                   {"iat", now},    {"exp", now + 60}, {"nonce", nonce_}};
    if (!methods_.empty()) claims["amr"] = methods_;
    return oidc::Answer{200, json{{"id_token", provider_key().token(claims)}}.dump()};
  }
  OutsideStart begin(std::string_view next = "/") {
    auto started = hub_->begin_outside("10.0.0.1", next);
    EXPECT_TRUE(started.has_value());
    nonce_ = in_address(started->address, "nonce");
    return *started;
  }
  Result<SignIn> finish(const OutsideStart& started, std::string_view browser = "") {
    const std::string state = in_address(started.address, "state");
    return hub_->finish_outside(
        {state, "code", "", issuer, browser.empty() ? std::string_view(started.browser) : browser, "10.0.0.1", ""});
  }
  // The latest entry's kind and what it says.
  std::pair<EntryKind, json> latest() {
    const auto entry = hub_->ledger().read(hub_->ledger().size());
    EXPECT_TRUE(entry.has_value());
    return {entry->header.kind, json::parse(entry->body)};
  }
  Viewer officer() {
    const auto session = hub_->sign_in("lee", password);
    EXPECT_TRUE(hub_->choose_purpose(session->token, access::PurposeKind::governance, "A 1").has_value());
    return hub_->session(session->token)->viewer;
  }

  fs::path folder_;
  std::unique_ptr<Hub> hub_;
  std::string subject_ = "4711", nonce_;
  std::vector<std::string> methods_;
  bool down_ = false;
  int redeemed_ = 0;
};

TEST_F(OutsideTest, WhoseNameItIsIsLetInWithAnEntryBeforeTheAnswer) {
  EXPECT_EQ(hub_->outside_service(), "County sign-in");
  const auto session = finish(begin("/findings"));
  ASSERT_TRUE(session.has_value()) << session.error().message;
  EXPECT_EQ(session->viewer.name, "Sam");
  EXPECT_EQ(session->next, "/findings");
  EXPECT_TRUE(hub_->session(session->token).has_value());
  const auto [kind, body] = latest();
  EXPECT_EQ(kind, EntryKind::sign_in);
  EXPECT_EQ(body["with"], "sign-in service");
}

TEST_F(OutsideTest, WhoIsNotKnownIsToldTheirNameAndThatIsAnEntry) {
  subject_ = "5555";
  const auto nobody = finish(begin());
  ASSERT_TRUE(nobody.has_value());
  EXPECT_EQ(nobody->unknown, "https://login.example 5555");
  EXPECT_TRUE(nobody->token.empty());
  const auto [kind, body] = latest();
  EXPECT_EQ(kind, EntryKind::sign_in_refused);
  EXPECT_EQ(body["outside"], "https://login.example 5555");
}

TEST_F(OutsideTest, AnAnswerIsGoodOnceAndInItsOwnBrowser) {
  const OutsideStart started = begin();
  EXPECT_EQ(finish(started, std::string(64, 'a')).error().code, ErrorCode::denied);
  EXPECT_EQ(finish(started, begin().browser).error().code, ErrorCode::denied);
  nonce_ = in_address(started.address, "nonce");
  EXPECT_EQ(redeemed_, 0);  // the provider is not even asked
  EXPECT_TRUE(finish(started).has_value());
  EXPECT_EQ(finish(started).error().code, ErrorCode::denied);
  EXPECT_EQ(redeemed_, 1);
}

TEST_F(OutsideTest, AnAnswerToAnotherQuestionIsRefusedWithAnEntry) {
  const OutsideStart started = begin();
  nonce_ = std::string(64, 'f');
  EXPECT_EQ(finish(started).error().code, ErrorCode::denied);
  const auto [kind, body] = latest();
  EXPECT_EQ(kind, EntryKind::sign_in_refused);
  EXPECT_EQ(body["why"], "sign-in service: ID token: nonce");
}

TEST_F(OutsideTest, BadAnswersWithoutEndFillNoLedgerAndMakeNobodyWait) {
  const std::uint64_t before = hub_->ledger().size();
  for (int i = 0; i < 100; ++i) {
    const OutsideStart started = begin();
    nonce_ = std::string(64, 'f');
    EXPECT_EQ(finish(started).error().code, ErrorCode::denied);
  }
  EXPECT_LE(hub_->ledger().size() - before, Guessing::most_a_day_from_strangers);
  EXPECT_TRUE(finish(begin()).has_value());
  EXPECT_TRUE(hub_->sign_in(SignInTry{"sam", password, {}, "10.0.0.1", {}}).has_value());
}

TEST_F(OutsideTest, WhenTheServiceIsGonePasswordsStillSignIn) {
  const OutsideStart started = begin();
  down_ = true;
  EXPECT_EQ(finish(started).error().code, ErrorCode::unavailable);
  use();
  EXPECT_EQ(hub_->begin_outside("10.0.0.1", "/").error().code, ErrorCode::unavailable);
  EXPECT_TRUE(hub_->sign_in("sam", password).has_value());
}

TEST_F(OutsideTest, TheServicesSecondFactorStandsForOnesOwnOrIsRequired) {
  auto session = hub_->sign_in("sam", password);
  ASSERT_TRUE(session.has_value());
  std::string secret = hub_->start_second_factor(session->token).value().secret;
  std::erase(secret, ' ');
  const auto step = access::code_step(system_now());
  ASSERT_TRUE(hub_->confirm_second_factor(session->token, password, access::code_of(secret, step)).has_value());
  use({"mfa"});
  methods_ = {"pwd"};
  const auto half = finish(begin("/findings"));
  ASSERT_TRUE(half.has_value());
  EXPECT_TRUE(half->token.empty());
  const auto whole = hub_->finish_sign_in(half->pending, access::code_of(secret, step + 1), "10.0.0.1", "");
  ASSERT_TRUE(whole.has_value()) << whole.error().message;
  EXPECT_EQ(whole->next, "/findings");
  EXPECT_EQ(latest().second["with"], "sign-in service and code");
  methods_ = {"pwd", "mfa"};
  EXPECT_FALSE(finish(begin())->token.empty());
  EXPECT_EQ(latest().second["with"], "sign-in service with a second factor");
  use({"mfa"}, true);
  methods_ = {"pwd"};
  EXPECT_EQ(finish(begin()).error().code, ErrorCode::denied);
  EXPECT_EQ(latest().second["why"], "sign-in service: without a second factor");
}

TEST_F(OutsideTest, AnAccountMayBeClosedToPasswordsAndANameIsOneAccounts) {
  const Viewer lee = officer();
  const auto before = finish(begin());
  PeopleChange change{1,   UserRole::social_worker, Agency::social_care, "https://login.example 4711", "Passwords end",
                      true};
  ASSERT_TRUE(hub_->change_person(lee, change).has_value());
  EXPECT_FALSE(hub_->session(before->token).has_value());  // changed: every session ends
  EXPECT_EQ(hub_->sign_in("sam", password).error().code, ErrorCode::denied);
  EXPECT_TRUE(finish(begin()).has_value());
  for (const char* wrong : {"4711", "https://login.example", "https://login.example ", "http://login.example 4711",
                            "https://login.example 47 11", "https://login.example\n4711"}) {
    change.outside_name = wrong;
    EXPECT_EQ(hub_->change_person(lee, change).error().code, ErrorCode::usage) << wrong;
  }
  change.outside_name = "";
  EXPECT_EQ(hub_->change_person(lee, change).error().code, ErrorCode::usage);  // closed to passwords, and nothing else
  EXPECT_EQ(hub_->add_account(
                    {"kit", "Kit", password, UserRole::chair, Agency::partnership, false, "https://login.example 4711"})
                .error()
                .code,
            ErrorCode::already_there);
  ASSERT_TRUE(hub_->close_person(lee, 1, "Left").has_value());
  EXPECT_EQ(finish(begin())->unknown, "https://login.example 4711");  // a closed account is nobody's
}

TEST_F(OutsideTest, AFirstPasswordThatWasNotUsedNeedsNoChange) {
  const Viewer lee = officer();
  ASSERT_TRUE(hub_->reset_person(lee, 1, "Forgotten").has_value());
  const auto session = finish(begin());
  EXPECT_FALSE(session->viewer.must_change_password);
  EXPECT_TRUE(hub_->make_token(session->token, {"report", 1U << static_cast<unsigned>(access::Action::search),
                                                access::PurposeKind::assessment, "", 30})
                  .has_value());
}

TEST(OutsideSignIns, EndAfterTenMinutes) {
  OutsideSignIns table;
  const auto begun = table.begin("a", "/", 0);
  EXPECT_FALSE(table.take(begun.state, begun.browser, OutsideSignIns::good_for + 1).has_value());
  EXPECT_EQ(table.size(), 0U);
  const auto again = table.begin("a", "/x", 0);
  EXPECT_EQ(table.take(again.state, again.browser, OutsideSignIns::good_for)->next, "/x");
  EXPECT_FALSE(table.take("", "", 10 * minute).has_value());
}

TEST(OutsideSignIns, AreBoundedAndOneAddressPushesOnlyItsOwnOut) {
  OutsideSignIns table;
  const auto honest = table.begin("honest", "/", 0);
  for (std::size_t i = 0; i < OutsideSignIns::most_of_an_address + 50; ++i) table.begin("greedy", "/", 1);
  EXPECT_EQ(table.size(), OutsideSignIns::most_of_an_address + 1);
  EXPECT_TRUE(table.take(honest.state, honest.browser, 2).has_value());
  for (std::size_t i = 0; i < OutsideSignIns::most + 50; ++i) table.begin("of " + std::to_string(i), "/", 3);
  EXPECT_EQ(table.size(), OutsideSignIns::most);
}

}  // namespace
}  // namespace wider::hub
