#include "cli/spill.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include <fmt/format.h>

#include "base/check.hpp"
#include "cli/csv.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WIDER_OWN_NEW 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WIDER_OWN_NEW 0
#endif
#endif
#ifndef WIDER_OWN_NEW
#define WIDER_OWN_NEW 1
#endif

namespace wider::cli {
namespace {

constexpr std::size_t least_block = 64U << 10;
constexpr std::size_t page = 4096;
constexpr std::size_t head_size = 64;                    // before each block: its size; keeps what follows aligned
constexpr std::size_t room_size = std::size_t{1} << 42;  // of addresses: they are never used again
constexpr auto watch_every = std::chrono::milliseconds(1);
// How much lower than the bound pages are let go of: on a busy machine the watcher is late by some milliseconds, and
// two threads touch up to ten GiB of pages a second.
constexpr std::uint64_t least_margin = 128U << 20;
constexpr std::uint64_t least_memory = 2 * least_margin;

// One for the process, and never taken down: a block may outlive the Spill that it came from.
struct Room {
  std::atomic<std::byte*> base{nullptr};
  std::atomic<std::size_t> used{0};
  std::atomic<bool> handing_out{false};
  std::atomic<bool> full{false};
  std::atomic<std::uint64_t> held{0}, most_held{0};
  std::atomic<std::uint64_t> let_go{0};
  int file = -1;
};
Room room;

struct Mapped {
  const void* at;
  std::size_t size;
};
std::mutex mapped_files_mutex;
std::vector<Mapped>& mapped_files() {
  static std::vector<Mapped> files;
  return files;
}

// A block of the file; nullptr where there is no room.
void* take(std::size_t size) noexcept {
  const std::size_t whole = (size + head_size + page - 1) / page * page;
  const std::size_t at = room.used.fetch_add(whole);
  // Blocks of the disk are claimed now: a page that finds none when it is touched would be the end of the process.
  if (at + whole > room_size ||
      (::fallocate(room.file, 0, static_cast<off_t>(at), static_cast<off_t>(whole)) != 0 && errno != EOPNOTSUPP)) {
    room.full = true;
    return nullptr;
  }
  std::byte* block = room.base.load(std::memory_order_relaxed) + at;
  std::memcpy(block, &whole, sizeof whole);
  const std::uint64_t held = room.held.fetch_add(whole) + whole;
  for (std::uint64_t most = room.most_held; held > most && !room.most_held.compare_exchange_weak(most, held);) {
  }
  return block + head_size;
}

bool is_of_room(const void* block) noexcept {
  const std::byte* base = room.base.load(std::memory_order_relaxed);
  const auto* at = static_cast<const std::byte*>(block);
  return base != nullptr && !std::less<>()(at, base) && std::less<>()(at, base + room_size);
}

void give_back(void* block) noexcept {
  std::byte* from = static_cast<std::byte*>(block) - head_size;
  std::size_t whole = 0;
  std::memcpy(&whole, from, sizeof whole);
  room.held -= whole;
  // Memory and disk are free again. Where the file system knows no holes, the memory alone.
  if (::madvise(from, whole, MADV_REMOVE) != 0) ::madvise(from, whole, MADV_DONTNEED);
}

std::uint64_t resident_bytes(int statm) {
  std::array<char, 128> text{};
  const ssize_t got = ::pread(statm, text.data(), text.size() - 1, 0);
  if (got <= 0) return 0;
  const char* second = std::strchr(text.data(), ' ');
  std::uint64_t pages = 0;
  if (second != nullptr) std::from_chars(second + 1, text.data() + got, pages);
  return pages * page;
}

void let_go_of_all() {
  ::madvise(room.base, room.used, MADV_DONTNEED);
  const std::lock_guard lock(mapped_files_mutex);
  for (const Mapped& file : mapped_files()) ::madvise(const_cast<void*>(file.at), file.size, MADV_DONTNEED);
  ++room.let_go;
}

void watch(const std::stop_token& stop, std::uint64_t memory_bytes) {
  const int statm = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  const std::uint64_t most = memory_bytes - std::min(std::max(memory_bytes * 3 / 8, least_margin), memory_bytes / 2);
  while (!stop.stop_requested()) {
    if (resident_bytes(statm) > most) let_go_of_all();
    std::this_thread::sleep_for(watch_every);
  }
  if (statm >= 0) ::close(statm);
}

std::unexpected<Error> cannot(const std::string& folder, std::string_view why) {
  return failure(ErrorCode::unavailable,
                 fmt::format("{}: what is beyond the memory allowed cannot be kept there: {}. Allow more memory "
                             "(--memory) or name a folder on a disk (--spill).",
                             folder, why));
}

// A file without a name in the folder.
int open_nameless(const std::string& folder) {
  if (const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); file >= 0) return file;
  std::string name = folder + "/.wider-spill-XXXXXX";
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

}  // namespace

Result<MemoryNeed> memory_need(const std::vector<std::string>& files, std::uint64_t allowed) {
  // Measured on person records (bench/RESULTS.md).
  constexpr std::uint64_t of_row = 520, base = 64U << 20;
  MemoryNeed need{.in_memory = base, .with_spill = 0, .on_disk = 0};
  for (const std::string& path : files) {
    const auto text = FileText::open(path);
    if (!text) return std::unexpected(text.error());
    const std::string_view view = text->view();
    // No row takes less than two characters.
    if (base + view.size() / 2 * of_row <= allowed) continue;
    need.in_memory += (static_cast<std::uint64_t>(std::count(view.begin(), view.end(), '\n')) + 1) * of_row;
  }
  need.on_disk = need.in_memory;
  // What does not lie in large blocks grows with the rows too: ten million had 1.16 GiB resident.
  need.with_spill = std::min(need.in_memory, least_memory + need.in_memory / 4);
  return need;
}

Result<std::unique_ptr<Spill>> Spill::begin(const std::string& folder, std::uint64_t memory_bytes,
                                            std::uint64_t disk_bytes) {
  if (WIDER_OWN_NEW == 0) return cannot(folder, "this build watches over memory itself");
  CHECK(!room.handing_out);
  if (room.file < 0) {
    const int file = open_nameless(folder);
    if (file < 0) return cannot(folder, "no file can be made");
    struct statfs system{};
    struct statvfs space{};
    std::string why;
    if (::fstatfs(file, &system) != 0 || ::fstatvfs(file, &space) != 0) {
      why = "the file system does not answer";
    } else if (system.f_type == TMPFS_MAGIC || system.f_type == RAMFS_MAGIC) {
      why = "the folder lies in memory itself";
    } else if (const std::uint64_t left = space.f_bavail * space.f_frsize; left < disk_bytes) {
      why = fmt::format("{} MiB of disk are needed and {} MiB are free", disk_bytes >> 20, left >> 20);
    }
    // As long a file as there are addresses: only what is claimed takes room.
    void* mapped = MAP_FAILED;
    if (why.empty() && ::ftruncate(file, static_cast<off_t>(room_size)) == 0) {
      mapped = ::mmap(nullptr, room_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
    }
    if (mapped == MAP_FAILED) {
      ::close(file);
      return cannot(folder, why.empty() ? "so large a file cannot be mapped" : why);
    }
    room.file = file;
    room.base = static_cast<std::byte*>(mapped);
  }
  return std::unique_ptr<Spill>(new Spill(memory_bytes));
}

Spill::Spill(std::uint64_t memory_bytes)
    : watcher_([memory_bytes](const std::stop_token& stop) { watch(stop, memory_bytes); }) {
  room.full = false;
  room.let_go = 0;
  room.most_held = room.held.load();
  room.handing_out = true;
}

Spill::~Spill() {
  room.handing_out = false;
}

std::uint64_t Spill::most_on_disk() const {
  return room.most_held;
}
std::uint64_t Spill::times_let_go() const {
  return room.let_go;
}
bool Spill::disk_was_full() const {
  return room.full;
}

Result<SpillStart> spill_if_needed(const std::vector<std::string>& files, std::uint64_t memory_bytes,
                                   const std::string& folder) {
  const auto need = memory_need(files, memory_bytes);
  if (!need) return std::unexpected(need.error());
  if (need->in_memory <= memory_bytes) return SpillStart{};
  if (memory_bytes < need->with_spill) {
    return failure(ErrorCode::unavailable,
                   fmt::format("{} MiB of memory are allowed and these files need {} MiB at least, with the rest on "
                               "disk, or {} MiB without; allow more (--memory) or link fewer rows at a time.",
                               memory_bytes >> 20, (need->with_spill + (1U << 20) - 1) >> 20, need->in_memory >> 20));
  }
  SpillStart start;
  auto spill = Spill::begin(folder, memory_bytes, need->on_disk);
  if (!spill) return std::unexpected(spill.error());
  start.spill = std::move(*spill);
  start.says = fmt::format("{} MiB would be needed and {} MiB are allowed: up to {} MiB lie in a temporary file in {}",
                           need->in_memory >> 20, memory_bytes >> 20, need->on_disk >> 20, folder);
  return start;
}

void spill_also(const void* mapped, std::size_t size) {
  const std::lock_guard lock(mapped_files_mutex);
  mapped_files().push_back({mapped, size});
}

void spill_no_more(const void* mapped) {
  const std::lock_guard lock(mapped_files_mutex);
  std::erase_if(mapped_files(), [&](const Mapped& file) { return file.at == mapped; });
}

}  // namespace wider::cli

#if WIDER_OWN_NEW
// The whole program's. The other forms of new and delete, but for those of over-aligned types, come down to these.
void* operator new(std::size_t size) {
  using namespace wider::cli;
  if (size >= least_block && room.handing_out.load(std::memory_order_relaxed)) {
    if (void* block = take(size); block != nullptr) return block;
  }
  for (;;) {
    if (void* block = std::malloc(std::max<std::size_t>(size, 1)); block != nullptr) return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}
void operator delete(void* block) noexcept {
  using namespace wider::cli;
  if (is_of_room(block)) return give_back(block);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  operator delete(block);
}
#endif
