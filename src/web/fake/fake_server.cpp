// Serves the pages over FakePages, to look at them without a hub: web_fake_server [HOST:PORT] [ASSETS]. Ends with its
// input.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>

#include "web/fake/fake_pages.hpp"
#include "web/server.hpp"

int main(int count, char** arguments) {
  wider::web::FakePages pages;
  wider::web::ServerOptions options;
  options.listen = count > 1 ? arguments[1] : "127.0.0.1:0";
  options.assets = count > 2 ? arguments[2] : "";
  options.threads = 2;
  const auto server = wider::web::Server::start(pages, options);
  if (!server) {
    fmt::print(stderr, "{}\n", server.error().message);
    return 1;
  }
  fmt::print("Listening on http://{}\n", (*server)->address());
  for (std::size_t i = 0; i < wider::access::user_role_count; ++i) {
    const auto role = static_cast<wider::access::UserRole>(i);
    fmt::print("Sign in as {} with password {} ({})\n", name_of(role), wider::web::FakePages::password, name_of(role));
  }
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
}
