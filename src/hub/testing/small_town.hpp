// A small fictitious town in a hub, settled: for the tests beside the hub. One hub is made for a whole test program and
// must only be read; a test that writes makes its own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "hub/hub.hpp"
#include "ledger/testing/test_place.hpp"
#include "town/town.hpp"

namespace wider::hub::testing {

class TemporaryFolder {
 public:
  // In memory where that is possible: these tests are not about durability, and every file taken in is a durable write.
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code none;
    const bool in_memory = std::filesystem::is_directory(memory, none);
    std::string pattern =
        ((in_memory ? memory : std::filesystem::temp_directory_path()) / "wider-hub-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

// The town's files, written once.
inline const std::filesystem::path& town_files() {
  static const TemporaryFolder folder;
  static const std::filesystem::path path = [] {
    town::Options options;
    options.people = 1500;
    options.seed = 11;
    options.networks = 2;
    const auto report = town::write_town(options, folder.path / "town");
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return folder.path / "town";
  }();
  return path;
}

inline std::unique_ptr<Hub> hub_of_town(const std::filesystem::path& folder) {
  auto hub = Hub::create(ledger::testing_support::place_in(folder), true);
  EXPECT_TRUE(hub.has_value()) << hub.error().message;
  const auto submissions = read_manifest(town_files() / "manifest.csv");
  EXPECT_TRUE(submissions.has_value());
  EXPECT_TRUE((*hub)->take_in(*submissions, {}).has_value());
  EXPECT_TRUE((*hub)->settle({2, {}}).has_value());
  return std::move(*hub);
}

// To be read only.
inline Hub& shared_hub() {
  static const TemporaryFolder folder;
  static const std::unique_ptr<Hub> hub = hub_of_town(folder.path / "hub");
  return *hub;
}

inline Viewer viewer_of(access::UserRole role, Agency agency, std::optional<access::PurposeKind> purpose) {
  Viewer viewer;
  viewer.account = 1;
  viewer.name = "Sam Okafor";
  viewer.role = role;
  viewer.agency = agency;
  viewer.purpose = purpose;
  return viewer;
}
inline Viewer social_worker() {
  return viewer_of(access::UserRole::social_worker, Agency::social_care, access::PurposeKind::child_protection_enquiry);
}

}  // namespace wider::hub::testing
