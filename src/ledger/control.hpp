// The control socket: how other commands reach the process that holds the hub (H/control.sock), since one process alone
// opens the ledger. One request and one answer per connection, each a 32-bit little-endian length and that many bytes.
//
// Invariants
//  1. Only the same OS user or root is answered (SO_PEERCRED), whatever the file's mode; who it is, the kernel says.
//  2. A length above the limit ends the connection before anything is read; a slow or silent caller is given up.
// Thread safety: serve() runs the handler on its own thread, one request at a time; ask() may be called from any
// thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wider::ledger {

inline constexpr std::uint32_t control_request_limit = 64U << 20;
inline constexpr std::uint32_t control_answer_limit = 1U << 30;

// `caller` is the OS user (uid) that asked.
using ControlHandler = std::function<std::string(std::string_view request, std::uint32_t caller)>;

// Stops serving, and removes the socket, when it goes.
class ControlServer {
 public:
  virtual ~ControlServer() = default;
};

// The caller holds the hub (an open Ledger), so a socket that lies there is a dead process's and is replaced.
[[nodiscard]] Result<std::unique_ptr<ControlServer>> serve_control(const std::filesystem::path& folder,
                                                                   ControlHandler handler);

// Sends the request to whoever holds the hub and waits for the answer. not_found: nobody serves it.
[[nodiscard]] Result<std::string> ask(const std::filesystem::path& folder, std::string_view request);

}  // namespace wider::ledger
