#include "ledger/parts.hpp"

#include <fmt/core.h>

#include "ledger/key_ring.hpp"
#include "ledger/key_store.hpp"
#include "ledger/postgres_store.hpp"
#include "ledger/sqlite_store.hpp"

namespace wider::ledger {
namespace {

constexpr std::string_view identity_magic = "WIDERLEDGER1";
constexpr std::size_t identity_size = identity_magic.size() + 1 + 16;  // then the tag

std::unexpected<Error> wrong_key() {
  return failure(
      ErrorCode::denied,
      "The key file is not this hub's (or ledger.db is damaged): name the right one with WIDER_HUB_KEY_FILE.");
}

}  // namespace

std::string make_identity(const HubKeys& keys, bool simulated) {
  std::string identity(identity_magic);
  identity.push_back(simulated ? '\1' : '\0');
  const Ref id = random_ref();
  identity.append(reinterpret_cast<const char*>(id.data()), id.size());
  identity += view_of(keys.identity_tag(identity));
  return identity;
}

Result<bool> read_identity(const HubKeys& keys, const std::string& identity) {
  if (identity.size() != identity_size + 32 || !identity.starts_with(identity_magic))
    return failure(ErrorCode::corrupt, "ledger.db does not say whose it is: it is damaged or not a ledger.");
  if (view_of(keys.identity_tag(std::string_view(identity).substr(0, identity_size))) != identity.substr(identity_size))
    return wrong_key();
  return identity[identity_magic.size()] == '\1';
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) {
    if (!std::filesystem::is_directory(folder, error) || !std::filesystem::is_empty(folder, error))
      return failure(ErrorCode::already_there, fmt::format("{} is there already and is not empty.", folder.string()));
    return {};
  }
  std::filesystem::create_directories(folder, error);
  if (error)
    return failure(ErrorCode::unreadable, fmt::format("Could not make {}: {}.", folder.string(), error.message()));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return {};
}

Result<OpenParts> open_parts(const Place& place, const Options& options) {
  const std::filesystem::path& folder = place.folder;
  if (auto started = start_crypto(); !started) return std::unexpected(started.error());
  std::error_code ignored;
  for (const char* name : {"keys.db", "ledger.db"})
    if (!(place.postgresql() && std::string_view(name) == "ledger.db") &&
        !std::filesystem::exists(folder / name, ignored))
      return failure(ErrorCode::not_found, fmt::format("There is no hub in {}: {} is missing.", folder.string(), name));
  auto lock = lock_folder(folder);
  if (!lock) return std::unexpected(lock.error());
  auto hub_key = hub_key_of(folder, options.key_file, false);
  if (!hub_key) return std::unexpected(hub_key.error());
  std::string identity;
  const SqliteOptions sqlite{options.synchronous, options.sqlite_vfs};
  auto store =
      place.postgresql() ? open_postgres_store(place, identity, sqlite) : open_sqlite_store(folder, identity, sqlite);
  if (!store) return std::unexpected(store.error());
  OpenParts parts{std::move(*lock), std::move(*hub_key), {}, 0, true, std::move(*store), std::move(identity), false};
  const auto rings = parts.store->keys().rings();
  if (!rings) return std::unexpected(rings.error());
  parts.rings = rings->size();
  std::optional<Ring> ring;
  if (parts.store->keys().format() == 1) ring = Ring{parts.hub_key.key, {}};
  for (std::size_t i = rings->size(); i > 0 && !ring; --i) {
    ring = open_ring((*rings)[i - 1], parts.hub_key.key, parts.identity);
    parts.latest = i == rings->size();
  }
  if (!ring) return wrong_key();
  parts.ring = std::move(*ring);
  const auto simulated = read_identity(HubKeys(parts.ring), parts.identity);
  if (!simulated) return std::unexpected(simulated.error());
  parts.simulated = *simulated;
  return parts;
}

Result<std::unique_ptr<Store>> create_store(const Place& place, const NewStore& made, const SqliteOptions& options,
                                            Making making) {
  return place.postgresql() ? create_postgres_store(place, made, options, making)
                            : create_sqlite_store(place.folder, made, options);
}

}  // namespace wider::ledger
