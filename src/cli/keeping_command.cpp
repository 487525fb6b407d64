#include "cli/keeping_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "hub/retention.hpp"

namespace wider::cli {
namespace {

using nlohmann::json;

void print_json(const json& body, Streams& streams) {
  fmt::print(streams.out, "{}\n", body.dump(2, ' ', false, json::error_handler_t::replace));
}

int say_erased(const Result<hub::EraseReport>& report, bool only_shown, Streams& streams) {
  if (!report) return fail(streams, report.error());
  if (streams.json) {
    print_json({{"entry", report->entry},
                {"entries", report->entries},
                {"erased", report->entry != 0},
                {"records", report->records},
                {"left", report->left},
                {"belonging", report->belonging}},
               streams);
    return done;
  }
  if (only_shown)
    for (const std::string& name : report->records) fmt::print(streams.out, "{}\n", name);
  for (const std::string& name : report->left)
    fmt::print(streams.err, "  {} names others too and stays (--shared-too takes it)\n", name);
  for (const std::string& name : report->belonging)
    fmt::print(streams.err, "  {} says that it belongs to what was named, and stays\n", name);
  if (report->entry == 0) {
    fmt::print(streams.out, "{} entries {}.\n", report->entries,
               only_shown ? "would be erased; nothing was" : "were left to erase");
    return done;
  }
  fmt::print(streams.out, "{} entries erased; entry {} says so, by whom and why, and not whom they were about.\n",
             report->entries, report->entry);
  fmt::print(
      streams.err,
      "  Back-ups made before open them until their key files are removed (docs/formats/backup.md). The agency's "
      "next export must not hold them any more.\n");
  return done;
}

}  // namespace

int erase(hub::Hub& hub, const KeepingWords& words, Streams& streams) {
  return say_erased(hub.erase(words.erase, words.officer), words.erase.only_show, streams);
}

int place_hold(hub::Hub& hub, const KeepingWords& words, Streams& streams) {
  const auto number = hub.place_hold(words.hold, words.officer);
  if (!number) return fail(streams, number.error());
  if (streams.json) {
    print_json({{"hold", *number}}, streams);
  } else {
    fmt::print(streams.out, "Hold {} stands: nothing under it is erased or disposed of until it is lifted.\n", *number);
  }
  return done;
}

int lift_hold(hub::Hub& hub, const KeepingWords& words, Streams& streams) {
  if (auto lifted = hub.lift_hold(words.number, words.officer); !lifted) return fail(streams, lifted.error());
  if (streams.json) {
    print_json({{"hold", words.number}, {"lifted", true}}, streams);
  } else {
    fmt::print(streams.out, "Hold {} is lifted.\n", words.number);
  }
  return done;
}

int list_holds(hub::Hub& hub, const hub::Operator& who, Streams& streams) {
  const auto lines = hub.holds(who);
  if (!lines) return fail(streams, lines.error());
  if (streams.json) {
    json list = json::array();
    for (const auto& line : *lines)
      list.push_back({{"hold", line.number},
                      {"scope", line.scope},
                      {"records", line.records},
                      {"reason", line.reason},
                      {"by", line.by},
                      {"since", line.since}});
    print_json(list, streams);
    return done;
  }
  for (const auto& line : *lines)
    fmt::print(streams.out, "{}  {} ({} records)  since {}  by {}: {}\n", line.number, line.scope, line.records,
               line.since, line.by, line.reason);
  if (lines->empty()) fmt::print(streams.out, "No hold stands.\n");
  return done;
}

int retention_due(hub::Hub& hub, const KeepingWords& words, const hub::Operator& who, Streams& streams) {
  std::optional<Date> on;
  if (!words.on.empty()) {
    on = parse_iso_date(words.on);
    if (!on) return fail(streams, {ErrorCode::usage, fmt::format("'{}' is not a day: give 2026-11-24.", words.on)});
  }
  const auto report = hub.retention_due(on, who);
  if (!report) return fail(streams, report.error());
  const std::size_t shown =
      words.most == 0 ? report->lines.size() : std::min<std::size_t>(words.most, report->lines.size());
  if (streams.json) {
    json lines = json::array();
    for (std::size_t i = 0; i < shown; ++i) {
      const hub::DueLine& line = report->lines[i];
      lines.push_back({{"record", line.record},
                       {"kind", line.kind},
                       {"due", line.due},
                       {"basis", line.basis},
                       {"hold", line.held_by}});
    }
    print_json(
        {{"on", report->on}, {"due", report->due}, {"held", report->held}, {"kept", report->kept}, {"records", lines}},
        streams);
    return done;
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const hub::DueLine& line = report->lines[i];
    fmt::print(streams.out, "{}  {}  {}{}\n", line.due, line.record, line.basis,
               line.held_by != 0 ? fmt::format("  [held by {}]", line.held_by) : "");
  }
  fmt::print(streams.out,
             "On {}: {} due, {} due but under a legal hold, {} due but kept. Nothing is disposed of by itself.\n",
             report->on, report->due, report->held, report->kept);
  return done;
}

int approve_disposal(hub::Hub& hub, const KeepingWords& words, Streams& streams) {
  return say_erased(hub.approve_disposal(words.records, words.officer), false, streams);
}

int keep_records(hub::Hub& hub, const KeepingWords& words, Streams& streams) {
  const auto until = parse_iso_date(words.until);
  if (!until) return fail(streams, {ErrorCode::usage, fmt::format("'{}' is not a day: give 2026-11-24.", words.until)});
  if (auto kept = hub.keep_records(words.records, *until, words.officer); !kept) return fail(streams, kept.error());
  if (streams.json) {
    print_json({{"kept", words.records.size()}, {"until", words.until}}, streams);
  } else {
    fmt::print(streams.out, "{} records are kept until {}; then they are due again.\n", words.records.size(),
               to_words(*until));
  }
  return done;
}

int check_retention(const std::string& file, Streams& streams) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return fail(streams, {ErrorCode::not_found, fmt::format("The file {} cannot be read.", file)});
  const auto rules = hub::parse_retention(text.view(), file);
  if (!rules) return fail(streams, rules.error());
  if (streams.json) {
    print_json({{"good", true}, {"kinds", record_kind_count}}, streams);
  } else {
    fmt::print(streams.out, "{}: good, {} kinds of record.\n", file, record_kind_count);
  }
  return done;
}

}  // namespace wider::cli
