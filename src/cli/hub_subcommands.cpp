// The subcommands on a hub: filling it, reading it, proving and keeping it.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <filesystem>
#include <iostream>

#include "cli/subcommands.hpp"
#include "ledger/control.hpp"

namespace wider::cli {

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
  account->add_option("--service-name", words.account.outside_name,
                      "The person's name at the partnership's sign-in service: its address, a space, their number there");
  account->add_flag("--service-only", words.account.outside_only, "They sign in there alone: the password opens nothing");
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
  file_option(serve_command, "--sign-in-service", words.provider,
              "A TOML file that says where people sign in besides here (OpenID Connect): docs/production/README.md",
              words);
  serve_command->callback([&] {
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return serve(hub, {words.listen, words.behind_tls, words.log, words.provider}, streams);
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

}  // namespace wider::cli
