#include "hub/prosecution.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <unordered_set>

#include "access/policy.hpp"
#include "base/safe_cell.hpp"
#include "hub/hub.hpp"
#include "hub/prosecution_parts.hpp"
#include "hub/sealing.hpp"
#include "hub/settling.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace prosecution {
namespace {

constexpr std::size_t most_compared = 120;  // mentions of which every two are compared

std::unexpected<Error> nothing_to_tell() {
  return failure(ErrorCode::not_found, "There is no such person or finding, or nothing that may be told of.");
}

bool restricted(const RecordRow& row) {
  return row.handling == Handling::originator_only || handling_of(row.grade) == Handling::originator_only;
}

std::pair<Agency, std::string> name_of_row(const Holdings& holdings, RecordIndex record) {
  return {holdings.at(record).agency, holdings.name(record)};
}

// Adds all versions of the matter's records, and those that stand no more and bear a mark of the person. A record of
// which any version is restricted is listed apart with all of them; one of a sensitive service is not told of.
void add_versions(const ProsecutionSources& sources, Matter& matter) {
  const Facts& facts = sources.projection.facts;
  const Holdings& holdings = facts.holdings;
  std::unordered_set<std::string> marks;
  for (const std::uint32_t m : matter.mentions) {
    for (std::string& mark : marks_of(holdings, MentionIndex(m))) marks.insert(std::move(mark));
  }
  const auto bears_a_mark = [&](const RecordRow& row) {
    for (std::uint32_t i = 0; matter.person.valid() && i < row.mention_count; ++i) {
      const auto of = marks_of(holdings, MentionIndex(row.first_mention + i));
      if (std::ranges::any_of(of, [&](const std::string& mark) { return marks.contains(mark); })) return true;
    }
    return false;
  };
  const auto told = [&](std::uint32_t r) { return !facts.is_sealed(r) && holdings.records()[r].id != 0; };
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordRow& row = holdings.records()[r];
    if (!row.live && told(r) && bears_a_mark(row))
      matter.records.emplace(name_of_row(holdings, RecordIndex(r)), Telling::plain);
  }
  std::set<std::pair<Agency, std::uint32_t>> ids;  // the cheap comparison first
  for (const auto& [name, telling] : matter.records) {
    if (const auto id = holdings.strings().find(std::string_view(name.second).substr(name.second.find('-') + 1)))
      ids.emplace(name.first, *id);
  }
  for (std::uint32_t r = 0; r < holdings.records().size(); ++r) {
    const RecordRow& row = holdings.records()[r];
    if (!told(r)) continue;
    const auto found = matter.records.find(name_of_row(holdings, RecordIndex(r)));
    if (found == matter.records.end()) continue;
    matter.rows.emplace_back(r);
    if (facts.policy_in_use().sensitive(row.kind)) {
      found->second = Telling::unsaid;
    } else if (restricted(row) && found->second == Telling::plain) {
      found->second = Telling::apart;
    }
  }
}

std::string names_in_words(const PersonMention& one) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view what, std::string_view value) {
    if (!value.empty()) parts.push_back(fmt::format("{}: {}", what, value));
  };
  add("named as", title_of(one.role));
  add("forename", one.forename);
  add("surname", one.surname);
  add("full name", one.full_name);
  add("other name", one.alias);
  add("born", to_iso(one.birth_date));
  add("sex", one.sex == Sex::female ? "female" : one.sex == Sex::male ? "male" : "");
  add("agency's number", one.local_id);
  add("NHS number", one.nhs_number);
  add("UPN", one.upn);
  add("UPRN", one.uprn);
  add("telephone", one.phone);
  add("e-mail", one.email);
  add("address", one.address);
  add("postcode", one.postcode);
  add("occupation", one.occupation);
  add("description", one.description);
  return joined(parts, "; ");
}

std::string thing_in_words(const ThingMention& one) {
  std::vector<std::string> parts = {fmt::format("{} ({})", name_of(one.kind), name_of(one.role))};
  for (const std::string* text : {&one.text, &one.id, &one.postcode, &one.category})
    if (!text->empty()) parts.push_back(*text);
  return joined(parts, "; ");
}

std::string state_of(const RecordRow& row) {
  return row.live ? "stands" : row.withdrawn ? "withdrawn" : "replaced by a later version";
}

const Pack::Cells record_header = {"item",
                                   "record",
                                   "version",
                                   "state",
                                   "kind",
                                   "happened",
                                   "recorded",
                                   "received",
                                   "grade",
                                   "outcome",
                                   "outcome date",
                                   "reason",
                                   "code",
                                   "told by",
                                   "belongs to",
                                   "what it says",
                                   "people",
                                   "things",
                                   "doubts about values",
                                   "file",
                                   "row"};

Pack::Cells record_cells(const std::string& number, const std::string& name, const std::string& version,
                         const RecordRow& row, const Record& record) {
  std::vector<std::string> people, things, issues;
  for (const PersonMention& one : record.people) people.push_back(names_in_words(one));
  for (const ThingMention& one : record.things) things.push_back(thing_in_words(one));
  for (const Issue& one : record.issues) issues.push_back(one.column + ": " + one.reason);
  return {number,
          name,
          version,
          state_of(row),
          std::string(title_of(record.kind)),
          to_words(record.happened),
          to_iso(record.known),
          to_iso(row.received),
          to_words(record.grade),
          std::string(title_of(record.outcome)),
          to_iso(record.outcome_date),
          record.reason,
          record.code,
          record.source_agency,
          record.related,
          record.text,
          joined(people, "\n"),
          joined(things, "\n"),
          joined(issues, "\n"),
          record.origin.file,
          std::to_string(record.origin.row)};
}

}  // namespace

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  return fmt::format("{}", fmt::join(parts, between));
}

std::string handling_words(const RecordRow& row) {
  const std::string code = to_text(row.grade);
  return (code.empty() ? "" : code + "; ") + (restricted(row) ? "its agency has not released it" : "shared");
}

std::optional<Telling> Matter::of(Agency agency, const std::string& record_or_mention) const {
  auto found = records.find({agency, record_or_mention});
  if (found == records.end()) found = records.find({agency, record_or_mention.substr(0, record_or_mention.rfind('#'))});
  return found == records.end() ? std::nullopt : std::optional(found->second);
}

Result<Matter> matter_of(const ProsecutionSources& sources, const ProsecutionWish& wish) {
  const Projection& projection = sources.projection;
  const Holdings& holdings = projection.holdings();
  Matter matter;
  const auto add_record = [&](RecordIndex record) {
    matter.records.emplace(name_of_row(holdings, record), Telling::plain);
  };
  if (!wish.person.empty()) {
    auto id = person_of_text(wish.person);
    if (id && !projection.people.exists(*id) && id->value < holdings.mentions().size())
      id = projection.people.of(MentionIndex(id->value));  // the number it had before records were joined
    if (!id || !projection.people.exists(*id)) return nothing_to_tell();
    matter.person = *id;
    matter.people = {*id};
    for (const MentionIndex m : projection.people.mentions_of(*id)) {
      matter.mentions.insert(m.value);
      add_record(holdings.at(m).record);
    }
  }
  const auto concerns = [&](const Finding& one) {
    return matter.person.valid() ? std::ranges::find(one.people, matter.person) != one.people.end()
                                 : one.id == wish.finding;
  };
  for (const Finding& one : projection.findings) {
    if (!concerns(one)) continue;
    std::vector<RecordIndex> rests_on = one.proof;
    rests_on.insert(rests_on.end(), one.also.begin(), one.also.end());
    const bool unsaid = std::ranges::any_of(rests_on, [&](RecordIndex record) {
      return projection.facts.policy_in_use().sensitive(holdings.at(record).kind);
    });
    if (unsaid && !matter.person.valid()) return nothing_to_tell();
    matter.findings[one.id] = unsaid ? Telling::unsaid : one.audience ? Telling::apart : Telling::plain;
    if (!unsaid) std::ranges::for_each(rests_on, add_record);
    if (matter.person.valid()) continue;
    matter.people = one.people;
    for (const MentionIndex m : one.mentions) matter.mentions.insert(m.value);
  }
  if (matter.records.empty()) return nothing_to_tell();
  add_versions(sources, matter);
  if (std::ranges::all_of(matter.records, [](const auto& one) { return one.second == Telling::unsaid; }))
    return nothing_to_tell();
  return matter;
}

std::string Pack::add(ProsecutionMaterial::Line line) {
  line.number = std::to_string(material_.schedule.size() + 1);
  material_.schedule.push_back(std::move(line));
  return material_.schedule.back().number;
}

void Pack::add_apart(ProsecutionMaterial::Line line) {
  line.number = fmt::format("S{}", material_.apart.size() + 1);
  line.file.clear();
  material_.apart.push_back(std::move(line));
}

void Pack::row(const std::string& table, const Cells& header, Cells cells) {
  auto& rows = tables_[table];
  if (rows.empty()) rows.push_back(header);
  rows.push_back(std::move(cells));
}

ProsecutionMaterial Pack::finish(std::string about) && {
  const auto entry = [](const auto& line) { return line.entry == 0 ? "" : std::to_string(line.entry); };
  for (const auto& line : material_.schedule)
    row("schedule.csv", {"item", "description", "date", "received", "originator", "handling", "entry", "file"},
        {line.number, line.what, line.date, line.received, line.originator, line.handling, entry(line), line.file});
  for (const auto& line : material_.apart)
    row("sensitive.csv",
        {"item", "description", "date", "received", "originator", "handling", "why it stands apart", "entry"},
        {line.number, line.what, line.date, line.received, line.originator, line.handling, line.why_apart,
         entry(line)});
  if (material_.apart.empty())
    tables_["sensitive.csv"] = {
        {"item", "description", "date", "received", "originator", "handling", "why it stands apart", "entry"}};
  for (const auto& [name, rows] : tables_) {
    std::string& out = files_[name];
    for (const Cells& cells : rows) {
      for (std::size_t i = 0; i < cells.size(); ++i) out += (i == 0 ? "" : ",") + safe_cell(cells[i]);
      out += "\r\n";
    }
  }
  material_.about = std::move(about);
  material_.files = std::move(files_);
  return std::move(material_);
}

Result<void> add_records(const ProsecutionSources& sources, const Matter& matter, Pack& pack) {
  const Holdings& holdings = sources.projection.holdings();
  std::map<std::pair<Agency, std::string>, std::size_t> versions, so_far;
  for (const RecordIndex record : matter.rows) ++versions[name_of_row(holdings, record)];
  for (const RecordIndex index : matter.rows) {
    const RecordRow& row = holdings.at(index);
    const auto name = name_of_row(holdings, index);
    const std::string version = fmt::format("{} of {}", ++so_far[name], versions[name]);
    const Telling telling = matter.records.at(name);
    if (telling == Telling::unsaid) continue;
    ProsecutionMaterial::Line line{"",
                                   "",
                                   to_words(row.day()),
                                   to_iso(row.received),
                                   std::string(title_of(row.agency)),
                                   handling_words(row),
                                   "records.csv",
                                   row.sequence};
    if (telling == Telling::apart) {
      line.what = fmt::format("{}, version {}", title_of(row.kind), version);
      line.why_apart = "Its agency has put conditions on it: ask the agency.";
      pack.add_apart(std::move(line));
      continue;
    }
    const std::string full_name = fmt::format("{}/{}", wider::name_of(name.first), name.second);
    line.what = fmt::format("{} {}, version {} ({})", title_of(row.kind), full_name, version, state_of(row));
    const auto entry = sources.ledger.read(row.sequence);
    if (!entry) return std::unexpected(entry.error());
    if (entry->erased) {
      line.what += ": erased";
      line.file.clear();
      pack.add(std::move(line));
      continue;
    }
    const auto record = decode_record(entry->body);
    if (!record) return std::unexpected(record.error());
    const std::string number = pack.add(std::move(line));
    pack.row("records.csv", record_header, record_cells(number, full_name, version, row, *record));
  }
  return {};
}

// Only records that are told in full are compared; what an agency's index lends comes from such records alone
// (settling).
Result<void> add_links(const ProsecutionSources& sources, const Matter& matter, Pack& pack) {
  const Projection& projection = sources.projection;
  const Holdings& holdings = projection.holdings();
  const std::string& text = model_in_use(projection.facts);
  const auto model = linkage::parse_model(text);
  if (!model) return std::unexpected(model.error());
  std::vector<MentionIndex> mentions;
  for (const std::uint32_t m : matter.mentions) {
    const RecordRow& row = holdings.at(holdings.at(MentionIndex(m)).record);
    if (row.live && matter.of(row.agency, holdings.name(holdings.at(MentionIndex(m)).record)) == Telling::plain)
      mentions.emplace_back(m);
  }
  const LinkageRows rows = gather_few(holdings, mentions);
  if (rows.mention_of.size() < 2) return {};
  const bool every_two = rows.mention_of.size() <= most_compared;
  const std::string number =
      pack.add({"",
                fmt::format("Links between records as the machine weighs them{}, under the model in force",
                            every_two ? "" : ": each with the first and the one before it"),
                "", "", "concluded by the hub", "shared", "links.csv", 0});
  for (std::uint32_t right = 1; right < rows.mention_of.size(); ++right) {
    for (std::uint32_t left = 0; left < right; ++left) {
      if (!every_two && left != 0 && left + 1 != right) continue;
      const linkage::Explanation why = linkage::explain(rows.input, **model, left, right);
      std::vector<std::string> fields;
      for (const auto& field : why.fields)
        fields.push_back(fmt::format("{}: {} ({:+.2f})", field.field, field.level, field.weight));
      const bool one = projection.people.of(rows.mention_of[left]) == projection.people.of(rows.mention_of[right]);
      pack.row("links.csv",
               {"item", "record", "other record", "taken for one person", "prior weight (bits)", "weight in all (bits)",
                "probability of these two alone", "fields"},
               {number, mention_text(holdings, rows.mention_of[left]), mention_text(holdings, rows.mention_of[right]),
                one ? "yes" : "no", fmt::format("{:.2f}", why.prior_weight), fmt::format("{:.2f}", why.total_weight),
                fmt::format("{:.6f}", why.probability), joined(fields, "; ")});
    }
  }
  return {};
}

void add_findings(const ProsecutionSources& sources, const Matter& matter, Pack& pack) {
  const Projection& projection = sources.projection;
  const Holdings& holdings = projection.holdings();
  const auto names = [&](const std::vector<RecordIndex>& records) {
    std::vector<std::string> texts;
    for (const RecordIndex record : records) {
      const auto name = name_of_row(holdings, record);
      if (matter.of(name.first, name.second) == Telling::plain)
        texts.push_back(fmt::format("{}/{}", wider::name_of(name.first), name.second));
    }
    return joined(texts, "\n");
  };
  for (const Finding& one : projection.findings) {
    const auto found = matter.findings.find(one.id);
    if (found == matter.findings.end() || found->second == Telling::unsaid) continue;
    ProsecutionMaterial::Line line{
        "", "", to_words(one.met_on), to_iso(one.received), "concluded by the hub", "shared", "findings.csv", 0};
    if (found->second == Telling::apart) {
      line.what = "A finding of a recorded pattern";
      line.handling = "rests on what its agency has not released";
      line.originator = one.audience ? std::string(title_of(*one.audience)) : "";
      line.why_apart = "It rests on records with conditions: ask the agency.";
      pack.add_apart(std::move(line));
      continue;
    }
    line.what = fmt::format("Finding {} by the pattern {}", one.id, one.pattern);
    const std::string number = pack.add(std::move(line));
    std::vector<std::string> people, questions;
    for (const PersonId person : one.people) people.push_back(person_text(person));
    for (const auto& asked : one.explanations) questions.push_back(asked.question + " " + asked.answer);
    pack.row("findings.csv",
             {"item", "finding", "pattern", "what it says", "met on", "all of it held since", "people", "least proof",
              "records that agree", "strength of the weakest fact", "expected by chance", "ordinary explanations"},
             {number, one.id, one.pattern, one.says, to_iso(one.met_on), to_iso(one.received), joined(people, " "),
              names(one.proof), names(one.also), std::to_string(one.strength),
              fmt::format("{:.4g}", one.expected_by_chance), joined(questions, "\n")});
  }
}

void add_seals(const ProsecutionSources& sources, const ProsecutionWish& wish, const Matter& matter, Pack& pack) {
  const Facts& facts = sources.projection.facts;
  const Holdings& holdings = facts.holdings;
  std::unordered_set<std::string> marks;
  for (const std::uint32_t m : matter.mentions)
    for (std::string& mark : marks_of(holdings, MentionIndex(m))) marks.insert(std::move(mark));
  const auto bears_a_mark = [&](const RecordRow& row) {
    for (std::uint32_t i = 0; i < row.mention_count; ++i)
      for (const std::string& mark : marks_of(holdings, MentionIndex(row.first_mention + i)))
        if (marks.contains(mark)) return true;
    return false;
  };
  for (const Seal& seal : facts.seals) {
    if (!seal.may_open.contains(sources.officer)) continue;
    for (const std::uint32_t r : facts.sealed_rows) {
      const RecordRow& row = holdings.records()[r];
      if (facts.policy_in_use().sensitive(row.kind) || row.id == 0 || !covers(seal, holdings, RecordIndex(r))) continue;
      if (!(bears_a_mark(row) || (!wish.person.empty() && seal.person == wish.person))) continue;
      pack.add_apart({"", seal.kind == SealKind::privileged ? "Legal advice, privileged" : "A sealed record", "", "",
                      std::string(title_of(row.agency)), "sealed", "", 0,
                      seal.kind == SealKind::privileged
                          ? "It is privileged: only who holds the privilege may give it up."
                          : fmt::format("Seal {}: ask whoever may open it.", seal.number)});
    }
  }
}

}  // namespace prosecution

namespace {

constexpr std::string_view note =
    "What is not in this folder\r\n"
    "- What stands on sensitive.csv is described there and its content is nowhere in this folder.\r\n"
    "- Sensitive health services, sealed records and legal advice are not told of beyond what sensitive.csv lists, in "
    "this\r\n"
    "  or in any such folder; whether there are any does not follow from it. Ask the health safeguarding lead, the\r\n"
    "  sealed-records team and the agencies' own lawyers: they answer for them themselves.\r\n"
    "- Rows that could not be read (held back) belong to nobody yet; agencies' own systems hold more than they "
    "send.\r\n"
    "- What was erased is gone for good; its entry still stands in the proof.\r\n"
    "Read it before it leaves: records name other people. A link and a finding are the machine's conclusions from "
    "records,\r\n"
    "questions and not allegations.\r\n";

std::string cover_sheet(const ProsecutionSources& sources, const ProsecutionMaterial& material,
                        const ledger::Head& head) {
  return fmt::format(
      "Material that may be relevant to a prosecution: {}\r\n{}\r\n{} items in schedule.csv, {} listed apart in "
      "sensitive.csv.\r\n\r\n"
      "The ledger had {} entries. head.json is its head at that moment, signed by the hub; compare it with one that "
      "was\r\n"
      "published outside. proof/FIRST-LAST.proof proves that the entries of those numbers are the ledger's:\r\n"
      "wider ledger check-proof --head head.json proof/FIRST-LAST.proof\r\n\r\n{}",
      material.about, sources.asked, material.schedule.size(), material.apart.size(), head.size, note);
}

// One proof for each run of neighbouring entries.
Result<void> add_proofs(const ProsecutionSources& sources, const ledger::Head& head, ProsecutionMaterial& material) {
  std::set<std::uint64_t> entries;
  for (const auto* lines : {&material.schedule, &material.apart})
    for (const auto& line : *lines)
      if (line.entry != 0) entries.insert(line.entry);
  for (auto at = entries.begin(); at != entries.end();) {
    const std::uint64_t first = *at;
    std::uint64_t last = first;
    while (++at != entries.end() && *at == last + 1) last = *at;
    auto proof = ledger::make_proof(sources.ledger, first, last, head.size, 0);
    if (!proof) return std::unexpected(proof.error());
    material.files[fmt::format("proof/{}-{}.proof", first, last)] = std::move(*proof);
  }
  return {};
}

}  // namespace

Result<ProsecutionMaterial> prosecution_material(const ProsecutionSources& sources, const ProsecutionWish& wish) {
  auto matter = prosecution::matter_of(sources, wish);
  if (!matter) return std::unexpected(matter.error());
  prosecution::Pack pack;
  if (auto done = prosecution::add_records(sources, *matter, pack); !done) return std::unexpected(done.error());
  prosecution::add_findings(sources, *matter, pack);
  if (auto done = prosecution::add_links(sources, *matter, pack); !done) return std::unexpected(done.error());
  if (auto done = prosecution::add_entries(sources, *matter, pack); !done) return std::unexpected(done.error());
  prosecution::add_seals(sources, wish, *matter, pack);
  ProsecutionMaterial material =
      std::move(pack).finish(wish.person.empty() ? "finding " + wish.finding : "person " + person_text(matter->person));
  const auto head = sources.ledger.head();
  if (!head) return std::unexpected(head.error());
  if (auto done = add_proofs(sources, *head, material); !done) return std::unexpected(done.error());
  material.files["head.json"] = ledger::to_json(*head);
  material.files["README.txt"] = cover_sheet(sources, material, *head);
  return material;
}

Result<void> write_material(const ProsecutionMaterial& material, const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::exists(fs::symlink_status(folder, error)))
    return failure(ErrorCode::already_there,
                   fmt::format("{} is there already: name a folder that is not.", folder.string()));
  const fs::path part = folder.string() + fmt::format(".{}.part", ::getpid());
  const auto cannot = [&](const fs::path& path) {
    std::error_code ignored;
    fs::remove_all(part, ignored);
    return failure(ErrorCode::unreadable, fmt::format("{} cannot be written; nothing was.", path.string()));
  };
  if (!fs::create_directory(part, error)) return cannot(folder);
  fs::permissions(part, fs::perms::owner_all, error);
  for (const auto& [name, bytes] : material.files) {
    fs::create_directories((part / name).parent_path(), error);
    std::ofstream file(part / name, std::ios::binary);
    file << bytes;
    file.close();
    if (!file) return cannot(folder / name);
  }
  fs::rename(part, folder, error);
  if (error) return cannot(folder);
  return {};
}

}  // namespace wider::hub
