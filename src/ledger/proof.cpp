#define OPENSSL_SUPPRESS_DEPRECATED  // see Sha256 below
#include "ledger/proof.hpp"

#include <bit>

#include <openssl/sha.h>

#include "base/check.hpp"

namespace wider::ledger {
namespace {

// The plain SHA256_* calls: OpenSSL 3.0 marks them deprecated, but its EVP calls cost more than hashing a leaf does.
class Sha256 {
 public:
  Sha256() { SHA256_Init(&context_); }
  Sha256& add(const void* bytes, std::size_t length) {
    SHA256_Update(&context_, bytes, length);
    return *this;
  }
  Digest finish() {
    Digest digest;
    SHA256_Final(digest.data(), &context_);
    return digest;
  }

 private:
  SHA256_CTX context_;
};

// The root of leaves [begin, begin + size): joins the complete subtrees of which it is made.
Digest range_root(std::uint64_t begin, std::uint64_t size, const SubtreeHash& subtree) {
  CHECK(size > 0);
  if (std::has_single_bit(size)) {
    const auto level = static_cast<unsigned>(std::countr_zero(size));
    CHECK(begin % size == 0);
    return subtree(level, begin >> level);
  }
  const std::uint64_t split = std::bit_floor(size - 1);
  return node_hash(range_root(begin, split, subtree), range_root(begin + split, size - split, subtree));
}

// PATH of section 2.1.3.1 for the leaves [begin, begin + size).
void inclusion_path(std::uint64_t index, std::uint64_t begin, std::uint64_t size, const SubtreeHash& subtree,
                    std::vector<Digest>& path) {
  if (size == 1) return;
  const std::uint64_t split = std::bit_floor(size - 1);
  if (index < split) {
    inclusion_path(index, begin, split, subtree, path);
    path.push_back(range_root(begin + split, size - split, subtree));
  } else {
    inclusion_path(index - split, begin + split, size - split, subtree, path);
    path.push_back(range_root(begin, split, subtree));
  }
}

// SUBPROOF of section 2.1.4.1.
void sub_proof(std::uint64_t old_size, std::uint64_t begin, std::uint64_t size, bool whole, const SubtreeHash& subtree,
               std::vector<Digest>& path) {
  if (old_size == size) {
    if (!whole) path.push_back(range_root(begin, size, subtree));
    return;
  }
  const std::uint64_t split = std::bit_floor(size - 1);
  if (old_size <= split) {
    sub_proof(old_size, begin, split, whole, subtree, path);
    path.push_back(range_root(begin + split, size - split, subtree));
  } else {
    sub_proof(old_size - split, begin + split, size - split, false, subtree, path);
    path.push_back(range_root(begin, split, subtree));
  }
}

}  // namespace

Digest sha256(std::string_view bytes) {
  return Sha256().add(bytes.data(), bytes.size()).finish();
}

Digest leaf_hash(std::string_view leaf) {
  constexpr std::uint8_t prefix = 0;
  return Sha256().add(&prefix, 1).add(leaf.data(), leaf.size()).finish();
}

Digest node_hash(const Digest& left, const Digest& right) {
  constexpr std::uint8_t prefix = 1;
  return Sha256().add(&prefix, 1).add(left.data(), left.size()).add(right.data(), right.size()).finish();
}

Digest empty_root() {
  return sha256({});
}

void CompactRange::add(const Digest& leaf, unsigned watched_level, std::vector<Digest>* complete) {
  // Like adding in binary: every peak of the same height joins and carries.
  Digest joined = leaf;
  unsigned level = 0;
  for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
    joined = node_hash(peaks_.back(), joined);
    peaks_.pop_back();
    if (++level == watched_level && complete != nullptr) complete->push_back(joined);
  }
  peaks_.push_back(joined);
  ++size_;
}

void CompactRange::add_subtree(unsigned level, const Digest& root) {
  const std::uint64_t leaves = std::uint64_t{1} << level;
  CHECK(size_ % leaves == 0);
  Digest joined = root;
  for (std::uint64_t carry = size_ >> level; (carry & 1) != 0; carry >>= 1) {
    joined = node_hash(peaks_.back(), joined);
    peaks_.pop_back();
  }
  peaks_.push_back(joined);
  size_ += leaves;
}

Digest CompactRange::root() const {
  if (peaks_.empty()) return empty_root();
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
  return root;
}

Digest root_of(std::span<const Digest> leaves) {
  CompactRange range;
  for (const Digest& leaf : leaves) range.add(leaf);
  return range.root();
}

std::vector<Digest> inclusion_proof(std::uint64_t index, std::uint64_t size, const SubtreeHash& subtree) {
  CHECK(index < size);
  std::vector<Digest> path;
  inclusion_path(index, 0, size, subtree, path);
  return path;
}

std::vector<Digest> consistency_proof(std::uint64_t old_size, std::uint64_t size, const SubtreeHash& subtree) {
  CHECK(old_size > 0 && old_size <= size);
  std::vector<Digest> path;
  sub_proof(old_size, 0, size, true, subtree, path);
  return path;
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> proof,
                      const Digest& root) {
  // Section 2.1.3.2, steps 1 to 6.
  if (index >= size) return false;
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  Digest r = leaf;
  for (const Digest& p : proof) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      r = node_hash(p, r);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size, const Digest& root,
                        std::span<const Digest> proof) {
  if (old_size > size) return false;
  if (old_size == 0) return proof.empty() && old_root == empty_root();
  if (old_size == size) return proof.empty() && old_root == root;
  // Section 2.1.4.2, steps 1 to 8. An old tree that is complete is its own first hash (step 2).
  if (proof.empty()) return false;
  const bool complete = std::has_single_bit(old_size);
  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = size - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Digest fr = complete ? old_root : proof.front();
  Digest sr = fr;
  for (const Digest& c : proof.subspan(complete ? 0 : 1)) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while ((fn & 1) == 0 && fn != 0) {
        fn >>= 1;
        sn >>= 1;
      }
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == old_root && sr == root;
}

std::vector<Subtree> range_cover(std::uint64_t first, std::uint64_t end, std::uint64_t size) {
  CHECK(first < end && end <= size);
  std::vector<Subtree> cover;
  const auto add = [&](std::uint64_t from, std::uint64_t to) {
    while (from < to) {
      // As large as its place and what is left allow.
      unsigned level = from == 0 ? 63 : static_cast<unsigned>(std::countr_zero(from));
      while ((std::uint64_t{1} << level) > to - from) --level;
      cover.push_back({level, from >> level});
      from += std::uint64_t{1} << level;
    }
  };
  add(0, first);
  add(end, size);
  return cover;
}

bool verify_range(std::span<const Digest> leaves, std::uint64_t first, std::uint64_t size,
                  std::span<const Digest> proof, const Digest& root) {
  if (leaves.empty() || first >= size || leaves.size() > size - first) return false;
  const auto cover = range_cover(first, first + leaves.size(), size);
  if (cover.size() != proof.size()) return false;
  CompactRange tree;
  std::size_t at = 0;
  while (tree.size() < first) {
    tree.add_subtree(cover[at].level, proof[at]);
    ++at;
  }
  for (const Digest& leaf : leaves) tree.add(leaf);
  for (; at < cover.size(); ++at) tree.add_subtree(cover[at].level, proof[at]);
  return tree.size() == size && tree.root() == root;
}

}  // namespace wider::ledger
