#include "hub/data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/embedded.hpp"
#include "picture/pattern.hpp"

extern const std::vector<wider::EmbeddedFile> wider_embedded_mappings;
extern const std::vector<wider::EmbeddedFile> wider_embedded_patterns;
extern const std::vector<wider::EmbeddedFile> wider_embedded_models;
extern const std::vector<wider::EmbeddedFile> wider_embedded_rules;

namespace wider::hub {
namespace {

std::string without_toml(const std::string& file) {
  return file.ends_with(".toml") ? file.substr(0, file.size() - 5) : file;
}

const std::string* find(const std::vector<EmbeddedFile>& files, std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name == name) return &file.text;
  }
  return nullptr;
}

}  // namespace

Result<intake::FormatPtr> shipped_format(std::string_view name) {
  if (name == "cin") return intake::cin_format();
  if (const std::string* text = shipped_mapping(name)) {
    return intake::parse_mapping(*text, name);
  }
  std::vector<std::string> names = {"cin"};
  for (const EmbeddedFile& file : wider_embedded_mappings) names.push_back(without_toml(file.name));
  return failure(ErrorCode::not_found, fmt::format("There is no format called '{}'. Give one of {}, or a mapping with --map.",
                                                   name, fmt::join(names, ", ")));
}

std::vector<intake::FormatName> shipped_formats() {
  std::vector<intake::FormatName> formats = {intake::describe(*intake::cin_format())};
  for (const EmbeddedFile& file : wider_embedded_mappings) {
    if (const auto format = intake::parse_mapping(file.text, without_toml(file.name))) {
      formats.push_back(intake::describe(**format));
    }
  }
  return formats;
}

const std::string* shipped_mapping(std::string_view name) {
  return find(wider_embedded_mappings, fmt::format("{}.toml", name));
}

Result<std::vector<picture::PatternPtr>> shipped_patterns() {
  std::vector<picture::PatternPtr> patterns;
  for (const EmbeddedFile& file : wider_embedded_patterns) {
    auto pattern = picture::parse_pattern(file.text, without_toml(file.name));
    if (!pattern) return std::unexpected(pattern.error());
    patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

const picture::PatternPtr* shipped_pattern(std::string_view name) {
  static const auto patterns = shipped_patterns();
  if (!patterns) return nullptr;
  for (const picture::PatternPtr& pattern : *patterns) {
    if (pattern->name == name) return &pattern;
  }
  return nullptr;
}

const std::string* shipped_rule(std::string_view file) { return find(wider_embedded_rules, file); }
const std::string* shipped_model(std::string_view file) { return find(wider_embedded_models, file); }

}  // namespace wider::hub
