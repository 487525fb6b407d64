// A delivery manifest: what is accepted is in order of delivery, and a refusal names the manifest.
#include <algorithm>
#include <string_view>

#include "base/check.hpp"
#include "hub/taking_in.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const auto read = hub::parse_manifest({reinterpret_cast<const char*>(data), size}, "town/manifest.csv");
  if (!read) {
    CHECK(!read.error().message.empty());
    return 0;
  }
  CHECK(std::ranges::is_sorted(*read, {}, &hub::Submission::delivered));
  for (const hub::Submission& one : *read) CHECK(one.format != nullptr && one.delivered.valid());
  return 0;
}
