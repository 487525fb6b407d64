#include "ledger/copy.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/core.h>

#include "ledger/key_ring.hpp"
#include "ledger/key_store.hpp"
#include "ledger/parts.hpp"
#include "ledger/verify.hpp"

namespace wider::ledger {
namespace {

constexpr std::uint64_t copy_step = 4096;

std::filesystem::path unfinished(const std::filesystem::path& folder) {
  std::filesystem::path whole = folder.lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  return whole.string() + ".copying";
}

// With PostgreSQL the keys come to their place before the transaction ends: a copy killed in between leaves the keys of
// a hub that is not in the database. They are this very hub's, and are made again.
Result<void> remove_what_was_left(const Place& to, const std::string& identity) {
  std::error_code error;
  std::filesystem::remove_all(unfinished(to.folder), error);
  if (!to.postgresql() || !std::filesystem::exists(to.folder / "keys.db", error)) return {};
  Options options;
  const auto there = open_parts(to, options);
  if (there || there.error().code != ErrorCode::not_found) return {};  // a hub: make_folder will say so
  {
    KeyStore keys;
    const auto of_keys = keys.open(to.folder, {});
    if (!of_keys || *of_keys != identity) return {};
  }
  std::filesystem::remove_all(to.folder, error);
  return {};
}

Result<void> check_free(const Place& to) {
  std::error_code error;
  if (!std::filesystem::exists(to.folder, error)) return {};
  if (std::filesystem::is_directory(to.folder, error) && std::filesystem::is_empty(to.folder, error)) return {};
  return failure(ErrorCode::already_there, fmt::format("{} is there already and is not empty.", name_of(to)));
}

Result<void> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::remove(to, error);  // an empty folder
  std::filesystem::remove(from / "hub.lock", error);
  std::filesystem::rename(from, to, error);
  if (error)
    return failure(ErrorCode::unreadable,
                   fmt::format("Could not move the copy to {}: {}.", to.string(), error.message()));
  return sync_folder(std::filesystem::absolute(to, error).parent_path());
}

Result<void> write_key(const Place& to, const SecretKey& master) {
  if (const char* given = std::getenv("WIDER_HUB_KEY"); given != nullptr && *given != '\0') {
    const auto there = hub_key_of(to.folder, {}, false);
    if (!there) return std::unexpected(there.error());
    if (there->key.bytes != master.bytes)
      return failure(ErrorCode::denied,
                     "WIDER_HUB_KEY is another hub's key: the copy has the key of what it is made of.");
    return {};
  }
  const auto path = key_file_of(to.folder, {});
  if (!path) return std::unexpected(path.error());
  const Descriptor file(::open(path->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.open()) {
    const auto there = read_key_file(*path);
    if (!there) return std::unexpected(there.error());
    if (there->bytes != master.bytes)
      return failure(ErrorCode::denied, fmt::format("{} is another hub's key: move it away first.", path->string()));
    return {};
  }
  if (auto written = write_all(file.get(), key_text(master), *path); !written) return written;
  if (::fsync(file.get()) != 0) return failure(ErrorCode::unreadable, "Could not make the hub's key durable.");
  return sync_folder(path->parent_path());
}

}  // namespace

Result<Block> whole_packs(Store& store, std::uint64_t first, std::uint64_t size) {
  if (first > size) return Block{};
  // A pack never lies across the end of the range unless it began before it: leave such a one for the next time.
  auto block = store.read_range(first, std::min(size, first + copy_step - 1), Parts::everything);
  if (!block || block->packs.empty())
    return block ? Result<Block>(failure(ErrorCode::corrupt, fmt::format("Entry {} is missing.", first))) : block;
  std::uint64_t entries = 0;
  while (block->packs.size() > 1 && block->packs.back().last() > first + copy_step - 1) {
    block->packs.pop_back();
    block->key_slots.pop_back();
  }
  for (const Pack& pack : block->packs) entries += pack.count();
  if (block->bodies.size() > entries) block->bodies.resize(entries);
  return block;
}

Group group_of(const Block& block, const std::vector<Digest>& chunks) {
  Group group;
  group.first = block.packs.front().first;
  group.packs = block.packs;
  group.key_slots = block.key_slots;
  group.bodies.assign(block.bodies.begin(), block.bodies.end());
  group.first_chunk = (group.first - 1) / chunk_entries;
  group.chunks = chunks;
  return group;
}

Result<CopyReport> make_copy(const Place& to, HubSecrets secrets, const ReadGroup& read,
                             const std::optional<Digest>& expected, const Progress& progress, std::uint64_t of) {
  if (auto done = remove_what_was_left(to, secrets.identity); !done) return std::unexpected(done.error());
  if (auto done = check_free(to); !done) return std::unexpected(done.error());
  const Place making{unfinished(to.folder), to.database};
  if (auto made = make_folder(making.folder); !made) return std::unexpected(made.error());
  auto lock = lock_folder(making.folder);
  if (!lock) return std::unexpected(lock.error());
  // A hub of format 1 becomes one of this.
  if (secrets.ring.keys.empty()) {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    add_wrapping_keys(secrets.ring, std::nullopt,
                      Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()});
  }
  auto store = create_store(making, {secrets.identity, seal_ring(secrets.ring, secrets.hub_key, secrets.identity)}, {},
                            Making::until_finished);
  if (!store) return std::unexpected(store.error());
  CompactRange tree;
  std::vector<Digest> all_chunks;
  while (true) {
    const auto block = read(tree.size() + 1);
    if (!block) return std::unexpected(block.error());
    if (block->packs.empty()) break;
    std::vector<Digest> chunks;
    std::uint64_t bodies = 0;
    for (const Pack& pack : block->packs) {
      for (std::uint64_t next = pack.first; next <= pack.last(); ++next)
        tree.add(leaf_hash(pack.row(next).bytes), chunk_level, &chunks);
      bodies += pack.count();
    }
    if (bodies != block->bodies.size() || block->first_body != block->packs.front().first)
      return failure(ErrorCode::corrupt, fmt::format("A body near entry {} is missing.", tree.size()));
    if (auto done = (*store)->append_group(group_of(*block, chunks)); !done) return std::unexpected(done.error());
    all_chunks.insert(all_chunks.end(), chunks.begin(), chunks.end());
    if (progress) progress(tree.size(), of);
  }
  if (expected && tree.root() != *expected)
    return failure(ErrorCode::corrupt, "The copy has another root than the original: nothing was made.");
  const ReadBlock check = [&](std::uint64_t first, std::uint64_t last) {
    return (*store)->read_range(first, last, Parts::everything);
  };
  const auto verified = verify_entries(check, HubKeys(secrets.ring), tree.size(), tree.root(), all_chunks, {}, {});
  if (!verified.good()) return failure(ErrorCode::corrupt, fmt::format("The copy is not whole. {}", verified.says));
  if (auto done = write_key(to, secrets.hub_key); !done) return std::unexpected(done.error());
  if (auto done = (*store)->fold(0); !done) return std::unexpected(done.error());
  if (!to.postgresql()) store->reset();  // closed, so that the folder can move
  if (auto done = move_into_place(making.folder, to.folder); !done) return std::unexpected(done.error());
  if (to.postgresql())
    if (auto done = (*store)->finish(); !done) return std::unexpected(done.error());
  return CopyReport{verified.entries, verified.erased, verified.root};
}

Result<CopyReport> copy_hub(const Place& from, const Place& to, const Progress& progress) {
  auto source = open_parts(from, {});
  if (!source) return std::unexpected(source.error());
  const auto head = source->store->head();
  if (!head) return std::unexpected(head.error());
  const ReadGroup read = [&](std::uint64_t first) { return whole_packs(*source->store, first, head->size); };
  const std::optional<Digest> root =
      head->size == 0 ? std::optional<Digest>() : std::optional<Digest>(head->last_pack.root);
  return make_copy(to, {source->identity, source->hub_key.key, source->ring}, read, root, progress, head->size);
}

}  // namespace wider::ledger
