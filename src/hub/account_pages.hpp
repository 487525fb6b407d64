// AccountPages: signing in and who may do so: the part of Pages that is not about children.
// Errors: denied, not_found, usage (what somebody typed), already_there, unavailable.
// Thread safety: every member may be called from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "hub/views.hpp"

namespace wider::hub {

struct SignInTry {
  std::string_view username;
  std::string_view password;
  std::string_view code;     // one-time or recovery code, where both are sent at once (a program does)
  std::string_view address;  // whence it comes; "" when it is not known
  std::string_view device;   // the mark a browser got when somebody signed in from it; "" when it has none
};
struct SignIn {
  std::string token;  // 256-bit random, for the session cookie; only its hash is kept
  std::string csrf;   // for every form of the session
  Viewer viewer;
  std::string pending;    // instead of the three above: the password was right, and a code is asked for with this token
  std::string device;     // a mark for this browser, so that others' guesses do not make it wait
  std::string next = {};  // the page that was asked for before signing in at the service
  std::string unknown = {};  // instead: the service knows somebody by this name, and no account here has it
};
// A sign-in at the partnership's sign-in service (OpenID Connect) that has begun.
struct OutsideStart {
  std::string address;  // of the service: where the browser goes
  std::string browser;  // for a cookie: only this browser may come back
};
struct OutsideAnswer {
  std::string_view state, code, problem;  // as they stand in the address that the service sent the browser to
  std::string_view issuer;                // likewise; "" when it does not name itself
  std::string_view browser;               // the cookie
  std::string_view address, device;       // as in SignInTry
};
struct SessionView {
  Viewer viewer;
  std::string csrf;
};

struct AccountView {
  std::string username, name;
  access::UserRole role = access::UserRole::social_worker;
  Agency agency = Agency::social_care;
  bool second_factor = false;
  std::size_t recovery_codes_left = 0;
  bool must_change_password = false;
  struct Token {
    std::size_t number = 0;
    std::string name, expires, purpose;
    std::vector<std::string> scope;
    bool expired = false;
  };
  std::vector<Token> tokens;  // open ones
};
struct CodeSecret {
  std::string secret;   // base32, in groups of four
  std::string address;  // otpauth://…
};

// What an API token may be given: pages to read. Decisions are a person's own.
struct TokenScope {
  access::Action action;
  std::string_view name, title;
};
inline constexpr TokenScope token_scopes[] = {{access::Action::home, "home", "What needs somebody today"},
                                              {access::Action::search, "search", "Search"},
                                              {access::Action::person, "person", "People’s pages"},
                                              {access::Action::findings, "findings", "The list of findings"},
                                              {access::Action::finding, "finding", "One finding"}};
inline constexpr std::string_view api_token_start = "wider-";

struct NewToken {
  std::string_view name;
  std::uint32_t scope = 0;  // bits of access::Action
  std::optional<access::PurposeKind> purpose;
  std::string_view reference;
  unsigned days = 30;  // 1 … 366
};

struct PeopleLine {
  std::uint32_t number = 0;
  std::string username, name;
  access::UserRole role = access::UserRole::social_worker;
  Agency agency = Agency::social_care;
  bool closed = false, second_factor = false, first_password = false, yours = false;
  std::string outside_name;
  bool outside_only = false;
};
struct PeopleChange {
  std::uint32_t number = 0;
  access::UserRole role = access::UserRole::social_worker;
  Agency agency = Agency::social_care;
  std::string_view outside_name;
  std::string_view reason;    // required
  bool outside_only = false;  // its password opens nothing; only with an outside_name
};

class AccountPages {
 public:
  virtual ~AccountPages() = default;

  // denied with one and the same message whether the name or the password was wrong, in the same time.
  virtual Result<SignIn> sign_in(const SignInTry& attempt) = 0;
  // The second step. denied: the code is not right, was used, or the first step is too long ago.
  virtual Result<SignIn> finish_sign_in(std::string_view pending, std::string_view code, std::string_view address,
                                        std::string_view device) = 0;
  // The sign-in service's name; "" when the partnership has none.
  virtual std::string outside_service() = 0;
  // Both wait for another server, some seconds at most. `next`: the page to go to after it.
  // unavailable: the service cannot be reached; passwords still do.
  virtual Result<OutsideStart> begin_outside(std::string_view address, std::string_view next) = 0;
  // denied: what came back is not to be believed, was used before, or comes from another browser.
  virtual Result<SignIn> finish_outside(const OutsideAnswer& answer) = 0;
  // not_found: no such session, or idle for 15 minutes, or older than 12 hours, or the account was changed or closed
  // since. An API token opens one too.
  virtual Result<SessionView> session(std::string_view token) = 0;
  virtual void sign_out(std::string_view token) = 0;
  // Chosen once per piece of work, an entry; carried on every read until changed.
  virtual Result<void> choose_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) = 0;

  // One's own account.
  virtual Result<AccountView> my_account(const Viewer& viewer) = 0;
  virtual Result<void> change_password(std::string_view token, std::string_view old_one, std::string_view new_one) = 0;
  virtual Result<CodeSecret> start_second_factor(std::string_view token) = 0;
  // The recovery codes, shown once.
  virtual Result<std::vector<std::string>> confirm_second_factor(std::string_view token, std::string_view password,
                                                                 std::string_view code) = 0;
  // The token, shown once.
  virtual Result<std::string> make_token(std::string_view session, const NewToken& wanted) = 0;
  virtual Result<void> close_token(std::string_view session, std::size_t number) = 0;

  // Everybody's accounts: each change is an entry with its reason.
  virtual Result<std::vector<PeopleLine>> people(const Viewer& viewer) = 0;
  // A first password, shown once, to be changed at the first sign-in.
  virtual Result<std::string> add_person(const Viewer& viewer, std::string_view username, std::string_view name,
                                         const PeopleChange& change) = 0;
  virtual Result<void> change_person(const Viewer& viewer, const PeopleChange& change) = 0;
  virtual Result<void> close_person(const Viewer& viewer, std::uint32_t number, std::string_view reason) = 0;
  // A new first password; the second factor and the API tokens are taken away.
  virtual Result<std::string> reset_person(const Viewer& viewer, std::uint32_t number, std::string_view reason) = 0;
};

}  // namespace wider::hub
