// The hub's side of links in doubt: why two records are one person's or not, the review queue, and what people say of
// it.
#include <fmt/format.h>

#include <algorithm>

#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/review_queue.hpp"

namespace wider::hub {
namespace {

using access::Action;
using ledger::EntryKind;

// Both mentions, where the viewer may see both records at least in outline.
Result<std::pair<MentionIndex, MentionIndex>> two_mentions(const Projection& projection, const Viewer& viewer,
                                                           std::string_view left, std::string_view right) {
  const Holdings& holdings = projection.holdings();
  const auto a = mention_of_text(holdings, left);
  const auto b = mention_of_text(holdings, right);
  const auto may_see = [&](const std::optional<MentionIndex>& m) {
    return m && decide_for(viewer, holdings.at(holdings.at(*m).record)).depth >= access::Depth::outline;
  };
  if (!may_see(a) || !may_see(b)) {
    return failure(ErrorCode::not_found,
                   "One of these records is not there, or cannot be shown. Worried? Ring the duty desk.");
  }
  return std::pair(*a, *b);
}

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<ExplainView> Hub::explain(const Viewer& asking, std::string_view left_mention, std::string_view right_mention) {
  const auto what = fmt::format("{} {}", left_mention.substr(0, 100), right_mention.substr(0, 100));
  if (auto admitted = admit(asking, Action::explain_link, EntryKind::look, what); !admitted) {
    return std::unexpected(admitted.error());
  }
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  const auto pair = two_mentions(*projection, viewer, left_mention, right_mention);
  if (!pair) return std::unexpected(pair.error());
  const linkage::ModelPtr model = model_of(*projection);
  ExplainView view = make_explain_view(*projection, *model, viewer, pair->first, pair->second);
  add_review(*projection, *model, *duties_of(projection), states_now(), words_now(*projection).standing, viewer,
             pair->first, pair->second, view);
  return view;
}

Result<ReviewView> Hub::review(const Viewer& viewer, const ReviewQuery& query) {
  const auto what = fmt::format("review queue, part {}, page {}", static_cast<int>(query.part) + 1, query.page);
  if (auto admitted = admit(viewer, Action::decide_link, EntryKind::look, what); !admitted)
    return std::unexpected(admitted.error());
  const auto projection = this->projection();
  return make_review_view(*projection, *reviews_of(projection), words_now(*projection).standing,
                          placed(viewer, *projection), query);
}

Result<void> Hub::decide_link(const Viewer& asking, std::string_view left_mention, std::string_view right_mention,
                              LinkWord word, std::string_view reason) {
  if (auto allowed = allow(asking, Action::decide_link, "say whether two records are one person's"); !allowed)
    return allowed;
  const auto projection = this->projection();
  const Viewer viewer = placed(asking, *projection);
  const auto pair = two_mentions(*projection, viewer, left_mention, right_mention);
  if (!pair) return std::unexpected(pair.error());
  LinkDecision decision = decision_on(*projection, pair->first, pair->second);
  decision.same = word == LinkWord::same || word == LinkWord::agree || word == LinkWord::withdraw;
  decision.withdrawn = word == LinkWord::withdraw;
  decision.unsure = word == LinkWord::unsure;
  decision.agrees = word == LinkWord::agree;
  decision.by = viewer.name;
  decision.account = viewer.account;
  decision.reason = std::string(reason.substr(0, 2000));
  return say(*projection, std::move(decision), reference_of(viewer.account));
}

Result<void> Hub::decide_link(const LinkDecision& decision, const Operator& who) {
  LinkDecision signed_decision = decision;
  signed_decision.purpose = who.purpose;
  if (signed_decision.by.empty()) signed_decision.by = who.user;
  return say(*projection(), std::move(signed_decision), {});
}

// Checks the word against what stands, enters it, and tells whom it touches once it counts.
Result<void> Hub::say(const Projection& projection, LinkDecision word, const ledger::Ref& actor) {
  const Holdings& holdings = projection.holdings();
  const auto left = holdings.find_mention(word.left_agency, word.left);
  const auto right = holdings.find_mention(word.right_agency, word.right);
  if (!left || !right) return failure(ErrorCode::not_found, "One of these records is not there.");
  if (*left == *right) return failure(ErrorCode::usage, "These are one and the same record.");
  if (!word.agrees && blank(word.reason))
    return failure(ErrorCode::usage, "Say why: whoever comes after you will want to know.");
  const std::scoped_lock one_at_a_time(acting_mutex_);
  const std::vector<LinkDecision> standing = words_now(projection).standing;
  const bool said_already = std::any_of(standing.begin(), standing.end(), [&](const LinkDecision& one) {
    return about_the_same_two(one, word) && one.account == word.account && one.by == word.by && one.same == word.same &&
           one.unsure == word.unsure && one.reason == word.reason;
  });
  if (said_already && !word.agrees && !word.withdrawn) return {};  // the form was sent twice
  const auto waiting = std::find_if(standing.begin(), standing.end(), [&](const LinkDecision& one) {
    return one.waits && about_the_same_two(one, word);
  });
  LinkDecision told = word;
  if (word.agrees) {
    if (waiting == standing.end()) return failure(ErrorCode::usage, "Nothing waits for a second person here.");
    if (waiting->account == word.account && waiting->by == word.by)
      return failure(ErrorCode::usage, "You said so yourself: somebody else has to look.");
    told = *waiting;
    told.waits = false;
    told.agreed_by = word.by;
  } else if (word.withdrawn) {
    const bool any = std::any_of(standing.begin(), standing.end(),
                                 [&](const LinkDecision& one) { return about_the_same_two(one, word); });
    if (!any)
      return failure(word.account == 0 ? ErrorCode::not_found : ErrorCode::usage,
                     "Nobody decided about these two: there is nothing to take back.");
    told.waits = waiting != standing.end();
  } else if (word.same && !word.unsure) {
    word.waits = told.waits = !why_a_second_person(projection, *model_of(projection), *left, *right).empty();
  }
  const auto entered = append_small(EntryKind::link_decision, actor, encode_decision(word));
  if (!entered) return std::unexpected(entered.error());
  word.at = told.at = now();
  {
    const std::scoped_lock lock(events_mutex_);
    recent_words_.emplace_back(*entered, word);
  }
  if (told.waits || told.unsure) return {};
  NoticeEntry notice = notice_of(projection, *duties_today(), states_now(), told);
  if (notice.touched.empty()) return {};
  const auto notified = append_small(EntryKind::identity_notice, actor, encode_notice(notice));
  if (!notified) return std::unexpected(notified.error());
  const std::scoped_lock lock(events_mutex_);
  recent_notices_.emplace_back(*notified, std::move(notice));
  return {};
}

Hub::Words Hub::words_now(const Projection& projection) const {
  const std::scoped_lock lock(events_mutex_);
  Words words{projection.facts.link_decisions, projection.facts.notices};
  for (const auto& [sequence, word] : recent_words_) {
    if (sequence > projection.facts.through) apply_word(words.standing, word);
  }
  for (const auto& [sequence, notice] : recent_notices_) {
    if (sequence > projection.facts.through) words.notices.push_back(notice);
  }
  return words;
}

std::shared_ptr<const ReviewBook> Hub::reviews_of(const std::shared_ptr<const Projection>& projection) {
  const Date today = day_of(now_of(*projection));
  {
    const std::scoped_lock lock(reviews_mutex_);
    if (reviews_ && reviews_of_ == projection && reviews_on_ == today) return reviews_;
  }
  // Made outside the lock, so that pages of the projection before do not wait for it.
  auto book = std::make_shared<const ReviewBook>(review_book(*projection, today));
  const std::scoped_lock lock(reviews_mutex_);
  reviews_ = book;
  reviews_of_ = projection;
  reviews_on_ = today;
  return book;
}

}  // namespace wider::hub
