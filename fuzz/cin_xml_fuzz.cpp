// The Children in Need census: whatever the bytes and however they are cut up, children are accepted or held back, or
// the file is refused; and a mended child is one child.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  static const intake::FormatPtr format = intake::cin_format();
  const intake::ReadOptions options{.file_name = "fuzz.xml", .max_field_bytes = 500, .progress = {}};
  fuzz::Kept whole;
  const auto counts = intake::read_stream(*format, fuzz::source_of(text, text.size() + 1), options, whole);
  fuzz::check_reading(*format, counts, whole);
  fuzz::Kept pieces;
  const auto again = intake::read_stream(*format, fuzz::source_of(text, 1 + data[0] % 64), options, pieces);
  CHECK(counts.has_value() == again.has_value());
  if (counts) {
    CHECK(counts->read == again->read && whole.held_back == pieces.held_back);
    for (std::size_t i = 0; i < whole.accepted.size(); ++i) {
      CHECK(whole.accepted[i].records == pieces.accepted[i].records);
      CHECK(whole.accepted[i].protected_characteristics == pieces.accepted[i].protected_characteristics);
    }
  }
  return 0;
}
