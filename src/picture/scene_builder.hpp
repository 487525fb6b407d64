// For tests: small scenes told in a few lines. People and things are known by a word; linkage is taken as perfect.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "picture/picture.hpp"

namespace wider::picture {

struct Someone {
  std::string who;  // equal words are one person
  Role role = Role::subject;
};
struct Something {
  ThingKind kind = ThingKind::vehicle;
  std::string id;
  ThingRole role = ThingRole::used;
  std::string category = {};
};

class SceneBuilder {
 public:
  // Born on a day: said by every mention.
  void born(const std::string& who, int year) { births_[who] = {*make_date(year, 6, 1), Precision::day}; }
  void lives(const std::string& who, const std::string& address) { homes_[who] = address; }

  // The record to be added next; change it before add() where a test wants more.
  static Record make(Agency agency, RecordKind kind, Date day) {
    Record record;
    record.agency = agency;
    record.kind = kind;
    record.happened = {day, day, Precision::day, -1};
    record.known = day;
    return record;
  }
  RecordIndex add(Record record, const std::vector<Someone>& people, const std::vector<Something>& things = {}) {
    if (record.id.empty()) record.id = std::to_string(holdings_.records().size() + 1);
    for (const Someone& someone : people) {
      PersonMention mention;
      mention.role = someone.role;
      mention.forename = someone.who;
      if (const auto birth = births_.find(someone.who); birth != births_.end()) mention.birth_date = birth->second;
      if (const auto home = homes_.find(someone.who); home != homes_.end()) {
        mention.address = home->second;
        mention.postcode = "ZZ1 1ZZ";
      }
      record.people.push_back(mention);
      labels_.push_back(people_.try_emplace(someone.who, static_cast<std::uint32_t>(people_.size())).first->second);
      originator_only_.push_back(record.handling == Handling::originator_only ? 1 : 0);
    }
    for (const Something& thing : things) {
      ThingMention mention;
      mention.kind = thing.kind;
      mention.role = thing.role;
      mention.category = thing.category;
      (thing.kind == ThingKind::place ? mention.text : mention.id) = thing.id;
      record.things.push_back(mention);
    }
    const Instant received = start_of(record.known.valid() ? record.known : record.happened.first);
    last_ = std::max(last_, received);
    return holdings_.add(record, holdings_.records().size() + 1, last_);
  }
  RecordIndex add(Agency agency, RecordKind kind, Date day, const std::vector<Someone>& people,
                  const std::vector<Something>& things = {}) {
    return add(make(agency, kind, day), people, things);
  }
  // Records added from now on are received on that day at the earliest.
  void clock(Date day) { last_ = std::max(last_, start_of(day)); }
  void withdraw(RecordIndex record) {
    holdings_.withdraw(record);
    const RecordRow& row = holdings_.at(record);
    for (std::uint32_t m = row.first_mention; m < row.first_mention + row.mention_count; ++m) labels_[m] = UINT32_MAX;
  }

  [[nodiscard]] const Holdings& holdings() const { return holdings_; }
  // Good until the builder changes or goes.
  Scene scene() {
    linked_ = std::make_unique<People>(labels_, originator_only_);
    things_ = std::make_unique<Things>(holdings_);
    return Scene{holdings_, *linked_, *things_};
  }
  // The person known by that word, in the scene last made.
  [[nodiscard]] PersonId person(const std::string& who) const {
    const std::uint32_t label = people_.at(who);
    for (std::uint32_t m = 0; m < labels_.size(); ++m) {
      if (labels_[m] == label) return linked_->of(MentionIndex(m));
    }
    return {};
  }
  // Where nobody is known by that word: none.
  [[nodiscard]] PersonId person_if_any(const std::string& who) const {
    return people_.contains(who) ? person(who) : PersonId();
  }
  [[nodiscard]] std::string who(PersonId person) const {
    return std::string(holdings_.text(holdings_.mentions()[person.value].forename));
  }

 private:
  Holdings holdings_;
  std::vector<std::uint32_t> labels_;
  std::vector<std::uint8_t> originator_only_;  // by mention
  std::map<std::string, std::uint32_t> people_;
  std::map<std::string, PartialDate> births_;
  std::map<std::string, std::string> homes_;
  Instant last_{0};
  std::unique_ptr<People> linked_;
  std::unique_ptr<Things> things_;
};

inline Date on(int year, int month, int day) {
  return *make_date(year, month, day);
}

// A pattern for tests, with base rates so low that the bar is the minimum unless a test says otherwise.
inline PatternPtr pattern_for_test(
    const std::string& rule, const std::string& more = "", const std::string& controls = "",
    const std::string& rates = "person = 0.001\nplace = 0.001\nvehicle = 0.001\nphone = 0.001\n") {
  const std::string text =
      "title = \"t\"\nsentence = \"{children} tied to {anchor}\"\nrule = \"" + rule +
      "\"\nanchors = [\"person\", \"place\", \"vehicle\", \"phone\"]\n"
      "through = [\"person\", \"vehicle\", \"phone\"]\n"
      "records = [\"missing\", \"stop\", \"intelligence\", \"concern\", \"contact\", \"crime\"]\n"
      "links = [\"stop\", \"intelligence\", \"vehicle\", \"phone\", \"crime\"]\nlasting = [\"vehicle\", \"phone\"]\n" +
      (rule == "children-tied-to-one" ? "no_single_agency = true\n" : "") + more +
      "\n[controls]\nduty_roles = [\"professional\", \"reporter\"]\nshared_events = [\"stop\"]\nhub_limit = 1000\n" +
      controls + "\n[chance]\nbar = 0.01\n[chance.per_record]\n" + rates;
  auto pattern = parse_pattern(text, rule);
  CHECK(pattern.has_value());
  return *pattern;
}

}  // namespace wider::picture
