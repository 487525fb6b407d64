// Dates and instants in ISO form, as commands, pages and manifests take them: what is read is written and read again as
// itself, and every way of writing it out says something.
#include <string_view>

#include "base/check.hpp"
#include "base/date.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto date = parse_iso_date(text)) {
    CHECK(date->valid() && to_iso(*date) == text && !to_words(*date).empty());
    const YearMonthDay parts = split(*date);
    CHECK(make_date(parts.year, parts.month, parts.day) == date);
    CHECK(weekday(*date) >= 0 && weekday(*date) <= 6 && *date <= last_of_month(parts.year, parts.month));
    CHECK(age_years(*date, *date) == 0);
  }
  if (const auto partial = parse_iso_partial(text)) {
    CHECK(to_iso(*partial) == text && !to_words(*partial).empty());
    CHECK(!partial->known() || partial->first <= partial->last());
  }
  if (const auto instant = parse_iso_instant(text)) {
    CHECK(instant->valid());
    const auto again = parse_iso_instant(to_iso(*instant));
    CHECK(again && again->microseconds <= instant->microseconds &&
          instant->microseconds - again->microseconds < 1'000'000);
    CHECK(start_of(day_of(*instant)) <= *instant);
  }
  return 0;
}
