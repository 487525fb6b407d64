#include "cli/model_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/before_work.hpp"
#include "cli/csv.hpp"
#include "cli/link_rows.hpp"
#include "linkage/blocking.hpp"
#include "linkage/model.hpp"
#include "linkage/splink/settings.hpp"

namespace wider::cli {
namespace {

using Json = nlohmann::ordered_json;

double bits(double m, double u) {
  return std::log2(m) - std::log2(u);
}

Json level_json(std::string_view name, double m, double u) {
  return {{"level", name}, {"m", m}, {"u", u}, {"weight", bits(m, u)}};
}

Json our_model(const linkage::Model& model) {
  Json json = {{"kind", "wider"},
               {"version", linkage::model_version},
               {"match_probability", model.match_probability},
               {"prior_weight", bits(model.match_probability, 1 - model.match_probability)},
               {"pair_threshold", model.pair_threshold},
               {"family_share", model.family_share},
               {"namesake_share", model.namesake_share},
               {"twin_share", model.twin_share},
               {"name_dependence", model.name_dependence},
               {"largest_block", model.blocking.largest_block}};
  const auto& infos = linkage::field_infos();
  for (std::size_t f = 0; f < linkage::field_count; ++f) {
    Json levels = Json::array();
    for (std::size_t l = 1; l < infos[f].levels.size(); ++l) {
      const linkage::LevelModel& level = model.fields[f][l];
      levels.push_back(level_json(infos[f].levels[l].name, level.m, level.u));
    }
    json["fields"].push_back({{"field", infos[f].name}, {"levels", levels}});
  }
  for (const linkage::Rule rule : linkage::every_rule) {
    if (model.blocking.used[static_cast<std::size_t>(rule)]) json["blocking_rules"].push_back(linkage::name_of(rule));
  }
  json["least_blocking_recall"] = model.blocking.least_recall;
  for (const linkage::Rule rule : linkage::every_rule) {
    const linkage::RuleForecast& its = model.blocking.forecast[static_cast<std::size_t>(rule)];
    if (model.blocking.used[static_cast<std::size_t>(rule)])
      json["blocking_forecast"].push_back(
          {{"rule", linkage::name_of(rule)}, {"recall", its.recall}, {"alone", its.alone}, {"pairs", its.pairs}});
  }
  for (std::size_t t = 0; t < linkage::term_count; ++t) {
    const linkage::TermTable& table = model.terms[t];
    json["terms"].push_back({{"term", linkage::name_of(static_cast<linkage::Term>(t))},
                             {"values", table.counts.size()},
                             {"rows", table.total},
                             {"chance", table.chance}});
  }
  return json;
}

Json splink_model(const linkage::splink::Settings& settings) {
  Json json = {{"kind", "splink"},
               {"match_probability", settings.match_probability},
               {"prior_weight", bits(settings.match_probability, 1 - settings.match_probability)}};
  for (const auto& comparison : settings.comparisons) {
    Json levels = Json::array();
    for (const auto& level : comparison.levels) {
      if (level.is_null) continue;
      Json made = level_json(level.label.empty() ? level.sql : level.label, level.m, level.u);
      if (!level.term_column.empty()) made["term_frequencies"] = level.term_column;
      levels.push_back(std::move(made));
    }
    json["fields"].push_back({{"field", comparison.name}, {"levels", levels}});
  }
  for (const auto& rule : settings.rules) json["blocking_rules"].push_back(rule.sql);
  json["terms"] = Json::array();
  json["notes"] = settings.notes;
  return json;
}

Result<Json> read_model(const std::string& file) {
  const auto text = read_whole(file);
  if (!text) return std::unexpected(text.error());
  const auto named = [&](const Error& error) {
    return failure(error.code, fmt::format("{}: {}", file, error.message));
  };
  if (text->find_first_not_of(" \t\r\n") != std::string::npos && (*text)[text->find_first_not_of(" \t\r\n")] == '{') {
    const auto settings = linkage::splink::parse_settings(*text);
    if (!settings) return named(settings.error());
    return splink_model(*settings);
  }
  const auto model = read_linkage_model(file);
  if (!model) return std::unexpected(model.error());
  return our_model(**model);
}

// What the rules bring and cost, as training saw it: the shares are of the matches that all of them bring.
void print_forecast(const Json& json, Streams& streams) {
  fmt::print(streams.out, "\n{:<40} {:>10} {:>12} {:>12}\n", "Blocking rules", "recall", "alone", "pairs");
  for (const Json& rule : json["blocking_forecast"]) {
    fmt::print(streams.out, "  {:<38} {:>8.2f} % {:>10.2f} % {:>12.0f}\n", rule["rule"].get<std::string>(),
               100 * rule["recall"].get<double>(), 100 * rule["alone"].get<double>(), rule["pairs"].get<double>());
  }
  fmt::print(streams.out, "Together {:.2f} % or more of all pairs that belong together are expected to be compared.\n",
             std::floor(1e4 * json["least_blocking_recall"].get<double>()) / 100);
}

void print_model(const Json& json, Streams& streams) {
  const bool ours = json["kind"] == "wider";
  fmt::print(streams.out, "{}\n", ours ? "A linkage model of wider." : "A linkage model of Splink.");
  fmt::print(streams.out, "Two records at random are one person with probability {:.3g} (weight {:+.2f}).\n",
             json["match_probability"].get<double>(), json["prior_weight"].get<double>());
  if (ours) {
    fmt::print(
        streams.out,
        "A pair may join from probability {:.3g}. Pairs of one home and surname that are two people: {:.1f} %; of one "
        "home and whole name that have two birth dates: {:.1f} %; of one surname and birth date that have two "
        "forenames: "
        "{:.1f} %.\n",
        json["pair_threshold"].get<double>(), json["family_share"].get<double>() * 100,
        json["namesake_share"].get<double>() * 100, json["twin_share"].get<double>() * 100);
  }
  for (const Json& field : json["fields"]) {
    fmt::print(streams.out, "\n{:<40} {:>10} {:>12} {:>8}\n", field["field"].get<std::string>(), "m", "u", "weight");
    for (const Json& level : field["levels"]) {
      fmt::print(streams.out, "  {:<38} {:>10.5f} {:>12.4g} {:>+8.2f}{}\n", level["level"].get<std::string>(),
                 level["m"].get<double>(), level["u"].get<double>(), level["weight"].get<double>(),
                 level.contains("term_frequencies")
                     ? "  by frequency of " + level["term_frequencies"].get<std::string>()
                     : "");
    }
  }
  if (ours) {
    print_forecast(json, streams);
  } else {
    fmt::print(streams.out, "\nBlocking rules\n");
    for (const Json& rule : json["blocking_rules"]) fmt::print(streams.out, "  {}\n", rule.get<std::string>());
  }
  if (!json["terms"].empty())
    fmt::print(streams.out, "\n{:<40} {:>10} {:>12} {:>8}\n", "Term frequencies", "values kept", "rows", "chance");
  for (const Json& term : json["terms"]) {
    fmt::print(streams.out, "  {:<38} {:>10} {:>12} {:>8.2g}\n", term["term"].get<std::string>(),
               term["values"].get<std::uint64_t>(), term["rows"].get<std::uint64_t>(), term["chance"].get<double>());
  }
  if (json.contains("notes")) {
    for (const Json& note : json["notes"]) fmt::print(streams.err, "  {}\n", note.get<std::string>());
  }
}

// ---- compare ----

const Json* named_in(const Json& list, const char* key, const Json& name) {
  for (const Json& item : list) {
    if (item[key] == name) return &item;
  }
  return nullptr;
}

// What one model says and the other does not, or says otherwise: a line for each.
Json differences(const Json& left, const Json& right) {
  Json found = Json::array();
  const auto differ = [&](const std::string& what, const Json& a, const Json& b) {
    if (a == b) return;
    Json line = {{"what", what}, {"left", a}, {"right", b}};
    if (a.is_object() && b.is_object() && a.contains("weight") && b.contains("weight"))
      line["weight_change"] = b["weight"].get<double>() - a["weight"].get<double>();
    found.push_back(std::move(line));
  };
  for (const auto& [key, value] : left.items()) {
    if (value.is_number()) differ(key, value, right.value(key, Json()));
  }
  for (const bool from_left : {true, false}) {
    const Json& here = from_left ? left : right;
    const Json& there = from_left ? right : left;
    for (const Json& field : here["fields"]) {
      const Json* other = named_in(there["fields"], "field", field["field"]);
      for (const Json& level : field["levels"]) {
        const Json* other_level = other == nullptr ? nullptr : named_in((*other)["levels"], "level", level["level"]);
        if (!from_left && other_level != nullptr) continue;
        const Json absent = other_level == nullptr ? Json() : *other_level;
        const std::string what = field["field"].get<std::string>() + "." + level["level"].get<std::string>();
        differ(what, from_left ? level : absent, from_left ? absent : level);
      }
    }
    for (const Json& rule : here["blocking_rules"]) {
      const bool also = std::find(there["blocking_rules"].begin(), there["blocking_rules"].end(), rule) !=
                        there["blocking_rules"].end();
      if (!also) differ("blocking rule " + rule.get<std::string>(), from_left, !from_left);
    }
  }
  for (const Json& term : left["terms"]) {
    const Json* other = named_in(right["terms"], "term", term["term"]);
    differ("term frequencies of " + term["term"].get<std::string>(), term, other == nullptr ? Json() : *other);
  }
  return found;
}

std::string shown(const Json& value) {
  if (value.is_null()) return "not there";
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  if (!value.is_object()) return value.dump();
  if (value.contains("weight"))
    return fmt::format("m {:.4g}, u {:.4g}, weight {:+.2f}", value["m"].get<double>(), value["u"].get<double>(),
                       value["weight"].get<double>());
  return fmt::format("{} values of {} rows", value["values"].get<std::uint64_t>(), value["rows"].get<std::uint64_t>());
}

}  // namespace

int train_model(const TrainWords& words, Streams& streams) {
  if (words.between && words.files.size() < 2)
    return fail(streams, {ErrorCode::usage, "--between links files to each other: give two or more."});
  if (const auto checked = check_outputs({{"--out", words.out}}, words.files); !checked)
    return fail(streams, checked.error());
  Stopwatch watch;
  auto rows = read_link_rows(words.files, {.id_column = words.id_column,
                                           .columns = words.columns,
                                           .truth_column = {},
                                           .label_column = words.labels,
                                           .threads = words.threads});
  if (!rows) return fail(streams, rows.error());
  rows->input.between_sources_only = words.between;
  ProgressLine progress(streams);
  linkage::Options options;
  options.threads = words.threads;
  options.memory_bytes = words.memory_bytes;
  options.seed = words.seed;
  options.progress = [&](std::string_view stage, std::uint64_t at, std::uint64_t of) { progress.show(stage, at, of); };
  const auto model = linkage::train(rows->input, rows->labels, options);
  progress.finish();
  if (!model) return fail(streams, about_files(words.files, model.error()));
  if (const auto wrote = write_whole(words.out, linkage::to_toml(**model)); !wrote) return fail(streams, wrote.error());
  const double seconds = watch.lap();
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               Json{{"rows", rows->input.rows.size()},
                    {"columns", rows->columns},
                    {"ignored", rows->ignored},
                    {"model", words.out},
                    {"seconds", seconds}}
                   .dump(2));
    return done;
  }
  for (const std::string& column : rows->columns) fmt::print(streams.err, "  {}\n", column);
  fmt::print(streams.out, "A model of {} rows in {} ({:.2f} s). See it with: wider model show {}\n",
             rows->input.rows.size(), words.out, seconds, words.out);
  return done;
}

int show_model(const std::string& file, Streams& streams) {
  const auto json = read_model(file);
  if (!json) return fail(streams, json.error());
  if (streams.json) {
    fmt::print(streams.out, "{}\n", json->dump(2));
  } else {
    print_model(*json, streams);
  }
  return done;
}

int compare_models(const std::string& left, const std::string& right, Streams& streams) {
  const auto a = read_model(left);
  if (!a) return fail(streams, a.error());
  const auto b = read_model(right);
  if (!b) return fail(streams, b.error());
  if ((*a)["kind"] != (*b)["kind"])
    return fail(streams,
                {ErrorCode::usage,
                 "One is a model of wider and the other of Splink: their levels have nothing in common to compare."});
  const Json found = differences(*a, *b);
  if (streams.json) {
    fmt::print(streams.out, "{}\n", Json{{"left", left}, {"right", right}, {"differences", found}}.dump(2));
    return done;
  }
  if (found.empty()) fmt::print(streams.out, "The two models are the same.\n");
  for (const Json& line : found) {
    fmt::print(streams.out, "{}\n  {}: {}\n  {}: {}{}\n", line["what"].get<std::string>(), left, shown(line["left"]),
               right, shown(line["right"]),
               line.contains("weight_change") ? fmt::format(" ({:+.2f})", line["weight_change"].get<double>()) : "");
  }
  return done;
}

}  // namespace wider::cli
