// The command line (DESIGN section 11): words to a call of the hub, and its answer to text or JSON. No rules here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace wider::hub {
class Hub;
}

namespace wider::cli {

// Exit status: 0 done, 1 failed, 2 wrong usage.
int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

// Who typed a command, and where: reads are recorded under the user, and file names are of that folder.
struct Caller {
  std::string user;
  std::filesystem::path folder;
};
// The name of an OS user, or the number where it has none.
[[nodiscard]] std::string user_name(std::uint32_t uid);

// The same for a hub that this process holds already: what a live hub does for a command that comes through its control
// socket. Commands that make or serve a hub are refused.
int run_in(hub::Hub& hub, const Caller& caller, const std::vector<std::string>& arguments, std::ostream& out,
           std::ostream& err);

}  // namespace wider::cli
