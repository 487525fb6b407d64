// What goes through the control socket of a hub that is being served, as JSON: a command one way
// ({"arguments": […], "folder"}) and what it printed the other ({"status", "out", "err"}).
// Either side reads strictly: what is not exactly that is nullopt, never an exception. Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wider::cli {

struct ControlRequest {
  std::vector<std::string> arguments;
  std::string folder;  // of the caller, absolute: file names among the arguments are meant from there
  bool operator==(const ControlRequest&) const = default;
};
struct ControlAnswer {
  int status = 0;
  std::string out;
  std::string err;
  bool operator==(const ControlAnswer&) const = default;
};

// nullopt where an argument or the folder is not UTF-8, which JSON cannot hold: another file would be meant.
[[nodiscard]] std::optional<std::string> to_json(const ControlRequest& request);
// Bytes that are not UTF-8 are replaced: this is text for a reader.
[[nodiscard]] std::string to_json(const ControlAnswer& answer);

[[nodiscard]] std::optional<ControlRequest> parse_control_request(std::string_view text);
[[nodiscard]] std::optional<ControlAnswer> parse_control_answer(std::string_view text);

}  // namespace wider::cli
