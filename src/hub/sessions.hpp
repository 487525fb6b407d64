// Sessions: who is signed in. Tokens are 256-bit random; only their BLAKE2b digests are kept, in memory. A session ends
// after 15 minutes without use, after 12 hours, and when the program ends. Between the password and the one-time code a
// sign-in is pending, for five minutes and five tries.
// Thread safety: every member may be called from any thread. Times are microseconds of a monotonic clock.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "hub/pages.hpp"

namespace wider::hub {

class Sessions {
 public:
  struct Found {
    SessionView view;
    std::string standing;  // of the account when the session began
  };
  struct Pending {
    std::uint32_t account = 0;
    std::string standing;
    bool outside = false;  // by the sign-in service, not by a password
    std::string next = {};
  };

  // A new session for the viewer.
  SignIn open(const Viewer& viewer, std::string_view standing, std::int64_t now);
  // The session, its idle time set back; nullopt when there is none that is still good.
  std::optional<Found> find(std::string_view token, std::int64_t now);
  void close(std::string_view token);
  bool set_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference,
                   const std::array<std::uint8_t, 16>& entry);
  // The account was changed by its own session: this one goes on, the others end.
  void set_standing(std::string_view token, std::string_view standing, bool must_change_password);
  // The secret that is being set up in a session, until it is confirmed.
  void set_secret(std::string_view token, std::string_view secret);
  std::string secret(std::string_view token);

  std::string open_pending(const Pending& pending, std::int64_t now);
  // Counts as a try.
  std::optional<Pending> try_pending(std::string_view token, std::int64_t now);
  void close_pending(std::string_view token);

 private:
  struct Session {
    SessionView view;
    std::string standing;
    std::string secret;
    std::int64_t opened = 0;
    std::int64_t used = 0;
  };
  struct Waiting {
    Pending pending;
    std::int64_t opened = 0;
    unsigned tries = 0;
  };

  std::mutex mutex_;  // guards both tables, by the token's digest
  std::map<std::string, Session> sessions_;
  std::map<std::string, Waiting> pending_;
};

}  // namespace wider::hub
