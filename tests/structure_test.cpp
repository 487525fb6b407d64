// Holds DESIGN section 4 (who may include whom), the purity of linkage, picture, practice and review, and the part of
// invariant 5 that a compiler could see; and shows on made-up offenders that it can fail.
#include "structure_check.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <tuple>

namespace wider::structure {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<SourceFile> sources(const fs::path& root = fs::path(WIDER_SOURCE_DIR) / "src") {
  std::vector<SourceFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string extension = entry.path().extension().string();
    if (!entry.is_regular_file() || (extension != ".hpp" && extension != ".cpp" && extension != ".h")) continue;
    files.push_back({fs::relative(entry.path(), root).generic_string(), read(entry.path())});
  }
  return files;
}

std::string listed(const std::vector<Offence>& offences) {
  std::string text;
  for (const Offence& offence : offences) text += fmt::format("{}:{}: {}\n", offence.path, offence.line, offence.says);
  return text;
}

constexpr const char* head = "// What it is for.\n#pragma once\n";

TEST(Structure, SourcesKeepTheHouseRules) {
  const auto files = sources();
  ASSERT_GT(files.size(), 20U);
  EXPECT_EQ(listed(check_sources(files)), "");
}

TEST(Structure, NoFileNamesAPathOfSomebodysMachine) {
  std::string found;
  std::size_t read_files = 0;
  for (fs::recursive_directory_iterator at(WIDER_SOURCE_DIR), end; at != end; ++at) {
    const std::string name = at->path().filename().string();
    if (at->is_directory() &&
        (name == "build" || name == "node_modules" || name == ".git" || name == ".cache" || name == "__pycache__")) {
      at.disable_recursion_pending();
      continue;
    }
    const bool is_text = name.find(".png") == std::string::npos && name != ".git" && name != "package-lock.json";
    if (!at->is_regular_file() || !is_text || at->file_size() > (4U << 20)) continue;
    ++read_files;
    found +=
        listed(check_machine_paths({fs::relative(at->path(), WIDER_SOURCE_DIR).generic_string(), read(at->path())}));
  }
  EXPECT_GT(read_files, 30U);
  EXPECT_EQ(found, "");
}

// ---- the checker can fail -------------------------------------------------------------------------------------------

TEST(StructureChecker, AnswersNothingToAGoodFile) {
  const std::vector<SourceFile> files = {
      {"records/record.hpp", std::string(head) + "#include \"base/date.hpp\"\n#include <vector>\n"},
      {"linkage/score.cpp",
       "#include \"linkage/score.hpp\"\n#include \"records/record.hpp\"\n#include <chrono>\n"
       "// like std::time, never \"#include <fstream>\"\n"
       "int f(int timeline) { return timeline + 1'000; }\nconst char* says = \"rand() std::time\";\n"},
      {"hub/hub.cpp", "#include \"ledger/ledger.hpp\"\n#include \"picture/picture.hpp\"\n#include <filesystem>\n"},
      {"cli/main.cpp", "#include \"web/server.hpp\"\n"},
  };
  EXPECT_EQ(listed(check_sources(files)), "");
}

TEST(StructureChecker, SeesAnIncludeThatPointsUpward) {
  for (const auto& [path, include] :
       std::vector<std::pair<std::string, std::string>>{{"base/date.cpp", "records/record.hpp"},
                                                        {"records/record.cpp", "linkage/linkage.hpp"},
                                                        {"linkage/link.cpp", "picture/picture.hpp"},
                                                        {"ledger/ledger.cpp", "intake/intake.hpp"},
                                                        {"access/access.cpp", "hub/hub.hpp"},
                                                        {"hub/hub.cpp", "web/server.hpp"},
                                                        {"web/server.cpp", "cli/commands.hpp"},
                                                        {"picture/picture_test.cpp", "hub/hub.hpp"}}) {
    const std::vector<SourceFile> files = {{path, fmt::format("#include \"{}\"\n", include)}};
    const auto offences = check_sources(files);
    ASSERT_THAT(offences, SizeIs(1)) << path;
    EXPECT_EQ(offences[0].line, 1U);
    EXPECT_THAT(offences[0].says, HasSubstr("may not include"));
  }
}

TEST(StructureChecker, SeesAFileOrIncludeOfNoStage) {
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"common/all.cpp", ""}}), SizeIs(1));
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"hub/hub.cpp", "#include \"../web/server.hpp\"\n"}}), SizeIs(1));
}

TEST(StructureChecker, SeesAPureStageTouchTheWorld) {
  for (const char* line :
       {"#include <fstream>", "#include <filesystem>", "#include <random>", "#include <sqlite3.h>",
        "#include <microhttpd.h>", "#include <sys/stat.h>", "auto now = std::chrono::system_clock::now();",
        "using std::chrono::steady_clock;", "auto t = std::time(nullptr);", "int r = rand() % 6;",
        "std::random_device d;", "auto t = ::time(nullptr);", "sqlite3_exec(db);", "char* home = std::getenv(name);",
        "std::ifstream in(path);"}) {
    for (const char* stage : {"linkage", "picture", "practice", "review"}) {
      const std::vector<SourceFile> files = {{fmt::format("{}/x.cpp", stage), fmt::format("{}\n", line)}};
      EXPECT_THAT(check_sources(files), SizeIs(1)) << stage << ": " << line;
    }
    const std::vector<SourceFile> elsewhere = {{"hub/x.cpp", fmt::format("{}\n", line)}};
    EXPECT_THAT(check_sources(elsewhere), IsEmpty()) << line;
  }
}

TEST(StructureChecker, SeesWhatAPureStageReachesThroughOthers) {
  const std::vector<SourceFile> files = {
      {"base/files.hpp", std::string(head) + "#include <filesystem>\n"},
      {"records/all.hpp", std::string(head) + "#include \"base/files.hpp\"\n"},
      {"review/review.cpp", "#include \"records/all.hpp\"\n"},
  };
  const auto offences = check_sources(files);
  ASSERT_THAT(offences, SizeIs(1));
  EXPECT_EQ(offences[0].path, "review/review.cpp");
  EXPECT_THAT(offences[0].says, HasSubstr("through base/files.hpp"));
}

TEST(StructureChecker, SeesLinkageOrPictureReachProtectedCharacteristics) {
  const std::string include = "#include \"records/protected.hpp\"\n";
  for (const char* stage : {"linkage", "picture"}) {
    EXPECT_THAT(check_sources(std::vector<SourceFile>{{fmt::format("{}/x.cpp", stage), include}}), SizeIs(1));
    const std::vector<SourceFile> hidden = {{"records/everything.hpp", std::string(head) + include},
                                            {fmt::format("{}/x.cpp", stage), "#include \"records/everything.hpp\"\n"}};
    EXPECT_THAT(check_sources(hidden), SizeIs(1));
    EXPECT_THAT(check_sources(std::vector<SourceFile>{{fmt::format("{}/x.cpp", stage), "ProtectedKind kind;\n"}}),
                SizeIs(1));
  }
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"intake/x.cpp", include}}), IsEmpty());
}

// The rules as they are run, over a copy of the sources as they are: what is planted in it is seen, and nothing else.
class PlantedOffence : public ::testing::Test {
 protected:
  PlantedOffence() {
    std::string pattern = (fs::temp_directory_path() / "wider-structure-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    copy_ = pattern;
    fs::copy(fs::path(WIDER_SOURCE_DIR) / "src", copy_, fs::copy_options::recursive);
  }
  ~PlantedOffence() override {
    std::error_code ignored;
    fs::remove_all(copy_, ignored);
  }
  void plant(const std::string& path, const std::string& line) {
    ASSERT_TRUE(fs::exists(copy_ / path)) << path;
    std::ofstream(copy_ / path, std::ios::binary | std::ios::app) << line << "\n";
  }
  fs::path copy_;
};

TEST_F(PlantedOffence, IsSeenWhereItStands) {
  ASSERT_EQ(listed(check_sources(sources(copy_))), "");
  const std::vector<std::tuple<std::string, std::string, std::string>> plants = {
      {"linkage/link.cpp", "#include \"records/protected.hpp\"", "protected"},
      {"picture/find.cpp", "#include \"records/protected.hpp\"", "protected"},
      {"linkage/explain.cpp", "void read(ProtectedKind kind);", "protected"},
      {"picture/network.cpp", "#include \"linkage/linkage.hpp\"", "may not include"},
      {"practice/duties.cpp", "#include <fstream>", "<fstream>"},
      {"review/review.hpp", "#include <random>", "<random>"},
      {"records/people.hpp", "#include \"hub/hub.hpp\"", "may not include"},
      {"hub/hub.cpp", "#include \"web/server.hpp\"", "may not include"},
  };
  for (const auto& [path, line, says] : plants) plant(path, line);
  const auto offences = check_sources(sources(copy_));
  for (const auto& [path, line, says] : plants) {
    EXPECT_TRUE(std::ranges::any_of(
        offences, [&](const Offence& one) { return one.path == path && one.says.find(says) != std::string::npos; }))
        << path << ": " << line << "\n"
        << listed(offences);
  }
}

// In a header that both include, by way of others.
TEST_F(PlantedOffence, IsSeenInEveryFileOfAPureStageThatReachesIt) {
  plant("records/record.hpp", "#include \"records/protected.hpp\"");
  const auto offences = check_sources(sources(copy_));
  for (const char* stage : {"linkage/", "picture/"}) {
    EXPECT_TRUE(std::ranges::any_of(offences, [&](const Offence& one) { return one.path.starts_with(stage); }))
        << stage << "\n"
        << listed(offences);
  }
  EXPECT_FALSE(std::ranges::any_of(offences, [](const Offence& one) { return one.path.starts_with("hub/"); }))
      << listed(offences);
}

TEST(StructureChecker, SeesTomlReadUnguarded) {
  for (const char* line : {"#include <toml++/toml.h>", "auto read = toml::parse(text);", "toml::parse_file(name);"}) {
    EXPECT_THAT(check_sources(std::vector<SourceFile>{{"hub/x.cpp", fmt::format("{}\n", line)}}), SizeIs(1)) << line;
  }
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"hub/x.cpp", "#include \"base/toml.hpp\"\nparse_toml(text);\n"}}),
              IsEmpty());
}

TEST(StructureChecker, SeesAHeaderThatOpensBadly) {
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"base/a.hpp", "#pragma once\n"}}), SizeIs(1));
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"base/a.hpp", "// For this.\nint f();\n"}}), SizeIs(1));
  EXPECT_THAT(check_sources(std::vector<SourceFile>{{"base/a.hpp", std::string(head) + "using namespace std;\n"}}),
              SizeIs(1));
}

TEST(StructureChecker, SeesAMachinePath) {
  const std::string slash = "/";
  for (const std::string& path : {slash + "work/x", slash + "home/ann/x", slash + "Users/ann/x", slash + "root/x"}) {
    EXPECT_THAT(check_machine_paths({"docs/a.md", "first\nsee " + path + "\n"}), SizeIs(1)) << path;
  }
  EXPECT_THAT(check_machine_paths({"docs/a.md", "see src/work/home and https://example.org/work/\n"}), IsEmpty());
}

TEST(StructureChecker, CodeOnlyBlanksCommentsAndLiteralsAndKeepsLines) {
  EXPECT_EQ(code_only("a // b\nc"), "a     \nc");
  EXPECT_EQ(code_only("a /* b\nc */ d"), "a     \n     d");
  EXPECT_EQ(code_only("f(\"x\\\"y\", 'q', 1'000)"), "f(      ,    , 1'000)");
  EXPECT_EQ(code_only("R\"(a\"b)\" c"), "         c");
}

}  // namespace
}  // namespace wider::structure
