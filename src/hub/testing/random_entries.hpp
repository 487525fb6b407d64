// For tests: random small ledgers. A dozen people, among them brothers and sisters and twins, told of by agencies with
// slips of the pen, as records (some of which correct or restrict earlier ones), people's words on who is who, and
// withdrawals; and everything that a projection of them says, as text. A list of plain steps, so that a failing case is
// shrunk by leaving steps out.
#pragma once

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "hub/projection.hpp"
#include "hub/settling.hpp"
#include "practice/practice.hpp"
#include "records/encoding.hpp"
#include "records/known_at.hpp"

namespace wider::hub::testing {

enum class StepKind : std::uint8_t { record, word, withdrawal };

struct Step {
  StepKind kind = StepKind::record;
  int agency = 0;
  int record_kind = 0;
  int number = 0;  // the record's id: the same number again is a correction
  int day = 0;
  int known_after = 0;
  int received_after = 0;
  int outcome = 0;
  int source = 0;
  bool originator_only = false;
  std::vector<std::pair<int, int>> people;  // who, with which slip
  std::vector<int> things;
  // Of a word: of two mentions, by the number of the record steps before it (from its end), and what is said.
  int left = 0;
  int right = 0;
  bool same = true;
  bool withdrawn = false;
  // Fixed once and for all, so that a part of the steps can be compared with the whole.
  int received = 0;
  std::string left_name, right_name;
  Agency left_agency = Agency::social_care, right_agency = Agency::social_care;
};
using Steps = std::vector<Step>;

inline constexpr std::array step_agencies{Agency::social_care, Agency::police, Agency::health, Agency::education};
inline constexpr std::array step_kinds{RecordKind::missing, RecordKind::referral, RecordKind::contact,
                                       RecordKind::stop,    RecordKind::crime,    RecordKind::person};
inline constexpr std::array step_outcomes{Outcome::none, Outcome::no_further_action, Outcome::assessment};
inline constexpr std::array step_sources{"", "police", "education", "health"};

struct Being {
  const char *forename, *surname, *born, *address, *postcode, *nhs_number;
};
inline constexpr std::array beings{
    Being{"Annabel", "Marshwood", "1995-03-04", "7 Hill Road", "WB1 1AA", "9449305552"},
    Being{"Benedict", "Marshwood", "1995-03-04", "7 Hill Road", "WB1 1AA", ""},
    Being{"Catherine", "Marshwood", "1997-08-21", "7 Hill Road", "WB1 1AA", ""},
    Being{"Danuta", "Kowalczyk", "1994-11-30", "9 Mill Lane", "WB2 3CD", "4010232137"},
    Being{"Dorota", "Kowalczyk", "1996-01-17", "9 Mill Lane", "WB2 3CD", ""},
    Being{"Faisal", "Qureshi", "1995-05-12", "21 Station Road", "WB3 4EF", ""},
    Being{"Gwendolyn", "Pritchard", "1993-12-02", "3 Vale Road", "WB4 5GH", ""},
    Being{"Harold", "Pritchard", "1968-02-14", "3 Vale Road", "WB4 5GH", ""},
    Being{"Imelda", "Vandersteen", "1971-07-07", "40 Cross Street", "WB5 6JK", ""},
};
inline const std::array step_things{ThingMention{ThingKind::vehicle, ThingRole::used, "", "W123 ABC", "", "silver Vauxhall Vectra"},
                                    ThingMention{ThingKind::place, ThingRole::found_at, "4 Bridge Street", "", "WB6 7LM", "takeaway"},
                                    ThingMention{ThingKind::phone, ThingRole::used, "", "01632 960100", "", ""}};
inline const Date step_start{13'879};  // 1 January 2008

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  const auto at = [](const auto& list, int index) { return list[static_cast<std::size_t>(index)]; };
  out << fmt::format("\n  day {} received {}: ", step.day, step.received);
  switch (step.kind) {
    case StepKind::record:
      out << fmt::format("{}/{}-{}{} outcome {} source '{}'", name_of(at(step_agencies, step.agency)), name_of(at(step_kinds, step.record_kind)),
                         step.number, step.originator_only ? " originator only" : "", name_of(at(step_outcomes, step.outcome)), at(step_sources, step.source));
      for (const auto& [who, slip] : step.people) out << fmt::format(" {}:{}", at(beings, who).forename, slip);
      for (const int thing : step.things) out << fmt::format(" thing {}", thing);
      return out;
    case StepKind::word:
      return out << fmt::format("{}/{} and {}/{} are {}one person{}", name_of(step.left_agency), step.left_name, name_of(step.right_agency),
                                step.right_name, step.same ? "" : "not ", step.withdrawn ? ", withdrawn" : "");
    case StepKind::withdrawal:
      return out << fmt::format("withdraw {}/{}", name_of(step.left_agency), step.left_name);
  }
  return out;
}

inline Record record_of(const Step& step) {
  Record record;
  record.agency = step_agencies[static_cast<std::size_t>(step.agency)];
  record.kind = step_kinds[static_cast<std::size_t>(step.record_kind)];
  record.id = std::to_string(step.number);
  const Date day = step_start + step.day;
  record.happened = {day, day, Precision::day, -1};
  record.known = day + step.known_after;
  record.handling = step.originator_only ? Handling::originator_only : Handling::shared;
  if (record.kind == RecordKind::referral) {
    record.outcome = step_outcomes[static_cast<std::size_t>(step.outcome)];
    if (record.outcome != Outcome::none) record.outcome_date = day + step.known_after / 2;
    record.source_agency = step_sources[static_cast<std::size_t>(step.source)];
  }
  record.text = fmt::format("Told on day {}.", step.received);
  for (const auto& [who, slip] : step.people) {
    const Being& being = beings[static_cast<std::size_t>(who)];
    PersonMention mention;
    mention.role = who < 7 ? Role::subject : Role::associate;
    mention.forename = being.forename;
    mention.surname = being.surname;
    mention.birth_date = *parse_iso_partial(being.born);
    mention.address = being.address;
    mention.postcode = being.postcode;
    if (slip == 1) std::swap(mention.surname[2], mention.surname[3]);
    if (slip == 2) mention.birth_date = {};
    if (slip == 3) mention.address = mention.postcode = "";
    if (slip == 4) mention.forename.resize(4);
    if (slip == 5) mention.nhs_number = being.nhs_number;
    // By the number of the agency's own index alone: what else is known of them stands in its other records.
    if (slip >= 6) mention.local_id = fmt::format("N{}", who);
    if (slip == 7) mention.forename = mention.surname = mention.address = mention.postcode = "";
    if (slip == 8) {  // what the index says of them has changed: a married name, a new address
      mention.surname = step.day % 2 == 0 ? "Sutherland" : "Fitzwilliam";
      mention.address = fmt::format("{} Other Road", step.day % 5);
      mention.postcode = "WB9 9ZZ";
    }
    record.people.push_back(std::move(mention));
  }
  for (const int thing : step.things) record.things.push_back(step_things[static_cast<std::size_t>(thing)]);
  return record;
}

struct Shape {
  int most = 60;
  bool corrections = true;
  int one_word_in = 6;        // of the steps; 0: none
  int one_withdrawal_in = 0;  // as above
  int one_restricted_in = 8;  // of the records; 0: none
};

inline rc::Gen<int> any_in(int low, int end) {
  return rc::gen::resize(rc::kNominalSize, rc::gen::inRange(low, end));
}

inline rc::Gen<Step> any_step(const Shape& shape) {
  using rc::gen::set;
  const auto below = [](std::size_t end) { return any_in(0, static_cast<int>(end)); };
  const auto one_in = [](int many) { return many > 0 ? rc::gen::map(any_in(0, many), [](int lot) { return lot == 1; }) : rc::gen::just(false); };
  const auto kind = rc::gen::apply(
      [](bool word, bool withdrawal) { return word ? StepKind::word : withdrawal ? StepKind::withdrawal : StepKind::record; },
      one_in(shape.one_word_in), one_in(shape.one_withdrawal_in));
  const auto slip = rc::gen::weightedOneOf<int>({{2, rc::gen::just(0)}, {2, any_in(0, 9)}, {1, any_in(6, 9)}});
  const auto people = rc::gen::resize(3, rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(below(beings.size()), slip)));
  const auto things = rc::gen::resize(2, rc::gen::unique<std::vector<int>>(below(step_things.size())));
  return rc::gen::build<Step>(set(&Step::kind, kind), set(&Step::agency, below(step_agencies.size())),
                              set(&Step::record_kind, below(step_kinds.size())), set(&Step::number, any_in(0, 12)),
                              set(&Step::day, any_in(0, 900)), set(&Step::known_after, any_in(0, 20)), set(&Step::received_after, any_in(0, 60)),
                              set(&Step::outcome, below(step_outcomes.size())), set(&Step::source, below(step_sources.size())),
                              set(&Step::originator_only, one_in(shape.one_restricted_in)), set(&Step::people, people), set(&Step::things, things),
                              set(&Step::left, any_in(0, 20)), set(&Step::right, any_in(0, 20)), set(&Step::same), set(&Step::withdrawn, one_in(3)));
}

// In order of receipt, each after it was known; words name mentions of records that came before them.
inline Steps settled_steps(Steps steps, bool corrections) {
  for (Step& step : steps) step.received = step.day + step.known_after + step.received_after;
  std::ranges::stable_sort(steps, {}, &Step::received);
  for (int i = 0; !corrections && i < std::ssize(steps); ++i) steps[static_cast<std::size_t>(i)].number = i;
  std::vector<std::pair<Agency, std::string>> mentions;
  std::vector<std::pair<Agency, std::string>> records;
  for (Step& step : steps) {
    if (step.kind == StepKind::record) {
      const Record record = record_of(step);
      records.emplace_back(record.agency, record_name(record));
      for (std::size_t i = 0; i < record.people.size(); ++i) mentions.emplace_back(record.agency, mention_name(record, i));
      continue;
    }
    const auto& named = step.kind == StepKind::word ? mentions : records;
    if (named.empty()) continue;
    std::tie(step.left_agency, step.left_name) = named[named.size() - 1 - static_cast<std::size_t>(step.left) % named.size()];
    std::tie(step.right_agency, step.right_name) = named[named.size() - 1 - static_cast<std::size_t>(step.right) % named.size()];
  }
  std::erase_if(steps, [](const Step& step) {
    const bool one = step.left_name == step.right_name && step.left_agency == step.right_agency;
    return (step.kind == StepKind::word && one) || (step.kind != StepKind::record && step.left_name.empty());
  });
  return steps;
}
inline rc::Gen<Steps> any_steps(const Shape& shape = {}) {
  return rc::gen::map(rc::gen::resize(shape.most, rc::gen::container<Steps>(any_step(shape))),
                      [corrections = shape.corrections](Steps steps) { return settled_steps(std::move(steps), corrections); });
}

// The entry's kind and body, as the hub writes them.
inline ledger::NewEntry new_entry_of(const Step& step) {
  ledger::NewEntry entry;
  entry.received = start_of(step_start + step.received);
  switch (step.kind) {
    case StepKind::record:
      entry.kind = ledger::EntryKind::record;
      entry.controller = step_agencies[static_cast<std::size_t>(step.agency)];
      entry.body = encode(record_of(step));
      break;
    case StepKind::word: {
      entry.kind = ledger::EntryKind::link_decision;
      LinkDecision word;
      word.left_agency = step.left_agency;
      word.left = step.left_name;
      word.right_agency = step.right_agency;
      word.right = step.right_name;
      word.same = step.same;
      word.withdrawn = step.withdrawn;
      entry.body = encode_decision(word);
      break;
    }
    case StepKind::withdrawal:
      entry.kind = ledger::EntryKind::withdrawal;
      entry.body = encode_withdrawal(step.left_agency, step.left_name);
      break;
  }
  return entry;
}

inline void apply(const Step& step, Facts& facts) {
  ledger::NewEntry told = new_entry_of(step);
  ledger::Entry entry;
  entry.header.sequence = facts.through + 1;
  entry.header.received = told.received;
  entry.header.kind = told.kind;
  entry.body = std::move(told.body);
  CHECK(facts.apply(entry).has_value());
}

const practice::Clocks& clocks_for_test();
// A linkage model for these people.
const std::string& model_for_test();

inline std::unique_ptr<Projection> project(const Steps& steps, unsigned threads = 1) {
  auto projection = std::make_unique<Projection>();
  projection->facts.model = model_for_test();
  for (const Step& step : steps) apply(step, projection->facts);
  SettleOptions options;
  options.threads = threads;
  CHECK(conclude(*projection, std::nullopt, options).has_value());
  return projection;
}

// Every person and finding, every chronology and network, every open duty. numbers: with the numbers of rows.
std::string everything_said(const Projection& projection, bool numbers, Date today);
// The same as one viewer is told it, without the numbers of rows: findings, duties, the people of whom anything may be
// known with their profiles, chronologies and ties, what a search finds, and how old the data is.
std::string told_to(const Projection& projection, const Viewer& viewer, Date today);
// The partition alone, by names.
std::string people_said(const Projection& projection);

}  // namespace wider::hub::testing
