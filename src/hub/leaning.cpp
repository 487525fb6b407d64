#include "hub/leaning.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "hub/data.hpp"
#include "hub/identity.hpp"
#include "hub/settling.hpp"

namespace wider::hub {
namespace {

// A record made again from its columns, without its body: all that patterns read.
Record record_of(const Holdings& holdings, RecordIndex index) {
  const RecordRow& row = holdings.at(index);
  const auto text = [&](Code code) { return std::string(holdings.text(code)); };
  Record record;
  record.agency = row.agency;
  record.kind = row.kind;
  record.id = text(row.id);
  record.happened = row.happened;
  record.known = row.known;
  record.grade = row.grade;
  record.handling = row.handling;
  record.outcome = row.outcome;
  record.outcome_date = row.outcome_date;
  record.reason = text(row.reason);
  record.code = text(row.code);
  record.related = text(row.related);
  if (row.source_agency < agency_count) record.source_agency = name_of(static_cast<Agency>(row.source_agency));
  for (std::uint32_t i = 0; i < row.mention_count; ++i) {
    const MentionRow& m = holdings.at(MentionIndex(row.first_mention + i));
    record.people.push_back({m.role, text(m.forename), text(m.surname), text(m.full_name), text(m.alias), m.birth_date,
                             m.sex, text(m.local_id), text(m.nhs_number), text(m.upn), text(m.phone), text(m.email),
                             text(m.address), text(m.postcode), text(m.uprn), text(m.occupation), text(m.description)});
  }
  for (std::uint32_t i = 0; i < row.thing_count; ++i) {
    const ThingRow& t = holdings.at(ThingIndex(row.first_thing + i));
    record.things.push_back({t.kind, t.role, text(t.text), text(t.id), text(t.postcode), text(t.category)});
  }
  return record;
}

// The live records that name the finding's people, and those of the finding itself.
std::set<RecordIndex> records_around(const Projection& projection, const Finding& finding) {
  std::set<RecordIndex> records(finding.proof.begin(), finding.proof.end());
  records.insert(finding.also.begin(), finding.also.end());
  for (const PersonId person : finding.people) {
    for (const MentionIndex m : projection.people.mentions_of(person)) {
      const RecordIndex index = projection.holdings().at(m).record;
      const RecordRow& record = projection.holdings().at(index);
      const bool usable = record.handling == Handling::shared || record.agency == finding.audience;
      if (usable) records.insert(index);
    }
  }
  return records;
}

// A small town of some records, in which people can be parted.
class Corner {
 public:
  Corner(const Projection& projection, const std::set<RecordIndex>& records) {
    for (const RecordIndex index : records) {
      const RecordRow& row = projection.holdings().at(index);
      if (!row.live) continue;
      holdings_.add(record_of(projection.holdings(), index), row.sequence, row.received);
      for (std::uint32_t i = 0; i < row.mention_count; ++i) {
        const MentionIndex m(row.first_mention + i);
        here_.emplace(m, static_cast<std::uint32_t>(labels_.size()));
        labels_.push_back(projection.people.of(m).value);
      }
    }
  }
  // The most children that any finding of the pattern names when these mentions are somebody else's; 0: there is none.
  [[nodiscard]] std::uint32_t most_children(const picture::PatternPtr& pattern,
                                            const std::vector<MentionIndex>& apart) const {
    std::vector<std::uint32_t> labels = labels_;
    for (const MentionIndex m : apart) {
      if (const auto found = here_.find(m); found != here_.end()) labels[found->second] = somebody_else;
    }
    const People people(std::move(labels), originator_only_flags(holdings_));
    const picture::Things things(holdings_);
    std::uint32_t most = 0;
    for (const Finding& finding : picture::find({holdings_, people, things}, std::span(&pattern, 1), {})) {
      most = std::max(most, static_cast<std::uint32_t>(finding.children.size()));
    }
    return most;
  }

 private:
  static constexpr std::uint32_t somebody_else = 0xFFFFFFFE;
  Holdings holdings_;
  std::vector<std::uint32_t> labels_;  // by mention here: the person there
  std::unordered_map<MentionIndex, std::uint32_t> here_;
};

std::optional<Leaning> leaning_on(const Projection& projection, const linkage::Model& model, const Finding& finding,
                                  PersonId person, std::vector<MentionIndex>& apart) {
  const Holdings& holdings = projection.holdings();
  std::vector<MentionIndex> mentions;
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const RecordRow& record = holdings.at(holdings.at(m).record);
    if (record.handling == Handling::shared || record.agency == finding.audience) mentions.push_back(m);
  }
  const LinkageRows rows = gather_few(holdings, mentions);
  std::vector<std::uint32_t> used;
  std::set<RecordIndex> used_records;
  for (const MentionIndex m : finding.mentions) {
    if (projection.people.of(m) != person) continue;
    const auto row = rows.row(m);
    if (row && used_records.insert(holdings.at(m).record).second) used.push_back(*row);
  }
  if (used.size() < 2) return std::nullopt;
  const auto tie = linkage::weakest_tie(rows.input, model, decisions_as_rows(projection.facts, rows), used);
  if (!tie) return std::nullopt;
  Leaning leaning;
  leaning.person = person;
  leaning.left = rows.mention_of[tie->left];
  leaning.right = rows.mention_of[tie->right];
  leaning.kind = tie->kind;
  leaning.above_threshold = tie->above_threshold;
  if (const LinkDecision* decision = decision_about(projection, leaning.left, leaning.right)) {
    leaning.decided_by = decision->by;
    leaning.decided_on = decision->at.valid() ? day_of(decision->at) : Date{};
  }
  for (std::size_t r = 0; r < rows.mention_of.size(); ++r) {
    if (tie->right_side[r]) apart.push_back(rows.mention_of[r]);
  }
  return leaning;
}

}  // namespace

std::vector<Leaning> leanings_of(const Projection& projection, const linkage::Model& model, const Finding& finding) {
  std::vector<Leaning> leanings;
  std::optional<Corner> corner;
  std::uint32_t whole = 0;
  const picture::PatternPtr* pattern = shipped_pattern(finding.pattern);
  for (const PersonId person : finding.people) {
    std::vector<MentionIndex> apart;
    auto leaning = leaning_on(projection, model, finding, person, apart);
    if (!leaning) continue;
    if (leaning->kind == linkage::TieKind::machine && pattern != nullptr) {
      if (!corner) {
        corner.emplace(projection, records_around(projection, finding));
        whole = corner->most_children(*pattern, {});
      }
      // Where the records of these people alone do not give the finding, nothing can be told from them.
      if (whole > 0) {
        leaning->children_left = corner->most_children(*pattern, apart);
        leaning->left_over = leaning->children_left == 0      ? Leaning::Left::nothing
                             : leaning->children_left < whole ? Leaning::Left::fewer_children
                                                              : Leaning::Left::all;
      }
    }
    leanings.push_back(std::move(*leaning));
  }
  return leanings;
}

}  // namespace wider::hub
