// The Merkle tree of RFC 9162 (Certificate Transparency 2.0), section 2.1: pure functions over leaf hashes.
//
// Invariants
//  1. A leaf's hash begins with the byte 0x00 and an interior node's with 0x01, so that neither can pass for the other.
//  2. The tree of n leaves splits at the largest power of two smaller than n.
//  3. Leaves are numbered from 0 here; entry s of the ledger is leaf s - 1.
// Thread safety: pure functions and values.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace wider::ledger {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);
[[nodiscard]] Digest leaf_hash(std::string_view leaf);                    // SHA-256(0x00 ‖ leaf)
[[nodiscard]] Digest node_hash(const Digest& left, const Digest& right);  // SHA-256(0x01 ‖ left ‖ right)
[[nodiscard]] Digest empty_root();                                        // SHA-256 of nothing

// The hash of the complete subtree of 2^level leaves that begins at leaf index << level. The caller's store of hashes.
using SubtreeHash = std::function<Digest(unsigned level, std::uint64_t index)>;

// A tree that only grows, kept as the roots of its complete subtrees, largest first: O(log n) memory.
class CompactRange {
 public:
  // Where `complete` is given, the root of each subtree of 2^watched_level leaves that this completes is appended to
  // it.
  void add(const Digest& leaf, unsigned watched_level = 64, std::vector<Digest>* complete = nullptr);
  // Adds a complete subtree of 2^level leaves; the size so far must be a multiple of 2^level.
  void add_subtree(unsigned level, const Digest& root);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Digest root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Digest> peaks_;
};

// MTH of section 2.1.1 over leaf hashes.
[[nodiscard]] Digest root_of(std::span<const Digest> leaves);

// Sections 2.1.3.1 and 2.1.4.1, for a tree of `size` leaves whose complete subtrees the caller can name.
// CHECKs: index < size; 0 < old_size <= size.
[[nodiscard]] std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeHash& subtree);
[[nodiscard]] std::vector<Digest> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                    const SubtreeHash& subtree);

// A subtree of 2^level leaves that begins at leaf index << level.
struct Subtree {
  unsigned level = 0;
  std::uint64_t index = 0;
};
// What a tree of `size` leaves has before leaf `first` and from leaf `end` on, as the fewest complete subtrees, in
// order: with their hashes and the leaves between, anybody can compute the root. CHECKs: first < end <= size.
[[nodiscard]] std::vector<Subtree> range_cover(std::uint64_t first, std::uint64_t end, std::uint64_t size);
// Whether these leaf hashes, from `first` on, with the hashes of their cover, make the root. False however malformed.
[[nodiscard]] bool verify_range(std::span<const Digest> leaves, std::uint64_t first, std::uint64_t size,
                                std::span<const Digest> proof, const Digest& root);

// Sections 2.1.3.2 and 2.1.4.2. False for every proof that does not prove it, however malformed.
[[nodiscard]] bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Digest> proof, const Digest& root);
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size,
                                      const Digest& root, std::span<const Digest> proof);

}  // namespace wider::ledger
