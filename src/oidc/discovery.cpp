#include "oidc/discovery.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "oidc/strict_json.hpp"

namespace wider::oidc {
namespace {

using nlohmann::json;

struct Releases {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(char* part) const { curl_free(part); }
};
using Url = std::unique_ptr<CURLU, Releases>;

Url url_of(std::string_view address) {
  constexpr std::size_t longest = 1024;
  const auto printable = [](unsigned char c) { return c > ' ' && c < 0x7F && c != '"' && c != '\\'; };
  if (address.size() > longest || !std::ranges::all_of(address, printable)) return nullptr;
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(address).c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
    return nullptr;
  return url;
}

std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return "";
  return std::unique_ptr<char, Releases>(text).get();
}

bool loopback(const std::string& host) {
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

// Whether a list that the provider may publish has the value; where it publishes none, `unsaid`.
bool lists(const json& document, const char* key, const char* value, bool unsaid) {
  const auto list = document.find(key);
  if (list == document.end()) return unsaid;
  return list->is_array() && std::ranges::find(*list, json(value)) != list->end();
}

}  // namespace

bool on_this_machine(std::string_view address) {
  const Url url = url_of(address);
  return url && loopback(part(url, CURLUPART_HOST));
}

bool good_address(std::string_view address) {
  const Url url = url_of(address);
  if (!url) return false;
  const std::string scheme = part(url, CURLUPART_SCHEME);
  const std::string host = part(url, CURLUPART_HOST);
  if (host.empty() || address.find('#') != std::string_view::npos) return false;
  return scheme == "https" || (scheme == "http" && loopback(host));
}

std::string discovery_address(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

std::optional<Discovery> parse_discovery(std::string_view text, std::string_view issuer) {
  const auto document = strict_object(text, most_discovery_bytes);
  if (!document || text_of(*document, "issuer") != issuer) return std::nullopt;
  Discovery found;
  const std::pair<const char*, std::string*> addresses[] = {{"authorization_endpoint", &found.authorization_endpoint},
                                                            {"token_endpoint", &found.token_endpoint},
                                                            {"jwks_uri", &found.jwks_uri}};
  const bool local = on_this_machine(issuer);
  for (const auto& [name, into] : addresses) {
    const auto address = text_of(*document, name);
    if (!address || !good_address(*address) || (on_this_machine(*address) && !local)) return std::nullopt;
    *into = *address;
  }
  if (!lists(*document, "code_challenge_methods_supported", "S256", true) ||
      !lists(*document, "response_types_supported", "code", true))
    return std::nullopt;
  const auto says_issuer = document->find("authorization_response_iss_parameter_supported");
  found.says_issuer = says_issuer != document->end() && *says_issuer == json(true);
  const char* methods = "token_endpoint_auth_methods_supported";
  if (!lists(*document, methods, "client_secret_basic", true) && lists(*document, methods, "client_secret_post", false))
    found.authentication = Discovery::ClientAuthentication::post;
  return found;
}

}  // namespace wider::oidc
