#include "practice/practice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace wider::practice {
namespace {

std::string rule_file(const std::string& name) {
  std::ifstream stream(std::string(WIDER_SOURCE_DIR) + "/rules/" + name);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

Date iso(const char* text) {
  return *parse_iso_date(text);
}
Instant noon(const char* text) {
  return Instant{start_of(iso(text)).microseconds + 12LL * 3600 * 1'000'000};
}
Clocks shipped() {
  auto clocks = parse_clocks(rule_file("statutory_clocks.toml"));
  EXPECT_TRUE(clocks) << clocks.error().message;
  return *clocks;
}

Record referral(const std::string& id, const char* on) {
  Record record;
  record.agency = Agency::social_care;
  record.kind = RecordKind::referral;
  record.id = id;
  record.happened = {iso(on), iso(on), Precision::day, -1};
  record.known = iso(on);
  record.people.resize(1);
  return record;
}

Record missing(const std::string& id, const char* from, const char* to) {
  Record record = referral(id, from);
  record.kind = RecordKind::missing;
  record.happened.last = iso(to);
  record.outcome = Outcome::returned;
  record.outcome_date = iso(to);
  return record;
}

std::vector<Duty> duties_of(const std::vector<Record>& records, Instant now) {
  Holdings holdings;
  std::vector<std::uint32_t> labels;
  for (const Record& record : records) {
    holdings.add(record, holdings.records().size() + 1, start_of(record.known));
    labels.resize(holdings.mentions().size(), static_cast<std::uint32_t>(labels.size()));
  }
  return duties(holdings, People(labels), shipped(), now);
}

TEST(Clocks, TheShippedRulesAreReadAndKnowTheirYears) {
  const Clocks clocks = shipped();
  EXPECT_EQ(clocks.all().size(), 22U);
  EXPECT_EQ(clocks.in_force("initial-assessment", iso("2009-06-01"))->limit, 7);
  EXPECT_EQ(clocks.in_force("initial-assessment", iso("2010-04-01"))->limit, 10);
  EXPECT_EQ(clocks.in_force("initial-assessment", iso("2013-04-01")), nullptr);
  EXPECT_EQ(clocks.in_force("return-interview", iso("2009-06-30")), nullptr);
  EXPECT_EQ(clocks.in_force("return-interview", iso("2009-07-01"))->limit, 72);
}

TEST(Clocks, BadRulesNameTheirEntryAndKey) {
  const auto message = [](std::string_view toml) {
    const auto clocks = parse_clocks(toml);
    return clocks ? std::string("read") : clocks.error().message;
  };
  const std::string good =
      "[[clock]]\nrule='r'\nversion='1'\ntitle='T'\nowner='police'\nlimit=1\nunit='day'\nforce='local'\n";
  EXPECT_EQ(message(good), "read");
  EXPECT_THAT(message(""), ::testing::HasSubstr("[[clock]]"));
  EXPECT_THAT(message("[[clock"), ::testing::HasSubstr("line 1"));
  EXPECT_THAT(message("rule = \xCA\xA0'r'"), ::testing::HasSubstr("line 1: a letter or sign outside ASCII"));
  EXPECT_THAT(message("[[clock]]\nrule='r'\n"), ::testing::HasSubstr("clock 1: 'rule', 'version'"));
  EXPECT_THAT(message(good + "in_force_from='soon'\n"), ::testing::HasSubstr("'in_force_from'"));
  EXPECT_THAT(message(good + good), ::testing::HasSubstr("same day"));
}

TEST(Duties, AReferralWithoutADecisionRunsOutAfterOneWorkingDay) {
  const std::vector<Record> friday = {referral("R1", "2009-03-06")};
  EXPECT_EQ(duties_of(friday, noon("2009-03-06"))[0].state, DutyState::this_week);
  EXPECT_EQ(duties_of(friday, noon("2009-03-09"))[0].state, DutyState::today);
  const Duty over = duties_of(friday, noon("2009-03-11"))[0];
  EXPECT_EQ(over.state, DutyState::overdue);
  EXPECT_EQ(over.days_over, 2);
  EXPECT_EQ(over.says, "Decision on a referral: 2 days over, due by 9 March 2009.");
  EXPECT_EQ(over.person, PersonId(0));
}

TEST(Duties, ADecisionMeetsTheClockOnlyFromItsDay) {
  Record decided = referral("R1", "2009-03-02");
  decided.outcome = Outcome::no_further_action;
  decided.outcome_date = iso("2009-03-05");
  EXPECT_EQ(duties_of({decided}, noon("2009-03-04"))[0].state, DutyState::overdue);
  const Duty met = duties_of({decided}, noon("2009-03-06"))[0];
  EXPECT_EQ(met.state, DutyState::met);
  EXPECT_TRUE(met.met_late);
  EXPECT_EQ(met.says, "Decision on a referral: on 5 March 2009, 2 days after it was due.");
}

TEST(Duties, ARecordNotYetKnownGivesNoDuty) {
  Record late = referral("R1", "2009-03-02");
  late.known = iso("2009-03-20");
  EXPECT_TRUE(duties_of({late}, noon("2009-03-10")).empty());
  EXPECT_EQ(duties_of({late}, noon("2009-03-20")).size(), 1U);
}

TEST(Duties, NoVersionOfTheRuleInForceMeansNoClock) {
  EXPECT_TRUE(duties_of({missing("M1", "2009-06-28", "2009-06-30")}, noon("2009-08-01")).empty());
  EXPECT_EQ(duties_of({missing("M2", "2009-06-28", "2009-07-01")}, noon("2009-08-01")).size(), 1U);
}

TEST(Duties, AReturnInterviewIsDueInSeventyTwoHoursAndMetWhenOffered) {
  Record episode = missing("M1", "2010-05-01", "2010-05-03");
  const auto state = [&](const char* reason, const char* on) {
    episode.reason = reason;
    return duties_of({episode}, noon(on))[0].state;
  };
  EXPECT_EQ(state("", "2010-05-06"), DutyState::today);
  EXPECT_EQ(state("", "2010-05-07"), DutyState::overdue);
  EXPECT_EQ(state("N", "2010-05-07"), DutyState::overdue);
  EXPECT_EQ(state("return interview not offered", "2010-05-07"), DutyState::overdue);
  EXPECT_EQ(state("Y", "2010-05-07"), DutyState::met);
  EXPECT_EQ(state("return interview offered and declined", "2010-05-07"), DutyState::met);
}

TEST(Duties, AChildStillMissingHasNoInterviewClock) {
  Record episode = missing("M1", "2010-05-01", "2010-05-01");
  episode.outcome = Outcome::open;
  episode.outcome_date = Date{};
  EXPECT_TRUE(duties_of({episode}, noon("2010-06-01")).empty());
}

TEST(Duties, ComeOverdueFirstAndMetLast) {
  Record met = referral("R1", "2009-03-02");
  met.outcome = Outcome::assessment;
  met.outcome_date = iso("2009-03-02");
  const auto all = duties_of({met, referral("R2", "2009-03-09"), referral("R3", "2009-03-03")}, noon("2009-03-10"));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].state, DutyState::overdue);
  EXPECT_EQ(all[1].state, DutyState::today);
  EXPECT_EQ(all[2].state, DutyState::met);
}

TEST(Duties, OneThatRestsOnAnOriginatorsOwnFactIsForThatAgencyAlone) {
  Record own = referral("R1", "2009-03-02");
  own.handling = Handling::originator_only;
  EXPECT_EQ(duties_of({own}, noon("2009-03-10"))[0].audience, Agency::social_care);
  EXPECT_EQ(duties_of({referral("R1", "2009-03-02")}, noon("2009-03-10"))[0].audience, std::nullopt);
}

std::vector<LanguageTerm> terms() {
  auto read = parse_language_terms(rule_file("language_terms.toml"));
  EXPECT_TRUE(read) << read.error().message;
  return *read;
}

TEST(Language, SuggestsFactsForAPhraseThatBlames) {
  const std::string text = "She is making  choices and has an Older Boyfriend.";
  const auto hints = check_language(text, terms());
  ASSERT_EQ(hints.size(), 2U);
  EXPECT_EQ(hints[0].phrase, "making  choices");
  EXPECT_EQ(text.substr(hints[1].offset, hints[1].length), "Older Boyfriend");
  EXPECT_FALSE(hints[1].instead.empty());
}

TEST(Language, LeavesTheChildsOwnWordsAlone) {
  EXPECT_TRUE(check_language("She said \"he is my older boyfriend\".", terms()).empty());
  EXPECT_TRUE(check_language("She said \xE2\x80\x9Cmy older boyfriend\xE2\x80\x9D twice.", terms()).empty());
  EXPECT_EQ(check_language("An inch is 1\" and her older boyfriend left.", terms()).size(), 1U);
}

TEST(Language, TakesWholeWordsAndTypographicApostrophes) {
  EXPECT_TRUE(check_language("The troublemakers' club", terms()).empty());
  EXPECT_EQ(check_language("Why didn\xE2\x80\x99t she leave?", terms()).size(), 1U);
  EXPECT_TRUE(check_language("", terms()).empty());
}

TEST(Language, ConsentIsAskedAboutOnlyWhereTheLawAllowsNone) {
  EXPECT_EQ(check_language("It was consensual.", terms(), 15).size(), 1U);
  EXPECT_EQ(check_language("It was consensual.", terms()).size(), 1U);
  EXPECT_TRUE(check_language("It was consensual.", terms(), 17).empty());
}

}  // namespace
}  // namespace wider::practice
