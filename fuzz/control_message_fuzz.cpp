// Both messages of the control socket: what is accepted is written and read again as itself.
#include <string_view>

#include "base/check.hpp"
#include "cli/control_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = cli::parse_control_request(text)) {
    const auto written = cli::to_json(*request);
    CHECK(written && cli::parse_control_request(*written) == request);
  }
  if (const auto answer = cli::parse_control_answer(text)) {
    CHECK(cli::parse_control_answer(cli::to_json(*answer)) == answer);
  }
  return 0;
}
