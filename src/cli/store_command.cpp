#include "cli/store_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "base/date.hpp"
#include "ledger/backup.hpp"
#include "ledger/copy.hpp"

namespace wider::cli {
namespace {

using nlohmann::json;

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return failure(ErrorCode::not_found, fmt::format("The file {} cannot be read.", path));
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  file.close();
  if (!file) return failure(ErrorCode::unreadable, fmt::format("{} cannot be written.", path));
  return {};
}

Result<ledger::Head> read_head(const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  return ledger::parse_head(*text);
}

std::string hex(const ledger::Digest& digest) {
  std::string out;
  for (const std::uint8_t byte : digest) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace

int copy(const CopyWords& words, Streams& streams) {
  const auto from = ledger::place_of(words.from);
  if (!from) return fail(streams, from.error());
  const auto to = ledger::place_of(words.to);
  if (!to) return fail(streams, to.error());
  const auto start = std::chrono::steady_clock::now();
  ProgressLine progress(streams);
  const auto report =
      ledger::copy_hub(*from, *to, [&](std::uint64_t at, std::uint64_t of) { progress.show("copying", at, of); });
  progress.finish();
  if (!report) return fail(streams, report.error());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (streams.json) {
    fmt::print(
        streams.out, "{}\n",
        json{
            {"entries", report->entries}, {"erased", report->erased}, {"root", hex(report->root)}, {"seconds", seconds}}
            .dump(2));
  } else {
    fmt::print(streams.out, "{} entries ({} erased) copied and checked in {:.1f} s; both have root {}.\n",
               report->entries, report->erased, seconds, hex(report->root));
  }
  return done;
}

namespace {

int say_keys(const Result<ledger::KeyReport>& report, Streams& streams) {
  if (!report) return fail(streams, report.error());
  if (streams.json) {
    json agencies = json::array();
    for (const auto& of : report->agencies)
      agencies.push_back({{"agency", name_of(of.agency)}, {"key", of.number}, {"keys", of.keys}, {"made", to_iso(of.made)}});
    fmt::print(streams.out, "{}\n", json{{"hub_keys", report->hub_keys}, {"agencies", agencies}}.dump(2));
    return done;
  }
  for (const auto& of : report->agencies)
    fmt::print(streams.out, "{:<14} key {} of {}, {} with those that only open what came before\n", name_of(of.agency),
               of.number, to_iso(of.made), of.keys);
  if (report->hub_keys > 1)
    fmt::print(streams.out,
               "Two hub's keys open it: the old one does until the hub has been started with the new one.\n");
  return done;
}

}  // namespace

int keys(hub::Hub& hub, Streams& streams) {
  return say_keys(hub.ledger().key_report(), streams);
}

int rotate_keys(hub::Hub& hub, const KeysWords& words, const std::string& user, Streams& streams) {
  ledger::Rotation rotation;
  if (!words.agency.empty()) {
    rotation.agency = agency_named(words.agency);
    if (!rotation.agency)
      return fail(streams, {ErrorCode::usage, fmt::format("There is no agency '{}'.", words.agency)});
  }
  rotation.new_key = words.new_key;
  return say_keys(hub.rotate_keys(rotation, user), streams);
}

int prove(hub::Hub& hub, const ProveWords& words, Streams& streams) {
  ledger::Ledger& ledger = hub.ledger();
  std::uint64_t old_size = 0;
  if (!words.since.empty()) {
    const auto old_head = read_head(words.since);
    if (!old_head) return fail(streams, old_head.error());
    if (!ledger::signed_by(*old_head, ledger.public_key()))
      return fail(streams, {ErrorCode::denied, "The older head was not signed by this hub."});
    old_size = old_head->size;
  }
  const auto head = ledger.head();
  if (!head) return fail(streams, head.error());
  const std::uint64_t last = words.last == 0 ? head->size : words.last;
  const auto proof = ledger::make_proof(ledger, words.first, last, head->size, old_size);
  if (!proof) return fail(streams, proof.error());
  if (auto written = write_file(words.out, *proof); !written) return fail(streams, written.error());
  if (!words.head_out.empty())
    if (auto written = write_file(words.head_out, ledger::to_json(*head)); !written)
      return fail(streams, written.error());
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               json{{"first", words.first}, {"last", last}, {"size", head->size}, {"root", hex(head->root)}}.dump(2));
  } else {
    fmt::print(streams.out, "Entries {} to {} of {}; the head's root is {}.\n", words.first, last, head->size,
               hex(head->root));
  }
  return done;
}

int check_proof(const ProveWords& words, Streams& streams) {
  const auto head = read_head(words.head);
  if (!head) return fail(streams, head.error());
  std::optional<ledger::Head> old_head;
  if (!words.since.empty()) {
    const auto read = read_head(words.since);
    if (!read) return fail(streams, read.error());
    old_head = *read;
  }
  const auto proof = read_file(words.proof);
  if (!proof) return fail(streams, proof.error());
  const auto checked = ledger::check_proof(*proof, *head, old_head);
  if (!checked) return fail(streams, checked.error());
  if (streams.json) {
    fmt::print(
        streams.out, "{}\n",
        json{{"good", true}, {"first", checked->first}, {"last", checked->last}, {"size", checked->size}}.dump(2));
  } else {
    fmt::print(streams.out, "Proved: these are entries {} to {} of the {} that the head stands for.\n", checked->first,
               checked->last, checked->size);
    if (old_head)
      fmt::print(streams.out, "The older head's {} entries are its beginning, unchanged.\n", checked->old_size);
  }
  return done;
}

int witness(const WitnessWords& words, Streams& streams) {
  const auto text = read_file(words.head);
  if (!text) return fail(streams, text.error());
  const auto head = ledger::parse_head(*text);
  if (!head) return fail(streams, head.error());
  std::error_code error;
  std::filesystem::create_directories(words.keep, error);
  std::vector<std::string> kept;
  for (const auto& file : std::filesystem::directory_iterator(words.keep, error))
    if (file.path().extension() == ".json") kept.push_back(file.path().string());
  std::ranges::sort(kept);  // names begin with the size, in twenty digits
  if (!kept.empty()) {
    const auto last = read_head(kept.back());
    if (!last) return fail(streams, last.error());
    if (head->size < last->size)
      return fail(streams, {ErrorCode::corrupt,
                            fmt::format("Refused: this head counts {} entries, and one of {} was kept: the ledger was "
                                        "rolled back.",
                                        head->size, last->size)});
    if (head->size == last->size) {
      if (head->root == last->root) return done;
      return fail(streams, {ErrorCode::corrupt,
                            "Refused: a head of the same size and another root was kept: the ledger was rewritten."});
    }
    if (words.proof.empty())
      return fail(streams, {ErrorCode::usage,
                            fmt::format("Give --proof: made with `wider ledger prove --since {}`.", kept.back())});
    const auto proof = read_file(words.proof);
    if (!proof) return fail(streams, proof.error());
    const auto checked = ledger::check_proof(*proof, *head, *last);
    if (!checked) return fail(streams, {ErrorCode::corrupt, "Refused: " + checked.error().message});
  }
  const std::string path = fmt::format("{}/{:020}.json", words.keep, head->size);
  if (std::filesystem::exists(path, error))
    return fail(streams, {ErrorCode::already_there, path + " is there already."});
  if (auto written = write_file(path, *text); !written) return fail(streams, written.error());
  fmt::print(streams.out, "Kept: {}\n", path);
  return done;
}

int backup(hub::Hub& hub, const BackupWords& words, Streams& streams) {
  const auto start = std::chrono::steady_clock::now();
  ProgressLine progress(streams);
  const auto report = hub.ledger().back_up(
      words.folder, [&](std::uint64_t at, std::uint64_t of) { progress.show("backing up", at, of); });
  progress.finish();
  if (!report) return fail(streams, report.error());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               json{{"entries", report->head.size},
                    {"root", hex(report->head.root)},
                    {"bytes", report->bytes},
                    {"seconds", seconds}}
                   .dump(2));
  } else {
    fmt::print(streams.out, "{} entries backed up and checked in {:.1f} s, {} bytes of them new; root {}.\n",
               report->head.size, seconds, report->bytes, hex(report->head.root));
  }
  return done;
}

namespace {

// "2026-11-24" (its end), or "2026-11-24T13:45:00" (UTC).
Result<std::optional<Instant>> instant_of(const std::string& text) {
  if (text.empty()) return std::optional<Instant>();
  constexpr std::int64_t day = 86'400'000'000;
  const auto date = parse_iso_date(text.substr(0, 10));
  int hour = 0, minute = 0, second = 0;
  const bool only_date = text.size() == 10;
  const bool with_time = text.size() == 19 &&
                         std::sscanf(text.c_str() + 10, "T%2d:%2d:%2d", &hour, &minute, &second) == 3 && hour >= 0 &&
                         hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  if (!date || (!only_date && !with_time))
    return failure(ErrorCode::usage,
                   fmt::format("'{}' is not a time: give 2026-11-24 or 2026-11-24T13:45:00 (UTC).", text));
  const std::int64_t start = date->days * day;
  if (only_date) return std::optional<Instant>(Instant{start + day - 1});
  return std::optional<Instant>(
      Instant{start + ((hour * 60 + minute) * 60 + std::int64_t{second}) * 1'000'000 + 999'999});
}

int say_restored(const Result<ledger::Restored>& restored, double seconds, bool whole, Streams& streams) {
  if (!restored) return fail(streams, restored.error());
  const bool equal = restored->copy.root == restored->head.root || restored->head.size == 0;
  if (streams.json) {
    fmt::print(streams.out, "{}\n",
               json{{"entries", restored->copy.entries},
                    {"erased", restored->copy.erased},
                    {"root", hex(restored->copy.root)},
                    {"backed_up_root", hex(restored->head.root)},
                    {"equal", equal},
                    {"seconds", seconds}}
                   .dump(2));
  } else {
    fmt::print(streams.out, "{} entries ({} erased) restored and checked in {:.1f} s; root {}{}.\n",
               restored->copy.entries, restored->copy.erased, seconds, hex(restored->copy.root),
               equal ? ", as it was backed up" : "");
  }
  return !whole || equal ? done : failed;
}

}  // namespace

int restore(const BackupWords& words, Streams& streams) {
  const auto place = ledger::place_of(words.hub);
  if (!place) return fail(streams, place.error());
  const auto until = instant_of(words.until);
  if (!until) return fail(streams, until.error());
  const auto start = std::chrono::steady_clock::now();
  ProgressLine progress(streams);
  const auto restored = ledger::restore_backup(
      words.folder, *place, *until, [&](std::uint64_t at, std::uint64_t of) { progress.show("restoring", at, of); });
  progress.finish();
  return say_restored(restored, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
                      words.until.empty(), streams);
}

int backup_drill(const BackupWords& words, Streams& streams) {
  const std::filesystem::path folder =
      words.hub.empty() ? std::filesystem::temp_directory_path() / fmt::format("wider-drill-{}", ::getpid())
                        : std::filesystem::path(words.hub);
  BackupWords into = words;
  into.hub = folder.string();
  const int status = restore(into, streams);
  std::error_code ignored;
  if (status == done) std::filesystem::remove_all(folder, ignored);
  return status;
}

}  // namespace wider::cli
