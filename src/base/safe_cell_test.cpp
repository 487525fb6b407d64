#include "base/safe_cell.hpp"

#include <gtest/gtest.h>

namespace wider {
namespace {

TEST(SafeCell, NothingIsTakenForAFormula) {
  EXPECT_EQ(safe_cell("=1+1"), "\"'=1+1\"");
  EXPECT_EQ(safe_cell("+44 1632"), "\"'+44 1632\"");
  EXPECT_EQ(safe_cell("-2"), "\"'-2\"");
  EXPECT_EQ(safe_cell("@SUM(A1)"), "\"'@SUM(A1)\"");
  EXPECT_EQ(safe_cell("  =1"), "\"'  =1\"");
  EXPECT_EQ(safe_cell("\t=1"), "\"'\t=1\"");
  EXPECT_EQ(safe_cell("\tx"), "\"'\tx\"");
  EXPECT_EQ(safe_cell("\xef\xbc\x9d" "1"), "\"'\xef\xbc\x9d" "1\"") << "full-width";
  EXPECT_EQ(safe_cell("\xe2\x80\x8b=1"), "\"'[U+200B]=1\"") << "behind a space of no width";
  EXPECT_EQ(safe_cell("a=1"), "\"a=1\"");
  EXPECT_EQ(safe_cell(""), "\"\"");
}

TEST(SafeCell, WhatCannotBeSeenIsWritten) {
  EXPECT_EQ(safe_cell("Ann\xe2\x80\xae" "hsraM"), "\"Ann[U+202E]hsraM\"");
  EXPECT_EQ(safe_cell("An\xc2\xadn"), "\"An[U+00AD]n\"");
  EXPECT_EQ(safe_cell("\xef\xbb\xbf" "Ann"), "\"[U+FEFF]Ann\"");
  EXPECT_EQ(safe_cell(std::string_view("a\0b", 3)), "\"a[U+0000]b\"");
  EXPECT_EQ(safe_cell("a\xf3\xa0\x80\xa1"), "\"a[U+E0021]\"");
  EXPECT_EQ(safe_cell("\xff" "a\xc3"), "\"[00FF]a[00C3]\"");
  EXPECT_EQ(safe_cell("Zo\xc3\xab \xe6\x9d\x8e \xf0\x9f\x99\x82"), "\"Zo\xc3\xab \xe6\x9d\x8e \xf0\x9f\x99\x82\"");
}

TEST(SafeCell, QuotesAndLinesStayInTheirCell) {
  EXPECT_EQ(safe_cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
  EXPECT_EQ(safe_cell("a\r\nb"), "\"a\r\nb\"");
}

}  // namespace
}  // namespace wider
