// One question to another server and its answer, bounded: https (http to this machine alone), no redirects, a few
// seconds, a size. By libcurl. Thread safety: free functions; each call is by itself.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace wider::oidc {

struct Question {
  std::string address;
  std::string form = {};           // not empty: it is sent, by POST, as a plain form
  std::string authorization = {};  // header
  std::size_t most_bytes = 0;      // of the answer
};
struct Answer {
  int status = 0;
  std::string body;
};
// unavailable: no answer, not in time, too long, or the other server did not show that it is who it is.
using Fetch = std::function<Result<Answer>(const Question&)>;

struct FetchOptions {
  std::string authorities = {};  // file of certificates to trust instead of the system's; ""
  std::chrono::milliseconds to_connect{3000};
  std::chrono::milliseconds in_all{6000};
};
[[nodiscard]] Fetch make_fetch(FetchOptions options);

}  // namespace wider::oidc
