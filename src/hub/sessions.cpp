#include "hub/sessions.hpp"

#include <algorithm>

#include "access/one_time_code.hpp"

namespace wider::hub {
namespace {

using access::digest_of_token;
using access::random_token;

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;
constexpr std::int64_t idle_limit = 15 * minute;
constexpr std::int64_t life_limit = 720 * minute;
constexpr std::int64_t pending_limit = 5 * minute;
constexpr unsigned pending_tries = 5;
constexpr std::size_t most_pending = 10'000;

}  // namespace

SignIn Sessions::open(const Viewer& viewer, std::string_view standing, std::int64_t now) {
  SignIn signed_in;
  signed_in.token = random_token();
  signed_in.csrf = random_token();
  signed_in.viewer = viewer;
  const std::scoped_lock lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    return now - entry.second.used > idle_limit || now - entry.second.opened > life_limit;
  });
  sessions_[digest_of_token(signed_in.token)] = Session{{viewer, signed_in.csrf}, std::string(standing), "", now, now};
  return signed_in;
}

std::optional<Sessions::Found> Sessions::find(std::string_view token, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(digest_of_token(token));
  if (found == sessions_.end()) return std::nullopt;
  Session& session = found->second;
  if (now - session.used > idle_limit || now - session.opened > life_limit) {
    sessions_.erase(found);
    return std::nullopt;
  }
  session.used = now;
  return Found{session.view, session.standing};
}

void Sessions::close(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  sessions_.erase(digest_of_token(token));
}

bool Sessions::set_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference,
                           const std::array<std::uint8_t, 16>& entry) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(digest_of_token(token));
  if (found == sessions_.end()) return false;
  found->second.view.viewer.purpose = kind;
  found->second.view.viewer.purpose_reference = std::string(reference);
  found->second.view.viewer.purpose_entry = entry;
  return true;
}

void Sessions::set_standing(std::string_view token, std::string_view standing, bool must_change_password) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(digest_of_token(token));
  if (found == sessions_.end()) return;
  found->second.standing = standing;
  found->second.view.viewer.must_change_password = must_change_password;
}

void Sessions::set_secret(std::string_view token, std::string_view secret) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(digest_of_token(token));
  if (found != sessions_.end()) found->second.secret = secret;
}

std::string Sessions::secret(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  const auto found = sessions_.find(digest_of_token(token));
  return found == sessions_.end() ? std::string() : found->second.secret;
}

std::string Sessions::open_pending(const Pending& pending, std::int64_t now) {
  std::string token = random_token();
  const std::scoped_lock lock(mutex_);
  std::erase_if(pending_, [&](const auto& entry) { return now - entry.second.opened > pending_limit; });
  if (pending_.size() >= most_pending) pending_.erase(pending_.begin());
  pending_[digest_of_token(token)] = Waiting{pending, now, 0};
  return token;
}

std::optional<Sessions::Pending> Sessions::try_pending(std::string_view token, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  const auto found = pending_.find(digest_of_token(token));
  if (found == pending_.end()) return std::nullopt;
  if (now - found->second.opened > pending_limit || ++found->second.tries > pending_tries) {
    pending_.erase(found);
    return std::nullopt;
  }
  return found->second.pending;
}

void Sessions::close_pending(std::string_view token) {
  const std::scoped_lock lock(mutex_);
  pending_.erase(digest_of_token(token));
}

}  // namespace wider::hub
