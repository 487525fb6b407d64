#include "hub/sessions.hpp"

#include <sodium.h>

#include <algorithm>
#include <cmath>

namespace wider::hub {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t idle_limit = 15 * 60 * second;
constexpr std::int64_t life_limit = 12 * 3600 * second;
constexpr unsigned free_attempts = 5;
constexpr std::size_t remembered_failures = 10'000;

std::string random_token() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  return {hex.data()};
}

}  // namespace

Sessions::Key Sessions::key_of(std::string_view token) {
  Key key{};
  crypto_generichash(key.data(), key.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  return key;
}

SignIn Sessions::open(const Viewer& viewer, std::int64_t now) {
  const SignIn signed_in{random_token(), random_token(), viewer};
  const std::scoped_lock lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    return now - entry.second.used > idle_limit || now - entry.second.opened > life_limit;
  });
  sessions_[key_of(signed_in.token)] = Session{{viewer, signed_in.csrf}, now, now};
  return signed_in;
}

std::optional<SessionView> Sessions::find(std::string_view token, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(key_of(token));
  if (found == sessions_.end()) return std::nullopt;
  Session& session = found->second;
  if (now - session.used > idle_limit || now - session.opened > life_limit) {
    sessions_.erase(found);
    return std::nullopt;
  }
  session.used = now;
  return session.view;
}

void Sessions::close(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  sessions_.erase(key_of(token));
}

bool Sessions::set_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(key_of(token));
  if (found == sessions_.end()) return false;
  found->second.view.viewer.purpose = kind;
  found->second.view.viewer.purpose_reference = std::string(reference);
  return true;
}

double Sessions::wait_seconds(std::string_view username, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto found = failures_.find(username);
  if (found == failures_.end() || found->second.count < free_attempts) return 0;
  // 1, 2, 4 … seconds after the fifth wrong password, 15 minutes at most: guessing is slow, nobody is locked out for
  // good.
  const double wait = std::min(900.0, std::exp2(found->second.count - free_attempts));
  return std::max(0.0, wait - static_cast<double>(now - found->second.last) / static_cast<double>(second));
}

void Sessions::failed(std::string_view username, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  // Names nobody bears are counted too, so that a wait does not tell who has an account; the table stays bounded.
  if (failures_.size() >= remembered_failures && !failures_.contains(username)) {
    // The name that was tried longest ago gives way: a flood of made-up names takes nobody's wait away but the floods'
    // own.
    const auto oldest = std::ranges::min_element(
        failures_, {}, [](const auto& one) { return std::pair(one.second.count >= free_attempts, one.second.last); });
    failures_.erase(oldest);
  }
  Failures& failures = failures_[std::string(username)];
  ++failures.count;
  failures.last = now;
}

void Sessions::succeeded(std::string_view username) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = failures_.find(username); found != failures_.end()) failures_.erase(found);
}

}  // namespace wider::hub
