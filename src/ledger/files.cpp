#include "ledger/files.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wider::ledger {
namespace {

std::unexpected<Error> unreadable(std::string_view what, const std::filesystem::path& path) {
  const int why = errno;
  const ErrorCode code = why == ENOENT   ? ErrorCode::not_found
                         : why == ENOSPC ? ErrorCode::unavailable
                                         : ErrorCode::unreadable;
  return failure(code, fmt::format("{} {}: {}.", what, path.string(), std::strerror(why)));
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return unreadable("Could not write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_whole(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (!file.open() || ::fstat(file.get(), &about) != 0) return unreadable("Could not read", path);
  std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t more = ::read(file.get(), bytes.data() + got, bytes.size() - got);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return unreadable("Could not read", path);
    if (more == 0) break;
    got += static_cast<std::size_t>(more);
  }
  bytes.resize(got);
  return bytes;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.open() || ::fsync(file.get()) != 0) return unreadable("Could not make durable", folder);
  return {};
}

Result<Descriptor> lock_folder(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "hub.lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.open()) return unreadable("Could not open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return failure(
        ErrorCode::locked,
        fmt::format("Another process holds the hub {}: stop it, or let the command go through it.", folder.string()));
  return file;
}

}  // namespace wider::ledger
