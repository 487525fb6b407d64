#include "web/present.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "web/http.hpp"

namespace wider::web {
namespace {

const auto present_each = [](const auto& row) { return present(row); };

// "mend the date here" → "Mend the date here."
std::string as_sentence(std::string text) {
  if (text.empty()) return text;
  if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  if (text.back() != '.') text += '.';
  return text;
}

Values present_row(const hub::ChronologyRow& row) {
  Values values;
  values.text("when", row.when).text("iso", row.iso).text("says", row.says).text("agency", row.agency);
  values.text("record", row.record).text("grade", row.grade).text("known", row.known).text("received", row.received);
  return values.text("also", row.also).text("gap_before", row.gap_before).text("why_shown", row.why);
}

Values present_tie(const hub::TieRow& tie) {
  Values values;
  values.text("person", tie.person).text("name", tie.name).flag("child", tie.child).text("through", tie.through);
  values.text("times", tie.times)
      .text("first", tie.first)
      .text("last", tie.last)
      .flag("same_day", tie.first == tie.last);
  return values.text("agencies", tie.agencies).text("says", tie.says);
}

// "Duty sergeant, 01632 960 104" → whom, the number as written, and the number as a telephone dials it.
Values present_ring(Values values, std::string_view ring) {
  const std::size_t comma = ring.rfind(", ");
  const bool split = comma != std::string_view::npos;
  const std::string_view number = split ? ring.substr(comma + 2) : std::string_view();
  std::string dialled;
  std::copy_if(number.begin(), number.end(), std::back_inserter(dialled), [](char c) { return c >= '0' && c <= '9'; });
  values.text("ring_who", split ? ring.substr(0, comma) : ring).text("ring_number", number);
  return values.text("ring_dial", dialled);
}

Values present_known(const hub::KnownTo& known) {
  Values values;
  values.text("agency", known.agency).text("since", known.since).text("last_contact", known.last_contact);
  values.text("records", known.records).text("you_may_see", known.you_may_see);
  values.list("why", present_texts(known.why));
  return present_ring(std::move(values), known.ring);
}

// "police/stop-S12" → "stop-S12": beside the agency's title its name says nothing more.
std::string_view without_agency(std::string_view record) {
  const std::size_t slash = record.find('/');
  return slash == std::string_view::npos ? record : record.substr(slash + 1);
}

Values present_identity(const hub::IdentityRecord& record) {
  Values values;
  values.text("mention", without_agency(record.mention)).text("name", record.name).text("born", record.born);
  values.text("address", record.address).text("identifiers", record.identifiers);
  return values.text("agency", record.agency).text("role", record.role);
}

Values present_proof(const hub::ProofRow& row) {
  Values values;
  values.text("agency", row.agency)
      .text("record", without_agency(row.record))
      .text("happened", row.happened)
      .text("known", row.known);
  values.text("received", row.received).text("grade", row.grade).text("says", row.says);
  values.text("you_may_see", row.you_may_see).text("named_things", row.things);
  return values.list("people", list_of(row.people, [](const std::string& named) { return present_named(named); }));
}

Values present_resting(const hub::RestingLine& line) {
  Values values;
  return values.text("text", line.says).text("finding", line.finding).text("taken_by", line.taken_by);
}

}  // namespace

std::string explain_address(std::string_view left, std::string_view right) {
  return "/explain?left=" + percent_encode(left) + "&right=" + percent_encode(right);
}

Values present_named(std::string_view id_and_name) {
  const std::size_t bar = id_and_name.find('|');
  Values values;
  values.text("person", bar == std::string_view::npos ? std::string_view() : id_and_name.substr(0, bar));
  return values.text("name", bar == std::string_view::npos ? id_and_name : id_and_name.substr(bar + 1));
}

Values::List present_texts(const std::vector<std::string>& texts) {
  return list_of(texts, [](const std::string& text) { return Values().text("text", text); });
}

Values present(const hub::DutyLine& duty) {
  Values values;
  values.text("what", duty.what).text("child", duty.child).text("person", duty.person).text("owner", duty.owner);
  return values.text("due", duty.due).flag("overdue", duty.overdue);
}

Values present(const hub::FindingLine& finding) {
  Values values;
  values.text("id", finding.id).text("says", finding.says).text("met_on", finding.met_on);
  values.text("about", finding.about).text("agencies", finding.agencies);
  return values.text("state", finding.state).flag("is_new", finding.stage == hub::FindingStage::open);
}

Values present(const hub::FindingsView& findings) {
  struct Part {
    std::string_view name, title, none;
  };
  static constexpr std::array<Part, hub::findings_part_count> parts = {{
      {"open", "Waiting", "No finding waits for somebody."},
      {"yours", "Yours", "You have taken no finding."},
      {"taken", "Taken by others", "Nobody else has taken a finding."},
      {"put-off", "Put off", "No finding is put off."},
      {"second-look", "Second look", "No dismissal waits for a second person."},
      {"dismissed", "Dismissed", "No finding is dismissed."},
  }};
  Values values;
  Values::List tabs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Values tab;
    tab.text("part", parts[i].name).text("title", parts[i].title).number("in_all", findings.in_all[i]);
    tabs.push_back(std::move(tab.flag("chosen", static_cast<std::size_t>(findings.part) == i)));
  }
  const Part& chosen = parts[static_cast<std::size_t>(findings.part)];
  values.list("parts", std::move(tabs)).text("part_title", chosen.title).text("none", chosen.none);
  values.list("findings", list_of(findings.lines, present_each)).text("part", chosen.name);
  values.flag("several_pages", findings.pages > 1).number("page", findings.page).number("pages", findings.pages);
  values.number("before", findings.page - 1);
  return values.number("after", findings.page < findings.pages ? findings.page + 1 : 0);
}

Values present(const hub::HomeView& home) {
  Values values;
  values.list("overdue", list_of(home.overdue, present_each)).list("today", list_of(home.today, present_each));
  values.list("this_week", list_of(home.this_week, present_each));
  values.number("overdue_in_all", home.overdue_in_all).number("today_in_all", home.today_in_all);
  values.number("this_week_in_all", home.this_week_in_all).number("long_over", home.long_over);
  values.flag("long_over_one", home.long_over == 1);
  values.flag("duties?", !home.overdue.empty() || !home.today.empty() || !home.this_week.empty());
  values.list("findings", list_of(home.findings, present_each)).number("findings_in_all", home.findings_in_all);
  values.flag("more_findings", home.findings_in_all > home.findings.size());
  values.number("findings_yours", home.findings_yours);
  values.list(
      "new_facts", list_of(home.new_facts, [](const hub::HomeView::NewFact& fact) {
        Values row;
        return row.text("person", fact.person).text("name", fact.name).text("says", fact.says).text("when", fact.when);
      }));
  values.number("new_facts_in_all", home.new_facts_in_all).text("new_facts_since", home.new_facts_since);
  values.list("second_looks", list_of(home.second_looks, present_each));
  values.number("second_looks_in_all", home.second_looks_in_all);
  values.flag("more_second_looks", home.second_looks_in_all > home.second_looks.size());
  values.number("held_back_rows", home.held_back_rows).flag("held_back_one", home.held_back_rows == 1);
  values.list("partners", list_of(home.partners, [](const hub::HomeView::Timeliness& partner) {
                Values row;
                row.text("agency", partner.agency).number("in_time", partner.in_time).number("late", partner.late);
                return row.number("open_over", partner.open_over);
              }));
  values.flag("nothing", home.overdue.empty() && home.today.empty() && home.this_week.empty() &&
                             home.findings.empty() && home.new_facts.empty() && home.second_looks.empty() &&
                             home.held_back_rows == 0 && home.second_words.empty() && home.identity_notices.empty() &&
                             home.reviews_waiting == 0);
  values.list("second_words", list_of(home.second_words, present_each));
  values.number("second_words_in_all", home.second_words_in_all);
  values.flag("more_second_words", home.second_words_in_all > home.second_words.size());
  values.number("waiting_for_second", home.second_words_in_all + home.second_looks_in_all);
  values.number("reviews_waiting", home.reviews_waiting).flag("reviews_waiting_one", home.reviews_waiting == 1);
  values.list("notices", list_of(home.identity_notices, [](const hub::IdentityNotice& notice) {
                Values row;
                row.text("when", notice.when).text("says", notice.says);
                row.text("address", explain_address(notice.left, notice.right));
                return row.list("touches", list_of(notice.touches, present_resting));
              }));
  return values.text("last_checked", home.last_checked);
}

Values present(const hub::SearchView& search) {
  Values values;
  values.text("query", search.query).flag("more", search.more).flag("only_part", search.only_part);
  return values.list("hits", list_of(search.hits, [](const hub::SearchHit& hit) {
                       Values row;
                       row.text("person", hit.person).text("name", hit.name).text("also_known_as", hit.also_known_as);
                       row.text("born", hit.born).text("area", hit.area).text("known_to", hit.known_to);
                       return row.text("why", hit.why).text("fit", hit.fit);
                     }));
}

Values present(const hub::PersonView& person) {
  Values values;
  values.text("id", person.id).text("name", person.name).text("born", person.born).text("age", person.age);
  values.flag("child", person.child).text("lives", person.lives).text("how_sure", person.how_sure);
  std::string also_written;
  for (const std::string& name : person.other_names) also_written += (also_written.empty() ? "" : ", ") + name;
  values.text("other_names", also_written).flag("only_professional", person.only_professional);
  values.list("identifiers", present_texts(person.identifiers));
  const bool tie = !person.weakest_left.empty() && !person.weakest_right.empty();
  values.text("weakest_address", tie ? explain_address(person.weakest_left, person.weakest_right) : "");
  values.list("records", list_of(person.records, present_identity)).number("records_in_all", person.records_in_all);
  values.flag("more_records", person.records_in_all > person.records.size());
  values.list("plans", present_texts(person.plans)).list("decisions", present_texts(person.decisions));
  values.list("working", list_of(person.working, [](const hub::PersonView::Worker& worker) {
                Values row;
                row.text("person", worker.person).text("name", worker.name);
                return row.text("agency", worker.agency).text("when", worker.when);
              }));
  values.number("chronology_in_all", person.chronology_in_all);
  values.flag("more_chronology", person.chronology_in_all > person.chronology.size());
  values.list("known_to", list_of(person.known_to, present_known));
  values.list("duties", list_of(person.duties, present_each)).list("findings", list_of(person.findings, present_each));
  values.list("chronology", list_of(person.chronology, present_row));
  values.flag("newest_first", person.newest_first).text("as_known_at", person.as_known_at);
  values.flag("may_open_in_emergency", person.may_open_in_emergency).text("emergency_until", person.emergency_until);
  values.list("sentences", present_texts(person.network.sentences))
      .list("ties", list_of(person.network.ties, present_tie));
  return values.text("chart_json", person.network.chart_json);
}

Values present(const hub::FindingView& finding) {
  Values values;
  values.text("id", finding.id).text("pattern_title", finding.pattern_title).text("says", finding.says);
  values.text("met_on", finding.met_on).text("received", finding.received).text("how_sure", finding.how_sure);
  values.text("usual", finding.usual).text("similar", finding.similar).text("state", finding.state);
  values.flag("open", finding.stage == hub::FindingStage::open)
      .flag("taken", finding.stage == hub::FindingStage::taken);
  values.flag("may_take", finding.may_take).flag("may_close", finding.may_close);
  values.flag("may_reopen", finding.may_reopen).flag("may_agree", finding.may_agree);
  values.list("leanings", list_of(finding.leanings, [](const hub::LeaningRow& leaning) {
                Values row = present_named(leaning.person);
                row.text("tie", leaning.tie).text("tie_state", leaning.state).text("without_it", leaning.without_it);
                return row.text("address", leaning.left.empty() ? "" : explain_address(leaning.left, leaning.right));
              }));
  values.list("proof", list_of(finding.proof, present_proof)).list("also", list_of(finding.also, present_proof));
  values.list("holders", list_of(finding.holders, [](const hub::HolderRow& holder) {
                Values row;
                row.text("agency", holder.agency).text("part", holder.part);
                return row.text("knowable_since", holder.knowable_since);
              }));
  values.list("explanations", list_of(finding.explanations, [](const hub::ExplanationRow& explanation) {
                return Values().text("question", explanation.question).text("answer", explanation.answer);
              }));
  values.list("named", list_of(finding.people, [](const hub::FindingView::Named& named) {
                return Values().text("person", named.person).text("name", named.name).flag("child", named.child);
              }));
  values.list("things", present_texts(finding.things)).number("acts", finding.history.size());
  return values.list("history", list_of(finding.history, [](const hub::FindingView::Event& event) {
                       Values row;
                       row.text("when", event.when).text("who", event.who);
                       return row.text("what", event.what).text("reason", event.reason);
                     }));
}

Values present(const hub::ExplainView& explain) {
  Values values;
  values.text("left", explain.left).text("right", explain.right).text("verdict", explain.verdict);
  values.text("left_words", explain.left_words).text("right_words", explain.right_words);
  values.text("left_person", explain.left_person).text("right_person", explain.right_person);
  values.flag("same", explain.same).text("decided", explain.decided);
  values.text("probability", explain.probability).text("prior", explain.prior).text("total", explain.total);
  values.list("says", present_texts(explain.says));
  values.text("waits", explain.waits).text("unsure", explain.unsure).text("second_person", explain.second_person);
  values.flag("may_agree", explain.may_agree).flag("may_take_back", explain.may_take_back);
  values.list("rests", list_of(explain.rests, present_resting));
  values.number("timeline_in_all", explain.timeline_in_all);
  values.flag("more_timeline", explain.timeline_in_all > explain.timeline.size());
  values.list("timeline", list_of(explain.timeline, [](const hub::TimelineRow& line) {
                Values row;
                row.text("when", line.when).text("iso", line.iso);
                return row.text("left_says", line.left ? line.says : "").text("right_says", line.left ? "" : line.says);
              }));
  return values.list("rows", list_of(explain.rows, [](const hub::ExplainRow& field) {
                       Values row;
                       row.text("field", field.field).text("left_value", field.left).text("right_value", field.right);
                       row.flag("differs", field.differs);
                       return row.text("level", field.level).text("weight", field.weight).text("rarity", field.rarity);
                     }));
}

Values present(const hub::ReviewLine& line) {
  Values values;
  values.text("left_words", line.left_words).text("right_words", line.right_words);
  values.text("left_name", line.left_name).text("right_name", line.right_name);
  values.flag("same_name", line.left_name == line.right_name);
  values.text("standing", line.standing).text("harm", line.harm).text("probability", line.probability);
  values.text("state", line.state).flag("child", line.child).flag("yours", line.yours);
  return values.text("address", explain_address(line.left, line.right));
}

Values present(const hub::ReviewView& review) {
  struct Part {
    std::string_view name, title, none;
  };
  static constexpr std::array<Part, hub::review_part_count> parts = {{
      {"waiting", "To look at",
       "No link is in doubt. Every tie that holds records together is sure enough, or somebody has confirmed it."},
      {"second", "Second person", "No word waits for a second person."},
      {"unsure", "Cannot tell", "Nobody has set a link aside."},
      {"decided", "Decided", "Nobody has decided about a link yet."},
  }};
  Values values;
  Values::List tabs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Values tab;
    tab.text("part", parts[i].name).text("title", parts[i].title).number("in_all", review.in_all[i]);
    tabs.push_back(std::move(tab.flag("chosen", static_cast<std::size_t>(review.part) == i)));
  }
  const Part& chosen = parts[static_cast<std::size_t>(review.part)];
  values.list("parts", std::move(tabs)).text("part_title", chosen.title).text("none", chosen.none);
  values.text("part", chosen.name).flag("in_order", review.part == hub::ReviewPart::waiting);
  Values::List lines;
  std::uint64_t at = static_cast<std::uint64_t>(review.page - 1) * hub::ReviewView::on_a_page;
  for (const hub::ReviewLine& line : review.lines) {
    Values row = present(line);
    ++at;
    if (review.part == hub::ReviewPart::waiting)
      row.text("address", explain_address(line.left, line.right) + "&at=" + std::to_string(at));
    lines.push_back(std::move(row));
  }
  values.list("lines", std::move(lines));
  values.flag("several_pages", review.pages > 1).number("page", review.page).number("pages", review.pages);
  values.number("before", review.page - 1);
  return values.number("after", review.page < review.pages ? review.page + 1 : 0);
}

Values present(const hub::HeldBackView& held_back) {
  Values values;
  values.number("in_all", held_back.in_all).flag("in_all_one", held_back.in_all == 1);
  values.flag("several_pages", held_back.pages > 1).number("page", held_back.page).number("pages", held_back.pages);
  values.number("before", held_back.page - 1);
  values.number("after", held_back.page < held_back.pages ? held_back.page + 1 : 0);
  std::map<std::string, std::string_view> agencies;
  for (const hub::HeldBackLine& line : held_back.rows) {
    const auto agency = agency_named(line.agency);
    agencies.emplace(line.agency, agency ? title_of(*agency) : std::string_view(line.agency));
  }
  values.list("agencies", list_of(agencies, [](const auto& agency) {
                return Values().text("agency", agency.first).text("agency_title", agency.second);
              }));
  return values.list(
      "rows", list_of(held_back.rows, [](const hub::HeldBackLine& line) {
        Values row;
        row.text("entry", std::to_string(line.entry)).text("file", line.file).text("row", line.row);
        row.list("cells", list_of(line.cells, [](const hub::HeldBackLine::Cell& cell) {
                   Values one;
                   one.text("cell_name", cell.name).text("cell_value", cell.value);
                   return one.flag("meant", cell.meant);
                 }));
        row.text("column", line.column).text("reason", line.reason).text("remedy", as_sentence(line.remedy));
        const auto agency = agency_named(line.agency);
        return row.text("raw", line.raw).text("agency", agency ? title_of(*agency) : line.agency);
      }));
}

Values present_look(const hub::LookLine& look) {
  Values row;
  row.text("when", look.when).text("who", look.who).text("role", look.role);
  return row.text("agency", look.agency).text("what", look.what).text("look_purpose", look.purpose);
}

Values present(const hub::GovernanceView& governance) {
  Values values;
  values.text("head_json", governance.head_json).number("entries", governance.entries).text("asked_person", "");
  return values.list("looks", list_of(governance.looks, present_look));
}

}  // namespace wider::web
