// A pattern: one that is accepted has numbers within its bounds, and a refusal names the file and a line.
#include <string_view>

#include "base/check.hpp"
#include "picture/pattern.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const auto parsed = picture::parse_pattern({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  if (!parsed) {
    CHECK(parsed.error().message.starts_with("fuzz.toml"));
    return 0;
  }
  const picture::Pattern& pattern = **parsed;
  CHECK(!pattern.title.empty() && !pattern.sentence.empty() && pattern.window_days > 0);
  CHECK(pattern.minimum_children > 0 && pattern.chance.bar > 0);
  for (const double per_record : pattern.chance.per_record) {
    for (const std::uint32_t others : {0U, 3U, 40U}) {
      const picture::ByChance expected = picture::by_chance(per_record, others);
      const double chance = picture::chance_of(expected, pattern.minimum_children);
      CHECK(chance >= 0 && chance <= 1);
      const std::uint32_t count = picture::needed(expected, pattern.chance.bar, pattern.minimum_children);
      CHECK(count >= pattern.minimum_children && picture::chance_of(expected, count) <= pattern.chance.bar);
    }
  }
  return 0;
}
