// Subcommands: the words that each takes, and what is to be done once they are read. They read and choose; the doing is
// in the files of the commands. Thread safety: none; one set of words for one command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/keeping_command.hpp"
#include "cli/link_command.hpp"
#include "cli/model_command.hpp"
#include "cli/run.hpp"
#include "cli/serve.hpp"
#include "cli/store_command.hpp"
#include "hub/hub.hpp"
#include "town/town.hpp"

namespace wider::cli {

// All that the words of a command line may set.
struct Words {
  Caller caller;
  bool json = false;
  std::string hub;
  std::string purpose = "administration";
  IntakeWords intake;
  bool list = false;
  bool simulated = false;
  bool cannot_tell = false, agree = false;
  std::uint64_t most = 50;  // links in doubt
  HeldBackWords held_back;
  std::string out, head, person, as_known_at, by, left, right, reason, listen = "127.0.0.1:8080";
  FindingsWords findings;
  DemoWords demo;
  town::Options town;
  std::uint64_t persons_csv = 0;  // rows; 0: the agencies' files
  LinkArguments link;
  std::vector<std::string> link_columns;  // STANDARD=COLUMN
  TrainWords train;
  EvaluateWords evaluate;
  std::string model, other_model;
  hub::NewAccount account;
  ProveWords prove;
  CopyWords copy;
  WitnessWords witness;
  BackupWords backup;
  KeepingWords keeping;
  hub::ProsecutionWish prosecution;
  KeysWords keys;
  bool to_syslog = false;
  std::string role = "social-worker", agency = "social-care";
  bool different = false, withdraw = false, behind_tls = false, close = false;
  std::string log, provider;
};

// What is to be done once the words are read. Commands on a hub go to `on_hub`, so that a live hub can run them too.
struct Chosen {
  std::function<int(Streams&)> alone;
  std::function<int(hub::Hub&, Streams&)> on_hub;
  std::function<int(Streams&)> on_damaged;  // instead of on_hub, where the ledger fails its proof and does not open
  bool settled = false;                     // needs people and findings
};

// Each adds its subcommands; words and chosen outlive the app.
void add_hub_commands(CLI::App& app, Words& words, Chosen& chosen);
void add_reading_commands(CLI::App& app, Words& words, Chosen& chosen);
void add_proof_commands(CLI::App& app, Words& words, Chosen& chosen);
void add_trust_commands(CLI::App& app, Words& words, Chosen& chosen);
void add_backup_commands(CLI::App& app, Words& words, Chosen& chosen);
void add_keeping_commands(CLI::App& app, Words& words, Chosen& chosen);
void add_commands_without_hub(CLI::App& app, Words& words, Chosen& chosen);
void add_model_commands(CLI::App& app, Words& words, Chosen& chosen);

// What several of them share.
void hub_option(CLI::App* command, Words& words);
[[nodiscard]] hub::Operator operator_of(const Words& words);
[[nodiscard]] std::string absolute_in(const std::filesystem::path& folder, const std::string& file);
// An option that names a file of the folder in which the command was typed (a live hub runs in another).
CLI::Option* file_option(CLI::App* command, const char* name, std::string& file, const char* what, const Words& words);
CLI::Option* existing_file_option(CLI::App* command, const char* name, std::string& file, const char* what,
                                  const Words& words);
void examples(CLI::App* command, std::initializer_list<const char*> lines);

}  // namespace wider::cli
