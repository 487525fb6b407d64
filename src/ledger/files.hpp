// Small durable file operations: read whole, write and rename atomically, sync a folder. Adapters over POSIX.
// Thread safety: pure functions over the file system.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace wider::ledger {

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

[[nodiscard]] Result<void> write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path);
[[nodiscard]] Result<std::string> read_whole(const std::filesystem::path& path);
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

// Holds the hub for this process: an exclusive flock, which the kernel lets go of when the process dies.
[[nodiscard]] Result<Descriptor> lock_folder(const std::filesystem::path& folder);

}  // namespace wider::ledger
