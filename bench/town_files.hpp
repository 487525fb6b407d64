// Reads a folder that `wider town` wrote (or any folder with a manifest.csv of that form) into holdings, and who its
// mentions truly are or are said to be. For development tools; a file that is wrong ends the program.
// Thread safety: free functions.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "picture/picture.hpp"
#include "records/holdings.hpp"
#include "records/people.hpp"

namespace wider::bench {

struct Network {
  std::set<std::string> children;
  std::set<std::string> adults;
  std::vector<std::string> things;  // "vehicle AB51 CDE (main)"
};

struct Town {
  Holdings holdings;
  std::vector<std::string> truth;  // by mention: who it truly is; "" where the truth does not say
  std::map<std::string, Network> networks;
};

[[nodiscard]] std::string read_text(const std::filesystem::path& path);
[[nodiscard]] Town read_town(const std::filesystem::path& folder, const std::filesystem::path& mappings);
// The true partition; or, with a file, that of `wider people`.
[[nodiscard]] People true_people(const Town& town);
[[nodiscard]] People linked_people(const Town& town, const std::filesystem::path& file);
[[nodiscard]] std::vector<picture::PatternPtr> read_patterns(const std::filesystem::path& folder);

}  // namespace wider::bench
