#include "cli/link_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "cli/link_columns.hpp"

namespace wider::cli {
namespace {

struct FileRows {
  std::vector<std::string> ids;
  std::vector<std::uint32_t> labels;  // by row, codes of texts; empty when no column of labels is given
};

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string base_name(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure(ErrorCode::not_found, fmt::format("{}: there is no such file, or it may not be read.", path));
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) return failure(ErrorCode::unreadable, fmt::format("{}: reading failed.", path));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\0') != std::string::npos)
    return failure(ErrorCode::malformed, fmt::format("{}: this is not a text file.", path));
  return text;
}

// RFC 4180 with blanks allowed around separators. Fields are views of the text, or of `unquoted` where quotes were
// doubled.
class CsvReader {
 public:
  CsvReader(std::string_view text, char separator) : text_(text), separator_(separator) {}
  [[nodiscard]] std::uint64_t line() const { return line_; }
  // False at the end. An unclosed quote sets `broken`.
  bool next(std::vector<std::string>& fields) {
    if (at_ >= text_.size()) return false;
    std::size_t count = 0;
    line_ = next_line_;
    while (true) {
      if (count == fields.size()) fields.emplace_back();
      const bool more = field(fields[count++]);
      if (!more) break;
    }
    fields.resize(count);
    return true;
  }
  bool broken = false;

 private:
  // Reads one field; true when another follows in the row.
  bool field(std::string& into) {
    into.clear();
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      quoted(into);
    }
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    into += trimmed(text_.substr(from, at_ - from));
    if (at_ >= text_.size()) return false;
    const bool more = text_[at_] == separator_;
    if (!more) ++next_line_;
    ++at_;
    return more;
  }
  void quoted(std::string& into) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return;
        }
        ++at_;
      } else if (text_[at_] == '\n') {
        ++next_line_;
      }
      into += text_[at_];
    }
    broken = true;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t next_line_ = 1;
};

char separator_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char candidate : {';', '\t', '|'}) {
    if (std::count(first.begin(), first.end(), candidate) > std::count(first.begin(), first.end(), best))
      best = candidate;
  }
  return best;
}

// The parts of an address in one; the number of the house alone is none.
std::string whole_address(const ColumnPlan& plan, const std::vector<std::string>& fields, std::size_t first) {
  std::string address = fields[first];
  for (const std::size_t column : plan.more_address) {
    if (!fields[column].empty()) address += (address.empty() ? "" : ", ") + fields[column];
  }
  if (plan.street_number == no_column || address.empty()) return address;
  return std::string(trimmed(fields[plan.street_number] + " " + address));
}

Result<void> read_file(const LinkArguments& arguments, std::size_t number, StringPool& strings, linkage::Input& input,
                       FileRows& rows, LinkReport& report) {
  const std::string& path = arguments.files[number];
  const auto text = read_whole(path);
  if (!text) return std::unexpected(text.error());
  CsvReader reader(*text, separator_of(*text));
  std::vector<std::string> header;
  if (!reader.next(header)) return failure(ErrorCode::malformed, fmt::format("{}: the file is empty.", path));
  const auto plan = plan_columns(path, header, arguments.id_column, arguments.columns);
  if (!plan) return std::unexpected(plan.error());
  const auto label = std::find(header.begin(), header.end(), arguments.labels);
  if (!arguments.labels.empty() && label == header.end())
    return failure(ErrorCode::malformed, fmt::format("{}: there is no column {} (--labels).", path, arguments.labels));
  const auto label_at = static_cast<std::size_t>(label - header.begin());
  StringPool seen;
  std::vector<std::uint64_t> first_line(1);
  std::vector<bool> given(header.size(), false);
  std::vector<std::string> fields;
  while (reader.next(fields)) {
    if (reader.broken)
      return failure(ErrorCode::malformed,
                     fmt::format("{}, row {}: a quoted field is not closed.", path, reader.line()));
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != header.size()) {
      return failure(ErrorCode::malformed, fmt::format("{}, row {}: {} fields where the header has {}.", path,
                                                       reader.line(), fields.size(), header.size()));
    }
    const std::string& id = fields[plan->id];
    if (id.empty())
      return failure(ErrorCode::malformed,
                     fmt::format("{}, row {}, column {}: the id is empty.", path, reader.line(), arguments.id_column));
    const std::uint32_t before = seen.size();
    const auto code = seen.intern(id);
    if (code < before) {
      return failure(
          ErrorCode::malformed,
          fmt::format("{}, row {}, column {}: the id stands in row {} already; ids must be unique in a file.", path,
                      reader.line(), arguments.id_column, first_line[code]));
    }
    first_line.push_back(reader.line());
    for (std::size_t c = 0; c < fields.size(); ++c) {
      if (!fields[c].empty()) given[c] = true;
    }
    linkage::Row row;
    row.source = static_cast<std::uint16_t>(number);
    for (std::size_t a = 0; a < plan->of_attribute.size(); ++a) {
      const std::size_t column = plan->of_attribute[a];
      if (column == no_column) continue;
      if (a == static_cast<std::size_t>(linkage::Attribute::address)) {
        row.value[a] = strings.intern(whole_address(*plan, fields, column));
      } else {
        row.value[a] = strings.intern(fields[column]);
      }
    }
    if (plan->birth_date != no_column) row.birth_date = read_birth_date(fields[plan->birth_date]);
    if (plan->sex != no_column) row.sex = read_sex(fields[plan->sex]);
    input.rows.push_back(row);
    rows.ids.push_back(id);
    if (!arguments.labels.empty()) rows.labels.push_back(strings.intern(fields[label_at]));
  }
  if (rows.ids.empty()) return failure(ErrorCode::malformed, fmt::format("{}: there is a header and no row.", path));
  for (const auto& [standard, column] : arguments.columns) {
    const auto at = static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin());
    if (!given[at])
      return failure(ErrorCode::malformed,
                     fmt::format("{}: column {} (--column {}={}) is empty in every row; leave it out or give another.",
                                 path, column, standard, column));
  }
  report.columns = plan->said;
  report.ignored = plan->ignored;
  return {};
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

// A file that appears whole or not at all: written beside, then renamed.
Result<void> write_whole(const std::string& path, std::string_view text) {
  const std::string beside = path + ".part";
  {
    std::ofstream out(beside, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.flush();
    if (!out) {
      std::remove(beside.c_str());
      return failure(ErrorCode::unreadable, fmt::format("{}: it cannot be written.", path));
    }
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0)
    return failure(ErrorCode::unreadable, fmt::format("{}: it cannot be written.", path));
  return {};
}

class Stopwatch {
 public:
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Result<linkage::ModelPtr> model_for(const LinkArguments& arguments, const linkage::Input& input,
                                    std::span<const std::uint32_t> labels, const linkage::Options& options) {
  if (arguments.model.empty()) return linkage::train(input, labels, options);
  const auto text = read_whole(arguments.model);
  if (!text) return std::unexpected(text.error());
  return linkage::parse_model(*text);
}

}  // namespace

Result<LinkReport> run_link(const LinkArguments& arguments) {
  if (arguments.files.empty()) return failure(ErrorCode::usage, "Give at least one CSV file.");
  if (arguments.between && arguments.files.size() < 2)
    return failure(ErrorCode::usage, "--between links files to each other: give two or more.");
  if (!arguments.labels.empty() && !arguments.model.empty())
    return failure(ErrorCode::usage, "--labels helps training, and with --model nothing is trained: give one of the two.");
  if (arguments.threshold < 0 || arguments.threshold >= 1)
    return failure(ErrorCode::usage, "--threshold is a probability between 0 and 1.");
  std::set<std::string> names;
  for (const std::string& file : arguments.files) {
    if (!names.insert(base_name(file)).second)
      return failure(ErrorCode::usage,
                     fmt::format("Two files are named {}; sources must have different names.", base_name(file)));
  }
  LinkReport report;
  Stopwatch watch;
  StringPool strings;
  linkage::Input input;
  input.between_sources_only = arguments.between;
  std::vector<FileRows> files(arguments.files.size());
  for (std::size_t f = 0; f < files.size(); ++f) {
    if (const auto read = read_file(arguments, f, strings, input, files[f], report); !read)
      return std::unexpected(read.error());
  }
  input.strings = &strings;
  report.rows = input.rows.size();
  report.read_seconds = watch.lap();

  linkage::Options options;
  options.threads = arguments.threads;
  options.memory_bytes = arguments.memory_bytes;
  options.threshold = arguments.threshold;
  options.progress = arguments.progress;
  options.with_alternatives = !arguments.alternatives.empty();
  options.components_only = arguments.components;
  std::vector<std::uint32_t> labels;
  for (const FileRows& file : files) labels.insert(labels.end(), file.labels.begin(), file.labels.end());
  const auto model = model_for(arguments, input, labels, options);
  if (!model) return std::unexpected(model.error());
  if (!arguments.write_model.empty()) {
    if (const auto wrote = write_whole(arguments.write_model, linkage::to_toml(**model)); !wrote)
      return std::unexpected(wrote.error());
  }
  report.train_seconds = watch.lap();

  std::vector<std::string> name_of_row;
  name_of_row.reserve(input.rows.size());
  for (std::size_t f = 0; f < files.size(); ++f) {
    const std::string source = csv_field(base_name(arguments.files[f]));
    for (const std::string& id : files[f].ids) name_of_row.push_back(source + "," + csv_field(id));
  }
  std::string pairs = "source_left,id_left,source_right,id_right,probability\n";
  if (!arguments.pairs.empty()) {
    options.each_pair = [&](std::uint32_t a, std::uint32_t b, double probability) {
      pairs += fmt::format("{},{},{:.6f}\n", name_of_row[a], name_of_row[b], probability);
    };
  }
  std::string candidates = "source_left,id_left,source_right,id_right\n";
  if (!arguments.candidates.empty()) {
    options.each_candidate = [&](std::uint32_t a, std::uint32_t b) {
      candidates += fmt::format("{},{}\n", name_of_row[a], name_of_row[b]);
    };
  }
  const auto linked = linkage::link(input, **model, {}, options);
  if (!linked) return std::unexpected(linked.error());
  report.link_seconds = watch.lap();
  report.pairs_compared = linked->pairs_compared;
  report.pairs_joined = linked->pairs_joined;
  report.blocking_note = linked->blocking_note;

  // A person is named by its least source and id, so that the name does not depend on the order of rows.
  std::vector<std::uint32_t> named(input.rows.size(), UINT32_MAX);
  const auto less = [&](std::uint32_t a, std::uint32_t b) { return name_of_row[a] < name_of_row[b]; };
  for (std::uint32_t row = 0; row < input.rows.size(); ++row) {
    std::uint32_t& name = named[linked->cluster[row]];
    if (name == UINT32_MAX) ++report.persons;
    if (name == UINT32_MAX || less(row, name)) name = row;
  }
  std::string out = "source,id,person\n";
  std::size_t row = 0;
  for (std::size_t f = 0; f < files.size(); ++f) {
    for (std::size_t i = 0; i < files[f].ids.size(); ++i, ++row) {
      const std::uint32_t name = named[linked->cluster[row]];
      std::size_t source = 0, first = 0;
      while (name >= first + files[source].ids.size()) first += files[source++].ids.size();
      const std::string person = base_name(arguments.files[source]) + "/" + files[source].ids[name - first];
      out += name_of_row[row] + "," + csv_field(person) + "\n";
    }
  }
  if (!arguments.alternatives.empty()) {
    std::string text = "component,alternative,weight,source,id,cluster\n";
    for (std::size_t c = 0; c < linked->uncertain.size(); ++c) {
      const auto& component = linked->uncertain[c];
      for (std::size_t p = 0; p < component.partitions.size(); ++p) {
        const auto& partition = component.partitions[p];
        for (std::size_t i = 0; i < component.rows.size(); ++i)
          text += fmt::format("{},{},{:.6f},{},{}\n", c + 1, p + 1, partition.weight, name_of_row[component.rows[i]],
                              partition.cluster[i] + 1);
      }
    }
    if (const auto wrote = write_whole(arguments.alternatives, text); !wrote) return std::unexpected(wrote.error());
  }
  if (!arguments.candidates.empty()) {
    if (const auto wrote = write_whole(arguments.candidates, candidates); !wrote) return std::unexpected(wrote.error());
  }
  if (!arguments.pairs.empty()) {
    if (const auto wrote = write_whole(arguments.pairs, pairs); !wrote) return std::unexpected(wrote.error());
  }
  if (const auto wrote = write_whole(arguments.out, out); !wrote) return std::unexpected(wrote.error());
  report.write_seconds = watch.lap();
  return report;
}

}  // namespace wider::cli
