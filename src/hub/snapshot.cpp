#include "hub/snapshot.hpp"

#include <cstring>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "hub/search.hpp"

namespace wider::hub {
namespace {

// Bumped whenever a row's layout or the meaning of a block changes: an old snapshot is then left aside.
constexpr std::uint64_t snapshot_version = 11;
constexpr std::uint64_t layout_mark = (sizeof(RecordRow) << 40) | (sizeof(MentionRow) << 20) | sizeof(ThingRow);

// Blocks of plain rows, each with its length before it. Rows are trivially copyable and read back by the same build
// only.
class BlockWriter {
 public:
  template <typename Row>
  void rows(const std::vector<Row>& rows) {
    static_assert(std::is_trivially_copyable_v<Row>);
    bytes({reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(Row)});
  }
  void bytes(std::string_view bytes) {
    lengths_.push_back(std::make_unique<std::uint64_t>(bytes.size()));
    blocks_.emplace_back(reinterpret_cast<const char*>(lengths_.back().get()), sizeof(std::uint64_t));
    blocks_.push_back(bytes);
  }
  // Views of what was given: what they point to must live until the file is sealed.
  [[nodiscard]] const std::vector<std::string_view>& blocks() const { return blocks_; }

 private:
  std::vector<std::unique_ptr<std::uint64_t>> lengths_;
  std::vector<std::string_view> blocks_;
};

class BlockReader {
 public:
  explicit BlockReader(std::string_view bytes) : rest_(bytes) {}
  std::string_view bytes() {
    std::uint64_t length = 0;
    if (rest_.size() < sizeof(length)) return fail();
    std::memcpy(&length, rest_.data(), sizeof(length));
    rest_.remove_prefix(sizeof(length));
    if (length > rest_.size()) return fail();
    const std::string_view block = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return block;
  }
  template <typename Row>
  std::vector<Row> rows() {
    const std::string_view block = bytes();
    std::vector<Row> rows(block.size() / sizeof(Row));
    if (block.size() % sizeof(Row) != 0) ok_ = false;
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the size is given
    if (!rows.empty()) std::memcpy(static_cast<void*>(rows.data()), block.data(), rows.size() * sizeof(Row));
    return rows;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view fail() {
    ok_ = false;
    return {};
  }
  std::string_view rest_;
  bool ok_ = true;
};

template <typename Index>
nlohmann::json indexes(const std::vector<Index>& list) {
  nlohmann::json out = nlohmann::json::array();
  for (const Index index : list) out.push_back(index.value);
  return out;
}
template <typename Index>
std::vector<Index> indexes(const nlohmann::json& list) {
  std::vector<Index> out;
  for (const auto& value : list) out.emplace_back(value.get<std::uint32_t>());
  return out;
}

nlohmann::json to_json(const Finding& finding) {
  nlohmann::json explanations = nlohmann::json::array();
  for (const auto& one : finding.explanations) explanations.push_back({one.question, one.answer});
  std::vector<int> agencies;
  for (std::size_t a = 0; a < agency_count; ++a) {
    if (finding.agencies.has(static_cast<Agency>(a))) agencies.push_back(static_cast<int>(a));
  }
  return {{"id", finding.id},
          {"pattern", finding.pattern},
          {"says", finding.says},
          {"met_on", finding.met_on.days},
          {"received", finding.received.microseconds},
          {"people", indexes(finding.people)},
          {"children", indexes(finding.children)},
          {"things", indexes(finding.things)},
          {"proof", indexes(finding.proof)},
          {"mentions", indexes(finding.mentions)},
          {"also", indexes(finding.also)},
          {"agencies", agencies},
          {"audience", finding.audience ? static_cast<int>(*finding.audience) : -1},
          {"strength", finding.strength},
          {"expected", finding.expected_by_chance},
          {"explanations", explanations}};
}

Finding finding_of(const nlohmann::json& body) {
  Finding finding;
  finding.id = body.at("id").get<std::string>();
  finding.pattern = body.at("pattern").get<std::string>();
  finding.says = body.at("says").get<std::string>();
  finding.met_on = Date{body.at("met_on").get<std::int32_t>()};
  finding.received = Instant{body.at("received").get<std::int64_t>()};
  finding.people = indexes<PersonId>(body.at("people"));
  finding.children = indexes<PersonId>(body.at("children"));
  finding.things = indexes<EntityId>(body.at("things"));
  finding.proof = indexes<RecordIndex>(body.at("proof"));
  finding.mentions = indexes<MentionIndex>(body.at("mentions"));
  finding.also = indexes<RecordIndex>(body.at("also"));
  for (const auto& agency : body.at("agencies")) finding.agencies.add(static_cast<Agency>(agency.get<int>()));
  if (const int audience = body.at("audience").get<int>(); audience >= 0)
    finding.audience = static_cast<Agency>(audience);
  finding.strength = body.at("strength").get<int>();
  finding.expected_by_chance = body.at("expected").get<double>();
  for (const auto& one : body.at("explanations"))
    finding.explanations.push_back({one.at(0).get<std::string>(), one.at(1).get<std::string>()});
  return finding;
}

// Everything that is not columns: small, so JSON.
std::string rest_of(const Projection& projection) {
  const Facts& facts = projection.facts;
  nlohmann::json rest;
  rest["through"] = facts.through;
  rest["identity_version"] = facts.identity_version;
  rest["past_version"] = facts.past_version;
  rest["last_received"] = facts.last_received.microseconds;
  for (const auto& [agency, instant] : facts.last_received_from) {
    rest["last_received_from"].push_back({static_cast<int>(agency), instant.microseconds});
  }
  for (const Account& account : facts.accounts) rest["accounts"].push_back(encode_account(account));
  for (const LinkDecision& decision : facts.decision_history)
    rest["decisions"].push_back({encode_decision(decision), decision.at.microseconds});
  for (const NoticeEntry& notice : facts.notices)
    rest["notices"].push_back({encode_notice(notice), notice.word.at.microseconds});
  for (const FindingEvent& event : facts.finding_events)
    rest["events"].push_back({encode_event(event), event.at.microseconds});
  for (const Seal& seal : facts.seals) rest["seals"].push_back({encode_seal(seal), seal.at.microseconds, seal.number});
  for (const Concern& concern : facts.concerns)
    rest["concerns"].push_back({encode_concern(concern), concern.at.microseconds});
  for (const TrustEntry& said : facts.trust)
    rest["trust"].push_back({said.sequence, static_cast<int>(said.kind), said.received.microseconds, said.body});
  for (const Hold& hold : facts.holds) rest["holds"].push_back({encode_hold(hold), hold.at.microseconds, hold.number});
  for (const auto& [record, until] : facts.kept)
    rest["kept"].push_back({static_cast<int>(record.first), record.second, until.days});
  for (const auto& [sequence, mentions] : facts.erased) rest["erased"].push_back({sequence, mentions});
  rest["sealed_rows"] = facts.sealed_rows;
  rest["versions"] = facts.versions;
  rest["policy"] = {facts.policy_text, facts.policy_sequence};
  rest["held_back"] = facts.held_back;
  rest["blocking_note"] = projection.blocking_note;
  rest["pairs_compared"] = projection.pairs_compared;
  for (const Finding& finding : projection.findings) rest["findings"].push_back(to_json(finding));
  return rest.dump();
}

void read_rest(const nlohmann::json& rest, Projection& projection) {
  Facts& facts = projection.facts;
  const auto replay = [&](ledger::EntryKind kind, const std::string& body, Instant at) {
    ledger::Entry entry;
    entry.header.kind = kind;
    entry.header.received = at;
    entry.body = body;
    if (!facts.apply(entry)) throw std::runtime_error("a small entry of the snapshot");
  };
  for (const auto& body : rest.value("accounts", nlohmann::json::array()))
    replay(ledger::EntryKind::account, body.get<std::string>(), {});
  for (const auto& body : rest.value("decisions", nlohmann::json::array())) {
    replay(ledger::EntryKind::link_decision, body.at(0).get<std::string>(), Instant{body.at(1).get<std::int64_t>()});
  }
  for (const auto& body : rest.value("notices", nlohmann::json::array())) {
    replay(ledger::EntryKind::identity_notice, body.at(0).get<std::string>(), Instant{body.at(1).get<std::int64_t>()});
  }
  for (const auto& body : rest.value("events", nlohmann::json::array())) {
    replay(ledger::EntryKind::finding_action, body.at(0).get<std::string>(), Instant{body.at(1).get<std::int64_t>()});
  }
  for (const auto& pair : rest.value("last_received_from", nlohmann::json::array())) {
    facts.last_received_from[static_cast<Agency>(pair.at(0).get<int>())] = Instant{pair.at(1).get<std::int64_t>()};
  }
  for (const auto& body : rest.value("seals", nlohmann::json::array())) {
    facts.seals.push_back(decode_seal(body.at(0).get<std::string>(), body.at(2).get<std::uint64_t>(),
                                      Instant{body.at(1).get<std::int64_t>()}));
  }
  for (const auto& body : rest.value("concerns", nlohmann::json::array()))
    facts.concerns.push_back(decode_concern(body.at(0).get<std::string>(), Instant{body.at(1).get<std::int64_t>()}));
  for (const auto& said : rest.value("trust", nlohmann::json::array())) {
    facts.trust.push_back({said.at(0).get<std::uint64_t>(), static_cast<ledger::EntryKind>(said.at(1).get<int>()),
                           Instant{said.at(2).get<std::int64_t>()}, said.at(3).get<std::string>()});
  }
  for (const auto& body : rest.value("holds", nlohmann::json::array()))
    facts.holds.push_back(decode_hold(body.at(0).get<std::string>(), body.at(2).get<std::uint64_t>(),
                                      Instant{body.at(1).get<std::int64_t>()}));
  for (const auto& one : rest.value("kept", nlohmann::json::array()))
    facts.kept[{static_cast<Agency>(one.at(0).get<int>()), one.at(1).get<std::string>()}] =
        Date{one.at(2).get<std::int32_t>()};
  for (const auto& one : rest.value("erased", nlohmann::json::array()))
    facts.erased.emplace(one.at(0).get<std::uint64_t>(), one.at(1).get<std::uint32_t>());
  facts.sealed_rows = rest.at("sealed_rows").get<std::vector<std::uint32_t>>();
  facts.through = rest.at("through").get<std::uint64_t>();
  facts.identity_version = rest.at("identity_version").get<std::uint64_t>();
  facts.past_version = rest.at("past_version").get<std::uint64_t>();
  facts.last_received = Instant{rest.at("last_received").get<std::int64_t>()};
  facts.versions = rest.at("versions").get<std::string>();
  facts.take_policy(rest.at("policy").at(0).get<std::string>(), rest.at("policy").at(1).get<std::uint64_t>());
  facts.unsealed = false;  // the rows were read by it
  facts.held_back = rest.at("held_back").get<std::vector<std::uint64_t>>();
  projection.blocking_note = rest.at("blocking_note").get<std::string>();
  projection.pairs_compared = rest.at("pairs_compared").get<std::uint64_t>();
  for (const auto& body : rest.value("findings", nlohmann::json::array()))
    projection.findings.push_back(finding_of(body));
}

}  // namespace

Result<void> save_snapshot(ledger::Ledger& ledger, const std::filesystem::path& file, const Projection& projection) {
  const Holdings& holdings = projection.holdings();
  const std::vector<std::uint64_t> mark = {snapshot_version, layout_mark};
  const std::string rest = rest_of(projection);
  BlockWriter out;
  out.rows(mark);
  out.bytes(rest);
  out.bytes(projection.facts.model);
  out.bytes(holdings.strings().bytes());
  out.rows(holdings.strings().starts());
  out.rows(holdings.records());
  out.rows(holdings.mentions());
  out.rows(holdings.things());
  out.rows(projection.people.labels());
  out.rows(projection.doubts);
  return ledger.seal_file(file, out.blocks());
}

std::unique_ptr<Projection> load_snapshot(ledger::Ledger& ledger, const std::filesystem::path& file) {
  const auto bytes = ledger.unseal_file(file);
  if (!bytes) return nullptr;
  BlockReader in(*bytes);
  if (in.rows<std::uint64_t>() != std::vector<std::uint64_t>{snapshot_version, layout_mark}) return nullptr;
  auto projection = std::make_unique<Projection>();
  const std::string_view rest = in.bytes();
  const std::string model(in.bytes());
  std::string text(in.bytes());
  auto starts = in.rows<std::uint64_t>();
  auto records = in.rows<RecordRow>();
  auto mentions = in.rows<MentionRow>();
  auto things = in.rows<ThingRow>();
  auto labels = in.rows<std::uint32_t>();
  projection->doubts = in.rows<PersonDoubt>();
  if (!in.ok() || labels.size() != mentions.size()) return nullptr;
  Facts& facts = projection->facts;
  try {
    read_rest(nlohmann::json::parse(rest), *projection);
  } catch (const std::exception&) {
    return nullptr;
  }
  facts.model = model;
  facts.holdings = Holdings::from_blocks(StringPool::from_blocks(std::move(text), std::move(starts)),
                                         std::move(records), std::move(mentions), std::move(things));
  if (facts.through > ledger.size()) return nullptr;  // a snapshot of a ledger that went on differently
  projection->people = People(std::move(labels), originator_only_flags(facts.holdings));
  projection->things = std::make_unique<picture::Things>(facts.holdings);
  projection->search = std::make_unique<SearchIndex>(facts.holdings, projection->people);
  return projection;
}

}  // namespace wider::hub
