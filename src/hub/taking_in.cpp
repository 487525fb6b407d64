#include "hub/taking_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "hub/data.hpp"
#include "hub/entry_stream.hpp"
#include "hub/projection.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;
using ledger::NewEntry;

ledger::Regime regime_of(Agency agency) {
  const bool law_enforcement = agency == Agency::police || agency == Agency::prosecution || agency == Agency::probation;
  return law_enforcement ? ledger::Regime::dpa_part_3 : ledger::Regime::uk_gdpr;
}

ledger::Gateway gateway_of(Agency agency) {
  return regime_of(agency) == ledger::Regime::dpa_part_3 ? ledger::Gateway::crime_and_disorder_act_1998_s115
                                                         : ledger::Gateway::children_act_2004_s11;
}

NewEntry entry_of(EntryKind kind, const ledger::Ref& reference, const ledger::Ref& actor, Agency agency,
                  Instant delivered, std::string&& body) {
  NewEntry entry;
  entry.kind = kind;
  entry.reference = reference;
  entry.actor = actor;
  entry.controller = agency;
  entry.regime = regime_of(agency);
  entry.gateway = gateway_of(agency);
  entry.received = delivered;
  entry.body = std::move(body);
  return entry;
}

// "column: reason" without the value that the reason quotes, so that like issues are counted together.
std::string kind_of(const Issue& issue) {
  std::string reason = issue.reason;
  const std::size_t from = reason.find('\'');
  const std::size_t to = reason.rfind('\'');
  if (from < to && to != std::string::npos) reason.replace(from + 1, to - from - 1, "…");
  return fmt::format("{}: {}", issue.column, reason);
}

// Turns what intake yields into entries, leaving out what the ledger has already, and hands on each row's together.
class EntrySink final : public intake::Sink {
 public:
  using Receive = std::function<Result<void>(std::span<NewEntry>)>;

  EntrySink(const ledger::Ledger& ledger, Known& known, const Submission& submission, Receive receive,
            ledger::Ref actor = {})
      : ledger_(ledger), known_(known), submission_(submission), receive_(std::move(receive)), actor_(actor) {}

  Result<void> accept(intake::Accepted&& row) override {
    for (const Record& record : row.records) {
      for (const Issue& issue : record.issues) ++report.noted[kind_of(issue)];
      std::string body = encode_content(record);
      const auto reference =
          Known::reference(ledger_, fmt::format("record|{}|{}", name_of(record.agency), record_name(record)), body);
      if (!is_news(reference)) continue;
      append_origin(body, record.origin);
      put(EntryKind::record, record.agency, reference, std::move(body));
    }
    for (const auto& stated : row.protected_characteristics) {
      std::string body = encode(stated);
      const auto reference =
          Known::reference(ledger_, fmt::format("protected|{}|{}", name_of(stated.agency), stated.mention), body);
      if (is_news(reference)) put(EntryKind::protected_record, stated.agency, reference, std::move(body));
    }
    return end_of_row(report.accepted);
  }

  Result<void> hold_back(intake::HeldBackRow&& row) override {
    // A row held back once is not held back again when its file comes again, whatever line it stands on then.
    const auto reference =
        Known::reference(ledger_, fmt::format("held|{}|{}|{}", name_of(row.agency), row.format, row.raw), row.reason);
    if (is_news(reference)) put(EntryKind::held_back, row.agency, reference, intake::encode(row));
    return end_of_row(report.held_back);
  }

  IntakeReport report;
  bool nothing_new = false;  // the same file was taken in whole before

 private:
  void put(EntryKind kind, Agency agency, const ledger::Ref& reference, std::string&& body) {
    row_.push_back(entry_of(kind, reference, actor_, agency, submission_.delivered, std::move(body)));
    ++report.entries;
  }
  bool is_news(const ledger::Ref& reference) { return !nothing_new && known_.learn(reference); }

  Result<void> end_of_row(std::uint64_t& when_new) {
    ++report.read;
    ++(row_.empty() ? report.already_had : when_new);
    if (row_.empty()) return {};
    auto received = receive_(row_);
    row_.clear();
    return received;
  }

  const ledger::Ledger& ledger_;
  Known& known_;
  const Submission& submission_;
  Receive receive_;
  ledger::Ref actor_;
  std::vector<NewEntry> row_;
};

// A keyed digest of whose file it is, its layout (with the layout's version) and its bytes, read in pieces: the digest
// so far begins the next piece.
Result<ledger::Ref> digest_of(const ledger::Ledger& ledger, const Submission& submission) {
  std::ifstream in(submission.file, std::ios::binary);
  if (!in)
    return failure(ErrorCode::not_found,
                   fmt::format("The file {} cannot be read.", submission.file.filename().string()));
  ledger::Ref digest =
      ledger.keyed_reference(fmt::format("file|{}|{}|{:x}", name_of(submission.agency), submission.format_name,
                                         intake::describe(*submission.format).version));
  std::string piece(digest.size() + (1 << 20), '\0');
  while (in) {
    std::ranges::copy(digest, piece.begin());
    in.read(piece.data() + digest.size(), static_cast<std::streamsize>(piece.size() - digest.size()));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (got > 0) digest = ledger.keyed_reference(std::string_view(piece).substr(0, digest.size() + got));
  }
  return digest;
}

// The entry that says that a file was taken in whole.
NewEntry whole_file(const Submission& submission, const ledger::Ref& digest, const IntakeReport& report) {
  NewEntry whole = entry_of(EntryKind::submission, digest, {}, submission.agency, submission.delivered,
                            nlohmann::json{{"file", submission.file.filename().string()},
                                           {"format", submission.format_name},
                                           {"read", report.read},
                                           {"accepted", report.accepted},
                                           {"held_back", report.held_back},
                                           {"already_had", report.already_had}}
                                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  whole.gateway = ledger::Gateway::none;
  return whole;
}

using TellBytes = std::function<void(std::uint64_t rows, std::uint64_t bytes)>;

Result<IntakeReport> take_in_file(ledger::Ledger& ledger, Known& known, const Submission& submission,
                                  EntryStream& stream, const TellBytes& tell, const std::stop_token& stop) {
  const auto digest = digest_of(ledger, submission);
  if (!digest) return std::unexpected(digest.error());
  EntrySink sink(ledger, known, submission, [&](std::span<NewEntry> row) -> Result<void> {
    if (stop.stop_requested())
      return failure(
          ErrorCode::unavailable,
          fmt::format("{}: taking in was stopped before its end, as was asked; give the file again to go on.",
                      submission.file.filename().string()));
    return stream.add(row);
  });
  sink.nothing_new = known.has_file(*digest);
  intake::ReadOptions options;
  options.file_name = submission.file.filename().string();
  options.agency = submission.agency;
  options.progress = [&](std::uint64_t bytes) { tell(sink.report.read, bytes); };
  const auto counts = intake::read_file(*submission.format, submission.file, options, sink);
  if (!counts) return std::unexpected(counts.error());
  sink.report.files = 1;
  if (sink.nothing_new) return sink.report;
  known.add_file(*digest);
  NewEntry whole = whole_file(submission, *digest, sink.report);
  if (auto added = stream.add(std::span(&whole, 1)); !added) return std::unexpected(added.error());
  return sink.report;
}

std::uint64_t bytes_of(const Submission& submission) {
  std::error_code unknown;  // the reading will say what is wrong with it
  const auto bytes = std::filesystem::file_size(submission.file, unknown);
  return unknown ? 0 : bytes;
}

// A file's error, with what became of the files before it.
std::unexpected<Error> stopped(Error error, const IntakeReport& before) {
  if (before.files == 0) return std::unexpected(std::move(error));
  while (error.message.ends_with('.')) error.message.pop_back();
  error.message += fmt::format(". Before it, {} {} taken in whole: read {}, accepted {}, held back {}, already had {}.",
                               before.files, before.files == 1 ? "file was" : "files were", before.read,
                               before.accepted, before.held_back, before.already_had);
  return std::unexpected(std::move(error));
}

}  // namespace

IntakeReport& IntakeReport::operator+=(const IntakeReport& other) {
  read += other.read;
  accepted += other.accepted;
  held_back += other.held_back;
  already_had += other.already_had;
  entries += other.entries;
  files += other.files;
  for (const auto& [issue, count] : other.noted) noted[issue] += count;
  return *this;
}

Result<IntakeReport> take_in(ledger::Ledger& ledger, Known& known, std::span<const Submission> submissions,
                             const IntakeProgress& progress, const std::stop_token& stop) {
  EntryStream stream(ledger);
  IntakeReport total;
  IntakeState state;
  state.of_files = submissions.size();
  for (const Submission& submission : submissions) state.of_bytes += bytes_of(submission);
  std::uint64_t bytes_before = 0;
  const TellBytes tell = [&](std::uint64_t rows, std::uint64_t bytes) {
    state.rows = total.read + rows;
    state.bytes = bytes_before + bytes;
    state.durable_entries = stream.durable();
    if (progress) progress(state);
  };
  for (const Submission& submission : submissions) {
    state.file = submission.file.filename().string();
    const std::uint64_t added_before = stream.added();
    const auto report = take_in_file(ledger, known, submission, stream, tell, stop);
    if (!report) {
      stream.drop_after(added_before);
      if (auto finished = stream.finish(); !finished) return std::unexpected(finished.error());
      return stopped(report.error(), total);
    }
    total += *report;
    state.files = total.files;
    bytes_before += bytes_of(submission);
    tell(0, 0);
  }
  if (auto finished = stream.finish(); !finished) return std::unexpected(finished.error());
  tell(0, 0);
  return total;
}

Result<std::vector<Submission>> read_manifest(const std::filesystem::path& manifest) {
  std::ifstream in(manifest, std::ios::binary);
  if (!in) return failure(ErrorCode::not_found, fmt::format("The manifest {} cannot be read.", manifest.string()));
  std::ostringstream text;
  text << in.rdbuf();
  return parse_manifest(text.view(), manifest);
}

Result<std::vector<Submission>> parse_manifest(std::string_view text, const std::filesystem::path& manifest) {
  std::istringstream in{std::string(text)};
  std::vector<Submission> submissions;
  std::map<std::string, intake::FormatPtr> formats;
  std::string line;
  std::getline(in, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line != "file,agency,format,delivered") {
    return failure(ErrorCode::malformed,
                   fmt::format("{} line 1: the header must be file,agency,format,delivered.", manifest.string()));
  }
  for (std::uint64_t number = 2; std::getline(in, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == ',') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    const auto agency = cells.size() == 4 ? agency_named(cells[1]) : std::nullopt;
    const auto day = cells.size() == 4 ? parse_iso_date(cells[3].substr(0, 10)) : std::nullopt;
    if (!agency || !day) {
      return failure(
          ErrorCode::malformed,
          fmt::format(
              "{} line {}: wanted file,agency,format,delivered with an agency's name and a day such as 2009-03-02.",
              manifest.string(), number));
    }
    auto& format = formats[cells[2]];
    if (!format) {
      auto found = shipped_format(cells[2]);
      if (!found) return std::unexpected(found.error());
      format = *found;
    }
    // Deliveries arrive in the small hours of their day.
    const auto whole = parse_iso_instant(cells[3]);
    submissions.push_back({*agency, format, cells[2], manifest.parent_path() / cells[0],
                           whole ? *whole : Instant{start_of(*day).microseconds + 6LL * 3600 * 1'000'000}});
  }
  std::stable_sort(submissions.begin(), submissions.end(),
                   [](const Submission& a, const Submission& b) { return a.delivered < b.delivered; });
  return submissions;
}

Result<IntakeReport> retry_held_back(ledger::Ledger& ledger, Known& known, const HeldBackMend& mend) {
  const auto stored = ledger.read(mend.entry);
  if (!stored) return std::unexpected(stored.error());
  if (stored->header.kind != EntryKind::held_back) {
    return failure(ErrorCode::not_found, fmt::format("Entry {} is not a held-back row.", mend.entry));
  }
  const ledger::Ref settled = Known::settled_reference(ledger, mend.entry);
  if (known.is_settled(settled)) {
    return failure(ErrorCode::usage, fmt::format("The row of entry {} was mended before.", mend.entry));
  }
  auto row = intake::decode_held_back(stored->body);
  if (!row) return std::unexpected(row.error());
  intake::FormatPtr format = mend.format;
  if (!format) {
    auto shipped = shipped_format(row->format);
    if (!shipped) {
      return failure(
          ErrorCode::not_found,
          fmt::format("Entry {} came under a mapping of your own, '{}': give it with --map to wider held-back.",
                      mend.entry, row->format));
    }
    format = *shipped;
  }
  auto again = intake::retry(*format, *row, mend.row.empty() ? std::string_view(row->raw) : mend.row);
  if (!again) return std::unexpected(again.error());
  if (const auto* still = std::get_if<intake::HeldBackRow>(&*again)) {
    return failure(ErrorCode::malformed,
                   fmt::format("Still held back: {}: {} {}", still->column, still->reason, still->remedy));
  }
  Submission submission;
  submission.agency = row->agency;
  submission.delivered = stored->header.received;  // in a simulated hub; the ledger never lets it decrease
  std::vector<NewEntry> entries;
  EntrySink sink(
      ledger, known, submission,
      [&](std::span<NewEntry> given) {
        std::ranges::move(given, std::back_inserter(entries));
        return Result<void>();
      },
      mend.actor);
  if (auto accepted = sink.accept(std::move(std::get<intake::Accepted>(*again))); !accepted)
    return std::unexpected(accepted.error());
  entries.push_back(entry_of(EntryKind::held_back_settled, settled, mend.actor, row->agency, submission.delivered,
                             encode_settled(mend.entry, mend.by)));
  if (auto appended = ledger.append(entries); !appended) return std::unexpected(appended.error());
  known.add_settled(settled);
  return sink.report;
}

}  // namespace wider::hub
