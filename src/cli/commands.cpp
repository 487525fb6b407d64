#include "cli/commands.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "hub/as_at.hpp"
#include "hub/data.hpp"
#include "hub/identity.hpp"
#include "hub/profile.hpp"
#include "hub/review_queue.hpp"

namespace wider::cli {
namespace {

using nlohmann::json;

std::int64_t milliseconds_now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string dumped(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace);
}

// A CSV cell: quoted where it must be.
std::string cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

Result<std::string> read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure(ErrorCode::not_found, fmt::format("The file {} cannot be read.", path));
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// 1,234,567
std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::uint64_t rate(std::uint64_t count, double seconds) {
  return static_cast<std::uint64_t>(static_cast<double>(count) / seconds);
}

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// At most so many bytes of the text, no character cut in two.
std::string beginning_of(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  text.resize(bytes);
  return text;
}

// The operator sees what is not sealed: every record that is shared, at full depth.
hub::Viewer operator_viewer() {
  hub::Viewer viewer;
  viewer.name = "operator";
  viewer.role = access::UserRole::review_author;
  viewer.agency = Agency::partnership;
  viewer.purpose = access::PurposeKind::case_review;
  return viewer;
}

// Today's, or that of a day: people, things and findings concluded again from what was known then.
Result<std::shared_ptr<const hub::Projection>> projection_of(const hub::Hub& hub, std::optional<Date> as_known_at,
                                                             Streams& streams) {
  const auto today = hub.projection();
  if (!as_known_at || hub::all_known_at(today->facts, *as_known_at)) return today;
  const auto start = std::chrono::steady_clock::now();
  auto then = hub::as_known_at(*today, *as_known_at, {});
  if (!then) return std::unexpected(then.error());
  const auto& records = (*then)->holdings().records();
  const auto live = std::ranges::count_if(records, [](const RecordRow& row) { return row.live; });
  fmt::print(streams.err, "As known at {}: {} records of {} people, concluded again from these alone in {:.2f} s\n",
             to_words(*as_known_at), with_commas(static_cast<std::uint64_t>(live)),
             with_commas((*then)->people.all().size()),
             std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return std::shared_ptr<const hub::Projection>(std::move(*then));
}

Result<std::vector<hub::Submission>> submissions_of(const IntakeWords& words) {
  if (!words.manifest.empty()) return hub::read_manifest(words.manifest);
  auto agency = agency_named(words.agency);
  if (!agency && !words.agency.empty()) {
    return failure(ErrorCode::usage,
                   fmt::format("There is no agency called '{}'. Give --agency social-care, police, health, education, "
                               "licensing, prosecution, "
                               "housing, youth-justice, probation, voluntary, community or partnership.",
                               words.agency));
  }
  Result<intake::FormatPtr> format = failure(ErrorCode::usage, "");
  if (words.map.empty()) {
    format = hub::shipped_format(words.format);
    if (!format && format.error().code == ErrorCode::not_found)
      return failure(ErrorCode::usage, format.error().message);
  } else {
    const auto text = read_text(words.map);
    if (!text) return std::unexpected(text.error());
    format = intake::parse_mapping(
        *text, words.format.empty() ? std::filesystem::path(words.map).filename().string() : words.format);
  }
  if (!format) return std::unexpected(format.error());
  if (!agency) agency = intake::describe(**format).agency;  // the layout says whose files it describes
  std::vector<hub::Submission> submissions;
  for (const std::string& file : words.files)
    submissions.push_back({*agency, *format, intake::describe(**format).name, file, {}});
  return submissions;
}

}  // namespace

int fail(Streams& streams, const Error& error) {
  if (streams.json) {
    fmt::print(streams.out, "{}\n", dumped(json{{"error", error.message}}));
  } else {
    fmt::print(streams.err, "wider: {}\n", error.message);
  }
  return error.code == ErrorCode::usage ? wrong_usage : failed;
}

void ProgressLine::show(std::string_view stage, std::uint64_t done, std::uint64_t of) {
  show(stage, done, of, [&] { return fmt::format("{}{}", done, of > 0 ? fmt::format(" of {}", of) : ""); });
}

void ProgressLine::show(std::string_view stage, std::uint64_t done, std::uint64_t of,
                        const std::function<std::string()>& says) {
  const std::int64_t now = milliseconds_now();
  const std::int64_t pause = streams_.progress_bar ? 100 : 5000;
  if (last_shown_ == 0) last_shown_ = now - (streams_.progress_bar ? pause : 0);
  if (now - last_shown_ < pause) return;
  last_shown_ = now;
  if (!streams_.progress_bar) {
    fmt::print(streams_.err, "{}: {}\n", stage, says());
    streams_.err.flush();
    return;
  }
  // A line longer than the terminal would be drawn again and again below itself: the words give way before the bar
  // does.
  const std::size_t room = terminal_columns() - std::min<std::size_t>(terminal_columns(), 27);
  const std::string words = beginning_of(says(), room - std::min<std::size_t>(room, 10));
  const std::size_t length = std::min<std::size_t>(30, room - std::min(room, words.size()));
  const std::size_t filled = of > 0 ? static_cast<std::size_t>(std::min<std::uint64_t>(length, done * length / of)) : 0;
  fmt::print(streams_.err, "\r\033[K{:<22} [{:<{}}] {}", stage, std::string(filled, '#'), length, words);
  streams_.err.flush();
  drawn_ = true;
}

void ProgressLine::finish() {
  if (!drawn_) return;
  fmt::print(streams_.err, "\r\033[K");
  streams_.err.flush();
  drawn_ = false;
}

void print_times(Streams& streams, const std::vector<hub::StageTime>& times) {
  if (streams.json || times.empty()) return;
  double total = 0;
  for (const auto& time : times) {
    if (time.seconds >= 0.005) fmt::print(streams.err, "  {:<22} {:8.2f} s\n", time.stage, time.seconds);
    total += time.seconds;
  }
  fmt::print(streams.err, "  {:<22} {:8.2f} s\n", "in all", total);
}

int list_formats(Streams& streams) {
  json list = json::array();
  for (const auto& format : hub::shipped_formats()) {
    if (streams.json) {
      list.push_back({{"name", format.name}, {"agency", name_of(format.agency)}, {"title", format.title}});
    } else {
      fmt::print(streams.out, "{:<28} {:<12} {}\n", format.name, name_of(format.agency), format.title);
    }
  }
  if (streams.json) fmt::print(streams.out, "{}\n", dumped(list));
  return done;
}

// The issues of records that were kept, the most frequent first; an agency that reads them can mend its own system.
void print_noted(const std::map<std::string, std::uint64_t>& noted, Streams& streams) {
  if (noted.empty()) return;
  constexpr std::size_t most_said = 12;
  std::vector<std::pair<std::string, std::uint64_t>> by_count(noted.begin(), noted.end());
  std::ranges::stable_sort(by_count, std::greater{}, [](const auto& one) { return one.second; });
  fmt::print(streams.err, "  kept, but noted with the record:\n");
  for (std::size_t i = 0; i < by_count.size() && i < most_said; ++i)
    fmt::print(streams.err, "  {:>9}  {}\n", with_commas(by_count[i].second), by_count[i].first);
  if (by_count.size() > most_said)
    fmt::print(streams.err, "             and {} other kinds of issue (all with --json)\n",
               by_count.size() - most_said);
}

int intake(hub::Hub& hub, const IntakeWords& words, Streams& streams) {
  const auto submissions = submissions_of(words);
  if (!submissions) return fail(streams, submissions.error());
  const std::int64_t start = milliseconds_now();
  const auto seconds_since_start = [start] {
    return std::max<double>(static_cast<double>(milliseconds_now() - start), 1) / 1000;
  };
  ProgressLine progress(streams);
  const auto report = hub.take_in(*submissions, [&](const hub::IntakeState& state) {
    progress.show("taking in", state.bytes, state.of_bytes, [&] {
      return fmt::format("{} of {} files, {} entries a second, {} rows read, {} entries, {}", with_commas(state.files),
                         with_commas(state.of_files), with_commas(rate(state.durable_entries, seconds_since_start())),
                         with_commas(state.rows), with_commas(state.durable_entries), state.file);
    });
  });
  progress.finish();
  if (!report) return fail(streams, report.error());
  const double seconds = seconds_since_start();
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               dumped(json{{"read", report->read},
                           {"accepted", report->accepted},
                           {"held_back", report->held_back},
                           {"already_had", report->already_had},
                           {"entries", report->entries},
                           {"files", report->files},
                           {"noted", report->noted},
                           {"seconds", seconds}}));
  } else {
    fmt::print(streams.out, "read {}, accepted {}, held back {}, already had {}\n", report->read, report->accepted,
               report->held_back, report->already_had);
    fmt::print(streams.err, "  entries {} at {} a second, from {} {} in {:.2f} s\n", with_commas(report->entries),
               with_commas(rate(report->entries, seconds)), with_commas(report->files),
               report->files == 1 ? "file" : "files", seconds);
    print_noted(report->noted, streams);
  }
  return words.strict && report->held_back > 0 ? failed : done;
}

int settle(hub::Hub& hub, Streams& streams, bool say_times) {
  ProgressLine progress(streams);
  hub::SettleOptions options;
  options.progress = [&](std::string_view stage, std::uint64_t at, std::uint64_t of) { progress.show(stage, at, of); };
  const auto times = hub.settle(options);
  progress.finish();
  if (!times) return fail(streams, times.error());
  if (say_times) print_times(streams, *times);
  return done;
}

int held_back(hub::Hub& hub, const HeldBackWords& words, const hub::Operator& who, Streams& streams) {
  intake::FormatPtr format;
  if (!words.map.empty()) {
    const auto text = read_text(words.map);
    if (!text) return fail(streams, text.error());
    auto parsed = intake::parse_mapping(*text, std::filesystem::path(words.map).filename().string());
    if (!parsed) return fail(streams, parsed.error());
    format = *parsed;
  }
  if (words.mend != 0) {
    const auto report = hub.mend({words.mend, words.row, format, {}, who.user});
    if (!report) return fail(streams, report.error());
    fmt::print(streams.out, "accepted {}, already had {}\n", report->accepted, report->already_had);
    return done;
  }
  if (auto recorded = hub.record_operator_read(who, "held back"); !recorded) return fail(streams, recorded.error());
  const auto rows = hub.held_back_rows();
  if (!rows) return fail(streams, rows.error());
  if (words.retry) {
    std::size_t settled = 0;
    for (const auto& row : *rows) {
      if (hub.mend({row.entry, "", format, {}, who.user})) ++settled;
    }
    fmt::print(streams.out, "retried {}, accepted {}, still held back {}\n", rows->size(), settled,
               rows->size() - settled);
    return done;
  }
  if (streams.json) {
    json list = json::array();
    for (const auto& row : *rows) {
      list.push_back({{"entry", row.entry},
                      {"agency", row.agency},
                      {"file", row.file},
                      {"row", row.row},
                      {"column", row.column},
                      {"reason", row.reason},
                      {"remedy", row.remedy},
                      {"raw", row.raw}});
    }
    fmt::print(streams.out, "{}\n", dumped(list));
    return done;
  }
  if (rows->empty()) fmt::print(streams.out, "No rows are held back.\n");
  for (const auto& row : *rows) {
    fmt::print(
        streams.out,
        "{} {} row {}{}: {}\n    {}\n    as it came: {}\n    mend: wider held-back --hub {} --mend {} --row '…'\n",
        row.agency, row.file, row.row, row.column.empty() ? "" : fmt::format(", column {}", row.column), row.reason,
        row.remedy, row.raw, ledger::name_of(hub.place()), row.entry);
  }
  return done;
}

int people(hub::Hub& hub, const std::string& out_file, const hub::Operator& who, Streams& streams) {
  if (auto recorded = hub.record_operator_read(who, "people"); !recorded) return fail(streams, recorded.error());
  const auto projection = hub.projection();
  const Holdings& holdings = projection->holdings();
  std::ofstream file(out_file, std::ios::binary);
  if (!file) return fail(streams, {ErrorCode::unreadable, fmt::format("{} cannot be written.", out_file)});
  std::string buffer = "agency,mention,person\n";
  std::uint64_t mentions = 0;
  for (std::uint32_t m = 0; m < holdings.mentions().size(); ++m) {
    const PersonId person = projection->people.of(MentionIndex(m));
    if (!person.valid()) continue;
    ++mentions;
    buffer += fmt::format("{},{},{}\n", name_of(holdings.at(holdings.mentions()[m].record).agency),
                          cell(holdings.name(MentionIndex(m))), hub::person_text(person));
    if (buffer.size() > 1 << 20) {
      file << buffer;
      buffer.clear();
    }
  }
  file << buffer;
  file.close();
  if (!file)
    return fail(streams, {ErrorCode::unreadable,
                          fmt::format("{} could not be written to the end: is the disk full?", out_file)});
  if (streams.json) {
    fmt::print(streams.out, "{}\n", dumped(json{{"mentions", mentions}, {"people", projection->people.all().size()}}));
  } else {
    fmt::print(streams.out, "{} mentions of {} people in {}\n", mentions, projection->people.all().size(), out_file);
    if (!projection->blocking_note.empty()) fmt::print(streams.err, "{}\n", projection->blocking_note);
  }
  return done;
}

int explain(hub::Hub& hub, const std::string& left, const std::string& right, const hub::Operator& who,
            Streams& streams) {
  if (auto recorded = hub.record_operator_read(who, fmt::format("explain {} {}", left, right)); !recorded)
    return fail(streams, recorded.error());
  const auto projection = hub.projection();
  const auto a = hub::mention_of_text(projection->holdings(), left);
  const auto b = hub::mention_of_text(projection->holdings(), right);
  for (const auto& [found, text] : {std::pair(a, left), std::pair(b, right)}) {
    const bool shown =
        found &&
        hub::decide_for(operator_viewer(), projection->holdings().at(projection->holdings().at(*found).record)).depth >=
            access::Depth::outline;
    if (!shown)
      return fail(streams,
                  {ErrorCode::not_found, fmt::format("There is no mention {}, or it cannot be shown. Name it as wider "
                                                     "people does: agency/mention, such as police/crime-C1#2.",
                                                     text)});
  }
  auto explanation = hub::explain_two_to(*projection, *hub.model_of(*projection), operator_viewer(), *a, *b);
  if (const std::string why = hub::why_kept_apart(*projection, *hub.model_of(*projection), operator_viewer(), *a, *b);
      !why.empty())
    explanation.says.insert(explanation.says.begin(), why);
  if (streams.json) {
    json fields = json::array();
    for (const auto& f : explanation.fields) {
      fields.push_back({{"field", f.field},
                        {"left", f.left},
                        {"right", f.right},
                        {"level", f.level},
                        {"weight", f.weight},
                        {"term_frequency", f.term_frequency}});
    }
    fmt::print(streams.out, "{}\n",
               dumped(json{{"left", left},
                           {"right", right},
                           {"same_person", explanation.same_cluster},
                           {"prior_weight", explanation.prior_weight},
                           {"fields", fields},
                           {"total_weight", explanation.total_weight},
                           {"probability", explanation.probability},
                           {"compared_by_blocking", explanation.compared_by_blocking},
                           {"says", explanation.says}}));
    return done;
  }
  fmt::print(streams.out, "{}\n\n{:<14} {:<28} {:<28} {:<30} {:>7}\n",
             explanation.same_cluster ? "One person." : "Not one person.", "field", "left", "right", "level", "weight");
  fmt::print(streams.out, "{:<14} {:<28} {:<28} {:<30} {:>+7.2f}\n", "(prior)", "", "", "before looking at any field",
             explanation.prior_weight);
  for (const auto& f : explanation.fields) {
    fmt::print(streams.out, "{:<14} {:<28} {:<28} {:<30} {:>+7.2f}{}\n", f.field, f.left, f.right, f.level, f.weight,
               f.term_frequency > 0 ? fmt::format("  (1 in {:.0f})", 1 / f.term_frequency) : "");
  }
  fmt::print(streams.out, "{:<102} {:>+7.2f}  probability {:.4f}\n", "total", explanation.total_weight,
             explanation.probability);
  for (const auto& sentence : explanation.says) fmt::print(streams.out, "{}\n", sentence);
  return done;
}

int review(hub::Hub& hub, std::uint64_t most, const hub::Operator& who, Streams& streams) {
  if (auto recorded = hub.record_operator_read(who, "review queue"); !recorded) return fail(streams, recorded.error());
  const auto projection = hub.projection();
  const auto open = hub::open_items(*projection, hub::review_book(*projection, day_of(hub.now())),
                                    projection->facts.link_decisions, operator_viewer());
  json list = json::array();
  for (const hub::ReviewItem* item : open) {
    if (most > 0 && list.size() == most) break;
    const hub::ReviewLine line = hub::review_line(*projection, *item);
    list.push_back(
        {{"left", line.left},
         {"right", line.right},
         {"left_name", line.left_name},
         {"right_name", line.right_name},
         {"standing", line.standing},
         {"if_wrong", line.harm},
         {"probability", item->doubt.probability},
         {"weight", item->doubt.weight},
         {"expected_harm", item->harm},
         {"child", item->child},
         {"two_homes", item->two_homes},
         {"same_person", projection->people.of(item->doubt.left) == projection->people.of(item->doubt.right)}});
  }
  if (streams.json) {
    fmt::print(streams.out, "{}\n", dumped(list));
    return done;
  }
  for (const json& line : list) {
    fmt::print(streams.out, "{:>6.2f}  {} {}\n        {} and {}: {}. {} ({:.0f} % that they are one)\n",
               line["expected_harm"].get<double>(), line["left"].get<std::string>(), line["right"].get<std::string>(),
               line["left_name"].get<std::string>(), line["right_name"].get<std::string>(),
               line["standing"].get<std::string>(), line["if_wrong"].get<std::string>(),
               100 * line["probability"].get<double>());
  }
  fmt::print(streams.out, "{} of {} links in doubt, worst first\n", list.size(), open.size());
  return done;
}

int chronology(hub::Hub& hub, const std::string& person, const std::string& as_known_at, const std::string& by,
               const hub::Operator& who, Streams& streams) {
  if (!as_known_at.empty() && !parse_iso_date(as_known_at))
    return fail(streams, {ErrorCode::usage, "Give --as-known-at as a day such as 2009-03-03."});
  const auto agency = agency_named(by);
  if (!by.empty() && !agency)
    return fail(streams, {ErrorCode::usage, fmt::format("There is no agency called '{}'.", by)});
  if (auto recorded = hub.record_operator_read(who, fmt::format("chronology {}", person)); !recorded)
    return fail(streams, recorded.error());
  const auto shown = projection_of(hub, parse_iso_date(as_known_at), streams);
  if (!shown) return fail(streams, shown.error());
  const hub::Projection& projection = **shown;
  const Holdings& holdings = projection.holdings();
  auto id = hub::person_of_text(person);
  if (id && !as_known_at.empty()) id = hub::person_known_at(*hub.projection(), projection, *id);
  if (!id || !projection.people.exists(*id)) {
    return fail(streams, {ErrorCode::not_found,
                          fmt::format("There is no person {}{}. wider people names them: P and a number.", person,
                                      as_known_at.empty() ? "" : " who was known on " + as_known_at)});
  }
  json list = json::array();
  const auto keep = [&](RecordIndex index) {
    const RecordRow& record = holdings.at(index);
    return (!agency || record.agency == *agency) &&
           hub::decide_for(operator_viewer(), record).depth >= access::Depth::outline;
  };
  for (const auto& line :
       picture::chronology(projection.scene(), *id, parse_iso_date(as_known_at), std::nullopt, keep)) {
    const RecordRow& record = holdings.at(line.record);
    std::vector<std::string> also;
    for (const RecordIndex other : line.also)
      also.push_back(fmt::format("{}/{}", name_of(holdings.at(other).agency), holdings.name(other)));
    const std::string name = fmt::format("{}/{}", name_of(record.agency), holdings.name(line.record));
    if (streams.json) {
      list.push_back({{"happened", to_iso(line.happened.first)},
                      {"known", to_iso(line.known)},
                      {"received", to_iso(record.received)},
                      {"agency", name_of(record.agency)},
                      {"record", name},
                      {"grade", to_text(record.grade)},
                      {"says", line.says},
                      {"also", also}});
    } else {
      fmt::print(streams.out, "{:<24} {:<24} {}  [{}; known {}]{}\n", to_words(line.happened), title_of(record.agency),
                 line.says, name, to_words(line.known),
                 also.empty() ? "" : fmt::format(" also: {}", fmt::join(also, ", ")));
    }
  }
  if (streams.json) fmt::print(streams.out, "{}\n", dumped(list));
  return done;
}

int findings(hub::Hub& hub, const FindingsWords& words, const hub::Operator& who, Streams& streams) {
  const auto as_known_at = parse_iso_date(words.as_known_at);
  if (!words.as_known_at.empty() && !as_known_at)
    return fail(streams, {ErrorCode::usage, "Give --as-known-at as a day such as 2009-03-03."});
  const auto only = agency_named(words.only_agency);
  if (!words.only_agency.empty() && !only)
    return fail(streams, {ErrorCode::usage, fmt::format("There is no agency called '{}'.", words.only_agency)});
  if (auto recorded = hub.record_operator_read(who, "findings"); !recorded) return fail(streams, recorded.error());
  const auto asked = projection_of(hub, as_known_at, streams);
  if (!asked) return fail(streams, asked.error());
  const auto& projection = *asked;
  const Holdings& holdings = projection->holdings();
  std::vector<Finding> evaluated;
  if (only || words.naive) {
    const auto patterns = hub::shipped_patterns();
    if (!patterns) return fail(streams, patterns.error());
    evaluated = picture::find(projection->scene(), *patterns, {as_known_at, only, words.naive, 2});
  }
  const std::vector<Finding>& list = only || words.naive ? evaluated : projection->findings;
  json array = json::array();
  std::size_t listed = 0;
  for (const Finding& finding : list) {
    if (finding.audience) continue;  // an agency's own: not the operator's to read
    ++listed;
    std::vector<std::string> people, mentions, children, agencies, proof;
    for (const PersonId person : finding.people) people.push_back(hub::person_text(person));
    for (const MentionIndex m : finding.mentions) {
      mentions.push_back(hub::mention_text(holdings, m));
      if (std::find(finding.children.begin(), finding.children.end(), projection->people.of(m)) !=
          finding.children.end())
        children.push_back(mentions.back());
    }
    for (std::size_t a = 0; a < agency_count; ++a) {
      if (finding.agencies.has(static_cast<Agency>(a))) agencies.emplace_back(name_of(static_cast<Agency>(a)));
    }
    for (const RecordIndex r : finding.proof)
      proof.push_back(fmt::format("{}/{}", name_of(holdings.at(r).agency), holdings.name(r)));
    if (streams.json) {
      array.push_back({{"id", finding.id},
                       {"pattern", finding.pattern},
                       {"people", people},
                       {"mentions", mentions},
                       {"children", children},
                       {"agencies", agencies},
                       {"met_on", to_iso(finding.met_on)},
                       {"received", to_iso(finding.received)},
                       {"says", finding.says},
                       {"proof", proof},
                       {"expected_by_chance", finding.expected_by_chance},
                       {"strength", finding.strength}});
    } else {
      fmt::print(streams.out, "{}  {}\n    met on {}; held by {}\n    proof: {}\n", finding.id, finding.says,
                 to_words(finding.met_on), hub::list_of(finding.agencies), fmt::join(proof, ", "));
    }
  }
  if (streams.json) {
    fmt::print(streams.out, "{}\n", dumped(array));
  } else {
    fmt::print(streams.out, "{} {}\n", listed, listed == 1 ? "finding" : "findings");
  }
  return done;
}

int adopt_model(hub::Hub& hub, const std::string& file, const hub::Operator& who, Streams& streams) {
  std::string text;
  if (!file.empty()) {
    auto read = read_text(file);
    if (!read) return fail(streams, read.error());
    text = std::move(*read);
  }
  if (const auto adopted = hub.adopt_model(text, who); !adopted)
    return fail(streams,
                {adopted.error().code, fmt::format("{}{}", file.empty() ? "" : file + ": ", adopted.error().message)});
  if (streams.json) {
    fmt::print(streams.out, "{}\n", dumped(json{{"adopted", file.empty() ? "learnt" : file}}));
  } else {
    fmt::print(streams.out, "Adopted. People are concluded with it from the next settling on.\n");
  }
  return done;
}

int export_model(hub::Hub& hub, const std::string& out_file, Streams& streams) {
  std::ofstream file(out_file, std::ios::binary);
  file << hub::model_in_use(hub.projection()->facts);
  file.close();
  if (!file) return fail(streams, {ErrorCode::unreadable, fmt::format("{} cannot be written.", out_file)});
  if (!streams.json) fmt::print(streams.out, "The model in use is in {}.\n", out_file);
  return done;
}

namespace {

using Verify = std::function<Result<ledger::Verification>(const std::optional<ledger::Head>& published,
                                                          const ledger::Progress& progress)>;

int say_verified(const Verify& verify, const std::string& head_file, Streams& streams) {
  std::optional<ledger::Head> published;
  if (!head_file.empty()) {
    const auto text = read_text(head_file);
    if (!text) return fail(streams, text.error());
    const auto head = ledger::parse_head(*text);
    if (!head) return fail(streams, head.error());
    published = *head;
  }
  ProgressLine progress(streams);
  const auto verified = verify(published, [&](std::uint64_t at, std::uint64_t of) { progress.show("verify", at, of); });
  progress.finish();
  if (!verified) return fail(streams, verified.error());
  std::string root;
  for (const std::uint8_t byte : verified->root) root += fmt::format("{:02x}", byte);
  if (streams.json) {
    json report{{"good", verified->good()},
                {"entries", verified->entries},
                {"erased", verified->erased},
                {"root", root},
                {"says", verified->says}};
    if (verified->first_wrong) report["first_wrong"] = *verified->first_wrong;
    fmt::print(streams.out, "{}\n", dumped(report));
  } else if (verified->good()) {
    fmt::print(streams.out, "The ledger is whole: {} entries, {} erased, root {}.\n", verified->entries,
               verified->erased, root);
  } else {
    fmt::print(streams.out, "The ledger is not whole. {}\n", verified->says);
  }
  return verified->good() ? done : failed;
}

}  // namespace

int verify(hub::Hub& hub, const std::string& head_file, Streams& streams) {
  return say_verified(
      [&](const auto& published, const auto& progress) { return hub.ledger().verify(published, progress); }, head_file,
      streams);
}

int verify_unopened(const ledger::Place& place, const std::string& head_file, Streams& streams) {
  return say_verified(
      [&](const auto& published, const auto& progress) { return ledger::verify_unopened(place, published, progress); },
      head_file, streams);
}

int head(hub::Hub& hub, const std::string& out_file, bool to_syslog, Streams& streams) {
  const auto head = hub.ledger().head();
  if (!head) return fail(streams, head.error());
  if (to_syslog) {
    // One line, the same JSON: whoever collects the system's log holds heads that the hub cannot take back.
    openlog("wider", LOG_PID, LOG_AUTH);
    syslog(LOG_NOTICE, "%s", json::parse(ledger::to_json(*head)).dump().c_str());
    closelog();
  }
  if (out_file.empty()) {
    fmt::print(streams.out, "{}\n", ledger::to_json(*head));
    return done;
  }
  std::ofstream file(out_file);
  file << ledger::to_json(*head) << '\n';
  file.close();
  return file ? done : fail(streams, {ErrorCode::unreadable, fmt::format("{} cannot be written.", out_file)});
}

}  // namespace wider::cli
