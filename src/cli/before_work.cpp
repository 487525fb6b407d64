#include "cli/before_work.hpp"

#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "cli/csv.hpp"

namespace wider::cli {
namespace {

// The same file, also by another name; or, of files that are not there yet, the same place.
bool same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error)) return true;
  const auto place = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  };
  return place(a) == place(b) && !error;
}

Result<void> check_place(std::string_view option, const std::string& path) {
  const auto cannot = [&](std::string_view why) {
    return failure(ErrorCode::unreadable, fmt::format("{} {}: it cannot be written: {}.", option, path, why));
  };
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const std::string at = folder.empty() ? "." : folder.string();
  if (std::filesystem::is_directory(path, error)) return cannot("it is a folder; name a file");
  if (!std::filesystem::is_directory(at, error))
    return cannot(fmt::format("there is no folder {}; make it or name another", at));
  if (::access(at.c_str(), W_OK) != 0)
    return cannot(fmt::format("nothing may be written in the folder {}; name another", at));
  return {};
}

}  // namespace

Result<void> check_outputs(std::initializer_list<std::pair<std::string_view, std::string>> outputs,
                           const std::vector<std::string>& inputs) {
  for (auto one = outputs.begin(); one != outputs.end(); ++one) {
    const auto& [option, path] = *one;
    if (path.empty()) continue;
    for (const std::string& input : inputs) {
      if (!input.empty() && same_file(path, input))
        return failure(ErrorCode::usage, fmt::format("{} {}: this file is read; name another to write.", option, path));
    }
    for (auto before = outputs.begin(); before != one; ++before) {
      if (!before->second.empty() && same_file(path, before->second))
        return failure(ErrorCode::usage,
                       fmt::format("{} {}: {} names it too; name another.", option, path, before->first));
    }
    if (auto checked = check_place(option, path); !checked) return checked;
  }
  return {};
}

Result<linkage::ModelPtr> read_linkage_model(const std::string& file) {
  const auto text = read_whole(file);
  if (!text) return std::unexpected(text.error());
  auto model = linkage::parse_model(*text);
  if (!model)
    return failure(model.error().code,
                   fmt::format("{}: {} Mend that, or train a model with this program: wider model train.", file,
                               model.error().message));
  return model;
}

Error about_files(const std::vector<std::string>& files, Error error) {
  error.message = fmt::format("{}: {}", fmt::join(files, ", "), error.message);
  return error;
}

}  // namespace wider::cli
