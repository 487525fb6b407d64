// A published head: what is read is written and read again as itself, and is signed by nobody who did not sign it.
#include <string_view>

#include "base/check.hpp"
#include "ledger/crypto.hpp"
#include "ledger/head.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  static const bool started = ledger::start_crypto().has_value();
  CHECK(started);
  const auto head = ledger::parse_head({reinterpret_cast<const char*>(data), size});
  if (!head) {
    CHECK(!head.error().message.empty());
    return 0;
  }
  const auto again = ledger::parse_head(ledger::to_json(*head));
  CHECK(again && ledger::to_json(*again) == ledger::to_json(*head));
  CHECK(ledger::signed_message(*again) == ledger::signed_message(*head));
  static const ledger::HubKeys keys{ledger::SecretKey()};
  CHECK(!ledger::signed_by(*head, keys.public_key()));
  return 0;
}
