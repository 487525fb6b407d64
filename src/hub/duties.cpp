#include "hub/duties.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "hub/data.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "practice/practice.hpp"

namespace wider::hub {
namespace {

constexpr std::size_t lines_shown = 20;
// A clock that ran out longer ago than this belongs to a review, not to today's list.
constexpr int days_on_home = 28;

const practice::Clocks& shipped_clocks() {
  static const practice::Clocks clocks = [] {
    const std::string* text = shipped_rule("statutory_clocks.toml");
    CHECK(text != nullptr);
    auto parsed = practice::parse_clocks(*text);
    CHECK(parsed.has_value());
    return std::move(*parsed);
  }();
  return clocks;
}

DutyLine duty_line(const Projection& projection, const Viewer& viewer, const practice::Duty& duty) {
  DutyLine line;
  line.what = duty.title;
  line.child = "Name not shown";
  if (duty.person.valid()) {
    const Profile profile = profile_of(projection, viewer, duty.person);
    if (profile.shown) {
      line.child = profile.name;
      line.person = person_text(duty.person);
    }
  }
  line.owner = title_of(duty.owner);
  line.due = duty.days_over > 0 ? std::to_string(duty.days_over) + (duty.days_over == 1 ? " day over" : " days over") : "due " + to_words(duty.due);
  line.overdue = duty.state == practice::DutyState::overdue;
  return line;
}

}  // namespace

std::vector<practice::Duty> open_duties(const Projection& projection, Instant now) {
  std::vector<practice::Duty> open;
  for (practice::Duty& duty : practice::duties(projection.holdings(), projection.people, shipped_clocks(), now)) {
    if (duty.state == practice::DutyState::met || duty.state == practice::DutyState::later || duty.days_over > days_on_home) continue;
    open.push_back(std::move(duty));
  }
  return open;
}

void add_duties(const Projection& projection, const std::vector<practice::Duty>& open, const Viewer& viewer, HomeView& view) {
  for (const practice::Duty& duty : open) {
    if (duty.owner != viewer.agency && viewer.agency != Agency::partnership) continue;
    if (duty.audience && *duty.audience != viewer.agency) continue;
    auto& list = duty.state == practice::DutyState::overdue ? view.overdue : duty.state == practice::DutyState::today ? view.today : view.this_week;
    if (list.size() < lines_shown) list.push_back(duty_line(projection, viewer, duty));
  }
}

void add_duties_of(const Projection& projection, const std::vector<practice::Duty>& open, const Viewer& viewer, PersonId person, PersonView& view) {
  for (const practice::Duty& duty : open) {
    if (duty.person != person || (duty.audience && *duty.audience != viewer.agency)) continue;
    if (decide_for(viewer, projection.holdings().at(duty.record)).depth < access::Depth::outline) continue;
    view.duties.push_back(duty_line(projection, viewer, duty));
  }
}

}  // namespace wider::hub
