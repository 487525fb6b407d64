#include "ledger/ledger.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <utility>

#include <fmt/core.h>

#include "base/check.hpp"
#include "ledger/backup.hpp"
#include "ledger/crypto.hpp"
#include "ledger/files.hpp"
#include "ledger/format.hpp"
#include "ledger/gate.hpp"
#include "ledger/head.hpp"
#include "ledger/key_ring.hpp"
#include "ledger/key_store.hpp"
#include "ledger/parts.hpp"
#include "ledger/proof.hpp"
#include "ledger/sealed_file.hpp"
#include "ledger/sealing.hpp"
#include "ledger/verify.hpp"

namespace wider::ledger {
namespace {

constexpr std::size_t bulk_batch = 4096;   // entries of a bulk append when nobody else waits …
constexpr std::size_t quick_batch = 1024;  // … and while pages are being looked at: written in some milliseconds
constexpr auto look_is_recent = std::chrono::seconds(1);
constexpr std::size_t long_log = std::size_t{8} << 20;   // folded in about 15 ms
constexpr std::size_t short_log = std::size_t{2} << 20;  // in about 4 ms
constexpr std::uint64_t read_step = 512;                 // entries read per turn at the gate, so that others get theirs

Instant system_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::unexpected<Error> damaged(std::uint64_t sequence) {
  return failure(
      ErrorCode::corrupt,
      fmt::format("Entry {} of the ledger is damaged: run `wider ledger verify` and restore from a backup.", sequence));
}

// One caller's entries on their way into a group.
struct Request {
  const SealedEntries& sealed;
  bool urgent = false;
  std::uint64_t first = 0;
  Result<void> result;
  bool done = false;
};

class LedgerImpl final : public Ledger {
 public:
  LedgerImpl(OpenParts parts, std::filesystem::path folder, const Options& options)
      : lock_(std::move(parts.lock)),
        folder_(std::move(folder)),
        hub_key_(std::move(parts.hub_key)),
        ring_(std::move(parts.ring)),
        keys_(ring_),
        store_(std::move(parts.store)),
        identity_(std::move(parts.identity)),
        simulated_(parts.simulated),
        clock_(options.clock ? options.clock : system_clock),
        fold_from_(options.fold_from) {}

  // The state as the store has it. What a killed process left in a log whose sync had failed is made durable first; a
  // disk without room for that only puts writing off.
  Result<void> load() {
    broken_ = !store_->recover();
    auto found = read_state();
    if (!found) return std::unexpected(found.error());
    take(std::move(*found));
    return {};
  }
  // What opening does beside reading: a hub of format 1 becomes one of this, in one step of keys.db; and a hub that was
  // opened with its latest key lets go of the ones before.
  Result<void> bring_up_to_date(std::size_t rings, bool latest) {
    if (rings == 1 || (rings > 1 && !latest)) return {};
    Ring ring = ring_;
    if (rings == 0) add_wrapping_keys(ring, std::nullopt, clock_());
    const std::array<std::string, 1> only{seal_ring(ring, hub_key_.key, identity_)};
    const Passed passed(gate_, Urgency::page);
    if (auto done = store_->keys().set_rings(only); !done) return done;
    take_ring(std::move(ring));
    return {};
  }

  Result<KeyReport> key_report() override {
    const std::scoped_lock lock(rotating_);
    return report_keys();
  }

  Result<KeyReport> rotate_keys(const Rotation& rotation) override {
    const std::scoped_lock lock(rotating_);
    const auto step = [&](int number) -> Result<void> {
      if (rotation.stop && rotation.stop(number)) return failure(ErrorCode::unavailable, "Stopped, as a test asked.");
      return {};
    };
    if (auto done = rotation.agency ? rotate_agency(*rotation.agency) : rotate_hub_key(rotation.new_key, step); !done)
      return std::unexpected(done.error());
    return report_keys();
  }

  Result<std::uint64_t> append(std::span<const NewEntry> entries) override {
    return append_as(SealedEntries(entries), false);
  }
  Result<std::uint64_t> append_now(const NewEntry& entry) override {
    return append_as(SealedEntries({&entry, 1}), true);
  }
  std::unique_ptr<Sealed> seal(std::span<const NewEntry> entries) const override {
    return std::make_unique<SealedEntries>(entries);
  }
  Result<std::uint64_t> append(Sealed& entries) override {
    auto& sealed = static_cast<SealedEntries&>(entries);
    CHECK(!std::exchange(sealed.appended, true));  // a key encrypts one body, and a body has one place
    return append_as(sealed, false);
  }

  std::size_t good_batch() const override { return pages_are_about() ? quick_batch : bulk_batch; }

  Result<Entry> read(std::uint64_t sequence) override {
    if (auto there = check_sequence(sequence); !there) return std::unexpected(there.error());
    Result<Block> block;
    {
      const Passed passed(gate_, Urgency::page);
      block = store_->read_body(sequence);
    }
    if (!block) return std::unexpected(block.error());
    Result<Entry> entry;
    auto done = visit_block(*block, sequence, sequence, [&](const Entry& found) {
      entry = found;
      return true;
    });
    if (!done) return std::unexpected(done.error());
    return entry;
  }

  Result<void> read_range(std::uint64_t first, std::uint64_t last,
                          const std::function<bool(const Entry&)>& visit) override {
    return blocks_of(first, last, Parts::everything, [&](const Block& block, std::uint64_t from, std::uint64_t to) {
      return visit_block(block, from, to, visit);
    });
  }

  Result<void> read_headers(std::uint64_t first, std::uint64_t last,
                            const std::function<bool(const Header&)>& visit) override {
    const auto use = [&](const Header& header, const SecretKey*, const Row&) -> Result<bool> { return visit(header); };
    return blocks_of(
        first, last, Parts::headers_and_keys,
        [&](const Block& block, std::uint64_t from, std::uint64_t to) { return visit_rows(block, from, to, use); });
  }

  Result<Head> head() override {
    Head head;
    {
      const Passed passed(gate_, Urgency::page);
      head.size = tree_.size();
      head.root = tree_.root();
    }
    head.signed_at = clock_();
    head.signature = keys_.sign(signed_message(head));
    return head;
  }

  std::uint64_t size() const override { return size_; }
  bool simulated() const override { return simulated_; }
  std::array<std::uint8_t, 32> public_key() const override { return keys_.public_key(); }

  using Ledger::erase;
  Result<void> erase(std::span<const std::uint64_t> sequences) override {
    const Passed passed(gate_, Urgency::page);
    std::vector<ErasedSlot> slots;
    for (const std::uint64_t sequence : sequences) {
      if (auto there = check_sequence(sequence); !there) return there;
      auto block = store_->read_range(sequence, sequence, Parts::headers);
      if (!block) return std::unexpected(block.error());
      if (block->packs.empty() || sequence > block->packs.front().last()) return damaged(sequence);
      const Pack& pack = block->packs.front();
      slots.push_back({pack.first, sequence, keys_.erased_slot(pack.row(sequence).bytes)});
    }
    return store_->erase_keys(slots);
  }

  Result<Verification> verify(const std::optional<Head>& published, const Progress& progress) override {
    Digest root;
    std::uint64_t size = 0;
    Result<StoreHead> head;
    {
      const Passed passed(gate_, Urgency::page);
      root = tree_.root();
      size = tree_.size();
      head = store_->head();
    }
    if (!head) return std::unexpected(head.error());
    const ReadBlock read = [this](std::uint64_t first, std::uint64_t last) {
      const Passed passed(gate_, Urgency::bulk);
      return store_->read_range(first, last, Parts::everything);
    };
    return verify_entries(read, keys_, size, root, head->chunks, published, progress);
  }

  Result<BackupReport> back_up(const std::filesystem::path& folder, const Progress& progress) override {
    const auto now = head();
    if (!now) return std::unexpected(now.error());
    const ReadGroup read = [&](std::uint64_t first) {
      const Passed passed(gate_, Urgency::bulk);
      return whole_packs(*store_, first, now->size);
    };
    NewStore hub{identity_, ""};
    {
      const std::scoped_lock lock(rotating_);
      hub.ring = seal_ring(ring_, hub_key_.key, identity_);
    }
    return write_backup(folder, *now, hub, keys_, read, progress);
  }

  Result<std::string> leaf(std::uint64_t sequence) override {
    if (auto there = check_sequence(sequence); !there) return std::unexpected(there.error());
    const Passed passed(gate_, Urgency::page);
    return row_of(sequence);
  }

  Result<std::vector<Digest>> inclusion_proof(std::uint64_t sequence, std::uint64_t size) override {
    if (sequence == 0 || sequence > size || size > size_) return not_in_tree();
    return prove([&](const SubtreeHash& subtree) { return ledger::inclusion_proof(sequence - 1, size, subtree); });
  }

  Result<std::vector<Digest>> consistency_proof(std::uint64_t old_size, std::uint64_t size) override {
    if (old_size == 0 || old_size > size || size > size_) return not_in_tree();
    return prove([&](const SubtreeHash& subtree) { return ledger::consistency_proof(old_size, size, subtree); });
  }

  Result<std::vector<Digest>> range_proof(std::uint64_t first, std::uint64_t last, std::uint64_t size) override {
    if (first == 0 || first > last || last > size || size > size_) return not_in_tree();
    return prove([&](const SubtreeHash& subtree) {
      std::vector<Digest> hashes;
      for (const Subtree& part : range_cover(first - 1, last, size)) hashes.push_back(subtree(part.level, part.index));
      return hashes;
    });
  }

  Ref keyed_reference(std::string_view text) const override { return keys_.reference(text); }

  Result<void> seal_file(const std::filesystem::path& path, std::span<const std::string_view> blocks) override {
    return write_sealed(path, blocks, keys_.file_key());
  }
  Result<std::string> unseal_file(const std::filesystem::path& path) override {
    return read_sealed(path, keys_.file_key());
  }

 private:
  struct State {
    CompactRange tree;
    Instant last_received;
  };

  // Rebuilds the tree from the stored subtrees and the rows after them; it must end in the last pack's root.
  Result<State> read_state() {
    auto head = store_->head();
    if (!head) return std::unexpected(head.error());
    const auto unproven = [] {
      return failure(ErrorCode::corrupt,
                     "The ledger fails its proof at the end: run `wider ledger verify` and restore from a backup.");
    };
    if (head->chunks.size() != head->size / chunk_entries) return unproven();
    State state;
    for (const Digest& chunk : head->chunks) state.tree.add_subtree(chunk_level, chunk);
    if (head->size == 0) return state;
    if (keys_.pack_tag(head->last_pack) != head->last_pack.tag) return unproven();
    std::uint64_t next = state.tree.size() + 1;
    if (next <= head->size) {
      auto block = store_->read_range(next, head->size, Parts::headers);
      if (!block) return std::unexpected(block.error());
      for (const Pack& pack : block->packs)
        for (; next >= pack.first && next <= pack.last(); ++next) state.tree.add(leaf_hash(pack.row(next).bytes));
    }
    if (state.tree.size() != head->size || state.tree.root() != head->last_pack.root) return unproven();
    const auto last = decode_header(head->last_pack.row(head->size).header());
    if (!last) return std::unexpected(last.error());
    state.last_received = last->received;
    return state;
  }

  void take(State state) {
    tree_ = std::move(state.tree);
    last_received_ = state.last_received;
    size_ = tree_.size();
  }

  // After a failed write: what the store holds now is either what was acknowledged, or that and the group that failed,
  // whole; its callers were told that it failed, and the next ones go on after it.
  Result<void> recover() {
    const Passed passed(gate_, Urgency::page);
    if (auto done = store_->recover(); !done) return done;
    auto found = read_state();
    if (!found) return std::unexpected(found.error());
    CompactRange before;
    if (found->tree.size() == tree_.size()) before = found->tree;
    if (found->tree.size() > tree_.size()) {
      auto prefix = prefix_of(tree_.size());
      if (!prefix) return std::unexpected(prefix.error());
      before = std::move(*prefix);
    }
    if (before.size() != tree_.size() || before.root() != tree_.root())
      return failure(ErrorCode::corrupt, "The ledger is not what it was before a write failed: stop, and restore it.");
    take(std::move(*found));
    broken_ = false;
    return {};
  }

  // The tree of the first `size` entries, of their rows: only after a failed write. Under the gate.
  Result<CompactRange> prefix_of(std::uint64_t size) {
    CompactRange tree;
    while (tree.size() < size) {
      const std::uint64_t first = tree.size() + 1;
      const std::uint64_t last = std::min(size, first + 8 * read_step - 1);
      auto block = store_->read_range(first, last, Parts::headers);
      if (!block) return std::unexpected(block.error());
      std::uint64_t next = first;
      for (const Pack& pack : block->packs)
        for (; next >= pack.first && next <= std::min(last, pack.last()); ++next)
          tree.add(leaf_hash(pack.row(next).bytes));
      if (next != last + 1) return damaged(next);
    }
    return tree;
  }

  static std::unexpected<Error> not_in_tree() {
    return failure(ErrorCode::not_found, "There is no such entry or size in the ledger to prove.");
  }

  Result<void> check_sequence(std::uint64_t sequence) const {
    if (sequence >= 1 && sequence <= size_) return {};
    return failure(ErrorCode::not_found, fmt::format("The ledger has no entry {}.", sequence));
  }

  // Group commit: callers queue; whoever finds no leader leads, and writes for all that fit one group.
  Result<std::uint64_t> append_as(const SealedEntries& sealed, bool urgent) {
    if (sealed.count() == 0) return failure(ErrorCode::usage, "There is nothing to append.");
    if (urgent) last_look_ = std::chrono::steady_clock::now().time_since_epoch();
    Request request{sealed, urgent, 0, {}, false};
    std::unique_lock guard(queue_mutex_);
    queue_.push_back(&request);
    while (!request.done) {
      if (leading_) {
        turn_.wait(guard);
        continue;
      }
      leading_ = true;
      const std::vector<Request*> group = take_group();
      guard.unlock();
      const Result<void> result = write_group(group);
      guard.lock();
      for (Request* one : group) {
        one->result = result;
        one->done = true;
      }
      turn_.notify_all();
      guard.unlock();
      fold(urgent);
      guard.lock();
      leading_ = false;
      turn_.notify_all();
    }
    if (!request.result) return std::unexpected(request.result.error());
    return request.first;
  }

  [[nodiscard]] bool urgent_waits() const {
    return std::ranges::any_of(queue_, [](const Request* request) { return request->urgent; });
  }

  // What a page waits for goes alone and at once; bulk goes in its order, up to a group's size. Under queue_mutex_.
  std::vector<Request*> take_group() {
    std::vector<Request*> group;
    const bool any_urgent = urgent_waits();
    const std::size_t batch = good_batch();
    std::size_t entries = 0;
    for (auto at = queue_.begin(); at != queue_.end();) {
      const bool fits = group.empty() || entries + (*at)->sealed.count() <= batch;
      if (any_urgent ? !(*at)->urgent : !fits) {
        ++at;
        continue;
      }
      entries += (*at)->sealed.count();
      group.push_back(*at);
      at = queue_.erase(at);
    }
    return group;
  }

  // Folds the store's log after a group was acknowledged: little and often while pages are about, because a look may
  // have to wait for it. A page itself folds only what nobody else has folded for long. By the leader.
  void fold(bool urgent) {
    std::size_t from_bytes = urgent ? 2 * long_log : pages_are_about() ? short_log : long_log;
    if (fold_from_ != 0) from_bytes = fold_from_;
    if (store_->log_bytes() < from_bytes) return;
    const Passed passed(gate_, Urgency::bulk);
    if (!broken_ && !store_->fold(from_bytes)) broken_ = true;
  }

  [[nodiscard]] bool pages_are_about() const {
    return std::chrono::steady_clock::now().time_since_epoch() - last_look_.load() < look_is_recent;
  }

  // Only the leader runs this, so the tree may be read without the gate; the store may not.
  Result<void> write_group(const std::vector<Request*>& requests) {
    if (broken_)
      if (auto done = recover(); !done) return done;
    Group group;
    group.first = tree_.size() + 1;
    group.first_chunk = tree_.size() / chunk_entries;
    CompactRange tree = tree_;
    Instant received = last_received_;
    const Instant now = std::max(clock_(), received);
    Pack pack;
    std::string slots;
    const auto close_pack = [&] {
      if (pack.rows.empty()) return;
      pack.root = tree.root();
      pack.tag = keys_.pack_tag(pack);
      group.packs.push_back(std::exchange(pack, {}));
      group.key_slots.push_back(std::exchange(slots, {}));
    };
    for (Request* request : requests) {
      const SealedEntries& sealed = request->sealed;
      request->first = tree.size() + 1;
      for (std::size_t i = 0; i < sealed.count(); ++i) {
        Header header = sealed.headers[i];
        received =
            simulated_ && header.received.valid() ? std::max(header.received, received) : std::max(now, received);
        header.sequence = tree.size() + 1;
        header.received = received;
        if (pack.rows.empty()) pack.first = header.sequence;
        encode_header(header.sequence, header.received, sealed.hidden_of(i), pack.rows);
        pack.rows += view_of(sealed.digests[i]);
        pack.rows += view_of(sealed.commitments[i]);
        const std::string_view row = std::string_view(pack.rows).substr(pack.rows.size() - row_size);
        keys_.wrap(sealed.secret(i), sealed.secret(i) + 32, header.controller, row, slots);
        tree.add(leaf_hash(row), chunk_level, &group.chunks);
        group.bodies.push_back(sealed.ciphertexts[i]);
        if (pack.count() == pack_entries) close_pack();
      }
    }
    close_pack();
    const Passed passed(gate_, requests.front()->urgent ? Urgency::page : Urgency::bulk);
    auto done = store_->append_group(group);
    // After a failed write nobody can say what the disk holds: before anything is acknowledged on top of it, recover().
    if (!done) broken_ = true;
    if (!done) return done;
    tree_ = std::move(tree);
    last_received_ = received;
    size_ = tree_.size();
    return {};
  }

  // Calls use(block, from, to) for consecutive parts; the gate is free while it runs. use gives false to stop.
  template <typename Use>
  Result<void> blocks_of(std::uint64_t first, std::uint64_t last, Parts parts, const Use& use) {
    if (first == 0) first = 1;
    last = std::min(last, size_.load());
    const std::uint64_t step = parts == Parts::everything ? read_step : 8 * read_step;
    while (first <= last) {
      const std::uint64_t to = std::min(last, first + step - 1);
      Result<Block> block;
      {
        const Passed passed(gate_, Urgency::bulk);
        block = store_->read_range(first, to, parts);
      }
      if (!block) return std::unexpected(block.error());
      const Result<bool> more = use(*block, first, to);
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      first = to + 1;
    }
    return {};
  }

  // The row is authenticated with the key that is wrapped for it, so a pack's own tag need not be checked here.
  Result<bool> visit_block(const Block& block, std::uint64_t first, std::uint64_t last,
                           const std::function<bool(const Entry&)>& visit) const {
    Entry entry;
    return visit_rows(
        block, first, last, [&](const Header& header, const SecretKey* key, const Row& row) -> Result<bool> {
          entry.header = header;
          entry.erased = key == nullptr;
          entry.body.clear();
          const std::uint64_t at = header.sequence - block.first_body;
          if (!entry.erased && (at >= block.bodies.size() || commitment_of(key->bytes.data()) != row.commitment() ||
                                !open_body(block.bodies[at], key->bytes.data(), entry.body)))
            return damaged(header.sequence);
          return visit(entry);
        });
  }

  // Calls use(header, key, row) for rows and their keys (null: erased); it gives false to stop.
  template <typename Use>
  Result<bool> visit_rows(const Block& block, std::uint64_t first, std::uint64_t last, const Use& use) const {
    std::uint64_t next = first;
    SecretKey key;
    for (std::size_t i = 0; i < block.packs.size(); ++i) {
      const Pack& pack = block.packs[i];
      const std::string& slots = block.key_slots[i];
      if (slots.size() != pack.count() * key_slot_size) return damaged(pack.first);
      for (; next >= pack.first && next <= std::min(last, pack.last()); ++next) {
        const Row row = pack.row(next);
        const auto state = keys_.unwrap(
            std::string_view(slots).substr((next - pack.first) * key_slot_size, key_slot_size), row.bytes, key);
        if (!state) return damaged(next);
        const bool erased = *state == KeyState::erased;
        const auto header = erased ? decode_header(row.header()) : open_header(row.header(), key.bytes.data());
        if (!header || header->sequence != next) return damaged(next);
        const Result<bool> more = use(*header, erased ? nullptr : &key, row);
        if (!more) return more;
        if (!*more) return false;
      }
    }
    return next > last ? Result<bool>(true) : damaged(next);
  }

  Result<std::string> row_of(std::uint64_t sequence) {
    auto block = store_->read_range(sequence, sequence, Parts::headers);
    if (!block) return std::unexpected(block.error());
    if (block->packs.empty() || sequence > block->packs.front().last()) return damaged(sequence);
    if (keys_.pack_tag(block->packs.front()) != block->packs.front().tag) return damaged(sequence);
    return std::string(block->packs.front().row(sequence).bytes);
  }

  // Gives the proof functions their subtrees: of whole chunks from the stored hashes, of less from the rows.
  template <typename Make>
  Result<std::vector<Digest>> prove(const Make& make) {
    const Passed passed(gate_, Urgency::page);
    auto head = store_->head();
    if (!head) return std::unexpected(head.error());
    std::optional<Error> wrong;
    const SubtreeHash subtree = [&](unsigned level, std::uint64_t index) {
      CompactRange range;
      const std::uint64_t begin = index << level;
      if (level >= chunk_level) {
        const std::uint64_t chunks = std::uint64_t{1} << (level - chunk_level);
        for (std::uint64_t i = 0; i < chunks; ++i) range.add(head->chunks.at(begin / chunk_entries + i));
        return range.root();
      }
      const std::uint64_t leaves = std::uint64_t{1} << level;
      auto block = store_->read_range(begin + 1, begin + leaves, Parts::headers);
      if (!block) {
        wrong = block.error();
        return Digest{};
      }
      std::uint64_t next = begin + 1;
      for (const Pack& pack : block->packs)
        for (; next >= pack.first && next <= std::min(begin + leaves, pack.last()); ++next)
          range.add(leaf_hash(pack.row(next).bytes));
      if (range.size() != leaves) wrong = damaged(next).error();
      return range.root();
    };
    std::vector<Digest> proof = make(subtree);
    if (wrong) return std::unexpected(*wrong);
    return proof;
  }

  Result<KeyReport> report_keys() {
    KeyReport report;
    for (const WrappingKey& key : ring_.keys) {
      auto at = std::ranges::find(report.agencies, key.agency, &KeyReport::OfAgency::agency);
      if (at == report.agencies.end()) at = report.agencies.insert(at, {key.agency, 0, 0, {}});
      ++at->keys;
      if (key.number < at->number) continue;
      at->number = key.number;
      at->made = key.made;
    }
    const Passed passed(gate_, Urgency::page);
    const auto rings = store_->keys().rings();
    if (!rings) return std::unexpected(rings.error());
    report.hub_keys = rings->size();
    return report;
  }

  void take_ring(Ring ring) {
    ring_ = std::move(ring);
    keys_.set_wrapping_keys(ring_.keys);
  }

  // Under rotating_: the ring under these hub's keys, and under no others; only then is anything wrapped with it.
  Result<void> keep_ring(Ring ring, std::initializer_list<const SecretKey*> hub_keys) {
    std::vector<std::string> rings;
    for (const SecretKey* key : hub_keys) rings.push_back(seal_ring(ring, *key, identity_));
    const Passed passed(gate_, Urgency::page);
    if (auto done = store_->keys().set_rings(rings); !done) return done;
    take_ring(std::move(ring));
    return {};
  }

  Result<std::vector<std::string>> rings() {
    const Passed passed(gate_, Urgency::page);
    return store_->keys().rings();
  }

  static std::unexpected<Error> unfinished_rotation() {
    return failure(
        ErrorCode::usage,
        "The hub's key is being changed: finish that first (start the hub with the new key, or name its file "
        "with --new-key again).");
  }

  Result<void> rotate_agency(Agency agency) {
    const auto there = rings();
    if (!there) return std::unexpected(there.error());
    if (there->size() > 1) return unfinished_rotation();
    Ring ring = ring_;
    add_wrapping_keys(ring, agency, clock_());
    return keep_ring(std::move(ring), {&hub_key_.key});
  }

  // 1 the new key durable beside the old; 2 the ring under both; 3 the new key in the old one's place; 4 the ring under
  // the new key alone. Whatever step is the last one, the key that lies in its place opens the hub.
  Result<void> rotate_hub_key(const std::filesystem::path& new_key, const std::function<Result<void>(int)>& step) {
    const bool in_place = new_key.empty();
    if (in_place && hub_key_.file.empty())
      return failure(
          ErrorCode::usage,
          "The hub's key came with the environment: name a file for the new one with --new-key, and give its "
          "line to the hub at its next start.");
    const auto next_file =
        key_file_of(folder_, in_place ? std::filesystem::path(hub_key_.file.string() + ".next") : new_key);
    if (!next_file) return std::unexpected(next_file.error());
    const Result<SecretKey> next = make_or_read_key_file(*next_file);
    if (!next) return std::unexpected(next.error());
    if (next->bytes == hub_key_.key.bytes)
      return failure(ErrorCode::usage, "That is the key that the hub has already: name a file that is not there yet.");
    if (auto done = step(1); !done) return done;
    const auto there = rings();
    if (!there) return std::unexpected(there.error());
    const bool begun = std::ranges::any_of(
        *there, [&](const std::string& ring) { return open_ring(ring, *next, identity_).has_value(); });
    if (!begun) {
      if (in_place && there->size() > 1) return unfinished_rotation();
      Ring ring = ring_;
      add_wrapping_keys(ring, std::nullopt, clock_());
      if (auto done = keep_ring(std::move(ring), {&hub_key_.key, &*next}); !done) return done;
    }
    if (auto done = step(2); !done) return done;
    if (!in_place) return {};
    if (::rename(next_file->c_str(), hub_key_.file.c_str()) != 0)
      return failure(ErrorCode::unreadable,
                     fmt::format("The new key could not take the place of {}. Both open the hub; name a file for the "
                                 "new one with --new-key.",
                                 hub_key_.file.string()));
    if (auto synced = sync_folder(hub_key_.file.parent_path()); !synced) return synced;
    hub_key_.key = *next;
    if (auto done = step(3); !done) return done;
    return keep_ring(ring_, {&hub_key_.key});
  }

  Descriptor lock_;
  std::filesystem::path folder_;
  std::mutex rotating_;  // guards the two below; before the gate
  HubKey hub_key_;
  Ring ring_;
  HubKeys keys_;
  std::unique_ptr<Store> store_;
  std::string identity_;
  bool simulated_;
  std::function<Instant()> clock_;
  std::size_t fold_from_;

  Gate gate_;  // the store, and changes of tree_
  CompactRange tree_;
  Instant last_received_;  // of the last entry; the leader's
  std::atomic<std::uint64_t> size_ = 0;
  std::atomic<bool> broken_ = false;
  std::atomic<std::chrono::steady_clock::duration> last_look_ = std::chrono::steady_clock::duration::min() / 2;

  std::mutex queue_mutex_;  // queue_ and leading_
  std::condition_variable turn_;
  std::deque<Request*> queue_;
  bool leading_ = false;
};

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::create(const Place& place, const Options& options) {
  const std::filesystem::path& folder = place.folder;
  if (auto started = start_crypto(); !started) return std::unexpected(started.error());
  // The place is looked at before anything is made; the key after the folder, which may turn out not to be empty.
  if (const auto key_file = key_file_of(folder, options.key_file); !key_file) return std::unexpected(key_file.error());
  if (auto made = make_folder(folder); !made) return std::unexpected(made.error());
  auto lock = lock_folder(folder);
  if (!lock) return std::unexpected(lock.error());
  auto hub_key = hub_key_of(folder, options.key_file, true);
  if (!hub_key) return std::unexpected(hub_key.error());
  Ring ring = make_ring(std::nullopt, options.clock ? options.clock() : system_clock());
  const std::string identity = make_identity(HubKeys(ring), options.simulated);
  auto store = create_store(place, {identity, seal_ring(ring, hub_key->key, identity)},
                            {options.synchronous, options.sqlite_vfs});
  if (!store) return std::unexpected(store.error());
  std::error_code ignored;
  for (const char* name : {"ledger.db", "keys.db"})
    std::filesystem::permissions(folder / name,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
  const auto whole = std::filesystem::absolute(folder, ignored);
  if (auto synced = sync_folder(folder); !synced) return std::unexpected(synced.error());
  if (auto synced = sync_folder(whole.has_filename() ? whole.parent_path() : whole.parent_path().parent_path());
      !synced)
    return std::unexpected(synced.error());
  OpenParts parts{std::move(*lock), std::move(*hub_key), std::move(ring), 1, true, std::move(*store),
                  identity,         options.simulated};
  return std::make_unique<LedgerImpl>(std::move(parts), folder, options);
}

Result<std::unique_ptr<Ledger>> Ledger::open(const Place& place, const Options& options) {
  auto parts = open_parts(place, options);
  if (!parts) return std::unexpected(parts.error());
  const std::size_t rings = parts->rings;
  const bool latest = parts->latest;
  auto ledger = std::make_unique<LedgerImpl>(std::move(*parts), place.folder, options);
  if (auto loaded = ledger->load(); !loaded) return std::unexpected(loaded.error());
  // An older key that could not be let go of now is at the next opening.
  if (auto done = ledger->bring_up_to_date(rings, latest); !done && rings == 0) return std::unexpected(done.error());
  return ledger;
}

Result<Verification> verify_unopened(const Place& place, const std::optional<Head>& published,
                                     const Progress& progress) {
  const auto parts = open_parts(place, {});
  if (!parts) return std::unexpected(parts.error());
  const auto head = parts->store->head();
  if (!head) return std::unexpected(head.error());
  const ReadBlock read = [&](std::uint64_t first, std::uint64_t last) {
    return parts->store->read_range(first, last, Parts::everything);
  };
  auto verified =
      verify_entries(read, HubKeys(parts->ring), head->size, head->last_pack.root, head->chunks, published, progress);
  if (verified.good()) {
    verified.first_wrong = head->size;
    verified.says =
        fmt::format("Entry {} is wrong: the stored end of the ledger is not what its entries prove.", head->size);
  }
  return verified;
}

Ref random_ref() {
  Ref ref;
  fill_random(ref.data(), ref.size());
  return ref;
}

}  // namespace wider::ledger
