#include "ledger/sqlite_store.hpp"

#include <algorithm>
#include <array>
#include <atomic>

#include <fmt/core.h>
#include <sqlite3.h>

#include "base/check.hpp"
#include "ledger/files.hpp"

namespace wider::ledger {
namespace {

constexpr int ledger_application = 0x57504C31;  // "WPL1"
constexpr int keys_application = 0x57504B31;    // "WPK1"
constexpr std::size_t page_bytes = 4096;        // SQLite's own default, which both files have

struct Closer {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, Closer>;
using Prepared = std::unique_ptr<sqlite3_stmt, Closer>;

std::unexpected<Error> sqlite_error(sqlite3* database, std::string_view file) {
  const int code = sqlite3_extended_errcode(database) & 0xFF;
  switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // a table that is not there, a schema that does not parse
    case SQLITE_MISMATCH:
      return failure(ErrorCode::corrupt,
                     fmt::format("{} is damaged ({}): restore it from a backup.", file, sqlite3_errstr(code)));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return failure(ErrorCode::locked, fmt::format("Another process holds {}: stop it first.", file));
    case SQLITE_FULL:
    case SQLITE_NOMEM:
      return failure(ErrorCode::unavailable,
                     fmt::format("{} could not be written ({}): make room.", file, sqlite3_errstr(code)));
    default:
      return failure(ErrorCode::unreadable,
                     fmt::format("{} could not be read or written ({}).", file, sqlite3_errstr(code)));
  }
}

// One file and its statements' shared habits.
class File {
 public:
  Result<void> open(const std::filesystem::path& path, bool create, const SqliteOptions& options) {
    name_ = path.filename().string();
    sqlite3* raw = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    const int opened = sqlite3_open_v2(path.c_str(), &raw, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
    database_.reset(raw);
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

  // Of the write-ahead log after the last commit, as far as it is not in the file yet.
  [[nodiscard]] std::size_t log_bytes() const { return static_cast<std::size_t>(log_pages_.load()) * page_bytes; }
  // Moves the write-ahead log into the file and makes that durable.
  Result<void> checkpoint() {
    log_pages_ = 0;
    return sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) == SQLITE_OK
               ? Result<void>()
               : error();
  }

  Result<void> run(const char* line) {
    return sqlite3_exec(database_.get(), line, nullptr, nullptr, nullptr) == SQLITE_OK ? Result<void>() : error();
  }

  Result<Prepared> prepare(std::string_view line) {
    sqlite3_stmt* raw = nullptr;
    const int done = sqlite3_prepare_v3(database_.get(), line.data(), static_cast<int>(line.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (done != SQLITE_OK) return std::unexpected(error().error());
    return Prepared(raw);
  }

  // Runs a statement that gives no rows.
  Result<void> step(sqlite3_stmt* statement) {
    const int done = sqlite3_step(statement);
    Result<void> result;
    if (done != SQLITE_DONE) result = error();
    sqlite3_reset(statement);
    return result;
  }

  [[nodiscard]] Result<void> error() { return sqlite_error(database_.get(), name_); }
  [[nodiscard]] sqlite3* get() const { return database_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  static int note_log_pages(void* log_pages, sqlite3*, const char*, int pages) {
    *static_cast<std::atomic<int>*>(log_pages) = pages;
    return SQLITE_OK;
  }

  std::string name_;
  std::atomic<int> log_pages_ = 0;
  Database database_;
};

void set(sqlite3_stmt* statement, int at, std::uint64_t value) {
  sqlite3_bind_int64(statement, at, static_cast<sqlite3_int64>(value));
}
// The bytes must live until the statement is reset.
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

std::unexpected<Error> damaged(const std::string& file) {
  return failure(ErrorCode::corrupt, fmt::format("{} is damaged: restore it from a backup.", file));
}

class SqliteStore final : public Store {
 public:
  Result<void> create(const std::filesystem::path& folder, const std::string& identity, const SqliteOptions& options) {
    if (auto done = keys_.open(folder / "keys.db", true, options); !done) return done;
    if (auto done = ledger_.open(folder / "ledger.db", true, options); !done) return done;
    const std::string keys_schema = fmt::format(
        "BEGIN; PRAGMA application_id={}; CREATE TABLE meta(id INTEGER PRIMARY KEY, identity BLOB NOT NULL);"
        "CREATE TABLE keys(first INTEGER PRIMARY KEY, slots BLOB NOT NULL);",
        keys_application);
    const std::string ledger_schema = fmt::format(
        "BEGIN; PRAGMA application_id={}; CREATE TABLE meta(id INTEGER PRIMARY KEY, identity BLOB NOT NULL);"
        "CREATE TABLE packs(first INTEGER PRIMARY KEY, rows BLOB NOT NULL, root BLOB NOT NULL, tag BLOB NOT NULL);"
        "CREATE TABLE chunks(chunk INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
        "CREATE TABLE bodies(sequence INTEGER PRIMARY KEY, body BLOB NOT NULL);",
        ledger_application);
    for (auto& [file, schema] : {std::pair{&keys_, &keys_schema}, std::pair{&ledger_, &ledger_schema}}) {
      if (auto done = file->run(schema->c_str()); !done) return done;
      auto insert = file->prepare("INSERT INTO meta VALUES(1, ?1)");
      if (!insert) return std::unexpected(insert.error());
      set(insert->get(), 1, identity);
      if (auto done = file->step(insert->get()); !done) return done;
      if (auto done = file->run("COMMIT"); !done) return done;
      if (auto done = file->run("PRAGMA wal_checkpoint(TRUNCATE)"); !done) return done;
    }
    return prepare();
  }

  Result<void> open(const std::filesystem::path& folder, std::string& identity, const SqliteOptions& options) {
    std::array<std::string, 2> identities;
    for (auto& [file, name, application, found] :
         {std::tuple{&keys_, "keys.db", keys_application, &identities[0]},
          std::tuple{&ledger_, "ledger.db", ledger_application, &identities[1]}}) {
      if (auto done = file->open(folder / name, false, options); !done) return done;
      if (auto done = check_application(*file, application); !done) return done;
      auto select = file->prepare("SELECT identity FROM meta WHERE id=1");
      if (!select) return std::unexpected(select.error());
      const int done = sqlite3_step(select->get());
      if (done != SQLITE_ROW && done != SQLITE_DONE) return file->error();
      if (done == SQLITE_DONE) return damaged(file->name());
      *found = blob(select->get(), 0);
    }
    if (identities[0] != identities[1])
      return failure(ErrorCode::corrupt, "keys.db and ledger.db do not belong to one hub: bring back the two that do.");
    identity = identities[1];
    return prepare();
  }

  Result<void> append_group(const Group& group) override {
    if (auto done = append_keys(group); !done) {
      (void)keys_.run("ROLLBACK");
      return done;
    }
    if (auto done = append_rows(group); !done) {
      (void)ledger_.run("ROLLBACK");
      return done;
    }
    return {};
  }

  Result<Block> read_range(std::uint64_t first, std::uint64_t last, Parts parts) override {
    Block block;
    block.first_body = first;
    if (auto done = read_packs(first, last, block); !done) return std::unexpected(done.error());
    if (parts == Parts::headers) return block;
    if (auto done = read_slots(block); !done) return std::unexpected(done.error());
    if (auto done = read_bodies(first, last, block); !done) return std::unexpected(done.error());
    return block;
  }

  Result<Block> read_body(std::uint64_t sequence) override { return read_range(sequence, sequence, Parts::everything); }

  Result<void> erase_key(std::uint64_t pack_first, std::uint64_t sequence, std::string_view slot) override {
    CHECK(slot.size() == key_slot_size && sequence >= pack_first);
    // In place, so that the page itself is overwritten; then the write-ahead log, which may hold the old page, is
    // truncated.
    sqlite3_blob* raw = nullptr;
    const int opened =
        sqlite3_blob_open(keys_.get(), "main", "keys", "slots", static_cast<sqlite3_int64>(pack_first), 1, &raw);
    const auto at = static_cast<int>((sequence - pack_first) * key_slot_size);
    bool done =
        opened == SQLITE_OK && sqlite3_blob_write(raw, slot.data(), static_cast<int>(slot.size()), at) == SQLITE_OK;
    done = (raw == nullptr || sqlite3_blob_close(raw) == SQLITE_OK) && done;
    if (!done) return keys_.error();
    return keys_.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  Result<StoreHead> head() override {
    StoreHead head;
    auto last = ledger_.prepare("SELECT first FROM packs ORDER BY first DESC LIMIT 1");
    if (!last) return std::unexpected(last.error());
    int done = sqlite3_step(last->get());
    if (done == SQLITE_ROW) {
      Block block;
      const std::uint64_t first = number(last->get(), 0);
      if (auto read = read_packs(first, first, block); !read) return std::unexpected(read.error());
      if (block.packs.empty()) return damaged(ledger_.name());
      head.last_pack = block.packs.back();
      head.size = head.last_pack.last();
    } else if (done != SQLITE_DONE) {
      return std::unexpected(ledger_.error().error());
    }
    auto chunks = ledger_.prepare("SELECT chunk, hash FROM chunks ORDER BY chunk");
    if (!chunks) return std::unexpected(chunks.error());
    while ((done = sqlite3_step(chunks->get())) == SQLITE_ROW) {
      if (number(chunks->get(), 0) != head.chunks.size() || blob(chunks->get(), 1).size() != 32)
        return damaged(ledger_.name());
      head.chunks.push_back(digest_of(blob(chunks->get(), 1)));
    }
    if (done != SQLITE_DONE) return std::unexpected(ledger_.error().error());
    if (auto checked = check_keys(head.last_pack); !checked) return std::unexpected(checked.error());
    return head;
  }

  [[nodiscard]] std::size_t log_bytes() const override { return std::max(keys_.log_bytes(), ledger_.log_bytes()); }

  Result<void> fold(std::size_t from_bytes) override {
    for (File* file : {&keys_, &ledger_}) {
      if (file->log_bytes() < from_bytes) continue;
      if (auto done = file->checkpoint(); !done) return done;
    }
    return {};
  }

 private:
  static Result<void> check_application(File& file, int application) {
    auto select = file.prepare("PRAGMA application_id");
    if (!select) return std::unexpected(select.error());
    if (sqlite3_step(select->get()) != SQLITE_ROW) return file.error();
    if (sqlite3_column_int(select->get(), 0) != application)
      return failure(ErrorCode::corrupt,
                     fmt::format("{} is not what its name says: bring back the right file.", file.name()));
    return {};
  }

  Result<void> prepare() {
    const std::array<std::tuple<File*, Prepared*, std::string_view>, 8> lines{{
        {&keys_, &drop_keys_after_, "DELETE FROM keys WHERE first > ?1"},
        {&keys_, &insert_keys_, "INSERT OR REPLACE INTO keys VALUES(?1, ?2)"},
        {&keys_, &select_keys_, "SELECT slots FROM keys WHERE first=?1"},
        {&ledger_, &insert_pack_, "INSERT INTO packs VALUES(?1, ?2, ?3, ?4)"},
        {&ledger_, &insert_chunk_, "INSERT INTO chunks VALUES(?1, ?2)"},
        {&ledger_, &insert_body_, "INSERT INTO bodies VALUES(?1, ?2)"},
        // A pack holds at most pack_entries rows, so the one that holds `first` begins at most so many before it.
        {&ledger_, &select_packs_,
         "SELECT first, rows, root, tag FROM packs WHERE first >= coalesce((SELECT max(first) FROM packs WHERE first "
         "<= ?1), 0) AND "
         "first <= ?2 ORDER BY first"},
        {&ledger_, &select_bodies_,
         "SELECT sequence, body FROM bodies WHERE sequence >= ?1 AND sequence <= ?2 ORDER BY sequence"},
    }};
    for (const auto& [file, statement, line] : lines) {
      auto prepared = file->prepare(line);
      if (!prepared) return std::unexpected(prepared.error());
      *statement = std::move(*prepared);
    }
    return {};
  }

  Result<void> append_keys(const Group& group) {
    if (auto done = keys_.run("BEGIN IMMEDIATE"); !done) return done;
    // Keys of packs that a crash kept from the ledger may lie beyond this group's first: with other pack boundaries
    // now, they would be taken for the end of the keys.
    set(drop_keys_after_.get(), 1, group.packs.front().first);
    if (auto done = keys_.step(drop_keys_after_.get()); !done) return done;
    for (std::size_t i = 0; i < group.packs.size(); ++i) {
      set(insert_keys_.get(), 1, group.packs[i].first);
      set(insert_keys_.get(), 2, group.key_slots[i]);
      if (auto done = keys_.step(insert_keys_.get()); !done) return done;
    }
    return keys_.run("COMMIT");
  }

  Result<void> append_rows(const Group& group) {
    if (auto done = ledger_.run("BEGIN IMMEDIATE"); !done) return done;
    for (const Pack& pack : group.packs) {
      set(insert_pack_.get(), 1, pack.first);
      set(insert_pack_.get(), 2, pack.rows);
      set(insert_pack_.get(), 3, view_of(pack.root));
      set(insert_pack_.get(), 4, view_of(pack.tag));
      if (auto done = ledger_.step(insert_pack_.get()); !done) return done;
    }
    for (std::size_t i = 0; i < group.chunks.size(); ++i) {
      set(insert_chunk_.get(), 1, group.first_chunk + i);
      set(insert_chunk_.get(), 2, view_of(group.chunks[i]));
      if (auto done = ledger_.step(insert_chunk_.get()); !done) return done;
    }
    for (std::size_t i = 0; i < group.bodies.size(); ++i) {
      set(insert_body_.get(), 1, group.first + i);
      set(insert_body_.get(), 2, group.bodies[i]);
      if (auto done = ledger_.step(insert_body_.get()); !done) return done;
    }
    return ledger_.run("COMMIT");
  }

  Result<void> read_packs(std::uint64_t first, std::uint64_t last, Block& block) {
    sqlite3_stmt* select = select_packs_.get();
    set(select, 1, first);
    set(select, 2, last);
    int done = 0;
    bool sound = true;
    while (sound && (done = sqlite3_step(select)) == SQLITE_ROW) {
      Pack pack;
      pack.first = number(select, 0);
      pack.rows = blob(select, 1);
      sound = !pack.rows.empty() && pack.rows.size() % row_size == 0 && pack.rows.size() <= pack_entries * row_size &&
              blob(select, 2).size() == 32 && blob(select, 3).size() == 32;
      if (!sound) break;
      pack.root = digest_of(blob(select, 2));
      pack.tag = digest_of(blob(select, 3));
      block.packs.push_back(std::move(pack));
    }
    Result<void> result;
    if (!sound)
      result = damaged(ledger_.name());
    else if (done != SQLITE_DONE)
      result = ledger_.error();
    sqlite3_reset(select);
    return result;
  }

  Result<void> read_slots(Block& block) {
    for (const Pack& pack : block.packs) {
      set(select_keys_.get(), 1, pack.first);
      const int done = sqlite3_step(select_keys_.get());
      block.key_slots.emplace_back(done == SQLITE_ROW ? blob(select_keys_.get(), 0) : std::string_view());
      Result<void> result;
      if (done != SQLITE_ROW && done != SQLITE_DONE) result = keys_.error();
      sqlite3_reset(select_keys_.get());
      if (!result) return result;
    }
    return {};
  }

  Result<void> read_bodies(std::uint64_t first, std::uint64_t last, Block& block) {
    sqlite3_stmt* select = select_bodies_.get();
    set(select, 1, first);
    set(select, 2, last);
    int done = 0;
    bool gap = false;
    while (!gap && (done = sqlite3_step(select)) == SQLITE_ROW) {
      gap = number(select, 0) != first + block.bodies.size();
      if (!gap) block.bodies.emplace_back(blob(select, 1));
    }
    Result<void> result;
    if (!gap && done != SQLITE_DONE) result = ledger_.error();
    sqlite3_reset(select);
    return result;
  }

  // After a crash keys.db may hold keys of a group that never reached the ledger. Opening leaves them, so that looking
  // at an old ledger.db beside its newer keys.db by mistake destroys nothing; the next group drops them (append_keys).
  // What must be there is the last pack's own slots: a left-over of another pack says nothing.
  Result<void> check_keys(const Pack& last_pack) {
    if (last_pack.count() == 0) return {};
    auto slots = keys_.prepare("SELECT length(slots) FROM keys WHERE first = ?1");
    if (!slots) return std::unexpected(slots.error());
    set(slots->get(), 1, last_pack.first);
    const int done = sqlite3_step(slots->get());
    if (done != SQLITE_ROW && done != SQLITE_DONE) return keys_.error();
    if (done == SQLITE_DONE || number(slots->get(), 0) != last_pack.count() * key_slot_size)
      return failure(ErrorCode::corrupt, "keys.db is older than ledger.db: bring back the keys.db that belongs to it.");
    return {};
  }

  File keys_;
  File ledger_;
  Prepared drop_keys_after_, insert_keys_, select_keys_, insert_pack_, insert_chunk_, insert_body_, select_packs_,
      select_bodies_;
};

}  // namespace

Result<std::unique_ptr<Store>> create_sqlite_store(const std::filesystem::path& folder, const std::string& identity,
                                                   const SqliteOptions& options) {
  auto store = std::make_unique<SqliteStore>();
  if (auto done = store->create(folder, identity, options); !done) return std::unexpected(done.error());
  return store;
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& folder, std::string& identity,
                                                 const SqliteOptions& options) {
  auto store = std::make_unique<SqliteStore>();
  if (auto done = store->open(folder, identity, options); !done) return std::unexpected(done.error());
  return store;
}

}  // namespace wider::ledger
