// The mapping language: what is wrong in a mapping is said with its line and key.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "intake/intake.hpp"

namespace wider::intake {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& toml) {
  const auto parsed = parse_mapping(toml, "layout");
  return parsed ? "" : parsed.error().message;
}

const std::string head = "agency = \"police\"\nkind = \"crime\"\n";

TEST(Mapping, SaysLineAndKeyOfWhatIsWrong) {
  EXPECT_THAT(error_of("agency = \n"), HasSubstr("mapping 'layout', line 1"));
  EXPECT_THAT(error_of("agency = \"moon\"\nkind = \"crime\"\n"),
              HasSubstr("line 1, key 'agency': 'moon' is no agency"));
  EXPECT_THAT(error_of("agency = \"police\"\nkind = \"tea\"\n"), HasSubstr("line 2, key 'kind': 'tea' is no kind"));
  EXPECT_THAT(error_of(head), HasSubstr("[record] is missing"));
  EXPECT_THAT(error_of(head + "[record]\nhappened = \"A\"\n"), HasSubstr("key 'record.id': is missing"));
  EXPECT_THAT(error_of(head + "colour = 1\n[record]\nid = \"A\"\n"), HasSubstr("line 3, key 'colour': no such key"));
  EXPECT_THAT(error_of(head + "[record]\nid = \"A\"\ntext = \"by {B\"\n"),
              HasSubstr("line 5, key 'text': a '{' has no '}'"));
  EXPECT_THAT(error_of(head + "header = [\"A\"]\n[record]\nid = \"B\"\n"),
              HasSubstr("column 'B' is not in the header, which has A"));
  EXPECT_THAT(error_of(head + "dates = [\"QQ\"]\n[record]\nid = \"B\"\n"), HasSubstr("line 3, key 'dates'"));
  EXPECT_THAT(error_of(head + "[record]\nid = \"A\"\n[[person]]\nsurname = \"S\"\n"),
              HasSubstr("key 'person.role': is missing"));
  EXPECT_THAT(
      error_of(head + "[record]\nid = \"A\"\n[[protected]]\nkind = \"ethnicity\"\ncolumn = \"E\"\nperson = 1\n"),
      HasSubstr("key 'protected.person'"));
  EXPECT_THAT(error_of(head + "[record]\nid = \"A\"\noutcome = { column = \"O\", values = { \"x\" = \"gone\" } }\n"),
              HasSubstr("line 5, key 'outcome': 'gone' is none"));
  EXPECT_EQ(error_of(head + "[record]\nid = [\"A\", \"B\"]\n"), "");
}

// Found by fuzzing: toml++ runs into undefined behaviour on this one.
TEST(Mapping, RefusesLettersOutsideAsciiOutsideQuotes) {
  EXPECT_THAT(error_of("yn=\xCA\xA0'yn=\xC2\xA0"), HasSubstr("line 1, column 1: a letter or sign outside ASCII"));
}

// Every mapping that is shipped can be read.
TEST(Mapping, ReadsEveryMappingThatIsShipped) {
  const std::filesystem::path folder = std::filesystem::path(WIDER_SOURCE_DIR) / "mappings";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no folder mappings yet";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto parsed = parse_mapping(text.str(), entry.path().stem().string());
    EXPECT_TRUE(parsed.has_value()) << (parsed ? "" : parsed.error().message);
  }
}

}  // namespace
}  // namespace wider::intake
