// Pattern 1: referrals about one child from two or more agencies, or three or more from one, all closed with no further
// action within the window. A referral told twice (a census line beside it) counts once; one that led to help within
// the window means that not all were closed.
#include <algorithm>
#include <unordered_map>
#include <utility>

#include "picture/rules.hpp"

namespace wider::picture {

namespace {

struct Referral {
  std::int32_t day;
  std::int32_t closed;
  RecordIndex record;
  std::uint8_t from;  // an Agency, or 255 where not known
  bool unhelped;
};

bool led_to_help(Outcome outcome) {
  return outcome == Outcome::assessment || outcome == Outcome::plan || outcome == Outcome::charged ||
         outcome == Outcome::convicted;
}

class ReferralRule final : public RuleState {
 public:
  ReferralRule(const Facts& facts, PatternPtr pattern)
      : facts_(facts), scene_(facts.scene()), pattern_(std::move(pattern)) {}

  void observe(RecordIndex index) override {
    const RecordRow& record = scene_.holdings.at(index);
    if (record.kind != RecordKind::referral || !record.day().valid()) return;
    const bool unhelped = record.outcome == Outcome::no_further_action;
    if (!unhelped && !led_to_help(record.outcome)) return;
    // A view of a past day does not know how a referral was to end.
    if (facts_.view().as_known_at && record.outcome_date.valid() && record.outcome_date > *facts_.view().as_known_at)
      return;
    for (std::uint32_t m = record.first_mention; m < record.first_mention + record.mention_count; ++m) {
      if (scene_.holdings.mentions()[m].role != Role::subject) continue;
      const PersonId child = scene_.people.of(MentionIndex(m));
      if (child.valid() && facts_.is_child(child, record.day())) take(child, index, record, unhelped);
    }
  }

  [[nodiscard]] const std::vector<Hit>& hits() const override { return hits_; }

 private:
  struct Child {
    std::vector<Referral> referrals;  // by day
    std::vector<std::uint32_t> hits;  // positions of its hits
  };

  void take(PersonId person, RecordIndex index, const RecordRow& record, bool unhelped) {
    Child& child = children_[person.value];
    const std::int32_t day = record.day().days;
    const std::int32_t closed = record.outcome_date.valid() ? std::max(record.outcome_date.days, day) : day;
    for (Referral& known : child.referrals) {
      // The same referral again: same day, and the same source or one that does not say.
      if (known.day == day &&
          (known.from == record.source_agency || known.from == 255 || record.source_agency == 255)) {
        known.unhelped = known.unhelped && unhelped;
        if (known.from != 255 || record.source_agency == 255) return;
        // The telling that names its source stands for both, so that a proof says all that the pattern rests on.
        known = {day, closed, index, record.source_agency, known.unhelped};
        if (known.unhelped) evaluate(person, child, day, index);
        return;
      }
    }
    const Referral referral{day, closed, index, record.source_agency, unhelped};
    auto at = child.referrals.end();
    while (at != child.referrals.begin() && (at - 1)->day > day) --at;
    child.referrals.insert(at, referral);
    if (unhelped) evaluate(person, child, day, index);
  }

  void evaluate(PersonId person, Child& child, std::int32_t day, RecordIndex met_by) {
    const std::int32_t window = pattern_->window_days;
    for (std::size_t i = 0; i < child.referrals.size(); ++i) {
      const std::int32_t start = child.referrals[i].day;
      if (start > day || start + window <= day) continue;
      std::vector<Referral> within;
      bool all_closed = true;
      for (std::size_t j = i; j < child.referrals.size() && child.referrals[j].day < start + window; ++j) {
        const Referral& referral = child.referrals[j];
        if (!referral.unhelped) all_closed = false;
        if (referral.closed < start + window) within.push_back(referral);
      }
      if (all_closed && meets(within)) return stand(person, child, within, met_by);
    }
  }

  [[nodiscard]] std::size_t sources(const std::vector<Referral>& referrals) const {
    AgencySet from;
    for (const Referral& referral : referrals) {
      if (referral.from != 255) from.add(static_cast<Agency>(referral.from));
    }
    return static_cast<std::size_t>(from.count());
  }

  [[nodiscard]] bool meets(const std::vector<Referral>& referrals) const {
    if (sources(referrals) >= pattern_->minimum_agencies) return true;
    return most_from_one(referrals) >= pattern_->minimum_from_one_agency;
  }

  // A source that is not said is its own: it never makes two agencies of one.
  [[nodiscard]] static std::size_t most_from_one(const std::vector<Referral>& referrals) {
    std::size_t most = 0;
    for (const Referral& one : referrals) {
      most = std::max(
          most, static_cast<std::size_t>(std::count_if(referrals.begin(), referrals.end(),
                                                       [&](const Referral& other) { return other.from == one.from; })));
    }
    return most;
  }

  void stand(PersonId person, Child& child, const std::vector<Referral>& within, RecordIndex met_by) {
    if (Hit* near = hit_near(hits_, child.hits, within.front().day, within.back().day, pattern_->window_days)) {
      for (const Referral& referral : within) add_also(*near, referral);
      return;
    }
    // The earliest that suffice; then whatever can be taken away goes, latest first.
    std::vector<Referral> proof = within;
    for (std::size_t i = proof.size(); i-- > 0;) {
      std::vector<Referral> rest = proof;
      rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
      if (meets(rest)) proof = std::move(rest);
    }
    Hit hit;
    hit.pattern = pattern_;
    hit.anchor = node_of(person);
    hit.children = {person};
    hit.met_by = met_by;
    hit.first = Date{within.front().day};
    hit.last = Date{within.back().day};
    hit.needed = static_cast<std::uint32_t>(proof.size());
    hit.households = 1;
    for (const Referral& referral : proof) hit.proof.push_back(referral.record);
    std::sort(hit.proof.begin(), hit.proof.end());
    for (const Referral& referral : within) add_also(hit, referral);
    child.hits.push_back(static_cast<std::uint32_t>(hits_.size()));
    hits_.push_back(std::move(hit));
  }

  static void add_also(Hit& hit, const Referral& referral) {
    hit.last = std::max(hit.last, Date{referral.day});
    if (std::binary_search(hit.proof.begin(), hit.proof.end(), referral.record)) return;
    if (std::find(hit.also.begin(), hit.also.end(), referral.record) == hit.also.end())
      hit.also.push_back(referral.record);
  }

  const Facts& facts_;
  const Scene scene_;
  PatternPtr pattern_;
  std::unordered_map<std::uint32_t, Child> children_;
  std::vector<Hit> hits_;
};

}  // namespace

std::unique_ptr<RuleState> make_referral_rule(const Facts& facts, PatternPtr pattern) {
  return std::make_unique<ReferralRule>(facts, std::move(pattern));
}

}  // namespace wider::picture
