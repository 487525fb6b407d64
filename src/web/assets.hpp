// Assets: the browser's files (build/assets), read once at the start and served from memory. Only what was read can be
// asked for, so that no path can lead out of the folder.
// Thread safety: read only after load.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "web/http.hpp"

namespace wider::web {

class Assets {
 public:
  // unreadable: the folder is not there or holds nothing. Names are paths below the folder: "images/icon.svg".
  static Result<Assets> load(const std::string& folder);

  // With 404 when there is none. Only an address that carries the version ("VERSION/wider.css") may be cached.
  [[nodiscard]] Response serve(std::string_view name) const;
  [[nodiscard]] const std::string& version() const { return version_; }

 private:
  std::map<std::string, std::string, std::less<>> files_;
  std::string version_ = "0";
};

// The folder given, or else "assets" beside the folder of the program (build/release/wider → build/assets).
[[nodiscard]] std::string assets_folder(std::string_view given);

}  // namespace wider::web
