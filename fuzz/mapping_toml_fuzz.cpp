// A mapping, then a line "####", then a file of that layout: a mapping that is accepted reads any file.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  constexpr std::string_view mark = "####\n";
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t at = input.find(mark);
  const auto format = intake::parse_mapping(input.substr(0, at), "fuzz");
  if (!format) {
    CHECK(format.error().message.find("mapping 'fuzz'") == 0);
    return 0;
  }
  CHECK(!intake::describe(**format).title.empty());
  if (at == std::string_view::npos) return 0;
  const std::string_view file = input.substr(at + mark.size());
  fuzz::Kept kept;
  const auto counts = intake::read_stream(**format, fuzz::source_of(file, file.size() + 1),
                                          {.file_name = "fuzz.csv", .max_field_bytes = 2000, .progress = {}}, kept);
  fuzz::check_reading(**format, counts, kept);
  return 0;
}
