// Signing in: password, one-time code, session, purpose. Every attempt that is evaluated leaves its entry.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "access/common_passwords.hpp"
#include "access/one_time_code.hpp"
#include "access/policy.hpp"
#include "hub/hub.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;
using nlohmann::json;

constexpr std::size_t longest_password = 1024;
constexpr std::int64_t device_days = 90;
constexpr std::chrono::seconds patience_for_hashing{3};

std::int64_t monotonic_now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Codes and tokens go by the real clock, also in a hub whose own is simulated.
Instant real_now() {
  return Instant{
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count()};
}

// A hash nobody's password has, so that an unknown name takes as long as a wrong password.
const std::string& nobodys_hash() {
  static const std::string hash = access::hash_password("nobody signs in with this").value_or("");
  return hash;
}

std::unexpected<Error> must_wait(double seconds) {
  return failure(ErrorCode::denied, fmt::format("Too many tries. Wait {:.0f} seconds and try again.", seconds + .5));
}

std::unexpected<Error> no_session() {
  return failure(ErrorCode::not_found, "You are not signed in, or were away for more than 15 minutes.");
}

std::string dump(const json& body) {
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Viewer viewer_of(const Account& account) {
  Viewer viewer{account.number, account.name, account.role, account.agency, std::nullopt, ""};
  viewer.must_change_password = account.first_password;
  return viewer;
}

}  // namespace

std::uint64_t Hub::step_now() {
  return access::code_step(real_now());
}

Result<bool> Hub::right_password(const std::string& hash, std::string_view password) {
  // Two hash and two wait for them; more would hold the threads that answer everybody's pages.
  const auto too_many = [] {
    return failure(ErrorCode::unavailable, "Too many people are signing in just now. Try again in a minute.");
  };
  if (!hashing_or_waiting_.try_acquire()) return too_many();
  const bool got = hashing_.try_acquire_for(patience_for_hashing);
  const bool right = got && access::verify_password(hash, password.substr(0, longest_password));
  if (got) hashing_.release();
  hashing_or_waiting_.release();
  if (!got) return too_many();
  return right;
}

// "DAY.NONCE.MAC": made by this hub for somebody who signed in, good for 90 days, and for no other name.
std::string Hub::device_mark(std::string_view username) const {
  const std::string start = fmt::format("{}.{}", day_of(real_now()).days, access::random_token().substr(0, 32));
  const ledger::Ref mac = ledger_->keyed_reference(fmt::format("device|{}|{}", username, start));
  std::string mark = start + ".";
  for (const std::uint8_t byte : mac) mark += fmt::format("{:02x}", byte);
  return mark;
}

std::string Hub::device_of(std::string_view username, std::string_view mark) const {
  const std::size_t dot = mark.rfind('.');
  if (dot == std::string_view::npos || mark.size() > 128) return "";
  const std::string_view start = mark.substr(0, dot);
  const ledger::Ref mac = ledger_->keyed_reference(fmt::format("device|{}|{}", username, start));
  std::string hex;
  for (const std::uint8_t byte : mac) hex += fmt::format("{:02x}", byte);
  if (!access::same_secret(hex, mark.substr(dot + 1))) return "";
  const std::int64_t made = std::strtoll(std::string(start.substr(0, start.find('.'))).c_str(), nullptr, 10);
  return day_of(real_now()).days - made <= device_days ? std::string(start) : std::string();
}

Result<void> Hub::refuse_sign_in(std::string_view username, std::string_view why, std::string_view outside) {
  const auto account = accounts_.named(username);
  json body = {{"username", username}, {"why", why}};
  if (!outside.empty()) body["outside"] = outside;
  return append_only(EntryKind::sign_in_refused, account ? account->reference : ledger::Ref{}, dump(body));
}

Result<SignIn> Hub::let_in(const Account& account, std::string_view how, bool outside) {
  const auto entered = append_small(EntryKind::sign_in, account.reference, dump({{"with", how}}));
  if (!entered) return std::unexpected(entered.error());
  Viewer viewer = viewer_of(account);
  viewer.must_change_password = viewer.must_change_password && !outside;  // it was not used
  SignIn signed_in = sessions_.open(viewer, account.standing(), monotonic_now());
  signed_in.device = device_mark(account.username);
  return signed_in;
}

Result<bool> Hub::take_code(const Account& account, std::string_view code) {
  {
    const std::scoped_lock lock(steps_mutex_);
    // A clock that was ahead for a while and came back keeps nobody out: what was used then is not of now.
    std::uint64_t& used = used_steps_.try_emplace(account.number, first_step_).first->second;
    if (used > step_now() + 2) used = step_now();
    const auto step = access::step_of_code(account.code_secret, code, real_now(), used);
    if (step) {
      used = *step;
      return true;
    }
  }
  const std::scoped_lock lock(accounts_mutex_);
  auto now = accounts_.numbered(account.number);
  if (!now || std::erase(now->recovery_codes, access::digest_of_code(code)) == 0) return false;
  if (auto written = write_account(*now, now->reference, "A recovery code was used."); !written)
    return std::unexpected(written.error());
  return true;
}

Result<SignIn> Hub::sign_in(const SignInTry& given) {
  const auto refused = failure(ErrorCode::denied, "The user name or the password is not right.");
  // Nobody's, and not worth remembering.
  if (given.username.size() > longest_username ||
      std::ranges::any_of(given.username, [](unsigned char c) { return c < ' ' || c == 0x7F; }))
    return refused;
  if (auto loaded = load_accounts(); !loaded) return std::unexpected(loaded.error());
  const Attempt attempt{std::string(given.username), std::string(given.address),
                        device_of(given.username, given.device)};
  if (const double wait = guessing_.begin(attempt, monotonic_now()); wait > 0) return must_wait(wait);
  const auto account = accounts_.named(given.username);
  const bool by_password = account && !account->password_hash.empty() && !account->outside_only;
  const auto right = right_password(by_password ? account->password_hash : nobodys_hash(), given.password);
  if (!right) {
    guessing_.withdrawn(attempt);
    return std::unexpected(right.error());
  }
  if (!by_password || !*right) {
    guessing_.failed(attempt, monotonic_now());
    if (auto entered = refuse_sign_in(given.username, "password"); !entered) return std::unexpected(entered.error());
    return refused;
  }
  if (account->code_secret.empty()) {
    guessing_.succeeded(attempt, monotonic_now());
    return let_in(*account, "password", false);
  }
  SignIn half;
  half.pending = sessions_.open_pending({account->number, account->standing()}, monotonic_now());
  guessing_.succeeded(attempt, monotonic_now());
  if (given.code.empty()) {
    if (auto entered = refuse_sign_in(given.username, "a code is asked for"); !entered)
      return std::unexpected(entered.error());
    return half;
  }
  return finish_sign_in(half.pending, given.code, given.address, given.device);
}

Result<SignIn> Hub::finish_sign_in(std::string_view pending, std::string_view code, std::string_view address,
                                   std::string_view device) {
  const auto half = sessions_.try_pending(pending, monotonic_now());
  if (!half) return failure(ErrorCode::denied, "That took too long, or too many tries. Sign in again.");
  const auto account = accounts_.numbered(half->account);
  if (!account || account->standing() != half->standing)
    return failure(ErrorCode::denied, "The account was changed. Sign in again.");
  // Codes are guessed at apart from passwords: who guesses at the first never gets here.
  const Attempt attempt{account->username + "\ncode", std::string(address), device_of(account->username, device)};
  if (const double wait = guessing_.begin(attempt, monotonic_now()); wait > 0) return must_wait(wait);
  const auto taken = take_code(*account, code.substr(0, 64));
  if (!taken) {
    guessing_.withdrawn(attempt);
    return std::unexpected(taken.error());
  }
  if (!*taken) {
    guessing_.failed(attempt, monotonic_now());
    if (auto entered = refuse_sign_in(account->username, "code"); !entered) return std::unexpected(entered.error());
    return failure(ErrorCode::denied,
                   "The code is not right, or was used before. Wait for the next one and try again.");
  }
  guessing_.succeeded(attempt, monotonic_now());
  sessions_.close_pending(pending);
  const auto now = accounts_.numbered(half->account);  // one recovery code fewer
  if (!now || now->standing() != half->standing)
    return failure(ErrorCode::denied, "The account was changed. Sign in again.");
  auto signed_in = let_in(*now, half->outside ? "sign-in service and code" : "password and code", half->outside);
  if (signed_in) signed_in->next = half->next;
  return signed_in;
}

Result<SessionView> Hub::session(std::string_view token) {
  if (token.starts_with(api_token_start)) {
    const auto found = accounts_.with_token(access::digest_of_token(token));
    if (!found || found->second.expires <= real_now()) return no_session();
    SessionView view{viewer_of(found->first), ""};
    view.viewer.scope = found->second.scope;
    view.viewer.token = found->second.name;
    view.viewer.purpose = found->second.purpose;
    view.viewer.purpose_reference = found->second.purpose_reference;
    view.viewer.policy = policy_now();
    return view;
  }
  auto found = sessions_.find(token, monotonic_now());
  if (!found) return no_session();
  const auto account = accounts_.numbered(found->view.viewer.account);
  if (!account || account->closed || account->standing() != found->standing) {
    sessions_.close(token);
    return no_session();
  }
  found->view.viewer.policy = policy_now();
  return found->view;
}

void Hub::sign_out(std::string_view token) {
  if (const auto found = sessions_.find(token, monotonic_now())) {
    // Going out is never refused.
    (void)append_small(EntryKind::sign_out, reference_of(found->view.viewer.account), "{}");
  }
  sessions_.close(token);
}

Result<void> Hub::choose_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) {
  const auto found = session(token);
  if (!found) return std::unexpected(found.error());
  if (token.starts_with(api_token_start))
    return failure(ErrorCode::usage, "A token works under the purpose it was made for.");
  const auto policy = policy_now();
  ledger::NewEntry entry =
      small_entry(EntryKind::purpose, reference_of(found->viewer.account),
                  dump({{"purpose", access::name_of(kind)},
                        {"basis", (policy ? *policy : access::shipped_policy()).purpose(kind).lawful_basis},
                        {"reference", reference.substr(0, 200)}}));
  entry.reference = ledger::random_ref();
  if (const auto entered = ledger_->append_now(entry); !entered) return std::unexpected(entered.error());
  sessions_.set_purpose(token, kind, reference.substr(0, 200), entry.reference);
  return {};
}

// Who has a first password, which somebody else knows, changes it and does nothing else.
Result<Account> Hub::account_of_session(std::string_view token, bool with_first_password) {
  if (token.starts_with(api_token_start))
    return failure(ErrorCode::denied, "A token does not change an account. Sign in yourself.");
  const auto found = session(token);
  if (!found) return std::unexpected(found.error());
  const auto account = accounts_.numbered(found->viewer.account);
  if (!account) return no_session();
  if (found->viewer.must_change_password && !with_first_password)
    return failure(ErrorCode::denied, "Change your first password before anything else.");
  return *account;
}

// The account again, under the lock: only while it is what the session stood on when it asked.
Result<Account> Hub::still(const Account& asking) const {
  const auto account = accounts_.numbered(asking.number);
  if (!account || account->closed || account->standing() != asking.standing()) return no_session();
  return *account;
}

// Whoever changes how they sign in says their password again: a page left open is not theirs alone.
Result<void> Hub::ask_password_again(const Account& asking, std::string_view password) {
  const Attempt attempt{asking.username + "\nchange", "", "own"};
  if (const double wait = guessing_.begin(attempt, monotonic_now()); wait > 0) return must_wait(wait);
  const auto right = right_password(asking.password_hash, password);
  if (!right) {
    guessing_.withdrawn(attempt);
    return std::unexpected(right.error());
  }
  if (!*right) {
    guessing_.failed(attempt, monotonic_now());
    if (auto entered = refuse_sign_in(asking.username, "old password"); !entered) return entered;
    return failure(ErrorCode::usage, "The password that you have now is not right.");
  }
  guessing_.succeeded(attempt, monotonic_now());
  return {};
}

Result<void> Hub::change_password(std::string_view token, std::string_view old_one, std::string_view new_one) {
  const auto asking = account_of_session(token, true);
  if (!asking) return std::unexpected(asking.error());
  if (auto right = ask_password_again(*asking, old_one); !right) return right;
  if (auto good = good_password(new_one, asking->username); !good) return good;
  if (access::holds_name(new_one, asking->name))
    return failure(ErrorCode::usage, "The password holds your name. Choose another one.");
  if (new_one == old_one) return failure(ErrorCode::usage, "Choose another password than the one that you have.");
  auto hash = access::hash_password(new_one);
  if (!hash) return std::unexpected(hash.error());
  const std::scoped_lock lock(accounts_mutex_);
  auto account = still(*asking);
  if (!account) return std::unexpected(account.error());
  account->password_hash = std::move(*hash);
  if (account->first_password) {  // what was made by whoever knew it goes with it
    account->code_secret.clear();
    account->recovery_codes.clear();
    for (ApiToken& made : account->tokens) made.closed = true;
  }
  account->first_password = false;
  if (auto written = write_account(*account, account->reference, "The password was changed."); !written) return written;
  sessions_.set_standing(token, account->standing(), false);
  return {};
}

Result<CodeSecret> Hub::start_second_factor(std::string_view token) {
  const auto account = account_of_session(token);
  if (!account) return std::unexpected(account.error());
  std::string secret = sessions_.secret(token);
  if (secret.empty()) {
    secret = access::new_code_secret();
    sessions_.set_secret(token, secret);
  }
  CodeSecret shown{"", access::code_address(account->username, secret)};
  for (std::size_t i = 0; i < secret.size(); ++i) {
    if (i > 0 && i % 4 == 0) shown.secret += ' ';
    shown.secret += secret[i];
  }
  return shown;
}

Result<std::vector<std::string>> Hub::confirm_second_factor(std::string_view token, std::string_view password,
                                                            std::string_view code) {
  const auto asking = account_of_session(token);
  if (!asking) return std::unexpected(asking.error());
  const std::string secret = sessions_.secret(token);
  if (secret.empty()) return failure(ErrorCode::usage, "Set the app up first.");
  if (auto right = ask_password_again(*asking, password); !right) return std::unexpected(right.error());
  const auto step = access::step_of_code(secret, code, real_now(), 0);
  if (!step) {
    return failure(ErrorCode::usage,
                   "The code is not right. Check that the clocks of the app and of this site agree, and try again.");
  }
  auto codes = access::new_recovery_codes();
  const std::scoped_lock lock(accounts_mutex_);
  auto account = still(*asking);
  if (!account) return std::unexpected(account.error());
  account->code_secret = secret;
  account->recovery_codes.clear();
  for (const std::string& one : codes) account->recovery_codes.push_back(access::digest_of_code(one));
  if (auto written = write_account(*account, account->reference, "A second factor was set up."); !written)
    return std::unexpected(written.error());
  {
    const std::scoped_lock steps(steps_mutex_);
    used_steps_[account->number] = *step;
  }
  sessions_.set_secret(token, "");
  sessions_.set_standing(token, account->standing(), account->first_password);
  return codes;
}

Result<std::string> Hub::make_token(std::string_view session, const NewToken& wanted) {
  const auto asking = account_of_session(session);
  if (!asking) return std::unexpected(asking.error());
  std::uint32_t allowed = 0;
  for (const TokenScope& scope : token_scopes) {
    if (access::may(asking->role, scope.action)) allowed |= 1U << static_cast<unsigned>(scope.action);
  }
  if (wanted.name.empty() || wanted.name.size() > 100)
    return failure(ErrorCode::usage, "Write what the token is for, in at most 100 letters.");
  if (wanted.scope == 0 || (wanted.scope & ~allowed) != 0)
    return failure(ErrorCode::usage, "Choose at least one thing that the token may read.");
  if (wanted.days < 1 || wanted.days > 366) return failure(ErrorCode::usage, "A token is good for 1 to 366 days.");
  if (!wanted.purpose || !access::suits(asking->role, *wanted.purpose))
    return failure(ErrorCode::usage, "Choose what the token is for: a purpose of your role.");
  constexpr std::size_t most_tokens = 20;
  const std::string token = std::string(api_token_start) + access::random_token();
  const std::scoped_lock lock(accounts_mutex_);
  auto account = still(*asking);
  if (!account) return std::unexpected(account.error());
  if (static_cast<std::size_t>(std::ranges::count(account->tokens, false, &ApiToken::closed)) >= most_tokens)
    return failure(ErrorCode::usage, "You have twenty tokens. Close one that is not used any more.");
  account->tokens.push_back({std::string(wanted.name), access::digest_of_token(token), wanted.scope, wanted.purpose,
                             std::string(wanted.reference.substr(0, 200)),
                             Instant{real_now().microseconds + std::int64_t{wanted.days} * 86'400'000'000}, false});
  if (auto written = write_account(*account, account->reference, "An API token was made."); !written)
    return std::unexpected(written.error());
  return token;
}

Result<void> Hub::close_token(std::string_view session, std::size_t number) {
  const auto asking = account_of_session(session);
  if (!asking) return std::unexpected(asking.error());
  const std::scoped_lock lock(accounts_mutex_);
  auto account = still(*asking);
  if (!account) return std::unexpected(account.error());
  if (number >= account->tokens.size() || account->tokens[number].closed)
    return failure(ErrorCode::not_found, "There is no such token.");
  account->tokens[number].closed = true;
  return write_account(*account, account->reference, "An API token was closed.");
}

Result<AccountView> Hub::my_account(const Viewer& viewer) {
  const auto account = accounts_.numbered(viewer.account);
  if (!account) return no_session();
  AccountView view{account->username,
                   account->name,
                   account->role,
                   account->agency,
                   !account->code_secret.empty(),
                   account->recovery_codes.size(),
                   account->first_password,
                   {}};
  for (std::size_t i = 0; i < account->tokens.size(); ++i) {
    const ApiToken& token = account->tokens[i];
    if (token.closed) continue;
    AccountView::Token line{i,
                            token.name,
                            to_words(day_of(token.expires)),
                            token.purpose ? std::string(access::title_of(*token.purpose)) : "",
                            {},
                            token.expires <= real_now()};
    for (const TokenScope& scope : token_scopes) {
      if ((token.scope >> static_cast<unsigned>(scope.action) & 1U) != 0) line.scope.emplace_back(scope.title);
    }
    view.tokens.push_back(std::move(line));
  }
  return view;
}

}  // namespace wider::hub
