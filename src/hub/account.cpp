#include "hub/account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/one_time_code.hpp"

namespace wider::hub {
namespace {

using nlohmann::json;

template <typename Is>
std::optional<Account> first_open(const std::vector<Account>& accounts, const Is& is) {
  const auto found = std::ranges::find_if(accounts, [&](const Account& one) { return !one.closed && is(one); });
  if (found == accounts.end()) return std::nullopt;
  return *found;
}

json as_json(const ApiToken& token) {
  json body = {{"name", token.name},
               {"digest", token.digest},
               {"scope", token.scope},
               {"reference", token.purpose_reference},
               {"expires", token.expires.microseconds},
               {"closed", token.closed}};
  if (token.purpose) body["purpose"] = access::name_of(*token.purpose);
  return body;
}

ApiToken token_of(const json& body) {
  ApiToken token;
  token.name = body.at("name").get<std::string>();
  token.digest = body.at("digest").get<std::string>();
  token.scope = body.at("scope").get<std::uint32_t>();
  token.purpose_reference = body.at("reference").get<std::string>();
  token.expires = Instant{body.at("expires").get<std::int64_t>()};
  token.closed = body.at("closed").get<bool>();
  if (body.contains("purpose")) token.purpose = access::purpose_kind_named(body["purpose"].get<std::string>()).value();
  return token;
}

}  // namespace

std::string Account::standing() const {
  return access::digest_of_token(fmt::format("{}|{}|{}|{}|{}|{}|{}", closed, access::name_of(role), name_of(agency),
                                             password_hash, code_secret, outside_name, outside_only));
}

std::string encode_account(const Account& account) {
  std::string reference;
  for (const std::uint8_t byte : account.reference) {
    constexpr const char* digits = "0123456789abcdef";
    reference += digits[byte >> 4];
    reference += digits[byte & 15];
  }
  json body = {{"number", account.number},
               {"reference", reference},
               {"username", account.username},
               {"name", account.name},
               {"password_hash", account.password_hash},
               {"role", access::name_of(account.role)},
               {"agency", name_of(account.agency)},
               {"closed", account.closed}};
  if (!account.code_secret.empty()) body["code_secret"] = account.code_secret;
  if (!account.recovery_codes.empty()) body["recovery_codes"] = account.recovery_codes;
  if (account.first_password) body["first_password"] = true;
  if (!account.outside_name.empty()) body["outside_name"] = account.outside_name;
  if (account.outside_only) body["outside_only"] = true;
  for (const ApiToken& token : account.tokens) body["tokens"].push_back(as_json(token));
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

Account decode_account(std::string_view text) {
  const json body = json::parse(text);
  Account account;
  account.number = body.at("number").get<std::uint32_t>();
  const auto reference = body.at("reference").get<std::string>();
  for (std::size_t i = 0; i < account.reference.size() && 2 * i + 1 < reference.size(); ++i) {
    account.reference[i] = static_cast<std::uint8_t>(std::stoi(reference.substr(2 * i, 2), nullptr, 16));
  }
  account.username = body.at("username").get<std::string>();
  account.name = body.at("name").get<std::string>();
  account.password_hash = body.at("password_hash").get<std::string>();
  account.role = access::user_role_named(body.at("role").get<std::string>()).value();
  account.agency = agency_named(body.at("agency").get<std::string>()).value();
  account.closed = body.at("closed").get<bool>();
  account.code_secret = body.value("code_secret", "");
  account.recovery_codes = body.value("recovery_codes", std::vector<std::string>{});
  account.first_password = body.value("first_password", false);
  account.outside_name = body.value("outside_name", "");
  account.outside_only = body.value("outside_only", false);
  for (const json& token : body.value("tokens", json::array())) account.tokens.push_back(token_of(token));
  return account;
}

void put_account(std::vector<Account>& accounts, Account account) {
  const auto place = std::ranges::find(accounts, account.number, &Account::number);
  if (place == accounts.end()) {
    accounts.push_back(std::move(account));
  } else {
    *place = std::move(account);
  }
}

void Accounts::load(std::vector<Account> accounts) {
  const std::scoped_lock lock(mutex_);
  accounts_ = std::move(accounts);
  loaded_ = true;
}

bool Accounts::loaded() const {
  const std::scoped_lock lock(mutex_);
  return loaded_;
}

void Accounts::put(Account account) {
  const std::scoped_lock lock(mutex_);
  put_account(accounts_, std::move(account));
}

std::vector<Account> Accounts::all() const {
  const std::scoped_lock lock(mutex_);
  return accounts_;
}

std::optional<Account> Accounts::named(std::string_view username) const {
  const std::scoped_lock lock(mutex_);
  return first_open(accounts_, [&](const Account& one) { return one.username == username; });
}

std::optional<Account> Accounts::numbered(std::uint32_t number) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(accounts_, number, &Account::number);
  if (found == accounts_.end()) return std::nullopt;
  return *found;
}

std::optional<Account> Accounts::known_outside_as(std::string_view outside_name) const {
  const std::scoped_lock lock(mutex_);
  return first_open(accounts_,
                    [&](const Account& one) { return !outside_name.empty() && one.outside_name == outside_name; });
}

std::optional<std::pair<Account, ApiToken>> Accounts::with_token(std::string_view digest) const {
  const std::scoped_lock lock(mutex_);
  for (const Account& account : accounts_) {
    if (account.closed) continue;
    for (const ApiToken& token : account.tokens) {
      if (!token.closed && token.digest == digest) return std::pair(account, token);
    }
  }
  return std::nullopt;
}

}  // namespace wider::hub
