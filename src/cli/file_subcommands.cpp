// The subcommands on files alone: linking, towns, models and how good they are.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/subcommands.hpp"
#include "town/persons_csv.hpp"

namespace wider::cli {
namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;

void column_option(CLI::App* command, Words& words) {
  command
      ->add_option("--column", words.link_columns,
                   "Which column holds a standard attribute: forename, surname, full_name, alias, birth_date (or "
                   "birth_year, birth_month, birth_day), sex, postcode, street_number, address, town, phone, email, "
                   "nhs_number, upn, uprn, occupation; a forename, surname or address may have several")
      ->type_name("STANDARD=COLUMN");
}

// A size below nothing would be read as one beyond all bounds.
CLI::Validator not_negative() {
  return {[](std::string& text) { return text.starts_with('-') ? "it cannot be less than nothing" : std::string(); },
          "SIZE"};
}

Result<void> columns_of(const std::vector<std::string>& texts, Columns& columns) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      return failure(ErrorCode::usage,
                     fmt::format("Give --column as STANDARD=COLUMN, such as surname=last_name, not '{}'.", text));
    columns.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return {};
}

void print_link_report(const LinkReport& report, Streams& streams) {
  if (streams.json) {
    const nlohmann::json seconds = {{"read", report.read_seconds},
                                    {"prepare", report.prepare_seconds},
                                    {"train", report.train_seconds},
                                    {"link", report.link_seconds},
                                    {"write", report.write_seconds}};
    fmt::print(streams.out, "{}\n",
               nlohmann::json{{"rows", report.rows},
                              {"persons", report.persons},
                              {"pairs_compared", report.pairs_compared},
                              {"pairs_joined", report.pairs_joined},
                              {"blocking_forecast", report.blocking_forecast},
                              {"blocking_note", report.blocking_note},
                              {"notes", report.notes},
                              {"most_on_disk", report.most_on_disk},
                              {"columns", report.columns},
                              {"ignored", report.ignored},
                              {"seconds", seconds}}
                   .dump(2));
    return;
  }
  fmt::print(streams.out, "{} rows, {} persons\n", report.rows, report.persons);
  for (const std::string& column : report.columns) fmt::print(streams.err, "  {}\n", column);
  if (!report.ignored.empty()) fmt::print(streams.err, "  not read: {}\n", fmt::join(report.ignored, ", "));
  for (const std::string& note : report.notes) fmt::print(streams.err, "  {}\n", note);
  fmt::print(streams.err, "  {} pairs compared, {} joined\n", report.pairs_compared, report.pairs_joined);
  if (!report.blocking_note.empty()) fmt::print(streams.err, "  {}\n", report.blocking_note);
  print_times(streams, {{"read", report.read_seconds},
                        {"prepare", report.prepare_seconds},
                        {"train", report.train_seconds},
                        {"link", report.link_seconds},
                        {"write", report.write_seconds}});
}

int persons_csv(Words& words, Streams& streams) {
  ProgressLine progress(streams);
  words.town.progress = [&](const std::string& stage, std::uint64_t at, std::uint64_t of) {
    progress.show(stage, at, of);
  };
  const auto report =
      town::write_persons(words.town, words.persons_csv, std::max(1U, std::thread::hardware_concurrency()), words.out);
  progress.finish();
  if (!report) return fail(streams, report.error());
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               nlohmann::json({{"rows", report->rows}, {"people", report->people}, {"towns", report->towns}}).dump(2));
  } else {
    fmt::print(streams.out, "{} rows about {} people of {} towns in {}\n", report->rows, report->people, report->towns,
               words.out);
  }
  return done;
}

}  // namespace

void add_commands_without_hub(CLI::App& app, Words& words, Chosen& chosen) {
  auto* demo_command = app.add_subcommand(
      "demo", "A fictitious town in a new hub, everything run, the web site served, sign-ins printed");
  examples(demo_command, {"demo", "demo --people 220000 --hub my-demo", "demo --listen 127.0.0.1:0"});
  demo_command->add_option("--people", words.demo.people, "How many people live in the town")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 2'000'000));
  demo_command->add_option("--seed", words.demo.seed, "Another seed, another town")->capture_default_str();
  demo_command->add_option("--listen", words.demo.listen, "Address and port; port 0 takes a free one")
      ->capture_default_str();
  demo_command->add_option("--hub", words.demo.folder,
                           "A folder to keep the town and the hub in; else a temporary one");
  demo_command->add_flag("--only-prepare", words.demo.only_prepare, "Stop when the site could be served");
  demo_command->callback([&] { chosen.alone = [&](Streams& streams) { return demo(words.demo, streams); }; });

  auto* town_command =
      app.add_subcommand("town", "Write a fictitious town: each agency's files, and the truth beside them");
  examples(town_command, {"town --people 20000 --seed 7 --out town && wider init --hub H --simulated && HUB=H "
                          "WIDER=wider sh town/intake.sh"});
  town_command->add_option("--people", words.town.people, "How many people")
      ->capture_default_str()
      ->check(CLI::Range(1'000, 20'000'000));
  town_command->add_option("--seed", words.town.seed, "The seed: the same one gives the same bytes")
      ->capture_default_str();
  town_command->add_option("--out", words.out, "The folder to write; with --persons-csv the file")->required();
  town_command
      ->add_option(
          "--persons-csv", words.persons_csv,
          "Instead: one CSV file of this many person records of several towns, with the truth in its last column")
      ->check(CLI::Range(1, 13'000'000));
  town_command
      ->add_option("--networks", words.town.networks, "How many networks are planted; -1: in proportion to the town")
      ->capture_default_str();
  town_command->add_option("--noise", words.town.noise.error, "Share of mentions with an error in a linkage field")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  town_command
      ->add_option("--no-birth-date", words.town.noise.no_birth_date, "Share of mentions without a date of birth")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  town_command->add_option("--no-address", words.town.noise.no_address, "Share of mentions without an address")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  town_command
      ->add_option("--no-identifier", words.town.noise.no_identifier, "Share of mentions without any identifier")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  town_command->callback([&] {
    chosen.alone = [&](Streams& streams) {
      if (words.persons_csv > 0) return persons_csv(words, streams);
      ProgressLine progress(streams);
      words.town.progress = [&](const std::string& stage, std::uint64_t at, std::uint64_t of) {
        progress.show(stage, at, of);
      };
      const auto report = town::write_town(words.town, words.out);
      progress.finish();
      if (!report) return fail(streams, report.error());
      if (streams.json) {
        fmt::print(streams.out, "{}\n",
                   nlohmann::json{{"people", report->people},
                                  {"files", report->files},
                                  {"rows", report->rows},
                                  {"mentions", report->mentions},
                                  {"networks", report->networks}}
                       .dump(2));
      } else {
        fmt::print(streams.out, "{} people, {} files, {} rows, {} mentions, {} networks in {}\n", report->people,
                   report->files, report->rows, report->mentions, report->networks, words.out);
      }
      return static_cast<int>(done);
    };
  });

  auto* link_command = app.add_subcommand("link", "Linkage alone, no hub: CSV files to source,id,person");
  examples(link_command, {"link people.csv --id unique_id --out linked.csv",
                          "link a.csv b.csv --id rec_id --between --out linked.csv",
                          "link x.csv --id no --column birth_date=born --column surname=family --out linked.csv",
                          "link people.csv --splink settings.json --out linked.csv --pairs scored.csv"});
  link_command->add_option("files", words.link.files, "The CSV files")
      ->required()
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  link_command
      ->add_option("--id", words.link.id_column,
                   "The column that names each row; with --splink, the model's own unless said")
      ->type_name("COLUMN");
  link_command
      ->add_option("--splink", words.link.splink,
                   "The settings of a trained Splink model (JSON): links with it and its blocking rules")
      ->check(CLI::ExistingFile);
  link_command
      ->add_option("--cluster", words.link.cluster,
                   "With --splink: components, as Splink clusters, or average, which keeps chains apart")
      ->check(CLI::IsMember({"components", "average"}))
      ->capture_default_str();
  link_command
      ->add_option("--pairs-threshold", words.link.pairs_threshold,
                   "With --splink: match probability from which a pair is written; 0 writes all")
      ->check(CLI::Range(0.0, 1.0));
  column_option(link_command, words);
  link_command->add_option("--model", words.link.model, "A trained model (TOML); else one is learnt from the rows")
      ->check(CLI::ExistingFile);
  link_command->add_flag("--between", words.link.between, "Link the files to each other and not within");
  link_command->add_option("--threshold", words.link.threshold, "Match probability from which two rows may be joined")
      ->check(CLI::Range(0.0, 1.0));
  link_command->add_option("--threads", words.link.threads, "How many threads")->check(CLI::Range(1, 256));
  link_command
      ->add_option("--memory", words.link.memory_bytes,
                   "How much memory at most, such as 4GiB; what is beyond it goes to a temporary file meanwhile")
      ->transform(CLI::AsSizeValue(false))
      ->transform(not_negative());
  link_command->add_option("--spill", words.link.spill, "The folder of that file; where --out is written unless said")
      ->type_name("FOLDER")
      ->check(CLI::ExistingDirectory);
  link_command->add_option("--alternatives", words.link.alternatives,
                           "Also write the components that are not certain: at most 64 partitions each, with weights");
  link_command->add_option("--candidates", words.link.candidates,
                           "Also write every pair of rows that blocking brings together: for checking, on small files");
  link_command->add_flag("--components", words.link.components,
                         "Clusters are connected components, whatever speaks against: only to compare with");
  link_command->add_option(
      "--labels", words.link.labels,
      "Column that is equal for rows known to be one person, empty where nobody knows: helps training");
  link_command->add_option("--write-model", words.link.write_model, "Also write the model that was used (TOML)");
  link_command->add_option("--out", words.link.out, "The CSV file to write: source,id,person")->required();
  link_command->add_option("--pairs", words.link.pairs, "Also write the scored pairs");
  link_command->callback([&] {
    if (words.link.id_column.empty() && words.link.splink.empty()) throw CLI::RequiredError("--id");
    chosen.alone = [&](Streams& streams) {
      if (const auto read = columns_of(words.link_columns, words.link.columns); !read)
        return fail(streams, read.error());
      ProgressLine progress(streams);
      words.link.progress = [&](std::string_view stage, std::uint64_t at, std::uint64_t of) {
        progress.show(stage, at, of);
      };
      words.link.before_reading = [&](const std::string& says) {
        if (!streams.json) fmt::print(streams.err, "  {}\n", says);
      };
      words.link.before_comparing = [&](const std::string& says) {
        progress.finish();
        if (!streams.json) fmt::print(streams.err, "  {}\n", says);
      };
      const auto report = run_link(words.link);
      progress.finish();
      if (!report) return fail(streams, report.error());
      print_link_report(*report, streams);
      return static_cast<int>(done);
    };
  });
}

void add_model_commands(CLI::App& app, Words& words, Chosen& chosen) {
  auto* model =
      app.add_subcommand("model", "Linkage models: train one, show it, compare two, evaluate links by the truth");
  examples(model, {"model train people.csv --id no --out people.toml", "model show people.toml",
                   "model compare old.toml new.toml", "model evaluate people.csv --id no --truth person"});
  model->require_subcommand(1);

  auto* train = model->add_subcommand("train", "Learn a model from rows, without labels, and write it (TOML)");
  examples(train, {"model train people.csv --id no --out people.toml",
                   "model train a.csv b.csv --id no --between --column birth_date=born --out both.toml"});
  train->add_option("files", words.train.files, "The CSV files")
      ->required()
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  train->add_option("--id", words.train.id_column, "The column that names each row")->required()->type_name("COLUMN");
  column_option(train, words);
  train->add_option("--labels", words.train.labels,
                    "Column that is equal for rows known to be one person, empty where nobody knows: helps training");
  train->add_flag("--between", words.train.between, "Learn to link the files to each other and not within");
  train->add_option("--threads", words.train.threads, "How many threads")->check(CLI::Range(1, 256));
  train->add_option("--memory", words.train.memory_bytes, "How much memory at most, such as 4GiB")
      ->transform(CLI::AsSizeValue(false))
      ->transform(not_negative());
  train->add_option("--seed", words.train.seed, "The seed of the random pairs")->capture_default_str();
  train->add_option("--out", words.train.out, "The model file to write")->required();
  train->callback([&] {
    chosen.alone = [&](Streams& streams) {
      if (const auto read = columns_of(words.link_columns, words.train.columns); !read)
        return fail(streams, read.error());
      return train_model(words.train, streams);
    };
  });

  auto* show = model->add_subcommand(
      "show", "A model's levels, blocking rules and term frequencies; also of Splink's settings (JSON)");
  examples(show, {"model show people.toml", "model show splink-settings.json --json"});
  show->add_option("model", words.model, "The model")->required()->type_name("MODEL")->check(CLI::ExistingFile);
  show->callback([&] { chosen.alone = [&](Streams& streams) { return show_model(words.model, streams); }; });

  auto* compare = model->add_subcommand("compare", "What two models say differently, by field and level");
  examples(compare, {"model compare last-year.toml this-year.toml"});
  compare->add_option("left", words.model, "One model")->required()->type_name("MODEL")->check(CLI::ExistingFile);
  compare->add_option("right", words.other_model, "The other")
      ->required()
      ->type_name("MODEL")
      ->check(CLI::ExistingFile);
  compare->callback([&] {
    chosen.alone = [&](Streams& streams) { return compare_models(words.model, words.other_model, streams); };
  });

  auto* adopt = model->add_subcommand("adopt",
                                      "Let a hub conclude people with this model from now on; without one, with a "
                                      "model learnt from what the hub holds");
  hub_option(adopt, words);
  examples(adopt, {"model adopt --hub H", "model adopt --hub H people.toml"});
  existing_file_option(adopt, "model", words.model, "The model", words)->type_name("MODEL");
  adopt->callback([&] {
    chosen.settled = true;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return adopt_model(hub, words.model, operator_of(words), streams);
    };
  });

  auto* exported = model->add_subcommand("export", "Write the model that a hub concludes people with");
  hub_option(exported, words);
  examples(exported, {"model export --hub H --out people.toml"});
  file_option(exported, "--out", words.out, "The model file to write", words)->required();
  exported->callback([&] {
    chosen.settled = true;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return export_model(hub, words.out, streams); };
  });

  auto* evaluate = model->add_subcommand(
      "evaluate",
      "Precision and recall by the truth, with intervals, overall and by sex, age and how common the surname is");
  examples(evaluate, {"model evaluate people.csv --id no --truth person --model people.toml",
                      "model evaluate people.csv --id no --truth person --linked linked.csv",
                      "model evaluate --people people.csv --truth-people town/truth/people.csv"});
  evaluate->add_option("files", words.evaluate.files, "The CSV files")->type_name("FILE")->check(CLI::ExistingFile);
  evaluate->add_option("--id", words.evaluate.id_column, "The column that names each row")->type_name("COLUMN");
  column_option(evaluate, words);
  evaluate
      ->add_option("--truth", words.evaluate.truth_column,
                   "The column that says who each row truly is; it is not linked by")
      ->type_name("COLUMN");
  evaluate->add_option("--model", words.evaluate.model, "Link with this model (TOML); else one is learnt from the rows")
      ->check(CLI::ExistingFile);
  evaluate->add_option("--linked", words.evaluate.linked, "Evaluate what wider link wrote instead")
      ->check(CLI::ExistingFile);
  evaluate->add_option("--people", words.evaluate.people, "Evaluate what wider people wrote, by --truth-people")
      ->check(CLI::ExistingFile);
  evaluate
      ->add_option("--truth-people", words.evaluate.truth_people, "A town's truth/people.csv: agency,mention,person")
      ->check(CLI::ExistingFile);
  evaluate->add_flag("--between", words.evaluate.between, "Only pairs of rows of different files count");
  evaluate->add_option("--threshold", words.evaluate.threshold, "Match probability from which two rows may be joined")
      ->check(CLI::Range(0.0, 1.0));
  evaluate
      ->add_option("--on", words.evaluate.on, "The day at which ages are taken; else the last birth date in the files")
      ->type_name("DATE");
  evaluate->add_option("--threads", words.evaluate.threads, "How many threads")->check(CLI::Range(1, 256));
  evaluate->add_option("--memory", words.evaluate.memory_bytes, "How much memory at most, such as 4GiB")
      ->transform(CLI::AsSizeValue(false))
      ->transform(not_negative());
  evaluate->callback([&] {
    chosen.alone = [&](Streams& streams) {
      if (const auto read = columns_of(words.link_columns, words.evaluate.columns); !read)
        return fail(streams, read.error());
      return evaluate_model(words.evaluate, streams);
    };
  });
}

}  // namespace wider::cli
