// The parts of prosecution.hpp that its sources share: what belongs to the matter, and the pack that grows.
// Thread safety: none; one pack for one answer.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hub/prosecution.hpp"

namespace wider::hub::prosecution {

// Of a record, a finding or a word about them. plain: told in full; apart: on the list of its own; unsaid: nowhere.
enum class Telling : std::uint8_t { plain, apart, unsaid };

using RecordNames = std::map<std::pair<Agency, std::string>, Telling>;

// What the matter is about.
struct Matter {
  PersonId person;                // of a finding: none
  std::vector<PersonId> people;   // the person, or those the finding names
  std::vector<RecordIndex> rows;  // all versions, in order of receipt
  RecordNames records;            // by agency and name
  std::map<std::string, Telling> findings;
  std::set<std::uint32_t> mentions;  // of the people, in those records
  // Of a mention's or a record's name; none: it does not belong to the matter.
  [[nodiscard]] std::optional<Telling> of(Agency agency, const std::string& record_or_mention) const;
};
[[nodiscard]] Result<Matter> matter_of(const ProsecutionSources& sources, const ProsecutionWish& wish);

class Pack {
 public:
  using Cells = std::vector<std::string>;
  // Gives the number back.
  std::string add(ProsecutionMaterial::Line line);
  void add_apart(ProsecutionMaterial::Line line);
  // The table is made with this header when it is first named.
  void row(const std::string& table, const Cells& header, Cells cells);
  void file(std::string name, std::string bytes) { files_[std::move(name)] = std::move(bytes); }
  [[nodiscard]] ProsecutionMaterial finish(std::string about) &&;

 private:
  ProsecutionMaterial material_;
  std::map<std::string, std::vector<Cells>> tables_;
  std::map<std::string, std::string> files_;
};

// Records, versions and withdrawn ones; links as the machine weighs them; findings that stand.
[[nodiscard]] Result<void> add_records(const ProsecutionSources& sources, const Matter& matter, Pack& pack);
[[nodiscard]] Result<void> add_links(const ProsecutionSources& sources, const Matter& matter, Pack& pack);
void add_findings(const ProsecutionSources& sources, const Matter& matter, Pack& pack);
// What people and the hub entered about them, from the ledger's small entries (prosecution_entries.cpp).
[[nodiscard]] Result<void> add_entries(const ProsecutionSources& sources, const Matter& matter, Pack& pack);
// Seals that the officer may open, in a list apart.
void add_seals(const ProsecutionSources& sources, const ProsecutionWish& wish, const Matter& matter, Pack& pack);

[[nodiscard]] std::string handling_words(const RecordRow& row);
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view between);

}  // namespace wider::hub::prosecution
