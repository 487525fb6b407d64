// What a sign-in service publishes, and the file that names it: addresses that are taken are good ones, and no key of a
// set believes a signature that nobody made.
#include <string_view>

#include "base/check.hpp"
#include "oidc/discovery.hpp"
#include "oidc/jose.hpp"
#include "oidc/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wider;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto found = oidc::parse_discovery(text, "https://login.example")) {
    for (const auto& address : {found->authorization_endpoint, found->token_endpoint, found->jwks_uri}) {
      CHECK(oidc::good_address(address) && !oidc::on_this_machine(address));
      CHECK(address.find_first_of("\r\n \"") == std::string::npos);
    }
  }
  if (const auto keys = oidc::KeySet::parse(text)) {
    CHECK(keys->size() <= 100);
    for (const auto algorithm : {oidc::Algorithm::rs256, oidc::Algorithm::es256}) {
      if (const auto* key = keys->find(algorithm, ""))
        CHECK(!oidc::KeySet::verify(*key, "text", std::string(64, '\1')));
    }
  }
  const auto written = oidc::parse_settings(text);
  if (!written) {
    CHECK(!written.error().message.empty());
  } else {
    CHECK(oidc::good_address(written->settings.issuer) && oidc::good_address(written->settings.redirect()));
  }
  return 0;
}
