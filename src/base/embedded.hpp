// A file that is built into the program (cmake/WiderEmbed.cmake): mappings, patterns, rules, templates.
#pragma once

#include <string>
#include <vector>

namespace wider {

struct EmbeddedFile {
  std::string name;  // file name without folders
  std::string text;
};

}  // namespace wider
