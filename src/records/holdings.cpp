#include "records/holdings.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/check.hpp"

namespace wider {

RecordIndex Holdings::add(const Record& record, std::uint64_t sequence, Instant received) {
  const RecordIndex index(static_cast<std::uint32_t>(records_.size()));
  CHECK(record.people.size() < 65536 && record.things.size() < 65536);
  RecordRow row;
  row.sequence = sequence;
  row.received = received;
  row.happened = record.happened;
  row.known = record.known;
  row.outcome_date = record.outcome_date;
  row.id = strings_.intern(record.id);
  row.code = strings_.intern(record.code);
  row.reason = strings_.intern(record.reason);
  row.related = strings_.intern(record.related);
  row.file = strings_.intern(record.origin.file);
  row.row = static_cast<std::uint32_t>(record.origin.row);
  row.first_mention = static_cast<std::uint32_t>(mentions_.size());
  row.first_thing = static_cast<std::uint32_t>(things_.size());
  row.mention_count = static_cast<std::uint16_t>(record.people.size());
  row.thing_count = static_cast<std::uint16_t>(record.things.size());
  row.agency = record.agency;
  row.kind = record.kind;
  row.grade = record.grade;
  row.handling = record.handling;
  row.outcome = record.outcome;
  if (const auto source = agency_named(record.source_agency)) row.source_agency = static_cast<std::uint8_t>(*source);

  for (const PersonMention& person : record.people) {
    MentionRow mention;
    mention.record = index;
    mention.birth_date = person.birth_date;
    mention.forename = strings_.intern(person.forename);
    mention.surname = strings_.intern(person.surname);
    mention.full_name = strings_.intern(person.full_name);
    mention.alias = strings_.intern(person.alias);
    mention.local_id = strings_.intern(person.local_id);
    mention.nhs_number = strings_.intern(person.nhs_number);
    mention.upn = strings_.intern(person.upn);
    mention.phone = strings_.intern(person.phone);
    mention.email = strings_.intern(person.email);
    mention.address = strings_.intern(person.address);
    mention.postcode = strings_.intern(person.postcode);
    mention.uprn = strings_.intern(person.uprn);
    mention.occupation = strings_.intern(person.occupation);
    mention.description = strings_.intern(person.description);
    mention.role = person.role;
    mention.sex = person.sex;
    mentions_.push_back(mention);
  }
  for (const ThingMention& thing : record.things) {
    ThingRow named;
    named.record = index;
    named.text = strings_.intern(thing.text);
    named.id = strings_.intern(thing.id);
    named.postcode = strings_.intern(thing.postcode);
    named.category = strings_.intern(thing.category);
    named.kind = thing.kind;
    named.role = thing.role;
    things_.push_back(named);
  }

  const auto [place, is_new] = live_.try_emplace(key_of(row.agency, row.kind, row.id), index);
  if (!is_new) {
    records_[place->second.value].live = false;
    place->second = index;
  }
  records_.push_back(row);
  return index;
}

void Holdings::withdraw(RecordIndex record) {
  RecordRow& row = records_[record.value];
  if (!row.live) return;
  row.live = false;
  row.withdrawn = true;
  live_.erase(key_of(row.agency, row.kind, row.id));
}

void Holdings::add_erased(std::uint32_t mentions, std::uint64_t sequence, Instant received) {
  const RecordIndex index(static_cast<std::uint32_t>(records_.size()));
  RecordRow row;
  row.sequence = sequence;
  row.received = received;
  row.first_mention = static_cast<std::uint32_t>(mentions_.size());
  row.first_thing = static_cast<std::uint32_t>(things_.size());
  row.mention_count = static_cast<std::uint16_t>(mentions);
  row.live = false;
  row.withdrawn = true;
  records_.push_back(row);
  for (std::uint32_t i = 0; i < mentions; ++i) mentions_.push_back({.record = index, .birth_date = {}});
}

std::string Holdings::name(RecordIndex record) const {
  const RecordRow& row = at(record);
  return fmt::format("{}-{}", name_of(row.kind), text(row.id));
}

std::string Holdings::name(MentionIndex mention) const {
  const RecordRow& row = at(at(mention).record);
  if (row.mention_count == 1) return name(at(mention).record);
  return fmt::format("{}#{}", name(at(mention).record), mention.value - row.first_mention + 1);
}

std::optional<RecordIndex> Holdings::find_record(Agency agency, std::string_view name) const {
  // A kind's own name may hold a dash ("school-nurse"), so every dash is tried as the end of the kind.
  for (std::size_t dash = name.find('-'); dash != std::string_view::npos; dash = name.find('-', dash + 1)) {
    const auto kind = record_kind_named(name.substr(0, dash));
    if (!kind) continue;
    const auto id = strings_.find(name.substr(dash + 1));
    if (!id) continue;
    const auto found = live_.find(key_of(agency, *kind, *id));
    if (found != live_.end()) return found->second;
  }
  return std::nullopt;
}

std::optional<MentionIndex> Holdings::find_mention(Agency agency, std::string_view name) const {
  if (const auto record = find_record(agency, name)) {
    const RecordRow& row = at(*record);
    if (row.mention_count == 1) return MentionIndex(row.first_mention);
  }
  const std::size_t hash = name.rfind('#');
  if (hash == std::string_view::npos) return std::nullopt;
  const auto record = find_record(agency, name.substr(0, hash));
  unsigned ordinal = 0;
  const std::string_view digits = name.substr(hash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  if (!record || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const RecordRow& row = at(*record);
  if (row.mention_count < 2 || ordinal < 1 || ordinal > row.mention_count) return std::nullopt;
  return MentionIndex(row.first_mention + ordinal - 1);
}

Holdings Holdings::from_blocks(StringPool strings, std::vector<RecordRow> records, std::vector<MentionRow> mentions,
                               std::vector<ThingRow> things) {
  Holdings holdings;
  holdings.strings_ = std::move(strings);
  holdings.records_ = std::move(records);
  holdings.mentions_ = std::move(mentions);
  holdings.things_ = std::move(things);
  holdings.live_.reserve(holdings.records_.size());
  for (std::uint32_t i = 0; i < holdings.records_.size(); ++i) {
    const RecordRow& row = holdings.records_[i];
    if (row.live) holdings.live_[key_of(row.agency, row.kind, row.id)] = RecordIndex(i);
  }
  return holdings;
}

}  // namespace wider
