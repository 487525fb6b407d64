#include "hub/review_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/check.hpp"
#include "base/toml.hpp"
#include "hub/data.hpp"
#include "hub/finding_view.hpp"
#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/settling.hpp"

namespace wider::hub {
namespace {

using linkage::DoubtKind;
using MentionPair = std::pair<MentionIndex, MentionIndex>;

constexpr std::size_t timeline_shown = 16;
constexpr std::uint32_t most_findings_counted = 3;

// What may bear on an order that everybody sees.
bool may_order(const RecordRow& record) {
  return record.live && record.handling != Handling::originator_only && record.kind != RecordKind::sexual_health;
}

// A home as it can be compared: the postcode, or else the address, letters and digits alone.
std::string home_of(const Holdings& holdings, const MentionRow& mention) {
  std::string home;
  for (const char c : holdings.text(mention.postcode != 0 ? mention.postcode : mention.address)) {
    if (c >= 'a' && c <= 'z') home += static_cast<char>(c - 32);
    if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) home += c;
  }
  return home;
}

// The mentions that stand for one side of a link: of two people all of that person's; of one person those that the
// record's own agency knows by the same number.
std::vector<MentionIndex> side_of(const Projection& projection, MentionIndex mention, bool one_person) {
  const Holdings& holdings = projection.holdings();
  const auto of = projection.people.mentions_of(projection.people.of(mention));
  if (!one_person) return {of.begin(), of.end()};
  const Code own = holdings.at(mention).local_id;
  const Agency agency = holdings.at(holdings.at(mention).record).agency;
  std::vector<MentionIndex> side;
  for (const MentionIndex m : of) {
    const bool same_number =
        own != 0 && holdings.at(m).local_id == own && holdings.at(holdings.at(m).record).agency == agency;
    if (m == mention || same_number) side.push_back(m);
  }
  return side;
}

struct Side {
  std::set<std::string> homes;
  bool child = false;
};
Side look_at(const Projection& projection, const std::vector<MentionIndex>& mentions, Date today) {
  const Holdings& holdings = projection.holdings();
  Side side;
  for (const MentionIndex m : mentions) {
    const MentionRow& mention = holdings.at(m);
    if (!may_order(holdings.at(mention.record))) continue;
    if (std::string home = home_of(holdings, mention); !home.empty()) side.homes.insert(std::move(home));
    side.child = side.child || (mention.birth_date.known() && age_years(mention.birth_date.last(), today + -365) < 18);
  }
  return side;
}

bool apart(const std::set<std::string>& a, const std::set<std::string>& b) {
  return !a.empty() && !b.empty() &&
         std::none_of(a.begin(), a.end(), [&](const std::string& home) { return b.contains(home); });
}

bool one_person(const Projection& projection, MentionIndex left, MentionIndex right) {
  return projection.people.of(left) == projection.people.of(right);
}

bool in_outline(const Projection& projection, const Viewer& viewer, MentionIndex mention) {
  const Holdings& holdings = projection.holdings();
  return decide_for(viewer, holdings.at(holdings.at(mention).record)).depth >= access::Depth::outline;
}

std::string harm_words(const ReviewItem& item) {
  if (item.doubt.kind == static_cast<std::uint32_t>(DoubtKind::joined)) {
    return item.two_homes ? "If they are two, two families' records are read as one."
                          : "If they are two, two people of one home are read as one.";
  }
  return item.child ? "If they are one, a child's records lie apart."
                    : "If they are one, a person's records lie apart.";
}

std::string_view standing_words(std::uint32_t kind) {
  switch (static_cast<DoubtKind>(kind)) {
    case DoubtKind::joined:
      return "Held for one person, likely but not confirmed";
    case DoubtKind::kept_apart:
      return "Held for two people, though these two records alone would join";
    case DoubtKind::near_miss:
      return "Held for two people; a little is wanting";
  }
  return "";
}

std::string percent(double probability) {
  return fmt::format("{:.0f} %", std::clamp(probability * 100, 1., 99.));
}

std::optional<MentionPair> mentions_of(const Holdings& holdings, const LinkDecision& word) {
  const auto left = holdings.find_mention(word.left_agency, word.left);
  const auto right = holdings.find_mention(word.right_agency, word.right);
  if (!left || !right) return std::nullopt;
  return std::minmax(*left, *right);
}

std::string name_of_mention(const Projection& projection, MentionIndex mention) {
  const std::string name = mention_name(projection.holdings(), projection.holdings().at(mention));
  return name.empty() ? "No name given" : name;
}

ReviewLine line_of(const Projection& projection, MentionIndex left, MentionIndex right) {
  const Holdings& holdings = projection.holdings();
  ReviewLine line;
  line.left = mention_text(holdings, left);
  line.right = mention_text(holdings, right);
  line.left_words = record_in_words(holdings, holdings.at(left).record);
  line.right_words = record_in_words(holdings, holdings.at(right).record);
  line.left_name = name_of_mention(projection, left);
  line.right_name = name_of_mention(projection, right);
  return line;
}

}  // namespace

ReviewLine review_line(const Projection& projection, const ReviewItem& item) {
  ReviewLine line = line_of(projection, item.doubt.left, item.doubt.right);
  line.standing = standing_words(item.doubt.kind);
  line.harm = harm_words(item);
  line.probability = percent(item.doubt.probability);
  line.child = item.child;
  return line;
}

std::vector<const ReviewItem*> open_items(const Projection& projection, const ReviewBook& book,
                                          std::span<const LinkDecision> words, const Viewer& viewer) {
  std::set<MentionPair> said;
  for (const LinkDecision& word : words) {
    if (const auto pair = mentions_of(projection.holdings(), word)) said.insert(*pair);
  }
  std::vector<const ReviewItem*> open;
  for (const ReviewItem& item : book.items) {
    const bool seen =
        in_outline(projection, viewer, item.doubt.left) && in_outline(projection, viewer, item.doubt.right);
    if (seen && !said.contains(std::minmax(item.doubt.left, item.doubt.right))) open.push_back(&item);
  }
  return open;
}

Result<HarmCosts> parse_harm_costs(std::string_view toml) {
  const auto parsed = parse_toml(toml);
  if (!parsed)
    return failure(ErrorCode::malformed, fmt::format("line {}: {}", parsed.error().line, parsed.error().says));
  HarmCosts costs;
  const std::pair<const char*, double*> keys[] = {{"families_joined", &costs.families_joined},
                                                  {"household_joined", &costs.household_joined},
                                                  {"child_apart", &costs.child_apart},
                                                  {"adult_apart", &costs.adult_apart},
                                                  {"finding", &costs.finding}};
  for (const auto& [key, cost] : keys) {
    const auto value = (*parsed)[key].value<double>();
    if (!value || !(*value >= 0))
      return failure(ErrorCode::malformed, fmt::format("{} has to be a number that is not negative.", key));
    *cost = *value;
  }
  return costs;
}

ReviewBook review_book(const Projection& projection, const HarmCosts& costs, Date today) {
  std::unordered_map<std::uint32_t, std::uint32_t> findings;  // open to everybody, by person
  for (const Finding& finding : projection.findings) {
    if (finding.audience) continue;
    for (const PersonId person : finding.people) ++findings[person.value];
  }
  const auto named = [&](MentionIndex mention) {
    const auto found = findings.find(projection.people.of(mention).value);
    return found == findings.end() ? 0U : found->second;
  };
  ReviewBook book;
  book.items.reserve(projection.doubts.size());
  for (const PersonDoubt& doubt : projection.doubts) {
    const bool joined = doubt.kind == static_cast<std::uint32_t>(DoubtKind::joined);
    const Side left = look_at(projection, side_of(projection, doubt.left, joined), today);
    const Side right = look_at(projection, side_of(projection, doubt.right, joined), today);
    ReviewItem item{doubt, left.child || right.child, apart(left.homes, right.homes), 0, 0};
    item.findings = joined ? named(doubt.left) : named(doubt.left) + named(doubt.right);
    const double extra = costs.finding * std::min(item.findings, most_findings_counted);
    const double wrong = joined ? 1 - doubt.probability : doubt.probability;
    const double cost = joined ? (item.two_homes ? costs.families_joined : costs.household_joined)
                               : (item.child ? costs.child_apart : costs.adult_apart);
    item.harm = wrong * (cost + extra);
    book.items.push_back(item);
  }
  std::sort(book.items.begin(), book.items.end(), [](const ReviewItem& a, const ReviewItem& b) {
    if (a.harm != b.harm) return a.harm > b.harm;
    return std::pair(a.doubt.left, a.doubt.right) < std::pair(b.doubt.left, b.doubt.right);
  });
  return book;
}

ReviewBook review_book(const Projection& projection, Date today) {
  static const HarmCosts costs = [] {
    const std::string* text = shipped_rule("link_harm.toml");
    CHECK(text != nullptr);
    const auto parsed = parse_harm_costs(*text);
    CHECK(parsed.has_value());
    return *parsed;
  }();
  return review_book(projection, costs, today);
}

ReviewView make_review_view(const Projection& projection, const ReviewBook& book, std::span<const LinkDecision> words,
                            const Viewer& viewer, const ReviewQuery& query) {
  ReviewView view;
  view.part = query.part;
  const auto may_see = [&](const MentionPair& pair) {
    return in_outline(projection, viewer, pair.first) && in_outline(projection, viewer, pair.second);
  };
  std::array<std::vector<std::pair<MentionPair, const LinkDecision*>>, review_part_count> by_word;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    const auto pair = mentions_of(projection.holdings(), *word);
    if (!pair || !may_see(*pair)) continue;
    const ReviewPart part = word->waits ? ReviewPart::second : word->unsure ? ReviewPart::unsure : ReviewPart::decided;
    by_word[static_cast<std::size_t>(part)].emplace_back(*pair, &*word);
  }
  std::map<MentionPair, const ReviewItem*> items;
  for (const ReviewItem& item : book.items) items.emplace(std::minmax(item.doubt.left, item.doubt.right), &item);
  const std::vector<const ReviewItem*> waiting = open_items(projection, book, words, viewer);
  view.in_all[0] = static_cast<std::uint32_t>(waiting.size());
  for (std::size_t part = 1; part < review_part_count; ++part)
    view.in_all[part] = static_cast<std::uint32_t>(by_word[part].size());
  const std::size_t in_part = view.in_all[static_cast<std::size_t>(query.part)];
  constexpr std::size_t size = ReviewView::on_a_page;
  view.pages = static_cast<std::uint32_t>(std::max<std::size_t>(1, (in_part + size - 1) / size));
  view.page = std::clamp(query.page, 1U, view.pages);
  const std::size_t first = (view.page - 1) * size;
  for (std::size_t i = first; i < std::min(in_part, first + size); ++i) {
    if (query.part == ReviewPart::waiting) {
      view.lines.push_back(review_line(projection, *waiting[i]));
      continue;
    }
    const auto& [pair, word] = by_word[static_cast<std::size_t>(query.part)][i];
    const auto item = items.find(pair);
    ReviewLine line =
        item == items.end() ? line_of(projection, pair.first, pair.second) : review_line(projection, *item->second);
    if (!word->unsure) line.probability.clear();
    if (!word->unsure) line.harm.clear();
    if (item == items.end() || !word->unsure)
      line.standing = one_person(projection, pair.first, pair.second) ? "Held for one person" : "Held for two people";
    line.state = word_in_full(*word);
    line.yours = word->account == viewer.account;
    view.lines.push_back(std::move(line));
  }
  return view;
}

std::string why_a_second_person(const Projection& projection, const linkage::Model& model, MentionIndex left,
                                MentionIndex right) {
  if (explain_two(projection, model, left, right).kin)
    return "The two look like people of one family: that they are one person takes two people who say so.";
  if (one_person(projection, left, right)) return "";
  const Side one = look_at(projection, side_of(projection, left, false), Date{});
  const Side other = look_at(projection, side_of(projection, right, false), Date{});
  if (apart(one.homes, other.homes)) return "It would join the records of two homes: that takes two people who say so.";
  return "";
}

namespace {

void add_timeline(const Projection& projection, const linkage::Model& model, const Viewer& viewer, MentionIndex left,
                  MentionIndex right, ExplainView& view) {
  const Holdings& holdings = projection.holdings();
  std::vector<MentionIndex> of_left = side_of(projection, left, false), of_right;
  if (!one_person(projection, left, right)) {
    of_right = side_of(projection, right, false);
  } else {
    const LinkageRows rows = gather_few(holdings, of_left);
    const std::uint32_t between[] = {*rows.row(left), *rows.row(right)};
    const auto tie = linkage::weakest_tie(rows.input, model, decisions_as_rows(projection.facts, rows), between);
    of_left.clear();
    const bool left_is_right = tie && tie->right_side[between[0]];
    for (std::size_t r = 0; tie && r < rows.mention_of.size(); ++r)
      (tie->right_side[r] == left_is_right ? of_left : of_right).push_back(rows.mention_of[r]);
  }
  std::vector<std::pair<Date, std::pair<bool, RecordIndex>>> lines;
  for (const bool is_left : {true, false}) {
    for (const MentionIndex m : is_left ? of_left : of_right) {
      const RecordRow& record = holdings.at(holdings.at(m).record);
      if (!in_outline(projection, viewer, m) || !record.day().valid()) continue;
      lines.emplace_back(record.day(), std::pair(is_left, holdings.at(m).record));
    }
  }
  std::sort(lines.begin(), lines.end(), std::greater<>());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  view.timeline_in_all = static_cast<std::uint32_t>(lines.size());
  if (lines.size() > timeline_shown) lines.resize(timeline_shown);
  for (const auto& [day, of] : lines) {
    const RecordRow& record = holdings.at(of.second);
    view.timeline.push_back(
        {to_words(day), to_iso(day), fmt::format("{}, {}", title_of(record.agency), title_of(record.kind)), of.first});
  }
}

}  // namespace

void add_review(const Projection& projection, const linkage::Model& model, const DutyBook& duties,
                const FindingStates& states, std::span<const LinkDecision> words, const Viewer& viewer,
                MentionIndex left, MentionIndex right, ExplainView& view) {
  const MentionPair pair = std::minmax(left, right);
  LinkDecision about;
  for (const LinkDecision& word : words) {
    if (mentions_of(projection.holdings(), word) != pair) continue;
    about = word;
    view.may_take_back = true;
    if (word.waits) {
      view.waits = word_in_full(word);
      view.may_agree = word.account != viewer.account && may(viewer, access::Action::decide_link);
    } else if (word.unsure) {
      view.unsure = word_in_full(word);
    } else {
      view.decided = word_in_full(word);
    }
  }
  view.second_person = why_a_second_person(projection, model, left, right);
  if (about.left.empty()) about = decision_on(projection, left, right);
  for (const NoticeEntry::Touched& one : notice_of(projection, duties, states, about).touched) {
    const bool may_know = !one.audience || *one.audience == viewer.agency;
    if (!may_know || (!one.finding.empty() && !may(viewer, access::Action::finding))) continue;
    view.rests.push_back(resting_line(projection, one));
  }
  add_timeline(projection, model, viewer, left, right, view);
}

}  // namespace wider::hub
