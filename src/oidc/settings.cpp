#include "oidc/settings.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include "base/toml.hpp"
#include "oidc/discovery.hpp"

namespace wider::oidc {
namespace {

constexpr std::array<std::string_view, 10> known_keys = {
    "name", "issuer",      "client_id",     "client_secret_file",     "client_secret_variable",
    "site", "authorities", "second_factor", "second_factor_required", "oldest_sign_in_minutes"};

std::unexpected<Error> wrong(std::string_view key, std::string_view must) {
  return failure(ErrorCode::malformed, fmt::format("'{}' must be {}.", key, must));
}

// A text of printable ASCII that is there where it has to be.
Result<std::string> text_in(const toml::table& table, std::string_view key, bool needed) {
  const auto* node = table.get(key);
  if (node == nullptr && !needed) return "";
  const auto text = node == nullptr ? std::nullopt : node->value<std::string>();
  constexpr std::size_t longest = 1024;
  const auto plain = [](unsigned char c) { return c >= ' ' && c != 0x7F; };
  if (!text || text->empty() || text->size() > longest || !std::ranges::all_of(*text, plain))
    return wrong(key, "a text in quotes");
  return *text;
}

Result<void> read_second_factor(const toml::table& table, Settings& settings) {
  if (const auto* node = table.get("second_factor")) {
    const auto* list = node->as_array();
    if (list == nullptr || list->empty()) return wrong("second_factor", "a list of texts, such as [\"mfa\"]");
    for (const auto& one : *list) {
      const auto text = one.value<std::string>();
      if (!text || text->empty()) return wrong("second_factor", "a list of texts, such as [\"mfa\"]");
      settings.second_factor.push_back(*text);
    }
  }
  if (const auto* node = table.get("second_factor_required")) {
    const auto required = node->value_exact<bool>();
    if (!required || (*required && settings.second_factor.empty()))
      return wrong("second_factor_required", "true or false, and true only beside 'second_factor'");
    settings.second_factor_required = *required;
  }
  if (const auto* node = table.get("oldest_sign_in_minutes")) {
    const auto minutes = node->value_exact<std::int64_t>();
    constexpr std::int64_t a_week = 7 * 24 * 60;
    if (!minutes || *minutes < 0 || *minutes > a_week)
      return wrong("oldest_sign_in_minutes", "a number from 0 to 10080");
    settings.oldest_sign_in_minutes = *minutes;
  }
  return {};
}

// scheme://host[:port], and nothing after it.
bool bare_site(std::string_view site) {
  const std::size_t at = site.find("://");
  return good_address(site) && at != std::string_view::npos &&
         site.find_first_of("/?", at + 3) == std::string_view::npos;
}

Result<std::string> secret_of(const WrittenSettings& written) {
  if (!written.secret_variable.empty()) {
    const char* given = std::getenv(written.secret_variable.c_str());
    if (given == nullptr || *given == '\0')
      return failure(ErrorCode::not_found, fmt::format("The environment has no {}, which is to hold the client secret.",
                                                       written.secret_variable));
    return std::string(given);
  }
  if (written.secret_file.empty()) return "";
  struct stat about{};
  if (::stat(written.secret_file.c_str(), &about) != 0)
    return failure(ErrorCode::not_found, fmt::format("The client secret's file {} is not there.", written.secret_file));
  if ((about.st_mode & 077) != 0)
    return failure(ErrorCode::denied, fmt::format("The client secret's file {} may be read by others: chmod 600 it.",
                                                  written.secret_file));
  std::ifstream file(written.secret_file);
  std::string secret;
  if (!std::getline(file, secret) || secret.empty() || secret.size() > 1024)
    return failure(ErrorCode::malformed,
                   fmt::format("The client secret's file {} does not hold one line.", written.secret_file));
  if (secret.ends_with('\r')) secret.pop_back();
  return secret;
}

}  // namespace

Result<WrittenSettings> parse_settings(std::string_view text) {
  const auto table = parse_toml(text);
  if (!table) return failure(ErrorCode::malformed, fmt::format("Line {}: {}.", table.error().line, table.error().says));
  for (const auto& [key, value] : *table) {
    if (std::ranges::find(known_keys, key.str()) == known_keys.end())
      return failure(ErrorCode::malformed, fmt::format("There is no setting '{}'.", key.str()));
  }
  WrittenSettings written;
  Settings& settings = written.settings;
  const std::tuple<std::string_view, std::string*, bool> texts[] = {
      {"name", &settings.name, true},
      {"issuer", &settings.issuer, true},
      {"client_id", &settings.client_id, true},
      {"site", &settings.site, true},
      {"authorities", &settings.authorities, false},
      {"client_secret_file", &written.secret_file, false},
      {"client_secret_variable", &written.secret_variable, false},
  };
  for (const auto& [key, into, needed] : texts) {
    auto found = text_in(*table, key, needed);
    if (!found) return std::unexpected(found.error());
    *into = std::move(*found);
  }
  if (!good_address(settings.issuer) || settings.issuer.find('?') != std::string::npos)
    return wrong("issuer", "an https:// address without a query; http:// is for this machine alone");
  if (!bare_site(settings.site))
    return wrong("site", "an https:// address without a path; http:// is for this machine alone");
  if (!written.secret_file.empty() && !written.secret_variable.empty())
    return wrong("client_secret_variable", "left out where 'client_secret_file' is given");
  if (auto read = read_second_factor(*table, settings); !read) return std::unexpected(read.error());
  return written;
}

Result<Settings> read_settings(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  constexpr std::size_t most = std::size_t{64} * 1024;
  std::string text(most, '\0');
  file.read(text.data(), static_cast<std::streamsize>(most));
  if (file.bad() || (!file.eof() && file.fail()))
    return failure(ErrorCode::unreadable, fmt::format("The file {} cannot be read.", path.string()));
  if (!file.eof()) return failure(ErrorCode::malformed, fmt::format("{} is too long.", path.string()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto written = parse_settings(text);
  if (!written) return failure(written.error().code, fmt::format("{}: {}", path.string(), written.error().message));
  auto secret = secret_of(*written);
  if (!secret) return std::unexpected(secret.error());
  written->settings.client_secret = std::move(*secret);
  return std::move(written->settings);
}

}  // namespace wider::oidc
