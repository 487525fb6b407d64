// The combined chronology of one person: one line for each recorded event, in plain sentences, with what other agencies
// recorded of the same event folded into it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "picture/facts.hpp"
#include "picture/words.hpp"

namespace wider::picture {

namespace {

std::string spaced(std::string_view text) {
  std::string words(text);
  std::replace(words.begin(), words.end(), '-', ' ');
  return words;
}

class LineWriter {
 public:
  LineWriter(const Scene& scene, RecordIndex index, MentionIndex mention, std::optional<Date> as_known_at)
      : as_known_at_(as_known_at),
        holdings_(scene.holdings),
        record_(scene.holdings.at(index)),
        mention_(scene.holdings.at(mention)) {}

  [[nodiscard]] std::string write() const { return as_sentence(opening() + company() + ending()) + "."; }

 private:
  // What happened, from the side of this person.
  [[nodiscard]] std::string opening() const {
    const std::string code =
        record_.code == 0 ? "" : fmt::format(" ({})", coded(record_.kind, holdings_.text(record_.code)));
    const std::string in_role = mention_.role == Role::subject ? "" : fmt::format(", named as {}", role_words());
    switch (record_.kind) {
      case RecordKind::person:
        return fmt::format("entered in the index of {}", spoken(record_.agency));
      case RecordKind::address:
        return fmt::format("address recorded by {}", spoken(record_.agency)) + address();
      case RecordKind::identifier:
        return fmt::format("identifier recorded by {}", spoken(record_.agency));
      case RecordKind::contact:
        // A contact's code says again from whom it came.
        return "contact" + from_whom() + (record_.source_agency == 255 ? code : "") + in_role;
      case RecordKind::referral:
        return "referral" + from_whom() + code + in_role;
      case RecordKind::assessment:
        return "assessment" + code + in_role;
      case RecordKind::plan:
        return "child in need plan" + in_role;
      case RecordKind::protection_plan:
        return "child protection plan" + code + in_role;
      case RecordKind::missing:
        return (mention_.role == Role::subject ? "missing episode"
                                               : fmt::format("named as {} in a missing episode", role_words())) +
               place(ThingRole::found_at, ", found at ") + place(ThingRole::used, ", in ");
      case RecordKind::census:
        return "counted in the Children in Need census" + code;
      case RecordKind::crime:
        return "crime recorded" + code + in_role + place(ThingRole::at, ", at ") + place(ThingRole::used, ", in ");
      case RecordKind::intelligence:
        return "intelligence report" + in_role + place(ThingRole::at, ", at ") + place(ThingRole::used, ", in ");
      case RecordKind::stop:
        return "stopped by police" + place(ThingRole::at, " at ") + place(ThingRole::used, " in ");
      case RecordKind::vehicle:
        return "recorded as keeper" + place(ThingRole::used, " of ");
      case RecordKind::phone:
        return "recorded as user of a phone";
      case RecordKind::attendance:
        return "attended the emergency department" + code + in_role;
      case RecordKind::sexual_health:
        return "contact with a health service";
      case RecordKind::school_nurse:
        return "seen by the school nurse" + code;
      case RecordKind::absence:
        return "absence from school" + code;
      case RecordKind::concern:
        return "safeguarding concern" + from_whom() + code + in_role;
      case RecordKind::driver:
        return "licensed driver" + place(ThingRole::licensed, " of ") + place(ThingRole::used, " of ");
      case RecordKind::premises:
        return "named on a premises licence" + place(ThingRole::licensed, ", ") + place(ThingRole::at, ", ");
      case RecordKind::charging_decision:
        return "charging decision" + in_role;
    }
    return "recorded";
  }

  [[nodiscard]] std::string role_words() const {
    std::string title(title_of(mention_.role));
    if (!title.empty() && title[0] >= 'A' && title[0] <= 'Z') title[0] = static_cast<char>(title[0] - 'A' + 'a');
    return title;
  }

  [[nodiscard]] std::string from_whom() const {
    if (record_.source_agency == 255) return "";
    return fmt::format(" from {}", spoken(static_cast<Agency>(record_.source_agency)));
  }

  [[nodiscard]] std::string address() const {
    return mention_.address == 0 ? "" : fmt::format(": {}", holdings_.text(mention_.address));
  }

  // The first thing named in that role, in words; "" when none.
  [[nodiscard]] std::string place(ThingRole role, std::string_view before) const {
    for (std::uint32_t t = record_.first_thing; t < record_.first_thing + record_.thing_count; ++t) {
      const ThingRow& thing = holdings_.things()[t];
      if (thing.role != role) continue;
      if (thing.kind == ThingKind::phone) return "";
      if (thing.kind == ThingKind::vehicle) {
        const std::string_view category = holdings_.text(thing.category);
        const std::string_view plate = holdings_.text(thing.id != 0 ? thing.id : thing.text);
        if (category.empty()) return fmt::format("{}a vehicle, {}", before, plate);
        return fmt::format("{}{}{}{}", before, with_article(category), plate.empty() ? "" : ", ", plate);
      }
      const std::string text = thing.text != 0 ? std::string(holdings_.text(thing.text))
                                               : with_article(spaced(holdings_.text(thing.category)));
      return fmt::format("{}{}", before, text);
    }
    return "";
  }

  // Who else the record names, but for those named in the course of a duty.
  [[nodiscard]] std::string company() const {
    std::size_t others = 0;
    for (std::uint32_t m = record_.first_mention; m < record_.first_mention + record_.mention_count; ++m) {
      const MentionRow& other = holdings_.mentions()[m];
      if (&other != &mention_ && other.role != Role::professional && other.role != Role::reporter &&
          other.role != Role::parent)
        ++others;
    }
    if (others == 0) return "";
    return fmt::format(", with {}", counted(others, "other person named", "other people named"));
  }

  [[nodiscard]] std::string ending() const {
    // How it was to end was not known yet.
    if (as_known_at_ && record_.outcome_date.valid() && record_.outcome_date > *as_known_at_) return "";
    std::string words;
    switch (record_.outcome) {
      case Outcome::none:
        return "";
      case Outcome::open:
        return ", open";
      case Outcome::no_further_action:
        words = "closed with no further action";
        break;
      case Outcome::no_charge:
        words = "no charge";
        break;
      case Outcome::charged:
        words = "charged";
        break;
      case Outcome::convicted:
        words = "convicted";
        break;
      case Outcome::assessment:
        words = "led to an assessment";
        break;
      case Outcome::plan:
        words = "led to a plan";
        break;
      case Outcome::advice:
        words = "information and advice given";
        break;
      case Outcome::returned:
        words = "returned";
        break;
      case Outcome::other:
        words = "ended otherwise";
        break;
    }
    const std::string day = record_.outcome_date.valid() ? " on " + to_words(record_.outcome_date) : "";
    return fmt::format(", {}{}", words, day);
  }

  std::optional<Date> as_known_at_;
  const Holdings& holdings_;
  const RecordRow& record_;
  const MentionRow& mention_;
};

// Kinds that different agencies, or different returns of one, record of one event.
int event_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::missing:
      return 1;
    case RecordKind::contact:
    case RecordKind::referral:
    case RecordKind::concern:
      return 2;
    default:
      return 0;
  }
}

// Missing: two agencies, three days apart at most, each naming the episode. Referrals: the census or contact beside it
// on its day, or the concern of the agency it came from up to three days before.
bool same_event(const RecordRow& a, const RecordRow& b) {
  const int event = event_of(a.kind);
  if (event == 0 || event != event_of(b.kind) || !a.day().valid() || !b.day().valid()) return false;
  const std::int32_t apart = std::abs(a.day() - b.day());
  if (event == 1) return a.agency != b.agency && apart <= 3;
  if (a.agency == b.agency)
    return apart == 0 && (a.source_agency == b.source_agency || a.source_agency == 255 || b.source_agency == 255);
  const auto came_from = [](const RecordRow& to, const RecordRow& from) {
    return to.source_agency == static_cast<std::uint8_t>(from.agency);
  };
  return apart <= 3 && (came_from(a, b) || came_from(b, a));
}

}  // namespace

std::vector<ChronologyLine> chronology(const Scene& scene, PersonId person, std::optional<Date> as_known_at,
                                       std::optional<Agency> viewer, const KeepRecord& keep) {
  const View view{as_known_at, std::nullopt, viewer};
  std::vector<ChronologyLine> lines;
  for (const MentionIndex mention : scene.people.mentions_of(person)) {
    const RecordIndex index = scene.holdings.at(mention).record;
    const RecordRow& record = scene.holdings.at(index);
    if (!view.admits(record)) continue;
    if (keep && !keep(index)) continue;
    if (!lines.empty() && lines.back().record == index) continue;  // named twice in one record
    lines.push_back({index, mention, record.happened, record.known, "", {}});
  }
  // By day; then as it became known; then as it was received.
  std::sort(lines.begin(), lines.end(), [&](const ChronologyLine& a, const ChronologyLine& b) {
    const RecordRow& left = scene.holdings.at(a.record);
    const RecordRow& right = scene.holdings.at(b.record);
    return std::tuple(left.day(), left.happened.minute, left.known, a.record) <
           std::tuple(right.day(), right.happened.minute, right.known, b.record);
  });
  std::vector<ChronologyLine> folded;
  for (ChronologyLine& line : lines) {
    bool repeat = false;
    for (std::size_t back = folded.size(); back-- > 0 && !repeat;) {
      const RecordRow& earlier = scene.holdings.at(folded[back].record);
      const RecordRow& record = scene.holdings.at(line.record);
      if (earlier.day().valid() && record.day().valid() && record.day() - earlier.day() > 3) break;
      if (!same_event(earlier, record)) continue;
      folded[back].also.push_back(line.record);
      repeat = true;
    }
    if (repeat) continue;
    line.says = LineWriter(scene, line.record, line.mention, as_known_at).write();
    folded.push_back(std::move(line));
  }
  return folded;
}

std::string also_says(const Scene& scene, const ChronologyLine& line) {
  std::string text;
  const Date first = line.known.valid() ? line.known : line.happened.first;
  for (const RecordIndex index : line.also) {
    const RecordRow& record = scene.holdings.at(index);
    const Date known = record.known.valid() ? record.known : record.day();
    std::string when;
    if (first.valid() && known.valid()) {
      const std::int32_t days = known - first;
      when = days == 0 ? ", the same day"
                       : fmt::format(", {} {}", counted(static_cast<std::size_t>(std::abs(days)), "day", "days"),
                                     days > 0 ? "later" : "earlier");
    }
    if (!text.empty()) text += ' ';
    text += fmt::format("Also recorded by {}{}.", spoken(record.agency), when);
  }
  return text;
}

}  // namespace wider::picture
