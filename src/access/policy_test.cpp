#include "access/policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace wider::access {
namespace {

std::string shipped() {
  return std::string(shipped_policy_text());
}
std::string with(std::string text, std::string_view old_words, std::string_view new_words) {
  const std::size_t at = text.find(old_words);
  EXPECT_NE(at, std::string::npos) << old_words;
  return at == std::string::npos ? text : text.replace(at, old_words.size(), new_words);
}
std::string error_of(const std::string& text) {
  const auto policy = parse_policy(text, "access.toml");
  return policy ? "" : policy.error().message;
}

TEST(Policy, TheShippedOneIsReadAndSaysTheDutyDesk) {
  EXPECT_EQ(error_of(shipped()), "");
  EXPECT_EQ(shipped_policy().duty_desk(), "01632 960 001");
  EXPECT_NE(shipped_policy().not_shown().find("duty desk"), std::string::npos);
  EXPECT_TRUE(shipped_policy().sensitive(RecordKind::sexual_health));
  EXPECT_FALSE(shipped_policy().sensitive(RecordKind::attendance));
}

TEST(Policy, WhatIsWrongIsSaidWithItsPlaceAndAWayOut) {
  const struct {
    std::string_view old_words, new_words, says;
  } cases[] = {
      {"duty_desk =", "duty_dsk =", "access.toml: top: there is no key 'duty_dsk'"},
      {"[[role]]", "[[role", "access.toml, line"},
      {"\"chair\"\ntitle", "\"char\"\ntitle", "access.toml: role 7: 'name' must be one of social-worker"},
      {"name = \"chair\"", "name = \"prosecutor\"", "'prosecutor' stands twice"},
      {"\"held-back\", ", "\"held-bak\", ", "'pages' must be a list, each once, of home"},
      {"purposes = [\"administration\"]", "purposes = []", "role 9: 'purposes' must be a list"},
      {"break_glass_minutes = 60", "break_glass_minutes = 0", "a whole number from 1 to 720"},
      {"[\"sexual-health\"]", "[\"attendance\"]", "'sensitive' must name sexual-health"},
      {"[[purpose]]\nname = \"administration\"", "[[purpose]]\nname = \"governance\"", "'governance' stands twice"},
      {"name = \"shared\"\n", "name = \"shared\"\nwhose = \"other\"\n", "the last rule must have no condition"},
      {"name = \"investigation\"", "name = \"licensing\"", "another rule is called 'licensing'"},
      {"Shared in full for this purpose.", "Shared in full", "a sentence that ends with a full stop"},
  };
  for (const auto& one : cases) {
    const std::string error = error_of(with(shipped(), one.old_words, one.new_words));
    EXPECT_NE(error.find(one.says), std::string::npos) << one.new_words << ": " << error;
  }
}

TEST(Policy, OneThatWouldShowWhatMayNeverBeShownIsRefused) {
  const auto depth_of = [](std::string_view rule, std::string_view depth) {
    std::string text = shipped();
    const std::size_t at = text.find("depth", text.find(std::string("name = \"") + std::string(rule) + "\"\n"));
    return text.replace(at, text.find('\n', at) - at, std::string("depth = \"") + std::string(depth) + "\"");
  };
  for (const auto& [rule, depth] : {std::pair{"sealed", "exists"},
                                    {"conflict-of-interest", "exists"},
                                    {"not-released", "exists"},
                                    {"no-purpose", "outline"},
                                    {"purpose-of-another-role", "outline"},
                                    {"sensitive", "outline"}}) {
    const std::string error = error_of(depth_of(rule, depth));
    EXPECT_NE(error.find(std::string("rule '") + rule + "': would show " + depth), std::string::npos)
        << rule << ": " << error;
  }
  // Stricter is always allowed.
  for (const Policy::Rule& rule : shipped_policy().rules()) EXPECT_EQ(error_of(depth_of(rule.name, "nothing")), "");
}

TEST(Policy, WhatOtherPurposeWouldShowMoreIsSaid) {
  const Reader reader{UserRole::social_worker, Agency::social_care, PurposeKind::assessment};
  EXPECT_EQ(what_would_show_more(shipped_policy(), reader, {Agency::police, RecordKind::stop, Handling::shared}),
            "Under “Child protection enquiry” it would show in full.");
  EXPECT_EQ(what_would_show_more(shipped_policy(), reader, {Agency::health, RecordKind::attendance, Handling::shared}),
            "Under “Child protection enquiry” it would show with its kind and date.");
  EXPECT_EQ(what_would_show_more(shipped_policy(), reader, {Agency::social_care, RecordKind::contact}), "");
  RecordFacts sealed{Agency::police, RecordKind::stop, Handling::shared, Standing::sealed};
  EXPECT_EQ(what_would_show_more(shipped_policy(), reader, sealed), "");
}

}  // namespace
}  // namespace wider::access
