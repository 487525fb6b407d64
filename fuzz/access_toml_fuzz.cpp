// A partnership's policy of access: what is accepted decides about every record, and keeps to the floor that no policy
// may go below.
#include <string_view>

#include "access/policy.hpp"
#include "base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  using namespace wider::access;
  const auto policy = parse_policy({reinterpret_cast<const char*>(data), size}, "access.toml");
  if (!policy) {
    CHECK(policy.error().message.starts_with("access.toml"));
    return 0;
  }
  for (std::size_t role = 0; role < user_role_count; ++role) {
    const Reader reader{static_cast<UserRole>(role), Agency::police, PurposeKind::strategy_discussion};
    const auto depth = [&](Agency holder, RecordKind kind, Handling handling, Standing standing) {
      const Decision decision = decide(*policy, reader, {holder, kind, handling, standing});
      CHECK(!decision.because.empty());
      return decision.depth;
    };
    CHECK(depth(Agency::police, RecordKind::stop, Handling::shared, Standing::sealed) == Depth::nothing);
    CHECK(depth(Agency::health, RecordKind::contact, Handling::originator_only, Standing::plain) == Depth::nothing);
    CHECK(depth(Agency::health, RecordKind::sexual_health, Handling::shared, Standing::emergency) <= Depth::exists);
  }
  return 0;
}
