// A partnership's rules of retention: what is accepted has a rule with its basis for every kind of record; what is not
// is refused with the file's name.
#include <string_view>

#include "base/check.hpp"
#include "hub/retention.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const auto rules = hub::parse_retention({reinterpret_cast<const char*>(data), size}, "retention.toml");
  if (!rules) {
    CHECK(rules.error().message.starts_with("retention.toml"));
    return 0;
  }
  for (std::size_t kind = 0; kind < record_kind_count; ++kind)
    CHECK(!rules->rule(static_cast<RecordKind>(kind)).basis.empty());
  return 0;
}
