// Intelligence grades: a grade that is read is of one system, is written and read again as itself, and says which words
// and which handling it has.
#include <string_view>

#include "base/check.hpp"
#include "records/grade.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto grade = parse_grade(text);
  if (!grade) return 0;
  const std::string written = to_text(*grade);
  CHECK((grade->system == GradingSystem::none) == written.empty());
  const auto again = parse_grade(written);
  CHECK(again && *again == *grade);
  CHECK(!to_words(*grade).empty() && strength(*grade) >= 0);
  CHECK(grade->system != GradingSystem::none || handling_of(*grade) == Handling::shared);
  return 0;
}
