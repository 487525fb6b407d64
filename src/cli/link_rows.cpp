#include "cli/link_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "cli/csv.hpp"
#include "cli/link_columns.hpp"
#include "linkage/parallel.hpp"
#include "linkage/radix.hpp"

namespace wider::cli {
namespace {

using linkage::Code;
using linkage::in_parallel;

// Interns texts a few later than they are asked for, when their places in the table have been brought near.
class PatientPool {
 public:
  void intern(std::string_view text, Code& into) {
    if (text.empty()) {
      into = 0;
      return;
    }
    const std::uint64_t hash = hash_bytes(text);
    pool.prefetch(hash);
    waiting_[count_++] = {text, hash, &into};
    if (count_ == waiting_.size()) flush();
  }
  // A text that does not stand in the file.
  void intern_made(std::string text, Code& into) {
    std::string& kept = made_[count_];
    kept = std::move(text);
    intern(kept, into);
  }
  void flush() {
    for (std::size_t i = 0; i < count_; ++i) *waiting_[i].into = pool.intern(waiting_[i].text, waiting_[i].hash);
    count_ = 0;
  }
  StringPool pool;

 private:
  struct Waiting {
    std::string_view text;
    std::uint64_t hash;
    Code* into;
  };
  static constexpr std::size_t most_waiting = 48;
  std::array<Waiting, most_waiting> waiting_{};
  std::array<std::string, most_waiting> made_;
  std::size_t count_ = 0;
};

// What went wrong in a chunk, at the row where reading row by row would have stopped.
struct Fault {
  std::uint64_t row = 0;    // rows of the chunk before it
  std::uint64_t lines = 0;  // lines of the chunk before it
  enum class Kind : std::uint8_t { unclosed, fields, no_id } kind = Kind::unclosed;
  std::size_t fields = 0;
};

// Values of a typed column that are there and say nothing that can be read.
struct Unread {
  std::uint64_t values = 0, unread = 0;
  std::uint64_t first = 0;  // of those: rows of the chunk before it
  void count(bool is_there, bool is_read, std::uint64_t row) {
    if (!is_there) return;
    ++values;
    if (!is_read && unread++ == 0) first = row;
  }
};

struct Chunk {
  std::size_t from = 0, until = 0;  // rows that begin in [from, until) are its own
  std::size_t end = 0;              // where the last of them ends
  std::size_t worker = 0;
  std::uint64_t lines = 0;
  bool has_nul = false;
  std::vector<linkage::Row> rows;
  std::vector<std::string_view> ids, truth;
  std::vector<Code> labels;
  std::vector<std::uint8_t> given;  // by column
  Unread birth_dates, sexes;
  CsvReader::Unquoted unquoted;
  std::optional<Fault> fault;
};

// A column that says who is whom: it is read beside the others and not to be linked by, even where it is named like an
// attribute.
struct Telling {
  std::string_view option;  // "--truth"
  const std::string* column;
  std::size_t at = no_column;
};

// Of several files: what each says that those before it did not.
void add_new(std::vector<std::string>& all, const std::vector<std::string>& of_file) {
  for (const std::string& said : of_file) {
    if (std::find(all.begin(), all.end(), said) == all.end()) all.push_back(said);
  }
}

std::string joined(const std::vector<std::string_view>& fields, std::size_t first, const std::vector<std::size_t>& more,
                   std::string_view between) {
  std::string whole(fields[first]);
  for (const std::size_t column : more) {
    if (fields[column].empty()) continue;
    if (!whole.empty()) whole += between;
    whole += fields[column];
  }
  return whole;
}

// The parts of an address in one; the number of the house alone is none.
std::string whole_address(const ColumnPlan& plan, const std::vector<std::string_view>& fields, std::size_t first) {
  const std::string address = joined(fields, first, plan.more_address, ", ");
  if (plan.street_number == no_column || address.empty()) return address;
  return std::string(trimmed(fmt::format("{} {}", fields[plan.street_number], address)));
}

class FileReader {
 public:
  FileReader(const std::string& path, std::uint16_t number, const LinkPlan& plan, std::vector<PatientPool>& pools)
      : path_(path),
        number_(number),
        plan_(plan),
        pools_(pools),
        truth_{"--truth", &plan.truth_column},
        labels_{"--labels", &plan.label_column} {}

  // The text stays in `rows`, since the ids and the truth point into it.
  Result<void> read(LinkRows& rows) {
    auto text = FileText::open(path_);
    if (!text) return std::unexpected(text.error());
    text_ = rows.texts.emplace_back(std::move(*text)).view();
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    if (text_.substr(0, 4096).find('\0') != std::string_view::npos) return not_text();
    separator_ = separator_of(text_);
    CsvReader reader(text_, separator_);
    std::vector<std::string_view> fields;
    if (!reader.next(fields))
      return failure(ErrorCode::malformed,
                     fmt::format("{}: the file is empty; give one with a line of column names and rows.", path_));
    header_.assign(fields.begin(), fields.end());
    if (const auto planned = plan_header(); !planned) return planned;
    lines_of_header_ = reader.lines_read();
    learn_date_order(reader.at());
    cut(reader.at());
    in_parallel(plan_.threads, chunks.size(), [&](std::size_t worker, std::size_t c) { parse(chunks[c], worker); });
    mend();
    if (const auto checked = check(); !checked) return checked;
    // A column that was recognised and says nothing is no error, and not passed over in silence.
    for (std::string& said : columns_.said) {
      for (std::size_t c = 0; c < header_.size(); ++c) {
        if (!is_given(c) && said.ends_with("← " + header_[c]))
          said += fmt::format(" (empty in every row of {})", path_);
      }
    }
    say_unread("birth_date", columns_.birth_date, &Chunk::birth_dates);
    say_unread("birth_year", columns_.birth_parts[0], &Chunk::birth_dates);
    say_unread("sex", columns_.sex, &Chunk::sexes);
    say_date_order();
    add_new(rows.columns, columns_.said);
    add_new(rows.ignored, columns_.ignored);
    auto& ids = rows.ids.emplace_back();
    for (Chunk& chunk : chunks) {
      ids.insert(ids.end(), chunk.ids.begin(), chunk.ids.end());
      rows.truth.insert(rows.truth.end(), chunk.truth.begin(), chunk.truth.end());
      rows.unquoted.push_back(std::move(chunk.unquoted));
    }
    return {};
  }

  std::vector<Chunk> chunks;

 private:
  std::unexpected<Error> not_text() const {
    return failure(ErrorCode::malformed, fmt::format("{}: this is not a text file; save it as CSV.", path_));
  }

  Result<void> plan_header() {
    std::vector<std::string> readable = header_;
    for (Telling* telling : {&truth_, &labels_}) {
      if (telling->column->empty()) continue;
      telling->at = column_at(*telling->column);
      if (telling->at == header_.size()) {
        return failure(ErrorCode::malformed, fmt::format("{}: there is no column {} ({}); the columns are: {}.", path_,
                                                         *telling->column, telling->option, fmt::join(header_, ", ")));
      }
      readable[telling->at].clear();
    }
    auto columns = plan_columns(path_, readable, plan_.id_column, plan_.columns);
    if (!columns) return std::unexpected(columns.error());
    columns_ = std::move(*columns);
    std::erase(columns_.ignored, "");
    return {};
  }
  // A file writes its dates in one way: what its first rows say cannot be otherwise goes for all of them.
  void learn_date_order(std::size_t from) {
    constexpr std::size_t rows_looked_at = 5000;
    if (columns_.birth_date == no_column) return;
    CsvReader::Unquoted unquoted;
    CsvReader reader(text_, separator_, from, &unquoted);
    std::vector<std::string_view> fields;
    std::size_t day_first = 0, month_first = 0;
    for (std::size_t row = 0; row < rows_looked_at && reader.at() < text_.size(); ++row) {
      if (!reader.next(fields) || reader.broken || fields.size() != header_.size()) break;
      const DateOrder order = order_of_date(fields[columns_.birth_date]);
      day_first += order == DateOrder::day_first ? 1 : 0;
      month_first += order == DateOrder::month_first ? 1 : 0;
    }
    if (month_first > day_first) date_order_ = DateOrder::month_first;
  }
  void say_date_order() {
    if (date_order_ != DateOrder::month_first) return;
    for (std::string& said : columns_.said) {
      if (said.starts_with(fmt::format("birth_date ← {}", header_[columns_.birth_date]))) said += " (read month first)";
    }
  }
  [[nodiscard]] std::size_t column_at(const std::string& name) const {
    return static_cast<std::size_t>(std::find(header_.begin(), header_.end(), name) - header_.begin());
  }

  // Chunks begin after a line end: perhaps one inside quotes, which mend() finds out.
  void cut(std::size_t from) {
    while (from < text_.size() || chunks.empty()) {
      std::size_t until = text_.find('\n', std::min(from + plan_.chunk_bytes, text_.size()));
      until = until == std::string_view::npos ? text_.size() : until + 1;
      Chunk chunk;
      chunk.from = from;
      chunk.until = until;
      chunks.push_back(std::move(chunk));
      from = until;
    }
  }

  void parse(Chunk& chunk, std::size_t worker) {
    chunk.worker = worker;
    chunk.has_nul = std::memchr(text_.data() + chunk.from, 0, chunk.until - chunk.from) != nullptr;
    chunk.given.assign(header_.size(), 0);
    CsvReader reader(text_, separator_, chunk.from, &chunk.unquoted);
    const std::size_t guess = (chunk.until - chunk.from) / 40 + 16;
    chunk.rows.reserve(guess);
    chunk.ids.reserve(guess);
    std::vector<std::string_view> fields;
    while (reader.at() < chunk.until && !chunk.fault && reader.next(fields)) {
      const auto fault = [&](Fault::Kind kind) {
        chunk.fault = Fault{chunk.rows.size(), reader.line() - 1, kind, fields.size()};
      };
      if (reader.broken) {
        fault(Fault::Kind::unclosed);
      } else if (fields.size() == 1 && fields[0].empty()) {
        continue;
      } else if (fields.size() != header_.size()) {
        fault(Fault::Kind::fields);
      } else if (fields[columns_.id].empty()) {
        fault(Fault::Kind::no_id);
      } else {
        add_row(chunk, pools_[worker], fields);
      }
    }
    pools_[worker].flush();
    chunk.end = reader.at();
    chunk.lines = reader.lines_read();
  }

  void add_row(Chunk& chunk, PatientPool& pool, const std::vector<std::string_view>& fields) const {
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (!fields[c].empty()) chunk.given[c] = 1;
    }
    // It holds places in the rows and labels.
    if (chunk.rows.size() == chunk.rows.capacity() || chunk.labels.size() == chunk.labels.capacity()) pool.flush();
    linkage::Row& row = chunk.rows.emplace_back();
    row.source = number_;
    using linkage::Attribute;
    const bool in_parts = columns_.street_number != no_column || !columns_.more_address.empty();
    for (std::size_t a = 0; a < columns_.of_attribute.size(); ++a) {
      const std::size_t column = columns_.of_attribute[a];
      if (column == no_column) continue;
      if (in_parts && a == static_cast<std::size_t>(Attribute::address)) {
        pool.intern_made(whole_address(columns_, fields, column), row.value[a]);
      } else if (!columns_.more_forename.empty() && a == static_cast<std::size_t>(Attribute::forename)) {
        pool.intern_made(joined(fields, column, columns_.more_forename, " "), row.value[a]);
      } else if (!columns_.more_surname.empty() && a == static_cast<std::size_t>(Attribute::surname)) {
        pool.intern_made(joined(fields, column, columns_.more_surname, " "), row.value[a]);
      } else {
        pool.intern(fields[column], row.value[a]);
      }
    }
    if (columns_.birth_date != no_column) {
      const std::string_view text = fields[columns_.birth_date];
      row.birth_date = read_birth_date(text, date_order_);
      chunk.birth_dates.count(!text.empty(), row.birth_date.known(), chunk.rows.size() - 1);
    }
    if (const auto [year, month, day] = columns_.birth_parts; year != no_column) {
      const auto part = [&](std::size_t column) { return column == no_column ? std::string_view() : fields[column]; };
      row.birth_date = read_birth_parts(fields[year], part(month), part(day));
      chunk.birth_dates.count(!fields[year].empty(), row.birth_date.known(), chunk.rows.size() - 1);
    }
    if (columns_.sex != no_column) {
      const std::string_view text = fields[columns_.sex];
      row.sex = read_sex(text);
      chunk.sexes.count(!text.empty(), row.sex != Sex::unknown, chunk.rows.size() - 1);
    }
    chunk.ids.push_back(fields[columns_.id]);
    if (truth_.at != no_column) chunk.truth.push_back(fields[truth_.at]);
    if (labels_.at != no_column) pool.intern(fields[labels_.at], chunk.labels.emplace_back());
  }

  // A chunk that does not begin where the one before it ended was cut inside quotes: it is parsed again from there.
  void mend() {
    has_nul_ = text_.substr(0, chunks[0].from).find('\0') != std::string_view::npos ||
               std::any_of(chunks.begin(), chunks.end(), [](const Chunk& chunk) { return chunk.has_nul; });
    for (std::size_t c = 1; c < chunks.size(); ++c) {
      const Chunk& before = chunks[c - 1];
      if (before.fault) {  // reading row by row stops there
        chunks.resize(c);
        return;
      }
      if (before.end == chunks[c].from) continue;
      Chunk again;
      again.from = before.end;
      again.until = std::max(chunks[c].until, before.end);
      parse(again, 0);
      chunks[c] = std::move(again);
    }
  }

  Result<void> check() {
    if (has_nul_) return not_text();
    const auto duplicate = first_duplicate();
    std::uint64_t row = 0;
    std::uint64_t line = lines_of_header_ + 1;
    for (const Chunk& chunk : chunks) {
      const std::uint64_t stop = row + (chunk.fault ? chunk.fault->row : chunk.rows.size());
      if (duplicate && duplicate->second < stop) return say_duplicate(*duplicate);
      if (chunk.fault) return say_fault(*chunk.fault, line + chunk.fault->lines);
      row = stop;
      line += chunk.lines;
    }
    if (row == 0)
      return failure(ErrorCode::malformed,
                     fmt::format("{}: there is a header and no row; give a file with rows.", path_));
    for (const auto& [standard, column] : plan_.columns) {
      if (is_given(column_at(column))) continue;
      return failure(ErrorCode::malformed,
                     fmt::format("{}: column {} (--column {}={}) is empty in every row; leave it out or give another.",
                                 path_, column, standard, column));
    }
    for (const Telling& telling : {truth_, labels_}) {
      if (telling.at == no_column || is_given(telling.at)) continue;
      return failure(ErrorCode::malformed,
                     fmt::format("{}: column {} ({}) is empty in every row; leave it out or give another.", path_,
                                 *telling.column, telling.option));
    }
    return {};
  }
  [[nodiscard]] bool is_given(std::size_t column) const {
    return std::any_of(chunks.begin(), chunks.end(), [&](const Chunk& chunk) { return chunk.given[column] != 0; });
  }

  // Values that cannot be read are missing values, and not passed over in silence.
  void say_unread(std::string_view standard, std::size_t column, Unread Chunk::* of_chunk) {
    if (column == no_column) return;
    Unread all;
    std::uint64_t rows = 0;
    for (const Chunk& chunk : chunks) {
      const Unread& its = chunk.*of_chunk;
      if (all.unread == 0 && its.unread > 0) all.first = rows + its.first;
      all.unread += its.unread;
      all.values += its.values;
      rows += chunk.rows.size();
    }
    if (all.unread == 0) return;
    const std::string named = fmt::format("{} ← {}", standard, header_[column]);
    for (std::string& said : columns_.said) {
      if (said == named)
        said += fmt::format(" ({} of {} values cannot be read and count as missing, the first in row {} of {})",
                            all.unread, all.values, line_of(all.first), path_);
    }
  }

  // The earliest row whose id an earlier row has, as (earlier, row).
  [[nodiscard]] std::optional<std::pair<std::uint64_t, std::uint64_t>> first_duplicate() const {
    struct Id {
      std::uint64_t hash;
      std::uint64_t row;
    };
    std::vector<Id> ids, scratch;
    std::vector<std::string_view> texts;
    for (const Chunk& chunk : chunks) texts.insert(texts.end(), chunk.ids.begin(), chunk.ids.end());
    ids.resize(texts.size());
    constexpr std::size_t portion = 1U << 15;
    in_parallel(plan_.threads, (ids.size() + portion - 1) / portion, [&](std::size_t, std::size_t part) {
      for (std::size_t i = part * portion; i < std::min((part + 1) * portion, ids.size()); ++i)
        ids[i] = {hash_bytes(texts[i]), i};
    });
    linkage::sort_by_hash(ids, scratch, [](const Id& id) { return id.hash; });
    std::optional<std::pair<std::uint64_t, std::uint64_t>> first;
    for (std::size_t from = 0; from < ids.size();) {
      std::size_t to = from + 1;
      for (; to < ids.size() && ids[to].hash == ids[from].hash; ++to) {  // rows ascend within equal hashes
        for (std::size_t k = from; k < to; ++k) {
          if (texts[ids[k].row] != texts[ids[to].row]) continue;
          if (!first || ids[to].row < first->second) first = {ids[k].row, ids[to].row};
          break;
        }
      }
      from = to;
    }
    return first;
  }

  // The line a row begins in: found by reading its chunk once more, since only an error asks for it.
  [[nodiscard]] std::uint64_t line_of(std::uint64_t row) const {
    std::uint64_t line = lines_of_header_ + 1;
    for (const Chunk& chunk : chunks) {
      if (row >= chunk.rows.size()) {
        row -= chunk.rows.size();
        line += chunk.lines;
        continue;
      }
      CsvReader reader(text_, separator_, chunk.from);
      std::vector<std::string_view> fields;
      for (std::uint64_t k = 0; reader.next(fields);) {
        if (fields.size() == 1 && fields[0].empty()) continue;
        if (k++ == row) return line + reader.line() - 1;
      }
    }
    return line;
  }

  std::unexpected<Error> say_duplicate(const std::pair<std::uint64_t, std::uint64_t>& rows) const {
    return failure(ErrorCode::malformed,
                   fmt::format("{}, row {}, column {}: the id stands in row {} already; ids must be unique in a file: "
                               "take the row out or give it another.",
                               path_, line_of(rows.second), plan_.id_column, line_of(rows.first)));
  }
  std::unexpected<Error> say_fault(const Fault& fault, std::uint64_t line) const {
    switch (fault.kind) {
      case Fault::Kind::unclosed:
        return failure(
            ErrorCode::malformed,
            fmt::format("{}, row {}: a quoted field is not closed; end it with a quotation mark.", path_, line));
      case Fault::Kind::fields:
        return failure(
            ErrorCode::malformed,
            fmt::format("{}, row {}: {} fields where the header has {}; put a field with a separator in it in quotes.",
                        path_, line, fault.fields, header_.size()));
      case Fault::Kind::no_id:
        break;
    }
    return failure(ErrorCode::malformed, fmt::format("{}, row {}, column {}: the id is empty; each row needs its own.",
                                                     path_, line, plan_.id_column));
  }

  const std::string& path_;
  std::uint16_t number_;
  const LinkPlan& plan_;
  std::vector<PatientPool>& pools_;
  std::string_view text_;
  char separator_ = ',';
  std::vector<std::string> header_;
  ColumnPlan columns_;
  DateOrder date_order_ = DateOrder::unclear;
  Telling truth_, labels_;
  std::uint64_t lines_of_header_ = 0;
  bool has_nul_ = false;
};

// The workers' pools as one, which begins with the first worker's. By worker: its codes → codes of the whole.
std::vector<std::vector<Code>> put_together(std::vector<PatientPool>& pools, StringPool& whole) {
  std::vector<std::vector<Code>> code_of(pools.size());
  whole = std::move(pools[0].pool);
  for (std::size_t worker = 1; worker < pools.size(); ++worker) {
    const StringPool& from = pools[worker].pool;
    code_of[worker].resize(from.size());
    constexpr Code ahead = 16;
    for (Code code = 0; code < from.size(); ++code) {
      if (code + ahead < from.size()) whole.prefetch(from.hash(code + ahead));
      code_of[worker][code] = whole.intern(from.view(code), from.hash(code));
    }
    pools[worker].pool = StringPool();
  }
  return code_of;
}

}  // namespace

Result<LinkRows> read_link_rows(const std::vector<std::string>& files, const LinkPlan& plan) {
  if (const auto checked = check_file_names(files); !checked) return std::unexpected(checked.error());
  LinkRows all;
  all.strings = std::make_unique<StringPool>();
  std::vector<PatientPool> pools(std::max(plan.threads, 1U));
  std::vector<std::vector<Chunk>> chunks;
  for (std::size_t f = 0; f < files.size(); ++f) {
    FileReader reader(files[f], static_cast<std::uint16_t>(f), plan, pools);
    if (const auto read = reader.read(all); !read) return std::unexpected(read.error());
    chunks.push_back(std::move(reader.chunks));
  }
  const auto code_of = put_together(pools, *all.strings);
  std::vector<std::pair<Chunk*, std::size_t>> places;  // and the first of its rows in the input
  std::size_t rows = 0;
  for (auto& of_file : chunks) {
    for (Chunk& chunk : of_file) {
      places.emplace_back(&chunk, rows);
      rows += chunk.rows.size();
    }
  }
  all.input.rows.resize(rows);
  if (!plan.label_column.empty()) all.labels.resize(rows);
  all.input.strings = all.strings.get();
  in_parallel(plan.threads, places.size(), [&](std::size_t, std::size_t p) {
    auto [chunk, at] = places[p];
    for (std::size_t i = 0; i < chunk->labels.size(); ++i)
      all.labels[at + i] = chunk->worker == 0 ? chunk->labels[i] : code_of[chunk->worker][chunk->labels[i]];
    for (linkage::Row& row : chunk->rows) {
      if (chunk->worker != 0) {
        for (Code& code : row.value) code = code_of[chunk->worker][code];
      }
      all.input.rows[at++] = row;
    }
    std::vector<linkage::Row>().swap(chunk->rows);
  });
  return all;
}

}  // namespace wider::cli
