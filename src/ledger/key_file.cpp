// The hub's key, of the environment or of a file: one line, "wider-hub-key-1 " and 64 hexadecimal digits. It never lies
// inside the hub.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/crypto.hpp"
#include "ledger/files.hpp"

namespace wider::ledger {
namespace {

constexpr std::string_view prefix = "wider-hub-key-1 ";

std::filesystem::path absolute_of(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::path whole = std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  if (!whole.has_filename()) whole = whole.parent_path();  // a trailing slash
  return whole;
}

bool inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  for (std::filesystem::path at = path; at.has_relative_path(); at = at.parent_path())
    if (at == folder) return true;
  return false;
}

}  // namespace

Result<std::filesystem::path> key_file_of(const std::filesystem::path& folder, const std::filesystem::path& chosen) {
  const std::filesystem::path hub = absolute_of(folder);
  std::filesystem::path path = chosen;
  if (path.empty()) {
    const char* named = std::getenv("WIDER_HUB_KEY_FILE");
    path = named != nullptr && *named != '\0' ? std::filesystem::path(named)
                                              : std::filesystem::path(hub.string() + ".key");
  }
  path = absolute_of(path);
  if (inside(path, hub))
    return failure(ErrorCode::usage,
                   fmt::format("The hub's key may not lie inside the hub: {}. Keep it elsewhere, or whoever has the "
                               "hub's files can read them.",
                               path.string()));
  return path;
}

Result<HubKey> hub_key_of(const std::filesystem::path& folder, const std::filesystem::path& chosen, bool make) {
  const char* given = chosen.empty() ? std::getenv("WIDER_HUB_KEY") : nullptr;
  if (given != nullptr && *given != '\0') {
    const auto key = parse_key_text(given);
    if (!key)
      return failure(ErrorCode::malformed,
                     "WIDER_HUB_KEY is not a hub's key: it is the one line of a hub's key file. To name a file, use "
                     "WIDER_HUB_KEY_FILE.");
    return HubKey{*key, {}};
  }
  const auto file = key_file_of(folder, chosen);
  if (!file) return std::unexpected(file.error());
  const auto key = make ? make_or_read_key_file(*file) : read_key_file(*file);
  if (!key) return std::unexpected(key.error());
  return HubKey{*key, *file};
}

std::string key_text(const SecretKey& key) {
  std::array<char, 65> digits;
  sodium_bin2hex(digits.data(), digits.size(), key.bytes.data(), key.bytes.size());
  std::string text = fmt::format("{}{}\n", prefix, digits.data());
  sodium_memzero(digits.data(), digits.size());
  return text;
}

std::optional<SecretKey> parse_key_text(std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = text.substr(prefix.size());
  if (digits.size() < 64 || digits.find_first_not_of("\r\n", 64) != std::string_view::npos) return std::nullopt;
  SecretKey key;
  std::size_t length = 0;
  // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the length is given, and a copy would have to be wiped
  if (sodium_hex2bin(key.bytes.data(), key.bytes.size(), digits.data(), 64, nullptr, &length, nullptr) != 0 ||
      length != 32)
    return std::nullopt;
  return key;
}

Result<SecretKey> read_key_file(const std::filesystem::path& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0)
    return failure(ErrorCode::not_found,
                   fmt::format("The hub's key file {} is not there: name it with WIDER_HUB_KEY_FILE, or bring it "
                               "back from where it is kept.",
                               path.string()));
  if ((about.st_mode & 077) != 0)
    return failure(ErrorCode::denied,
                   fmt::format("The hub's key file {} may be read by others: chmod 600 it.", path.string()));
  auto text = read_whole(path);
  if (!text) return std::unexpected(text.error());
  const auto key = parse_key_text(*text);
  sodium_memzero(text->data(), text->size());
  if (!key) return failure(ErrorCode::malformed, fmt::format("{} is not a hub's key file.", path.string()));
  return *key;
}

Result<SecretKey> make_or_read_key_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.open() && errno == EEXIST) return read_key_file(path);
  if (!file.open())
    return failure(ErrorCode::unreadable,
                   fmt::format("Could not make the hub's key file {}: {}.", path.string(), std::strerror(errno)));
  SecretKey key;
  fill_random(key.bytes.data(), key.bytes.size());
  std::string text = key_text(key);
  auto written = write_all(file.get(), text, path);
  sodium_memzero(text.data(), text.size());
  if (!written) return std::unexpected(written.error());
  if (::fsync(file.get()) != 0)
    return failure(ErrorCode::unreadable, fmt::format("Could not make {} durable.", path.string()));
  if (auto synced = sync_folder(path.parent_path()); !synced) return std::unexpected(synced.error());
  return key;
}

}  // namespace wider::ledger
