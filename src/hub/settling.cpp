#include "hub/settling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "base/check.hpp"
#include "hub/data.hpp"
#include "hub/search.hpp"

namespace wider::hub {
namespace {

// With fewer rows than this a model learnt from them would say more about chance than about people: the shipped one is
// used, and none is adopted. A model learnt from few rows is learnt anew when there are many times as many, until there
// are enough: the more rows, the less a new model says that the old one did not (ADR 13).
constexpr std::size_t rows_to_train_on = 5'000;
constexpr std::size_t rows_enough = 100'000;
constexpr std::size_t times_as_many = 6;
constexpr std::string_view learnt_from =
    "# learnt from ";  // and a number of rows: the first line of a model adopted without being asked

class Stopwatch {
 public:
  explicit Stopwatch(std::vector<StageTime>& times) : times_(times), since_(std::chrono::steady_clock::now()) {}
  void lap(std::string stage) {
    const auto now = std::chrono::steady_clock::now();
    times_.push_back({std::move(stage), std::chrono::duration<double>(now - since_).count()});
    since_ = now;
  }

 private:
  std::vector<StageTime>& times_;
  std::chrono::steady_clock::time_point since_;
};

void report(const SettleOptions& options, std::string_view stage, std::uint64_t done, std::uint64_t of) {
  if (options.progress) options.progress(stage, done, of);
}

// Pass 1: entries → facts.
Result<std::uint64_t> catch_up(ledger::Ledger& ledger, Facts& facts, const SettleOptions& options) {
  const std::uint64_t first = facts.through + 1;
  const std::uint64_t last = ledger.size();
  if (first > last) return 0;
  Result<void> applied;
  const auto read = ledger.read_range(first, last, [&](const ledger::Entry& entry) {
    applied = options.stop.stop_requested() ? std::unexpected(stopped_before_the_end()) : facts.apply(entry);
    if (entry.header.sequence % 65536 == 0)
      report(options, "read", entry.header.sequence - first + 1, last - first + 1);
    return applied.has_value();
  });
  if (!read) return std::unexpected(read.error());
  if (!applied) return std::unexpected(applied.error());
  return last - first + 1;
}

std::uint64_t live_mentions(const Holdings& holdings) {
  std::uint64_t count = 0;
  for (const RecordRow& record : holdings.records()) count += record.live ? record.mention_count : 0;
  return count;
}

// Whether a model is to be learnt from what the hub holds now. A model that somebody adopted stays.
bool wants_a_model(const Facts& facts) {
  const std::uint64_t rows = live_mentions(facts.holdings);
  if (facts.model.empty()) return rows >= rows_to_train_on;
  if (!facts.model.starts_with(learnt_from)) return false;
  std::uint64_t before = 0;
  const char* const digits = facts.model.data() + learnt_from.size();
  std::from_chars(digits, facts.model.data() + facts.model.size(), before);
  return before > 0 && before < rows_enough && rows >= times_as_many * before;
}

Result<void> append_adoption(ledger::Ledger& ledger, Facts& facts, ledger::EntryKind kind, const std::string& body) {
  ledger::NewEntry adoption;
  adoption.kind = kind;
  adoption.received = facts.last_received;
  adoption.body = body;
  const auto sequence = ledger.append(std::span(&adoption, 1));
  if (!sequence) return std::unexpected(sequence.error());
  // The adoption is the next entry unless others came in meanwhile: those are read at the next settling.
  if (*sequence == facts.through + 1) facts.through = *sequence;
  return {};
}

// Pass 2: the linkage model, adopted by an entry so that everything concluded names the version it rests on.
Result<void> adopt_model(ledger::Ledger& ledger, Facts& facts, const SettleOptions& options) {
  if (!wants_a_model(facts)) return {};
  auto learnt = learn_model(facts.holdings, options);
  if (!learnt) return std::unexpected(learnt.error());
  facts.model = fmt::format("{}{} rows, which were many times as many as before\n{}", learnt_from,
                            live_mentions(facts.holdings), *learnt);
  return append_adoption(ledger, facts, ledger::EntryKind::model_adopted, facts.model);
}

// The same for patterns and rules: those of the program are adopted where the hub has others.
Result<void> adopt_versions(ledger::Ledger& ledger, Facts& facts) {
  if (facts.versions == shipped_versions()) return {};
  facts.versions = shipped_versions();
  return append_adoption(ledger, facts, ledger::EntryKind::patterns_adopted, facts.versions);
}

// Pass 3: live mentions → people.
Result<void> link_people(Projection& projection, const SettleOptions& options) {
  const Holdings& holdings = projection.holdings();
  const LinkageRows rows = gather(holdings);
  std::vector<std::uint32_t> labels(holdings.mentions().size(), UINT32_MAX);
  if (!rows.input.rows.empty()) {
    const auto model = linkage::parse_model(model_in_use(projection.facts));
    if (!model) return std::unexpected(model.error());
    linkage::Options link_options;
    link_options.threads = options.threads;
    link_options.progress = options.progress;
    link_options.stop = options.stop;
    link_options.with_doubts = true;
    link_options.with_alternatives = true;  // they say how likely each doubt is
    const auto linked = linkage::link(rows.input, **model, decisions_as_rows(projection.facts, rows), link_options);
    if (!linked) return std::unexpected(linked.error());
    for (std::size_t r = 0; r < rows.mention_of.size(); ++r) {
      labels[rows.mention_of[r].value] = rows.mention_of[linked->cluster[r]].value;
    }
    projection.doubts.clear();
    for (const linkage::Doubt& doubt : linked->doubts) {
      projection.doubts.push_back({rows.mention_of[doubt.left], rows.mention_of[doubt.right],
                                   static_cast<float>(doubt.probability), static_cast<float>(doubt.weight),
                                   static_cast<std::uint32_t>(doubt.kind)});
    }
    projection.blocking_note = linked->blocking_note;
    projection.pairs_compared = linked->pairs_compared;
  }
  projection.people = People(std::move(labels), originator_only_flags(holdings));
  return {};
}

// Pass 4: people and things → findings.
Result<void> find_patterns(Projection& projection, std::optional<Date> as_known_at, const SettleOptions& options) {
  projection.things = std::make_unique<picture::Things>(projection.holdings());
  const auto patterns = shipped_patterns();
  if (!patterns) return std::unexpected(patterns.error());
  picture::FindOptions find_options;
  find_options.threads = options.threads;
  find_options.as_known_at = as_known_at;
  projection.findings = picture::find(projection.scene(), *patterns, find_options);
  return {};
}

using linkage::Attribute;
Code& value(linkage::Row& row, Attribute attribute) {
  return row.value[static_cast<std::size_t>(attribute)];
}

void fill(Code& target, Code from) {
  if (target == 0) target = from;
}

// Takes over from `index` what `row` does not say itself.
void fill_up(linkage::Row& row, const linkage::Row& index) {
  const bool named = value(row, Attribute::forename) != 0 || value(row, Attribute::surname) != 0 ||
                     value(row, Attribute::full_name) != 0;
  for (std::size_t a = 0; a < linkage::attribute_count; ++a) {
    const auto attribute = static_cast<Attribute>(a);
    const bool is_name =
        attribute == Attribute::forename || attribute == Attribute::surname || attribute == Attribute::full_name;
    if (is_name && named) continue;  // a name is taken over whole or not at all
    fill(row.value[a], index.value[a]);
  }
  if (!row.birth_date.known()) row.birth_date = index.birth_date;
  if (row.sex == Sex::unknown) row.sex = index.sex;
}

linkage::Row row_of_mention(const Holdings& holdings, MentionIndex m) {
  const MentionRow& mention = holdings.at(m);
  const RecordRow& record = holdings.at(mention.record);
  linkage::Row row;
  value(row, Attribute::forename) = mention.forename;
  value(row, Attribute::surname) = mention.surname;
  value(row, Attribute::full_name) = mention.full_name;
  value(row, Attribute::alias) = mention.alias;
  value(row, Attribute::postcode) = mention.postcode;
  value(row, Attribute::address) = mention.address;
  value(row, Attribute::phone) = mention.phone;
  value(row, Attribute::email) = mention.email;
  value(row, Attribute::nhs_number) = mention.nhs_number;
  value(row, Attribute::upn) = mention.upn;
  value(row, Attribute::uprn) = mention.uprn;
  value(row, Attribute::occupation) = mention.occupation;
  row.birth_date = mention.birth_date;
  row.sex = mention.sex;
  row.source = static_cast<std::uint16_t>(record.agency);
  row.own_id = mention.local_id;
  row.attach_only = record.handling == Handling::originator_only;
  return row;
}

// A row that its agency's own index numbers, and when the agency said it.
struct IndexedRow {
  std::uint64_t key;  // agency and number
  Date said;
  std::uint32_t row;
};

// Fills each row up with what its agency's own index says of that person, what the agency said last first; never by
// what the hub received last, so that the order of arrival changes nobody (invariant 6). Originator-only records lend
// nothing.
void fill_from_indices(const Holdings& holdings, LinkageRows& rows) {
  std::vector<IndexedRow> indexed;
  for (std::uint32_t r = 0; r < rows.input.rows.size(); ++r) {
    const linkage::Row& row = rows.input.rows[r];
    if (row.own_id == 0) continue;
    const RecordRow& record = holdings.at(holdings.at(rows.mention_of[r]).record);
    indexed.push_back({(static_cast<std::uint64_t>(row.source) << 32) | row.own_id,
                       record.known.valid() ? record.known : record.day(), r});
  }
  std::sort(indexed.begin(), indexed.end(), [&](const IndexedRow& a, const IndexedRow& b) {
    if (a.key != b.key || a.said != b.said) return a.key != b.key ? a.key < b.key : a.said > b.said;
    const MentionIndex left = rows.mention_of[a.row];
    const MentionIndex right = rows.mention_of[b.row];
    const RecordRow& of_left = holdings.at(holdings.at(left).record);
    const RecordRow& of_right = holdings.at(holdings.at(right).record);
    if (of_left.kind != of_right.kind) return of_left.kind < of_right.kind;
    if (of_left.id != of_right.id) return holdings.text(of_left.id) < holdings.text(of_right.id);
    return left < right;  // of one record
  });
  for (auto at = indexed.begin(); at != indexed.end();) {
    const auto end = std::find_if(at, indexed.end(), [&](const IndexedRow& other) { return other.key != at->key; });
    linkage::Row index;
    for (auto one = at; one != end; ++one) {
      if (!rows.input.rows[one->row].attach_only) fill_up(index, rows.input.rows[one->row]);
    }
    for (; at != end; ++at) fill_up(rows.input.rows[at->row], index);
  }
}

}  // namespace

const std::string& model_in_use(const Facts& facts) {
  if (!facts.model.empty()) return facts.model;
  const std::string* shipped = shipped_model("people.toml");
  CHECK(shipped != nullptr);  // it is part of the program
  return *shipped;
}

Result<std::string> learn_model(const Holdings& holdings, const SettleOptions& options) {
  const LinkageRows rows = gather(holdings);
  linkage::Options train_options;
  train_options.threads = options.threads;
  train_options.progress = options.progress;
  const auto trained = linkage::train(rows.input, train_options);
  if (!trained) return std::unexpected(trained.error());
  return linkage::to_toml(**trained);
}

LinkageRows gather(const Holdings& holdings) {
  LinkageRows out;
  out.input.strings = &holdings.strings();
  out.row_of.assign(holdings.mentions().size(), UINT32_MAX);
  for (std::uint32_t m = 0; m < holdings.mentions().size(); ++m) {
    if (!holdings.at(holdings.mentions()[m].record).live) continue;
    out.row_of[m] = static_cast<std::uint32_t>(out.input.rows.size());
    out.mention_of.emplace_back(m);
    out.input.rows.push_back(row_of_mention(holdings, MentionIndex(m)));
  }
  fill_from_indices(holdings, out);
  return out;
}

LinkageRows gather_few(const Holdings& holdings, std::span<const MentionIndex> mentions) {
  LinkageRows out;
  out.input.strings = &holdings.strings();
  for (const MentionIndex m : mentions) {
    if (!holdings.at(holdings.at(m).record).live) continue;
    out.mention_of.push_back(m);
    out.input.rows.push_back(row_of_mention(holdings, m));
  }
  fill_from_indices(holdings, out);
  return out;
}

std::optional<std::uint32_t> LinkageRows::row(MentionIndex mention) const {
  if (!row_of.empty()) return row_of[mention.value] == UINT32_MAX ? std::nullopt : std::optional(row_of[mention.value]);
  const auto found = std::lower_bound(mention_of.begin(), mention_of.end(), mention);
  if (found == mention_of.end() || *found != mention) return std::nullopt;
  return static_cast<std::uint32_t>(found - mention_of.begin());
}

linkage::Decisions decisions_as_rows(const Facts& facts, const LinkageRows& rows) {
  linkage::Decisions decisions;
  for (const LinkDecision& decision : facts.link_decisions) {
    if (!decision.counts()) continue;
    const auto left = facts.holdings.find_mention(decision.left_agency, decision.left);
    const auto right = facts.holdings.find_mention(decision.right_agency, decision.right);
    if (!left || !right) continue;
    const auto left_row = rows.row(*left);
    const auto right_row = rows.row(*right);
    if (!left_row || !right_row) continue;
    auto& list = decision.same ? decisions.same : decisions.different;
    list.emplace_back(*left_row, *right_row);
  }
  return decisions;
}

Result<void> conclude(Projection& projection, std::optional<Date> as_known_at, const SettleOptions& options) {
  if (auto linked = link_people(projection, options); !linked) return linked;
  if (options.stop.stop_requested()) return std::unexpected(stopped_before_the_end());
  return find_patterns(projection, as_known_at, options);
}

Result<Settled> settle(ledger::Ledger& ledger, std::unique_ptr<Projection> start, const SettleOptions& options) {
  Settled settled;
  settled.projection = start ? std::move(start) : std::make_unique<Projection>();
  Projection& projection = *settled.projection;
  Stopwatch watch(settled.times);
  const std::uint64_t identity_before = projection.facts.identity_version;

  const auto read = catch_up(ledger, projection.facts, options);  // every entry after the snapshot
  if (!read) return std::unexpected(read.error());
  if (projection.facts.unsealed) {
    // What was set aside comes back, and what was erased goes, as if it had never been: everything is read again.
    const std::uint64_t identity = projection.facts.identity_version;
    const std::uint64_t past = projection.facts.past_version;
    const std::string policy = projection.facts.policy_text;
    const std::uint64_t policy_sequence = projection.facts.policy_sequence;
    auto erased = std::move(projection.facts.erased);
    projection.facts = {};
    if (policy_sequence != 0) projection.facts.take_policy(policy, policy_sequence);
    projection.facts.erased = std::move(erased);
    if (const auto again = catch_up(ledger, projection.facts, options); !again) return std::unexpected(again.error());
    projection.facts.unsealed = false;
    // The hub stopped between an erasure's entry and the end of the erasure: it is done now.
    if (auto done = ledger.erase(projection.facts.to_erase); !done) return std::unexpected(done.error());
    projection.facts.to_erase.clear();
    projection.facts.identity_version = std::max(projection.facts.identity_version, identity) + 1;
    projection.facts.past_version = std::max(projection.facts.past_version, past) + 1;
  }
  set_aside_sealed(projection.facts);
  watch.lap("read the ledger");
  if (options.stop.stop_requested()) return std::unexpected(stopped_before_the_end());

  const bool other_versions =
      projection.facts.versions != shipped_versions() && !projection.holdings().mentions().empty();
  const bool identity_changed =
      projection.facts.identity_version != identity_before || projection.search == nullptr || other_versions;
  settled.changed = *read > 0 || identity_changed;
  if (!identity_changed) return settled;

  if (auto adopted = adopt_model(ledger, projection.facts, options); !adopted) return std::unexpected(adopted.error());
  if (other_versions) {
    if (auto adopted = adopt_versions(ledger, projection.facts); !adopted) return std::unexpected(adopted.error());
  }
  watch.lap("adopt a model");

  if (auto linked = link_people(projection, options); !linked) return std::unexpected(linked.error());
  watch.lap("link people");
  if (options.stop.stop_requested()) return std::unexpected(stopped_before_the_end());
  // Beyond this point nobody is merged or split: people and their ids are settled.

  if (auto found = find_patterns(projection, std::nullopt, options); !found) return std::unexpected(found.error());
  watch.lap("find patterns");

  projection.search = std::make_unique<SearchIndex>(projection.holdings(), projection.people);
  watch.lap("index for search");
  return settled;
}

}  // namespace wider::hub
