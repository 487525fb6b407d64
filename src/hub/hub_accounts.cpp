// Who may sign in, and as what: the directory, and the changes that a command or the people's page makes. Each change
// is an entry of the account as it is then, with one beside it that says why and by whom.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/common_passwords.hpp"
#include "access/one_time_code.hpp"
#include "hub/hub.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

constexpr std::size_t shortest_password = 12;

bool in_lower_case_contains(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return !std::ranges::search(text, part, same).empty();
}

Result<void> good_username(std::string_view username) {
  if (username.empty()) return failure(ErrorCode::usage, "An account needs a user name.");
  if (username.size() > longest_username)
    return failure(ErrorCode::usage, fmt::format("A user name has at most {} letters.", longest_username));
  if (std::ranges::any_of(username, [](unsigned char c) { return c <= ' ' || c == 0x7F; }))
    return failure(ErrorCode::usage, "A user name has no spaces and no control characters.");
  return {};
}

// "issuer subject" of one account alone: two that a sign-in service could mean would let the wrong one in.
Result<void> good_outside_name(std::string_view name, bool only, const std::vector<Account>& all,
                               std::uint32_t number) {
  if (name.empty() && only)
    return failure(ErrorCode::usage, "Write the name at the sign-in service, or let the password sign in too.");
  if (name.empty()) return {};
  constexpr std::size_t longest = 1280;
  const std::size_t space = name.find(' ');
  const auto printable = [](unsigned char c) { return c >= ' ' && c < 0x7F; };
  if (name.size() > longest || !std::ranges::all_of(name, printable) || space == std::string_view::npos ||
      name.find(' ', space + 1) != std::string_view::npos || space + 1 == name.size() ||
      !oidc::good_address(name.substr(0, space)))
    return failure(
        ErrorCode::usage,
        "The name at the sign-in service is its address, a space, and the person's number there, as the page shows it "
        "to who is not known yet.");
  const auto has_it = [&](const Account& one) {
    return !one.closed && one.number != number && one.outside_name == name;
  };
  if (std::ranges::any_of(all, has_it))
    return failure(ErrorCode::already_there, "Another account has this name at the sign-in service.");
  return {};
}

std::string by_command(std::string_view operator_name) {
  return operator_name.empty() ? "" : fmt::format("By the operator {}, on the command line.", operator_name);
}

}  // namespace

// NIST SP 800-63B and OWASP ASVS 5.0: length counts, composition does not; nothing that stands beside the field.
Result<void> good_password(std::string_view password, std::string_view username) {
  if (password.size() < shortest_password)
    return failure(ErrorCode::usage, fmt::format("A password has at least {} characters.", shortest_password));
  if (password.size() > 1024) return failure(ErrorCode::usage, "A password has at most 1024 characters.");
  if (username.size() >= 3 && in_lower_case_contains(password, username))
    return failure(ErrorCode::usage, "The password holds the user name. Choose another one.");
  if (in_lower_case_contains(password, "wider picture") || in_lower_case_contains(password, "widerpicture"))
    return failure(ErrorCode::usage, "The password holds this site's name. Choose another one.");
  std::string letters(password);
  std::ranges::sort(letters);
  const auto distinct = std::unique(letters.begin(), letters.end()) - letters.begin();
  if (distinct < 5) return failure(ErrorCode::usage, "The password repeats a few characters. Choose another one.");
  if (access::is_common_password(password))
    return failure(
        ErrorCode::usage,
        "The password is made of words or rows of keys that many people use. Choose another one: three or more "
        "words with spaces between them are a good one.");
  return {};
}

std::string random_password() {
  // Twelve of 31 letters and digits in three groups, 59 bits: easy to read out.
  constexpr std::string_view letters = "abcdefghjkmnpqrstuvwxyz23456789";
  std::string password;
  do {
    password.clear();
    for (int i = 0; i < 14; ++i) {
      if (i == 4 || i == 9) {
        password += '-';
      } else {
        password += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
      }
    }
  } while (!good_password(password, ""));  // once in a long while it is a row of keys
  return password;
}

Result<void> Hub::load_accounts() {
  if (accounts_.loaded()) return {};
  std::vector<std::uint64_t> entries;
  auto read = ledger_->read_headers(1, ledger_->size(), [&](const ledger::Header& header) {
    if (header.kind == EntryKind::account) entries.push_back(header.sequence);
    return true;
  });
  if (!read) return read;
  Facts facts;
  for (const std::uint64_t sequence : entries) {
    const auto entry = ledger_->read(sequence);
    if (!entry) return std::unexpected(entry.error());
    if (auto applied = facts.apply(*entry); !applied) return applied;
  }
  accounts_.load(std::move(facts.accounts));
  return {};
}

Result<std::vector<Account>> Hub::accounts_now() {
  if (auto loaded = load_accounts(); !loaded) return std::unexpected(loaded.error());
  return accounts_.all();
}

Result<void> Hub::write_account(const Account& account, const ledger::Ref& actor, std::string_view reason) {
  std::vector<ledger::NewEntry> entries = {small_entry(EntryKind::account, actor, encode_account(account))};
  if (!reason.empty()) {
    entries.push_back(small_entry(EntryKind::account_change, actor,
                                  nlohmann::json{{"account", account.number}, {"reason", reason}}.dump(
                                      -1, ' ', false, nlohmann::json::error_handler_t::replace)));
  }
  if (const auto appended = ledger_->append(entries); !appended) return std::unexpected(appended.error());
  accounts_.put(account);
  return {};
}

Result<void> Hub::add_account(const NewAccount& wanted, std::string_view operator_name) {
  return add_account(wanted, {}, by_command(operator_name));
}

Result<void> Hub::add_account(const NewAccount& wanted, const ledger::Ref& actor, std::string_view reason) {
  if (auto good = good_username(wanted.username); !good) return good;
  if (auto good = good_password(wanted.password, wanted.username); !good) return good;
  if (access::holds_name(wanted.password, wanted.name))
    return failure(ErrorCode::usage, "The password holds the person's name. Choose another one.");
  auto hash = access::hash_password(wanted.password);
  if (!hash) return std::unexpected(hash.error());
  if (auto loaded = load_accounts(); !loaded) return loaded;
  const std::scoped_lock lock(accounts_mutex_);
  const auto all = accounts_.all();
  if (std::ranges::any_of(all, [&](const Account& one) { return one.username == wanted.username && !one.closed; })) {
    return failure(ErrorCode::already_there,
                   fmt::format("Somebody signs in as '{}' already. Take another user name.", wanted.username));
  }
  if (auto good = good_outside_name(wanted.outside_name, wanted.outside_only, all, 0); !good) return good;
  Account account;
  account.number = static_cast<std::uint32_t>(all.size() + 1);
  account.reference = ledger::random_ref();
  account.username = wanted.username;
  account.name = wanted.name;
  account.password_hash = std::move(*hash);
  account.role = wanted.role;
  account.agency = wanted.agency;
  account.first_password = wanted.first_password;
  account.outside_name = wanted.outside_name;
  account.outside_only = wanted.outside_only;
  return write_account(account, actor, reason);
}

Result<void> Hub::close_account(std::string_view username, std::string_view operator_name) {
  if (auto loaded = load_accounts(); !loaded) return loaded;
  const std::scoped_lock lock(accounts_mutex_);
  auto account = accounts_.named(username);
  if (!account) return failure(ErrorCode::not_found, fmt::format("Nobody signs in as '{}'.", username));
  account->closed = true;
  return write_account(*account, {}, by_command(operator_name));
}

Result<std::vector<PeopleLine>> Hub::people(const Viewer& viewer) {
  if (auto admitted = admit(viewer, Action::administer, EntryKind::look, "accounts"); !admitted)
    return std::unexpected(admitted.error());
  std::vector<PeopleLine> lines;
  for (const Account& one : accounts_.all()) {
    lines.push_back({one.number, one.username, one.name, one.role, one.agency, one.closed, !one.code_secret.empty(),
                     one.first_password, one.number == viewer.account, one.outside_name, one.outside_only});
  }
  std::ranges::stable_sort(lines, {}, [](const PeopleLine& line) { return std::pair(line.closed, line.name); });
  return lines;
}

Result<Account> Hub::account_to_change(const Viewer& viewer, std::uint32_t number, std::string_view reason) {
  if (auto admitted = admit(viewer, Action::administer, EntryKind::look, fmt::format("account {}", number)); !admitted)
    return std::unexpected(admitted.error());
  if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return failure(ErrorCode::usage, "Write why: the reason is kept with the change.");
  if (reason.size() > 1000) return failure(ErrorCode::usage, "Use at most 1000 letters for the reason.");
  // Who gives rights does not widen their own.
  if (number == viewer.account)
    return failure(ErrorCode::usage, "Your own account is changed by another governance officer.");
  const auto account = accounts_.numbered(number);
  if (!account || account->closed) return failure(ErrorCode::not_found, "There is no such account.");
  return *account;
}

Result<std::string> Hub::add_person(const Viewer& viewer, std::string_view username, std::string_view name,
                                    const PeopleChange& change) {
  if (auto admitted = admit(viewer, Action::administer, EntryKind::look, "new account"); !admitted)
    return std::unexpected(admitted.error());
  if (name.find_first_not_of(' ') == std::string_view::npos || name.size() > 200)
    return failure(ErrorCode::usage, "Write the person's name, in at most 200 letters.");
  if (change.reason.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return failure(ErrorCode::usage, "Write why: the reason is kept with the change.");
  std::string password = random_password();
  NewAccount wanted{std::string(username),
                    std::string(name),
                    password,
                    change.role,
                    change.agency,
                    true,
                    std::string(change.outside_name),
                    change.outside_only};
  if (auto added = add_account(wanted, reference_of(viewer.account), change.reason); !added)
    return std::unexpected(added.error());
  return password;
}

Result<void> Hub::change_person(const Viewer& viewer, const PeopleChange& change) {
  const std::scoped_lock lock(accounts_mutex_);
  auto account = account_to_change(viewer, change.number, change.reason);
  if (!account) return std::unexpected(account.error());
  if (auto good = good_outside_name(change.outside_name, change.outside_only, accounts_.all(), change.number); !good)
    return good;
  account->role = change.role;
  account->agency = change.agency;
  account->outside_name = change.outside_name;
  account->outside_only = change.outside_only;
  for (ApiToken& token : account->tokens) token.closed = true;  // they were given to another role
  return write_account(*account, reference_of(viewer.account), change.reason);
}

Result<void> Hub::close_person(const Viewer& viewer, std::uint32_t number, std::string_view reason) {
  const std::scoped_lock lock(accounts_mutex_);
  auto account = account_to_change(viewer, number, reason);
  if (!account) return std::unexpected(account.error());
  account->closed = true;
  return write_account(*account, reference_of(viewer.account), reason);
}

Result<std::string> Hub::reset_person(const Viewer& viewer, std::uint32_t number, std::string_view reason) {
  std::string password = random_password();
  auto hash = access::hash_password(password);
  if (!hash) return std::unexpected(hash.error());
  const std::scoped_lock lock(accounts_mutex_);
  auto account = account_to_change(viewer, number, reason);
  if (!account) return std::unexpected(account.error());
  account->password_hash = std::move(*hash);
  account->first_password = true;
  account->code_secret.clear();
  account->recovery_codes.clear();
  for (ApiToken& token : account->tokens) token.closed = true;
  if (auto written = write_account(*account, reference_of(viewer.account), reason); !written)
    return std::unexpected(written.error());
  return password;
}

}  // namespace wider::hub
