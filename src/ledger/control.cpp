#include "ledger/control.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ledger/files.hpp"

namespace wider::ledger {
namespace {

constexpr const char* socket_name = "control.sock";
constexpr int silence_seconds = 10;  // a caller that sends nothing for so long is given up

// The address of the socket by way of the open folder, since an address holds 107 bytes and a path may be longer.
sockaddr_un address_of(int folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/{}", folder, socket_name);
  std::copy(path.begin(), path.end(), address.sun_path);
  return address;
}

// The user at the other end, when it is the same user or root.
std::optional<uid_t> trusted_user(int connection) {
  ucred peer{};
  socklen_t length = sizeof peer;
  if (::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return std::nullopt;
  if (peer.uid != ::geteuid() && peer.uid != 0) return std::nullopt;
  return peer.uid;
}

void limit_silence(int connection) {
  const timeval limit{silence_seconds, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int connection, char* bytes, std::size_t length) {
  while (length > 0) {
    const ssize_t got = ::recv(connection, bytes, length, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    length -= static_cast<std::size_t>(got);
  }
  return true;
}

bool send_frame(int connection, std::string_view bytes) {
  std::array<char, 4> length;
  for (std::size_t i = 0; i < 4; ++i) length[i] = static_cast<char>((bytes.size() >> (8 * i)) & 0xFF);
  return send_all(connection, {length.data(), length.size()}) && send_all(connection, bytes);
}

bool receive_frame(int connection, std::uint32_t limit, std::string& bytes) {
  std::array<unsigned char, 4> length;
  if (!receive_all(connection, reinterpret_cast<char*>(length.data()), length.size())) return false;
  std::uint32_t size = 0;
  for (std::size_t i = 4; i-- > 0;) size = (size << 8) | length[i];
  if (size > limit) return false;
  // Grows with what comes, so that a mere claim of length takes no memory.
  bytes.clear();
  while (bytes.size() < size) {
    const std::size_t at = bytes.size();
    bytes.resize(at + std::min<std::size_t>(size - at, std::size_t{1} << 20));
    if (!receive_all(connection, bytes.data() + at, bytes.size() - at)) return false;
  }
  return true;
}

class Server final : public ControlServer {
 public:
  Server(Descriptor folder, Descriptor listener, Descriptor stop, ControlHandler handler)
      : folder_(std::move(folder)),
        listener_(std::move(listener)),
        stop_(std::move(stop)),
        handler_(std::move(handler)),
        thread_([this] { run(); }) {}
  ~Server() override {
    const std::uint64_t one = 1;
    (void)!::write(stop_.get(), &one, sizeof one);
    thread_.join();
    ::unlinkat(folder_.get(), socket_name, 0);
  }

 private:
  void run() {
    std::array<pollfd, 2> waits{{{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    while (true) {
      if (::poll(waits.data(), waits.size(), -1) < 0) continue;
      if (waits[1].revents != 0) return;
      const Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.open()) answer(connection.get());
    }
  }

  void answer(int connection) {
    const auto caller = trusted_user(connection);
    if (!caller) return;
    limit_silence(connection);
    std::string request;
    if (!receive_frame(connection, control_request_limit, request)) return;
    const std::string reply = handler_(request, *caller);
    if (reply.size() <= control_answer_limit) send_frame(connection, reply);
  }

  Descriptor folder_;
  Descriptor listener_;
  Descriptor stop_;
  ControlHandler handler_;
  std::thread thread_;
};

Descriptor open_folder(const std::filesystem::path& folder) {
  return Descriptor(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

Result<std::unique_ptr<ControlServer>> serve_control(const std::filesystem::path& folder, ControlHandler handler) {
  const auto wrong = [&] {
    return failure(ErrorCode::unreadable,
                   fmt::format("Could not serve {}: {}.", (folder / socket_name).string(), std::strerror(errno)));
  };
  Descriptor at = open_folder(folder);
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Descriptor stop(::eventfd(0, EFD_CLOEXEC));
  if (!at.open() || !listener.open() || !stop.open()) return wrong();
  ::unlinkat(at.get(), socket_name, 0);
  const sockaddr_un address = address_of(at.get());
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return wrong();
  if (::fchmodat(at.get(), socket_name, 0600, 0) != 0 || ::listen(listener.get(), 16) != 0) return wrong();
  return std::make_unique<Server>(std::move(at), std::move(listener), std::move(stop), std::move(handler));
}

Result<std::string> ask(const std::filesystem::path& folder, std::string_view request) {
  if (request.size() > control_request_limit) return failure(ErrorCode::usage, "The request to the hub is too long.");
  const Descriptor at = open_folder(folder);
  const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(at.get());
  if (!at.open() || !connection.open() ||
      ::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return failure(ErrorCode::not_found, fmt::format("Nobody serves the hub {}.", folder.string()));
  if (!trusted_user(connection.get()))
    return failure(ErrorCode::denied, fmt::format("The hub {} is served by another user.", folder.string()));
  std::string reply;
  if (!send_frame(connection.get(), request) || !receive_frame(connection.get(), control_answer_limit, reply))
    return failure(ErrorCode::unavailable, "The hub gave no answer: it refused the request or stopped.");
  return reply;
}

}  // namespace wider::ledger
