// What a command on files checks before its work, so that minutes of it are not lost to a wrong word and nothing is
// half-written; and its linkage model, read with the file's name in every error. Thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "linkage/linkage.hpp"

namespace wider::cli {

// Each output as ("--out", path); an empty path is none. usage: an output that is an input or another output;
// unreadable: one that cannot be written where it is named.
[[nodiscard]] Result<void> check_outputs(std::initializer_list<std::pair<std::string_view, std::string>> outputs,
                                         const std::vector<std::string>& inputs);

// malformed: says the file, the place and what to do.
[[nodiscard]] Result<linkage::ModelPtr> read_linkage_model(const std::string& file);

// The error with the names of the files that it is about before it.
[[nodiscard]] Error about_files(const std::vector<std::string>& files, Error error);

}  // namespace wider::cli
