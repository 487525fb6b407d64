// Every call of Pages as every role, without a purpose and as itself: the hub checks each by its own table, whatever
// web did before, and every answer has left its entry first (ARCHITECTURE, invariant 3).
#include <gtest/gtest.h>

#include <functional>

#include "hub/testing/small_town.hpp"

namespace wider::hub {
namespace {

using access::Action;
using testing::shared_hub;

struct Call {
  const char* name;
  Action action;
  std::function<Result<void>(Hub&, const Viewer&)> ask;
};

template <typename Answer>
Result<void> only_whether(const Answer& answer) {
  if (!answer) return std::unexpected(answer.error());
  return {};
}

std::vector<Call> all_calls(Hub& hub) {
  const auto projection = hub.projection();
  const std::string person = person_text(projection->people.all().front());
  const std::string finding = projection->findings.front().id;
  const std::string left =
      mention_text(projection->holdings(), projection->people.mentions_of(projection->people.all().front()).front());
  return {
      {"home", Action::home, [](Hub& h, const Viewer& v) { return only_whether(h.home(v)); }},
      {"search", Action::search, [](Hub& h, const Viewer& v) { return only_whether(h.search(v, "Ann")); }},
      {"person", Action::person, [=](Hub& h, const Viewer& v) { return only_whether(h.person(v, person, {})); }},
      {"findings", Action::findings, [](Hub& h, const Viewer& v) { return only_whether(h.findings(v, {})); }},
      {"finding", Action::finding, [=](Hub& h, const Viewer& v) { return only_whether(h.finding(v, finding)); }},
      {"act", Action::act_on_finding,
       [=](Hub& h, const Viewer& v) { return h.act_on_finding(v, finding, FindingAction::take, "", ""); }},
      {"explain", Action::explain_link,
       [=](Hub& h, const Viewer& v) { return only_whether(h.explain(v, left, left)); }},
      {"decide", Action::decide_link,
       [=](Hub& h, const Viewer& v) { return h.decide_link(v, left, left, LinkWord::same, "x"); }},
      {"review", Action::decide_link, [](Hub& h, const Viewer& v) { return only_whether(h.review(v, {})); }},
      {"held back", Action::held_back, [](Hub& h, const Viewer& v) { return only_whether(h.held_back(v, 1)); }},
      {"held back file", Action::held_back,
       [](Hub& h, const Viewer& v) { return only_whether(h.held_back_file(v, Agency::police)); }},
      {"mend", Action::held_back, [](Hub& h, const Viewer& v) { return h.mend_held_back(v, 1, "x"); }},
      {"concerns", Action::concern, [](Hub& h, const Viewer& v) { return only_whether(h.concerns(v)); }},
      {"concern", Action::concern,
       [](Hub& h, const Viewer& v) { return only_whether(h.raise_concern(v, {"Ann", "", "Seen late.", ""})); }},
      {"governance", Action::governance, [](Hub& h, const Viewer& v) { return only_whether(h.governance(v)); }},
      {"who looked", Action::governance,
       [=](Hub& h, const Viewer& v) { return only_whether(h.who_looked(v, person)); }},
      {"unusual days", Action::governance, [](Hub& h, const Viewer& v) { return only_whether(h.unusual_looks(v)); }},
      {"exceptions", Action::governance, [](Hub& h, const Viewer& v) { return only_whether(h.exceptions(v)); }},
      {"review of an emergency", Action::governance,
       [](Hub& h, const Viewer& v) { return h.review_exception(v, ExceptionKind::emergency, 1, true, "x"); }},
      {"emergency", Action::person, [=](Hub& h, const Viewer& v) { return h.open_in_emergency(v, person, ""); }},
      {"tie", Action::person, [=](Hub& h, const Viewer& v) { return h.declare_tie(v, person, ""); }},
      {"evidence", Action::person, [](Hub& h, const Viewer& v) { return only_whether(h.evidence(v)); }},
      {"one request for evidence", Action::person,
       [](Hub& h, const Viewer& v) { return only_whether(h.evidence_of(v, 1)); }},
      {"decision on evidence", Action::person,
       [](Hub& h, const Viewer& v) { return h.decide_evidence(v, 1, {false, "x", {}, {}}); }},
      {"refusals", Action::governance, [](Hub& h, const Viewer& v) { return only_whether(h.refusals(v)); }},
  };
}

TEST(Door, EveryCallFollowsTheTableOfRolesAndNeedsAPurpose) {
  Hub& hub = shared_hub();
  for (const Call& call : all_calls(hub)) {
    for (std::size_t i = 0; i < access::user_role_count; ++i) {
      const auto role = static_cast<access::UserRole>(i);
      Viewer viewer = testing::viewer_of(role, Agency::social_care, std::nullopt);
      viewer.account = 100 + static_cast<std::uint32_t>(i);
      const std::uint64_t before = hub.ledger().size();
      const auto without = call.ask(hub, viewer);
      ASSERT_FALSE(without.has_value()) << call.name;
      EXPECT_EQ(without.error().code, ErrorCode::denied) << call.name;
      EXPECT_EQ(without.error().message == "purpose", access::may(role, call.action))
          << call.name << " for " << access::name_of(role);
      // To be asked for a purpose is no refusal; a role's is entered before it is told.
      const std::uint64_t asked = hub.ledger().size();
      EXPECT_EQ(asked - before, access::may(role, call.action) ? 0U : 1U) << call.name;
      for (std::size_t kind = 0; kind < access::purpose_kind_count; ++kind) {
        if (access::suits(role, static_cast<access::PurposeKind>(kind)))
          viewer.purpose = static_cast<access::PurposeKind>(kind);
      }
      const auto with = call.ask(hub, viewer);
      const bool denied = !with && with.error().code == ErrorCode::denied;
      EXPECT_EQ(denied, !access::may(role, call.action)) << call.name << " for " << access::name_of(role);
      if (with || denied) {
        EXPECT_EQ(hub.ledger().size(), asked + 1) << call.name;
      }
      if (denied) {
        const auto entry = hub.ledger().read(hub.ledger().size());
        ASSERT_TRUE(entry.has_value());
        EXPECT_EQ(entry->header.kind, ledger::EntryKind::refused) << call.name;
      }
    }
  }
}

}  // namespace
}  // namespace wider::hub
