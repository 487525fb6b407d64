#include "base/identifiers.hpp"

#include <gtest/gtest.h>

namespace wider {
namespace {

TEST(Identifiers, ChecksTheNhsNumber) {
  EXPECT_TRUE(nhs_number_valid("9449305552"));
  EXPECT_TRUE(nhs_number_valid("944 930 5552"));
  EXPECT_FALSE(nhs_number_valid("4123456879"));
  EXPECT_FALSE(nhs_number_valid("9449305553"));
  EXPECT_FALSE(nhs_number_valid("944930555"));
  EXPECT_FALSE(nhs_number_valid("944930555A"));
  EXPECT_FALSE(nhs_number_valid("0000000000"));
  EXPECT_FALSE(nhs_number_valid(""));
}

TEST(Identifiers, ChecksTheUniquePupilNumber) {
  // 2×8 + 3×0 + 4×1 + 5×2 + 6×0 + 7×0 + 8×0 + 9×0 + 10×1 + 11×0 + 12×0 + 13×1 = 53, 53 mod 23 = 7: H.
  EXPECT_TRUE(upn_valid("H801200001001"));
  EXPECT_TRUE(upn_valid("h801 2000 01001"));
  EXPECT_FALSE(upn_valid("J801200001001"));
  EXPECT_FALSE(upn_valid("H80120000100"));
  EXPECT_FALSE(upn_valid("H8012000A1001"));
  // The same with A (counted 0) in the last place, as in a temporary number: 40 mod 23 = 17: U.
  EXPECT_TRUE(upn_valid("U80120000100A"));
  EXPECT_FALSE(upn_valid("U80120000100S"));
}

TEST(Identifiers, KnowsTheShapesOfRegistrations) {
  for (const char* good : {"AB51 CDE", "ab51cde", "W123 ABC", "ABC 123W", "ABC 1", "1 ABC", "ABZ 1234", "A8O1 CDE"}) {
    EXPECT_TRUE(registration_plausible(good)) << good;
  }
  for (const char* bad : {"", "SILVER", "AB51 CDEF", "12345", "AB51?CDE", "W1234 ABCD"}) {
    EXPECT_FALSE(registration_plausible(bad)) << bad;
  }
}

TEST(Identifiers, FoldsWhatIsConfusedInRegistrations) {
  EXPECT_EQ(normal_registration("ab5I cod"), "AB51C0D");
  EXPECT_EQ(normal_registration("AB51 COD"), normal_registration("AB51-C0D"));
}

TEST(Identifiers, FormsNumbersWithoutPunctuation) {
  EXPECT_EQ(normal_nhs_number("944 930-5552"), "9449305552");
  EXPECT_EQ(normal_uprn("000100012345"), "100012345");
  EXPECT_EQ(normal_uprn("000"), "");
  EXPECT_EQ(normal_upn(" h801200001001"), "H801200001001");
  EXPECT_TRUE(uprn_plausible("100012345"));
  EXPECT_FALSE(uprn_plausible("1000123456789"));
  EXPECT_FALSE(uprn_plausible("0"));
}

}  // namespace
}  // namespace wider
