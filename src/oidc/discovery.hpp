// What a provider publishes about itself (OpenID Connect Discovery 1.0), as far as a sign-in needs it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wider::oidc {

inline constexpr std::size_t most_discovery_bytes = std::size_t{128} * 1024;

// https, or http to this machine itself; no user name, no fragment, printable ASCII.
[[nodiscard]] bool good_address(std::string_view address);
[[nodiscard]] bool on_this_machine(std::string_view address);
// Where the provider of this issuer publishes it.
[[nodiscard]] std::string discovery_address(std::string_view issuer);

struct Discovery {
  std::string authorization_endpoint, token_endpoint, jwks_uri;
  bool says_issuer = false;  // the answer to a sign-in names its issuer (RFC 9207)
  enum class ClientAuthentication { basic, post } authentication = ClientAuthentication::basic;
};
// nullopt: not strict JSON, of another issuer, without PKCE by S256 where it says which, or with an address that is not
// good; a provider elsewhere never leads to an address on this machine.
[[nodiscard]] std::optional<Discovery> parse_discovery(std::string_view json, std::string_view issuer);

}  // namespace wider::oidc
