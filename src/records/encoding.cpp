#include "records/encoding.hpp"

#include <fmt/format.h>

#include "records/tagged.hpp"

namespace wider {
namespace {

// Tags are part of the stored format (docs/formats/record.md): never renumber, only add.
enum RecordTag : std::uint8_t {
  agency = 1,
  kind,
  id,
  happened_first,
  happened_last,
  happened_precision,
  happened_minute,
  known,
  grade,
  handling,
  outcome,
  outcome_date,
  reason,
  code,
  source_agency,
  related,
  text,
  person,
  thing,
  issue,
  origin_file,
  origin_row,
};
enum PersonTag : std::uint8_t {
  p_role = 1,
  p_forename,
  p_surname,
  p_full_name,
  p_alias,
  p_birth_first,
  p_birth_precision,
  p_sex,
  p_local_id,
  p_nhs,
  p_upn,
  p_phone,
  p_email,
  p_address,
  p_postcode,
  p_uprn,
  p_occupation,
  p_description,
};
enum ThingTag : std::uint8_t { t_kind = 1, t_role, t_text, t_id, t_postcode, t_category };
enum IssueTag : std::uint8_t { i_column = 1, i_reason };

// Days are stored plus one, so that the 1st of January 1970 is not taken for "no date".
void put_date(TaggedWriter& out, std::uint8_t tag, Date date) {
  if (date.valid()) out.signed_number(tag, date.days >= 0 ? std::int64_t{date.days} + 1 : date.days);
}
Date get_date(const TaggedReader::Field& field) {
  const std::int64_t value = field.signed_number();
  if (value > 4'000'000 || value < -4'000'000 || value == 0) return {};
  return Date{static_cast<std::int32_t>(value > 0 ? value - 1 : value)};
}

// An enum value read from storage; values this version does not know are refused by clearing ok.
template <typename Enum>
Enum get_enum(const TaggedReader::Field& field, std::size_t count, bool& ok) {
  const std::uint64_t value = field.number();
  if (value >= count) {
    ok = false;
    return Enum{};
  }
  return static_cast<Enum>(value);
}

std::string encode_person(const PersonMention& person) {
  TaggedWriter out;
  out.number(p_role, static_cast<std::uint64_t>(person.role));
  out.text(p_forename, person.forename);
  out.text(p_surname, person.surname);
  out.text(p_full_name, person.full_name);
  out.text(p_alias, person.alias);
  put_date(out, p_birth_first, person.birth_date.first);
  out.number(p_birth_precision, static_cast<std::uint64_t>(person.birth_date.precision));
  out.number(p_sex, static_cast<std::uint64_t>(person.sex));
  out.text(p_local_id, person.local_id);
  out.text(p_nhs, person.nhs_number);
  out.text(p_upn, person.upn);
  out.text(p_phone, person.phone);
  out.text(p_email, person.email);
  out.text(p_address, person.address);
  out.text(p_postcode, person.postcode);
  out.text(p_uprn, person.uprn);
  out.text(p_occupation, person.occupation);
  out.text(p_description, person.description);
  return out.take();
}

bool decode_person(std::string_view bytes, PersonMention& person) {
  TaggedReader in(bytes);
  bool ok = true;
  while (const auto field = in.next()) {
    switch (field->tag) {
      case p_role:
        person.role = get_enum<Role>(*field, role_count, ok);
        break;
      case p_forename:
        person.forename = field->text();
        break;
      case p_surname:
        person.surname = field->text();
        break;
      case p_full_name:
        person.full_name = field->text();
        break;
      case p_alias:
        person.alias = field->text();
        break;
      case p_birth_first:
        person.birth_date.first = get_date(*field);
        break;
      case p_birth_precision:
        person.birth_date.precision = get_enum<Precision>(*field, 4, ok);
        break;
      case p_sex:
        person.sex = get_enum<Sex>(*field, 3, ok);
        break;
      case p_local_id:
        person.local_id = field->text();
        break;
      case p_nhs:
        person.nhs_number = field->text();
        break;
      case p_upn:
        person.upn = field->text();
        break;
      case p_phone:
        person.phone = field->text();
        break;
      case p_email:
        person.email = field->text();
        break;
      case p_address:
        person.address = field->text();
        break;
      case p_postcode:
        person.postcode = field->text();
        break;
      case p_uprn:
        person.uprn = field->text();
        break;
      case p_occupation:
        person.occupation = field->text();
        break;
      case p_description:
        person.description = field->text();
        break;
      default:
        break;
    }
  }
  // A precision without a day, or a day without a precision, is not something encode() writes.
  if (person.birth_date.known() != person.birth_date.first.valid()) ok = false;
  return ok && in.ok();
}

std::string encode_thing(const ThingMention& thing) {
  TaggedWriter out;
  out.number(t_kind, static_cast<std::uint64_t>(thing.kind));
  out.number(t_role, static_cast<std::uint64_t>(thing.role));
  out.text(t_text, thing.text);
  out.text(t_id, thing.id);
  out.text(t_postcode, thing.postcode);
  out.text(t_category, thing.category);
  return out.take();
}

bool decode_thing(std::string_view bytes, ThingMention& thing) {
  TaggedReader in(bytes);
  bool ok = true;
  while (const auto field = in.next()) {
    switch (field->tag) {
      case t_kind:
        thing.kind = get_enum<ThingKind>(*field, thing_kind_count, ok);
        break;
      case t_role:
        thing.role = get_enum<ThingRole>(*field, thing_role_count, ok);
        break;
      case t_text:
        thing.text = field->text();
        break;
      case t_id:
        thing.id = field->text();
        break;
      case t_postcode:
        thing.postcode = field->text();
        break;
      case t_category:
        thing.category = field->text();
        break;
      default:
        break;
    }
  }
  return ok && in.ok();
}

bool decode_issue(std::string_view bytes, Issue& issue) {
  TaggedReader in(bytes);
  while (const auto field = in.next()) {
    if (field->tag == i_column) issue.column = field->text();
    if (field->tag == i_reason) issue.reason = field->text();
  }
  return in.ok();
}

}  // namespace

std::string encode_content(const Record& record) {
  TaggedWriter out;
  out.number(agency, static_cast<std::uint64_t>(record.agency));
  out.number(kind, static_cast<std::uint64_t>(record.kind));
  out.text(id, record.id);
  put_date(out, happened_first, record.happened.first);
  put_date(out, happened_last, record.happened.last);
  out.number(happened_precision, static_cast<std::uint64_t>(record.happened.precision));
  out.number(happened_minute, static_cast<std::uint64_t>(record.happened.minute + 1));
  put_date(out, known, record.known);
  out.text(grade, to_text(record.grade));
  out.number(handling, static_cast<std::uint64_t>(record.handling));
  out.number(outcome, static_cast<std::uint64_t>(record.outcome));
  put_date(out, outcome_date, record.outcome_date);
  out.text(reason, record.reason);
  out.text(code, record.code);
  out.text(source_agency, record.source_agency);
  out.text(related, record.related);
  out.text(text, record.text);
  for (const PersonMention& mention : record.people) {
    // A mention of defaults only would encode to no bytes, which the writer leaves out: it gets one empty field
    // instead.
    const std::string bytes = encode_person(mention);
    out.text(person, bytes.empty() ? std::string_view("\0\0", 2) : std::string_view(bytes));
  }
  for (const ThingMention& mention : record.things) {
    const std::string bytes = encode_thing(mention);
    out.text(thing, bytes.empty() ? std::string_view("\0\0", 2) : std::string_view(bytes));
  }
  for (const Issue& one : record.issues) {
    TaggedWriter inner;
    inner.text(i_column, one.column);
    inner.text(i_reason, one.reason);
    const std::string bytes = inner.take();
    out.text(issue, bytes.empty() ? std::string_view("\0\0", 2) : std::string_view(bytes));
  }
  return out.take();
}

void append_origin(std::string& encoded, const Origin& origin) {
  TaggedWriter out;
  out.text(origin_file, origin.file);
  out.number(origin_row, origin.row);
  encoded += out.take();
}

std::string encode(const Record& record) {
  std::string encoded = encode_content(record);
  append_origin(encoded, record.origin);
  return encoded;
}

Result<Record> decode_record(std::string_view bytes) {
  Record record;
  bool ok = true;
  TaggedReader in(bytes);
  while (const auto field = in.next()) {
    switch (field->tag) {
      case agency:
        record.agency = get_enum<Agency>(*field, agency_count, ok);
        break;
      case kind:
        record.kind = get_enum<RecordKind>(*field, record_kind_count, ok);
        break;
      case id:
        record.id = field->text();
        break;
      case happened_first:
        record.happened.first = get_date(*field);
        break;
      case happened_last:
        record.happened.last = get_date(*field);
        break;
      case happened_precision:
        record.happened.precision = get_enum<Precision>(*field, 4, ok);
        break;
      case happened_minute:
        ok = ok && field->number() <= 1440;
        record.happened.minute = static_cast<std::int16_t>(static_cast<std::int16_t>(field->number()) - 1);
        break;
      case known:
        record.known = get_date(*field);
        break;
      case grade: {
        const auto parsed = parse_grade(field->bytes);
        ok = ok && parsed.has_value();
        if (parsed) record.grade = *parsed;
        break;
      }
      case handling:
        record.handling = get_enum<Handling>(*field, 2, ok);
        break;
      case outcome:
        record.outcome = get_enum<Outcome>(*field, outcome_count, ok);
        break;
      case outcome_date:
        record.outcome_date = get_date(*field);
        break;
      case reason:
        record.reason = field->text();
        break;
      case code:
        record.code = field->text();
        break;
      case source_agency:
        record.source_agency = field->text();
        break;
      case related:
        record.related = field->text();
        break;
      case text:
        record.text = field->text();
        break;
      case person:
        ok = decode_person(field->bytes, record.people.emplace_back()) && ok;
        break;
      case thing:
        ok = decode_thing(field->bytes, record.things.emplace_back()) && ok;
        break;
      case issue:
        ok = decode_issue(field->bytes, record.issues.emplace_back()) && ok;
        break;
      case origin_file:
        record.origin.file = field->text();
        break;
      case origin_row:
        record.origin.row = field->number();
        break;
      default:
        break;
    }
  }
  if (!ok || !in.ok()) return failure(ErrorCode::corrupt, "a stored record does not follow its format");
  return record;
}

}  // namespace wider
