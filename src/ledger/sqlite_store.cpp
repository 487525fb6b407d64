#include "ledger/sqlite_store.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "ledger/key_store.hpp"

namespace wider::ledger {
namespace {

constexpr int ledger_application = 0x57504C31;  // "WPL1"

class SqliteStore final : public Store {
 public:
  Result<void> create(const std::filesystem::path& folder, const NewStore& made, const SqliteOptions& options) {
    if (auto done = keys_.create(folder, made, options); !done) return done;
    if (auto done = ledger_.open(folder / "ledger.db", true, options); !done) return done;
    const std::string schema = fmt::format(
        "BEGIN; PRAGMA application_id={}; CREATE TABLE meta(id INTEGER PRIMARY KEY, identity BLOB NOT NULL);"
        "CREATE TABLE packs(first INTEGER PRIMARY KEY, rows BLOB NOT NULL, root BLOB NOT NULL, tag BLOB NOT NULL);"
        "CREATE TABLE chunks(chunk INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
        "CREATE TABLE bodies(sequence INTEGER PRIMARY KEY, body BLOB NOT NULL);",
        ledger_application);
    if (auto done = ledger_.make(schema, made.identity); !done) return done;
    return prepare();
  }

  Result<void> open(const std::filesystem::path& folder, std::string& identity, const SqliteOptions& options) {
    const auto of_keys = keys_.open(folder, options);
    if (!of_keys) return std::unexpected(of_keys.error());
    if (auto done = ledger_.open(folder / "ledger.db", false, options); !done) return done;
    if (auto done = ledger_.check_application(ledger_application); !done) return done;
    const auto of_ledger = ledger_.identity();
    if (!of_ledger) return std::unexpected(of_ledger.error());
    if (*of_keys != *of_ledger)
      return failure(ErrorCode::corrupt, "keys.db and ledger.db do not belong to one hub: bring back the two that do.");
    identity = *of_ledger;
    return prepare();
  }

  // A failed commit is none: SQLite rolled it back, and the log's next frames overwrite its. What must not be trusted
  // is a log whose sync failed (the kernel may have dropped what it could not write, and says so only once), so
  // everything in it is written again, into the file.
  Result<void> recover() override {
    if (auto done = keys_.recover(); !done) return done;
    return ledger_.recover();
  }

  Result<void> append_group(const Group& group) override {
    if (auto done = keys_.append(group); !done) return done;
    auto done = append_rows(group);
    if (!done) (void)ledger_.run("ROLLBACK");
    return done;
  }

  Result<Block> read_range(std::uint64_t first, std::uint64_t last, Parts parts) override {
    Block block;
    block.first_body = first;
    if (auto done = read_packs(first, last, block); !done) return std::unexpected(done.error());
    if (parts == Parts::headers) return block;
    if (auto done = keys_.read_slots(block); !done) return std::unexpected(done.error());
    if (parts == Parts::headers_and_keys) return block;
    if (auto done = read_bodies(first, last, block); !done) return std::unexpected(done.error());
    return block;
  }

  Result<Block> read_body(std::uint64_t sequence) override { return read_range(sequence, sequence, Parts::everything); }

  Result<void> erase_keys(std::span<const ErasedSlot> slots) override { return keys_.erase(slots); }

  KeyStore& keys() override { return keys_; }

  Result<StoreHead> head() override {
    StoreHead head;
    auto last = ledger_.prepare("SELECT first FROM packs ORDER BY first DESC LIMIT 1");
    if (!last) return std::unexpected(last.error());
    int done = sqlite3_step(last->get());
    if (done == SQLITE_ROW) {
      Block block;
      const std::uint64_t first = number(last->get(), 0);
      if (auto read = read_packs(first, first, block); !read) return std::unexpected(read.error());
      if (block.packs.empty()) return ledger_.damaged();
      head.last_pack = block.packs.back();
      head.size = head.last_pack.last();
    } else if (done != SQLITE_DONE) {
      return std::unexpected(ledger_.error().error());
    }
    auto chunks = ledger_.prepare("SELECT chunk, hash FROM chunks ORDER BY chunk");
    if (!chunks) return std::unexpected(chunks.error());
    while ((done = sqlite3_step(chunks->get())) == SQLITE_ROW) {
      if (number(chunks->get(), 0) != head.chunks.size() || blob(chunks->get(), 1).size() != 32)
        return ledger_.damaged();
      head.chunks.push_back(digest_of(blob(chunks->get(), 1)));
    }
    if (done != SQLITE_DONE) return std::unexpected(ledger_.error().error());
    if (auto checked = keys_.check_last(head.last_pack); !checked) return std::unexpected(checked.error());
    return head;
  }

  [[nodiscard]] std::size_t log_bytes() const override { return std::max(keys_.log_bytes(), ledger_.log_bytes()); }

  Result<void> fold(std::size_t from_bytes) override {
    if (auto done = keys_.fold(from_bytes); !done) return done;
    if (ledger_.log_bytes() < from_bytes) return {};
    return ledger_.checkpoint();
  }

 private:
  Result<void> prepare() {
    const std::array<std::tuple<Prepared*, std::string_view>, 5> lines{{
        {&insert_pack_, "INSERT INTO packs VALUES(?1, ?2, ?3, ?4)"},
        {&insert_chunk_, "INSERT INTO chunks VALUES(?1, ?2)"},
        {&insert_body_, "INSERT INTO bodies VALUES(?1, ?2)"},
        // A pack holds at most pack_entries rows, so the one that holds `first` begins at most so many before it.
        {&select_packs_,
         "SELECT first, rows, root, tag FROM packs WHERE first >= coalesce((SELECT max(first) FROM packs WHERE first "
         "<= ?1), 0) AND "
         "first <= ?2 ORDER BY first"},
        {&select_bodies_,
         "SELECT sequence, body FROM bodies WHERE sequence >= ?1 AND sequence <= ?2 ORDER BY sequence"},
    }};
    for (const auto& [statement, line] : lines) {
      auto prepared = ledger_.prepare(line);
      if (!prepared) return std::unexpected(prepared.error());
      *statement = std::move(*prepared);
    }
    return {};
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
      result = ledger_.damaged();
    else if (done != SQLITE_DONE)
      result = ledger_.error();
    sqlite3_reset(select);
    return result;
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

  KeyStore keys_;
  SqliteFile ledger_;
  Prepared insert_pack_, insert_chunk_, insert_body_, select_packs_, select_bodies_;
};

}  // namespace

Result<std::unique_ptr<Store>> create_sqlite_store(const std::filesystem::path& folder, const NewStore& made,
                                                   const SqliteOptions& options) {
  auto store = std::make_unique<SqliteStore>();
  if (auto done = store->create(folder, made, options); !done) return std::unexpected(done.error());
  return store;
}

Result<std::unique_ptr<Store>> open_sqlite_store(const std::filesystem::path& folder, std::string& identity,
                                                 const SqliteOptions& options) {
  auto store = std::make_unique<SqliteStore>();
  if (auto done = store->open(folder, identity, options); !done) return std::unexpected(done.error());
  return store;
}

}  // namespace wider::ledger
