#include "base/toml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wider {
namespace {

using testing::HasSubstr;

// The line that is refused; 0 when none is.
std::size_t refused_line(std::string_view text) {
  const auto parsed = parse_toml(text);
  return parsed ? 0 : parsed.error().line;
}

TEST(Toml, ReadsLettersInTextsAndComments) {
  const auto parsed = parse_toml(
      "\xEF\xBB\xBF"
      "a = \"Zo\xC3\xAB\" # caf\xC3\xA9\nb = 'caf\xC3\xA9'\n");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ((*parsed)["a"].value_or(std::string()), "Zo\xC3\xAB");
  EXPECT_EQ(refused_line("a = \"\"\"x\n\xC3\xA9 \"\" \\\" \"\"\"\"\"\nb = '''\n\xC3\xA9'''\n"), 0U);
}

// Found by fuzzing: toml++ runs into undefined behaviour on some of these, so none may reach it.
TEST(Toml, RefusesLettersOutsideAsciiOutsideQuotes) {
  EXPECT_EQ(refused_line("a = 1\nb\xC3\xA9 = 2\n"), 2U);
  EXPECT_EQ(refused_line("a =\xCA\xA0'b'\n"), 1U);
  EXPECT_EQ(refused_line("a = \"b\" \xC2\xA0\n"), 1U);
  // Where a quote follows a word, toml++ looks ahead as if it opened no text.
  EXPECT_EQ(refused_line("a = 1\nb =0\"r\xC9\x8D\xDE\x90le\"\n"), 2U);
  EXPECT_EQ(refused_line("b = 0.'\xDE\x90'\n"), 1U);
  EXPECT_EQ(refused_line("b = [1, 0.\"\xDE\x90\"]\n"), 1U);
  EXPECT_TRUE(parse_toml("a.\"\xC3\xA9\" = 1\n[b.\"\xC3\xA9\"]\nc = { d.'\xC3\xA9' = '\xC3\xA9' }\n").has_value());
  EXPECT_THAT(parse_toml("yn=\xCA\xA0'yn=\xC2\xA0").error().says, HasSubstr("outside ASCII"));
}

TEST(Toml, RefusesWhatIsNoTomlWithItsPlace) {
  const auto parsed = parse_toml("a = 1\nb = \n");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().line, 2U);
  EXPECT_FALSE(parsed.error().says.empty());
  EXPECT_EQ(refused_line("a = \"not closed\n\xC3\xA9"), 1U);
  EXPECT_EQ(refused_line("a = 1\nb = '\xFF'\n"), 2U);
  EXPECT_THAT(parse_toml("a = '\xC3'").error().says, HasSubstr("UTF-8"));
}

// Found by fuzzing: an opening bracket with no name after it ended the program by an assertion of toml++.
TEST(Toml, RefusesTableHeaderWithoutAName) {
  EXPECT_EQ(refused_line("a = 1\n[\nb = 2\n"), 2U);
  EXPECT_EQ(refused_line("a = 1\nb = 2\n\n[[ !"), 4U);
  EXPECT_EQ(refused_line("[\rid]\n"), 1U);
  EXPECT_EQ(parse_toml("[\n").error().says, "this is not TOML");
}

// Found by the campaign of bad files: a key of very many parts is as many tables one in the other, and the stack ran
// over when they went.
TEST(Toml, RefusesKeysOfVeryManyParts) {
  const auto parts = [](int count) {
    std::string key = "a";
    for (int i = 1; i < count; ++i) key += i % 2 == 0 ? ".a" : ".\"a\"";
    return key;
  };
  EXPECT_TRUE(parse_toml("[" + parts(16) + "]\nb = 1.5\n" + parts(16) + " = [0.1, 0.2, 0.3]\n").has_value());
  EXPECT_EQ(refused_line("a = 1\n[" + parts(17) + "]\n"), 2U);
  EXPECT_EQ(refused_line("[" + parts(200'000) + "]\nb = 1\n"), 1U);
  EXPECT_EQ(refused_line(parts(200'000) + " = 1\n"), 1U);
  EXPECT_EQ(refused_line("a = {" + parts(200'000) + " = 1}\n"), 1U);
  std::string nested = "a = ";
  for (int i = 0; i < 300; ++i) nested += "{" + parts(16) + " = ";
  EXPECT_EQ(refused_line(nested), 1U);
  // As deep as it is let through.
  std::string most = "1";
  for (int i = 0; i < 250; ++i) most = "{" + parts(16) + " = " + most + "}";
  EXPECT_TRUE(parse_toml("a = " + most).has_value());
}

}  // namespace
}  // namespace wider
