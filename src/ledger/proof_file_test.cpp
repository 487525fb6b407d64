// Proofs as files: what an outsider checks with nothing but published heads.
#include <gtest/gtest.h>

#include "base/testing/property.hpp"
#include "ledger/format.hpp"
#include "ledger/ledger.hpp"
#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::TestFolder;

class ProofFile : public testing::Test {
 protected:
  void SetUp() override {
    ledger_ = Ledger::create(folder_.place(), {}).value();
    append(6000);
    old_ = ledger_->head().value();
    append(5000);
    head_ = ledger_->head().value();
  }
  void append(std::size_t count) {
    std::vector<NewEntry> entries(count);
    for (std::size_t i = 0; i < count; ++i) entries[i].body = std::to_string(i);
    ASSERT_TRUE(ledger_->append(entries));
  }
  std::string proof(std::uint64_t first, std::uint64_t last) {
    return make_proof(*ledger_, first, last, head_.size, old_.size).value();
  }
  TestFolder folder_;
  std::unique_ptr<Ledger> ledger_;
  Head old_, head_;
};

TEST_F(ProofFile, OfAnyRangeIsGood) {
  for (const auto& [first, last] : {std::pair{1, 1}, std::pair{1, 11000}, std::pair{257, 300}, std::pair{11000, 11000},
                                    std::pair{4096, 8193}, std::pair{777, 10776}}) {
    const auto checked =
        check_proof(proof(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last)), head_, old_);
    ASSERT_TRUE(checked) << first << ' ' << last << ' ' << checked.error().message;
    EXPECT_EQ(checked->first, static_cast<std::uint64_t>(first));
    EXPECT_EQ(checked->last, static_cast<std::uint64_t>(last));
  }
  EXPECT_TRUE(check_proof(make_proof(*ledger_, 5, 9, head_.size, 0).value(), head_, {}));
  EXPECT_FALSE(make_proof(*ledger_, 9, 5, head_.size, 0));
  EXPECT_FALSE(make_proof(*ledger_, 0, 5, head_.size, 0));
  EXPECT_FALSE(make_proof(*ledger_, 5, 20000, 20000, 0));
}

// Every byte of a proof of 10,000 entries is flipped. To read the whole proof again for each would be an hour: a flip
// in a row changes one leaf, so it is noticed if and only if that leaf, with the hashes from it to the root (those of
// the untouched tree, by the inclusion proof an outsider would be given), leads to another root. Every byte that is not
// in a row, and every so many of those that are, is checked by reading the whole proof too, and both must say the same.
// WIDER_PROOF_STEP=1 reads the whole for every one.
TEST_F(ProofFile, AFlippedByteIsNoticed) {
  constexpr std::size_t rows_from = 44;
  std::string bytes = proof(501, 10'500);
  const std::uint64_t step = number_of_environment("WIDER_PROOF_STEP", 4001);
  const std::size_t rows_end = rows_from + 10'000 * row_size;
  std::vector<Digest> path;
  std::uint64_t flips = 0, whole = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at, ++flips) {
    const bool in_a_row = at >= rows_from && at < rows_end;
    const std::uint64_t sequence = 501 + (at - rows_from) / row_size;
    const std::string_view row =
        std::string_view(bytes).substr(in_a_row ? rows_from + (sequence - 501) * row_size : 0, row_size);
    if (in_a_row && (at - rows_from) % row_size == 0) {
      path = ledger_->inclusion_proof(sequence, head_.size).value();
      ASSERT_TRUE(verify_inclusion(leaf_hash(row), sequence - 1, head_.size, path, head_.root))
          << "untouched it is good";
    }
    const char before = bytes[at];
    bytes[at] = static_cast<char>(before ^ (1 << (at % 8)));
    if (in_a_row) {
      ASSERT_FALSE(verify_inclusion(leaf_hash(row), sequence - 1, head_.size, path, head_.root)) << at;
    }
    if (!in_a_row || at % step == 0) {
      ASSERT_FALSE(check_proof(bytes, head_, old_)) << at;
      ++whole;
    }
    bytes[at] = before;
  }
  EXPECT_TRUE(check_proof(bytes, head_, old_));
  std::printf(
      "%llu bytes of a 10,000-entry proof flipped, one at a time: all noticed (%llu of them by reading all of it)\n",
      static_cast<unsigned long long>(flips), static_cast<unsigned long long>(whole));
}

TEST_F(ProofFile, DeletedReorderedAndCutEntriesAreNoticed) {
  const std::string bytes = proof(501, 10'500);
  std::string deleted = bytes;
  deleted.erase(44 + 77 * row_size, row_size);
  EXPECT_FALSE(check_proof(deleted, head_, old_));
  std::string reordered = bytes;
  for (std::size_t i = 0; i < row_size; ++i)
    std::swap(reordered[44 + 5 * row_size + i], reordered[44 + 6 * row_size + i]);
  EXPECT_FALSE(check_proof(reordered, head_, old_));
  for (const std::size_t length : {std::size_t{0}, std::size_t{11}, std::size_t{43}, std::size_t{500},
                                   bytes.size() - row_size, bytes.size() - 32, bytes.size() - 1})
    EXPECT_FALSE(check_proof(bytes.substr(0, length), head_, old_)) << length;
  EXPECT_FALSE(check_proof(bytes + std::string(32, '\0'), head_, old_));
  EXPECT_FALSE(check_proof(bytes, head_, {})) << "a part that nobody checks";
  EXPECT_FALSE(check_proof(bytes, old_, old_)) << "another head";
}

TEST_F(ProofFile, AnotherHistoryIsNoticed) {
  const TestFolder other;
  auto rewritten = Ledger::create(other.place(), {}).value();
  std::vector<NewEntry> entries(11'000);
  ASSERT_TRUE(rewritten->append(entries));
  const Head head = rewritten->head().value();
  const auto bytes = make_proof(*rewritten, 1, 10, head.size, old_.size).value();
  EXPECT_FALSE(check_proof(bytes, head, old_)) << "the older head is no beginning of it";
  EXPECT_FALSE(check_proof(bytes, head_, old_));
}

}  // namespace
}  // namespace wider::ledger
