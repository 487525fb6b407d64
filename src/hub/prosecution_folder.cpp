// Of prosecution.hpp: the folder on the disk. From its first moment nobody but its owner can read it; it is made beside
// its place and comes there whole and durable, or what was made of it is gone again. What something else made is neither
// written into nor removed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <set>

#include "hub/prosecution.hpp"
#include "ledger/files.hpp"

namespace wider::hub {
namespace {

namespace fs = std::filesystem;

constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;

bool write_durably(const fs::path& path, std::string_view bytes) {
  const ledger::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file_mode));
  return file.open() && ledger::write_all(file.get(), bytes, path) && ::fsync(file.get()) == 0;
}

// The folders between `top` and `path`, each for its owner alone from the beginning.
bool make_folders(const fs::path& top, const fs::path& path) {
  fs::path at = top;
  for (const fs::path& part : path.parent_path()) {
    at /= part;
    if (::mkdir(at.c_str(), folder_mode) != 0 && errno != EEXIST) return false;
  }
  return true;
}

// Into a folder this process made a moment ago. The file that cannot be written; none: all are.
std::optional<fs::path> fill(const fs::path& part, const std::map<std::string, std::string>& files) {
  std::set<fs::path> folders = {part};
  for (const auto& [name, bytes] : files) {
    if (!make_folders(part, name) || !write_durably(part / name, bytes)) return name;
    for (fs::path at = (part / name).parent_path(); at != part; at = at.parent_path()) folders.insert(at);
  }
  for (const fs::path& one : folders)
    if (!ledger::sync_folder(one)) return one.lexically_relative(part);
  return std::nullopt;
}

// Never in the place of anything: rename() alone would take an empty folder's.
bool move_into_place(const fs::path& part, const fs::path& folder) {
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, folder.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;  // a file system that cannot promise it
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder, error))) return false;
  return ::rename(part.c_str(), folder.c_str()) == 0;
}

}  // namespace

Result<void> write_material(const ProsecutionMaterial& material, const fs::path& wanted) {
  const fs::path folder = wanted.has_filename() ? wanted : wanted.parent_path();
  std::error_code error;
  const auto there = [](const fs::path& path) {
    return failure(ErrorCode::already_there,
                   fmt::format("{} is there already: name a folder that is not.", path.string()));
  };
  const auto cannot = [](const fs::path& path) {
    return failure(ErrorCode::unreadable, fmt::format("{} cannot be written; nothing was.", path.string()));
  };
  if (fs::exists(fs::symlink_status(folder, error))) return there(folder);
  const fs::path part = folder.string() + fmt::format(".{}.part", ::getpid());
  if (::mkdir(part.c_str(), folder_mode) != 0) return errno == EEXIST ? there(part) : cannot(folder);
  if (const auto failed = fill(part, material.files)) {
    fs::remove_all(part, error);
    return cannot(folder / *failed);
  }
  if (!move_into_place(part, folder)) {
    fs::remove_all(part, error);
    return cannot(folder);
  }
  const fs::path parent = folder.parent_path();
  if (!ledger::sync_folder(parent.empty() ? "." : parent)) {
    fs::remove_all(folder, error);
    return cannot(folder);
  }
  return {};
}

}  // namespace wider::hub
