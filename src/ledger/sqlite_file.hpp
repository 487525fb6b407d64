// One SQLite file: one connection, exclusively locked, and its statements' shared habits.
// Thread safety: none but log_bytes(); the ledger calls it under its gate.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "base/result.hpp"

namespace wider::ledger {

struct SqliteOptions {
  bool synchronous = true;
  std::string vfs;  // empty: SQLite's own
};

struct SqliteCloser {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, SqliteCloser>;
using Prepared = std::unique_ptr<sqlite3_stmt, SqliteCloser>;

class SqliteFile {
 public:
  // not_found: it is not there (unless it is to be made).
  Result<void> open(const std::filesystem::path& path, bool create, const SqliteOptions& options);

  // What the file says it is (PRAGMA application_id); corrupt when it is something else.
  Result<void> check_application(int application);
  Result<int> format();  // PRAGMA user_version
  // A new file's tables (a script that begins a transaction), its identity, and all of it durable.
  Result<void> make(const std::string& schema, std::string_view identity);
  Result<std::string> identity();

  // Of the write-ahead log after the last commit, as far as it is not in the file yet.
  [[nodiscard]] std::size_t log_bytes() const;
  // Ends a transaction that could not even be rolled back when it failed; then as checkpoint().
  Result<void> recover();
  // Moves the write-ahead log into the file and makes that durable.
  Result<void> checkpoint();

  Result<void> run(const char* line);
  Result<Prepared> prepare(std::string_view line);
  Result<void> step(sqlite3_stmt* statement);  // of a statement that gives no rows

  [[nodiscard]] Result<void> error() const;
  [[nodiscard]] std::unexpected<Error> damaged() const;
  [[nodiscard]] sqlite3* get() const { return database_.get(); }

 private:
  static int note_log_pages(void* log_pages, sqlite3* database, const char* name, int pages);

  std::string name_;
  std::atomic<int> log_pages_ = 0;
  Database database_;
};

void set(sqlite3_stmt* statement, int at, std::uint64_t value);
// The bytes must live until the statement is reset.
void set(sqlite3_stmt* statement, int at, std::string_view bytes);
[[nodiscard]] std::string_view blob(sqlite3_stmt* statement, int column);
[[nodiscard]] std::uint64_t number(sqlite3_stmt* statement, int column);

}  // namespace wider::ledger
