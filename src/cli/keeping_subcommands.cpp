// The subcommands about what is kept and what is erased, and about keys.
#include "cli/subcommands.hpp"

namespace wider::cli {
namespace {

void officer_options(CLI::App* command, Words& words) {
  command
      ->add_option("--by", words.keeping.officer.username,
                   "The governance officer who decides it: the user name they sign in with")
      ->required()
      ->type_name("USERNAME");
  command
      ->add_option("--reason", words.keeping.officer.reason,
                   "Why: it is recorded for good, so name nobody whom it is about")
      ->required();
}

void records_option(CLI::App* command, Words& words) {
  command->add_option("records", words.keeping.records, "agency/kind-id, as wider retention due lists them")
      ->required()
      ->type_name("RECORD");
}

void add_erase(CLI::App& app, Words& words, Chosen& chosen) {
  auto* erase_command = app.add_subcommand(
      "erase", "Erase records, or all of a person's: gone from the hub for good, and from back-ups after their window");
  hub_option(erase_command, words);
  examples(erase_command, {"erase --hub H social-care/referral-R77 --by lee --reason 'Request 12 of 3 May'",
                           "erase --hub H --person P12 --show --by lee --reason 'Request 12 of 3 May'",
                           "erase --hub H --person P12 --by lee --reason 'Request 12 of 3 May'",
                           "erase --hub H --entry 1042 --by lee --reason 'A held-back row sent to us by mistake'"});
  erase_command
      ->add_option("records", words.keeping.erase.records, "agency/kind-id: all versions, and what was said of them")
      ->type_name("RECORD");
  erase_command->add_option("--person", words.keeping.erase.person,
                            "Every record of this person that names nobody else, such as P12");
  erase_command->add_flag("--shared-too", words.keeping.erase.shared_too,
                          "With --person: also records that name others, who lose them too");
  erase_command->add_option("--entry", words.keeping.erase.entries,
                            "An entry by its number: a held-back row, a concern, a decision about two records");
  erase_command->add_flag("--show", words.keeping.erase.only_show, "Only list what would be erased");
  officer_options(erase_command, words);
  erase_command->callback([&] {
    if (words.keeping.erase.records.empty() && words.keeping.erase.person.empty() &&
        words.keeping.erase.entries.empty())
      throw CLI::RequiredError("RECORD, --person or --entry");
    chosen.settled = true;
    words.keeping.officer.operator_name = words.caller.user;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return erase(hub, words.keeping, streams); };
  });
}

void add_hold(CLI::App& app, Words& words, Chosen& chosen) {
  auto* hold = app.add_subcommand("hold", "Legal holds: what lies under one is neither erased nor disposed of");
  hold->require_subcommand(1);
  examples(hold, {"hold place --hub H --person P12 --by lee --reason 'Inquiry of 2026'", "hold list --hub H"});
  const auto on_settled = [&](std::function<int(hub::Hub&, Streams&)> work) {
    chosen.settled = true;
    words.keeping.officer.operator_name = words.caller.user;
    chosen.on_hub = std::move(work);
  };

  auto* place =
      hold->add_subcommand("place", "Place a hold on a record, a person (also what comes later) or everything");
  hub_option(place, words);
  examples(place, {"hold place --hub H --person P12 --by lee --reason 'Inquiry of 2026'",
                   "hold place --hub H --record police/crime-C1 --by lee --reason 'Claim 7'",
                   "hold place --hub H --everything --by lee --reason 'Letter of the inquiry, 3 May'"});
  auto* person = place->add_option("--person", words.keeping.hold.person, "The person, such as P12");
  auto* record = place->add_option("--record", words.keeping.hold.record, "agency/kind-id")->excludes(person);
  place->add_flag("--everything", words.keeping.everything, "All that the hub holds")
      ->excludes(person)
      ->excludes(record);
  officer_options(place, words);
  place->callback([&, on_settled] {
    if (words.keeping.hold.person.empty() && words.keeping.hold.record.empty() && !words.keeping.everything)
      throw CLI::RequiredError("--person, --record or --everything");
    on_settled([&](hub::Hub& hub, Streams& streams) { return place_hold(hub, words.keeping, streams); });
  });

  auto* lift = hold->add_subcommand("lift", "Lift a hold");
  hub_option(lift, words);
  examples(lift, {"hold lift --hub H 1042 --by lee --reason 'The inquiry has reported'"});
  lift->add_option("hold", words.keeping.number, "The hold's number, as wider hold list says it")->required();
  officer_options(lift, words);
  lift->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) { return lift_hold(hub, words.keeping, streams); });
  });

  auto* list = hold->add_subcommand("list", "The holds that stand");
  hub_option(list, words);
  examples(list, {"hold list --hub H", "hold list --hub H --json"});
  list->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) { return list_holds(hub, operator_of(words), streams); });
  });
}

void add_retention(CLI::App& app, Words& words, Chosen& chosen) {
  auto* retention = app.add_subcommand(
      "retention",
      "Records whose time is over (rules/retention.toml): listed, then approved or kept by a named person");
  retention->require_subcommand(1);
  examples(retention, {"retention due --hub H", "retention check our-retention.toml"});
  const auto on_settled = [&](std::function<int(hub::Hub&, Streams&)> work) {
    chosen.settled = true;
    words.keeping.officer.operator_name = words.caller.user;
    chosen.on_hub = std::move(work);
  };

  auto* due = retention->add_subcommand("due", "List what is due for disposal; nothing is disposed of by itself");
  hub_option(due, words);
  examples(due, {"retention due --hub H", "retention due --hub H --on 2030-01-01 --most 0 --json"});
  due->add_option("--on", words.keeping.on, "As it will be on that day; else today")->type_name("DATE");
  due->add_option("--most", words.keeping.most, "How many to list; 0 lists all")->capture_default_str();
  due->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) {
      return retention_due(hub, words.keeping, operator_of(words), streams);
    });
  });

  auto* approve = retention->add_subcommand("approve", "Dispose of records that are due: they are erased");
  hub_option(approve, words);
  examples(approve, {"retention approve --hub H police/stop-S1 police/stop-S2 --by lee --reason 'Review of May'"});
  records_option(approve, words);
  officer_options(approve, words);
  approve->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) { return approve_disposal(hub, words.keeping, streams); });
  });

  auto* keep = retention->add_subcommand("keep", "Keep records that are due until a day on which they are due again");
  hub_option(keep, words);
  examples(keep, {"retention keep --hub H police/stop-S1 --until 2030-01-01 --by lee --reason 'Needed for a review'"});
  records_option(keep, words);
  keep->add_option("--until", words.keeping.until, "The day on which they are due again; at most ten years away")
      ->required()
      ->type_name("DATE");
  officer_options(keep, words);
  keep->callback([&, on_settled] {
    on_settled([&](hub::Hub& hub, Streams& streams) { return keep_records(hub, words.keeping, streams); });
  });

  auto* check = retention->add_subcommand("check", "Read a file of retention rules strictly, and say what is wrong");
  examples(check, {"retention check our-retention.toml"});
  check->add_option("file", words.keeping.on, "The file (TOML)")
      ->required()
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  check->callback([&] { chosen.alone = [&](Streams& streams) { return check_retention(words.keeping.on, streams); }; });
}

void add_keys(CLI::App& app, Words& words, Chosen& chosen) {
  auto* keys_command = app.add_subcommand("keys", "The hub's keys: how they stand, and changing them while it runs");
  keys_command->require_subcommand(1);
  examples(keys_command, {"keys list --hub H", "keys rotate --hub H"});
  auto* list = keys_command->add_subcommand("list", "Which key wraps each agency's entries, and since when");
  hub_option(list, words);
  examples(list, {"keys list --hub H", "keys list --hub H --json"});
  list->callback([&] { chosen.on_hub = [](hub::Hub& hub, Streams& streams) { return keys(hub, streams); }; });

  auto* rotate = keys_command->add_subcommand(
      "rotate", "A new hub's key and new keys for what comes; what was written stays readable, and the old key opens nothing");
  hub_option(rotate, words);
  examples(rotate, {"keys rotate --hub H", "keys rotate --hub H --agency police",
                    "keys rotate --hub H --new-key /etc/wider/new.key"});
  auto* agency = rotate->add_option("--agency", words.keys.agency, "Only a new key for what this agency sends");
  file_option(rotate, "--new-key", words.keys.new_key,
              "Where the new hub's key is written (or lies), when it cannot take the old one's place: both open the hub "
              "until it is started with the new one",
              words)
      ->excludes(agency);
  rotate->callback([&] {
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return rotate_keys(hub, words.keys, words.caller.user, streams);
    };
  });
}

}  // namespace

void add_keeping_commands(CLI::App& app, Words& words, Chosen& chosen) {
  add_erase(app, words, chosen);
  add_hold(app, words, chosen);
  add_retention(app, words, chosen);
  add_keys(app, words, chosen);
}

}  // namespace wider::cli
