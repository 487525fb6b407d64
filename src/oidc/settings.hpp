// The one sign-in service of a partnership, as its operator wrote it down (a TOML file; docs/production/README.md). The
// secret stands in a file or in the environment, never in this file and never on a command line.
// Thread safety: free functions.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace wider::oidc {

inline constexpr std::string_view callback_path = "/sign-in/service/back";

struct Settings {
  std::string name;    // as people know it: "Sign in with NAME"
  std::string issuer;  // exactly as the provider writes it
  std::string client_id;
  std::string client_secret;  // "" for a client without one: PKCE alone
  std::string site;           // of ours, without a path: "https://wider.example.org"
  std::string authorities;    // file of certificates to trust for the provider instead of the system's; ""
  // What the provider says ("amr" or "acr") when it asked for a second factor; one of them is enough.
  std::vector<std::string> second_factor;
  bool second_factor_required = false;  // without it nobody is let in; otherwise this site asks for its own
  std::optional<std::int64_t> oldest_sign_in_minutes;  // the provider asks again where somebody signed in longer ago

  // The one address that the provider may send people back to.
  [[nodiscard]] std::string redirect() const { return site + std::string(callback_path); }
};

// What the file says, without the secret; `secret_file` and `secret_variable` say where that is. malformed: says which
// line or key.
struct WrittenSettings {
  Settings settings;
  std::string secret_file, secret_variable;
};
[[nodiscard]] Result<WrittenSettings> parse_settings(std::string_view toml);
// With the secret. denied: others may read its file.
[[nodiscard]] Result<Settings> read_settings(const std::filesystem::path& file);

}  // namespace wider::oidc
