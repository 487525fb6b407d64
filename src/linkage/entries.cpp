// Making entries, in five steps, each shared out in portions:
//   1. Which codes does each attribute use?    2. Each of them is normalised once, by a worker into a pool of its own;
//   the pools are put together.    3. Each row's content is hashed.    4. Rows are sorted by that hash: equal ones are
//   one entry.
//   5. The entries are written down from one row each.
#include "linkage/entries.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <unordered_set>

#include "base/hash.hpp"
#include "base/random.hpp"
#include "linkage/number_map.hpp"
#include "linkage/parallel.hpp"
#include "linkage/radix.hpp"

namespace wider::linkage {
namespace {

constexpr std::size_t row_portion = 1U << 14;
constexpr std::size_t code_portion = 1U << 12;
constexpr std::size_t own_id_at = attribute_count;  // the row's own id is normalised like an attribute
constexpr std::size_t column_count = attribute_count + 1;

constexpr std::size_t index_of(Attribute attribute) {
  return static_cast<std::size_t>(attribute);
}
Code code_of(const Row& row, std::size_t column) {
  return column == own_id_at ? row.own_id : row.value[column];
}

// A set of codes.
class CodeSet {
 public:
  explicit CodeSet(std::size_t codes = 0) : words_((codes + 63) / 64) {}
  void insert(Code code) { words_[code / 64] |= 1ULL << (code % 64); }
  void insert(const CodeSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }
  [[nodiscard]] std::vector<Code> listed() const {
    std::vector<Code> codes;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
        codes.push_back(static_cast<Code>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
    }
    return codes;
  }

 private:
  std::vector<std::uint64_t> words_;
};

// What one column's codes were read as. Large results are kept once for each code that is used, small ones by code.
template <typename Parsed>
class Column {
 public:
  void prepare(std::size_t codes, const std::vector<Code>& used) {
    if (used.empty()) return;
    if constexpr (by_code) {
      parsed_.resize(codes);
    } else {
      place_.resize(codes);
      parsed_.resize(used.size() + 1);
      for (std::uint32_t i = 0; i < used.size(); ++i) place_[used[i]] = i + 1;
    }
  }
  Parsed& operator[](Code code) {
    if constexpr (by_code) return parsed_[code];
    return parsed_[place_[code]];
  }
  const Parsed& operator[](Code code) const {
    if constexpr (by_code) return parsed_[code];
    return parsed_[place_[code]];
  }
  void prefetch(Code code) const {
    if constexpr (by_code) __builtin_prefetch(&parsed_[code]);
    if constexpr (!by_code) __builtin_prefetch(&place_[code]);
  }

 private:
  static constexpr bool by_code = sizeof(Parsed) <= 8;
  std::vector<std::uint32_t> place_;
  std::vector<Parsed> parsed_;
};

struct Columns {
  Column<ParsedForename> forenames;
  Column<ParsedSurname> surnames;
  Column<ParsedFullName> full_names;
  Column<ParsedPostcode> postcodes;
  Column<ParsedAddress> addresses;
  Column<ParsedNumber> nhs_numbers, upns;
  Column<ParsedText> aliases, towns, phones, emails, uprns, occupations, own_ids;

  // Calls with the column and how its texts are read.
  template <typename Visit>
  void visit(std::size_t column, Visit&& with) {
    using enum Attribute;
    switch (column) {
      case index_of(forename):
        return with(forenames, &Normaliser::forename);
      case index_of(surname):
        return with(surnames, &Normaliser::surname);
      case index_of(full_name):
        return with(full_names, &Normaliser::full_name);
      case index_of(alias):
        return with(aliases, &Normaliser::alias);
      case index_of(postcode):
        return with(postcodes, &Normaliser::postcode);
      case index_of(address):
        return with(addresses, &Normaliser::address);
      case index_of(town):
        return with(towns, &Normaliser::folded);
      case index_of(phone):
        return with(phones, &Normaliser::phone);
      case index_of(email):
        return with(emails, &Normaliser::email);
      case index_of(nhs_number):
        return with(nhs_numbers, &Normaliser::nhs_number);
      case index_of(upn):
        return with(upns, &Normaliser::upn);
      case index_of(uprn):
        return with(uprns, &Normaliser::tight);
      case index_of(occupation):
        return with(occupations, &Normaliser::folded);
      default:
        return with(own_ids, &Normaliser::as_given);
    }
  }
};

// A worker's pool and what it knows of names.
struct Pool {
  StringPool strings;
  std::vector<NameFacts> names;
};

struct ReadDate {
  BirthDate birth;
  Code text = 0;
};

std::uint64_t key_of(const PartialDate& date) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(date.first.days)) << 8 |
         static_cast<std::uint64_t>(date.precision);
}

BirthDate birth_of(const PartialDate& date) {
  BirthDate birth;
  const YearMonthDay parts = split(date.first);
  birth.year = static_cast<std::int16_t>(parts.year);
  if (date.precision >= Precision::month) birth.month = static_cast<std::int8_t>(parts.month);
  if (date.precision >= Precision::day) birth.day = static_cast<std::int8_t>(parts.day);
  return birth;
}

std::size_t portions_of(std::size_t count, std::size_t portion) {
  return (count + portion - 1) / portion;
}

// A row's entry. Values gives what each code of a column, and each date, was read as.
template <typename Values>
void read_names(const Row& row, Values& values, Entry& entry, MoreFields& more) {
  ParsedForename forename;
  ParsedSurname surname;
  if (const Code code = row.value[index_of(Attribute::forename)]) forename = values.of(&Columns::forenames, code);
  if (const Code code = row.value[index_of(Attribute::surname)]) surname = values.of(&Columns::surnames, code);
  for (const Code other : forename.others) add_name(more.other_names, other);
  if (const Code code = row.value[index_of(Attribute::full_name)]) {
    const ParsedFullName& full = values.of(&Columns::full_names, code);
    // The agency's own split is kept unless it was a title only.
    if (forename.first == 0 && full.forename.first != surname.whole) forename = full.forename;
    if (surname.whole == 0 && full.surname.whole != forename.first) surname = full.surname;
    for (const Code other : {full.forename.first, full.surname.whole}) {
      if (other != forename.first && other != surname.whole) add_name(more.other_names, other);
    }
    for (const Code other : full.beyond) {
      if (other != forename.first && other != surname.whole) add_name(more.other_names, other);
    }
  }
  if (const Code code = row.value[index_of(Attribute::alias)])
    add_name(more.other_names, values.of(&Columns::aliases, code).text);
  entry.forename = forename.first;
  if (forename.whole != forename.first) more.forename_whole = forename.whole;
  entry.surname = surname.whole;
  more.surname_first = surname.first;
  more.surname_last = surname.last;
}

template <typename Values>
void read_row(const Row& row, bool keep_source, Values& values, Entry& entry, MoreFields& more) {
  entry = Entry{};
  more = MoreFields{};
  const auto value = [&](Attribute attribute) { return row.value[index_of(attribute)]; };
  const auto text = [&](auto column, Code code) { return code == 0 ? 0 : values.of(column, code).text; };
  read_names(row, values, entry, more);
  if (const Code code = value(Attribute::postcode)) {
    const ParsedPostcode& parsed = values.of(&Columns::postcodes, code);
    entry.postcode = parsed.postcode;
    entry.outward = parsed.outward;
  }
  if (const Code code = value(Attribute::address)) {
    const ParsedAddress& parsed = values.of(&Columns::addresses, code);
    entry.address = parsed.address;
    entry.address_words = parsed.words;
    entry.house = parsed.house;
    entry.street = parsed.street;
  }
  entry.town = text(&Columns::towns, value(Attribute::town));
  entry.phone = text(&Columns::phones, value(Attribute::phone));
  entry.email = text(&Columns::emails, value(Attribute::email));
  if (const Code code = value(Attribute::nhs_number)) {
    const ParsedNumber parsed = values.of(&Columns::nhs_numbers, code);
    entry.nhs_number = parsed.number;
    entry.nhs_number_fails = parsed.number != 0 && parsed.fails != 0;
  }
  if (const Code code = value(Attribute::upn)) {
    const ParsedNumber parsed = values.of(&Columns::upns, code);
    entry.upn = parsed.number;
    entry.upn_fails = parsed.number != 0 && parsed.fails != 0;
  }
  entry.occupation = text(&Columns::occupations, value(Attribute::occupation));
  more.uprn = text(&Columns::uprns, value(Attribute::uprn));
  more.own_id = text(&Columns::own_ids, row.own_id);
  if (row.birth_date.known()) {
    const ReadDate date = values.date(row.birth_date);
    entry.birth = date.birth;
    if (date.birth.year != 0) entry.birth_text = date.text;
  }
  entry.sex = row.sex;
  if (keep_source || row.own_id != 0) entry.source = row.source;
  entry.attach_only = row.attach_only;
}

// The rows as read: every distinct value normalised, and each row's entry on demand.
class ReadRows {
 public:
  ReadRows(const Input& input, Entries& entries, unsigned threads)
      : input_(input), entries_(entries), threads_(threads) {
    find_codes();
    normalise();
  }

  // Brings near what read() of the row will need, in two steps.
  void prefetch(const Row& row) const {
    const auto near = [&](const auto& column, Attribute attribute) {
      if (const Code code = row.value[index_of(attribute)]; code != 0) column.prefetch(code);
    };
    near(columns_.postcodes, Attribute::postcode);
    near(columns_.addresses, Attribute::address);
    near(columns_.phones, Attribute::phone);
    near(columns_.emails, Attribute::email);
    near(columns_.nhs_numbers, Attribute::nhs_number);
    near(columns_.upns, Attribute::upn);
  }

  void read(const Row& row, Entry& entry, MoreFields& more) const {
    read_row(row, input_.between_sources_only, *this, entry, more);
  }

  // What read_row() asks for.
  [[nodiscard]] ReadDate date(const PartialDate& date) const { return dates_[date_at_.find(key_of(date))]; }
  template <typename Parsed>
  [[nodiscard]] const Parsed& of(const Column<Parsed> Columns::* column, Code code) const {
    return (columns_.*column)[code];
  }

 private:
  void find_codes() {
    const std::size_t codes = input_.strings->size();
    const std::size_t workers = std::max(threads_, 1U);
    std::vector<std::array<CodeSet, column_count>> sets(workers);
    std::vector<NumberMap<std::uint32_t>> dates(workers);
    for (auto& of_worker : sets) of_worker.fill(CodeSet(codes));
    in_parallel(threads_, portions_of(input_.rows.size(), row_portion), [&](std::size_t worker, std::size_t part) {
      const std::size_t end = std::min((part + 1) * row_portion, input_.rows.size());
      for (std::size_t r = part * row_portion; r < end; ++r) {
        const Row& row = input_.rows[r];
        for (std::size_t c = 0; c < column_count; ++c) sets[worker][c].insert(code_of(row, c));
        if (row.birth_date.known()) dates[worker][key_of(row.birth_date)] = 1;
      }
    });
    in_parallel(threads_, column_count, [&](std::size_t, std::size_t c) {
      for (std::size_t worker = 1; worker < workers; ++worker) sets[0][c].insert(sets[worker][c]);
      used_[c] = sets[0][c].listed();
      std::erase(used_[c], Code{0});
    });
    for (const auto& of_worker : dates)
      of_worker.for_each([&](std::uint64_t key, std::uint32_t) { date_at_[key] = 0; });
  }

  void normalise() {
    struct Part {
      std::size_t column, first, worker;
    };
    std::vector<Part> parts;
    for (std::size_t c = 0; c < column_count; ++c) {
      columns_.visit(c, [&](auto& column, auto) { column.prepare(input_.strings->size(), used_[c]); });
      for (std::size_t first = 0; first < used_[c].size(); first += code_portion) parts.push_back({c, first, 0});
    }
    std::vector<Pool> pools(std::max(threads_, 1U));
    const auto each_code = [&](const Part& part, auto&& with) {
      const std::size_t end = std::min(part.first + code_portion, used_[part.column].size());
      for (std::size_t i = part.first; i < end; ++i) with(used_[part.column][i]);
    };
    in_parallel(threads_, parts.size(), [&](std::size_t worker, std::size_t p) {
      parts[p].worker = worker;
      Normaliser normaliser(pools[worker].strings, pools[worker].names);
      columns_.visit(parts[p].column, [&](auto& column, auto reading) {
        each_code(parts[p], [&](Code code) { column[code] = (normaliser.*reading)(input_.strings->view(code)); });
      });
    });
    read_dates(pools[0].strings);
    const std::vector<std::vector<Code>> code_of_worker = put_together(pools);
    in_parallel(threads_, parts.size(), [&](std::size_t, std::size_t p) {
      if (parts[p].worker == 0) return;
      columns_.visit(parts[p].column, [&](auto& column, auto) {
        each_code(parts[p], [&](Code code) { recode(column[code], code_of_worker[parts[p].worker]); });
      });
    });
  }

  void read_dates(StringPool& strings) {
    std::vector<std::uint64_t> keys;
    date_at_.for_each([&](std::uint64_t key, std::uint32_t) { keys.push_back(key); });
    for (const std::uint64_t key : keys) {
      const PartialDate date{Date{static_cast<std::int32_t>(key >> 8)}, static_cast<Precision>(key & 0xFF)};
      date_at_[key] = static_cast<std::uint32_t>(dates_.size());
      dates_.push_back({birth_of(date), strings.intern(to_iso(date))});
    }
  }

  // The workers' pools as one, which begins with the first worker's. By worker: its codes → codes of the whole.
  std::vector<std::vector<Code>> put_together(std::vector<Pool>& pools) {
    std::vector<std::vector<Code>> code_of_worker(pools.size());
    entries_.strings = std::move(pools[0].strings);
    entries_.names = std::move(pools[0].names);
    for (std::size_t worker = 1; worker < pools.size(); ++worker) {
      const StringPool& from = pools[worker].strings;
      std::vector<Code>& code_of = code_of_worker[worker];
      code_of.resize(from.size());
      constexpr Code ahead = 16;
      for (Code code = 0; code < from.size(); ++code) {
        if (code + ahead < from.size()) entries_.strings.prefetch(from.hash(code + ahead));
        code_of[code] = entries_.strings.intern(from.view(code), from.hash(code));
      }
      entries_.names.resize(std::max<std::size_t>(entries_.names.size(), entries_.strings.size()));
      for (Code code = 0; code < pools[worker].names.size() && code < from.size(); ++code) {
        NameFacts facts = pools[worker].names[code];
        if (facts.sound == 0) continue;
        facts.sound = code_of[facts.sound];
        facts.plain_sound = code_of[facts.plain_sound];
        entries_.names[code_of[code]] = facts;
      }
    }
    entries_.names.resize(entries_.strings.size());
    return code_of_worker;
  }

  const Input& input_;
  Entries& entries_;
  unsigned threads_;
  std::array<std::vector<Code>, column_count> used_;
  Columns columns_;
  NumberMap<std::uint32_t> date_at_;  // key_of → place in dates_
  std::vector<ReadDate> dates_;
};

// What a column's codes were read as, when codes come one by one.
template <typename Parsed>
struct Memo {
  NumberMap<std::uint32_t> place;  // and 1
  std::vector<Parsed> parsed;
};

}  // namespace

// Values that many rows share are read once; numbers that are a person's own are read again.
class EntryReader::Impl {
 public:
  Impl(const StringPool& from, Entries& entries)
      : from_(from), strings_(entries.strings), normaliser_(entries.strings, entries.names) {}

  ParsedForename of(Column<ParsedForename> Columns::*, Code code) {
    return remembered(forenames_, code, &Normaliser::forename);
  }
  ParsedSurname of(Column<ParsedSurname> Columns::*, Code code) {
    return remembered(surnames_, code, &Normaliser::surname);
  }
  ParsedFullName of(Column<ParsedFullName> Columns::*, Code code) {
    return remembered(full_names_, code, &Normaliser::full_name);
  }
  ParsedPostcode of(Column<ParsedPostcode> Columns::*, Code code) {
    return remembered(postcodes_, code, &Normaliser::postcode);
  }
  ParsedAddress of(Column<ParsedAddress> Columns::*, Code code) {
    return remembered(addresses_, code, &Normaliser::address);
  }
  ParsedNumber of(Column<ParsedNumber> Columns::* column, Code code) {
    const std::string_view text = from_.view(code);
    return column == &Columns::upns ? normaliser_.upn(text) : normaliser_.nhs_number(text);
  }
  ParsedText of(Column<ParsedText> Columns::* column, Code code) {
    if (column == &Columns::towns) return remembered(towns_, code, &Normaliser::folded);
    if (column == &Columns::occupations) return remembered(occupations_, code, &Normaliser::folded);
    const std::string_view text = from_.view(code);
    if (column == &Columns::aliases) return normaliser_.alias(text);
    if (column == &Columns::phones) return normaliser_.phone(text);
    if (column == &Columns::emails) return normaliser_.email(text);
    if (column == &Columns::own_ids) return normaliser_.as_given(text);
    return normaliser_.tight(text);
  }
  ReadDate date(const PartialDate& date) {
    const BirthDate birth = birth_of(date);
    return {birth, birth.year == 0 ? 0 : strings_.intern(to_iso(date))};
  }

 private:
  template <typename Parsed, typename Reading>
  Parsed remembered(Memo<Parsed>& memo, Code code, Reading reading) {
    if (const std::uint32_t place = memo.place.find(code); place != 0) return memo.parsed[place - 1];
    memo.parsed.push_back((normaliser_.*reading)(from_.view(code)));
    memo.place[code] = static_cast<std::uint32_t>(memo.parsed.size());
    return memo.parsed.back();
  }

  const StringPool& from_;
  StringPool& strings_;
  Normaliser normaliser_;
  Memo<ParsedForename> forenames_;
  Memo<ParsedSurname> surnames_;
  Memo<ParsedFullName> full_names_;
  Memo<ParsedPostcode> postcodes_;
  Memo<ParsedAddress> addresses_;
  Memo<ParsedText> towns_, occupations_;
};

EntryReader::EntryReader(const StringPool& from, Entries& entries) : impl_(std::make_unique<Impl>(from, entries)) {}
EntryReader::~EntryReader() = default;
ReadRow EntryReader::read(const Row& row, bool keep_source) {
  ReadRow read;
  read_row(row, keep_source, *impl_, read.entry, read.more);
  return read;
}

std::uint64_t content_hash(const Entry& entry, const MoreFields& more, const StringPool& strings) {
  std::uint64_t hash = 0;
  const auto add = [&](std::uint64_t value) { hash = mix64(hash ^ value); };
  const auto text = [&](Code code) { add(strings.hash(code)); };
  for (const Code code : {entry.forename, more.forename_whole == 0 ? entry.forename : more.forename_whole,
                          entry.surname, more.surname_first, more.surname_last})
    text(code);
  for (const Code code : more.other_names) text(code);
  for (const Code code : {entry.birth_text, entry.postcode, entry.address, more.uprn, entry.town, entry.phone,
                          entry.email, entry.nhs_number, entry.upn, entry.occupation, more.own_id}) {
    text(code);
  }
  add((static_cast<std::uint64_t>(entry.source) << 8) | (static_cast<std::uint64_t>(entry.sex) << 1) |
      (entry.attach_only ? 1 : 0));
  return hash;
}

namespace {

// Calls visit(i, entry, more) for the rows that row_of names, each read once what it needs has been brought near.
template <typename RowOf, typename Visit>
void read_ahead(const Input& input, const ReadRows& read, const StringPool& strings, std::size_t from, std::size_t to,
                RowOf&& row_of, Visit&& visit) {
  constexpr std::size_t batch = 16;
  std::array<Entry, batch> entry;
  std::array<MoreFields, batch> more;
  for (std::size_t first = from; first < to; first += batch) {
    const std::size_t count = std::min(batch, to - first);
    for (std::size_t i = first + batch; i < std::min(first + 2 * batch, to); ++i)
      __builtin_prefetch(&input.rows[row_of(i)]);
    for (std::size_t i = 0; i < count; ++i) read.prefetch(input.rows[row_of(first + i)]);
    for (std::size_t i = 0; i < count; ++i) {
      read.read(input.rows[row_of(first + i)], entry[i], more[i]);
      for (const Code code : {entry[i].address, entry[i].postcode, entry[i].phone, entry[i].nhs_number})
        strings.prefetch_hash(code);
    }
    for (std::size_t i = 0; i < count; ++i) visit(first + i, entry[i], more[i]);
  }
}

struct Hashed {
  std::uint64_t hash;
  std::uint32_t row;
};

// Rows in the order of their entries; `fresh` says where an entry begins.
struct Order {
  std::vector<Hashed> rows;
  std::vector<std::uint32_t> begins;  // of each entry in rows
  std::uint32_t ordinary = 0;         // entries
};

Order order_of(const Input& input, std::vector<Hashed> hashed, const std::unordered_set<std::uint32_t>& alone) {
  Order order;
  std::vector<Hashed> attached, scratch;
  for (const Hashed& one : hashed) {
    if (input.rows[one.row].attach_only) attached.push_back(one);
  }
  if (!attached.empty()) std::erase_if(hashed, [&](const Hashed& one) { return input.rows[one.row].attach_only; });
  const auto add = [&](std::vector<Hashed>& rows) {
    sort_by_hash(rows, scratch, [](const Hashed& one) { return one.hash; });
    for (std::size_t from = 0; from < rows.size();) {
      std::size_t to = from + 1;
      while (to < rows.size() && rows[to].hash == rows[from].hash) ++to;
      // Those that have an entry of their own follow the others, by the row's name, or by its place.
      const auto own = [&](const Hashed& one) -> std::uint64_t {
        if (!alone.contains(one.row)) return 0;
        return input.rows[one.row].name != 0 ? input.rows[one.row].name : one.row + 1ULL;
      };
      if (!alone.empty()) {
        std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(from),
                         rows.begin() + static_cast<std::ptrdiff_t>(to),
                         [&](const Hashed& a, const Hashed& b) { return own(a) < own(b); });
      }
      for (std::size_t i = from; i < to; ++i) {
        if (i == from || (!alone.empty() && own(rows[i]) != own(rows[i - 1])))
          order.begins.push_back(static_cast<std::uint32_t>(order.rows.size() + i));
      }
      from = to;
    }
  };
  add(hashed);
  order.ordinary = static_cast<std::uint32_t>(order.begins.size());
  order.rows = std::move(hashed);
  if (!attached.empty()) {
    add(attached);
    order.rows.insert(order.rows.end(), attached.begin(), attached.end());
  }
  order.begins.push_back(static_cast<std::uint32_t>(order.rows.size()));
  return order;
}

// Steps 5: entries from the first row of each.
void write_entries(const Input& input, const ReadRows& read, const Order& order, Entries& entries, unsigned threads) {
  const std::size_t count = order.begins.size() - 1;
  entries.all.resize(count);
  entries.content.resize(count);
  entries.entry_of.resize(order.rows.size());
  entries.rows.resize(order.rows.size());
  const std::size_t parts = portions_of(count, row_portion);
  std::vector<std::vector<MoreFields>> more(parts);
  in_parallel(threads, parts, [&](std::size_t, std::size_t part) {
    const std::size_t from = part * row_portion, to = std::min(from + row_portion, count);
    read_ahead(
        input, read, entries.strings, from, to, [&](std::size_t i) { return order.rows[order.begins[i]].row; },
        [&](std::size_t i, const Entry& entry, const MoreFields& its_more) {
          entries.all[i] = entry;
          if (its_more != MoreFields{}) {
            more[part].push_back(its_more);
            entries.all[i].more = static_cast<std::uint32_t>(more[part].size());  // within the part, for now
          }
          entries.content[i] = order.rows[order.begins[i]].hash;
          for (std::uint32_t k = order.begins[i]; k < order.begins[i + 1]; ++k) {
            entries.entry_of[order.rows[k].row] = static_cast<std::uint32_t>(i);
            entries.rows[k] = order.rows[k].row;
          }
        });
  });
  std::vector<std::uint32_t> before(parts);
  for (std::size_t part = 0; part < parts; ++part) {
    before[part] = static_cast<std::uint32_t>(entries.more.size()) - 1;
    entries.more.insert(entries.more.end(), more[part].begin(), more[part].end());
    std::vector<MoreFields>().swap(more[part]);
  }
  if (entries.more.size() == 1) return;
  in_parallel(threads, parts, [&](std::size_t, std::size_t part) {
    for (std::size_t i = part * row_portion; i < std::min((part + 1) * row_portion, count); ++i) {
      if (entries.all[i].more != 0) entries.all[i].more += before[part];
    }
  });
}

}  // namespace

Entries make_entries(const Input& input, std::span<const std::pair<std::uint32_t, std::uint32_t>> apart,
                     unsigned threads) {
  Entries entries;
  std::unordered_set<std::uint32_t> alone;
  for (const auto& [left, right] : apart) {
    alone.insert(left);
    alone.insert(right);
  }
  const ReadRows read(input, entries, threads);
  std::vector<Hashed> hashed(input.rows.size());
  in_parallel(threads, portions_of(hashed.size(), row_portion), [&](std::size_t, std::size_t part) {
    const std::size_t from = part * row_portion, to = std::min(from + row_portion, hashed.size());
    read_ahead(
        input, read, entries.strings, from, to, [](std::size_t i) { return i; },
        [&](std::size_t i, const Entry& entry, const MoreFields& more) {
          hashed[i] = {content_hash(entry, more, entries.strings), static_cast<std::uint32_t>(i)};
        });
  });
  Order order = order_of(input, std::move(hashed), alone);
  entries.ordinary = order.ordinary;
  write_entries(input, read, order, entries, threads);
  entries.first_row = std::move(order.begins);
  return entries;
}

}  // namespace wider::linkage
