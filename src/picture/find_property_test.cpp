// What holds of every finding, tried on random worlds: it says what the naive reference says; its proof rests on live
// records, suffices by itself and is least; what is for its originator only reaches all that rests on it and nobody
// else (DESIGN, invariants 4, 9 and 10). What the random worlds turned up stands at the end, by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/testing/property.hpp"
#include "picture/naive_reference.hpp"
#include "picture/random_world.hpp"
#include "records/grade.hpp"

namespace wider::picture {
namespace {

// Patterns 1 to 3 with their numbers varied: hops, windows, bars, hubs.
struct PatternChoice {
  int rule = 0;
  int minimum = 3;
  int hops = 2;
  int window = 365;
  int hub_limit = 1000;
  int rate = 0;
  bool no_single_agency = true;
  bool any_school = false;
};

std::ostream& operator<<(std::ostream& out, const PatternChoice& choice) {
  return out << fmt::format("rule {} minimum {} hops {} window {} hub {} rate {} single {} any school {}", choice.rule,
                            choice.minimum, choice.hops, choice.window, choice.hub_limit, choice.rate,
                            !choice.no_single_agency, choice.any_school);
}

PatternPtr pattern_of(const PatternChoice& choice) {
  constexpr std::array rules{"children-tied-to-one", "missing-same-end", "repeat-referrals-closed"};
  constexpr std::array rates{0.001, 0.05, 0.3, 1.0};
  const std::string rule = rules[static_cast<std::size_t>(choice.rule)];
  std::string text =
      fmt::format("title = \"t\"\nsentence = \"{{children}} tied to {{anchor}}\"\nrule = \"{}\"\nwindow_days = {}\n",
                  rule, choice.window);
  if (choice.rule == 2) return *parse_pattern(text + "minimum_agencies = 2\nminimum_from_one_agency = 3\n", rule);
  text +=
      fmt::format("anchors = [\"person\", \"place\", \"vehicle\", \"phone\"]\nminimum_children = {}\n", choice.minimum);
  if (choice.rule == 0) {
    text += fmt::format(
        "through = [\"person\", \"vehicle\", \"phone\"]\nhops = {}\nno_single_agency = {}\n"
        "records = [\"missing\", \"stop\", \"intelligence\", \"concern\", \"contact\", \"crime\"]\n"
        "links = [\"stop\", \"intelligence\", \"vehicle\", \"phone\", \"crime\"]\nlasting = [\"vehicle\", \"phone\"]\n",
        choice.hops, choice.no_single_agency);
  } else {
    text += "records = [\"missing\"]\nminimum_episodes = 3\n";
  }
  const double rate = rates[static_cast<std::size_t>(choice.rate)];
  text += fmt::format(
      "[controls]\nduty_roles = [\"professional\", \"reporter\"]\nshared_events = [\"{}\"]\nhub_limit = {}\n{}"
      "[chance]\nbar = 0.1\n[chance.per_record]\nperson = {}\nplace = {}\nvehicle = {}\nphone = {}\ntakeaway = 0.2\n",
      choice.rule == 0 ? "stop" : "missing", choice.hub_limit,
      choice.any_school ? "shared_events_any_school = true\n" : "", rate, rate, rate, rate);
  auto pattern = parse_pattern(text, rule);
  CHECK(pattern.has_value());
  return *pattern;
}

rc::Gen<PatternChoice> any_pattern() {
  using rc::gen::element;
  using rc::gen::set;
  return rc::gen::build<PatternChoice>(
      set(&PatternChoice::rule, rc::gen::weightedElement<int>({{5, 0}, {2, 1}, {2, 2}})),
      set(&PatternChoice::minimum, element(2, 3)), set(&PatternChoice::hops, element(1, 2, 2)),
      set(&PatternChoice::window, element(365, 120)), set(&PatternChoice::hub_limit, element(1000, 3)),
      set(&PatternChoice::rate, any_in(0, 4)), set(&PatternChoice::no_single_agency), set(&PatternChoice::any_school));
}

// Worlds in which the pattern has something to find.
WorldShape shape_for(const Pattern& pattern) {
  if (pattern.rule == Rule::missing_same_end) return {.mostly = RecordKind::missing, .days = 500};
  if (pattern.rule == Rule::repeat_referrals_closed) return {.mostly = RecordKind::referral, .people = 2};
  return {};
}

std::vector<Hit> hits_of(const Facts& facts, const PatternPtr& pattern) {
  Evaluator evaluator(facts, std::span(&pattern, 1), true);
  for (std::uint32_t r = 0; r < facts.scene().holdings.records().size(); ++r) evaluator.observe(RecordIndex(r));
  return evaluator.hits();
}

std::vector<NaiveHit> as_naive(const std::vector<Hit>& hits) {
  std::vector<NaiveHit> list;
  for (const Hit& hit : hits) {
    const bool referrals = hit.pattern->rule == Rule::repeat_referrals_closed;
    NaiveHit naive{hit.anchor,
                   hit.met_by,
                   hit.first.days,
                   hit.last.days,
                   referrals ? 0 : hit.needed,
                   referrals ? 0 : hit.households,
                   {}};
    naive.children.insert(hit.children.begin(), hit.children.end());
    naive.children.insert(hit.more_children.begin(), hit.more_children.end());
    list.push_back(std::move(naive));
  }
  std::stable_sort(list.begin(), list.end(), [](const NaiveHit& a, const NaiveHit& b) {
    return std::pair(a.met_by, a.anchor) < std::pair(b.met_by, b.anchor);
  });
  return list;
}

std::string to_words(const Scene& scene, const std::vector<NaiveHit>& hits) {
  std::string text;
  for (const NaiveHit& hit : hits) {
    text += fmt::format("\n  {} {} met by r{} days {} to {} needed {} households {} children {}",
                        name_of(kind_of(scene, hit.anchor)), hit.anchor.value, hit.met_by.value + 1,
                        hit.first - on(2008, 1, 1).days, hit.last - on(2008, 1, 1).days, hit.needed, hit.households,
                        hit.children.size());
  }
  return text;
}

TEST(FindProperty, TheRulesSayWhatTheNaiveReferenceSays) {
  holds_in(300, [] {
    const PatternPtr pattern = pattern_of(*any_pattern());
    SceneBuilder builder = build(*any_world(shape_for(*pattern)));
    const Scene scene = builder.scene();
    const Facts facts(scene, View{});
    const auto fast = as_naive(hits_of(facts, pattern));
    const auto naive = hits_naively(facts, *pattern, true);
    RC_TAG(pattern->name, naive.empty() ? "none" : "hits");
    if (fast != naive) RC_LOG() << "fast" << to_words(scene, fast) << "\nnaive" << to_words(scene, naive) << std::endl;
    RC_ASSERT(fast == naive);
  });
}

// Invariant 4: a proof says all that the finding rests on, and nothing that it does not rest on.
TEST(FindProperty, EveryProofSufficesByItselfAndIsLeast) {
  holds_in(200, [] {
    const PatternPtr pattern = pattern_of(*any_pattern());
    SceneBuilder builder = build(*any_world(shape_for(*pattern)));
    const Scene scene = builder.scene();
    const Facts facts(scene, View{});
    for (const Hit& hit : hits_of(facts, pattern)) {
      const auto meets = [&](const std::vector<RecordIndex>& records) {
        return meets_naively(facts, *pattern, true, hit.anchor, hit.via, records, hit.needed);
      };
      RC_ASSERT(std::ranges::is_sorted(hit.proof, std::ranges::less_equal{}) || hit.proof.size() < 2);
      for (const RecordIndex record : hit.proof) RC_ASSERT(facts.view().admits(scene.holdings.at(record)));
      RC_ASSERT(meets(hit.proof));
      for (const RecordIndex without : hit.proof) {
        std::vector<RecordIndex> rest = hit.proof;
        std::erase(rest, without);
        RC_ASSERT(!meets(rest));
      }
    }
  });
}

std::vector<PatternPtr> all_patterns() {
  return {pattern_of({.rule = 0}), pattern_of({.rule = 1, .minimum = 2}), pattern_of({.rule = 2})};
}

// A record that says who lives where and goes to which school, and ties nobody.
WorldRecord standing_facts_of(WorldRecord record) {
  constexpr std::array of_children{RecordKind::contact, RecordKind::referral, RecordKind::missing, RecordKind::absence};
  const RecordKind kind = world_kinds[static_cast<std::size_t>(record.kind)];
  const bool child = std::ranges::find(of_children, kind) != of_children.end();
  record.stands_for = child ? RecordKind::assessment : RecordKind::person;
  return record;
}

TEST(FindProperty, AProofAndTheStandingFactsAloneGiveTheFinding) {
  holds_in(200, [] {
    const World world = *any_world({.most_records = 50, .one_in = *rc::gen::element(0, 6)});
    SceneBuilder builder = build(world);
    const auto patterns = all_patterns();
    for (const Finding& finding : find(builder.scene(), patterns, {})) {
      RC_ASSERT(!finding.proof.empty());
      RC_ASSERT(!finding.says.empty());
      for (const RecordIndex record : finding.proof) RC_ASSERT(builder.holdings().at(record).live);
      World rest = world;
      for (std::uint32_t r = 0; r < world.size(); ++r) {
        if (std::ranges::find(finding.proof, RecordIndex(r)) == finding.proof.end())
          rest[r] = standing_facts_of(rest[r]);
      }
      SceneBuilder alone = build(rest);
      RC_ASSERT(std::ranges::any_of(find(alone.scene(), patterns, {}), [&](const Finding& again) {
        // What is for its originator only is not told beside a finding for all that names the same children.
        if (finding.audience && !again.audience && std::ranges::includes(again.children, finding.children)) return true;
        std::set<RecordIndex> all(again.proof.begin(), again.proof.end());
        all.insert(again.also.begin(), again.also.end());
        return again.audience == finding.audience && std::ranges::equal(all, finding.proof);
      }));
    }
  });
}

// Invariant 9: what is for its originator only makes whatever rests on it for its originator only.
TEST(FindProperty, ARestrictedFactRestrictsEveryFindingThatRestsOnIt) {
  holds_in(200, [] {
    SceneBuilder builder = build(*any_world({.most_records = 60, .one_in = 4}));
    const Scene scene = builder.scene();
    for (const Finding& finding : find(scene, all_patterns(), {})) {
      std::vector<RecordIndex> all = finding.proof;
      all.insert(all.end(), finding.also.begin(), finding.also.end());
      for (const RecordIndex record : all) {
        const RecordRow& row = scene.holdings.at(record);
        if (row.handling == Handling::originator_only) RC_ASSERT(finding.audience == row.agency);
      }
      const bool rests = std::ranges::any_of(finding.proof, [&](RecordIndex record) {
        return scene.holdings.at(record).handling == Handling::originator_only;
      });
      RC_ASSERT(finding.audience.has_value() == rests);
      RC_TAG(rests ? "restricted" : "shared");
    }
  });
}

// ---- invariant 10: two worlds, one of which has restricted records beside what is shared ----

// In words, without the numbers of rows, so that two worlds can be compared.
class Teller {
 public:
  Teller(const Scene& scene, const SceneBuilder& builder) : scene_(scene), builder_(builder) {}

  [[nodiscard]] std::string records(const std::vector<RecordIndex>& list) const {
    std::string text;
    for (const RecordIndex record : list) text += scene_.holdings.name(record) + " ";
    return text;
  }
  [[nodiscard]] std::string tell(const Finding& finding) const {
    std::string text = fmt::format("{} {} {} {} {} {}", finding.id, finding.says, to_iso(finding.met_on),
                                   finding.strength, finding.expected_by_chance, finding.agencies.bits());
    for (const PersonId person : finding.people) text += " " + builder_.who(person);
    for (const PersonId child : finding.children) text += " child " + builder_.who(child);
    for (const EntityId thing : finding.things) text += " " + label_of(scene_, View{}, thing);
    for (const MentionIndex m : finding.mentions) text += " " + scene_.holdings.name(m);
    for (const auto& one : finding.explanations) text += "\n  " + one.question + " " + one.answer;
    return text + "\n  proof " + records(finding.proof) + "\n  also " + records(finding.also) + "\n";
  }
  [[nodiscard]] std::string tell(const ChronologyLine& line) const {
    return fmt::format("{} {} {} {} {}\n", scene_.holdings.name(line.record), to_iso(line.known), line.says,
                       records(line.also), also_says(scene_, line));
  }
  [[nodiscard]] std::string tell(const Network& network) const {
    std::string text;
    for (const std::string& sentence : network.sentences) text += sentence + "\n";
    for (const Tie& tie : network.ties) {
      text += fmt::format("{} {} {} {} {} {} {}\n", builder_.who(tie.person),
                          tie.through ? label_of(scene_, View{}, *tie.through) : "-", records(tie.records),
                          tie.agencies.bits(), to_iso(tie.first), to_iso(tie.last), tie.says);
    }
    return text;
  }

 private:
  const Scene& scene_;
  const SceneBuilder& builder_;
};

// Everything the picture says to somebody who is not the originator.
std::string told_to_others(const World& world) {
  SceneBuilder builder = build(world);
  const Scene scene = builder.scene();
  const Teller teller(scene, builder);
  std::string text;
  for (const Finding& finding : find(scene, all_patterns(), {})) {
    if (!finding.audience) text += teller.tell(finding);
  }
  for (const char* who : world_people) {
    const PersonId person = builder.person_if_any(who);
    if (!person.valid()) continue;
    const auto lines = chronology(scene, person, std::nullopt);
    if (lines.empty()) continue;  // only the originator knows of them
    text += fmt::format("{}\n", who);
    for (const auto& line : lines) text += teller.tell(line);
    text += teller.tell(network(scene, person, std::nullopt));
    for (const int day : {0, 300, 600}) {
      const auto child = is_child_on(scene, person, on(2008, 1, 1) + day);
      text += child ? (*child ? "child " : "grown ") : "unknown ";
    }
  }
  return text;
}

TEST(FindProperty, RestrictedFactsChangeNothingThatOthersSee) {
  holds_in(200, [] {
    const World world = *any_world({.most_records = 60, .one_in = 3});
    World open = world;
    std::erase_if(open, [](const WorldRecord& record) { return record.originator_only; });
    RC_ASSERT(first_difference(told_to_others(world), told_to_others(open)) == "");
  });
}

// ---- what the random worlds turned up, by name ----

const Something car{ThingKind::vehicle, "W123 ABC", ThingRole::used, ""};
const Something house{ThingKind::place, "4 Station Road", ThingRole::at, ""};

SceneBuilder with_children() {
  SceneBuilder builder;
  for (const char* who : {"child 1", "child 2", "child 3", "child 4"}) builder.born(who, 1995);
  return builder;
}
std::vector<Finding> found(SceneBuilder& builder, const PatternPtr& pattern) {
  return find(builder.scene(), std::span(&pattern, 1), {});
}

// A place passes no second hop on itself, so nothing led from the car back to it.
TEST(FindRegression, ATieSeenAfterTheLinkReachesAPlaceToo) {
  for (const bool link_first : {true, false}) {
    SceneBuilder builder = with_children();
    const auto link = [&] { builder.add(Agency::police, RecordKind::stop, on(2009, 1, 1), {}, {car, house}); };
    if (link_first) link();
    for (int child = 1; child <= 3; ++child) {
      builder.add(child == 2 ? Agency::social_care : Agency::police, RecordKind::missing, on(2009, 1 + child, 3),
                  {{"child " + std::to_string(child)}}, {car});
    }
    if (!link_first) link();
    const Scene scene = builder.scene();
    const Facts facts(scene, View{});
    EXPECT_EQ(hits_of(facts, pattern_for_test("children-tied-to-one")).size(), 2U) << link_first;
  }
}

TEST(FindRegression, AKeeperRecordedAWholeWindowLaterIsNoLink) {
  for (const auto& [days, hits] : {std::pair(364, 2U), std::pair(365, 1U)}) {
    SceneBuilder builder = with_children();
    for (int child = 1; child <= 3; ++child) {
      builder.add(child == 2 ? Agency::social_care : Agency::police, RecordKind::missing, on(2009, 1, 3),
                  {{"child " + std::to_string(child)}}, {car});
    }
    builder.add(Agency::licensing, RecordKind::vehicle, on(2009, 1, 3) + days, {{"adult", Role::keeper}}, {car});
    builder.add(Agency::police, RecordKind::missing, on(2009, 1, 3), {{"child 4"}}, {car});  // makes one look again
    const Scene scene = builder.scene();
    const Facts facts(scene, View{});
    EXPECT_EQ(hits_of(facts, pattern_for_test("children-tied-to-one")).size(), hits) << days;
  }
}

// They were added to whatever was found last, however many years later that had been.
TEST(FindRegression, OldFactsThatComeLateAreAFindingOfTheirOwn) {
  SceneBuilder builder = with_children();
  for (const int year : {2012, 2008}) {
    for (int child = 1; child <= 3; ++child) {
      Record record = SceneBuilder::make(child == 2 ? Agency::social_care : Agency::police, RecordKind::missing,
                                         on(year, child, 3));
      record.known = on(2012, 6, 1);
      builder.add(record, {{"child " + std::to_string(child)}}, {car});
    }
  }
  const auto findings = found(builder, pattern_for_test("children-tied-to-one"));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_NE(findings[0].proof.front(), findings[1].proof.front());
  EXPECT_EQ(findings[0].proof.size() + findings[1].proof.size(), 6U);
}

TEST(FindRegression, OldReferralsThatComeLateAreAFindingOfTheirOwn) {
  SceneBuilder builder = with_children();
  for (const int year : {2012, 2008}) {
    for (const char* from : {"education", "police"}) {
      Record record = SceneBuilder::make(Agency::social_care, RecordKind::referral, on(year, *from == 'e' ? 1 : 2, 3));
      record.source_agency = from;
      record.outcome = Outcome::no_further_action;
      record.known = on(2012, 6, 1);
      builder.add(record, {{"child 1"}});
    }
  }
  EXPECT_EQ(found(builder, pattern_for_test("repeat-referrals-closed")).size(), 2U);
}

// The copy that names its source was thrown away but for the source, and was no news.
TEST(FindRegression, AReferralsSourceIsProvedByTheTellingThatNamesIt) {
  SceneBuilder builder = with_children();
  const auto refer = [&](const char* from, Date day) {
    Record record = SceneBuilder::make(Agency::social_care, RecordKind::referral, day);
    record.source_agency = from;
    record.outcome = Outcome::no_further_action;
    return builder.add(record, {{"child 1"}});
  };
  refer("", on(2009, 1, 3));
  const RecordIndex school = refer("education", on(2009, 2, 3));
  const RecordIndex police = refer("police", on(2009, 1, 3));  // the first again, with its source
  const auto findings = found(builder, pattern_for_test("repeat-referrals-closed"));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].proof, (std::vector{school, police}));
}

// ---- too large for the random worlds ----

TEST(RestrictedFacts, DoNotMakeAPlaceBusyForOthers) {
  SceneBuilder builder = with_children();
  builder.add(Agency::police, RecordKind::missing, on(2009, 1, 1), {{"child 1"}, {"child 2"}}, {house});
  const auto says = [&] {
    const Scene scene = builder.scene();
    return network(scene, builder.person("child 1"), std::nullopt).sentences;
  };
  const auto before = says();
  for (int i = 0; i < 100; ++i) {
    Record report = SceneBuilder::make(Agency::police, RecordKind::intelligence, on(2009, 1, 2));
    report.handling = Handling::originator_only;
    builder.add(report, {}, {house});
  }
  EXPECT_EQ(says(), before);
}

TEST(RestrictedFacts, GiveNoNameToAThingForOthers) {
  SceneBuilder builder = with_children();
  const Something other{ThingKind::place, "4 Station Rd", ThingRole::at, "hotel"};
  for (int i = 0; i < 400; ++i) {
    Record report = SceneBuilder::make(Agency::police, RecordKind::intelligence, on(2009, 1, 1));
    report.handling = Handling::originator_only;
    builder.add(report, {}, {other});
  }
  const RecordIndex open = builder.add(Agency::police, RecordKind::stop, on(2009, 1, 2), {{"child 1"}}, {house});
  const Scene scene = builder.scene();
  const EntityId place = scene.things.of(ThingIndex(scene.holdings.at(open).first_thing));
  ASSERT_EQ(scene.things.mentions_of(place).size(), 401U);
  EXPECT_EQ(label_of(scene, View{}, place), "4 Station Road");
  EXPECT_EQ(category_of(scene, View{}, place), "");
}

}  // namespace
}  // namespace wider::picture
