// Who may see what, as a hub has adopted it, and what a person is given of what is recorded of them.
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "access/policy.hpp"
#include "cli/subcommands.hpp"
#include "hub/subject_access.hpp"

namespace wider::cli {
namespace {

int write_file(const std::string& name, const std::string& text, Streams& streams) {
  std::ofstream file(name, std::ios::binary);
  file << text;
  file.close();
  if (!file) return fail(streams, {ErrorCode::unreadable, fmt::format("{} cannot be written.", name)});
  return done;
}

}  // namespace

int adopt_policy(hub::Hub& hub, const std::string& file, const hub::Operator& who, Streams& streams) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) return fail(streams, {ErrorCode::unreadable, fmt::format("{} cannot be read.", file)});
  if (const auto adopted = hub.adopt_policy(text, file, who); !adopted) return fail(streams, adopted.error());
  if (streams.json) {
    fmt::print(streams.out, "{}\n", nlohmann::json{{"adopted", file}}.dump());
  } else {
    fmt::print(streams.out, "Adopted. It holds from now on.\n");
  }
  return done;
}

int export_policy(hub::Hub& hub, const std::string& out_file, Streams& streams) {
  const std::string& adopted = hub.projection()->facts.policy_text;
  const std::string text = adopted.empty() ? std::string(access::shipped_policy_text()) : adopted;
  if (const int written = write_file(out_file, text, streams); written != done) return written;
  if (!streams.json) fmt::print(streams.out, "The policy in force is in {}.\n", out_file);
  return done;
}

int export_subject_access(hub::Hub& hub, const std::string& person, const std::string& out_file,
                          const hub::Operator& who, Streams& streams) {
  // The entry first: no entry, no file.
  if (auto recorded = hub.record_operator_read(who, fmt::format("subject access {}", person)); !recorded)
    return fail(streams, recorded.error());
  const auto id = hub::person_of_text(person);
  if (!id) return fail(streams, {ErrorCode::usage, "Name the person as wider people does: P and a number."});
  const auto given = hub::subject_access(*hub.projection(), hub.ledger(), *id);
  if (!given) return fail(streams, given.error());
  if (const int written = write_file(out_file, hub::to_csv(*given), streams); written != done) return written;
  std::size_t to_read = 0;
  for (const auto& row : given->rows) to_read += row.to_read ? 1 : 0;
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               nlohmann::json{{"person", given->person}, {"records", given->rows.size()}, {"to_read", to_read}}.dump());
  } else {
    fmt::print(
        streams.out,
        "{} records in {}. Read the {} that hold free text before it leaves: others are taken out by their names, "
        "and words may point to them all the same.\n",
        given->rows.size(), out_file, to_read);
  }
  return done;
}

int export_prosecution(hub::Hub& hub, const hub::ProsecutionWish& wish, const std::string& out_folder,
                       const hub::Officer& who, Streams& streams) {
  const auto material = hub.material_for_prosecution(wish, who);
  if (!material) return fail(streams, material.error());
  if (auto written = hub::write_material(*material, out_folder); !written) return fail(streams, written.error());
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               nlohmann::json{{"about", material->about},
                              {"items", material->schedule.size()},
                              {"apart", material->apart.size()},
                              {"files", material->files.size()}}
                   .dump());
  } else {
    fmt::print(streams.out,
               "{} items and {} listed apart, in {}. Read it before it leaves: records name other people, and "
               "sensitive.csv is for who asked.\n",
               material->schedule.size(), material->apart.size(), out_folder);
  }
  return done;
}

void add_trust_commands(CLI::App& app, Words& words, Chosen& chosen) {
  auto* policy =
      app.add_subcommand("policy", "Who may see what, and why: adopt another version, or write the one in force");
  examples(policy, {"policy export --hub H --out access.toml", "policy adopt --hub H access.toml"});
  policy->require_subcommand(1);
  auto* adopt = policy->add_subcommand("adopt",
                                       "Let the hub decide by this file from now on; one that would show what may "
                                       "never be shown is refused");
  hub_option(adopt, words);
  examples(adopt, {"policy adopt --hub H access.toml"});
  existing_file_option(adopt, "policy", words.model, "The policy: rules/access.toml, changed", words)
      ->required()
      ->type_name("FILE");
  adopt->callback([&] {
    chosen.settled = true;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return adopt_policy(hub, words.model, operator_of(words), streams);
    };
  });
  auto* exported = policy->add_subcommand("export", "Write the policy in force");
  hub_option(exported, words);
  examples(exported, {"policy export --hub H --out access.toml"});
  file_option(exported, "--out", words.out, "The file to write", words)->required();
  exported->callback([&] {
    chosen.settled = true;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) { return export_policy(hub, words.out, streams); };
  });

  auto* exports = app.add_subcommand("export", "Write what leaves the hub for somebody outside it");
  examples(exports,
           {"export subject-access --hub H --person P12 --out given.csv",
            "export prosecution --hub H --person P12 --by lee --reason 'R v …, request of 3 May' --out material"});
  exports->require_subcommand(1);
  auto* subject = exports->add_subcommand(
      "subject-access", "What is recorded of one person, for that person: everybody else is taken out");
  hub_option(subject, words);
  examples(subject, {"export subject-access --hub H --person P12 --out given.csv --purpose 'SAR 2012-14'"});
  subject->add_option("--person", words.person, "The person's number, such as P12")->required();
  file_option(subject, "--out", words.out, "The CSV file to write", words)->required();
  subject->add_option("--purpose", words.purpose, "Why; it is recorded")->capture_default_str();
  subject->callback([&] {
    chosen.settled = true;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return export_subject_access(hub, words.person, words.out, operator_of(words), streams);
    };
  });

  auto* prosecution = exports->add_subcommand(
      "prosecution",
      "What may be relevant to a prosecution, with a schedule and proofs; what is sensitive is listed apart");
  hub_option(prosecution, words);
  examples(prosecution,
           {"export prosecution --hub H --person P12 --by lee --reason 'R v …, request of 3 May' --out material",
            "export prosecution --hub H --finding F7 --by lee --reason 'R v …' --out material"});
  auto* whom = prosecution->add_option("--person", words.prosecution.person, "The person's number, such as P12");
  prosecution->add_option("--finding", words.prosecution.finding, "Or a finding, by its id")->excludes(whom);
  file_option(prosecution, "--out", words.out, "The folder to make; nothing of its name may be there", words)
      ->required()
      ->type_name("FOLDER");
  prosecution
      ->add_option("--by", words.keeping.officer.username,
                   "The governance officer who decides it: the user name they sign in with")
      ->required()
      ->type_name("USERNAME");
  prosecution
      ->add_option("--reason", words.keeping.officer.reason, "Why: the case and who asked; it is recorded for good")
      ->required();
  prosecution->callback([&] {
    if (words.prosecution.person.empty() && words.prosecution.finding.empty())
      throw CLI::RequiredError("--person or --finding");
    chosen.settled = true;
    words.keeping.officer.operator_name = words.caller.user;
    chosen.on_hub = [&](hub::Hub& hub, Streams& streams) {
      return export_prosecution(hub, words.prosecution, words.out, words.keeping.officer, streams);
    };
  });
}

}  // namespace wider::cli
