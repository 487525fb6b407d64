#include "hub/subject_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/safe_cell.hpp"
#include "hub/hub.hpp"
#include "hub/profile.hpp"
#include "hub/search.hpp"
#include "linkage/text.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

constexpr std::size_t least_word = 3;  // "of", "St": taken out of every sentence they would say nothing of anybody
constexpr std::size_t digits_of_a_number = 6;

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

void add_words(std::string_view text, std::set<std::string>& words) {
  const std::string folded = fold(text);
  for (const std::string_view word : linkage::words(folded)) words.emplace(word);
}

void add_names(const PersonMention& one, std::set<std::string>& words) {
  for (const std::string* text : {&one.forename, &one.surname, &one.full_name, &one.alias, &one.email, &one.address,
                                  &one.postcode, &one.description})
    add_words(*text, words);
}

std::string own_words(const PersonMention& one) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view what, std::string_view value) {
    if (!value.empty()) parts.push_back(fmt::format("{}: {}", what, value));
  };
  add("name", one.full_name.empty() ? one.forename + (one.surname.empty() ? "" : " ") + one.surname : one.full_name);
  add("other name", one.alias);
  add("born", one.birth_date.known() ? to_words(one.birth_date) : "");
  add("address", one.address + (one.postcode.empty() ? "" : " ") + one.postcode);
  add("telephone", one.phone);
  add("e-mail", one.email);
  add("NHS number", one.nhs_number);
  add("UPN", one.upn);
  add("agency's number", one.local_id);
  add("named as", title_of(one.role));
  std::string words;
  for (const std::string& part : parts) words += (words.empty() ? "" : "; ") + part;
  return words;
}

}  // namespace

std::string without_others(std::string_view text, const std::set<std::string>& others, const std::set<std::string>& own) {
  constexpr std::string_view another = "[another person]";
  std::string out;
  while (!text.empty()) {
    std::size_t end = 0;
    if (!letter(text.front())) {
      while (end < text.size() && !letter(text[end])) ++end;
      // Of "[another person] [another person]" one is enough.
      const bool between = out.ends_with(another) && text.substr(0, end).find_first_not_of(" -'") == std::string_view::npos;
      std::size_t next = end;
      while (next < text.size() && letter(text[next])) ++next;
      const std::string word = fold(text.substr(end, next - end));
      if (!(between && word.size() >= least_word && others.contains(word) && !own.contains(word))) out += text.substr(0, end);
      text.remove_prefix(end);
      continue;
    }
    while (end < text.size() && letter(text[end])) ++end;
    const std::string_view given = text.substr(0, end);
    const std::string word = fold(given);
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(given, [](char c) { return c >= '0' && c <= '9'; }));
    if (own.contains(word)) {
      out += given;
    } else if (word.size() >= least_word && others.contains(word)) {
      if (!out.ends_with(another)) out += another;
    } else if (digits >= digits_of_a_number) {
      out += "[number]";
    } else {
      out += given;
    }
    text.remove_prefix(end);
  }
  return out;
}

Result<SubjectAccess> subject_access(const Projection& projection, ledger::Ledger& ledger, PersonId person) {
  const auto nobody = failure(ErrorCode::not_found, "There is no such person, or nothing of theirs can be given.");
  if (!projection.people.exists(person)) return nobody;
  const Holdings& holdings = projection.holdings();
  std::map<std::uint32_t, std::set<std::uint32_t>> mine;  // record → ordinals of the mentions that are this person
  for (const MentionIndex m : projection.people.mentions_of(person)) {
    const RecordIndex record = holdings.at(m).record;
    const RecordRow& row = holdings.at(record);
    if (row.live && row.handling == Handling::shared) mine[record.value].insert(m.value - row.first_mention);
  }
  std::vector<std::pair<RecordIndex, Record>> records;
  std::set<std::string> own, others;
  for (const auto& [index, ordinals] : mine) {
    const auto entry = ledger.read(holdings.at(RecordIndex(index)).sequence);
    if (!entry) return std::unexpected(entry.error());
    if (entry->erased) continue;
    auto record = decode_record(entry->body);
    if (!record) return std::unexpected(record.error());
    for (std::uint32_t i = 0; i < record->people.size(); ++i) add_names(record->people[i], ordinals.contains(i) ? own : others);
    for (const ThingMention& thing : record->things) {
      if (thing.role != ThingRole::school && thing.kind != ThingKind::place) add_words(thing.id, others);
    }
    records.emplace_back(RecordIndex(index), std::move(*record));
  }
  if (records.empty()) return nobody;
  SubjectAccess given;
  given.person = person_text(person);
  for (const auto& [index, record] : records) {
    const auto& ordinals = mine[index.value];
    SubjectAccess::Row row;
    row.agency = title_of(record.agency);
    row.record = holdings.name(index);
    row.kind = title_of(record.kind);
    row.happened = to_words(record.happened);
    row.known = to_words(record.known);
    std::map<Role, std::size_t> roles;
    for (std::uint32_t i = 0; i < record.people.size(); ++i) {
      if (ordinals.contains(i)) {
        row.own += (row.own.empty() ? "" : " / ") + own_words(record.people[i]);
      } else {
        ++roles[record.people[i].role];
      }
    }
    std::vector<std::string> who;
    for (const auto& [role, count] : roles) who.push_back(fmt::format("{} × {}", count, title_of(role)));
    row.others = join_words(who);
    row.says = without_others(record.text, others, own);
    row.to_read = !record.text.empty();
    given.rows.push_back(std::move(row));
  }
  std::ranges::stable_sort(given.rows, {}, &SubjectAccess::Row::record);
  return given;
}

std::string to_csv(const SubjectAccess& given) {
  std::string out = "agency,record,kind,happened,recorded,about you,what it says,others named,to be read before it leaves\r\n";
  for (const SubjectAccess::Row& row : given.rows) {
    for (const std::string* cell : {&row.agency, &row.record, &row.kind, &row.happened, &row.known, &row.own, &row.says,
                                    &row.others})
      out += safe_cell(*cell) + ",";
    out += row.to_read ? "\"yes\"\r\n" : "\"\"\r\n";
  }
  out += safe_cell("Note") + ",\"\",\"\",\"\",\"\",\"\"," +
         safe_cell("Other people are taken out. Some records cannot be given here; each agency answers for its own, and "
                   "you may ask it.") +
         ",\"\",\"\"\r\n";
  return out;
}

}  // namespace wider::hub
