#include "cli/control_message.hpp"

#include <gtest/gtest.h>

namespace wider::cli {
namespace {

TEST(ControlMessage, RequestSurvivesTheSocket) {
  const ControlRequest request{{"people", "--out", "a \"quoted\" näme.csv", ""}, "/srv/hub"};
  const auto text = to_json(request);
  ASSERT_TRUE(text);
  EXPECT_EQ(parse_control_request(*text), request);
}

TEST(ControlMessage, AnswerSurvivesTheSocket) {
  const ControlAnswer answer{1, "two\nlines\n", "wider: no\n"};
  EXPECT_EQ(parse_control_answer(to_json(answer)), answer);
}

// A file name that is not UTF-8 ended the program that asked (an exception of the JSON library).
TEST(ControlMessage, NameThatIsNotUtf8IsRefused) {
  EXPECT_FALSE(to_json(ControlRequest{{"people", "--out", "caf\xE9.csv"}, "/"}));
  EXPECT_FALSE(to_json(ControlRequest{{}, "/caf\xE9"}));
  EXPECT_TRUE(parse_control_answer(to_json(ControlAnswer{0, "caf\xE9", ""})));
}

// A folder that was a number ended the process that held the hub.
TEST(ControlMessage, WrongTypesAreNoRequest) {
  for (const char* text : {"", "[]", "{", R"({"arguments":[]})", R"({"arguments":[],"folder":7})",
                           R"({"arguments":[1],"folder":"/"})", R"({"arguments":"people","folder":"/"})"}) {
    EXPECT_FALSE(parse_control_request(text)) << text;
  }
  for (const char* text : {"", "7", R"({"status":"0","out":"","err":""})", R"({"status":0,"out":1,"err":""})",
                           R"({"status":4294967296,"out":"","err":""})", R"({"status":-1,"out":"","err":""})"}) {
    EXPECT_FALSE(parse_control_answer(text)) << text;
  }
}

}  // namespace
}  // namespace wider::cli
