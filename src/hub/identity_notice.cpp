// What a word about two records touches: kept as an entry when the word comes to count, and told to those who worked on
// it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/review_queue.hpp"

namespace wider::hub {
namespace {

using nlohmann::json;

constexpr std::size_t notices_shown = 5;

bool has(std::span<const PersonId> people, PersonId person) {
  return std::find(people.begin(), people.end(), person) != people.end();
}

}  // namespace

NoticeEntry notice_of(const Projection& projection, const DutyBook& duties, const FindingStates& states,
                      const LinkDecision& word) {
  NoticeEntry notice;
  notice.word = word;
  const Holdings& holdings = projection.holdings();
  const auto left = holdings.find_mention(word.left_agency, word.left);
  const auto right = holdings.find_mention(word.right_agency, word.right);
  if (!left || !right) return notice;
  const PersonId one = projection.people.of(*left);
  const PersonId other = projection.people.of(*right);
  for (const Finding& finding : projection.findings) {
    if (!has(finding.people, one) && !has(finding.people, other)) continue;
    const FindingState state = state_in(states, finding.id);
    if (state.stage == FindingStage::dismissed) continue;
    notice.touched.push_back(
        {finding.id, finding.says, state.stage == FindingStage::taken ? state.by : 0, finding.audience, {}});
  }
  for (const practice::Duty& duty : duties.open) {
    if (!duty.person.valid() || (duty.person != one && duty.person != other)) continue;
    // What a duty's record tells goes no further than the record itself.
    const bool own = holdings.at(duty.record).kind == RecordKind::sexual_health;
    notice.touched.push_back({"", fmt::format("{}, due {}", duty.title, to_words(duty.due)), 0,
                              duty.audience ? duty.audience
                              : own         ? std::optional(duty.owner)
                                            : std::nullopt,
                              duty.owner});
  }
  return notice;
}

RestingLine resting_line(const Projection& projection, const NoticeEntry::Touched& touched) {
  RestingLine line;
  line.finding = touched.finding;
  line.says = touched.says;
  if (touched.owner) line.taken_by = title_of(*touched.owner);
  if (touched.taken_by != 0)
    line.taken_by = fmt::format("taken by {}", account_name(projection.facts.accounts, touched.taken_by));
  return line;
}

std::string encode_notice(const NoticeEntry& notice) {
  json body = json::parse(encode_decision(notice.word));
  body["touched"] = json::array();
  for (const NoticeEntry::Touched& one : notice.touched) {
    json line = {{"finding", one.finding}, {"says", one.says}, {"taken_by", one.taken_by}};
    if (one.audience) line["audience"] = name_of(*one.audience);
    if (one.owner) line["owner"] = name_of(*one.owner);
    body["touched"].push_back(std::move(line));
  }
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

NoticeEntry decode_notice(std::string_view text, Instant at) {
  const json body = json::parse(text);
  NoticeEntry notice;
  notice.word = decode_decision(text);
  notice.word.at = at;
  for (const json& line : body.at("touched")) {
    NoticeEntry::Touched one{line.at("finding").get<std::string>(),
                             line.at("says").get<std::string>(),
                             line.at("taken_by").get<std::uint32_t>(),
                             {},
                             {}};
    if (line.contains("audience")) one.audience = agency_named(line["audience"].get<std::string>());
    if (line.contains("owner")) one.owner = agency_named(line["owner"].get<std::string>());
    notice.touched.push_back(std::move(one));
  }
  return notice;
}

std::vector<IdentityNotice> notices_for(const Projection& projection, std::span<const NoticeEntry> notices,
                                        const Viewer& viewer, Date since) {
  std::vector<IdentityNotice> told;
  const Holdings& holdings = projection.holdings();
  for (auto entry = notices.rbegin(); entry != notices.rend() && told.size() < notices_shown; ++entry) {
    const LinkDecision& word = entry->word;
    if (word.at.valid() && day_of(word.at) < since) break;
    const auto may_see = [&](Agency agency, const std::string& name) {
      const auto mention = holdings.find_mention(agency, name);
      return mention && decide_for(viewer, holdings.at(holdings.at(*mention).record)).depth >= access::Depth::outline;
    };
    if (!may_see(word.left_agency, word.left) || !may_see(word.right_agency, word.right)) continue;
    IdentityNotice notice;
    for (const NoticeEntry::Touched& one : entry->touched) {
      const bool known = !one.audience || *one.audience == viewer.agency;
      const bool mine =
          (one.taken_by != 0 && one.taken_by == viewer.account) || (one.owner && *one.owner == viewer.agency);
      if (known && mine) notice.touches.push_back(resting_line(projection, one));
    }
    if (notice.touches.empty()) continue;
    notice.when = word.at.valid() ? to_words(day_of(word.at)) : "";
    notice.says = word.withdrawn ? fmt::format("{} took back what was said of two records{}.", word.by,
                                               word.reason.empty() ? "" : fmt::format(" (“{}”)", word.reason))
                                 : word_in_full(word);
    notice.left = fmt::format("{}/{}", name_of(word.left_agency), word.left);
    notice.right = fmt::format("{}/{}", name_of(word.right_agency), word.right);
    told.push_back(std::move(notice));
  }
  return told;
}

}  // namespace wider::hub
