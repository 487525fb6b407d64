#include "cli/run.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "cli/commands.hpp"
#include "cli/control_message.hpp"
#include "cli/subcommands.hpp"
#include "hub/hub.hpp"
#include "ledger/control.hpp"

namespace wider::cli {
namespace {

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
  add_trust_commands(app, words, chosen);
  add_backup_commands(app, words, chosen);
  add_keeping_commands(app, words, chosen);
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
