// Serving a hub: the web site, the control socket for other commands, and settling again as records come in.
#pragma once

#include <string>

#include "cli/commands.hpp"

namespace wider::cli {

// Serves until SIGINT or SIGTERM. listen: "127.0.0.1:8080"; port 0 takes a free one. Prints `Listening on http://…`.
struct ServeWords {
  std::string listen;
  bool behind_tls = false;
  std::string log;       // a file, "-" for standard error, "" for none
  std::string provider;  // the file that says where people sign in (oidc/settings.hpp); "" for nowhere else
};
int serve(hub::Hub& hub, const ServeWords& words, Streams& streams);

struct DemoWords {
  std::uint32_t people = 20'000;
  std::uint64_t seed = 1;
  std::string listen = "127.0.0.1:8080";
  std::string folder;         // the hub and the town's files; empty: a temporary folder, removed at the end
  bool only_prepare = false;  // stop when the site could be served
};
int demo(const DemoWords& words, Streams& streams);

}  // namespace wider::cli
