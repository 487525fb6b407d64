// `wider model evaluate`: who is whom by the truth, who is whom by the links, and how the two agree.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "cli/before_work.hpp"
#include "cli/csv.hpp"
#include "cli/link_rows.hpp"
#include "cli/model_command.hpp"
#include "linkage/evaluate.hpp"

namespace wider::cli {
namespace {

using Json = nlohmann::ordered_json;

// Names to numbers from 0, in order of appearance.
class Numbers {
 public:
  std::uint32_t of(std::string_view name) {
    const auto code = pool_.intern(name);
    return code == 0 ? linkage::no_group : code - 1;
  }
  [[nodiscard]] std::uint32_t count() const { return pool_.size() - 1; }

 private:
  StringPool pool_;
};

// The columns of a CSV file that are named, row by row.
Result<std::vector<std::vector<std::string>>> read_columns(const std::string& path,
                                                           const std::vector<std::string>& names) {
  const auto text = read_whole(path);
  if (!text) return std::unexpected(text.error());
  CsvReader reader(*text, separator_of(*text));
  std::vector<std::string_view> fields;
  if (!reader.next(fields)) return failure(ErrorCode::malformed, fmt::format("{}: the file is empty.", path));
  std::vector<std::size_t> at;
  for (const std::string& name : names) {
    at.push_back(static_cast<std::size_t>(std::find(fields.begin(), fields.end(), name) - fields.begin()));
    if (at.back() == fields.size())
      return failure(ErrorCode::malformed, fmt::format("{}: there is no column {}; the columns are: {}.", path, name,
                                                       fmt::join(fields, ", ")));
  }
  const std::size_t width = fields.size();
  std::vector<std::vector<std::string>> rows;
  while (reader.next(fields)) {
    if (reader.broken)
      return failure(ErrorCode::malformed,
                     fmt::format("{}, row {}: a quoted field is not closed.", path, reader.line()));
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != width)
      return failure(ErrorCode::malformed, fmt::format("{}, row {}: {} fields where the header has {}.", path,
                                                       reader.line(), fields.size(), width));
    std::vector<std::string>& row = rows.emplace_back();
    for (const std::size_t column : at) row.emplace_back(fields[column]);
  }
  return rows;
}

struct Evaluated {
  linkage::LabelledRows rows;
  std::vector<linkage::Grouping> groupings;
  std::vector<std::string> notes;
};

// What `wider link` wrote, for the rows of the files.
Result<std::vector<std::uint32_t>> linked_clusters(const EvaluateWords& words, const LinkRows& rows) {
  const auto lines = read_columns(words.linked, {"source", "id", "person"});
  if (!lines) return std::unexpected(lines.error());
  std::unordered_map<std::string, std::uint32_t> of_row;
  Numbers persons;
  for (const auto& line : *lines) {
    if (!of_row.emplace(line[0] + "/" + line[1], persons.of(line[2])).second)
      return failure(ErrorCode::malformed, fmt::format("{}: a row of {} stands twice.", words.linked, line[0]));
  }
  std::vector<std::uint32_t> clusters;
  for (std::size_t f = 0; f < words.files.size(); ++f) {
    for (const std::string_view id : rows.ids[f]) {
      const auto found = of_row.find(base_name(words.files[f]).append("/").append(id));
      if (found == of_row.end())
        return failure(ErrorCode::malformed, fmt::format("{} does not name every row of {}: link that file again.",
                                                         words.linked, base_name(words.files[f])));
      clusters.push_back(found->second);
    }
  }
  return clusters;
}

Result<std::vector<std::uint32_t>> new_clusters(const EvaluateWords& words, LinkRows& rows, Streams& streams) {
  ProgressLine progress(streams);
  linkage::Options options;
  options.threads = words.threads;
  options.memory_bytes = words.memory_bytes;
  options.threshold = words.threshold;
  options.progress = [&](std::string_view stage, std::uint64_t at, std::uint64_t of) { progress.show(stage, at, of); };
  Result<linkage::ModelPtr> model;
  if (words.model.empty()) {
    model = linkage::train(rows.input, options);
    if (!model) return std::unexpected(about_files(words.files, model.error()));
  } else {
    model = read_linkage_model(words.model);
  }
  if (!model) return std::unexpected(model.error());
  const auto linked = linkage::link(rows.input, **model, {}, options);
  progress.finish();
  if (!linked) return std::unexpected(linked.error());
  return linked->cluster;
}

Result<Evaluated> from_files(const EvaluateWords& words, Streams& streams) {
  if (words.id_column.empty()) return failure(ErrorCode::usage, "Give --id: the column that names each row.");
  if (words.truth_column.empty())
    return failure(ErrorCode::usage, "Give --truth: the column that says who each row truly is.");
  if (words.between && words.files.size() < 2)
    return failure(ErrorCode::usage, "--between links files to each other: give two or more.");
  if (!words.linked.empty() && (!words.model.empty() || words.threshold > 0))
    return failure(ErrorCode::usage, "--linked brings the links: leave --model and --threshold out.");
  Date on;
  if (!words.on.empty()) {
    const auto day = parse_iso_date(words.on);
    if (!day) return failure(ErrorCode::usage, "--on is a day such as 2012-12-31.");
    on = *day;
  }
  auto rows = read_link_rows(words.files, {.id_column = words.id_column,
                                           .columns = words.columns,
                                           .truth_column = words.truth_column,
                                           .label_column = {},
                                           .threads = words.threads});
  if (!rows) return std::unexpected(rows.error());
  rows->input.between_sources_only = words.between;
  auto clusters = words.linked.empty() ? new_clusters(words, *rows, streams) : linked_clusters(words, *rows);
  if (!clusters) return std::unexpected(clusters.error());
  Evaluated evaluated;
  evaluated.rows.cluster = std::move(*clusters);
  evaluated.rows.between = words.between;
  Numbers persons;
  for (std::size_t row = 0; row < rows->truth.size(); ++row) {
    evaluated.rows.person.push_back(persons.of(rows->truth[row]));
    evaluated.rows.source.push_back(rows->input.rows[row].source);
  }
  evaluated.groupings = linkage::usual_groupings(rows->input, evaluated.rows.person, persons.count(), on);
  for (const std::string_view wanted : {"sex", "age", "surname"}) {
    const bool there = std::any_of(evaluated.groupings.begin(), evaluated.groupings.end(),
                                   [&](const auto& grouping) { return grouping.name.starts_with(wanted); });
    if (!there)
      evaluated.notes.push_back(fmt::format(
          "No row says anything of which groups by {} could be made; name the column with --column.", wanted));
  }
  return evaluated;
}

// A mention that was never taken in is linked to nothing.
Result<Evaluated> from_people(const EvaluateWords& words) {
  if (words.people.empty() || words.truth_people.empty())
    return failure(ErrorCode::usage, "Give FILES with --truth, or --people with --truth-people.");
  const auto truth = read_columns(words.truth_people, {"agency", "mention", "person"});
  if (!truth) return std::unexpected(truth.error());
  const auto found = read_columns(words.people, {"agency", "mention", "person"});
  if (!found) return std::unexpected(found.error());
  std::unordered_map<std::string, std::string> person_of;
  for (const auto& line : *found) person_of[line[0] + "/" + line[1]] = line[2];
  Evaluated evaluated;
  Numbers persons, clusters;
  std::uint64_t absent = 0;
  for (const auto& line : *truth) {
    const std::string mention = line[0] + "/" + line[1];
    const auto known = person_of.find(mention);
    absent += known == person_of.end() ? 1U : 0U;
    evaluated.rows.person.push_back(persons.of(line[2]));
    evaluated.rows.cluster.push_back(
        clusters.of(known == person_of.end() ? "alone " + mention : "person " + known->second));
  }
  if (absent > 0)
    evaluated.notes.push_back(
        fmt::format("{} mentions of the truth are not in {}: each counts as linked to nothing.", absent, words.people));
  evaluated.notes.emplace_back(
      "These files say nothing of sex, birth or names: for groups, evaluate the files themselves (FILES with "
      "--truth).");
  return evaluated;
}

Json rate_json(const linkage::Rate& rate) {
  return {{"value", rate.value},
          {"low", rate.low},
          {"high", rate.high},
          {"pairs", rate.pairs},
          {"observations", rate.observations}};
}
Json quality_json(const linkage::Quality& quality) {
  return {{"people", quality.people},
          {"rows", quality.rows},
          {"precision", rate_json(quality.precision)},
          {"recall", rate_json(quality.recall)},
          {"f1", quality.f1}};
}
Json gap_json(const std::optional<linkage::Gap>& gap) {
  return gap ? Json{{"size", gap->size}, {"best", gap->best}, {"worst", gap->worst}} : Json();
}

Json evaluation_json(const linkage::Evaluation& evaluation, const std::vector<std::string>& notes) {
  Json json = {{"overall", quality_json(evaluation.overall)}, {"rows_without_truth", evaluation.rows_without_truth}};
  json["groupings"] = Json::array();
  for (const auto& grouping : evaluation.groupings) {
    Json groups = Json::array();
    for (const auto& group : grouping.groups) {
      Json one = quality_json(group.quality);
      one["group"] = group.name;
      groups.push_back(std::move(one));
    }
    json["groupings"].push_back({{"by", grouping.name},
                                 {"groups", groups},
                                 {"precision_gap", gap_json(grouping.precision)},
                                 {"recall_gap", gap_json(grouping.recall)}});
  }
  json["notes"] = notes;
  return json;
}

void print_quality(std::string_view name, const linkage::Quality& quality, Streams& streams) {
  const auto shown = [](const linkage::Rate& rate) {
    return rate.observations == 0 ? std::string("no pairs")
                                  : fmt::format("{:.4f} ({:.4f} to {:.4f})", rate.value, rate.low, rate.high);
  };
  const bool any = quality.precision.observations > 0 || quality.recall.observations > 0;
  fmt::print(streams.out, "  {:<18} {:>9} {:>28} {:>28} {:>8}\n", name, quality.people, shown(quality.precision),
             shown(quality.recall), any ? fmt::format("{:.4f}", quality.f1) : "");
}

void print_gap(std::string_view what, const std::optional<linkage::Gap>& gap, Streams& streams) {
  if (gap) {
    fmt::print(streams.out, "  gap in {}: {:.4f} between {} and {}\n", what, gap->size, gap->best, gap->worst);
  } else {
    fmt::print(streams.out, "  gap in {}: fewer than two groups have {} observations\n", what,
               linkage::least_observations);
  }
}

void print_evaluation(const linkage::Evaluation& evaluation, const std::vector<std::string>& notes, Streams& streams) {
  fmt::print(streams.out,
             "Pairs of rows, with 95 % intervals (Wilson; rows that the truth or the links hold together are one "
             "observation)\n");
  fmt::print(streams.out, "  {:<18} {:>9} {:>28} {:>28} {:>8}\n", "", "people", "precision", "recall", "F1");
  print_quality("all", evaluation.overall, streams);
  for (const auto& grouping : evaluation.groupings) {
    fmt::print(streams.out, "By {}\n", grouping.name);
    for (const auto& group : grouping.groups) print_quality(group.name, group.quality, streams);
    print_gap("precision", grouping.precision, streams);
    print_gap("recall", grouping.recall, streams);
  }
  if (evaluation.rows_without_truth > 0)
    fmt::print(streams.out, "{} rows have no truth and are left out.\n", evaluation.rows_without_truth);
  for (const std::string& note : notes) fmt::print(streams.err, "  {}\n", note);
}

}  // namespace

int evaluate_model(const EvaluateWords& words, Streams& streams) {
  auto evaluated = words.files.empty() ? from_people(words) : from_files(words, streams);
  if (!evaluated) return fail(streams, evaluated.error());
  const linkage::Evaluation evaluation = linkage::evaluate(evaluated->rows, evaluated->groupings);
  if (streams.json) {
    fmt::print(streams.out, "{}\n", evaluation_json(evaluation, evaluated->notes).dump(2));
  } else {
    print_evaluation(evaluation, evaluated->notes, streams);
  }
  return done;
}

}  // namespace wider::cli
