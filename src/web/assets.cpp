#include "web/assets.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/hash.hpp"

namespace wider::web {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> content_types = {{
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".json", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
}};

std::string_view content_type_of(std::string_view name) {
  for (const auto& [ending, type] : content_types) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

}  // namespace

Result<Assets> Assets::load(const std::string& folder) {
  namespace fs = std::filesystem;
  Assets assets;
  std::error_code error;
  std::uint64_t digest = 0;
  fs::recursive_directory_iterator walk(folder, error);
  for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (!walk->is_regular_file()) continue;
    std::ifstream file(walk->path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) return failure(ErrorCode::unreadable, "A file of the browser assets could not be read.");
    const std::string name = walk->path().lexically_relative(folder).generic_string();
    // Added up, not chained: folders are walked in no fixed order.
    digest += hash_bytes(text, hash_bytes(name));
    assets.files_.emplace(name, std::move(text));
  }
  if (error || assets.files_.empty()) {
    return failure(ErrorCode::unreadable,
                   "The browser assets are not at '" + folder + "'; run ./dev build, or name their folder.");
  }
  assets.version_ = fmt::format("{:016x}", digest);
  return assets;
}

Response Assets::serve(std::string_view name) const {
  Response response;
  // "VERSION/name": an address of its own for each build, so that browsers may keep what they have.
  const std::size_t slash = name.find('/');
  const bool versioned = slash != std::string_view::npos && name.substr(0, slash) == version_;
  if (versioned) name.remove_prefix(slash + 1);
  const auto at = files_.find(name);
  if (at == files_.end()) {
    response.status = 404;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "There is no such file.\n";
    return response;
  }
  response.content_type = content_type_of(name);
  response.body = at->second;
  response.may_be_cached = versioned;
  return response;
}

std::string assets_folder(std::string_view given) {
  namespace fs = std::filesystem;
  if (!given.empty()) return std::string(given);
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  // build/release/wider and build/release/src/web/web_fake_server both find build/assets on their way up.
  for (int up = 0; up < 5 && !error && !folder.empty(); ++up, folder = folder.parent_path()) {
    if (fs::is_directory(folder / "assets", error) && fs::exists(folder / "assets" / "wider.css", error)) {
      return (folder / "assets").string();
    }
    error.clear();
  }
  return "assets";
}

}  // namespace wider::web
