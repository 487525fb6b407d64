// A linkage model: one that is accepted is written and read again as the same, and scores without overrunning.
#include <string_view>

#include "base/check.hpp"
#include "linkage/linkage.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const auto model = linkage::parse_model({reinterpret_cast<const char*>(data), size});
  if (!model) {
    CHECK(model.error().message.starts_with("Model file: "));
    return 0;
  }
  const std::string written = linkage::to_toml(**model);
  const auto again = linkage::parse_model(written);
  CHECK(again && linkage::to_toml(**again) == written);
  static const StringPool strings = [] {
    StringPool pool;
    (void)pool.intern("amy");
    (void)pool.intern("smith");
    return pool;
  }();
  linkage::Input input;
  input.strings = &strings;
  input.rows.resize(2);
  for (linkage::Row& row : input.rows) {
    row.value[static_cast<std::size_t>(linkage::Attribute::forename)] = 1;
    row.value[static_cast<std::size_t>(linkage::Attribute::surname)] = 2;
  }
  const auto explanation = linkage::explain(input, **model, 0, 1);
  CHECK(explanation.probability >= 0 && explanation.probability <= 1);
  CHECK(linkage::link(input, **model, {}, {}).has_value());
  return 0;
}
