#include "oidc/settings.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace wider::oidc {
namespace {

const std::string good = R"(name = "County sign-in"
issuer = "https://login.example/tenant"
client_id = "wider"
site = "https://wider.example"
)";

TEST(Settings, SaysTheOneAddressToComeBackTo) {
  const auto written =
      parse_settings(good + "second_factor = [\"mfa\"]\nsecond_factor_required = true\noldest_sign_in_minutes = 5\n");
  ASSERT_TRUE(written.has_value()) << written.error().message;
  EXPECT_EQ(written->settings.redirect(), "https://wider.example/sign-in/service/back");
  EXPECT_EQ(written->settings.second_factor, std::vector<std::string>{"mfa"});
  EXPECT_TRUE(written->settings.second_factor_required);
  EXPECT_EQ(written->settings.oldest_sign_in_minutes, 5);
}

TEST(Settings, WhatIsWrongIsSaidByItsKey) {
  const std::pair<std::string, std::string> wrong[] = {
      {"", "name"},
      {"client_secret = \"x\"", "client_secret"},  // it does not stand in this file
      {"second_factor = []", "second_factor"},
      {"second_factor = \"mfa\"", "second_factor"},
      {"second_factor_required = true", "second_factor_required"},
      {"oldest_sign_in_minutes = -1", "oldest_sign_in_minutes"},
      {"oldest_sign_in_minutes = \"5\"", "oldest_sign_in_minutes"},
      {"client_secret_file = \"a\"\nclient_secret_variable = \"b\"", "client_secret_variable"},
  };
  for (const auto& [line, key] : wrong) {
    const auto written = parse_settings(line.empty() ? "" : good + line + "\n");
    ASSERT_FALSE(written.has_value()) << line;
    EXPECT_EQ(written.error().code, ErrorCode::malformed);
    EXPECT_NE(written.error().message.find("'" + key + "'"), std::string::npos) << written.error().message;
  }
  for (const char* site :
       {"http://wider.example", "https://wider.example/", "https://wider.example/a", "https://wider.example?a"}) {
    std::string text = good;
    text.replace(text.find("https://wider.example"), 21, site);
    EXPECT_FALSE(parse_settings(text).has_value()) << site;
  }
  for (const char* issuer : {"http://login.example", "https://login.example?x=y", "login.example"}) {
    std::string text = good;
    text.replace(text.find("https://login.example/tenant"), 28, issuer);
    EXPECT_FALSE(parse_settings(text).has_value()) << issuer;
  }
}

TEST(Settings, TheSecretComesFromAFileThatOthersCannotReadOrFromTheEnvironment) {
  char folder[] = "/tmp/wider-settings-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string file = std::string(folder) + "/service.toml";
  const std::string secret = std::string(folder) + "/secret";
  std::ofstream(secret) << "hush\n";
  std::ofstream(file) << good << "client_secret_file = \"" << secret << "\"\n";
  chmod(secret.c_str(), 0644);
  EXPECT_EQ(read_settings(file).error().code, ErrorCode::denied);
  chmod(secret.c_str(), 0600);
  EXPECT_EQ(read_settings(file).value().client_secret, "hush");
  unlink(secret.c_str());
  EXPECT_EQ(read_settings(file).error().code, ErrorCode::not_found);
  std::ofstream(file) << good << "client_secret_variable = \"WIDER_TEST_SECRET\"\n";
  unsetenv("WIDER_TEST_SECRET");
  EXPECT_EQ(read_settings(file).error().code, ErrorCode::not_found);
  setenv("WIDER_TEST_SECRET", "of the environment", 1);
  EXPECT_EQ(read_settings(file).value().client_secret, "of the environment");
  unsetenv("WIDER_TEST_SECRET");
  EXPECT_EQ(read_settings(std::string(folder) + "/none").error().code, ErrorCode::unreadable);
  unlink(file.c_str());
  rmdir(folder);
}

}  // namespace
}  // namespace wider::oidc
