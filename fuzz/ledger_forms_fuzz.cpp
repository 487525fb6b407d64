// The hub's key file, an entry's header and a key slot: what is read is written again as the same bytes, and nothing
// that this hub did not write opens.
#include <algorithm>
#include <string_view>

#include "base/check.hpp"
#include "ledger/crypto.hpp"
#include "ledger/key_ring.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  static const bool started = ledger::start_crypto().has_value();
  CHECK(started);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto key = ledger::parse_key_text(bytes)) {
    const auto again = ledger::parse_key_text(ledger::key_text(*key));
    CHECK(again && again->bytes == key->bytes);
  }
  if (const auto header = ledger::decode_header(bytes)) {
    std::string again;
    if (bytes[0] == 1)
      ledger::encode_plain_header(*header, again);
    else
      ledger::encode_header(header->sequence, header->received, bytes.substr(ledger::hidden_from), again);
    CHECK(again == bytes);
  }
  static const ledger::HubKeys keys{ledger::SecretKey()};
  const std::string row(ledger::row_size, 'r');
  ledger::SecretKey opened;
  CHECK(!keys.unwrap(bytes, row, opened));
  CHECK(!ledger::open_ring(bytes, ledger::SecretKey(), "identity"));
  std::string body;
  CHECK(!ledger::open_body(bytes, opened.bytes.data(), body));
  return 0;
}
