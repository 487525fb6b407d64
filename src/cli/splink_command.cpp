#include "cli/splink_command.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "cli/before_work.hpp"
#include "cli/csv.hpp"
#include "cli/linked_csv.hpp"
#include "linkage/cluster.hpp"
#include "linkage/model.hpp"
#include "linkage/splink/splink.hpp"

namespace wider::cli {
namespace {

namespace splink = linkage::splink;

constexpr double usual_threshold = .95;

struct SplinkRows {
  splink::Table table;
  std::vector<std::vector<std::string>> ids;  // by file, then row
  std::vector<std::string> source_values;     // by row: of the source column, where one file holds several sources
};

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

Result<void> read_file(const LinkArguments& arguments, const splink::Settings& settings, const std::string& id_column,
                       std::size_t number, SplinkRows& rows) {
  const std::string& path = arguments.files[number];
  splink::Table& table = rows.table;
  std::vector<std::size_t> at;
  std::optional<std::size_t> source_at;
  std::vector<std::string>& ids = rows.ids.emplace_back();
  IdentifiedRows reading;
  reading.on_header = [&](const std::vector<std::string>& header) -> Result<void> {
    const auto find = [&](const std::string& name) {
      auto found = std::find(header.begin(), header.end(), name);
      if (found == header.end())
        found = std::find_if(header.begin(), header.end(), [&](const auto& other) { return same_name(other, name); });
      return static_cast<std::size_t>(found - header.begin());
    };
    for (const std::string& name : table.columns) {
      at.push_back(find(name));
      if (at.back() == header.size())
        return failure(ErrorCode::malformed, fmt::format("{}: there is no column {}, which the Splink model reads; the "
                                                         "columns are: {}.",
                                                         path, name, fmt::join(header, ", ")));
    }
    if (settings.link_type != splink::LinkType::dedupe_only && arguments.files.size() == 1) {
      source_at = find(settings.source_column);
      if (*source_at == header.size())
        return failure(
            ErrorCode::usage,
            fmt::format("The Splink model links data sets: give two files or more, or one with the column {}.",
                        settings.source_column));
    }
    return {};
  };
  reading.on_row = [&](std::string_view id, std::span<const std::string_view> fields) {
    for (std::size_t c = 0; c < at.size(); ++c) table.cells[c].push_back(table.texts.intern(fields[at[c]]));
    table.source.push_back(static_cast<std::uint32_t>(number));
    table.ids.emplace_back(id);
    ids.emplace_back(id);
    if (source_at) rows.source_values.emplace_back(fields[*source_at]);
  };
  return read_identified_rows(path, id_column, reading);
}

Result<SplinkRows> read_rows(const LinkArguments& arguments, const splink::Settings& settings) {
  SplinkRows rows;
  rows.table.columns = splink::columns_of(settings);
  rows.table.cells.resize(rows.table.columns.size());
  const std::string& id_column = arguments.id_column.empty() ? settings.id_column : arguments.id_column;
  for (std::size_t f = 0; f < arguments.files.size(); ++f) {
    if (const auto read = read_file(arguments, settings, id_column, f, rows); !read)
      return std::unexpected(read.error());
  }
  const std::set<std::string> values(rows.source_values.begin(), rows.source_values.end());
  for (std::size_t row = 0; row < rows.source_values.size(); ++row) {
    rows.table.source[row] =
        static_cast<std::uint32_t>(std::distance(values.begin(), values.find(rows.source_values[row])));
  }
  return rows;
}

Result<void> check_arguments(const LinkArguments& arguments, const splink::Settings& settings) {
  if (!arguments.model.empty() || !arguments.write_model.empty())
    return failure(ErrorCode::usage, "--splink brings its own model: leave --model and --write-model out.");
  if (!arguments.columns.empty())
    return failure(ErrorCode::usage, "--splink reads the columns that its model names: leave --column out.");
  if (arguments.between)
    return failure(ErrorCode::usage,
                   "The Splink model's link_type says whether files are linked to each other: leave "
                   "--between out.");
  if (settings.link_type == splink::LinkType::dedupe_only && arguments.files.size() > 1)
    return failure(ErrorCode::usage, "The Splink model's link_type is dedupe_only: give one file.");
  if (arguments.threshold < 0 || arguments.threshold >= 1)
    return failure(ErrorCode::usage, "--threshold is a probability between 0 and 1.");
  if (arguments.pairs_threshold > 1)
    return failure(ErrorCode::usage, "--pairs-threshold is a probability from 0 to 1.");
  return {};
}

// Splink's own clusters: all that is joined by a chain of pairs at or above the threshold.
class Components {
 public:
  explicit Components(std::size_t rows) : parent_(rows) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t root(std::uint32_t row) {
    while (parent_[row] != row) row = parent_[row] = parent_[parent_[row]];
    return row;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

std::vector<std::uint32_t> components_of(std::size_t rows, const std::vector<splink::ScoredPair>& joined) {
  Components components(rows);
  for (const splink::ScoredPair& pair : joined) components.join(pair.left, pair.right);
  std::vector<std::uint32_t> cluster(rows);
  for (std::uint32_t row = 0; row < rows; ++row) cluster[row] = components.root(row);
  return cluster;
}

// Our clusters: by the mean weight between all records of two clusters, which keeps chains apart.
std::vector<std::uint32_t> averages_of(const splink::Linker& linker, const std::vector<splink::ScoredPair>& joined,
                                       double threshold, unsigned threads) {
  const auto fixed = [&](double weight) {
    return static_cast<std::int32_t>(std::lround((weight - threshold) * linkage::weight_scale));
  };
  std::vector<linkage::Edge> edges;
  for (const splink::ScoredPair& pair : joined)
    edges.push_back(
        {std::min(pair.left, pair.right), std::max(pair.left, pair.right), std::max(fixed(pair.weight), 1)});
  std::sort(edges.begin(), edges.end(),
            [](const auto& a, const auto& b) { return std::pair(a.left, a.right) < std::pair(b.left, b.right); });
  std::vector<splink::Linker::Weigher> weighers;
  for (unsigned t = 0; t < std::max(threads, 1U); ++t) weighers.emplace_back(linker);
  linkage::ClusterInput input;
  input.entries = static_cast<std::uint32_t>(linker.table().rows());
  input.edges = edges;
  input.threads = threads;
  input.weigh = [&](std::size_t worker, std::uint32_t a, std::uint32_t b) {
    return linkage::Weighed{fixed(weighers[worker].weight(a, b)), false};
  };
  return linkage::make_clusters(input).cluster;
}

}  // namespace

Result<LinkReport> run_splink_link(const LinkArguments& arguments) {
  if (const auto checked = check_file_names(arguments.files); !checked) return std::unexpected(checked.error());
  LinkReport report;
  Stopwatch watch;
  const auto json = read_whole(arguments.splink);
  if (!json) return std::unexpected(json.error());
  const auto settings = splink::parse_settings(*json);
  if (!settings) return std::unexpected(about_files({arguments.splink}, settings.error()));
  if (const auto checked = check_arguments(arguments, *settings); !checked) return std::unexpected(checked.error());
  auto rows = read_rows(arguments, *settings);
  if (!rows) return std::unexpected(rows.error());
  report.rows = rows->table.rows();
  report.columns = rows->table.columns;
  report.notes = settings->notes;
  report.read_seconds = watch.lap();
  const auto linker = splink::Linker::make(*settings, std::move(rows->table), arguments.threads);
  if (!linker) return std::unexpected(about_files({arguments.splink}, linker.error()));
  report.train_seconds = watch.lap();

  const double probability = arguments.threshold > 0 ? arguments.threshold : usual_threshold;
  const double threshold = splink::weight_of_probability(probability);
  const bool write_pairs = !arguments.pairs.empty();
  const double pairs_threshold = arguments.pairs_threshold < 0 ? probability : arguments.pairs_threshold;
  const double least_written = pairs_threshold <= 0 ? -2000 : splink::weight_of_probability(pairs_threshold);
  RowNames::Ids ids;
  for (const auto& of_file : rows->ids) ids.emplace_back(of_file.begin(), of_file.end());
  const RowNames names(arguments.files, ids);
  std::optional<WholeFile> pairs_file;
  if (write_pairs) {
    pairs_file.emplace(arguments.pairs);
    pairs_file->append("source_left,id_left,source_right,id_right,probability,match_weight\n");
  }
  splink::PredictOptions options;
  options.threads = arguments.threads;
  options.progress = arguments.progress;
  options.least_weight = write_pairs ? std::min(threshold, least_written) : threshold;
  std::vector<splink::ScoredPair> joined;
  bool too_many = false;
  std::string lines;
  const auto predicted = (*linker)->predict(options, [&](std::span<const splink::ScoredPair> batch) {
    for (const splink::ScoredPair& pair : batch) {
      if (pair.weight >= threshold && !too_many) joined.push_back(pair);
      if (!write_pairs || pair.weight < least_written) continue;
      names.add(lines, pair.left);
      lines += ',';
      names.add(lines, pair.right);
      fmt::format_to(std::back_inserter(lines), ",{:.9g},{}\n", splink::probability_of_weight(pair.weight),
                     pair.weight);
    }
    if (write_pairs) pairs_file->append(lines);
    lines.clear();
    too_many = too_many || joined.size() * 2 * sizeof(splink::ScoredPair) > arguments.memory_bytes;
  });
  if (!predicted) return std::unexpected(predicted.error());
  if (too_many)
    return failure(ErrorCode::unavailable,
                   fmt::format("The pairs above the threshold do not fit into {} MiB; give more with --memory, or a "
                               "higher --threshold.",
                               arguments.memory_bytes >> 20));
  report.pairs_compared = predicted->pairs;
  report.pairs_joined = joined.size();
  const std::vector<std::uint32_t> cluster = arguments.cluster == "average"
                                                 ? averages_of(**linker, joined, threshold, arguments.threads)
                                                 : components_of(report.rows, joined);
  report.link_seconds = watch.lap();

  const auto out = linked_csv(names, cluster, report.persons, arguments.threads);
  if (pairs_file) {
    if (const auto wrote = pairs_file->finish(); !wrote) return std::unexpected(wrote.error());
  }
  if (const auto wrote = write_whole(arguments.out, out); !wrote) return std::unexpected(wrote.error());
  report.write_seconds = watch.lap();
  return report;
}

}  // namespace wider::cli
