// Reading whole files and mending single rows: the same for every format.
#include "intake/intake.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.hpp"
#include "intake/format.hpp"
#include "records/tagged.hpp"

namespace wider::intake {
namespace {

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] bool good() const { return descriptor_ >= 0; }
  [[nodiscard]] bool is_folder() const {
    struct stat status{};
    return ::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode);
  }
  [[nodiscard]] bool rewind() const { return ::lseek(descriptor_, 0, SEEK_SET) == 0; }
  // Negative: errno says why.
  [[nodiscard]] ssize_t read(std::span<char> buffer) const {
    while (true) {
      const ssize_t got = ::read(descriptor_, buffer.data(), buffer.size());
      if (got >= 0 || errno != EINTR) return got;
    }
  }

 private:
  int descriptor_;
};

ByteSource with_progress(const ByteSource& source, const std::function<void(std::uint64_t)>& progress) {
  if (!progress) return source;
  return [&source, &progress, done = std::uint64_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const auto got = source(buffer);
    if (!got) return got;
    const std::uint64_t before = done;
    done += *got;
    if (before >> 20 != done >> 20 || (*got == 0 && done > 0)) progress(done);
    return got;
  };
}

// Keeps the one row that a mended file gives.
class OneRow final : public Sink {
 public:
  Result<void> accept(Accepted&& row) override {
    result_ = std::move(row);
    return {};
  }
  Result<void> hold_back(HeldBackRow&& row) override {
    result_ = std::move(row);
    return {};
  }
  Retried take() { return std::move(result_); }

 private:
  Retried result_;
};

enum HeldBackTag : std::uint8_t {
  agency_tag = 1,
  format_tag,
  file_tag,
  row_tag,
  column_tag,
  reason_tag,
  remedy_tag,
  raw_tag,
  header_tag
};

}  // namespace

FormatName describe(const Format& format) {
  return format.name();
}

Result<Counts> read_stream(const Format& format, const ByteSource& source, const ReadOptions& options, Sink& sink) {
  return format.read(with_progress(source, options.progress), options, sink);
}

Result<Counts> read_file(const Format& format, const std::filesystem::path& path, const ReadOptions& options,
                         Sink& sink) {
  ReadOptions named = options;
  if (named.file_name.empty()) named.file_name = path.filename().string();
  const OpenFile file(path);
  if (!file.good() || file.is_folder()) {
    const bool missing = !file.good() && errno == ENOENT;
    const char* why = missing       ? "there is no such file"
                      : file.good() ? "this is a folder"
                                    : "the file cannot be opened";
    return failure(missing ? ErrorCode::not_found : ErrorCode::unreadable,
                   fmt::format("{}: {}; check its name and permissions", named.file_name, why));
  }
  const ByteSource source = [&](std::span<char> buffer) -> Result<std::size_t> {
    const ssize_t got = file.read(buffer);
    if (got < 0) return failure(ErrorCode::unreadable, fmt::format("{}: {}", named.file_name, std::strerror(errno)));
    return static_cast<std::size_t>(got);
  };
  if (auto checked = format.check(source, named); !checked) return std::unexpected(checked.error());
  if (!file.rewind()) {
    return failure(ErrorCode::unreadable,
                   fmt::format("{}: it cannot be read twice (a pipe?); save it to a file first", named.file_name));
  }
  return read_stream(format, source, named, sink);
}

Result<Retried> retry(const Format& format, const HeldBackRow& held, std::string_view mended_raw) {
  const std::string file = format.file_of(held, mended_raw);
  const ByteSource source = [&file, at = std::size_t{0}](std::span<char> buffer) mutable -> Result<std::size_t> {
    const std::size_t length = std::min(buffer.size(), file.size() - at);
    std::memcpy(buffer.data(), file.data() + at, length);
    at += length;
    return length;
  };
  OneRow sink;
  const ReadOptions options{.file_name = held.file, .agency = held.agency, .progress = {}};
  const auto counts = read_stream(format, source, options, sink);
  if (!counts) return std::unexpected(counts.error());
  if (counts->read != 1) {
    return failure(ErrorCode::usage, fmt::format("the mended text is {} rows; give exactly one", counts->read));
  }
  Retried retried = sink.take();
  if (auto* accepted = std::get_if<Accepted>(&retried)) {
    for (Record& record : accepted->records) record.origin = {held.file, held.row};
  } else {
    HeldBackRow& again = std::get<HeldBackRow>(retried);
    again.row = held.row;
    again.header = held.header;
  }
  return retried;
}

std::string encode(const HeldBackRow& row) {
  TaggedWriter out;
  out.number(agency_tag, static_cast<std::uint64_t>(row.agency));
  out.text(format_tag, row.format);
  out.text(file_tag, row.file);
  out.number(row_tag, row.row);
  out.text(column_tag, row.column);
  out.text(reason_tag, row.reason);
  out.text(remedy_tag, row.remedy);
  out.text(raw_tag, row.raw);
  out.text(header_tag, row.header);
  return out.take();
}

Result<HeldBackRow> decode_held_back(std::string_view bytes) {
  HeldBackRow row;
  bool ok = true;
  TaggedReader in(bytes);
  while (const auto field = in.next()) {
    switch (field->tag) {
      case agency_tag:
        ok = ok && field->number() < agency_count;
        if (ok) row.agency = static_cast<Agency>(field->number());
        break;
      case format_tag:
        row.format = field->text();
        break;
      case file_tag:
        row.file = field->text();
        break;
      case row_tag:
        row.row = field->number();
        break;
      case column_tag:
        row.column = field->text();
        break;
      case reason_tag:
        row.reason = field->text();
        break;
      case remedy_tag:
        row.remedy = field->text();
        break;
      case raw_tag:
        row.raw = field->text();
        break;
      case header_tag:
        row.header = field->text();
        break;
      default:
        break;  // of a later version
    }
  }
  if (!ok || !in.ok()) return failure(ErrorCode::corrupt, "a stored held-back row does not follow its format");
  return row;
}

}  // namespace wider::intake
