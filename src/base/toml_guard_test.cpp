#include "base/toml_guard.hpp"

#include <gtest/gtest.h>

namespace wider {
namespace {

TEST(TomlGuard, FindsWhatIsOutsideTextsAndComments) {
  EXPECT_FALSE(stray_non_ascii_line("a = \"Zo\xC3\xAB\" # caf\xC3\xA9\nb = 'caf\xC3\xA9'\n"));
  EXPECT_FALSE(stray_non_ascii_line("a = \"\"\"x\n\xC3\xA9 \"\" \\\" \"\"\"\"\"\nb = '''\n\xC3\xA9'''\n"));
  EXPECT_EQ(stray_non_ascii_line("a = 1\nb\xC3\xA9 = 2\n"), 2U);
  EXPECT_EQ(stray_non_ascii_line("a =\xCA\xA0'b'\n"), 1U);
  EXPECT_EQ(stray_non_ascii_line("a = \"b\" \xC2\xA0\n"), 1U);
  EXPECT_FALSE(stray_non_ascii_line("a = \"not closed\n\xC3\xA9"));
}

}  // namespace
}  // namespace wider
