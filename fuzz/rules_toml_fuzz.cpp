// Statutory clocks and language terms: what is accepted gives due days that do not lie before their beginning, and
// hints that lie within the text.
#include <string_view>

#include "base/check.hpp"
#include "practice/practice.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Date begins = *make_date(2009, 12, 24);
  if (const auto clocks = practice::parse_clocks(text)) {
    CHECK(!clocks->all().empty());
    for (const practice::ClockVersion& clock : clocks->all()) {
      CHECK(practice::due_day(clock, begins) >= begins);
      (void)clocks->in_force(clock.rule, begins);
    }
  } else {
    CHECK(!clocks.error().message.empty());
  }
  if (const auto terms = practice::parse_language_terms(text)) {
    CHECK(!terms->empty());
    for (const practice::LanguageHint& hint : practice::check_language(text, *terms, 14)) {
      CHECK(hint.length > 0 && hint.offset + hint.length <= text.size());
      CHECK(text.substr(hint.offset, hint.length) == hint.phrase);
    }
  }
  return 0;
}
