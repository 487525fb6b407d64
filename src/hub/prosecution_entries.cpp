// Of prosecution.hpp: what people and the hub entered about the matter: withdrawals, words about links, acts on
// findings, looks, searches, concerns, emergencies, ties, requests for evidence, holds, and the versions that were in
// force.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access/policy.hpp"
#include "hub/as_at.hpp"
#include "hub/data.hpp"
#include "hub/finding_state.hpp"
#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/prosecution_parts.hpp"
#include "hub/search.hpp"
#include "linkage/text.hpp"
#include "records/protected.hpp"

namespace wider::hub::prosecution {
namespace {

using ledger::Entry;
using ledger::EntryKind;
using nlohmann::json;

constexpr std::size_t most_days_back = 12;  // of which the hub is asked what it would have found then

constexpr std::string_view with_conditions = "It is about records with conditions: ask the agency.";

class Entries {
 public:
  Entries(const ProsecutionSources& sources, const Matter& matter, Pack& pack)
      : sources_(sources), projection_(sources.projection), matter_(matter), pack_(pack) {
    const Holdings& holdings = projection_.holdings();
    for (const std::uint32_t m : matter.mentions) {
      const MentionRow& mention = holdings.at(MentionIndex(m));
      mention_names_.insert(mention_text(holdings, MentionIndex(m)));
      if (!matter.person.valid() ||
          matter.of(holdings.at(mention.record).agency, holdings.name(mention.record)) != Telling::plain)
        continue;
      names_.emplace(fold(holdings.text(mention.forename)), fold(holdings.text(mention.surname)));
    }
    std::erase_if(names_, [](const auto& name) { return name.first.empty() || name.second.empty(); });
  }

  Result<void> all() {
    std::vector<std::uint64_t> small;
    auto read = sources_.ledger.read_headers(1, sources_.ledger.size(), [&](const ledger::Header& header) {
      if (is_small(header.kind)) small.push_back(header.sequence);
      return true;
    });
    if (!read) return read;
    for (const std::uint64_t sequence : small) {
      const auto entry = sources_.ledger.read(sequence);
      if (!entry) return std::unexpected(entry.error());
      try {
        if (!entry->erased) one(*entry);
      } catch (const std::exception&) {
        return failure(ErrorCode::corrupt, fmt::format("Entry {} does not hold what its kind says.", sequence));
      }
    }
    add_versions_in_use();
    return past_findings();
  }

 private:
  static bool is_small(EntryKind kind) {
    switch (kind) {
      case EntryKind::withdrawal:
      case EntryKind::link_decision:
      case EntryKind::identity_notice:
      case EntryKind::finding_action:
      case EntryKind::look:
      case EntryKind::refused:
      case EntryKind::search:
      case EntryKind::concern:
      case EntryKind::emergency:
      case EntryKind::emergency_review:
      case EntryKind::tie:
      case EntryKind::evidence_request:
      case EntryKind::evidence_decision:
      case EntryKind::hold_placed:
      case EntryKind::hold_lifted:
      case EntryKind::retention_kept:
      case EntryKind::protected_record:
      case EntryKind::model_adopted:
      case EntryKind::patterns_adopted:
      case EntryKind::policy_adopted:
        return true;
      default:
        return false;
    }
  }

  // What an entry is, about what, and what was said in it.
  struct Act {
    std::string what, about, says;
    std::string who = {};  // where no account did it
  };

  void one(const Entry& entry) {
    switch (entry.header.kind) {
      case EntryKind::withdrawal:
        return withdrawal(entry);
      case EntryKind::link_decision:
        return word(entry, decode_decision(entry.body), "Word about a link", "");
      case EntryKind::identity_notice:
        return notice(entry);
      case EntryKind::finding_action:
        return action(entry);
      case EntryKind::look:
      case EntryKind::refused:
        return look(entry);
      case EntryKind::search:
        return search(entry);
      case EntryKind::concern:
        return concern(entry);
      case EntryKind::hold_placed:
      case EntryKind::hold_lifted:
        return hold(entry);
      case EntryKind::retention_kept:
        return keeping(entry);
      case EntryKind::protected_record:
        return protected_statement(entry);
      case EntryKind::model_adopted:
        return version(entry, "Linkage model", "model", "toml", has_model_);
      case EntryKind::patterns_adopted:
        return version(entry, "Patterns and rules", "patterns", "json", has_patterns_);
      case EntryKind::policy_adopted:
        return version(entry, "Access policy", "policy", "toml", has_policy_);
      default:
        return trust(entry);
    }
  }

  // Of any record, also one outside the matter: what is sealed or gone is not told of.
  Telling telling_of(Agency agency, const std::string& mention) {
    if (const auto of = matter_.of(agency, mention)) return *of;
    const std::string name = fmt::format("{}/{}", wider::name_of(agency), mention.substr(0, mention.rfind('#')));
    const auto [known, fresh] = others_.emplace(name, Telling::unsaid);
    if (!fresh) return known->second;
    const auto versions = versions_of(projection_, name);
    if (!versions.empty()) known->second = Telling::plain;
    for (const RecordIndex record : versions) {
      const RecordRow& row = projection_.holdings().at(record);
      if (projection_.facts.policy_in_use().sensitive(row.kind)) return known->second = Telling::unsaid;
      if (row.handling == Handling::originator_only || handling_of(row.grade) == Handling::originator_only)
        known->second = Telling::apart;
    }
    return known->second;
  }

  PersonId today_of(PersonId person) const {
    if (person.value >= projection_.holdings().mentions().size()) return person;
    const PersonId now = projection_.people.of(MentionIndex(person.value));
    return now.valid() ? now : person;
  }
  [[nodiscard]] bool is_the_person(std::string_view number) const {
    const auto person = person_of_text(number);
    return person && matter_.person.valid() && today_of(*person) == matter_.person;
  }

  [[nodiscard]] const Account* actor_of(const Entry& entry) const {
    const auto found = std::ranges::find(sources_.accounts, entry.header.actor, &Account::reference);
    return entry.header.actor == ledger::Ref{} || found == sources_.accounts.end() ? nullptr : &*found;
  }

  static Instant moment_of(const Entry& entry, const json& body) {
    const auto at = body.is_object() ? body.value("at", std::int64_t{0}) : 0;
    return at != 0 ? Instant{at} : entry.header.received;
  }

  void add(const Entry& entry, const json& body, const Act& act, const char* table = "acts.csv") {
    const Account* actor = actor_of(entry);
    const std::string who = actor != nullptr ? fmt::format("{} ({})", actor->name, actor->username) : act.who;
    const std::string role =
        actor != nullptr ? fmt::format("{}, {}", access::title_of(actor->role), title_of(actor->agency)) : "";
    std::string purpose = body.is_object() ? body.value("purpose", std::string()) : "";
    if (const auto more = body.is_object() ? body.value("reference", std::string()) : ""; !more.empty())
      purpose += ", " + more;
    const Instant at = moment_of(entry, body);
    const std::string number = pack_.add(
        {"", act.about.empty() ? act.what : act.what + ": " + act.about, to_words(day_of(at)),
         to_iso(entry.header.received), actor != nullptr ? std::string(title_of(actor->agency)) : "the hub's operator",
         "shared", table, entry.header.sequence});
    pack_.row(
        table, {"item", "entry", "what", "about", "when", "who", "role", "purpose", "what was said"},
        {number, std::to_string(entry.header.sequence), act.what, act.about, to_iso(at), who, role, purpose, act.says});
  }
  void add_apart(const Entry& entry, std::string what, std::string_view why, Agency originator,
                 std::string_view handling = "with conditions") {
    pack_.add_apart({"", std::move(what), to_words(day_of(entry.header.received)), to_iso(entry.header.received),
                     std::string(title_of(originator)), std::string(handling), "", entry.header.sequence,
                     std::string(why)});
  }

  void withdrawal(const Entry& entry) {
    const json body = json::parse(entry.body);
    const auto agency = agency_named(body.at("agency").get<std::string>());
    const auto record = body.at("record").get<std::string>();
    const auto of = agency ? matter_.of(*agency, record) : std::nullopt;
    if (of == Telling::plain)
      add(entry, body, {"Withdrawal of a record", fmt::format("{}/{}", wider::name_of(*agency), record), ""});
    if (of == Telling::apart) add_apart(entry, "Withdrawal of a record", with_conditions, *agency);
  }

  void word(const Entry& entry, const LinkDecision& said, const char* what, const std::string& more) {
    if (!matter_.of(said.left_agency, said.left) && !matter_.of(said.right_agency, said.right)) return;
    const Telling telling =
        std::max(telling_of(said.left_agency, said.left), telling_of(said.right_agency, said.right));
    if (telling == Telling::unsaid) return;
    if (telling == Telling::apart) return add_apart(entry, what, with_conditions, said.left_agency);
    LinkDecision whole = said;
    whole.at = entry.header.received;
    add(entry, json::parse(entry.body),
        {what,
         fmt::format("{}/{} and {}/{}", wider::name_of(said.left_agency), said.left, wider::name_of(said.right_agency),
                     said.right),
         (said.withdrawn ? "The word before is taken back. "
          : said.agrees  ? "A second person agrees. "
                         : "") +
             word_in_full(whole) + more,
         said.by});
  }

  void notice(const Entry& entry) {
    const NoticeEntry said = decode_notice(entry.body, entry.header.received);
    std::string touched;
    for (const auto& one : said.touched) {
      const auto finding = matter_.findings.find(one.finding);
      if (one.audience || (finding != matter_.findings.end() && finding->second != Telling::plain)) continue;
      touched += "\nIt touched: " + one.says;
    }
    word(entry, said.word, "Notice of what a word about a link touched", touched);
  }

  void action(const Entry& entry) {
    const json body = json::parse(entry.body);
    const auto finding = body.at("finding").get<std::string>();
    const auto found = matter_.findings.find(finding);
    if (found == matter_.findings.end()) {
      gone_[finding].push_back(entry);
    } else if (found->second == Telling::plain) {
      add_action(entry, body, finding, "");
    } else if (found->second == Telling::apart) {
      add_apart(entry, "What somebody did about a finding", with_conditions, entry.header.controller);
    }
  }
  void add_action(const Entry& entry, const json& body, const std::string& finding, std::string_view more) {
    const auto done = static_cast<FindingAction>(body.at("action").get<int>());
    std::string says = fmt::format("{}. {}", past_words(done), body.at("reason").get<std::string>());
    if (const auto until = body.at("until").get<std::string>(); !until.empty()) says += " Until " + until + ".";
    add(entry, body, {"Act on a finding", finding, says + std::string(more)});
  }

  void look(const Entry& entry) {
    const json body = json::parse(entry.body);
    const auto what = body.value("what", std::string());
    constexpr std::string_view of_a_finding = "Finding ";
    bool theirs = is_the_person(what.substr(what.rfind(' ') + 1));
    if (what.starts_with(of_a_finding)) {
      const auto found = matter_.findings.find(what.substr(of_a_finding.size()));
      theirs = found != matter_.findings.end() && found->second == Telling::plain;
    }
    if (!theirs) return;
    std::string who = body.value("operator", std::string());
    if (const auto officer = body.value("officer", std::string()); !officer.empty()) who += " for " + officer;
    add(entry, body, {entry.header.kind == EntryKind::refused ? "Look that was refused" : "Look", what, "", who},
        "looks.csv");
  }

  void search(const Entry& entry) {
    const json body = json::parse(entry.body);
    const auto typed = body.value("what", std::string());
    const std::string folded = fold(typed);
    std::set<std::string> words;
    for (const std::string_view one : linkage::words(folded)) words.emplace(one);
    if (std::ranges::any_of(
            names_, [&](const auto& name) { return words.contains(name.first) && words.contains(name.second); }))
      add(entry, body, {"Search that named the person", "", typed}, "looks.csv");
  }

  void concern(const Entry& entry) {
    const Concern said = decode_concern(entry.body, entry.header.received);
    if (!is_the_person(said.person)) return;
    add(entry, json::parse(entry.body),
        {"Concern", said.reference, fmt::format("About: {}. Born: {}. {}", said.about, said.born, said.what)});
  }

  void hold(const Entry& entry) {
    const json body = json::parse(entry.body);
    if (entry.header.kind == EntryKind::hold_lifted) {
      if (!included_.contains(body.at("hold").get<std::uint64_t>())) return;
      return add(entry, body,
                 {"Legal hold lifted", fmt::format("hold {}", body.at("hold").get<std::uint64_t>()),
                  body.at("reason").get<std::string>(), body.at("by").get<std::string>()});
    }
    const Hold said = decode_hold(entry.body, entry.header.sequence, entry.header.received);
    const bool theirs =
        said.scope == HoldScope::everything ||
        std::ranges::any_of(said.mentions,
                            [&](const auto& m) {
                              return mention_names_.contains(fmt::format("{}/{}", wider::name_of(m.first), m.second));
                            }) ||
        (said.scope == HoldScope::record && std::ranges::any_of(said.records, [&](const auto& r) {
           return matter_.of(r.first, r.second) == Telling::plain;
         }));
    if (!theirs) return;
    included_.insert(entry.header.sequence);
    add(entry, body, {"Legal hold placed", std::string(hub::name_of(said.scope)), said.reason, said.by});
  }

  void keeping(const Entry& entry) {
    const Keeping said = decode_keeping(entry.body);
    for (const auto& [agency, record] : said.records) {
      const auto of = matter_.of(agency, record);
      if (of == Telling::apart) add_apart(entry, "A record was kept beyond its time", with_conditions, agency);
      if (of != Telling::plain) continue;
      add(entry, json::parse(entry.body),
          {"Kept beyond its time", fmt::format("{}/{}", wider::name_of(agency), record),
           fmt::format("Until {}. {}", to_iso(said.until), said.reason), said.by});
    }
  }

  void protected_statement(const Entry& entry) {
    const auto said = decode_protected(entry.body);
    if (!said || !mention_names_.contains(fmt::format("{}/{}", wider::name_of(said->agency), said->mention))) return;
    if (telling_of(said->agency, said->mention) == Telling::unsaid) return;
    add_apart(entry, "A statement of protected characteristics",
              "It is kept for the person's needs: only where it bears on the offence is it material.", said->agency,
              "protected characteristics");
  }

  void trust(const Entry& entry) {
    const json body = json::parse(entry.body);
    if (body.contains("of")) {
      if (!included_.contains(body.at("of").get<std::uint64_t>())) return;
      const bool decision = entry.header.kind == EntryKind::evidence_decision;
      const std::string yes = decision ? "Given" : entry.header.kind == EntryKind::tie ? "Lifted" : "Found justified";
      const bool good = body.at(decision ? "given" : "good").get<bool>();
      const std::string what = decision                              ? "Decision on a request for evidence"
                               : entry.header.kind == EntryKind::tie ? "Review of a declared tie"
                                                                     : "Review of an opening in an emergency";
      return add(entry, body,
                 {what, fmt::format("entry {}", body.at("of").get<std::uint64_t>()),
                  fmt::format("{}{}: {}", good ? "" : "Not: ", yes,
                              body.at(decision ? "reason" : "note").get<std::string>())});
    }
    const auto mentions = body.at("who").at("mentions").get<std::vector<std::string>>();
    if (std::ranges::none_of(mentions, [&](const auto& m) { return mention_names_.contains(m); })) return;
    included_.insert(entry.header.sequence);
    const auto text = [&](const char* key) { return body.at(key).get<std::string>(); };
    switch (entry.header.kind) {
      case EntryKind::emergency:
        return add(entry, body, {"Opening in an emergency", text("by"), text("reason")});
      case EntryKind::tie:
        return add(entry, body, {"Declared conflict of interest", text("by"), text("what")});
      default:
        return add(entry, body,
                   {"Request for evidence", fmt::format("by {}, of {}", text("by"), text("holder")),
                    fmt::format("Line of enquiry: {}\nNecessity: {}\nProportionality: {}\nVictim: {}",
                                text("line_of_enquiry"), text("necessity"), text("proportionality"), text("victim"))});
    }
  }

  void version(const Entry& entry, std::string_view what, std::string_view name, std::string_view ending, bool& has) {
    has = true;
    const std::string file = fmt::format("versions/{}-{}.{}", name, entry.header.sequence, ending);
    pack_.file(file, entry.body);
    pack_.add({"", fmt::format("{}, in force from this entry on", what), to_words(day_of(entry.header.received)),
               to_iso(entry.header.received), "the partnership", "shared", file, entry.header.sequence});
  }
  // What the program brought, where nothing was adopted.
  void add_versions_in_use() {
    const auto own = [&](bool has, const std::string& what, const std::string& file, std::string text) {
      if (has) return;
      pack_.file(file, std::move(text));
      pack_.add({"", what + ", as the program brings it: none was adopted", "", "", "the program", "shared", file, 0});
    };
    own(has_model_, "Linkage model", "versions/model-of-the-program.toml", model_in_use(projection_.facts));
    own(has_patterns_, "Patterns and rules", "versions/patterns-of-the-program.json", shipped_versions());
    own(has_policy_, "Access policy", "versions/policy-of-the-program.toml",
        std::string(access::shipped_policy_text()));
  }

  // People acted on findings that stand no more. What the hub would have found on the day they did says whether the
  // finding was of the matter, and what it was: it was withdrawn since, for another word about a link or a correction.
  Result<void> past_findings() {
    std::map<Date, std::set<std::string>> days;
    for (const auto& [finding, entries] : gone_) days[day_of(entries.front().header.received)].insert(finding);
    std::size_t left = most_days_back;
    for (auto day = days.rbegin(); day != days.rend() && left > 0; ++day, --left) {
      const auto then = as_known_at(projection_, day->first, {});
      if (!then) return std::unexpected(then.error());
      for (const Finding& one : (*then)->findings)
        if (day->second.contains(one.id) && is_of_the_matter(**then, one)) add_past(one);
    }
    if (days.size() > most_days_back)
      pack_.row("findings_withdrawn.csv", past_header,
                {"", "", "", "Acts on findings before these days were not looked into.", "", "", ""});
    return {};
  }
  bool is_of_the_matter(const Projection& then, const Finding& one) const {
    if (one.audience) return false;  // it rested on what its agency had not released
    for (const RecordIndex record : one.proof)
      if (projection_.facts.policy_in_use().sensitive(then.holdings().at(record).kind)) return false;
    return std::ranges::any_of(one.mentions, [&](MentionIndex m) { return matter_.mentions.contains(m.value); });
  }
  void add_past(const Finding& one) {
    const std::string number = pack_.add(
        {"", fmt::format("Finding {} by the pattern {}, withdrawn since", one.id, one.pattern), to_words(one.met_on),
         to_iso(one.received), "concluded by the hub", "shared", "findings_withdrawn.csv", 0});
    pack_.row("findings_withdrawn.csv", past_header,
              {number, one.id, one.pattern, one.says, to_iso(one.met_on), to_iso(one.received),
               std::to_string(one.strength)});
    for (const Entry& entry : gone_.at(one.id))
      add_action(entry, json::parse(entry.body), one.id, " The finding was withdrawn since.");
  }
  static inline const Pack::Cells past_header = {
      "item", "finding", "pattern", "what it said", "met on", "all of it held since", "strength of the weakest fact"};

  const ProsecutionSources& sources_;
  const Projection& projection_;
  const Matter& matter_;
  Pack& pack_;
  std::set<std::string> mention_names_;                  // of the people, as "police/crime-C1#2"
  std::set<std::pair<std::string, std::string>> names_;  // of the person, folded
  std::map<std::string, Telling> others_;                // records outside the matter
  std::set<std::uint64_t> included_;                     // what later entries speak of
  std::map<std::string, std::vector<Entry>> gone_;       // acts on findings that do not stand
  bool has_model_ = false, has_patterns_ = false, has_policy_ = false;
};

}  // namespace

Result<void> add_entries(const ProsecutionSources& sources, const Matter& matter, Pack& pack) {
  return Entries(sources, matter, pack).all();
}

}  // namespace wider::hub::prosecution
