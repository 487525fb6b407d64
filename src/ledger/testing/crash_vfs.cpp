#include "ledger/testing/crash_vfs.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include <sqlite3.h>

#include "base/check.hpp"
#include "base/random.hpp"

namespace wider::ledger::testing_support {
namespace {

constexpr std::size_t sector = 512;

struct Change {
  bool truncation = false;
  std::size_t at = 0;  // the new size of a truncation
  std::string bytes;
};

struct Image {
  std::string current;           // as the running process sees it
  std::string durable;           // as of the last sync
  std::vector<Change> unsynced;  // in order
  bool named = false;            // its name is durable: it was there at the start or has been synced
  bool gone = false;             // deleted
  // The name was deleted and made again, and the folder has not been synced since: after a crash the name stands for
  // the old file whole or for the new one, never for a mixture (they are two inodes).
  std::optional<std::string> before;
};

struct World {
  std::mutex mutex;
  std::map<std::string, Image> files;
  std::uint64_t left = UINT64_MAX;
  bool dead = false;
  std::uint64_t until_failure = UINT64_MAX;
  bool fails_for_good = false;
  bool failed = false;
};
World& world() {
  static World the_world;
  return the_world;
}

// True when this operation still happens.
bool lives() {
  World& now = world();
  if (now.dead) return false;
  if (now.left == 0)
    now.dead = true;
  else if (now.left != UINT64_MAX)
    --now.left;
  return !now.dead;
}

// True when this operation is the one, or one of those, that fail though the process lives on.
bool fails() {
  World& now = world();
  if (now.until_failure == UINT64_MAX) return false;
  if (now.until_failure > 0) {
    --now.until_failure;
    return false;
  }
  const bool first = !now.failed;
  now.failed = true;
  return first || now.fails_for_good;
}

struct OpenFile {
  sqlite3_file base;
  std::string* name;
};
Image& image_of(sqlite3_file* file) {
  return world().files[*reinterpret_cast<OpenFile*>(file)->name];
}

int close_file(sqlite3_file* file) {
  const std::lock_guard guard(world().mutex);
  delete reinterpret_cast<OpenFile*>(file)->name;
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
  const std::lock_guard guard(world().mutex);
  if (world().dead) return SQLITE_IOERR_READ;
  const std::string& bytes = image_of(file).current;
  const auto wanted = static_cast<std::size_t>(amount);
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t got = at >= bytes.size() ? 0 : std::min(wanted, bytes.size() - at);
  std::memcpy(out, bytes.data() + (got == 0 ? 0 : at), got);
  std::memset(static_cast<char*>(out) + got, 0, wanted - got);
  return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

void put(std::string& into, std::size_t at, std::string_view bytes) {
  if (into.size() < at + bytes.size()) into.resize(at + bytes.size(), '\0');
  std::copy(bytes.begin(), bytes.end(), into.begin() + static_cast<std::ptrdiff_t>(at));
}

int write_file(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
  const std::lock_guard guard(world().mutex);
  Image& image = image_of(file);
  if (fails()) return SQLITE_FULL;
  const bool alive = !world().dead;
  const bool whole = lives();
  if (!alive) return SQLITE_IOERR_WRITE;
  // The write during which the power goes may have reached the disk in part: it is recorded, though it fails.
  Change change{false, static_cast<std::size_t>(offset),
                std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(amount))};
  put(image.current, change.at, change.bytes);
  image.unsynced.push_back(std::move(change));
  return whole ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard guard(world().mutex);
  if (fails() || !lives()) return SQLITE_IOERR_TRUNCATE;
  Image& image = image_of(file);
  image.current.resize(static_cast<std::size_t>(size), '\0');
  image.unsynced.push_back({true, static_cast<std::size_t>(size), {}});
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int /*flags*/) {
  const std::lock_guard guard(world().mutex);
  Image& image = image_of(file);
  if (fails()) {
    image.unsynced.clear();
    return SQLITE_IOERR_FSYNC;
  }
  if (!lives()) return SQLITE_IOERR_FSYNC;
  for (const Change& change : image.unsynced) {
    if (change.truncation)
      image.durable.resize(change.at, '\0');
    else
      put(image.durable, change.at, change.bytes);
  }
  image.unsynced.clear();
  image.named = true;  // SQLite's own VFS syncs the folder with the first sync of a journal or log that it made
  image.before.reset();
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  const std::lock_guard guard(world().mutex);
  *size = static_cast<sqlite3_int64>(image_of(file).current.size());
  return world().dead ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

int lock_file(sqlite3_file*, int) {
  return SQLITE_OK;
}  // the ledger's own lock keeps others out
int check_lock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return static_cast<int>(sector);
}
int characteristics(sqlite3_file*) {
  return 0;
}  // no promise: nothing atomic, nothing in order

const sqlite3_io_methods methods = {
    1,         close_file, read_file,  write_file,   truncate_file, sync_file,       size_of_file,
    lock_file, lock_file,  check_lock, control_file, sector_size,   characteristics, nullptr,
    nullptr,   nullptr,    nullptr,    nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* flags_out) {
  const std::lock_guard guard(world().mutex);
  auto* opened = reinterpret_cast<OpenFile*>(file);
  opened->base.pMethods = nullptr;
  if (path == nullptr || world().dead) return SQLITE_CANTOPEN;
  auto [at, fresh] = world().files.try_emplace(path);
  if (fresh) {
    std::ifstream real(path, std::ios::binary);
    at->second.named = real.good();
    at->second.current.assign(std::istreambuf_iterator<char>(real), {});
    at->second.durable = at->second.current;
  }
  const bool there =
      (at->second.named || !at->second.current.empty() || !at->second.unsynced.empty()) && !at->second.gone;
  if (!there && (flags & SQLITE_OPEN_CREATE) == 0) {
    if (fresh) world().files.erase(at);
    return SQLITE_CANTOPEN;
  }
  if (at->second.gone) {
    Image made;
    if (at->second.named) made.before = std::move(at->second.durable);
    at->second = std::move(made);
  }
  opened->name = new std::string(path);
  opened->base.pMethods = &methods;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_folder) {
  const std::lock_guard guard(world().mutex);
  if (!lives()) return SQLITE_IOERR_DELETE;
  Image& image = world().files[path];
  image.current.clear();
  image.gone = true;
  image.unsynced.push_back({true, 0, {}});
  if (sync_folder != 0) {
    image.durable.clear();
    image.unsynced.clear();
    image.named = false;
  }
  return SQLITE_OK;
}

int access_file(sqlite3_vfs*, const char* path, int, int* answer) {
  const std::lock_guard guard(world().mutex);
  const auto at = world().files.find(path);
  *answer =
      at != world().files.end() ? static_cast<int>(!at->second.gone) : static_cast<int>(std::filesystem::exists(path));
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int room, char* out) {
  const std::string whole = std::filesystem::absolute(path).string();
  if (static_cast<int>(whole.size()) >= room) return SQLITE_CANTOPEN;
  std::copy_n(whole.c_str(), whole.size() + 1, out);
  return SQLITE_OK;
}

sqlite3_vfs* registered() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs shim = *sqlite3_vfs_find(nullptr);  // randomness, sleep and time stay the system's
    shim.pNext = nullptr;
    shim.zName = CrashVfs::name();
    shim.szOsFile = sizeof(OpenFile);
    shim.xOpen = open_file;
    shim.xDelete = delete_file;
    shim.xAccess = access_file;
    shim.xFullPathname = full_path;
    return shim;
  }();
  return &vfs;
}

// What the disk holds of a file after the power went: the synced bytes and any of the sectors written since.
std::string after_power_loss(const Image& image, Random& random) {
  std::string disk = image.durable;
  std::vector<const Change*> changes;
  changes.reserve(image.unsynced.size());
  for (const Change& change : image.unsynced) changes.push_back(&change);
  // How much reached the disk differs from crash to crash: nothing, everything, or some of it in any order.
  const double kept = random.chance(0.2) ? 0.0 : random.chance(0.2) ? 1.0 : random.unit();
  const bool reordered = random.chance(0.5);
  for (std::size_t i = changes.size(); reordered && i > 1; --i) std::swap(changes[i - 1], changes[random.below(i)]);
  for (const Change* change : changes) {
    if (change->truncation) {
      if (random.chance(kept)) disk.resize(change->at, '\0');
      continue;
    }
    for (std::size_t from = 0; from < change->bytes.size();) {
      const std::size_t length = std::min(sector - (change->at + from) % sector, change->bytes.size() - from);
      if (random.chance(kept)) put(disk, change->at + from, std::string_view(change->bytes).substr(from, length));
      from += length;
    }
  }
  return disk;
}

}  // namespace

CrashVfs::CrashVfs() {
  CHECK(sqlite3_vfs_register(registered(), 0) == SQLITE_OK);
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(registered());
  world().files.clear();
  world().dead = false;
  world().left = UINT64_MAX;
  world().until_failure = UINT64_MAX;
}

void CrashVfs::fail_after(std::uint64_t operations, bool for_good) {
  const std::lock_guard guard(world().mutex);
  world().until_failure = operations;
  world().fails_for_good = for_good;
  world().failed = false;
}

void CrashVfs::fail_no_more() {
  const std::lock_guard guard(world().mutex);
  world().until_failure = UINT64_MAX;
}

bool CrashVfs::failed() const {
  const std::lock_guard guard(world().mutex);
  return world().failed;
}

void CrashVfs::crash_after(std::uint64_t operations) {
  const std::lock_guard guard(world().mutex);
  world().left = operations;
}

bool CrashVfs::crashed() const {
  const std::lock_guard guard(world().mutex);
  return world().dead;
}

void CrashVfs::settle(std::uint64_t seed) {
  const std::lock_guard guard(world().mutex);
  Random random(seed);
  for (const auto& [path, image] : world().files) {
    const bool lost_name = !image.named && random.chance(0.5);
    if (lost_name && image.before) {
      std::ofstream(path, std::ios::binary) << *image.before;
      continue;
    }
    if (lost_name || (image.gone && image.unsynced.empty())) {
      std::filesystem::remove(path);
      continue;
    }
    const std::string disk = after_power_loss(image, random);
    std::ofstream(path, std::ios::binary) << disk;
  }
  world().files.clear();
  world().dead = false;
  world().left = UINT64_MAX;
}

}  // namespace wider::ledger::testing_support
