// Server: the site on a socket. libmicrohttpd reads (epoll, a few threads), this adapter limits and translates, the
// Site answers. Sizes are refused before any work is done; a sender too slow is dropped; nothing is logged. Thread
// safety: start and stop from one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "hub/pages.hpp"

namespace wider::web {

struct ServerOptions {
  std::string listen = "127.0.0.1:8080";  // port 0: any free port
  unsigned threads = 8;                   // each handles many connections; a page's ledger entry makes one wait
  std::string assets;                     // folder; "": found from where the program lies
  bool behind_tls = false;                // a TLS proxy stands in front: cookies are marked Secure
  std::function<void(std::string_view line)> log = {};  // each request as a line of JSON, without personal data
};

class Server {
 public:
  // usage: the address cannot be read. unavailable: it is taken or may not be used. unreadable: no assets.
  static Result<std::unique_ptr<Server>> start(hub::Pages& pages, const ServerOptions& options);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const std::string& address() const;  // "127.0.0.1:40123", with the port in use
  void stop();                                       // lets requests under way finish; twice is harmless

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace wider::web
