#include "access/common_passwords.hpp"

#include <gtest/gtest.h>

namespace wider::access {
namespace {

TEST(CommonPassword, WhatEverybodyTriesFirstIsOne) {
  for (const char* common : {"password1234",
                             "Password2026!",
                             "P4ssw0rd1234",
                             "passwordpassword",
                             "mypassword123",
                             "123456789012",
                             "121212121212",
                             "qwertyuiop123",
                             "1q2w3e4r5t6y",
                             "zaq12wsxcde3",
                             "qazwsxedcrfv",
                             "1qaz2wsx3edc4rfv",
                             "asdfghjkl123",
                             "abcdefghijkl",
                             "aaaaaaaaaaaa",
                             "abcabcabcabc",
                             "iloveyou1234",
                             "letmein12345",
                             "welcome12345",
                             "administrator",
                             "changeme1234",
                             "football2026",
                             "liverpool1892",
                             "christopher1",
                             "michael12345",
                             "Summer2026!!",
                             "September2026",
                             "unbelievable",
                             "987654321012",
                             "0987654321qw",
                             "sunshine1234",
                             "superman1234",
                             "trustno1trustno1",
                             "qwerty-qwerty",
                             "monkey-dragon-1",
                             "charlie-charlie",
                             "password password password",
                             "letmein letmein now",
                             "hello-hello-1",
                             "zxcvbnm12345",
                             "princess-2026",
                             "welcome-to-wider"}) {
    EXPECT_TRUE(is_common_password(common)) << common;
  }
}

TEST(CommonPassword, ASentenceAndWhatAMachineDrewAreNone) {
  for (const char* good : {"three plain old words", "a plain sentence of mine", "hjkw-r7m2-bdq9", "x4Tq-9vLm-2pZw",
                           "correcthorsebatterystaple", "ottersandmarmalade", "kettle-quarry-violin", "my dog is old",
                           "thursdays-on-the-ferry"}) {
    EXPECT_FALSE(is_common_password(good)) << good;
  }
}

TEST(CommonPassword, AnythingMayBeAsked) {
  EXPECT_TRUE(is_common_password(""));
  EXPECT_FALSE(is_common_password(std::string(5000, 'a')));  // the length is another rule's
  std::string all;
  for (int i = 1; i < 64; ++i) all += static_cast<char>(i * 4);
  (void)is_common_password(all);
}

TEST(CommonPassword, ANameIsFoundHoweverItIsWritten) {
  EXPECT_TRUE(holds_name("0k4for-on-the-hill", "Sam Okafor"));
  EXPECT_TRUE(holds_name("ADEYEMI adeyemi", "Kim Adeyemi-Bell"));
  EXPECT_FALSE(holds_name("three plain old words", "Sam Okafor"));
  EXPECT_FALSE(holds_name("samphire on the beach", "Sam Lee"));  // words of three letters stand in too many others
  EXPECT_FALSE(holds_name("anything at all", ""));
}

}  // namespace
}  // namespace wider::access
