#include "ledger/verify.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace wider::ledger {
namespace {

constexpr std::uint64_t step = 4096;

class Verifier {
 public:
  Verifier(const HubKeys& keys, const std::vector<Digest>& chunks, const std::optional<Head>& published)
      : keys_(keys), chunks_(chunks), published_(published) {}

  // False at the first wrong entry, which `found` then names.
  bool check_block(const Block& block, std::uint64_t first, std::uint64_t last) {
    std::uint64_t next = first;
    for (std::size_t i = 0; i < block.packs.size() && next <= last; ++i) {
      const Pack& pack = block.packs[i];
      if (next < pack.first || next > pack.last()) return wrong(next, "its row is missing");
      for (; next <= std::min(last, pack.last()); ++next) {
        if (!check_entry(block, i, next)) return false;
        tree_.add(leaf_hash(pack.row(next).bytes), chunk_level, &complete_);
        if (!complete_.empty() && !check_chunk(next)) return false;
        if (published_ && published_->size == next) published_root_ = tree_.root();
      }
      if (next != pack.last() + 1) continue;
      if (keys_.pack_tag(pack) != pack.tag) return wrong(pack.first, "its pack fails its authentication");
      if (tree_.root() != pack.root) return wrong(pack.first, "the root stored with it is not the root of the tree");
    }
    return next > last || wrong(next, "its row is missing");
  }

  bool wrong(std::uint64_t sequence, std::string_view why) {
    found.first_wrong = sequence;
    found.says = fmt::format("Entry {} is wrong: {}.", sequence, why);
    return false;
  }

  void finish(std::uint64_t size, const Digest& root, const std::array<std::uint8_t, 32>& public_key) {
    found.root = tree_.root();
    if (found.root != root) {
      wrong(size, "the root of the tree is not the one the ledger was opened with");
      return;
    }
    if (!published_) return;
    if (!signed_by(*published_, public_key))
      found.says = "The published head was not signed by this hub.";
    else if (published_->size > size)
      wrong(size + 1, fmt::format("the published head counts {} entries and the ledger holds {}: it was rolled back",
                                  published_->size, size));
    else if ((published_->size == 0 ? empty_root() : published_root_) != published_->root)
      found.says = fmt::format("The first {} entries are not those of the published head: the ledger was rewritten.",
                               published_->size);
  }

  Verification found;

 private:
  bool check_entry(const Block& block, std::size_t pack_number, std::uint64_t sequence) {
    const Pack& pack = block.packs[pack_number];
    const Row row = pack.row(sequence);
    const auto header = decode_header(row.header());
    if (!header || header->sequence != sequence) return wrong(sequence, "its header is not its own");
    if (header->received < last_received_) return wrong(sequence, "it was received before the entry before it");
    last_received_ = header->received;
    const std::string& slots = block.key_slots[pack_number];
    if (slots.size() != pack.count() * key_slot_size) return wrong(sequence, "its key is missing from keys.db");
    const auto state = keys_.unwrap(
        std::string_view(slots).substr((sequence - pack.first) * key_slot_size, key_slot_size), row.bytes, key_);
    if (!state) return wrong(sequence, "its header or its key fails its authentication");
    const std::uint64_t at = sequence - block.first_body;
    if (at >= block.bodies.size()) return wrong(sequence, "its body is missing");
    if (sha256(block.bodies[at]) != row.ciphertext_digest())
      return wrong(sequence, "its body is not the one that was written");
    ++found.entries;
    if (*state == KeyState::erased) {
      ++found.erased;
      return true;
    }
    if (commitment_of(key_.bytes.data()) != row.commitment())
      return wrong(sequence, "its key is not the one it was written under");
    return open_body(block.bodies[at], key_.bytes.data(), plain_) ||
           wrong(sequence, "its body fails its authentication");
  }

  bool check_chunk(std::uint64_t sequence) {
    const std::uint64_t chunk = sequence / chunk_entries - 1;
    const bool same = chunk < chunks_.size() && chunks_[chunk] == complete_.back();
    complete_.clear();
    return same || wrong(chunk * chunk_entries + 1, "the stored hash of its part of the tree is not the tree's");
  }

  const HubKeys& keys_;
  const std::vector<Digest>& chunks_;
  const std::optional<Head>& published_;
  CompactRange tree_;
  std::vector<Digest> complete_;
  Digest published_root_{};
  Instant last_received_;
  SecretKey key_;
  std::string plain_;
};

}  // namespace

Verification verify_entries(const ReadBlock& read, const HubKeys& keys, std::uint64_t size, const Digest& root,
                            const std::vector<Digest>& chunks, const std::optional<Head>& published,
                            const Progress& progress) {
  Verifier verifier(keys, chunks, published);
  for (std::uint64_t first = 1; first <= size; first += step) {
    const std::uint64_t last = std::min(size, first + step - 1);
    auto block = read(first, last);
    if (!block) {
      // A page that cannot be read: look for the entry itself, one by one.
      for (std::uint64_t one = first; one <= last; ++one) {
        block = read(one, one);
        if (block && verifier.check_block(*block, one, one)) continue;
        if (!block) verifier.wrong(one, block.error().message);
        return verifier.found;
      }
    } else if (!verifier.check_block(*block, first, last)) {
      return verifier.found;
    }
    if (progress) progress(last, size);
  }
  verifier.finish(size, root, keys.public_key());
  return verifier.found;
}

}  // namespace wider::ledger
