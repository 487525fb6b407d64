#include "hub/identity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "hub/settling.hpp"

namespace wider::hub {
namespace {

bool in_outline(const Projection& projection, const Viewer& viewer, MentionIndex mention) {
  const Holdings& holdings = projection.holdings();
  return decide_for(viewer, holdings.at(holdings.at(mention).record)).depth >= access::Depth::outline;
}

// Every mention of the people of these two: all that their agencies' indices can lend them is among these.
std::vector<MentionIndex> all_of_both(const Projection& projection, MentionIndex left, MentionIndex right) {
  std::vector<MentionIndex> mentions = {left, right};
  for (const MentionIndex one : {left, right}) {
    const auto of = projection.people.mentions_of(projection.people.of(one));
    mentions.insert(mentions.end(), of.begin(), of.end());
  }
  std::sort(mentions.begin(), mentions.end());
  mentions.erase(std::unique(mentions.begin(), mentions.end()), mentions.end());
  return mentions;
}

linkage::Explanation explain_from(const Projection& projection, const linkage::Model& model,
                                  const std::vector<MentionIndex>& mentions, MentionIndex left, MentionIndex right) {
  const LinkageRows rows = gather_few(projection.holdings(), mentions);
  const auto a = rows.row(left);
  const auto b = rows.row(right);
  CHECK(a.has_value() && b.has_value());
  auto explanation = linkage::explain(rows.input, model, *a, *b);
  linkage::tell_partition(explanation, projection.people.of(left) == projection.people.of(right));
  return explanation;
}

bool given(const std::string& value) {
  return !value.empty() && value != to_words(PartialDate{});
}

bool names(const Holdings& holdings, const LinkDecision& decision, bool left_side, MentionIndex mention) {
  const Agency agency = holdings.at(holdings.at(mention).record).agency;
  return agency == (left_side ? decision.left_agency : decision.right_agency) &&
         holdings.name(mention) == (left_side ? decision.left : decision.right);
}

}  // namespace

std::optional<PersonTie> weakest_tie_of(const Projection& projection, const linkage::Model& model, const Viewer& viewer,
                                        PersonId person) {
  const auto all = projection.people.mentions_of(person);
  LinkageRows rows = gather_few(projection.holdings(), all);
  // The indices lent their values above; only then is left out what may not be shown.
  LinkageRows shown;
  shown.input.strings = rows.input.strings;
  for (std::size_t r = 0; r < rows.mention_of.size(); ++r) {
    if (!in_outline(projection, viewer, rows.mention_of[r])) continue;
    shown.mention_of.push_back(rows.mention_of[r]);
    shown.input.rows.push_back(rows.input.rows[r]);
  }
  const auto weakest = linkage::weakest_tie(shown.input, model, decisions_as_rows(projection.facts, shown));
  if (!weakest) return std::nullopt;
  PersonTie tie;
  tie.left = shown.mention_of[weakest->left];
  tie.right = shown.mention_of[weakest->right];
  tie.kind = weakest->kind;
  tie.above_threshold = weakest->above_threshold;
  for (std::size_t r = 0; r < shown.mention_of.size(); ++r) {
    if (weakest->right_side[r]) tie.right_side.push_back(shown.mention_of[r]);
  }
  tie.in_all = shown.mention_of.size();
  if (const LinkDecision* decision = decision_about(projection, tie.left, tie.right)) {
    tie.decided_by = decision->by;
    tie.decided_on = decision->at.valid() ? day_of(decision->at) : Date{};
  }
  return tie;
}

linkage::Explanation explain_two(const Projection& projection, const linkage::Model& model, MentionIndex left,
                                 MentionIndex right) {
  return explain_from(projection, model, all_of_both(projection, left, right), left, right);
}

linkage::Explanation explain_two_to(const Projection& projection, const linkage::Model& model, const Viewer& viewer,
                                    MentionIndex left, MentionIndex right) {
  const std::vector<MentionIndex> all = all_of_both(projection, left, right);
  auto explanation = explain_from(projection, model, all, left, right);
  std::vector<MentionIndex> visible;
  std::copy_if(all.begin(), all.end(), std::back_inserter(visible),
               [&](MentionIndex m) { return m == left || m == right || in_outline(projection, viewer, m); });
  if (visible.size() == all.size()) return explanation;
  const auto as_visible = explain_from(projection, model, visible, left, right);
  const auto value_of = [](const linkage::Explanation& from, const std::string& field, bool left_side) {
    for (const auto& one : from.fields) {
      if (one.field == field) return left_side ? one.left : one.right;
    }
    return std::string();
  };
  for (auto& field : explanation.fields) {
    constexpr const char* withheld = "(not shown to you)";
    if (field.left != value_of(as_visible, field.field, true)) field.left = withheld;
    if (field.right != value_of(as_visible, field.field, false)) field.right = withheld;
  }
  return explanation;
}

std::string why_kept_apart(const Projection& projection, const linkage::Model& model, const Viewer& viewer,
                           MentionIndex left, MentionIndex right) {
  constexpr std::size_t most = 12;  // records of each side: enough to find one that speaks against it
  const Holdings& holdings = projection.holdings();
  if (projection.people.of(left) == projection.people.of(right)) return "";
  const LinkageRows rows = gather_few(holdings, all_of_both(projection, left, right));
  if (!linkage::explain(rows.input, model, *rows.row(left), *rows.row(right)).above_threshold) return "";
  const auto side = [&](MentionIndex of) {
    std::vector<MentionIndex> shown;
    for (const MentionIndex m : projection.people.mentions_of(projection.people.of(of))) {
      if (shown.size() < most && in_outline(projection, viewer, m)) shown.push_back(m);
    }
    return shown;
  };
  std::optional<std::pair<MentionIndex, MentionIndex>> worst;
  double least = 0;
  for (const MentionIndex a : side(left)) {
    for (const MentionIndex b : side(right)) {
      const auto one = linkage::explain(rows.input, model, *rows.row(a), *rows.row(b));
      if (one.own_ids_differ)
        return fmt::format("Why not: {}'s own index holds them as two people; only a person may join them.",
                           title_of(holdings.at(holdings.at(a).record).agency));
      if (worst && one.total_weight >= least) continue;
      worst.emplace(a, b);
      least = one.total_weight;
    }
  }
  if (!worst || *worst == std::pair(left, right) || least >= 0)
    return "Why not: the other records of the two people, taken together, do not speak for one.";
  return fmt::format(
      "Why not: these two alone would join, but other records of the two people speak against it, most of all “{}” and "
      "“{}” ({:+.1f}).",
      record_in_words(holdings, holdings.at(worst->first).record),
      record_in_words(holdings, holdings.at(worst->second).record), least);
}

ExplainView make_explain_view(const Projection& projection, const linkage::Model& model, const Viewer& viewer,
                              MentionIndex left, MentionIndex right) {
  const Holdings& holdings = projection.holdings();
  const linkage::Explanation explanation = explain_two_to(projection, model, viewer, left, right);
  ExplainView view;
  view.left = mention_text(holdings, left);
  view.right = mention_text(holdings, right);
  view.left_words = record_in_words(holdings, holdings.at(left).record);
  view.right_words = record_in_words(holdings, holdings.at(right).record);
  view.left_person = person_text(projection.people.of(left));
  view.right_person = person_text(projection.people.of(right));
  view.same = explanation.same_cluster;
  const LinkDecision* decision = decision_about(projection, left, right);
  const auto local = [&](MentionIndex m) { return holdings.at(m).local_id; };
  const auto agency = [&](MentionIndex m) { return holdings.at(holdings.at(m).record).agency; };
  const bool one_index = agency(left) == agency(right) && local(left) != 0 && local(left) == local(right);
  if (decision != nullptr) {
    view.decided = word_in_full(*decision);
    view.verdict = decision->same ? "One person, confirmed." : "Not one person: somebody decided so.";
  } else if (explanation.same_cluster) {
    view.verdict =
        one_index ? "One person, by the agency's own number." : "Taken for one person, likely but not confirmed.";
  } else {
    view.verdict = "Not taken for one person.";
  }
  view.probability = explanation.probability > 0.999   ? "more than 99.9 %"
                     : explanation.probability < 0.001 ? "less than 0.1 %"
                                                       : fmt::format("{:.1f} %", explanation.probability * 100);
  view.prior = fmt::format("{:+.1f}", explanation.prior_weight);
  view.total = fmt::format("{:+.1f}", explanation.total_weight);
  for (const auto& field : explanation.fields) {
    std::string rarity = field.term_frequency > 0 && !field.left.empty() && !field.right.empty()
                             ? fmt::format("1 in {:.0f}", 1 / field.term_frequency)
                             : "";
    view.rows.push_back({field.field, field.left, field.right, field.level, fmt::format("{:+.1f}", field.weight),
                         std::move(rarity), field.left != field.right && given(field.left) && given(field.right)});
  }
  view.says = explanation.says;
  if (decision == nullptr) {
    if (std::string why = why_kept_apart(projection, model, viewer, left, right); !why.empty())
      view.says.insert(view.says.begin(), std::move(why));
  }
  return view;
}

const LinkDecision* decision_about(const Projection& projection, MentionIndex left, MentionIndex right) {
  const Holdings& holdings = projection.holdings();
  for (const LinkDecision& decision : projection.facts.link_decisions) {
    const bool straight = names(holdings, decision, true, left) && names(holdings, decision, false, right);
    const bool crossed = names(holdings, decision, true, right) && names(holdings, decision, false, left);
    if (decision.counts() && (straight || crossed)) return &decision;
  }
  return nullptr;
}

std::string decision_words(const LinkDecision& decision) {
  return fmt::format("{}{} said{}", decision.at.valid() ? "On " + to_words(day_of(decision.at)) + " " : "",
                     decision.by.empty() ? "somebody" : decision.by,
                     decision.reason.empty() ? "" : fmt::format(" (“{}”)", decision.reason));
}

std::string word_in_full(const LinkDecision& word) {
  if (word.unsure)
    return fmt::format("{}{} could not tell{}.", word.at.valid() ? "On " + to_words(day_of(word.at)) + " " : "",
                       word.by, word.reason.empty() ? "" : fmt::format(" (“{}”)", word.reason));
  return fmt::format("{}: they are {}.{}{}", decision_words(word), word.same ? "one person" : "two people",
                     word.waits ? " It waits for a second person." : "",
                     word.agreed_by.empty() ? "" : fmt::format(" {} agreed.", word.agreed_by));
}

LinkDecision decision_on(const Projection& projection, MentionIndex left, MentionIndex right) {
  const Holdings& holdings = projection.holdings();
  LinkDecision word;
  word.left_agency = holdings.at(holdings.at(left).record).agency;
  word.left = holdings.name(left);
  word.right_agency = holdings.at(holdings.at(right).record).agency;
  word.right = holdings.name(right);
  return word;
}

std::string record_in_words(const Holdings& holdings, RecordIndex index) {
  const RecordRow& record = holdings.at(index);
  const std::string when =
      record.happened.known()
          ? to_words(When{record.happened.first, record.happened.last, record.happened.precision, -1})
      : record.known.valid() ? to_words(record.known)
                             : std::string();
  return fmt::format("{}, {}{}{}", title_of(record.agency), title_of(record.kind), when.empty() ? "" : ", ", when);
}

}  // namespace wider::hub
