#include "cli/subcommands.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace wider::cli {

void hub_option(CLI::App* command, Words& words) {
  command->add_option("--hub", words.hub, "The hub: a folder, or a postgresql:// address")->required()->type_name("H");
}

hub::Operator operator_of(const Words& words) {
  return {words.caller.user, words.purpose};
}

std::string absolute_in(const std::filesystem::path& folder, const std::string& file) {
  return file.empty() ? file : (folder / file).lexically_normal().string();
}

CLI::Option* file_option(CLI::App* command, const char* name, std::string& file, const char* what, const Words& words) {
  const std::filesystem::path& folder = words.caller.folder;
  return command->add_option(name, file, what)
      ->type_name("FILE")
      ->transform([&folder](const std::string& text) { return absolute_in(folder, text); }, "");
}
CLI::Option* existing_file_option(CLI::App* command, const char* name, std::string& file, const char* what,
                                  const Words& words) {
  return file_option(command, name, file, what, words)->check(CLI::ExistingFile);
}

void examples(CLI::App* command, std::initializer_list<const char*> lines) {
  std::string text = lines.size() == 1 ? "Example:" : "Examples:";
  for (const char* line : lines) text += fmt::format("\n  wider {}", line);
  command->footer(text);
}

}  // namespace wider::cli
