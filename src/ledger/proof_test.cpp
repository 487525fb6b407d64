// The proofs against a naive reference that follows RFC 9162's definitions word by word.
#include "ledger/proof.hpp"

#include <bit>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace wider::ledger {
namespace {

// Section 2.1.1: MTH(D_n), by the definition.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves[0];
  std::size_t split = 1;
  while (split * 2 < leaves.size()) split *= 2;
  return node_hash(naive_root(leaves.first(split)), naive_root(leaves.subspan(split)));
}

std::vector<Digest> some_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  return leaves;
}

SubtreeHash subtrees_of(const std::vector<Digest>& leaves) {
  return [&leaves](unsigned level, std::uint64_t index) {
    return naive_root(std::span(leaves).subspan(index << level, std::size_t{1} << level));
  };
}

std::string hex(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

TEST(Proof, HashesAreThoseOfTheCertificateTransparencyTestVectors) {
  // SHA-256 of nothing, and the leaf hash of the empty leaf: the published vectors of the reference implementation.
  EXPECT_EQ(hex(empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(leaf_hash("")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

RC_GTEST_PROP(Proof, CompactRangeIsTheNaiveRoot, ()) {
  const auto leaves = some_leaves(*rc::gen::inRange<std::size_t>(0, 700));
  RC_ASSERT(root_of(leaves) == naive_root(leaves));
}

RC_GTEST_PROP(Proof, InclusionIsProvenForEveryLeafAndForNoOther, ()) {
  const auto leaves = some_leaves(*rc::gen::inRange<std::size_t>(1, 300));
  const auto index = *rc::gen::inRange<std::size_t>(0, leaves.size());
  const auto other = *rc::gen::inRange<std::size_t>(0, leaves.size());
  auto proof = inclusion_proof(index, leaves.size(), subtrees_of(leaves));
  const Digest root = naive_root(leaves);
  RC_ASSERT(verify_inclusion(leaves[index], index, leaves.size(), proof, root));
  if (other != index) {
    RC_ASSERT(!verify_inclusion(leaves[other], index, leaves.size(), proof, root));
    RC_ASSERT(!verify_inclusion(leaves[index], other, leaves.size(), proof, root));
  }
  if (!proof.empty()) {
    proof[*rc::gen::inRange<std::size_t>(0, proof.size())][5] ^= 1;
    RC_ASSERT(!verify_inclusion(leaves[index], index, leaves.size(), proof, root));
    proof.pop_back();
    RC_ASSERT(!verify_inclusion(leaves[index], index, leaves.size(), proof, root));
  }
}

RC_GTEST_PROP(Proof, ConsistencyIsProvenForEveryPrefixAndForNothingElse, ()) {
  const auto leaves = some_leaves(*rc::gen::inRange<std::size_t>(1, 300));
  const auto old_size = *rc::gen::inRange<std::size_t>(1, leaves.size() + 1);
  auto proof = consistency_proof(old_size, leaves.size(), subtrees_of(leaves));
  const Digest root = naive_root(leaves);
  const Digest old_root = naive_root(std::span(leaves).first(old_size));
  RC_ASSERT(verify_consistency(old_size, old_root, leaves.size(), root, proof));
  Digest rewritten = old_root;
  rewritten[0] ^= 1;
  RC_ASSERT(!verify_consistency(old_size, rewritten, leaves.size(), root, proof));
  if (!proof.empty()) {
    proof[*rc::gen::inRange<std::size_t>(0, proof.size())][5] ^= 1;
    RC_ASSERT(!verify_consistency(old_size, old_root, leaves.size(), root, proof));
  }
}

TEST(Proof, CompletedSubtreesAreGivenOut) {
  const auto leaves = some_leaves(1000);
  CompactRange range;
  std::vector<Digest> complete;
  for (const Digest& leaf : leaves) range.add(leaf, 8, &complete);
  ASSERT_EQ(complete.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(complete[i], naive_root(std::span(leaves).subspan(i * 256, 256)));
  CompactRange again;
  for (const Digest& chunk : complete) again.add_subtree(8, chunk);
  for (std::size_t i = 768; i < 1000; ++i) again.add(leaves[i]);
  EXPECT_EQ(again.root(), range.root());
}

}  // namespace
}  // namespace wider::ledger
