#include "intake/date_text.hpp"

#include <gtest/gtest.h>

namespace wider::intake {
namespace {

DateForms forms() {
  auto parsed =
      DateForms::parse({"DD/MM/YYYY", "YYYY-MM-DD", "DD-MMM-YYYY", "DD/MM/YY", "YYYYMMDD", "MM/YYYY", "YYYY"});
  EXPECT_TRUE(parsed.has_value());
  return *parsed;
}

TEST(DateText, ReadsEveryForm) {
  for (const char* text : {"03/03/2009", "3/3/2009", "2009-03-03", "03-Mar-2009", "3-MARCH-2009", "03/03/09",
                           "20090303", " 03/03/2009 "}) {
    const ReadDate read = forms().read(text);
    EXPECT_EQ(to_iso(read.date), "2009-03-03") << text;
    EXPECT_EQ(read.minute, -1);
  }
  EXPECT_EQ(to_iso(forms().read("03/2009").date), "2009-03");
  EXPECT_EQ(to_iso(forms().read("2009").date), "2009");
  EXPECT_EQ(forms().read("03/03/2009 22:40").minute, 22 * 60 + 40);
  EXPECT_EQ(forms().read("2009-03-03T22:40:15.123Z").minute, 22 * 60 + 40);
  EXPECT_EQ(forms().read("").trouble, DateTrouble::none);
  EXPECT_FALSE(forms().read("").date.known());
}

TEST(DateText, TellsNoDayFromNoDate) {
  EXPECT_EQ(forms().read("31/02/2009").trouble, DateTrouble::no_such_day);
  EXPECT_EQ(forms().read("31/12/9999").trouble, DateTrouble::no_such_day);
  EXPECT_EQ(forms().read("29/02/2009").trouble, DateTrouble::no_such_day);
  EXPECT_EQ(forms().read("soon").trouble, DateTrouble::not_a_date);
  EXPECT_EQ(forms().read("03/03/2009x").trouble, DateTrouble::not_a_date);
  EXPECT_EQ(forms().read("03/03/2009 25:00").trouble, DateTrouble::not_a_date);
}

TEST(DateText, ReadsTimes) {
  EXPECT_EQ(read_time("22:40"), 22 * 60 + 40);
  EXPECT_EQ(read_time("9.05"), 9 * 60 + 5);
  EXPECT_EQ(read_time("2240"), 22 * 60 + 40);
  EXPECT_EQ(read_time("10:40pm"), 22 * 60 + 40);
  EXPECT_EQ(read_time("12:05 am"), 5);
  EXPECT_EQ(read_time("7 pm"), 19 * 60);
  for (const char* bad : {"", "7", "24:00", "12:60", "noon", "12:5", "13pm"}) EXPECT_FALSE(read_time(bad)) << bad;
}

TEST(DateText, RefusesFormsThatMakeNoSense) {
  for (const char* bad : {"", "DD/MM", "DD/YYYY", "DD/DD/YYYY", "QQ/YYYY", "YYYYY", "YYYY/YY"}) {
    EXPECT_FALSE(DateForms::parse({bad}).has_value()) << bad;
  }
}

}  // namespace
}  // namespace wider::intake
