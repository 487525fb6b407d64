#include "web/http.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/utf8.hpp"
#include "web/router.hpp"
#include "web/values.hpp"

namespace wider::web {
namespace {

TEST(PercentDecode, ReadsWhatBrowsersSend) {
  EXPECT_EQ(percent_decode("Zo%C3%AB+O%27Hara", true), "Zoë O'Hara");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  EXPECT_EQ(percent_decode("line%0D%0Aline", true), "line\r\nline");
}

TEST(PercentDecode, RefusesWhatIsBroken) {
  for (const char* broken : {"%", "%4", "%zz", "%00", "%1b", "%7F", "%ff", "%C0%AF", "%ED%A0%80", "%C3"}) {
    EXPECT_EQ(percent_decode(broken, true), std::nullopt) << broken;
  }
}

// Text of any characters but control characters, in UTF-8.
std::string text_of(const std::vector<std::uint32_t>& numbers) {
  std::string text;
  for (const std::uint32_t number : numbers) {
    const std::uint32_t point = 0x20 + number % 0x10FFE0;
    if (point == 0x7F || (point >= 0xD800 && point <= 0xDFFF)) continue;
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (point < 0x80) {
      add(point);
    } else if (point < 0x800) {
      add(0xC0 | point >> 6), add(0x80 | (point & 63));
    } else if (point < 0x10000) {
      add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 63)), add(0x80 | (point & 63));
    } else {
      add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 63)), add(0x80 | (point >> 6 & 63)), add(0x80 | (point & 63));
    }
  }
  return text;
}

RC_GTEST_PROP(PercentDecode, TurnsEncodingBack, (const std::vector<std::uint32_t>& numbers)) {
  const std::string text = text_of(numbers);
  RC_ASSERT(valid_utf8(text));
  RC_ASSERT(percent_decode(percent_encode(text), true) == text);
  RC_ASSERT(percent_decode(percent_encode(text), false) == text);
}

RC_GTEST_PROP(ParseForm, AnyBytesAreFieldsOrRefused, (const std::string& bytes)) {
  const auto fields = parse_form(bytes);
  if (!fields) return;
  for (const auto& [name, value] : *fields) RC_ASSERT(valid_utf8(name) && valid_utf8(value));
}

TEST(ParseForm, TheFirstOfANameCountsAndManyFieldsAreRefused) {
  const auto fields = parse_form("q=Chelsea+Marsden&q=other&empty=&&alone");
  ASSERT_TRUE(fields.has_value());
  EXPECT_EQ(fields->at("q"), "Chelsea Marsden");
  EXPECT_EQ(fields->at("empty"), "");
  EXPECT_EQ(fields->at("alone"), "");
  std::string many;
  for (int i = 0; i < 65; ++i) many += "f" + std::to_string(i) + "=1&";
  EXPECT_EQ(parse_form(many), std::nullopt);
}

TEST(ParseCookies, ReadsPairsAndPassesOverTheRest) {
  const Fields cookies = parse_cookies("a=1; wider_session=abc ;broken; =x; b=2=3");
  EXPECT_EQ(cookies.size(), 3U);
  EXPECT_EQ(cookies.at("wider_session"), "abc");
  EXPECT_EQ(cookies.at("b"), "2=3");
}

TEST(SafeLocalPath, NeverLeadsAway) {
  EXPECT_EQ(safe_local_path("/person/P123"), "/person/P123");
  EXPECT_EQ(safe_local_path("/explain?left=a%2Fb&right=c"), "/explain?left=a%2Fb&right=c");
  for (const char* away :
       {"", "//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nSet-Cookie: x", "/@x:y"}) {
    EXPECT_EQ(safe_local_path(away), "/") << away;
  }
}

TEST(Router, FindsPartsAndMethods) {
  const Router router({{Method::get, "/", SignedIn{}, nullptr},
                       {Method::get, "/person/{id}", access::Action::person, nullptr},
                       {Method::post, "/finding/{id}", access::Action::act_on_finding, nullptr}});
  EXPECT_NE(router.match(Method::get, "/").route, nullptr);
  const Match person = router.match(Method::get, "/person/P123");
  ASSERT_NE(person.route, nullptr);
  EXPECT_EQ(person.parts.at("id"), "P123");
  for (const char* none : {"/person/", "/person", "/person/a/b", "person/P1", "//", "/person//P1", ""}) {
    EXPECT_EQ(router.match(Method::get, none).route, nullptr) << none;
  }
  const Match finding = router.match(Method::get, "/finding/x");
  EXPECT_EQ(finding.route, nullptr);
  EXPECT_TRUE(finding.other_method);
}

TEST(Values, NumbersAreWrittenWithCommas) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(184223), "184,223");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

}  // namespace
}  // namespace wider::web
