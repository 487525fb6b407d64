#include "ledger/place.hpp"

#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/core.h>
#include <libpq-fe.h>

#include "ledger/format.hpp"

namespace wider::ledger {
namespace {

bool is_address(std::string_view hub) {
  return hub.starts_with("postgresql://") || hub.starts_with("postgres://");
}

// The parts of an address that say which database is meant; nullopt when libpq cannot read it.
std::optional<std::map<std::string, std::string>> parts_of(const std::string& address) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(address.c_str(), nullptr),
                                                                            &PQconninfoFree);
  if (!parsed) return std::nullopt;
  std::map<std::string, std::string> parts;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) parts[option->keyword] = option->val;
  return parts;
}

std::filesystem::path state_folder() {
  for (const auto& [variable, below] : {std::pair{"WIDER_STATE_FOLDER", ""}, std::pair{"STATE_DIRECTORY", ""},
                                        std::pair{"XDG_STATE_HOME", "wider"}, std::pair{"HOME", ".local/state/wider"}})
    if (const char* value = std::getenv(variable); value != nullptr && *value != '\0')
      return std::filesystem::path(value) / below;
  return {};
}

// A file name that says which database it is for: its readable part, and a digest that keeps look-alikes apart.
std::string folder_name(std::map<std::string, std::string>& parts) {
  std::string readable;
  for (const char c : parts["dbname"])
    readable += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '_';
  const std::string port = parts["port"].empty() ? "5432" : parts["port"];
  const Digest digest = sha256(parts["host"] + "\n" + port + "\n" + parts["dbname"]);
  std::string name = fmt::format("postgresql-{}-", readable.substr(0, 60));
  for (std::size_t i = 0; i < 6; ++i) name += fmt::format("{:02x}", digest[i]);
  return name;
}

}  // namespace

Result<Place> place_of(const std::string& hub) {
  if (!is_address(hub)) return Place(std::filesystem::path(hub));
  auto parts = parts_of(hub);
  if (!parts || (*parts)["dbname"].empty())
    return failure(ErrorCode::usage, "The address of the hub cannot be read: give postgresql://USER@HOST/DATABASE.");
  const std::filesystem::path state = state_folder();
  if (state.empty())
    return failure(ErrorCode::usage,
                   "A hub in PostgreSQL keeps its keys in a folder of this machine: name one with WIDER_STATE_FOLDER.");
  return Place(state / folder_name(*parts), hub);
}

std::string name_of(const Place& place) {
  if (!place.postgresql()) return place.folder.string();
  auto parts = parts_of(place.database);
  if (!parts) return "postgresql://";
  return fmt::format("postgresql://{}{}/{}", (*parts)["host"].starts_with('/') ? "" : (*parts)["host"],
                     (*parts)["port"].empty() ? "" : ":" + (*parts)["port"], (*parts)["dbname"]);
}

}  // namespace wider::ledger
