// `wider link --splink settings.json`: links with a trained Splink model in place of our own.
// Thread safety: free functions; two calls must not write the same file.
#pragma once

#include "cli/link_command.hpp"

namespace wider::cli {

// usage: options that make no sense with the model. malformed: what of the model or the files cannot be read, by name.
[[nodiscard]] Result<LinkReport> run_splink_link(const LinkArguments& arguments);

}  // namespace wider::cli
