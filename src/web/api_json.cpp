#include "web/api_json.hpp"

#include <nlohmann/json.hpp>

namespace wider::web {
namespace {

using nlohmann::json;

template <typename Rows, typename Each>
json array_of(const Rows& rows, const Each& each) {
  json array = json::array();
  for (const auto& row : rows) array.push_back(each(row));
  return array;
}

std::string_view stage_name(hub::FindingStage stage) {
  constexpr std::string_view names[] = {"open", "taken", "put-off", "second-look", "dismissed"};
  return names[static_cast<std::size_t>(stage)];
}

// "P12|Name" → {"person": "P12", "name": "Name"}; without the bar, a name alone.
json named(std::string_view id_and_name) {
  const std::size_t bar = id_and_name.find('|');
  const bool known = bar != std::string_view::npos;
  return {{"person", known ? id_and_name.substr(0, bar) : ""},
          {"name", known ? id_and_name.substr(bar + 1) : id_and_name}};
}

json duty(const hub::DutyLine& line) {
  return {{"what", line.what},   {"child", line.child}, {"person", line.person},
          {"owner", line.owner}, {"due", line.due},     {"overdue", line.overdue}};
}

json finding_line(const hub::FindingLine& line) {
  return {{"id", line.id},
          {"says", line.says},
          {"about", line.about},
          {"last_fact", line.met_on},
          {"agencies", line.agencies},
          {"children", line.children},
          {"state", line.state},
          {"stage", stage_name(line.stage)},
          {"yours", line.yours}};
}

json proof_row(const hub::ProofRow& row) {
  return {
      {"agency", row.agency},     {"record", row.record},
      {"happened", row.happened}, {"known", row.known},
      {"received", row.received}, {"grade", row.grade},
      {"says", row.says},         {"you_may_see", row.you_may_see},
      {"things", row.things},     {"people", array_of(row.people, [](const std::string& one) { return named(one); })}};
}

json review_line(const hub::ReviewLine& line) {
  return {{"left", line.left},
          {"right", line.right},
          {"left_words", line.left_words},
          {"right_words", line.right_words},
          {"left_name", line.left_name},
          {"right_name", line.right_name},
          {"standing", line.standing},
          {"harm", line.harm},
          {"probability", line.probability},
          {"state", line.state},
          {"child", line.child},
          {"yours", line.yours}};
}

}  // namespace

json to_json(const hub::ReviewView& review) {
  return {{"links", array_of(review.lines, review_line)},
          {"page", review.page},
          {"pages", review.pages},
          {"in_all", review.in_all[static_cast<std::size_t>(review.part)]}};
}

json to_json(const hub::HomeView& home) {
  return {{"clocks",
           {{"overdue", array_of(home.overdue, duty)},
            {"overdue_in_all", home.overdue_in_all},
            {"today", array_of(home.today, duty)},
            {"today_in_all", home.today_in_all},
            {"this_week", array_of(home.this_week, duty)},
            {"this_week_in_all", home.this_week_in_all},
            {"long_over", home.long_over}}},
          {"findings", array_of(home.findings, finding_line)},
          {"findings_in_all", home.findings_in_all},
          {"findings_yours", home.findings_yours},
          {"new_facts",
           array_of(home.new_facts,
                    [](const hub::HomeView::NewFact& fact) {
                      return json{
                          {"person", fact.person}, {"name", fact.name}, {"says", fact.says}, {"when", fact.when}};
                    })},
          {"new_facts_in_all", home.new_facts_in_all},
          {"second_looks", array_of(home.second_looks, finding_line)},
          {"second_looks_in_all", home.second_looks_in_all},
          {"second_words", array_of(home.second_words, review_line)},
          {"second_words_in_all", home.second_words_in_all},
          {"reviews_waiting", home.reviews_waiting},
          {"held_back_rows", home.held_back_rows},
          {"partners", array_of(home.partners,
                                [](const hub::HomeView::Timeliness& partner) {
                                  return json{{"agency", partner.agency},
                                              {"in_time", partner.in_time},
                                              {"late", partner.late},
                                              {"open_over", partner.open_over}};
                                })},
          {"last_checked", home.last_checked}};
}

json to_json(const hub::SearchView& search) {
  return {{"hits", array_of(search.hits,
                            [](const hub::SearchHit& hit) {
                              return json{
                                  {"person", hit.person}, {"name", hit.name}, {"also_known_as", hit.also_known_as},
                                  {"born", hit.born},     {"area", hit.area}, {"known_to", hit.known_to},
                                  {"why", hit.why},       {"fit", hit.fit}};
                            })},
          {"more", search.more},
          {"only_part", search.only_part}};
}

json to_json(const hub::PersonView& person) {
  const auto record = [](const hub::IdentityRecord& one) {
    return json{{"mention", one.mention},         {"name", one.name},     {"born", one.born}, {"address", one.address},
                {"identifiers", one.identifiers}, {"agency", one.agency}, {"role", one.role}};
  };
  const auto known = [](const hub::KnownTo& one) {
    return json{{"agency", one.agency},
                {"since", one.since},
                {"last_contact", one.last_contact},
                {"records", one.records},
                {"you_may_see", one.you_may_see},
                {"why", one.why},
                {"ring", one.ring}};
  };
  const auto worker = [](const hub::PersonView::Worker& one) {
    return json{{"person", one.person}, {"name", one.name}, {"agency", one.agency}, {"last_named", one.when}};
  };
  return {{"id", person.id},
          {"name", person.name},
          {"other_names", person.other_names},
          {"born", person.born},
          {"age", person.age},
          {"child", person.child},
          {"identifiers", person.identifiers},
          {"lives", person.lives},
          {"how_sure", person.how_sure},
          {"weakest_tie", json::array({person.weakest_left, person.weakest_right})},
          {"records", array_of(person.records, record)},
          {"records_in_all", person.records_in_all},
          {"known_to", array_of(person.known_to, known)},
          {"duties", array_of(person.duties, duty)},
          {"findings", array_of(person.findings, finding_line)},
          {"plans", person.plans},
          {"working", array_of(person.working, worker)},
          {"decisions", person.decisions},
          {"something_not_shown", person.something_not_shown}};
}

json chronology_json(const hub::PersonView& person) {
  const auto line = [](const hub::ChronologyRow& row) {
    return json{{"happened", row.when},        {"date", row.iso},          {"says", row.says},
                {"agency", row.agency},        {"record", row.record},     {"grade", row.grade},
                {"known", row.known},          {"received", row.received}, {"also", row.also},
                {"gap_before", row.gap_before}, {"why", row.why}};
  };
  return {{"person", person.id},
          {"as_known_at", person.as_known_at},
          {"newest_first", person.newest_first},
          {"lines", array_of(person.chronology, line)},
          {"in_all", person.chronology_in_all}};
}

json network_json(const hub::PersonView& person) {
  const auto tie = [](const hub::TieRow& row) {
    return json{{"person", row.person}, {"name", row.name},   {"child", row.child}, {"through", row.through},
                {"times", row.times},   {"first", row.first}, {"last", row.last},   {"agencies", row.agencies}};
  };
  return {{"person", person.id}, {"sentences", person.network.sentences}, {"ties", array_of(person.network.ties, tie)}};
}

json to_json(const hub::FindingsView& findings) {
  return {{"findings", array_of(findings.lines, finding_line)},
          {"page", findings.page},
          {"pages", findings.pages},
          {"in_all", findings.in_all[static_cast<std::size_t>(findings.part)]}};
}

json to_json(const hub::FindingView& finding) {
  const auto leaning = [](const hub::LeaningRow& row) {
    return json{{"whose", named(row.person)},   {"tie", row.tie},   {"state", row.state},
                {"without_it", row.without_it}, {"left", row.left}, {"right", row.right}};
  };
  return {{"id", finding.id},
          {"pattern", finding.pattern_title},
          {"says", finding.says},
          {"last_fact", finding.met_on},
          {"received", finding.received},
          {"state", finding.state},
          {"stage", stage_name(finding.stage)},
          {"people", array_of(finding.people,
                              [](const hub::FindingView::Named& one) {
                                return json{{"person", one.person}, {"name", one.name}, {"child", one.child}};
                              })},
          {"things", finding.things},
          {"proof", array_of(finding.proof, proof_row)},
          {"also", array_of(finding.also, proof_row)},
          {"holders",
           array_of(finding.holders,
                    [](const hub::HolderRow& row) {
                      return json{{"agency", row.agency}, {"part", row.part}, {"knowable_since", row.knowable_since}};
                    })},
          {"how_sure", finding.how_sure},
          {"rests_on", array_of(finding.leanings, leaning)},
          {"usual", finding.usual},
          {"explanations", array_of(finding.explanations,
                                    [](const hub::ExplanationRow& row) {
                                      return json{{"question", row.question}, {"answer", row.answer}};
                                    })},
          {"similar", finding.similar},
          {"history", array_of(finding.history, [](const hub::FindingView::Event& event) {
             return json{{"when", event.when}, {"who", event.who}, {"what", event.what}, {"reason", event.reason}};
           })}};
}

}  // namespace wider::web
