#include "cli/serve.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <thread>

#include "cli/control_message.hpp"
#include "cli/run.hpp"
#include "ledger/control.hpp"
#include "oidc/provider.hpp"
#include "town/town.hpp"
#include "web/server.hpp"

namespace wider::cli {
namespace {

std::atomic<bool> stop_asked{false};
void ask_to_stop(int) {
  stop_asked = true;
}

// Long work in a serving process steps back behind the pages: the thread, and those it starts, yield the processor.
void step_back() {
  (void)setpriority(PRIO_PROCESS, 0, 10);
}  // who 0: this thread alone, on Linux

// A command that came through the control socket.
std::string answer(hub::Hub& hub, std::string_view text, std::uint32_t caller) {
  step_back();
  const auto request = parse_control_request(text);
  if (!request)
    return to_json(ControlAnswer{wrong_usage, "", "wider: the request through the control socket is not one\n"});
  std::ostringstream out, err;
  const int status = run_in(hub, {user_name(caller), request->folder}, request->arguments, out, err);
  return to_json(ControlAnswer{status, out.str(), err.str()});
}

// Settles again when entries that matter have come in: once no more of them came for half a second, or, where they keep
// coming, after five. Looks alone are worth no new projection, and do not put one off: they change nothing that pages
// show.
class Settler {
 public:
  Settler(hub::Hub& hub, Streams& streams) : hub_(hub), streams_(streams), thread_([this] { run(); }) {}
  ~Settler() {
    done_ = true;
    thread_.join();
  }
  Settler(const Settler&) = delete;
  Settler& operator=(const Settler&) = delete;

 private:
  void run() {
    step_back();
    std::uint64_t seen = hub_.projection()->facts.through;
    int ticks_waiting = 0;  // since the first news that is not on the pages yet; 0: there is none
    while (!done_) {
      std::this_thread::sleep_for(tick);
      const std::uint64_t size = hub_.ledger().size();
      const bool more = size > seen && hub_.has_news_after(seen);
      seen = size;
      if (more || ticks_waiting > 0) ++ticks_waiting;
      if (ticks_waiting == 0 || (more && ticks_waiting < most_ticks)) continue;
      if (const auto settled = hub_.settle({1, {}}); settled) {
        ticks_waiting = 0;
      } else if (settled.error().code != ErrorCode::unavailable) {  // unavailable: the server is about to end
        fmt::print(streams_.err,
                   "New entries could not be settled, the pages show what was settled before; it is tried again: {}\n",
                   settled.error().message);
        streams_.err.flush();
        ticks_waiting = 1;
        for (int i = 0; i < ticks_after_failure && !done_; ++i) std::this_thread::sleep_for(tick);
      }
    }
  }
  static constexpr std::chrono::milliseconds tick{500};
  static constexpr int most_ticks = 10;
  static constexpr int ticks_after_failure = 20;
  hub::Hub& hub_;
  Streams& streams_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

struct DemoAccount {
  const char* username;
  const char* name;
  access::UserRole role;
  Agency agency;
};
constexpr DemoAccount demo_accounts[] = {
    {"sam", "Sam Okafor", access::UserRole::social_worker, Agency::social_care},
    {"alex", "Alex Novak", access::UserRole::police_analyst, Agency::police},
    {"robin", "Robin Shah", access::UserRole::safeguarding_nurse, Agency::health},
    {"jo", "Jo Whitfield", access::UserRole::safeguarding_lead, Agency::education},
    {"chris", "Chris Bell", access::UserRole::prosecutor, Agency::prosecution},
    {"toni", "Toni Marlow", access::UserRole::licensing_officer, Agency::licensing},
    {"kim", "Kim Adeyemi", access::UserRole::review_author, Agency::partnership},
    {"pat", "Pat Lindqvist", access::UserRole::chair, Agency::partnership},
    {"dana", "Dana Price", access::UserRole::data_engineer, Agency::partnership},
    {"lee", "Lee Castell", access::UserRole::governance_officer, Agency::partnership},
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "wider-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Lines go through a queue of their own, so that a slow disk makes no page wait; when it is full the oldest are lost.
// Null when none is asked for.
Result<std::shared_ptr<spdlog::logger>> make_log(const std::string& where) {
  if (where.empty()) return nullptr;
  constexpr std::size_t queue = 8192;
  std::shared_ptr<spdlog::logger> log;
  try {
    spdlog::init_thread_pool(queue, 1);
    log = where == "-" ? spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>("requests")
                       : spdlog::create_async_nb<spdlog::sinks::basic_file_sink_mt>("requests", where);
  } catch (const spdlog::spdlog_ex& error) {
    return failure(ErrorCode::unavailable, fmt::format("The log cannot be written: {}.", error.what()));
  }
  log->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","request":%v})", spdlog::pattern_time_type::utc);
  spdlog::flush_every(std::chrono::seconds(1));
  return log;
}

// One descriptor each; what the system gives by default is less than what the server takes.
void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 16'384);
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int serve(hub::Hub& hub, const ServeWords& words, Streams& streams) {
  if (const int settled = settle(hub, streams, true); settled != done) return settled;
  auto control = ledger::serve_control(
      hub.folder(), [&hub](std::string_view request, std::uint32_t caller) { return answer(hub, request, caller); });
  if (!control) return fail(streams, control.error());
  web::ServerOptions options;
  options.listen = words.listen;
  options.behind_tls = words.behind_tls;
  if (!words.provider.empty()) {
    auto settings = oidc::read_settings(words.provider);
    if (!settings) return fail(streams, settings.error());
    oidc::FetchOptions fetching;
    fetching.authorities = settings->authorities;
    hub.use_provider(std::make_unique<oidc::Provider>(std::move(*settings), oidc::make_fetch(fetching)));
  }
  const auto log = make_log(words.log);
  if (!log) return fail(streams, log.error());
  if (*log) options.log = [logger = *log](std::string_view line) { logger->info(line); };
  allow_many_connections();
  auto server = web::Server::start(hub, options);
  if (!server) return fail(streams, server.error());
  const Settler settler(hub, streams);
  stop_asked = false;
  std::signal(SIGINT, ask_to_stop);
  std::signal(SIGTERM, ask_to_stop);
  fmt::print(streams.out, "Listening on http://{}\n", (*server)->address());
  streams.out.flush();
  while (!stop_asked) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  fmt::print(streams.err, "Stopping.\n");
  (*server)->stop();
  spdlog::shutdown();
  hub.stop_work();  // what is taken in is durable; what is being concluded is concluded again at the next start
  return done;
}

int demo(const DemoWords& words, Streams& streams) {
  const TemporaryFolder temporary;
  const std::filesystem::path folder = words.folder.empty() ? temporary.path() : std::filesystem::path(words.folder);
  if (folder.empty())
    return fail(streams, {ErrorCode::unavailable, "No temporary folder could be made; give one with --hub."});
  const auto start = std::chrono::steady_clock::now();
  std::vector<hub::StageTime> times;
  auto lap = [&, since = start](std::string stage) mutable {
    const auto now = std::chrono::steady_clock::now();
    times.push_back({std::move(stage), std::chrono::duration<double>(now - since).count()});
    since = now;
  };
  town::Options town_options;
  town_options.people = words.people;
  town_options.seed = words.seed;
  {
    ProgressLine progress(streams);
    town_options.progress = [&](const std::string& stage, std::uint64_t at, std::uint64_t of) {
      progress.show(stage, at, of);
    };
    fmt::print(streams.err, "A fictitious town of {} people (seed {}) …\n", words.people, words.seed);
    const auto town = town::write_town(town_options, folder / "town");
    progress.finish();
    if (!town) return fail(streams, town.error());
    fmt::print(streams.err, "  {} files, {} rows, {} mentions of people, {} networks planted\n", town->files,
               town->rows, town->mentions, town->networks);
  }
  lap("generate the town");
  auto hub = hub::Hub::create(folder / "hub", true);
  if (!hub) return fail(streams, hub.error());
  IntakeWords intake_words;
  intake_words.manifest = (folder / "town" / "manifest.csv").string();
  if (const int taken = intake(**hub, intake_words, streams); taken != done) return taken;
  lap("take in");
  std::string sign_ins;
  for (const DemoAccount& account : demo_accounts) {
    const std::string password = hub::random_password();
    if (auto added = (*hub)->add_account({account.username, account.name, password, account.role, account.agency});
        !added)
      return fail(streams, added.error());
    sign_ins += fmt::format("Sign in as {} with password {} ({}, {})\n", account.username, password,
                            access::title_of(account.role), title_of(account.agency));
  }
  if (const int settled = settle(**hub, streams, true); settled != done) return settled;
  lap("link and find");
  fmt::print(streams.err, "Stages:\n");
  print_times(streams, times);
  fmt::print(streams.out, "{} people, {} findings\n{}", (*hub)->projection()->people.all().size(),
             (*hub)->projection()->findings.size(), sign_ins);
  streams.out.flush();
  if (words.only_prepare) return done;
  return serve(**hub, {words.listen, false, "", ""}, streams);
}

}  // namespace wider::cli
