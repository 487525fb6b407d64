// Stored forms: bytes that decode are written again and decode to the same; nothing overruns.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto record = decode_record(bytes)) {
    const auto again = decode_record(encode(*record));
    CHECK(again.has_value() && *again == *record);
  }
  if (const auto stated = decode_protected(bytes)) {
    const auto again = decode_protected(encode(*stated));
    CHECK(again.has_value() && *again == *stated);
  }
  if (const auto row = intake::decode_held_back(bytes)) {
    const auto again = intake::decode_held_back(intake::encode(*row));
    CHECK(again.has_value() && *again == *row);
  }
  return 0;
}
