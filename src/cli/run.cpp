#include "cli/run.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/commands.hpp"
#include "cli/control_message.hpp"
#include "cli/link_command.hpp"
#include "cli/model_command.hpp"
#include "cli/serve.hpp"
#include "cli/store_command.hpp"
#include "hub/hub.hpp"
#include "hub/identity.hpp"
#include "ledger/control.hpp"
#include "town/persons_csv.hpp"
#include "town/town.hpp"

namespace wider::cli {
namespace {

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
  bool to_syslog = false;
  std::string role = "social-worker", agency = "social-care";
  bool different = false, withdraw = false, behind_tls = false, close = false;
  std::string log;
};

// What is to be done once the words are read. Commands on a hub go to `on_hub`, so that a live hub can run them too.
struct Chosen {
  std::function<int(Streams&)> alone;
  std::function<int(hub::Hub&, Streams&)> on_hub;
  std::function<int(Streams&)> on_damaged;  // instead of on_hub, where the ledger fails its proof and does not open
  bool settled = false;                     // needs people and findings
};

void hub_option(CLI::App* command, Words& words) {
  command->add_option("--hub", words.hub, "The hub: a folder, or a postgresql:// address")->required()->type_name("H");
}

hub::Operator operator_of(const Words& words) {
  return {words.caller.user, words.purpose};
}

std::string absolute_in(const std::filesystem::path& folder, const std::string& file) {
  return file.empty() ? file : (folder / file).lexically_normal().string();
}

// An option that names a file of the folder in which the command was typed (a live hub runs in another).
CLI::Option* file_option(CLI::App* command, const char* name, std::string& file, const char* what, const Words& words) {
  const std::filesystem::path& folder = words.caller.folder;
  return command->add_option(name, file, what)
      ->type_name("FILE")
      ->transform([&folder](const std::string& text) { return absolute_in(folder, text); }, "");
}
CLI::Option* existing_file_option(CLI::App* command, const char* name, std::string& file, const char* what,
                                  const Words& words) {
  return file_option(command, name, file, what, words)->check(CLI::ExistingFile);
}

void examples(CLI::App* command, std::initializer_list<const char*> lines) {
  std::string text = lines.size() == 1 ? "Example:" : "Examples:";
  for (const char* line : lines) text += fmt::format("\n  wider {}", line);
  command->footer(text);
}

void add_hub_commands(CLI::App& app, Words& words, Chosen& chosen) {
  auto* init = app.add_subcommand("init", "Make a new, empty hub and its keys");
  hub_option(init, words);
  examples(init, {"init --hub H", "init --hub H --simulated", "init --hub postgresql://wider@db.example/wider"});
  init->add_flag("--simulated", words.simulated,
                 "Take the time of receipt from the files' delivery manifest: for demonstration towns");
  init->callback([&] {
    chosen.alone = [&](Streams& streams) {
      const auto place = ledger::place_of(words.hub);
      if (!place) return fail(streams, place.error());
      const auto made = hub::Hub::create(*place, words.simulated);
      if (!made) return fail(streams, made.error());
      fmt::print(streams.out,
                 "A new hub at {}. Its key lies beside it, never inside: keep the key apart from the backups.\n",
                 ledger::name_of(*place));
      if (place->postgresql())
        fmt::print(streams.out, "The bodies' keys, the snapshot and the control socket are in {} on this machine.\n",
                   place->folder.string());
      return static_cast<int>(done);
    };
  });

  auto* intake_command = app.add_subcommand("intake", "Read agencies' files in");
  examples(intake_command, {"intake --hub H --format cin census.xml",
                            "intake --hub H --agency police --map our-crimes.toml crimes-*.csv",
                            "intake --hub H --manifest town/manifest.csv", "intake --list"});
  intake_command->add_option("--hub", words.hub, "The hub: a folder, or a postgresql:// address");
  intake_command->add_option(
      "--agency", words.intake.agency,
      "Whose files they are (social-care, police, health, …), where it is not the agency that the layout names");
  intake_command->add_option("--format", words.intake.format, "The layout of the files; --list names them");
  existing_file_option(intake_command, "--map", words.intake.map,
                       "A mapping of your own (TOML) in place of a shipped one", words);
  file_option(intake_command, "--manifest", words.intake.manifest,
              "Take in every file that a manifest.csv (file,agency,format,delivered) lists, in order of delivery",
              words);
  intake_command->add_flag("--strict", words.intake.strict, "Exit status 1 when a row was held back");
  intake_command->add_flag("--list", words.list, "Name the formats");
  intake_command->add_option("files", words.intake.files, "The files")->type_name("FILE");
  intake_command->callback([&] {
    if (words.list) {
      chosen.alone = [](Streams& streams) { return list_formats(streams); };
      return;
    }
    if (words.hub.empty()) throw CLI::RequiredError("--hub");
    if (words.intake.manifest.empty() &&
        (words.intake.files.empty() || (words.intake.format.empty() && words.intake.map.empty()))) {
      throw CLI::RequiredError("--format (or --map) and at least one FILE, or --manifest");
    }
    for (std::string& file : words.intake.files) file = absolute_in(words.caller.folder, file);
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return intake(hub, words.intake, streams); };
  });

  auto* held = app.add_subcommand("held-back", "List, mend and retry the rows that could not be taken in");
  hub_option(held, words);
  examples(held, {"held-back --hub H", "held-back --hub H --mend 1042 --row '17,SMITH,Ann,03/04/1994'",
                  "held-back --hub H --retry", "held-back --hub H --map our-crimes.toml --retry"});
  held->add_option("--mend", words.held_back.mend, "The entry of the row to mend");
  held->add_option("--row", words.held_back.row, "The row as it should have come");
  held->add_flag("--retry", words.held_back.retry,
                 "Try every held-back row again as it is (after a mapping was corrected)");
  existing_file_option(held, "--map", words.held_back.map,
                       "The mapping of your own under which the rows came, corrected (TOML)", words);
  held->add_option("--purpose", words.purpose, "Why you read this; it is recorded")->capture_default_str();
  held->callback([&] {
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return held_back(hub, words.held_back, operator_of(words), streams);
    };
  });

  auto* settle_command = app.add_subcommand(
      "settle", "Link people and find patterns now, and keep a snapshot, so that the next command starts quickly");
  hub_option(settle_command, words);
  examples(settle_command, {"settle --hub H"});
  settle_command->callback(
      [&] { chosen.on_hub = [](hub::Hub& hub, Streams& streams) { return settle(hub, streams, true); }; });

  auto* account = app.add_subcommand("account", "Let somebody sign in; the password is read from standard input");
  hub_option(account, words);
  examples(
      account,
      {"account --hub H --username sam --name 'Sam Okafor' --role social-worker --agency social-care < password.txt",
       "account --hub H --username sam --close"});
  account->add_option("--username", words.account.username, "The name to sign in with")->required();
  account->add_option("--name", words.account.name, "The person's name");
  account->add_option("--role", words.role, "social-worker, police-analyst, safeguarding-nurse, …");
  account->add_option("--agency", words.agency, "The person's agency");
  account->add_flag("--close", words.close, "The account signs in no more; what it did stays");
  account->callback([&] {
    if (!words.close && words.account.name.empty()) throw CLI::RequiredError("--name");
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      if (words.close) {
        const auto closed = hub.close_account(words.account.username, words.caller.user);
        return closed ? static_cast<int>(done) : fail(streams, closed.error());
      }
      const auto role = access::user_role_named(words.role);
      const auto agency = agency_named(words.agency);
      if (!role || !agency) return fail(streams, {ErrorCode::usage, "There is no such role or agency."});
      words.account.role = *role;
      words.account.agency = *agency;
      if (words.account.password.empty()) std::getline(std::cin, words.account.password);
      const auto added = hub.add_account(words.account, words.caller.user);
      return added ? static_cast<int>(done) : fail(streams, added.error());
    };
  });

  auto* serve_command = app.add_subcommand("serve", "Serve the web site and the JSON API");
  hub_option(serve_command, words);
  examples(serve_command,
           {"serve --hub H", "serve --hub H --listen 127.0.0.1:0", "serve --hub H --behind-tls --log requests.jsonl"});
  serve_command->add_option("--listen", words.listen, "Address and port; port 0 takes a free one")
      ->capture_default_str();
  serve_command->add_flag(
      "--behind-tls", words.behind_tls,
      "A proxy with TLS stands in front: cookies are marked Secure, and its X-Forwarded-For is believed");
  serve_command->add_option("--log", words.log,
                            "Write each request as a line of JSON to this file, - is standard error; no names, numbers "
                            "or addresses are in it");
  serve_command->callback([&] {
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return serve(hub, {words.listen, words.behind_tls, words.log}, streams);
    };
  });
}

void add_reading_commands(CLI::App& app, Words& words, Chosen& chosen) {
  const auto reading = [&](const char* name, const char* what) {
    auto* command = app.add_subcommand(name, what);
    hub_option(command, words);
    command->add_option("--purpose", words.purpose, "Why you read this; it is recorded")->capture_default_str();
    return command;
  };
  const auto on_settled = [&](std::function<int(hub::Hub&, Streams&)> work) {
    chosen.settled = true;
    chosen.on_hub = std::move(work);
  };
  auto* people_command = reading("people", "Write agency,mention,person for every mention of a person");
  examples(people_command, {"people --hub H --out people.csv"});
  file_option(people_command, "--out", words.out, "The CSV file to write", words)->required();
  people_command->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) { return people(hub, words.out, operator_of(words), streams); });
  });

  auto* explain_command = reading("explain", "Why two mentions are, or are not, one person");
  examples(explain_command, {"explain --hub H social-care/person-S12 'police/crime-C7#2'"});
  explain_command->add_option("left", words.left, "agency/mention")->required();
  explain_command->add_option("right", words.right, "agency/mention")->required();
  explain_command->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) {
      return explain(hub, words.left, words.right, operator_of(words), streams);
    });
  });

  auto* review_command = reading(
      "review", "Links between records that are in doubt, the one that would do most harm if it is wrong first");
  examples(review_command, {"review --hub H", "review --hub H --most 0 --json"});
  review_command->add_option("--most", words.most, "How many to list; 0 lists all")->capture_default_str();
  review_command->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) { return review(hub, words.most, operator_of(words), streams); });
  });

  auto* decide = reading(
      "decide-link", "Record that two mentions are one person, or are not; it holds above what the computer concludes");
  examples(decide, {"decide-link --hub H social-care/person-S12 'police/crime-C7#2' --reason 'Seen together with her "
                    "mother on 3 May'",
                    "decide-link --hub H social-care/person-S12 health/emergency-E3 --different --reason 'Two sisters'",
                    "decide-link --hub H social-care/person-S12 health/emergency-E3 --withdraw --reason 'Decided about "
                    "the wrong record'"});
  decide->add_option("left", words.left, "agency/mention")->required();
  decide->add_option("right", words.right, "agency/mention")->required();
  auto* different = decide->add_flag("--different", words.different, "They are not one person");
  auto* withdraw = decide->add_flag("--withdraw", words.withdraw, "Take an earlier decision about the two back")
                       ->excludes(different);
  auto* cannot_tell = decide
                          ->add_flag("--cannot-tell", words.cannot_tell,
                                     "Looked at, and nobody can say: it is set aside and changes nothing")
                          ->excludes(different)
                          ->excludes(withdraw);
  decide->add_flag("--agree", words.agree, "As second person, with what somebody else said of two families' records")
      ->excludes(different)
      ->excludes(withdraw)
      ->excludes(cannot_tell);
  decide->add_option("--reason", words.reason, "Why: it is recorded with who decided")->required();
  decide->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) {
      const auto projection = hub.projection();
      hub::LinkDecision decision;
      std::pair<MentionIndex, MentionIndex> mentions;
      decision.same = !words.different;
      decision.withdrawn = words.withdraw;
      decision.unsure = words.cannot_tell;
      decision.agrees = words.agree;
      decision.reason = words.reason;
      for (const bool is_left : {true, false}) {
        const std::string& text = is_left ? words.left : words.right;
        const auto mention = hub::mention_of_text(projection->holdings(), text);
        if (!mention) return fail(streams, {ErrorCode::not_found, fmt::format("There is no mention {}.", text)});
        (is_left ? mentions.first : mentions.second) = *mention;
        (is_left ? decision.left_agency : decision.right_agency) =
            projection->holdings().at(projection->holdings().at(*mention).record).agency;
        (is_left ? decision.left : decision.right) = projection->holdings().name(*mention);
      }
      const auto recorded = hub.decide_link(decision, operator_of(words));
      if (!recorded) return fail(streams, recorded.error());
      const bool joins = decision.same && !decision.withdrawn && !decision.unsure && !decision.agrees;
      const std::string why =
          joins ? hub::why_a_second_person(*projection, *hub.model_of(*projection), mentions.first, mentions.second)
                : "";
      if (!why.empty()) fmt::print(streams.err, "It waits for a second person (decide-link --agree). {}\n", why);
      return static_cast<int>(done);
    });
  });

  auto* chronology_command = reading("chronology", "The combined chronology of a person");
  examples(chronology_command, {"chronology --hub H --person P123",
                                "chronology --hub H --person P123 --as-known-at 2010-06-30 --by police"});
  chronology_command->add_option("--person", words.person, "The person, such as P123")->required();
  chronology_command->add_option("--as-known-at", words.as_known_at, "Only what was known and received by that day");
  chronology_command->add_option("--by", words.by, "Only what that agency recorded");
  chronology_command->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) {
      return chronology(hub, words.person, words.as_known_at, words.by, operator_of(words), streams);
    });
  });

  auto* findings_command = reading("findings", "Findings with their proofs");
  examples(findings_command, {"findings --hub H", "findings --hub H --as-known-at 2010-06-30 --json"});
  findings_command->add_option("--as-known-at", words.findings.as_known_at,
                               "Only what was known and received by that day");
  findings_command->add_option("--only-agency", words.findings.only_agency,
                               "What one agency's own records alone would have given");
  findings_command->add_flag("--naive", words.findings.naive, "Patterns without their controls: how hard the data is");
  findings_command->callback([&, on_settled] {
    on_settled(
        [&](hub::Hub& hub, Streams& streams) { return findings(hub, words.findings, operator_of(words), streams); });
  });

  auto* ledger_command = app.add_subcommand("ledger", "The ledger's proof");
  examples(ledger_command, {"ledger verify --hub H", "ledger head --hub H"});
  ledger_command->require_subcommand(1);
  auto* verify_command =
      ledger_command->add_subcommand("verify", "Check the whole proof; says the first entry that is wrong");
  hub_option(verify_command, words);
  examples(verify_command, {"ledger verify --hub H", "ledger verify --hub H --head published-head.json"});
  existing_file_option(verify_command, "--head", words.head, "A head published earlier (JSON): shows a roll-back",
                       words);
  verify_command->callback([&] {
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return verify(hub, words.head, streams); };
    chosen.on_damaged = [&](Streams& streams) {
      const auto place = ledger::place_of(words.hub);
      return place ? verify_unopened(*place, words.head, streams) : fail(streams, place.error());
    };
  });
  auto* head_command = ledger_command->add_subcommand("head", "The signed head, to be published outside the hub");
  hub_option(head_command, words);
  examples(head_command, {"ledger head --hub H --out published-head.json", "ledger head --hub H --syslog"});
  file_option(head_command, "--out", words.out, "The file to write; else standard output", words);
  head_command->add_flag("--syslog", words.to_syslog, "Also publish it to the system's log");
  head_command->callback([&] {
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return head(hub, words.out, words.to_syslog, streams); };
  });
}

void add_proof_commands(CLI::App& app, Words& words, Chosen& chosen) {
  auto* ledger_command = app.get_subcommand("ledger");
  auto* prove_command = ledger_command->add_subcommand(
      "prove", "Write a proof that entries are in the ledger, which needs no hub to be checked");
  hub_option(prove_command, words);
  examples(prove_command, {"ledger prove --hub H --out proof --head-out head.json",
                           "ledger prove --hub H --first 100 --last 200 --since old-head.json --out proof"});
  prove_command->add_option("--first", words.prove.first, "The first entry")->capture_default_str();
  prove_command->add_option("--last", words.prove.last, "The last entry; else all to the end");
  existing_file_option(prove_command, "--since", words.prove.since,
                       "A head published earlier: prove also that nothing before it was changed", words);
  file_option(prove_command, "--out", words.prove.out, "The file to write", words)->required();
  file_option(prove_command, "--head-out", words.prove.head_out, "Also write the signed head it leads to", words);
  prove_command->callback(
      [&] { chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return prove(hub, words.prove, streams); }; });

  auto* check = ledger_command->add_subcommand("check-proof", "Check a proof with nothing but the published head");
  examples(check, {"ledger check-proof proof --head head.json",
                   "ledger check-proof proof --head head.json --since old-head.json"});
  check->add_option("proof", words.prove.proof, "The proof")->required()->type_name("FILE")->check(CLI::ExistingFile);
  existing_file_option(check, "--head", words.prove.head, "The published head (JSON)", words)->required();
  existing_file_option(check, "--since", words.prove.since, "The older head that it was made with", words);
  check->callback([&] { chosen.alone = [&](Streams& streams) { return check_proof(words.prove, streams); }; });

  auto* witness_command =
      app.add_subcommand("witness", "Keep a hub's published heads, and refuse one that does not continue the last");
  examples(witness_command,
           {"witness --keep heads --head head.json", "witness --keep heads --head head.json --proof proof"});
  file_option(witness_command, "--keep", words.witness.keep, "The folder of kept heads; not the hub's", words)
      ->required();
  existing_file_option(witness_command, "--head", words.witness.head, "The new head (JSON)", words)->required();
  existing_file_option(witness_command, "--proof", words.witness.proof,
                       "The proof from the last head kept (ledger prove --since)", words);
  witness_command->callback([&] { chosen.alone = [&](Streams& streams) { return witness(words.witness, streams); }; });

  auto* copy_command = app.add_subcommand("copy", "Copy a hub to another place, between SQLite and PostgreSQL too");
  examples(copy_command, {"copy --from H --to postgresql://wider@db.example/wider", "copy --from H --to H2"});
  copy_command->add_option("--from", words.copy.from, "The hub; stop its server first")->required()->type_name("H");
  copy_command->add_option("--to", words.copy.to, "The new hub: a folder, or a postgresql:// address")
      ->required()
      ->type_name("H2");
  copy_command->callback([&] { chosen.alone = [&](Streams& streams) { return copy(words.copy, streams); }; });
}

void add_backup_commands(CLI::App& app, Words& words, Chosen& chosen) {
  auto* backup_command =
      app.add_subcommand("backup", "Back a hub up while it runs: encrypted, checked while it is made");
  examples(backup_command, {"backup --hub H --to /srv/backups/wider", "backup drill --from /srv/backups/wider"});
  backup_command->add_option("--hub", words.hub, "The hub: a folder, or a postgresql:// address")->type_name("H");
  file_option(backup_command, "--to", words.backup.folder, "The folder of the back-ups; not the hub's", words);
  auto* drill = backup_command->add_subcommand(
      "drill", "Restore the latest back-up into an empty folder, compare the tree heads, and remove it again");
  examples(drill,
           {"backup drill --from /srv/backups/wider", "backup drill --from /srv/backups/wider --into /tmp/drill"});
  file_option(drill, "--from", words.backup.folder, "The folder of the back-ups", words)->required();
  file_option(drill, "--into", words.backup.hub, "The empty folder; else a temporary one", words);
  drill->callback([&] {
    chosen.on_hub = nullptr;
    chosen.alone = [&](Streams& streams) { return backup_drill(words.backup, streams); };
  });
  backup_command->callback([&, drill] {
    if (drill->parsed()) return;
    if (words.hub.empty()) throw CLI::RequiredError("--hub");
    if (words.backup.folder.empty()) throw CLI::RequiredError("--to");
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return backup(hub, words.backup, streams); };
  });

  auto* restore_command = app.add_subcommand(
      "restore", "Make a hub of its latest back-up, or of what it had received by a time; its key must be beside it");
  examples(restore_command, {"restore --from /srv/backups/wider --hub H2",
                             "restore --from /srv/backups/wider --hub H2 --to-time 2026-11-24T13:45:00"});
  file_option(restore_command, "--from", words.backup.folder, "The folder of the back-ups", words)->required();
  restore_command->add_option("--hub", words.backup.hub, "The new hub: a folder, or a postgresql:// address")
      ->required()
      ->type_name("H2");
  restore_command->add_option("--to-time", words.backup.until, "Only what had been received by then (UTC)");
  restore_command->callback([&] { chosen.alone = [&](Streams& streams) { return restore(words.backup, streams); }; });
}

using Columns = std::vector<std::pair<std::string, std::string>>;

void column_option(CLI::App* command, Words& words) {
  command
      ->add_option("--column", words.link_columns,
                   "Which column holds a standard attribute: forename, surname, full_name, birth_date, sex, postcode, "
                   "address, town, phone, email, nhs_number, upn, occupation")
      ->type_name("STANDARD=COLUMN");
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
      ->transform(CLI::AsSizeValue(false));
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
      ->transform(CLI::AsSizeValue(false));
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
      ->transform(CLI::AsSizeValue(false));
  evaluate->callback([&] {
    chosen.alone = [&](Streams& streams) {
      if (const auto read = columns_of(words.link_columns, words.evaluate.columns); !read)
        return fail(streams, read.error());
      return evaluate_model(words.evaluate, streams);
    };
  });
}

// Reads the words; the exit status when there is nothing more to do (help, wrong usage), or -1.
int read_words(const std::vector<std::string>& arguments, Words& words, Chosen& chosen, std::ostream& out,
               std::ostream& err) {
  CLI::App app{"Wider Picture: what all agencies know about a child, seen as one picture.", "wider"};
  app.require_subcommand(1);
  app.fallthrough();
  app.add_flag("--json", words.json, "Every report as JSON");
  app.footer("Start with: wider demo");
  add_hub_commands(app, words, chosen);
  add_reading_commands(app, words, chosen);
  add_proof_commands(app, words, chosen);
  add_backup_commands(app, words, chosen);
  add_commands_without_hub(app, words, chosen);
  add_model_commands(app, words, chosen);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? done : wrong_usage;
  }
  return -1;
}

int run_on(hub::Hub& hub, const Chosen& chosen, Streams& streams) {
  if (chosen.settled) {
    if (const int settled = settle(hub, streams, false); settled != done) return settled;
  }
  return chosen.on_hub(hub, streams);
}

// Another process holds the hub: it runs the command and gives back what it printed.
int ask_the_live_hub(const std::filesystem::path& folder, const Words& words, const std::vector<std::string>& arguments,
                     Streams& streams) {
  const auto request = to_json(ControlRequest{arguments, words.caller.folder.string()});
  if (!request)
    return fail(streams,
                {ErrorCode::usage,
                 "The hub is being served and is asked in UTF-8, which the arguments or this folder's name are not."});
  const auto reply = ledger::ask(folder, *request);
  if (!reply) return fail(streams, reply.error());
  const auto answer = parse_control_answer(*reply);
  if (!answer) return fail(streams, {ErrorCode::unavailable, "The process that holds the hub did not answer."});
  streams.out << answer->out;
  streams.err << answer->err;
  return answer->status;
}

}  // namespace

std::string user_name(std::uint32_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  Words words;
  std::error_code ignored;
  words.caller = {user_name(getuid()), std::filesystem::current_path(ignored)};
  Chosen chosen;
  if (const int status = read_words(arguments, words, chosen, out, err); status >= 0) return status;
  Streams streams{out, err, words.json, isatty(STDERR_FILENO) == 1};
  if (chosen.alone) return chosen.alone(streams);
  const auto place = ledger::place_of(words.hub);
  if (!place) return fail(streams, place.error());
  auto hub = hub::Hub::open(*place);
  if (hub) return run_on(**hub, chosen, streams);
  if (hub.error().code == ErrorCode::locked) return ask_the_live_hub(place->folder, words, arguments, streams);
  if (hub.error().code == ErrorCode::corrupt && chosen.on_damaged) return chosen.on_damaged(streams);
  return fail(streams, hub.error());
}

int run_in(hub::Hub& hub, const Caller& caller, const std::vector<std::string>& arguments, std::ostream& out,
           std::ostream& err) {
  Words words;
  words.caller = caller;
  Chosen chosen;
  if (const int status = read_words(arguments, words, chosen, out, err); status >= 0) return status;
  Streams streams{out, err, words.json, false};
  const bool refused =
      chosen.alone || arguments.empty() || arguments.front() == "serve" || arguments.front() == "account";
  if (refused)
    return fail(streams, {ErrorCode::usage,
                          "The hub is being served: this command needs the hub for itself. Stop the server first."});
  return run_on(hub, chosen, streams);
}

}  // namespace wider::cli
