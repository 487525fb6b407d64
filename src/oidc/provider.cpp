#include "oidc/provider.hpp"

#include <curl/curl.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "oidc/strict_json.hpp"

namespace wider::oidc {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t kept = 3600 * second;            // what a provider publishes, and its keys
constexpr std::int64_t between_failures = 10 * second;  // a provider that does not answer is not asked at once again
constexpr std::int64_t between_keys = 60 * second;
constexpr std::size_t most_answer_bytes = std::size_t{64} * 1024;
constexpr std::size_t longest_code = 2048;

std::string encoded(std::string_view text) {
  struct Frees {
    void operator()(char* held) const { curl_free(held); }
  };
  const std::unique_ptr<char, Frees> made(curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())));
  return made && !text.empty() ? made.get() : "";
}

std::string fields(std::initializer_list<std::pair<std::string_view, std::string_view>> all) {
  std::string text;
  for (const auto& [name, value] : all) {
    if (!text.empty()) text += '&';
    text += std::string(name) + '=' + encoded(value);
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::unexpected<Error> out_of_reach() {
  return failure(ErrorCode::unavailable, "The sign-in service cannot be reached.");
}

}  // namespace

std::string challenge_of(std::string_view verifier) {
  return base64url_encode(sha256(verifier));
}

Provider::Provider(Settings settings, Fetch fetch) : settings_(std::move(settings)), fetch_(std::move(fetch)) {}

Result<Discovery> Provider::discovery(const Times& times) {
  const std::scoped_lock lock(mutex_);
  if (known_.discovery && times.monotonic - known_.discovery_read < kept) return *known_.discovery;
  if (known_.discovery_failed != 0 && times.monotonic - known_.discovery_failed < between_failures)
    return out_of_reach();
  const auto answer = fetch_({discovery_address(settings_.issuer), "", "", most_discovery_bytes});
  auto published = answer && answer->status == 200 ? parse_discovery(answer->body, settings_.issuer) : std::nullopt;
  if (!published) {
    known_.discovery_failed = times.monotonic;
    return out_of_reach();
  }
  known_.discovery_failed = 0;
  known_.discovery_read = times.monotonic;
  known_.discovery = std::move(published);
  return *known_.discovery;
}

// Where the keys that are known are of this minute, they are not asked for again.
Result<void> Provider::read_keys(const Discovery& published, const Times& times) {
  const std::scoped_lock lock(mutex_);
  if (known_.keys_asked != 0 && times.monotonic - known_.keys_asked < between_keys) {
    if (known_.keys) return {};
    if (times.monotonic - known_.keys_asked < between_failures) return out_of_reach();
  }
  known_.keys_asked = times.monotonic;
  const auto answer = fetch_({published.jwks_uri, "", "", most_key_set_bytes});
  auto keys = answer && answer->status == 200 ? KeySet::parse(answer->body) : std::nullopt;
  if (!keys) return out_of_reach();
  known_.keys = std::move(*keys);
  known_.keys_read = times.monotonic;
  return {};
}

std::expected<Claims, TokenFault> Provider::check(std::string_view token, const Expected& expected) {
  const std::scoped_lock lock(mutex_);
  if (!known_.keys) return std::unexpected(TokenFault::unknown_key);
  return check_id_token(token, *known_.keys, expected);
}

Result<std::string> Provider::address_to_sign_in(std::string_view state, std::string_view nonce,
                                                 std::string_view verifier, const Times& times) {
  const auto published = discovery(times);
  if (!published) return std::unexpected(published.error());
  std::string address = published->authorization_endpoint;
  address += address.find('?') == std::string::npos ? '?' : '&';
  address += fields({{"response_type", "code"},
                     {"scope", "openid"},
                     {"client_id", settings_.client_id},
                     {"redirect_uri", settings_.redirect()},
                     {"state", state},
                     {"nonce", nonce},
                     {"code_challenge", challenge_of(verifier)},
                     {"code_challenge_method", "S256"}});
  if (settings_.oldest_sign_in_minutes) address += "&max_age=" + std::to_string(*settings_.oldest_sign_in_minutes * 60);
  return address;
}

Result<std::string> Provider::token_for(const Discovery& published, const Coming& coming) {
  using ClientAuthentication = Discovery::ClientAuthentication;
  Question question{published.token_endpoint, "", "", most_answer_bytes};
  question.form = fields({{"grant_type", "authorization_code"},
                          {"code", coming.code},
                          {"redirect_uri", settings_.redirect()},
                          {"code_verifier", coming.verifier}});
  if (settings_.client_secret.empty()) {
    question.form += "&" + fields({{"client_id", settings_.client_id}});
  } else if (published.authentication == ClientAuthentication::post) {
    question.form += "&" + fields({{"client_id", settings_.client_id}, {"client_secret", settings_.client_secret}});
  } else {
    question.authorization = "Basic " + base64(encoded(settings_.client_id) + ":" + encoded(settings_.client_secret));
  }
  const auto answer = fetch_(question);
  if (!answer || answer->status >= 500) return out_of_reach();
  if (answer->status != 200) return failure(ErrorCode::denied, "the service did not take the code");
  const auto object = strict_object(answer->body, most_answer_bytes);
  const auto token = object ? text_of(*object, "id_token", most_token_bytes) : std::nullopt;
  if (!token) return failure(ErrorCode::denied, "the service answered without an ID token");
  return std::string(*token);
}

Result<Claims> Provider::redeem(const Coming& coming, const Times& times) {
  const auto published = discovery(times);
  if (!published) return std::unexpected(published.error());
  if (coming.issuer.empty() ? published->says_issuer : coming.issuer != settings_.issuer)
    return failure(ErrorCode::denied, "the answer is another service's");
  if (coming.code.empty() || coming.code.size() > longest_code)
    return failure(ErrorCode::denied, "the answer holds no code");
  const auto token = token_for(*published, coming);
  if (!token) return std::unexpected(token.error());
  bool stale = false;
  {
    const std::scoped_lock lock(mutex_);
    stale = !known_.keys || times.monotonic - known_.keys_read >= kept;
  }
  if (stale) {
    if (auto read = read_keys(*published, times); !read) return std::unexpected(read.error());
  }
  Expected expected{settings_.issuer, settings_.client_id, std::string(coming.nonce), times.now};
  if (settings_.oldest_sign_in_minutes) expected.oldest_sign_in_seconds = *settings_.oldest_sign_in_minutes * 60;
  auto claims = check(*token, expected);
  if (!claims && claims.error() == TokenFault::unknown_key) {
    if (auto read = read_keys(*published, times); !read) return std::unexpected(read.error());
    claims = check(*token, expected);
  }
  if (!claims) return failure(ErrorCode::denied, "ID token: " + std::string(name_of(claims.error())));
  return std::move(*claims);
}

bool Provider::second_factor_shown(const Claims& claims) const {
  return std::ranges::any_of(settings_.second_factor, [&](const std::string& wanted) {
    return wanted == claims.strength || std::ranges::find(claims.methods, wanted) != claims.methods.end();
  });
}

}  // namespace wider::oidc
