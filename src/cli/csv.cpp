#include "cli/csv.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "cli/spill.hpp"

namespace wider::cli {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string base_name(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

Result<FileText> FileText::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return failure(ErrorCode::not_found, fmt::format("{}: there is no such file, or it may not be read.", path));
  struct stat about{};
  FileText text;
  if (::fstat(file, &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0) {
    void* mapped = ::mmap(nullptr, static_cast<std::size_t>(about.st_size), PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped != MAP_FAILED) {
      text.mapped_ = mapped;
      text.size_ = static_cast<std::size_t>(about.st_size);
      ::madvise(mapped, text.size_, MADV_WILLNEED);
      spill_also(mapped, text.size_);
      ::close(file);
      return text;
    }
  }
  std::array<char, 1U << 16> buffer{};
  for (;;) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got == 0) break;
    if (got < 0) {
      ::close(file);
      return failure(ErrorCode::unreadable, fmt::format("{}: reading failed.", path));
    }
    text.read_->append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(file);
  return text;
}

FileText& FileText::operator=(FileText&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(size_, other.size_);
  std::swap(read_, other.read_);
  return *this;
}

FileText::~FileText() {
  if (mapped_ == nullptr) return;
  spill_no_more(mapped_);
  ::munmap(mapped_, size_);
}

Result<std::string> read_whole(const std::string& path) {
  const auto text = FileText::open(path);
  if (!text) return std::unexpected(text.error());
  std::string_view view = text->view();
  if (view.starts_with("\xEF\xBB\xBF")) view.remove_prefix(3);
  if (view.find('\0') != std::string_view::npos)
    return failure(ErrorCode::malformed, fmt::format("{}: this is not a text file.", path));
  return std::string(view);
}

bool CsvReader::next(std::vector<std::string_view>& fields) {
  if (at_ >= text_.size()) return false;
  made_.clear();
  fields.clear();
  line_ = next_line_;
  bool more = true;
  while (more) more = field(fields.emplace_back());
  return true;
}

bool CsvReader::field(std::string_view& into) {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t') && text_[at_] != separator_) ++at_;
  std::string_view quoted_part;
  if (at_ < text_.size() && text_[at_] == '"') quoted_part = quoted();
  const std::size_t from = at_;
  while (at_ < text_.size() && !ends_field_[static_cast<unsigned char>(text_[at_])]) ++at_;
  into = trimmed(text_.substr(from, at_ - from));
  if (!quoted_part.empty()) into = into.empty() ? quoted_part : keep(std::string(quoted_part) + std::string(into));
  if (at_ >= text_.size()) return false;
  const bool more = text_[at_] == separator_;
  if (!more) ++next_line_;
  ++at_;
  return more;
}

std::string_view CsvReader::quoted() {
  const std::size_t from = ++at_;
  std::string doubled;  // what stands before the last doubled quote
  std::size_t piece = from;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
        const std::string_view last = text_.substr(piece, at_ - piece);
        ++at_;
        return piece == from ? last : keep(doubled.append(last));
      }
      doubled.append(text_.substr(piece, at_ + 1 - piece));
      piece = ++at_ + 1;
    } else if (text_[at_] == '\n') {
      ++next_line_;
    }
  }
  broken = true;
  const std::string_view rest = text_.substr(piece);
  return piece == from ? rest : keep(doubled.append(rest));
}
char separator_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char candidate : {';', '\t', '|'}) {
    if (std::count(first.begin(), first.end(), candidate) > std::count(first.begin(), first.end(), best))
      best = candidate;
  }
  return best;
}

std::string csv_field(std::string_view text) {
  // Blanks at an end are quoted too, since a reader may take them for layout, as the one above does.
  if (text.find_first_of(",\"\n\r") == std::string_view::npos && trimmed(text) == text) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

Result<void> write_whole(const std::string& path, std::string_view text) {
  WholeFile file(path);
  file.append(text);
  return file.finish();
}
Result<void> write_whole(const std::string& path, std::span<const std::string> pieces) {
  WholeFile file(path);
  for (const std::string& piece : pieces) file.append(piece);
  return file.finish();
}

WholeFile::WholeFile(std::string path)
    : path_(std::move(path)), beside_(path_ + ".part"), out_(beside_, std::ios::binary) {}

WholeFile::~WholeFile() {
  if (!finished_) std::remove(beside_.c_str());
}

Result<void> WholeFile::finish() {
  out_.flush();
  const bool written = static_cast<bool>(out_);
  out_.close();
  if (!written || std::rename(beside_.c_str(), path_.c_str()) != 0)
    return failure(ErrorCode::unreadable, fmt::format("{}: it cannot be written.", path_));
  finished_ = true;
  return {};
}

namespace {

// Which of two rows of one id stands first, and that id's row again; nothing when all are different. The ids are
// compared where their hashes are the same.
struct Twice {
  std::uint32_t first, again;
};
std::optional<Twice> find_twice(const std::vector<std::string_view>& ids) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> hashed(ids.size());
  bool ascending = true;
  for (std::uint32_t i = 1; i < ids.size(); ++i) ascending = ascending && ids[i - 1] < ids[i];
  if (ascending) return std::nullopt;
  for (std::uint32_t i = 0; i < ids.size(); ++i) hashed[i] = {hash_bytes(ids[i]), i};
  std::sort(hashed.begin(), hashed.end());
  std::optional<Twice> found;
  for (std::size_t i = 0; i < hashed.size(); ++i) {
    for (std::size_t j = i + 1; j < hashed.size() && hashed[j].first == hashed[i].first; ++j) {
      const std::uint32_t first = hashed[i].second, again = hashed[j].second;
      if (ids[first] == ids[again] && (!found || again < found->again)) found = {first, again};
    }
  }
  return found;
}

}  // namespace

Result<void> read_identified_rows(const std::string& path, const std::string& id_column,
                                  const IdentifiedRows& reading) {
  const auto text = read_whole(path);
  if (!text) return std::unexpected(text.error());
  CsvReader reader(*text, separator_of(*text));
  std::vector<std::string_view> fields;
  if (!reader.next(fields))
    return failure(ErrorCode::malformed,
                   fmt::format("{}: the file is empty; give one with a line of column names and rows.", path));
  const std::vector<std::string> header(fields.begin(), fields.end());
  const auto id_at = static_cast<std::size_t>(std::find(header.begin(), header.end(), id_column) - header.begin());
  if (id_at == header.size())
    return failure(ErrorCode::malformed, fmt::format("{}: there is no column {} (--id); the columns are: {}.", path,
                                                     id_column, fmt::join(header, ", ")));
  if (const auto accepted = reading.on_header(header); !accepted) return accepted;
  std::vector<std::string_view> ids;  // of the text, or of kept_ids
  std::deque<std::string> kept_ids;
  std::vector<std::uint64_t> lines;
  const auto in_text = [&](std::string_view field) {
    return field.data() >= text->data() && field.data() < text->data() + text->size();
  };
  while (reader.next(fields)) {
    if (reader.broken)
      return failure(
          ErrorCode::malformed,
          fmt::format("{}, row {}: a quoted field is not closed; end it with a quotation mark.", path, reader.line()));
    if (fields.size() == 1 && fields[0].empty()) continue;
    if (fields.size() != header.size()) {
      return failure(
          ErrorCode::malformed,
          fmt::format("{}, row {}: {} fields where the header has {}; put a field with a separator in it in quotes.",
                      path, reader.line(), fields.size(), header.size()));
    }
    const std::string_view id = fields[id_at];
    if (id.empty())
      return failure(ErrorCode::malformed,
                     fmt::format("{}, row {}, column {}: the id is empty; each row needs its own.", path, reader.line(),
                                 id_column));
    ids.push_back(in_text(id) ? id : std::string_view(kept_ids.emplace_back(id)));
    lines.push_back(reader.line());
    reading.on_row(id, fields);
  }
  if (ids.empty())
    return failure(ErrorCode::malformed, fmt::format("{}: there is a header and no row; give a file with rows.", path));
  if (const auto twice = find_twice(ids)) {
    return failure(ErrorCode::malformed, fmt::format("{}, row {}, column {}: the id stands in row {} already; ids must "
                                                     "be unique in a file: take the row out or give it another.",
                                                     path, lines[twice->again], id_column, lines[twice->first]));
  }
  return {};
}

Result<void> check_file_names(const std::vector<std::string>& files) {
  if (files.empty()) return failure(ErrorCode::usage, "Give at least one CSV file.");
  std::set<std::string> names;
  for (const std::string& file : files) {
    if (!names.insert(base_name(file)).second)
      return failure(ErrorCode::usage,
                     fmt::format("Two files are named {}; sources must have different names.", base_name(file)));
  }
  return {};
}

}  // namespace wider::cli
