#include "cli/link_command.hpp"

#include <iterator>

#include <fmt/format.h>

#include "cli/before_work.hpp"
#include "cli/csv.hpp"
#include "cli/link_rows.hpp"
#include "cli/linked_csv.hpp"
#include "cli/spill.hpp"
#include "cli/splink_command.hpp"

namespace wider::cli {
namespace {

Result<linkage::ModelPtr> model_for(const LinkArguments& arguments, linkage::Prepared& rows,
                                    std::span<const std::uint32_t> labels, const linkage::Options& options) {
  if (arguments.model.empty()) {
    auto learnt = linkage::train(rows, labels, options);
    if (!learnt) return std::unexpected(about_files(arguments.files, learnt.error()));
    return learnt;
  }
  return read_linkage_model(arguments.model);
}

std::string alternatives_csv(const linkage::Linked& linked, const RowNames& names) {
  std::string text = "component,alternative,weight,source,id,cluster\n";
  for (std::size_t c = 0; c < linked.uncertain.size(); ++c) {
    const auto& component = linked.uncertain[c];
    for (std::size_t p = 0; p < component.partitions.size(); ++p) {
      const auto& partition = component.partitions[p];
      for (std::size_t i = 0; i < component.rows.size(); ++i) {
        fmt::format_to(std::back_inserter(text), "{},{},{:.6f},", c + 1, p + 1, partition.weight);
        names.add(text, component.rows[i]);
        fmt::format_to(std::back_inserter(text), ",{}\n", partition.cluster[i] + 1);
      }
    }
  }
  return text;
}

std::string folder_of(const LinkArguments& arguments) {
  if (!arguments.spill.empty()) return arguments.spill;
  const std::size_t slash = arguments.out.find_last_of('/');
  return slash == std::string::npos ? "." : arguments.out.substr(0, slash + 1);
}

Result<LinkReport> link_by_own_model(const LinkArguments& arguments, bool spilling) {
  if (arguments.between && arguments.files.size() < 2)
    return failure(ErrorCode::usage, "--between links files to each other: give two or more.");
  if (!arguments.labels.empty() && !arguments.model.empty())
    return failure(ErrorCode::usage,
                   "--labels helps training, and with --model nothing is trained: give one of the two.");
  if (arguments.threshold < 0 || arguments.threshold >= 1)
    return failure(ErrorCode::usage, "--threshold is a probability between 0 and 1.");
  LinkReport report;
  Stopwatch watch;
  auto read = read_link_rows(arguments.files, {.id_column = arguments.id_column,
                                               .columns = arguments.columns,
                                               .truth_column = {},
                                               .label_column = arguments.labels,
                                               .threads = arguments.threads});
  if (!read) return std::unexpected(read.error());
  read->input.between_sources_only = arguments.between;
  report.columns = read->columns;
  report.ignored = read->ignored;
  report.rows = read->input.rows.size();
  report.read_seconds = watch.lap();

  linkage::Options options;
  options.threads = arguments.threads;
  options.memory_bytes = spilling ? UINT64_MAX : arguments.memory_bytes;
  options.threshold = arguments.threshold;
  options.progress = arguments.progress;
  options.before_comparing = [&](const std::string& says) {
    report.blocking_forecast = says;
    if (arguments.before_comparing) arguments.before_comparing(says);
  };
  options.with_alternatives = !arguments.alternatives.empty();
  options.components_only = arguments.components;
  auto rows = linkage::Prepared::make(read->input, {}, options);
  if (!rows) return std::unexpected(rows.error());
  std::vector<linkage::Row>().swap(read->input.rows);
  read->strings.reset();
  report.prepare_seconds = watch.lap();
  const auto model = model_for(arguments, *rows, read->labels, options);
  if (!model) return std::unexpected(model.error());
  report.train_seconds = watch.lap();

  const RowNames names(arguments.files, read->ids);
  std::string pairs = "source_left,id_left,source_right,id_right,probability\n";
  if (!arguments.pairs.empty()) {
    options.each_pair = [&](std::uint32_t a, std::uint32_t b, double probability) {
      names.add(pairs, a);
      pairs += ',';
      names.add(pairs, b);
      fmt::format_to(std::back_inserter(pairs), ",{:.6f}\n", probability);
    };
  }
  std::string candidates = "source_left,id_left,source_right,id_right\n";
  if (!arguments.candidates.empty()) {
    options.each_candidate = [&](std::uint32_t a, std::uint32_t b) {
      names.add(candidates, a);
      candidates += ',';
      names.add(candidates, b);
      candidates += '\n';
    };
  }
  const auto linked = linkage::link(*rows, **model, options);
  if (!linked) return std::unexpected(linked.error());
  report.link_seconds = watch.lap();
  report.pairs_compared = linked->pairs_compared;
  report.pairs_joined = linked->pairs_joined;
  report.blocking_note = linked->blocking_note;

  const auto out = linked_csv(names, linked->cluster, report.persons, arguments.threads);
  if (!arguments.write_model.empty()) {
    if (const auto wrote = write_whole(arguments.write_model, linkage::to_toml(**model)); !wrote)
      return std::unexpected(wrote.error());
  }
  if (!arguments.alternatives.empty()) {
    if (const auto wrote = write_whole(arguments.alternatives, alternatives_csv(*linked, names)); !wrote)
      return std::unexpected(wrote.error());
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

}  // namespace

Result<LinkReport> run_link(const LinkArguments& arguments) {
  std::vector<std::string> read = arguments.files;
  read.insert(read.end(), {arguments.model, arguments.splink});
  if (const auto checked = check_outputs({{"--out", arguments.out},
                                          {"--pairs", arguments.pairs},
                                          {"--alternatives", arguments.alternatives},
                                          {"--candidates", arguments.candidates},
                                          {"--write-model", arguments.write_model}},
                                         read);
      !checked)
    return std::unexpected(checked.error());
  auto start = spill_if_needed(arguments.files, arguments.memory_bytes, folder_of(arguments));
  if (!start) return std::unexpected(start.error());
  if (!start->says.empty() && arguments.before_reading) arguments.before_reading(start->says);
  auto report =
      arguments.splink.empty() ? link_by_own_model(arguments, start->spill != nullptr) : run_splink_link(arguments);
  if (!report || !start->spill) return report;
  report->most_on_disk = start->spill->most_on_disk();
  report->notes.push_back(fmt::format("{}; at most {} MiB did, and {}", start->says, report->most_on_disk >> 20,
                                      start->spill->disk_was_full()
                                          ? "the disk was full: the memory allowed was not enough"
                                          : fmt::format("memory was cleared {} times", start->spill->times_let_go())));
  return report;
}

}  // namespace wider::cli
