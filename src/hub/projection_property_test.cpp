// What holds of everything concluded from entries, tried on random ledgers of a few dozen: the same whatever the batches
// and threads, the same partition whatever the order of arrival (invariant 6); merges that are taken back leave no trace
// (7); the past is what a hub would have said that had received nothing since (8); what rests on a restricted record is
// its agency's alone (9), and to all others it is as if that record were not there (10).
#include <gtest/gtest.h>

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/testing/property.hpp"
#include "hub/as_at.hpp"
#include "hub/finding_view.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "hub/testing/random_entries.hpp"
#include "hub/testing/small_town.hpp"
#include "practice/practice.hpp"

namespace wider::hub {
namespace {

using namespace testing;

const Date last_day = step_start + 1000;

// ---- invariant 6 ----

TEST(ProjectionProperty, BatchesAndThreadsChangeNothing) {
  holds_in(40, [] {
    const Steps steps = *any_steps();
    const std::string wanted = everything_said(*project(steps), true, last_day);
    for (const unsigned threads : {2U, 8U}) {
      RC_ASSERT(first_difference(everything_said(*project(steps, threads), true, last_day), wanted) == "");
    }
    // Settled again after each batch, from the facts of the time before.
    auto projection = project({});
    for (std::size_t done = 0; done < steps.size();) {
      auto next = std::make_unique<Projection>();
      next->facts = projection->facts;
      const auto batch = static_cast<std::size_t>(*any_in(1, 20));
      for (std::size_t i = 0; i < batch && done < steps.size(); ++i) apply(steps[done++], next->facts);
      SettleOptions options;
      options.threads = static_cast<unsigned>(*any_in(1, 9));
      RC_ASSERT(conclude(*next, std::nullopt, options).has_value());
      projection = std::move(next);
    }
    RC_ASSERT(first_difference(everything_said(*projection, true, last_day), wanted) == "");
  });
}

// What linkage is given of each mention: what it says itself, and what its agency's index says.
std::string rows_said(const Projection& projection) {
  const LinkageRows rows = gather(projection.holdings());
  std::vector<std::string> lines;
  for (std::size_t r = 0; r < rows.input.rows.size(); ++r) {
    const linkage::Row& row = rows.input.rows[r];
    std::string line = mention_text(projection.holdings(), rows.mention_of[r]) + ":";
    for (const Code code : row.value) line += fmt::format(" '{}'", projection.holdings().text(code));
    lines.push_back(fmt::format("{} {} {}\n", line, to_words(row.birth_date), row.attach_only));
  }
  std::ranges::sort(lines);
  return fmt::format("{}", fmt::join(lines, ""));
}

TEST(ProjectionProperty, AnyOrderOfArrivalGivesTheSamePeople) {
  holds_in(60, [] {
    // A correction is later than what it corrects, and so is the last word on two mentions: those have an order.
    Steps steps = *any_steps({.corrections = false, .one_word_in = 0});
    const auto projection = project(steps);
    Steps other = steps;
    const auto lots = *rc::gen::container<std::vector<int>>(steps.size(), any_in(0, 1'000'000));
    std::vector<std::size_t> order(steps.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return lots[i]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const int received = steps[i].received;
      other[i] = steps[order[i]];
      other[i].received = received;
    }
    const auto again = project(other);
    RC_ASSERT(first_difference(rows_said(*again), rows_said(*projection)) == "");
    RC_ASSERT(first_difference(people_said(*again), people_said(*projection)) == "");
  });
}

// ---- invariant 7 ----

// Two mentions of records that are live, by their places in a projection.
Step word_on(const Projection& projection, int left, int right, bool same, bool withdrawn) {
  Step step;
  step.kind = StepKind::word;
  step.same = same;
  step.withdrawn = withdrawn;
  const auto name = [&](int lot, Agency& agency, std::string& text) {
    const MentionIndex m(static_cast<std::uint32_t>(lot) % static_cast<std::uint32_t>(projection.holdings().mentions().size()));
    agency = projection.holdings().at(projection.holdings().at(m).record).agency;
    text = projection.holdings().name(m);
  };
  name(left, step.left_agency, step.left_name);
  name(right, step.right_agency, step.right_name);
  return step;
}
MentionIndex mention_of(const Projection& projection, Agency agency, const std::string& name) {
  return projection.holdings().find_mention(agency, name).value_or(MentionIndex());
}

TEST(ProjectionProperty, WordsThatAreTakenBackLeaveNoTrace) {
  holds_in(60, [] {
    const Steps before = *any_steps({.one_word_in = 8});
    const auto start = project(before);
    RC_PRE(!start->holdings().mentions().empty());
    // Words on pairs that nobody has spoken of, corrections and withdrawals of records in between, and every word taken
    // back at some time after it was said.
    using Two = std::set<std::pair<Agency, std::string>>;
    std::set<Two> spoken_of;
    for (const LinkDecision& word : start->facts.decision_history) spoken_of.insert({{word.left_agency, word.left}, {word.right_agency, word.right}});
    Steps words;
    for (const auto& [left, right] : *rc::gen::resize(8, rc::gen::container<std::vector<std::pair<int, int>>>(
                                         rc::gen::pair(any_in(0, 10'000), any_in(0, 10'000))))) {
      const Step word = word_on(*start, left, right, *rc::gen::arbitrary<bool>(), false);
      const Two two{{word.left_agency, word.left_name}, {word.right_agency, word.right_name}};
      if (two.size() == 2 && spoken_of.insert(two).second) words.push_back(word);
    }
    Steps others = *any_steps({.most = 20, .one_word_in = 0, .one_withdrawal_in = 4});
    auto with = project(before);
    auto without = project(before);
    std::size_t merged = 0;
    Steps open = words;
    Steps said;
    while (!open.empty() || !said.empty() || !others.empty()) {
      const int lot = *any_in(0, 3);
      if (lot == 0 && !open.empty()) {
        const Step word = open.back();
        open.pop_back();
        apply(word, with->facts);
        said.push_back(word);
      } else if (lot == 1 && !said.empty()) {
        const auto which = static_cast<std::size_t>(*any_in(0, 1'000)) % said.size();
        Step back = said[which];
        back.withdrawn = true;
        if (*rc::gen::arbitrary<bool>()) {  // the same two, named the other way round
          std::swap(back.left_agency, back.right_agency);
          std::swap(back.left_name, back.right_name);
        }
        apply(back, with->facts);
        said.erase(said.begin() + static_cast<std::ptrdiff_t>(which));
      } else if (lot == 2 && !others.empty()) {
        apply(others.front(), with->facts);
        apply(others.front(), without->facts);
        others.erase(others.begin());
      }
      if (!said.empty() && said.back().same) {
        // While it stands, it holds.
        RC_ASSERT(conclude(*with, std::nullopt, {}).has_value());
        const MentionIndex left = mention_of(*with, said.back().left_agency, said.back().left_name);
        const MentionIndex right = mention_of(*with, said.back().right_agency, said.back().right_name);
        if (left.valid() && right.valid() && with->people.of(left) == with->people.of(right)) ++merged;
      }
    }
    RC_ASSERT(conclude(*with, std::nullopt, {}).has_value());
    RC_ASSERT(conclude(*without, std::nullopt, {}).has_value());
    RC_TAG(merged > 0 ? "merged" : "not merged");
    RC_ASSERT(first_difference(everything_said(*with, true, last_day), everything_said(*without, true, last_day)) == "");
  });
}

// A split may be said too: that two are not one person. It parts them; taken back as well, nothing is left of either.
TEST(ProjectionProperty, ASplitPartsWhatAMergeJoined) {
  holds_in(60, [] {
    const Steps steps = *any_steps({.one_word_in = 0, .one_restricted_in = 0});
    const auto before = project(steps);
    RC_PRE(before->people.all().size() > 1);
    const auto& all = before->people.all();
    const auto lot = [&] { return all[static_cast<std::size_t>(*any_in(0, 100'000)) % all.size()]; };
    const MentionIndex left(lot().value);
    const MentionIndex right(lot().value);
    RC_PRE(left != right);
    Step word = word_on(*before, static_cast<int>(left.value), static_cast<int>(right.value), true, false);
    auto after = project(steps);
    const auto say = [&] {
      apply(word, after->facts);
      RC_ASSERT(conclude(*after, std::nullopt, {}).has_value());
    };
    say();
    RC_ASSERT(after->people.of(left) == after->people.of(right));
    word.same = false;
    say();
    RC_ASSERT(after->people.of(left) != after->people.of(right));
    word.withdrawn = true;
    say();
    RC_ASSERT(first_difference(everything_said(*after, true, last_day), everything_said(*before, true, last_day)) == "");
  });
}

// ---- invariant 8 ----

// What a hub would say that had received nothing after the day.
std::unique_ptr<Projection> received_by(const Steps& steps, int day) {
  Steps until = steps;
  std::erase_if(until, [&](const Step& step) { return step.received > day; });
  return project(until);
}

TEST(ProjectionProperty, ThePastIsWhatWasSaidThen) {
  holds_in(80, [] {
    Steps steps = *any_steps({.one_word_in = 5});
    const int day = *any_in(0, 900);
    // What is withdrawn is not shown again: withdrawals come before the day here, and have a test of their own.
    const auto withdrawals = *any_steps({.most = 6, .one_word_in = 0, .one_withdrawal_in = 2});
    for (const Step& step : withdrawals) {
      if (step.kind == StepKind::record || step.received <= day) steps.push_back(step);
    }
    std::ranges::stable_sort(steps, {}, &Step::received);
    const auto today = project(steps);
    const auto then = as_known_at(*today, step_start + day, {});
    RC_ASSERT(then.has_value());
    const auto wanted = received_by(steps, day);
    RC_TAG(people_said(*wanted) == people_said(*today) ? "nothing new since" : "people have changed since");
    RC_ASSERT(first_difference(everything_said(**then, true, step_start + day), everything_said(*wanted, true, step_start + day)) == "");
    RC_ASSERT((*then)->facts.last_received == wanted->facts.last_received);
    RC_ASSERT((*then)->facts.last_received_from == wanted->facts.last_received_from);
    // Every id of that day names the same person then, and every id of today somebody whose mention or its version was there.
    for (const PersonId person : wanted->people.all()) RC_ASSERT(person_known_at(*today, **then, person) == person);
  });
}

// A record that reached the hub before its agency says it knew it is not known before it was both.
TEST(ProjectionProperty, KnownIsBothKnownAndReceived) {
  holds_in(40, [] {
    Steps steps = *any_steps({.corrections = false, .one_word_in = 0});
    const int day = *any_in(0, 900);
    Steps late = steps;
    for (Step& step : late) step.known_after += *rc::gen::element(0, 0, 200);
    const auto then = as_known_at(*project(late), step_start + day, {});
    RC_ASSERT(then.has_value());
    std::erase_if(late, [&](const Step& step) { return step.received > day || step.day + step.known_after > day; });
    RC_ASSERT(first_difference(everything_said(**then, false, step_start + day), everything_said(*project(late), false, step_start + day)) == "");
  });
}

// ---- invariants 9 and 10 ----

const std::vector<Viewer>& viewers() {
  using access::PurposeKind;
  using access::UserRole;
  static const std::vector<Viewer> all = {
      viewer_of(UserRole::social_worker, Agency::social_care, PurposeKind::child_protection_enquiry),
      viewer_of(UserRole::police_analyst, Agency::police, PurposeKind::crime_investigation),
      viewer_of(UserRole::safeguarding_nurse, Agency::health, PurposeKind::health_safeguarding),
      viewer_of(UserRole::safeguarding_lead, Agency::education, PurposeKind::education_safeguarding),
      viewer_of(UserRole::chair, Agency::partnership, PurposeKind::governance),
  };
  return all;
}

// A record that restricts an earlier one takes it from the others: those have numbers of their own here.
Steps with_restricted_apart(Steps steps) {
  for (Step& step : steps) {
    if (step.kind == StepKind::record && step.originator_only) step.number += 1'000;
  }
  return steps;
}

TEST(ProjectionProperty, ARestrictedRecordChangesNothingThatOthersAreTold) {
  int originator_told_more = 0;
  holds_in(80, [&] {
    const Steps steps = with_restricted_apart(*any_steps({.one_word_in = 0, .one_restricted_in = 3}));
    const auto all = project(steps);
    for (const Viewer& viewer : viewers()) {
      Steps open = steps;
      std::erase_if(open, [&](const Step& step) {
        return step.kind == StepKind::record && step.originator_only && step_agencies[static_cast<std::size_t>(step.agency)] != viewer.agency;
      });
      RC_ASSERT(first_difference(told_to(*all, viewer, last_day), told_to(*project(open), viewer, last_day)) == "");
      Steps bare = open;
      std::erase_if(bare, [](const Step& step) { return step.kind == StepKind::record && step.originator_only; });
      if (bare.size() < open.size() && told_to(*project(bare), viewer, last_day) != told_to(*all, viewer, last_day)) ++originator_told_more;
    }
  });
  EXPECT_GT(originator_told_more, 0);
}

TEST(ProjectionProperty, WhatRestsOnARestrictedRecordIsItsAgencysAlone) {
  int of_findings = 0;
  int of_duties = 0;
  holds_in(80, [&] {
    const auto projection = project(*any_steps({.one_restricted_in = 3}));
    const Holdings& holdings = projection->holdings();
    const auto restricted = [&](RecordIndex record) { return holdings.at(record).handling == Handling::originator_only; };
    const auto its_agencys = [&](RecordIndex record, std::optional<Agency> audience) { return !restricted(record) || audience == holdings.at(record).agency; };
    for (const Finding& finding : projection->findings) {
      of_findings += finding.audience ? 1 : 0;
      for (const RecordIndex record : finding.proof) RC_ASSERT(its_agencys(record, finding.audience));
      for (const RecordIndex record : finding.also) RC_ASSERT(its_agencys(record, finding.audience));
      for (const MentionIndex mention : finding.mentions) RC_ASSERT(its_agencys(holdings.at(mention).record, finding.audience));
      for (const Viewer& viewer : viewers()) {
        const auto told = findings_for(*projection, viewer, {});
        const bool is_told = std::ranges::any_of(told, [&](const FindingWithState& one) { return one.finding == &finding; });
        RC_ASSERT(is_told == (!finding.audience || *finding.audience == viewer.agency));
      }
    }
    for (const auto& duty : practice::duties(holdings, projection->people, clocks_for_test(), end_of(last_day))) {
      of_duties += duty.audience ? 1 : 0;
      RC_ASSERT(its_agencys(duty.record, duty.audience));
    }
    for (const PersonId person : projection->people.all()) {
      for (const Viewer& viewer : viewers()) {
        const auto its = [&](RecordIndex record) { return its_agencys(record, viewer.agency); };
        for (const auto& line : picture::chronology(projection->scene(), person, std::nullopt, viewer.agency)) {
          RC_ASSERT(its(line.record) && std::ranges::all_of(line.also, its));
        }
        for (const auto& tie : picture::network(projection->scene(), person, std::nullopt, viewer.agency).ties) {
          RC_ASSERT(std::ranges::all_of(tie.records, its));
        }
      }
    }
  });
  EXPECT_GT(of_findings, 0);
  EXPECT_GT(of_duties, 0);
}

TEST(PastFacts, WhatIsWithdrawnIsNotShownAgainByAskingForThePast) {
  Step told;
  told.people = {{0, 0}};
  Step withdrawal;
  withdrawal.kind = StepKind::withdrawal;
  withdrawal.left_agency = step_agencies[0];
  withdrawal.left_name = "missing-0";
  withdrawal.received = 100;
  const auto today = project({told, withdrawal});
  const auto then = as_known_at(*today, step_start + 50, {});
  ASSERT_TRUE(then.has_value());
  EXPECT_TRUE((*then)->people.all().empty());
}

TEST(PastFacts, WhatIsWithdrawnStaysSoWhenItComesAgain) {
  Step told;
  told.people = {{0, 0}};
  Step withdrawal;
  withdrawal.kind = StepKind::withdrawal;
  withdrawal.left_agency = step_agencies[0];
  withdrawal.left_name = "missing-0";
  withdrawal.received = 50;
  Step again = told;
  again.received = 100;
  const auto today = project({told, withdrawal, again});
  for (const auto& [day, people] : {std::pair(20, 0U), std::pair(70, 0U), std::pair(100, 1U)}) {
    const auto then = as_known_at(*today, step_start + day, {});
    ASSERT_TRUE(then.has_value());
    EXPECT_EQ((*then)->people.all().size(), people) << day;
  }
}

TEST(PastFacts, AnIdOfTodayNamesThenWhoItsRecordNamed) {
  Step told;
  told.people = {{0, 0}};
  Step corrected = told;
  corrected.people = {{0, 1}};
  corrected.received = 100;
  const auto today = project({told, corrected});
  const auto then = as_known_at(*today, step_start + 50, {});
  ASSERT_TRUE(then.has_value());
  ASSERT_EQ(today->people.all(), std::vector{PersonId(1)});
  EXPECT_EQ(person_known_at(*today, **then, PersonId(1)), PersonId(0));
  EXPECT_EQ(person_known_at(*today, **then, PersonId(7)), PersonId());
  const auto before = as_known_at(*today, step_start + -1, {});
  ASSERT_TRUE(before.has_value());
  EXPECT_EQ(person_known_at(*today, **before, PersonId(1)), PersonId());
}

}  // namespace
}  // namespace wider::hub
