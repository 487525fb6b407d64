#include "linkage/entries.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_set>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/random.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t index_of(Attribute attribute) {
  return static_cast<std::size_t>(attribute);
}

struct ParsedForename {
  Code first = 0, whole = 0;
  std::array<Code, other_name_count> others{};
};
struct ParsedSurname {
  Code whole = 0, first = 0, last = 0;
};
struct ParsedFullName {
  ParsedForename forename;
  ParsedSurname surname;
  std::array<Code, other_name_count> beyond{};  // what stands neither as first forename nor as surname
};
struct ParsedAddress {
  Code address = 0, words = 0, house = 0, street = 0;
};
struct ParsedPostcode {
  Code postcode = 0, outward = 0;
};
struct ParsedEmail {
  Code email = 0, user = 0, sound = 0;
};

// A result remembered by input code: each distinct value is normalised once.
template <typename Parsed>
class Memo {
 public:
  explicit Memo(std::size_t codes) : known_(codes), parsed_(codes) {}
  template <typename Parse>
  const Parsed& of(Code code, Parse&& parse) {
    if (code >= known_.size()) {
      known_.resize(std::max<std::size_t>(code + 1, known_.size() * 2));
      parsed_.resize(known_.size());
    }
    if (!known_[code]) {
      parsed_[code] = parse(code);
      known_[code] = true;
    }
    return parsed_[code];
  }

 private:
  std::vector<bool> known_;
  std::vector<Parsed> parsed_;
};

template <std::size_t size>
void add_name(std::array<Code, size>& names, Code name) {
  if (name == 0) return;
  for (Code& place : names) {
    if (place == name) return;
    if (place == 0) {
      place = name;
      return;
    }
  }
}

class Normaliser {
 public:
  Normaliser(const StringPool& from, Entries& entries) : from_(from), entries_(entries) {}

  Code intern(std::string_view text) { return entries_.strings.intern(text); }

  Code name(std::string_view word) {
    const Code code = intern(word);
    auto& names = entries_.names;
    if (names.size() <= code) names.resize(std::max<std::size_t>(code + 1, names.size() * 2));
    if (code != 0 && names[code].sound == 0) {
      const std::string folded(word);
      NameFacts facts;
      facts.groups = groups_of(folded);
      facts.sound = intern("~" + sound_key(fullest_form(folded)));
      facts.plain_sound = intern("~" + sound_key(folded));
      names.resize(std::max<std::size_t>(names.size(), entries_.strings.size()));
      names[code] = facts;
    }
    return code;
  }

  // The words of a name without titles; where nothing else stands, those that may be a name (Ma, Earl, King).
  static std::vector<std::string_view> name_words(std::string_view folded) {
    std::vector<std::string_view> found = words(folded), bare;
    std::copy_if(found.begin(), found.end(), std::back_inserter(bare), [](auto word) { return !is_title(word); });
    if (!bare.empty()) return bare;
    std::erase_if(found, is_placeholder);
    return found;
  }
  // The same for forename and surname in one: "Anna King" keeps both, and "Sir Robert" is no surname of Robert's.
  static std::vector<std::string_view> whole_name_words(std::string_view folded) {
    std::vector<std::string_view> bare = name_words(folded);
    const auto all = words(folded);
    if (bare.size() == 1 && all.size() >= 2 && all.front() == bare.front() && !is_placeholder(all.back()))
      bare.push_back(all.back());
    return bare;
  }

  ParsedForename forename_of(std::span<const std::string_view> parts) {
    ParsedForename parsed;
    if (parts.empty()) return parsed;
    std::string whole;
    for (const std::string_view part : parts) whole += part;
    parsed.first = name(parts[0]);
    parsed.whole = parts.size() == 1 ? parsed.first : name(whole);
    for (std::size_t i = 1; i < parts.size(); ++i) add_name(parsed.others, name(parts[i]));
    return parsed;
  }

  ParsedSurname surname_of(std::span<const std::string_view> parts) {
    ParsedSurname parsed;
    if (parts.empty()) return parsed;
    std::string whole;
    for (const std::string_view part : parts) whole += part;
    parsed.whole = name(whole);
    if (parts.size() == 1) return parsed;
    for (const std::string_view part : parts) {  // "de", "al" and such are no part by which to know a family
      if (part.size() < 3) continue;
      (parsed.first == 0 ? parsed.first : parsed.last) = name(part);
    }
    return parsed;
  }

  ParsedForename forename(Code code) {
    const std::string folded = fold(from_.view(code));
    return forename_of(name_words(folded));
  }
  ParsedSurname surname(Code code) {
    const std::string folded = fold(from_.view(code));
    return surname_of(name_words(folded));
  }

  // "MARSH, Ann Mary" or "Marsh, Ann": one name, or one in capitals, before the comma, and no more than three without a
  // number after it. "Robert Gilmour, 1st Baronet" and "John, Duke of Argyll and Greenwich" are not that.
  static bool surname_stands_first(std::string_view text, std::size_t comma) {
    if (comma == std::string_view::npos) return false;
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::string_view before = text.substr(0, comma);
    const std::string_view after = text.substr(comma + 1);
    if (std::any_of(after.begin(), after.end(), is_digit)) return false;
    const bool capitals =
        std::none_of(before.begin(), before.end(), is_lower) && std::any_of(before.begin(), before.end(), is_upper);
    const bool one_word = before.find(' ') == std::string_view::npos;
    const auto spaces = std::count(after.begin(), after.end(), ' ');
    return (capitals || one_word) && spaces <= 3;
  }

  // "Sir Robert Gilmour, 1st Baronet": the name stands before the comma; what follows is kept as other names.
  ParsedFullName full_name(Code code) {
    const std::string_view text = from_.view(code);
    const std::size_t comma = text.find(',');
    const std::string before = fold(text.substr(0, comma));
    const std::string after = comma == std::string_view::npos ? std::string() : fold(text.substr(comma + 1));
    std::vector<std::string_view> parts = whole_name_words(before);
    std::vector<std::string_view> more = name_words(after);
    const bool epithet = !more.empty() && is_title(more.front());  // "Ann, Queen"
    if (parts.empty()) parts.swap(more);
    if (epithet) more.clear();
    ParsedFullName parsed;
    if (surname_stands_first(text, comma) && !parts.empty() && !more.empty()) {
      parsed.surname = surname_of(parts);
      parsed.forename = forename_of(std::span(more).first(1));
      for (std::size_t i = 1; i < more.size(); ++i) add_name(parsed.beyond, name(more[i]));
      return parsed;
    }
    if (parts.size() >= 2) parsed.surname = surname_of(std::span(parts).last(1));
    parsed.forename = forename_of(std::span(parts).first(std::min<std::size_t>(parts.size(), 1)));
    for (std::size_t i = 1; i + 1 < parts.size(); ++i) add_name(parsed.beyond, name(parts[i]));
    for (const std::string_view word : more) add_name(parsed.beyond, name(word));
    return parsed;
  }

  Code alias(Code code) {
    const std::string folded = fold(from_.view(code));
    const auto parts = name_words(folded);
    return parts.empty() ? 0 : name(parts[0]);
  }

  ParsedAddress address(Code code) {
    const std::string folded = fold_address(from_.view(code));
    ParsedAddress parsed;
    parsed.address = intern(folded);
    std::vector<std::string_view> parts = words(folded);
    const auto is_number = [](std::string_view word) { return word.front() >= '0' && word.front() <= '9'; };
    std::string_view number;
    for (const std::string_view word : parts) {
      if (is_number(word)) {
        number = word;
      } else if (!number.empty()) {
        parsed.house = intern(std::string(number) + " " + std::string(word));
        break;
      }
    }
    std::sort(parts.begin(), parts.end());
    parsed.words = intern(fmt::format("{}", fmt::join(parts, " ")));
    std::erase_if(parts, is_number);
    if (parts.size() >= 2) parsed.street = intern("~" + fmt::format("{}", fmt::join(parts, " ")));
    return parsed;
  }

  ParsedPostcode postcode(Code code) {
    const std::string tight = fold_tight(from_.view(code));
    ParsedPostcode parsed;
    parsed.postcode = intern(tight);
    if (tight.size() >= 5 && tight.size() <= 7 && (tight[0] < '0' || tight[0] > '9')) {
      parsed.outward = intern(tight.substr(0, tight.size() - 3));
    }
    return parsed;
  }

  ParsedEmail email(Code code) {
    std::string lower;
    for (const char c : from_.view(code)) {
      if (c != ' ') lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    ParsedEmail parsed;
    parsed.email = intern(lower);
    parsed.user = intern(std::string_view(lower).substr(0, lower.find('@')));
    std::string letters;
    for (const char c : lower) {
      if (c >= 'a' && c <= 'z') letters += c;
    }
    if (letters.size() >= 5) parsed.sound = intern("~" + sound_key(letters));
    return parsed;
  }

  Code tight(Code code) { return intern(fold_tight(from_.view(code))); }
  Code folded(Code code) { return intern(fold(from_.view(code))); }
  Code phone(Code code) { return intern(fold_phone(from_.view(code))); }
  Code own_id(Code code) { return intern(from_.view(code)); }

 private:
  const StringPool& from_;
  Entries& entries_;
};

BirthDate birth_of(const PartialDate& date) {
  BirthDate birth;
  if (!date.known()) return birth;
  const YearMonthDay parts = split(date.first);
  birth.year = static_cast<std::int16_t>(parts.year);
  if (date.precision >= Precision::month) birth.month = static_cast<std::int8_t>(parts.month);
  if (date.precision >= Precision::day) birth.day = static_cast<std::int8_t>(parts.day);
  return birth;
}

class RowReader {
 public:
  RowReader(const StringPool& from, Entries& entries)
      : strings_(from),
        normaliser_(strings_, entries),
        forenames_(strings_.size()),
        surnames_(strings_.size()),
        full_names_(strings_.size()),
        aliases_(strings_.size()),
        addresses_(strings_.size()),
        postcodes_(strings_.size()),
        emails_(strings_.size()),
        tight_(strings_.size()),
        folded_(strings_.size()),
        phones_(strings_.size()),
        own_ids_(strings_.size()) {}

  Entry read(const Row& row, bool keep_source) {
    Entry entry;
    const auto value = [&](Attribute attribute) { return row.value[index_of(attribute)]; };
    read_names(row, entry);
    if (const Code code = value(Attribute::postcode)) {
      const ParsedPostcode& parsed = postcodes_.of(code, [&](Code c) { return normaliser_.postcode(c); });
      entry.postcode = parsed.postcode;
      entry.outward = parsed.outward;
    }
    if (const Code code = value(Attribute::address)) {
      const ParsedAddress& parsed = addresses_.of(code, [&](Code c) { return normaliser_.address(c); });
      entry.address = parsed.address;
      entry.address_words = parsed.words;
      entry.house = parsed.house;
      entry.street = parsed.street;
    }
    if (const Code code = value(Attribute::email)) {
      const ParsedEmail& parsed = emails_.of(code, [&](Code c) { return normaliser_.email(c); });
      entry.email = parsed.email;
      entry.email_user = parsed.user;
      entry.email_sound = parsed.sound;
    }
    const auto tight = [&](Attribute a) {
      return value(a) == 0 ? 0 : tight_.of(value(a), [&](Code c) { return normaliser_.tight(c); });
    };
    const auto folded = [&](Attribute a) {
      return value(a) == 0 ? 0 : folded_.of(value(a), [&](Code c) { return normaliser_.folded(c); });
    };
    entry.town = folded(Attribute::town);
    entry.occupation = folded(Attribute::occupation);
    entry.nhs_number = tight(Attribute::nhs_number);
    entry.upn = tight(Attribute::upn);
    entry.uprn = tight(Attribute::uprn);
    if (const Code code = value(Attribute::phone))
      entry.phone = phones_.of(code, [&](Code c) { return normaliser_.phone(c); });
    entry.birth = birth_of(row.birth_date);
    if (entry.birth.year != 0) entry.birth_text = normaliser_.intern(to_iso(row.birth_date));
    entry.sex = row.sex;
    if (row.own_id != 0) entry.own_id = own_ids_.of(row.own_id, [&](Code c) { return normaliser_.own_id(c); });
    if (keep_source || row.own_id != 0) entry.source = row.source;
    entry.attach_only = row.attach_only;
    return entry;
  }

 private:
  void read_names(const Row& row, Entry& entry) {
    ParsedForename forename;
    ParsedSurname surname;
    if (const Code code = row.value[index_of(Attribute::forename)]) {
      forename = forenames_.of(code, [&](Code c) { return normaliser_.forename(c); });
    }
    if (const Code code = row.value[index_of(Attribute::surname)]) {
      surname = surnames_.of(code, [&](Code c) { return normaliser_.surname(c); });
    }
    for (const Code other : forename.others) add_name(entry.other_names, other);
    if (const Code code = row.value[index_of(Attribute::full_name)]) {
      const ParsedFullName& full = full_names_.of(code, [&](Code c) { return normaliser_.full_name(c); });
      // The agency's own split is kept unless it was a title only.
      if (forename.first == 0 && full.forename.first != surname.whole) forename = full.forename;
      if (surname.whole == 0 && full.surname.whole != forename.first) surname = full.surname;
      for (const Code other : {full.forename.first, full.surname.whole}) {
        if (other != forename.first && other != surname.whole) add_name(entry.other_names, other);
      }
      for (const Code other : full.beyond) {
        if (other != forename.first && other != surname.whole) add_name(entry.other_names, other);
      }
    }
    if (const Code code = row.value[index_of(Attribute::alias)]) {
      add_name(entry.other_names, aliases_.of(code, [&](Code c) { return normaliser_.alias(c); }));
    }
    entry.forename = forename.first;
    entry.forename_whole = forename.whole;
    entry.surname = surname.whole;
    entry.surname_first = surname.first;
    entry.surname_last = surname.last;
  }

  const StringPool& strings_;
  Normaliser normaliser_;
  Memo<ParsedForename> forenames_;
  Memo<ParsedSurname> surnames_;
  Memo<ParsedFullName> full_names_;
  Memo<Code> aliases_;
  Memo<ParsedAddress> addresses_;
  Memo<ParsedPostcode> postcodes_;
  Memo<ParsedEmail> emails_;
  Memo<Code> tight_, folded_, phones_, own_ids_;
};

}  // namespace

class EntryReader::Impl {
 public:
  Impl(const StringPool& from, Entries& entries) : reader(from, entries) {}
  RowReader reader;
};

EntryReader::EntryReader(const StringPool& from, Entries& entries) : impl_(std::make_unique<Impl>(from, entries)) {}
EntryReader::~EntryReader() = default;
Entry EntryReader::read(const Row& row, bool keep_source) {
  return impl_->reader.read(row, keep_source);
}

std::uint64_t content_hash(const Entry& entry, const StringPool& strings) {
  std::uint64_t hash = 0;
  const auto add = [&](std::uint64_t value) { hash = mix64(hash ^ value); };
  for (const Code code : {entry.forename, entry.forename_whole, entry.surname, entry.surname_first, entry.surname_last})
    add(strings.hash(code));
  for (const Code code : entry.other_names) add(strings.hash(code));
  for (const Code code : {entry.birth_text, entry.postcode, entry.address, entry.uprn, entry.town, entry.phone,
                          entry.email, entry.nhs_number, entry.upn, entry.occupation, entry.own_id}) {
    add(strings.hash(code));
  }
  add((static_cast<std::uint64_t>(entry.source) << 8) | (static_cast<std::uint64_t>(entry.sex) << 1) |
      (entry.attach_only ? 1 : 0));
  return hash;
}

Entries make_entries(const Input& input, std::span<const std::pair<std::uint32_t, std::uint32_t>> apart) {
  Entries entries;
  std::unordered_set<std::uint32_t> alone;
  for (const auto& [left, right] : apart) {
    alone.insert(left);
    alone.insert(right);
  }
  RowReader reader(*input.strings, entries);
  const auto count = static_cast<std::uint32_t>(input.rows.size());
  std::vector<Entry> read;
  read.reserve(count);
  for (const Row& row : input.rows) read.push_back(reader.read(row, input.between_sources_only));
  entries.names.resize(entries.strings.size());

  struct Key {
    bool attach_only;
    std::uint64_t hash;
    std::uint64_t alone;  // the row's name, or its place, for a row that has an entry of its own; else 0
    std::uint32_t row;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<Key> keys(count);
  for (std::uint32_t row = 0; row < count; ++row) {
    const std::uint64_t own = input.rows[row].name != 0 ? input.rows[row].name : row + 1ULL;
    keys[row] = {read[row].attach_only, content_hash(read[row], entries.strings), alone.contains(row) ? own : 0, row};
  }
  std::sort(keys.begin(), keys.end());

  entries.entry_of.resize(count);
  entries.rows.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Key& key = keys[i];
    const bool fresh = i == 0 || keys[i - 1].hash != key.hash || keys[i - 1].attach_only != key.attach_only ||
                       key.alone != keys[i - 1].alone;
    if (fresh) {
      entries.first_row.push_back(i);
      entries.all.push_back(read[key.row]);
      entries.content.push_back(key.hash);
      if (!key.attach_only) ++entries.ordinary;
    }
    entries.entry_of[key.row] = static_cast<std::uint32_t>(entries.all.size() - 1);
    entries.rows.push_back(key.row);
  }
  entries.first_row.push_back(count);
  return entries;
}

}  // namespace wider::linkage
