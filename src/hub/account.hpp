// Accounts: who may sign in. Account is one of them, as its latest entry says; Accounts is the directory as of the
// ledger now, not of the projection, so that what is closed or changed holds from the next request.
// Thread safety: Accounts may be called from any thread; the rest are values and free functions.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.hpp"
#include "base/date.hpp"
#include "ledger/ledger.hpp"
#include "records/agency.hpp"

namespace wider::hub {

// Lets a program act for an account: no more than the account may, only what the scope names, under one purpose.
struct ApiToken {
  std::string name;         // what it is for, as its owner wrote it
  std::string digest;       // access::digest_of_token
  std::uint32_t scope = 0;  // bits of access::Action
  std::optional<access::PurposeKind> purpose;
  std::string purpose_reference;
  Instant expires;
  bool closed = false;
};

struct Account {
  std::uint32_t number = 0;
  ledger::Ref reference{};  // as headers name the account
  std::string username;
  std::string name;
  std::string password_hash;
  access::UserRole role = access::UserRole::social_worker;
  Agency agency = Agency::social_care;
  bool closed = false;
  std::string code_secret = {};                  // of one-time codes, base32; "" when there is no second factor
  std::vector<std::string> recovery_codes = {};  // digests of those not used yet
  std::vector<ApiToken> tokens = {};
  std::string outside_name = {};  // "issuer subject" of an OpenID Connect provider; "" when none is bound
  bool first_password = false;    // somebody else knows it: to be changed at the first sign-in
  bool outside_only = false;      // signs in at the provider alone: its password opens nothing

  // What a session stands on: another role, agency, password, second factor or name outside ends every session from
  // before.
  [[nodiscard]] std::string standing() const;
};

// Bodies of entries (JSON).
[[nodiscard]] std::string encode_account(const Account& account);
[[nodiscard]] Account decode_account(std::string_view body);  // throws what a JSON reader throws
// The account takes the place of the one with its number, or comes after the others.
void put_account(std::vector<Account>& accounts, Account account);

class Accounts {
 public:
  void load(std::vector<Account> accounts);
  [[nodiscard]] bool loaded() const;
  void put(Account account);
  [[nodiscard]] std::vector<Account> all() const;
  [[nodiscard]] std::optional<Account> named(std::string_view username) const;  // not closed
  [[nodiscard]] std::optional<Account> numbered(std::uint32_t number) const;
  [[nodiscard]] std::optional<Account> known_outside_as(std::string_view outside_name) const;  // not closed
  // The account and token that a digest belongs to; neither closed.
  [[nodiscard]] std::optional<std::pair<Account, ApiToken>> with_token(std::string_view digest) const;

 private:
  mutable std::mutex mutex_;  // guards both below
  bool loaded_ = false;
  std::vector<Account> accounts_;
};

}  // namespace wider::hub
