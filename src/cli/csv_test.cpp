#include "cli/csv.hpp"

#include <gtest/gtest.h>

namespace wider::cli {
namespace {

// Found by fuzzing: a field that began or ended with a blank lost it on its way through a file.
TEST(CliCsv, FieldsSurviveAFile) {
  const std::vector<std::string> fields = {" led by a blank", "ends in a tab\t", "a, \"quoted\"\nword", "", "plain"};
  std::string text;
  for (const std::string& field : fields) text += (text.empty() ? "" : ",") + csv_field(field);
  CsvReader reader(text, ',');
  std::vector<std::string_view> read;
  ASSERT_TRUE(reader.next(read));
  EXPECT_EQ(std::vector<std::string>(read.begin(), read.end()), fields);
  EXPECT_FALSE(reader.next(read));
  EXPECT_FALSE(reader.broken);
}

TEST(CliCsv, PlainFieldsStayPlain) {
  EXPECT_EQ(csv_field("Amy Smith"), "Amy Smith");
  EXPECT_EQ(csv_field(""), "");
}

}  // namespace
}  // namespace wider::cli
