#include "ledger/backup.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "ledger/files.hpp"
#include "ledger/key_ring.hpp"
#include "ledger/sealed_file.hpp"

namespace wider::ledger {
namespace {

constexpr std::size_t segment_bytes = std::size_t{64} << 20;
constexpr std::string_view list_format = "wider backup v2";
constexpr std::string_view first_format = "wider backup v1";  // without a key ring

std::unexpected<Error> not_whole(std::string_view what) {
  return failure(ErrorCode::corrupt, fmt::format("The back-up is not whole: {}.", what));
}

std::string to_hex(std::string_view bytes) {
  std::string out(2 * bytes.size() + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  out.pop_back();
  return out;
}

std::string name_with(std::string_view kind, std::uint64_t first, std::uint64_t last) {
  const Ref random = random_ref();
  return fmt::format("{}-{:020}-{:020}-{}", kind, first, last,
                     to_hex({reinterpret_cast<const char*>(random.data()), 6}));
}

struct List {
  Head head;
  std::string identity;
  std::vector<std::string> entries;
  std::string keys;
  std::string ring;  // sealed under the hub's key; "" in the first format
};

std::optional<std::string> from_hex(std::string_view digits) {
  std::string bytes(digits.size() / 2, '\0');
  std::size_t length = 0;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), digits.data(), digits.size(),
                     nullptr, &length, nullptr) != 0 ||
      length != bytes.size())
    return std::nullopt;
  return bytes;
}

Result<List> read_list(const std::filesystem::path& file) {
  const auto text = read_whole(file);
  if (!text) return std::unexpected(text.error());
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  try {
    const bool first = json.at("format") == first_format;
    if (!first && json.at("format") != list_format)
      return not_whole("its list is of a format that this program does not know; use the newer program");
    const auto head = parse_head(json.at("head").dump());
    if (!head) return std::unexpected(head.error());
    List list{*head, "", json.at("entries"), json.at("keys"), ""};
    const auto identity = from_hex(json.at("identity").get<std::string>());
    const auto ring = first ? std::optional<std::string>("") : from_hex(json.at("ring").get<std::string>());
    if (!identity || !ring) return not_whole("its list is damaged");
    list.identity = *identity;
    list.ring = *ring;
    for (const std::string& name : list.entries)
      if (name.find('/') != std::string::npos) return not_whole("its list is damaged");
    if (list.keys.find('/') != std::string::npos) return not_whole("its list is damaged");
    return list;
  } catch (const nlohmann::json::exception&) {
    return not_whole("its list is damaged");
  }
}

// The lists in the folder, the latest first: their names begin with the size and the time.
std::vector<std::filesystem::path> lists_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> lists;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder, error))
    if (file.path().filename().string().starts_with("backup-") && file.path().extension() == ".json")
      lists.push_back(file.path());
  std::ranges::sort(lists, std::greater{});
  return lists;
}

class BackupWriter {
 public:
  BackupWriter(const std::filesystem::path& folder, const HubKeys& keys) : folder_(folder), keys_(keys) {}

  void go_on_from(const List& list) {
    names_ = list.entries;
    saved_ = list.head.size;
  }

  // Checks the packs and takes them in; writes a segment when there is enough of it.
  Result<void> add(const Block& block) {
    std::uint64_t body = 0;
    for (std::size_t i = 0; i < block.packs.size(); ++i) {
      const Pack& pack = block.packs[i];
      if (pack.first != tree_.size() + 1 || keys_.pack_tag(pack) != pack.tag)
        return not_whole(fmt::format("entry {} of the ledger fails its authentication", pack.first));
      if (block.bodies.size() < body + pack.count() || block.key_slots[i].size() != pack.count() * key_slot_size)
        return not_whole(fmt::format("a body or key near entry {} of the ledger is missing", pack.first));
      const bool wanted = pack.first > saved_;
      if (wanted && segment_.empty()) first_ = pack.first;
      if (wanted) {
        put_u64(segment_, pack.first);
        put_u64(segment_, pack.count());
        segment_ += pack.rows;
        segment_ += view_of(pack.root);
        segment_ += view_of(pack.tag);
      }
      for (std::uint64_t next = pack.first; next <= pack.last(); ++next, ++body) {
        const Row row = pack.row(next);
        if (sha256(block.bodies[body]) != row.ciphertext_digest())
          return not_whole(fmt::format("the body of entry {} of the ledger is not the one that was written", next));
        tree_.add(leaf_hash(row.bytes));
        if (!wanted) continue;
        put_u64(segment_, block.bodies[body].size());
        segment_ += block.bodies[body];
      }
      if (tree_.root() != pack.root) return not_whole(fmt::format("the proof fails at entry {}", pack.first));
      slots_ += block.key_slots[i];
    }
    return segment_.size() < segment_bytes ? Result<void>() : flush();
  }

  Result<void> finish(const Head& head, const NewStore& hub) {
    if (tree_.root() != head.root && head.size != 0) return not_whole("its root is not the head's");
    if (auto done = flush(); !done) return done;
    const std::string keys_name = name_with("keys", 1, head.size) + ".sealed";
    if (auto done = write(keys_name, slots_); !done) return done;
    const nlohmann::json list = {{"format", list_format},
                                 {"head", nlohmann::json::parse(to_json(head))},
                                 {"identity", to_hex(hub.identity)},
                                 {"ring", to_hex(hub.ring)},
                                 {"entries", names_},
                                 {"keys", keys_name}};
    const auto path =
        folder_ / (name_with("backup", head.size, static_cast<std::uint64_t>(head.signed_at.microseconds)) + ".json");
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
    if (!file.open()) return failure(ErrorCode::unreadable, fmt::format("Could not write {}.", path.string()));
    if (auto done = write_all(file.get(), list.dump(1) + "\n", path); !done) return done;
    if (::fsync(file.get()) != 0) return failure(ErrorCode::unreadable, "Could not make the back-up durable.");
    return sync_folder(folder_);
  }

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  Result<void> flush() {
    if (segment_.empty()) return {};
    const std::string name = name_with("entries", first_, tree_.size()) + ".sealed";
    if (auto done = write(name, segment_); !done) return done;
    names_.push_back(name);
    segment_.clear();
    return {};
  }

  // Written, made durable, and read again.
  Result<void> write(const std::string& name, std::string_view bytes) {
    const std::array<std::string_view, 1> blocks{bytes};
    if (auto done = write_sealed(folder_ / name, blocks, keys_.file_key()); !done) return done;
    const auto again = read_sealed(folder_ / name, keys_.file_key());
    if (!again || *again != bytes) return not_whole(fmt::format("{} does not read as it was written", name));
    bytes_ += bytes.size();
    return {};
  }

  const std::filesystem::path& folder_;
  const HubKeys& keys_;
  CompactRange tree_;
  std::vector<std::string> names_;
  std::uint64_t saved_ = 0, first_ = 0, bytes_ = 0;
  std::string segment_, slots_;
};

// Takes one back-up's packs out of its files, in order, up to a time.
class BackupReader {
 public:
  BackupReader(const std::filesystem::path& folder, List list, const Ring& ring, const std::optional<Instant>& until)
      : folder_(folder), list_(std::move(list)), keys_(ring), until_(until) {}

  Result<void> start() {
    auto slots = read_sealed(folder_ / list_.keys, keys_.file_key());
    if (!slots) return std::unexpected(slots.error());
    if (slots->size() != list_.head.size * key_slot_size) return not_whole("keys are missing");
    slots_ = std::move(*slots);
    return {};
  }

  Result<Block> next() {
    Block block;
    block.first_body = tree_.size() + 1;
    while (block.bodies.size() < 2048 && !ended_) {
      if (rest_.empty()) {
        if (at_ == list_.entries.size()) break;
        auto bytes = read_sealed(folder_ / list_.entries[at_++], keys_.file_key());
        if (!bytes) return std::unexpected(bytes.error());
        segment_ = std::move(*bytes);
        rest_ = segment_;
        continue;
      }
      if (auto done = take_pack(block); !done) return std::unexpected(done.error());
    }
    return block;
  }

 private:
  std::optional<std::string_view> take(std::size_t bytes) {
    if (rest_.size() < bytes) return std::nullopt;
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }

  Result<void> take_pack(Block& block) {
    const auto fixed = take(16);
    if (!fixed) return not_whole("a file of entries ends early");
    Pack pack;
    pack.first = get_u64(*fixed);
    const std::uint64_t count = get_u64(fixed->substr(8));
    if (pack.first != tree_.size() + 1 || count == 0 || count > pack_entries ||
        pack.first + count - 1 > list_.head.size)
      return not_whole("entries are missing or out of order");
    const auto rows = take(count * row_size), root = take(32), tag = take(32);
    if (!rows || !root || !tag) return not_whole("a file of entries ends early");
    std::uint64_t kept = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto length = take(8);
      const auto body = length ? take(get_u64(*length)) : std::nullopt;
      if (!body) return not_whole("a file of entries ends early");
      const std::string_view row = rows->substr(i * row_size, row_size);
      const auto header = decode_header(row.substr(0, header_size));
      if (!header) return std::unexpected(header.error());
      ended_ = ended_ || (until_ && header->received > *until_);
      if (ended_) continue;
      tree_.add(leaf_hash(row));
      block.bodies.emplace_back(*body);
      ++kept;
    }
    if (kept == 0) return {};
    pack.rows = rows->substr(0, kept * row_size);
    // A pack that is cut at the time has a root and a tag of its own.
    pack.root = kept == count ? digest_of(*root) : tree_.root();
    pack.tag = kept == count ? digest_of(*tag) : keys_.pack_tag(pack);
    block.key_slots.push_back(slots_.substr((pack.first - 1) * key_slot_size, kept * key_slot_size));
    block.packs.push_back(std::move(pack));
    return {};
  }

  const std::filesystem::path& folder_;
  List list_;
  HubKeys keys_;
  std::optional<Instant> until_;
  CompactRange tree_;
  std::size_t at_ = 0;
  bool ended_ = false;
  std::string segment_, slots_;
  std::string_view rest_;
};

}  // namespace

Result<BackupReport> write_backup(const std::filesystem::path& folder, const Head& head, const NewStore& hub,
                                  const HubKeys& keys, const ReadGroup& read, const Progress& progress) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failure(ErrorCode::unreadable, fmt::format("Could not make {}.", folder.string()));
  BackupWriter writer(folder, keys);
  for (const auto& path : lists_in(folder)) {
    const auto list = read_list(path);
    if (!list) continue;
    if (list->identity != hub.identity)
      return failure(ErrorCode::usage, "The folder holds another hub's back-ups: give a folder of its own.");
    if (list->head.size > head.size)
      return failure(ErrorCode::corrupt,
                     "The folder holds a back-up of more entries than the hub has: the hub was rolled back.");
    writer.go_on_from(*list);
    break;
  }
  for (std::uint64_t first = 1; first <= head.size;) {
    const auto block = read(first);
    if (!block) return std::unexpected(block.error());
    if (block->packs.empty()) return not_whole("the ledger ends early");
    if (auto done = writer.add(*block); !done) return std::unexpected(done.error());
    first = block->packs.back().last() + 1;
    if (progress) progress(first - 1, head.size);
  }
  if (auto done = writer.finish(head, hub); !done) return std::unexpected(done.error());
  return BackupReport{head, writer.bytes()};
}

Result<Restored> restore_backup(const std::filesystem::path& folder, const Place& to,
                                const std::optional<Instant>& until, const Progress& progress) {
  if (auto started = start_crypto(); !started) return std::unexpected(started.error());
  const auto lists = lists_in(folder);
  if (lists.empty()) return failure(ErrorCode::not_found, fmt::format("There is no back-up in {}.", folder.string()));
  auto list = read_list(lists.front());
  if (!list) return std::unexpected(list.error());
  const auto hub_key = hub_key_of(to.folder, {}, false);
  if (!hub_key) return std::unexpected(hub_key.error());
  const auto ring =
      list->ring.empty() ? std::optional(Ring{hub_key->key, {}}) : open_ring(list->ring, hub_key->key, list->identity);
  if (!ring || !signed_by(list->head, HubKeys(*ring).public_key()))
    return failure(
        ErrorCode::denied,
        "The back-up is not of the hub whose key this is, or was made before its key was changed: restore it "
        "with the key that it had then.");
  const Head head = list->head;
  HubSecrets secrets{list->identity, hub_key->key, *ring};
  BackupReader reader(folder, std::move(*list), *ring, until);
  if (auto done = reader.start(); !done) return std::unexpected(done.error());
  const ReadGroup read = [&](std::uint64_t) { return reader.next(); };
  const auto copied = make_copy(to, std::move(secrets), read,
                                until || head.size == 0 ? std::optional<Digest>() : std::optional<Digest>(head.root),
                                progress, head.size);
  if (!copied) return std::unexpected(copied.error());
  return Restored{*copied, head};
}

}  // namespace wider::ledger
