// The house rules that a machine can check: who may include whom, what the pure stages may not touch, how a header
// opens. Works on texts that are handed in, so that the rules themselves are tested on made-up offenders.
// Thread safety: free functions over const arguments.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wider::structure {

struct SourceFile {
  std::string path;  // below src/: "linkage/score.cpp"
  std::string text;
};

struct Offence {
  std::string path;
  std::size_t line = 0;  // from 1; 0 when the whole file is meant
  std::string says;
};

// Every offence in the files of src/, taken together (what a file reaches through other files counts).
[[nodiscard]] std::vector<Offence> check_sources(std::span<const SourceFile> files);

// Paths of somebody's own machine, in any file of the repository.
[[nodiscard]] std::vector<Offence> check_machine_paths(const SourceFile& file);

// The text with comments and the insides of string and character literals blanked, lines kept.
[[nodiscard]] std::string code_only(std::string_view text);

}  // namespace wider::structure
