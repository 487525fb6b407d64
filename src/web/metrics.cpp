#include "web/metrics.hpp"

#include <fmt/format.h>

namespace wider::web {

void Metrics::count(const Served& served) {
  const std::scoped_lock lock(mutex_);
  auto at = routes_.find(served.route);
  if (at == routes_.end()) at = routes_.emplace(std::string(served.route), Route{}).first;
  Route& route = at->second;
  ++route.by_status[served.status];
  ++route.requests;
  route.seconds += served.seconds;
  for (std::size_t i = 0; i < bounds.size(); ++i) route.within[i] += served.seconds <= bounds[i] ? 1 : 0;
}

std::string Metrics::text() const {
  const std::scoped_lock lock(mutex_);
  std::string out =
      "# HELP wider_requests_total Requests answered, by route and status.\n# TYPE wider_requests_total counter\n";
  for (const auto& [name, route] : routes_) {
    for (const auto& [status, count] : route.by_status)
      out += fmt::format("wider_requests_total{{route=\"{}\",status=\"{}\"}} {}\n", name, status, count);
  }
  out += "# HELP wider_request_seconds How long requests took at the server.\n# TYPE wider_request_seconds histogram\n";
  for (const auto& [name, route] : routes_) {
    for (std::size_t i = 0; i < bounds.size(); ++i)
      out +=
          fmt::format("wider_request_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", name, bounds[i], route.within[i]);
    out += fmt::format(
        "wider_request_seconds_bucket{{route=\"{0}\",le=\"+Inf\"}} {1}\n"
        "wider_request_seconds_sum{{route=\"{0}\"}} {2:.6f}\n"
        "wider_request_seconds_count{{route=\"{0}\"}} {1}\n",
        name, route.requests, route.seconds);
  }
  return out;
}

std::string log_line(const Served& served) {
  return fmt::format(R"({{"method":"{}","route":"{}","status":{},"milliseconds":{:.2f},"bytes":{}}})",
                     served.post ? "POST" : "GET", served.route, served.status, served.seconds * 1000, served.bytes);
}

}  // namespace wider::web
