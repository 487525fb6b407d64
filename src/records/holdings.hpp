// Holdings: all records the hub has taken in, as columns of dictionary codes: the one shape that linkage, picture,
// search and pages read. A pure function of the ledger's record entries, in their order. Bodies stay in the ledger.
// Invariants: rows are never moved or reused; a later version of a record (same agency, kind and id) makes the earlier
// row not live. Mentions and things of one record are adjacent.
// Thread safety: const members may be called together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/date.hpp"
#include "base/string_pool.hpp"
#include "base/strong_id.hpp"
#include "records/record.hpp"

namespace wider {

using RecordIndex = StrongId<struct RecordIndexTag>;    // row of Holdings::records()
using MentionIndex = StrongId<struct MentionIndexTag>;  // row of Holdings::mentions(); counts up in order of receipt
using ThingIndex = StrongId<struct ThingIndexTag>;      // row of Holdings::things()
using Code = StringPool::Code;

struct RecordRow {
  std::uint64_t sequence = 0;  // of the ledger entry that holds the body
  Instant received;
  When happened;
  Date known;
  Date outcome_date;
  Code id = 0;
  Code code = 0;
  Code reason = 0;
  Code related = 0;
  Code file = 0;
  std::uint32_t row = 0;
  std::uint32_t first_mention = 0;
  std::uint32_t first_thing = 0;
  std::uint16_t mention_count = 0;
  std::uint16_t thing_count = 0;
  Agency agency = Agency::social_care;
  RecordKind kind = RecordKind::contact;
  Grade grade;
  Handling handling = Handling::shared;
  Outcome outcome = Outcome::none;
  std::uint8_t source_agency = 255;  // an Agency, or 255 where not known
  bool live = true;
  bool withdrawn =
      false;  // it and its earlier versions are not shown for any moment, whatever comes under its id later
  // When the hub could first use it: the later of known and the day received; as-at views filter by it.
  [[nodiscard]] Date day() const { return happened.first.valid() ? happened.first : known; }
};

struct MentionRow {
  RecordIndex record;
  PartialDate birth_date;
  Code forename = 0, surname = 0, full_name = 0, alias = 0, local_id = 0, nhs_number = 0, upn = 0, phone = 0, email = 0;
  Code address = 0, postcode = 0, uprn = 0, occupation = 0, description = 0;
  Role role = Role::subject;
  Sex sex = Sex::unknown;
};

struct ThingRow {
  RecordIndex record;
  Code text = 0, id = 0, postcode = 0, category = 0;
  ThingKind kind = ThingKind::place;
  ThingRole role = ThingRole::at;
};

class Holdings {
 public:
  RecordIndex add(const Record& record, std::uint64_t sequence, Instant received);
  void withdraw(RecordIndex record);
  // The place of a record that was erased: a row that says nothing, with as many blank mentions, so that what came
  // later keeps its numbers.
  void add_erased(std::uint32_t mentions, std::uint64_t sequence, Instant received);

  [[nodiscard]] const std::vector<RecordRow>& records() const { return records_; }
  [[nodiscard]] const std::vector<MentionRow>& mentions() const { return mentions_; }
  [[nodiscard]] const std::vector<ThingRow>& things() const { return things_; }
  [[nodiscard]] const RecordRow& at(RecordIndex index) const { return records_[index.value]; }
  [[nodiscard]] const MentionRow& at(MentionIndex index) const { return mentions_[index.value]; }
  [[nodiscard]] const ThingRow& at(ThingIndex index) const { return things_[index.value]; }
  [[nodiscard]] std::string_view text(Code code) const { return strings_.view(code); }
  [[nodiscard]] const StringPool& strings() const { return strings_; }

  [[nodiscard]] std::string name(RecordIndex record) const;    // "referral-R77"
  [[nodiscard]] std::string name(MentionIndex mention) const;  // "crime-C1#2"
  // The live record, or mention, of that name; nullopt when there is none.
  [[nodiscard]] std::optional<RecordIndex> find_record(Agency agency, std::string_view name) const;
  [[nodiscard]] std::optional<MentionIndex> find_mention(Agency agency, std::string_view name) const;

  // For snapshots: the blocks, and holdings made of them again (the index of names is rebuilt).
  static Holdings from_blocks(StringPool strings, std::vector<RecordRow> records, std::vector<MentionRow> mentions,
                              std::vector<ThingRow> things);

 private:
  // agency, kind and id code in one number: the live row of that record.
  static std::uint64_t key_of(Agency agency, RecordKind kind, Code id) {
    return (static_cast<std::uint64_t>(agency) << 40) | (static_cast<std::uint64_t>(kind) << 32) | id;
  }

  StringPool strings_;
  std::vector<RecordRow> records_;
  std::vector<MentionRow> mentions_;
  std::vector<ThingRow> things_;
  std::unordered_map<std::uint64_t, RecordIndex> live_;
};

}  // namespace wider
