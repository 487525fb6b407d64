#include "hub/duties.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "hub/data.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "practice/practice.hpp"

namespace wider::hub {
namespace {

constexpr std::size_t lines_shown = 10;
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
  line.overdue = duty.state == practice::DutyState::overdue;
  if (line.overdue) {
    line.due = fmt::format("{} {} over", duty.days_over, duty.days_over == 1 ? "day" : "days");
  } else if (duty.state == practice::DutyState::today) {
    line.due = "Due today";
  } else {
    line.due = fmt::format("Due {}", to_words(duty.due));
  }
  return line;
}

bool known_to(const practice::Duty& duty, const Viewer& viewer) {
  return !duty.audience || *duty.audience == viewer.agency;
}

}  // namespace

DutyBook duty_book(const Projection& projection, Instant now) {
  DutyBook book;
  const Date a_year_ago = day_of(now) + -365;
  for (practice::Duty& duty : practice::duties(projection.holdings(), projection.people, shipped_clocks(), now)) {
    DutyBook::Partner& partner = book.partners[static_cast<std::size_t>(duty.owner)];
    const bool met = duty.state == practice::DutyState::met;
    const bool over = duty.state == practice::DutyState::overdue;
    if (!duty.audience && duty.began >= a_year_ago) {
      partner.in_time += met && !duty.met_late ? 1 : 0;
      partner.late += met && duty.met_late ? 1 : 0;
      partner.open_over += over ? 1 : 0;
    }
    if (met || duty.state == practice::DutyState::later) continue;
    if (duty.days_over > days_on_home) {
      partner.long_over += duty.audience ? 0 : 1;
      continue;
    }
    book.open.push_back(std::move(duty));
  }
  return book;
}

void add_duties(const Projection& projection, const DutyBook& book, const Viewer& viewer, HomeView& view) {
  if (viewer.role == access::UserRole::chair) {
    for (std::size_t a = 0; a < agency_count; ++a) {
      const DutyBook::Partner& partner = book.partners[a];
      if (partner.in_time + partner.late + partner.open_over == 0) continue;
      view.partners.push_back(
          {std::string(title_of(static_cast<Agency>(a))), partner.in_time, partner.late, partner.open_over});
    }
  }
  // A clock names a child: it is for those whose work is with children's records.
  if (!may(viewer, access::Action::person)) return;
  for (std::size_t a = 0; a < agency_count; ++a) {
    if (static_cast<Agency>(a) == viewer.agency || viewer.agency == Agency::partnership)
      view.long_over += book.partners[a].long_over;
  }
  for (const practice::Duty& duty : book.open) {
    if (duty.owner != viewer.agency && viewer.agency != Agency::partnership) continue;
    if (!known_to(duty, viewer)) continue;
    if (decide_for(viewer, projection.holdings().at(duty.record)).depth < access::Depth::outline) continue;
    const bool over = duty.state == practice::DutyState::overdue;
    const bool today = duty.state == practice::DutyState::today;
    auto& list = over ? view.overdue : today ? view.today : view.this_week;
    ++(over ? view.overdue_in_all : today ? view.today_in_all : view.this_week_in_all);
    if (list.size() < lines_shown) list.push_back(duty_line(projection, viewer, duty));
  }
}

void add_duties_of(const Projection& projection, const DutyBook& book, const Viewer& viewer, PersonId person,
                   PersonView& view) {
  for (const practice::Duty& duty : book.open) {
    if (duty.person != person || !known_to(duty, viewer)) continue;
    if (decide_for(viewer, projection.holdings().at(duty.record)).depth < access::Depth::outline) continue;
    view.duties.push_back(duty_line(projection, viewer, duty));
  }
}

}  // namespace wider::hub
