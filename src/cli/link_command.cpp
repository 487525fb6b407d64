#include "cli/link_command.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numeric>
#include <set>
#include <span>

#include <fmt/format.h>

#include "cli/csv_rows.hpp"
#include "linkage/parallel.hpp"

namespace wider::cli {
namespace {

std::string base_name(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

Result<std::string> read_whole(const std::string& path) {
  const auto text = FileText::open(path);
  if (!text) return std::unexpected(text.error());
  std::string_view view = text->view();
  if (view.starts_with("\xEF\xBB\xBF")) view.remove_prefix(3);
  if (view.find('\0') != std::string_view::npos)
    return failure(ErrorCode::malformed, fmt::format("{}: this is not a text file.", path));
  return std::string(view);
}

bool needs_quotes(std::string_view text) {
  return text.find_first_of(",\"\n\r") != std::string_view::npos;
}
std::string csv_field(std::string_view text) {
  if (!needs_quotes(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}
void add_field(std::string& out, std::string_view text) {
  if (needs_quotes(text)) {
    out += csv_field(text);
  } else {
    out += text;
  }
}

// A file that appears whole or not at all: written beside, then renamed.
Result<void> write_whole(const std::string& path, std::span<const std::string> pieces) {
  const std::string beside = path + ".part";
  {
    std::ofstream out(beside, std::ios::binary);
    for (const std::string& piece : pieces) out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
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
Result<void> write_whole(const std::string& path, const std::string& text) {
  return write_whole(path, std::span(&text, 1));
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

// Rows as they are written: source and id.
class RowNames {
 public:
  RowNames(const std::vector<std::string>& paths, const std::vector<RowFile>& files) : files_(&files) {
    for (std::size_t f = 0; f < paths.size(); ++f) {
      bases_.push_back(base_name(paths[f]));
      sources_.push_back(csv_field(bases_.back()) + ",");
      first_.push_back(f == 0 ? 0 : first_.back() + files[f - 1].ids.size());
    }
    std::vector<std::size_t> order(paths.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sources_[a] < sources_[b]; });
    rank_.resize(paths.size());
    for (std::size_t r = 0; r < order.size(); ++r) rank_[order[r]] = r;
  }
  [[nodiscard]] std::size_t file_of(std::size_t row) const {
    return static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), row) - first_.begin()) - 1;
  }
  [[nodiscard]] std::string_view id(std::size_t file, std::size_t row) const {
    return (*files_)[file].ids[row - first_[file]];
  }
  // Adds "source,id".
  void add(std::string& out, std::size_t row) const {
    const std::size_t file = file_of(row);
    out += sources_[file];
    add_field(out, id(file, row));
  }
  // Adds "source/id" as one field.
  void add_person(std::string& out, std::size_t row) const {
    const std::size_t file = file_of(row);
    const std::string_view its = id(file, row);
    if (needs_quotes(bases_[file]) || needs_quotes(its)) {
      out += csv_field(bases_[file] + "/" + std::string(its));
    } else {
      out.append(bases_[file]).append("/").append(its);
    }
  }
  // In the order of what add() writes.
  [[nodiscard]] bool less(std::size_t a, std::size_t b) const {
    const std::size_t file_a = file_of(a), file_b = file_of(b);
    if (file_a != file_b) return rank_[file_a] < rank_[file_b];
    const std::string_view id_a = id(file_a, a), id_b = id(file_b, b);
    if (needs_quotes(id_a) || needs_quotes(id_b)) return csv_field(id_a) < csv_field(id_b);
    return id_a < id_b;
  }

 private:
  const std::vector<RowFile>* files_;
  std::vector<std::string> bases_;    // "a.csv"
  std::vector<std::string> sources_;  // the same as a field, and a comma
  std::vector<std::size_t> rank_;     // of the source among all
  std::vector<std::size_t> first_;    // row of each file
};

// A person is named by its least source and id, so that the name does not depend on the order of rows. By cluster: that
// row; and how many persons there are.
std::vector<std::uint32_t> least_rows(const std::vector<std::uint32_t>& cluster, const RowNames& names,
                                      std::uint64_t& persons) {
  std::vector<std::uint32_t> least(cluster.size(), UINT32_MAX);
  for (std::uint32_t row = 0; row < cluster.size(); ++row) {
    std::uint32_t& name = least[cluster[row]];
    if (name == UINT32_MAX) ++persons;
    if (name == UINT32_MAX || names.less(row, name)) name = row;
  }
  return least;
}

std::vector<std::string> persons_as_csv(const std::vector<std::uint32_t>& cluster,
                                        const std::vector<std::uint32_t>& least, const RowNames& names,
                                        unsigned threads) {
  constexpr std::size_t portion = 1U << 15;
  const std::size_t parts = (cluster.size() + portion - 1) / portion;
  std::vector<std::string> pieces(parts + 1);
  pieces[0] = "source,id,person\n";
  linkage::in_parallel(threads, parts, [&](std::size_t, std::size_t part) {
    std::string& out = pieces[part + 1];
    out.reserve(portion * 48);
    for (std::size_t row = part * portion; row < std::min((part + 1) * portion, cluster.size()); ++row) {
      names.add(out, row);
      out += ',';
      names.add_person(out, least[cluster[row]]);
      out += '\n';
    }
  });
  return pieces;
}

Result<linkage::ModelPtr> model_for(const LinkArguments& arguments, linkage::Prepared& rows,
                                    const linkage::Options& options) {
  if (arguments.model.empty()) return linkage::train(rows, options);
  const auto text = read_whole(arguments.model);
  if (!text) return std::unexpected(text.error());
  return linkage::parse_model(*text);
}

Result<void> check_arguments(const LinkArguments& arguments) {
  if (arguments.files.empty()) return failure(ErrorCode::usage, "Give at least one CSV file.");
  if (arguments.between && arguments.files.size() < 2)
    return failure(ErrorCode::usage, "--between links files to each other: give two or more.");
  if (arguments.threshold < 0 || arguments.threshold >= 1)
    return failure(ErrorCode::usage, "--threshold is a probability between 0 and 1.");
  std::set<std::string> names;
  for (const std::string& file : arguments.files) {
    if (!names.insert(base_name(file)).second)
      return failure(ErrorCode::usage,
                     fmt::format("Two files are named {}; sources must have different names.", base_name(file)));
  }
  return {};
}

}  // namespace

Result<LinkReport> run_link(const LinkArguments& arguments) {
  if (const auto checked = check_arguments(arguments); !checked) return std::unexpected(checked.error());
  LinkReport report;
  Stopwatch watch;
  auto read = read_row_files(arguments.files, {arguments.id_column, arguments.columns, arguments.threads});
  if (!read) return std::unexpected(read.error());
  read->input.between_sources_only = arguments.between;
  report.rows = read->input.rows.size();
  report.columns = read->files.back().columns;
  report.ignored = read->files.back().ignored;
  report.read_seconds = watch.lap();

  linkage::Options options;
  options.threads = arguments.threads;
  options.memory_bytes = arguments.memory_bytes;
  options.threshold = arguments.threshold;
  options.progress = arguments.progress;
  auto rows = linkage::Prepared::make(read->input, {}, options);
  if (!rows) return std::unexpected(rows.error());
  std::vector<linkage::Row>().swap(read->input.rows);
  read->strings.reset();
  report.prepare_seconds = watch.lap();
  const auto model = model_for(arguments, *rows, options);
  if (!model) return std::unexpected(model.error());
  if (!arguments.write_model.empty()) {
    if (const auto wrote = write_whole(arguments.write_model, linkage::to_toml(**model)); !wrote)
      return std::unexpected(wrote.error());
  }
  report.train_seconds = watch.lap();

  const RowNames names(arguments.files, read->files);
  std::string pairs = "source_left,id_left,source_right,id_right,probability\n";
  if (!arguments.pairs.empty()) {
    options.each_pair = [&](std::uint32_t a, std::uint32_t b, double probability) {
      names.add(pairs, a);
      pairs += ',';
      names.add(pairs, b);
      fmt::format_to(std::back_inserter(pairs), ",{:.6f}\n", probability);
    };
  }
  const auto linked = linkage::link(*rows, **model, options);
  if (!linked) return std::unexpected(linked.error());
  report.link_seconds = watch.lap();
  report.pairs_compared = linked->pairs_compared;
  report.pairs_joined = linked->pairs_joined;
  report.blocking_note = linked->blocking_note;

  const auto least = least_rows(linked->cluster, names, report.persons);
  if (!arguments.pairs.empty()) {
    if (const auto wrote = write_whole(arguments.pairs, pairs); !wrote) return std::unexpected(wrote.error());
  }
  const auto out = persons_as_csv(linked->cluster, least, names, arguments.threads);
  if (const auto wrote = write_whole(arguments.out, out); !wrote) return std::unexpected(wrote.error());
  report.write_seconds = watch.lap();
  return report;
}

}  // namespace wider::cli
