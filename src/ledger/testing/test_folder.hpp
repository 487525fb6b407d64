// A temporary folder of a test, removed with everything in it. Tests only.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/check.hpp"
#include "ledger/testing/test_place.hpp"

namespace wider::ledger::testing_support {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "wider-ledger-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path hub() const { return path_ / "hub"; }
  [[nodiscard]] Place place() const { return place_in(hub()); }

 private:
  std::filesystem::path path_;
};

}  // namespace wider::ledger::testing_support
