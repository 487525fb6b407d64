// Provider: the sign-in service that a partnership has, asked by the authorisation-code flow with PKCE (RFC 6749, 7636;
// OpenID Connect Core 1.0). What it publishes about itself and its keys are kept for an hour; a token signed with an
// unknown key has the keys read again, at most once a minute. The access token that comes with an ID token is dropped
// unread: nothing is asked of the provider in anybody's name.
// Thread safety: every member may be called from any thread. They wait for another server, each for some seconds at
// most (fetch.hpp): never call them where everybody's pages wait.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.hpp"
#include "base/result.hpp"
#include "oidc/discovery.hpp"
#include "oidc/fetch.hpp"
#include "oidc/id_token.hpp"
#include "oidc/settings.hpp"

namespace wider::oidc {

// What time it is by the calendar (for tokens), and by a clock that nobody sets (for what is kept), in microseconds.
struct Times {
  Instant now;
  std::int64_t monotonic = 0;
};

class Provider {
 public:
  Provider(Settings settings, Fetch fetch);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  // Where the browser goes to sign in. unavailable: the provider cannot be reached, or says what it should not.
  Result<std::string> address_to_sign_in(std::string_view state, std::string_view nonce, std::string_view verifier,
                                         const Times& times);
  // Who it is that came back with this code. denied: the message is why, in a few words without personal data.
  struct Coming {
    std::string_view code, verifier, nonce;
    std::string_view issuer;  // as the answer names it (RFC 9207); "" when it does not
  };
  Result<Claims> redeem(const Coming& coming, const Times& times);
  // The provider says that it asked for a second factor.
  [[nodiscard]] bool second_factor_shown(const Claims& claims) const;

 private:
  struct Known {
    std::optional<Discovery> discovery;
    std::int64_t discovery_read = 0, discovery_failed = 0;
    std::optional<KeySet> keys;
    std::int64_t keys_read = 0, keys_asked = 0;
  };
  Result<Discovery> discovery(const Times& times);
  Result<void> read_keys(const Discovery& published, const Times& times);
  Result<std::string> token_for(const Discovery& published, const Coming& coming);
  std::expected<Claims, TokenFault> check(std::string_view token, const Expected& expected);

  Settings settings_;
  Fetch fetch_;
  std::mutex mutex_;  // guards known_; held while it is read anew, so that it is read once
  Known known_;
};

// RFC 7636, 4.2: what of the verifier goes through the browser.
[[nodiscard]] std::string challenge_of(std::string_view verifier);

}  // namespace wider::oidc
