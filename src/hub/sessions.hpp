// Sessions: who is signed in. Tokens are 256-bit random; only their BLAKE2b digests are kept, in memory. A session ends
// after 15 minutes without use, after 12 hours, and when the program ends. Wrong passwords slow an account down.
// Thread safety: every member may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/date.hpp"
#include "hub/pages.hpp"

namespace wider::hub {

class Sessions {
 public:
  // A new session for the viewer; `now` in microseconds of a monotonic clock.
  SignIn open(const Viewer& viewer, std::int64_t now);
  // The session's viewer, its idle time set back; nullopt when there is none that is still good.
  std::optional<SessionView> find(std::string_view token, std::int64_t now);
  void close(std::string_view token);
  bool set_purpose(std::string_view token, access::PurposeKind kind, std::string_view reference);

  // How long an attempt to sign in as `username` must wait, in seconds, after the failures so far.
  double wait_seconds(std::string_view username, std::int64_t now);
  void failed(std::string_view username, std::int64_t now);
  void succeeded(std::string_view username);

 private:
  using Key = std::array<std::uint8_t, 32>;
  struct Session {
    SessionView view;
    std::int64_t opened = 0;
    std::int64_t used = 0;
  };
  struct Failures {
    unsigned count = 0;
    std::int64_t last = 0;
  };
  static Key key_of(std::string_view token);

  std::mutex mutex_;
  std::map<Key, Session> sessions_;
  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace wider::hub
