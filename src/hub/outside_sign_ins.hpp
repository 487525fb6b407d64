// OutsideSignIns: sign-ins that are under way at the partnership's sign-in service. Each is begun in one browser, which
// gets a cookie for it, and comes back there once, within ten minutes, with the state that went along. The table is
// bounded, and one address cannot fill it.
// Thread safety: every member may be called from any thread. Times are microseconds of a monotonic clock.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace wider::hub {

class OutsideSignIns {
 public:
  static constexpr std::int64_t good_for = 600'000'000;  // ten minutes
  static constexpr std::size_t most = 10'000;
  static constexpr std::size_t most_of_an_address = 500;

  struct Begun {
    std::string state;     // goes through the provider and back; kept as its digest
    std::string nonce;     // comes back inside the ID token
    std::string verifier;  // of PKCE: never leaves this process but to the provider
    std::string browser;   // for a cookie; kept as its digest
  };
  Begun begin(std::string_view address, std::string_view next, std::int64_t now);

  struct Waiting {
    std::string nonce, verifier;
    std::string next;  // the page that was asked for
  };
  // Once: nullopt when there is none, it was taken, it is too long ago, or it was begun in another browser (in whose
  // hands it then stays).
  std::optional<Waiting> take(std::string_view state, std::string_view browser, std::int64_t now);
  [[nodiscard]] std::size_t size();

 private:
  struct Kept {
    Waiting waiting;
    std::string browser, address;
    std::int64_t begun = 0;
  };
  void drop(std::map<std::string, Kept>::iterator at);
  void drop_oldest(const std::string* of_address);

  std::mutex mutex_;                       // guards the two below
  std::map<std::string, Kept> kept_;       // by the digest of the state
  std::map<std::string, std::size_t> of_;  // how many of each address
};

}  // namespace wider::hub
