#include "ledger/sqlite_file.hpp"

#include <fmt/core.h>

namespace wider::ledger {
namespace {

constexpr std::size_t page_bytes = 4096;  // SQLite's own default, which the files have

}  // namespace

Result<void> SqliteFile::error() const {
  const int code = sqlite3_extended_errcode(database_.get()) & 0xFF;
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table that is not there, a schema that does not parse
    case SQLITE_MISMATCH:
      return failure(ErrorCode::corrupt,
                     fmt::format("{} is damaged ({}): restore it from a backup.", name_, sqlite3_errstr(code)));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failure(ErrorCode::locked, fmt::format("Another process holds {}: stop it first.", name_));
    case SQLITE_FULL:
      return failure(ErrorCode::unavailable,
                     fmt::format("{} could not be written: the disk is full. Make room; what was acknowledged is "
                                 "safe, reading goes on, and writing does as soon as there is room.",
                                 name_));
    case SQLITE_NOMEM:
      return failure(ErrorCode::unavailable, fmt::format("{} could not be read or written: out of memory.", name_));
    default:
      return failure(ErrorCode::unreadable,
                     fmt::format("{} could not be read or written ({}).", name_, sqlite3_errstr(code)));
  }
}

std::unexpected<Error> SqliteFile::damaged() const {
  return failure(ErrorCode::corrupt, fmt::format("{} is damaged: restore it from a backup.", name_));
}

Result<void> SqliteFile::open(const std::filesystem::path& path, bool create, const SqliteOptions& options) {
  name_ = path.filename().string();
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
  const int opened = sqlite3_open_v2(path.c_str(), &raw, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  database_.reset(raw);
  if (opened == SQLITE_NOMEM)
    return failure(ErrorCode::unavailable, fmt::format("{} could not be opened: out of memory.", name_));
  if (opened != SQLITE_OK)
    return failure(ErrorCode::not_found, fmt::format("{} could not be opened: is this a hub?", path.string()));
  // EXCLUSIVE before the first access: no shared memory, no second connection, and the WAL index stays in this
  // process.
  for (const char* line : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL",
                           options.synchronous ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF",
                           "PRAGMA secure_delete=ON", "PRAGMA cache_size=-32768", "PRAGMA cell_size_check=ON"})
    if (auto done = run(line); !done) return done;
  // In place of SQLite's own automatic checkpoint, which would come in the middle of whichever commit is the next.
  sqlite3_wal_hook(database_.get(), note_log_pages, &log_pages_);
  return {};
}

Result<void> SqliteFile::check_application(int application) {
  auto select = prepare("PRAGMA application_id");
  if (!select) return std::unexpected(select.error());
  if (sqlite3_step(select->get()) != SQLITE_ROW) return error();
  if (sqlite3_column_int(select->get(), 0) != application)
    return failure(ErrorCode::corrupt, fmt::format("{} is not what its name says: bring back the right file.", name_));
  return {};
}

Result<int> SqliteFile::format() {
  auto select = prepare("PRAGMA user_version");
  if (!select) return std::unexpected(select.error());
  if (sqlite3_step(select->get()) != SQLITE_ROW) return std::unexpected(error().error());
  return sqlite3_column_int(select->get(), 0);
}

Result<void> SqliteFile::make(const std::string& schema, std::string_view identity) {
  if (auto done = run(schema.c_str()); !done) return done;
  auto insert = prepare("INSERT INTO meta VALUES(1, ?1)");
  if (!insert) return std::unexpected(insert.error());
  set(insert->get(), 1, identity);
  if (auto done = step(insert->get()); !done) return done;
  if (auto done = run("COMMIT"); !done) return done;
  return run("PRAGMA wal_checkpoint(TRUNCATE)");
}

Result<std::string> SqliteFile::identity() {
  auto select = prepare("SELECT identity FROM meta WHERE id=1");
  if (!select) return std::unexpected(select.error());
  const int done = sqlite3_step(select->get());
  if (done != SQLITE_ROW && done != SQLITE_DONE) return std::unexpected(error().error());
  if (done == SQLITE_DONE) return damaged();
  return std::string(blob(select->get(), 0));
}

std::size_t SqliteFile::log_bytes() const {
  return static_cast<std::size_t>(log_pages_.load()) * page_bytes;
}

Result<void> SqliteFile::checkpoint() {
  log_pages_ = 0;
  return sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) == SQLITE_OK
             ? Result<void>()
             : error();
}

Result<void> SqliteFile::recover() {
  if (sqlite3_get_autocommit(database_.get()) == 0)
    if (auto done = run("ROLLBACK"); !done) return done;
  return checkpoint();
}

Result<void> SqliteFile::run(const char* line) {
  return sqlite3_exec(database_.get(), line, nullptr, nullptr, nullptr) == SQLITE_OK ? Result<void>() : error();
}

Result<Prepared> SqliteFile::prepare(std::string_view line) {
  sqlite3_stmt* raw = nullptr;
  const int done = sqlite3_prepare_v3(database_.get(), line.data(), static_cast<int>(line.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (done != SQLITE_OK) return std::unexpected(error().error());
  return Prepared(raw);
}

Result<void> SqliteFile::step(sqlite3_stmt* statement) {
  const int done = sqlite3_step(statement);
  Result<void> result;
  if (done != SQLITE_DONE) result = error();
  sqlite3_reset(statement);
  return result;
}

int SqliteFile::note_log_pages(void* log_pages, sqlite3* /*database*/, const char* /*name*/, int pages) {
  *static_cast<std::atomic<int>*>(log_pages) = pages;
  return SQLITE_OK;
}

void set(sqlite3_stmt* statement, int at, std::uint64_t value) {
  sqlite3_bind_int64(statement, at, static_cast<sqlite3_int64>(value));
}
void set(sqlite3_stmt* statement, int at, std::string_view bytes) {
  sqlite3_bind_blob64(statement, at, bytes.data(), bytes.size(), SQLITE_STATIC);
}
std::string_view blob(sqlite3_stmt* statement, int column) {
  const void* bytes = sqlite3_column_blob(statement, column);
  const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
  return bytes == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(bytes), length);
}
std::uint64_t number(sqlite3_stmt* statement, int column) {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement, column));
}

}  // namespace wider::ledger
