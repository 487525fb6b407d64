#include "hub/taking_in.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "hub/data.hpp"
#include "hub/projection.hpp"
#include "records/encoding.hpp"

namespace wider::hub {
namespace {

using ledger::EntryKind;
using ledger::NewEntry;

constexpr std::size_t group_size = 4096;

ledger::Regime regime_of(Agency agency) {
  const bool law_enforcement = agency == Agency::police || agency == Agency::prosecution || agency == Agency::probation;
  return law_enforcement ? ledger::Regime::dpa_part_3 : ledger::Regime::uk_gdpr;
}

ledger::Gateway gateway_of(Agency agency) {
  return regime_of(agency) == ledger::Regime::dpa_part_3 ? ledger::Gateway::crime_and_disorder_act_1998_s115
                                                         : ledger::Gateway::children_act_2004_s11;
}

// Appends groups in a thread of its own, so that the next rows are read while the last ones become durable.
class Appender {
 public:
  explicit Appender(ledger::Ledger& ledger) : ledger_(ledger), thread_([this] { run(); }) {}
  ~Appender() { (void)finish(); }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;

  // Hands a group over; waits while another is still being written. The first failure is said from then on.
  Result<void> append(std::vector<NewEntry>&& group) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_ || failed_; });
    if (failed_) return std::unexpected(*failed_);
    waiting_ = std::move(group);
    changed_.notify_all();
    return {};
  }
  Result<void> finish() {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return (!waiting_ && !writing_) || failed_; });
      done_ = true;
      changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
    if (failed_) return std::unexpected(*failed_);
    return {};
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return waiting_ || done_; });
      if (!waiting_) return;
      const std::vector<NewEntry> group = std::move(*waiting_);
      waiting_.reset();
      writing_ = true;
      changed_.notify_all();
      lock.unlock();
      const auto appended = ledger_.append(group);
      lock.lock();
      writing_ = false;
      if (!appended) failed_ = appended.error();
      changed_.notify_all();
      if (failed_) return;
    }
  }

  ledger::Ledger& ledger_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::vector<NewEntry>> waiting_;
  bool writing_ = false;
  bool done_ = false;
  std::optional<Error> failed_;
  std::thread thread_;
};

// Turns what intake yields into entries, leaving out what the ledger has already.
class EntrySink final : public intake::Sink {
 public:
  EntrySink(ledger::Ledger& ledger, Known& known, const Submission& submission, ledger::Ref actor = {})
      : ledger_(ledger), known_(known), submission_(submission), actor_(actor), appender_(ledger) {}

  Result<void> accept(intake::Accepted&& row) override {
    bool anything_new = false;
    for (const Record& record : row.records) {
      std::string body = encode_content(record);
      const auto reference =
          Known::reference(ledger_, fmt::format("record|{}|{}", name_of(record.agency), record_name(record)), body);
      append_origin(body, record.origin);
      anything_new = put(EntryKind::record, record.agency, reference, std::move(body)) || anything_new;
    }
    for (const auto& stated : row.protected_characteristics) {
      std::string body = encode(stated);
      const auto reference =
          Known::reference(ledger_, fmt::format("protected|{}|{}", name_of(stated.agency), stated.mention), body);
      anything_new = put(EntryKind::protected_record, stated.agency, reference, std::move(body)) || anything_new;
    }
    ++(anything_new ? report.accepted : report.already_had);
    ++report.read;
    return flush_if_full();
  }

  Result<void> hold_back(intake::HeldBackRow&& row) override {
    // A row held back once is not held back again when its file comes again, whatever line it stands on then.
    const auto reference =
        Known::reference(ledger_, fmt::format("held|{}|{}|{}", name_of(row.agency), row.format, row.raw), row.reason);
    const bool is_new = put(EntryKind::held_back, row.agency, reference, intake::encode(row));
    ++(is_new ? report.held_back : report.already_had);
    ++report.read;
    return flush_if_full();
  }

  bool put(EntryKind kind, Agency agency, const ledger::Ref& reference, std::string&& body) {
    if (known_.has(reference)) return false;
    known_.add(reference);
    NewEntry& entry = group_.emplace_back();
    entry.kind = kind;
    entry.reference = reference;
    entry.actor = actor_;
    entry.controller = agency;
    entry.regime = regime_of(agency);
    entry.gateway = gateway_of(agency);
    entry.received = submission_.delivered;
    entry.body = std::move(body);
    ++report.entries;
    return true;
  }

  Result<void> finish() {
    if (!group_.empty()) {
      if (auto handed = appender_.append(std::exchange(group_, {})); !handed) return handed;
    }
    return appender_.finish();
  }

  IntakeReport report;

 private:
  Result<void> flush_if_full() {
    if (group_.size() < group_size) return {};
    return appender_.append(std::exchange(group_, {}));
  }

  ledger::Ledger& ledger_;
  Known& known_;
  const Submission& submission_;
  ledger::Ref actor_;
  std::vector<NewEntry> group_;
  Appender appender_;
};

std::uint64_t half(const ledger::Ref& reference, std::size_t offset) {
  std::uint64_t value = 0;
  std::memcpy(&value, reference.data() + offset, sizeof(value));
  return value;
}

}  // namespace

IntakeReport& IntakeReport::operator+=(const IntakeReport& other) {
  read += other.read;
  accepted += other.accepted;
  held_back += other.held_back;
  already_had += other.already_had;
  entries += other.entries;
  files += other.files;
  return *this;
}

Result<Known> Known::of(ledger::Ledger& ledger) {
  Known known;
  known.latest_.reserve(ledger.size());
  const auto read = ledger.read_headers(1, ledger.size(), [&](const ledger::Header& header) {
    const bool of_a_row = header.kind == EntryKind::record || header.kind == EntryKind::protected_record ||
                          header.kind == EntryKind::held_back;
    if (of_a_row) known.add(header.reference);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return known;
}

ledger::Ref Known::reference(const ledger::Ledger& ledger, std::string_view name, std::string_view content) {
  const ledger::Ref name_hash = ledger.keyed_reference(name);
  const ledger::Ref content_hash = ledger.keyed_reference(content);
  ledger::Ref reference;
  std::copy_n(name_hash.begin(), 8, reference.begin());
  std::copy_n(content_hash.begin(), 8, reference.begin() + 8);
  return reference;
}

bool Known::has(const ledger::Ref& reference) const {
  const auto found = latest_.find(half(reference, 0));
  return found != latest_.end() && found->second == half(reference, 8);
}

void Known::add(const ledger::Ref& reference) { latest_[half(reference, 0)] = half(reference, 8); }

Result<IntakeReport> take_in(ledger::Ledger& ledger, Known& known, const Submission& submission, const IntakeProgress& progress) {
  EntrySink sink(ledger, known, submission);
  intake::ReadOptions options;
  options.file_name = submission.file.filename().string();
  options.agency = submission.agency;
  if (progress) {
    options.progress = [&](std::uint64_t bytes) { progress(options.file_name, sink.report.read, bytes); };
  }
  const auto counts = intake::read_file(*submission.format, submission.file, options, sink);
  const auto finished = sink.finish();
  if (!counts) return std::unexpected(counts.error());
  if (!finished) return std::unexpected(finished.error());
  sink.report.files = 1;
  if (sink.report.entries > 0) {
    NewEntry whole;
    whole.kind = EntryKind::submission;
    whole.controller = submission.agency;
    whole.regime = regime_of(submission.agency);
    whole.received = submission.delivered;
    whole.body = nlohmann::json{{"file", options.file_name},
                                {"format", submission.format_name},
                                {"read", sink.report.read},
                                {"accepted", sink.report.accepted},
                                {"held_back", sink.report.held_back},
                                {"already_had", sink.report.already_had}}
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (const auto appended = ledger.append(std::span(&whole, 1)); !appended) return std::unexpected(appended.error());
  }
  return sink.report;
}

Result<std::vector<Submission>> read_manifest(const std::filesystem::path& manifest) {
  std::ifstream in(manifest);
  if (!in) return failure(ErrorCode::not_found, fmt::format("The manifest {} cannot be read.", manifest.string()));
  std::vector<Submission> submissions;
  std::map<std::string, intake::FormatPtr> formats;
  std::string line;
  std::getline(in, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line != "file,agency,format,delivered") {
    return failure(ErrorCode::malformed, fmt::format("{} line 1: the header must be file,agency,format,delivered.", manifest.string()));
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
      return failure(ErrorCode::malformed,
                     fmt::format("{} line {}: wanted file,agency,format,delivered with an agency's name and a day such as 2009-03-02.",
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

Result<IntakeReport> retry_held_back(ledger::Ledger& ledger, Known& known, std::uint64_t entry, std::string_view mended_row,
                                     const ledger::Ref& actor) {
  const auto stored = ledger.read(entry);
  if (!stored) return std::unexpected(stored.error());
  if (stored->header.kind != EntryKind::held_back) {
    return failure(ErrorCode::not_found, fmt::format("Entry {} is not a held-back row.", entry));
  }
  auto row = intake::decode_held_back(stored->body);
  if (!row) return std::unexpected(row.error());
  const auto format = shipped_format(row->format);
  if (!format) return std::unexpected(format.error());
  auto again = intake::retry(**format, *row, mended_row.empty() ? std::string_view(row->raw) : mended_row);
  if (!again) return std::unexpected(again.error());
  if (const auto* still = std::get_if<intake::HeldBackRow>(&*again)) {
    return failure(ErrorCode::malformed, fmt::format("Still held back: {}: {} {}", still->column, still->reason, still->remedy));
  }
  Submission submission;
  submission.agency = row->agency;
  submission.delivered = stored->header.received;  // in a simulated hub; the ledger never lets it decrease
  EntrySink sink(ledger, known, submission, actor);
  if (auto accepted = sink.accept(std::move(std::get<intake::Accepted>(*again))); !accepted) return std::unexpected(accepted.error());
  sink.put(EntryKind::held_back_settled, row->agency, ledger::random_ref(), encode_settled(entry));
  if (auto finished = sink.finish(); !finished) return std::unexpected(finished.error());
  return sink.report;
}

}  // namespace wider::hub
