// Signing in at a real hub: codes, tokens, what is revoked and when.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "access/one_time_code.hpp"
#include "hub/hub.hpp"

namespace wider::hub {
namespace {

namespace fs = std::filesystem;
using access::Action;
using access::PurposeKind;
using access::UserRole;
using ledger::EntryKind;

constexpr const char* password = "three plain old words";

std::uint64_t step_now() {
  return access::code_step(
      Instant{std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                  .count()});
}

class SignInTest : public testing::Test {
 protected:
  SignInTest() {
    std::string pattern = (fs::temp_directory_path() / "wider-sign-in-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    hub_ = std::move(Hub::create(folder_ / "hub", false).value());
    add("sam", UserRole::social_worker, Agency::social_care);
    add("lee", UserRole::governance_officer, Agency::partnership);
    EXPECT_TRUE(hub_->settle({}).has_value());
  }
  ~SignInTest() override {
    hub_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void add(const std::string& username, UserRole role, Agency agency) {
    const auto added = hub_->add_account({username, "Somebody", password, role, agency});
    ASSERT_TRUE(added.has_value()) << added.error().message;
  }
  SignIn in(const std::string& username, std::string_view with = password) {
    auto session = hub_->sign_in(username, with);
    EXPECT_TRUE(session.has_value()) << session.error().message;
    return session.value_or(SignIn{});
  }
  Viewer working(const SignIn& session, PurposeKind purpose) {
    EXPECT_TRUE(hub_->choose_purpose(session.token, purpose, "A 1").has_value());
    return hub_->session(session.token).value().viewer;
  }
  // A code that this hub has not seen: the next half minute's.
  static std::string fresh_code(const std::string& secret) { return access::code_of(secret, step_now() + 1); }
  // Sets codes up for a session; the secret, and the recovery codes.
  std::pair<std::string, std::vector<std::string>> set_up(const SignIn& session) {
    std::string secret = hub_->start_second_factor(session.token).value().secret;
    std::erase(secret, ' ');
    // The first code is of now: it is used up by setting up.
    auto codes = hub_->confirm_second_factor(session.token, password, access::code_of(secret, step_now()));
    EXPECT_TRUE(codes.has_value());
    return {secret, codes.value_or(std::vector<std::string>{})};
  }
  std::size_t entries_of(EntryKind kind) {
    std::size_t count = 0;
    EXPECT_TRUE(hub_->ledger()
                    .read_headers(1, hub_->ledger().size(),
                                  [&](const ledger::Header& header) {
                                    count += header.kind == kind ? 1 : 0;
                                    return true;
                                  })
                    .has_value());
    return count;
  }

  fs::path folder_;
  std::unique_ptr<Hub> hub_;
};

TEST_F(SignInTest, CodesAreSetUpAndReplacedByWhoeverKnowsThePassword) {
  const SignIn session = in("sam");
  std::string secret = hub_->start_second_factor(session.token).value().secret;
  std::erase(secret, ' ');
  EXPECT_FALSE(hub_->confirm_second_factor(session.token, "", fresh_code(secret)).has_value());
  const auto wrong = hub_->confirm_second_factor(session.token, "four plain old words", fresh_code(secret));
  ASSERT_FALSE(wrong.has_value());
  EXPECT_NE(wrong.error().message.find("password"), std::string::npos) << wrong.error().message;
  EXPECT_TRUE(in("sam").pending.empty()) << "nothing was set up";
  EXPECT_TRUE(hub_->confirm_second_factor(session.token, password, fresh_code(secret)).has_value());
  EXPECT_FALSE(in("sam").pending.empty());
}

TEST_F(SignInTest, ACodeIsAskedForOnceItIsSetUpAndIsTakenOnce) {
  const SignIn first = in("sam");
  const auto [secret, recovery] = set_up(first);
  ASSERT_EQ(recovery.size(), 10U);
  EXPECT_TRUE(hub_->session(first.token).has_value()) << "the session in which it was set up goes on";
  const SignIn half = in("sam");
  EXPECT_TRUE(half.token.empty());
  ASSERT_FALSE(half.pending.empty());
  EXPECT_FALSE(hub_->session(half.pending).has_value());
  EXPECT_FALSE(hub_->finish_sign_in(half.pending, "000000", "", "").has_value());
  const std::string code = fresh_code(secret);
  const auto whole = hub_->finish_sign_in(half.pending, code, "", "");
  ASSERT_TRUE(whole.has_value()) << whole.error().message;
  EXPECT_TRUE(hub_->session(whole->token).has_value());
  EXPECT_FALSE(hub_->finish_sign_in(half.pending, fresh_code(secret), "", "").has_value()) << "it is over";
  EXPECT_FALSE(hub_->finish_sign_in(in("sam").pending, code, "", "").has_value()) << "used";
  // A recovery code lets in once, also when both are sent together.
  const auto with_recovery = hub_->sign_in(SignInTry{"sam", password, recovery[3], "", ""});
  ASSERT_TRUE(with_recovery.has_value()) << with_recovery.error().message;
  EXPECT_FALSE(with_recovery->token.empty());
  EXPECT_FALSE(hub_->sign_in(SignInTry{"sam", password, recovery[3], "", ""}).has_value());
  EXPECT_EQ(hub_->my_account(with_recovery->viewer).value().recovery_codes_left, 9U);
  EXPECT_GE(entries_of(EntryKind::sign_in_refused), 2U);
}

TEST_F(SignInTest, ACodeIsTakenOnceThoughManySendItAtOnce) {
  const auto [secret, recovery] = set_up(in("sam"));
  std::vector<std::string> pending;
  for (int i = 0; i < 4; ++i) pending.push_back(in("sam").pending);
  const std::string code = fresh_code(secret);
  std::atomic<int> let_in{0};
  std::vector<std::thread> threads;
  for (const std::string& one : pending) {
    threads.emplace_back([&, one] { let_in += hub_->finish_sign_in(one, code, "", "").has_value() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(let_in, 1);
}

TEST_F(SignInTest, WhatIsRevokedHoldsFromTheNextRequest) {
  const SignIn sam = in("sam");
  const Viewer lee = working(in("lee"), PurposeKind::governance);
  ASSERT_TRUE(hub_->session(sam.token).has_value());
  // Another role: the old session is over; the new one has it, without any settling.
  PeopleChange change{sam.viewer.account, UserRole::chair, Agency::partnership, "", "New post"};
  ASSERT_TRUE(hub_->change_person(lee, change).has_value());
  EXPECT_FALSE(hub_->session(sam.token).has_value());
  const SignIn as_chair = in("sam");
  EXPECT_EQ(as_chair.viewer.role, UserRole::chair);
  ASSERT_TRUE(hub_->close_person(lee, sam.viewer.account, "Left").has_value());
  EXPECT_FALSE(hub_->session(as_chair.token).has_value());
  EXPECT_FALSE(hub_->sign_in("sam", password).has_value());
  EXPECT_EQ(entries_of(EntryKind::account_change), 2U);
}

TEST_F(SignInTest, AnotherPasswordEndsTheOtherSessionsAndAFirstOneMustBeChanged) {
  const Viewer lee = working(in("lee"), PurposeKind::governance);
  PeopleChange change{0, UserRole::safeguarding_nurse, Agency::health, "", "Starts today"};
  const auto given = hub_->add_person(lee, "robin", "Robin Shah", change);
  ASSERT_TRUE(given.has_value()) << given.error().message;
  const SignIn first = in("robin", *given);
  const SignIn other = in("robin", *given);
  EXPECT_TRUE(first.viewer.must_change_password);
  EXPECT_FALSE(hub_->change_password(first.token, "wrong", "another plain sentence").has_value());
  EXPECT_FALSE(hub_->change_password(first.token, *given, "short").has_value());
  EXPECT_FALSE(hub_->change_password(first.token, *given, "robin robin robin").has_value());
  ASSERT_TRUE(hub_->change_password(first.token, *given, "another plain sentence").has_value());
  ASSERT_TRUE(hub_->session(first.token).has_value());
  EXPECT_FALSE(hub_->session(first.token)->viewer.must_change_password);
  EXPECT_FALSE(hub_->session(other.token).has_value());
  EXPECT_FALSE(hub_->sign_in("robin", *given).has_value());
  EXPECT_FALSE(in("robin", "another plain sentence").viewer.must_change_password);
}

TEST_F(SignInTest, WhoeverKnowsTheFirstPasswordLeavesNothingBehind) {
  const Viewer lee = working(in("lee"), PurposeKind::governance);
  const auto given = hub_->add_person(lee, "robin", "Robin Shah",
                                      {0, UserRole::safeguarding_nurse, Agency::health, "", "Starts today"});
  ASSERT_TRUE(given.has_value());
  const SignIn officer = in("robin", *given);
  const auto token = hub_->make_token(
      officer.token, {"kept", 1U << static_cast<unsigned>(Action::search), PurposeKind::health_safeguarding, "", 300});
  ASSERT_FALSE(token.has_value());
  EXPECT_EQ(token.error().code, ErrorCode::denied);
  EXPECT_FALSE(hub_->start_second_factor(officer.token).has_value());
}

TEST_F(SignInTest, ARightPasswordWithoutACodeLeavesItsEntry) {
  const auto [secret, recovery] = set_up(in("sam"));
  const std::size_t before = entries_of(EntryKind::sign_in_refused);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(in("sam").token.empty());
  EXPECT_EQ(entries_of(EntryKind::sign_in_refused), before + 3);
}

TEST_F(SignInTest, AControlCharacterReachesNoCount) {
  for (int i = 0; i < 200; ++i) (void)hub_->sign_in("sam\ncode", "x");
  const auto [secret, recovery] = set_up(in("sam"));
  EXPECT_TRUE(hub_->sign_in(SignInTry{"sam", password, recovery[0], "", ""}).has_value());
}

TEST_F(SignInTest, NobodyChangesTheirOwnRoleAndOnlyGovernanceChangesAnybodys) {
  const SignIn session = in("lee");
  const Viewer lee = working(session, PurposeKind::governance);
  EXPECT_FALSE(hub_->change_person(lee, {lee.account, UserRole::social_worker, Agency::social_care, "", "why not"}));
  EXPECT_FALSE(hub_->close_person(lee, lee.account, "why not").has_value());
  EXPECT_FALSE(hub_->close_person(lee, 1, "  ").has_value()) << "without a reason";
  const Viewer sam = working(in("sam"), PurposeKind::assessment);
  for (const auto& refused : {hub_->close_person(sam, 2, "x"), hub_->change_person(sam, {2, {}, {}, "", "x"})}) {
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::denied);
  }
  EXPECT_FALSE(hub_->people(sam).has_value());
  EXPECT_FALSE(hub_->reset_person(sam, 2, "x").has_value());
  EXPECT_FALSE(hub_->add_person(sam, "x", "X", {0, {}, {}, "", "x"}).has_value());
}

TEST_F(SignInTest, ATokenReadsWhatItsScopeNamesUnderItsPurposeAndNothingElse) {
  const SignIn session = in("sam");
  const auto bit = [](Action action) { return 1U << static_cast<unsigned>(action); };
  const auto made = [&](std::uint32_t scope, std::optional<PurposeKind> purpose, unsigned days = 7) {
    return hub_->make_token(session.token, {"a report", scope, purpose, "A 2", days});
  };
  EXPECT_FALSE(made(0, PurposeKind::assessment).has_value());
  EXPECT_FALSE(made(bit(Action::decide_link), PurposeKind::assessment).has_value());
  EXPECT_FALSE(made(bit(Action::search), PurposeKind::governance).has_value());
  EXPECT_FALSE(made(bit(Action::search), std::nullopt).has_value());
  EXPECT_FALSE(made(bit(Action::search), PurposeKind::assessment, 367).has_value());
  const auto token = made(bit(Action::search), PurposeKind::assessment);
  ASSERT_TRUE(token.has_value()) << token.error().message;
  const auto by_token = hub_->session(*token);
  ASSERT_TRUE(by_token.has_value());
  EXPECT_EQ(by_token->viewer.purpose, PurposeKind::assessment);
  EXPECT_TRUE(hub_->search(by_token->viewer, "nobody at all").has_value());
  const auto look = hub_->ledger().read(hub_->ledger().size()).value();
  EXPECT_NE(look.body.find(R"("token":"a report")"), std::string::npos)
      << "which program looked is told: " << look.body;
  const auto findings = hub_->findings(by_token->viewer, {});
  ASSERT_FALSE(findings.has_value());
  EXPECT_EQ(findings.error().code, ErrorCode::denied);
  // A token does not breed, and changes nothing of the account.
  EXPECT_FALSE(hub_->make_token(*token, {"more", bit(Action::search), PurposeKind::assessment, "", 7}).has_value());
  EXPECT_FALSE(hub_->change_password(*token, password, "another plain sentence").has_value());
  EXPECT_FALSE(hub_->start_second_factor(*token).has_value());
  EXPECT_FALSE(hub_->choose_purpose(*token, PurposeKind::child_protection_enquiry, "").has_value());
  EXPECT_FALSE(hub_->session(*token + "0").has_value());
  EXPECT_FALSE(hub_->session("wider-").has_value());
  ASSERT_TRUE(hub_->close_token(session.token, 0).has_value());
  EXPECT_FALSE(hub_->session(*token).has_value());
}

TEST_F(SignInTest, ADeviceMarkIsGoodForItsNameAloneAndCannotBeMadeUp) {
  // A stranger guesses until the account has to wait; the owner's browser does not.
  const SignIn own = in("sam");
  for (int i = 0; i < 6; ++i) (void)hub_->sign_in(SignInTry{"sam", "wrong", {}, "198.51.100.7", {}});
  const auto stranger = hub_->sign_in(SignInTry{"sam", password, {}, "203.0.113.5", {}});
  ASSERT_FALSE(stranger.has_value());
  EXPECT_NE(stranger.error().message.find("Wait"), std::string::npos);
  EXPECT_TRUE(hub_->sign_in(SignInTry{"sam", password, {}, "203.0.113.5", own.device}).has_value());
  std::string altered = own.device;
  altered.back() = altered.back() == '0' ? '1' : '0';
  for (const std::string& mark : {altered, in("lee").device, std::string("1.2.3"), std::string(500, '1')}) {
    EXPECT_FALSE(hub_->sign_in(SignInTry{"sam", password, {}, "203.0.113.5", mark}).has_value()) << mark;
  }
}

TEST_F(SignInTest, AccountsSurviveAnotherStart) {
  const auto [secret, recovery] = set_up(in("sam"));
  hub_.reset();
  hub_ = std::move(Hub::open(folder_ / "hub").value());
  ASSERT_TRUE(hub_->settle({}).has_value());
  const SignIn half = in("sam");
  ASSERT_FALSE(half.pending.empty());
  // What came before the start may have been used before it.
  EXPECT_FALSE(hub_->finish_sign_in(half.pending, access::code_of(secret, step_now() - 1), "", "").has_value());
  EXPECT_TRUE(hub_->finish_sign_in(half.pending, recovery[0], "", "").has_value());
}

TEST_F(SignInTest, AnAccountMadeByACommandNamesItsOperator) {
  ASSERT_TRUE(hub_->add_account({"kit", "Kit", password, UserRole::chair, Agency::partnership}, "root").has_value());
  const auto last = hub_->ledger().read(hub_->ledger().size()).value();
  EXPECT_EQ(last.header.kind, EntryKind::account_change);
  EXPECT_NE(last.body.find("operator root"), std::string::npos);
}

TEST_F(SignInTest, APurposeIsNamedByWhatIsDoneUnderIt) {
  const Viewer sam = working(in("sam"), PurposeKind::assessment);
  ASSERT_TRUE(hub_->search(sam, "nobody").has_value());
  const auto last = hub_->ledger().read(hub_->ledger().size()).value();
  EXPECT_EQ(last.header.kind, EntryKind::search);
  EXPECT_EQ(last.header.purpose, sam.purpose_entry);
  EXPECT_NE(last.header.purpose, ledger::Ref{});
}

}  // namespace
}  // namespace wider::hub
