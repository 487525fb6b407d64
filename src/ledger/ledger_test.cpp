// What a ledger promises, tried through its interface.
#include "ledger/ledger.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ledger/proof.hpp"
#include "ledger/testing/test_folder.hpp"

namespace wider::ledger {
namespace {

using testing_support::on_postgresql;
using testing_support::place_in;
using testing_support::TestFolder;

NewEntry entry_of(std::string body) {
  NewEntry entry;
  entry.reference = random_ref();
  entry.controller = Agency::police;
  entry.regime = Regime::dpa_part_3;
  entry.body = std::move(body);
  return entry;
}

std::vector<NewEntry> entries_of(std::size_t count, const std::string& prefix = "body ") {
  std::vector<NewEntry> entries;
  for (std::size_t i = 0; i < count; ++i) entries.push_back(entry_of(prefix + std::to_string(i)));
  return entries;
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Ledger, WhatWasAppendedIsReadAgainAfterReopening) {
  const TestFolder folder;
  const auto entries = entries_of(700);
  {
    auto ledger = Ledger::create(folder.place(), {}).value();
    EXPECT_EQ(ledger->append(std::span(entries).first(650)).value(), 1U);
    EXPECT_EQ(ledger->append(std::span(entries).subspan(650)).value(), 651U);
    EXPECT_EQ(ledger->append_now(entry_of("a look")).value(), 701U);
  }
  auto ledger = Ledger::open(folder.place(), {}).value();
  EXPECT_EQ(ledger->size(), 701U);
  EXPECT_EQ(ledger->read(123)->body, "body 122");
  EXPECT_EQ(ledger->read(123)->header.reference, entries[122].reference);
  EXPECT_EQ(ledger->read(123)->header.regime, Regime::dpa_part_3);
  EXPECT_EQ(ledger->read(701)->body, "a look");
  EXPECT_EQ(ledger->read(702).error().code, ErrorCode::not_found);
  std::uint64_t next = 60;
  ASSERT_TRUE(ledger->read_range(60, 690, [&](const Entry& entry) {
    EXPECT_EQ(entry.header.sequence, next);
    EXPECT_EQ(entry.body, "body " + std::to_string(next - 1));
    ++next;
    return true;
  }));
  EXPECT_EQ(next, 691U);
  std::uint64_t headers = 0;
  ASSERT_TRUE(ledger->read_headers(1, 701, [&](const Header& header) {
    EXPECT_EQ(header.sequence, ++headers);
    return true;
  }));
  EXPECT_EQ(headers, 701U);
  const auto found = ledger->verify({}, {}).value();
  EXPECT_TRUE(found.good()) << found.says;
  EXPECT_EQ(found.entries, 701U);
  EXPECT_EQ(found.root, ledger->head()->root);
}

TEST(Ledger, SealedAheadIsTheSameAsAppended) {
  const TestFolder folder;
  const auto entries = entries_of(300);
  auto ledger = Ledger::create(folder.place(), {}).value();
  const auto first = ledger->seal(std::span(entries).first(200));
  const auto second = ledger->seal(std::span(entries).subspan(200));
  EXPECT_EQ(second->count(), 100U);
  EXPECT_EQ(ledger->append(*first).value(), 1U);
  EXPECT_EQ(ledger->append_now(entry_of("a look")).value(), 201U);
  EXPECT_EQ(ledger->append(*second).value(), 202U);
  EXPECT_EQ(ledger->append(*ledger->seal({})).error().code, ErrorCode::usage);
  EXPECT_EQ(ledger->read(200)->body, "body 199");
  EXPECT_EQ(ledger->read(202)->body, "body 200");
  EXPECT_EQ(ledger->read(301)->header.reference, entries[299].reference);
  EXPECT_TRUE(ledger->verify({}, {})->good());
  EXPECT_DEATH((void)ledger->append(*first), "appended");
}

TEST(Ledger, ABulkAppendIsShorterWhilePagesAreLookedAt) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  const std::size_t alone = ledger->good_batch();
  ASSERT_TRUE(ledger->append_now(entry_of("a look")));
  EXPECT_LT(ledger->good_batch(), alone);
}

// One thread seals, one appends what was sealed, one looks and reads: all of it is there, in each one's own order.
TEST(Ledger, SealingAppendingAndLookingAtOnce) {
  const TestFolder folder;
  Options options;
  options.fold_from = std::size_t{256} << 10;
  auto ledger = Ledger::create(folder.place(), options).value();
  std::atomic<bool> done = false;
  std::vector<std::uint64_t> looks;
  std::thread looking([&] {
    while (!done) {
      looks.push_back(ledger->append_now(entry_of("look " + std::to_string(looks.size()))).value());
      EXPECT_EQ(ledger->read(looks.back())->body, "look " + std::to_string(looks.size() - 1));
    }
  });
  std::vector<std::uint64_t> firsts;
  std::unique_ptr<Sealed> sealed = ledger->seal(entries_of(200, "0 "));
  for (int i = 1; i <= 30; ++i) {
    std::unique_ptr<Sealed> next;
    std::thread sealing([&] { next = ledger->seal(entries_of(200, std::to_string(i) + " ")); });
    firsts.push_back(ledger->append(*sealed).value());
    sealing.join();
    sealed = std::move(next);
  }
  done = true;
  looking.join();
  EXPECT_TRUE(std::ranges::is_sorted(firsts));
  for (std::size_t i = 0; i < firsts.size(); ++i)
    EXPECT_EQ(ledger->read(firsts[i] + 199)->body, std::to_string(i) + " 199");
  EXPECT_FALSE(looks.empty());
  EXPECT_EQ(ledger->size(), 30 * 200 + looks.size());
  EXPECT_TRUE(ledger->verify({}, {})->good());
}

TEST(Ledger, NothingReadableLiesInTheFolder) {
  const TestFolder folder;
  {
    auto ledger = Ledger::create(folder.place(), {}).value();
    ASSERT_TRUE(ledger->append(std::vector{entry_of("Zebedee Quillfeather was here")}));
  }
  for (const auto& file : std::filesystem::directory_iterator(folder.hub()))
    EXPECT_EQ(bytes_of(file.path()).find("Quillfeather"), std::string::npos) << file.path();
}

TEST(Ledger, ReceivedNeverDecreases) {
  const TestFolder folder;
  std::int64_t now = 1'000'000;
  Options options;
  options.clock = [&] { return Instant{now}; };
  auto ledger = Ledger::create(folder.place(), options).value();
  ASSERT_TRUE(ledger->append_now(entry_of("a")));
  now = 500'000;
  ASSERT_TRUE(ledger->append_now(entry_of("b")));
  EXPECT_EQ(ledger->read(2)->header.received.microseconds, 1'000'000);
  ledger.reset();
  ledger = Ledger::open(folder.place(), options).value();
  ASSERT_TRUE(ledger->append_now(entry_of("c")));
  EXPECT_EQ(ledger->read(3)->header.received.microseconds, 1'000'000);
}

TEST(Ledger, ASimulatedHubTakesReceivedFromTheEntries) {
  const TestFolder folder;
  Options options;
  options.simulated = true;
  auto ledger = Ledger::create(folder.place(), options).value();
  auto entries = entries_of(3);
  entries[0].received = Instant{100};
  entries[1].received = Instant{300};
  entries[2].received = Instant{200};
  ASSERT_TRUE(ledger->append(entries));
  EXPECT_EQ(ledger->read(1)->header.received.microseconds, 100);
  EXPECT_EQ(ledger->read(3)->header.received.microseconds, 300);
  ledger.reset();
  EXPECT_TRUE(Ledger::open(folder.place(), {}).value()->simulated());
}

TEST(Ledger, AnErasedBodyIsGoneAndTheProofStands) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries_of(300)));
  const Head before = ledger->head().value();
  const std::string keys_before = [&] {
    ledger.reset();
    return bytes_of(folder.hub() / "keys.db");
  }();
  ledger = Ledger::open(folder.place(), {}).value();
  ASSERT_TRUE(ledger->erase(77));
  EXPECT_TRUE(ledger->read(77)->erased);
  EXPECT_EQ(ledger->read(77)->body, "");
  EXPECT_EQ(ledger->read(76)->body, "body 75");
  const auto found = ledger->verify(before, {}).value();
  EXPECT_TRUE(found.good()) << found.says;
  EXPECT_EQ(found.erased, 1U);
  ledger.reset();
  const std::string keys_after = bytes_of(folder.hub() / "keys.db");
  std::size_t changed = 0;
  for (std::size_t i = 0; i < keys_before.size(); ++i) changed += keys_before[i] != keys_after[i];
  EXPECT_GT(changed, 60U) << "the wrapped key is overwritten in place";
}

TEST(Ledger, AHeadShowsARollBackAndARewriting) {
  if (on_postgresql()) GTEST_SKIP() << "about the files of SQLite";
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries_of(10)));
  ledger.reset();
  std::filesystem::copy(folder.hub(), folder.path() / "old");
  ledger = Ledger::open(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries_of(5)));
  const Head head = ledger->head().value();
  EXPECT_TRUE(ledger->verify(head, {})->good());
  EXPECT_TRUE(signed_by(head, ledger->public_key()));
  const Head parsed = parse_head(to_json(head)).value();
  EXPECT_EQ(parsed.signature, head.signature);
  Head forged = head;
  forged.size = 12;
  EXPECT_FALSE(ledger->verify(forged, {})->good());
  ledger.reset();
  Options options;
  options.key_file = folder.hub().string() + ".key";
  auto old = Ledger::open(folder.path() / "old", options).value();
  const auto found = old->verify(head, {}).value();
  EXPECT_EQ(found.first_wrong, 11U);
  EXPECT_THAT(found.says, testing::HasSubstr("rolled back"));
  ASSERT_TRUE(old->append(entries_of(9, "other ")));
  EXPECT_THAT(old->verify(head, {})->says, testing::HasSubstr("rewritten"));
}

TEST(Ledger, ProofsOfItsOwnTreeVerify) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  ASSERT_TRUE(ledger->append(entries_of(1000)));
  const Head old = ledger->head().value();
  ASSERT_TRUE(ledger->append(entries_of(333)));
  const Head head = ledger->head().value();
  for (const std::uint64_t sequence : {1U, 256U, 257U, 1000U, 1333U}) {
    const auto proof = ledger->inclusion_proof(sequence, head.size).value();
    EXPECT_TRUE(verify_inclusion(leaf_hash(ledger->leaf(sequence).value()), sequence - 1, head.size, proof, head.root));
  }
  EXPECT_TRUE(verify_consistency(old.size, old.root, head.size, head.root,
                                 ledger->consistency_proof(old.size, head.size).value()));
}

TEST(Ledger, ASecondHolderIsToldThatItIsLocked) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::locked);
}

TEST(Ledger, AWrongAMissingOrAnOpenKeyFileIsRefused) {
  const TestFolder folder;
  ASSERT_TRUE(Ledger::create(folder.place(), {}));
  ASSERT_TRUE(Ledger::create(place_in(folder.path() / "other"), {}));
  Options options;
  options.key_file = folder.path() / "other.key";
  EXPECT_EQ(Ledger::open(folder.place(), options).error().code, ErrorCode::denied);
  options.key_file = folder.path() / "none.key";
  EXPECT_EQ(Ledger::open(folder.place(), options).error().code, ErrorCode::not_found);
  options.key_file = folder.hub() / "inside.key";
  EXPECT_EQ(Ledger::open(folder.place(), options).error().code, ErrorCode::usage);
  const auto own = folder.hub().string() + ".key";
  struct stat about{};
  ASSERT_EQ(::stat(own.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  ASSERT_EQ(::chmod(own.c_str(), 0644), 0);
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::denied);
}

TEST(Ledger, CutEmptySwappedAndForeignFilesAreClearErrors) {
  if (on_postgresql()) GTEST_SKIP() << "about the files of SQLite";
  for (const char* name : {"ledger.db", "keys.db"}) {
    for (const int how : {0, 1, 2, 3}) {
      const TestFolder folder;
      {
        auto ledger = Ledger::create(folder.place(), {}).value();
        ASSERT_TRUE(ledger->append(entries_of(500)));
      }
      const auto path = folder.hub() / name;
      Options options;
      if (how == 0) std::filesystem::resize_file(path, 0);
      if (how == 1) std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
      if (how == 2) {
        std::filesystem::rename(folder.hub() / "ledger.db", folder.path() / "l");
        std::filesystem::rename(folder.hub() / "keys.db", folder.hub() / "ledger.db");
        std::filesystem::rename(folder.path() / "l", folder.hub() / "keys.db");
      }
      if (how == 3) {
        options.key_file = folder.hub().string() + ".key";
        ASSERT_TRUE(Ledger::create(place_in(folder.path() / "other"), options));
        std::filesystem::copy_file(folder.path() / "other" / name, path,
                                   std::filesystem::copy_options::overwrite_existing);
      }
      auto opened = Ledger::open(folder.place(), options);
      if (!opened) {
        EXPECT_EQ(opened.error().code, ErrorCode::corrupt) << name << ' ' << how << opened.error().message;
        continue;
      }
      EXPECT_EQ(how, 1) << name;
      EXPECT_FALSE((*opened)->verify({}, {})->good());
    }
  }
}

TEST(Ledger, AFolderThatIsNotAHubOrNotEmptyIsAnError) {
  const TestFolder folder;
  EXPECT_EQ(Ledger::open(folder.place(), {}).error().code, ErrorCode::not_found);
  std::filesystem::create_directory(folder.hub());
  std::ofstream(folder.hub() / "letter") << "x";
  EXPECT_EQ(Ledger::create(folder.place(), {}).error().code, ErrorCode::already_there);
}

TEST(Ledger, SealedFilesOpenAgainAndNoticeEveryChange) {
  const TestFolder folder;
  auto ledger = Ledger::create(folder.place(), {}).value();
  const std::string large(300'000, 'x');
  const std::vector<std::string_view> blocks{"one", large, "", "two"};
  const auto path = folder.hub() / "snapshot";
  ASSERT_TRUE(ledger->seal_file(path, blocks));
  EXPECT_EQ(ledger->unseal_file(path).value(), "one" + large + "two");
  const std::string sealed = bytes_of(path);
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, sealed.size() / 2, sealed.size() - 1}) {
    std::string flipped = sealed;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    std::ofstream(path, std::ios::binary) << flipped;
    EXPECT_EQ(ledger->unseal_file(path).error().code, ErrorCode::corrupt) << at;
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{40}, std::size_t{36 + 65536 + 17}, sealed.size() - 1}) {
    std::ofstream(path, std::ios::binary) << sealed.substr(0, length);
    EXPECT_EQ(ledger->unseal_file(path).error().code, ErrorCode::corrupt) << length;
  }
  EXPECT_EQ(ledger->unseal_file(folder.hub() / "none").error().code, ErrorCode::not_found);
}

TEST(Ledger, KeyedReferencesDifferBetweenHubs) {
  const TestFolder folder;
  auto one = Ledger::create(folder.place(), {}).value();
  auto other = Ledger::create(place_in(folder.path() / "other"), {}).value();
  EXPECT_EQ(one->keyed_reference("x"), one->keyed_reference("x"));
  EXPECT_NE(one->keyed_reference("x"), one->keyed_reference("y"));
  EXPECT_NE(one->keyed_reference("x"), other->keyed_reference("x"));
}

}  // namespace
}  // namespace wider::ledger
