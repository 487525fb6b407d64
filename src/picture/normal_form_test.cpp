#include "picture/normal_form.hpp"

#include <gtest/gtest.h>

namespace wider::picture {
namespace {

TEST(NormalForm, RegistrationFoldsWhatIsConfused) {
  EXPECT_EQ(normal_registration("w123 abo"), "W123AB0");
  EXPECT_EQ(normal_registration("WI23-AB0"), normal_registration("W123 ABO"));
  EXPECT_EQ(normal_registration("silver Vauxhall Vectra"), "");
  EXPECT_EQ(normal_registration("W12"), "");
}

TEST(NormalForm, PhoneIsOneNumberHoweverItIsWritten) {
  EXPECT_EQ(normal_phone("07700 900123"), "+447700900123");
  EXPECT_EQ(normal_phone("+44 (0)7700 900123"), "+447700900123");
  EXPECT_EQ(normal_phone("0044 7700 900 123"), "+447700900123");
  EXPECT_EQ(normal_phone("7700900123"), "+447700900123");
  EXPECT_EQ(normal_phone("999"), "");
  // Found by fuzzing: the length was asked before the country code was known, so that a form had another normal form.
  EXPECT_EQ(normal_phone("009 01 10"), "");
  EXPECT_EQ(normal_phone("123456789012345"), "");
  EXPECT_EQ(normal_phone("00 123456789012345"), "+123456789012345");
}

TEST(NormalForm, AddressKeepsNumberStreetAndName) {
  const AddressParts shop = address_parts("Station Kebabs, 4 Station Rd");
  EXPECT_EQ(shop.number, "4");
  EXPECT_EQ(shop.street, "station road");
  EXPECT_EQ(shop.name, "station kebabs");
  EXPECT_EQ(address_parts("Flat 3, 10 High St").number, "3/10");
  EXPECT_EQ(address_parts("Flat 3, 10 High St").street, "high street");
  EXPECT_EQ(address_parts("St Mary's Park").name, "st marys park");
}

}  // namespace
}  // namespace wider::picture
