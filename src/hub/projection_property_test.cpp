// What holds of everything concluded from entries, tried on random ledgers of a few dozen: the same whatever the batches
// and threads, the same partition whatever the order of arrival (invariant 6); merges that are taken back leave no trace
// (7); the past is what a hub would have said that had received nothing since (8).
#include <gtest/gtest.h>

#include <map>

#include "base/testing/property.hpp"
#include "hub/as_at.hpp"
#include "hub/testing/random_entries.hpp"

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

TEST(ProjectionProperty, AnyOrderOfArrivalGivesTheSamePeople) {
  holds_in(60, [] {
    // A correction is later than what it corrects, and so is the last word on two mentions: those have an order.
    Steps steps = *any_steps({.corrections = false, .one_word_in = 0});
    const std::string wanted = people_said(*project(steps));
    Steps other = *rc::gen::map(rc::gen::just(steps), [](Steps all) { return all; });
    const auto lots = *rc::gen::container<std::vector<int>>(steps.size(), any_in(0, 1'000'000));
    std::vector<std::size_t> order(steps.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return lots[i]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      const int received = steps[i].received;
      other[i] = steps[order[i]];
      other[i].received = received;
    }
    RC_ASSERT(first_difference(people_said(*project(other)), wanted) == "");
  });
}

}  // namespace
}  // namespace wider::hub
