// Metrics: what the server did, as Prometheus reads it (text format 0.0.4). Counted by route and status alone: no
// address, name, number of anybody's page, or account is in it (invariant 12).
// Thread safety: every member may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace wider::web {

// One answered request.
struct Served {
  bool post = false;
  std::string_view route;  // its pattern: "/person/{id}"; "" where none matched
  int status = 0;
  double seconds = 0;
  std::size_t bytes = 0;  // of the body
};

class Metrics {
 public:
  void count(const Served& served);
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::array<double, 9> bounds = {.005, .01, .02, .05, .1, .25, .5, 1, 5};  // seconds
  struct Route {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, bounds.size()> within{};  // requests no slower than the bound
    double seconds = 0;
    std::uint64_t requests = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Route, std::less<>> routes_;  // as many as the site has
};

// The request as one line of JSON, for a log: as little in it as in the metrics.
[[nodiscard]] std::string log_line(const Served& served);

}  // namespace wider::web
