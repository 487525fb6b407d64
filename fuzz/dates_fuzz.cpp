// Dates: the first line holds the forms, apart by '|'; the rest is the text. A date that is read lies in its range, is
// written and read again as itself, and its precision is that of its form.
#include "fuzz.hpp"
#include "intake/date_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view text = input.substr(line + 1);
  std::vector<std::string> forms(1);
  for (const char c : input.substr(0, line)) {
    if (c == '|') {
      forms.emplace_back();
    } else {
      forms.back() += c;
    }
  }
  const auto minute = intake::read_time(text);
  CHECK(!minute || (*minute >= 0 && *minute < 24 * 60));
  const auto parsed = intake::DateForms::parse(forms);
  const intake::ReadDate read = (parsed ? *parsed : intake::DateForms::usual()).read(text);
  if (read.trouble != intake::DateTrouble::none) {
    CHECK(!read.date.known());
    return 0;
  }
  if (!read.date.known()) return 0;
  CHECK(read.date.first.valid() && read.date.first <= read.date.last());
  CHECK(read.minute >= -1 && read.minute < 24 * 60);
  const YearMonthDay parts = split(read.date.first);
  CHECK(parts.year >= 1800 && parts.year < 2200);
  const auto again = parse_iso_partial(to_iso(read.date));
  CHECK(again && *again == read.date);
  static const intake::DateForms iso = *intake::DateForms::parse({"YYYY-MM-DD", "YYYY-MM", "YYYY"});
  CHECK(iso.read(to_iso(read.date)).date == read.date);
  return 0;
}
