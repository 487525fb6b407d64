// What a projection says, as text (testing/random_entries.hpp), for the property tests beside this file.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "hub/data.hpp"
#include "hub/finding_view.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"
#include "hub/testing/random_entries.hpp"
#include "practice/practice.hpp"

namespace wider::hub::testing {

const practice::Clocks& clocks_for_test() {
  static const practice::Clocks clocks = [] {
    auto parsed = practice::parse_clocks(*shipped_rule("statutory_clocks.toml"));
    CHECK(parsed.has_value());
    return std::move(*parsed);
  }();
  return clocks;
}

namespace {

class Sayer {
 public:
  Sayer(const Projection& projection, bool numbers) : projection_(projection), numbers_(numbers) {}

  [[nodiscard]] std::string name(MentionIndex m) const { return mention_text(projection_.holdings(), m); }
  [[nodiscard]] std::string name(RecordIndex r) const {
    const Holdings& holdings = projection_.holdings();
    return fmt::format("{}/{}{}", name_of(holdings.at(r).agency), holdings.name(r), numbers_ ? fmt::format("({})", r.value) : "");
  }
  // By the mention that lends the id.
  [[nodiscard]] std::string name(PersonId person) const {
    if (!person.valid()) return "nobody";
    return name(MentionIndex(person.value)) + (numbers_ ? person_text(person) : "");
  }
  template <typename Index>
  [[nodiscard]] std::string names(const std::vector<Index>& list) const {
    std::string text;
    for (const Index one : list) text += name(one) + " ";
    return text;
  }

  // Of a thing: the record that named it first, of those that everybody may know of.
  [[nodiscard]] std::string first_shared_telling(EntityId thing) const {
    for (const ThingIndex telling : projection_.things->mentions_of(thing)) {
      const RecordIndex record = projection_.holdings().at(telling).record;
      const RecordRow& row = projection_.holdings().at(record);
      if (row.live && row.handling == Handling::shared) return name(record);
    }
    return "-";
  }

  [[nodiscard]] std::string people() const {
    std::string text;
    for (const PersonId person : projection_.people.all()) {
      text += "person " + name(person) + ":";
      for (const MentionIndex m : projection_.people.mentions_of(person)) text += " " + name(m);
      text += "\n";
    }
    return text;
  }
  [[nodiscard]] std::string say(const Finding& finding) const {
    std::string text = fmt::format("finding {} {} {} {} received {} strength {} chance {} agencies {} audience {}\n", finding.id, finding.pattern,
                                   finding.says, to_iso(finding.met_on), to_iso(finding.received), finding.strength, finding.expected_by_chance,
                                   finding.agencies.bits(), finding.audience ? name_of(*finding.audience) : "-");
    text += fmt::format("  people {}\n  children {}\n  proof {}\n  also {}\n  mentions {}\n", names(finding.people), names(finding.children),
                        names(finding.proof), names(finding.also), names(finding.mentions));
    for (const EntityId thing : finding.things) text += fmt::format("  thing {} {}\n", first_shared_telling(thing), numbers_ ? thing.value : 0);
    for (const auto& one : finding.explanations) text += "  " + one.question + " " + one.answer + "\n";
    return text;
  }
  [[nodiscard]] std::string say(PersonId person, std::optional<Agency> viewer = std::nullopt) const {
    std::string text;
    for (const auto& line : picture::chronology(projection_.scene(), person, std::nullopt, viewer)) {
      text += fmt::format("  {} {} {} also {}\n", name(line.record), to_words(line.happened), line.says, names(line.also));
    }
    const auto network = picture::network(projection_.scene(), person, std::nullopt, viewer);
    for (const std::string& sentence : network.sentences) text += "  " + sentence + "\n";
    for (const auto& tie : network.ties) text += fmt::format("  tie {} {} {}\n", name(tie.person), tie.says, names(tie.records));
    return text;
  }
  [[nodiscard]] std::string say(PersonId person, const Profile& profile) const {
    return fmt::format("{} {} {} {} {} {} {} {} {} {}\n", name(person), profile.name, fmt::join(profile.other_names, ", "),
                       to_words(profile.birth_date), fmt::join(profile.nhs_numbers, ", "), fmt::join(profile.upns, ", "),
                       fmt::join(profile.phones, ", "), profile.address, profile.postcode, profile.known_to.bits());
  }
  [[nodiscard]] std::string say(const practice::Duty& duty) const {
    return fmt::format("duty {} {} {} {} {}\n", duty.says, name(duty.person), name(duty.record), name_of(duty.owner), to_iso(duty.due));
  }

 private:
  const Projection& projection_;
  bool numbers_;
};

}  // namespace

// Learnt from 300 made-up families, each person told of two to four times.
const std::string& model_for_test() {
  static const std::string text = [] {
    Facts facts;
    Random random(1);
    const auto syllables = [&](int count) {
      std::string word;
      for (int i = 0; i < count; ++i) word += fmt::format("{}{}", "bcdfghklmnprstv"[random.below(15)], "aeiou"[random.below(5)]);
      word[0] = static_cast<char>(word[0] - 'a' + 'A');
      return word;
    };
    std::uint64_t sequence = 0;
    for (int family = 0; family < 300; ++family) {
      const std::string surname = syllables(3);
      const std::string address = fmt::format("{} {} Road", random.between(1, 90), syllables(2));
      const std::string postcode = fmt::format("WB{} {}AB", random.between(1, 20), random.between(1, 9));
      for (auto members = random.between(1, 4); members > 0; --members) {
        PersonMention one;
        one.forename = syllables(2 + static_cast<int>(random.below(2)));
        one.birth_date = {Date{static_cast<std::int32_t>(random.between(0, 14'000))}, Precision::day};
        for (auto told = random.between(2, 4); told > 0; --told) {
          PersonMention mention = one;
          mention.surname = surname;
          if (random.chance(0.1)) std::swap(mention.surname[2], mention.surname[3]);
          if (random.chance(0.1)) mention.birth_date = {};
          if (random.chance(0.7)) {
            mention.address = address;
            mention.postcode = postcode;
          }
          Record record;
          record.id = std::to_string(++sequence);
          record.agency = step_agencies[random.below(step_agencies.size())];
          record.people.push_back(std::move(mention));
          facts.holdings.add(record, sequence, Instant{1});
        }
      }
    }
    const auto trained = linkage::train(gather(facts.holdings).input, {});
    CHECK(trained.has_value());
    return linkage::to_toml(**trained);
  }();
  return text;
}

std::string people_said(const Projection& projection) {
  std::vector<std::string> people;
  const Sayer sayer(projection, false);
  for (const PersonId person : projection.people.all()) {
    std::vector<std::string> names;
    for (const MentionIndex m : projection.people.mentions_of(person)) names.push_back(sayer.name(m));
    std::ranges::sort(names);
    people.push_back(fmt::format("{}\n", fmt::join(names, " ")));
  }
  std::ranges::sort(people);
  std::string text;
  for (const std::string& person : people) text += person;
  return text;
}

std::string everything_said(const Projection& projection, bool numbers, Date today) {
  const Sayer sayer(projection, numbers);
  std::string text = sayer.people();
  for (const Finding& finding : projection.findings) text += sayer.say(finding);
  for (const PersonId person : projection.people.all()) text += "chronology of " + sayer.name(person) + "\n" + sayer.say(person);
  for (const auto& duty : practice::duties(projection.holdings(), projection.people, clocks_for_test(), end_of(today))) text += sayer.say(duty);
  return text;
}

std::string told_to(const Projection& projection, const Viewer& viewer, Date today) {
  const Sayer sayer(projection, false);
  std::string text = fmt::format("up to {}\n", to_iso(projection.facts.last_received));
  for (const FindingWithState& one : findings_for(projection, viewer, {})) text += sayer.say(*one.finding) + finding_line(projection, viewer, one).says + "\n";
  for (const auto& duty : practice::duties(projection.holdings(), projection.people, clocks_for_test(), end_of(today))) {
    if (!duty.audience || *duty.audience == viewer.agency) text += sayer.say(duty);
  }
  for (const PersonId person : projection.people.all()) {
    const Profile profile = profile_of(projection, viewer, person);
    if (profile.shown) text += "person " + sayer.say(person, profile) + sayer.say(person, viewer.agency);
  }
  const SearchIndex index(projection.holdings(), projection.people);
  for (const Being& being : beings) {
    const Found found = index.search(projection.holdings(), projection.people, fmt::format("{} {}", being.forename, being.surname), viewer, 20);
    text += fmt::format("search {} {}\n", found.more, found.only_part);
    for (const Hit& hit : found.hits) text += fmt::format("  {} {} {}\n", sayer.name(hit.person), hit.why, static_cast<int>(hit.fit));
  }
  return text;
}

}  // namespace wider::hub::testing
