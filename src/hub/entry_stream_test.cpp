// What an EntryStream promises, tried on a ledger whose writes can be slow or fail.
#include "hub/entry_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <string>

#include "base/random.hpp"

namespace wider::hub {
namespace {

using ledger::NewEntry;

struct SealedBodies final : ledger::Sealed {
  [[nodiscard]] std::size_t count() const override { return bodies.size(); }
  std::vector<std::string> bodies;
};

// Keeps what is appended; everything else a ledger does is not there.
class WrittenDown final : public ledger::Ledger {
 public:
  std::size_t batch = 4096;
  std::size_t fails_at = SIZE_MAX;  // the append with this number, from 0
  std::chrono::microseconds pause{0};

  [[nodiscard]] std::vector<std::vector<std::string>> groups() {
    const std::scoped_lock lock(mutex_);
    return groups_;
  }
  [[nodiscard]] std::size_t calls() {
    const std::scoped_lock lock(mutex_);
    return calls_;
  }

  [[nodiscard]] std::unique_ptr<ledger::Sealed> seal(std::span<const NewEntry> entries) const override {
    auto sealed = std::make_unique<SealedBodies>();
    for (const NewEntry& entry : entries) sealed->bodies.push_back(entry.body);
    return sealed;
  }
  Result<std::uint64_t> append(ledger::Sealed& sealed) override {
    std::this_thread::sleep_for(pause);
    const std::scoped_lock lock(mutex_);
    if (calls_++ >= fails_at) return failure(ErrorCode::unavailable, "the disk is full");
    groups_.push_back(static_cast<SealedBodies&>(sealed).bodies);
    return 1;
  }
  [[nodiscard]] std::size_t good_batch() const override { return batch; }

  Result<std::uint64_t> append(std::span<const NewEntry>) override { return absent(); }
  Result<std::uint64_t> append_now(const NewEntry&) override { return absent(); }
  Result<ledger::Entry> read(std::uint64_t) override { return absent(); }
  Result<void> read_range(std::uint64_t, std::uint64_t, const std::function<bool(const ledger::Entry&)>&) override {
    return absent();
  }
  Result<void> read_headers(std::uint64_t, std::uint64_t, const std::function<bool(const ledger::Header&)>&) override {
    return absent();
  }
  Result<ledger::Head> head() override { return absent(); }
  [[nodiscard]] std::uint64_t size() const override { return 0; }
  [[nodiscard]] bool simulated() const override { return false; }
  [[nodiscard]] std::array<std::uint8_t, 32> public_key() const override { return {}; }
  Result<void> erase(std::span<const std::uint64_t>) override { return absent(); }
  Result<ledger::KeyReport> rotate_keys(const ledger::Rotation&) override { return absent(); }
  Result<ledger::KeyReport> key_report() override { return absent(); }
  Result<ledger::Verification> verify(const std::optional<ledger::Head>&, const ledger::Progress&) override {
    return absent();
  }
  Result<std::vector<ledger::Digest>> inclusion_proof(std::uint64_t, std::uint64_t) override { return absent(); }
  Result<std::vector<ledger::Digest>> consistency_proof(std::uint64_t, std::uint64_t) override { return absent(); }
  Result<std::vector<ledger::Digest>> range_proof(std::uint64_t, std::uint64_t, std::uint64_t) override {
    return absent();
  }
  Result<ledger::BackupReport> back_up(const std::filesystem::path&, const ledger::Progress&) override {
    return absent();
  }
  Result<std::string> leaf(std::uint64_t) override { return absent(); }
  [[nodiscard]] ledger::Ref keyed_reference(std::string_view) const override { return {}; }
  Result<void> seal_file(const std::filesystem::path&, std::span<const std::string_view>) override { return absent(); }
  Result<std::string> unseal_file(const std::filesystem::path&) override { return absent(); }

 private:
  static std::unexpected<Error> absent() { return failure(ErrorCode::unavailable, "not in this test"); }

  std::mutex mutex_;
  std::vector<std::vector<std::string>> groups_;
  std::size_t calls_ = 0;
};

// Units of bodies "unit.part", as rows give them.
class Units {
 public:
  explicit Units(std::uint64_t seed) : random_(seed) {}
  std::vector<NewEntry> next(std::size_t most) {
    std::vector<NewEntry> unit(1 + random_.below(most));
    for (std::size_t i = 0; i < unit.size(); ++i) {
      unit[i].body = std::to_string(count_) + "." + std::to_string(i);
      all.push_back(unit[i].body);
    }
    ++count_;
    return unit;
  }
  std::vector<std::string> all;

 private:
  Random random_;
  std::size_t count_ = 0;
};

std::vector<std::string> joined(const std::vector<std::vector<std::string>>& groups) {
  std::vector<std::string> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

TEST(EntryStream, KeepsTheOrderAndNeverCutsAUnit) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    WrittenDown written;
    written.batch = 1 + random.below(40);
    written.pause = std::chrono::microseconds(random.below(3) * 50);
    Units units(seed);
    EntryStream stream(written);
    const std::size_t most = 1 + random.below(20);
    const std::uint64_t count = random.below(300);
    for (std::uint64_t i = 0; i < count; ++i) {
      auto unit = units.next(most);
      ASSERT_TRUE(stream.add(unit).has_value());
    }
    ASSERT_TRUE(stream.finish().has_value());
    EXPECT_EQ(joined(written.groups()), units.all);
    EXPECT_EQ(stream.durable(), units.all.size());
    EXPECT_EQ(stream.added(), units.all.size());
    for (const auto& group : written.groups()) {
      ASSERT_FALSE(group.empty());
      EXPECT_TRUE(group.front().ends_with(".0")) << "a group begins with the beginning of a unit";
      EXPECT_LE(group.size(), std::max(written.batch, most));
    }
  }
}

TEST(EntryStream, SmallUnitsOfManyFilesShareAGroup) {
  WrittenDown written;
  Units units(3);
  EntryStream stream(written);
  for (int i = 0; i < 9000; ++i) {
    auto unit = units.next(1);
    ASSERT_TRUE(stream.add(unit).has_value());
  }
  ASSERT_TRUE(stream.finish().has_value());
  EXPECT_EQ(written.calls(), 3U) << "4096, 4096 and the rest";
}

TEST(EntryStream, LargeBodiesCloseAGroupEarly) {
  WrittenDown written;
  EntryStream stream(written);
  for (int i = 0; i < 12; ++i) {
    NewEntry entry;
    entry.body.resize(std::size_t{1} << 20, 'x');
    ASSERT_TRUE(stream.add(std::span(&entry, 1)).has_value());
  }
  ASSERT_TRUE(stream.finish().has_value());
  EXPECT_EQ(written.calls(), 3U) << "four bodies of 1 MiB a group";
}

TEST(EntryStream, AfterAFailedWriteNothingMoreIsWrittenAndEveryCallSaysWhy) {
  for (const std::size_t fails_at : {0U, 1U, 5U}) {
    WrittenDown written;
    written.batch = 10;
    written.fails_at = fails_at;
    Units units(4);
    EntryStream stream(written);
    Result<void> added;
    for (int i = 0; i < 100'000 && added; ++i) {
      auto unit = units.next(1);
      added = stream.add(unit);
    }
    ASSERT_FALSE(added.has_value()) << "adding waits for room, so it must meet the failure";
    EXPECT_EQ(added.error().message, "the disk is full");
    auto unit = units.next(1);
    (void)stream.add(unit);
    EXPECT_EQ(stream.finish().error().message, "the disk is full");
    EXPECT_EQ(written.calls(), fails_at + 1) << "no write after the failed one";
    EXPECT_EQ(stream.durable(), fails_at * 10);
    const auto there = joined(written.groups());
    EXPECT_TRUE(std::equal(there.begin(), there.end(), units.all.begin()));
  }
}

TEST(EntryStream, WhatIsDroppedIsTheEndOfTheOpenGroupAlone) {
  for (const std::size_t batch : {std::size_t{4096}, std::size_t{10}}) {
    WrittenDown written;
    written.batch = batch;
    Units units(5);
    EntryStream stream(written);
    for (int i = 0; i < 17; ++i) {
      auto unit = units.next(1);
      ASSERT_TRUE(stream.add(unit).has_value());
    }
    stream.drop_after(7);
    ASSERT_TRUE(stream.finish().has_value());
    const std::size_t kept = batch == 10 ? 10 : 7;  // a group that was handed over stays
    EXPECT_EQ(joined(written.groups()),
              std::vector(units.all.begin(), units.all.begin() + static_cast<std::ptrdiff_t>(kept)));
    EXPECT_EQ(stream.added(), kept);
  }
}

TEST(EntryStream, GoneWithoutFinishingItEndsAndWhatIsThereIsABeginning) {
  for (const std::size_t fails_at : {SIZE_MAX, std::size_t{2}}) {
    WrittenDown written;
    written.batch = 5;
    written.fails_at = fails_at;
    written.pause = std::chrono::milliseconds(1);
    Units units(6);
    {
      EntryStream stream(written);
      for (int i = 0; i < 60; ++i) {
        auto unit = units.next(3);
        if (!stream.add(unit)) break;
      }
    }
    const auto there = joined(written.groups());
    ASSERT_LE(there.size(), units.all.size());
    EXPECT_TRUE(std::equal(there.begin(), there.end(), units.all.begin()));
  }
}

}  // namespace
}  // namespace wider::hub
